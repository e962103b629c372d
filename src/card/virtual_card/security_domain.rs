//! The issuer security domain (GlobalPlatform Card Specification 2.3.1, 11; Amendment D): it tells the production data and
//! which key sets it has, opens secure channels for itself and for the PIV application, and takes new key sets.

mod channel;
mod key_sets;

pub(super) use channel::{CardChannel, LengthForm, Received, protect, receive};
pub(super) use key_sets::{KeySets, StoredSet};

use super::{
    piv::Outcome,
    state::{Application, CardMemory, Session},
    status,
};
use crate::card::{
    apdu::Command,
    secure_channel::{ISSUER_SECURITY_DOMAIN, check_values, read_key_set},
    tlv::{self, Tag, Writer},
};

/// What the domain's channel can do, “i”: computed challenges, codes and encryption both ways (Amendment D, table 5-1).
const OPTIONS: u8 = 0x70;

/// Key versions that PUT KEY can give (Card Specification 2.3.1, 11.8.2.3).
const VERSIONS: std::ops::RangeInclusive<u8> = 0x01..=0x7F;

/// Object identifier 1.2.840.114283, GlobalPlatform (Card Specification 2.3.1, H.1).
const GLOBALPLATFORM: [u8; 6] = [0x2A, 0x86, 0x48, 0x86, 0xFC, 0x6B];

/// The answer to SELECT, when this identifier is the domain's or the start of it.
pub(super) fn select(identifier: &[u8]) -> Option<Vec<u8>> {
    let full = if identifier.is_empty() {
        ISSUER_SECURITY_DOMAIN.first()?
    } else {
        ISSUER_SECURITY_DOMAIN.iter().find(|full| identifier.len() >= 5 && full.starts_with(identifier))?
    };
    // 6F { 84 identifier, A5 { 9F65 longest command data } }
    let template =
        |w: Writer| w.put(Tag::known(0x84), full).nest(Tag::known(0xA5), |w| w.put(Tag::known(0x9F65), &[0xFF]));
    Some(Writer::new().nest(Tag::known(0x6F), template).finish())
}

/// The commands that open a channel, which the domain takes for itself and for the PIV application; `None` for others.
pub(super) fn open(memory: &mut CardMemory, session: &mut Session, command: &Command) -> Option<Outcome> {
    let invoker: &[u8] = match session.selected {
        Application::SecurityDomain => &ISSUER_SECURITY_DOMAIN[0],
        Application::Piv => &super::objects::PIV_AID,
    };
    let tries = memory.behaviour.secure_channel.tries;
    match (command.cla, command.ins) {
        (0x80, 0x50) => Some(channel::initialize_update(memory, session, command, invoker)),
        (0x84, 0x82) => Some(channel::external_authenticate(&mut memory.domain, tries, session, command)),
        _ => None,
    }
}

/// Any other command while the domain is selected, as it was before it was wrapped.
pub(super) fn perform(memory: &mut CardMemory, session: &Session, command: &Command) -> Outcome {
    match (command.cla, command.ins, command.p1, command.p2) {
        (0x00 | 0x80, 0xCA, 0x9F, 0x7F) => {
            Ok(Writer::new().put(Tag::known(0x9F7F), &memory.production.bytes()).finish())
        }
        (0x00 | 0x80, 0xCA, 0x00, 0xE0) => Ok(key_information(&memory.domain)),
        (0x00 | 0x80, 0xCA, 0x00, 0x66) => Ok(recognition_data()),
        (0x00 | 0x80, 0xCA, _, _) => Err(status::REFERENCE_NOT_FOUND),
        (0x80, 0xD8 | 0xE4, _, _) if !session.channel.is_open() => Err(status::NOT_ALLOWED),
        (0x80, 0xD8, version, 0x81) => put_key(&mut memory.domain, session, version, &command.data),
        (0x80, 0xE4, 0x00, 0x00) => delete_key(&mut memory.domain, &command.data),
        (0x80, 0xD8 | 0xE4, _, _) => Err(status::WRONG_P1_P2),
        (0x00 | 0x80, _, _, _) => Err(status::INSTRUCTION_UNKNOWN),
        _ => Err(status::CLASS_UNKNOWN),
    }
}

/// Key information template: for every key its identifier, version, type AES and length (Card Specification 2.3.1,
/// 11.3.3.1.1).
fn key_information(sets: &KeySets) -> Vec<u8> {
    let keys = |w: Writer| {
        sets.all().iter().fold(w, |w, set| {
            let length = u8::try_from(set.length()).unwrap_or(u8::MAX);
            (1..=3).fold(w, |w, identifier| w.put(Tag::known(0xC0), &[identifier, set.version(), 0x88, length]))
        })
    };
    Writer::new().nest(Tag::known(0xE0), keys).finish()
}

/// Card recognition data: GlobalPlatform 2.3.1 with a secure channel of protocol 03 (Card Specification 2.3.1, H.2).
fn recognition_data() -> Vec<u8> {
    let identifier = |w: Writer, rest: &[u8]| w.put(Tag::known(0x06), &[GLOBALPLATFORM.as_slice(), rest].concat());
    let data = |w: Writer| {
        identifier(w, &[0x01])
            .nest(Tag::known(0x60), |w| identifier(w, &[0x02, 0x02, 0x03, 0x01]))
            .nest(Tag::known(0x63), |w| identifier(w, &[0x03]))
            .nest(Tag::known(0x64), |w| identifier(w, &[0x04, 0x03, OPTIONS]))
    };
    Writer::new().nest(Tag::known(0x66), |w| w.nest(Tag::known(0x73), data)).finish()
}

/// PUT KEY of a whole set: added with P1 = 00, or in the place of the version in P1. The keys come encrypted under the
/// set that the channel was opened with, and the answer shows their check values.
fn put_key(sets: &mut KeySets, session: &Session, replaced: u8, data: &[u8]) -> Outcome {
    let key_encryption = session.channel.key_encryption().ok_or(status::NOT_ALLOWED)?;
    let new = read_key_set(key_encryption, data).ok_or(status::WRONG_DATA)?;
    if !VERSIONS.contains(&new.version) || (new.version != replaced && sets.position(new.version).is_some()) {
        return Err(status::WRONG_DATA);
    }
    let answer = check_values(new.version, &new.keys);
    if replaced == 0 {
        sets.add(StoredSet::new(&new));
    } else {
        sets.replace(replaced, StoredSet::new(&new)).ok_or(status::REFERENCE_NOT_FOUND)?;
    }
    Ok(answer)
}

/// DELETE of a whole key set by its version (Card Specification 2.3.1, 11.2.2.3.2); the last one stays.
fn delete_key(sets: &mut KeySets, data: &[u8]) -> Outcome {
    let version = match tlv::find(data, Tag::known(0xD2)) {
        Ok(Some([version])) => *version,
        _ => return Err(status::WRONG_DATA),
    };
    match sets.position(version) {
        None => Err(status::REFERENCE_NOT_FOUND),
        Some(_) if sets.all().len() == 1 => Err(status::CONDITIONS_NOT_MET),
        Some(_) => {
            sets.remove(version);
            Ok(Vec::new())
        }
    }
}

#[cfg(test)]
mod tests;
