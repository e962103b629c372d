//! A holder comes back to a card on which a job of their own was cut off: they sign in with whatever key the card has at
//! that moment, and the job is gone on with, with their own passcode.

use super::{
    authenticate::{on_card, told, told_by_middleware},
    card_work::{card_contents, sign_with},
    error::OperationError,
    on_card::AskedBy,
    pocket::Reach,
    progress::Progress,
    resume::{Resumed, Resumption},
    runner::Desk,
    unfinished::UnfinishedJob,
};
use crate::{
    card::{
        algorithm::KeyAlgorithm,
        piv::{ObjectName, Piv, PivError, PublicKey, Tries, certificate_in},
        profile::CardProfile,
    },
    cis2::{
        ServiceError,
        wire::{Base64, HolderSession, HolderSignIn},
    },
    domain::{CardSerial, CertificateSlot, Operation, Passcode},
};

/// A holder who is signed in again, and what became of their job.
#[derive(Debug, Clone, PartialEq)]
pub struct GoneOn {
    /// Their session: good for what they came for.
    pub session: HolderSession,
    /// What became of the job.
    pub resumed: Resumed,
}

impl GoneOn {
    /// Whether that was all, for a holder who came for this: the job was of the same kind and is done, or it is open still.
    #[must_use]
    pub fn settles(&self, wished: Operation) -> bool {
        Self::settled(&self.resumed, wished)
    }

    /// The same, of what became of the job alone.
    #[must_use]
    pub fn settled(resumed: &Resumed, wished: Operation) -> bool {
        match resumed.resumption {
            Resumption::Finished => resumed.record.operation == wished,
            Resumption::StillOpen { .. } => true,
            Resumption::Undone { .. } | Resumption::LookAtPrinter { .. } => false,
        }
    }
}

impl UnfinishedJob {
    /// What is said to a holder who comes back to it.
    #[must_use]
    pub fn words_for_its_holder(&self) -> String {
        match (self.operation, self.which_pair) {
            (Operation::Renew, Some(pair)) => format!("Your renewal was interrupted: your card works with {pair}"),
            (Operation::Renew, None) => {
                "Your renewal was interrupted, and your card does not work until it is finished".to_owned()
            }
            (Operation::Unlock, _) => "The unlock of your card was interrupted".to_owned(),
            _ => "The change of your passcode was interrupted: your card has either the passcode it had or the new one"
                .to_owned(),
        }
    }
}

impl Desk<'_> {
    /// The job that a holder began on this card without an officer and that was cut off at this workstation. The gateway is
    /// not asked.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn own_unfinished(&self, serial: &CardSerial) -> Result<Option<UnfinishedJob>, OperationError> {
        let mut jobs = self.look_at_unfinished()?.into_iter();
        Ok(jobs.rfind(|job| job.asked_by == AskedBy::Holder && job.serial.as_ref() == Some(serial)))
    }

    /// Signs the holder of a cut renewal or change of passcode in and goes on with it. The passcode they type must be the
    /// one the card has; it is wrong at the cost of one try, and then nothing else is done.
    ///
    /// # Errors
    /// The passcode is wrong, another card is in the reader, or the gateway refuses. The job stays open.
    pub fn go_on_with_own(
        &self,
        reader: &str,
        job: &UnfinishedJob,
        passcode: &Passcode,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<GoneOn, OperationError> {
        let serial = job.serial.as_ref().ok_or_else(|| OperationError::NothingToResume { job: job.job.clone() })?;
        let session = match self.sign_in_to_go_on(reader, serial, passcode) {
            // It ended at the gateway, or never began there: the card signs in as usual, and the journal learns of it.
            Err(OperationError::Service(ServiceError::Problem(problem))) if problem.kind == "nothing-unfinished" => {
                self.sign_in_as_holder(self.prepare_authentication(Some(reader))?, passcode)?
            }
            session => session?,
        };
        let resumed = self.resume_one_with(&job.job, Some(passcode.clone()), tell)?;
        Ok(GoneOn { session, resumed })
    }

    /// Goes on with an unlock that was cut off, once its holder is signed in with a new code.
    ///
    /// # Errors
    /// As [`Desk::resume_one`].
    pub fn go_on_with_own_unlock(
        &self,
        job: &UnfinishedJob,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<Option<Resumed>, OperationError> {
        if job.operation != Operation::Unlock {
            return Ok(None);
        }
        self.resume_one(&job.job, tell).map(Some)
    }

    /// The card signs a challenge with both of its keys, as far as it has them. Which of them the gateway knows depends on
    /// where the job was cut.
    pub(super) fn sign_in_to_go_on(
        &self,
        reader: &str,
        serial: &CardSerial,
        passcode: &Passcode,
    ) -> Result<HolderSession, OperationError> {
        let (mut session, card) = self.open_card(reader)?;
        if card.serial != *serial {
            return Err(OperationError::Swapped { looked_at: serial.clone(), found: card.serial });
        }
        let profile = card.profile;
        passcode.fits(profile.passcode.rules())?;
        let challenge = self.service.card_challenge()?.challenge;
        let signatures = match &session.reach {
            Reach::Commands(_) => on_card(&mut session, &profile, |piv| {
                // Another program may have used tries up since the card was looked at.
                if piv.passcode_tries()? == Tries::Left(0) {
                    return Err(PivError::PasscodeBlocked);
                }
                CertificateSlot::BOTH
                    .into_iter()
                    .filter_map(|slot| sign(piv, &profile, slot, &challenge.0, passcode).transpose())
                    .collect::<Result<Vec<_>, _>>()
            })
            .map_err(told)?,
            Reach::Middleware(reached) => {
                let reached = reached.clone();
                // The pair it had stays whole beside the new one until that is confirmed.
                let contents = card_contents(&mut session, &profile, serial, None)?;
                let certificate = contents.certificate(CertificateSlot::Authentication);
                let key = certificate.and_then(|der| Some((der, PublicKey::from_certificate(der)?.algorithm())));
                let signed = key.map(|key| sign_with(&reached, (&profile, serial), key, &challenge.0, passcode));
                let signed = signed.transpose().map_err(|error| told_by_middleware(&profile, error))?;
                signed.into_iter().collect()
            }
        };
        let signatures = signatures.into_iter().map(Base64).collect();
        let request = HolderSignIn::Unfinished { serial: serial.clone(), challenge, signatures };
        Ok(self.service.holder_sign_in(&request)?)
    }
}

/// What the key of a slot signs; `None` where there is none that does. The passcode goes to the card before each attempt,
/// because the signing key asks for it each time (SP 800-73-4 part 1, table 1); it is sent again only after it was right.
fn sign(
    piv: &mut Piv<'_>,
    profile: &CardProfile,
    slot: CertificateSlot,
    message: &[u8],
    passcode: &Passcode,
) -> Result<Option<Vec<u8>>, PivError> {
    for algorithm in algorithms(piv, profile, slot)? {
        piv.verify(passcode)?;
        match piv.sign(slot, algorithm, message) {
            Ok(signature) => return Ok(Some(signature)),
            Err(PivError::Transport(error)) => return Err(error.into()),
            // No key of this kind is there.
            Err(_) => {}
        }
    }
    Ok(None)
}

/// The kinds of key that may be in a slot: the one a renewal makes, and the one of the certificate that is there still.
fn algorithms(piv: &mut Piv<'_>, profile: &CardProfile, slot: CertificateSlot) -> Result<Vec<KeyAlgorithm>, PivError> {
    let made = profile.keys.algorithm;
    let object = piv.get_object(ObjectName::certificate(slot))?;
    let certificate = object.as_deref().and_then(|object| certificate_in(object).ok().flatten());
    let before = certificate.and_then(PublicKey::from_certificate).map(|key| key.algorithm());
    Ok([Some(made), before.filter(|before| *before != made)].into_iter().flatten().collect())
}
