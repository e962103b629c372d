//! The training certificate authorities: a root, one for authentication, one for signing, as in the NHS hierarchy
//! (`facts/nhs.md` 2.3), with TRAINING in every subject.

use std::path::Path;

use aws_lc_rs::signature::{ECDSA_P384_SHA384_ASN1, VerificationAlgorithm};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CrlDistributionPoint, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P384_SHA384,
    RevocationReason, RevokedCertParams, SerialNumber, SubjectPublicKeyInfo,
};
use time::{Duration, OffsetDateTime};
use x509_parser::pem::Pem;

use super::{GatewayError, private_file, problem::Fault, public_key::CardKey, random};
use crate::domain::{CertificateSlot, HolderId, Secret};

/// A revocation list is worth asking for again after this time (`facts/backend.md` 4.3).
const CRL_LIFE: Duration = Duration::hours(1);

/// Workstation clocks may be behind the gateway's by this much and still find a new certificate valid.
const CLOCK_TOLERANCE: Duration = Duration::minutes(5);

/// Microsoft's smartcard logon purpose (1.3.6.1.4.1.311.20.2.2), without which Windows does not offer the card at sign-in.
const SMARTCARD_LOGON: [u64; 10] = [1, 3, 6, 1, 4, 1, 311, 20, 2, 2];

/// RFC 5280, 5.3.1: on hold.
pub const HOLD: i64 = 6;
/// RFC 5280, 5.3.1: no longer operated; the reason for certificates whose card never took them.
pub const CESSATION: i64 = 5;
/// RFC 5280, 5.3.1: the keys may be in somebody else's hands.
pub const KEY_COMPROMISE: i64 = 1;
/// RFC 5280, 5.3.1: replaced by others.
pub const SUPERSEDED: i64 = 4;

/// One authority.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    der: Vec<u8>,
}

/// The three.
pub struct Authorities {
    /// Signs the other two and nothing else.
    pub root: Authority,
    /// Signs certificates for slot 9A.
    pub authentication: Authority,
    /// Signs certificates for slot 9C.
    pub signing: Authority,
}

/// A certificate on a revocation list.
pub struct Revoked {
    /// Its serial number.
    pub serial_number: Vec<u8>,
    /// Since when.
    pub since: OffsetDateTime,
    /// Reason code of RFC 5280, 5.3.1.
    pub reason: i64,
}

/// What a certificate is to an authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Made by it, for signing in, and valid now.
    Good,
    /// It names another issuer.
    OtherIssuer,
    /// It names this issuer, whose signature it does not carry.
    Forged,
    /// Made by it for something else than signing in.
    OtherPurpose,
    /// Valid from then on.
    NotYet(OffsetDateTime),
    /// Valid until then.
    Expired(OffsetDateTime),
    /// The authority's own certificate is not valid now.
    IssuerExpired,
}

impl Shown {
    /// Whether the authority made it.
    pub fn is_ours(self) -> bool {
        !matches!(self, Self::OtherIssuer | Self::Forged)
    }
}

/// A certificate just made.
pub struct Made {
    /// DER.
    pub der: Vec<u8>,
    /// Serial number.
    pub serial_number: [u8; 16],
}

impl Authorities {
    /// Reads the three from the folder; makes them when there are none.
    pub fn open(folder: &Path, now: OffsetDateTime) -> Result<Self, GatewayError> {
        let root = Authority::open(&folder.join("root-authority.pem"), "Root Authority", None, now)?;
        let authentication =
            Authority::open(&folder.join("authentication-authority.pem"), "Authentication", Some(&root), now)?;
        let signing = Authority::open(&folder.join("signing-authority.pem"), "Signing", Some(&root), now)?;
        Ok(Self { root, authentication, signing })
    }

    /// The issuer of this slot's certificates.
    pub fn of(&self, slot: CertificateSlot) -> &Authority {
        match slot {
            CertificateSlot::Authentication => &self.authentication,
            CertificateSlot::Signing => &self.signing,
        }
    }

    /// Issuers first, root last.
    pub fn chain_pem(&self) -> String {
        [&self.authentication, &self.signing, &self.root].map(|authority| pem("CERTIFICATE", &authority.der)).concat()
    }
}

impl Authority {
    fn open(path: &Path, role: &str, parent: Option<&Self>, now: OffsetDateTime) -> Result<Self, GatewayError> {
        let damaged = |reason: String| GatewayError::KeyFile { path: path.to_owned(), reason };
        let failed = |error: rcgen::Error| damaged(error.to_string());
        let file = private_file::read_or_make(path, || {
            let key = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).map_err(failed)?;
            let params = authority_params(role, parent.is_none(), now);
            let certificate = match parent {
                None => params.self_signed(&key),
                Some(parent) => params.signed_by(&key, &parent.issuer),
            };
            let text = format!("{}{}", certificate.map_err(failed)?.pem(), key.serialize_pem());
            Ok(Secret::new(text.into_bytes()))
        })?;
        let mut der = None;
        let mut key = None;
        for block in Pem::iter_from_buffer(file.expose()) {
            let block = block.map_err(|error| damaged(error.to_string()))?;
            match block.label.as_str() {
                "CERTIFICATE" => der = Some(block.contents),
                "PRIVATE KEY" => {
                    let contents = block.contents.as_slice().into();
                    key = Some(
                        KeyPair::from_pkcs8_der_and_sign_algo(&contents, &PKCS_ECDSA_P384_SHA384).map_err(failed)?,
                    );
                }
                _ => {}
            }
        }
        let (Some(der), Some(key)) = (der, key) else {
            return Err(damaged("it holds no certificate and key".to_owned()));
        };
        let issuer = Issuer::from_ca_cert_der(&der.as_slice().into(), key).map_err(failed)?;
        Ok(Self { issuer, der })
    }

    /// Certifies a card's key. The subject comes from the record alone; nothing of the request but the key is used.
    pub fn certify(
        &self,
        slot: CertificateSlot,
        holder: &HolderId,
        key: &CardKey,
        crl_url: String,
        now: OffsetDateTime,
    ) -> Result<Made, Fault> {
        let failed = |error: rcgen::Error| Fault::internal(&format!("certificate: {error}"));
        let mut serial_number: [u8; 16] = random::bytes()?;
        // Positive, and always sixteen bytes long (RFC 5280, 4.1.2.2).
        serial_number[0] = serial_number[0] & 0x7F | 0x40;
        let mut params = CertificateParams::default();
        params.serial_number = Some(SerialNumber::from_slice(&serial_number));
        params.not_before = now - CLOCK_TOLERANCE;
        params.not_after = three_years_after(now);
        params.distinguished_name = subject(&format!("{holder} TRAINING"));
        params.is_ca = IsCa::ExplicitNoCa;
        params.use_authority_key_identifier_extension = true;
        params.crl_distribution_points = vec![CrlDistributionPoint { uris: vec![crl_url] }];
        match slot {
            CertificateSlot::Authentication => {
                params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
                params.extended_key_usages =
                    vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::Other(SMARTCARD_LOGON.to_vec())];
            }
            CertificateSlot::Signing => {
                params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
            }
        }
        let key = SubjectPublicKeyInfo::from_der(key.spki()).map_err(failed)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(failed)?;
        Ok(Made { der: certificate.der().to_vec(), serial_number })
    }

    /// What a certificate (DER) is to this authority; `None` when it is none.
    pub fn shows(&self, der: &[u8], now: OffsetDateTime) -> Option<Shown> {
        let (rest, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
        let (_, own) = x509_parser::parse_x509_certificate(&self.der).ok()?;
        if !rest.is_empty() {
            return None;
        }
        if certificate.issuer().as_raw() != own.subject().as_raw() {
            return Some(Shown::OtherIssuer);
        }
        // The authorities' keys are P-384, and sign with SHA-384.
        let signed = ECDSA_P384_SHA384_ASN1.verify_sig(
            &own.tbs_certificate.subject_pki.subject_public_key.data,
            certificate.tbs_certificate.as_ref(),
            &certificate.signature_value.data,
        );
        if signed.is_err() {
            return Some(Shown::Forged);
        }
        let may_sign_in = certificate.extended_key_usage().ok()?.is_some_and(|usage| usage.value.client_auth)
            && certificate.key_usage().ok()?.is_some_and(|usage| usage.value.digital_signature());
        if !may_sign_in {
            return Some(Shown::OtherPurpose);
        }
        let (from, until) = (certificate.validity().not_before, certificate.validity().not_after);
        let is_outside = |validity: &x509_parser::certificate::Validity| {
            now < validity.not_before.to_datetime() || now > validity.not_after.to_datetime()
        };
        Some(match () {
            () if now < from.to_datetime() => Shown::NotYet(from.to_datetime()),
            () if now > until.to_datetime() => Shown::Expired(until.to_datetime()),
            () if is_outside(own.validity()) => Shown::IssuerExpired,
            () => Shown::Good,
        })
    }

    /// The revocation list, DER.
    pub fn crl(&self, number: u64, revoked: &[Revoked], now: OffsetDateTime) -> Result<Vec<u8>, Fault> {
        let list = CertificateRevocationListParams {
            this_update: now - CLOCK_TOLERANCE,
            next_update: now + CRL_LIFE,
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs: revoked
                .iter()
                .map(|entry| RevokedCertParams {
                    serial_number: SerialNumber::from_slice(&entry.serial_number),
                    revocation_time: entry.since,
                    reason_code: Some(match entry.reason {
                        HOLD => RevocationReason::CertificateHold,
                        SUPERSEDED => RevocationReason::Superseded,
                        CESSATION => RevocationReason::CessationOfOperation,
                        _ => RevocationReason::Unspecified,
                    }),
                    invalidity_date: None,
                })
                .collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let list =
            list.signed_by(&self.issuer).map_err(|error| Fault::internal(&format!("revocation list: {error}")))?;
        Ok(list.der().to_vec())
    }
}

fn subject(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CountryName, "GB");
    name.push(DnType::OrganizationName, "nhs");
    name.push(DnType::OrganizationalUnitName, "TRAINING");
    name.push(DnType::CommonName, common_name);
    name
}

fn authority_params(role: &str, root: bool, now: OffsetDateTime) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = subject(&format!("TRAINING {role}"));
    // Below the root stand issuers, below an issuer only cards.
    params.is_ca = IsCa::Ca(if root { BasicConstraints::Constrained(1) } else { BasicConstraints::Constrained(0) });
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = now - Duration::DAY;
    params.not_after = now + Duration::days(if root { 20 * 365 } else { 10 * 365 });
    params.use_authority_key_identifier_extension = !root;
    params
}

/// The same day three years on (`facts/nhs.md` 2.3); from 29 February the 28th.
fn three_years_after(now: OffsetDateTime) -> OffsetDateTime {
    let year = now.year() + 3;
    now.replace_year(year).or_else(|_| (now - Duration::DAY).replace_year(year)).unwrap_or(now + Duration::days(1095))
}

/// PEM text of one block.
pub fn pem(label: &str, der: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let body = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in body.as_bytes().chunks(64) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
    }
    text + "-----END " + label + "-----\n"
}
