//! Escrow of unlock codes. A card's code is changed at every use; the new one is written here before the card sees it,
//! so that whatever is cut, the code the card holds is one of at most two that are known.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::{problem::Fault, random, seal::Seal, store::one};
use crate::{
    cis2::wire::{SecretBase64, UnlockCodeSettled, UnlockCodes},
    domain::{CardSerial, Secret, UnlockCode},
};

#[derive(Serialize, Deserialize)]
struct Codes(Vec<SecretBase64>);

struct Escrowed {
    current: Vec<SecretBase64>,
    next: Option<SecretBase64>,
}

fn purpose(column: &str, serial: &CardSerial) -> String {
    format!("unlock code {column} of {serial}")
}

fn read(store: &Connection, seal: &Seal, serial: &CardSerial) -> Result<Option<Escrowed>, Fault> {
    let sql = "SELECT current, next FROM unlock_codes WHERE serial = ?1";
    let found: Option<(Vec<u8>, Option<Vec<u8>>)> =
        one(store, sql, [serial.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let open = |column: &str, sealed: &[u8]| -> Result<Vec<SecretBase64>, Fault> {
        let plain = seal.unseal(&purpose(column, serial), sealed)?;
        let codes: Codes =
            serde_json::from_slice(plain.expose()).map_err(|_| Fault::internal("an escrowed code cannot be read"))?;
        Ok(codes.0)
    };
    found
        .map(|(current, next)| {
            let next = next.map(|sealed| open("next", &sealed)).transpose()?.and_then(|codes| codes.into_iter().next());
            Ok(Escrowed { current: open("current", &current)?, next })
        })
        .transpose()
}

fn write(store: &Connection, seal: &Seal, serial: &CardSerial, codes: Escrowed) -> Result<(), Fault> {
    let close = |column: &str, codes: Vec<SecretBase64>| -> Result<Vec<u8>, Fault> {
        let plain = serde_json::to_vec(&Codes(codes)).map_err(|_| Fault::internal("a code cannot be written"))?;
        seal.seal(&purpose(column, serial), Secret::new(plain).expose())
    };
    let current = close("current", codes.current)?;
    let next = codes.next.map(|code| close("next", vec![code])).transpose()?;
    store
        .execute("INSERT OR REPLACE INTO unlock_codes VALUES (?1, ?2, ?3)", params![serial.as_str(), current, next])?;
    Ok(())
}

/// Releases the codes of a card; a card that never had one of its own has the one it was delivered with. A code that was released before, and of which nobody said whether the card took it,
/// is both a candidate and again the code to change to: so there are never more than two candidates.
pub fn release(
    store: &Connection,
    seal: &Seal,
    serial: &CardSerial,
    delivered: &UnlockCode,
) -> Result<UnlockCodes, Fault> {
    let escrowed = match read(store, seal, serial)? {
        Some(escrowed) => escrowed,
        None => Escrowed { current: vec![SecretBase64(Secret::new(delivered.expose().to_vec()))], next: None },
    };
    let codes = match escrowed {
        Escrowed { mut current, next: Some(next) } => {
            let known = current.clone();
            current.truncate(1);
            current.push(next.clone());
            write(store, seal, serial, Escrowed { current: known, next: Some(next.clone()) })?;
            UnlockCodes { current, next }
        }
        Escrowed { current, next: None } => {
            let next = SecretBase64(random::eight_digits()?);
            write(store, seal, serial, Escrowed { current: current.clone(), next: Some(next.clone()) })?;
            UnlockCodes { current, next }
        }
    };
    Ok(codes)
}

/// Releases the codes of a card for an unlock at another desk. Where one code is known to be on the card, the one to change
/// to is `derived`, which that desk works out too; where there are two candidates, it is the second of them, as always.
pub fn release_for_telephone(
    store: &Connection,
    seal: &Seal,
    serial: &CardSerial,
    derived: &UnlockCode,
) -> Result<UnlockCodes, Fault> {
    let none = || Fault::wrong_state("this card has no unlock code of its own");
    let Escrowed { mut current, next } = read(store, seal, serial)?.ok_or_else(none)?;
    let (current, next) = match next {
        Some(pending) => {
            current.truncate(1);
            let first = current.clone();
            write(store, seal, serial, Escrowed { current: first, next: Some(pending.clone()) })?;
            current.push(pending.clone());
            (current, pending)
        }
        None => {
            let next = SecretBase64(Secret::new(derived.expose().to_vec()));
            write(store, seal, serial, Escrowed { current: current.clone(), next: Some(next.clone()) })?;
            (current, next)
        }
    };
    Ok(UnlockCodes { current, next })
}

/// Releases the code a card was delivered with as the one to change to. Which code the card holds now must be settled.
pub fn release_delivered(
    store: &Connection,
    seal: &Seal,
    serial: &CardSerial,
    delivered: &UnlockCode,
) -> Result<UnlockCodes, Fault> {
    let next = || SecretBase64(Secret::new(delivered.expose().to_vec()));
    let unsettled = || Fault::wrong_state("it is not settled yet which unlock code the card holds");
    let escrowed = read(store, seal, serial)?.ok_or_else(unsettled)?;
    if escrowed.next.as_ref().is_some_and(|pending| pending.0 != next().0) {
        return Err(unsettled());
    }
    let current: Vec<SecretBase64> = escrowed.current.into_iter().take(1).collect();
    write(store, seal, serial, Escrowed { current: current.clone(), next: Some(next()) })?;
    Ok(UnlockCodes { current, next: next() })
}

/// The codes of a card that were released and of which nobody has said yet which one it holds.
pub struct Released {
    current: UnlockCode,
    /// The code to change to.
    pub next: UnlockCode,
}

impl Released {
    /// The code that a workstation calls so. The second candidate is always the pending code.
    pub fn held(&self, which: UnlockCodeSettled) -> &UnlockCode {
        match which {
            UnlockCodeSettled::FirstOfCurrent => &self.current,
            UnlockCodeSettled::Next | UnlockCodeSettled::SecondOfCurrent => &self.next,
        }
    }
}

/// The codes that were released, to be put into a command here.
pub fn released(store: &Connection, seal: &Seal, serial: &CardSerial) -> Result<Released, Fault> {
    let unreleased = || Fault::wrong_state("no unlock code of this card was released");
    let Escrowed { current, next } = read(store, seal, serial)?.ok_or_else(unreleased)?;
    let code = |code: Option<SecretBase64>| code.and_then(|code| UnlockCode::new(code.0)).ok_or_else(unreleased);
    Ok(Released { current: code(current.into_iter().next())?, next: code(next)? })
}

/// Settles which code the card holds.
pub fn settle(store: &Connection, seal: &Seal, serial: &CardSerial, found: UnlockCodeSettled) -> Result<(), Fault> {
    let unreleased = || Fault::wrong_state("no unlock code of this card was released");
    let escrowed = read(store, seal, serial)?.ok_or_else(unreleased)?;
    let held = match found {
        UnlockCodeSettled::FirstOfCurrent => escrowed.current.into_iter().next(),
        // The second candidate is always the pending code.
        UnlockCodeSettled::Next | UnlockCodeSettled::SecondOfCurrent => match escrowed.next {
            Some(next) => Some(next),
            // Already settled by an earlier call.
            None => escrowed.current.into_iter().next(),
        },
    };
    let current = vec![held.ok_or_else(unreleased)?];
    write(store, seal, serial, Escrowed { current, next: None })
}
