//! Holders who are signed in to their own card, without an officer: one holder, one card, ten minutes.

use rusqlite::{Connection, params};
use time::{Duration, OffsetDateTime};

use super::{
    problem::Fault,
    random, records,
    store::{from_word, moment, one, word},
};
use crate::{
    cis2::wire::{self, SecretBase64},
    domain::{CardSerial, Holder, HolderId, Operation, Secret, sha256_hex},
};

/// How long a session lasts: a renewal with RSA keys takes some cards four minutes.
const LIFE: Duration = Duration::minutes(10);

/// What a session was begun with, which decides what it is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BegunWith {
    /// The card signed, so its holder knows the passcode.
    Card,
    /// A one-time code.
    Code,
}

impl BegunWith {
    /// What may be done: somebody who only has a code has not shown that they know the passcode.
    pub fn operations(self) -> &'static [Operation] {
        match self {
            Self::Card => &[Operation::ChangePasscode, Operation::Renew],
            Self::Code => &[Operation::Unlock],
        }
    }
}

/// A session that holds.
#[derive(Debug, Clone)]
pub struct Found {
    /// Whose.
    pub holder: Holder,
    /// To which card.
    pub serial: CardSerial,
    /// Begun with what.
    pub begun_with: BegunWith,
    /// When it ends.
    pub expires: OffsetDateTime,
}

impl Found {
    /// As the holder's program sees it.
    pub fn public(&self, token: Option<Secret>) -> wire::HolderSession {
        wire::HolderSession {
            token: token.map(SecretBase64),
            holder: self.holder.clone(),
            serial: self.serial.clone(),
            operations: self.begun_with.operations().to_vec(),
            unfinished: None,
            expires: self.expires,
        }
    }
}

/// Signs a holder in.
pub fn begin(
    store: &Connection,
    id: &HolderId,
    serial: CardSerial,
    begun_with: BegunWith,
    now: OffsetDateTime,
) -> Result<wire::HolderSession, Fault> {
    let token = Secret::new(random::bytes::<32>()?.to_vec());
    let found = Found { holder: records::holder(store, id)?, serial, begun_with, expires: now + LIFE };
    store.execute("DELETE FROM holder_sessions WHERE expires <= ?1", [now.unix_timestamp()])?;
    store.execute(
        "INSERT INTO holder_sessions VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            sha256_hex(token.expose()),
            id.as_str(),
            found.serial.as_str(),
            word(&begun_with),
            found.expires.unix_timestamp(),
        ],
    )?;
    Ok(found.public(Some(token)))
}

/// Whose token this is.
pub fn find(store: &Connection, token: &Secret, now: OffsetDateTime) -> Result<Option<Found>, Fault> {
    let sql =
        "SELECT holder, serial, begun_with, expires FROM holder_sessions WHERE token_sha256 = ?1 AND expires > ?2";
    type Columns = (String, String, String, i64);
    let columns = |row: &rusqlite::Row<'_>| -> rusqlite::Result<Columns> {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    };
    let found: Option<Columns> = one(store, sql, params![sha256_hex(token.expose()), now.unix_timestamp()], columns)?;
    let Some((holder, serial, begun_with, expires)) = found else { return Ok(None) };
    Ok(Some(Found {
        holder: records::holder(store, &holder.parse()?)?,
        serial: serial.parse()?,
        begun_with: from_word(begun_with)?,
        expires: moment(expires)?,
    }))
}

/// Ends a session.
pub fn end(store: &Connection, token: &Secret) -> Result<(), Fault> {
    store.execute("DELETE FROM holder_sessions WHERE token_sha256 = ?1", [sha256_hex(token.expose())])?;
    Ok(())
}
