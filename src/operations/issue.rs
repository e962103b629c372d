//! Issue: keys, certificates and passcode onto a blank card for one holder. A pure state machine.
//!
//! Order of things: the card proves its management key; the unlock code is rotated; keys, requests, certificates **on
//! hold**; objects; read-back; proof of both keys; the card is locked where asked; only then does `confirm` make the
//! certificates good. What is cut off *before the proof* is undone; what is cut off *from the proof on* is finished.

use serde::{Deserialize, Serialize};

use super::{
    channel::{ChannelUse, REFUSED, Replaced, Replacing},
    effect::{CardWork, Effect, Fault, GatewayCall, Outcome},
    undo::{self, UndoStage},
};
use crate::{
    card::piv::ObjectName,
    cis2::wire::{Issuance, IssuanceState, KeyOwner, UnlockCodeSettled},
    domain::{CardSerial, CertificateSlot, HolderId, JobId, Series},
};

/// What is to be done, decided before anything is. It goes into the journal: numbers and choices, no names, no secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The job.
    pub job: JobId,
    /// Who the card is for.
    pub holder: HolderId,
    /// Which card.
    pub serial: CardSerial,
    /// Its series.
    pub series: Series,
    /// The card profile that recognised it.
    pub profile: String,
    /// Whether the holder chose a passcode or the card is left locked.
    pub passcode: PasscodeChoice,
    /// The new GUID of the card's CHUID, 32 hexadecimal digits: every issue has its own (`facts/piv.md` 4).
    pub guid: String,
    /// The objects to write, in order.
    pub objects: Vec<ObjectName>,
    /// What is done with the card's secure channel; none in plans from before there was one.
    #[serde(default)]
    pub channel: ChannelUse,
}

/// How the card is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PasscodeChoice {
    /// The holder typed one.
    ChosenByHolder,
    /// The card is left locked and must be unlocked before first use.
    LeftLocked,
}

/// Where an issue stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// What is being done.
    pub plan: Plan,
    /// The step whose outcome is awaited, or how it ended.
    pub stage: Stage,
    /// Whether anything on the card may have changed.
    pub card_touched: bool,
    /// Hashes of the certified pair, once known.
    pub certified: Option<[String; 2]>,
    /// Proof signatures of both keys, once made.
    pub proofs: Option<[Vec<u8>; 2]>,
    /// How often the answer to a try of an unlock code was lost in a cut.
    pub lost_tries: usize,
    /// Unlock codes that the card refused while the job was undone; none of them is tried again.
    pub refused_codes: Vec<UnlockCodeSettled>,
}

/// The steps, in order. The name of each says whose answer is awaited.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Stage {
    Reserve,
    Witness,
    AnswerWitness,
    ProveManagementKey,
    CheckCardAnswer,
    ReleaseCodes,
    SetUnlockCode {
        candidate: usize,
        of: usize,
    },
    SetPasscode,
    Generate(CertificateSlot),
    SignRequests,
    Certify,
    Write(usize),
    ReadBack,
    ProveKeys,
    Lock,
    /// The organisation's keys are put on the card's security domain.
    ReplaceKeys(Replacing),
    Confirm,
    /// After a cut: what does the gateway know?
    AskGateway {
        cut_at: Box<Stage>,
    },
    Undo {
        stage: UndoStage,
        why: String,
    },
    Done,
    Undone {
        why: String,
    },
}

impl State {
    /// The beginning.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        Self {
            plan,
            stage: Stage::Reserve,
            card_touched: false,
            certified: None,
            proofs: None,
            lost_tries: 0,
            refused_codes: Vec::new(),
        }
    }

    /// Whether going on after a cut at this point finishes the card, unless the gateway ended the job meanwhile; otherwise
    /// it is undone. From the proof of both keys on a card is finished.
    #[must_use]
    pub fn will_finish(&self) -> bool {
        let cut_at = match &self.stage {
            Stage::AskGateway { cut_at } => cut_at,
            stage => stage,
        };
        matches!(cut_at, Stage::Lock | Stage::ReplaceKeys(_) | Stage::Confirm | Stage::Done)
    }

    /// Whether nothing more is to be done.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        matches!(self.stage, Stage::Done | Stage::Undone { .. })
    }

    /// The effect whose outcome is awaited; `None` at the end.
    #[must_use]
    pub fn pending(&self) -> Option<Effect> {
        let effect = match &self.stage {
            Stage::Reserve => Effect::Gateway(GatewayCall::Reserve),
            Stage::Witness => Effect::Card(CardWork::Witness),
            Stage::AnswerWitness => Effect::Gateway(GatewayCall::AnswerWitness),
            Stage::ProveManagementKey => Effect::Card(CardWork::ProveManagementKey),
            Stage::CheckCardAnswer => Effect::Gateway(GatewayCall::CheckCardAnswer),
            Stage::ReleaseCodes => Effect::Gateway(GatewayCall::ReleaseCodes),
            Stage::SetUnlockCode { candidate, .. } => Effect::Card(CardWork::SetUnlockCode { candidate: *candidate }),
            Stage::SetPasscode => Effect::Card(CardWork::SetPasscode),
            Stage::Generate(slot) => Effect::Card(CardWork::Generate(*slot)),
            Stage::SignRequests => Effect::Card(CardWork::SignRequests),
            Stage::Certify => Effect::Gateway(GatewayCall::Certify),
            Stage::Write(index) => Effect::Card(CardWork::Write(*self.plan.objects.get(*index)?)),
            Stage::ReadBack => Effect::Card(CardWork::ReadBack),
            Stage::ProveKeys => Effect::Card(CardWork::ProveKeys),
            Stage::Lock => Effect::Card(CardWork::Lock),
            Stage::ReplaceKeys(replacing) => replacing.effect(KeyOwner::Organisation),
            Stage::Confirm => {
                let [authentication_sha256, signing_sha256] = self.certified.clone()?;
                let [authentication_proof, signing_proof] = self.proofs.clone()?;
                Effect::Gateway(GatewayCall::Confirm {
                    authentication_sha256,
                    signing_sha256,
                    authentication_proof,
                    signing_proof,
                    locked: None,
                })
            }
            Stage::AskGateway { .. } => Effect::Gateway(GatewayCall::AskIssuance),
            Stage::Undo { stage, .. } => undo::effect(stage, &self.plan),
            Stage::Done | Stage::Undone { .. } => return None,
        };
        Some(effect)
    }
}

/// One step: the awaited outcome came, and this is where the job stands now. [`State::pending`] is what to do next.
///
/// An interruption (card pulled, gateway silent) changes nothing: the job stays open where it is. A refusal by card or
/// gateway leads to undoing what was done.
#[must_use]
pub fn step(mut state: State, outcome: &Outcome) -> State {
    match outcome {
        Outcome::Failed(fault) => return failed(state, fault),
        Outcome::Resumed => return resumed(state),
        // What the other workstation did to the chip is not on record here: it counts as touched.
        Outcome::TakenOver => {
            let cut_at = Box::new(Stage::Reserve);
            return State { card_touched: true, stage: Stage::AskGateway { cut_at }, ..state };
        }
        _ => {}
    }
    let stage = std::mem::replace(&mut state.stage, Stage::Done);
    if let Stage::Undo { stage, why } = stage {
        match (&stage, outcome) {
            (UndoStage::TryCode { which, .. }, Outcome::UnlockCodeWrong { .. }) => state.refused_codes.push(*which),
            // The escrow is told which one it is, and counts its codes anew.
            (UndoStage::TryCode { .. }, Outcome::UnlockCodeSet) => state.refused_codes.clear(),
            _ => {}
        }
        return match undo::step(stage, outcome, &state) {
            Some(UndoStage::Finished) => State { stage: Stage::Undone { why }, ..state },
            Some(next) => State { stage: Stage::Undo { stage: next, why }, ..state },
            None => unexpected(state, outcome),
        };
    }
    state.stage = match (stage, outcome) {
        (Stage::Reserve, Outcome::Reserved) => Stage::Witness,
        (Stage::Witness, Outcome::Witness) => Stage::AnswerWitness,
        (Stage::AnswerWitness, Outcome::WitnessAnswered) => Stage::ProveManagementKey,
        (Stage::ProveManagementKey, Outcome::CardAnswered) => Stage::CheckCardAnswer,
        (Stage::CheckCardAnswer, Outcome::CardAnswerRight) => Stage::ReleaseCodes,
        (Stage::ReleaseCodes, Outcome::CodesReleased { candidates }) => {
            // From here on the chip may differ from how it came, whether or not the next answer arrives.
            state.card_touched = true;
            Stage::SetUnlockCode { candidate: 0, of: *candidates }
        }
        (Stage::SetUnlockCode { .. }, Outcome::UnlockCodeSet) => Stage::SetPasscode,
        (Stage::SetUnlockCode { candidate, of }, Outcome::UnlockCodeWrong { may_try_more: true })
            if candidate + 1 < of =>
        {
            Stage::SetUnlockCode { candidate: candidate + 1, of }
        }
        (Stage::SetUnlockCode { of, .. }, Outcome::UnlockCodeWrong { .. }) => {
            // Every code was refused, so nothing on the chip has changed and nothing of it may be touched, now or when
            // this is cut off and resumed.
            state.card_touched = false;
            let why = "the card does not have the unlock code that is on record for it; it was not changed: \
                       put it aside, ask the gateway's operator whose stock it is, and use another card";
            Stage::Undo { stage: undo::leave_unchanged(of), why: why.into() }
        }
        (Stage::SetPasscode, Outcome::PasscodeSet) => Stage::Generate(CertificateSlot::Authentication),
        (Stage::Generate(CertificateSlot::Authentication), Outcome::Generated) => {
            Stage::Generate(CertificateSlot::Signing)
        }
        (Stage::Generate(CertificateSlot::Signing), Outcome::Generated) => Stage::SignRequests,
        (Stage::SignRequests, Outcome::RequestsSigned) => Stage::Certify,
        (Stage::Certify, Outcome::Certified { sha256 }) => {
            state.certified = Some(sha256.clone());
            Stage::Write(0)
        }
        (Stage::Write(index), Outcome::Written | Outcome::LeftOut) if index + 1 < state.plan.objects.len() => {
            Stage::Write(index + 1)
        }
        (Stage::Write(_), Outcome::Written | Outcome::LeftOut) => Stage::ReadBack,
        (Stage::ReadBack, Outcome::ReadBack { sha256 }) if state.certified.as_ref() == Some(sha256) => Stage::ProveKeys,
        (Stage::ReadBack, Outcome::ReadBack { .. }) => {
            return undoing(state, "what was read back from the card is not what was written".into());
        }
        (Stage::ProveKeys, Outcome::KeysProved { signatures }) => {
            state.proofs = Some(signatures.clone());
            match state.plan.passcode {
                PasscodeChoice::ChosenByHolder => before_confirming(&state.plan),
                PasscodeChoice::LeftLocked => Stage::Lock,
            }
        }
        (Stage::Lock, Outcome::Locked) => before_confirming(&state.plan),
        (Stage::ReplaceKeys(replacing), outcome) => match replacing.step(outcome, KeyOwner::Organisation) {
            Some(Replaced::At(next)) => Stage::ReplaceKeys(next),
            Some(Replaced::Done) => Stage::Confirm,
            Some(Replaced::Refused) => return undoing(state, REFUSED.into()),
            None => return unexpected(state, outcome),
        },
        (Stage::Confirm, Outcome::Confirmed) => Stage::Done,
        (Stage::AskGateway { cut_at }, Outcome::Issuance { issuance, card_settled }) => {
            return after_asking(state, *cut_at, issuance.as_deref(), *card_settled);
        }
        _ => return unexpected(state, outcome),
    };
    state
}

/// What is still to do on a card that proved its keys.
fn before_confirming(plan: &Plan) -> Stage {
    if plan.channel.replaces() { Stage::ReplaceKeys(Replacing::FIRST) } else { Stage::Confirm }
}

/// Begins again after a cut: ask the gateway first, whatever the stage was.
fn resumed(mut state: State) -> State {
    if !state.is_ended() {
        if matches!(state.stage, Stage::SetUnlockCode { .. } | Stage::Undo { stage: UndoStage::TryCode { .. }, .. }) {
            state.lost_tries += 1;
        }
        let cut_at = match std::mem::replace(&mut state.stage, Stage::Done) {
            Stage::AskGateway { cut_at } => cut_at,
            stage => Box::new(stage),
        };
        state.stage = Stage::AskGateway { cut_at };
    }
    state
}

fn after_asking(mut state: State, cut_at: Stage, issuance: Option<&Issuance>, card_settled: bool) -> State {
    let Some(issuance) = issuance else {
        // The reservation never reached the gateway, and card work begins only after it did.
        state.stage = Stage::Undone { why: "the issue had not begun".into() };
        return state;
    };
    match issuance.state {
        IssuanceState::Confirmed => state.stage = Stage::Done,
        // The same stages as in [`State::will_finish`].
        IssuanceState::Certified if matches!(cut_at, Stage::Lock | Stage::Confirm) => state.stage = cut_at,
        // The channel is gone with the run; the card tells once more whose keys it holds.
        IssuanceState::Certified if matches!(cut_at, Stage::ReplaceKeys(_)) => {
            state.stage = Stage::ReplaceKeys(Replacing::FIRST);
        }
        // Given up and cleaned already: by this job, whose last answer was lost, or from another workstation since.
        IssuanceState::Aborted | IssuanceState::Expired if card_settled => {
            let why = match cut_at {
                Stage::Undo { why, .. } => why,
                _ => "the card was brought back to a known state since".into(),
            };
            state.stage = Stage::Undone { why };
        }
        IssuanceState::Reserved | IssuanceState::Certified | IssuanceState::Aborted | IssuanceState::Expired => {
            let why = match cut_at {
                Stage::Undo { why, .. } => why,
                _ if issuance.state == IssuanceState::Expired => "the issue was not finished in time".into(),
                _ => "the issue was cut off before the card had proved its keys".into(),
            };
            // A certified issuance holds the new unlock code in escrow already; otherwise the card must be asked.
            let code_known = issuance.authentication_sha256.is_some();
            state.stage = Stage::Undo { stage: undo::begin(&state, code_known), why };
        }
    }
    state
}

fn failed(state: State, fault: &Fault) -> State {
    match (&state.stage, fault) {
        (_, Fault::Interrupted { .. }) | (Stage::Done | Stage::Undone { .. }, _) => state,
        // Refused at the door: nothing was reserved and nothing is to be undone.
        (Stage::Reserve, Fault::Refused { why, .. }) => State { stage: Stage::Undone { why: why.clone() }, ..state },
        // Undoing itself was refused (a wrong card, a locked one): it stays open for another try.
        (Stage::Undo { .. } | Stage::AskGateway { .. }, Fault::Refused { .. }) => state,
        (_, Fault::Refused { why, .. }) => {
            let why = why.clone();
            undoing(state, why)
        }
    }
}

/// Turns to undoing within the same run; the journal of this job says whether the code change is known to the escrow.
fn undoing(mut state: State, why: String) -> State {
    let code_known = state.certified.is_some();
    state.stage = Stage::Undo { stage: undo::begin(&state, code_known), why };
    state
}

/// An outcome that does not answer the awaited effect: a fault of this program, met by undoing rather than guessing.
fn unexpected(state: State, outcome: &Outcome) -> State {
    undoing(state, format!("the step answered with {}, which does not belong to it", outcome.name()))
}

#[cfg(test)]
mod tests;
