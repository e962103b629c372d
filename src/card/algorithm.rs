//! Algorithms of PIV keys, by the references of SP 800-78-4, table 6-2.

use serde::{Deserialize, Serialize};

/// What kind of key pair a slot holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyAlgorithm {
    /// RSA with a modulus of 2048 bits.
    #[serde(rename = "rsa-2048")]
    Rsa2048,
    /// Elliptic curve P-256.
    #[serde(rename = "p-256")]
    P256,
    /// Elliptic curve P-384.
    #[serde(rename = "p-384")]
    P384,
}

impl KeyAlgorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rsa2048, Self::P256, Self::P384];

    /// Algorithm reference: P1 of GENERAL AUTHENTICATE, tag 80 of GENERATE.
    #[must_use]
    pub const fn reference(self) -> u8 {
        match self {
            Self::Rsa2048 => 0x07,
            Self::P256 => 0x11,
            Self::P384 => 0x14,
        }
    }
}

/// What kind of key the management key (9B) is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ManagementAlgorithm {
    /// Three-key triple DES; deprecated by SP 800-78-5, and what most stock still has.
    TripleDes,
    /// AES-128.
    #[serde(rename = "aes-128")]
    Aes128,
    /// AES-192.
    #[serde(rename = "aes-192")]
    Aes192,
    /// AES-256.
    #[serde(rename = "aes-256")]
    Aes256,
}

impl ManagementAlgorithm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::TripleDes, Self::Aes128, Self::Aes192, Self::Aes256];

    /// Algorithm reference: P1 of GENERAL AUTHENTICATE.
    #[must_use]
    pub const fn reference(self) -> u8 {
        match self {
            Self::TripleDes => 0x03,
            Self::Aes128 => 0x08,
            Self::Aes192 => 0x0A,
            Self::Aes256 => 0x0C,
        }
    }

    /// Cipher block in bytes, which is also the length of witness and challenge.
    #[must_use]
    pub const fn block_bytes(self) -> usize {
        match self {
            Self::TripleDes => 8,
            Self::Aes128 | Self::Aes192 | Self::Aes256 => 16,
        }
    }
}
