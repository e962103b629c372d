//! The officer says how a card came out of the printer: the end of a print whose printer does not say it.

use super::{
    effect::{CameOut, Outcome},
    error::OperationError,
    pocket::Pocket,
    print,
    progress::Progress,
    resume::{Resumed, plan_of, replay},
    runner::{Desk, Ending, JobPlan, print_ending},
};
use crate::{
    cis2::wire::PrintOutcome,
    domain::{JobId, Operation},
    journal::{JobState, QueueState},
};

impl Desk<'_> {
    /// The same, told like a job that was resumed.
    ///
    /// # Errors
    /// As [`Desk::came_out`].
    pub fn resume_told(
        &self,
        job: &JobId,
        card: CameOut,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<Option<Resumed>, OperationError> {
        let Some(record) = self.journal.job(job)? else { return Ok(None) };
        let (_, ending) = self.came_out(job, card, tell)?;
        Ok(Some(Resumed { record, resumption: ending.into(), which_pair: None, note: None }))
    }

    /// Proves that no face may wait inside a printer for the next card: one that was sent there, and of which neither the
    /// printer nor an officer said what became.
    ///
    /// # Errors
    /// [`OperationError::SayFirst`]; the journal cannot be read.
    pub(super) fn nothing_waits_inside(&self, printer: &str) -> Result<(), OperationError> {
        for record in self.journal.open_jobs()?.iter().filter(|record| record.operation == Operation::Print) {
            let JobPlan::Print(plan) = plan_of(record)? else { continue };
            if plan.printer == printer
                && replay(print::State::new(plan.clone()), &self.outcomes_of(&plan.job)?).asks_officer()
            {
                let print::Plan { job, holder, printer, .. } = plan;
                return Err(OperationError::SayFirst { job, holder, printer });
            }
        }
        Ok(())
    }

    /// How a print ended by its record; `None` where it is no print or has not ended.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn print_outcome(&self, job: &JobId) -> Result<Option<PrintOutcome>, OperationError> {
        let Some(record) = self.journal.job(job)? else { return Ok(None) };
        if record.operation != Operation::Print {
            return Ok(None);
        }
        let JobPlan::Print(plan) = plan_of(&record)? else { return Ok(None) };
        Ok(match replay(print::State::new(plan), &self.outcomes_of(job)?).stage {
            print::Stage::Ended { outcome, .. } => outcome,
            _ => None,
        })
    }

    /// Puts on record what the officer saw, and ends the job. Only of a print that nobody knows the end of: one that was
    /// sent and not confirmed, or one that was cut off and is on record as uncertain.
    ///
    /// [`Ending::Done`] is a card that may be handed over; a spoilt one and one that did not come out end as undone.
    ///
    /// # Errors
    /// [`OperationError::NothingToConfirm`] for every other job; the journal cannot be read or written.
    pub fn came_out(
        &self,
        job: &JobId,
        card: CameOut,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<(print::Plan, Ending), OperationError> {
        let nothing = || OperationError::NothingToConfirm { job: job.clone() };
        let record = self.journal.job(job)?.ok_or_else(nothing)?;
        if record.operation != Operation::Print {
            return Err(nothing());
        }
        let JobPlan::Print(plan) = plan_of(&record)? else { return Err(nothing()) };
        let _claim = self.journal.claim(job)?;
        let machine = replay(print::State::new(plan.clone()), &self.outcomes_of(job)?);
        if !machine.may_be_told() {
            return Err(nothing());
        }
        if record.state != JobState::Open {
            self.journal.reopen(job)?;
        }
        let machine = self.mark_resumed(&record, machine, &Outcome::OfficerSays { card })?;
        let rest = self.drive(machine, &JobPlan::Print(plan.clone()), &mut Pocket::default(), None, tell)?;
        let (ending, _) = print_ending(&rest);
        self.close(job, &ending)?;
        match (&ending, card) {
            (Ending::Done, _) => self.journal.queue_settle(job, QueueState::Printed, None)?,
            // Its own record says so: the card may be printed in its turn.
            (Ending::Undone { .. }, CameOut::Nothing) => self.journal.queue_settle(job, QueueState::Waiting, None)?,
            (Ending::Undone { why, .. }, _) => self.journal.queue_settle(job, QueueState::Failed, Some(why))?,
            (Ending::Unfinished { .. }, _) => {}
        }
        Ok((plan, ending))
    }
}
