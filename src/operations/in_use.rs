//! Unlock, change of passcode, clear, cancel, repair and renew, as the desk calls them: secrets go into the pocket of one
//! run, and the runner drives the machine.

use super::{
    cancel, clear,
    error::OperationError,
    issue::PasscodeChoice,
    passcode,
    pocket::Pocket,
    prepare::{OnCardPreflight, RecertifyPreflight},
    progress::Progress,
    recertify,
    report::CardReport,
    runner::{Desk, JobPlan, random_passcode},
    unlock,
};
use crate::domain::{Operation, Passcode};

impl Desk<'_> {
    /// Gives a card a new passcode with its unlock code.
    ///
    /// # Errors
    /// Nothing was begun, or the journal failed. Everything else is in the report.
    pub fn unlock(
        &self,
        preflight: OnCardPreflight,
        new: Passcode,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<CardReport, OperationError> {
        is_for(&preflight, Operation::Unlock)?;
        let (plan, mut pocket) = begin(preflight);
        fits(&pocket, &new)?;
        pocket.passcode = Some(new);
        self.run_card(unlock::State::new(plan.clone()), &JobPlan::OnCard(plan), pocket, tell)
    }

    /// Changes a passcode from the holder's old one to their new one: one try, never repeated.
    ///
    /// # Errors
    /// Nothing was begun, or the journal failed. Everything else is in the report.
    pub fn change_passcode(
        &self,
        preflight: OnCardPreflight,
        old: Passcode,
        new: Passcode,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<CardReport, OperationError> {
        is_for(&preflight, Operation::ChangePasscode)?;
        let (plan, mut pocket) = begin(preflight);
        fits(&pocket, &new)?;
        pocket.old_passcode = Some(old);
        pocket.passcode = Some(new);
        self.run_card(passcode::State::new(plan.clone()), &JobPlan::OnCard(plan), pocket, tell)
    }

    /// Empties a card for reuse. It cannot be undone: its certificates are revoked first.
    ///
    /// # Errors
    /// Nothing was begun, or the journal failed. Everything else is in the report.
    pub fn clear(
        &self,
        preflight: OnCardPreflight,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<CardReport, OperationError> {
        is_for(&preflight, Operation::Clear)?;
        let (plan, mut pocket) = begin(preflight);
        pocket.passcode = Some(random_passcode()?);
        self.run_card(clear::State::new(plan.clone()), &JobPlan::OnCard(plan), pocket, tell)
    }

    /// Ends a card for good. It cannot be undone: its certificates are revoked first.
    ///
    /// # Errors
    /// Nothing was begun, or the journal failed. Everything else is in the report.
    pub fn cancel(
        &self,
        preflight: OnCardPreflight,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<CardReport, OperationError> {
        is_for(&preflight, Operation::Cancel)?;
        let (plan, pocket) = begin(preflight);
        self.run_card(cancel::State::new(plan.clone()), &JobPlan::OnCard(plan), pocket, tell)
    }

    /// Brings a damaged card back on the same chip: new keys, new certificates, and the holder's new passcode; without
    /// one the card is left locked.
    ///
    /// # Errors
    /// Nothing was begun, or the journal failed. Everything else is in the report.
    pub fn repair(
        &self,
        preflight: RecertifyPreflight,
        new: Option<Passcode>,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<CardReport, OperationError> {
        let (choice, passcode) = match new {
            Some(chosen) => {
                chosen.fits(preflight.profile.passcode.rules())?;
                (PasscodeChoice::ChosenByHolder, chosen)
            }
            None => (PasscodeChoice::LeftLocked, random_passcode()?),
        };
        self.recertify(preflight, Operation::Repair, choice, passcode, tell)
    }

    /// Gives a card new certificates. The passcode is the holder's own: it is checked once and stays.
    ///
    /// # Errors
    /// Nothing was begun, or the journal failed. Everything else is in the report.
    pub fn renew(
        &self,
        preflight: RecertifyPreflight,
        holders_own: Passcode,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<CardReport, OperationError> {
        self.recertify(preflight, Operation::Renew, PasscodeChoice::ChosenByHolder, holders_own, tell)
    }

    fn recertify(
        &self,
        preflight: RecertifyPreflight,
        operation: Operation,
        choice: PasscodeChoice,
        passcode: Passcode,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<CardReport, OperationError> {
        if preflight.plan.operation != operation {
            return Err(OperationError::WrongOperation { operation: preflight.plan.operation });
        }
        let plan = recertify::Plan { passcode: choice, ..preflight.plan };
        let pocket = Pocket {
            session: Some(preflight.session),
            profile: Some(preflight.profile),
            holder: Some(preflight.holder),
            facial_image: preflight.facial_image,
            tries_left: preflight.tries_left,
            passcode: Some(passcode),
            spent: preflight.spent,
            old_contents: (operation == Operation::Repair).then_some(preflight.contents),
            ..Pocket::default()
        };
        self.run_card(recertify::State::new(plan.clone()), &JobPlan::Recertify(plan), pocket, tell)
    }
}

/// A preflight of one operation is no preflight of another.
pub(super) fn is_for(preflight: &OnCardPreflight, operation: Operation) -> Result<(), OperationError> {
    let found = preflight.plan.operation;
    if found == operation { Ok(()) } else { Err(OperationError::WrongOperation { operation: found }) }
}

pub(super) fn begin(preflight: OnCardPreflight) -> (super::on_card::Plan, Pocket) {
    let pocket = Pocket {
        session: preflight.session,
        profile: preflight.profile,
        approval: preflight.approval,
        tries_left: preflight.tries_left,
        spent: preflight.spent,
        ..Pocket::default()
    };
    (preflight.plan, pocket)
}

/// Whether the card takes a passcode of this shape.
fn fits(pocket: &Pocket, new: &Passcode) -> Result<(), OperationError> {
    match &pocket.profile {
        Some(profile) => Ok(new.fits(profile.passcode.rules())?),
        None => Ok(()),
    }
}
