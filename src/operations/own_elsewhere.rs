//! A holder comes with a card on which a job of their own was cut off at another workstation. Its journal is not here: the
//! gateway's record of the job, the card and the holder's passcode are enough to go on with it.

use super::{
    authenticate::{AuthenticationFault, CardToAuthenticate},
    channel::ChannelUse,
    effect::Outcome,
    error::OperationError,
    issue::PasscodeChoice,
    on_card::AskedBy,
    preflight::new_job,
    prepare::renewed,
    progress::Progress,
    recertify::{self, PairBefore},
    resume::Resumed,
    runner::{Desk, JobPlan, to_json},
};
use crate::{
    card::{
        piv::PivError,
        profile::{CardProfile, Personalise, RenewalKeys},
    },
    cis2::{
        ServiceError,
        wire::{EndOnCard, HolderSession, Issuance, KeysWanted, OnCardOutcome},
    },
    domain::{JobId, Operation, Passcode},
};

/// A renewal that was cut off elsewhere cannot be gone on with through the middleware of a card's maker: which of two pairs
/// on the card is the new one, only the workstation knows that made it.
fn can_go_on(profile: &CardProfile) -> bool {
    profile.personalise == Personalise::Piv
}

/// Whether this may be what a card in the middle of a job of its holder answers, or the gateway of it.
fn may_be_cut_off(error: &OperationError) -> bool {
    match error {
        OperationError::Authentication(AuthenticationFault::NotSigned(why)) => !matches!(why, PivError::Transport(_)),
        OperationError::Service(ServiceError::Problem(problem)) => problem.status < 500 && problem.status != 429,
        _ => false,
    }
}

impl Desk<'_> {
    /// Signs a holder in with their card. Where the card is in the middle of a job that they began at another workstation,
    /// they sign in with whatever key it has, and that job is gone on with; what became of it stands beside the session.
    ///
    /// # Errors
    /// The passcode is wrong, or the gateway does not accept the card, and which check failed. The journal failed.
    pub fn sign_in_own(
        &self,
        card: CardToAuthenticate,
        passcode: &Passcode,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<(HolderSession, Option<Resumed>), OperationError> {
        let (reader, serial, profile) = (card.reader.clone(), card.serial.clone(), card.profile.clone());
        let refused = match self.sign_in_as_holder(card, passcode) {
            Ok(session) => return Ok((session, None)),
            Err(error) => error,
        };
        if !(may_be_cut_off(&refused) && can_go_on(&profile)) {
            return Err(refused);
        }
        // The passcode was right, or was sent nowhere: it is not wrong twice.
        let session = match self.sign_in_to_go_on(&reader, &serial, passcode) {
            Ok(session) => session,
            Err(wrong @ (OperationError::WrongPasscode { .. } | OperationError::Authentication(_))) => {
                return Err(wrong);
            }
            Err(_) => return Err(refused),
        };
        let Some(job) = session.unfinished.clone() else { return Err(refused) };
        let issuance = self.service.issuance(&job)?;
        if issuance.operation == Operation::ChangePasscode {
            // The card has the passcode that was typed just now, be it the old one or the new one.
            let end = EndOnCard { outcome: OnCardOutcome::AsBefore, unlock_code: None };
            self.service.end_on_card(&job, &format!("{}-ended-elsewhere-{}", job.short(), new_job()?.short()), &end)?;
            return Ok((session, None));
        }
        self.adopt(&job, issuance, &profile)?;
        let resumed = self.resume_one_with(&job, Some(passcode.clone()), tell)?;
        Ok((session, Some(resumed)))
    }

    /// Puts a renewal that was begun elsewhere on record here, to be resumed.
    fn adopt(&self, job: &JobId, issuance: Issuance, profile: &CardProfile) -> Result<(), OperationError> {
        let _claim = self.journal.claim(job)?;
        let plan = JobPlan::Recertify(recertify::Plan {
            job: job.clone(),
            operation: Operation::Renew,
            holder: issuance.holder,
            serial: issuance.serial,
            series: profile.series,
            profile: profile.id.clone(),
            passcode: PasscodeChoice::ChosenByHolder,
            keys: match profile.renewal.keys {
                RenewalKeys::Same => KeysWanted::Same,
                RenewalKeys::New => KeysWanted::New,
            },
            guid: new_job()?.as_str().to_owned(),
            objects: renewed(profile),
            pair: PairBefore::Damaged,
            reach: recertify::Reach::Commands,
            replaced: Vec::new(),
            recovery: profile.unlock_code.recovery,
            channel: ChannelUse::of(profile),
            asked_by: AskedBy::Holder,
        });
        match self.journal.job(job)? {
            Some(_) => self.journal.reopen(job)?,
            None => self.journal.begin(job, Operation::Renew, &plan.to_json()?)?,
        }
        self.journal.outcome(job, &to_json(&Outcome::TakenOver)?)?;
        Ok(())
    }
}
