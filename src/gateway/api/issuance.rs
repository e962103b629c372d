//! Reserve, certify on hold, confirm, give up.

use rusqlite::params;
use serde_json::json;
use subtle::ConstantTimeEq;
use time::OffsetDateTime;

use super::{
    Answer, Call, Desk,
    actor::{Actor, Wanted},
    on_cards::check_proved_lately,
};
use crate::{
    cis2::wire::{self, CardAfterAbort, Issuance, IssuanceState, KeysWanted},
    domain::{
        CardSerial, CardState, CertificateSlot, HolderId, JobId, Operation, Series, eligibility::ClientSoftware, hex,
        sha256_hex,
    },
    gateway::{
        authority,
        issuances::{self, BegunAs, Certificate, Job},
        policy,
        problem::Fault,
        public_key::CardKey,
        random, records, sessions,
        store::{one, word},
        unlock_codes,
    },
};

pub fn reserve(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: wire::Reserve = call.json()?;
    let beginner = desk.beginner()?;
    if let Some(job) = issuances::find(desk.store, &request.job)? {
        desk.check_owner(&job)?;
        return if job.public.holder == request.holder && job.public.serial == request.serial {
            Answer::created(&job.public)
        } else {
            Err(Fault::wrong_state("this job number is taken by another card"))
        };
    }
    if !matches!(request.operation, Operation::Issue | Operation::Repair | Operation::Renew) {
        return Err(Fault::malformed("only issue, repair and renew make certificates"));
    }
    if request.keys == KeysWanted::Same && request.operation != Operation::Renew {
        return Err(Fault::malformed("only a renewal is for the keys the card has"));
    }
    let holder = records::holder(desk.store, &request.holder)?;
    check_not_in_work(desk, &request.serial, &request.holder)?;
    let card = records::card(desk.store, &request.serial)?;
    if request.operation != Operation::Issue && card.holder.as_ref().is_some_and(|owner| *owner != holder.id) {
        return Err(Fault::wrong_holder());
    }
    let detail = json!({
        "job": request.job, "operation": request.operation, "holder": request.holder, "serial": request.serial,
        "series": request.series, "profile": request.profile, "client_software": request.client_software.to_string(), "locked": request.locked,
    });
    let wanted = Wanted {
        operation: request.operation,
        holder: &holder,
        card: &card,
        series: request.series,
        software: &request.client_software,
    };
    desk.check_wanted(&wanted, "issuance.refused", &detail)?;
    // A repair is given the unlock codes and sets a new passcode, as an unlock does.
    check_proved_lately(desk, request.operation)?;
    let series = policy::series_of(&card, request.series);
    if request.operation == Operation::Renew && request.keys != desk.core.config.renewal_keys.of(series) {
        desk.audit("issuance.refused", &detail)?;
        let fault = Fault::new(
            403,
            "renewal-keys",
            "The gateway does not renew such a card with these keys",
            "Correct the card profile here, or have the gateway's administrator set gateway.renewal-keys",
        );
        return Err(fault.detail(format!("{series}: {} keys", word(&request.keys))).kept());
    }
    if !desk.core.custody.knows(&request.profile, &request.serial) {
        return Err(Fault::no_key_set(&request.profile));
    }
    // A card that has no management key proves none. That is not the desk's word alone: the record must say it too.
    let without = request.operation == Operation::Renew && [card.series, request.series] == [Series::Series8; 2];
    if !(without || desk.core.custody.asks_for_proof(&request.profile)) {
        return Err(Fault::wrong_state("only a Series 8 card that is renewed proves no management key"));
    }
    let public = Issuance {
        job: request.job,
        operation: request.operation,
        holder: request.holder,
        serial: request.serial,
        state: IssuanceState::Reserved,
        locked: request.locked,
        deadline: desk.now + desk.core.config.deadline,
        authentication_sha256: None,
        signing_sha256: None,
        begun_by: None,
        told_key: None,
    };
    let recognised = (request.series, request.profile, request.client_software);
    let job = Job { keys: request.keys, ..just_begun(desk, beginner, public, recognised, &card) };
    issuances::insert(desk.store, &job)?;
    issuances::set_card(desk.store, &job, CardState::InWork, desk.now)?;
    desk.audit("issuance.reserved", &detail)?;
    // Read back, so that this answer and every later one show the same deadline to the second.
    Answer::created(&issuances::get(desk.store, &job.public.job)?.public)
}

/// A new job of an operation that makes no certificates.
pub fn new_job(desk: &Desk<'_>, request: &wire::BeginOnCard, card: &wire::CardRecord) -> Result<Job, Fault> {
    let public = Issuance {
        job: request.job.clone(),
        operation: request.operation,
        holder: request.holder.clone(),
        serial: request.serial.clone(),
        state: IssuanceState::Reserved,
        locked: false,
        deadline: desk.now + desk.core.config.deadline,
        authentication_sha256: None,
        signing_sha256: None,
        begun_by: None,
        told_key: None,
    };
    let series = if request.chip == wire::Chip::NotHere { card.series } else { request.series };
    let recognised = (series, request.profile.clone(), request.client_software.clone());
    Ok(just_begun(desk, desk.beginner()?, public, recognised, card))
}

/// A job of which nothing was relayed, proved or released yet: whose it is, and what the workstation recognised and runs.
fn just_begun(
    desk: &Desk<'_>,
    (officer, begun_as): (HolderId, BegunAs),
    public: Issuance,
    (series, profile, software): (Series, String, ClientSoftware),
    card: &wire::CardRecord,
) -> Job {
    Job {
        public,
        officer,
        // What is on record goes into the job too: from there it comes back to the record, and the rules are asked about it.
        series: policy::series_of(card, series),
        profile,
        software,
        begun: desk.now,
        proof_challenge: None,
        expected: None,
        relays: 0,
        wrong_proofs: 0,
        proven: false,
        codes_released: false,
        begun_as,
        card_before: card.state,
        keys: KeysWanted::New,
    }
}

/// One open job for a card and for a holder.
pub fn check_not_in_work(desk: &Desk<'_>, serial: &CardSerial, holder: &HolderId) -> Result<(), Fault> {
    if let Some(open) = issuances::open_on_card(desk.store, serial)? {
        return Err(in_work(desk, "card-in-work", "Another job is open on this card", &open));
    }
    if let Some(open) = issuances::open_for_holder(desk.store, holder)? {
        return Err(in_work(desk, "holder-in-work", "Another card of this holder is being worked on", &open));
    }
    Ok(())
}

/// Says who is at work and since when.
fn in_work(desk: &Desk<'_>, kind: &str, title: &str, open: &Job) -> Fault {
    let who = match sessions::officer(desk.store, &open.officer) {
        _ if open.begun_as == BegunAs::SelfService => "The holder".to_owned(),
        Ok(Some(officer)) => format!("{} ({}, {})", officer.name, officer.role, officer.id.grouped()),
        Ok(None) | Err(_) => format!("Officer {}", open.officer.grouped()),
    };
    let detail = format!(
        "{who} began job {} on card {} at {} UTC, and its time runs out at {} UTC",
        open.public.job.short(),
        open.public.serial,
        clock_time(open.begun),
        clock_time(open.public.deadline),
    );
    Fault::new(409, kind, title, "Wait for that job to end, or resume it where it was begun").detail(detail)
}

fn clock_time(at: OffsetDateTime) -> String {
    format!("{} {:02}:{:02}", at.date(), at.hour(), at.minute())
}

pub fn get(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let job = issuances::get(desk.store, &call.param("job")?)?;
    desk.check_own_card(&job.public.serial)?;
    Answer::json(&job.public)
}

/// Whether certificates are made in this job at all: one that was allowed for something else on the card makes none.
fn check_certifies(job: &Job) -> Result<(), Fault> {
    match job.public.operation {
        Operation::Issue | Operation::Repair | Operation::Renew => Ok(()),
        _ => Err(Fault::wrong_state("no certificates are made in this job")),
    }
}

pub fn certify(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: wire::Certify = call.json()?;
    let id: JobId = call.param("job")?;
    let job = issuances::get(desk.store, &id)?;
    desk.check_owner(&job)?;
    check_certifies(&job)?;
    job.check_open()?;
    desk.check_still_allowed(&job)?;
    let keys = [
        (CertificateSlot::Authentication, CardKey::from_request(&request.authentication_csr.0)?),
        (CertificateSlot::Signing, CardKey::from_request(&request.signing_csr.0)?),
    ];
    let again = matches!(job.public.operation, Operation::Repair | Operation::Renew);
    if job.public.state == IssuanceState::Certified {
        match already_certified(desk, &job, &keys) {
            // The card made its keys anew after it was cut off: what was certified before was never good.
            Err(_) if again => {
                issuances::revoke(desk.store, &id, desk.now)?;
            }
            answer => return answer,
        }
    }
    if !job.proven && desk.core.custody.asks_for_proof(&job.profile) {
        return Err(Fault::wrong_state("the card has not proved its management key in this job"));
    }
    let renews = job.public.operation == Operation::Renew;
    if !job.codes_released && !renews {
        return Err(Fault::wrong_state("the card's unlock code has not been changed in this job"));
    }
    let mut made = Vec::with_capacity(keys.len());
    for (slot, key) in &keys {
        made.push(certify_one(desk, &job, *slot, key)?);
    }
    let [authentication, signing] =
        <[Vec<u8>; 2]>::try_from(made).map_err(|_| Fault::internal("not two certificates"))?;
    let challenge: [u8; 32] = random::bytes()?;
    desk.store.execute("UPDATE issuances SET proof_challenge = ?2 WHERE job = ?1", params![id.as_str(), challenge])?;
    issuances::set_state(desk.store, &id, IssuanceState::Certified)?;
    issuances::tell_key(desk.store, &id, None)?;
    // The unlock code is changed before keys are made, so a card with keys holds the new one.
    if !renews {
        unlock_codes::settle(desk.store, &desk.core.seal, &job.public.serial, wire::UnlockCodeSettled::Next)?;
    }
    desk.audit(
        "issuance.certified",
        &json!({
            "job": id, "operation": job.public.operation, "holder": job.public.holder, "serial": job.public.serial,
            "authentication_sha256": sha256_hex(&authentication), "signing_sha256": sha256_hex(&signing),
        }),
    )?;
    Answer::json(&wire::Certified {
        authentication: wire::Base64(authentication),
        signing: wire::Base64(signing),
        proof_challenge: wire::Base64(challenge.to_vec()),
    })
}

fn certify_one(desk: &Desk<'_>, job: &Job, slot: CertificateSlot, key: &CardKey) -> Result<Vec<u8>, Fault> {
    let key_sha256 = sha256_hex(key.spki());
    // A key is certified once in its life, whatever slot, card or holder asks; but for a renewal for the keys the card has.
    let sql = "SELECT COUNT(*), COALESCE(SUM(slot = ?2 AND job IN (SELECT job FROM issuances WHERE serial = ?3)), 0) \
               FROM certificates WHERE key_sha256 = ?1";
    let key_of = params![key_sha256, word(&slot), job.public.serial.as_str()];
    let (seen, on_this_card): (i64, i64) =
        one(desk.store, sql, key_of, |row| Ok((row.get(0)?, row.get(1)?)))?.unwrap_or_default();
    let may = match job.keys {
        KeysWanted::New => seen == 0,
        KeysWanted::Same => seen > 0 && seen == on_this_card,
    };
    if !may {
        return Err(Fault::new(
            409,
            "key-seen-before",
            "A key of this card was certified before, and every key may be certified once only",
            "Resume the job: new keys will be made; if it happens again, set the card aside",
        )
        .detail(format!("the {slot} key")));
    }
    let crl_url = format!("{}/ra/v1/pki/{}.crl", desk.core.config.public_url, word(&slot));
    let made = desk.core.authorities.of(slot).certify(slot, &job.public.holder, key, crl_url, desk.now)?;
    desk.store.execute(
        "INSERT INTO certificates VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'hold', ?7, ?8)",
        params![
            hex(&made.serial_number),
            job.public.job.as_str(),
            word(&slot),
            made.der,
            sha256_hex(&made.der),
            key_sha256,
            authority::HOLD,
            desk.now.unix_timestamp(),
        ],
    )?;
    Ok(made.der)
}

/// The same keys again, after the answer was lost: the same certificates.
fn already_certified(desk: &Desk<'_>, job: &Job, keys: &[(CertificateSlot, CardKey); 2]) -> Result<Answer, Fault> {
    let pair = certificates(desk, job)?;
    for ((_, key), certificate) in keys.iter().zip(&pair) {
        if sha256_hex(key.spki()) != certificate.key_sha256 {
            return Err(Fault::wrong_state("it is certified already, for other keys than these"));
        }
    }
    answer_certified(job, pair)
}

fn answer_certified(job: &Job, [authentication, signing]: [Certificate; 2]) -> Result<Answer, Fault> {
    Answer::json(&wire::Certified {
        authentication: wire::Base64(authentication.der),
        signing: wire::Base64(signing.der),
        proof_challenge: wire::Base64(job.proof_challenge.clone().unwrap_or_default()),
    })
}

fn certificates(desk: &Desk<'_>, job: &Job) -> Result<[Certificate; 2], Fault> {
    let missing = || Fault::wrong_state("it has no certificates yet");
    let of = |slot| issuances::certificate(desk.store, &job.public.job, slot)?.ok_or_else(missing);
    Ok([of(CertificateSlot::Authentication)?, of(CertificateSlot::Signing)?])
}

pub fn confirm(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: wire::Confirm = call.json()?;
    let id: JobId = call.param("job")?;
    let job = issuances::get(desk.store, &id)?;
    desk.check_owner(&job)?;
    check_certifies(&job)?;
    if job.public.state != IssuanceState::Confirmed {
        job.check_open()?;
        desk.check_still_allowed(&job)?;
    }
    let serial = &job.public.serial;
    let pair = certificates(desk, &job)?;
    check_read_back(&request, &job, &pair)?;
    if job.public.state == IssuanceState::Confirmed {
        return Answer::json(&job.public);
    }
    issuances::make_good(desk.store, &id, desk.now)?;
    issuances::keep_identifier(desk.store, &id, request.identifier.as_ref())?;
    // Only now are the old ones ended: until this moment the card worked with them, or could be brought back to them.
    let replaced = issuances::revoke_card(desk.store, serial, Some(&id), authority::SUPERSEDED, desk.now)?;
    issuances::set_state(desk.store, &id, IssuanceState::Confirmed)?;
    let locked = request.locked.unwrap_or(job.public.locked);
    // An issue that was cut off is brought to its end by a repair, and the card is delivered locked all the same.
    let goes_out = match job.public.operation {
        Operation::Issue => true,
        Operation::Repair => job.card_before == CardState::Unfinished,
        _ => false,
    };
    if goes_out {
        let card = records::card(desk.store, serial)?;
        records::put_card(desk.store, &wire::CardRecord { awaits_delivery: locked, ..card }, desk.now)?;
    }
    issuances::set_card(desk.store, &job, if locked { CardState::Locked } else { CardState::Active }, desk.now)?;
    desk.audit(
        "issuance.confirmed",
        &json!({
            "job": id, "operation": job.public.operation, "holder": job.public.holder, "serial": serial,
            "locked": locked, "replaced": replaced,
            "authentication_sha256": request.authentication_sha256, "signing_sha256": request.signing_sha256,
        }),
    )?;
    Answer::json(&issuances::get(desk.store, &id)?.public)
}

/// Whether the card holds the certificates that were made for it, and their keys.
fn check_read_back(request: &wire::Confirm, job: &Job, pair: &[Certificate; 2]) -> Result<(), Fault> {
    let hashes = [&request.authentication_sha256, &request.signing_sha256];
    let proofs = [&request.authentication_proof, &request.signing_proof];
    let challenge = job.proof_challenge.as_deref().unwrap_or_default();
    for (((slot, certificate), hash), proof) in CertificateSlot::BOTH.into_iter().zip(pair).zip(hashes).zip(proofs) {
        let same: bool = certificate.sha256.as_bytes().ct_eq(hash.as_bytes()).into();
        if !same {
            return Err(Fault::new(
                409,
                "wrong-hash",
                "The certificate read back from the card is not the one that was made for it",
                "Resume the job: the card will be written again or emptied",
            )
            .detail(format!("the {slot} certificate")));
        }
        if challenge.is_empty() || !CardKey::from_certificate(&certificate.der)?.verify(challenge, &proof.0) {
            return Err(Fault::new(
                409,
                "bad-proof",
                "The card did not prove that it holds the key of its certificate",
                "Resume the job: the card will be emptied and can then be issued again",
            )
            .detail(format!("the {slot} key")));
        }
    }
    Ok(())
}

/// Both certificates of an open job once more: the card was cut off while they were written.
pub fn certified(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let job = issuances::get(desk.store, &call.param("job")?)?;
    desk.check_owner(&job)?;
    job.check_open()?;
    if job.public.state != IssuanceState::Certified {
        return Err(Fault::wrong_state("it has no certificates yet"));
    }
    answer_certified(&job, certificates(desk, &job)?)
}

/// Keeps which authentication key the card made. The signing key beside it is still the old one: so at any cut the gateway
/// knows one key of the card, with which its holder can sign in and go on.
pub fn tell_key(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: wire::TellKey = call.json()?;
    let id: JobId = call.param("job")?;
    let job = issuances::get(desk.store, &id)?;
    desk.check_owner(&job)?;
    job.check_open()?;
    if job.keys == KeysWanted::Same || !matches!(job.public.operation, Operation::Repair | Operation::Renew) {
        return Err(Fault::wrong_state("no keys are made in it that would have to be told"));
    }
    desk.check_still_allowed(&job)?;
    let key = CardKey::from_info(&request.authentication_key.0)?;
    issuances::tell_key(desk.store, &id, Some(key.spki()))?;
    desk.audit(
        "issuance.key-told",
        &json!({ "job": id, "serial": job.public.serial, "key_sha256": sha256_hex(key.spki()) }),
    )?;
    Answer::json(&issuances::get(desk.store, &id)?.public)
}

/// Opens a repair or renewal again whose time ran out in the middle: the card has neither pair of keys whole, and its
/// officer or its holder goes on with it. What a holder began alone goes over to the officer who opens it again.
pub fn reopen(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let job = issuances::get(desk.store, &call.param("job")?)?;
    desk.check_owner(&job)?;
    let card = records::card(desk.store, &job.public.serial)?;
    let this_card = card.state == CardState::Unfinished && card.last_job.as_ref() == Some(&job.public.job);
    let expired = job.public.state == IssuanceState::Expired;
    if !(expired && this_card && matches!(job.public.operation, Operation::Repair | Operation::Renew)) {
        job.check_open()?;
        return Err(Fault::wrong_state("it needs not be opened again"));
    }
    let holder = records::holder(desk.store, &job.public.holder)?;
    let before = wire::CardRecord { state: job.card_before, ..card };
    let wanted = Wanted {
        operation: job.public.operation,
        holder: &holder,
        card: &before,
        series: job.series,
        software: &job.software,
    };
    desk.check_wanted(
        &wanted,
        "issuance.reopen.refused",
        &json!({ "job": job.public.job, "serial": job.public.serial }),
    )?;
    issuances::open_again(desk.store, &job.public.job, desk.now + desk.core.config.deadline)?;
    if let (Actor::Officer(found), BegunAs::SelfService) = (&desk.actor, job.begun_as) {
        issuances::hand_over(desk.store, &job.public.job, &found.officer.id)?;
        desk.audit(
            "issuance.handed-over",
            &json!({ "job": job.public.job, "holder": job.public.holder, "serial": job.public.serial }),
        )?;
    }
    issuances::set_card(desk.store, &job, CardState::InWork, desk.now)?;
    let detail = json!({
        "job": job.public.job, "operation": job.public.operation, "holder": job.public.holder, "serial": job.public.serial,
    });
    desk.audit("issuance.reopened", &detail)?;
    Answer::json(&issuances::get(desk.store, &job.public.job)?.public)
}

pub fn abort(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: wire::Abort = call.json()?;
    let id: JobId = call.param("job")?;
    let job = issuances::get(desk.store, &id)?;
    desk.check_own_card(&job.public.serial)?;
    // What is done on a card without making certificates ends where it was begun, and says there how.
    check_certifies(&job)?;
    let reason: String = request.reason.chars().take(200).collect();
    let detail = json!({
        "job": id, "operation": job.public.operation, "holder": job.public.holder, "serial": job.public.serial,
        "reason": reason, "card": request.card,
    });
    let issues = job.public.operation == Operation::Issue;
    let card = match request.card {
        CardAfterAbort::Blank if issues => CardState::Blank,
        CardAfterAbort::AsBefore if !issues => job.card_before,
        // An unfinished card stays one, whatever its passcode is like.
        CardAfterAbort::Locked if !issues && job.card_before == CardState::Unfinished => CardState::Unfinished,
        CardAfterAbort::Locked if !issues => CardState::Locked,
        CardAfterAbort::NotReached => CardState::Unfinished,
        CardAfterAbort::NeedsRepair if !issues => CardState::Unfinished,
        _ => return Err(Fault::wrong_state("this is no end of such a job")),
    };
    if request.card == CardAfterAbort::NeedsRepair && !matches!(job.public.state, IssuanceState::Confirmed) {
        // The keys of the old pair are gone, so nothing may pass for it any more.
        desk.check_owner(&job)?;
        let serial = &job.public.serial;
        let record = records::card(desk.store, serial)?;
        let is_last = record.last_job.as_ref() == Some(&id) && issuances::open_on_card(desk.store, serial)?.is_none();
        if !job.is_open() && !is_last {
            return Err(Fault::wrong_state("its card is in other hands"));
        }
        let revoked = issuances::revoke_card(desk.store, serial, None, authority::CESSATION, desk.now)?;
        desk.audit("card.needs-repair", &json!({ "job": id, "serial": serial, "revoked": revoked }))?;
    }
    if job.is_open() {
        desk.check_owner(&job)?;
        issuances::end(desk.store, &job, IssuanceState::Aborted, card, desk.now)?;
        desk.audit("issuance.aborted", &detail)?;
    } else if job.public.state == IssuanceState::Confirmed {
        return Err(Fault::wrong_state("it is confirmed, and its certificates are good"));
    } else {
        let record = records::card(desk.store, &job.public.serial)?;
        let unfinished = record.state == CardState::Unfinished && record.last_job.as_ref() == Some(&id);
        if unfinished && card == CardState::Blank {
            super::cards::may_clean_up(desk, &job)?;
            issuances::set_card(desk.store, &job, CardState::Blank, desk.now)?;
            desk.audit("card.blanked", &detail)?;
        } else if unfinished && matches!(request.card, CardAfterAbort::AsBefore | CardAfterAbort::Locked) {
            // Its time ran out, and its workstation knows that nothing on the chip was changed.
            desk.check_owner(&job)?;
            issuances::set_card(desk.store, &job, card, desk.now)?;
            desk.audit("card.as-before", &detail)?;
        }
    }
    Answer::json(&issuances::get(desk.store, &id)?.public)
}
