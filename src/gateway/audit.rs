//! The audit chain: each row is written in the transaction of the change it tells of and carries the hash of the row
//! before. Rows name numbers and hashes, never people or secrets.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{problem::Fault, store::one};
use crate::{
    cis2::wire::{AuditHead, AuditRow, Base64},
    domain::{CardSerial, HolderId, JobId, OfficerId},
};

/// Adds a row.
pub fn append(
    store: &Connection,
    now: OffsetDateTime,
    officer: Option<&OfficerId>,
    event: &str,
    detail: &Value,
) -> rusqlite::Result<()> {
    let newest: Option<(i64, String)> = store
        .prepare_cached("SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (sequence, previous) = newest.unwrap_or_else(|| (0, AuditHead::EMPTY.to_owned()));
    let at = now.format(&Rfc3339).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    let mut row = AuditRow {
        sequence: sequence.unsigned_abs() + 1,
        at,
        officer: officer.cloned(),
        event: event.to_owned(),
        detail: detail.clone(),
        previous,
        hash: String::new(),
    };
    row.hash = row.computed_hash();
    store.prepare_cached("INSERT INTO audit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?.execute(params![
        sequence + 1,
        row.at,
        row.officer.as_ref().map(OfficerId::as_str),
        row.event,
        row.detail.to_string(),
        row.previous,
        row.hash,
    ])?;
    Ok(())
}

/// Rows after a sequence number, oldest first.
pub fn rows(store: &Connection, after: u64, limit: u32) -> Result<Vec<AuditRow>, Fault> {
    let sql = "SELECT * FROM audit WHERE sequence > ?1 ORDER BY sequence LIMIT ?2";
    read_all(store, sql, params![sequence(after), limit])
}

/// Rows before one sequence number and after another, newest first.
pub fn rows_before(store: &Connection, before: u64, after: u64, limit: u32) -> Result<Vec<AuditRow>, Fault> {
    let sql = "SELECT * FROM audit WHERE sequence < ?1 AND sequence > ?2 ORDER BY sequence DESC LIMIT ?3";
    read_all(store, sql, params![sequence(before), sequence(after), limit])
}

/// Rows that name this holder, newest first.
pub fn of_holder(store: &Connection, holder: &HolderId, limit: u32) -> Result<Vec<AuditRow>, Fault> {
    // The expression is that of the index `audit_by_holder`, to the letter.
    let sql = "SELECT * FROM audit WHERE CASE WHEN json_valid(detail) THEN json_extract(detail, '$.holder') END = ?1 \
               ORDER BY sequence DESC LIMIT ?2";
    read_all(store, sql, params![holder.as_str(), limit])
}

/// Whether this job ended this card of this holder.
pub fn says_spoiled(store: &Connection, holder: &HolderId, serial: &CardSerial, job: &JobId) -> Result<bool, Fault> {
    // The first expression is that of the index `audit_by_holder`, to the letter.
    let sql = "SELECT EXISTS (SELECT 1 FROM audit \
               WHERE CASE WHEN json_valid(detail) THEN json_extract(detail, '$.holder') END = ?1 \
               AND event = 'card.spoiled' AND json_extract(detail, '$.serial') = ?2 \
               AND json_extract(detail, '$.job') = ?3)";
    let found = one(store, sql, [holder.as_str(), serial.as_str(), job.as_str()], |row| row.get(0))?;
    Ok(found.unwrap_or(false))
}

/// A number beyond SQLite's is beyond every row.
fn sequence(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn read_all(store: &Connection, sql: &str, params: impl rusqlite::Params) -> Result<Vec<AuditRow>, Fault> {
    let mut query = store.prepare_cached(sql)?;
    let mut found = query.query(params)?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        rows.push(read(row)?);
    }
    Ok(rows)
}

fn read(row: &Row<'_>) -> Result<AuditRow, Fault> {
    let officer: Option<String> = row.get(2)?;
    let detail: String = row.get(4)?;
    Ok(AuditRow {
        sequence: row.get::<_, i64>(0)?.unsigned_abs(),
        at: row.get(1)?,
        officer: officer.map(|id| id.parse()).transpose()?,
        event: row.get(3)?,
        // A row somebody edited may not be JSON any more; as text it cannot have the right hash.
        detail: serde_json::from_str(&detail).unwrap_or(Value::String(detail)),
        previous: row.get(5)?,
        hash: row.get(6)?,
    })
}

/// Walks the whole chain and signs its head.
pub fn head(store: &Connection, key: &Ed25519KeyPair) -> Result<AuditHead, Fault> {
    let mut query = store.prepare_cached("SELECT * FROM audit ORDER BY sequence")?;
    let mut found = query.query([])?;
    let mut head = AuditHead {
        rows: 0,
        hash: AuditHead::EMPTY.to_owned(),
        broken_at: None,
        signature: Base64(Vec::new()),
        public_key: Base64(key.public_key().as_ref().to_vec()),
    };
    while let Some(row) = found.next()? {
        let row = read(row)?;
        let expected = head.rows + 1;
        let fits = row.sequence == expected && row.previous == head.hash && row.hash == row.computed_hash();
        if !fits && head.broken_at.is_none() {
            head.broken_at = Some(expected);
        }
        head.rows = expected;
        head.hash = row.hash;
    }
    head.signature = Base64(key.sign(head.signed_text().as_bytes()).as_ref().to_vec());
    Ok(head)
}
