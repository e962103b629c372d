//! Who is signed in. Tokens are 32 random bytes; the database holds their hashes.

use rusqlite::{Connection, Row, params};
use time::OffsetDateTime;

use super::{
    GatewayConfig, audit,
    problem::Fault,
    random,
    store::{from_word, moment, one},
};
use crate::{
    cis2::wire,
    domain::{CardSerial, Officer, OfficerId, Secret, sha256_hex},
};

/// Columns of the officers table, in the order [`read`] takes them.
const COLUMNS: &str = "officers.id, officers.name, officers.role, officers.organisation, officers.about";

type Columns = (String, String, String, String, String);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
}

fn read((id, name, role, organisation, about): Columns) -> Result<wire::TrainingOfficer, Fault> {
    let officer = Officer { id: id.parse()?, name, role: from_word(role)?, organisation: organisation.parse()? };
    Ok(wire::TrainingOfficer { officer, about })
}

/// The officers to choose from.
pub fn officers(store: &Connection) -> Result<Vec<wire::TrainingOfficer>, Fault> {
    let mut query = store.prepare_cached(&format!("SELECT {COLUMNS} FROM officers ORDER BY rowid"))?;
    let rows = query.query_map([], columns)?.collect::<rusqlite::Result<Vec<_>>>()?;
    rows.into_iter().map(read).collect()
}

/// One officer.
pub fn officer(store: &Connection, id: &OfficerId) -> Result<Option<Officer>, Fault> {
    let found = one(store, &format!("SELECT {COLUMNS} FROM officers WHERE id = ?1"), [id.as_str()], columns)?;
    Ok(found.map(read).transpose()?.map(|found| found.officer))
}

/// Signs an officer in, with this card or by name.
pub fn begin(
    store: &Connection,
    id: &OfficerId,
    card: Option<&CardSerial>,
    config: &GatewayConfig,
    now: OffsetDateTime,
) -> Result<wire::Session, Fault> {
    let expires = now + config.session_life;
    let Some(officer) = officer(store, id)? else {
        return Err(Fault::officer_unknown());
    };
    let token = Secret::new(random::bytes::<32>()?.to_vec());
    store.execute(
        "INSERT INTO sessions (token_sha256, officer, expires, proved, card) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            sha256_hex(token.expose()),
            id.as_str(),
            expires.unix_timestamp(),
            now.unix_timestamp(),
            card.map(CardSerial::as_str)
        ],
    )?;
    store.execute("DELETE FROM sessions WHERE expires <= ?1", [now.unix_timestamp()])?;
    audit::append(store, now, Some(id), "session.begun", &serde_json::json!({ "role": officer.role }))?;
    Ok(wire::Session {
        token: Some(wire::SecretBase64(token)),
        officer,
        realm: config.realm,
        proved: now,
        expires,
        card: card.cloned(),
        approvals: config.approvals,
    })
}

/// A session that holds.
pub struct Found {
    /// Who is signed in.
    pub officer: Officer,
    /// When they last proved who they are.
    pub proved: OffsetDateTime,
    /// When it ends.
    pub expires: OffsetDateTime,
    /// The card it was begun with.
    pub card: Option<CardSerial>,
}

/// Whose token this is.
pub fn find(store: &Connection, token: &Secret, now: OffsetDateTime) -> Result<Option<Found>, Fault> {
    let sql = format!(
        "SELECT {COLUMNS}, sessions.proved, sessions.expires, sessions.card FROM sessions JOIN officers ON officers.id = sessions.officer \
         WHERE token_sha256 = ?1 AND expires > ?2"
    );
    let found = one(store, &sql, params![sha256_hex(token.expose()), now.unix_timestamp()], |row| {
        Ok((columns(row)?, row.get::<_, i64>(5)?, row.get::<_, i64>(6)?, row.get::<_, Option<String>>(7)?))
    })?;
    let read = |(officer, proved, expires, card): (Columns, i64, i64, Option<String>)| {
        let card = card.map(|card| card.parse()).transpose()?;
        Ok(Found { officer: read(officer)?.officer, proved: moment(proved)?, expires: moment(expires)?, card })
    };
    found.map(read).transpose()
}

/// The officer of a session proved once more who they are.
pub fn proved(store: &Connection, token: &Secret, now: OffsetDateTime) -> Result<(), Fault> {
    let token = sha256_hex(token.expose());
    store.execute("UPDATE sessions SET proved = ?2 WHERE token_sha256 = ?1", params![token, now.unix_timestamp()])?;
    Ok(())
}

/// Ends a session.
pub fn end(store: &Connection, token: &Secret, officer: &OfficerId, now: OffsetDateTime) -> Result<(), Fault> {
    store.execute("DELETE FROM sessions WHERE token_sha256 = ?1", [sha256_hex(token.expose())])?;
    audit::append(store, now, Some(officer), "session.ended", &serde_json::json!({}))?;
    Ok(())
}
