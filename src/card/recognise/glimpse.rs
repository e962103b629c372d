//! A glimpse of a card: whose it is by its own word, and how many tries are left. Only as much of its certificate is read as
//! stands before the holder's number.

use crate::{
    card::{
        apdu::Command,
        piv::{ObjectName, PivError, Tries},
        tlv::{Tag, Writer},
        transport::Transport,
    },
    domain::HolderId,
};

/// What a glimpse tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Glimpse {
    /// The number that its authentication certificate names. The gateway knows better: this only asks the right question.
    pub holder: Option<HolderId>,
    /// Tries left of the passcode; `None` where the card does not tell.
    pub tries_left: Option<u8>,
}

/// GET DATA (SP 800-73-4 part 2, 3.1.2) and GET RESPONSE (ISO/IEC 7816-4:2020, 11.7.1).
const GET_DATA: [u8; 4] = [0x00, 0xCB, 0x3F, 0xFF];
const GET_RESPONSE: [u8; 4] = [0x00, 0xC0, 0x00, 0x00];

/// Pieces that are read at most: names of issuers are not longer than this.
const MOST_PIECES: usize = 4;

/// Common name (X.520, 6.2.2): 2.5.4.3 with its tag and length.
const COMMON_NAME: [u8; 5] = [0x06, 0x03, 0x55, 0x04, 0x03];

/// Reads the number of the holder from the certificate of a selected card: one command as a rule.
///
/// # Errors
/// The card did not answer.
pub fn holder(card: &mut dyn Transport) -> Result<Option<HolderId>, PivError> {
    let tag = ObjectName::AuthenticationCertificate.tag();
    let list = Writer::new().put(Tag::known(0x5C), &tag.bytes()).finish();
    let mut command = of(GET_DATA).with_data(list).expecting_first_piece();
    let mut read = Vec::new();
    for _ in 0..MOST_PIECES {
        let response = card.exchange(&command)?;
        read.extend_from_slice(&response.data);
        match named(&read) {
            Named::Number(number) => return Ok(Some(number)),
            Named::Further if response.status.sw1() == 0x61 => command = of(GET_RESPONSE).expecting_first_piece(),
            Named::Further | Named::Nobody => return Ok(None),
        }
    }
    Ok(None)
}

/// The count as a glimpse tells it.
#[must_use]
pub fn count(tries: Tries) -> Option<u8> {
    match tries {
        Tries::Left(left) => Some(left),
        Tries::Verified | Tries::Unknown => None,
    }
}

fn of([cla, ins, p1, p2]: [u8; 4]) -> Command {
    Command::new(cla, ins, p1, p2)
}

/// What the beginning of a certificate object says of its holder.
#[derive(Debug, PartialEq, Eq)]
enum Named {
    Number(HolderId),
    /// It may stand in what was not read.
    Further,
    Nobody,
}

fn named(object: &[u8]) -> Named {
    let mut rest = object;
    // The object, the certificate in it, its outer sequence, and what is signed.
    for expected in [0x53, 0x70, 0x30, 0x30] {
        match head(rest) {
            Head::Whole { tag, body, .. } if tag == expected => rest = body,
            Head::Cut { tag, body } if tag == expected => rest = body,
            Head::Short => return Named::Further,
            _ => return Named::Nobody,
        }
    }
    // RFC 5280, 4.1: version, serial number, algorithm, issuer, validity; then the subject.
    for expected in [0xA0, 0x02, 0x30, 0x30, 0x30] {
        match head(rest) {
            Head::Whole { tag, after, .. } if tag == expected => rest = after,
            Head::Cut { tag, .. } if tag == expected => return Named::Further,
            Head::Short => return Named::Further,
            _ => return Named::Nobody,
        }
    }
    let (subject, whole) = match head(rest) {
        Head::Whole { tag: 0x30, body, .. } => (body, true),
        Head::Cut { tag: 0x30, body } => (body, false),
        Head::Short => return Named::Further,
        _ => return Named::Nobody,
    };
    let missing = if whole { Named::Nobody } else { Named::Further };
    let Some(at) = subject.windows(COMMON_NAME.len()).position(|found| found == COMMON_NAME) else { return missing };
    let value = subject.get(at + COMMON_NAME.len()..).unwrap_or_default();
    let (text, ends) = match head(value) {
        Head::Whole { body, .. } => (body, true),
        Head::Cut { body, .. } => (body, false),
        Head::Short => return missing,
    };
    // The number stands first in the common name, before a space.
    let end = text.iter().position(|byte| *byte == b' ');
    if end.is_none() && !ends {
        return Named::Further;
    }
    let number = std::str::from_utf8(&text[..end.unwrap_or(text.len())]).ok().and_then(|text| text.parse().ok());
    number.map_or(Named::Nobody, Named::Number)
}

/// The head of a DER or BER element of which perhaps only the beginning was read.
enum Head<'a> {
    Whole {
        tag: u8,
        body: &'a [u8],
        after: &'a [u8],
    },
    Cut {
        tag: u8,
        body: &'a [u8],
    },
    /// Not even the head is there.
    Short,
}

fn head(bytes: &[u8]) -> Head<'_> {
    let [tag, first, rest @ ..] = bytes else { return Head::Short };
    let (length, body) = match (*first, rest) {
        (short @ 0..=0x7F, body) => (usize::from(short), body),
        (0x81, [low, body @ ..]) => (usize::from(*low), body),
        (0x82, [high, low, body @ ..]) => (usize::from(u16::from_be_bytes([*high, *low])), body),
        (0x81 | 0x82, _) => return Head::Short,
        // Longer than any card object: nothing of it is believed.
        _ => return Head::Whole { tag: 0, body: &[], after: &[] },
    };
    match body.split_at_checked(length) {
        Some((body, after)) => Head::Whole { tag: *tag, body, after },
        None => Head::Cut { tag: *tag, body },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::transport::script::Script;

    fn object(common_name: &str) -> Vec<u8> {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut parameters = rcgen::CertificateParams::default();
        let mut name = rcgen::DistinguishedName::new();
        name.push(rcgen::DnType::CountryName, "GB");
        name.push(rcgen::DnType::CommonName, common_name);
        parameters.distinguished_name = name;
        let der = parameters.self_signed(&key).unwrap().der().to_vec();
        let inside = Writer::new().put(Tag::known(0x70), &der).put(Tag::known(0x71), &[0]).finish();
        Writer::new().put(Tag::known(0x53), &inside).finish()
    }

    #[test]
    fn the_number_is_read_as_soon_as_it_is_there_and_never_another_one() {
        for name in ["555000000017 Siân Rhys", "555000000017"] {
            let object = object(name);
            let mut told = 0;
            for read in 0..=object.len() {
                match named(&object[..read]) {
                    Named::Number(number) => {
                        assert_eq!(number.as_str(), "555000000017");
                        told += 1;
                    }
                    other => assert_eq!((other, told), (Named::Further, 0), "{read} bytes"),
                }
            }
            assert!(told > 100, "the key and what follows it need not be read: {told}");
        }
        assert_eq!(named(&object("nobody")), Named::Nobody);
        assert_eq!(named(&[0x53, 0x00]), Named::Further);
        assert_eq!(named(&[0x7E, 0x02, 0, 0]), Named::Nobody);
    }

    #[test]
    fn pieces_are_read_until_it_is_known() {
        let object = object("555000000017");
        let piece = |from: usize, to: usize, status: [u8; 2]| [&object[from..to], &status].concat();
        let first = piece(0, 60, [0x61, 0x00]);
        let mut script = Script::new().then(&first).then(&piece(60, 256, [0x61, 0x00]));
        assert_eq!(holder(&mut script).unwrap().unwrap().as_str(), "555000000017");
        assert_eq!(script.sent().len(), 2);
        let mut script = Script::new().then(&[0x6A, 0x82]);
        assert_eq!(holder(&mut script).unwrap(), None);
        let mut script = Script::new().then(&first).then(&[0x6F, 0x00]);
        assert_eq!(holder(&mut script).unwrap(), None, "the card has no more to give");
    }
}
