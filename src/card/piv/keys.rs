//! Key pairs: made on the card, and used by it (SP 800-73-4 part 2, 3.3.1 and 3.2.4; appendix A.4).

use der::{
    Any, Decode, Encode, Sequence,
    asn1::{BitString, ObjectIdentifier, Uint, UintRef},
};
use sha2::{Digest, Sha256, Sha384};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use super::{
    Piv, PivError,
    error::Doing,
    management_key::{CHALLENGE, RESPONSE, TEMPLATE},
    status::{self, Verdict},
};
use crate::{
    card::{
        algorithm::KeyAlgorithm,
        apdu::Command,
        tlv::{self, Tag, Writer},
    },
    domain::CertificateSlot,
};

/// rsaEncryption (RFC 8017, appendix C).
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// id-ecPublicKey (RFC 5480, 2.1.1).
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// secp256r1 (RFC 5480, 2.1.1.1).
const SECP256R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
/// secp384r1 (RFC 5480, 2.1.1.1).
const SECP384R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");

/// Bytes of an RSA modulus of 2048 bits.
const RSA_BYTES: usize = 256;

/// DER of the DigestInfo of a SHA-256 digest up to the digest (RFC 8017, 9.2, note 1).
const SHA256_DIGEST_INFO: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// Answer template of GENERATE and what it holds (SP 800-73-4 part 2, table 11).
const PUBLIC_KEY: Tag = Tag::known(0x7F49);
const MODULUS: Tag = Tag::known(0x81);
const EXPONENT: Tag = Tag::known(0x82);
const POINT: Tag = Tag::known(0x86);

/// A public key as it stands in a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    algorithm: KeyAlgorithm,
    der: Vec<u8>,
}

impl PublicKey {
    /// Its kind.
    #[must_use]
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    /// SubjectPublicKeyInfo, DER (RFC 5280, 4.1).
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The key of a certificate (DER); `None` when it cannot be read or is of a kind that is not made here.
    #[must_use]
    pub fn from_certificate(certificate: &[u8]) -> Option<Self> {
        let (_, parsed) = x509_parser::parse_x509_certificate(certificate).ok()?;
        Self::from_info(parsed.tbs_certificate.subject_pki.raw)
    }

    /// A SubjectPublicKeyInfo (DER); `None` as for [`PublicKey::from_certificate`].
    #[must_use]
    pub fn from_info(der: &[u8]) -> Option<Self> {
        let der = der.to_vec();
        let info = SubjectPublicKeyInfoOwned::from_der(&der).ok()?;
        let curve = || info.algorithm.parameters.as_ref()?.decode_as::<ObjectIdentifier>().ok();
        let algorithm = match info.algorithm.oid {
            RSA_ENCRYPTION => KeyAlgorithm::Rsa2048,
            EC_PUBLIC_KEY if curve()? == SECP256R1 => KeyAlgorithm::P256,
            EC_PUBLIC_KEY if curve()? == SECP384R1 => KeyAlgorithm::P384,
            _ => return None,
        };
        Some(Self { algorithm, der })
    }

    /// Whether this key made a signature as [`Piv::sign`] gives it.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        use aws_lc_rs::signature::{
            ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
            VerificationAlgorithm,
        };
        let algorithm: &'static dyn VerificationAlgorithm = match self.algorithm {
            KeyAlgorithm::Rsa2048 => &RSA_PKCS1_2048_8192_SHA256,
            KeyAlgorithm::P256 => &ECDSA_P256_SHA256_ASN1,
            KeyAlgorithm::P384 => &ECDSA_P384_SHA384_ASN1,
        };
        SubjectPublicKeyInfoOwned::from_der(&self.der).is_ok_and(|info| {
            let key = info.subject_public_key.raw_bytes();
            UnparsedPublicKey::new(algorithm, key).verify(message, signature).is_ok()
        })
    }

    /// Reads the answer to GENERATE; `None` when it holds no sound key of this kind. A point off the curve, an even
    /// modulus or one of another length is no sound key.
    #[must_use]
    pub fn from_answer(algorithm: KeyAlgorithm, answer: &[u8]) -> Option<Self> {
        let inside = tlv::find(answer, PUBLIC_KEY).ok()??;
        let field = |tag| tlv::find(inside, tag).ok().flatten();
        match algorithm {
            KeyAlgorithm::Rsa2048 => Self::from_numbers(field(MODULUS)?, field(EXPONENT)?),
            KeyAlgorithm::P256 | KeyAlgorithm::P384 => Self::from_point(algorithm, field(POINT)?),
        }
    }

    /// From the modulus and the exponent of an RSA key of 2048 bits, the most significant byte first and no zeros in
    /// front; `None` when they make no sound key.
    #[must_use]
    pub fn from_numbers(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        Self::assembled(KeyAlgorithm::Rsa2048, RSA_ENCRYPTION, Any::null(), &rsa_public_key(modulus, exponent)?)
    }

    /// From a point in uncompressed form (SEC 1, 2.3.3); `None` when it does not lie on the curve, or for RSA.
    #[must_use]
    pub fn from_point(algorithm: KeyAlgorithm, point: &[u8]) -> Option<Self> {
        let curve = match algorithm {
            KeyAlgorithm::Rsa2048 => return None,
            KeyAlgorithm::P256 => p256::PublicKey::from_sec1_bytes(point).ok().map(|_| SECP256R1),
            KeyAlgorithm::P384 => p384::PublicKey::from_sec1_bytes(point).ok().map(|_| SECP384R1),
        };
        Self::assembled(algorithm, EC_PUBLIC_KEY, Any::encode_from(&curve?).ok()?, point)
    }

    /// The curve as an object identifier, DER; `None` for RSA.
    #[must_use]
    pub fn curve(algorithm: KeyAlgorithm) -> Option<Vec<u8>> {
        match algorithm {
            KeyAlgorithm::Rsa2048 => None,
            KeyAlgorithm::P256 => SECP256R1.to_der().ok(),
            KeyAlgorithm::P384 => SECP384R1.to_der().ok(),
        }
    }

    fn assembled(algorithm: KeyAlgorithm, oid: ObjectIdentifier, parameters: Any, key: &[u8]) -> Option<Self> {
        let info = SubjectPublicKeyInfoOwned {
            algorithm: AlgorithmIdentifierOwned { oid, parameters: Some(parameters) },
            subject_public_key: BitString::from_bytes(key).ok()?,
        };
        Some(Self { algorithm, der: info.to_der().ok()? })
    }
}

/// RSAPublicKey (RFC 8017, A.1.1).
#[derive(Sequence)]
struct RsaPublicKey<'a> {
    modulus: UintRef<'a>,
    public_exponent: UintRef<'a>,
}

fn rsa_public_key(modulus: &[u8], exponent: &[u8]) -> Option<Vec<u8>> {
    let full_length = modulus.len() == RSA_BYTES && modulus.first().is_some_and(|byte| byte & 0x80 != 0);
    let odd = |number: &[u8]| number.last().is_some_and(|byte| byte & 1 == 1);
    let exponent_in_range = (1..=8).contains(&exponent.len()) && exponent != [1];
    if !(full_length && odd(modulus) && odd(exponent) && exponent_in_range) {
        return None;
    }
    let key = RsaPublicKey { modulus: UintRef::new(modulus).ok()?, public_exponent: UintRef::new(exponent).ok()? };
    key.to_der().ok()
}

/// ECDSA-Sig-Value (RFC 5480, appendix A).
#[derive(Sequence)]
struct EcdsaSignature {
    r: Uint,
    s: Uint,
}

/// Key reference of a slot (SP 800-73-4 part 1, table 4).
fn reference(slot: CertificateSlot) -> u8 {
    match slot {
        CertificateSlot::Authentication => 0x9A,
        CertificateSlot::Signing => 0x9C,
    }
}

impl Piv<'_> {
    /// Makes a new key pair in a slot; the old one is gone. It may take a minute and more.
    ///
    /// # Errors
    /// The management key was not authenticated, the card does not have this kind of key, or the answer is no key.
    pub fn generate(&mut self, slot: CertificateSlot, algorithm: KeyAlgorithm) -> Result<PublicKey, PivError> {
        const CONTROL: Tag = Tag::known(0xAC);
        const ALGORITHM: Tag = Tag::known(0x80);
        let request = Writer::new().nest(CONTROL, |w| w.put(ALGORITHM, &[algorithm.reference()])).finish();
        let command = Command::new(0x00, 0x47, 0x00, reference(slot)).with_data(request).expecting_long_answer();
        let response = self.exchange(&command)?;
        match status::command(response.status) {
            Verdict::Done => {
                PublicKey::from_answer(algorithm, &response.data).ok_or(PivError::Garbled { doing: Doing::MakingAKey })
            }
            _ => Err(status::refusal(Doing::MakingAKey, response.status)),
        }
    }

    /// Signs a message with the key in a slot, as certificates are signed: RSA by PKCS#1 v1.5 with SHA-256, P-256 with
    /// SHA-256, P-384 with SHA-384 (DER). The passcode must have been verified; for 9C just before.
    ///
    /// # Errors
    /// [`PivError::NotPermitted`] without the passcode, or the slot holds no key of this kind.
    pub fn sign(
        &mut self,
        slot: CertificateSlot,
        algorithm: KeyAlgorithm,
        message: &[u8],
    ) -> Result<Vec<u8>, PivError> {
        let data = match algorithm {
            KeyAlgorithm::Rsa2048 => padded_digest(&Sha256::digest(message)),
            KeyAlgorithm::P256 => Sha256::digest(message).to_vec(),
            KeyAlgorithm::P384 => Sha384::digest(message).to_vec(),
        };
        let request = Writer::new().nest(TEMPLATE, |w| w.put(RESPONSE, &[]).put(CHALLENGE, &data)).finish();
        let command = Command::new(0x00, 0x87, algorithm.reference(), reference(slot)).with_data(request);
        let response = self.exchange(&command.expecting_long_answer())?;
        match status::command(response.status) {
            Verdict::Done => signature_in(algorithm, &response.data).ok_or(PivError::Garbled { doing: Doing::Signing }),
            _ => Err(status::refusal(Doing::Signing, response.status)),
        }
    }
}

/// DigestInfo (RFC 8017, 9.2) of a SHA-256 digest, DER.
pub(crate) fn digest_info(digest: &[u8]) -> Vec<u8> {
    [SHA256_DIGEST_INFO.as_slice(), digest].concat()
}

/// EMSA-PKCS1-v1_5 (RFC 8017, 9.2): 00 01 FF .. FF 00, then the DigestInfo.
fn padded_digest(digest: &[u8]) -> Vec<u8> {
    let tail = digest_info(digest);
    let filling = RSA_BYTES.saturating_sub(tail.len() + 3);
    [[0x00, 0x01].as_slice(), &vec![0xFF; filling], &[0x00], &tail].concat()
}

/// The signature in a card's answer to GENERAL AUTHENTICATE, if it has the form of one.
#[must_use]
pub fn signature_in(algorithm: KeyAlgorithm, answer: &[u8]) -> Option<Vec<u8>> {
    let inside = tlv::find(answer, TEMPLATE).ok()??;
    let signature = tlv::find(inside, RESPONSE).ok()??;
    let sound = match algorithm {
        KeyAlgorithm::Rsa2048 => signature.len() == RSA_BYTES,
        KeyAlgorithm::P256 | KeyAlgorithm::P384 => {
            EcdsaSignature::from_der(signature).is_ok_and(|value| !value.r.is_empty() && !value.s.is_empty())
        }
    };
    sound.then(|| signature.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The base point of P-256 (SEC 2, 2.4.2), a point everybody can check.
    const BASE_POINT: &str = "046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296\
                              4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5";

    fn bytes(digits: &str) -> Vec<u8> {
        digits.as_bytes().chunks(2).map(|p| u8::from_str_radix(std::str::from_utf8(p).unwrap(), 16).unwrap()).collect()
    }

    fn answer(fields: &[(Tag, &[u8])]) -> Vec<u8> {
        Writer::new().nest(PUBLIC_KEY, |w| fields.iter().fold(w, |w, (tag, value)| w.put(*tag, value))).finish()
    }

    #[test]
    fn keys_become_subject_public_key_info() {
        let point = bytes(BASE_POINT);
        let key = PublicKey::from_answer(KeyAlgorithm::P256, &answer(&[(POINT, &point)])).unwrap();
        let parsed = <p256::PublicKey as p256::pkcs8::DecodePublicKey>::from_public_key_der(key.der()).unwrap();
        assert_eq!(parsed.to_sec1_bytes().to_vec(), point);
        let mut modulus = vec![0xC5; RSA_BYTES];
        modulus[255] = 0x0D;
        let key =
            PublicKey::from_answer(KeyAlgorithm::Rsa2048, &answer(&[(MODULUS, &modulus), (EXPONENT, &[1, 0, 1])]));
        let info = SubjectPublicKeyInfoOwned::from_der(key.unwrap().der()).unwrap();
        assert_eq!(info.algorithm.oid, RSA_ENCRYPTION);
    }

    #[test]
    fn unsound_keys_are_no_keys() {
        let mut off_curve = bytes(BASE_POINT);
        off_curve[64] ^= 1;
        assert_eq!(PublicKey::from_answer(KeyAlgorithm::P256, &answer(&[(POINT, &off_curve)])), None);
        assert_eq!(PublicKey::from_answer(KeyAlgorithm::P384, &answer(&[(POINT, &bytes(BASE_POINT))])), None);
        let odd = vec![0xFF; RSA_BYTES];
        let even = [vec![0xFF; 255], vec![0xFE]].concat();
        let short = vec![0xFF; 128];
        let small = [vec![0x7F], vec![0xFF; 255]].concat();
        for (modulus, exponent) in
            [(&even, vec![1, 0, 1]), (&short, vec![1, 0, 1]), (&small, vec![1, 0, 1]), (&odd, vec![1]), (&odd, vec![2])]
        {
            let answer = answer(&[(MODULUS, modulus), (EXPONENT, &exponent)]);
            assert_eq!(PublicKey::from_answer(KeyAlgorithm::Rsa2048, &answer), None);
        }
        assert_eq!(PublicKey::from_answer(KeyAlgorithm::Rsa2048, &[0x7F, 0x49]), None);
    }

    #[test]
    fn the_padded_block_is_as_long_as_the_modulus() {
        let block = padded_digest(&[0xAB; 32]);
        assert_eq!(block.len(), RSA_BYTES);
        assert_eq!(block[..3], [0x00, 0x01, 0xFF]);
        assert_eq!(block[204 - 1..206], [0xFF, 0x00, 0x30][..]);
    }

    #[test]
    fn a_signature_has_the_form_of_one() {
        let wrap = |signature: &[u8]| Writer::new().nest(TEMPLATE, |w| w.put(RESPONSE, signature)).finish();
        assert!(signature_in(KeyAlgorithm::Rsa2048, &wrap(&[1; 256])).is_some());
        assert!(signature_in(KeyAlgorithm::Rsa2048, &wrap(&[1; 255])).is_none());
        assert!(signature_in(KeyAlgorithm::P256, &wrap(&[0x30, 6, 2, 1, 1, 2, 1, 1])).is_some());
        assert!(signature_in(KeyAlgorithm::P256, &wrap(&[0x30, 6, 2, 1, 1, 2, 1])).is_none());
        assert!(signature_in(KeyAlgorithm::P256, &[]).is_none());
    }
}
