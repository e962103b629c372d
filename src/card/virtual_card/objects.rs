//! The PIV data objects: which there are, who may read them, what the factory writes.

use std::collections::BTreeMap;

use super::{behaviour::Factory, blueprint::ProductionData};
use crate::card::tlv::{Tag, Writer};

/// Card capability container.
const CAPABILITY_CONTAINER: u32 = 0x5F_C107;
/// Security object.
const SECURITY_OBJECT: u32 = 0x5F_C106;
/// Key history.
const KEY_HISTORY: u32 = 0x5F_C10C;
/// Discovery object, which is its own wrapping.
pub(super) const DISCOVERY: u32 = 0x7E;
/// Biometric information templates group, which is its own wrapping.
pub(super) const BIOMETRIC_GROUP: u32 = 0x7F61;

/// The PIV application identifier with its version (SP 800-73-4 part 1, 2.2).
pub(super) const PIV_AID: [u8; 11] = [0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00];

/// Whether the standard names this tag (SP 800-73-4 part 1, table 3): 5FC101 to 5FC123 without 5FC104, 7E and 7F61.
pub(super) fn is_known(tag: u32) -> bool {
    matches!(tag, 0x5F_C101..=0x5F_C103 | 0x5F_C105..=0x5F_C123 | DISCOVERY | BIOMETRIC_GROUP)
}

/// Fingerprints, face, printed information, iris and pairing code are read only after the passcode
/// (SP 800-73-4 part 1, table 2).
pub(super) fn needs_passcode(tag: u32) -> bool {
    matches!(tag, 0x5F_C103 | 0x5F_C108 | 0x5F_C109 | 0x5F_C121 | 0x5F_C123)
}

/// The objects that some cards keep to themselves.
pub(super) fn is_often_refused(tag: u32) -> bool {
    matches!(tag, SECURITY_OBJECT | KEY_HISTORY)
}

/// Whether the object stands alone instead of inside 53.
pub(super) fn is_its_own_wrapping(tag: u32) -> bool {
    matches!(tag, DISCOVERY | BIOMETRIC_GROUP)
}

/// What the card holds when it leaves the factory.
pub(super) fn from_factory(factory: &Factory, production: &ProductionData) -> BTreeMap<u32, Vec<u8>> {
    let mut objects = BTreeMap::new();
    if factory.capability_container {
        objects.insert(CAPABILITY_CONTAINER, capability_container(production));
    }
    if factory.key_history {
        // SP 800-73-4 part 1, table 12: no keys on the card, none off it, no address.
        let value = Writer::new()
            .put(Tag::known(0xC1), &[0])
            .put(Tag::known(0xC2), &[0])
            .put(Tag::known(0xF3), &[])
            .put(Tag::known(0xFE), &[])
            .finish();
        objects.insert(KEY_HISTORY, value);
    }
    if let Some(policy) = &factory.discovery_policy {
        let value = Writer::new().put(Tag::known(0x4F), &PIV_AID).put(Tag::known(0x5F2F), policy).finish();
        objects.insert(DISCOVERY, value);
    }
    objects
}

/// SP 800-73-4 part 1, table 8. The card identifier starts with the GSC-IS prefix A0000001 16 FF 02 and ends with the
/// chip's own serial, so that two cards never share it.
fn capability_container(production: &ProductionData) -> Vec<u8> {
    let mut identifier = vec![0xA0, 0x00, 0x00, 0x01, 0x16, 0xFF, 0x02];
    identifier.extend([0; 8]);
    identifier.extend(production.chip_batch);
    identifier.extend(production.chip_serial);
    let fields: [(u32, &[u8]); 13] = [
        (0xF0, &identifier),
        (0xF1, &[0x21]),
        (0xF2, &[0x21]),
        (0xF3, &[]),
        (0xF4, &[0x00]),
        (0xF5, &[0x10]),
        (0xF6, &[]),
        (0xF7, &[]),
        (0xFA, &[]),
        (0xFB, &[]),
        (0xFC, &[]),
        (0xFD, &[]),
        (0xFE, &[]),
    ];
    fields.into_iter().fold(Writer::new(), |writer, (tag, value)| writer.put(Tag::known(tag), value)).finish()
}
