//! Does this card work? After its passcode, sent once, its key signs what nobody could have known before; the signature
//! has to be of the certificate beside it, and that certificate one of the good pair the service has on record.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
    VerificationAlgorithm,
};
use x509_parser::oid_registry::{OID_EC_P256, OID_NIST_EC_P384, OID_PKCS1_RSAENCRYPTION, Oid};

use super::{common::Common, reader::ReaderDesk, recognise::patiently};
use crate::{
    bench::event::{Trouble, WorkEnd},
    card::{
        algorithm::KeyAlgorithm,
        piv::{ObjectName, Piv, PivError, Tries, certificate_in},
        reader::{Access, ReaderError},
        recognise::{self, NotRecognised},
        transport::{ExchangeRecord, TransportError, layered},
    },
    cis2::{Service, ServiceError},
    domain::{CardSerial, CardState, CertificateSlot, Passcode, sha256_hex},
};

/// Bytes that are signed.
const CHALLENGE: usize = 32;

/// Why a card did not pass.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error("{0}")]
    Reader(#[from] ReaderError),
    #[error("{0}")]
    NotRecognised(#[from] NotRecognised),
    #[error("{0}")]
    Piv(#[from] PivError),
    #[error("{0}")]
    Transport(#[from] TransportError),
    #[error("{0}")]
    Service(#[from] ServiceError),
    #[error("this computer gave no randomness ({0}): restart it and try again")]
    Randomness(getrandom::Error),
    #[error("another card is in the reader now ({0}): look at it again")]
    Swapped(CardSerial),
    #[error("there is no certificate to sign in with on the card that can be read: repair it")]
    NoCertificate,
    #[error("the passcode of the card is locked, so none was sent to it: unlock it")]
    Locked,
    #[error("the card's key does not fit the certificate beside it: repair the card")]
    KeyDoesNotFit,
    #[error("the certificate on the card is not one the service has as good: repair the card")]
    NotOnRecord,
    #[error("the service does not count this card as one in use: look at it again")]
    NotInUse,
}

/// Tries a card with its passcode.
pub fn try_card(common: &Common, reader: &ReaderDesk, serial: &CardSerial, passcode: &Passcode) -> WorkEnd {
    match tried(common, reader, serial, passcode) {
        Ok(()) => WorkEnd::Done { queued: None },
        Err(Failed::Service(error)) => WorkEnd::NotBegun(Trouble::from(&error)),
        Err(failed) => WorkEnd::NotBegun(Trouble::unchanged(failed.to_string())),
    }
}

fn tried(common: &Common, reader: &ReaderDesk, serial: &CardSerial, passcode: &Passcode) -> Result<(), Failed> {
    // The service is asked first: one that does not answer costs no try.
    let record = common.workplace.service.card(serial)?;
    if record.state != CardState::Active {
        return Err(Failed::NotInUse);
    }
    let bench = &common.workplace.bench;
    let mut challenge = [0; CHALLENGE];
    getrandom::fill(&mut challenge).map_err(Failed::Randomness)?;
    // Opening is repeated while something else holds the card; from there on everything is done once.
    let in_use = |error: &ReaderError| matches!(error, ReaderError::InUse { .. });
    let mut connection = patiently(reader, in_use, || bench.readers.connect(&reader.name, Access::Exclusive))?;
    let atr = connection.atr().to_vec();
    let mut signed = None;
    let begun = connection.transact(&mut |card| {
        if signed.is_some() {
            return;
        }
        let (link, exchanges) = (recognise::link(), ExchangeRecord::default());
        let mut card = layered(card, &link, &exchanges);
        signed = Some(recognise::recognise(&mut card, &atr, &bench.profiles).map_err(Failed::from).and_then(|known| {
            if known.serial != *serial {
                return Err(Failed::Swapped(known.serial));
            }
            sign(&mut Piv::select(&mut card, &known.profile)?, passcode, &challenge)
        }));
    });
    begun?;
    let (certificate, signature) = signed.ok_or(Failed::NoCertificate)??;
    if !fits(&certificate, &challenge, &signature) {
        return Err(Failed::KeyDoesNotFit);
    }
    let good = record.good_pair.as_ref().is_some_and(|[authentication, _]| *authentication == sha256_hex(&certificate));
    if good { Ok(()) } else { Err(Failed::NotOnRecord) }
}

/// The certificate of the authentication key, and that key's signature.
fn sign(piv: &mut Piv<'_>, passcode: &Passcode, challenge: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Failed> {
    let slot = CertificateSlot::Authentication;
    let object = piv.get_object(ObjectName::certificate(slot))?.unwrap_or_default();
    let certificate = certificate_in(&object).ok().flatten().ok_or(Failed::NoCertificate)?.to_vec();
    let algorithm = algorithm_of(&certificate).ok_or(Failed::NoCertificate)?;
    if piv.passcode_tries()? == Tries::Left(0) {
        return Err(Failed::Locked);
    }
    piv.verify(passcode)?;
    let signature = piv.sign(slot, algorithm, challenge)?;
    Ok((certificate, signature))
}

/// The kind of key a certificate is for; `None` when it is one no card has.
fn algorithm_of(certificate: &[u8]) -> Option<KeyAlgorithm> {
    let (_, certificate) = x509_parser::parse_x509_certificate(certificate).ok()?;
    let kind = &certificate.tbs_certificate.subject_pki.algorithm;
    if kind.algorithm == OID_PKCS1_RSAENCRYPTION {
        return Some(KeyAlgorithm::Rsa2048);
    }
    let curve = kind.parameters.as_ref().and_then(|parameters| Oid::try_from(parameters).ok())?;
    if curve == OID_EC_P256 {
        Some(KeyAlgorithm::P256)
    } else if curve == OID_NIST_EC_P384 {
        Some(KeyAlgorithm::P384)
    } else {
        None
    }
}

/// Whether the signature is of the key this certificate is for. Total: what is no certificate fits nothing.
fn fits(certificate: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let algorithm: &'static dyn VerificationAlgorithm = match algorithm_of(certificate) {
        Some(KeyAlgorithm::Rsa2048) => &RSA_PKCS1_2048_8192_SHA256,
        Some(KeyAlgorithm::P256) => &ECDSA_P256_SHA256_ASN1,
        Some(KeyAlgorithm::P384) => &ECDSA_P384_SHA384_ASN1,
        None => return false,
    };
    let Ok((_, certificate)) = x509_parser::parse_x509_certificate(certificate) else { return false };
    let key = &certificate.tbs_certificate.subject_pki.subject_public_key.data;
    UnparsedPublicKey::new(algorithm, key).verify(message, signature).is_ok()
}
