//! What is unfinished, and what going on with it will do: told before anything is done.

use time::OffsetDateTime;

use super::{
    effect::Outcome,
    error::OperationError,
    in_printer, issue,
    on_card::AskedBy,
    print, recertify,
    report::WhichPair,
    resume::{plan_of, replay},
    runner::{Desk, JobPlan},
    through_channel::ThroughChannel,
};
use crate::{
    cis2::{
        ServiceError,
        wire::{BegunBy, IssuanceState},
    },
    domain::{CardSerial, HolderId, JobId, Operation, PasscodeRules},
    journal::{JobRecord, JobState},
};

/// A job that was begun here and not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedJob {
    /// The job.
    pub job: JobId,
    /// What it does.
    pub operation: Operation,
    /// For whom.
    pub holder: HolderId,
    /// On which card; none where it was cut off before one was recognised.
    pub serial: Option<CardSerial>,
    /// When it was begun, RFC 3339 in UTC.
    pub opened: String,
    /// What going on with it will do.
    pub next: WhatNext,
    /// Who asked for it.
    pub asked_by: AskedBy,
    /// What a passcode of this card looks like, by its profile.
    pub rules: PasscodeRules,
    /// Which pair of certificates the card works with meanwhile, for a repair or renewal; none while neither does.
    pub which_pair: Option<WhichPair>,
    /// Whose it is at the service; none while the service was not asked, and once it belongs to nobody any more.
    pub kept: Option<Kept>,
}

/// The service keeps an open job for the officer who began it, until its time runs out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// For whom.
    pub begun_by: BegunBy,
    /// When any officer who may clear cards may take it back.
    pub until: OffsetDateTime,
}

/// What resuming a job will do, as far as this workstation knows. The gateway has the last word: a job whose time ran
/// out meanwhile is undone, whatever stood here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhatNext {
    /// The card is whole and has proved its keys: it is finished.
    WillFinish,
    /// The card is brought back to blank, and the holder has none: it is as if the job had not begun.
    WillUndo,
    /// Nothing is printed; what became of the print goes on record.
    WillRecordPrint,
    /// The job was sent, and the officer says how the card came out; nothing is sent again.
    NeedsOfficersWord,
    /// The card's own counter is asked how far it came, and that goes on record; no passcode is tried.
    WillAskCard,
    /// A repair or renewal that has changed nothing of the pair yet is taken back: the card works as it did.
    WillGoBack,
    /// A repair that has no way back is finished, and the card is left locked unless its holder chooses a passcode.
    WillRepair,
    /// A renewal that has no way back is finished: the holder has to type the passcode they have.
    NeedsHolder,
    /// An unlock without a gateway is told to it, and its unlock code settled; the card is left alone.
    WillTellGateway,
    /// Nothing was done to the card that was to be issued in the printer: it is put out.
    WillPutOut,
    /// The card is emptied: a clear goes on to blank, a cancelled card is made useless.
    WillEmpty,
}

impl Desk<'_> {
    /// Every open job of this workstation, oldest first, with what resuming it will do. Worked out from the journal alone:
    /// no card is touched and the gateway is not asked.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn look_at_unfinished(&self) -> Result<Vec<UnfinishedJob>, OperationError> {
        let records = self.journal.open_jobs()?;
        let mut within = Vec::new();
        for record in records.iter().filter(|record| in_printer::Plan::is_recorded_in(&record.plan)) {
            let state = self.in_printer_state(record)?;
            within.extend(state.issue.into_iter().chain(state.print));
        }
        // What belongs to a flow in the printer goes on with it.
        let alone = records.into_iter().filter(|record| !within.contains(&record.job));
        alone.map(|record| self.look_at(record)).collect()
    }

    /// A flow in the printer: what its issue says, where it had one.
    fn look_at_in_printer(&self, record: JobRecord) -> Result<UnfinishedJob, OperationError> {
        let in_printer::State { plan, serial, issue, print, .. } = self.in_printer_state(&record)?;
        let issue = issue.map(|issue| self.journal.job(&issue)).transpose()?.flatten();
        let (next, rules) = match issue {
            _ if print.is_some() => (WhatNext::WillRecordPrint, PasscodeRules::default()),
            None => (WhatNext::WillPutOut, PasscodeRules::default()),
            Some(issue) if issue.state == JobState::Done => (WhatNext::WillPutOut, PasscodeRules::default()),
            Some(issue) => {
                let issue = self.look_at(issue)?;
                (issue.next, issue.rules)
            }
        };
        Ok(UnfinishedJob {
            job: record.job,
            operation: record.operation,
            holder: plan.holder,
            serial,
            opened: record.opened,
            next,
            asked_by: AskedBy::Officer,
            rules,
            which_pair: None,
            kept: None,
        })
    }

    /// Asks the service for whom it keeps these jobs. Where it does not answer, or does not say, nothing is put in: going
    /// on asks it once more in any case.
    pub fn ask_who_began(&self, jobs: &mut [UnfinishedJob]) {
        // A print is on record at the service only when it has ended.
        for job in jobs.iter_mut().filter(|job| job.operation != Operation::Print) {
            match self.service.issuance(&job.job) {
                Ok(issuance) if matches!(issuance.state, IssuanceState::Reserved | IssuanceState::Certified) => {
                    let until = issuance.deadline;
                    job.kept = issuance.begun_by.map(|begun_by| Kept { begun_by, until });
                }
                Ok(_) | Err(ServiceError::Problem(_)) => {}
                // It would not answer for the others either, and each would be waited for.
                Err(_) => return,
            }
        }
    }

    fn look_at(&self, record: JobRecord) -> Result<UnfinishedJob, OperationError> {
        if in_printer::Plan::is_recorded_in(&record.plan) {
            return self.look_at_in_printer(record);
        }
        let outcomes = || self.outcomes_of(&record.job);
        let plan = plan_of(&record)?;
        let mut which_pair = None;
        let next = match &plan {
            JobPlan::Print(plan) => {
                let state = replay(print::State::new(plan.clone()), &outcomes()?);
                // A cut while the printer printed leaves the question too.
                let state = print::step(state, &Outcome::Resumed);
                if state.asks_officer() { WhatNext::NeedsOfficersWord } else { WhatNext::WillRecordPrint }
            }
            JobPlan::Issue(plan) => {
                let machine = ThroughChannel::new(issue::State::new(plan.clone()), plan.channel);
                let state = replay(machine, &outcomes()?);
                if state.inner().will_finish() { WhatNext::WillFinish } else { WhatNext::WillUndo }
            }
            JobPlan::Telephone(_) => WhatNext::WillTellGateway,
            JobPlan::OnCard(_) if matches!(record.operation, Operation::Clear | Operation::Cancel) => {
                WhatNext::WillEmpty
            }
            JobPlan::OnCard(_) => WhatNext::WillAskCard,
            JobPlan::Recertify(plan) => {
                let machine = ThroughChannel::new(recertify::State::new(plan.clone()), plan.channel);
                let state = replay(machine, &outcomes()?);
                which_pair = state.inner().which_pair();
                match (state.inner().goes_forward(), state.inner().needs_holder()) {
                    (false, _) => WhatNext::WillGoBack,
                    (true, true) => WhatNext::NeedsHolder,
                    (true, false) => WhatNext::WillRepair,
                }
            }
        };
        let (holder, serial) = (plan.holder().clone(), Some(plan.serial().clone()));
        Ok(UnfinishedJob {
            job: record.job,
            operation: record.operation,
            holder,
            serial,
            opened: record.opened,
            next,
            asked_by: plan.asked_by(),
            rules: self.profiles.by_id(plan.profile()).map_or_else(PasscodeRules::default, |p| p.passcode.rules()),
            which_pair,
            kept: None,
        })
    }
}
