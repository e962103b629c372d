//! Spoiled cards: ended for good, so that their holders can be issued others.

use serde_json::json;

use super::{Answer, Call, Desk, on_cards::check_proved_lately};
use crate::{
    cis2::wire::{LONGEST_NOTE, PrintOutcome, SpoilCard, SpoilReason},
    domain::{
        CardSerial, CardState, Operation, Series,
        eligibility::{ClientSoftware, Reason, Version},
    },
    gateway::{
        audit, authority, issuances,
        policy::{self, Question},
        problem::Fault,
        records,
        store::{from_word, one},
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
    check_proved_lately(desk, Operation::Cancel)?;
    if let Err(fault) = check_printed(desk, &serial, &request) {
        desk.audit("card.spoil.refused", &detail)?;
        return Err(fault.kept());
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

/// Only a card that went through a printer is spoilt by it. Any other card is cancelled, which asks for more; so is one whose
/// cancellation a second officer must approve, unless this officer put it on record that this very print went wrong.
fn check_printed(desk: &Desk<'_>, serial: &CardSerial, request: &SpoilCard) -> Result<(), Fault> {
    let sql =
        "SELECT outcome, officer FROM prints WHERE job = ?1 AND serial = ?2 AND holder = ?3 ORDER BY id DESC LIMIT 1";
    let key = [request.job.as_str(), serial.as_str(), request.holder.as_str()];
    let newest: Option<(String, String)> = one(desk.store, sql, key, |row| Ok((row.get(0)?, row.get(1)?)))?;
    let refused = |title: &str| {
        let remedy = "Cancel the card instead, which asks for the reason and for whoever must approve it";
        Err(Fault::new(409, "not-spoilt", title, remedy)
            .detail(format!("card {serial}, print {}", request.job.short())))
    };
    let Some((outcome, officer)) = newest else {
        return refused("No print of this card is on record that could have spoilt it");
    };
    let outcome: PrintOutcome = from_word(outcome)?;
    if outcome == PrintOutcome::NotPrinted {
        return refused("On record this print never reached the card");
    }
    let said =
        matches!(outcome, PrintOutcome::Spoilt | PrintOutcome::Uncertain) && officer == desk.officer()?.id.as_str();
    if desk.core.config.second_officer.contains(&Operation::Cancel) && !said {
        return refused("A second officer approves here that a card is ended, and this one is not on record as spoilt");
    }
    Ok(())
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
