//! Static keys, session keys and the cryptograms both sides prove them with (Amendment D, 4.1.5 and 6.2).

use super::{
    CODE,
    cipher::{BLOCK, derive, encrypt_block},
};
use crate::domain::Secret;

/// An AES key of a security domain or of one session: 16, 24 or 32 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelKey(Secret);

impl ChannelKey {
    /// Lengths of an AES key in bytes.
    pub const LENGTHS: [usize; 3] = [16, 24, 32];

    /// `None` when the bytes are no AES key.
    #[must_use]
    pub fn new(bytes: Secret) -> Option<Self> {
        Self::LENGTHS.contains(&bytes.expose().len()).then_some(Self(bytes))
    }

    /// The bytes, for the cipher alone.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }

    /// The bytes as a secret that may be sent or sealed.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.0
    }

    /// The key check value: the first three bytes of the encryption of sixteen bytes of 01 (Amendment D, 4.1.4).
    #[must_use]
    pub fn check_value(&self) -> [u8; 3] {
        let [first, second, third, ..] = encrypt_block(self, [0x01; BLOCK]);
        [first, second, third]
    }
}

/// The key set of a security domain: three keys of one length under one key version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticKeys {
    encryption: ChannelKey,
    mac: ChannelKey,
    key_encryption: ChannelKey,
}

/// What both sides derive a session from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Challenges {
    /// The host's.
    pub host: [u8; CODE],
    /// The card's.
    pub card: [u8; CODE],
}

/// The keys of one session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionKeys {
    /// S-ENC.
    pub encryption: ChannelKey,
    /// S-MAC.
    pub command_mac: ChannelKey,
    /// S-RMAC.
    pub answer_mac: ChannelKey,
}

/// Data derivation constants (Amendment D, table 4-1).
#[derive(Debug, Clone, Copy)]
enum Purpose {
    CardCryptogram = 0x00,
    HostCryptogram = 0x01,
    CardChallenge = 0x02,
    SessionEncryption = 0x04,
    SessionMac = 0x06,
    SessionAnswerMac = 0x07,
}

/// The data derivation of Amendment D, 4.1.5: eleven zero bytes, the constant, a zero byte, the length in bits as two
/// bytes, the counter, the context. `length` is in bytes.
fn derived(key: &ChannelKey, purpose: Purpose, context: &[u8], length: usize) -> Secret {
    let mut before = [0; 15];
    before[11] = purpose as u8;
    let bits = u16::try_from(length * 8).unwrap_or(u16::MAX).to_be_bytes();
    before[13..].copy_from_slice(&bits);
    derive(key, &before, context, length)
}

fn eight_bytes(key: &ChannelKey, purpose: Purpose, context: &[u8]) -> [u8; CODE] {
    derived(key, purpose, context, CODE).expose().try_into().expect("as many bytes as were asked for")
}

fn session_key(key: &ChannelKey, purpose: Purpose, context: &[u8]) -> ChannelKey {
    ChannelKey(derived(key, purpose, context, key.expose().len()))
}

/// The challenge of a card that does not throw dice: from its encryption key, its sequence counter and the identifier
/// of the application that opens the channel (Amendment D, 6.2.2.1).
pub(in crate::card) fn pseudo_random_challenge(keys: &StaticKeys, sequence: [u8; 3], application: &[u8]) -> [u8; CODE] {
    eight_bytes(&keys.encryption, Purpose::CardChallenge, &[sequence.as_slice(), application].concat())
}

impl StaticKeys {
    /// `None` when the keys do not all have one length.
    #[must_use]
    pub fn new(encryption: ChannelKey, mac: ChannelKey, key_encryption: ChannelKey) -> Option<Self> {
        let length = encryption.expose().len();
        [&mac, &key_encryption].iter().all(|key| key.expose().len() == length).then_some(Self {
            encryption,
            mac,
            key_encryption,
        })
    }

    /// Key-ENC, Key-MAC and Key-DEK, in the order of their identifiers 1 to 3 (Amendment D, 4.1.2).
    #[must_use]
    pub fn all(&self) -> [&ChannelKey; 3] {
        [&self.encryption, &self.mac, &self.key_encryption]
    }

    /// The key under which new keys travel. It is static in this protocol (Amendment D, 6.2.6), so what was encrypted
    /// with it is as secret as it is.
    #[must_use]
    pub fn key_encryption(&self) -> &ChannelKey {
        &self.key_encryption
    }

    /// Bytes of each key.
    #[must_use]
    pub fn length(&self) -> usize {
        self.encryption.expose().len()
    }

    /// The keys of a session (Amendment D, 6.2.1).
    #[must_use]
    pub fn session(&self, challenges: &Challenges) -> SessionKeys {
        let context = challenges.context();
        SessionKeys {
            encryption: session_key(&self.encryption, Purpose::SessionEncryption, &context),
            command_mac: session_key(&self.mac, Purpose::SessionMac, &context),
            answer_mac: session_key(&self.mac, Purpose::SessionAnswerMac, &context),
        }
    }
}

impl Challenges {
    fn context(&self) -> [u8; 2 * CODE] {
        let mut context = [0; 2 * CODE];
        context[..CODE].copy_from_slice(&self.host);
        context[CODE..].copy_from_slice(&self.card);
        context
    }
}

impl SessionKeys {
    /// What the card proves its keys with (Amendment D, 6.2.2.2).
    #[must_use]
    pub fn card_cryptogram(&self, challenges: &Challenges) -> [u8; CODE] {
        eight_bytes(&self.command_mac, Purpose::CardCryptogram, &challenges.context())
    }

    /// What the host proves its keys with (Amendment D, 6.2.2.3).
    #[must_use]
    pub fn host_cryptogram(&self, challenges: &Challenges) -> [u8; CODE] {
        eight_bytes(&self.command_mac, Purpose::HostCryptogram, &challenges.context())
    }
}
