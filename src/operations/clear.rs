//! Clear: a card emptied for reuse. A pure state machine.
//!
//! The certificates are revoked with the call that begins the job. On the chip everything goes: objects, keys under
//! throw-away ones, the passcode, and the unlock code goes back to the one the card was delivered with where its profile
//! says so. Whatever is cut goes forward, also after its time ran out: there is nothing left to go back to.

use super::{
    channel::{REFUSED, Replaced, Replacing},
    effect::{CardWork, Effect, Fault, GatewayCall, Outcome},
    on_card::{self, End, Ending, FindCode, Found, Plan, Tried},
    relay::{Relay, Relayed},
};
use crate::{
    card::profile::{ClearedKeys, ClearedPasscode, ClearedUnlockCode, CodeRecovery},
    cis2::wire::{KeyOwner, OnCardOutcome, UnlockCodeSettled},
    domain::CertificateSlot,
};

/// Where a clear stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// What is being done.
    pub plan: Plan,
    /// The step whose outcome is awaited, or how it ended.
    pub stage: Stage,
    /// How many unlock codes were released with the call that began it; none after a cut, when they are asked for anew.
    candidates: Option<usize>,
    /// Whether the card took none of the codes: it is emptied and does not go back to stock.
    code_lost: bool,
    /// How often the answer to a try of an unlock code was lost in a cut.
    lost_tries: usize,
}

/// The steps, in order. The name of each says whose answer is awaited.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Stage {
    Begin,
    Relay(Relay),
    SetUnlockCode {
        candidate: usize,
        of: usize,
    },
    /// The card took none of its codes: over its channel it gets the next one all the same.
    ReplaceUnlockCode,
    /// After a cut the codes are not in memory any more.
    ReleaseCodes,
    FindCode(FindCode),
    TellEscrow,
    /// A random passcode that nobody knows.
    SetPasscode,
    Erase(usize),
    OverwriteKey(CertificateSlot),
    ReleaseDeliveredCode,
    SetDeliveredCode,
    Block,
    /// The keys of its security domain that the card was delivered with.
    PutKeysBack {
        replacing: Replacing,
        unlock_code: Option<UnlockCodeSettled>,
    },
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
        Self { plan, stage: Stage::Begin, candidates: None, code_lost: false, lost_tries: 0 }
    }

    /// The effect whose outcome is awaited; `None` at the end.
    #[must_use]
    pub fn pending(&self) -> Option<Effect> {
        Some(match &self.stage {
            Stage::Begin => Effect::Gateway(GatewayCall::BeginOnCard),
            Stage::Relay(relay) => relay.effect(),
            Stage::SetUnlockCode { candidate, .. } => Effect::Card(CardWork::SetUnlockCode { candidate: *candidate }),
            Stage::ReplaceUnlockCode => Effect::Card(CardWork::ReplaceUnlockCode),
            Stage::ReleaseCodes => Effect::Gateway(GatewayCall::ReleaseCodes),
            Stage::FindCode(find) => find.effect(),
            Stage::TellEscrow => Effect::Gateway(GatewayCall::SettleUnlockCode { which: UnlockCodeSettled::Next }),
            Stage::SetPasscode => Effect::Card(CardWork::SetPasscode),
            Stage::Erase(index) => Effect::Card(CardWork::Erase(*self.plan.objects.get(*index)?)),
            Stage::OverwriteKey(slot) => Effect::Card(CardWork::OverwriteKey(*slot)),
            Stage::ReleaseDeliveredCode => Effect::Gateway(GatewayCall::ReleaseDeliveredCode),
            Stage::SetDeliveredCode => Effect::Card(CardWork::SetUnlockCode { candidate: 0 }),
            Stage::Block => Effect::Card(CardWork::Block),
            Stage::PutKeysBack { replacing, .. } => replacing.effect(KeyOwner::Delivered),
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
        match (index < self.plan.objects.len(), self.plan.clear.keys) {
            (true, _) => Stage::Erase(index),
            (false, ClearedKeys::Overwrite) => Stage::OverwriteKey(CertificateSlot::Authentication),
            (false, ClearedKeys::Leave) => self.after_keys(),
        }
    }

    fn after_keys(&self) -> Stage {
        match self.plan.clear.unlock_code {
            _ if self.code_lost => not_reached(on_card::UNLOCK_CODE_LOST),
            ClearedUnlockCode::Delivered => Stage::ReleaseDeliveredCode,
            ClearedUnlockCode::Keep => self.after_code(None),
        }
    }

    fn after_code(&self, unlock_code: Option<UnlockCodeSettled>) -> Stage {
        match self.plan.clear.passcode {
            // The code that was changed last is settled with the call that ends the job, also after the block.
            ClearedPasscode::Blocked => Stage::Block,
            ClearedPasscode::Random => self.at_last(unlock_code),
        }
    }

    /// Nothing of the holder is on the card any more.
    fn at_last(&self, unlock_code: Option<UnlockCodeSettled>) -> Stage {
        match self.plan.channel.puts_back() {
            true => Stage::PutKeysBack { replacing: Replacing::FIRST, unlock_code },
            false => blank(unlock_code),
        }
    }

    /// What the last call says of the unlock code, when the card has come through everything.
    fn last_code(&self) -> Option<UnlockCodeSettled> {
        (self.plan.clear.unlock_code == ClearedUnlockCode::Delivered).then_some(UnlockCodeSettled::Next)
    }

    /// No code fits: it is replaced where that can be done.
    fn no_code_fits(mut self) -> Self {
        if self.plan.recovery == CodeRecovery::Never {
            return self.without_code();
        }
        self.stage = Stage::ReplaceUnlockCode;
        self
    }

    /// The chip is emptied all the same, and does not go back to stock.
    fn without_code(mut self) -> Self {
        self.code_lost = true;
        self.stage = self.erasing(0);
        self
    }
}

fn blank(unlock_code: Option<UnlockCodeSettled>) -> Stage {
    Stage::End(Ending { outcome: OnCardOutcome::Done, unlock_code, end: End::done() })
}

fn not_reached(why: &str) -> Stage {
    let why = format!(
        "the card could not be made blank, and its certificates are revoked for good: {}",
        why.trim_end_matches('.')
    );
    Stage::End(Ending { outcome: OnCardOutcome::NotReached, unlock_code: None, end: End::Undone { why } })
}

/// One step. An interruption changes nothing: the job stays open where it is.
#[must_use]
pub fn step(mut state: State, outcome: &Outcome) -> State {
    match outcome {
        Outcome::Failed(Fault::Interrupted { .. }) => return state,
        Outcome::Failed(Fault::Refused { why, .. }) => return refused(state, why),
        Outcome::Resumed | Outcome::ResumedWithHolder => return resumed(state),
        // Another workstation began it; what is on the chip is found out from the beginning.
        Outcome::TakenOver => {
            state.candidates = None;
            state.stage = Stage::AskGateway { cut_at: Box::new(Stage::Relay(Relay::Witness)) };
            return state;
        }
        _ => {}
    }
    let stage = std::mem::replace(&mut state.stage, Stage::Ended(End::done()));
    state.stage = match (stage, outcome) {
        (Stage::Begin, Outcome::Begun { candidates }) => {
            state.candidates = Some(*candidates);
            Stage::Relay(Relay::Witness)
        }
        (Stage::Relay(relay), outcome) => match (relay.step(outcome), state.candidates) {
            (Some(Relayed::GoesOn(relay)), _) => Stage::Relay(relay),
            (Some(Relayed::Proved), Some(of)) => Stage::SetUnlockCode { candidate: 0, of },
            (Some(Relayed::Proved), None) => Stage::ReleaseCodes,
            (None, _) => return unexpected(state, outcome),
        },
        (Stage::SetUnlockCode { .. } | Stage::ReplaceUnlockCode, Outcome::UnlockCodeSet) => Stage::TellEscrow,
        (Stage::SetUnlockCode { candidate, of }, Outcome::UnlockCodeWrong { may_try_more: true })
            if candidate + 1 < of =>
        {
            Stage::SetUnlockCode { candidate: candidate + 1, of }
        }
        (Stage::SetUnlockCode { .. }, Outcome::UnlockCodeWrong { .. }) => return state.no_code_fits(),
        (Stage::ReleaseCodes, Outcome::CodesReleased { candidates }) => {
            Stage::FindCode(FindCode::new(*candidates, state.lost_tries))
        }
        (Stage::FindCode(find), outcome) => match find.step(outcome) {
            Some(Tried::Next) => Stage::TellEscrow,
            Some(Tried::Again(find)) => Stage::FindCode(find),
            Some(Tried::NoneFits) => return state.no_code_fits(),
            None => return unexpected(state, outcome),
        },
        (Stage::TellEscrow, Outcome::Settled) => Stage::SetPasscode,
        (Stage::SetPasscode, Outcome::PasscodeSet) => state.erasing(0),
        (Stage::Erase(index), Outcome::Erased) => state.erasing(index + 1),
        (Stage::OverwriteKey(CertificateSlot::Authentication), Outcome::Generated) => {
            Stage::OverwriteKey(CertificateSlot::Signing)
        }
        (Stage::OverwriteKey(CertificateSlot::Signing), Outcome::Generated) => state.after_keys(),
        (Stage::ReleaseDeliveredCode, Outcome::CodesReleased { .. }) => Stage::SetDeliveredCode,
        (Stage::SetDeliveredCode, Outcome::UnlockCodeSet) => state.after_code(Some(UnlockCodeSettled::Next)),
        (Stage::SetDeliveredCode, Outcome::UnlockCodeWrong { .. }) => not_reached(on_card::UNLOCK_CODE_LOST),
        (Stage::Block, Outcome::Locked) => state.at_last(state.last_code()),
        (Stage::PutKeysBack { replacing, unlock_code }, outcome) => {
            match replacing.step(outcome, KeyOwner::Delivered) {
                Some(Replaced::At(replacing)) => Stage::PutKeysBack { replacing, unlock_code },
                Some(Replaced::Done) => blank(unlock_code),
                Some(Replaced::Refused) => not_reached(REFUSED),
                None => return unexpected(state, outcome),
            }
        }
        (Stage::AskGateway { cut_at }, Outcome::Issuance { issuance, card_settled }) => {
            return after_asking(state, *cut_at, &Found::of(issuance.as_deref(), *card_settled), *card_settled);
        }
        (Stage::End(ending), Outcome::Ended) => Stage::Ended(ending.end),
        (_, outcome) => return unexpected(state, outcome),
    };
    state
}

/// Begins again after a cut: ask the gateway first, whatever the stage was.
fn resumed(mut state: State) -> State {
    if state.end().is_none() {
        if matches!(state.stage, Stage::SetUnlockCode { .. } | Stage::FindCode(_)) {
            state.lost_tries += 1;
        }
        state.candidates = None;
        state.code_lost = false;
        let cut_at = match std::mem::replace(&mut state.stage, Stage::Begin) {
            Stage::AskGateway { cut_at } => cut_at,
            stage => Box::new(stage),
        };
        state.stage = Stage::AskGateway { cut_at };
    }
    state
}

fn after_asking(mut state: State, cut_at: Stage, found: &Found, card_settled: bool) -> State {
    state.stage = match (found, cut_at) {
        (Found::NeverBegun, _) => Stage::Ended(End::undone("the clear had not begun, and the card is as it was")),
        (Found::Confirmed, _) => Stage::Ended(End::done()),
        // Given up once, and not brought to blank since: it goes forward.
        (Found::Over, _) if card_settled => {
            Stage::Ended(End::undone("the card was brought back to a known state since: look at it again"))
        }
        (Found::Over, Stage::End(ending)) if ending.outcome == OnCardOutcome::NotReached => Stage::Ended(ending.end),
        (Found::GoesOn, Stage::End(ending)) => Stage::End(ending),
        (Found::Over | Found::GoesOn, _) => Stage::Relay(Relay::Witness),
    };
    state
}

fn refused(mut state: State, why: &str) -> State {
    state.stage = match state.stage {
        // Refused at the door: nothing was begun.
        Stage::Begin => Stage::Ended(End::undone(why)),
        Stage::ReplaceUnlockCode => return state.without_code(),
        // It stays open for another try.
        stage @ (Stage::AskGateway { .. } | Stage::End(_) | Stage::Ended(_)) => stage,
        _ => not_reached(why),
    };
    state
}

/// An outcome that does not answer the awaited effect: a fault of this program. The card must be looked at again.
fn unexpected(mut state: State, outcome: &Outcome) -> State {
    state.stage = not_reached(&format!("a step answered with {}, which does not belong to it", outcome.name()));
    state
}
