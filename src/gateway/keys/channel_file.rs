//! `secure-channel-keys.toml`. `assets/secure-channel-keys.toml` explains every key. Read by hand, as the file of
//! management keys is, and for the same reason.

use std::{collections::BTreeMap, path::Path};

use toml::{Table, Value};

use super::{
    channel::{ChannelKeySet, ChannelRules, ChannelScheme},
    file::{Wrong, bytes, entries, word, wrong},
};
use crate::{
    card::{
        profile::KeyReplacement,
        secure_channel::{ChannelKey, SecurityLevel, StaticKeys},
    },
    cis2::wire::KeyOwner,
    domain::{CardSerial, Series},
    gateway::GatewayError,
};

/// Every key an entry may have.
const KEYS: [&str; 13] = [
    "name",
    "series",
    "level",
    "key-replacement",
    "owner",
    "version",
    "scheme",
    "algorithm",
    "master",
    "encryption-key",
    "mac-key",
    "key-encryption-key",
    "cards",
];

/// The three keys of a set, in the order of their identifiers.
const KEY_NAMES: [&str; 3] = ["encryption-key", "mac-key", "key-encryption-key"];

/// All key sets of the file.
pub fn key_sets(path: &Path, text: &str) -> Result<Vec<ChannelKeySet>, GatewayError> {
    read(text).map_err(|Wrong { place, remedy }| GatewayError::KeySets { path: path.to_owned(), place, remedy })
}

fn read(text: &str) -> Result<Vec<ChannelKeySet>, Wrong> {
    let mut sets: Vec<ChannelKeySet> = Vec::new();
    for (number, entry) in (1..).zip(entries(text)?) {
        let set = key_set(&entry).map_err(|Wrong { place, remedy }| Wrong { place: told(number, &place), remedy })?;
        if sets.iter().any(|known| known.name == set.name && (known.version == set.version || known.owner == set.owner))
        {
            let remedy = "keep one entry for each owner of a name, and give each its own version";
            return Err(wrong(told(number, "“version” or “owner” was named before"), remedy));
        }
        if sets.iter().any(|known| known.name == set.name && known.rules != set.rules) {
            let remedy = "write the same series, level and key-replacement into each entry of a name";
            return Err(wrong(told(number, "what its keys are for differs from the entry before"), remedy));
        }
        sets.push(set);
    }
    Ok(sets)
}

fn told(number: usize, place: &str) -> String {
    format!("key set {number}: {place}")
}

fn key_set(entry: &Table) -> Result<ChannelKeySet, Wrong> {
    if let Some(other) = entry.keys().find(|name| !KEYS.contains(&name.as_str())) {
        return Err(wrong(
            format!("there is no key “{other}”"),
            "use name, owner, version, series, level, key-replacement, scheme, algorithm, and the keys of the scheme",
        ));
    }
    let name = word(entry, "name", "name the key set of the card profile, e.g. \"series-10\"")?.to_owned();
    const OWNERS: &str = "write \"delivered\" or \"organisation\"";
    let owner = match word(entry, "owner", OWNERS)? {
        "delivered" => KeyOwner::Delivered,
        "organisation" => KeyOwner::Organisation,
        _ => return Err(wrong("“owner” is unknown", OWNERS)),
    };
    // Card Specification 2.3.1, 11.8.2.3; FF is what a card has before any key was put on it.
    let highest = |version: &u8| matches!((version, owner), (1..=0x7F, _) | (0xFF, KeyOwner::Delivered));
    let version = match entry.get("version") {
        Some(Value::Integer(version)) => u8::try_from(*version).ok().filter(highest),
        _ => None,
    };
    let remedy = "write a whole number from 1 to 127, or 255 for delivered keys that are replaced for good";
    let version = version.ok_or_else(|| wrong("“version” is missing or out of range", remedy))?;
    Ok(ChannelKeySet { name, owner, version, rules: rules(entry)?, scheme: scheme(entry)? })
}

/// What the keys are for. An entry that says nothing is for Series 10, on a channel that hides everything.
fn rules(entry: &Table) -> Result<ChannelRules, Wrong> {
    const SERIES: &str = "list the series, e.g. [\"series9\", \"series10\"]";
    let series = match entry.get("series") {
        None => vec![Series::Series10],
        Some(named) => named.clone().try_into().map_err(|_| wrong("“series” is no list of series", SERIES))?,
    };
    const LEVELS: &str = "write \"01\", \"03\", \"13\" or \"33\" in quotation marks, as the card profile does";
    let level = match entry.get("level") {
        None => SecurityLevel::AnswerEncryption,
        Some(named) => named.clone().try_into().map_err(|_| wrong("“level” is unknown", LEVELS))?,
    };
    const REPLACED: &str = "write \"never\", \"at-issue\" or \"at-issue-and-back\", as the card profile does";
    let replacement = match entry.get("key-replacement") {
        None => KeyReplacement::AtIssueAndBack,
        Some(named) => named.clone().try_into().map_err(|_| wrong("“key-replacement” is unknown", REPLACED))?,
    };
    Ok(ChannelRules { series, level, replacement })
}

fn scheme(entry: &Table) -> Result<ChannelScheme, Wrong> {
    const SCHEMES: &str = "write \"static\", \"diversified\" or \"listed\"";
    let scheme = word(entry, "scheme", SCHEMES)?;
    const ALGORITHMS: &str = "write \"aes-128\", \"aes-192\" or \"aes-256\"";
    let length = match word(entry, "algorithm", ALGORITHMS)? {
        "aes-128" => 16,
        "aes-192" => 24,
        "aes-256" => 32,
        _ => return Err(wrong("“algorithm” is unknown", ALGORITHMS)),
    };
    match scheme {
        "static" => three_keys(entry, length).map(ChannelScheme::Static),
        "diversified" => one_key(entry, "master", length).map(ChannelScheme::Diversified),
        "listed" => {
            let remedy = "write [key-set.cards.SERIAL] for each card, and its three keys below it";
            let Some(Value::Table(cards)) = entry.get("cards") else {
                return Err(wrong("“cards” is missing or not a table", remedy));
            };
            let mut listed = BTreeMap::new();
            for (serial, keys) in cards {
                let card: CardSerial =
                    serial.parse().map_err(|_| wrong(format!("“cards”: {serial} is no card serial"), remedy))?;
                let Value::Table(keys) = keys else {
                    return Err(wrong(format!("“cards”: {card} is not a table"), remedy));
                };
                let keys = three_keys(keys, length)
                    .map_err(|Wrong { place, remedy }| wrong(format!("“cards”: {card}: {place}"), remedy))?;
                listed.insert(card, keys);
            }
            Ok(ChannelScheme::Listed(listed))
        }
        _ => Err(wrong("“scheme” is unknown", SCHEMES)),
    }
}

fn three_keys(entry: &Table, length: usize) -> Result<StaticKeys, Wrong> {
    let [encryption, mac, key_encryption] = KEY_NAMES;
    let keys = StaticKeys::new(
        one_key(entry, encryption, length)?,
        one_key(entry, mac, length)?,
        one_key(entry, key_encryption, length)?,
    );
    keys.ok_or_else(|| wrong("the keys have several lengths", "write three keys of the algorithm's length"))
}

fn one_key(entry: &Table, name: &str, length: usize) -> Result<ChannelKey, Wrong> {
    let remedy = "write the key in hexadecimal, of the algorithm's length";
    bytes(word(entry, name, remedy)?, length)
        .and_then(ChannelKey::new)
        .ok_or_else(|| wrong(format!("“{name}” is not a key of its algorithm"), remedy))
}
