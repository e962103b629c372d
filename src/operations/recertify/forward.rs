//! Going on with a repair or renewal after a cut: back while that is possible, forward from the first changed key on.

use super::{HolderHere, Relay, Stage, State, back};
use crate::{
    cis2::wire::{Issuance, IssuanceState, KeysWanted},
    operations::{
        on_card::{self, End},
        report::WhichPair,
    },
};

/// The first step on the card.
pub fn first(state: &State) -> Stage {
    if state.renews() { Stage::CheckPasscode } else { Stage::Relay(Relay::Witness) }
}

/// Begins again after a cut: ask the gateway first, whatever the stage was.
pub fn resumed(mut state: State, holder: HolderHere) -> State {
    if state.end().is_none() {
        state.resumptions += 1;
        let tries = match &state.stage {
            Stage::SetUnlockCode { .. } | Stage::FindCode(_) => true,
            Stage::Back { stage, .. } => matches!(stage, back::Back::FindCode(_)),
            _ => false,
        };
        state.lost_tries += usize::from(tries);
        state.holder = holder;
        let cut_at = match std::mem::replace(&mut state.stage, Stage::Reserve) {
            Stage::AskGateway { cut_at } => cut_at,
            stage => Box::new(stage),
        };
        state.stage = Stage::AskGateway { cut_at };
    }
    state
}

/// It came to its good end.
pub fn done(state: State) -> State {
    let note = state.left_locked.then(|| "The card is locked: unlock it when its holder is here".to_owned());
    state.ended(End::Done { note }, Some(WhichPair::New))
}

/// It came to its good end, and the old pair is still on the card.
pub fn done_beside_the_old(state: State) -> State {
    let note = "The old certificates are still on the card; they are revoked and do no harm";
    state.ended(End::Done { note: Some(note.to_owned()) }, Some(WhichPair::New))
}

pub fn after_asking(mut state: State, cut_at: Stage, issuance: Option<&Issuance>, card_settled: bool) -> State {
    let Some(issuance) = issuance else {
        let old = state.old_pair();
        return state.ended(End::undone("it had not begun, and the card is as it was"), old);
    };
    let old = state.pair_meanwhile();
    state.key_told = issuance.told_key.is_some();
    match (issuance.state, cut_at) {
        (IssuanceState::Confirmed, _) if state.keeps_old_pair() && state.holder == HolderHere::Yes => {
            state.stage = Stage::RemoveOldPair;
            state
        }
        (IssuanceState::Confirmed, _) if state.keeps_old_pair() => done_beside_the_old(state),
        (IssuanceState::Confirmed, _) => done(state),
        (IssuanceState::Aborted, Stage::Back { why, .. }) => state.ended(End::Undone { why }, old),
        (IssuanceState::Aborted, _) => state.ended(End::undone("it was given up since: look at the card again"), old),
        (IssuanceState::Expired, _) if card_settled => state.ended(End::undone(on_card::WORKED_ON_SINCE), None),
        // It was on its way back: for good, or because nothing is lost yet.
        (_, Stage::Back { stage: stage @ back::Back::Abort(_), why }) => state.going_back(stage, why),
        (_, Stage::Back { why, .. }) => {
            let stage = back::begin(&state);
            state.going_back(stage, why)
        }
        (_, _) if !state.goes_forward() => {
            let why = "it was cut off before anything of its keys and certificates was changed";
            let stage = back::begin(&state);
            state.going_back(stage, why)
        }
        (IssuanceState::Expired, _) => {
            // What was certified is revoked: with the keys the card has, or with new ones, it is certified again.
            state.fetch = false;
            state.keys_made = state.plan.keys == KeysWanted::Same;
            state.stage = Stage::Reopen;
            state
        }
        // Whole and proved: nothing is missing but the last word.
        (IssuanceState::Certified, stage @ (Stage::Lock | Stage::Confirm)) => {
            state.stage = stage;
            state
        }
        (known, _) => {
            state.fetch = known == IssuanceState::Certified && state.keys_made;
            state.stage = first(&state);
            state
        }
    }
}
