//! Secure channels in the database: the channel of a job and the host's end of it while it is open, which key set a card
//! was last known to hold, and the sets that proved wrong for a card.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::{
    problem::Fault,
    seal::Seal,
    store::{from_word, one, word},
};
use crate::{
    card::secure_channel::{Channel, ChannelKey, ChannelPosition, SecurityLevel, SessionKeys},
    cis2::wire::{KeyOwner, SecretBase64},
    domain::{CardSerial, JobId, Secret},
};

/// How long a channel is good once it is open. Making two keys and writing a card takes a slow one a few minutes; a channel
/// that is used longer is used for something else.
pub const GOOD_FOR: Duration = Duration::minutes(10);

/// Where the channel of a job stands.
pub struct JobChannel {
    /// The key-set scheme of the card profile.
    pub key_set: String,
    /// How often one was begun in this job.
    pub begun: u32,
    /// The challenge that no card has answered yet.
    pub host_challenge: Option<[u8; 8]>,
    /// What is protected on it.
    pub level: SecurityLevel,
    /// Version and diversification data of the set that the card proved.
    pub proved: Option<(u8, [u8; 10])>,
    /// Version and check values of the keys that were handed out and are not known to be on the card.
    pub put: Option<(u8, Vec<u8>)>,
}

type Columns = (String, u32, Option<[u8; 8]>, Option<u8>, Option<[u8; 10]>, Option<u8>, Option<Vec<u8>>, String);

/// The channel of a job, if one was begun.
pub fn of_job(store: &Connection, job: &JobId) -> Result<Option<JobChannel>, Fault> {
    let sql = "SELECT key_set, begun, host_challenge, version, diversification, put_version, check_values, level \
               FROM secure_channels WHERE job = ?1";
    let found: Option<Columns> = one(store, sql, [job.as_str()], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?))
    })?;
    let Some((key_set, begun, host_challenge, version, diversification, put_version, check_values, level)) = found
    else {
        return Ok(None);
    };
    Ok(Some(JobChannel {
        key_set,
        begun,
        host_challenge,
        level: from_word(level)?,
        proved: version.zip(diversification),
        put: put_version.zip(check_values),
    }))
}

/// The host's end of an open channel. It is sealed wherever it is kept, and none of its keys leaves the gateway.
#[derive(Serialize, Deserialize)]
pub struct OpenChannel {
    keys: [SecretBase64; 3],
    level: SecurityLevel,
    /// Where it stands when everything that was wrapped has been answered.
    position: ChannelPosition,
    /// Where it stood after each command whose answer has not come yet.
    awaited: Vec<ChannelPosition>,
    /// SHA-256 of the token of the session that opened it: nobody else goes on with it.
    session: String,
    /// The keys that were prepared for this channel: the version they replace and the command data.
    prepared: Option<(u8, SecretBase64)>,
}

impl OpenChannel {
    /// A channel that was just opened.
    pub fn new(keys: &SessionKeys, level: SecurityLevel, position: ChannelPosition, session: String) -> Self {
        let keys =
            [&keys.encryption, &keys.command_mac, &keys.answer_mac].map(|key| SecretBase64(key.secret().clone()));
        Self { keys, level, position, awaited: Vec::new(), session, prepared: None }
    }

    /// What is protected on it.
    pub fn level(&self) -> SecurityLevel {
        self.level
    }

    /// Whether this session opened it.
    pub fn is_of(&self, session: &str) -> bool {
        self.session == session
    }

    /// The channel where it stands now.
    pub fn now(&self) -> Result<Channel, Fault> {
        self.at(self.position)
    }

    fn at(&self, position: ChannelPosition) -> Result<Channel, Fault> {
        let damaged = || Fault::internal("a key of a channel cannot be read");
        let [encryption, command_mac, answer_mac] =
            self.keys.clone().map(|key| ChannelKey::new(key.0).ok_or_else(damaged));
        let keys = SessionKeys { encryption: encryption?, command_mac: command_mac?, answer_mac: answer_mac? };
        Ok(Channel::at(keys, self.level, position))
    }

    /// Takes the channels as they stood after each of the first commands whose answers were awaited, and goes on after the
    /// last of them; `None` when the answers are none, or more than there were commands. After a refusal the card has not
    /// seen what was wrapped behind it, so the channel goes on there.
    pub fn answered(&mut self, answers: usize) -> Result<Option<Vec<Channel>>, Fault> {
        if self.awaited.is_empty() && answers == 0 {
            return Ok(Some(Vec::new()));
        }
        let Some(positions) = self.awaited.get(..answers).filter(|taken| !taken.is_empty()) else { return Ok(None) };
        let channels = positions.iter().map(|position| self.at(*position)).collect::<Result<_, _>>()?;
        self.position = positions.last().copied().unwrap_or(self.position);
        self.awaited.clear();
        Ok(Some(channels))
    }

    /// How many commands have not been answered yet.
    pub fn awaited(&self) -> usize {
        self.awaited.len()
    }

    /// Notes that a command was wrapped and where the channel stands after it.
    pub fn wrapped(&mut self, position: ChannelPosition) {
        self.position = position;
        self.awaited.push(position);
    }

    /// Prepares keys for it.
    pub fn prepare(&mut self, replaced_version: u8, key_set: Vec<u8>) {
        self.prepared = Some((replaced_version, SecretBase64(Secret::new(key_set))));
    }

    /// The prepared keys, good once.
    pub fn take_prepared(&mut self) -> Option<(u8, SecretBase64)> {
        self.prepared.take()
    }
}

fn purpose(job: &JobId) -> String {
    format!("open secure channel of {job}")
}

/// Keeps the host's end of a job's open channel.
pub fn keep_open(
    store: &Connection,
    seal: &Seal,
    job: &JobId,
    open: &OpenChannel,
    until: OffsetDateTime,
) -> Result<(), Fault> {
    let plain = serde_json::to_vec(open).map_err(|_| Fault::internal("a channel cannot be written"))?;
    let sealed = seal.seal(&purpose(job), Secret::new(plain).expose())?;
    let sql = "UPDATE secure_channels SET open = ?2, open_until = ?3 WHERE job = ?1";
    store.execute(sql, params![job.as_str(), sealed, until.unix_timestamp()])?;
    Ok(())
}

/// The host's end of a job's channel and until when it is good, while it is open.
pub fn find_open(
    store: &Connection,
    seal: &Seal,
    job: &JobId,
    now: OffsetDateTime,
) -> Result<Option<(OpenChannel, OffsetDateTime)>, Fault> {
    let sql = "SELECT open, open_until FROM secure_channels WHERE job = ?1 AND open_until > ?2";
    let at = now.unix_timestamp();
    let found: Option<(Vec<u8>, i64)> =
        one(store, sql, params![job.as_str(), at], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let Some((sealed, until)) = found else { return Ok(None) };
    let plain = seal.unseal(&purpose(job), &sealed)?;
    let open = serde_json::from_slice(plain.expose()).map_err(|_| Fault::internal("a channel cannot be read"))?;
    Ok(Some((open, super::store::moment(until)?)))
}

/// Closes the channel of a job: its keys are gone.
pub fn close(store: &Connection, job: &JobId) -> Result<(), Fault> {
    store.execute("UPDATE secure_channels SET open = NULL, open_until = NULL WHERE job = ?1", [job.as_str()])?;
    Ok(())
}

/// Closes every channel whose time is over.
pub fn close_overdue(store: &Connection, now: OffsetDateTime) -> Result<(), Fault> {
    let sql = "UPDATE secure_channels SET open = NULL, open_until = NULL WHERE open_until <= ?1";
    store.prepare_cached(sql)?.execute([now.unix_timestamp()])?;
    Ok(())
}

/// Begins a channel with a fresh challenge; keys that were handed out stay on record, because the card may hold them.
pub fn begin(
    store: &Connection,
    job: &JobId,
    key_set: &str,
    level: SecurityLevel,
    challenge: [u8; 8],
) -> Result<(), Fault> {
    store.execute(
        "INSERT INTO secure_channels (job, key_set, begun, host_challenge, level) VALUES (?1, ?2, 1, ?3, ?4) \
         ON CONFLICT (job) DO UPDATE SET key_set = ?2, begun = begun + 1, host_challenge = ?3, level = ?4, \
         version = NULL, diversification = NULL, open = NULL, open_until = NULL",
        params![job.as_str(), key_set, challenge, word(&level)],
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
