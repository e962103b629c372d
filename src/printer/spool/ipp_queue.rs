//! A print queue, of CUPS or of a printer that speaks IPP. A finished job goes through as it is: the queue must be a raw
//! one, or know one of our document formats. A queue with the printer's own driver is given a page instead.
//!
//! A job is made first and its document sent after (Create-Job, Send-Document): so there is a number to ask for, and to
//! take back, whenever the line breaks. A job without a document never prints.

mod exchange;
mod model;
mod offers;
mod queues;

use std::time::{Duration, Instant};

pub use queues::{QueueFound, queues};

use ipp::prelude::{IppValue, JobState, Operation, Uri};

pub use self::exchange::readable;
use self::{
    exchange::{Answer, Line},
    model::Described,
    offers::Offers,
};
use super::{Cancel, Receipt, Spool, SpoolError, Taken, TimeLimits, Word, cancel::Wish};
use crate::printer::{
    magicard::status::Status,
    page::Document,
    profile::{Panels, Profile},
};

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
    /// The model that is expected there.
    profile: Profile,
    /// What a queue with a driver is given; `None` for finished jobs.
    document: Option<Document>,
    /// The last job, and who keeps it.
    last: Option<(i32, Keeper)>,
}

/// Who keeps the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keeper {
    /// The printer itself: its jobs are completed when they are printed (RFC 8011, 5.3.7).
    Printer,
    /// A print server: its jobs are completed when the printer has taken them.
    Server,
}

/// What a queue says of itself.
struct QueueLook {
    /// What our jobs are called there.
    format: &'static str,
    keeper: Keeper,
    offers: Offers,
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
        Self {
            address: address.to_owned(),
            limits: TimeLimits::of(profile),
            cancel: Cancel::default(),
            profile: profile.clone(),
            document: None,
            last: None,
        }
    }

    /// A queue with the printer's own driver, which is given pages.
    #[must_use]
    pub fn for_documents(self, document: Document) -> Self {
        Self { document: Some(document), ..self }
    }

    /// With other time limits than the profile's.
    #[must_use]
    pub fn with_limits(self, limits: TimeLimits) -> Self {
        Self { limits, ..self }
    }

    /// A ribbon of resin alone prints no colour.
    fn colour(&self) -> &'static str {
        if self.profile.ribbon.panels == Panels::K { "monochrome" } else { "color" }
    }

    fn refused(&self, why: impl ToString) -> SpoolError {
        SpoolError::NoQueue { address: self.address.clone(), why: why.to_string() }
    }

    fn line(&self) -> Result<Line, SpoolError> {
        let uri: Uri = self.address.parse().map_err(|e| self.refused(e))?;
        Line::new(uri, self.limits.connect, self.limits.send).map_err(|e| self.refused(e))
    }

    /// What the queue is described as, the surest first: by its driver, and by whoever set it up. Nothing where it is not
    /// said.
    ///
    /// # Errors
    /// Nobody answers there, or not as a queue.
    pub fn descriptions(&self) -> Result<Vec<String>, SpoolError> {
        let wanted = exchange::keywords(&Described::WANTED);
        let answer = self.line()?.ask(Operation::GetPrinterAttributes, None, wanted);
        Ok(Described::of(&answer.map_err(|e| self.refused(e))?).into_words())
    }

    /// What the queue answers, where it is not one of another model.
    fn answer(&self, line: &Line) -> Result<Answer, SpoolError> {
        let own = [
            "printer-state",
            "printer-state-reasons",
            "printer-is-accepting-jobs",
            "document-format-supported",
            "cups-version",
            "printer-type",
        ];
        let wanted: Vec<&str> = own.into_iter().chain(Described::WANTED).chain(Offers::WANTED).collect();
        let answer = line.ask(Operation::GetPrinterAttributes, None, exchange::keywords(&wanted));
        let answer = answer.map_err(|e| self.refused(e))?;
        Described::of(&answer).check(&self.address, &self.profile)?;
        Ok(answer)
    }

    /// Whether the queue prints at the moment, what our jobs are called there, who keeps it, and what it can do.
    fn look(&self, answer: &Answer) -> Result<QueueLook, SpoolError> {
        let reasons = reasons(answer);
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
        let ours = self.document.map(Document::format);
        let format = match ours {
            Some(format) => [format].into_iter().find(|format| known.iter().any(|known| known == format)),
            None => FORMATS.into_iter().find(|format| known.iter().any(|known| known == format)),
        };
        let format = format.ok_or_else(|| match self.document {
            None => self.refused("it takes none of the formats of a finished job: make it a raw queue"),
            Some(document) => self.refused(format!(
                "it takes no {document}: give it the printer's driver, or write the other of pwg+ipp and pdf+ipp"
            )),
        })?;
        // Both are words of CUPS alone, which keeps queues for printers of others.
        let server = answer.says("cups-version") || answer.says("printer-type");
        let keeper = if server { Keeper::Server } else { Keeper::Printer };
        Ok(QueueLook { format, keeper, offers: Offers::of(answer) })
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

    /// Asks the printer that keeps its own queue until it has ended the job.
    fn printers_word(&self, job: i32, hear: &mut dyn FnMut(&str)) -> Word {
        let (deadline, mut heard) = (Instant::now() + self.limits.word, String::new());
        loop {
            let line = self.line();
            let state = line.as_ref().ok().and_then(|line| self.job(line, job)).and_then(|look| look.state);
            let answer = line.as_ref().map_err(ToString::to_string);
            let answer = answer.and_then(|line| self.answer(line).map_err(|error| error.to_string()));
            if is_printed(state, answer.as_ref().ok().map(reasons).as_deref()) {
                return Word::Done;
            }
            let stands = answer.and_then(|answer| match self.look(&answer) {
                Err(error) => Err(error.to_string()),
                Ok(_) => Ok(()),
            });
            let says = match (state, stands) {
                (Some(JobState::Canceled | JobState::Aborted), _) => {
                    return Word::CannotSay { why: "the printer gave the job up".to_owned() };
                }
                (_, Err(why)) => why,
                (Some(_), Ok(())) => "the printer has not finished the card yet".to_owned(),
                (None, Ok(())) => "the printer says nothing of the job at the moment".to_owned(),
            };
            if says != heard {
                hear(&says);
                heard = says;
            }
            if Instant::now() >= deadline {
                return Word::CannotSay { why: format!("it took longer than the time limit; at last: {heard}") };
            }
            if self.cancel.wish_within(ASK_EVERY) != Wish::None {
                return Word::CannotSay { why: "its end was not waited for at this desk".to_owned() };
            }
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
                _ if self.cancel.wish_within(ASK_EVERY) == Wish::Stop => {
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
        self.look(&self.answer(&self.line()?)?).map(|_| None)
    }

    fn send(&mut self, job: &[u8]) -> Result<Receipt, SpoolError> {
        self.last = None;
        let line = self.line()?;
        let QueueLook { format, keeper, offers } = self.look(&self.answer(&line)?)?;
        let told = match self.document {
            Some(document) => {
                offers.words(document, document.sides(job), self.colour()).map_err(|e| self.refused(e))?
            }
            None => Vec::new(),
        };
        if self.cancel.wish() == Wish::Stop {
            return Err(SpoolError::Stopped);
        }
        let name = exchange::name("job-name", "Cardwright");
        // A job whose number got lost on the way has no document, and never prints.
        let about = std::iter::once(name).chain(told).collect();
        let made: Answer = line.ask(Operation::CreateJob, None, about).map_err(|e| self.refused(e))?;
        let id = made.number("job-id").ok_or_else(|| self.refused("it gave the job no number"))?;
        self.last = Some((id, keeper));
        let about = vec![exchange::format(format), ("last-document", IppValue::Boolean(true))];
        let taken = match line.send(Operation::SendDocument, id, about, job) {
            Ok(_) => self.wait(&line, id)?,
            Err(why) => self.take_back(&line, id, why)?,
        };
        Ok(Receipt { bytes: job.len(), taken })
    }

    fn await_word(&mut self, hear: &mut dyn FnMut(&str)) -> Word {
        let cannot = |why: &str| Word::CannotSay { why: why.to_owned() };
        match self.last {
            None => cannot("the queue gave the job no number"),
            Some((_, Keeper::Server)) => {
                cannot("the queue knows that the printer has the job, and not whether a card came out")
            }
            Some((job, Keeper::Printer)) => self.printers_word(job, hear),
        }
    }

    fn cancel(&self) -> Cancel {
        self.cancel.clone()
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
    known.into_iter().find(|(word, ..)| stands(reasons, word)).map(|(_, why, action)| (why, action))
}

/// Whether this is a reason that keeps the printer from printing: a report or a warning does not.
fn stands(reasons: &str, word: &str) -> bool {
    let mut reasons = reasons.split(", ");
    reasons.any(|reason| reason.starts_with(word) && !reason.ends_with("-report") && !reason.ends_with("-warning"))
}

/// Why the queue is as it is, in its own words.
fn reasons(answer: &Answer) -> String {
    answer.words("printer-state-reasons").join(", ")
}

/// Whether a job's card is finished, by the job's state and by why the printer is as it is; `None` where that is not known.
/// After the last card the hopper may be empty and the ribbon used up; a card that is stuck, or under an open cover, is no
/// finished one, whatever the job says.
fn is_printed(job: Option<JobState>, reasons: Option<&str>) -> bool {
    let in_the_way = |reasons: &str| ["media-jam", "cover-open", "door-open"].iter().any(|word| stands(reasons, word));
    job == Some(JobState::Completed) && reasons.is_some_and(|reasons| !in_the_way(reasons))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_card_of_the_hopper_is_finished_and_a_stuck_one_is_not() {
        let completed = |reasons| is_printed(Some(JobState::Completed), reasons);
        for reasons in ["none", "media-empty", "media-needed-error, marker-supply-empty", "cover-open-report", ""] {
            assert!(completed(Some(reasons)), "{reasons}");
        }
        for reasons in ["media-jam", "media-empty, media-jam-error", "cover-open", "door-open"] {
            assert!(!completed(Some(reasons)), "{reasons}");
        }
        // Another model, or nobody who answers.
        assert!(!completed(None));
        for state in [None, Some(JobState::Processing), Some(JobState::ProcessingStopped), Some(JobState::Aborted)] {
            assert!(!is_printed(state, Some("none")), "{state:?}");
        }
    }
}
