//! As much of the issuer security domain as a reader without keys sees (GlobalPlatform Card Specification 2.3.1, 11.3
//! and 11.9): it can be selected and tells the production data.

use super::{piv::Outcome, state::CardMemory, status};
use crate::card::{
    apdu::Command,
    tlv::{Tag, Writer},
};

/// GlobalPlatform's own identifier of the domain, and the one of the Visa era that older chips still answer.
const IDENTIFIERS: [&[u8]; 2] =
    [&[0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00, 0x00], &[0xA0, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00]];

/// The answer to SELECT, when this identifier is the domain's or the start of it.
pub(super) fn select(identifier: &[u8]) -> Option<Vec<u8>> {
    let full = if identifier.is_empty() {
        IDENTIFIERS.first()?
    } else {
        IDENTIFIERS.iter().find(|full| identifier.len() >= 5 && full.starts_with(identifier))?
    };
    // 6F { 84 identifier, A5 { 9F65 longest command data } }
    let template =
        |w: Writer| w.put(Tag::known(0x84), full).nest(Tag::known(0xA5), |w| w.put(Tag::known(0x9F65), &[0xFF]));
    Some(Writer::new().nest(Tag::known(0x6F), template).finish())
}

/// Any other command: GET DATA 9F7F, in class 00 or 80.
pub(super) fn perform(memory: &CardMemory, command: &Command) -> Outcome {
    match (command.cla, command.ins, command.p1, command.p2) {
        (0x00 | 0x80, 0xCA, 0x9F, 0x7F) => {
            Ok(Writer::new().put(Tag::known(0x9F7F), &memory.production.bytes()).finish())
        }
        (0x00 | 0x80, 0xCA, _, _) => Err(status::REFERENCE_NOT_FOUND),
        (0x00 | 0x80, _, _, _) => Err(status::INSTRUCTION_UNKNOWN),
        _ => Err(status::CLASS_UNKNOWN),
    }
}
