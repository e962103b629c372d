//! A card signs its holder in: its passcode once, a challenge of the gateway, a signature of its authentication key.
//!
//! Nothing on the card is changed but the count of tries, so it is no job and the journal has no part in it. It serves the
//! officer who signs in with a card, the holder who helps themselves, and the question whether a card works.

use x509_parser::oid_registry::{OID_EC_P256, OID_NIST_EC_P384, OID_PKCS1_RSAENCRYPTION, Oid};

use super::{
    card_work::{card_contents, sign_with},
    error::OperationError,
    pocket::{CardSession, Reach},
    runner::Desk,
};
use crate::{
    card::{
        algorithm::KeyAlgorithm,
        piv::{ObjectName, Piv, PivError, Tries, certificate_in},
        pkcs11::TokenError,
        profile::CardProfile,
        recognise::NotRecognised,
        transport::{TransportError, layered},
    },
    cis2::wire::{Base64, CardAnswer, CardAuthenticated},
    domain::{CardSerial, CertificateSlot, Passcode, PasscodeRules, Series},
};

/// Why a card does not sign in, before the gateway is asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthenticationFault {
    /// Its passcode is locked.
    #[error(
        "the passcode of this card is locked after too many wrong tries, so nothing was sent to the card: have it unlocked \
         at the Registration Authority desk, or with a code where that is offered"
    )]
    Locked,
    /// The passcode was wrong.
    #[error("{}", wrong_words(*.tries_left))]
    WrongPasscode {
        /// Tries the card has left; `None` when it does not tell.
        tries_left: Option<u8>,
    },
    /// There is no certificate to sign in with.
    #[error(
        "there is no certificate on this card to sign in with, so no passcode was sent to it: take it to the Registration \
         Authority desk, which can issue or repair it"
    )]
    NoCertificate,
    /// The certificate cannot be read.
    #[error(
        "the certificate on this card is damaged, so no passcode was sent to it: take it to the Registration Authority \
         desk, which can repair it"
    )]
    Damaged,
    /// The card does not sign.
    #[error("the card does not sign ({0}): take it to the Registration Authority desk, which can repair it")]
    NotSigned(PivError),
    /// It was taken out while it was asked.
    #[error(
        "the card was taken out before it had signed, so nobody was signed in and nothing was written to it: put it back and \
         begin again; how many tries its passcode has left is told then"
    )]
    TakenOut,
}

fn wrong_words(left: Option<u8>) -> String {
    match left {
        Some(0) => "this is not the passcode of the card, and it is locked now: have it unlocked".to_owned(),
        Some(1) => {
            "this is not the passcode of the card: one try is left, and after another wrong one it is locked".to_owned()
        }
        Some(left) => format!("this is not the passcode of the card: {left} tries are left. It was tried once"),
        None => "this is not the passcode of the card. It was tried once; the card does not say how many are left"
            .to_owned(),
    }
}

/// A card that can sign in once its passcode is known. It stays open.
pub struct CardToAuthenticate {
    /// The reader it is in.
    pub reader: String,
    /// Its serial.
    pub serial: CardSerial,
    /// Its series, as recognised.
    pub series: Series,
    /// Its profile.
    pub profile: CardProfile,
    /// Tries left of its passcode, as the card itself says; `None` when it does not tell.
    pub tries_left: Option<u8>,
    /// Its authentication certificate, DER.
    pub certificate: Vec<u8>,
    algorithm: KeyAlgorithm,
    pub(super) session: CardSession,
}

impl CardToAuthenticate {
    /// What a passcode of this card looks like.
    #[must_use]
    pub fn rules(&self) -> PasscodeRules {
        self.profile.passcode.rules()
    }

    /// Commands sent to the card so far, recognition included.
    #[must_use]
    pub fn apdus(&self) -> u64 {
        self.session.record.count()
    }
}

/// A card that signed its holder in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticated {
    /// The reader it is in.
    pub reader: String,
    /// Whose card it is, and the proof for a sign-in.
    pub card: CardAuthenticated,
    /// Commands sent to the card, recognition included.
    pub apdus: u64,
}

impl Desk<'_> {
    /// Finds the card that is to sign in and whether it can: a card without certificate or with a locked passcode is
    /// refused here, before anybody types.
    ///
    /// # Errors
    /// Why the card cannot sign in. Nothing was sent to it but questions.
    pub fn prepare_authentication(&self, reader: Option<&str>) -> Result<CardToAuthenticate, OperationError> {
        let reader = self.choose_reader(reader)?;
        let (mut session, card) = self.open_card(&reader).map_err(taken_out)?;
        let profile = card.profile;
        let (certificate, tries) = match &session.reach {
            Reach::Middleware(_) => {
                let contents = card_contents(&mut session, &profile, &card.serial, None)?;
                let found = contents.certificate(CertificateSlot::Authentication).map(<[u8]>::to_vec);
                let tries = contents.tries_left.map_or(Tries::Unknown, Tries::Left);
                (found.ok_or(AuthenticationFault::NoCertificate)?, tries)
            }
            Reach::Commands(_) => {
                let (object, tries) = on_card(&mut session, &profile, |piv| {
                    let object = piv.get_object(ObjectName::certificate(CertificateSlot::Authentication))?;
                    Ok((object, piv.passcode_tries()?))
                })
                .map_err(taken_out)?;
                let object = object.ok_or(AuthenticationFault::NoCertificate)?;
                let certificate = certificate_in(&object).ok().flatten().ok_or(AuthenticationFault::Damaged)?;
                (certificate.to_vec(), tries)
            }
        };
        let algorithm = algorithm_of(&certificate).ok_or(AuthenticationFault::Damaged)?;
        let tries_left = match tries {
            Tries::Left(0) => return Err(AuthenticationFault::Locked.into()),
            Tries::Left(left) => Some(left),
            Tries::Verified | Tries::Unknown => None,
        };
        let series = profile.series;
        Ok(CardToAuthenticate {
            reader,
            serial: card.serial,
            series,
            profile,
            tries_left,
            certificate,
            algorithm,
            session,
        })
    }

    /// Lets the card sign in. The passcode is sent once; a gateway that does not answer costs no try, because it is asked
    /// first.
    ///
    /// # Errors
    /// The passcode is wrong, the card does not sign, or the gateway does not accept the card, and which check failed.
    pub fn authenticate(&self, card: CardToAuthenticate, passcode: &Passcode) -> Result<Authenticated, OperationError> {
        passcode.fits(card.rules())?;
        let CardToAuthenticate { reader, serial, series, profile, certificate, algorithm, mut session, .. } = card;
        let challenge = self.service.card_challenge()?.challenge;
        let slot = CertificateSlot::Authentication;
        let signed = match &session.reach {
            Reach::Middleware(reached) => {
                let key = (certificate.as_slice(), algorithm);
                let signed = sign_with(reached, (&profile, &serial), key, &challenge.0, passcode);
                signed.map_err(|error| told_by_middleware(&profile, error))
            }
            Reach::Commands(_) => on_card(&mut session, &profile, |piv| {
                // Another program may have used tries up since the card was looked at.
                if piv.passcode_tries()? == Tries::Left(0) {
                    return Err(PivError::PasscodeBlocked);
                }
                // It was not locked a moment ago: this try was the last.
                piv.verify(passcode).map_err(|error| match error {
                    PivError::PasscodeBlocked => PivError::WrongPasscode { tries_left: Some(0) },
                    other => other,
                })?;
                piv.sign(slot, algorithm, &challenge.0)
            })
            .map_err(told),
        };
        let signature = Base64(signed?);
        let answer = CardAnswer {
            challenge,
            certificate: Base64(certificate),
            signature,
            serial,
            series,
            client_software: self.software.clone(),
        };
        let card = self.service.authenticate_card(&answer)?;
        Ok(Authenticated { reader, card, apdus: session.record.count() })
    }
}

/// Faults of the card that have words of their own here.
pub(super) fn told(error: OperationError) -> OperationError {
    match taken_out(error) {
        OperationError::NotRecognised(NotRecognised::Piv(piv)) => match piv {
            PivError::PasscodeBlocked => AuthenticationFault::Locked.into(),
            PivError::WrongPasscode { tries_left } => AuthenticationFault::WrongPasscode { tries_left }.into(),
            PivError::Transport(error) => OperationError::Card(error),
            other => AuthenticationFault::NotSigned(other).into(),
        },
        other => other,
    }
}

/// A card that is gone is told in words of its own: no job was begun, so there is none to resume.
fn taken_out(error: OperationError) -> OperationError {
    match error {
        OperationError::Card(TransportError::Removed)
        | OperationError::NotRecognised(NotRecognised::Piv(PivError::Transport(TransportError::Removed))) => {
            AuthenticationFault::TakenOut.into()
        }
        other => other,
    }
}

/// The same for what the middleware of a card says.
pub(super) fn told_by_middleware(profile: &CardProfile, error: TokenError) -> OperationError {
    match error {
        TokenError::PasscodeLocked => AuthenticationFault::Locked.into(),
        TokenError::WrongPasscode { standing } => {
            let tries_left = match standing.tries() {
                Tries::Left(left) => Some(left),
                Tries::Verified | Tries::Unknown => None,
            };
            AuthenticationFault::WrongPasscode { tries_left }.into()
        }
        error => NotRecognised::Middleware { name: profile.name.clone(), series: profile.series, error }.into(),
    }
}

/// One transaction with the card's application, selected anew.
pub(super) fn on_card<R>(
    session: &mut CardSession,
    profile: &CardProfile,
    work: impl FnOnce(&mut Piv<'_>) -> Result<R, PivError>,
) -> Result<R, OperationError> {
    let (mut work, mut answer) = (Some(work), None);
    let (link, record) = (&session.link, &session.record);
    // A card that is reached through middleware has no such application to offer.
    let Reach::Commands(connection) = &mut session.reach else {
        return Err(OperationError::NotRecognised(PivError::NoApplication.into()));
    };
    let begun = connection.transact(&mut |card| {
        let Some(work) = work.take() else { return };
        let mut card = layered(card, link, record);
        answer = Some(Piv::select(&mut card, profile).and_then(|mut piv| work(&mut piv)));
    });
    begun.map_err(OperationError::Card)?;
    let answer = answer.ok_or(OperationError::NoCard)?;
    answer.map_err(|error| OperationError::NotRecognised(error.into()))
}

/// The kind of key a certificate is for; `None` when it is one no card has.
fn algorithm_of(certificate: &[u8]) -> Option<KeyAlgorithm> {
    let (_, certificate) = x509_parser::parse_x509_certificate(certificate).ok()?;
    let algorithm = &certificate.tbs_certificate.subject_pki.algorithm;
    if algorithm.algorithm == OID_PKCS1_RSAENCRYPTION {
        return Some(KeyAlgorithm::Rsa2048);
    }
    let curve = algorithm.parameters.as_ref().and_then(|parameters| Oid::try_from(parameters).ok())?;
    match () {
        () if curve == OID_EC_P256 => Some(KeyAlgorithm::P256),
        () if curve == OID_NIST_EC_P384 => Some(KeyAlgorithm::P384),
        () => None,
    }
}
