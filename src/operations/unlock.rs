//! Unlock: a new passcode for a card whose holder does not have one that works. A pure state machine.
//!
//! Two calls and one card: the gateway releases the unlock code with the call that begins the job, the card is given the
//! next code at once and then the holder's new passcode with it, and the call that ends the job settles the code. A card
//! whose counter was read while this was prepared is not asked for it again. After a
//! cut the passcode is gone from memory: the code is settled with the escrow, and the card's own counter says the rest.

use super::{
    effect::{CardWork, Effect, Fault, GatewayCall, Outcome},
    on_card::{self, CounterAfter, End, Ending, FindCode, Found, Plan, Tried},
};
use crate::cis2::wire::{OnCardOutcome, UnlockCodeSettled};

/// Where an unlock stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// What is being done.
    pub plan: Plan,
    /// The step whose outcome is awaited, or how it ended.
    pub stage: Stage,
    /// The card's counter as it was before, once read: 0 is locked, the inner `None` a card that does not tell.
    before: Option<Option<u8>>,
    /// How far the chip may have been changed.
    reached: Reached,
    /// How often the answer to a try of an unlock code was lost in a cut.
    lost_tries: usize,
}

/// How far an unlock may have come on the chip, answered or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reached {
    Nothing,
    UnlockCode,
    Passcode,
}

/// The steps, in order. The name of each says whose answer is awaited.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Stage {
    Begin,
    /// The card's counter, before anything is sent to it.
    ReadTries {
        candidates: usize,
    },
    SetUnlockCode {
        candidate: usize,
        of: usize,
    },
    SetPasscode,
    CheckTries,
    /// After a cut: what does the gateway know?
    AskGateway {
        cut_at: Box<Stage>,
    },
    /// After a cut: what does the card's counter say?
    ReadTriesAgain,
    ReleaseCodes {
        left: Option<u8>,
    },
    FindCode {
        left: Option<u8>,
        find: FindCode,
    },
    End(Ending),
    Ended(End),
}

impl State {
    /// The beginning.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        Self { plan, stage: Stage::Begin, before: None, reached: Reached::Nothing, lost_tries: 0 }
    }

    /// The effect whose outcome is awaited; `None` at the end.
    #[must_use]
    pub fn pending(&self) -> Option<Effect> {
        Some(match &self.stage {
            Stage::Begin => Effect::Gateway(GatewayCall::BeginOnCard),
            Stage::ReadTries { .. } | Stage::ReadTriesAgain => Effect::Card(CardWork::ReadTries),
            Stage::SetUnlockCode { candidate, .. } => Effect::Card(CardWork::SetUnlockCode { candidate: *candidate }),
            Stage::SetPasscode => Effect::Card(CardWork::SetPasscode),
            Stage::CheckTries => Effect::Card(CardWork::CheckTries),
            Stage::AskGateway { .. } => Effect::Gateway(GatewayCall::AskIssuance),
            Stage::ReleaseCodes { .. } => Effect::Gateway(GatewayCall::ReleaseCodes),
            Stage::FindCode { find, .. } => find.effect(),
            Stage::End(ending) => ending.effect(),
            Stage::Ended(_) => return None,
        })
    }

    /// How it ended.
    #[must_use]
    pub fn end(&self) -> Option<&End> {
        if let Stage::Ended(end) = &self.stage { Some(end) } else { None }
    }

    /// The card's state when nothing on it was changed that its holder would notice.
    fn as_before(&self) -> OnCardOutcome {
        if self.before == Some(Some(0)) { OnCardOutcome::Locked } else { OnCardOutcome::AsBefore }
    }

    fn ending(mut self, outcome: OnCardOutcome, unlock_code: Option<UnlockCodeSettled>, end: End) -> Self {
        self.stage = Stage::End(Ending { outcome, unlock_code, end });
        self
    }

    /// No code fits.
    fn code_lost(self, unlock_code: Option<UnlockCodeSettled>, left: Option<u8>) -> Self {
        let why = on_card::unlock_code_lost(self.plan.recovery);
        let outcome = if left == Some(0) { OnCardOutcome::UnlockCodeBlocked } else { OnCardOutcome::AsBefore };
        self.ending(outcome, unlock_code, End::undone(why))
    }

    /// After a cut: which passcode the card has is not known.
    fn not_told(self, unlock_code: Option<UnlockCodeSettled>) -> Self {
        let why = "it was cut off while the passcode was being set, and the card does not tell which one it has: let the \
                   holder try the new one, and unlock the card again if it is refused";
        let outcome = self.as_before();
        self.ending(outcome, unlock_code, End::undone(why))
    }

    /// After a cut: the card's own counter says what can be known.
    fn found(self, left: Option<u8>, unlock_code: Option<UnlockCodeSettled>) -> Self {
        let was_locked = self.before == Some(Some(0));
        match (left, self.reached) {
            (Some(0), _) => {
                let why = "it was cut off before the card had its new passcode, and the card is still locked; nothing \
                           else was changed: unlock it again";
                self.ending(OnCardOutcome::Locked, unlock_code, End::undone(why))
            }
            // Nothing but the new passcode opens a card that was locked. Some cards tell that they are locked and nothing
            // else.
            (_, Reached::Passcode) if was_locked => self.ending(OnCardOutcome::Done, unlock_code, End::done()),
            (_, Reached::Passcode) => self.not_told(unlock_code),
            _ => {
                let why =
                    "it was cut off before the passcode was set, and the card is as it was before: unlock it again";
                let outcome = self.as_before();
                self.ending(outcome, unlock_code, End::undone(why))
            }
        }
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
    let stage = std::mem::replace(&mut state.stage, Stage::Ended(End::done()));
    state.stage = match (stage, outcome) {
        (Stage::Begin, Outcome::Begun { candidates }) => match state.plan.tries_before {
            Some(left) => {
                state.before = Some(Some(left));
                state.reached = Reached::UnlockCode;
                Stage::SetUnlockCode { candidate: 0, of: *candidates }
            }
            None => Stage::ReadTries { candidates: *candidates },
        },
        (Stage::Begin, Outcome::Declined { candidates, why }) => {
            state.before = state.plan.tries_before.map(Some);
            let (outcome, code) = (state.as_before(), on_card::untouched_code(*candidates));
            return state.ending(outcome, code, End::undone(why.clone()));
        }
        (Stage::ReadTries { candidates }, Outcome::Tries { left }) => {
            state.before = Some(*left);
            state.reached = Reached::UnlockCode;
            Stage::SetUnlockCode { candidate: 0, of: candidates }
        }
        (Stage::SetUnlockCode { .. }, Outcome::UnlockCodeSet) => {
            state.reached = Reached::Passcode;
            Stage::SetPasscode
        }
        (Stage::SetUnlockCode { candidate, of }, Outcome::UnlockCodeWrong { may_try_more: true })
            if candidate + 1 < of =>
        {
            Stage::SetUnlockCode { candidate: candidate + 1, of }
        }
        (Stage::SetUnlockCode { of, .. }, Outcome::UnlockCodeWrong { .. }) => {
            let left = state.before.flatten();
            return state.code_lost(on_card::untouched_code(of), left);
        }
        (Stage::SetPasscode, Outcome::PasscodeSet) if state.plan.counter_after == CounterAfter::LookedAtAgain => {
            return state.ending(OnCardOutcome::Done, Some(UnlockCodeSettled::Next), End::done());
        }
        (Stage::SetPasscode, Outcome::PasscodeSet) => Stage::CheckTries,
        (Stage::CheckTries, Outcome::Tries { left: Some(0) }) => {
            let why = "the card took the new passcode and is locked all the same: repair it";
            return state.ending(OnCardOutcome::Locked, Some(UnlockCodeSettled::Next), End::undone(why));
        }
        (Stage::CheckTries, Outcome::Tries { .. }) => {
            return state.ending(OnCardOutcome::Done, Some(UnlockCodeSettled::Next), End::done());
        }
        (Stage::AskGateway { cut_at }, Outcome::Issuance { issuance, card_settled }) => {
            return after_asking(state, *cut_at, &Found::of(issuance.as_deref(), *card_settled));
        }
        (Stage::ReadTriesAgain, Outcome::Tries { left }) => Stage::ReleaseCodes { left: *left },
        (Stage::ReleaseCodes { left }, Outcome::CodesReleased { candidates }) => {
            Stage::FindCode { left, find: FindCode::new(*candidates, state.lost_tries) }
        }
        (Stage::FindCode { left, find }, outcome) => match find.step(outcome) {
            Some(Tried::Next) => return state.found(left, Some(UnlockCodeSettled::Next)),
            Some(Tried::Again(find)) => Stage::FindCode { left, find },
            Some(Tried::NoneFits) => return state.code_lost(None, left),
            None => return unexpected(state, outcome),
        },
        (Stage::End(ending), Outcome::Ended) => Stage::Ended(ending.end),
        (_, outcome) => return unexpected(state, outcome),
    };
    state
}

/// Begins again after a cut: ask the gateway first, whatever the stage was.
fn resumed(mut state: State) -> State {
    if state.end().is_none() {
        if matches!(state.stage, Stage::SetUnlockCode { .. } | Stage::FindCode { .. }) {
            state.lost_tries += 1;
        }
        let cut_at = match std::mem::replace(&mut state.stage, Stage::Begin) {
            Stage::AskGateway { cut_at } => cut_at,
            stage => Box::new(stage),
        };
        state.stage = Stage::AskGateway { cut_at };
    }
    state
}

fn after_asking(mut state: State, cut_at: Stage, found: &Found) -> State {
    let ending = if let Stage::End(ending) = cut_at { Some(ending) } else { None };
    state.stage = match (found.end(ending.as_ref(), "the unlock had not begun"), ending) {
        (Some(end), _) => Stage::Ended(end),
        // The chip says what it is asked; what is known already is only told once more.
        (None, Some(ending)) => Stage::End(ending),
        (None, None) => Stage::ReadTriesAgain,
    };
    state
}

fn refused(mut state: State, why: String) -> State {
    let outcome = state.as_before();
    match &state.stage {
        // Refused at the door: nothing was begun.
        Stage::Begin => state.stage = Stage::Ended(End::undone(why)),
        Stage::ReadTries { candidates } => {
            let code = on_card::untouched_code(*candidates);
            return state.ending(outcome, code, End::undone(why));
        }
        Stage::SetUnlockCode { of, .. } => {
            let code = on_card::untouched_code(*of);
            return state.ending(outcome, code, End::undone(why));
        }
        Stage::SetPasscode => return state.ending(outcome, Some(UnlockCodeSettled::Next), End::undone(why)),
        // The card took the passcode; that its counter cannot be read changes nothing about it.
        Stage::CheckTries => return state.ending(OnCardOutcome::Done, Some(UnlockCodeSettled::Next), End::done()),
        Stage::ReadTriesAgain if state.reached == Reached::Passcode => return state.not_told(None),
        Stage::ReadTriesAgain => return state.found(None, None),
        Stage::ReleaseCodes { left } | Stage::FindCode { left, .. } => {
            let left = *left;
            return state.found(left, None);
        }
        // It stays open for another try.
        Stage::AskGateway { .. } | Stage::End(_) | Stage::Ended(_) => {}
    }
    state
}

/// An outcome that does not answer the awaited effect: a fault of this program, met by asking card and gateway anew.
fn unexpected(mut state: State, outcome: &Outcome) -> State {
    let why = format!("the step answered with {}, which does not belong to it: look at the card again", outcome.name());
    let code = (state.reached == Reached::Passcode).then_some(UnlockCodeSettled::Next);
    state.stage = Stage::End(Ending { outcome: state.as_before(), unlock_code: code, end: End::undone(why) });
    state
}
