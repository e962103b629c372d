//! Public keys of cards: which are taken, and what their signatures prove.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, RSA_PKCS1_2048_8192_SHA256, VerificationAlgorithm,
};
use x509_parser::{
    certification_request::X509CertificationRequest,
    oid_registry::{
        OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_PKCS1_RSAENCRYPTION, OID_PKCS1_SHA256WITHRSA,
        OID_SIG_ECDSA_WITH_SHA256, OID_SIG_ECDSA_WITH_SHA384, Oid,
    },
    prelude::FromDer,
    public_key::PublicKey,
    x509::SubjectPublicKeyInfo,
};

use super::problem::Fault;

/// Largest certificate request read, in bytes; one for RSA-4096 has about 1,700.
const LARGEST_REQUEST: usize = 8192;

/// A key a card may have (SP 800-78-5, table 1; RSA up to 4096 bits).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Rsa,
    P256,
    P384,
}

/// The public key of a card, of a kind that may be certified.
pub struct CardKey {
    kind: Kind,
    /// SubjectPublicKeyInfo, DER.
    spki: Vec<u8>,
    /// The key inside it.
    raw: Vec<u8>,
}

impl CardKey {
    /// Takes the key from a SubjectPublicKeyInfo.
    fn new(info: &SubjectPublicKeyInfo<'_>) -> Result<Self, Fault> {
        let refused = |what: &str| {
            Fault::new(
                422,
                "key-type-refused",
                "The card made a key of a kind that is not allowed",
                "Check the algorithm in the card profile: RSA of 2048 to 4096 bits, P-256 or P-384",
            )
            .detail(what)
        };
        let curve = info.algorithm.parameters.as_ref().and_then(|parameters| Oid::try_from(parameters).ok());
        let kind = if info.algorithm.algorithm == OID_PKCS1_RSAENCRYPTION {
            match info.parsed() {
                Ok(PublicKey::RSA(key)) if (2048..=4096).contains(&key.key_size()) => Kind::Rsa,
                Ok(PublicKey::RSA(key)) => return Err(refused(&format!("RSA of {} bits", key.key_size()))),
                _ => return Err(refused("an RSA key that cannot be read")),
            }
        } else if info.algorithm.algorithm != OID_KEY_TYPE_EC_PUBLIC_KEY {
            return Err(refused(&format!("algorithm {}", info.algorithm.algorithm)));
        } else if curve.as_ref() == Some(&OID_EC_P256) {
            Kind::P256
        } else if curve.as_ref() == Some(&OID_NIST_EC_P384) {
            Kind::P384
        } else {
            return Err(refused("an elliptic curve other than P-256 and P-384"));
        };
        Ok(Self { kind, spki: info.raw.to_vec(), raw: info.subject_public_key.data.to_vec() })
    }

    /// Takes the key from a certificate request (PKCS#10, DER) whose signature proves that its sender holds the key.
    ///
    /// # Errors
    /// It is no such request, its key is of a kind that is not allowed, or its signature is wrong.
    pub fn from_request(der: &[u8]) -> Result<Self, Fault> {
        let unproven = |what: &str| {
            Fault::new(
                422,
                "bad-proof-of-possession",
                "A certificate request is not signed by the key it names",
                "Resume the job: the keys will be made again",
            )
            .detail(what)
        };
        if der.len() > LARGEST_REQUEST {
            return Err(unproven("the request is too large to be one"));
        }
        let Ok((rest, request)) = X509CertificationRequest::from_der(der) else {
            return Err(unproven("it is not a PKCS#10 request"));
        };
        if !rest.is_empty() {
            return Err(unproven("bytes follow the request"));
        }
        let key = Self::new(&request.certification_request_info.subject_pki)?;
        let algorithm = &request.signature_algorithm.algorithm;
        let fits = match key.kind {
            Kind::Rsa => *algorithm == OID_PKCS1_SHA256WITHRSA,
            Kind::P256 => *algorithm == OID_SIG_ECDSA_WITH_SHA256,
            Kind::P384 => *algorithm == OID_SIG_ECDSA_WITH_SHA384,
        };
        if !fits {
            return Err(unproven("its signature algorithm does not belong to its key"));
        }
        if key.verify(request.certification_request_info.raw, &request.signature_value.data) {
            Ok(key)
        } else {
            Err(unproven("its signature is wrong"))
        }
    }

    /// Takes the key from a SubjectPublicKeyInfo (DER) alone: nothing proves yet that anybody holds it.
    pub fn from_info(der: &[u8]) -> Result<Self, Fault> {
        let unreadable = || Fault::malformed("the key is no SubjectPublicKeyInfo (DER)");
        if der.len() > LARGEST_REQUEST {
            return Err(unreadable());
        }
        match SubjectPublicKeyInfo::from_der(der) {
            Ok(([], info)) => Self::new(&info),
            _ => Err(unreadable()),
        }
    }

    /// Takes the key from a certificate of our own making.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn from_certificate(der: &[u8]) -> Result<Self, Fault> {
        let (_, certificate) = x509_parser::parse_x509_certificate(der)
            .map_err(|_| Fault::internal("a stored certificate cannot be read"))?;
        Self::new(&certificate.tbs_certificate.subject_pki)
    }

    /// SubjectPublicKeyInfo, DER.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// Whether the signature is of this key: PKCS#1 v1.5 with SHA-256, or ECDSA (DER) with SHA-256 on P-256 and SHA-384
    /// on P-384.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let algorithm: &dyn VerificationAlgorithm = match self.kind {
            Kind::Rsa => &RSA_PKCS1_2048_8192_SHA256,
            Kind::P256 => &ECDSA_P256_SHA256_ASN1,
            Kind::P384 => &ECDSA_P384_SHA384_ASN1,
        };
        algorithm.verify_sig(&self.raw, message, signature).is_ok()
    }
}
