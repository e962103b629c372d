//! Unfinished work: finishes or undoes what was cut off, and says which.

use super::{
    channel::ChannelUse,
    effect::Outcome,
    error::OperationError,
    issue::{self, PasscodeChoice},
    pocket::Pocket,
    preflight::objects_of,
    print,
    progress::Progress,
    runner::{Desk, Ending, JobPlan, Machine, issue_ending, print_ending, to_json},
};
use crate::{
    card::reader::Presence,
    cis2::wire::PrintOutcome,
    domain::{CardState, JobId, Operation},
    journal::{Entry, JobRecord, JobState, QueueState},
};

/// What became of one unfinished job.
#[derive(Debug, Clone, PartialEq)]
pub struct Resumed {
    /// The job as it was on record.
    pub record: JobRecord,
    /// Finished, undone, or still open.
    pub resumption: Resumption,
}

/// How resuming went.
#[derive(Debug, Clone, PartialEq)]
pub enum Resumption {
    /// Finished: it is as if it had never been cut.
    Finished,
    /// Undone: it is as if it had never begun.
    Undone {
        /// Why, and what to do.
        why: String,
    },
    /// A print whose end nobody knows: closed and on record as uncertain.
    LookAtPrinter {
        /// What to look at.
        why: String,
    },
    /// Still open.
    StillOpen {
        /// Why, and what to do.
        why: String,
    },
}

impl Desk<'_> {
    /// Resumes every open job, oldest first. One that another window works on is left to it.
    ///
    /// # Errors
    /// The journal cannot be read or written.
    pub fn resume(&self, tell: &mut dyn FnMut(&Progress)) -> Result<Vec<Resumed>, OperationError> {
        let mut all = Vec::new();
        for record in self.journal.open_jobs()? {
            all.extend(self.resume_claimed(record, tell)?);
        }
        Ok(all)
    }

    /// Resumes one open job. One that another window works on is left to it.
    ///
    /// # Errors
    /// [`OperationError::NothingToResume`] for a job that is not open here, also when another window ended it at this
    /// moment; the journal cannot be read or written.
    pub fn resume_one(&self, job: &JobId, tell: &mut dyn FnMut(&Progress)) -> Result<Resumed, OperationError> {
        let nothing = || OperationError::NothingToResume { job: job.clone() };
        let record = self.journal.job(job)?.filter(|record| record.state == JobState::Open).ok_or_else(nothing)?;
        self.resume_claimed(record, tell)?.ok_or_else(nothing)
    }

    /// Resumes a job under its claim; `None` when it was ended between the look at it and the claim.
    fn resume_claimed(
        &self,
        record: JobRecord,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<Option<Resumed>, OperationError> {
        let resumption = match self.journal.claim(&record.job) {
            Ok(_claim) if !self.is_open(&record)? => return Ok(None),
            Ok(_claim) => self.resume_job(&record, tell)?,
            Err(in_use) => Resumption::StillOpen { why: in_use.to_string() },
        };
        Ok(Some(Resumed { record, resumption }))
    }

    /// Does [`Desk::take_over`] for every card there is. One that cannot be read or is held by another program is left.
    ///
    /// # Errors
    /// The service does not answer, or the journal cannot be written.
    pub fn take_over_all(&self, tell: &mut dyn FnMut(&Progress)) -> Result<Vec<Resumed>, OperationError> {
        let mut all = Vec::new();
        for reader in self.readers.list()?.into_iter().filter(|reader| matches!(reader.card, Presence::Present { .. }))
        {
            match self.take_over(Some(&reader.name), tell) {
                Ok(resumed) => all.extend(resumed),
                Err(OperationError::NotRecognised(_) | OperationError::Reader(_) | OperationError::Card(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    /// Brings the card in a reader back to blank when a job on it was begun elsewhere and never finished. `None` when
    /// the service counts nothing on this card as unfinished.
    ///
    /// # Errors
    /// The card cannot be read, the service does not answer, or the journal cannot be written.
    pub fn take_over(
        &self,
        reader: Option<&str>,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<Option<Resumed>, OperationError> {
        let reader = self.choose_reader(reader)?;
        let (session, card) = self.open_card(&reader)?;
        let record = self.service.card(&card.serial)?;
        let (CardState::Unfinished, Some(job)) = (record.state, record.last_job) else { return Ok(None) };
        let known = self.journal.job(&job)?;
        if known.as_ref().is_some_and(|record| record.state == JobState::Open) {
            // It was begun here and is resumed with the open jobs.
            return Ok(None);
        }
        let issuance = self.service.issuance(&job)?;
        let plan = issue::Plan {
            job: job.clone(),
            holder: issuance.holder,
            serial: card.serial,
            series: card.profile.series,
            profile: card.profile.id.clone(),
            passcode: PasscodeChoice::LeftLocked,
            guid: String::new(),
            objects: objects_of(&card.profile),
            channel: ChannelUse::of(&card.profile),
        };
        let _claim = self.journal.claim(&job)?;
        match known {
            Some(_) => self.journal.reopen(&job)?,
            None => self.journal.begin(&job, Operation::Issue, &to_json(&plan)?)?,
        }
        self.journal.outcome(&job, &to_json(&Outcome::TakenOver)?)?;
        let machine = issue::step(issue::State::new(plan.clone()), &Outcome::TakenOver);
        let mut pocket = Pocket { session: Some(session), profile: Some(card.profile), ..Pocket::default() };
        let rest = self.drive(machine, &JobPlan::Issue(plan), &mut pocket, None, tell)?;
        let ending = issue_ending(&rest);
        self.close(&job, &ending)?;
        Ok(self.journal.job(&job)?.map(|record| Resumed { record, resumption: ending.into() }))
    }

    fn is_open(&self, record: &JobRecord) -> Result<bool, OperationError> {
        Ok(self.journal.job(&record.job)?.is_some_and(|now| now.state == record.state))
    }

    fn resume_job(&self, record: &JobRecord, tell: &mut dyn FnMut(&Progress)) -> Result<Resumption, OperationError> {
        let unreadable = |e: serde_json::Error| OperationError::JournalEntry(e.to_string());
        let outcomes = self.outcomes(record)?;
        match record.operation {
            Operation::Print => {
                let plan: print::Plan = serde_json::from_value(record.plan.clone()).map_err(unreadable)?;
                let state = replay(print::State::new(plan.clone()), &outcomes);
                let machine = self.mark_resumed(record, state)?;
                let plan = JobPlan::Print(plan);
                let rest = self.drive(machine, &plan, &mut Pocket::default(), None, tell)?;
                let (ending, outcome) = print_ending(&rest);
                self.close(&record.job, &ending)?;
                self.tell_queue(&record.job, &ending)?;
                Ok(match ending {
                    Ending::Undone { why, .. } if outcome == Some(PrintOutcome::Uncertain) => {
                        Resumption::LookAtPrinter { why }
                    }
                    other => other.into(),
                })
            }
            _ => {
                let plan: issue::Plan = serde_json::from_value(record.plan.clone()).map_err(unreadable)?;
                let state = replay(issue::State::new(plan.clone()), &outcomes);
                let machine = self.mark_resumed(record, state)?;
                let mut pocket = Pocket { profile: self.profiles.by_id(&plan.profile).cloned(), ..Pocket::default() };
                let plan = JobPlan::Issue(plan);
                let rest = self.drive(machine, &plan, &mut pocket, None, tell)?;
                let ending = issue_ending(&rest);
                self.close(&record.job, &ending)?;
                Ok(ending.into())
            }
        }
    }

    /// Tells the print queue what became of a card it was printing when the program stopped.
    fn tell_queue(&self, job: &JobId, ending: &Ending) -> Result<(), OperationError> {
        match ending {
            Ending::Done => self.journal.queue_settle(job, QueueState::Printed, None)?,
            Ending::Undone { why, .. } => self.journal.queue_settle(job, QueueState::Failed, Some(why))?,
            Ending::Unfinished { .. } => {}
        }
        Ok(())
    }

    /// The resumption itself goes on record, so that a second cut replays to the same place.
    fn mark_resumed<M: Machine>(&self, record: &JobRecord, state: M) -> Result<M, OperationError> {
        self.journal.outcome(&record.job, &to_json(&Outcome::Resumed)?)?;
        Ok(state.step(&Outcome::Resumed))
    }

    pub(super) fn outcomes(&self, record: &JobRecord) -> Result<Vec<Outcome>, OperationError> {
        let entries = self.journal.entries(&record.job)?;
        let outcomes = entries.into_iter().filter_map(|entry| match entry {
            Entry::Outcome(body) => Some(serde_json::from_value(body)),
            Entry::Intended(_) => None,
        });
        outcomes.collect::<Result<_, _>>().map_err(|e| OperationError::JournalEntry(e.to_string()))
    }
}

/// Where the machine stood when it was cut: every outcome on record, stepped through again.
pub(super) fn replay<M: Machine>(machine: M, outcomes: &[Outcome]) -> M {
    outcomes.iter().fold(machine, Machine::step)
}

impl From<Ending> for Resumption {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Done => Self::Finished,
            Ending::Undone { why, .. } => Self::Undone { why },
            Ending::Unfinished { why } => Self::StillOpen { why },
        }
    }
}
