//! Secure channels in the database: the channel of a job, which key set a card was last known to hold, and the sets that
//! proved wrong for a card.

use rusqlite::{Connection, params};
use time::OffsetDateTime;

use super::{
    problem::Fault,
    store::{one, word},
};
use crate::{
    cis2::wire::KeyOwner,
    domain::{CardSerial, JobId},
};

/// Where the channel of a job stands.
pub struct JobChannel {
    /// The key-set scheme of the card profile.
    pub key_set: String,
    /// How often one was begun in this job.
    pub begun: u32,
    /// The challenge that no card has answered yet.
    pub host_challenge: Option<[u8; 8]>,
    /// Version and diversification data of the set that the card proved.
    pub proved: Option<(u8, [u8; 10])>,
    /// Version and check values of the keys that were handed out and are not known to be on the card.
    pub put: Option<(u8, Vec<u8>)>,
}

type Columns = (String, u32, Option<[u8; 8]>, Option<u8>, Option<[u8; 10]>, Option<u8>, Option<Vec<u8>>);

/// The channel of a job, if one was begun.
pub fn of_job(store: &Connection, job: &JobId) -> Result<Option<JobChannel>, Fault> {
    let sql = "SELECT key_set, begun, host_challenge, version, diversification, put_version, check_values \
               FROM secure_channels WHERE job = ?1";
    let found: Option<Columns> = one(store, sql, [job.as_str()], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
    })?;
    Ok(found.map(|(key_set, begun, host_challenge, version, diversification, put_version, check_values)| JobChannel {
        key_set,
        begun,
        host_challenge,
        proved: version.zip(diversification),
        put: put_version.zip(check_values),
    }))
}

/// Begins a channel with a fresh challenge; keys that were handed out stay on record, because the card may hold them.
pub fn begin(store: &Connection, job: &JobId, key_set: &str, challenge: [u8; 8]) -> Result<(), Fault> {
    store.execute(
        "INSERT INTO secure_channels (job, key_set, begun, host_challenge) VALUES (?1, ?2, 1, ?3) \
         ON CONFLICT (job) DO UPDATE SET key_set = ?2, begun = begun + 1, host_challenge = ?3, version = NULL, \
         diversification = NULL",
        params![job.as_str(), key_set, challenge],
    )?;
    Ok(())
}

/// Uses a challenge up, whatever the card made of it.
pub fn use_up_challenge(store: &Connection, job: &JobId) -> Result<(), Fault> {
    store.execute("UPDATE secure_channels SET host_challenge = NULL WHERE job = ?1", [job.as_str()])?;
    Ok(())
}

/// Notes which set the card proved.
pub fn proved(store: &Connection, job: &JobId, version: u8, diversification: &[u8; 10]) -> Result<(), Fault> {
    store.execute(
        "UPDATE secure_channels SET version = ?2, diversification = ?3 WHERE job = ?1",
        params![job.as_str(), version, diversification],
    )?;
    Ok(())
}

/// Notes the keys that are handed out for the card.
pub fn hand_out(store: &Connection, job: &JobId, version: u8, check_values: &[u8]) -> Result<(), Fault> {
    store.execute(
        "UPDATE secure_channels SET put_version = ?2, check_values = ?3 WHERE job = ?1",
        params![job.as_str(), version, check_values],
    )?;
    Ok(())
}

/// Notes which set a card holds; keys that were handed out in this job are settled with it.
pub fn settle(
    store: &Connection,
    job: &JobId,
    serial: &CardSerial,
    held: (&str, u8, KeyOwner),
    now: OffsetDateTime,
) -> Result<(), Fault> {
    let (key_set, version, owner) = held;
    store
        .execute("UPDATE secure_channels SET put_version = NULL, check_values = NULL WHERE job = ?1", [job.as_str()])?;
    store.execute(
        "INSERT OR REPLACE INTO card_key_sets VALUES (?1, ?2, ?3, ?4, ?5)",
        params![serial.as_str(), key_set, version, word(&owner), now.unix_timestamp()],
    )?;
    Ok(())
}

/// Whether this set proved wrong for this card before.
pub fn is_refused(store: &Connection, serial: &CardSerial, key_set: &str, version: u8) -> Result<bool, Fault> {
    let sql = "SELECT EXISTS (SELECT 1 FROM refused_key_sets WHERE serial = ?1 AND key_set = ?2 AND version = ?3)";
    Ok(one(store, sql, params![serial.as_str(), key_set, version], |row| row.get(0))?.unwrap_or(false))
}

/// Notes that a set proved wrong for a card.
pub fn refuse(
    store: &Connection,
    job: &JobId,
    serial: &CardSerial,
    key_set: &str,
    version: u8,
    now: OffsetDateTime,
) -> Result<(), Fault> {
    store.execute(
        "INSERT OR REPLACE INTO refused_key_sets VALUES (?1, ?2, ?3, ?4, ?5)",
        params![serial.as_str(), key_set, version, job.as_str(), now.unix_timestamp()],
    )?;
    Ok(())
}

/// Allows every set to be tried on a card once more; gives how many were refused.
pub fn allow(store: &Connection, serial: &CardSerial) -> Result<usize, rusqlite::Error> {
    store.execute("DELETE FROM refused_key_sets WHERE serial = ?1", [serial.as_str()])
}
