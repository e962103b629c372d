//! Does this card work? After its passcode, sent once, it signs a challenge of the service, which checks certificate,
//! chain, revocation and signature. Nothing on the card is changed, and what it proved is thrown away.

use super::{common::Common, own_card, reader::ReaderDesk};
use crate::{
    bench::event::{Trouble, WorkEnd},
    domain::{CardSerial, Passcode},
};

/// Tries a card with its passcode.
pub fn try_card(common: &Common, reader: &ReaderDesk, serial: &CardSerial, passcode: &Passcode) -> WorkEnd {
    match own_card::signed(common, reader, serial, passcode) {
        Ok(_) => WorkEnd::Done { queued: None },
        Err(error) => WorkEnd::NotBegun(Trouble::from(&error)),
    }
}
