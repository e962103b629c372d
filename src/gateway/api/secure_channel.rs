//! The secure channel of a job's card, from its opening to the change of its keys. Every key stays here, those of the session
//! too: for a card that has proved that it holds the static ones the gateway keeps the host's end of the channel, wraps what
//! the workstation carries to the card, and opens what the card answers ([`super::channel_exchange`]).

use serde_json::json;
use subtle::ConstantTimeEq;

use super::{
    Answer, Call, Desk,
    cards::{Secret, job_for, job_with_card},
};
use crate::{
    card::secure_channel::{CardAnswer, Challenges, Channel, KeySet, check_values, encrypted_key_set},
    cis2::wire::{self, Base64, IssuanceState, KeyOwner},
    domain::{Operation, sha256_hex},
    gateway::{
        issuances::Job,
        problem::Fault,
        random,
        secure_channels::{self, GOOD_FOR, JobChannel, OpenChannel},
    },
};

/// Channels begun in one job. An issue needs four, each resumption as many more; beyond this somebody is using the gateway
/// to try cards.
const CHANNELS: u32 = 64;

pub fn begin(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: wire::BeginChannel = call.json()?;
    let job = job_for(desk, call, Secret::Channel)?;
    let rules = desk.core.channel_custody.rules(&request.key_set);
    let rules = rules.ok_or_else(|| Fault::no_channel_keys(&request.key_set))?;
    if !rules.allow(job.series, request.level) {
        desk.audit("card.secure-channel.not-allowed", &detail(&job, &request.key_set, None))?;
        let why = format!("{} at level {:02X}", job.series, request.level.parameter());
        return Err(not_allowed(&request.key_set, &why).kept());
    }
    let begun = secure_channels::of_job(desk.store, &job.public.job)?.map_or(0, |channel| channel.begun);
    if begun >= CHANNELS {
        return Err(Fault::wrong_state("too many protected connections were begun in this job"));
    }
    let challenge = random::bytes()?;
    secure_channels::begin(desk.store, &job.public.job, &request.key_set, request.level, challenge)?;
    desk.audit("card.secure-channel.begun", &detail(&job, &request.key_set, None))?;
    Answer::json(&wire::ChannelBegun { host_challenge: Base64(challenge.to_vec()) })
}

/// The gateway's own file says what its keys are for; what a workstation or a card profile there says changes nothing.
fn not_allowed(key_set: &str, why: &str) -> Fault {
    Fault::new(
        403,
        "channel-not-allowed",
        "The administration keys of the gateway are not for this",
        "Nothing was changed on the card. Correct the card profile here, or have the gateway's administrator correct \
         keys/secure-channel-keys.toml, as `cardwright config --explain` describes",
    )
    .detail(format!("key set “{key_set}”: {why}"))
}

/// What the audit says of a channel.
pub fn detail(job: &Job, key_set: &str, version: Option<u8>) -> serde_json::Value {
    json!({
        "job": job.public.job, "holder": job.public.holder, "serial": job.public.serial, "key_set": key_set,
        "version": version,
    })
}

pub fn channel(desk: &Desk<'_>, job: &Job) -> Result<JobChannel, Fault> {
    secure_channels::of_job(desk.store, &job.public.job)?
        .ok_or_else(|| Fault::wrong_state("no protected connection to the card was begun"))
}

/// Under which name a session is remembered that opened a channel.
pub fn session_of(call: &Call) -> Result<String, Fault> {
    call.token.as_ref().map(|token| sha256_hex(token.expose())).ok_or_else(Fault::unauthenticated)
}

/// Opens the channel for a card that proves its keys, and gives the gateway's own proof. A set that proves wrong is never
/// tried on this card again: every wrong try brings its domain nearer to locking for good.
pub fn open(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
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
    let cryptogram = session.host_cryptogram(&challenges);
    let mut opened = Channel::new(session.clone(), channel.level);
    let command =
        opened.external_authenticate(&cryptogram).encode().map_err(|_| Fault::internal("a proof too long"))?;
    let open = OpenChannel::new(&session, channel.level, opened.position(), session_of(call)?);
    secure_channels::keep_open(desk.store, &desk.core.seal, id, &open, desk.now + GOOD_FOR)?;
    Answer::json(&wire::ChannelProof {
        external_authenticate: Base64(command.to_vec()),
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
    secure_channels::close(desk.store, id)?;
    desk.audit("card.secure-channel.wrong", &detail(&job, &channel.key_set, Some(version)))?;
    Ok(Answer::nothing())
}

fn not_open() -> Fault {
    Fault::wrong_state("the card has not proved its administration keys in this job")
}

/// Prepares the keys that the card is to hold, encrypted under the key-encryption key it holds now. They leave wrapped by the
/// channel that is open, once: what is encrypted under that key is as secret as the key itself, which is static (Amendment D,
/// 6.2.6).
pub fn put_key(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: wire::PutKeys = call.json()?;
    let job = job_for(desk, call, Secret::Channel)?;
    let channel = channel(desk, &job)?;
    let key_set = channel.key_set.as_str();
    let (held, diversification) = channel.proved.ok_or_else(not_open)?;
    if request.owner == KeyOwner::Organisation && job.public.state != IssuanceState::Certified {
        return Err(Fault::wrong_state("the organisation's keys are put on a card that was certified"));
    }
    if !matches!(job.public.operation, Operation::Issue | Operation::Clear) {
        return Err(Fault::wrong_state("the keys of a card are changed when it is issued or cleared"));
    }
    let rules = desk.core.channel_custody.rules(key_set).ok_or_else(|| Fault::no_channel_keys(key_set))?;
    if !rules.allow_keys(request.owner, job.public.operation) {
        desk.audit("card.secure-channel.not-allowed", &detail(&job, key_set, Some(held)))?;
        return Err(not_allowed(key_set, "these keys are not put on a card now").kept());
    }
    let (id, serial) = (&job.public.job, &job.public.serial);
    let (mut open, until) =
        secure_channels::find_open(desk.store, &desk.core.seal, id, desk.now)?.ok_or_else(not_open)?;
    if !open.is_of(&session_of(call)?) {
        return Err(not_open());
    }
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
    // A version that PUT KEY cannot name is not replaced: the card drops it for the first set that is added.
    open.prepare(if held <= 0x7F { held } else { 0 }, encrypted);
    secure_channels::keep_open(desk.store, &desk.core.seal, id, &open, until)?;
    secure_channels::hand_out(desk.store, id, new.version, &expected)?;
    desk.audit("card.secure-channel.keys-prepared", &detail(&job, key_set, Some(new.version)))?;
    Answer::json(&wire::PreparedKeys { check_values: Base64(expected) })
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
