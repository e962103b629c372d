//! Certificates and keys on a token: which certificate is which half of the pair, written, read back, removed. A key and
//! its certificate carry one identifier (CKA_ID; PKCS #11 2.40, 4.6.3).

use cryptoki::object::{Attribute, AttributeType, CertificateType, ObjectClass, ObjectHandle};
use sha2::{Digest, Sha256};
use x509_parser::certificate::X509Certificate;

use super::{
    Token,
    error::{Doing, TokenError},
};
use crate::{
    card::{
        profile::MiddlewareSettings,
        tlv::{Tag, Writer},
    },
    domain::{CertificateSlot, JobId},
};

/// Bytes of the identifiers made here: enough that no two are the same by chance.
const IDENTIFIER: usize = 16;

/// What ties a certificate to its keys: at least one byte, for an empty one would name everything.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectId(Vec<u8>);

impl ObjectId {
    /// From the token's own bytes; `None` when there are none.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        (!bytes.is_empty()).then_some(Self(bytes))
    }

    /// The identifier of what one job makes for one half of the pair. It depends on the job alone, so that a job which
    /// was cut off finds again what it made.
    #[must_use]
    pub fn of_job(job: &JobId, slot: CertificateSlot) -> Self {
        let mut digest = Sha256::digest(format!("{} {slot}", job.as_str())).to_vec();
        digest.truncate(IDENTIFIER);
        Self(digest)
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn attribute(&self) -> Attribute {
        Attribute::Id(self.0.clone())
    }
}

/// A certificate as it is on the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenCertificate {
    /// What ties it to its keys; `None` when nothing does.
    pub id: Option<ObjectId>,
    /// Its label.
    pub label: String,
    /// Which half of the pair it is; `None` when it is neither, or cannot be read.
    pub half: Option<CertificateSlot>,
    /// DER.
    pub der: Vec<u8>,
    /// First moment it is valid, in seconds since 1970; the least number when it cannot be read.
    valid_from: i64,
}

impl TokenCertificate {
    /// Of several certificates for one half of the pair that which is wanted, and the newest when none of them is.
    #[must_use]
    pub fn of_half(all: &[Self], slot: CertificateSlot, wanted: impl Fn(&[u8]) -> bool) -> Option<&Self> {
        let of_half = || all.iter().filter(|certificate| certificate.half == Some(slot));
        let found = of_half().find(|certificate| wanted(&certificate.der));
        found.or_else(|| of_half().max_by_key(|certificate| certificate.valid_from))
    }
}

impl Token<'_> {
    /// Every certificate on the token.
    ///
    /// # Errors
    /// The card is gone, or the module does not give them.
    pub fn certificates(&self, settings: &MiddlewareSettings) -> Result<Vec<TokenCertificate>, TokenError> {
        let wanted = [Attribute::Class(ObjectClass::CERTIFICATE), Attribute::CertificateType(CertificateType::X_509)];
        let mut found = Vec::new();
        for handle in self.find(&wanted)? {
            let kinds = [AttributeType::Value, AttributeType::Id, AttributeType::Label];
            let (mut der, mut id, mut label) = (Vec::new(), None, String::new());
            for attribute in self.attributes(handle, &kinds)? {
                match attribute {
                    Attribute::Value(value) => der = value,
                    Attribute::Id(bytes) => id = ObjectId::new(bytes),
                    Attribute::Label(text) => label = String::from_utf8_lossy(&text).into_owned(),
                    _ => {}
                }
            }
            let (half, valid_from) = judged(&der, settings);
            found.push(TokenCertificate { id, label, half, der, valid_from });
        }
        Ok(found)
    }

    /// The pair, in the order of [`CertificateSlot::BOTH`]: of several certificates for one half the newest.
    ///
    /// # Errors
    /// As [`Token::certificates`].
    pub fn pair(&self, settings: &MiddlewareSettings) -> Result<[Option<TokenCertificate>; 2], TokenError> {
        let all = self.certificates(settings)?;
        Ok(CertificateSlot::BOTH.map(|slot| TokenCertificate::of_half(&all, slot, |_| false).cloned()))
    }

    /// Identifiers of the private keys that jobs made here: by their label, and by the length of their identifier. The
    /// passcode must have been checked: before that private keys are not seen.
    ///
    /// # Errors
    /// The card is gone, or the module does not give them.
    pub fn made_here(&self, settings: &MiddlewareSettings) -> Result<Vec<ObjectId>, TokenError> {
        let mut found = Vec::new();
        for slot in CertificateSlot::BOTH {
            let label = Attribute::Label(settings.label(slot).as_bytes().to_vec());
            for handle in self.find(&[Attribute::Class(ObjectClass::PRIVATE_KEY), label])? {
                for attribute in self.attributes(handle, &[AttributeType::Id])? {
                    if let Attribute::Id(bytes) = attribute
                        && bytes.len() == IDENTIFIER
                    {
                        found.extend(ObjectId::new(bytes));
                    }
                }
            }
        }
        Ok(found)
    }

    /// The certificate with this identifier, DER.
    ///
    /// # Errors
    /// The card is gone, or the module does not give it.
    pub fn certificate(&self, id: &ObjectId) -> Result<Option<Vec<u8>>, TokenError> {
        for handle in self.find(&[Attribute::Class(ObjectClass::CERTIFICATE), id.attribute()])? {
            for attribute in self.attributes(handle, &[AttributeType::Value])? {
                if let Attribute::Value(der) = attribute {
                    return Ok(Some(der));
                }
            }
        }
        Ok(None)
    }

    /// Writes a certificate beside its keys. One that has the identifier already is replaced. The passcode must have been
    /// checked.
    ///
    /// # Errors
    /// There is no room, or the module does not write certificates.
    pub fn write_certificate(&self, id: &ObjectId, label: &str, der: &[u8]) -> Result<(), TokenError> {
        let template = template(id, label, der).ok_or(TokenError::Garbled { doing: Doing::Writing })?;
        for older in self.find(&[Attribute::Class(ObjectClass::CERTIFICATE), id.attribute()])? {
            self.destroy(older)?;
        }
        let made = self.session.create_object(&template);
        made.map(drop).map_err(|error| TokenError::from_answer(Doing::Writing, error))
    }

    /// Removes the certificate and both keys with this identifier; how many objects there were. The passcode must have
    /// been checked: before that private keys are not seen.
    ///
    /// # Errors
    /// The module does not remove objects.
    pub fn remove(&self, id: &ObjectId) -> Result<usize, TokenError> {
        let mut removed = 0;
        for class in [ObjectClass::CERTIFICATE, ObjectClass::PRIVATE_KEY, ObjectClass::PUBLIC_KEY] {
            for handle in self.find(&[Attribute::Class(class), id.attribute()])? {
                self.destroy(handle)?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    pub(super) fn find(&self, template: &[Attribute]) -> Result<Vec<ObjectHandle>, TokenError> {
        self.session.find_objects(template).map_err(|error| TokenError::from_answer(Doing::Reading, error))
    }

    pub(super) fn attributes(
        &self,
        handle: ObjectHandle,
        kinds: &[AttributeType],
    ) -> Result<Vec<Attribute>, TokenError> {
        let answer = self.session.get_attributes(handle, kinds);
        answer.map_err(|error| TokenError::from_answer(Doing::Reading, error))
    }

    fn destroy(&self, handle: ObjectHandle) -> Result<(), TokenError> {
        self.session.destroy_object(handle).map_err(|error| TokenError::from_answer(Doing::Removing, error))
    }
}

/// What a certificate object is made from (PKCS #11 2.40, 4.6.3).
fn template(id: &ObjectId, label: &str, der: &[u8]) -> Option<Vec<Attribute>> {
    const INTEGER: Tag = Tag::known(0x02);
    let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    Some(vec![
        Attribute::Class(ObjectClass::CERTIFICATE),
        Attribute::CertificateType(CertificateType::X_509),
        Attribute::Token(true),
        Attribute::Private(false),
        id.attribute(),
        Attribute::Label(label.as_bytes().to_vec()),
        Attribute::Subject(certificate.subject().as_raw().to_vec()),
        Attribute::Issuer(certificate.issuer().as_raw().to_vec()),
        Attribute::SerialNumber(Writer::new().put(INTEGER, certificate.raw_serial()).finish()),
        Attribute::Value(der.to_vec()),
    ])
}

/// Which half a certificate is, and from when it is valid. Total: what is no certificate is neither half.
/// Which half of the pair a certificate (DER) is; `None` when it is neither, or cannot be read.
#[must_use]
pub fn half_of(der: &[u8], settings: &MiddlewareSettings) -> Option<CertificateSlot> {
    judged(der, settings).0
}

fn judged(der: &[u8], settings: &MiddlewareSettings) -> (Option<CertificateSlot>, i64) {
    match x509_parser::parse_x509_certificate(der) {
        Ok((_, certificate)) => (half(&certificate, settings), certificate.validity().not_before.timestamp()),
        Err(_) => (None, i64::MIN),
    }
}

/// The issuer tells first, as the profile names it: the NHS has one for each half (`facts/nhs.md` 2.3). Where it does
/// not, what the certificate is for tells: content commitment is signing, anything else that signs is authentication.
fn half(certificate: &X509Certificate<'_>, settings: &MiddlewareSettings) -> Option<CertificateSlot> {
    let issuer = certificate.issuer().iter_common_name().next().and_then(|name| name.as_str().ok()).unwrap_or_default();
    let named = |names: &[String]| names.iter().any(|name| issuer.contains(name.as_str()));
    match (named(&settings.authentication_issuers), named(&settings.signing_issuers)) {
        (true, false) => return Some(CertificateSlot::Authentication),
        (false, true) => return Some(CertificateSlot::Signing),
        _ => {}
    }
    let usage = certificate.key_usage().ok().flatten()?.value;
    if usage.non_repudiation() {
        Some(CertificateSlot::Signing)
    } else {
        usage.digital_signature().then_some(CertificateSlot::Authentication)
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair, KeyUsagePurpose};

    use super::*;

    fn settings() -> MiddlewareSettings {
        let names = |name: &str| vec![name.to_owned()];
        MiddlewareSettings {
            authentication_issuers: names("Authentication"),
            signing_issuers: names("Signing"),
            authentication_label: "A".into(),
            signing_label: "S".into(),
        }
    }

    fn certificate(issuer: &str, usages: Vec<KeyUsagePurpose>) -> Vec<u8> {
        let key = KeyPair::generate().expect("a key");
        let mut authority = CertificateParams::default();
        authority.distinguished_name.push(DnType::CommonName, issuer);
        let authority = rcgen::Issuer::new(authority, KeyPair::generate().expect("a key"));
        let mut params = CertificateParams::default();
        params.key_usages = usages;
        params.signed_by(&key, &authority).expect("a certificate").der().to_vec()
    }

    #[test]
    fn the_halves_are_told_apart_by_issuer_and_then_by_what_they_are_for() {
        use CertificateSlot::{Authentication, Signing};
        use KeyUsagePurpose::{ContentCommitment, DigitalSignature, KeyEncipherment};
        let of = |issuer, usages| judged(&certificate(issuer, usages), &settings()).0;
        assert_eq!(of("NHS Authentication G2", vec![ContentCommitment]), Some(Authentication));
        assert_eq!(of("NHS Signing G2", vec![DigitalSignature]), Some(Signing));
        assert_eq!(of("NHS Level 1D", vec![DigitalSignature, ContentCommitment]), Some(Signing));
        assert_eq!(of("NHS Level 1D", vec![DigitalSignature]), Some(Authentication));
        assert_eq!(of("NHS Level 1D", vec![KeyEncipherment]), None);
        assert_eq!(of("NHS Level 1D", vec![]), None);
    }

    #[test]
    fn what_is_no_certificate_is_neither_half_and_is_not_written() {
        let der = certificate("NHS Signing G2", vec![]);
        let id = ObjectId::new(vec![7]).expect("one byte");
        assert!(template(&id, "S", &der).is_some());
        for cut in 0..der.len() {
            let piece = der.get(..cut).expect("shorter");
            assert_eq!(judged(piece, &settings()), (None, i64::MIN), "cut at {cut}");
            assert!(template(&id, "S", piece).is_none());
        }
    }

    #[test]
    fn an_identifier_is_never_empty_and_belongs_to_one_job_and_half() {
        assert_eq!(ObjectId::new(Vec::new()), None);
        let job = |byte| JobId::from_random([byte; 16]);
        let of = |byte, slot| ObjectId::of_job(&job(byte), slot);
        assert_eq!(of(1, CertificateSlot::Signing), of(1, CertificateSlot::Signing));
        assert_ne!(of(1, CertificateSlot::Signing), of(1, CertificateSlot::Authentication));
        assert_ne!(of(1, CertificateSlot::Signing), of(2, CertificateSlot::Signing));
        assert_eq!(of(1, CertificateSlot::Signing).as_bytes().len(), IDENTIFIER);
    }
}
