//! A print queue of Windows: finished jobs past its driver, or pages through it. Nothing else in the program asks which
//! system it is on for this.
//!
//! What the spooler tells ends with the printer having the bytes. That a card came out is the printer's word where its
//! port carries answers, and the officer's otherwise.

use std::{
    io,
    time::{Duration, Instant},
};

use cardwright_windows_spooler::{JobState, Page, Queue, RawJob, print_pages};

use super::{
    Cancel, Receipt, Spool, SpoolError, Taken, TimeLimits, Word,
    asked::{Asked, may_print},
    cancel::Wish,
    word::Before,
};
use crate::printer::{
    choice::Through,
    magicard::status::Status,
    page::{DOTS_AN_INCH, Sheet, sheets},
    profile::{Profile, StatusQuery},
};

/// What people see in the queue.
const TITLE: &str = "Cardwright";
/// Bytes handed to the spooler at a time, so that a wish to stop is noticed between two of them.
const PIECE: usize = 16 * 1024;
/// The spooler tells nothing by itself: it is asked this often how a job is.
const ASK_EVERY: Duration = Duration::from_millis(150);

/// One queue.
#[derive(Debug, Clone)]
pub struct WindowsQueue {
    name: String,
    through: Through,
    limits: TimeLimits,
    asked: Asked,
    cancel: Cancel,
    before: Before,
    /// Cards of one job.
    copies: u16,
}

impl WindowsQueue {
    /// The queue of this name, for a printer of this profile.
    #[must_use]
    pub fn new(name: &str, through: Through, profile: &Profile) -> Self {
        let (limits, asked) = (TimeLimits::of(profile), Asked::new(profile));
        Self {
            name: name.to_owned(),
            through,
            limits,
            asked,
            cancel: Cancel::default(),
            before: Before::default(),
            copies: 1,
        }
    }

    fn refused(&self, why: impl ToString) -> SpoolError {
        SpoolError::NoQueue { address: self.name.clone(), why: why.to_string() }
    }

    fn open(&self) -> Result<Queue, SpoolError> {
        let queue = Queue::open(&self.name).map_err(|e| self.refused(e))?;
        match queue.state().map_err(|e| self.refused(e))?.obstacle() {
            None => Ok(queue),
            Some(obstacle) => Err(SpoolError::QueueStopped {
                address: self.name.clone(),
                why: obstacle.why.to_owned(),
                action: obstacle.action,
            }),
        }
    }

    /// Asks the printer through its queue. A port that brings no answer leaves it unknown how the printer is.
    fn ask(&self, queue: &Queue) -> io::Result<Vec<u8>> {
        let mut question = queue.begin(TITLE)?;
        write_all(&mut question, &self.asked.question(), &Cancel::default())?;
        let deadline = Instant::now() + self.limits.connect;
        let (mut answer, mut piece) = (Vec::new(), [0; 512]);
        while !self.asked.ended(&answer) && Instant::now() < deadline {
            match question.read(&mut piece)? {
                0 if self.cancel.wish_within(ASK_EVERY) != Wish::None => break,
                0 => {}
                read => answer.extend_from_slice(piece.get(..read).unwrap_or_default()),
            }
        }
        question.end()?;
        Ok(answer)
    }

    /// Hands over the job; gives its number.
    fn hand_over(&self, queue: &Queue, job: &[u8]) -> Result<u32, SpoolError> {
        match self.through {
            Through::Driver => {
                let sheets = sheets(job).map_err(|e| self.refused(e))?;
                let pages: Vec<Page<'_>> = sheets.iter().map(page).collect();
                print_pages(&self.name, TITLE, &pages).map_err(|e| self.refused(e))
            }
            Through::Raw => {
                let mut line = queue.begin(TITLE).map_err(|e| self.refused(e))?;
                let id = line.id();
                match write_all(&mut line, job, &self.cancel) {
                    Ok(()) => line.end().map_err(|error| self.taken_back(queue, id, error.to_string()))?,
                    // Taken back before it is aborted: what is known of an aborted job is nothing.
                    Err(error) => return Err(self.taken_back(queue, id, error.to_string())),
                }
                Ok(id)
            }
        }
    }

    /// Takes a job back, whatever it is doing, and says what is known of it then. Only a job that was held back before it
    /// was begun, that its queue took back and that is gone afterwards was not printed; of every other one a card may have come
    /// out. One that waits is paused before it is looked at, so that it is not begun between the look and its end.
    fn taken_back(&self, queue: &Queue, id: u32, why: String) -> SpoolError {
        let unbegun = |state: JobState| !state.was_begun();
        let held = queue.pause(id).is_ok();
        let before = queue.job(id).ok().flatten().is_some_and(|state| state.is_paused() && unbegun(state));
        let taken = queue.take_back(id).is_ok();
        let gone = match queue.job(id) {
            Ok(after) => after.is_none_or(|state| state.is_taken_back() && unbegun(state)),
            Err(_) => false,
        };
        let (address, job) = (self.name.clone(), i32::try_from(id).unwrap_or(i32::MAX));
        if held && before && taken && gone {
            SpoolError::TakenBack { address, job, why }
        } else {
            SpoolError::QueueUnsure { address, job, why }
        }
    }

    /// Waits until the printer has the whole job.
    fn wait(&self, queue: &Queue, id: u32) -> Result<(), SpoolError> {
        let deadline = Instant::now() + self.limits.send;
        loop {
            match queue.job(id).map_err(|e| self.taken_back(queue, id, e.to_string()))? {
                // The spooler forgets a job once the printer has it.
                None => return Ok(()),
                Some(state) if state.is_handed_over() => return Ok(()),
                Some(state) if state.is_taken_back() => {
                    return Err(self.by_somebody(id, state));
                }
                Some(state) if state.has_failed() => {
                    return Err(self.taken_back(queue, id, "the queue could not print it".to_owned()));
                }
                Some(_) => {}
            }
            if Instant::now() >= deadline {
                return Err(self.taken_back(queue, id, "it took longer than the time limit".to_owned()));
            }
            if self.cancel.wish_within(ASK_EVERY) == Wish::Stop {
                return Err(self.taken_back(queue, id, "it was cancelled at this desk".to_owned()));
            }
        }
    }

    fn by_somebody(&self, id: u32, state: JobState) -> SpoolError {
        let (address, job) = (self.name.clone(), i32::try_from(id).unwrap_or(i32::MAX));
        let why = "somebody cancelled it".to_owned();
        if state.was_begun() {
            SpoolError::QueueUnsure { address, job, why }
        } else {
            SpoolError::TakenBack { address, job, why }
        }
    }
}

impl Spool for WindowsQueue {
    fn status(&mut self) -> Result<Option<Status>, SpoolError> {
        let queue = self.open()?;
        let answers = queue.state().map_err(|e| self.refused(e))?.answers();
        if self.asked.query == StatusQuery::None || self.through == Through::Driver || !answers {
            return Ok(None);
        }
        match self.ask(&queue) {
            Ok(answer) if !answer.is_empty() => self.asked.read(&self.name, &answer).map(Some),
            _ => Ok(None),
        }
    }

    fn send(&mut self, job: &[u8]) -> Result<Receipt, SpoolError> {
        let status = self.status()?;
        may_print(status.as_ref())?;
        self.before = Before::of(status.as_ref()).copies(self.copies);
        let queue = self.open()?;
        if self.cancel.wish() == Wish::Stop {
            return Err(SpoolError::Stopped);
        }
        let id = self.hand_over(&queue, job)?;
        self.wait(&queue, id)?;
        Ok(Receipt { bytes: job.len(), taken: Taken::Queue { job: i32::try_from(id).unwrap_or(i32::MAX) } })
    }

    fn copies(&mut self, copies: u16) {
        self.copies = copies;
    }

    fn await_word(&mut self, hear: &mut dyn FnMut(&str)) -> Word {
        let (before, limit, cancel) = (self.before, self.limits.word, self.cancel.clone());
        before.wait(limit, &cancel, || self.status(), hear)
    }

    fn cancel(&self) -> Cancel {
        self.cancel.clone()
    }
}

fn page<'a>(sheet: &Sheet<'a>) -> Page<'a> {
    Page { width: sheet.width, height: sheet.height, dpi: DOTS_AN_INCH, lines: sheet.lines }
}

/// Hands over everything, unless somebody stops it.
fn write_all(line: &mut RawJob<'_>, bytes: &[u8], cancel: &Cancel) -> io::Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        if cancel.wish() == Wish::Stop {
            return Err(super::raw_tcp::stopped());
        }
        match line.write(rest.get(..PIECE.min(rest.len())).unwrap_or(rest))? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            written => rest = rest.get(written..).unwrap_or_default(),
        }
    }
    Ok(())
}
