//! Enrolled workstations, and the unlocks their challenges were answered for.

use rusqlite::{Connection, params};
use time::OffsetDateTime;

use super::{problem::Fault, random, seal::Seal, store::one};
use crate::domain::{
    JobId, OfficerId, Secret,
    telephone::{Challenge, Response, WorkstationKey, WorkstationNumber},
};

fn key_purpose(number: WorkstationNumber) -> String {
    format!("key of workstation {number}")
}

fn response_purpose(challenge: &Challenge) -> String {
    format!("response to {}", challenge.as_str())
}

/// Enrols one more: the next number, and a new key.
pub fn enrol(
    store: &Connection,
    seal: &Seal,
    officer: &OfficerId,
    now: OffsetDateTime,
) -> Result<(WorkstationNumber, WorkstationKey), Fault> {
    let newest: u16 =
        one(store, "SELECT COALESCE(MAX(number), 0) FROM workstations", [], |row| row.get(0))?.unwrap_or(0);
    let number = WorkstationNumber::try_from(newest.saturating_add(1)).map_err(|_| {
        Fault::new(
            409,
            "workstations-full",
            "Every workstation number of this gateway is taken",
            "Ask the gateway's administrator: without a number this workstation cannot unlock cards by telephone",
        )
    })?;
    let key = Secret::new(random::bytes::<{ WorkstationKey::LENGTH }>()?.to_vec());
    let key = WorkstationKey::new(key).ok_or_else(|| Fault::internal("a key of the wrong length was made"))?;
    store.execute(
        "INSERT INTO workstations VALUES (?1, ?2, ?3, ?4)",
        params![number.get(), seal.seal(&key_purpose(number), key.expose())?, officer.as_str(), now.unix_timestamp()],
    )?;
    Ok((number, key))
}

/// The key of a workstation, if it is enrolled.
pub fn key(store: &Connection, seal: &Seal, number: WorkstationNumber) -> Result<Option<WorkstationKey>, Fault> {
    let sealed: Option<Vec<u8>> =
        one(store, "SELECT key FROM workstations WHERE number = ?1", [number.get()], |row| row.get(0))?;
    let open = |sealed: Vec<u8>| {
        WorkstationKey::new(seal.unseal(&key_purpose(number), &sealed)?)
            .ok_or_else(|| Fault::internal("the key of a workstation is damaged"))
    };
    sealed.map(open).transpose()
}

/// An unlock a challenge was answered for.
pub struct Answered {
    /// Its job.
    pub job: JobId,
    /// What was read back.
    pub response: Response,
    /// Completion codes that did not fit.
    pub wrong_codes: u32,
}

/// What a challenge was answered with, if it was.
pub fn answered(store: &Connection, seal: &Seal, challenge: &Challenge) -> Result<Option<Answered>, Fault> {
    let sql = "SELECT job, response, wrong_codes FROM telephone_unlocks WHERE challenge = ?1";
    let found: Option<(String, Vec<u8>, u32)> =
        one(store, sql, [challenge.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let damaged = || Fault::internal("a kept response cannot be read");
    let open = |(job, sealed, wrong_codes): (String, Vec<u8>, u32)| {
        let plain = seal.unseal(&response_purpose(challenge), &sealed)?;
        let response = std::str::from_utf8(plain.expose()).map_err(|_| damaged())?.parse().map_err(|_| damaged())?;
        Ok(Answered { job: job.parse()?, response, wrong_codes })
    };
    found.map(open).transpose()
}

/// Whether a job is an unlock by telephone.
pub fn is_by_telephone(store: &Connection, job: &JobId) -> Result<bool, Fault> {
    let sql = "SELECT EXISTS (SELECT 1 FROM telephone_unlocks WHERE job = ?1)";
    Ok(one(store, sql, [job.as_str()], |row| row.get(0))?.unwrap_or_default())
}

/// Notes what a challenge is answered with.
pub fn answer(
    store: &Connection,
    seal: &Seal,
    challenge: &Challenge,
    job: &JobId,
    number: WorkstationNumber,
    response: &Response,
) -> Result<(), Fault> {
    let sealed = seal.seal(&response_purpose(challenge), String::from(response.clone()).as_bytes())?;
    store.execute(
        "INSERT INTO telephone_unlocks (challenge, job, workstation, response) VALUES (?1, ?2, ?3, ?4)",
        params![challenge.as_str(), job.as_str(), number.get(), sealed],
    )?;
    Ok(())
}

/// Counts a completion code that did not fit.
pub fn count_wrong_code(store: &Connection, challenge: &Challenge) -> Result<(), Fault> {
    let sql = "UPDATE telephone_unlocks SET wrong_codes = wrong_codes + 1 WHERE challenge = ?1";
    store.execute(sql, [challenge.as_str()])?;
    Ok(())
}
