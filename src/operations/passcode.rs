//! Change of passcode by a holder who knows the one they have. A pure state machine.
//!
//! One try, never repeated: the card's own counter is read just before it, and a card that is locked is sent nothing.

use super::{
    effect::{CardWork, Effect, Fault, GatewayCall, Outcome},
    on_card::{End, Ending, Found, Plan},
};
use crate::cis2::wire::OnCardOutcome;

/// Where a change of passcode stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// What is being done.
    pub plan: Plan,
    /// The step whose outcome is awaited, or how it ended.
    pub stage: Stage,
}

/// The steps, in order. The name of each says whose answer is awaited.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Stage {
    Begin,
    Change,
    /// After a cut: what does the gateway know?
    AskGateway {
        cut_at: Box<Stage>,
    },
    /// After a cut: what does the card's counter say?
    ReadTries,
    End(Ending),
    Ended(End),
}

impl State {
    /// The beginning.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        Self { plan, stage: Stage::Begin }
    }

    /// The effect whose outcome is awaited; `None` at the end.
    #[must_use]
    pub fn pending(&self) -> Option<Effect> {
        Some(match &self.stage {
            Stage::Begin => Effect::Gateway(GatewayCall::BeginOnCard),
            Stage::Change => Effect::Card(CardWork::ChangePasscode),
            Stage::AskGateway { .. } => Effect::Gateway(GatewayCall::AskIssuance),
            Stage::ReadTries => Effect::Card(CardWork::ReadTries),
            Stage::End(ending) => ending.effect(),
            Stage::Ended(_) => return None,
        })
    }

    /// How it ended.
    #[must_use]
    pub fn end(&self) -> Option<&End> {
        if let Stage::Ended(end) = &self.stage { Some(end) } else { None }
    }

    fn ending(mut self, outcome: OnCardOutcome, end: End) -> Self {
        self.stage = Stage::End(Ending { outcome, unlock_code: None, end });
        self
    }
}

/// What is said of a card that is locked.
const LOCKED: &str = "the card's passcode is locked after too many wrong tries; its keys and certificates are unharmed: \
                      unlock the card";

/// One step. An interruption changes nothing: the job stays open where it is.
#[must_use]
pub fn step(mut state: State, outcome: &Outcome) -> State {
    match outcome {
        Outcome::Failed(Fault::Interrupted { .. }) => return state,
        Outcome::Failed(Fault::Refused { why, .. }) => return refused(state, why.clone()),
        Outcome::Resumed | Outcome::ResumedWithHolder => return resumed(state),
        _ => {}
    }
    let stage = std::mem::replace(&mut state.stage, Stage::Ended(End::done()));
    state.stage = match (stage, outcome) {
        (Stage::Begin, Outcome::Begun { .. }) => Stage::Change,
        (Stage::Change, Outcome::PasscodeSet) => return state.ending(OnCardOutcome::Done, End::done()),
        (Stage::Change | Stage::ReadTries, Outcome::PasscodeWrong { left: Some(0), .. })
        | (Stage::ReadTries, Outcome::Tries { left: Some(0) }) => {
            return state.ending(OnCardOutcome::Locked, End::undone(LOCKED));
        }
        (Stage::Change, Outcome::PasscodeWrong { left, .. }) => {
            let why =
                format!("the old passcode is wrong{}, and the card keeps it: type it with care", tries_words(*left));
            return state.ending(OnCardOutcome::AsBefore, End::undone(why));
        }
        (Stage::ReadTries, Outcome::Tries { .. }) => {
            let why = "it was cut off while the passcode was being changed, and the card does not tell which one it has: \
                       let the holder try the new one first, then the old one";
            return state.ending(OnCardOutcome::AsBefore, End::undone(why));
        }
        (Stage::AskGateway { cut_at }, Outcome::Issuance { issuance, card_settled }) => {
            return after_asking(state, *cut_at, &Found::of(issuance.as_deref(), *card_settled));
        }
        (Stage::End(ending), Outcome::Ended) => Stage::Ended(ending.end),
        (_, outcome) => {
            let why = format!("the step answered with {}, which does not belong to it", outcome.name());
            return state.ending(OnCardOutcome::AsBefore, End::undone(why));
        }
    };
    state
}

/// ", and one try is left" and the like; nothing where the card does not tell.
pub fn tries_words(left: Option<u8>) -> String {
    match left {
        Some(1) => ", and one try is left".into(),
        Some(left) => format!(", and {left} tries are left"),
        None => String::new(),
    }
}

/// Begins again after a cut: ask the gateway first, whatever the stage was.
fn resumed(mut state: State) -> State {
    if state.end().is_none() {
        let cut_at = match std::mem::replace(&mut state.stage, Stage::Begin) {
            Stage::AskGateway { cut_at } => cut_at,
            stage => Box::new(stage),
        };
        state.stage = Stage::AskGateway { cut_at };
    }
    state
}

fn after_asking(mut state: State, cut_at: Stage, found: &Found) -> State {
    let ending = if let Stage::End(ending) = &cut_at { Some(ending) } else { None };
    state.stage = match (found.end(ending, "the change of passcode had not begun"), cut_at) {
        (Some(end), _) => Stage::Ended(end),
        (None, Stage::End(ending)) => Stage::End(ending),
        (None, Stage::Begin) => {
            let end = End::undone("it was cut off before anything was sent to the card, which has its old passcode");
            return state.ending(OnCardOutcome::AsBefore, end);
        }
        (None, _) => Stage::ReadTries,
    };
    state
}

fn refused(mut state: State, why: String) -> State {
    match &state.stage {
        // Refused at the door: nothing was begun.
        Stage::Begin => state.stage = Stage::Ended(End::undone(why)),
        Stage::Change | Stage::ReadTries => return state.ending(OnCardOutcome::AsBefore, End::undone(why)),
        // It stays open for another try.
        Stage::AskGateway { .. } | Stage::End(_) | Stage::Ended(_) => {}
    }
    state
}
