//! What is wrong with a card, worked out from what was read of it and what the service knows: nothing is asked here.

use std::fmt;

use serde::Serialize;
use time::OffsetDateTime;

use crate::{
    card::piv::{ObjectName, Piv, PivError, Tries, certificate_in, guid_in},
    cis2::wire::CardRecord,
    domain::{CardState, CertificateSlot, sha256_hex},
};

/// What was read of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectRead {
    /// The card has none.
    Missing,
    /// There is something that cannot be read.
    Unreadable,
    /// Its content: for a certificate the DER.
    Content(Vec<u8>),
}

/// What anyone may read of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardContents {
    /// Certificates in the order of [`CertificateSlot::BOTH`].
    pub certificates: [ObjectRead; 2],
    /// The card holder unique identifier.
    pub identifier: ObjectRead,
    /// Tries left of the passcode; `None` where the card does not tell.
    pub tries_left: Option<u8>,
}

impl CardContents {
    /// Reads a selected card: four commands where nothing is cut in pieces.
    ///
    /// # Errors
    /// The card did not answer, or wants something unlocked first.
    pub fn read(piv: &mut Piv<'_>) -> Result<Self, PivError> {
        let mut certificates = [ObjectRead::Missing, ObjectRead::Missing];
        for (slot, place) in CertificateSlot::BOTH.into_iter().zip(&mut certificates) {
            *place = read_object(piv, ObjectName::certificate(slot), |content| {
                certificate_in(content).ok().flatten().map(<[u8]>::to_vec)
            })?;
        }
        let identifier = read_object(piv, ObjectName::CardHolderUniqueIdentifier, |content| {
            guid_in(content).ok().flatten().map(|guid| guid.to_vec())
        })?;
        let tries_left = match piv.passcode_tries()? {
            Tries::Left(left) => Some(left),
            Tries::Verified | Tries::Unknown => None,
        };
        Ok(Self { certificates, identifier, tries_left })
    }

    /// The certificate of a slot (DER), if it can be read.
    #[must_use]
    pub fn certificate(&self, slot: CertificateSlot) -> Option<&[u8]> {
        let [authentication, signing] = &self.certificates;
        let read = match slot {
            CertificateSlot::Authentication => authentication,
            CertificateSlot::Signing => signing,
        };
        if let ObjectRead::Content(der) = read { Some(der) } else { None }
    }
}

fn read_object(
    piv: &mut Piv<'_>,
    name: ObjectName,
    inside: impl FnOnce(&[u8]) -> Option<Vec<u8>>,
) -> Result<ObjectRead, PivError> {
    Ok(match piv.get_object(name) {
        Ok(None) => ObjectRead::Missing,
        Ok(Some(content)) => inside(&content).map_or(ObjectRead::Unreadable, ObjectRead::Content),
        Err(PivError::Transport(error)) => return Err(error.into()),
        Err(_) => ObjectRead::Unreadable,
    })
}

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
