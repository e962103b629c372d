//! One-time codes for locked cards: six digits, sent to an address on record, good for fifteen minutes, for one card and
//! for three tries. Only a keyed hash of each is kept, for six digits are soon tried out.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use rusqlite::{Connection, params};
use subtle::ConstantTimeEq;
use time::{Duration, OffsetDateTime};

use super::{
    problem::Fault,
    random,
    seal::Seal,
    store::{moment, one},
};
use crate::domain::{CardSerial, HolderId, Secret, hex};

/// How long a code is good (`facts/nhs.md` 1.9).
pub const LIFE: Duration = Duration::minutes(15);

/// Wrong entries after which a code is worth nothing.
const TRIES: u32 = 3;

/// Codes sent for one card in one hour: more are not a holder who mistyped. What could not be sent reached nobody.
const MOST_IN_AN_HOUR: i64 = 4;

/// How long past codes are remembered, for the limit above.
const REMEMBERED: Duration = Duration::hours(1);

/// Codes sent in one hour at the wish of one address: a self-service place at which a card is unlocked every minute. Whoever
/// goes through many cards is stopped here.
const MOST_OF_ONE_CALLER: usize = 60;

/// Which addresses had codes sent in the last hour, and when. In memory: a gateway that starts anew begins anew.
#[derive(Default)]
pub struct Askers(Mutex<HashMap<IpAddr, Vec<OffsetDateTime>>>);

impl Askers {
    /// Counts one more code for this address.
    ///
    /// # Errors
    /// It had too many.
    pub fn count(&self, from: Option<IpAddr>, now: OffsetDateTime) -> Result<(), Fault> {
        let Some(from) = from else { return Ok(()) };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, asked| {
            asked.retain(|at| now - *at < REMEMBERED);
            !asked.is_empty()
        });
        let asked = known.entry(from).or_default();
        if asked.len() >= MOST_OF_ONE_CALLER {
            return Err(too_many("Too many codes were asked for from here"));
        }
        asked.push(now);
        Ok(())
    }
}

fn too_many(title: &str) -> Fault {
    Fault::new(429, "too-many-codes", title, "Wait an hour, or take the card to the Registration Authority desk")
}

/// A code just made; its digits are in memory alone.
pub struct MadeCode {
    /// Number of the request.
    pub request: String,
    /// Six digits, ASCII.
    pub code: Secret,
    /// Until when it is good.
    pub expires: OffsetDateTime,
}

/// Makes a code for a card; an earlier one is good no more.
pub fn make(
    store: &Connection,
    seal: &Seal,
    serial: &CardSerial,
    holder: &HolderId,
    now: OffsetDateTime,
) -> Result<MadeCode, Fault> {
    store.execute("DELETE FROM one_time_codes WHERE begun <= ?1", [(now - REMEMBERED).unix_timestamp()])?;
    let lately: i64 = store.query_row(
        "SELECT COUNT(*) FROM one_time_codes WHERE serial = ?1 AND state <> 'unsent'",
        [serial.as_str()],
        |row| row.get(0),
    )?;
    if lately >= MOST_IN_AN_HOUR {
        return Err(too_many("Too many codes were asked for this card"));
    }
    let request = hex(&random::bytes::<16>()?);
    let code = random::six_digits()?;
    let expires = now + LIFE;
    store.execute(
        "UPDATE one_time_codes SET state = 'replaced' WHERE serial = ?1 AND state = 'open'",
        [serial.as_str()],
    )?;
    store.execute(
        "INSERT INTO one_time_codes VALUES (?1, ?2, ?3, ?4, ?5, 'open', ?6, ?7)",
        params![
            request,
            serial.as_str(),
            holder.as_str(),
            mac(seal, &request, code.expose()),
            TRIES,
            now.unix_timestamp(),
            expires.unix_timestamp(),
        ],
    )?;
    Ok(MadeCode { request, code, expires })
}

fn mac(seal: &Seal, request: &str, code: &[u8]) -> Vec<u8> {
    seal.mac(&format!("one-time code of {request}"), code)
}

/// The message with its code was in nobody's care: it is worth nothing.
pub fn unsent(store: &Connection, request: &str) -> Result<(), Fault> {
    store.execute("UPDATE one_time_codes SET state = 'unsent' WHERE request = ?1", [request])?;
    Ok(())
}

/// Uses a code up; gives whose it was. A wrong one costs a try, which the caller must keep.
pub fn use_up(
    store: &Connection,
    seal: &Seal,
    request: &str,
    serial: &CardSerial,
    code: &Secret,
    now: OffsetDateTime,
) -> Result<HolderId, Fault> {
    let sql = "SELECT serial, holder, code_mac, tries_left, state, expires FROM one_time_codes WHERE request = ?1";
    type Columns = (String, String, Vec<u8>, u32, String, i64);
    let columns = |row: &rusqlite::Row<'_>| -> rusqlite::Result<Columns> {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
    };
    let known: Option<Columns> = one(store, sql, [request], columns)?;
    let Some((of_serial, holder, expected, tries, state, expires)) = known else {
        return Err(ended("It was not asked for here, or long ago"));
    };
    match state.as_str() {
        "open" => {}
        "used" => return Err(ended("It was used before")),
        "spent" => return Err(ended("It was entered wrong three times")),
        "replaced" => return Err(ended("A newer code was sent")),
        _ => return Err(ended("It was never sent")),
    }
    if moment(expires)? <= now {
        return Err(ended("Its fifteen minutes are over"));
    }
    if of_serial != serial.as_str() {
        return Err(Fault::new(
            403,
            "code-of-another-card",
            "This code was sent for another card",
            "Put in the card the code was asked for, or ask for a new code",
        ));
    }
    let right: bool = expected.ct_eq(&mac(seal, request, code.expose())).into();
    if right {
        store.execute("UPDATE one_time_codes SET state = 'used' WHERE request = ?1", [request])?;
        return Ok(holder.parse()?);
    }
    let left = tries.saturating_sub(1);
    let state = if left == 0 { "spent" } else { "open" };
    store.execute(
        "UPDATE one_time_codes SET tries_left = ?2, state = ?3 WHERE request = ?1",
        params![request, left, state],
    )?;
    let remedy = if left == 0 { "Ask for a new code" } else { "Look at the newest message and enter its six digits" };
    Err(Fault::new(403, "code-wrong", "This is not the code that was sent", remedy)
        .detail(format!("tries left: {left}"))
        .kept())
}

fn ended(detail: &str) -> Fault {
    Fault::new(403, "code-ended", "This code is good no more", "Ask for a new code").detail(detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_goes_through_many_cards_is_stopped_and_nobody_else() {
        let (askers, now) = (Askers::default(), OffsetDateTime::UNIX_EPOCH);
        let [one, other] = [1, 2].map(|last| Some(IpAddr::from([192, 0, 2, last])));
        for _ in 0..MOST_OF_ONE_CALLER {
            askers.count(one, now).expect("not too many yet");
        }
        assert_eq!(askers.count(one, now).expect_err("too many").problem.kind, "too-many-codes");
        askers.count(other, now).expect("somebody else");
        askers.count(one, now + REMEMBERED).expect("an hour later");
    }
}
