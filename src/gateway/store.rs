//! The database: SQLite in write-ahead mode, every commit on the disk before the answer leaves.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use time::OffsetDateTime;

use super::{GatewayError, People, audit, folded, problem::Fault};

/// How long a call waits for another process that is writing.
const BUSY: Duration = Duration::from_secs(10);

/// Brings the database from one version to the next.
enum Migration {
    Statements(&'static str),
    /// What the statements of a database cannot work out.
    Work(fn(&Transaction<'_>) -> Result<(), GatewayError>),
}

/// Each entry brings the database from the version of its index to the next.
const MIGRATIONS: [Migration; 12] = [
    Migration::Statements(include_str!("schema.sql")),
    Migration::Statements(include_str!("schema-2.sql")),
    Migration::Work(fold_holders),
    Migration::Statements(include_str!("schema-4.sql")),
    Migration::Statements(include_str!("schema-5.sql")),
    Migration::Statements(include_str!("schema-6.sql")),
    Migration::Statements(include_str!("schema-7.sql")),
    Migration::Statements(include_str!("schema-8.sql")),
    Migration::Statements(include_str!("schema-9.sql")),
    Migration::Statements(include_str!("schema-10.sql")),
    Migration::Statements(include_str!("schema-11.sql")),
    Migration::Statements(include_str!("schema-12.sql")),
];

impl From<rusqlite::Error> for GatewayError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store { reason: error.to_string() }
    }
}

/// Opens, or makes, the database and brings it to this version.
pub fn open(path: &Path) -> Result<Connection, GatewayError> {
    let mut store = Connection::open(path)?;
    store.busy_timeout(BUSY)?;
    store.pragma_update(None, "journal_mode", "WAL")?;
    store.pragma_update(None, "synchronous", "FULL")?;
    store.pragma_update(None, "foreign_keys", "ON")?;
    let change = store.transaction_with_behavior(TransactionBehavior::Immediate)?;
    change.execute_batch(
        "CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, at TEXT NOT NULL) STRICT",
    )?;
    let done: i64 = change.query_row("SELECT COUNT(*) FROM migrations", [], |row| row.get(0))?;
    let done = usize::try_from(done).unwrap_or(usize::MAX);
    if done > MIGRATIONS.len() {
        let reason = format!("it is of version {done}, and this program knows versions up to {}", MIGRATIONS.len());
        return Err(GatewayError::Store { reason });
    }
    for (version, migration) in MIGRATIONS.iter().enumerate().skip(done) {
        match migration {
            Migration::Statements(statements) => change.execute_batch(statements)?,
            Migration::Work(work) => work(&change)?,
        }
        let version = i64::try_from(version + 1).unwrap_or(i64::MAX);
        change.execute("INSERT INTO migrations VALUES (?1, datetime('now'))", [version])?;
    }
    change.commit()?;
    Ok(store)
}

/// Puts people into a database that has none.
pub fn seed(store: &mut Connection, people: &People, now: OffsetDateTime) -> Result<(), GatewayError> {
    let change = store.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let already: bool = change.query_row("SELECT EXISTS (SELECT 1 FROM officers)", [], |row| row.get(0))?;
    if already || people.officers.is_empty() {
        return Ok(());
    }
    for person in &people.officers {
        let officer = &person.officer;
        change.execute(
            "INSERT INTO officers VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                officer.id.as_str(),
                officer.name,
                word(&officer.role),
                officer.organisation.as_str(),
                person.about
            ],
        )?;
    }
    for person in &people.holders {
        insert_holder(&change, person)?;
    }
    let detail = serde_json::json!({ "officers": people.officers.len(), "holders": people.holders.len() });
    audit::append(&change, now, None, "gateway.seeded", &detail)?;
    change.commit()?;
    Ok(())
}

/// Version 3: holders are found by what their names come to, however they are typed.
fn fold_holders(change: &Transaction<'_>) -> Result<(), GatewayError> {
    let mut known = change.prepare("SELECT rowid, id, official_name, name_on_card, organisation FROM holders")?;
    let mut fold = change.prepare("UPDATE holders SET search = ?2 WHERE rowid = ?1")?;
    let columns = |row: &rusqlite::Row<'_>| -> rusqlite::Result<(i64, String)> {
        let on_card: Option<String> = row.get(3)?;
        let (id, name, organisation): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(4)?);
        Ok((row.get(0)?, search_text(&id, &name, on_card.as_deref(), &organisation)))
    };
    // All are read before any is written: a row that is changed is not met twice.
    let holders = known.query_map([], columns)?.collect::<rusqlite::Result<Vec<_>>>()?;
    for (row, search) in holders {
        fold.execute(params![row, search])?;
    }
    Ok(())
}

/// What a holder is found by.
fn search_text(id: &str, name: &str, on_card: Option<&str>, organisation: &str) -> String {
    [id, name, on_card.unwrap_or_default(), organisation].map(folded::folded).join("\n")
}

fn insert_holder(change: &Transaction<'_>, person: &super::SeedHolder) -> Result<(), GatewayError> {
    let holder = &person.holder;
    let name_on_card = holder.name_on_card.as_ref().map(|name| name.0.as_str());
    let search = search_text(holder.id.as_str(), &holder.official_name, name_on_card, holder.organisation.as_str());
    change.execute(
        "INSERT INTO holders (id, official_name, name_on_card, organisation, state, search, photo, photo_sha256, email, \
         mobile) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            holder.id.as_str(),
            holder.official_name,
            name_on_card,
            holder.organisation.as_str(),
            word(&holder.state),
            search,
            person.photo,
            person.photo.as_deref().map(crate::domain::sha256_hex),
            person.email,
            person.mobile,
        ],
    )?;
    Ok(())
}

/// An enumeration's word, as on the wire.
pub fn word<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// The enumeration of a word.
pub fn from_word<T: serde::de::DeserializeOwned>(word: String) -> Result<T, Fault> {
    serde_json::from_value(serde_json::Value::String(word))
        .map_err(|error| Fault::internal(&format!("the database holds an unknown word: {error}")))
}

/// A moment from the database.
pub fn moment(seconds: i64) -> Result<OffsetDateTime, Fault> {
    OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| Fault::internal("the database holds an impossible time"))
}

/// One row or none.
pub fn one<T>(
    store: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
    read: impl FnOnce(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>, Fault> {
    Ok(store.prepare_cached(sql)?.query_row(params, read).optional()?)
}
