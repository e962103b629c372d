//! What a virtual card is made from, as a card factory is told what to make.

use serde::{Deserialize, Serialize};

use super::behaviour::Behaviour;
use crate::{
    card::{algorithm::ManagementAlgorithm, secure_channel::KeySet},
    domain::{CardSerial, Malformed, Passcode, Secret, UnlockCode},
};

/// Everything that differs between two cards of one box. Whoever makes the card supplies its secrets: the management
/// key of training stock, for one, is diversified by the gateway from the card's serial, so that the gateway can work
/// out the same key again and no workstation has to know it.
#[derive(Debug, Clone)]
pub struct Blueprint {
    /// Production data, the serial among them.
    pub production: ProductionData,
    /// PIV management key (9B).
    pub management_key: ManagementKey,
    /// Passcode the card is delivered with.
    pub transport_passcode: Passcode,
    /// Unlock code the card is delivered with.
    pub transport_unlock_code: UnlockCode,
    /// Key sets of its security domain, the one that answers first in front. A card without any opens no channel.
    pub domain_keys: Vec<KeySet>,
    /// How the card words its answers.
    pub behaviour: Behaviour,
}

/// The card production life cycle data (GlobalPlatform Card Specification 2.3.1, H.6) as far as cards differ in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductionData {
    /// Maker of the chip.
    pub fabricator: [u8; 2],
    /// Kind of chip.
    pub chip_type: [u8; 2],
    /// Maker of the operating system.
    pub operating_system: [u8; 2],
    /// Serial of the chip: bytes 12 to 15.
    pub chip_serial: [u8; 4],
    /// Batch of the chip: bytes 16 and 17.
    pub chip_batch: [u8; 2],
}

impl ProductionData {
    /// Invented production data around a serial. The maker numbers are those of nobody: FFFF is not assigned.
    #[must_use]
    pub fn invented(chip_serial: [u8; 4], chip_batch: [u8; 2]) -> Self {
        Self { fabricator: [0xFF; 2], chip_type: [0xFF; 2], operating_system: [0xFF; 2], chip_serial, chip_batch }
    }

    /// The 42 bytes as GET DATA 9F7F gives them, without tag and length.
    #[must_use]
    pub fn bytes(&self) -> [u8; 42] {
        let mut bytes = [0; 42];
        let fields: [(usize, &[u8]); 5] = [
            (0, &self.fabricator),
            (2, &self.chip_type),
            (4, &self.operating_system),
            (12, &self.chip_serial),
            (16, &self.chip_batch),
        ];
        for (place, byte) in fields.into_iter().flat_map(|(at, field)| (at..).zip(field)) {
            if let Some(slot) = bytes.get_mut(place) {
                *slot = *byte;
            }
        }
        bytes
    }

    /// What a card's keys are diversified with, as INITIALIZE UPDATE tells it: maker, batch, serial and kind of the chip.
    /// The specification leaves the contents to the issuer (Amendment D, 7.1.1.6).
    #[must_use]
    pub fn diversification(&self) -> [u8; 10] {
        let ([a, b], [c, d], [e, f, g, h], [i, j]) =
            (self.fabricator, self.chip_batch, self.chip_serial, self.chip_type);
        [a, b, c, d, e, f, g, h, i, j]
    }

    /// Batch and chip serial, which together name the card.
    ///
    /// # Errors
    /// Never for six bytes; the type of a serial does not know that.
    pub fn serial(&self) -> Result<CardSerial, Malformed> {
        CardSerial::from_bytes(&[self.chip_serial.as_slice(), &self.chip_batch].concat())
    }
}

/// A management key that fits its algorithm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagementKey {
    algorithm: ManagementAlgorithm,
    key: Secret,
}

impl ManagementKey {
    /// `None` when the key does not have the algorithm's length.
    #[must_use]
    pub fn new(algorithm: ManagementAlgorithm, key: Secret) -> Option<Self> {
        (key.expose().len() == key_bytes(algorithm)).then_some(Self { algorithm, key })
    }

    /// Its algorithm.
    #[must_use]
    pub fn algorithm(&self) -> ManagementAlgorithm {
        self.algorithm
    }

    /// Its bytes, for the cipher alone.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.key.expose()
    }
}

/// Key length in bytes (SP 800-78-4, table 6-2).
fn key_bytes(algorithm: ManagementAlgorithm) -> usize {
    match algorithm {
        ManagementAlgorithm::TripleDes | ManagementAlgorithm::Aes192 => 24,
        ManagementAlgorithm::Aes128 => 16,
        ManagementAlgorithm::Aes256 => 32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_and_batch_stand_where_globalplatform_puts_them() {
        let data = ProductionData::invented([1, 2, 3, 4], [5, 6]);
        assert_eq!(data.bytes().get(12..18), Some([1, 2, 3, 4, 5, 6].as_slice()));
        assert_eq!(data.serial().map(|s| s.to_string()), Ok("010203040506".to_owned()));
    }

    #[test]
    fn a_key_of_another_length_is_no_key() {
        for algorithm in ManagementAlgorithm::ALL {
            for length in [0, 8, 16, 24, 32] {
                let key = ManagementKey::new(algorithm, Secret::new(vec![7; length]));
                assert_eq!(key.is_some(), length == key_bytes(algorithm), "{algorithm:?} {length}");
            }
        }
    }
}
