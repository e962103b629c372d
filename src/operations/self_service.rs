//! Holders with their own card and no officer: which card it is, and how its holder signs in to it. What is then done to the
//! card is done by the operations of the desk; the gateway decides whether it may be.

use time::OffsetDateTime;

use super::{
    authenticate::CardToAuthenticate,
    card_work::{passcode_tries, selected},
    error::OperationError,
    on_card::AskedBy,
    prepare::CardWish,
    runner::Desk,
};
use crate::{
    card::{
        piv::{ObjectName, Tries, certificate_in},
        profile::Personalise,
    },
    cis2::{
        ServiceError,
        wire::{AskForCode, CodeSent, HolderSession, HolderSignIn, SecretBase64},
    },
    domain::{
        CardSerial, CardState, CertificateSlot, HolderId, HolderState, JobId, Operation, Passcode, PasscodeRules, Role,
        Secret, Series,
        eligibility::{
            Address, Certificates, Decision, Delivery, Photo, SELF_SERVICE, Situation, Subject, Task,
            self_service_offers,
        },
    },
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
    /// Whose it is by its certificate, which anybody may read; `None` when there is none that can be read.
    pub holder: Option<HolderId>,
    /// Last moment of its authentication certificate, likewise.
    pub expires: Option<OffsetDateTime>,
    /// Whether anybody may read its certificates at all.
    pub certificates: Readable,
}

/// Whether anybody may read the certificates of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readable {
    /// Yes: where there are none, there are none.
    ByAnybody,
    /// After its passcode alone.
    AfterPasscode,
}

/// Whose number a certificate names, and its last moment. The number stands first in the common name. Total: what is no
/// certificate tells neither.
#[must_use]
pub fn told_by(certificate: &[u8]) -> (Option<HolderId>, Option<OffsetDateTime>) {
    let Ok((_, certificate)) = x509_parser::parse_x509_certificate(certificate) else { return (None, None) };
    let names = certificate.subject().iter_common_name().filter_map(|name| name.as_str().ok());
    let holder = names.filter_map(|name| name.split(' ').next()?.parse().ok()).next();
    (holder, Some(certificate.validity().not_after.to_datetime()))
}

impl Desk<'_> {
    /// Looks which card it is. Nothing is written to it, and nobody is asked anything.
    ///
    /// # Errors
    /// There is no card, or it cannot be worked with.
    pub fn own_card(&self, reader: Option<&str>) -> Result<OwnCard, OperationError> {
        let reader = self.choose_reader(reader)?;
        let (mut session, card) = self.open_card(&reader)?;
        // What only its maker's middleware reaches tells its tries here, and the rest to whoever is signed in.
        let (tries, (holder, expires), certificates) = if card.profile.personalise == Personalise::Pkcs11 {
            (passcode_tries(&mut session, &card.profile, &card.serial)?, (None, None), Readable::AfterPasscode)
        } else {
            let (object, tries) = selected(&mut session, &card.profile, |piv| {
                let name = ObjectName::certificate(CertificateSlot::Authentication);
                Ok((piv.get_object(name)?, piv.passcode_tries()?))
            })?;
            let certificate = object.as_deref().and_then(|object| certificate_in(object).ok().flatten());
            (tries, certificate.map_or((None, None), told_by), Readable::ByAnybody)
        };
        let tries_left = match tries {
            Tries::Left(left) => Some(left),
            Tries::Verified | Tries::Unknown => None,
        };
        let rules = card.profile.passcode.rules();
        let (serial, series) = (card.serial, card.series);
        Ok(OwnCard { reader, serial, series, rules, tries_left, holder, expires, certificates })
    }

    /// What its holder may do with it today without an officer, by the rules the gateway will decide by. What the card
    /// does not tell is not held against it here: whether the card is on record and in order, whether it was delivered and
    /// where a code could be sent, the gateway looks at when it is asked.
    #[must_use]
    pub fn own_offers(&self, card: &OwnCard, now: OffsetDateTime) -> [(Operation, Decision); SELF_SERVICE.len()] {
        self_service_offers(&Situation {
            // Which of them is decided about is said for each.
            task: Task::SelfService(Operation::ChangePasscode),
            // Not looked at: nobody acts in a role here.
            role: Role::IdChecker,
            subject: Subject::Own,
            series: card.series,
            card: if card.tries_left == Some(0) { CardState::Locked } else { CardState::Active },
            certificates: match (card.expires, card.certificates) {
                (end @ Some(_), _) => Certificates::at(now, end),
                (None, Readable::ByAnybody) => Certificates::None,
                (None, Readable::AfterPasscode) => Certificates::LastDay(now.date()),
            },
            holder: HolderState::Open,
            photo: Photo::OnRecord,
            other_card: None,
            address: Address::OnRecord,
            delivery: Delivery::Confirmed,
            software: &self.software,
            printer: None,
            realm: self.realm,
            today: now.date(),
        })
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

/// How many tries of a one-time code are left after this refusal: the same code may be typed again, and none is sent anew.
/// `None` where that would not help.
#[must_use]
pub fn tries_of_code_left(error: &OperationError) -> Option<u32> {
    let OperationError::Service(ServiceError::Problem(problem)) = error else { return None };
    let told = problem.detail.as_deref().filter(|_| problem.kind == "code-wrong")?;
    told.strip_prefix("tries left: ")?.parse().ok().filter(|left| *left > 0)
}

/// What somebody is told who typed a code wrong.
#[must_use]
pub fn not_the_code(left: u32) -> String {
    let tries = if left == 1 { "try" } else { "tries" };
    format!("that was not the code; {left} {tries} left")
}

/// What a holder wants done to the card they are signed in to.
#[must_use]
pub fn own_wish(session: &HolderSession, reader: &str, operation: Operation) -> CardWish {
    CardWish {
        reader: Some(reader.to_owned()),
        serial: Some(session.serial.clone()),
        holder: Some(session.holder.id.clone()),
        asked_by: AskedBy::Holder,
        ..CardWish::new(operation)
    }
}
