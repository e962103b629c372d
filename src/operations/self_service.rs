//! Holders with their own card and no officer: which card it is, and how its holder signs in to it. What is then done to the
//! card is done by the operations of the desk; the gateway decides whether it may be.

use super::{
    authenticate::CardToAuthenticate, card_work::passcode_tries, error::OperationError, prepare::CardWish, runner::Desk,
};
use crate::{
    card::piv::Tries,
    cis2::wire::{AskForCode, CodeSent, HolderSession, HolderSignIn, SecretBase64},
    domain::{CardSerial, JobId, Operation, Passcode, PasscodeRules, Secret, Series},
};

/// The card in front of somebody who says it is theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnCard {
    /// The reader it is in.
    pub reader: String,
    /// Its serial.
    pub serial: CardSerial,
    /// Its series, as recognised.
    pub series: Series,
    /// What a passcode of this card looks like.
    pub rules: PasscodeRules,
    /// Tries left of its passcode, as the card itself says; `None` when it does not tell.
    pub tries_left: Option<u8>,
}

impl Desk<'_> {
    /// Looks which card it is. Nothing is written to it, and nobody is asked anything.
    ///
    /// # Errors
    /// There is no card, or it cannot be worked with.
    pub fn own_card(&self, reader: Option<&str>) -> Result<OwnCard, OperationError> {
        let reader = self.choose_reader(reader)?;
        let (mut session, card) = self.open_card(&reader)?;
        let tries_left = match passcode_tries(&mut session, &card.profile, &card.serial)? {
            Tries::Left(left) => Some(left),
            Tries::Verified | Tries::Unknown => None,
        };
        let rules = card.profile.passcode.rules();
        Ok(OwnCard { reader, serial: card.serial, series: card.series, rules, tries_left })
    }

    /// Has a one-time code sent to the holder of this card.
    ///
    /// # Errors
    /// The gateway refuses, and with what advice; or the code could not be sent. The card is unchanged.
    pub fn ask_for_code(&self, card: &OwnCard) -> Result<CodeSent, OperationError> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| OperationError::Randomness(error.to_string()))?;
        let request =
            AskForCode { serial: card.serial.clone(), series: card.series, client_software: self.software.clone() };
        Ok(self.service.ask_for_code(JobId::from_random(random).as_str(), &request)?)
    }

    /// Signs the holder in with the code that was sent: for an unlock.
    ///
    /// # Errors
    /// The code is wrong or good no more. The card is unchanged.
    pub fn sign_in_with_code(
        &self,
        card: &OwnCard,
        sent: &CodeSent,
        code: Secret,
    ) -> Result<HolderSession, OperationError> {
        let request = sent.request.clone();
        let code = HolderSignIn::Code { request, serial: card.serial.clone(), code: SecretBase64(code) };
        Ok(self.service.holder_sign_in(&code)?)
    }

    /// Signs the holder in with their card: for a change of passcode and for a renewal.
    ///
    /// # Errors
    /// The passcode is wrong, or the gateway does not accept the card, and which check failed.
    pub fn sign_in_as_holder(
        &self,
        card: CardToAuthenticate,
        passcode: &Passcode,
    ) -> Result<HolderSession, OperationError> {
        let proof = self.authenticate(card, passcode)?.card.proof;
        Ok(self.service.holder_sign_in(&HolderSignIn::Card { proof })?)
    }
}

/// What a holder wants done to the card they are signed in to.
#[must_use]
pub fn own_wish(session: &HolderSession, reader: &str, operation: Operation) -> CardWish {
    CardWish {
        reader: Some(reader.to_owned()),
        serial: Some(session.serial.clone()),
        holder: Some(session.holder.id.clone()),
        ..CardWish::new(operation)
    }
}
