//! `management-keys.toml`: how the cards of each kind got their management key, and with which unlock code they are
//! delivered. `assets/management-keys.toml` explains every key. Read by hand, entry by entry: a parser's own message
//! could quote a line with a key.

use std::{collections::BTreeMap, path::Path};

use toml::{Table, Value};

use super::{Algorithm, KeySet, Scheme};
use crate::{
    domain::{CardSerial, Secret, UnlockCode},
    gateway::GatewayError,
};

/// The unlock code of training stock, and of many PIV cards as they leave the factory: `12345678` in ASCII.
const FACTORY_CODE: &[u8; 8] = b"12345678";

/// Every key an entry may have.
const KEYS: [&str; 8] =
    ["profile", "scheme", "algorithm", "master", "key", "keys", "transport-unlock-code", "unlock-codes"];

/// What is wrong with the file, and what to do.
pub struct Wrong {
    pub place: String,
    pub remedy: &'static str,
}

pub fn wrong(place: impl Into<String>, remedy: &'static str) -> Wrong {
    Wrong { place: place.into(), remedy }
}

/// All key sets of the file.
pub fn key_sets(path: &Path, text: &str) -> Result<Vec<KeySet>, GatewayError> {
    read(text).map_err(|Wrong { place, remedy }| GatewayError::KeySets { path: path.to_owned(), place, remedy })
}

/// The [[key-set]] entries of a file of key sets.
pub fn entries(text: &str) -> Result<Vec<Table>, Wrong> {
    let mut table: Table = text.parse().map_err(|error: toml::de::Error| {
        let before = text.get(..error.span().map_or(0, |span| span.start)).unwrap_or_default();
        wrong(format!("line {} is not TOML", before.matches('\n').count() + 1), "mend that line")
    })?;
    if let Some(other) = table.keys().find(|name| *name != "key-set") {
        return Err(wrong(format!("there is no key “{other}”"), "the file holds [[key-set]] entries alone"));
    }
    const BEGIN: &str = "begin each entry with [[key-set]]";
    let entries = match table.remove("key-set") {
        None => return Ok(Vec::new()),
        Some(Value::Array(entries)) => entries,
        Some(_) => return Err(wrong("“key-set” is not a list", BEGIN)),
    };
    let of_table = |(number, entry): (u32, Value)| match entry {
        Value::Table(entry) => Ok(entry),
        _ => Err(wrong(format!("entry {number} is not a table"), BEGIN)),
    };
    (1..).zip(entries).map(of_table).collect()
}

fn read(text: &str) -> Result<Vec<KeySet>, Wrong> {
    let mut sets: Vec<KeySet> = Vec::new();
    for (number, entry) in (1..).zip(&entries(text)?) {
        let set =
            key_set(entry).map_err(|Wrong { place, remedy }| Wrong { place: told(number, entry, &place), remedy })?;
        if sets.iter().any(|earlier| earlier.profile == set.profile) {
            return Err(wrong(told(number, entry, "“profile” was named before"), "keep one entry for each profile"));
        }
        sets.push(set);
    }
    Ok(sets)
}

fn told(number: usize, entry: &Table, place: &str) -> String {
    match entry.get("profile") {
        Some(Value::String(profile)) => format!("key set {number}, “{profile}”: {place}"),
        _ => format!("key set {number}: {place}"),
    }
}

fn key_set(entry: &Table) -> Result<KeySet, Wrong> {
    if let Some(other) = entry.keys().find(|name| !KEYS.contains(&name.as_str())) {
        return Err(wrong(
            format!("there is no key “{other}”"),
            "use profile, scheme, algorithm, master, key, keys, transport-unlock-code and unlock-codes",
        ));
    }
    let profile = word(entry, "profile", "name the scheme of the card profile, e.g. \"series-10\"")?.to_owned();
    const SCHEMES: &str = "write \"static\", \"diversified\", \"listed\", \"well-known-test-key\" or \"middleware\"";
    let scheme = match word(entry, "scheme", SCHEMES)? {
        "well-known-test-key" => Scheme::WellKnownTestKey,
        "middleware" => Scheme::Middleware,
        "static" => {
            let algorithm = algorithm(entry)?;
            let remedy = "write the key in hexadecimal, of the algorithm's length";
            let key = bytes(word(entry, "key", remedy)?, algorithm.key_length());
            Scheme::Static {
                algorithm, key: key.ok_or_else(|| wrong("“key” is not a key of its algorithm", remedy))?
            }
        }
        "diversified" => {
            let algorithm = algorithm(entry)?;
            let remedy = "write the master as 64 hexadecimal digits (32 bytes)";
            let master = bytes(word(entry, "master", remedy)?, 32);
            let master = master.ok_or_else(|| wrong("“master” is not 32 bytes in hexadecimal", remedy))?;
            Scheme::Diversified { algorithm, master }
        }
        "listed" => {
            let algorithm = algorithm(entry)?;
            Scheme::Listed { algorithm, keys: listed(entry, algorithm)? }
        }
        _ => return Err(wrong("“scheme” is unknown", SCHEMES)),
    };
    let transport_code = transport_code(entry, &scheme)?;
    let own_codes = own_codes(entry)?;
    Ok(KeySet { profile, scheme, transport_code, own_codes })
}

pub fn word<'a>(entry: &'a Table, key: &str, remedy: &'static str) -> Result<&'a str, Wrong> {
    match entry.get(key) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(wrong(format!("“{key}” is not text in quotation marks"), remedy)),
        None => Err(wrong(format!("“{key}” is missing"), remedy)),
    }
}

fn algorithm(entry: &Table) -> Result<Algorithm, Wrong> {
    let named = match entry.get("algorithm") {
        Some(Value::Integer(identifier)) => u8::try_from(*identifier).ok().and_then(Algorithm::from_identifier),
        Some(Value::String(name)) => match name.as_str() {
            "triple-des" => Some(Algorithm::TripleDes),
            "aes-128" => Some(Algorithm::Aes128),
            "aes-192" => Some(Algorithm::Aes192),
            "aes-256" => Some(Algorithm::Aes256),
            _ => None,
        },
        _ => None,
    };
    let remedy = "write \"triple-des\", \"aes-128\", \"aes-192\" or \"aes-256\"";
    named.ok_or_else(|| wrong("“algorithm” is missing or unknown", remedy))
}

fn listed(entry: &Table, algorithm: Algorithm) -> Result<BTreeMap<CardSerial, Secret>, Wrong> {
    let remedy = "write [key-set.keys] and below it one line for each card: its serial = \"its key in hexadecimal\"";
    let Some(Value::Table(lines)) = entry.get("keys") else {
        return Err(wrong("“keys” is missing or not a table", remedy));
    };
    let mut keys = BTreeMap::new();
    for (serial, key) in lines {
        let card: CardSerial =
            serial.parse().map_err(|_| wrong(format!("“keys”: {serial} is no card serial"), remedy))?;
        let key = key.as_str().and_then(|digits| bytes(digits, algorithm.key_length()));
        let key = key.ok_or_else(|| wrong(format!("“keys”: the key of {card} is not one of its algorithm"), remedy))?;
        keys.insert(card, key);
    }
    Ok(keys)
}

/// Codes of cards that an older system issued.
fn own_codes(entry: &Table) -> Result<BTreeMap<CardSerial, UnlockCode>, Wrong> {
    let remedy = "write [key-set.unlock-codes] and below it one line for each card: its serial = \"its unlock code as 16 \
                  hexadecimal digits\"";
    let lines = match entry.get("unlock-codes") {
        None => return Ok(BTreeMap::new()),
        Some(Value::Table(lines)) => lines,
        Some(_) => return Err(wrong("“unlock-codes” is not a table", remedy)),
    };
    let mut codes = BTreeMap::new();
    for (serial, code) in lines {
        let card: CardSerial =
            serial.parse().map_err(|_| wrong(format!("“unlock-codes”: {serial} is no card serial"), remedy))?;
        let code = code.as_str().and_then(|digits| bytes(digits, 8)).and_then(UnlockCode::new);
        let code = code.ok_or_else(|| wrong(format!("“unlock-codes”: the code of {card} is not 8 bytes"), remedy))?;
        codes.insert(card, code);
    }
    Ok(codes)
}

fn transport_code(entry: &Table, scheme: &Scheme) -> Result<UnlockCode, Wrong> {
    const REMEDY: &str =
        "write the delivered unlock code as 16 hexadecimal digits (8 bytes); 12345678 in ASCII is \"3132333435363738\"";
    // Key sets that everybody knows are of stock whose code everybody knows.
    if !entry.contains_key("transport-unlock-code") && scheme.is_public() {
        return UnlockCode::new(Secret::new(FACTORY_CODE.to_vec())).ok_or_else(|| wrong("no code", REMEDY));
    }
    bytes(word(entry, "transport-unlock-code", REMEDY)?, 8)
        .and_then(UnlockCode::new)
        .ok_or_else(|| wrong("“transport-unlock-code” is not 8 bytes in hexadecimal", REMEDY))
}

/// Exactly this many bytes in hexadecimal.
pub fn bytes(hexadecimal: &str, length: usize) -> Option<Secret> {
    let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(length));
    let mut digits = hexadecimal.chars();
    while let Some(high) = digits.next() {
        let low = digits.next()?;
        bytes.push(u8::try_from(high.to_digit(16)? * 16 + low.to_digit(16)?).ok()?);
    }
    (bytes.len() == length).then(|| Secret::new(std::mem::take(&mut *bytes)))
}
