//! After a cut: issue and print say how far they came, and the card is put out.

use super::{End, InPrinterEar, Outcome, Place, Plan, State, perform::Hands, step};
use crate::{
    domain::JobId,
    journal::{Entry, JobRecord, JobState},
    operations::{
        Desk, OperationError, Resumption, effect::Outcome as JobOutcome, print, progress::Progress, resume::replay,
        runner::to_json,
    },
};

const NOT_BEGUN: &str =
    "it was cut off before the card was encoded, and nothing on the card was changed: issue it again";

/// The plain telling of a resumption.
struct Plainly<'a>(&'a mut dyn FnMut(&Progress));

impl InPrinterEar for Plainly<'_> {
    fn progress(&mut self, news: &Progress) {
        (self.0)(news);
    }
}

impl Desk<'_> {
    /// Where a flow on record stands.
    pub(in crate::operations) fn in_printer_state(&self, record: &JobRecord) -> Result<State, OperationError> {
        let unreadable = |e: serde_json::Error| OperationError::JournalEntry(e.to_string());
        let plan: Plan = serde_json::from_value(record.plan.clone()).map_err(unreadable)?;
        let mut state = State::new(plan);
        for entry in self.journal.entries(&record.job)? {
            if let Entry::Outcome(body) = entry {
                state = step(state, &serde_json::from_value::<Outcome>(body).map_err(unreadable)?);
            }
        }
        Ok(state)
    }

    /// Goes on with a flow that was cut off; the second is what else the officer should know of it.
    pub(in crate::operations) fn resume_in_printer(
        &self,
        record: &JobRecord,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<(Resumption, Option<String>), OperationError> {
        let state = self.in_printer_state(record)?;
        self.journal.outcome(&record.job, &to_json(&Outcome::Resumed)?)?;
        let state = step(state, &Outcome::Resumed);
        let printer = self.printers.and_then(|printers| printers.find(&state.plan.printer).ok());
        let mut hands =
            Hands { printer, print: None, passcode: None, prepared: None, face: None, issue: None, printed: None };
        let (state, open) = self.carry_on(state, &mut hands, &mut Plainly(tell))?;
        self.close_in_printer(&state)?;
        Ok(match (state.ended(), open) {
            (Some((end, place)), _) => told(end, place),
            (None, why) => (Resumption::StillOpen { why: why.unwrap_or_default() }, None),
        })
    }

    /// How far the issue came, and what becomes of it now.
    pub(super) fn issue_after_cut(&self, issue: &JobId, ear: &mut dyn InPrinterEar) -> Result<Outcome, OperationError> {
        let undone = |why: String| Outcome::IssueUndone { why, by_policy: false };
        let Some(record) = self.journal.job(issue)? else {
            return Ok(Outcome::IssueNotBegun { why: NOT_BEGUN.into() });
        };
        match record.state {
            JobState::Done => Ok(Outcome::Issued),
            JobState::Undone => Ok(undone("the issue of the card was undone: issue it again with another card".into())),
            JobState::Open => {
                let resumed = self.resume_one(issue, &mut |news| ear.progress(news))?;
                Ok(match resumed.resumption {
                    Resumption::Finished => Outcome::Issued,
                    Resumption::Undone { why } => undone(why),
                    Resumption::StillOpen { why } | Resumption::LookAtPrinter { why } => Outcome::IssueOpen { why },
                })
            }
        }
    }

    /// What is on record of the print; nothing is sent.
    pub(super) fn print_after_cut(&self, print: &JobId, ear: &mut dyn InPrinterEar) -> Result<Outcome, OperationError> {
        let not_printed = |why: &str| Outcome::NotPrinted { why: why.to_owned() };
        let Some(record) = self.journal.job(print)? else {
            return Ok(not_printed("the card is issued, and printing had not begun"));
        };
        Ok(match record.state {
            JobState::Done => Outcome::Printed,
            JobState::Open => match self.resume_one(print, &mut |news| ear.progress(news))?.resumption {
                Resumption::Finished => Outcome::Printed,
                Resumption::Undone { why } => Outcome::NotPrinted { why },
                Resumption::LookAtPrinter { why } | Resumption::StillOpen { why } => Outcome::PrintUnknown { why },
            },
            JobState::Undone => {
                let plan =
                    serde_json::from_value(record.plan).map_err(|e| OperationError::JournalEntry(e.to_string()))?;
                let outcomes: Vec<JobOutcome> = self.outcomes_of(print)?;
                match replay(print::State::new(plan), &outcomes).may_be_told() {
                    true => Outcome::PrintUnknown { why: "nobody knows whether the card was printed".into() },
                    false => not_printed("the card is issued, and was not printed"),
                }
            }
        })
    }
}

/// How an end is told after a cut.
fn told(end: &End, place: &Place) -> (Resumption, Option<String>) {
    let where_it_is = place.to_string();
    match end {
        End::Complete => (Resumption::Finished, None),
        End::IssuedOnly { why } => {
            (Resumption::Finished, Some(format!("{why}; {where_it_is}. Print its face from its holder's page")))
        }
        End::LookAtPrinter { why } => (Resumption::LookAtPrinter { why: format!("{why}; {where_it_is}") }, None),
        End::NotIssued { why, .. } => (Resumption::Undone { why: format!("{why}; {where_it_is}") }, None),
    }
}
