//! GlobalPlatform's Secure Channel Protocol 03 (Card Specification 2.3, Amendment D 1.1.2, from here on “Amendment D”):
//! a channel between a host that holds the keys of a card's security domain and that domain or an application that
//! leans on it. Eight-byte challenges, cryptograms and codes (the mode every public host has), AES of 128, 192 or 256
//! bits.
//!
//! Static keys and session keys are at the gateway, which keeps the host's end of the channel ([`Channel`]): it wraps what
//! the workstation sends to the card and opens what the card answers. This room knows how session keys are derived and
//! what crosses the reader.

mod answer;
mod channel;
mod cipher;
mod error;
mod host;
mod keys;
mod layer;
mod put_key;

use serde::{Deserialize, Serialize};

pub use answer::{AnswerFault, CardAnswer};
pub use channel::{Channel, ChannelFault, ChannelPosition, is_protected_answer};
pub use cipher::{cmac, derive};
pub use error::{ChannelError, Doing};
pub use host::{
    ISSUER_SECURITY_DOMAIN, authenticated, external_authenticate, initialize_update, put_key, put_key_answered,
    put_key_command, select_domain,
};
pub use keys::{Challenges, ChannelKey, SessionKeys, StaticKeys};
pub use layer::SecureChannel;
pub use put_key::{KeySet, check_values, encrypted_key_set, read_key_set};

pub(in crate::card) use channel::{pad, unpad};
pub(in crate::card) use cipher::{BLOCK, decrypt, encrypt, encrypt_block};
pub(in crate::card) use keys::pseudo_random_challenge;

/// Bytes of a message authentication code on the wire: the first half of an AES-CMAC (Amendment D, 6.2.4).
pub(in crate::card) const CODE: usize = 8;

/// Class bit of GlobalPlatform's secure messaging (Card Specification 2.3.1, 11.1.4).
pub(in crate::card) const SECURE_MESSAGING: u8 = 0x04;

/// What is protected on a channel: P1 of EXTERNAL AUTHENTICATE (Amendment D, 7.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SecurityLevel {
    /// Commands carry a code.
    #[serde(rename = "01")]
    CommandCode,
    /// Commands carry a code and are encrypted.
    #[serde(rename = "03")]
    CommandEncryption,
    /// Commands carry a code and are encrypted; answers carry a code.
    #[serde(rename = "13")]
    AnswerCode,
    /// Commands and answers carry a code and are encrypted.
    #[serde(rename = "33")]
    AnswerEncryption,
}

impl SecurityLevel {
    /// All of them, the weakest first.
    pub const ALL: [Self; 4] = [Self::CommandCode, Self::CommandEncryption, Self::AnswerCode, Self::AnswerEncryption];

    /// P1 of EXTERNAL AUTHENTICATE.
    #[must_use]
    pub const fn parameter(self) -> u8 {
        match self {
            Self::CommandCode => 0x01,
            Self::CommandEncryption => 0x03,
            Self::AnswerCode => 0x13,
            Self::AnswerEncryption => 0x33,
        }
    }

    /// The level of a P1.
    #[must_use]
    pub fn from_parameter(parameter: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.parameter() == parameter)
    }

    /// Whether command data is encrypted.
    #[must_use]
    pub const fn encrypts_commands(self) -> bool {
        self.parameter() & 0x02 != 0
    }

    /// Whether answers carry a code.
    #[must_use]
    pub const fn protects_answers(self) -> bool {
        self.parameter() & 0x10 != 0
    }

    /// Whether answer data is encrypted.
    #[must_use]
    pub const fn encrypts_answers(self) -> bool {
        self.parameter() & 0x20 != 0
    }

    /// Most plain bytes of one short command: 255 less the code, and where it is encrypted the largest number of which
    /// the padding, always at least one byte, fills whole blocks.
    #[must_use]
    pub const fn longest_piece(self) -> usize {
        let room = 0xFF - CODE;
        if self.encrypts_commands() { room / BLOCK * BLOCK - 1 } else { room }
    }
}

#[cfg(test)]
mod tests;
