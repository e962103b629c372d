//! Key pairs on a token: made there, and used there (PKCS #11 2.40, 5.11 and 5.13).

use cryptoki::{
    mechanism::{Mechanism, MechanismType},
    object::{Attribute, AttributeType, ObjectClass, ObjectHandle},
};
use sha2::{Digest, Sha256, Sha384};

use super::{
    ObjectId, Token,
    error::{Doing, TokenError},
};
use crate::{
    card::{
        algorithm::KeyAlgorithm,
        piv::{PublicKey, SignedRequest},
        tlv::{self, Tag},
    },
    domain::Passcode,
};

/// 65537, the exponent everybody uses (FIPS 186-5, 5.1 asks for at least this).
const PUBLIC_EXPONENT: [u8; 3] = [1, 0, 1];

impl Token<'_> {
    /// Makes a new key pair beside those that are there. It may take a minute and more. The passcode must have been
    /// checked.
    ///
    /// # Errors
    /// The token does not make such keys, or has no room.
    pub fn generate(&self, id: &ObjectId, label: &str, algorithm: KeyAlgorithm) -> Result<PublicKey, TokenError> {
        let (mechanism, kind, mut public) = match algorithm {
            KeyAlgorithm::Rsa2048 => (
                Mechanism::RsaPkcsKeyPairGen,
                MechanismType::RSA_PKCS_KEY_PAIR_GEN,
                vec![Attribute::ModulusBits(2048.into()), Attribute::PublicExponent(PUBLIC_EXPONENT.to_vec())],
            ),
            KeyAlgorithm::P256 | KeyAlgorithm::P384 => {
                let curve = PublicKey::curve(algorithm).ok_or(TokenError::Garbled { doing: Doing::MakingAKey })?;
                (Mechanism::EccKeyPairGen, MechanismType::ECC_KEY_PAIR_GEN, vec![Attribute::EcParams(curve)])
            }
        };
        if !self.has(kind)? {
            return Err(TokenError::Unsupported { doing: Doing::MakingAKey, answer: "no such mechanism".into() });
        }
        let common = || {
            let label = Attribute::Label(label.as_bytes().to_vec());
            [Attribute::Token(true), id.attribute(), label]
        };
        public.extend(common());
        public.extend([Attribute::Private(false), Attribute::Verify(true)]);
        let mut private = common().to_vec();
        private.extend([Attribute::Private(true), Attribute::Sensitive(true)]);
        private.extend([Attribute::Extractable(false), Attribute::Sign(true)]);
        let made = self.session.generate_key_pair(&mechanism, &public, &private);
        let (public, _) = made.map_err(|error| TokenError::from_answer(Doing::MakingAKey, error))?;
        self.read_public(public, algorithm)?.ok_or(TokenError::Garbled { doing: Doing::MakingAKey })
    }

    /// The public key with this identifier; `None` when there is none of this kind.
    ///
    /// # Errors
    /// The card is gone, or the module does not give it.
    pub fn public_key(&self, id: &ObjectId, algorithm: KeyAlgorithm) -> Result<Option<PublicKey>, TokenError> {
        for handle in self.find(&[Attribute::Class(ObjectClass::PUBLIC_KEY), id.attribute()])? {
            if let Some(key) = self.read_public(handle, algorithm)? {
                return Ok(Some(key));
            }
        }
        Ok(None)
    }

    /// Whether there is a private key with this identifier. The passcode must have been checked.
    ///
    /// # Errors
    /// The card is gone.
    pub fn holds_key(&self, id: &ObjectId) -> Result<bool, TokenError> {
        Ok(self.private_key(id)?.is_some())
    }

    /// Signs a message with the key with this identifier, as certificates are signed: RSA by PKCS#1 v1.5 with SHA-256,
    /// P-256 with SHA-256, P-384 with SHA-384 (DER). The passcode must have been checked; it is given once more to a key
    /// that asks for it at every use.
    ///
    /// # Errors
    /// There is no such key, or the token does not sign so.
    pub fn sign(
        &self,
        id: &ObjectId,
        algorithm: KeyAlgorithm,
        message: &[u8],
        passcode: &Passcode,
    ) -> Result<Vec<u8>, TokenError> {
        let key = self.private_key(id)?.ok_or(TokenError::Missing { doing: Doing::Signing })?;
        let (whole, whole_kind, bare, bare_kind) = match algorithm {
            KeyAlgorithm::Rsa2048 => {
                (Mechanism::Sha256RsaPkcs, MechanismType::SHA256_RSA_PKCS, Mechanism::RsaPkcs, MechanismType::RSA_PKCS)
            }
            KeyAlgorithm::P256 => {
                (Mechanism::EcdsaSha256, MechanismType::ECDSA_SHA256, Mechanism::Ecdsa, MechanismType::ECDSA)
            }
            KeyAlgorithm::P384 => {
                (Mechanism::EcdsaSha384, MechanismType::ECDSA_SHA384, Mechanism::Ecdsa, MechanismType::ECDSA)
            }
        };
        // Not every token hashes; then it is done here.
        let (mechanism, data) = if self.has(whole_kind)? {
            (whole, message.to_vec())
        } else if self.has(bare_kind)? {
            (bare, digest(algorithm, message))
        } else {
            return Err(TokenError::Unsupported { doing: Doing::Signing, answer: "no such mechanism".into() });
        };
        let signature = if self.wants_passcode_each_time(key)? {
            self.sign_with_passcode(&mechanism, key, &data, passcode)?
        } else {
            let signed = self.session.sign(&mechanism, key, &data);
            signed.map_err(|error| TokenError::from_answer(Doing::Signing, error))?
        };
        in_der(algorithm, signature).ok_or(TokenError::Garbled { doing: Doing::Signing })
    }

    /// Makes the certificate request for a key, signed by that key. The passcode must have been checked.
    ///
    /// # Errors
    /// As [`Token::sign`].
    pub fn certificate_request(
        &self,
        id: &ObjectId,
        key: &PublicKey,
        common_name: &str,
        passcode: &Passcode,
    ) -> Result<SignedRequest, TokenError> {
        let garbled = || TokenError::Garbled { doing: Doing::Signing };
        SignedRequest::build(key, common_name, garbled, |message| self.sign(id, key.algorithm(), message, passcode))
    }

    /// A key with CKA_ALWAYS_AUTHENTICATE wants the passcode between the beginning of a signature and its data
    /// (PKCS #11 2.40, 4.9).
    fn sign_with_passcode(
        &self,
        mechanism: &Mechanism<'_>,
        key: ObjectHandle,
        data: &[u8],
        passcode: &Passcode,
    ) -> Result<Vec<u8>, TokenError> {
        let failed = |error| TokenError::from_answer(Doing::Signing, error);
        self.session.sign_init(mechanism, key).map_err(failed)?;
        self.log_in_for_one_use(passcode)?;
        self.session.sign_update(data).map_err(failed)?;
        self.session.sign_final().map_err(failed)
    }

    fn wants_passcode_each_time(&self, key: ObjectHandle) -> Result<bool, TokenError> {
        let told = self.attributes(key, &[AttributeType::AlwaysAuthenticate])?;
        Ok(told.contains(&Attribute::AlwaysAuthenticate(true)))
    }

    fn private_key(&self, id: &ObjectId) -> Result<Option<ObjectHandle>, TokenError> {
        let found = self.find(&[Attribute::Class(ObjectClass::PRIVATE_KEY), id.attribute()])?;
        Ok(found.into_iter().next())
    }

    fn has(&self, kind: MechanismType) -> Result<bool, TokenError> {
        let known = self.module.get_mechanism_list(self.slot);
        known.map(|list| list.contains(&kind)).map_err(|error| TokenError::from_answer(Doing::Finding, error))
    }

    fn read_public(&self, handle: ObjectHandle, algorithm: KeyAlgorithm) -> Result<Option<PublicKey>, TokenError> {
        let kinds = match algorithm {
            KeyAlgorithm::Rsa2048 => [AttributeType::Modulus, AttributeType::PublicExponent],
            KeyAlgorithm::P256 | KeyAlgorithm::P384 => [AttributeType::EcParams, AttributeType::EcPoint],
        };
        Ok(match self.attributes(handle, &kinds)?.as_slice() {
            [Attribute::Modulus(modulus), Attribute::PublicExponent(exponent)] => rsa_key(modulus, exponent),
            [Attribute::EcParams(curve), Attribute::EcPoint(point)] => curve_key(algorithm, curve, point),
            _ => None,
        })
    }
}

/// The RSA key that these attributes of a token describe (CKA_MODULUS, CKA_PUBLIC_EXPONENT; PKCS #11 2.40 curr, 2.1.2);
/// `None` when they make no sound key of 2048 bits.
#[must_use]
pub fn rsa_key(modulus: &[u8], exponent: &[u8]) -> Option<PublicKey> {
    PublicKey::from_numbers(unpadded(modulus), unpadded(exponent))
}

/// The elliptic-curve key that these attributes of a token describe (CKA_EC_PARAMS, CKA_EC_POINT; PKCS #11 2.40 curr,
/// 2.3.3); `None` when the curve is another one, or the point does not lie on it.
#[must_use]
pub fn curve_key(algorithm: KeyAlgorithm, curve: &[u8], point: &[u8]) -> Option<PublicKey> {
    let fits = PublicKey::curve(algorithm).is_some_and(|wanted| wanted == curve);
    fits.then(|| PublicKey::from_point(algorithm, bare_point(point)))?
}

/// A number without the zeros some tokens put in front of it.
fn unpadded(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// The point itself: the standard wraps it in an OCTET STRING (PKCS #11 2.40 curr, 2.3.3), some tokens do not.
fn bare_point(point: &[u8]) -> &[u8] {
    const OCTET_STRING: Tag = Tag::known(0x04);
    match tlv::find(point, OCTET_STRING) {
        Ok(Some(inside)) if inside.first() == Some(&0x04) && inside.len() % 2 == 1 => inside,
        _ => point,
    }
}

/// What a token that does not hash is given: for RSA with the name of the hash, which it signs as it stands.
fn digest(algorithm: KeyAlgorithm, message: &[u8]) -> Vec<u8> {
    match algorithm {
        KeyAlgorithm::Rsa2048 => crate::card::piv::digest_info(&Sha256::digest(message)),
        KeyAlgorithm::P256 => Sha256::digest(message).to_vec(),
        KeyAlgorithm::P384 => Sha384::digest(message).to_vec(),
    }
}

/// The signature as certificates carry it: a token gives the two numbers of an elliptic-curve signature one after the
/// other (PKCS #11 2.40 curr, 2.3.1). `None` when it is none of this kind.
#[must_use]
pub fn in_der(algorithm: KeyAlgorithm, signature: Vec<u8>) -> Option<Vec<u8>> {
    match algorithm {
        KeyAlgorithm::Rsa2048 => (signature.len() == 256).then_some(signature),
        KeyAlgorithm::P256 => {
            p256::ecdsa::Signature::from_slice(&signature).ok().map(|numbers| numbers.to_der().as_bytes().to_vec())
        }
        KeyAlgorithm::P384 => {
            p384::ecdsa::Signature::from_slice(&signature).ok().map(|numbers| numbers.to_der().as_bytes().to_vec())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_point_is_taken_wrapped_and_bare() {
        let bare = [&[0x04], [7_u8; 64].as_slice()].concat();
        let wrapped = [&[0x04, 65], bare.as_slice()].concat();
        assert_eq!(bare_point(&wrapped), bare);
        assert_eq!(bare_point(&bare), bare);
    }

    #[test]
    fn numbers_lose_the_zeros_in_front() {
        assert_eq!(unpadded(&[0, 0, 1, 0]), [1, 0]);
        assert_eq!(unpadded(&[0]), [] as [u8; 0]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_signature_or_not(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            for algorithm in KeyAlgorithm::ALL {
                let _ = in_der(algorithm, bytes.clone());
            }
            let _ = bare_point(&bytes);
        }
    }
}
