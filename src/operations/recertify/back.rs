//! The way back of a repair or renewal, as long as there is one: the unlock code is settled with the escrow, a passcode
//! that may have been changed is taken away, and the gateway is told how the card is.

use super::{Reached, Stage, State, unexpected};
use crate::{
    card::profile::CodeRecovery,
    cis2::wire::{CardAfterAbort, UnlockCodeSettled},
    operations::{
        effect::{CardWork, Effect, GatewayCall, Outcome},
        on_card::{End, FindCode, Tried, untouched_code},
    },
};

/// The steps of the way back, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Back {
    /// Find the card and select.
    ReadTries,
    ReleaseCodes,
    FindCode(FindCode),
    /// The card took none of its codes: over its channel it gets the next one, so that the escrow knows it.
    ReplaceUnlockCode,
    TellEscrow,
    /// A random passcode over the one that may have been set: the card is locked and on record as that.
    SetPasscode,
    Lock,
    /// The card refused every code, so the escrow keeps the one it has.
    KeepCode,
    /// The pair that was made beside the old one goes.
    RemoveNewPair,
    Abort(CardAfterAbort),
}

impl Back {
    /// What the stage does.
    pub fn effect(&self) -> Effect {
        let settle = |which| Effect::Gateway(GatewayCall::SettleUnlockCode { which });
        match self {
            Self::ReadTries => Effect::Card(CardWork::ReadTries),
            Self::ReleaseCodes => Effect::Gateway(GatewayCall::ReleaseCodes),
            Self::FindCode(find) => find.effect(),
            Self::ReplaceUnlockCode => Effect::Card(CardWork::ReplaceUnlockCode),
            Self::TellEscrow => settle(UnlockCodeSettled::Next),
            Self::SetPasscode => Effect::Card(CardWork::SetPasscode),
            Self::Lock => Effect::Card(CardWork::Lock),
            Self::KeepCode => settle(UnlockCodeSettled::FirstOfCurrent),
            Self::RemoveNewPair => Effect::Card(CardWork::RemoveNewPair),
            Self::Abort(card) => Effect::Gateway(GatewayCall::Abort { card: *card }),
        }
    }
}

/// Where the way back begins after a cut.
pub fn begin(state: &State) -> Back {
    if state.renews() || state.reached == Reached::Nothing {
        Back::Abort(CardAfterAbort::AsBefore)
    } else {
        Back::ReadTries
    }
}

/// Where it begins when the card took none of its codes. With two candidates nobody knows which one stays.
pub fn code_untouched(candidates: usize) -> Back {
    match untouched_code(candidates) {
        Some(_) => Back::KeepCode,
        None => Back::Abort(CardAfterAbort::AsBefore),
    }
}

pub fn step(state: State, stage: Back, why: String, outcome: &Outcome) -> State {
    let passcode_touched = state.reached >= Reached::Passcode;
    let next = match (stage, outcome) {
        (Back::ReadTries, Outcome::Tries { .. }) => Back::ReleaseCodes,
        (Back::ReleaseCodes, Outcome::CodesReleased { candidates }) => {
            Back::FindCode(FindCode::new(*candidates, state.lost_tries))
        }
        (Back::FindCode(find), outcome) => match find.step(outcome) {
            Some(Tried::Next) => Back::TellEscrow,
            Some(Tried::Again(find)) => Back::FindCode(find),
            Some(Tried::NoneFits) if state.plan.recovery == CodeRecovery::OverChannel => Back::ReplaceUnlockCode,
            Some(Tried::NoneFits) => Back::Abort(CardAfterAbort::AsBefore),
            None => return unexpected(State { stage: Stage::Back { stage: Back::ReadTries, why }, ..state }, outcome),
        },
        (Back::ReplaceUnlockCode, Outcome::UnlockCodeSet) => Back::TellEscrow,
        (Back::TellEscrow, Outcome::Settled) if passcode_touched => Back::SetPasscode,
        (Back::TellEscrow | Back::KeepCode, Outcome::Settled) => Back::Abort(CardAfterAbort::AsBefore),
        (Back::RemoveNewPair, Outcome::Erased) => Back::Abort(CardAfterAbort::AsBefore),
        (Back::SetPasscode, Outcome::PasscodeSet) => Back::Lock,
        (Back::Lock, Outcome::Locked) => Back::Abort(CardAfterAbort::Locked),
        (Back::Abort(card), Outcome::Aborted) => return over(state, card, why),
        (stage, outcome) => return unexpected(State { stage: Stage::Back { stage, why }, ..state }, outcome),
    };
    state.going_back(next, why)
}

fn over(state: State, card: CardAfterAbort, why: String) -> State {
    let (which, why) = match card {
        CardAfterAbort::AsBefore => (state.old_pair(), why),
        CardAfterAbort::Locked if state.renews() => (state.old_pair(), why),
        CardAfterAbort::Locked => (state.old_pair(), format!("{why}. The card is locked now: unlock it")),
        _ => (None, why),
    };
    state.ended(End::undone(why), which)
}
