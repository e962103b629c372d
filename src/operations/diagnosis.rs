//! What is wrong with a card, worked out from what was read of it and what the service knows: nothing is asked here.

use std::fmt;

use serde::Serialize;
use time::{Date, OffsetDateTime};

use super::self_service::told_by;
pub use crate::card::recognise::{CardContents, ObjectRead};
use crate::{
    card::{
        piv::{
            CardObject, ObjectName, PrintedInformation, identifier_in, is_discovery, is_picture, is_whole,
            unique_identifier_in,
        },
        profile::{CardProfile, ObjectWriting},
    },
    cis2::wire::CardRecord,
    domain::{CardIdentifier, CardState, CertificateSlot, sha256_hex},
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
    /// It names another holder than the one on record.
    CertificateOfAnotherHolder {
        /// Which.
        slot: CertificateSlot,
    },
    /// It was made by another authority than this service's.
    CertificateOfAnotherIssuer {
        /// Which.
        slot: CertificateSlot,
    },
    /// Each certificate is in the place of the other.
    CertificatesSwapped,
    /// Its last day is over.
    CertificateExpired {
        /// Which.
        slot: CertificateSlot,
    },
    /// Its first day has not come.
    CertificateNotYetValid {
        /// Which.
        slot: CertificateSlot,
    },
    /// The key does not fit the certificate beside it: seen only with a passcode of the card.
    KeyDoesNotFit {
        /// Which.
        slot: CertificateSlot,
    },
    /// There is no identifier, which Windows knows the card by.
    IdentifierMissing,
    /// The identifier cannot be read.
    IdentifierUnreadable,
    /// It is not the identifier that this card got with its certificates: Windows takes the card for another one.
    IdentifierNotOnRecord,
    /// It names another last day than the certificates.
    IdentifierOfAnotherDay,
    /// An object that is written to every such card is not there.
    ObjectMissing {
        /// Which.
        object: ObjectName,
    },
    /// It is there and not whole, or is none of its kind.
    ObjectDamaged {
        /// Which.
        object: ObjectName,
    },
    /// It says something else than is on record of card and holder.
    ObjectNotOnRecord {
        /// Which.
        object: ObjectName,
    },
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
            | Self::CertificateOfAnotherHolder { .. }
            | Self::CertificateOfAnotherIssuer { .. }
            | Self::CertificatesSwapped
            | Self::CertificateExpired { .. }
            | Self::CertificateNotYetValid { .. }
            | Self::KeyDoesNotFit { .. }
            | Self::HalfWritten => true,
            Self::IdentifierMissing
            | Self::IdentifierUnreadable
            | Self::IdentifierNotOnRecord
            | Self::IdentifierOfAnotherDay
            | Self::ObjectMissing { .. }
            | Self::ObjectDamaged { .. }
            | Self::ObjectNotOnRecord { .. }
            | Self::PasscodeLocked => false,
        }
    }

    /// Whether time alone brought it about, or ends it.
    #[must_use]
    pub fn is_of_days(&self) -> bool {
        matches!(self, Self::CertificateExpired { .. } | Self::CertificateNotYetValid { .. })
    }

    /// Whether the card itself is damaged: neither time nor a wrong passcode does that.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        !self.is_of_days() && *self != Self::PasscodeLocked
    }

    /// What helps.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::CertificateExpired { .. } => "Renew the card",
            Self::CertificateNotYetValid { .. } => "Check the clock of this computer",
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
            Self::CertificateOfAnotherHolder { slot } => {
                write!(f, "The {slot} certificate is somebody else's, not of the holder on record")
            }
            Self::CertificateOfAnotherIssuer { slot } => {
                write!(f, "The {slot} certificate was not made by this organisation's authority")
            }
            Self::CertificatesSwapped => f.write_str("The two certificates stand in each other's place"),
            Self::CertificateExpired { slot } => write!(f, "The {slot} certificate has expired"),
            Self::CertificateNotYetValid { slot } => write!(f, "The {slot} certificate is not valid yet"),
            Self::KeyDoesNotFit { slot } => write!(f, "The {slot} key does not fit its certificate"),
            Self::IdentifierMissing => f.write_str("The card's identifier is missing"),
            Self::IdentifierUnreadable => f.write_str("The card's identifier cannot be read"),
            Self::IdentifierNotOnRecord => {
                f.write_str("The card's identifier is not the one on record: computers take it for another card")
            }
            Self::IdentifierOfAnotherDay => {
                f.write_str("The card's identifier names another last day than its certificates")
            }
            Self::ObjectMissing { object } => write!(f, "The {object} is missing on the card"),
            Self::ObjectDamaged { object } => write!(f, "The {object} on the card is damaged"),
            Self::ObjectNotOnRecord { object } => {
                write!(f, "The {object} on the card does not say what is on record of card and holder")
            }
            Self::PasscodeLocked => f.write_str("The passcode is locked after too many wrong tries"),
            Self::HalfWritten => f.write_str("An earlier job on this card was cut off before it was whole"),
        }
    }
}

/// What is wrong with a card that should work, the gravest first; empty for a card in order. Without a record only what
/// the card itself shows is judged.
#[must_use]
pub fn diagnose(contents: &CardContents, record: Option<&CardRecord>, now: OffsetDateTime) -> Vec<Finding> {
    let mut findings = Vec::new();
    if record.is_some_and(|record| record.state == CardState::Unfinished) {
        findings.push(Finding::HalfWritten);
    }
    if record.is_some_and(|record| are_swapped(contents, record)) {
        findings.push(Finding::CertificatesSwapped);
    } else {
        let judged = CertificateSlot::BOTH.into_iter().zip(&contents.certificates);
        findings.extend(judged.filter_map(|(slot, read)| certificate_finding(slot, read, record, now)));
    }
    findings.extend(identifier_finding(contents, record, &findings));
    if contents.tries_left == Some(0) {
        findings.push(Finding::PasscodeLocked);
    }
    findings
}

/// Whether each certificate is the one on record for the other half.
fn are_swapped(contents: &CardContents, record: &CardRecord) -> bool {
    let [ObjectRead::Content(authentication), ObjectRead::Content(signing)] = &contents.certificates else {
        return false;
    };
    record.good_pair.as_ref().is_some_and(|[of_authentication, of_signing]| {
        sha256_hex(authentication) == *of_signing && sha256_hex(signing) == *of_authentication
    })
}

fn certificate_finding(
    slot: CertificateSlot,
    read: &ObjectRead,
    record: Option<&CardRecord>,
    now: OffsetDateTime,
) -> Option<Finding> {
    let der = match read {
        ObjectRead::NotKept => return None,
        ObjectRead::Missing => return Some(Finding::CertificateMissing { slot }),
        ObjectRead::Unreadable => return Some(Finding::CertificateDamaged { slot }),
        ObjectRead::Content(der) => der,
    };
    let Ok((_, certificate)) = x509_parser::parse_x509_certificate(der) else {
        return Some(Finding::CertificateDamaged { slot });
    };
    if let Some(record) = record {
        let on_record = record.good_pair.as_ref().map(|[authentication, signing]| match slot {
            CertificateSlot::Authentication => authentication,
            CertificateSlot::Signing => signing,
        });
        if on_record != Some(&sha256_hex(der)) {
            let (named, _) = told_by(der);
            let another = named.is_some() && named != record.holder;
            return Some(match another {
                true => Finding::CertificateOfAnotherHolder { slot },
                false => Finding::CertificateNotOnRecord { slot },
            });
        }
    }
    let validity = certificate.validity();
    if validity.not_before.to_datetime() > now {
        return Some(Finding::CertificateNotYetValid { slot });
    }
    (validity.not_after.to_datetime() < now).then_some(Finding::CertificateExpired { slot })
}

/// The identifier must be the one that was told with the certificates, and name their last day; that day is not judged by
/// a certificate that is none of this card's.
fn identifier_finding(contents: &CardContents, record: Option<&CardRecord>, found: &[Finding]) -> Option<Finding> {
    let content = match &contents.identifier {
        ObjectRead::NotKept => return None,
        ObjectRead::Missing => return Some(Finding::IdentifierMissing),
        ObjectRead::Unreadable => return Some(Finding::IdentifierUnreadable),
        ObjectRead::Content(content) => content,
    };
    let Some(said) = unique_identifier_in(content) else { return Some(Finding::IdentifierUnreadable) };
    let on_record = record.and_then(|record| record.identifier.as_ref());
    if on_record.is_some_and(|identifier| *identifier != CardIdentifier::from_bytes(said.guid)) {
        return Some(Finding::IdentifierNotOnRecord);
    }
    if found.iter().any(|finding| finding.is_of_the_pair() && !finding.is_of_days()) {
        return None;
    }
    let certified = contents.certificate(CertificateSlot::Authentication).and_then(last_day);
    certified.is_some_and(|day| day != said.expires).then_some(Finding::IdentifierOfAnotherDay)
}

/// The last day of a certificate, DER; none of what is none.
#[must_use]
pub fn last_day(der: &[u8]) -> Option<Date> {
    told_by(der).1.map(OffsetDateTime::date)
}

/// What is wrong with other objects of a card: those that its profile has written. `printed` is what its printed
/// information must say, where that is known.
#[must_use]
pub fn of_objects(
    objects: &[(ObjectName, ObjectRead)],
    profile: &CardProfile,
    printed: Option<&PrintedInformation>,
) -> Vec<Finding> {
    let judge = |(object, read): &(ObjectName, ObjectRead)| {
        let object = *object;
        let content = match read {
            ObjectRead::NotKept => return None,
            // A card may have refused it when it was issued.
            ObjectRead::Missing if is_optional(profile, object) => return None,
            ObjectRead::Missing => return Some(Finding::ObjectMissing { object }),
            ObjectRead::Unreadable => return Some(Finding::ObjectDamaged { object }),
            ObjectRead::Content(content) => content,
        };
        let sound = match object {
            ObjectName::CardCapabilityContainer => is_whole(content) && matches!(identifier_in(content), Ok(Some(_))),
            ObjectName::Discovery => is_discovery(content),
            ObjectName::FacialImage => is_picture(content),
            _ => is_whole(content),
        };
        if !sound {
            return Some(Finding::ObjectDamaged { object });
        }
        let expected = printed.filter(|_| object == ObjectName::PrintedInformation);
        let same = |printed: &PrintedInformation| CardObject::PrintedInformation(printed.clone()).content() == *content;
        expected.is_some_and(|printed| !same(printed)).then_some(Finding::ObjectNotOnRecord { object })
    };
    objects.iter().filter_map(judge).collect()
}

/// Whether the profile lets the card refuse this object.
pub(super) fn is_optional(profile: &CardProfile, object: ObjectName) -> bool {
    let setting = match object {
        ObjectName::Discovery => profile.objects.discovery,
        ObjectName::PrintedInformation => profile.objects.printed_information,
        ObjectName::FacialImage => profile.objects.facial_image,
        _ => return false,
    };
    setting == ObjectWriting::WriteWhenAccepted
}
