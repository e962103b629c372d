//! Does this card work? After its passcode, sent once, it signs a challenge of the service, which checks certificate,
//! chain, revocation and signature. Nothing on the card is changed, and what it proved is thrown away.

use super::{common::Common, reader::ReaderDesk, recognise::patiently};
use crate::{
    bench::event::{Trouble, WorkEnd},
    card::reader::ReaderError,
    domain::{CardSerial, Passcode},
    operations::OperationError,
};

/// Tries a card with its passcode.
pub fn try_card(common: &Common, reader: &ReaderDesk, serial: &CardSerial, passcode: &Passcode) -> WorkEnd {
    let desk = common.workplace.desk();
    // Looking for the card is repeated while something else holds it; its passcode is sent to it once.
    let in_use = |error: &OperationError| matches!(error, OperationError::Reader(ReaderError::InUse { .. }));
    let found = patiently(reader, in_use, || desk.prepare_authentication(Some(&reader.name)));
    let tried = found.and_then(|card| match card.serial == *serial {
        true => desk.authenticate(card, passcode).map(drop),
        false => Err(OperationError::Swapped { looked_at: serial.clone(), found: card.serial }),
    });
    match tried {
        Ok(()) => WorkEnd::Done { queued: None },
        Err(error) => WorkEnd::NotBegun(Trouble::from(&error)),
    }
}
