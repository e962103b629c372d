//! PUT KEY (Card Specification 2.3.1, 11.8; Amendment D, 7.2): a whole key set, encrypted under the key-encryption key
//! that the card holds now.

use zeroize::Zeroizing;

use super::{
    ChannelKey, StaticKeys,
    cipher::{BLOCK, decrypt, encrypt},
};
use crate::domain::Secret;

/// Key type of AES (Card Specification 2.3.1, table 11-16).
const AES: u8 = 0x88;

/// A key set as PUT KEY brings it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySet {
    /// The version it is to have.
    pub version: u8,
    /// The keys.
    pub keys: StaticKeys,
}

/// What the card must answer when it has taken the keys: their version and the check value of each.
#[must_use]
pub fn check_values(version: u8, keys: &StaticKeys) -> Vec<u8> {
    [version].into_iter().chain(keys.all().into_iter().flat_map(ChannelKey::check_value)).collect()
}

/// The command data: the new version, then for each key its type, the length of what follows, the length of the plain
/// key, the key encrypted in CBC with a first block of zeros and padded where it does not fill its blocks, and its check
/// value (Amendment D, 7.2).
#[must_use]
pub fn encrypted_key_set(key_encryption: &ChannelKey, new: &KeySet) -> Vec<u8> {
    let length = |bytes: usize| u8::try_from(bytes).unwrap_or(u8::MAX);
    let mut data = vec![new.version];
    for key in new.keys.all() {
        let mut plain = Zeroizing::new(key.expose().to_vec());
        if !plain.len().is_multiple_of(BLOCK) {
            let whole = plain.len().next_multiple_of(BLOCK);
            plain.push(0x80);
            plain.resize(whole, 0x00);
        }
        let encrypted = encrypt(key_encryption, [0; BLOCK], &plain);
        data.extend([AES, length(encrypted.len() + 1), length(key.expose().len())]);
        data.extend(encrypted);
        let check = key.check_value();
        data.push(length(check.len()));
        data.extend(check);
    }
    data
}

/// Reads the command data; `None` when it is not three AES keys with their check values. Both public forms are read: with
/// the length of the plain key before it, as Amendment D has it, and without, as one vendor sends it.
#[must_use]
pub fn read_key_set(key_encryption: &ChannelKey, data: &[u8]) -> Option<KeySet> {
    let (version, rest) = data.split_first()?;
    let (encryption, rest) = one_key(key_encryption, rest)?;
    let (mac, rest) = one_key(key_encryption, rest)?;
    let (new_key_encryption, rest) = one_key(key_encryption, rest)?;
    let keys = StaticKeys::new(encryption, mac, new_key_encryption)?;
    rest.is_empty().then_some(KeySet { version: *version, keys })
}

fn one_key<'a>(key_encryption: &ChannelKey, data: &'a [u8]) -> Option<(ChannelKey, &'a [u8])> {
    let ([AES, length], rest) = data.split_first_chunk::<2>()? else { return None };
    let (block, rest) = rest.split_at_checked(usize::from(*length))?;
    let (encrypted, plain_length) = match block.split_first() {
        Some((plain, encrypted)) if encrypted.len().is_multiple_of(BLOCK) => (encrypted, usize::from(*plain)),
        _ if block.len().is_multiple_of(BLOCK) => (block, block.len()),
        _ => return None,
    };
    let plain = decrypt(key_encryption, [0; BLOCK], encrypted);
    let key = ChannelKey::new(Secret::new(plain.get(..plain_length)?.to_vec()))?;
    let (check_length, rest) = rest.split_first()?;
    let (check, rest) = rest.split_at_checked(usize::from(*check_length))?;
    // A card that is given no check value takes the key unchecked (Card Specification 2.3.1, 11.8.2.3).
    (check.is_empty() || check == key.check_value()).then_some((key, rest))
}
