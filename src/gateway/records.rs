//! Holders and cards as the database has them.

use std::collections::HashMap;

use rusqlite::{Connection, Row, params, types::Value};
use time::OffsetDateTime;

use super::{
    folded,
    issuances::BegunAs,
    messages::Recipient,
    problem::Fault,
    store::{from_word, moment, one, word},
};
use crate::{
    cis2::wire::{BegunBy, CardRecord, HolderRecord, LastChange},
    domain::{CardSerial, CardState, CertificateSlot, Holder, HolderId, JobId, NameOnCard, Series, sha256_hex},
};

const HOLDER: &str = "SELECT id, official_name, name_on_card, organisation, state, photo_sha256 FROM holders";
const CARD: &str = "SELECT cards.serial, cards.state, cards.series, cards.holder, cards.last_job, cards.certificates_expire, \
                    cards.awaits_delivery, cards.changed, issuances.operation, issuances.task, issuances.officer, \
                    officers.name \
                    FROM cards LEFT JOIN issuances ON issuances.job = cards.last_job \
                    LEFT JOIN officers ON officers.id = issuances.officer";

type HolderColumns = (String, String, Option<String>, String, String, Option<String>);

fn holder_columns(row: &Row<'_>) -> rusqlite::Result<HolderColumns> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
}

fn read_holder(columns: HolderColumns) -> Result<Holder, Fault> {
    let (id, official_name, name_on_card, organisation, state, photo_sha256) = columns;
    Ok(Holder {
        id: id.parse()?,
        official_name,
        name_on_card: name_on_card.map(NameOnCard),
        organisation: organisation.parse()?,
        state: from_word(state)?,
        photo_sha256,
    })
}

type CardColumns = (String, String, String, Option<String>, Option<String>, Option<i64>, bool, ChangeColumns);

/// When a card was changed; what its newest job does, as what it was begun, by whom, and that officer's name.
type ChangeColumns = (i64, Option<String>, Option<String>, Option<String>, Option<String>);

fn card_columns(row: &Row<'_>) -> rusqlite::Result<CardColumns> {
    let change = (row.get(7)?, row.get(8)?, row.get(9)?, row.get(10)?, row.get(11)?);
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?, change))
}

fn read_change((at, operation, task, officer, name): ChangeColumns) -> Result<Option<LastChange>, Fault> {
    let (Some(operation), Some(task), Some(officer)) = (operation, task, officer) else { return Ok(None) };
    let by = match from_word(task)? {
        BegunAs::Desk => Some(BegunBy { officer: officer.parse()?, name }),
        BegunAs::SelfService => None,
    };
    Ok(Some(LastChange { operation: from_word(operation)?, by, at: moment(at)? }))
}

fn read_card(columns: CardColumns) -> Result<CardRecord, Fault> {
    let (serial, state, series, holder, last_job, expire, awaits_delivery, change) = columns;
    let state: CardState = from_word(state)?;
    let last_job: Option<JobId> = last_job.map(|job| job.parse()).transpose()?;
    Ok(CardRecord {
        serial: serial.parse()?,
        state,
        series: from_word(series)?,
        holder: holder.map(|id| id.parse()).transpose()?,
        open_job: if state == CardState::InWork { last_job.clone() } else { None },
        last_job,
        certificates_expire: expire.map(moment).transpose()?,
        good_pair: None,
        identifier: None,
        awaits_delivery,
        last_change: read_change(change)?,
    })
}

/// A certificate: its SHA-256 and its DER.
type Hashed = (String, Vec<u8>);

/// The good pair of a card: the newest of each kind.
fn good_certificates(store: &Connection, serial: &CardSerial) -> Result<Option<[Hashed; 2]>, Fault> {
    let sql = "SELECT sha256, der FROM certificates WHERE slot = ?2 AND status = 'good' \
               AND job IN (SELECT job FROM issuances WHERE serial = ?1) ORDER BY rowid DESC LIMIT 1";
    let newest =
        |slot: CertificateSlot| one(store, sql, [serial.as_str(), &word(&slot)], |row| Ok((row.get(0)?, row.get(1)?)));
    Ok(newest(CertificateSlot::Authentication)?
        .zip(newest(CertificateSlot::Signing)?)
        .map(|(authentication, signing)| [authentication, signing]))
}

/// The last moment at which both certificates of a card's good pair are valid, as the certificates say it.
pub fn last_moment(store: &Connection, serial: &CardSerial) -> Result<Option<OffsetDateTime>, Fault> {
    let Some(pair) = good_certificates(store, serial)? else { return Ok(None) };
    let mut earliest: Option<OffsetDateTime> = None;
    for (_, der) in &pair {
        let (_, parsed) = x509_parser::parse_x509_certificate(der)
            .map_err(|_| Fault::internal("a stored certificate cannot be read"))?;
        let ends = parsed.validity().not_after.to_datetime();
        earliest = Some(earliest.map_or(ends, |other| other.min(ends)));
    }
    Ok(earliest)
}

/// With what the card must hold.
fn with_pair(store: &Connection, mut card: CardRecord) -> Result<CardRecord, Fault> {
    card.good_pair = good_certificates(store, &card.serial)?.map(|pair| pair.map(|(sha256, _)| sha256));
    let sql = "SELECT identifier FROM issuances JOIN certificates USING (job) \
               WHERE serial = ?1 AND slot = ?2 AND certificates.status = 'good' ORDER BY certificates.rowid DESC LIMIT 1";
    let slot = word(&CertificateSlot::Authentication);
    let identifier: Option<Option<String>> = one(store, sql, [card.serial.as_str(), &slot], |row| row.get(0))?;
    card.identifier = identifier.flatten().map(|digits| digits.parse()).transpose()?;
    Ok(card)
}

/// One holder.
pub fn holder(store: &Connection, id: &HolderId) -> Result<Holder, Fault> {
    one(store, &format!("{HOLDER} WHERE id = ?1"), [id.as_str()], holder_columns)?
        .map(read_holder)
        .transpose()?
        .ok_or_else(|| Fault::holder_unknown(&id.grouped()))
}

/// Where a holder's one-time codes go: their e-mail address, and their mobile number where that does not do.
pub fn contacts(store: &Connection, id: &HolderId) -> Result<Vec<Recipient>, Fault> {
    let columns =
        |row: &Row<'_>| -> rusqlite::Result<(Option<String>, Option<String>)> { Ok((row.get(0)?, row.get(1)?)) };
    let found = one(store, "SELECT email, mobile FROM holders WHERE id = ?1", [id.as_str()], columns)?;
    let (email, mobile) = found.unwrap_or_default();
    Ok(email.map(Recipient::Email).into_iter().chain(mobile.map(Recipient::Mobile)).collect())
}

/// One holder with their cards.
pub fn holder_record(store: &Connection, id: &HolderId) -> Result<HolderRecord, Fault> {
    Ok(HolderRecord { holder: holder(store, id)?, cards: cards_of(store, id)? })
}

/// Holders in whose number, names and organisation every word of the query is found.
pub fn find_holders(store: &Connection, query: &str, limit: u32) -> Result<Vec<HolderRecord>, Fault> {
    let words = folded::words(query);
    let found = vec!["instr(search, ?) > 0"; words.len()].join(" AND ");
    let found = if found.is_empty() { "TRUE".to_owned() } else { found };
    let sql = format!("{HOLDER} WHERE {found} ORDER BY official_name, id LIMIT ?");
    let mut query = store.prepare_cached(&sql)?;
    let values = words.into_iter().map(Value::from).chain([Value::from(limit)]);
    let rows =
        query.query_map(rusqlite::params_from_iter(values), holder_columns)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let holders = rows.into_iter().map(read_holder).collect::<Result<Vec<_>, _>>()?;
    let mut cards = cards_of_all(store, &holders)?;
    let record = |holder: Holder| HolderRecord { cards: cards.remove(&holder.id).unwrap_or_default(), holder };
    Ok(holders.into_iter().map(record).collect())
}

/// The cards of many holders, in one query; of each the newest first.
fn cards_of_all(store: &Connection, holders: &[Holder]) -> Result<HashMap<HolderId, Vec<CardRecord>>, Fault> {
    let numbers: Vec<&HolderId> = holders.iter().map(|holder| &holder.id).collect();
    let numbers = serde_json::to_string(&numbers).map_err(|_| Fault::internal("the numbers cannot be written"))?;
    let sql = format!(
        "{CARD} WHERE cards.holder IN (SELECT value FROM json_each(?1)) \
         ORDER BY cards.changed DESC, cards.rowid DESC"
    );
    let mut query = store.prepare_cached(&sql)?;
    let rows = query.query_map([numbers], card_columns)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut cards: HashMap<HolderId, Vec<CardRecord>> = HashMap::new();
    for columns in rows {
        let card = read_card(columns)?;
        if let Some(holder) = card.holder.clone() {
            cards.entry(holder).or_default().push(card);
        }
    }
    Ok(cards)
}

/// A holder's cards, newest first.
fn cards_of(store: &Connection, id: &HolderId) -> Result<Vec<CardRecord>, Fault> {
    let mut query = store
        .prepare_cached(&format!("{CARD} WHERE cards.holder = ?1 ORDER BY cards.changed DESC, cards.rowid DESC"))?;
    let rows = query.query_map([id.as_str()], card_columns)?.collect::<rusqlite::Result<Vec<_>>>()?;
    rows.into_iter().map(read_card).collect()
}

/// A card; one never seen is blank.
pub fn card(store: &Connection, serial: &CardSerial) -> Result<CardRecord, Fault> {
    let known = one(store, &format!("{CARD} WHERE cards.serial = ?1"), [serial.as_str()], card_columns)?;
    match known {
        Some(columns) => with_pair(store, read_card(columns)?),
        None => Ok(CardRecord {
            serial: serial.clone(),
            state: CardState::Blank,
            series: Series::Unknown,
            holder: None,
            open_job: None,
            last_job: None,
            certificates_expire: None,
            good_pair: None,
            identifier: None,
            awaits_delivery: false,
            last_change: None,
        }),
    }
}

/// Another card of the holder that is in use.
pub fn other_card(store: &Connection, id: &HolderId, serial: &CardSerial) -> Result<Option<CardSerial>, Fault> {
    let sql = "SELECT serial FROM cards WHERE holder = ?1 AND serial <> ?2 AND state IN ('active', 'locked')";
    let found: Option<String> = one(store, sql, [id.as_str(), serial.as_str()], |row| row.get(0))?;
    Ok(found.map(|serial| serial.parse()).transpose()?)
}

/// Writes a card's record. A blank card is nobody's.
pub fn put_card(store: &Connection, card: &CardRecord, now: OffsetDateTime) -> Result<(), Fault> {
    store
        .prepare_cached(
            "INSERT INTO cards (serial, state, series, holder, last_job, certificates_expire, changed, awaits_delivery) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (serial) DO UPDATE SET \
             state = ?2, series = ?3, holder = ?4, last_job = ?5, certificates_expire = ?6, changed = ?7, \
             awaits_delivery = ?8",
        )?
        .execute(params![
            card.serial.as_str(),
            word(&card.state),
            word(&card.series),
            card.holder.as_ref().filter(|_| card.state != CardState::Blank).map(HolderId::as_str),
            card.last_job.as_ref().map(JobId::as_str),
            card.certificates_expire.map(OffsetDateTime::unix_timestamp),
            now.unix_timestamp(),
            card.awaits_delivery && card.state != CardState::Blank,
        ])?;
    Ok(())
}

/// The photo on record.
pub fn photo(store: &Connection, id: &HolderId) -> Result<Option<Vec<u8>>, Fault> {
    one(store, "SELECT photo FROM holders WHERE id = ?1", [id.as_str()], |row| row.get(0))?
        .ok_or_else(|| Fault::holder_unknown(&id.grouped()))
}

/// Replaces the photo on record; gives its hash.
pub fn put_photo(store: &Connection, id: &HolderId, image: &[u8]) -> Result<String, Fault> {
    let hash = sha256_hex(image);
    store
        .execute("UPDATE holders SET photo = ?2, photo_sha256 = ?3 WHERE id = ?1", params![id.as_str(), image, hash])?;
    Ok(hash)
}
