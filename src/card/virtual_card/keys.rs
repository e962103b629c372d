//! Key pairs on the card: made by the card, used by the card, never given out.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair as RsaGenerator, KeySize},
};
use p256::{ecdsa::signature::hazmat::PrehashSigner, elliptic_curve::sec1::ToSec1Point};
use rsa::{BigUint, RsaPrivateKey, pkcs8::DecodePrivateKey, rand_core::OsRng, traits::PublicKeyParts};
use serde::{Deserialize, Serialize};

use super::sealed::Sealed;
use crate::card::{
    algorithm::KeyAlgorithm,
    tlv::{Tag, Writer},
};

/// A key pair in a slot: PKCS #8 for RSA, the secret number for the curves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CardKey {
    algorithm: KeyAlgorithm,
    private: Sealed,
}

/// The card's hardware failed to do its part.
#[derive(Debug)]
pub(super) struct Unavailable;

impl CardKey {
    pub(super) fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    /// A new key pair.
    pub(super) fn generate(algorithm: KeyAlgorithm) -> Result<Self, Unavailable> {
        let private = match algorithm {
            KeyAlgorithm::Rsa2048 => {
                let pair = RsaGenerator::generate(KeySize::Rsa2048).map_err(|_| Unavailable)?;
                let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| Unavailable)?;
                Sealed::new(der.as_ref().to_vec())
            }
            KeyAlgorithm::P256 => curve_secret(32, |bytes| p256::SecretKey::from_slice(bytes).is_ok())?,
            KeyAlgorithm::P384 => curve_secret(48, |bytes| p384::SecretKey::from_slice(bytes).is_ok())?,
        };
        Ok(Self { algorithm, private })
    }

    /// The public key as GENERATE answers it: 7F49 { 81 modulus, 82 exponent } or 7F49 { 86 point }.
    pub(super) fn public_template(&self) -> Result<Vec<u8>, Unavailable> {
        const TEMPLATE: Tag = Tag::known(0x7F49);
        const MODULUS: Tag = Tag::known(0x81);
        const EXPONENT: Tag = Tag::known(0x82);
        const POINT: Tag = Tag::known(0x86);
        let point = |bytes: &[u8]| Writer::new().nest(TEMPLATE, |w| w.put(POINT, bytes)).finish();
        match self.algorithm {
            KeyAlgorithm::Rsa2048 => {
                let key = self.rsa()?;
                let (modulus, exponent) = (key.n().to_bytes_be(), key.e().to_bytes_be());
                Ok(Writer::new().nest(TEMPLATE, |w| w.put(MODULUS, &modulus).put(EXPONENT, &exponent)).finish())
            }
            KeyAlgorithm::P256 => {
                let key = p256::SecretKey::from_slice(self.private.expose()).map_err(|_| Unavailable)?;
                Ok(point(key.public_key().to_sec1_point(false).as_bytes()))
            }
            KeyAlgorithm::P384 => {
                let key = p384::SecretKey::from_slice(self.private.expose()).map_err(|_| Unavailable)?;
                Ok(point(key.public_key().to_sec1_point(false).as_bytes()))
            }
        }
    }

    /// The private operation: RSA on a padded block of 256 bytes, ECDSA on a hash no longer than the curve's order.
    /// `Ok(None)` when the input does not have that shape.
    pub(super) fn sign(&self, input: &[u8]) -> Result<Option<Vec<u8>>, Unavailable> {
        match self.algorithm {
            KeyAlgorithm::Rsa2048 => {
                let key = self.rsa()?;
                let block = BigUint::from_bytes_be(input);
                if input.len() != key.size() || block >= *key.n() {
                    return Ok(None);
                }
                let raw =
                    rsa::hazmat::rsa_decrypt_and_check(&key, Some(&mut OsRng), &block).map_err(|_| Unavailable)?;
                Ok(leading_zeros(&raw.to_bytes_be(), key.size()))
            }
            KeyAlgorithm::P256 => {
                let key = p256::ecdsa::SigningKey::from_slice(self.private.expose()).map_err(|_| Unavailable)?;
                let Some(hash) = leading_zeros(input, 32) else { return Ok(None) };
                let signature: p256::ecdsa::Signature = key.sign_prehash(&hash).map_err(|_| Unavailable)?;
                Ok(Some(signature.to_der().as_bytes().to_vec()))
            }
            KeyAlgorithm::P384 => {
                let key = p384::ecdsa::SigningKey::from_slice(self.private.expose()).map_err(|_| Unavailable)?;
                let Some(hash) = leading_zeros(input, 48) else { return Ok(None) };
                let signature: p384::ecdsa::Signature = key.sign_prehash(&hash).map_err(|_| Unavailable)?;
                Ok(Some(signature.to_der().as_bytes().to_vec()))
            }
        }
    }

    fn rsa(&self) -> Result<RsaPrivateKey, Unavailable> {
        RsaPrivateKey::from_pkcs8_der(self.private.expose()).map_err(|_| Unavailable)
    }
}

/// A random number that the curve accepts as a secret.
fn curve_secret(size: usize, accepts: impl Fn(&[u8]) -> bool) -> Result<Sealed, Unavailable> {
    loop {
        // A number outside the curve's order comes up less than once in 2^32 draws.
        let drawn = Sealed::new(random(size)?);
        if accepts(drawn.expose()) {
            return Ok(drawn);
        }
    }
}

/// Fresh random bytes.
pub(super) fn random(size: usize) -> Result<Vec<u8>, Unavailable> {
    let mut bytes = vec![0; size];
    getrandom::fill(&mut bytes).map_err(|_| Unavailable)?;
    Ok(bytes)
}

/// The number at `size` bytes; `None` when it is longer or empty.
fn leading_zeros(number: &[u8], size: usize) -> Option<Vec<u8>> {
    let missing = size.checked_sub(number.len()).filter(|_| !number.is_empty())?;
    Some([vec![0; missing], number.to_vec()].concat())
}
