//! Unfinished work: finishes or undoes what was cut off, and says which.

use super::{
    cancel, clear,
    effect::Outcome,
    error::OperationError,
    in_printer, issue, passcode,
    pocket::Pocket,
    print,
    progress::Progress,
    recertify,
    report::{CardMachine, WhichPair, told},
    runner::{Desk, Ending, JobPlan, Machine, issue_ending, print_ending, random_passcode, to_json},
    telephone,
    through_channel::ThroughChannel,
    unlock,
};
use crate::{
    card::piv::ObjectName,
    cis2::wire::PrintOutcome,
    domain::{JobId, NhsCode, Operation, Passcode},
    journal::{Entry, JobRecord, JobState, QueueState},
};

/// What became of one unfinished job.
#[derive(Debug, Clone, PartialEq)]
pub struct Resumed {
    /// The job as it was on record.
    pub record: JobRecord,
    /// Finished, undone, or still open.
    pub resumption: Resumption,
    /// Which pair of certificates the card works with after a repair or renewal; none while neither does.
    pub which_pair: Option<WhichPair>,
    /// What else the officer should know of a card that is finished.
    pub note: Option<String>,
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

impl Resumption {
    /// The code the NHS publishes for card work that was begun and not completed.
    #[must_use]
    pub fn nhs_code(&self) -> Option<NhsCode> {
        match self {
            Self::StillOpen { .. } => Some(NhsCode::NotCompleted),
            Self::Finished | Self::Undone { .. } | Self::LookAtPrinter { .. } => None,
        }
    }
}

impl Desk<'_> {
    /// Resumes every open job, oldest first. One that another window works on is left to it.
    ///
    /// # Errors
    /// The journal cannot be read or written.
    pub fn resume(&self, tell: &mut dyn FnMut(&Progress)) -> Result<Vec<Resumed>, OperationError> {
        let mut all = Vec::new();
        for record in self.journal.open_jobs()? {
            all.extend(self.resume_claimed(record, None, tell)?);
        }
        Ok(all)
    }

    /// Resumes one open job. One that another window works on is left to it.
    ///
    /// # Errors
    /// [`OperationError::NothingToResume`] for a job that is not open here, also when another window ended it at this
    /// moment; the journal cannot be read or written.
    pub fn resume_one(&self, job: &JobId, tell: &mut dyn FnMut(&Progress)) -> Result<Resumed, OperationError> {
        self.resume_one_with(job, None, tell)
    }

    /// Resumes one open job whose holder is there: a renewal that was cut off goes on with the passcode they have, a repair
    /// with a new one they choose. Nothing else looks at it.
    ///
    /// # Errors
    /// As [`Desk::resume_one`].
    pub fn resume_one_with(
        &self,
        job: &JobId,
        passcode: Option<Passcode>,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<Resumed, OperationError> {
        let nothing = || OperationError::NothingToResume { job: job.clone() };
        let record = self.journal.job(job)?.filter(|record| record.state == JobState::Open).ok_or_else(nothing)?;
        self.resume_claimed(record, passcode, tell)?.ok_or_else(nothing)
    }

    /// Resumes a job under its claim; `None` when it was ended between the look at it and the claim.
    fn resume_claimed(
        &self,
        record: JobRecord,
        passcode: Option<Passcode>,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<Option<Resumed>, OperationError> {
        let (resumption, which_pair, note) = match self.journal.claim(&record.job) {
            Ok(_claim) if !self.is_open(&record)? => return Ok(None),
            Ok(_claim) => self.resume_job(&record, passcode, tell)?,
            Err(in_use) => (Resumption::StillOpen { why: in_use.to_string() }, None, None),
        };
        Ok(Some(Resumed { record, resumption, which_pair, note }))
    }

    fn is_open(&self, record: &JobRecord) -> Result<bool, OperationError> {
        Ok(self.journal.job(&record.job)?.is_some_and(|now| now.state == record.state))
    }

    fn resume_job(
        &self,
        record: &JobRecord,
        passcode: Option<Passcode>,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<Told, OperationError> {
        if in_printer::Plan::is_recorded_in(&record.plan) {
            let (resumption, note) = self.resume_in_printer(record, tell)?;
            return Ok((resumption, None, note));
        }
        let outcomes = self.outcomes_of(&record.job)?;
        match plan_of(record)? {
            JobPlan::Print(plan) => {
                let state = replay(print::State::new(plan.clone()), &outcomes);
                let machine = self.mark_resumed(record, state, &Outcome::Resumed)?;
                let rest = self.drive(machine, &JobPlan::Print(plan), &mut Pocket::default(), None, tell)?;
                let (ending, outcome) = print_ending(&rest);
                self.close(&record.job, &ending)?;
                self.tell_queue(&record.job, &ending, rest.machine.asks_officer())?;
                let resumption = match ending {
                    Ending::Undone { why, .. } if outcome == Some(PrintOutcome::Uncertain) => {
                        Resumption::LookAtPrinter { why }
                    }
                    other => other.into(),
                };
                Ok((resumption, None, None))
            }
            JobPlan::Telephone(plan) => {
                let state = replay(telephone::State::new(plan.clone()), &outcomes);
                let machine = self.mark_resumed(record, state, &Outcome::Resumed)?;
                let rest = self.drive(machine, &JobPlan::Telephone(plan), &mut Pocket::default(), None, tell)?;
                let (ending, note) = told(&rest);
                self.close(&record.job, &ending)?;
                Ok((ending.into(), None, note))
            }
            JobPlan::Issue(plan) => {
                let machine = ThroughChannel::new(issue::State::new(plan.clone()), plan.channel);
                let state = replay(machine, &outcomes);
                let machine = self.mark_resumed(record, state, &Outcome::Resumed)?;
                let mut pocket = Pocket { profile: self.profiles.by_id(&plan.profile).cloned(), ..Pocket::default() };
                let rest = self.drive(machine, &JobPlan::Issue(plan), &mut pocket, None, tell)?;
                let ending = issue_ending(&rest);
                self.close(&record.job, &ending)?;
                Ok((ending.into(), None, None))
            }
            plan @ JobPlan::OnCard(_) => self.resume_on_card(record, &plan, &outcomes, tell),
            plan @ JobPlan::Recertify(_) => self.resume_recertify(record, &plan, &outcomes, passcode, tell),
        }
    }

    fn resume_on_card(
        &self,
        record: &JobRecord,
        plan: &JobPlan,
        outcomes: &[Outcome],
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<Told, OperationError> {
        let JobPlan::OnCard(on_card) = plan.clone() else { return Err(not_such_a_plan()) };
        let pocket = self.pocket_of(plan, outcomes)?;
        match record.operation {
            Operation::Unlock => self.go_on(record, unlock::State::new(on_card), plan, outcomes, pocket, tell),
            Operation::ChangePasscode => {
                self.go_on(record, passcode::State::new(on_card), plan, outcomes, pocket, tell)
            }
            Operation::Clear => {
                let pocket = Pocket { passcode: Some(random_passcode()?), ..pocket };
                self.go_on(record, clear::State::new(on_card), plan, outcomes, pocket, tell)
            }
            Operation::Cancel => self.go_on(record, cancel::State::new(on_card), plan, outcomes, pocket, tell),
            _ => Err(not_such_a_plan()),
        }
    }

    fn resume_recertify(
        &self,
        record: &JobRecord,
        plan: &JobPlan,
        outcomes: &[Outcome],
        passcode: Option<Passcode>,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<Told, OperationError> {
        let JobPlan::Recertify(recertify) = plan.clone() else { return Err(not_such_a_plan()) };
        let mut pocket = self.pocket_of(plan, outcomes)?;
        let holder_is_here = passcode.is_some();
        if let (Some(chosen), Some(profile)) = (&passcode, &pocket.profile) {
            chosen.fits(profile.passcode.rules())?;
        }
        pocket.passcode = match (passcode, recertify.operation) {
            (None, Operation::Repair) => Some(random_passcode()?),
            (passcode, _) => passcode,
        };
        let state = replay(ThroughChannel::new(recertify::State::new(recertify.clone()), plan.channel()), outcomes);
        if state.inner().goes_forward()
            && let Err(error) = self.fill(&mut pocket, &recertify)
        {
            return Ok((Resumption::StillOpen { why: error.to_string() }, None, None));
        }
        let mark = if holder_is_here { Outcome::ResumedWithHolder } else { Outcome::Resumed };
        let machine = self.mark_resumed(record, state, &mark)?;
        self.finish(record, machine, plan, pocket, tell)
    }

    /// What a card gets besides its certificates is asked for anew: names and photos are in no journal.
    fn fill(&self, pocket: &mut Pocket, plan: &recertify::Plan) -> Result<(), OperationError> {
        let wants = |name| plan.objects.contains(&name);
        if wants(ObjectName::PrintedInformation) || wants(ObjectName::FacialImage) {
            let holder = self.holder_of(&plan.holder)?;
            if let (true, Some(profile)) = (wants(ObjectName::FacialImage), &pocket.profile) {
                let room = profile.objects.facial_image_max_bytes;
                pocket.facial_image = Some(self.portrait(&holder)?.facial_image(room)?);
            }
            pocket.holder = Some(holder);
        }
        Ok(())
    }

    fn pocket_of(&self, plan: &JobPlan, outcomes: &[Outcome]) -> Result<Pocket, OperationError> {
        // Every run is told apart from those before it, whatever it was cut at.
        let resumptions = outcomes.iter().filter(|outcome| is_resumption(outcome)).count() + 1;
        // Two workstations that go on with one job ask the gateway under numbers of their own.
        let elsewhere = outcomes.contains(&Outcome::TakenOver);
        let own = plan.guid().filter(|_| elsewhere).and_then(|guid| usize::from_str_radix(guid.get(..8)?, 16).ok());
        let resumptions = resumptions.saturating_add(own.unwrap_or_default());
        Ok(Pocket { profile: self.profiles.by_id(plan.profile()).cloned(), resumptions, ..Pocket::default() })
    }

    fn go_on<M: CardMachine>(
        &self,
        record: &JobRecord,
        machine: M,
        plan: &JobPlan,
        outcomes: &[Outcome],
        pocket: Pocket,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<Told, OperationError> {
        let machine = replay(ThroughChannel::new(machine, plan.channel()), outcomes);
        let machine = self.mark_resumed(record, machine, &Outcome::Resumed)?;
        self.finish(record, machine, plan, pocket, tell)
    }

    fn finish<M: CardMachine>(
        &self,
        record: &JobRecord,
        machine: M,
        plan: &JobPlan,
        mut pocket: Pocket,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<Told, OperationError> {
        let rest = self.drive(machine, plan, &mut pocket, None, tell)?;
        let (ending, note) = told(&rest);
        self.close(&record.job, &ending)?;
        Ok((ending.into(), rest.machine.which_pair(), note))
    }

    /// Tells the print queue what became of a card it was printing when the program stopped.
    fn tell_queue(&self, job: &JobId, ending: &Ending, asks_officer: bool) -> Result<(), OperationError> {
        match ending {
            Ending::Unfinished { .. } if asks_officer => self.journal.queue_settle(job, QueueState::Sent, None)?,
            Ending::Done => self.journal.queue_settle(job, QueueState::Printed, None)?,
            Ending::Undone { why, .. } => self.journal.queue_settle(job, QueueState::Failed, Some(why))?,
            Ending::Unfinished { .. } => {}
        }
        Ok(())
    }

    /// The resumption itself goes on record, so that a second cut replays to the same place.
    pub(super) fn mark_resumed<M: Machine>(
        &self,
        record: &JobRecord,
        state: M,
        mark: &Outcome,
    ) -> Result<M, OperationError> {
        self.journal.outcome(&record.job, &to_json(mark)?)?;
        Ok(state.step(mark))
    }

    pub(super) fn outcomes_of(&self, job: &JobId) -> Result<Vec<Outcome>, OperationError> {
        let entries = self.journal.entries(job)?;
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

/// What became of a job, which pair the card works with, and what else there is to say.
type Told = (Resumption, Option<WhichPair>, Option<String>);

/// The plan of a job on record, by its operation.
pub(super) fn plan_of(record: &JobRecord) -> Result<JobPlan, OperationError> {
    fn read<T: serde::de::DeserializeOwned>(record: &JobRecord) -> Result<T, OperationError> {
        serde_json::from_value(record.plan.clone()).map_err(|e| OperationError::JournalEntry(e.to_string()))
    }
    Ok(match record.operation {
        Operation::Issue => JobPlan::Issue(read(record)?),
        Operation::Print => JobPlan::Print(read(record)?),
        Operation::Unlock if telephone::Plan::is_recorded_in(&record.plan) => JobPlan::Telephone(read(record)?),
        Operation::Unlock | Operation::ChangePasscode | Operation::Clear | Operation::Cancel => {
            JobPlan::OnCard(read(record)?)
        }
        Operation::Repair | Operation::Renew => JobPlan::Recertify(read(record)?),
    })
}

fn not_such_a_plan() -> OperationError {
    OperationError::JournalEntry("the plan is of another operation".into())
}

fn is_resumption(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Resumed | Outcome::ResumedWithHolder | Outcome::TakenOver)
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
