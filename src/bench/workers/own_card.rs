//! An officer proves with their own card who they are: to sign in, for work that waits for it, for a card at another desk.
//!
//! The card signs in its reader's own worker; what its proof is for is asked of the service by the service's worker alone,
//! where sessions begin and end one after the other.

use std::sync::Arc;

use super::{common::Common, on_card, reader::ReaderDesk, recognise::patiently, telephone, teller::contained};
use crate::{
    bench::{
        event::{Event, Trouble},
        order::{ProofFor, WorkId},
        telephone::TelephoneTold,
    },
    card::reader::ReaderError,
    cis2::wire::CardProof,
    domain::{CardSerial, Passcode},
    operations::{Authenticated, CardToAuthenticate, OperationError},
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
    to: &ProofFor,
) -> Result<CardProof, Trouble> {
    if *to == ProofFor::SignIn && common.in_work_besides(Some(work)) {
        return Err(busy());
    }
    let signed = contained(|| signed(common, reader, serial, passcode))?;
    if *to == ProofFor::SignIn && signed.is_ok() {
        common.workplace.signed_in_at(Some(&reader.name));
    }
    signed.map(|signed| CardProof { proof: signed.card.proof }).map_err(|error| Trouble::from(&error))
}

/// Goes on with what the officer was to prove it for, or says why not.
pub fn proved(common: &Arc<Common>, proof: Result<CardProof, Trouble>, to: ProofFor) {
    match to {
        // The service's worker begins sessions itself.
        ProofFor::SignIn => {
            if let Err(trouble) = proof {
                common.tell(Event::SignedIn(Err(trouble)));
            }
        }
        ProofFor::Waiting(work) => match proof {
            Ok(proof) => on_card::proved_with_card(common, work, proof),
            Err(trouble) => on_card::ask_again(common, work, trouble),
        },
        ProofFor::Telephone(ticket, order) => {
            let told = match proof {
                Ok(proof) => telephone::told_after_proof(common, order, proof),
                Err(trouble) => TelephoneTold::Failed { trouble, need: Some(telephone::need_of(&order)) },
            };
            common.tell(Event::Telephone { ticket, told });
        }
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
    let card = found(common, reader, serial)?;
    common.workplace.desk().authenticate(card, passcode)
}

/// Finds this card in the reader, ready to sign.
pub fn found(common: &Common, reader: &ReaderDesk, serial: &CardSerial) -> Result<CardToAuthenticate, OperationError> {
    let desk = common.workplace.desk();
    let in_use = |error: &OperationError| matches!(error, OperationError::Reader(ReaderError::InUse { .. }));
    let card = patiently(reader, in_use, || desk.prepare_authentication(Some(&reader.name)))?;
    if card.serial != *serial {
        return Err(OperationError::Swapped { looked_at: serial.clone(), found: card.serial });
    }
    Ok(card)
}
