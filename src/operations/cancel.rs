//! Cancel: a card ended for good. A pure state machine.
//!
//! The certificates are revoked with the call that begins the job, so the card is cancelled whatever happens to the chip.
//! Where the chip is here it is emptied as far as it lets itself be, and its passcode is blocked.

use super::{
    effect::{CardWork, Effect, Fault, GatewayCall, Outcome},
    on_card::{End, Ending, Found, Plan},
    relay::{Relay, Relayed},
};
use crate::cis2::wire::{Chip, OnCardOutcome};

/// Where a cancel stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// What is being done.
    pub plan: Plan,
    /// The step whose outcome is awaited, or how it ended.
    pub stage: Stage,
    /// What the chip would not do, if anything.
    missed: Option<String>,
    /// Whether the job was resumed.
    again: bool,
}

/// The steps, in order. The name of each says whose answer is awaited.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Stage {
    Begin,
    Relay(Relay),
    Erase(usize),
    Block,
    /// After a cut: what does the gateway know?
    AskGateway {
        cut_at: Box<Stage>,
    },
    End(Ending),
    Ended(End),
}

impl State {
    /// The beginning.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        Self { plan, stage: Stage::Begin, missed: None, again: false }
    }

    /// The effect whose outcome is awaited; `None` at the end.
    #[must_use]
    pub fn pending(&self) -> Option<Effect> {
        Some(match &self.stage {
            Stage::Begin => Effect::Gateway(GatewayCall::BeginOnCard),
            Stage::Relay(relay) => relay.effect(),
            Stage::Erase(index) => Effect::Card(CardWork::Erase(*self.plan.objects.get(*index)?)),
            Stage::Block => Effect::Card(CardWork::Block),
            Stage::AskGateway { .. } => Effect::Gateway(GatewayCall::AskIssuance),
            Stage::End(ending) => ending.effect(),
            Stage::Ended(_) => return None,
        })
    }

    /// How it ended.
    #[must_use]
    pub fn end(&self) -> Option<&End> {
        if let Stage::Ended(end) = &self.stage { Some(end) } else { None }
    }

    fn erasing(&self, index: usize) -> Stage {
        if index < self.plan.objects.len() { Stage::Erase(index) } else { Stage::Block }
    }

    /// The chip is let go, whatever it is like: the card is cancelled on record.
    fn let_go(mut self) -> Self {
        let (outcome, note) = match self.missed.take() {
            None => (OnCardOutcome::Done, None),
            Some(why) => {
                let note = format!("Its chip could not be emptied ({why}). Destroy the card");
                (OnCardOutcome::NotReached, Some(note))
            }
        };
        self.stage = Stage::End(Ending { outcome, unlock_code: None, end: End::Done { note } });
        self
    }
}

/// One step.
#[must_use]
pub fn step(mut state: State, outcome: &Outcome) -> State {
    match outcome {
        Outcome::Failed(fault) => return failed(state, fault),
        Outcome::Resumed | Outcome::ResumedWithHolder => return resumed(state),
        _ => {}
    }
    let stage = std::mem::replace(&mut state.stage, Stage::Ended(End::done()));
    state.stage = match (stage, outcome) {
        (Stage::Begin, Outcome::Begun { .. }) => match state.plan.chip {
            Chip::NotHere => Stage::Ended(End::done()),
            Chip::InReader => Stage::Relay(Relay::Witness),
        },
        (Stage::Relay(relay), outcome) => match relay.step(outcome) {
            Some(Relayed::GoesOn(relay)) => Stage::Relay(relay),
            Some(Relayed::Proved) => state.erasing(0),
            None => return unexpected(state, outcome),
        },
        (Stage::Erase(index), Outcome::Erased) => state.erasing(index + 1),
        (Stage::Block, Outcome::Locked) => return state.let_go(),
        (Stage::AskGateway { cut_at }, Outcome::Issuance { issuance, card_settled }) => {
            return after_asking(state, *cut_at, &Found::of(issuance.as_deref(), *card_settled));
        }
        (Stage::End(ending), Outcome::Ended) => Stage::Ended(ending.end),
        (_, outcome) => return unexpected(state, outcome),
    };
    state
}

/// Begins again after a cut: ask the gateway first, whatever the stage was.
fn resumed(mut state: State) -> State {
    if state.end().is_none() {
        state.again = true;
        let cut_at = match std::mem::replace(&mut state.stage, Stage::Begin) {
            Stage::AskGateway { cut_at } => cut_at,
            stage => Box::new(stage),
        };
        state.stage = Stage::AskGateway { cut_at };
    }
    state
}

fn after_asking(mut state: State, cut_at: Stage, found: &Found) -> State {
    state.stage = match (found, cut_at) {
        (Found::NeverBegun, _) => Stage::Ended(End::undone("the cancel had not begun, and the card is as it was")),
        (Found::Over, Stage::End(ending)) => Stage::Ended(ending.end),
        // It is cancelled on record since the job began, and for good.
        (Found::Confirmed | Found::Over, _) => Stage::Ended(End::done()),
        (Found::GoesOn, Stage::End(ending)) => Stage::End(ending),
        (Found::GoesOn, _) => Stage::Relay(Relay::Witness),
    };
    state
}

fn failed(mut state: State, fault: &Fault) -> State {
    let (Fault::Interrupted { why } | Fault::Refused { why, .. }) = fault;
    let interrupted = matches!(fault, Fault::Interrupted { .. });
    match &state.stage {
        Stage::Begin if !interrupted => state.stage = Stage::Ended(End::undone(why)),
        Stage::Begin | Stage::AskGateway { .. } | Stage::End(_) | Stage::Ended(_) => {}
        // A chip that went away is waited for once; the second time it is let go, for the holder waits for another card.
        stage if interrupted && (!state.again || is_gateway(stage)) => {}
        stage => {
            // What the chip refuses is left out; blocking it needs no key.
            let next = match stage {
                _ if interrupted => None,
                Stage::Erase(index) => Some(state.erasing(index + 1)),
                Stage::Relay(_) => Some(Stage::Block),
                _ => None,
            };
            state.missed.get_or_insert_with(|| why.trim_end_matches('.').to_owned());
            match next {
                Some(next) => state.stage = next,
                None => return state.let_go(),
            }
        }
    }
    state
}

/// Whether the stage waits for the gateway.
fn is_gateway(stage: &Stage) -> bool {
    matches!(stage, Stage::Relay(Relay::AnswerWitness | Relay::CheckCardAnswer))
}

/// An outcome that does not answer the awaited effect: a fault of this program. The card is cancelled all the same.
fn unexpected(mut state: State, outcome: &Outcome) -> State {
    state.missed = Some(format!("a step answered with {}, which does not belong to it", outcome.name()));
    state.let_go()
}
