//! Does this card work? Each of its keys signs for the certificate beside it, and what a card shows after its passcode
//! alone is read: by holders who ask at a workstation, before a repair, and in the middle of one.

use time::OffsetDateTime;

use super::{
    authenticate::{Authenticated, CardToAuthenticate, on_card, told, told_by_middleware},
    card_work::{card_contents, printed_information, sign_with},
    diagnosis::{self, CardContents, Finding, ObjectRead},
    error::OperationError,
    pocket::{CardSession, Reach},
    prepare::{RecertifyPreflight, closed_objects, open_objects},
    runner::Desk,
};
use crate::{
    card::{
        piv::{ObjectName, Piv, PivError, PublicKey, Tries},
        pkcs11::TokenError,
        profile::{CardProfile, Personalise},
        recognise::read_objects,
    },
    cis2::wire::{Base64, CardAnswer},
    domain::{CardSerial, CertificateSlot, Holder, Passcode},
};

/// A card that works.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// Whose it is, as the service said; what it proved is thrown away.
    pub signed_in: Authenticated,
    /// What is wrong with it all the same; none of it keeps it from working.
    pub findings: Vec<Finding>,
}

/// What each key of a card is to sign, and the key of the certificate beside it.
pub(super) struct KeyTrial {
    keys: [Option<PublicKey>; 2],
    messages: [Vec<u8>; 2],
}

/// What each key signed; none where it did not.
type Signatures = [Option<Vec<u8>>; 2];

/// Objects and what was read of each.
type Objects = Vec<(ObjectName, ObjectRead)>;

impl KeyTrial {
    /// Fresh random bytes for the key of every certificate that can be read.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn new(contents: &CardContents) -> Result<Self, OperationError> {
        let mut random = [[0; 32]; 2];
        for message in &mut random {
            getrandom::fill(message).map_err(|error| OperationError::Randomness(error.to_string()))?;
        }
        let keys = CertificateSlot::BOTH.map(|slot| contents.certificate(slot).and_then(PublicKey::from_certificate));
        Ok(Self { keys, messages: random.map(|message| message.to_vec()) })
    }

    /// Has the selected card sign with each of its keys. The passcode is sent once for each, and the second time only when
    /// it was right.
    ///
    /// # Errors
    /// The passcode is wrong or locked, or the card did not answer.
    pub fn signatures(&self, piv: &mut Piv<'_>, passcode: &Passcode) -> Result<Signatures, PivError> {
        let mut signatures = [None, None];
        for (slot, ((key, message), place)) in
            CertificateSlot::BOTH.into_iter().zip(self.keys.iter().zip(&self.messages).zip(&mut signatures))
        {
            piv.verify(passcode)?;
            let Some(key) = key else { continue };
            *place = match piv.sign(slot, key.algorithm(), message) {
                Ok(signature) => Some(signature),
                Err(PivError::Transport(error)) => return Err(error.into()),
                // A slot without a key of this kind does not fit either.
                Err(_) => None,
            };
        }
        Ok(signatures)
    }

    /// Which keys do not fit.
    pub fn judge(&self, signatures: &Signatures) -> Vec<Finding> {
        let judged = self.keys.iter().zip(&self.messages).zip(signatures);
        CertificateSlot::BOTH
            .into_iter()
            .zip(judged)
            .filter(|(_, ((key, message), signature))| {
                let fits =
                    |key: &PublicKey| signature.as_ref().is_some_and(|signature| key.verifies(message, signature));
                key.as_ref().is_some_and(|key| !fits(key))
            })
            .map(|(slot, _)| Finding::KeyDoesNotFit { slot })
            .collect()
    }

    /// Both signatures and what the card shows afterwards, in one transaction with it, or through its middleware.
    fn with_card(
        &self,
        session: &mut CardSession,
        (profile, serial): (&CardProfile, &CardSerial),
        contents: &CardContents,
        passcode: &Passcode,
        objects: &[ObjectName],
    ) -> Result<(Signatures, Objects), OperationError> {
        if let Reach::Middleware(reached) = &session.reach {
            let mut signatures = [None, None];
            for (slot, ((key, message), place)) in
                CertificateSlot::BOTH.into_iter().zip(self.keys.iter().zip(&self.messages).zip(&mut signatures))
            {
                let Some((der, key)) = contents.certificate(slot).zip(key.as_ref()) else { continue };
                let signed = sign_with(reached, (profile, serial), (der, key.algorithm()), message, passcode);
                *place = match signed {
                    Ok(signature) => Some(signature),
                    Err(error @ (TokenError::PasscodeLocked | TokenError::WrongPasscode { .. })) => {
                        return Err(told_by_middleware(profile, error));
                    }
                    Err(error) if error.is_lost() => return Err(told_by_middleware(profile, error)),
                    Err(_) => None,
                };
            }
            return Ok((signatures, Objects::new()));
        }
        on_card(session, profile, |piv| {
            // Another program may have used tries up since the card was looked at.
            if piv.passcode_tries()? == Tries::Left(0) {
                return Err(PivError::PasscodeBlocked);
            }
            // It was not locked a moment ago: this try was the last.
            let last_try = |error| match error {
                PivError::PasscodeBlocked => PivError::WrongPasscode { tries_left: Some(0) },
                other => other,
            };
            // Some cards count a passcode as used up by a signature, so what wants it is read first.
            piv.verify(passcode).map_err(last_try)?;
            let read = read_objects(piv, objects)?;
            Ok((self.signatures(piv, passcode).map_err(last_try)?, read))
        })
        .map_err(told)
    }
}

impl RecertifyPreflight {
    /// Finds out, with the passcode the holder has, whether both keys fit the certificates beside them, and reads what the
    /// card shows after its passcode alone. What is wrong is added to the diagnosis. Nothing is written to the card.
    ///
    /// # Errors
    /// The passcode is wrong or locked, and how many tries are left; or the card did not answer.
    pub fn try_keys(&mut self, passcode: &Passcode) -> Result<(), OperationError> {
        passcode.fits(self.profile.passcode.rules())?;
        let trial = KeyTrial::new(&self.contents)?;
        let mut objects = closed_objects(&self.profile);
        if self.holder.photo_sha256.is_none() {
            objects.retain(|object| *object != ObjectName::FacialImage);
        }
        let card = (&self.profile, &self.plan.serial);
        let (signatures, objects) = trial.with_card(&mut self.session, card, &self.contents, passcode, &objects)?;
        self.diagnosis.extend(trial.judge(&signatures));
        let printed = expected(&self.contents, &self.holder, &self.plan.serial);
        self.diagnosis.extend(diagnosis::of_objects(&objects, &self.profile, printed.as_ref()));
        Ok(())
    }
}

impl Desk<'_> {
    /// Does this card work? Both its keys sign, it signs in, and what it proved is thrown away.
    ///
    /// # Errors
    /// Which check failed, and what to do about it.
    pub fn try_card(&self, reader: Option<&str>, passcode: &Passcode) -> Result<Tried, OperationError> {
        self.try_prepared(self.prepare_authentication(reader)?, passcode)
    }

    /// The same for a card that was found already. The passcode is sent once for each key, and not at all where the service
    /// does not answer.
    ///
    /// # Errors
    /// [`OperationError::Faulty`] for a card whose keys or certificates do not work, or what the service does not accept.
    pub fn try_prepared(&self, card: CardToAuthenticate, passcode: &Passcode) -> Result<Tried, OperationError> {
        passcode.fits(card.rules())?;
        let CardToAuthenticate { reader, serial, series, profile, certificate, mut session, .. } = card;
        let contents = card_contents(&mut session, &profile, &serial, None)?;
        let mut trial = KeyTrial::new(&contents)?;
        let challenge = self.service.card_challenge()?.challenge;
        let [authentication, _] = &mut trial.messages;
        authentication.clone_from(&challenge.0);
        let names: Vec<ObjectName> = match profile.personalise {
            Personalise::Piv => {
                let closed = closed_objects(&profile).into_iter().filter(|name| *name != ObjectName::FacialImage);
                open_objects(&profile).into_iter().chain(closed).collect()
            }
            Personalise::Pkcs11 | Personalise::No => Vec::new(),
        };
        let (signatures, objects) = trial.with_card(&mut session, (&profile, &serial), &contents, passcode, &names)?;
        let mut findings = diagnosis::diagnose(&contents, None, OffsetDateTime::now_utc());
        findings.extend(trial.judge(&signatures));
        // Days are judged by the service's clock.
        findings.retain(|finding| !finding.is_of_days());
        let [signature, _] = signatures;
        let Some(signature) = signature.filter(|_| !findings.iter().any(Finding::is_of_the_pair)) else {
            return Err(OperationError::Faulty { serial, findings });
        };
        let answer = CardAnswer {
            challenge,
            certificate: Base64(certificate),
            signature: Base64(signature),
            serial: serial.clone(),
            series,
            client_software: self.software.clone(),
        };
        let card = self.service.authenticate_card(&answer)?;
        let printed = expected(&contents, &card.holder, &serial);
        findings.extend(diagnosis::of_objects(&objects, &profile, printed.as_ref()));
        let signed_in = Authenticated { reader, card, apdus: session.record.count() };
        Ok(Tried { signed_in, findings })
    }
}

/// What the printed information of a card must say, where its last day can be read.
fn expected(
    contents: &CardContents,
    holder: &Holder,
    serial: &CardSerial,
) -> Option<crate::card::piv::PrintedInformation> {
    let last_day = diagnosis::last_day(contents.certificate(CertificateSlot::Authentication)?)?;
    Some(printed_information(holder, serial, last_day))
}
