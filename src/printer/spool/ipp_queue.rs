//! A print queue, of CUPS or of a printer that speaks IPP. The job goes through as it is: the queue must be a raw one, or
//! know one of our document formats.
//!
//! A job is made first and its document sent after (Create-Job, Send-Document): so there is a number to ask for, and to
//! take back, whenever the line breaks. A job without a document never prints.

mod exchange;

use std::time::{Duration, Instant};

use ipp::prelude::{IppValue, JobState, Operation, Uri};

pub use self::exchange::readable;
use self::exchange::{Answer, Line};
use super::{Cancel, Receipt, Spool, SpoolError, Taken, TimeLimits};
use crate::printer::{magicard::status::Status, profile::Profile};

/// What our jobs may be called, best first. A queue that knows none of them would change the bytes.
const FORMATS: [&str; 3] = ["application/vnd.magicard-raw", "application/vnd.cups-raw", "application/octet-stream"];
/// IPP tells nothing by itself: a queue is asked this often how a job is.
const ASK_EVERY: Duration = Duration::from_millis(150);
/// Who jobs belong to; only their owner may take them back.
const OWNER: &str = "cardwright";

/// One print queue.
#[derive(Debug, Clone)]
pub struct IppQueue {
    address: String,
    limits: TimeLimits,
    cancel: Cancel,
}

/// How a job of the queue is.
struct JobLook {
    state: Option<JobState>,
    /// Whether it was ever begun; `None` where the queue does not say.
    begun: Option<bool>,
}

impl IppQueue {
    /// The queue at this address, `ipp://HOST[:PORT]/…`.
    #[must_use]
    pub fn new(address: &str, profile: &Profile) -> Self {
        Self { address: address.to_owned(), limits: TimeLimits::of(profile), cancel: Cancel::default() }
    }

    /// With other time limits than the profile's.
    #[must_use]
    pub fn with_limits(self, limits: TimeLimits) -> Self {
        Self { limits, ..self }
    }

    /// Stops the job that is being handed over.
    #[must_use]
    pub fn cancel(&self) -> Cancel {
        self.cancel.clone()
    }

    fn refused(&self, why: impl ToString) -> SpoolError {
        SpoolError::NoQueue { address: self.address.clone(), why: why.to_string() }
    }

    fn line(&self) -> Result<Line, SpoolError> {
        let uri: Uri = self.address.parse().map_err(|e| self.refused(e))?;
        Line::new(uri, self.limits.connect, self.limits.send).map_err(|e| self.refused(e))
    }

    /// Whether the queue prints at the moment, and what our jobs are called there.
    fn look(&self, line: &Line) -> Result<&'static str, SpoolError> {
        let wanted =
            ["printer-state", "printer-state-reasons", "printer-is-accepting-jobs", "document-format-supported"];
        let answer = line.ask(Operation::GetPrinterAttributes, None, exchange::keywords(&wanted));
        let answer = answer.map_err(|e| self.refused(e))?;
        let reasons = answer.words("printer-state-reasons").join(", ");
        let stopped = |why: String, action| SpoolError::QueueStopped { address: self.address.clone(), why, action };
        if let Some((why, action)) = obstacle(&reasons) {
            return Err(stopped(why.to_owned(), action));
        }
        // 5 is "stopped" (RFC 8011, 5.4.11).
        if answer.number("printer-state") == Some(5) {
            return Err(stopped(format!("it is stopped: {reasons}"), "start the queue"));
        }
        if answer.truth("printer-is-accepting-jobs") == Some(false) {
            return Err(stopped("it takes no jobs".to_owned(), "let the queue take jobs again"));
        }
        let known = answer.words("document-format-supported");
        let format = FORMATS.into_iter().find(|format| known.iter().any(|known| known == format));
        format.ok_or_else(|| self.refused("it takes none of the formats of a finished job: make it a raw queue"))
    }

    fn job(&self, line: &Line, job: i32) -> Option<JobLook> {
        let wanted = ["job-state", "time-at-processing"];
        let answer = line.ask(Operation::GetJobAttributes, Some(job), exchange::keywords(&wanted)).ok()?;
        let state = answer.number("job-state").and_then(exchange::job_state);
        Some(JobLook { state, begun: answer.told("time-at-processing") })
    }

    /// Takes a job back, whatever it is doing, and says what is known of it then.
    fn take_back(&self, line: &Line, job: i32, why: String) -> Result<Taken, SpoolError> {
        // When it cannot be cancelled, the look that follows tells what it is doing.
        let _ = line.ask(Operation::CancelJob, Some(job), Vec::new());
        let address = self.address.clone();
        match self.job(line, job) {
            Some(JobLook { state: Some(JobState::Completed), .. }) => Ok(Taken::Queue { job }),
            Some(JobLook { state: Some(JobState::Canceled | JobState::Aborted), begun: Some(false) }) => {
                Err(SpoolError::TakenBack { address, job, why })
            }
            _ => Err(SpoolError::QueueUnsure { address, job, why }),
        }
    }

    /// Waits until the queue is done with a job.
    fn wait(&self, line: &Line, job: i32) -> Result<Taken, SpoolError> {
        let deadline = Instant::now() + self.limits.send;
        loop {
            match self.job(line, job).and_then(|look| look.state) {
                Some(JobState::Completed) => return Ok(Taken::Queue { job }),
                Some(state @ (JobState::Canceled | JobState::Aborted)) => {
                    let why =
                        if state == JobState::Canceled { "somebody cancelled it" } else { "the queue gave it up" };
                    return self.take_back(line, job, why.to_owned());
                }
                _ if Instant::now() >= deadline => {
                    return self.take_back(line, job, "it took longer than the time limit".to_owned());
                }
                _ if self.cancel.wanted_within(ASK_EVERY) => {
                    return self.take_back(line, job, "it was cancelled at this desk".to_owned());
                }
                _ => {}
            }
        }
    }
}

impl Spool for IppQueue {
    /// A queue knows nothing of ribbons; that it prints at the moment is looked at.
    fn status(&mut self) -> Result<Option<Status>, SpoolError> {
        self.look(&self.line()?).map(|_| None)
    }

    fn send(&mut self, job: &[u8]) -> Result<Receipt, SpoolError> {
        self.cancel.begin();
        let line = self.line()?;
        let format = self.look(&line)?;
        let name = exchange::name("job-name", "Cardwright");
        // A job whose number got lost on the way has no document, and never prints.
        let made: Answer = line.ask(Operation::CreateJob, None, vec![name]).map_err(|e| self.refused(e))?;
        let id = made.number("job-id").ok_or_else(|| self.refused("it gave the job no number"))?;
        let about = vec![exchange::format(format), ("last-document", IppValue::Boolean(true))];
        let taken = match line.send(Operation::SendDocument, id, about, job) {
            Ok(_) => self.wait(&line, id)?,
            Err(why) => self.take_back(&line, id, why)?,
        };
        Ok(Receipt { bytes: job.len(), taken })
    }
}

/// What a reason of the queue means for a card, in the words of RFC 8011, 5.4.12.
fn obstacle(reasons: &str) -> Option<(&'static str, &'static str)> {
    let known = [
        ("media-empty", "the printer has no cards", "put cards into the hopper"),
        ("media-needed", "the printer waits for a card", "put cards into the hopper"),
        ("media-jam", "a card is stuck in the printer", "take the card out"),
        ("cover-open", "the printer's cover is open", "close the printer's cover"),
        ("door-open", "the printer's cover is open", "close the printer's cover"),
        ("marker-supply-empty", "the ribbon is used up", "put a new ribbon in"),
        ("offline", "the printer is off", "switch the printer on"),
        ("connecting-to-device", "the printer does not answer the queue", "check the printer's cable"),
    ];
    // A report or a warning does not keep it from printing.
    let stands = |word: &str| {
        reasons
            .split(", ")
            .any(|reason| reason.starts_with(word) && !reason.ends_with("-report") && !reason.ends_with("-warning"))
    };
    known.into_iter().find(|(word, ..)| stands(word)).map(|(_, why, action)| (why, action))
}
