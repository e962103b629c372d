//! The secure channel to a card's security domain (GlobalPlatform Card Specification 2.3, Amendment D): the gateway holds
//! the keys, the workstation gets those of one session.

use serde::{Deserialize, Serialize};

use super::{Base64, SecretBase64};

/// Begins to open a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeginChannel {
    /// The key-set scheme of the card profile.
    pub key_set: String,
}

/// The gateway's half of INITIALIZE UPDATE.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelBegun {
    /// The host challenge: 8 bytes, good for one answer of one card.
    pub host_challenge: Base64,
}

/// The card's half.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelAnswer {
    /// Its whole answer to INITIALIZE UPDATE, without the status word: 29 or 32 bytes.
    pub answer: Base64,
}

/// Whose keys a card holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyOwner {
    /// Those it was delivered with.
    Delivered,
    /// The organisation's.
    Organisation,
}

/// The keys of one session with one card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelKeys {
    /// S-ENC.
    pub encryption: SecretBase64,
    /// S-MAC.
    pub command_mac: SecretBase64,
    /// S-RMAC.
    pub answer_mac: SecretBase64,
    /// For EXTERNAL AUTHENTICATE: 8 bytes.
    pub host_cryptogram: Base64,
    /// Version of the key set, as the card told it.
    pub key_version: u8,
    /// Whose it is.
    pub owner: KeyOwner,
}

/// Asks for the keys to put on the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutKeys {
    /// Whose keys the card is to hold.
    pub owner: KeyOwner,
}

/// PUT KEY for a whole key set. The keys in it are encrypted under the key-encryption key that the card holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreparedKeys {
    /// P1: the version that is replaced, 0 where the set is added.
    pub replaced_version: u8,
    /// The command data.
    pub key_set: Base64,
    /// What the card must answer: the new version and the check value of each key.
    pub check_values: Base64,
}

/// The card took the keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeysPut {
    /// What the card answered.
    pub check_values: Base64,
}
