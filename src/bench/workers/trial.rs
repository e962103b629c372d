//! Does this card work? After its passcode each of its keys signs, and the service checks certificate, chain, revocation
//! and signature. Nothing on the card is changed, and what it proved is thrown away.

use super::{common::Common, own_card, reader::ReaderDesk};
use crate::{
    bench::{
        event::{Event, Trouble, WorkEnd, WorkEvent},
        on_card::CardNow,
        order::WorkId,
    },
    domain::{CardSerial, Passcode},
};

/// Tries a card with its passcode.
pub fn try_card(
    common: &Common,
    reader: &ReaderDesk,
    work: WorkId,
    serial: &CardSerial,
    passcode: &Passcode,
) -> WorkEnd {
    let found = own_card::found(common, reader, serial);
    match found.and_then(|card| common.workplace.desk().try_prepared(card, passcode)) {
        Ok(tried) => {
            let remarks: Vec<String> = tried.findings.iter().map(ToString::to_string).collect();
            if !remarks.is_empty() {
                let note = Some(format!("{}: repair the card", remarks.join(". ")));
                let now = CardNow { pair: None, tries_left: None, note };
                common.tell(Event::Work { work, event: WorkEvent::CardNow(now) });
            }
            WorkEnd::Done { queued: None }
        }
        Err(error) => WorkEnd::NotBegun(Trouble::from(&error)),
    }
}
