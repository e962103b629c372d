//! The key sets of the domain, which a card file has to keep.

use serde::{Deserialize, Serialize};

use super::super::sealed::Sealed;
use crate::{
    card::secure_channel::{ChannelKey, KeySet, StaticKeys},
    domain::Secret,
};

/// Version of the set that a card leaves its factory with and that goes with the first set that is put on it
/// (Card Specification 2.3.1, 11.8.2.3: PUT KEY cannot give it).
const INITIAL_VERSION: u8 = 0xFF;

/// All key sets, the one that answers to version 00 first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeySets(Vec<StoredSet>);

/// One key set and what the card counts for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredSet {
    version: u8,
    encryption: Sealed,
    mac: Sealed,
    key_encryption: Sealed,
    /// Channels begun with it; the challenge is computed from it.
    sequence: u32,
    /// Wrong EXTERNAL AUTHENTICATEs since the last right one.
    wrong: u8,
}

impl StoredSet {
    pub fn new(set: &KeySet) -> Self {
        let [encryption, mac, key_encryption] = set.keys.all().map(|key| Sealed::new(key.expose().to_vec()));
        Self { version: set.version, encryption, mac, key_encryption, sequence: 0, wrong: 0 }
    }

    pub fn version(&self) -> u8 {
        self.version
    }

    /// Bytes of each key.
    pub fn length(&self) -> usize {
        self.encryption.expose().len()
    }

    /// The keys; `None` only in a card file whose keys are none.
    pub fn keys(&self) -> Option<StaticKeys> {
        let key = |sealed: &Sealed| ChannelKey::new(Secret::new(sealed.expose().to_vec()));
        StaticKeys::new(key(&self.encryption)?, key(&self.mac)?, key(&self.key_encryption)?)
    }

    /// Counts a channel that is begun.
    pub fn next_sequence(&mut self) -> [u8; 3] {
        // Three bytes, big-endian, and round again after sixteen million (Amendment D, 6.2.2.1).
        self.sequence = self.sequence.wrapping_add(1) & 0x00FF_FFFF;
        let [_, sequence @ ..] = self.sequence.to_be_bytes();
        sequence
    }

    pub fn wrong(&self) -> u8 {
        self.wrong
    }

    pub fn count_wrong(&mut self) {
        self.wrong = self.wrong.saturating_add(1);
    }

    pub fn forget_wrong(&mut self) {
        self.wrong = 0;
    }
}

impl KeySets {
    pub fn new(sets: &[KeySet]) -> Self {
        Self(sets.iter().map(StoredSet::new).collect())
    }

    pub fn all(&self) -> &[StoredSet] {
        &self.0
    }

    /// The set of a version; 00 is the first.
    pub fn get_mut(&mut self, version: u8) -> Option<&mut StoredSet> {
        self.0.iter_mut().find(|set| version == 0 || set.version == version)
    }

    pub fn position(&self, version: u8) -> Option<usize> {
        self.0.iter().position(|set| set.version == version)
    }

    /// Adds a set; the initial one goes.
    pub fn add(&mut self, set: StoredSet) {
        self.0.retain(|known| known.version != INITIAL_VERSION);
        self.0.push(set);
    }

    /// Puts a set in the place of another; `None` when there is no such version.
    pub fn replace(&mut self, version: u8, set: StoredSet) -> Option<()> {
        self.0.iter_mut().find(|known| known.version == version).map(|known| *known = set)
    }

    pub fn remove(&mut self, version: u8) {
        self.0.retain(|known| known.version != version);
    }
}
