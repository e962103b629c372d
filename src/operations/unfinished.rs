//! What is unfinished, and what going on with it will do: told before anything is done.

use super::{error::OperationError, issue, print, resume::replay, runner::Desk};
use crate::{
    domain::{CardSerial, HolderId, JobId, Operation},
    journal::JobRecord,
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
    /// On which card.
    pub serial: CardSerial,
    /// When it was begun, RFC 3339 in UTC.
    pub opened: String,
    /// What going on with it will do.
    pub next: WhatNext,
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
}

impl Desk<'_> {
    /// Every open job of this workstation, oldest first, with what resuming it will do. Worked out from the journal alone:
    /// no card is touched and the gateway is not asked.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn look_at_unfinished(&self) -> Result<Vec<UnfinishedJob>, OperationError> {
        self.journal.open_jobs()?.into_iter().map(|record| self.look_at(record)).collect()
    }

    fn look_at(&self, record: JobRecord) -> Result<UnfinishedJob, OperationError> {
        let unreadable = |e: serde_json::Error| OperationError::JournalEntry(e.to_string());
        let (holder, serial, next) = match record.operation {
            Operation::Print => {
                let plan: print::Plan = serde_json::from_value(record.plan).map_err(unreadable)?;
                (plan.holder, plan.serial, WhatNext::WillRecordPrint)
            }
            _ => {
                let plan: issue::Plan = serde_json::from_value(record.plan.clone()).map_err(unreadable)?;
                let state = replay(issue::State::new(plan.clone()), &self.outcomes(&record)?);
                let next = if state.will_finish() { WhatNext::WillFinish } else { WhatNext::WillUndo };
                (plan.holder, plan.serial, next)
            }
        };
        Ok(UnfinishedJob { job: record.job, operation: record.operation, holder, serial, opened: record.opened, next })
    }
}
