//! Sealing: what is secret in the database is encrypted with a key that is not in the database.

use std::path::Path;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
};

use super::{GatewayError, private_file, problem::Fault, random};
use crate::domain::Secret;

/// Encrypts and decrypts fields of the database: AES-256-GCM, 12 random nonce bytes before the ciphertext, the
/// field's purpose as additional data so that no field can stand in for another.
pub struct Seal {
    key: LessSafeKey,
    /// Derived from the same file, so that no key is used in two ways.
    mac_key: hmac::Key,
}

impl Seal {
    /// With the key in this file, made at first use.
    pub fn open(path: &Path) -> Result<Self, GatewayError> {
        let damaged =
            || GatewayError::KeyFile { path: path.to_owned(), reason: "it does not hold 32 bytes".to_owned() };
        let key = private_file::read_or_make(path, || random::secret(32))?;
        let derive = hmac::Key::new(hmac::HMAC_SHA256, key.expose());
        let derived = hmac::sign(&derive, b"cardwright keyed hashes v1");
        Ok(Self {
            key: LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.expose()).map_err(|_| damaged())?),
            mac_key: hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()),
        })
    }

    /// A keyed hash (HMAC-SHA-256, 32 bytes) for this purpose: for what is too short to be kept as a plain hash.
    pub fn mac(&self, purpose: &str, plain: &[u8]) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.mac_key);
        // The purpose ends where the plain text begins: purposes hold no zero byte.
        context.update(purpose.as_bytes());
        context.update(&[0]);
        context.update(plain);
        context.sign().as_ref().to_vec()
    }

    /// Seals for this purpose.
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> Result<Vec<u8>, Fault> {
        let nonce: [u8; NONCE_LEN] = random::bytes()?;
        let mut sealed = nonce.to_vec();
        let mut body = plain.to_vec();
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(purpose.as_bytes()), &mut body)
            .map_err(|_| Fault::internal("a secret could not be sealed"))?;
        sealed.append(&mut body);
        Ok(sealed)
    }

    /// Opens what was sealed for this purpose.
    pub fn unseal(&self, purpose: &str, sealed: &[u8]) -> Result<Secret, Fault> {
        let damaged = || Fault::internal("a sealed field does not fit the seal key of this data folder");
        let (nonce, body) = sealed.split_first_chunk::<NONCE_LEN>().ok_or_else(damaged)?;
        let mut body = body.to_vec();
        let length = self
            .key
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(purpose.as_bytes()), &mut body)
            .map_err(|_| damaged())?
            .len();
        body.truncate(length);
        Ok(Secret::new(body))
    }
}
