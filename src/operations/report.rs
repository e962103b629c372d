//! What came of an operation on a card in use, and what the gateway may ask for before it lets one begin.

use serde::Serialize;

use super::{
    cancel, clear,
    diagnosis::Finding,
    effect::{Effect, Outcome},
    error::OperationError,
    on_card::End,
    passcode,
    pocket::Pocket,
    progress::Progress,
    recertify,
    runner::{Desk, Ending, JobPlan, Machine, Rest, StepTime},
    telephone,
    through_channel::ThroughChannel,
    unlock,
};
use crate::{
    cis2::ServiceError,
    domain::{CardSerial, HolderId, JobId, Operation},
};

/// What came of an operation on a card in use.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CardReport {
    /// The job.
    pub job: JobId,
    /// What was done.
    pub operation: Operation,
    /// Whose card it is.
    pub holder: HolderId,
    /// Which card.
    pub serial: CardSerial,
    /// How it ended.
    pub ending: Ending,
    /// What else the officer should know of a card that is done.
    pub note: Option<String>,
    /// What the gateway asks for, where that is why it was not begun.
    pub need: Option<Need>,
    /// APDUs exchanged with the card: recognition included, and the look that this began with.
    pub apdus: u64,
    /// Calls of the gateway from the first to the last: preparation included, and the look that this began with. A call
    /// that was repeated because its answer was lost counts once.
    pub gateway_calls: u32,
    /// Time of every step, in order.
    pub steps: Vec<StepTime>,
    /// Which pair of certificates the card works with after a repair or renewal; none while neither does.
    pub which_pair: Option<WhichPair>,
    /// Tries left of the passcode, as the card told last.
    pub tries_left: Option<u8>,
    /// What was found wrong with the card only while it was worked on.
    pub found: Vec<Finding>,
}

impl CardReport {
    /// What was found only while the card was worked on, and what else there is to know, as sentences.
    #[must_use]
    pub fn remarks(&self) -> Option<String> {
        let found = self.found.iter().map(|finding| format!("{finding}: that was what was wrong with it"));
        let remarks: Vec<String> = found.chain(self.note.clone()).collect();
        (!remarks.is_empty()).then(|| remarks.join(". "))
    }
}

/// A pair of certificates of one card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhichPair {
    /// The one it had before.
    Old,
    /// The one that was made for it.
    New,
}

impl std::fmt::Display for WhichPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Old => "the certificates it had before",
            Self::New => "its new certificates",
        })
    }
}

/// What the gateway wants before it lets an operation begin. Nothing was changed; it is asked again with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// The officer proves once more who they are.
    StepUp,
    /// A second officer approves.
    SecondOfficer,
    /// The officer says that the holder has the card in hand.
    Delivery,
}

impl Need {
    /// What this refusal asks for.
    #[must_use]
    pub fn of(error: &ServiceError) -> Option<Self> {
        let ServiceError::Problem(problem) = error else { return None };
        Some(match problem.kind.as_str() {
            "step-up-needed" => Self::StepUp,
            "second-officer-needed" => Self::SecondOfficer,
            "delivery-unconfirmed" => Self::Delivery,
            _ => return None,
        })
    }
}

/// A machine of an operation on a card in use.
pub trait CardMachine: Machine {
    /// How it ended.
    fn end(&self) -> Option<&End>;
    /// Why it rests before its end, where it waits for somebody.
    fn waits(&self) -> Option<&str> {
        None
    }
    /// Which pair of certificates the card works with.
    fn which_pair(&self) -> Option<WhichPair> {
        None
    }
}

/// Gives each machine to the runner.
macro_rules! machines {
    ($($room:ident),*) => {$(
        impl Machine for $room::State {
            fn pending(&self) -> Option<Effect> {
                Self::pending(self)
            }
            fn step(self, outcome: &Outcome) -> Self {
                $room::step(self, outcome)
            }
        }
    )*};
}
machines!(unlock, passcode, clear, cancel, recertify, telephone);

impl CardMachine for unlock::State {
    fn end(&self) -> Option<&End> {
        Self::end(self)
    }
}

impl CardMachine for telephone::State {
    fn end(&self) -> Option<&End> {
        Self::end(self)
    }
}

impl CardMachine for passcode::State {
    fn end(&self) -> Option<&End> {
        Self::end(self)
    }
}

impl CardMachine for clear::State {
    fn end(&self) -> Option<&End> {
        Self::end(self)
    }
}

impl CardMachine for cancel::State {
    fn end(&self) -> Option<&End> {
        Self::end(self)
    }
}

impl CardMachine for recertify::State {
    fn end(&self) -> Option<&End> {
        Self::end(self)
    }
    fn waits(&self) -> Option<&str> {
        Self::waits(self)
    }
    fn which_pair(&self) -> Option<WhichPair> {
        Self::which_pair(self)
    }
}

/// How a machine that came to rest is told, and what else there is to say.
pub fn told<M: CardMachine>(rest: &Rest<M>) -> (Ending, Option<String>) {
    match rest.machine.end() {
        Some(End::Done { note }) => (Ending::Done, note.clone()),
        Some(End::Undone { why }) => (rest.undone(why.clone()), None),
        None => {
            let why = rest.machine.waits().map(str::to_owned).or_else(|| rest.stalled.clone());
            (Ending::Unfinished { why: why.unwrap_or_default() }, None)
        }
    }
}

impl Desk<'_> {
    /// Puts a new job on record and drives its machine.
    pub(super) fn run_card<M: CardMachine>(
        &self,
        machine: M,
        plan: &JobPlan,
        mut pocket: Pocket,
        tell: &mut dyn FnMut(&Progress),
    ) -> Result<CardReport, OperationError> {
        let _claim = self.journal.claim(plan.job())?;
        self.journal.begin(plan.job(), plan.operation(), &plan.to_json()?)?;
        // The count goes on when the card is lost in the middle and its session with it.
        let record = pocket.session.as_ref().map(|session| session.record.clone());
        let machine = ThroughChannel::new(machine, plan.channel());
        let rest = self.drive(machine, plan, &mut pocket, None, tell)?;
        let (ending, note) = told(&rest);
        self.close(plan.job(), &ending)?;
        Ok(CardReport {
            job: plan.job().clone(),
            operation: plan.operation(),
            holder: plan.holder().clone(),
            serial: plan.serial().clone(),
            ending,
            note,
            need: pocket.need,
            apdus: record.map_or(0, |record| record.count()).saturating_add(pocket.spent.apdus),
            gateway_calls: rest.gateway_calls.saturating_add(pocket.spent.gateway_calls),
            which_pair: rest.machine.which_pair(),
            steps: rest.steps,
            tries_left: pocket.tries_left,
            found: pocket.found,
        })
    }
}
