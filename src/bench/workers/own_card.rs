//! A card signs what the service chose, after its passcode: the officer's own card, to sign in with.

use super::{common::Common, reader::ReaderDesk, recognise::patiently, service::ServiceOrder, teller::contained};
use crate::{
    bench::{
        event::{Event, Trouble},
        order::WorkId,
    },
    card::reader::ReaderError,
    cis2::wire::CardProof,
    domain::{CardSerial, Passcode},
    operations::{Authenticated, OperationError},
};

/// Why nobody can sign in at this moment.
pub fn busy() -> Trouble {
    Trouble::unchanged(
        "a card is being worked on or printed for the officer who was signed in: wait until it is finished",
    )
}

/// Has the officer's own card prove who they are. Nothing is sent to it while nobody can sign in anyway.
pub fn prove(
    common: &Common,
    reader: &ReaderDesk,
    work: WorkId,
    serial: &CardSerial,
    passcode: &Passcode,
) -> Result<CardProof, Trouble> {
    if common.in_work_besides(Some(work)) {
        return Err(busy());
    }
    let signed = contained(|| signed(common, reader, serial, passcode))?;
    signed.map(|signed| CardProof { proof: signed.card.proof }).map_err(|error| Trouble::from(&error))
}

/// The session begins with what the card proved, or it is told why it does not.
pub fn begin_session(common: &Common, proved: Result<CardProof, Trouble>) {
    match proved {
        Ok(proof) => common.service.force(ServiceOrder::Begin(proof)),
        Err(trouble) => common.tell(Event::SignedIn(Err(trouble))),
    }
}

/// Has the card signed, if it is this one. Looking for it is repeated while something else holds it; its passcode is
/// sent to it once.
pub fn signed(
    common: &Common,
    reader: &ReaderDesk,
    serial: &CardSerial,
    passcode: &Passcode,
) -> Result<Authenticated, OperationError> {
    let desk = common.workplace.desk();
    let in_use = |error: &OperationError| matches!(error, OperationError::Reader(ReaderError::InUse { .. }));
    let card = patiently(reader, in_use, || desk.prepare_authentication(Some(&reader.name)))?;
    if card.serial != *serial {
        return Err(OperationError::Swapped { looked_at: serial.clone(), found: card.serial });
    }
    desk.authenticate(card, passcode)
}
