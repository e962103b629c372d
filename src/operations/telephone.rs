//! Unlock at a desk whose gateway is silent: an officer elsewhere reads the unlock code over the telephone, enciphered.
//! A pure state machine.
//!
//! The desk shows a challenge, takes the response, and works on the card alone: the next unlock code at once, then the
//! holder's new passcode. What the gateway is to know afterwards is a completion code, read back over the telephone; the
//! job stays on record until the gateway has heard it, and `resume` tells it when the gateway answers again.

mod desk;
mod enrolment;

use serde::{Deserialize, Serialize};

pub(super) use desk::key_of;
pub use desk::{OfflinePreflight, OfflineReport, OfflineWish};
pub use enrolment::Enrolment;

use super::{
    effect::{CardWork, Effect, Fault, GatewayCall, Outcome},
    on_card::{End, UNLOCK_CODE_LOST},
};
use crate::domain::{
    CardSerial, HolderId, JobId, Series,
    telephone::{Challenge, TelephoneOutcome},
};

/// What is to be done, decided before anything is. It goes into the journal: no secret is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The job of this desk. The gateway's own job for the same unlock has another number.
    pub job: JobId,
    /// Whose card it is, as its certificate says.
    pub holder: HolderId,
    /// Which card.
    pub serial: CardSerial,
    /// Its series.
    pub series: Series,
    /// The card profile that recognised it.
    pub profile: String,
    /// What was read over the telephone.
    pub challenge: Challenge,
    /// The gateway this desk is enrolled at, by the name the desk keeps it under.
    pub gateway: String,
}

impl Plan {
    /// Whether a plan on record is one of this operation: nothing else has a challenge.
    #[must_use]
    pub fn is_recorded_in(plan: &serde_json::Value) -> bool {
        plan.get("challenge").is_some()
    }
}

/// Where such an unlock stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// What is being done.
    pub plan: Plan,
    /// The step whose outcome is awaited, or how it ended.
    pub stage: Stage,
    gateway: Line,
}

/// Whether anybody answers at the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    /// Nobody: the card is worked on, and the gateway is told nothing.
    Silent,
    /// It answers again: it is told, and the card is left alone.
    Answers,
}

/// The steps, in order. The name of each says whose answer is awaited.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Stage {
    /// The officer elsewhere has not read the response yet, or it did not fit.
    AwaitResponse,
    ReadTries {
        candidates: usize,
    },
    SetUnlockCode {
        candidate: usize,
        of: usize,
    },
    SetPasscode,
    CheckTries,
    /// The completion code is shown, and the gateway has not heard it yet.
    Tell {
        outcome: TelephoneOutcome,
        end: End,
    },
    Ended(End),
}

impl State {
    /// The beginning.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        Self { plan, stage: Stage::AwaitResponse, gateway: Line::Silent }
    }

    /// The effect whose outcome is awaited; `None` at the end, and where this desk has done what it can alone.
    #[must_use]
    pub fn pending(&self) -> Option<Effect> {
        Some(match &self.stage {
            Stage::ReadTries { .. } => Effect::Card(CardWork::ReadTries),
            Stage::SetUnlockCode { candidate, .. } => Effect::Card(CardWork::SetUnlockCode { candidate: *candidate }),
            Stage::SetPasscode => Effect::Card(CardWork::SetPasscode),
            Stage::CheckTries => Effect::Card(CardWork::CheckTries),
            Stage::Tell { outcome, .. } if self.gateway == Line::Answers => {
                Effect::Gateway(GatewayCall::EndByTelephone { outcome: *outcome })
            }
            Stage::AwaitResponse | Stage::Tell { .. } | Stage::Ended(_) => return None,
        })
    }

    /// How it ended.
    #[must_use]
    pub fn end(&self) -> Option<&End> {
        if let Stage::Ended(end) = &self.stage { Some(end) } else { None }
    }

    /// What is to be read over the telephone now: done, or given up wherever it stands. The card itself may hold either
    /// unlock code then, and the gateway keeps both.
    #[must_use]
    pub fn told(&self) -> TelephoneOutcome {
        match &self.stage {
            Stage::Tell { outcome, .. } => *outcome,
            // The card took the passcode; only its counter was not read once more.
            Stage::CheckTries | Stage::Ended(End::Done { .. }) => TelephoneOutcome::Done,
            _ => TelephoneOutcome::GivenUp,
        }
    }

    fn tell(mut self, outcome: TelephoneOutcome, end: End) -> Self {
        self.stage = Stage::Tell { outcome, end };
        self
    }

    fn given_up(self, why: impl Into<String>) -> Self {
        self.tell(TelephoneOutcome::GivenUp, End::undone(why))
    }
}

/// One step. An interruption changes nothing: the job stays open where it is.
#[must_use]
pub fn step(mut state: State, outcome: &Outcome) -> State {
    match outcome {
        Outcome::Failed(Fault::Interrupted { .. }) => return state,
        Outcome::Failed(Fault::Refused { why, .. }) => return refused(state, why.clone()),
        Outcome::Resumed | Outcome::ResumedWithHolder => return resumed(state),
        _ => {}
    }
    state.stage = match (state.stage.clone(), outcome) {
        (Stage::AwaitResponse, Outcome::CodesReleased { candidates }) => Stage::ReadTries { candidates: *candidates },
        (Stage::ReadTries { candidates }, Outcome::Tries { .. }) => {
            Stage::SetUnlockCode { candidate: 0, of: candidates }
        }
        (Stage::SetUnlockCode { .. }, Outcome::UnlockCodeSet) => Stage::SetPasscode,
        (Stage::SetUnlockCode { candidate, of }, Outcome::UnlockCodeWrong { may_try_more: true })
            if candidate + 1 < of =>
        {
            Stage::SetUnlockCode { candidate: candidate + 1, of }
        }
        (Stage::SetUnlockCode { .. }, Outcome::UnlockCodeWrong { .. }) => return state.given_up(UNLOCK_CODE_LOST),
        (Stage::SetPasscode, Outcome::PasscodeSet) => Stage::CheckTries,
        (Stage::CheckTries, Outcome::Tries { left: Some(0) }) => {
            return state.given_up("the card took the new passcode and is locked all the same: repair it");
        }
        (Stage::CheckTries, Outcome::Tries { .. }) => return state.tell(TelephoneOutcome::Done, End::done()),
        (Stage::Tell { end, .. }, Outcome::ToldByTelephone) => Stage::Ended(end),
        (_, outcome) => {
            let why =
                format!("the step answered with {}, which does not belong to it: look at the card", outcome.name());
            return state.given_up(why);
        }
    };
    state
}

/// The gateway answers again. The card is not touched: what this desk knows of it is told, and no more.
fn resumed(mut state: State) -> State {
    state.gateway = Line::Answers;
    match &state.stage {
        Stage::AwaitResponse | Stage::ReadTries { .. } => {
            state.given_up("it was cut off before anything was changed on the card: unlock it again")
        }
        Stage::SetUnlockCode { .. } | Stage::SetPasscode => state.given_up(
            "it was cut off while the card was being unlocked; both its unlock codes stay on record: unlock it again",
        ),
        // The card took the passcode; only its counter was not read once more.
        Stage::CheckTries => state.tell(TelephoneOutcome::Done, End::done()),
        Stage::Tell { .. } | Stage::Ended(_) => state,
    }
}

fn refused(mut state: State, why: String) -> State {
    match state.stage.clone() {
        // The card took the passcode; that its counter cannot be read changes nothing about it.
        Stage::CheckTries => state.tell(TelephoneOutcome::Done, End::done()),
        // The gateway never heard of it, or its card has been worked on since: there is nothing more to tell.
        Stage::Tell { end: End::Done { .. }, .. } => {
            state.stage = Stage::Ended(End::Done { note: Some(why) });
            state
        }
        Stage::Tell { end, .. } => {
            state.stage = Stage::Ended(end);
            state
        }
        Stage::Ended(_) => state,
        Stage::AwaitResponse | Stage::ReadTries { .. } | Stage::SetUnlockCode { .. } | Stage::SetPasscode => {
            state.given_up(why)
        }
    }
}

#[cfg(test)]
mod tests;
