//! What unlock, change of passcode, clear and cancel have in common: the plan, how they end, and how it is found out
//! after a cut which unlock code a card holds.

use serde::{Deserialize, Serialize};

use super::channel::ChannelUse;
use super::effect::{CardWork, Effect, GatewayCall, Outcome};
use crate::{
    card::{
        piv::ObjectName,
        profile::{ClearSettings, CodeRecovery},
    },
    cis2::wire::{Chip, DeliverySaid, Issuance, IssuanceState, OnCardOutcome, UnlockCodeSettled},
    domain::{CancelReason, CardSerial, HolderId, JobId, Operation, Series},
};

/// What is to be done, decided before anything is. It goes into the journal: numbers and choices, no names, no secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The job.
    pub job: JobId,
    /// Unlock, change passcode, clear or cancel.
    pub operation: Operation,
    /// Whose card it is.
    pub holder: HolderId,
    /// Which card.
    pub serial: CardSerial,
    /// Its series.
    pub series: Series,
    /// The card profile that recognised it; empty for a card that is not here.
    pub profile: String,
    /// Where the chip is.
    pub chip: Chip,
    /// What the officer said of its delivery.
    pub delivery: DeliverySaid,
    /// Why it is cancelled.
    pub reason: Option<CancelReason>,
    /// More about it, for the audit; no name.
    pub note: Option<String>,
    /// The objects that a clear or a cancel empties, in order.
    pub objects: Vec<ObjectName>,
    /// How a clear leaves the card.
    pub clear: ClearSettings,
    /// How an unlock code that is lost is replaced.
    #[serde(default)]
    pub recovery: CodeRecovery,
    /// What is done with the card's secure channel; none in plans from before there was one.
    #[serde(default)]
    pub channel: ChannelUse,
    /// Tries the card had left before anything was sent to it, where it told them while this was prepared: for an unlock,
    /// which asks for them itself where they are not known.
    #[serde(default)]
    pub tries_before: Option<u8>,
    /// Whether an unlock asks the card for its counter at the end.
    #[serde(default)]
    pub counter_after: CounterAfter,
    /// Who asked for it.
    #[serde(default)]
    pub asked_by: AskedBy,
}

/// Whether an unlock asks the card for its counter when it has its new passcode.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CounterAfter {
    /// It does.
    #[default]
    Asked,
    /// The card was looked at before and is looked at again afterwards.
    LookedAtAgain,
}

/// Who asked for a job, and so who may go on with it after a cut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AskedBy {
    /// An officer at the desk.
    #[default]
    Officer,
    /// The card's holder, without an officer.
    Holder,
}

/// How a machine ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Done.
    Done {
        /// What else the officer should know.
        note: Option<String>,
    },
    /// Not done; the card's state is on record.
    Undone {
        /// Why, and what to do.
        why: String,
    },
}

impl End {
    /// Done, and nothing more to say.
    #[must_use]
    pub fn done() -> Self {
        Self::Done { note: None }
    }

    /// Not done.
    #[must_use]
    pub fn undone(why: impl Into<String>) -> Self {
        Self::Undone { why: why.into() }
    }
}

/// The call that ends such an operation, and how it is told when the call has been answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// What became of the card.
    pub outcome: OnCardOutcome,
    /// Which unlock code it holds, where that is known.
    pub unlock_code: Option<UnlockCodeSettled>,
    /// How it is told.
    pub end: End,
}

impl Ending {
    /// What the stage does.
    #[must_use]
    pub fn effect(&self) -> Effect {
        Effect::Gateway(GatewayCall::EndOnCard { outcome: self.outcome, unlock_code: self.unlock_code })
    }
}

/// What the gateway knows of a job that was cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It never heard of it.
    NeverBegun,
    /// It ended as asked.
    Confirmed,
    /// It ended otherwise, or its card has been worked on since.
    Over,
    /// It is open, or its time ran out and nobody has touched the card since.
    GoesOn,
}

impl Found {
    /// Reads the gateway's answer.
    #[must_use]
    pub fn of(issuance: Option<&Issuance>, card_settled: bool) -> Self {
        match issuance.map(|issuance| issuance.state) {
            None => Self::NeverBegun,
            Some(IssuanceState::Confirmed) => Self::Confirmed,
            Some(IssuanceState::Aborted) => Self::Over,
            Some(IssuanceState::Expired) if card_settled => Self::Over,
            Some(IssuanceState::Reserved | IssuanceState::Certified | IssuanceState::Expired) => Self::GoesOn,
        }
    }
}

/// What is said where a job was cut off and its card is not as it left it.
pub const WORKED_ON_SINCE: &str = "the card has been worked on since: look at it again";

impl Found {
    /// How the job of an unlock or a change of passcode ended, where the gateway knows; `None` where it goes on.
    #[must_use]
    pub fn end(&self, cut_at: Option<&Ending>, never_begun: &str) -> Option<End> {
        Some(match (self, cut_at) {
            (Self::NeverBegun, _) => End::undone(never_begun),
            (Self::Confirmed, _) => End::done(),
            (Self::Over, Some(Ending { end: end @ End::Undone { .. }, .. })) => end.clone(),
            (Self::Over, _) => End::undone(WORKED_ON_SINCE),
            (Self::GoesOn, _) => return None,
        })
    }
}

/// Finding out after a cut which unlock code a card holds: each one that was released is changed to the next one, which
/// leaves the passcode alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindCode {
    /// How many were tried.
    tried: usize,
    /// How many the card may hold.
    candidates: usize,
    /// How often the answer to such a try was lost in a cut: the order turns by one each time, so that a cut again and again
    /// does not use the card's few tries up on one and the same wrong code.
    turn: usize,
}

/// What came of one try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// The card holds the next code now.
    Next,
    /// Another one is tried.
    Again(FindCode),
    /// None fits, or the card's last try would be spent.
    NoneFits,
}

impl FindCode {
    /// The beginning.
    #[must_use]
    pub fn new(candidates: usize, turn: usize) -> Self {
        Self { tried: 0, candidates, turn }
    }

    /// The code that is tried now.
    fn which(self) -> UnlockCodeSettled {
        // One candidate: nothing was left in doubt, and the next code has never been on the card. Two: the second one is
        // the next one.
        if self.candidates <= 1 || (self.tried + self.turn) % 2 == 1 {
            UnlockCodeSettled::FirstOfCurrent
        } else {
            UnlockCodeSettled::Next
        }
    }

    /// How many codes the card may hold.
    #[must_use]
    pub fn candidates(self) -> usize {
        self.candidates
    }

    /// What the stage does.
    #[must_use]
    pub fn effect(self) -> Effect {
        Effect::Card(CardWork::SettleUnlockCode { which: self.which() })
    }

    /// What came of it; `None` when the outcome does not belong to it.
    #[must_use]
    pub fn step(self, outcome: &Outcome) -> Option<Tried> {
        match outcome {
            Outcome::UnlockCodeSet => Some(Tried::Next),
            Outcome::UnlockCodeWrong { may_try_more } => {
                let more = *may_try_more && self.tried + 1 < self.candidates.min(2);
                Some(if more { Tried::Again(Self { tried: self.tried + 1, ..self }) } else { Tried::NoneFits })
            }
            _ => None,
        }
    }
}

/// Which code a card holds that took none of those it was tried with: with one candidate the escrow keeps it, with two
/// nobody knows which one stays.
#[must_use]
pub fn untouched_code(candidates: usize) -> Option<UnlockCodeSettled> {
    (candidates == 1).then_some(UnlockCodeSettled::FirstOfCurrent)
}

/// What helps a card of which this was said: a repair where that gives it a new code, the end of it where nothing does. None
/// where the words say something else.
#[must_use]
pub fn remedy_of_lost_code(why: &str) -> Option<Operation> {
    match why {
        UNLOCK_CODE_REPAIRED => Some(Operation::Repair),
        UNLOCK_CODE_LOST => Some(Operation::Cancel),
        _ => None,
    }
}

/// What is said of such a card where a repair replaces its code.
const UNLOCK_CODE_REPAIRED: &str = "The card does not take the unlock code that is on record for it, or that code is \
    blocked: repair the card, which gives it a new one";

/// What is said of a card that took none of its codes, with the next action that helps this kind of card.
#[must_use]
pub fn unlock_code_lost(recovery: CodeRecovery) -> &'static str {
    match recovery {
        CodeRecovery::Never => UNLOCK_CODE_LOST,
        CodeRecovery::OverChannel => UNLOCK_CODE_REPAIRED,
    }
}

/// What is said of a card whose unlock code is not the one on record, or is blocked, where nothing replaces it. CHANGE REFERENCE DATA is the one way
/// to a new code (SP 800-73-4 part 2, 3.2.2), and it asks for the old one: a repair has no other.
pub const UNLOCK_CODE_LOST: &str = "The card does not take the unlock code that is on record for it, or that code is \
    blocked. This kind of card takes a new one only from somebody who has the old one, so a repair cannot bring it back \
    either: cancel the card and issue another";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_code_is_tried_twice_and_every_second_cut_begins_with_the_other() {
        let wrong = Outcome::UnlockCodeWrong { may_try_more: true };
        for turn in 0..4 {
            let first = FindCode::new(2, turn);
            let Some(Tried::Again(second)) = first.step(&wrong) else { panic!("a second one") };
            assert_ne!(first.which(), second.which());
            assert_ne!(first.which(), FindCode::new(2, turn + 1).which());
            assert_eq!(second.step(&wrong), Some(Tried::NoneFits));
            assert_eq!(second.step(&Outcome::UnlockCodeSet), Some(Tried::Next));
        }
        assert_eq!(FindCode::new(1, 0).which(), UnlockCodeSettled::FirstOfCurrent);
        let last = Outcome::UnlockCodeWrong { may_try_more: false };
        assert_eq!(FindCode::new(2, 0).step(&last), Some(Tried::NoneFits));
        assert_eq!(FindCode::new(2, 0).step(&Outcome::Witness), None);
    }
}
