//! Spoiled cards: ended for good, so that their holders can be issued others.

use serde_json::json;

use super::{Answer, Call, Desk};
use crate::{
    cis2::wire::{LONGEST_NOTE, SpoilCard, SpoilReason},
    domain::{
        CardSerial, CardState, Operation, Series,
        eligibility::{ClientSoftware, Reason, Version},
    },
    gateway::{
        audit, authority, issuances,
        policy::{self, Question},
        problem::Fault,
        records,
    },
};

/// Revokes the card's certificates and cancels it, in the transaction of the call.
pub fn spoil(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let serial: CardSerial = call.param("serial")?;
    let request: SpoilCard = call.json()?;
    check_note("note", request.note.as_deref())?;
    let holder = records::holder(desk.store, &request.holder)?;
    let mut card = records::card(desk.store, &serial)?;
    if card.holder.as_ref().is_some_and(|owner| *owner != holder.id) {
        return Err(Fault::wrong_holder());
    }
    let mut detail = json!({ "job": request.job, "holder": holder.id, "serial": serial, "reason": request.reason });
    if let (Some(note), Some(members)) = (&request.note, detail.as_object_mut()) {
        members.insert("note".to_owned(), json!(note));
    }
    let question = Question {
        operation: Operation::Cancel,
        officer: desk.officer()?,
        holder: &holder,
        card: &card,
        // The card is ended on record and its chip is not touched, so neither what the workstation runs nor a series
        // that nobody recognised can forbid it.
        series: Series::Series10,
        software: &ClientSoftware::SmartcardConnect(Version::SMARTCARD_CONNECT_SERIES_10),
        printer: None,
    };
    if let Some(refusal) = policy::refusal(desk.store, desk.core.config.realm, desk.now, &question)? {
        // A workstation that was cut off before it could keep the answer asks again, with a new key and the same job.
        let ended = Reason::CardState { state: CardState::Cancelled, operation: Operation::Cancel };
        if refusal.reasons == [ended] && audit::says_spoiled(desk.store, &holder.id, &serial, &request.job)? {
            return Answer::json(&card);
        }
        desk.audit("card.spoil.refused", &detail)?;
        return Err(Fault::refused(Operation::Cancel, refusal).kept());
    }
    // RFC 5280, 5.3.1: a card that came out wrong or broke is replaced by the holder's next one; a card whose face is
    // somebody else's is simply used no more.
    let code = match request.reason {
        SpoilReason::Misprinted | SpoilReason::Damaged => authority::SUPERSEDED,
        SpoilReason::WrongCard => authority::CESSATION,
    };
    let revoked = issuances::revoke_card(desk.store, &serial, None, code, desk.now)?;
    card.state = CardState::Cancelled;
    card.certificates_expire = None;
    records::put_card(desk.store, &card, desk.now)?;
    if let Some(members) = detail.as_object_mut() {
        members.insert("revoked".to_owned(), json!(revoked));
    }
    desk.audit("card.spoiled", &detail)?;
    Answer::json(&records::card(desk.store, &serial)?)
}

/// Whether an officer's own words are short enough for the audit, which keeps them for ever.
pub fn check_note(member: &str, note: Option<&str>) -> Result<(), Fault> {
    match note {
        Some(note) if note.chars().count() > LONGEST_NOTE => {
            Err(Fault::malformed(format!("{member} has more than {LONGEST_NOTE} characters")))
        }
        _ => Ok(()),
    }
}
