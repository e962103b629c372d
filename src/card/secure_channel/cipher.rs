//! AES as the channel uses it: AES-CMAC, the derivation of SP 800-108, and CBC without a padding of its own.

use aes::{Aes128, Aes192, Aes256};
use cbc::cipher::{
    Array, BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, KeyInit, KeyIvInit,
};
use cmac::{Cmac, Mac};
use zeroize::Zeroizing;

use super::keys::ChannelKey;
use crate::domain::Secret;

/// Bytes of an AES block.
pub(in crate::card) const BLOCK: usize = 16;

/// A key's length has been checked when the key was made.
const CHECKED: &str = "a channel key has 16, 24 or 32 bytes";

/// AES-CMAC (RFC 4493, NIST SP 800-38B) of these bytes one after another.
#[must_use]
pub fn cmac(key: &ChannelKey, parts: &[&[u8]]) -> [u8; BLOCK] {
    let code = match key.expose().len() {
        16 => run_cmac::<Cmac<Aes128>>(key, parts),
        24 => run_cmac::<Cmac<Aes192>>(key, parts),
        _ => run_cmac::<Cmac<Aes256>>(key, parts),
    };
    code.try_into().expect("AES-CMAC gives one block")
}

fn run_cmac<M: Mac + KeyInit>(key: &ChannelKey, parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = <M as KeyInit>::new_from_slice(key.expose()).expect(CHECKED);
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

/// The key derivation of NIST SP 800-108, 5.1: counter mode over AES-CMAC, the counter being one byte that starts at 1
/// and stands between `before` and `after`. `length` is in bytes, at most 4,080.
#[must_use]
pub fn derive(key: &ChannelKey, before: &[u8], after: &[u8], length: usize) -> Secret {
    let mut derived = Zeroizing::new(Vec::with_capacity(length.next_multiple_of(BLOCK)));
    for counter in 1..=u8::MAX {
        if derived.len() >= length {
            break;
        }
        derived.extend_from_slice(Zeroizing::new(cmac(key, &[before, &[counter], after])).as_slice());
    }
    derived.truncate(length);
    Secret::new(std::mem::take(&mut *derived))
}

/// Encrypts one block by itself.
pub(in crate::card) fn encrypt_block(key: &ChannelKey, block: [u8; BLOCK]) -> [u8; BLOCK] {
    match key.expose().len() {
        16 => run_block::<Aes128>(key, block),
        24 => run_block::<Aes192>(key, block),
        _ => run_block::<Aes256>(key, block),
    }
}

fn run_block<C: KeyInit + BlockCipherEncrypt>(key: &ChannelKey, block: [u8; BLOCK]) -> [u8; BLOCK] {
    let cipher = C::new_from_slice(key.expose()).expect(CHECKED);
    let mut one = Array::<u8, C::BlockSize>::try_from(block.as_slice()).expect("AES has blocks of 16 bytes");
    cipher.encrypt_block(&mut one);
    one.as_slice().try_into().expect("AES has blocks of 16 bytes")
}

/// Encrypts whole blocks in CBC; bytes beyond the last whole block are left out, so callers pad first.
pub(in crate::card) fn encrypt(key: &ChannelKey, first: [u8; BLOCK], plain: &[u8]) -> Vec<u8> {
    match key.expose().len() {
        16 => run_encrypt::<Aes128>(key, first, plain),
        24 => run_encrypt::<Aes192>(key, first, plain),
        _ => run_encrypt::<Aes256>(key, first, plain),
    }
}

fn run_encrypt<C: KeyInit + BlockCipherEncrypt>(key: &ChannelKey, first: [u8; BLOCK], plain: &[u8]) -> Vec<u8> {
    let mut cipher = cbc::Encryptor::<C>::new_from_slices(key.expose(), &first).expect(CHECKED);
    let mut blocks = Vec::with_capacity(plain.len());
    for block in plain.chunks_exact(BLOCK) {
        let mut one = Array::try_from(block).expect("a whole block");
        cipher.encrypt_block(&mut one);
        blocks.extend_from_slice(&one);
    }
    blocks
}

/// Decrypts whole blocks in CBC; bytes beyond the last whole block are left out.
pub(in crate::card) fn decrypt(key: &ChannelKey, first: [u8; BLOCK], secret: &[u8]) -> Zeroizing<Vec<u8>> {
    match key.expose().len() {
        16 => run_decrypt::<Aes128>(key, first, secret),
        24 => run_decrypt::<Aes192>(key, first, secret),
        _ => run_decrypt::<Aes256>(key, first, secret),
    }
}

fn run_decrypt<C: KeyInit + BlockCipherDecrypt>(
    key: &ChannelKey,
    first: [u8; BLOCK],
    secret: &[u8],
) -> Zeroizing<Vec<u8>> {
    let mut cipher = cbc::Decryptor::<C>::new_from_slices(key.expose(), &first).expect(CHECKED);
    let mut blocks = Zeroizing::new(Vec::with_capacity(secret.len()));
    for block in secret.chunks_exact(BLOCK) {
        let mut one = Array::try_from(block).expect("a whole block");
        cipher.decrypt_block(&mut one);
        blocks.extend_from_slice(&one);
    }
    blocks
}
