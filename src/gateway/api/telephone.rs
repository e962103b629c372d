//! Unlock by telephone: a workstation whose gateway is silent has the card, an officer here answers its challenge.

use serde_json::json;

use super::{Answer, Call, Desk, cards, on_cards};
use crate::{
    cis2::wire::{
        BeginByTelephone, BeginOnCard, BegunByTelephone, CardRecord, Chip, EndByTelephone, EndedByTelephone,
        EnrolledWorkstation, IssuanceState, SecretBase64, Tell, UnlockCodeSettled, UnlockCodes,
    },
    domain::{
        CardState, Operation, Secret, UnlockCode,
        eligibility::{ClientSoftware, Version},
        telephone::{Challenge, Conversation, Response, TelephoneOutcome, WorkstationNumber},
    },
    gateway::{
        issuances::{self, Job},
        problem::Fault,
        records, unlock_codes,
        workstations::{self, Answered},
    },
};

/// Completion codes that did not fit, after which none is taken for this unlock any more. With two codes of six digits
/// that fit, five guesses are right once in 100,000.
const WRONG_CODES: u32 = 5;

pub fn enrol(desk: &Desk<'_>, _: &Call) -> Result<Answer, Fault> {
    let officer = desk.officer()?;
    let (number, key) = workstations::enrol(desk.store, &desk.core.seal, &officer.id, desk.now)?;
    desk.audit("workstation.enrolled", &json!({ "workstation": number }))?;
    let key = SecretBase64(Secret::new(key.expose().to_vec()));
    Answer::created(&EnrolledWorkstation { number, key })
}

pub fn begin(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: BeginByTelephone = call.json()?;
    if let Some(known) = workstations::answered(desk.store, &desk.core.seal, &request.challenge)? {
        return once_more(desk, &request, known);
    }
    let Some((number, conversation)) = conversation(desk, &request.challenge, &request)? else {
        // Nothing tells a misheard digit from another card or a workstation nobody knows.
        desk.audit("telephone.challenge.wrong", &json!({ "holder": request.holder, "serial": request.serial }))?;
        return Err(wrong_challenge().kept());
    };
    let card = records::card(desk.store, &request.serial)?;
    let before = card.last_job.as_ref().map(|job| issuances::find(desk.store, job)).transpose()?.flatten();
    let on_card = BeginOnCard {
        job: request.job.clone(),
        operation: Operation::Unlock,
        holder: request.holder.clone(),
        serial: request.serial.clone(),
        series: card.series,
        // Whatever brought the card where it is knew its profile.
        profile: before.map(|job| job.profile).unwrap_or_default(),
        client_software: ClientSoftware::SmartcardConnect(Version::SMARTCARD_CONNECT_SERIES_10),
        chip: Chip::NotHere,
        delivery: request.delivery,
        reason: None,
        note: None,
        approval: request.approval.clone(),
        tell: Tell::Nothing,
    };
    let (job, mut detail) = on_cards::open(desk, &on_card)?;
    issuances::set_card(desk.store, &job, CardState::InWork, desk.now)?;
    let derived = conversation.next_code().ok_or_else(|| Fault::internal("no code could be derived"))?;
    let codes = unlock_codes::release_for_telephone(desk.store, &desk.core.seal, &request.serial, &derived)?;
    let response = enciphered(&conversation, codes)?;
    cards::note_released(desk, &job, usize::from(response.codes()))?;
    workstations::answer(desk.store, &desk.core.seal, &request.challenge, &request.job, number, &response)?;
    if let Some(members) = detail.as_object_mut() {
        members.insert("workstation".to_owned(), json!(number));
    }
    desk.audit("telephone.begun", &detail)?;
    let job = issuances::get(desk.store, &request.job)?.public;
    Ok(Answer::created(&BegunByTelephone { job, response })?.with_codes_of(&request.job))
}

/// The same challenge again, by the officer who began: the answer is read once more. Nobody else gets it, and none is made
/// anew: a second one would tell the difference of two codes.
fn once_more(desk: &Desk<'_>, request: &BeginByTelephone, known: Answered) -> Result<Answer, Fault> {
    let job = issuances::get(desk.store, &known.job)?;
    job.check_officer(desk.officer()?)?;
    if job.public.serial != request.serial || job.public.holder != request.holder {
        return Err(wrong_challenge());
    }
    if !job.is_open() {
        return Err(Fault::new(
            409,
            "challenge-used",
            "This challenge was answered before, and its time is over",
            "Have the other desk begin again: it shows a new challenge",
        ));
    }
    desk.check_still_allowed(&job)?;
    let id = job.public.job.clone();
    Ok(Answer::created(&BegunByTelephone { job: job.public, response: known.response })?.with_codes_of(&id))
}

fn wrong_challenge() -> Fault {
    Fault::new(
        409,
        "challenge-wrong",
        "The challenge does not fit this card",
        "Nothing was begun. Have it read once more, digit by digit, and check that the card in the other desk's reader is \
         this one",
    )
}

/// The conversation a challenge begins, if its check digits fit the card and an enrolled workstation.
fn conversation(
    desk: &Desk<'_>,
    challenge: &Challenge,
    request: &BeginByTelephone,
) -> Result<Option<(WorkstationNumber, Conversation)>, Fault> {
    let Some(number) = challenge.workstation() else { return Ok(None) };
    let Some(key) = workstations::key(desk.store, &desk.core.seal, number)? else { return Ok(None) };
    Ok(Conversation::of(challenge, &key, &request.serial).map(|conversation| (number, conversation)))
}

fn enciphered(conversation: &Conversation, codes: UnlockCodes) -> Result<Response, Fault> {
    let current: Option<Vec<UnlockCode>> = codes.current.into_iter().map(|code| UnlockCode::new(code.0)).collect();
    current.and_then(|current| conversation.response(&current)).ok_or_else(|| {
        Fault::new(
            409,
            "code-not-digits",
            "The unlock code of this card is not made of digits and cannot be read aloud",
            "Nothing was begun. Unlock the card at a desk whose gateway answers",
        )
    })
}

pub fn end(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: EndByTelephone = call.json()?;
    let unknown = || {
        Fault::new(
            404,
            "challenge-unknown",
            "No unlock was begun with this challenge",
            "Check its sixteen digits; if nobody answered it, the card is as it was",
        )
    };
    let known = workstations::answered(desk.store, &desk.core.seal, &request.challenge)?.ok_or_else(unknown)?;
    let job = issuances::get(desk.store, &known.job)?;
    let (serial, holder) = (&job.public.serial, &job.public.holder);
    let number = request.challenge.workstation().ok_or_else(unknown)?;
    let key = workstations::key(desk.store, &desk.core.seal, number)?.ok_or_else(unknown)?;
    let conversation = Conversation::of(&request.challenge, &key, serial).ok_or_else(unknown)?;
    let told = if known.wrong_codes < WRONG_CODES { conversation.outcome(&request.code) } else { None };
    let Some(outcome) = told else {
        workstations::count_wrong_code(desk.store, &request.challenge)?;
        desk.audit("telephone.code.wrong", &json!({ "job": known.job, "holder": holder, "serial": serial }))?;
        return Err(wrong_code(known.wrong_codes).kept());
    };
    if !may_end(&job, &records::card(desk.store, serial)?, outcome)? {
        return Answer::json(&EndedByTelephone { outcome, card: records::card(desk.store, serial)? });
    }
    // Whoever tells it, the code proves it: only the workstation that has the card could show it.
    match outcome {
        TelephoneOutcome::Done => {
            unlock_codes::settle(desk.store, &desk.core.seal, serial, UnlockCodeSettled::Next)?;
            let card = records::card(desk.store, serial)?;
            records::put_card(desk.store, &CardRecord { awaits_delivery: false, ..card }, desk.now)?;
            issuances::set_card(desk.store, &job, CardState::Active, desk.now)?;
            issuances::set_state(desk.store, &known.job, IssuanceState::Confirmed)?;
        }
        TelephoneOutcome::GivenUp => {
            issuances::set_card(desk.store, &job, job.card_before, desk.now)?;
            issuances::set_state(desk.store, &known.job, IssuanceState::Aborted)?;
        }
    }
    desk.audit(
        "telephone.ended",
        &json!({ "job": known.job, "holder": holder, "serial": serial, "workstation": number, "outcome": outcome }),
    )?;
    Answer::json(&EndedByTelephone { outcome, card: records::card(desk.store, serial)? })
}

fn wrong_code(wrong_before: u32) -> Fault {
    let fault = Fault::new(
        403,
        "completion-code-wrong",
        "This is no completion code of this unlock",
        "Have it read once more; without it both unlock codes stay on record, and the card can be unlocked again",
    );
    let left = WRONG_CODES.saturating_sub(wrong_before.saturating_add(1));
    fault.detail(format!("tries left: {left}"))
}

/// Whether this is the end of the job, rather than told before. Nothing else has touched the card since it was begun.
fn may_end(job: &Job, card: &CardRecord, outcome: TelephoneOutcome) -> Result<bool, Fault> {
    match (job.public.state, outcome) {
        (IssuanceState::Confirmed, TelephoneOutcome::Done) | (IssuanceState::Aborted, TelephoneOutcome::GivenUp) => {
            Ok(false)
        }
        (IssuanceState::Confirmed | IssuanceState::Aborted, _) => {
            Err(Fault::wrong_state("it has ended otherwise before"))
        }
        (IssuanceState::Expired, _) if card.last_job.as_ref() != Some(&job.public.job) => {
            Err(Fault::wrong_state("its card is in other hands"))
        }
        _ => Ok(true),
    }
}
