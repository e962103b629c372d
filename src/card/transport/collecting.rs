//! Long answers: fetched piece by piece while the card says there is more.

use super::{Transport, TransportError};
use crate::card::apdu::{Command, LONGEST_ANSWER, Response, StatusWord};

/// GET RESPONSE (ISO/IEC 7816-4:2020, 11.7.1).
const GET_RESPONSE: u8 = 0xC0;

/// Class bit of a chained piece, which GET RESPONSE must not carry.
const MORE_FOLLOWS: u8 = 0x10;

/// Class bits of secure messaging, and among them the kind that is GlobalPlatform's (ISO/IEC 7816-4:2020, 5.4.1; Card
/// Specification 2.3.1, 11.1.4).
const SECURE_MESSAGING: u8 = 0x0C;
const GLOBALPLATFORM: u8 = 0x04;

/// Whether a command travels in a GlobalPlatform channel. Its answer is protected as a whole and cut afterwards.
fn is_in_channel(class: u8) -> bool {
    class & SECURE_MESSAGING == GLOBALPLATFORM
}

/// Class of the GET RESPONSE after a command: the same without chaining, and in a channel the plain one, since what is
/// fetched is a part of an answer and no command of the channel's.
fn fetching_class(class: u8) -> u8 {
    if is_in_channel(class) { 0x00 } else { class & !MORE_FOLLOWS }
}

/// Answers 61xx with GET RESPONSE, and 6Cxx by asking once more with the length the card named.
pub struct Collecting<T> {
    inner: T,
}

impl<T: Transport> Collecting<T> {
    /// Puts this layer on a transport.
    pub fn new(inner: T) -> Self {
        Self { inner }
    }
}

/// SW2 as a length: 00 is 256 or more.
fn named_length(status: StatusWord) -> u32 {
    match status.sw2() {
        0 => 0x100,
        length => u32::from(length),
    }
}

impl<T: Transport> Transport for Collecting<T> {
    fn exchange(&mut self, command: &Command) -> Result<Response, TransportError> {
        let mut response = self.inner.exchange(command)?;
        // In a channel the same bytes are never sent twice: the card would find their code used up.
        let may_repeat = command.expects_data && !command.is_extended() && !is_in_channel(command.cla);
        if response.status.sw1() == 0x6C && may_repeat {
            response = self.inner.exchange(&command.clone().with_limit(named_length(response.status)))?;
        }
        let mut data = std::mem::take(&mut response.data);
        while response.status.sw1() == 0x61 && !command.first_piece_alone {
            let next = Command::new(fetching_class(command.cla), GET_RESPONSE, 0, 0);
            response = self.inner.exchange(&next.with_limit(named_length(response.status)))?;
            let total = data.len().saturating_add(response.data.len());
            let promises_for_ever = response.data.is_empty() && response.status.sw1() == 0x61;
            if promises_for_ever || total > LONGEST_ANSWER as usize {
                return Err(TransportError::Garbled);
            }
            data.extend_from_slice(&response.data);
        }
        Ok(Response::new(data, response.status))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::transport::script::Script;

    fn read() -> Command {
        Command::new(0x0C, 0xCB, 0x3F, 0xFF).expecting_data()
    }

    #[test]
    fn pieces_are_joined_and_asked_for_with_the_same_class() {
        let mut script = Script::new().then(&[1, 2, 0x61, 0x00]).then(&[3, 0x61, 0x01]).then(&[4, 0x90, 0]);
        let response = Collecting::new(&mut script).exchange(&read()).unwrap();
        assert_eq!((response.data.as_slice(), response.status.0), ([1, 2, 3, 4].as_slice(), 0x9000));
        let sent: Vec<_> = script.sent().iter().skip(1).map(|c| (c.cla, c.ins, c.limit)).collect();
        assert_eq!(sent, [(0x0C, 0xC0, 0x100), (0x0C, 0xC0, 1)]);
    }

    #[test]
    fn a_wrong_length_is_asked_once_more() {
        let mut script = Script::new().then(&[0x6C, 0x03]).then(&[1, 2, 3, 0x90, 0]);
        assert_eq!(Collecting::new(&mut script).exchange(&read()).unwrap().data, [1, 2, 3]);
        assert_eq!(script.sent()[1].limit, 3);
        let mut script = Script::new().then(&[0x6C, 0x03]).then(&[0x6C, 0x03]);
        assert_eq!(Collecting::new(&mut script).exchange(&read()).unwrap().status.0, 0x6C03);
    }

    #[test]
    fn in_a_channel_pieces_are_fetched_in_the_plain_class_and_nothing_is_sent_twice() {
        let wrapped = Command::new(0x84, 0xCA, 0x00, 0xE0).with_data([7; 8]).expecting_data();
        let mut script = Script::new().then(&[1, 0x61, 0x01]).then(&[2, 0x90, 0]);
        assert_eq!(Collecting::new(&mut script).exchange(&wrapped).unwrap().data, [1, 2]);
        assert_eq!(script.sent()[1].cla, 0x00);
        let mut script = Script::new().then(&[0x6C, 0x03]);
        assert_eq!(Collecting::new(&mut script).exchange(&wrapped).unwrap().status.0, 0x6C03);
    }

    #[test]
    fn the_status_of_the_last_piece_is_the_status() {
        let mut script = Script::new().then(&[1, 0x61, 0x05]).then(&[0x6F, 0x00]);
        assert_eq!(Collecting::new(&mut script).exchange(&read()).unwrap().status.0, 0x6F00);
    }

    #[test]
    fn a_card_that_promises_for_ever_is_garbled() {
        let mut script = Script::new().then(&[0x61, 0x05]).then(&[0x61, 0x05]);
        assert_eq!(Collecting::new(&mut script).exchange(&read()), Err(TransportError::Garbled));
    }
}
