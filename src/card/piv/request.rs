//! Certificate requests (PKCS#10, RFC 2986) signed by the card. They prove possession of the key; the name in them is
//! for people who look at one, and the gateway takes nothing from it.

use der::{Any, Decode, Encode, asn1::BitString, asn1::ObjectIdentifier};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::{
    name::Name,
    request::{CertReq, CertReqInfo, Version},
};

use super::{Piv, PivError, PublicKey, error::Doing};
use crate::{
    card::{
        algorithm::KeyAlgorithm,
        tlv::{Tag, Writer},
    },
    domain::CertificateSlot,
};

/// sha256WithRSAEncryption (RFC 8017, appendix C).
const SHA256_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
/// ecdsa-with-SHA256 (RFC 5758, 3.2).
const ECDSA_WITH_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
/// ecdsa-with-SHA384 (RFC 5758, 3.2).
const ECDSA_WITH_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");

/// A certificate request, DER.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRequest(pub Vec<u8>);

impl SignedRequest {
    /// Puts a request together and has it signed, whatever card the key is on. `garbled` is the error for parts that do
    /// not make a request.
    pub(crate) fn build<E>(
        key: &PublicKey,
        common_name: &str,
        garbled: impl Fn() -> E,
        sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        let broken = |_: der::Error| garbled();
        let info = CertReqInfo {
            version: Version::V1,
            subject: name(common_name).map_err(broken)?,
            public_key: SubjectPublicKeyInfoOwned::from_der(key.der()).map_err(broken)?,
            attributes: Default::default(),
        };
        let signature = sign(&info.to_der().map_err(broken)?)?;
        let request = CertReq {
            info,
            algorithm: signature_algorithm(key.algorithm()),
            signature: BitString::from_bytes(&signature).map_err(broken)?,
        };
        request.to_der().map(Self).map_err(broken)
    }
}

impl Piv<'_> {
    /// Makes the request for a key in a slot, signed by that key. The passcode must have been verified; for 9C just
    /// before.
    ///
    /// # Errors
    /// As [`Piv::sign`].
    pub fn certificate_request(
        &mut self,
        slot: CertificateSlot,
        key: &PublicKey,
        common_name: &str,
    ) -> Result<SignedRequest, PivError> {
        let garbled = || PivError::Garbled { doing: Doing::Signing };
        SignedRequest::build(key, common_name, garbled, |message| self.sign(slot, key.algorithm(), message))
    }
}

/// A name of one part, the common name (2.5.4.3, RFC 4519), as UTF-8 text.
fn name(common_name: &str) -> der::Result<Name> {
    const SEQUENCE: Tag = Tag::known(0x30);
    const SET: Tag = Tag::known(0x31);
    const OBJECT_IDENTIFIER: Tag = Tag::known(0x06);
    const UTF8_STRING: Tag = Tag::known(0x0C);
    let part = |w: Writer| w.put(OBJECT_IDENTIFIER, &[0x55, 0x04, 0x03]).put(UTF8_STRING, common_name.as_bytes());
    Name::from_der(&Writer::new().nest(SEQUENCE, |w| w.nest(SET, |w| w.nest(SEQUENCE, part))).finish())
}

fn signature_algorithm(key: KeyAlgorithm) -> AlgorithmIdentifierOwned {
    // RSA has NULL parameters (RFC 8017, A.2.4), ECDSA has none (RFC 5758, 3.2).
    let (oid, parameters) = match key {
        KeyAlgorithm::Rsa2048 => (SHA256_WITH_RSA, Some(Any::null())),
        KeyAlgorithm::P256 => (ECDSA_WITH_SHA256, None),
        KeyAlgorithm::P384 => (ECDSA_WITH_SHA384, None),
    };
    AlgorithmIdentifierOwned { oid, parameters }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_holds_any_text() {
        for text in ["555000000017", "Zoë O’Brien, Łódź + \"x\"", ""] {
            let der = name(text).map(|name| name.to_der());
            assert!(der.is_ok_and(|der| der.is_ok_and(|der| der.ends_with(text.as_bytes()))), "{text}");
        }
    }
}
