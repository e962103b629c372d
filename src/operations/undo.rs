//! Undoing an issue: the chip is emptied, its unlock code settled with the escrow, and the gateway told.

use super::{
    channel::{Replaced, Replacing},
    effect::{CardWork, Effect, GatewayCall, Outcome},
    issue::{Plan, State},
};
use crate::{
    card::piv::ObjectName,
    cis2::wire::{CardAfterAbort, KeyOwner, UnlockCodeSettled},
};

/// The steps of undoing, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum UndoStage {
    Witness {
        code_known: bool,
    },
    AnswerWitness {
        code_known: bool,
    },
    ProveManagementKey {
        code_known: bool,
    },
    CheckCardAnswer {
        code_known: bool,
    },
    ReleaseCodes,
    /// Which code does the card hold? Each try sets a random passcode with the one it tries.
    TryCode {
        which: UnlockCodeSettled,
        candidates: usize,
    },
    TellEscrow {
        which: UnlockCodeSettled,
    },
    /// The card refused every code, so the escrow keeps the one it has.
    KeepCode,
    Erase(usize),
    /// The keys of its security domain that the card was delivered with.
    PutKeysBack(Replacing),
    Abort {
        card: CardAfterAbort,
    },
    Finished,
}

/// Where undoing begins: an untouched card needs nothing but the gateway.
#[must_use]
pub fn begin(issue: &State, code_known: bool) -> UndoStage {
    match issue.card_touched {
        true => UndoStage::Witness { code_known },
        false => UndoStage::Abort { card: CardAfterAbort::Blank },
    }
}

/// Where undoing begins when the chip is certainly as it came. With two candidates nobody knows which one stays.
#[must_use]
pub fn leave_unchanged(candidates: usize) -> UndoStage {
    if candidates == 1 { UndoStage::KeepCode } else { UndoStage::Abort { card: CardAfterAbort::NotReached } }
}

/// The code to try next: of the new one and the current ones the first that the card has not refused in this job, in a
/// circle that starts one further with every try whose answer was lost. A wrong try costs the card one of its few, the
/// right one gives them all back; a fixed start whose answer is lost again and again would use them up, and so would one
/// that turns with cuts at which nothing was tried.
fn code_to_try(candidates: usize, refused: &[UnlockCodeSettled], lost_tries: usize) -> Option<UnlockCodeSettled> {
    let all = [UnlockCodeSettled::Next, UnlockCodeSettled::FirstOfCurrent, UnlockCodeSettled::SecondOfCurrent];
    let known = candidates.clamp(1, 2) + 1;
    let circle = all.into_iter().take(known).cycle().skip(lost_tries % known).take(known);
    circle.into_iter().find(|which| !refused.contains(which))
}

/// What undoing empties. The capability container stays, because on some cards it holds the only serial; the
/// discovery object says the same on a blank card.
pub fn erased(plan: &Plan) -> impl Iterator<Item = ObjectName> {
    let kept = [ObjectName::CardCapabilityContainer, ObjectName::Discovery];
    plan.objects.iter().copied().filter(move |object| !kept.contains(object))
}

/// What a stage does.
#[must_use]
pub fn effect(stage: &UndoStage, plan: &Plan) -> Effect {
    match stage {
        UndoStage::PutKeysBack(replacing) => replacing.effect(KeyOwner::Delivered),
        UndoStage::Witness { .. } => Effect::Card(CardWork::Witness),
        UndoStage::AnswerWitness { .. } => Effect::Gateway(GatewayCall::AnswerWitness),
        UndoStage::ProveManagementKey { .. } => Effect::Card(CardWork::ProveManagementKey),
        UndoStage::CheckCardAnswer { .. } => Effect::Gateway(GatewayCall::CheckCardAnswer),
        UndoStage::ReleaseCodes => Effect::Gateway(GatewayCall::ReleaseCodes),
        UndoStage::TryCode { which, .. } => Effect::Card(CardWork::TryUnlockCode { which: *which }),
        UndoStage::TellEscrow { which } => Effect::Gateway(GatewayCall::SettleUnlockCode { which: *which }),
        UndoStage::KeepCode => {
            Effect::Gateway(GatewayCall::SettleUnlockCode { which: UnlockCodeSettled::FirstOfCurrent })
        }
        UndoStage::Erase(index) => match erased(plan).nth(*index) {
            Some(object) => Effect::Card(CardWork::Erase(object)),
            None => Effect::Gateway(GatewayCall::Abort { card: CardAfterAbort::Blank }),
        },
        UndoStage::Abort { card } => Effect::Gateway(GatewayCall::Abort { card: *card }),
        UndoStage::Finished => Effect::Gateway(GatewayCall::AskIssuance),
    }
}

/// The next stage; `None` when the outcome does not belong to this one. What the job has learnt of the card's codes is in
/// `issue`, this outcome included.
#[must_use]
pub fn step(stage: UndoStage, outcome: &Outcome, issue: &State) -> Option<UndoStage> {
    let plan = &issue.plan;
    // None fits: the chip is not in a state the escrow knows, and it must not be issued as blank.
    let not_reached = UndoStage::Abort { card: CardAfterAbort::NotReached };
    let next_code = |candidates| match code_to_try(candidates, &issue.refused_codes, issue.lost_tries) {
        Some(which) => UndoStage::TryCode { which, candidates },
        None => UndoStage::Abort { card: CardAfterAbort::NotReached },
    };
    let objects = erased(plan).count();
    let blank = UndoStage::Abort { card: CardAfterAbort::Blank };
    let erase = |index: usize| match () {
        () if index < objects => UndoStage::Erase(index),
        () if plan.channel.puts_back() => UndoStage::PutKeysBack(Replacing::FIRST),
        () => UndoStage::Abort { card: CardAfterAbort::Blank },
    };
    Some(match (stage, outcome) {
        (UndoStage::PutKeysBack(replacing), outcome) => match replacing.step(outcome, KeyOwner::Delivered)? {
            Replaced::At(next) => UndoStage::PutKeysBack(next),
            Replaced::Done => blank,
            Replaced::Refused => UndoStage::PutKeysBack(Replacing::FIRST),
        },
        (UndoStage::Witness { code_known }, Outcome::Witness) => UndoStage::AnswerWitness { code_known },
        (UndoStage::AnswerWitness { code_known }, Outcome::WitnessAnswered) => {
            UndoStage::ProveManagementKey { code_known }
        }
        (UndoStage::ProveManagementKey { code_known }, Outcome::CardAnswered) => {
            UndoStage::CheckCardAnswer { code_known }
        }
        (UndoStage::CheckCardAnswer { code_known: true }, Outcome::CardAnswerRight) => erase(0),
        (UndoStage::CheckCardAnswer { code_known: false }, Outcome::CardAnswerRight) => UndoStage::ReleaseCodes,
        (UndoStage::ReleaseCodes, Outcome::CodesReleased { candidates }) => next_code(*candidates),
        (UndoStage::TryCode { which, .. }, Outcome::UnlockCodeSet) => UndoStage::TellEscrow { which },
        (UndoStage::TryCode { candidates, .. }, Outcome::UnlockCodeWrong { may_try_more: true }) => {
            next_code(candidates)
        }
        (UndoStage::TryCode { .. }, Outcome::UnlockCodeWrong { .. }) => not_reached,
        (UndoStage::TellEscrow { .. }, Outcome::Settled) => erase(0),
        (UndoStage::KeepCode, Outcome::Settled) => UndoStage::Abort { card: CardAfterAbort::Blank },
        (UndoStage::Erase(index), Outcome::Erased) => erase(index + 1),
        (UndoStage::Abort { .. }, Outcome::Aborted) => UndoStage::Finished,
        _ => return None,
    })
}
