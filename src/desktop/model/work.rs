//! Card work that was begun: its steps as they happen, and what came of it. A piece of work keeps its own page, whatever
//! else is shown meanwhile.

use std::collections::BTreeMap;

use super::Model;
use crate::{
    bench::{Event, WorkEnd, WorkEvent, WorkId},
    domain::{CardSerial, Holder, JobId, Operation},
    operations::{Progress, Step, Verdict},
};

/// All pieces of work of this run of the program.
#[derive(Debug, Default)]
pub struct State {
    /// By number, oldest first.
    pub all: BTreeMap<WorkId, Piece>,
}

/// One piece of work.
#[derive(Debug, Clone)]
pub struct Piece {
    /// What is done.
    pub operation: Operation,
    /// For whom.
    pub holder: Option<Holder>,
    /// In which reader.
    pub reader: Option<String>,
    /// The job, once it is on record.
    pub job: Option<JobId>,
    /// The card, once it is known.
    pub serial: Option<CardSerial>,
    /// What the officer should know of the photo.
    pub photo_advice: Vec<String>,
    /// Steps so far, in order.
    pub steps: Vec<StepLine>,
    /// How it ended.
    pub end: Option<WorkEnd>,
}

/// One step, as one line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepLine {
    /// The step.
    pub step: Step,
    /// Seconds it has taken when it ended; several effects of one step add up.
    pub seconds: f32,
    /// How it went; `None` while it runs.
    pub verdict: Option<Verdict>,
}

impl State {
    /// Whether any work has not ended.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.all.values().any(|piece| piece.end.is_none())
    }

    /// Whether work runs in this reader.
    #[must_use]
    pub fn runs_in(&self, reader: &str) -> bool {
        self.all.values().any(|piece| piece.end.is_none() && piece.reader.as_deref() == Some(reader))
    }
}

impl Piece {
    /// Work that was ordered and not begun.
    #[must_use]
    pub fn new(operation: Operation, holder: Option<Holder>, reader: Option<String>) -> Self {
        Self {
            operation,
            holder,
            reader,
            job: None,
            serial: None,
            photo_advice: Vec::new(),
            steps: Vec::new(),
            end: None,
        }
    }

    /// Takes one message about a step.
    pub fn progress(&mut self, progress: &Progress) {
        match progress {
            Progress::Started { step, .. } => match self.steps.iter_mut().find(|line| line.step == *step) {
                Some(line) => line.verdict = None,
                None => self.steps.push(StepLine { step: *step, seconds: 0.0, verdict: None }),
            },
            Progress::Finished { step, took, good, .. } => {
                if let Some(line) = self.steps.iter_mut().find(|line| line.step == *step) {
                    line.seconds += took.as_secs_f32();
                    line.verdict = Some(*good);
                }
            }
        }
    }
}

/// What an officer wants here.
#[derive(Debug, Clone)]
pub enum Intent {}

/// Takes a wish.
pub fn update(_model: &mut Model, intent: Intent) {
    match intent {}
}

/// Takes an event. One about work that this window did not order is nobody's.
pub fn on_event(model: &mut Model, event: &Event) {
    let Event::Work { work, event } = event else { return };
    let Some(piece) = model.work.all.get_mut(work) else { return };
    match event {
        WorkEvent::Begun { job, serial, photo_advice } => {
            piece.job = Some(job.clone());
            piece.serial = Some(serial.clone());
            piece.photo_advice.clone_from(photo_advice);
        }
        WorkEvent::Progress(progress) => piece.progress(progress),
        WorkEvent::Ended(end) => {
            let signed_out = matches!(end, WorkEnd::NotBegun(trouble) if trouble.signed_out);
            piece.end = Some(end.clone());
            if signed_out {
                super::session::session_ended(model);
            }
        }
    }
}
