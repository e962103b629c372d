//! The secure channel of a job's card. The keys of its security domain stay here: what leaves are the keys of one session,
//! for a card that has proved that it holds the static ones, and new keys encrypted for that card alone.

use serde_json::json;
use subtle::ConstantTimeEq;

use super::{
    Answer, Call, Desk,
    cards::{Secret, job_for, job_with_card},
};
use crate::{
    card::secure_channel::{CardAnswer, Challenges, KeySet, check_values, encrypted_key_set},
    cis2::wire::{self, Base64, IssuanceState, KeyOwner, SecretBase64},
    domain::Operation,
    gateway::{
        issuances::Job,
        problem::Fault,
        random,
        secure_channels::{self, JobChannel},
    },
};

/// Channels begun in one job. An issue needs two, each resumption two more; beyond this somebody is using the gateway to
/// try cards.
const CHANNELS: u32 = 64;

pub fn begin(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: wire::BeginChannel = call.json()?;
    let job = job_for(desk, call, Secret::Channel)?;
    if !desk.core.channel_custody.knows(&request.key_set) {
        return Err(Fault::no_channel_keys(&request.key_set));
    }
    let begun = secure_channels::of_job(desk.store, &job.public.job)?.map_or(0, |channel| channel.begun);
    if begun >= CHANNELS {
        return Err(Fault::wrong_state("too many protected connections were begun in this job"));
    }
    let challenge = random::bytes()?;
    secure_channels::begin(desk.store, &job.public.job, &request.key_set, challenge)?;
    desk.audit("card.secure-channel.begun", &detail(&job, &request.key_set, None))?;
    Answer::json(&wire::ChannelBegun { host_challenge: Base64(challenge.to_vec()) })
}

/// What the audit says of a channel.
fn detail(job: &Job, key_set: &str, version: Option<u8>) -> serde_json::Value {
    json!({
        "job": job.public.job, "holder": job.public.holder, "serial": job.public.serial, "key_set": key_set,
        "version": version,
    })
}

fn channel(desk: &Desk<'_>, job: &Job) -> Result<JobChannel, Fault> {
    secure_channels::of_job(desk.store, &job.public.job)?
        .ok_or_else(|| Fault::wrong_state("no protected connection to the card was begun"))
}

/// Gives the keys of one session to a card that proves its own. A set that proves wrong is never tried on this card again:
/// every wrong try brings its domain nearer to locking for good.
pub fn keys(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: wire::ChannelAnswer = call.json()?;
    let answer = CardAnswer::parse(&request.answer.0).map_err(|fault| Fault::malformed(fault.to_string()))?;
    let job = job_for(desk, call, Secret::Channel)?;
    let (id, serial) = (&job.public.job, &job.public.serial);
    let channel = channel(desk, &job)?;
    let (key_set, version) = (channel.key_set.as_str(), answer.key_version);
    let host = channel.host_challenge.ok_or_else(|| Fault::wrong_state("no challenge is open for the card"))?;
    secure_channels::use_up_challenge(desk.store, id)?;
    let detail = detail(&job, key_set, Some(version));
    // Which set the card holds it says itself; none is guessed.
    let set = desk.core.channel_custody.of_version(key_set, version);
    let Some((set, keys)) = set.and_then(|set| Some((set, set.keys(serial, &answer.diversification)?))) else {
        desk.audit("card.secure-channel.unknown", &detail)?;
        return Err(Fault::no_channel_keys(&format!("{key_set}, version {version}")).kept());
    };
    if secure_channels::is_refused(desk.store, serial, key_set, version)? {
        desk.audit("card.secure-channel.refused", &detail)?;
        return Err(wrong_keys(&job, "they proved wrong before").kept());
    }
    let challenges = Challenges { host, card: answer.challenge };
    let session = keys.session(&challenges);
    if !bool::from(session.card_cryptogram(&challenges).ct_eq(&answer.cryptogram)) {
        secure_channels::refuse(desk.store, id, serial, key_set, version, desk.now)?;
        desk.audit("card.secure-channel.wrong", &detail)?;
        return Err(wrong_keys(&job, "the card's proof is wrong").kept());
    }
    secure_channels::proved(desk.store, id, version, &answer.diversification)?;
    desk.audit("card.secure-channel.opened", &detail)?;
    // A card that proves the keys that were handed out for it has taken them, whether or not its answer arrived.
    if channel.put.is_some_and(|(put, _)| put == version) {
        secure_channels::settle(desk.store, id, serial, (key_set, version, set.owner), desk.now)?;
        desk.audit("card.secure-channel.keys-put", &detail)?;
    }
    Answer::json(&wire::ChannelKeys {
        host_cryptogram: Base64(session.host_cryptogram(&challenges).to_vec()),
        encryption: SecretBase64(session.encryption.secret().clone()),
        command_mac: SecretBase64(session.command_mac.secret().clone()),
        answer_mac: SecretBase64(session.answer_mac.secret().clone()),
        key_version: version,
        owner: set.owner,
    })
}

fn wrong_keys(job: &Job, why: &str) -> Fault {
    Fault::new(
        403,
        "wrong-channel-keys",
        "The card and the gateway do not share administration keys",
        "Nothing was written, and these keys are not tried on this card again. Set it aside and use another; the \
         gateway's administrator can allow one more try with `cardwright gateway --allow-keys-of`",
    )
    .detail(format!("{why}; card {}", job.public.serial))
}

/// The workstation says that the card refused the host's proof, although it gave a right one itself.
pub fn refused(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let job = job_with_card(desk, call)?;
    let channel = channel(desk, &job)?;
    let (version, _) = channel.proved.ok_or_else(not_open)?;
    let (id, serial) = (&job.public.job, &job.public.serial);
    secure_channels::refuse(desk.store, id, serial, &channel.key_set, version, desk.now)?;
    desk.audit("card.secure-channel.wrong", &detail(&job, &channel.key_set, Some(version)))?;
    Ok(Answer::nothing())
}

fn not_open() -> Fault {
    Fault::wrong_state("the card has not proved its administration keys in this job")
}

/// Gives the keys that the card is to hold, encrypted under the key-encryption key it holds now.
pub fn put_key(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: wire::PutKeys = call.json()?;
    let job = job_for(desk, call, Secret::Channel)?;
    let channel = channel(desk, &job)?;
    let key_set = channel.key_set.as_str();
    let (held, diversification) = channel.proved.ok_or_else(not_open)?;
    if request.owner == KeyOwner::Organisation && job.public.state != IssuanceState::Certified {
        return Err(Fault::wrong_state("the organisation's keys are put on a card that was certified"));
    }
    // They are put on at issue and go back where it is undone or the card cleared: no other job changes them.
    if job.is_open() && !matches!(job.public.operation, Operation::Issue | Operation::Clear) {
        return Err(Fault::wrong_state("this job is not one that changes the keys of its card"));
    }
    let serial = &job.public.serial;
    let custody = &desk.core.channel_custody;
    let unknown = || Fault::no_channel_keys(key_set);
    let current = custody.of_version(key_set, held).ok_or_else(unknown)?;
    let new = custody.of_owner(key_set, request.owner).ok_or_else(unknown)?;
    if new.version == current.version {
        return Err(Fault::wrong_state("the card holds these keys already"));
    }
    let current_keys = current.keys(serial, &diversification).ok_or_else(unknown)?;
    let keys = new.keys(serial, &diversification).ok_or_else(unknown)?;
    let expected = check_values(new.version, &keys);
    let encrypted = encrypted_key_set(current_keys.key_encryption(), &KeySet { version: new.version, keys });
    secure_channels::hand_out(desk.store, &job.public.job, new.version, &expected)?;
    desk.audit("card.secure-channel.keys-prepared", &detail(&job, key_set, Some(new.version)))?;
    // A version that PUT KEY cannot name is not replaced: the card drops it for the first set that is added.
    let replaced_version = if held <= 0x7F { held } else { 0 };
    Answer::json(&wire::PreparedKeys { replaced_version, key_set: Base64(encrypted), check_values: Base64(expected) })
}

/// The card took the keys and showed their check values.
pub fn settled(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: wire::KeysPut = call.json()?;
    let job = job_with_card(desk, call)?;
    let channel = channel(desk, &job)?;
    let key_set = channel.key_set.as_str();
    let (version, expected) = channel.put.ok_or_else(|| Fault::wrong_state("no keys were handed out for this card"))?;
    let detail = detail(&job, key_set, Some(version));
    if !bool::from(expected.ct_eq(&request.check_values.0)) {
        desk.audit("card.secure-channel.keys-wrong", &detail)?;
        let fault = Fault::new(
            409,
            "wrong-check-values",
            "The card's answer does not fit the administration keys it was given",
            "Set this card aside and tell the gateway's administrator its serial",
        );
        return Err(fault.detail(format!("card {}", job.public.serial)).kept());
    }
    let owner = desk.core.channel_custody.of_version(key_set, version).map(|set| set.owner);
    let owner = owner.ok_or_else(|| Fault::no_channel_keys(key_set))?;
    secure_channels::settle(desk.store, &job.public.job, &job.public.serial, (key_set, version, owner), desk.now)?;
    desk.audit("card.secure-channel.keys-put", &detail)?;
    Ok(Answer::nothing())
}
