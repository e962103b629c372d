//! The management key's cipher: one block, no chaining (SP 800-73-4 part 2, A.1).

use aes::{Aes128, Aes192, Aes256};
use des::{
    TdesEde3,
    cipher::{Array, BlockCipherEncrypt, BlockSizeUser, KeyInit},
};

use super::blueprint::ManagementKey;
use crate::card::algorithm::ManagementAlgorithm;

/// Enciphers one block; `None` when `block` is not one block of the key's algorithm.
pub(super) fn encipher(key: &ManagementKey, block: &[u8]) -> Option<Vec<u8>> {
    match key.algorithm() {
        ManagementAlgorithm::TripleDes => with::<TdesEde3>(key, block),
        ManagementAlgorithm::Aes128 => with::<Aes128>(key, block),
        ManagementAlgorithm::Aes192 => with::<Aes192>(key, block),
        ManagementAlgorithm::Aes256 => with::<Aes256>(key, block),
    }
}

fn with<C: KeyInit + BlockCipherEncrypt + BlockSizeUser>(key: &ManagementKey, block: &[u8]) -> Option<Vec<u8>> {
    let cipher = C::new_from_slice(key.expose()).ok()?;
    let mut block = Array::<u8, C::BlockSize>::try_from(block).ok()?;
    cipher.encrypt_block(&mut block);
    Some(block.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Secret;

    fn key(algorithm: ManagementAlgorithm, bytes: impl IntoIterator<Item = u8>) -> ManagementKey {
        ManagementKey::new(algorithm, Secret::new(bytes.into_iter().collect())).expect("right length")
    }

    /// FIPS 197, appendix C: the plain text is 00112233.. and the keys count up from zero.
    #[test]
    fn aes_gives_the_published_answers() {
        let plain: Vec<u8> = (0..16u8).map(|i| i * 0x11).collect();
        for (algorithm, key_bytes, first_bytes) in [
            (ManagementAlgorithm::Aes128, 16, [0x69, 0xC4, 0xE0, 0xD8]),
            (ManagementAlgorithm::Aes192, 24, [0xDD, 0xA9, 0x7C, 0xA4]),
            (ManagementAlgorithm::Aes256, 32, [0x8E, 0xA2, 0xB7, 0xCA]),
        ] {
            let key = key(algorithm, 0..key_bytes);
            assert_eq!(encipher(&key, &plain).expect("one block").get(..4), Some(first_bytes.as_slice()));
        }
    }

    /// NIST SP 800-20, table A.1: with three equal keys triple DES is DES.
    #[test]
    fn triple_des_gives_the_published_answer() {
        let key = key(ManagementAlgorithm::TripleDes, [1; 24]);
        let block = encipher(&key, &[0x80, 0, 0, 0, 0, 0, 0, 0]).expect("one block");
        assert_eq!(block, [0x95, 0xF8, 0xA5, 0xE5, 0xDD, 0x31, 0xD9, 0x00]);
    }

    #[test]
    fn anything_but_one_block_is_refused() {
        let key = key(ManagementAlgorithm::Aes128, [9; 16]);
        for length in [0, 8, 15, 17, 32] {
            assert_eq!(encipher(&key, &vec![0; length]), None);
        }
    }
}
