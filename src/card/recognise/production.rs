//! Card production life cycle data: what the chip's makers wrote into it (GlobalPlatform Card Specification 2.3.1, H.6;
//! Open Platform Card Specification 2.0.1', 9.2).

use crate::card::{
    apdu::{Command, Response},
    secure_channel::ISSUER_SECURITY_DOMAIN,
    tlv::{self, Tag},
    transport::{Transport, TransportError},
};

/// Tag of the data, in GET DATA and around the answer.
const PRODUCTION_DATA: Tag = Tag::known(0x9F7F);

/// Length of the data in bytes.
const LENGTH: usize = 42;

/// Class byte of GlobalPlatform commands, and of ISO commands; cards answer to one or both.
const CLASSES: [u8; 2] = [0x80, 0x00];

/// Production data of one chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProductionData([u8; LENGTH]);

impl ProductionData {
    /// Reads the answer to GET DATA, with its tag or without.
    #[must_use]
    pub fn parse(answer: &[u8]) -> Option<Self> {
        let value = match tlv::find(answer, PRODUCTION_DATA) {
            Ok(Some(value)) => value,
            _ => answer,
        };
        value.try_into().ok().map(Self)
    }

    /// All of it.
    #[must_use]
    pub fn bytes(&self) -> &[u8; LENGTH] {
        &self.0
    }

    /// Serial of the chip: bytes 12 to 15.
    #[must_use]
    pub fn chip_serial(&self) -> [u8; 4] {
        let [_, _, _, _, _, _, _, _, _, _, _, _, a, b, c, d, ..] = self.0;
        [a, b, c, d]
    }

    /// Serial and batch of the chip, bytes 12 to 17, which together name the card.
    #[must_use]
    pub fn serial(&self) -> [u8; 6] {
        let [_, _, _, _, _, _, _, _, _, _, _, _, a, b, c, d, e, f, ..] = self.0;
        [a, b, c, d, e, f]
    }
}

/// Selects an application; whether it is there.
pub(super) fn select(card: &mut dyn Transport, identifier: &[u8]) -> Result<bool, TransportError> {
    let command = Command::new(0x00, 0xA4, 0x04, 0x00).with_data(identifier).expecting_data();
    Ok(card.exchange(&command)?.status.is_ok())
}

/// Where a card told its production data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Which of the two names of the issuer security domain it goes by.
    domain: usize,
    /// The class of GET DATA it answers to.
    class: u8,
}

/// What came of asking for production data.
pub(super) enum Answer {
    /// The card told them there.
    Data(ProductionData, Told),
    /// There is no issuer security domain. On most cards a selection that fails leaves the one before it.
    NoDomain,
    /// The domain is selected and does not tell.
    Silent,
}

/// Selects the issuer security domain and asks it.
pub(super) fn read(card: &mut dyn Transport) -> Result<Answer, TransportError> {
    for (domain, name) in ISSUER_SECURITY_DOMAIN.iter().enumerate() {
        if !select(card, name)? {
            continue;
        }
        for class in CLASSES {
            let Response { data, status } = &ask(card, class)?;
            if status.is_ok() {
                let data = ProductionData::parse(data);
                return Ok(data.map_or(Answer::Silent, |data| Answer::Data(data, Told { domain, class })));
            }
        }
        return Ok(Answer::Silent);
    }
    Ok(Answer::NoDomain)
}

/// Reads them again where they were told: two commands.
pub(super) fn read_again(card: &mut dyn Transport, told: Told) -> Result<Option<ProductionData>, TransportError> {
    let Some(name) = ISSUER_SECURITY_DOMAIN.get(told.domain) else { return Ok(None) };
    if !select(card, name)? {
        return Ok(None);
    }
    let answer = ask(card, told.class)?;
    Ok(answer.status.is_ok().then(|| ProductionData::parse(&answer.data)).flatten())
}

fn ask(card: &mut dyn Transport, class: u8) -> Result<Response, TransportError> {
    card.exchange(&Command::new(class, 0xCA, 0x9F, 0x7F).expecting_data())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::transport::script::Script;

    #[test]
    fn serial_and_batch_stand_in_their_places() {
        let value: Vec<u8> = (0..42).collect();
        let bare = ProductionData::parse(&value).unwrap();
        let tagged = ProductionData::parse(&[[0x9F, 0x7F, 42].as_slice(), &value].concat()).unwrap();
        assert_eq!(bare, tagged);
        assert_eq!((bare.chip_serial(), bare.serial()), ([12, 13, 14, 15], [12, 13, 14, 15, 16, 17]));
        assert_eq!(ProductionData::parse(&value[..41]), None);
    }

    #[test]
    fn the_second_class_is_asked_when_the_first_is_refused() {
        let answer = [(0..42).collect::<Vec<u8>>(), vec![0x90, 0]].concat();
        let mut script = Script::new().then(&[0x90, 0]).then(&[0x6E, 0]).then(&answer);
        let Answer::Data(data, told) = read(&mut script).unwrap() else { panic!("it tells") };
        assert_eq!((script.sent()[1].cla, script.sent()[2].cla), (0x80, 0x00));
        let mut script = Script::new().then(&[0x90, 0]).then(&answer);
        assert_eq!(read_again(&mut script, told).unwrap(), Some(data));
        assert_eq!(script.sent()[1].cla, 0x00);
        let mut script = Script::new().then(&[0x6A, 0x82]).then(&[0x6A, 0x82]);
        assert!(matches!(read(&mut script).unwrap(), Answer::NoDomain));
    }
}
