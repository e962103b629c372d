//! Holders whose own job was cut off sign in with whatever keys the card has at that moment.
//!
//! A card in the middle of a renewal has no pair with which it could sign in as usual. But at every moment it holds one key
//! that the gateway knows: the signing key stays the old one until the new authentication key was told, and from then on
//! that one is known. It signs after the passcode alone, so that whoever goes on has the card and knows its passcode.

use rusqlite::Connection;
use time::OffsetDateTime;

use super::{
    authentications,
    issuances::{self, BegunAs, Job},
    policy::{self, OwnQuestion},
    problem::Fault,
    public_key::CardKey,
    records,
};
use crate::{
    cis2::wire::{CardRecord, IssuanceState},
    domain::{
        CardSerial, CardState, Operation,
        eligibility::{Realm, Task},
    },
};

/// Signatures looked at: one of each slot.
const MOST_SIGNATURES: usize = 2;

/// The job on this card that its holder began and may go on with, once the card has signed the challenge with a key that
/// is known to be on it.
pub fn prove(
    store: &Connection,
    realm: Realm,
    now: OffsetDateTime,
    serial: &CardSerial,
    challenge: &[u8],
    signatures: &[Vec<u8>],
) -> Result<Job, Fault> {
    authentications::use_up_challenge(store, challenge, now)?;
    if signatures.len() > MOST_SIGNATURES {
        return Err(Fault::malformed("a card has two keys"));
    }
    let card = records::card(store, serial)?;
    let job = job_of(store, &card)?.ok_or_else(nothing_unfinished)?;
    if !has_signed(store, &job, challenge, signatures)? {
        return Err(Fault::new(
            403,
            "signature-wrong",
            "The card did not prove that it is the one this job was begun on",
            "Take the card to the Registration Authority desk, which can repair it",
        ));
    }
    let holder = records::holder(store, &job.public.holder)?;
    let operation = job.public.operation;
    let before = CardRecord { state: job.card_before, ..card };
    let question = OwnQuestion {
        task: Task::SelfService(operation),
        holder: &holder,
        card: &before,
        series: job.series,
        software: &job.software,
    };
    match policy::own_refusal(store, realm, now, &question)? {
        Some(refusal) => Err(Fault::refused(operation, refusal)),
        None => Ok(job),
    }
}

/// The job that was cut off: open still, or run out of time with the card in neither state.
pub fn job_of(store: &Connection, card: &CardRecord) -> Result<Option<Job>, Fault> {
    let Some(last) = &card.last_job else { return Ok(None) };
    let Some(job) = issuances::find(store, last)? else { return Ok(None) };
    let left = job.public.state == IssuanceState::Expired && card.state == CardState::Unfinished;
    let theirs = job.begun_as == BegunAs::SelfService
        && matches!(job.public.operation, Operation::Renew | Operation::ChangePasscode);
    Ok((theirs && (job.is_open() || left)).then_some(job))
}

fn nothing_unfinished() -> Fault {
    Fault::new(
        404,
        "nothing-unfinished",
        "Nothing that its holder began is unfinished on this card",
        "Take the card out, put it back in and begin anew, or take it to the Registration Authority desk",
    )
}

fn has_signed(store: &Connection, job: &Job, challenge: &[u8], signatures: &[Vec<u8>]) -> Result<bool, Fault> {
    let mut keys = Vec::new();
    for der in issuances::certificates_of_card(store, job)? {
        keys.push(CardKey::from_certificate(&der)?);
    }
    if let Some(told) = &job.public.told_key {
        keys.push(CardKey::from_info(&told.0)?);
    }
    Ok(keys.iter().any(|key| signatures.iter().any(|signature| key.verify(challenge, signature))))
}
