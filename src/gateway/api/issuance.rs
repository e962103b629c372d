//! Reserve, certify on hold, confirm, give up.

use rusqlite::params;
use serde_json::json;
use subtle::ConstantTimeEq;
use time::OffsetDateTime;

use super::{Answer, Call, Desk};
use crate::{
    cis2::wire::{self, CardAfterAbort, Issuance, IssuanceState},
    domain::{CardState, CertificateSlot, JobId, Operation, hex, sha256_hex},
    gateway::{
        authority,
        issuances::{self, Certificate, Job},
        policy::{self, Question},
        problem::Fault,
        public_key::CardKey,
        random, records, sessions,
        store::{one, word},
        unlock_codes,
    },
};

pub fn reserve(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: wire::Reserve = call.json()?;
    let officer = desk.officer()?;
    if let Some(job) = issuances::find(desk.store, &request.job)? {
        job.check_officer(officer)?;
        return if job.public.holder == request.holder && job.public.serial == request.serial {
            Answer::created(&job.public)
        } else {
            Err(Fault::wrong_state("this job number is taken by another card"))
        };
    }
    let holder = records::holder(desk.store, &request.holder)?;
    if let Some(open) = issuances::open_on_card(desk.store, &request.serial)? {
        return Err(in_work(desk, "card-in-work", "Another job is open on this card", &open));
    }
    if let Some(open) = issuances::open_for_holder(desk.store, &request.holder)? {
        return Err(in_work(desk, "holder-in-work", "Another card is being issued for this holder", &open));
    }
    let card = records::card(desk.store, &request.serial)?;
    let detail = json!({
        "job": request.job, "holder": request.holder, "serial": request.serial, "series": request.series,
        "profile": request.profile, "client_software": request.client_software.to_string(), "locked": request.locked,
    });
    let question = Question {
        operation: Operation::Issue,
        officer,
        holder: &holder,
        card: &card,
        series: request.series,
        software: &request.client_software,
        printer: None,
    };
    if let Some(refusal) = policy::refusal(desk.store, desk.core.config.realm, desk.now, &question)? {
        desk.audit("issuance.refused", &detail)?;
        return Err(Fault::refused(Operation::Issue, refusal).kept());
    }
    if !desk.core.custody.knows(&request.profile, &request.serial) {
        return Err(Fault::no_key_set(&request.profile));
    }
    let public = Issuance {
        job: request.job,
        holder: request.holder,
        serial: request.serial,
        state: IssuanceState::Reserved,
        locked: request.locked,
        deadline: desk.now + desk.core.config.deadline,
        authentication_sha256: None,
        signing_sha256: None,
        begun_by: None,
    };
    let job = Job {
        public,
        officer: officer.id.clone(),
        series: request.series,
        profile: request.profile,
        software: request.client_software,
        begun: desk.now,
        proof_challenge: None,
        expected: None,
        relays: 0,
        wrong_proofs: 0,
        proven: false,
        codes_released: false,
    };
    issuances::insert(desk.store, &job)?;
    issuances::set_card(desk.store, &job, CardState::InWork, desk.now)?;
    desk.audit("issuance.reserved", &detail)?;
    // Read back, so that this answer and every later one show the same deadline to the second.
    Answer::created(&issuances::get(desk.store, &job.public.job)?.public)
}

/// Says who is at work and since when.
fn in_work(desk: &Desk<'_>, kind: &str, title: &str, open: &Job) -> Fault {
    let who = match sessions::officer(desk.store, &open.officer) {
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
    Answer::json(&issuances::get(desk.store, &call.param("job")?)?.public)
}

pub fn certify(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: wire::Certify = call.json()?;
    let id: JobId = call.param("job")?;
    let job = issuances::get(desk.store, &id)?;
    job.check_officer(desk.officer()?)?;
    job.check_open()?;
    let keys = [
        (CertificateSlot::Authentication, CardKey::from_request(&request.authentication_csr.0)?),
        (CertificateSlot::Signing, CardKey::from_request(&request.signing_csr.0)?),
    ];
    if job.public.state == IssuanceState::Certified {
        return already_certified(desk, &job, &keys);
    }
    if !job.proven {
        return Err(Fault::wrong_state("the card has not proved its management key in this job"));
    }
    if !job.codes_released {
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
    // The unlock code is changed before keys are made, so a card with keys holds the new one.
    unlock_codes::settle(desk.store, &desk.core.seal, &job.public.serial, wire::UnlockCodeSettled::Next)?;
    desk.audit(
        "issuance.certified",
        &json!({
            "job": id, "holder": job.public.holder, "serial": job.public.serial,
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
    let sql = "SELECT EXISTS (SELECT 1 FROM certificates WHERE key_sha256 = ?1)";
    if one(desk.store, sql, [&key_sha256], |row| row.get(0))?.unwrap_or(false) {
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
    let [authentication, signing] = pair;
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
    job.check_officer(desk.officer()?)?;
    if job.public.state != IssuanceState::Confirmed {
        job.check_open()?;
    }
    let pair = certificates(desk, &job)?;
    check_read_back(&request, &job, &pair)?;
    if job.public.state == IssuanceState::Confirmed {
        return Answer::json(&job.public);
    }
    issuances::make_good(desk.store, &id, desk.now)?;
    issuances::set_state(desk.store, &id, IssuanceState::Confirmed)?;
    let card = if job.public.locked { CardState::Locked } else { CardState::Active };
    issuances::set_card(desk.store, &job, card, desk.now)?;
    record_expiry(desk, &job, &pair)?;
    desk.audit(
        "issuance.confirmed",
        &json!({
            "job": id, "holder": job.public.holder, "serial": job.public.serial, "locked": job.public.locked,
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

/// Writes the last moment at which both certificates are valid, as the certificates say it.
fn record_expiry(desk: &Desk<'_>, job: &Job, pair: &[Certificate; 2]) -> Result<(), Fault> {
    let mut card = records::card(desk.store, &job.public.serial)?;
    let mut earliest: Option<OffsetDateTime> = None;
    for certificate in pair {
        let (_, parsed) = x509_parser::parse_x509_certificate(&certificate.der)
            .map_err(|_| Fault::internal("a stored certificate cannot be read"))?;
        let ends = parsed.validity().not_after.to_datetime();
        earliest = Some(earliest.map_or(ends, |other| other.min(ends)));
    }
    card.certificates_expire = earliest;
    records::put_card(desk.store, &card, desk.now)
}

pub fn abort(desk: &Desk<'_>, call: &Call) -> Result<Answer, Fault> {
    let request: wire::Abort = call.json()?;
    let id: JobId = call.param("job")?;
    let job = issuances::get(desk.store, &id)?;
    let reason: String = request.reason.chars().take(200).collect();
    let detail = json!({
        "job": id, "holder": job.public.holder, "serial": job.public.serial, "reason": reason, "card": request.card,
    });
    let card = match request.card {
        CardAfterAbort::Blank => CardState::Blank,
        CardAfterAbort::NotReached => CardState::Unfinished,
    };
    if job.is_open() {
        job.check_officer(desk.officer()?)?;
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
        }
    }
    Answer::json(&issuances::get(desk.store, &id)?.public)
}
