//! What is wrong with a card, worked out from what was read of it and what the service knows: nothing is asked here.

use std::fmt;

use serde::Serialize;
use time::OffsetDateTime;

pub use crate::card::recognise::{CardContents, ObjectRead};
use crate::{
    cis2::wire::CardRecord,
    domain::{CardState, CertificateSlot, sha256_hex},
};

/// One thing that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case", tag = "finding")]
pub enum Finding {
    /// There is no certificate.
    CertificateMissing {
        /// Which.
        slot: CertificateSlot,
    },
    /// What is there is no certificate that can be read.
    CertificateDamaged {
        /// Which.
        slot: CertificateSlot,
    },
    /// It is another one than the service made for this card, or one that the service revoked.
    CertificateNotOnRecord {
        /// Which.
        slot: CertificateSlot,
    },
    /// Its last day is over.
    CertificateExpired {
        /// Which.
        slot: CertificateSlot,
    },
    /// The key does not fit the certificate beside it: seen only where the holder typed their passcode.
    KeyDoesNotFit {
        /// Which.
        slot: CertificateSlot,
    },
    /// There is no identifier, which Windows knows the card by.
    IdentifierMissing,
    /// The identifier cannot be read.
    IdentifierUnreadable,
    /// The passcode is locked after too many wrong tries.
    PasscodeLocked,
    /// An earlier job on the card was cut off in the middle.
    HalfWritten,
}

impl Finding {
    /// Whether the pair of certificates does not work because of it.
    #[must_use]
    pub fn is_of_the_pair(&self) -> bool {
        match self {
            Self::CertificateMissing { .. }
            | Self::CertificateDamaged { .. }
            | Self::CertificateNotOnRecord { .. }
            | Self::CertificateExpired { .. }
            | Self::KeyDoesNotFit { .. }
            | Self::HalfWritten => true,
            Self::IdentifierMissing | Self::IdentifierUnreadable | Self::PasscodeLocked => false,
        }
    }

    /// What helps.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::CertificateExpired { .. } => "Renew the card",
            Self::PasscodeLocked => "Unlock the card",
            _ => "Repair the card",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CertificateMissing { slot } => write!(f, "The {slot} certificate is missing"),
            Self::CertificateDamaged { slot } => write!(f, "The {slot} certificate is damaged"),
            Self::CertificateNotOnRecord { slot } => {
                write!(f, "The {slot} certificate is not the one on record for this card")
            }
            Self::CertificateExpired { slot } => write!(f, "The {slot} certificate has expired"),
            Self::KeyDoesNotFit { slot } => write!(f, "The {slot} key does not fit its certificate"),
            Self::IdentifierMissing => f.write_str("The card's identifier is missing"),
            Self::IdentifierUnreadable => f.write_str("The card's identifier cannot be read"),
            Self::PasscodeLocked => f.write_str("The passcode is locked after too many wrong tries"),
            Self::HalfWritten => f.write_str("An earlier job on this card was cut off before it was whole"),
        }
    }
}

/// What is wrong with a card that should work, the gravest first; empty for a card in order.
#[must_use]
pub fn diagnose(contents: &CardContents, record: &CardRecord, now: OffsetDateTime) -> Vec<Finding> {
    let mut findings = Vec::new();
    if record.state == CardState::Unfinished {
        findings.push(Finding::HalfWritten);
    }
    for (number, slot) in CertificateSlot::BOTH.into_iter().enumerate() {
        let on_record = record.good_pair.as_ref().and_then(|pair| pair.get(number));
        findings
            .extend(contents.certificates.get(number).and_then(|read| certificate_finding(slot, read, on_record, now)));
    }
    match contents.identifier {
        ObjectRead::Missing => findings.push(Finding::IdentifierMissing),
        ObjectRead::Unreadable => findings.push(Finding::IdentifierUnreadable),
        ObjectRead::Content(_) => {}
    }
    if contents.tries_left == Some(0) {
        findings.push(Finding::PasscodeLocked);
    }
    findings
}

fn certificate_finding(
    slot: CertificateSlot,
    read: &ObjectRead,
    on_record: Option<&String>,
    now: OffsetDateTime,
) -> Option<Finding> {
    let der = match read {
        ObjectRead::Missing => return Some(Finding::CertificateMissing { slot }),
        ObjectRead::Unreadable => return Some(Finding::CertificateDamaged { slot }),
        ObjectRead::Content(der) => der,
    };
    let Ok((_, certificate)) = x509_parser::parse_x509_certificate(der) else {
        return Some(Finding::CertificateDamaged { slot });
    };
    if on_record != Some(&sha256_hex(der)) {
        return Some(Finding::CertificateNotOnRecord { slot });
    }
    (certificate.validity().not_after.to_datetime() < now).then_some(Finding::CertificateExpired { slot })
}
