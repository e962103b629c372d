//! Operations on cards in use that make no certificates: unlock, change of passcode, clear, cancel.
//!
//! What such an operation ends for good is ended when it begins: the certificates of a card that is cleared or
//! cancelled are revoked before anybody touches the chip.

use serde_json::json;

use super::{
    Answer, Call, Desk,
    actor::Wanted,
    issuance::{check_not_in_work, new_job},
    spoil::check_note,
};
use crate::{
    cis2::wire::{
        BeginOnCard, CardAtDesk, CardRecord, Chip, DeliverySaid, EndOnCard, IssuanceState, OnCardBegun, OnCardOutcome,
        PhotoAtDesk, Tell, UnlockCodes,
    },
    domain::{
        CancelReason, CardState, JobId, Operation, Series,
        eligibility::{ClientSoftware, Version},
    },
    gateway::{
        approvals, authority,
        issuances::{self, Job},
        problem::Fault,
        records, unlock_codes,
    },
};

pub fn begin(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: BeginOnCard = call.json()?;
    check_shape(&request)?;
    let at_desk = match request.tell {
        Tell::Nothing => None,
        Tell::Record => Some(super::cards::as_at_desk(desk, &request.serial, PhotoAtDesk::NotWanted)?),
        Tell::RecordAndPhoto => Some(super::cards::as_at_desk(desk, &request.serial, PhotoAtDesk::Wanted)?),
    };
    let (job, detail) = open(desk, &request)?;
    let codes = take_effect(desk, &request, &job)?;
    desk.audit("on-card.begun", &detail)?;
    let job = issuances::get(desk.store, &request.job)?.public;
    let begun = OnCardBegun { job, codes, at_desk: at_desk.map(Box::new) };
    let mut answer = Answer::created(&begun)?;
    if begun.codes.is_some() {
        answer = answer.with_codes_of(&request.job);
    }
    // Answers are kept for callers that ask again; photos are not kept a second time.
    let without = |at_desk: Box<CardAtDesk>| Box::new(CardAtDesk { photo: None, ..*at_desk });
    let kept = Answer::created(&OnCardBegun { at_desk: begun.at_desk.map(without), ..begun })?;
    Ok(Answer { kept: Some(kept.body), ..answer })
}

/// Opens a job once everything speaks for it; gives what the audit is to say of it.
pub fn open(desk: &Desk<'_>, request: &BeginOnCard) -> Result<(Job, serde_json::Value), Fault> {
    if let Some(job) = issuances::find(desk.store, &request.job)? {
        desk.check_owner(&job)?;
        return Err(Fault::wrong_state("this job number is taken"));
    }
    let holder = records::holder(desk.store, &request.holder)?;
    let card = records::card(desk.store, &request.serial)?;
    if card.holder.as_ref().is_some_and(|owner| *owner != holder.id) {
        return Err(Fault::wrong_holder());
    }
    check_not_in_work(desk, &request.serial, &request.holder)?;
    let mut detail = json!({
        "job": request.job, "operation": request.operation, "holder": holder.id, "serial": request.serial,
        "series": request.series, "client_software": request.client_software.to_string(), "chip": request.chip,
    });
    // A card that is not here is ended on record, or unlocked at another desk: so neither what this workstation runs nor
    // a series that nobody recognised can forbid it.
    let on_record = request.chip == Chip::NotHere;
    let version = ClientSoftware::SmartcardConnect(Version::SMARTCARD_CONNECT_SERIES_10);
    let wanted = Wanted {
        operation: request.operation,
        holder: &holder,
        card: &card,
        series: if on_record { Series::Series10 } else { request.series },
        software: if on_record { &version } else { &request.client_software },
    };
    desk.check_wanted(&wanted, "on-card.refused", &detail)?;
    check_proved_lately(desk, request.operation)?;
    if request.operation == Operation::Unlock && card.awaits_delivery && request.delivery == DeliverySaid::NotSaid {
        return Err(Fault::new(
            409,
            "delivery-unconfirmed",
            "This card was issued locked, and nobody has said yet that its holder has it",
            "Ask the holder whether they have the card in hand, confirm it, then unlock the card",
        ));
    }
    if request.chip == Chip::InReader && !desk.core.custody.knows(&request.profile, &request.serial) {
        return Err(Fault::no_key_set(&request.profile));
    }
    let second = match desk.core.config.second_officer.contains(&request.operation) {
        true => Some(approvals::use_up(
            desk.store,
            desk.now,
            desk.officer()?,
            request.operation,
            &request.serial,
            request.approval.as_ref(),
        )?),
        false => None,
    };
    let job = new_job(desk, request, &card)?;
    issuances::insert(desk.store, &job)?;
    if let Some(members) = detail.as_object_mut() {
        members.extend([("reason".to_owned(), json!(request.reason)), ("note".to_owned(), json!(request.note))]);
        members.extend([("approved_by".to_owned(), json!(second)), ("delivery".to_owned(), json!(request.delivery))]);
    }
    Ok((job, detail))
}

fn check_shape(request: &BeginOnCard) -> Result<(), Fault> {
    check_note("note", request.note.as_deref())?;
    let cancel = request.operation == Operation::Cancel;
    if !matches!(
        request.operation,
        Operation::Unlock | Operation::ChangePasscode | Operation::Clear | Operation::Cancel
    ) {
        return Err(Fault::malformed("this operation is not begun here"));
    }
    if cancel != request.reason.is_some() {
        return Err(Fault::malformed("a cancel has a reason, and nothing else has one"));
    }
    if !cancel && request.chip == Chip::NotHere {
        return Err(Fault::malformed("only a cancel works without the card"));
    }
    Ok(())
}

/// Unlock, repair, clear and cancel ask for a sign-in that is not too old.
pub fn check_proved_lately(desk: &Desk<'_>, operation: Operation) -> Result<(), Fault> {
    let asks = matches!(operation, Operation::Unlock | Operation::Repair | Operation::Clear | Operation::Cancel);
    if asks && desk.now - desk.proved > desk.core.config.step_up_after {
        return Err(Fault::new(
            403,
            "step-up-needed",
            "Your last sign-in is too old for this",
            "Prove once more who you are, then go on",
        )
        .detail(format!("more than {} minutes", desk.core.config.step_up_after.as_secs() / 60)));
    }
    Ok(())
}

/// What happens at the gateway when the job begins.
fn take_effect(desk: &Desk<'_>, request: &BeginOnCard, job: &Job) -> Result<Option<UnlockCodes>, Fault> {
    let serial = &request.serial;
    match request.operation {
        Operation::Cancel => {
            let reason = cancel_code(request.reason.unwrap_or(CancelReason::Other));
            issuances::revoke_card(desk.store, serial, None, reason, desk.now)?;
            issuances::set_card(desk.store, job, CardState::Cancelled, desk.now)?;
            if request.chip == Chip::NotHere {
                issuances::set_state(desk.store, &request.job, IssuanceState::Confirmed)?;
            }
            Ok(None)
        }
        Operation::Clear => {
            issuances::revoke_card(desk.store, serial, None, authority::CESSATION, desk.now)?;
            issuances::set_card(desk.store, job, CardState::InWork, desk.now)?;
            release(desk, job).map(Some)
        }
        Operation::Unlock => {
            issuances::set_card(desk.store, job, CardState::InWork, desk.now)?;
            release(desk, job).map(Some)
        }
        _ => {
            issuances::set_card(desk.store, job, CardState::InWork, desk.now)?;
            Ok(None)
        }
    }
}

/// RFC 5280, 5.3.1: what a stranger may hold is compromised, what is replaced is superseded, what is used no more has
/// ceased.
fn cancel_code(reason: CancelReason) -> i64 {
    match reason {
        CancelReason::Lost | CancelReason::Stolen => authority::KEY_COMPROMISE,
        CancelReason::Damaged | CancelReason::Misprinted => authority::SUPERSEDED,
        CancelReason::Left | CancelReason::Other => authority::CESSATION,
    }
}

/// Releases the codes of a job's card.
fn release(desk: &Desk<'_>, job: &Job) -> Result<UnlockCodes, Fault> {
    super::cards::release_codes(desk, job)
}

pub fn end(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: EndOnCard = call.json()?;
    let id: JobId = call.param("job")?;
    let job = issuances::get(desk.store, &id)?;
    let operation = job.public.operation;
    let serial = &job.public.serial;
    super::cards::check_card_is_here(desk, &job)?;
    let mut card = records::card(desk.store, serial)?;
    let late = may_end(desk, &job, &card)?;
    let Some(state) = card_after(&job, request.outcome) else {
        return Err(Fault::wrong_state("this is no end of such a job"));
    };
    if job.public.state == IssuanceState::Confirmed {
        return Answer::json(&card);
    }
    let says_blank = operation == Operation::Clear && request.outcome == OnCardOutcome::Done;
    if says_blank && !job.proven && desk.core.custody.asks_for_proof(&job.profile) {
        // Nobody wrote to a card that has not: what is not emptied does not go back to stock.
        return Err(Fault::wrong_state(
            "the card has not proved its management key in this job, so it cannot be blank: clear it in a reader, or end the job \
             as not reached",
        ));
    }
    if let Some(found) = request.unlock_code {
        if !job.codes_released {
            return Err(Fault::wrong_state("no unlock code of this card was released to it"));
        }
        unlock_codes::settle(desk.store, &desk.core.seal, serial, found)?;
    }
    if request.outcome == OnCardOutcome::Done && matches!(operation, Operation::Unlock | Operation::ChangePasscode) {
        card.awaits_delivery = false;
        records::put_card(desk.store, &card, desk.now)?;
    }
    issuances::set_card(desk.store, &job, state, desk.now)?;
    let done = matches!(request.outcome, OnCardOutcome::Done);
    let ended = if done { IssuanceState::Confirmed } else { IssuanceState::Aborted };
    issuances::set_state(desk.store, &id, ended)?;
    desk.audit(
        "on-card.ended",
        &json!({
            "job": id, "operation": operation, "holder": job.public.holder, "serial": serial,
            "outcome": request.outcome, "late": late,
        }),
    )?;
    Answer::json(&records::card(desk.store, serial)?)
}

/// Whether this officer may end the job now; says whether its time had run out. Nothing else has touched the card since,
/// so what its own workstation says of it still holds.
fn may_end(desk: &Desk<'_>, job: &Job, card: &CardRecord) -> Result<bool, Fault> {
    if job.is_open() || job.public.state == IssuanceState::Confirmed {
        desk.check_owner(job)?;
        return Ok(false);
    }
    let last = card.last_job.as_ref() == Some(&job.public.job);
    // A clear that was given up goes on to blank when its card turns up again.
    let given_up_clear = job.public.state == IssuanceState::Aborted
        && job.public.operation == Operation::Clear
        && card.state == CardState::Unfinished;
    if last && (job.public.state == IssuanceState::Expired || given_up_clear) {
        // An emptied card may be given back by anyone who may clear cards; the rest is between desk and holder.
        if job.public.operation == Operation::Clear {
            super::cards::may_clean_up(desk, job)?;
        } else {
            desk.check_owner(job)?;
        }
        return Ok(true);
    }
    job.check_open()?;
    Err(Fault::wrong_state("its card is in other hands"))
}

/// How the card stands after this outcome; none where the outcome does not belong to the operation.
fn card_after(job: &Job, outcome: OnCardOutcome) -> Option<CardState> {
    use OnCardOutcome::{AsBefore, Done, Locked, NotReached, UnlockCodeBlocked};
    match (job.public.operation, outcome) {
        (Operation::Unlock | Operation::ChangePasscode, Done) => Some(CardState::Active),
        (Operation::Unlock | Operation::ChangePasscode, Locked) => Some(CardState::Locked),
        (Operation::Unlock, UnlockCodeBlocked) => Some(CardState::Locked),
        (Operation::Unlock | Operation::ChangePasscode, AsBefore) => Some(job.card_before),
        (Operation::Clear, Done) => Some(CardState::Blank),
        (Operation::Clear, NotReached) => Some(CardState::Unfinished),
        (Operation::Cancel, Done | NotReached) => Some(CardState::Cancelled),
        _ => None,
    }
}
