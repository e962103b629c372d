//! What concerns one chip: its record, its management key and its unlock codes.

use rusqlite::params;
use serde_json::json;
use subtle::ConstantTimeEq;

use super::{Answer, Call, Desk, actor::Actor, on_cards::check_proved_lately};
use crate::{
    cis2::wire::{self, PhotoAtDesk},
    domain::{CardSerial, CardState, JobId, NhsCode, Officer, Operation},
    gateway::{
        issuances::{self, BegunAs, Job},
        keys::{Algorithm, NoKey},
        policy::{self, Question},
        problem::Fault,
        random, records, unlock_codes, workstations,
    },
};

/// Wrong answers of a card in one job, after which its key is not tried again: something else is in the reader.
const WRONG_PROOFS: u32 = 3;

/// Challenges answered in one job. An issue needs one, each resumption one more; beyond this somebody is using the
/// gateway to decrypt blocks.
const RELAYS: u32 = 64;

pub fn card(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let serial = call.param("serial")?;
    desk.check_own_card(&serial)?;
    Answer::json(&records::card(desk.store, &serial)?)
}

/// A card that was put into a reader: its record, its holder, who asks, and the holder's photo where it is wanted and small.
pub fn at_desk(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let photo = match call.query.get("photo").map(String::as_str) {
        None => PhotoAtDesk::NotWanted,
        Some("wanted") => PhotoAtDesk::Wanted,
        Some(_) => return Err(Fault::malformed("photo is wanted or is not asked for")),
    };
    Answer::json(&as_at_desk(desk, &call.param("serial")?, photo)?)
}

/// What there is to tell of a card to whoever asks.
pub fn as_at_desk(desk: &Desk<'_>, serial: &CardSerial, wanted: PhotoAtDesk) -> Result<wire::CardAtDesk, Fault> {
    desk.check_own_card(serial)?;
    let card = records::card(desk.store, serial)?;
    let mut holder = card.holder.as_ref().map(|id| records::holder_record(desk.store, id)).transpose()?;
    if let (Actor::Holder(_), Some(own)) = (&desk.actor, &mut holder) {
        // A holder may look at the card they are signed in to, and at no other.
        own.cards.retain(|one| one.serial == *serial);
    }
    let officer = match &desk.actor {
        Actor::Officer(found) => Some(found.officer.clone()),
        Actor::Holder(_) | Actor::Nobody => None,
    };
    let photo = match (&holder, wanted) {
        (Some(known), PhotoAtDesk::Wanted) => records::photo(desk.store, &known.holder.id)?,
        _ => None,
    };
    let photo = photo.filter(|photo| photo.len() <= wire::LARGEST_PHOTO_AT_DESK).map(wire::Base64);
    Ok(wire::CardAtDesk { card, holder, officer, photo })
}

/// The job of this call, for which keys and codes of its card may be used: its own officer while it is open; after it
/// ended without finishing the card, any officer who may clear that card. The codes of an unlock or a repair whose time
/// ran out are settled by its own officer, as long as nobody has touched the card since.
///
/// For calls that tell what has become of a card. [`job_for`] is for those that are given something.
pub fn job_with_card(desk: &Desk<'_>, call: &Call) -> Result<Job, Fault> {
    let id: JobId = call.param("job")?;
    let job = issuances::get(desk.store, &id)?;
    check_card_is_here(desk, &job)?;
    check_hands(desk, &job)?;
    Ok(job)
}

/// Whether the card of a job is in the hands of whoever asks.
fn check_hands(desk: &Desk<'_>, job: &Job) -> Result<(), Fault> {
    if job.is_open() || settles_late(desk, job)? { desk.check_owner(job) } else { may_clean_up(desk, job) }
}

/// A card that is unlocked by telephone is at a desk whose gateway is silent. Its code was read to that desk, and nothing
/// but the completion code tells what came of it: nobody here has the card.
pub fn check_card_is_here(desk: &Desk<'_>, job: &Job) -> Result<(), Fault> {
    if workstations::is_by_telephone(desk.store, &job.public.job)? {
        return Err(Fault::wrong_state("its card is unlocked by telephone, and the completion code ends it"));
    }
    Ok(())
}

/// What of a card's secrets a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    /// Its management key, through the relay.
    ManagementKey,
    /// Its unlock codes.
    UnlockCode,
    /// The code it was delivered with.
    DeliveredCode,
    /// A session with its security domain.
    Channel,
}

impl Secret {
    /// Whether an operation has any use for it. A job that was allowed for one thing is good for nothing else.
    pub fn is_for(self, operation: Operation) -> bool {
        match operation {
            Operation::Clear => true,
            Operation::Issue | Operation::Repair => self != Self::DeliveredCode,
            Operation::Renew | Operation::Cancel => matches!(self, Self::ManagementKey | Self::Channel),
            Operation::Unlock => matches!(self, Self::UnlockCode | Self::Channel),
            Operation::ChangePasscode | Operation::Print => false,
        }
    }
}

/// The job of this call, for one of the secrets of its card, while what let it begin still holds. An ended job that left its
/// card unfinished is good for all of them, for whoever may clear that card.
pub fn job_for(desk: &Desk<'_>, call: &Call, secret: Secret) -> Result<Job, Fault> {
    let job = job_with_card(desk, call)?;
    if job.is_open() && !secret.is_for(job.public.operation) {
        let detail = json!({
            "job": job.public.job, "operation": job.public.operation, "holder": job.public.holder,
            "serial": job.public.serial,
        });
        desk.audit("card.secret.refused", &detail)?;
        return Err(Fault::wrong_state("this job is not one that needs that of its card").kept());
    }
    check_may_be_given(desk, &job)?;
    Ok(job)
}

/// Whether an answer with the codes of a job's card may be given again: whoever asks could be given them anew.
pub fn check_given_again(desk: &Desk<'_>, id: &JobId) -> Result<(), Fault> {
    let job = issuances::get(desk.store, id)?;
    // The answer of an unlock by telephone is kept as every other; its card is elsewhere, and its job is open or over.
    if workstations::is_by_telephone(desk.store, id)? {
        job.check_open()?;
    }
    check_hands(desk, &job)?;
    check_may_be_given(desk, &job)
}

/// Whether what lets this job have secrets of its card holds at this moment.
fn check_may_be_given(desk: &Desk<'_>, job: &Job) -> Result<(), Fault> {
    if job.is_open() || settles_late(desk, job)? {
        return desk.check_still_allowed(job);
    }
    // The job is over, and its card is brought back to blank. Its own officer goes on with what they proved when they began;
    // for anybody else this is a clear like any other.
    let own = |officer: &Officer| job.begun_as == BegunAs::Desk && job.officer == officer.id;
    if desk.officer().is_ok_and(own) {
        return Ok(());
    }
    check_proved_lately(desk, Operation::Clear)?;
    if desk.core.config.second_officer.contains(&Operation::Clear) {
        return Err(Fault::new(
            403,
            "second-officer-needed",
            "A second officer must approve this",
            "Begin a clear of this card at this desk, which a colleague approves there",
        )
        .detail("a card that another officer left unfinished"));
    }
    Ok(())
}

fn settles_late(desk: &Desk<'_>, job: &Job) -> Result<bool, Fault> {
    let last = records::card(desk.store, &job.public.serial)?.last_job.as_ref() == Some(&job.public.job);
    let settles = matches!(job.public.operation, Operation::Unlock | Operation::Repair);
    Ok(last && settles && job.public.state == wire::IssuanceState::Expired)
}

/// Whether this officer may bring the unfinished card of an ended job back to blank.
pub fn may_clean_up(desk: &Desk<'_>, job: &Job) -> Result<(), Fault> {
    let card = records::card(desk.store, &job.public.serial)?;
    if card.state != CardState::Unfinished || card.last_job.as_ref() != Some(&job.public.job) {
        job.check_open()?;
        return Err(Fault::wrong_state("its card is in other hands"));
    }
    let holder = records::holder(desk.store, &job.public.holder)?;
    let question = Question {
        operation: Operation::Clear,
        officer: desk.officer()?,
        holder: &holder,
        card: &card,
        series: job.series,
        software: &job.software,
        printer: None,
    };
    match policy::refusal(desk.store, desk.core.config.realm, desk.now, &question)? {
        None => Ok(()),
        Some(refusal) => {
            desk.audit("card.clean-up.refused", &json!({ "job": job.public.job, "serial": job.public.serial }))?;
            Err(Fault::refused(Operation::Clear, refusal).kept())
        }
    }
}

fn wrong_key(detail: &str) -> Fault {
    Fault::new(
        403,
        "wrong-management-key",
        "The card and the gateway do not share a management key",
        "Set this card aside and use another; tell the gateway's administrator its serial",
    )
    .detail(detail)
}

pub fn challenge(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: wire::ManagementKeyChallenge = call.json()?;
    let job = job_for(desk, call, Secret::ManagementKey)?;
    if job.wrong_proofs >= WRONG_PROOFS {
        return Err(wrong_key("three wrong answers in this job"));
    }
    if job.relays >= RELAYS {
        return Err(wrong_key("too many challenges in this job"));
    }
    let algorithm = Algorithm::from_identifier(request.algorithm)
        .ok_or_else(|| Fault::malformed("the algorithm is not 3, 8, 10 or 12"))?;
    let serial = &job.public.serial;
    let key = desk.core.custody.key(&job.profile, serial, algorithm).map_err(|error| match error {
        NoKey::Profile | NoKey::Card => Fault::no_key_set(&job.profile),
        NoKey::Algorithm => wrong_key("the card asks for another algorithm than its key set has"),
    })?;
    let block = || Fault::malformed("the encrypted witness is not one block of its algorithm");
    let witness = algorithm.decrypt(&key, &request.encrypted_witness.0).ok_or_else(block)?;
    let random: [u8; 16] = random::bytes()?;
    let challenge = random.get(..algorithm.block_length()).ok_or_else(block)?.to_vec();
    let expected = algorithm.encrypt(&key, &challenge).ok_or_else(block)?;
    let sealed = desk.core.seal.seal(&expected_purpose(&job), expected.expose())?;
    desk.store.execute(
        "UPDATE issuances SET expected = ?2, relays = relays + 1 WHERE job = ?1",
        params![job.public.job.as_str(), sealed],
    )?;
    desk.audit("card.management-key.challenged", &json!({ "job": job.public.job, "serial": serial }))?;
    Answer::json(&wire::ManagementKeyAnswer {
        witness: wire::SecretBase64(witness),
        challenge: wire::Base64(challenge),
    })
}

fn expected_purpose(job: &Job) -> String {
    format!("management-key answer of {}", job.public.job)
}

pub fn proof(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: wire::ManagementKeyProof = call.json()?;
    let job = job_for(desk, call, Secret::ManagementKey)?;
    let id = &job.public.job;
    let sealed = job.expected.as_ref().ok_or_else(|| Fault::wrong_state("no challenge is open for the card"))?;
    let expected = desk.core.seal.unseal(&expected_purpose(&job), sealed)?;
    let right: bool = expected.expose().ct_eq(&request.encrypted_challenge.0).into();
    let detail = json!({ "job": id, "serial": job.public.serial });
    if right {
        desk.store.execute("UPDATE issuances SET expected = NULL, proven = 1 WHERE job = ?1", [id.as_str()])?;
        desk.audit("card.management-key.proven", &detail)?;
        return Ok(Answer::nothing());
    }
    desk.store.execute(
        "UPDATE issuances SET expected = NULL, wrong_proofs = wrong_proofs + 1 WHERE job = ?1",
        [id.as_str()],
    )?;
    desk.audit("card.management-key.wrong", &detail)?;
    let left = WRONG_PROOFS.saturating_sub(job.wrong_proofs + 1);
    Err(wrong_key(&format!("the card's answer is wrong; tries left in this job: {left}")).kept())
}

pub fn release(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let job = job_for(desk, call, Secret::UnlockCode)?;
    Ok(Answer::json(&release_codes(desk, &job)?)?.with_codes_of(&job.public.job))
}

/// Releases the codes of a job's card to that job.
pub fn release_codes(desk: &Desk<'_>, job: &Job) -> Result<wire::UnlockCodes, Fault> {
    let serial = &job.public.serial;
    let first = desk.core.custody.first_code(&job.profile, serial).map_err(|_| Fault::no_key_set(&job.profile))?;
    let codes = unlock_codes::release(desk.store, &desk.core.seal, serial, first)
        .map_err(|fault| fault.nhs_code(NhsCode::NoUnlockCode))?;
    note_released(desk, job, codes.current.len())?;
    Ok(codes)
}

/// Notes that a job of a card got its codes, in the job and in the audit.
pub fn note_released(desk: &Desk<'_>, job: &Job, candidates: usize) -> Result<(), Fault> {
    desk.store.execute("UPDATE issuances SET codes_released = 1 WHERE job = ?1", [job.public.job.as_str()])?;
    desk.audit(
        "card.unlock-codes.released",
        &json!({ "job": job.public.job, "serial": job.public.serial, "candidates": candidates }),
    )
}

/// Releases the code the card was delivered with as the one to change to: for a card that goes back to stock.
pub fn release_delivered(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let job = job_for(desk, call, Secret::DeliveredCode)?;
    if job.public.operation != Operation::Clear {
        return Err(Fault::wrong_state("only a card that is cleared goes back to the code it was delivered with"));
    }
    let delivered = desk.core.custody.transport_code(&job.profile).map_err(|_| Fault::no_key_set(&job.profile))?;
    let codes = unlock_codes::release_delivered(desk.store, &desk.core.seal, &job.public.serial, delivered)?;
    note_released(desk, &job, codes.current.len())?;
    Ok(Answer::json(&codes)?.with_codes_of(&job.public.job))
}

pub fn settled(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let found: wire::UnlockCodeSettled = call.json()?;
    let job = job_with_card(desk, call)?;
    if !job.codes_released {
        return Err(Fault::wrong_state("no unlock code of this card was released to it"));
    }
    unlock_codes::settle(desk.store, &desk.core.seal, &job.public.serial, found)?;
    let detail = json!({ "job": job.public.job, "serial": job.public.serial, "found": found });
    desk.audit("card.unlock-code.settled", &detail)?;
    Ok(Answer::nothing())
}
