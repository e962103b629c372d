//! What a card's operating system does around the PIV application: SELECT by a part of the identifier, chains, and
//! answers fetched in pieces (ISO/IEC 7816-4:2020, 5.3.3 and 5.3.4).

use iso7816::{Command, Status, command::CommandView};
use piv_authenticator::{Authenticator, Client};

/// The PIV application identifier with its version (SP 800-73-4 part 1, 2.2).
const IDENTIFIER: [u8; 11] = [0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00];

/// Longest data of a chain and longest answer in bytes.
const BUFFER: usize = 8192;

pub(crate) struct CardSystem<T: Client> {
    application: Authenticator<T>,
    chain: Option<Command<BUFFER>>,
    rest: Vec<u8>,
}

impl<T: Client> CardSystem<T> {
    pub(crate) fn new(application: Authenticator<T>) -> Self {
        Self { application, chain: None, rest: Vec::new() }
    }

    pub(crate) fn transmit(&mut self, raw: &[u8]) -> Vec<u8> {
        let Ok(piece) = Command::<BUFFER>::try_from(&with_full_identifier(raw)) else {
            return bytes(Status::WrongLength);
        };
        let is_get_response = piece.class().into_inner() == 0x00 && u8::from(piece.instruction()) == 0xC0;
        if is_get_response {
            return self.part(piece.expected(), piece.extended);
        }
        self.rest.clear();
        let whole = match self.chain.take() {
            None => piece,
            Some(mut begun) => {
                // The application decides by the class of the last piece; lengths too are those of the last piece.
                let is_extended = piece.extended;
                if begun.extend_from_command(&piece).is_err() {
                    return bytes(Status::WrongLength);
                }
                begun.extended = is_extended;
                begun
            }
        };
        if raw.first().is_some_and(|class| class & 0x10 != 0) {
            self.chain = Some(whole);
            return bytes(Status::Success);
        }
        self.perform(whole.as_view())
    }

    fn perform(&mut self, command: CommandView<'_>) -> Vec<u8> {
        let mut answer = heapless::Vec::<u8, BUFFER>::new();
        match self.application.respond(command, &mut answer) {
            Ok(()) => {
                self.rest = answer.to_vec();
                self.part(command.expected(), command.extended)
            }
            Err(status) => bytes(status),
        }
    }

    fn part(&mut self, expected: usize, is_extended: bool) -> Vec<u8> {
        let most = if is_extended { expected } else { expected.min(256) };
        let later = self.rest.split_off(most.min(self.rest.len()));
        let mut answer = std::mem::replace(&mut self.rest, later);
        let status = match self.rest.len() {
            0 => [0x90, 0x00],
            waiting => [0x61, u8::try_from(waiting).unwrap_or(0)],
        };
        answer.extend(status);
        answer
    }
}

fn bytes(status: Status) -> Vec<u8> {
    u16::from(status).to_be_bytes().to_vec()
}

/// The application takes 9 or 11 bytes of its identifier; a card takes any beginning from 5 bytes on.
fn with_full_identifier(raw: &[u8]) -> Vec<u8> {
    if let [0x00, 0xA4, 0x04, 0x00, length @ 5..=11, rest @ ..] = raw
        && rest.get(..usize::from(*length)).is_some_and(|given| IDENTIFIER.starts_with(given))
    {
        return [[0x00, 0xA4, 0x04, 0x00, 11].as_slice(), &IDENTIFIER, &[0x00]].concat();
    }
    raw.to_vec()
}
