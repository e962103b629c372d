//! Repair and renew: new certificates on a card that has a holder. A pure state machine.
//!
//! Until the first key of the card is overwritten everything can be taken back, and the card works with the pair it had.
//! From there on there is no way back, so a cut goes **forward**: the gateway knows whether the new keys are certified,
//! and the card is written again or makes its keys again. The old certificates are revoked when the new ones are
//! confirmed. A renewal is the holder's own affair: their passcode is checked first, once, and a cut renewal waits for it;
//! a repair that goes forward without its holder leaves the card locked.
//!
//! A card that only its maker's middleware reaches has no management key to prove, and its new pair is made beside the old
//! one: the old one works until the new one is confirmed, and is taken away then.

mod back;
mod forward;

use serde::{Deserialize, Serialize};

use super::{
    channel::ChannelUse,
    effect::{CardWork, Effect, Fault, GatewayCall, Outcome},
    issue::PasscodeChoice,
    on_card::{self, AskedBy, End, FindCode, Tried},
    passcode::tries_words,
    relay::{Relay, Relayed},
    report::WhichPair,
};
use crate::{
    card::{piv::ObjectName, profile::CodeRecovery},
    cis2::wire::{CardAfterAbort, KeysWanted, UnlockCodeSettled},
    domain::{CardSerial, CertificateSlot, HolderId, JobId, Operation, Series},
};
use back::Back;

/// What is to be done, decided before anything is. It goes into the journal: numbers and choices, no names, no secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The job.
    pub job: JobId,
    /// Repair or renew.
    pub operation: Operation,
    /// Whose card it is.
    pub holder: HolderId,
    /// Which card.
    pub serial: CardSerial,
    /// Its series.
    pub series: Series,
    /// The card profile that recognised it.
    pub profile: String,
    /// Whether the holder has a passcode afterwards or the card is left locked; a renewal keeps the holder's own.
    pub passcode: PasscodeChoice,
    /// Whether new keys are made; a repair always makes them.
    pub keys: KeysWanted,
    /// The new GUID of the card's CHUID, 32 hexadecimal digits.
    pub guid: String,
    /// The objects to write, in order, certificates first.
    pub objects: Vec<ObjectName>,
    /// How the pair on the card was when it was looked at.
    pub pair: PairBefore,
    /// How the card is reached.
    #[serde(default)]
    pub reach: Reach,
    /// SHA-256 of the certificates that are taken away once new ones beside them are confirmed.
    #[serde(default)]
    pub replaced: Vec<String>,
    /// How an unlock code that is lost is replaced.
    #[serde(default)]
    pub recovery: CodeRecovery,
    /// What is done with the card's secure channel; none in plans from before there was one.
    #[serde(default)]
    pub channel: ChannelUse,
    /// Who asked for it.
    #[serde(default)]
    pub asked_by: AskedBy,
}

/// How a card is reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// With commands, after the proof of its management key; new keys take the place of the old ones.
    #[default]
    Commands,
    /// Through its maker's middleware, with the holder's passcode; a new pair is made beside the old one.
    Middleware,
}

/// How the pair on a card was before a repair or renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PairBefore {
    /// Both certificates are there and are those on record.
    Whole,
    /// Something about it is wrong.
    Damaged,
}

/// Where a repair or renewal stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// What is being done.
    pub plan: Plan,
    /// The step whose outcome is awaited, or how it ended.
    pub stage: Stage,
    /// How far the chip may have been changed, answered or not.
    pub reached: Reached,
    /// Whether both keys on the card are those of this job.
    keys_made: bool,
    /// Whether the gateway was told the new authentication key, so that this one stays.
    key_told: bool,
    /// Whether the gateway has certified those keys, so that its certificates are written again.
    fetch: bool,
    /// Hashes of the certified pair, once known.
    certified: Option<[String; 2]>,
    /// Proof signatures of both keys, once made.
    proofs: Option<[Vec<u8>; 2]>,
    /// Whether the card was left locked.
    left_locked: bool,
    /// Whether the holder typed a passcode for this run.
    holder: HolderHere,
    /// How often the job was resumed.
    resumptions: usize,
    /// How often the answer to a try of an unlock code was lost in a cut.
    lost_tries: usize,
}

/// How far a repair or renewal may have come on the chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reached {
    /// Not at all.
    Nothing,
    /// Its unlock code.
    UnlockCode,
    /// Its passcode.
    Passcode,
    /// Its pair: there is no way back, unless the new one is made beside the old one.
    Pair,
}

/// Whether the holder is there with a passcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HolderHere {
    Yes,
    No,
}

/// The steps, in order. The name of each says whose answer is awaited.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Stage {
    Reserve,
    /// A renewal asks for the holder's own passcode before anything else.
    CheckPasscode,
    Relay(Relay),
    /// The keys of the card's own certificates, where they are to be kept.
    ReadPair,
    ReleaseCodes,
    SetUnlockCode {
        candidate: usize,
        of: usize,
    },
    /// The card took none of its codes: over its channel it gets the next one all the same.
    ReplaceUnlockCode {
        of: usize,
    },
    /// After a cut: which code does the card hold?
    FindCode(FindCode),
    TellEscrow,
    SetPasscode,
    Generate(CertificateSlot),
    /// A holder without an officer can sign in after a cut only with a key that the gateway knows: it is told the new
    /// authentication key while the signing key is still the old one.
    TellKey,
    SignRequests,
    Certify,
    FetchCertified,
    Write(usize),
    ReadBack,
    ProveKeys,
    Lock,
    Confirm,
    /// The new pair is good, and the old one beside it goes.
    RemoveOldPair,
    /// After a cut: what does the gateway know?
    AskGateway {
        cut_at: Box<Stage>,
    },
    /// Its time ran out in the middle: it gets another one.
    Reopen,
    /// The way back.
    Back {
        stage: Back,
        why: String,
    },
    /// It rests until somebody does something: mostly until the holder types the right passcode.
    Waits {
        why: String,
    },
    Ended {
        end: End,
        which: Option<WhichPair>,
    },
}

impl State {
    /// The beginning.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        Self {
            plan,
            stage: Stage::Reserve,
            reached: Reached::Nothing,
            keys_made: false,
            key_told: false,
            fetch: false,
            certified: None,
            proofs: None,
            left_locked: false,
            holder: HolderHere::Yes,
            resumptions: 0,
            lost_tries: 0,
        }
    }

    /// The effect whose outcome is awaited; `None` at the end, and while it waits for the holder.
    #[must_use]
    pub fn pending(&self) -> Option<Effect> {
        Some(match &self.stage {
            Stage::Reserve => Effect::Gateway(GatewayCall::Reserve),
            Stage::CheckPasscode => Effect::Card(CardWork::CheckPasscode),
            Stage::Relay(relay) => relay.effect(),
            Stage::ReadPair => Effect::Card(CardWork::ReadPair),
            Stage::ReleaseCodes => Effect::Gateway(GatewayCall::ReleaseCodes),
            Stage::SetUnlockCode { candidate, .. } => Effect::Card(CardWork::SetUnlockCode { candidate: *candidate }),
            Stage::ReplaceUnlockCode { .. } => Effect::Card(CardWork::ReplaceUnlockCode),
            Stage::FindCode(find) => find.effect(),
            Stage::TellEscrow => Effect::Gateway(GatewayCall::SettleUnlockCode { which: UnlockCodeSettled::Next }),
            Stage::SetPasscode => Effect::Card(CardWork::SetPasscode),
            Stage::Generate(slot) => Effect::Card(CardWork::Generate(*slot)),
            Stage::TellKey => Effect::Gateway(GatewayCall::TellKey),
            Stage::SignRequests => Effect::Card(CardWork::SignRequests),
            Stage::Certify => Effect::Gateway(GatewayCall::Certify),
            Stage::FetchCertified => Effect::Gateway(GatewayCall::FetchCertified),
            Stage::Write(index) => Effect::Card(CardWork::Write(*self.plan.objects.get(*index)?)),
            Stage::ReadBack => Effect::Card(CardWork::ReadBack),
            Stage::ProveKeys => Effect::Card(CardWork::ProveKeys),
            Stage::Lock => Effect::Card(CardWork::Lock),
            Stage::Confirm => self.confirm()?,
            Stage::RemoveOldPair => Effect::Card(CardWork::RemoveOldPair),
            Stage::AskGateway { .. } => Effect::Gateway(GatewayCall::AskIssuance),
            Stage::Reopen => Effect::Gateway(GatewayCall::Reopen),
            Stage::Back { stage, .. } => stage.effect(),
            Stage::Waits { .. } | Stage::Ended { .. } => return None,
        })
    }

    fn confirm(&self) -> Option<Effect> {
        let [authentication_sha256, signing_sha256] = self.certified.clone()?;
        let [authentication_proof, signing_proof] = self.proofs.clone()?;
        let locked = (self.plan.operation == Operation::Repair).then_some(self.left_locked);
        Some(Effect::Gateway(GatewayCall::Confirm {
            authentication_sha256,
            signing_sha256,
            authentication_proof,
            signing_proof,
            locked,
        }))
    }

    /// How it ended.
    #[must_use]
    pub fn end(&self) -> Option<&End> {
        if let Stage::Ended { end, .. } = &self.stage { Some(end) } else { None }
    }

    /// Why it rests, while it waits for the holder.
    #[must_use]
    pub fn waits(&self) -> Option<&str> {
        if let Stage::Waits { why } = &self.stage { Some(why) } else { None }
    }

    /// Which pair the card works with now; none while neither does, or when that is not known.
    #[must_use]
    pub fn which_pair(&self) -> Option<WhichPair> {
        match &self.stage {
            Stage::Ended { which, .. } => *which,
            Stage::RemoveOldPair => Some(WhichPair::New),
            _ => self.pair_meanwhile(),
        }
    }

    /// Which pair works while the job is open.
    fn pair_meanwhile(&self) -> Option<WhichPair> {
        if self.goes_forward() && !self.keeps_old_pair() { None } else { self.old_pair() }
    }

    /// Whether the pair it had works until the new one is confirmed.
    fn keeps_old_pair(&self) -> bool {
        self.plan.reach == Reach::Middleware
    }

    /// Whether a cut goes forward: with commands there is no way back any more.
    #[must_use]
    pub fn goes_forward(&self) -> bool {
        self.reached == Reached::Pair
    }

    /// Whether going on after a cut needs the passcode the holder has: for a renewal without a way back, but for its last
    /// word.
    #[must_use]
    pub fn needs_holder(&self) -> bool {
        let cut_at = match &self.stage {
            Stage::AskGateway { cut_at } => cut_at,
            stage => stage,
        };
        let needs_none = matches!(cut_at, Stage::Confirm | Stage::RemoveOldPair | Stage::Back { .. });
        self.renews() && self.goes_forward() && !needs_none
    }

    /// The pair it had, if that one worked.
    fn old_pair(&self) -> Option<WhichPair> {
        (self.plan.pair == PairBefore::Whole).then_some(WhichPair::Old)
    }

    fn renews(&self) -> bool {
        self.plan.operation == Operation::Renew
    }

    /// Where the work on the keys begins, or what takes its place.
    fn first_of_pair(&mut self) -> Stage {
        match (self.fetch, self.plan.keys) {
            (true, _) => Stage::FetchCertified,
            (false, KeysWanted::Same) => Stage::ReadPair,
            (false, KeysWanted::New) => {
                self.reached = Reached::Pair;
                self.keys_made = false;
                // The key that was told is the one its holder signs in with, should the card be cut off again.
                let slot = if self.key_told { CertificateSlot::Signing } else { CertificateSlot::Authentication };
                Stage::Generate(slot)
            }
        }
    }

    /// Whether a repair ends with a locked card: as it was asked for, or because nobody is there to choose a passcode.
    fn is_to_be_locked(&self) -> bool {
        let resumed = self.resumptions > 0;
        !self.renews()
            && match (resumed, self.holder) {
                (false, _) => self.plan.passcode == PasscodeChoice::LeftLocked,
                (true, HolderHere::Yes) => false,
                (true, HolderHere::No) => true,
            }
    }

    fn ended(mut self, end: End, which: Option<WhichPair>) -> Self {
        self.stage = Stage::Ended { end, which };
        self
    }

    fn going_back(mut self, stage: Back, why: impl Into<String>) -> Self {
        self.stage = Stage::Back { stage, why: why.into() };
        self
    }

    /// The card will not go on, and there is no way back.
    fn needs_repair(self, why: &str) -> Self {
        if self.keeps_old_pair() {
            return self.going_back(Back::RemoveNewPair, why);
        }
        let why = format!("{}. The card works with no certificates now: repair it", why.trim_end_matches('.'));
        self.going_back(Back::Abort(CardAfterAbort::NeedsRepair), why)
    }
}

/// One step: the awaited outcome came, and this is where the job stands now. [`State::pending`] is what to do next.
///
/// An interruption changes nothing: the job stays open where it is.
#[must_use]
pub fn step(mut state: State, outcome: &Outcome) -> State {
    match outcome {
        Outcome::Failed(Fault::Interrupted { .. }) => return state,
        Outcome::Failed(Fault::Refused { why, .. }) => return refused(state, why),
        Outcome::Resumed => return forward::resumed(state, HolderHere::No),
        Outcome::ResumedWithHolder => return forward::resumed(state, HolderHere::Yes),
        // How far another workstation came is not known here: so the card gets its new pair from the beginning.
        Outcome::TakenOver => {
            state.reached = Reached::Pair;
            return state;
        }
        _ => {}
    }
    let stage = std::mem::replace(&mut state.stage, Stage::Reserve);
    state.stage = match (stage, outcome) {
        (Stage::Back { stage, why }, outcome) => return back::step(state, stage, why, outcome),
        (Stage::Reserve | Stage::Reopen, Outcome::Reserved) => forward::first(&state),
        (Stage::CheckPasscode, Outcome::PasscodeRight) => match state.plan.reach {
            Reach::Commands => Stage::Relay(Relay::Witness),
            Reach::Middleware => state.first_of_pair(),
        },
        (Stage::CheckPasscode, Outcome::PasscodeWrong { left, .. }) => return wrong_passcode(state, *left),
        (Stage::Relay(relay), outcome) => match relay.step(outcome) {
            Some(Relayed::GoesOn(relay)) => Stage::Relay(relay),
            Some(Relayed::Proved) if state.renews() => state.first_of_pair(),
            Some(Relayed::Proved) => {
                // From here on the escrow may hold a code that the card has not got yet.
                state.reached = state.reached.max(Reached::UnlockCode);
                Stage::ReleaseCodes
            }
            None => return unexpected(state, outcome),
        },
        (Stage::ReadPair, Outcome::PairRead) => {
            state.keys_made = true;
            Stage::SignRequests
        }
        (Stage::ReleaseCodes, Outcome::CodesReleased { candidates }) if state.resumptions == 0 => {
            Stage::SetUnlockCode { candidate: 0, of: *candidates }
        }
        (Stage::ReleaseCodes, Outcome::CodesReleased { candidates }) => {
            Stage::FindCode(FindCode::new(*candidates, state.lost_tries))
        }
        (Stage::SetUnlockCode { .. }, Outcome::UnlockCodeSet) => {
            state.reached = state.reached.max(Reached::Passcode);
            Stage::SetPasscode
        }
        (Stage::SetUnlockCode { candidate, of }, Outcome::UnlockCodeWrong { may_try_more: true })
            if candidate + 1 < of =>
        {
            Stage::SetUnlockCode { candidate: candidate + 1, of }
        }
        (Stage::SetUnlockCode { of, .. }, Outcome::UnlockCodeWrong { .. })
            if state.plan.recovery == CodeRecovery::OverChannel =>
        {
            Stage::ReplaceUnlockCode { of }
        }
        (Stage::SetUnlockCode { of, .. }, Outcome::UnlockCodeWrong { .. }) => {
            return state.going_back(back::code_untouched(of), on_card::UNLOCK_CODE_LOST);
        }
        (Stage::FindCode(find), outcome) => match find.step(outcome) {
            Some(Tried::Next) => Stage::TellEscrow,
            Some(Tried::Again(find)) => Stage::FindCode(find),
            Some(Tried::NoneFits) if state.plan.recovery == CodeRecovery::OverChannel => {
                Stage::ReplaceUnlockCode { of: find.candidates() }
            }
            Some(Tried::NoneFits) => return state.needs_repair(on_card::UNLOCK_CODE_LOST),
            None => return unexpected(state, outcome),
        },
        (Stage::ReplaceUnlockCode { .. }, Outcome::UnlockCodeSet) => Stage::TellEscrow,
        (Stage::TellEscrow, Outcome::Settled) => {
            state.reached = state.reached.max(Reached::Passcode);
            Stage::SetPasscode
        }
        (Stage::SetPasscode, Outcome::PasscodeSet) => state.first_of_pair(),
        (Stage::Generate(CertificateSlot::Authentication), Outcome::Generated)
            if state.plan.asked_by == AskedBy::Holder && !state.keeps_old_pair() =>
        {
            Stage::TellKey
        }
        (Stage::Generate(CertificateSlot::Authentication), Outcome::Generated) => {
            Stage::Generate(CertificateSlot::Signing)
        }
        (Stage::TellKey, Outcome::KeyTold) => {
            state.key_told = true;
            Stage::Generate(CertificateSlot::Signing)
        }
        (Stage::Generate(CertificateSlot::Signing), Outcome::Generated) => {
            state.keys_made = true;
            Stage::SignRequests
        }
        (Stage::SignRequests, Outcome::RequestsSigned) => Stage::Certify,
        (Stage::Certify | Stage::FetchCertified, Outcome::Certified { sha256 }) => {
            state.certified = Some(sha256.clone());
            // With kept keys the old pair is whole until its first certificate is written over.
            state.reached = Reached::Pair;
            Stage::Write(0)
        }
        (Stage::Write(index), Outcome::Written | Outcome::LeftOut) if index + 1 < state.plan.objects.len() => {
            Stage::Write(index + 1)
        }
        (Stage::Write(_), Outcome::Written | Outcome::LeftOut) => Stage::ReadBack,
        (Stage::ReadBack, Outcome::ReadBack { sha256 }) if state.certified.as_ref() == Some(sha256) => Stage::ProveKeys,
        (Stage::ReadBack, Outcome::ReadBack { .. }) => {
            return state.needs_repair("what was read back from the card is not what was written");
        }
        (Stage::ProveKeys, Outcome::KeysProved { signatures }) => {
            state.proofs = Some(signatures.clone());
            if state.is_to_be_locked() { Stage::Lock } else { Stage::Confirm }
        }
        (Stage::Lock, Outcome::Locked) => {
            state.left_locked = true;
            Stage::Confirm
        }
        (Stage::Confirm, Outcome::Confirmed) if state.keeps_old_pair() => Stage::RemoveOldPair,
        (Stage::Confirm | Stage::RemoveOldPair, Outcome::Confirmed | Outcome::Erased) => return forward::done(state),
        (Stage::AskGateway { cut_at }, Outcome::Issuance { issuance, card_settled }) => {
            return forward::after_asking(state, *cut_at, issuance.as_deref(), *card_settled);
        }
        (stage, outcome) => {
            state.stage = stage;
            return unexpected(state, outcome);
        }
    };
    state
}

/// The holder's one try was wrong, or the card is locked.
fn wrong_passcode(mut state: State, left: Option<u8>) -> State {
    const LOCKED: &str = "the passcode is locked after too many wrong tries";
    match (left, state.goes_forward()) {
        (Some(0), true) if !state.keeps_old_pair() => state.needs_repair(LOCKED),
        (Some(0), _) => {
            let why = format!("{LOCKED}; the certificates on the card are unharmed: unlock it, then renew it");
            state.going_back(Back::Abort(CardAfterAbort::Locked), why)
        }
        (left, true) => {
            let tries = tries_words(left);
            let why = format!("the passcode is wrong{tries}: let the holder type it with care, then resume the job");
            state.stage = Stage::Waits { why };
            state
        }
        (left, false) => {
            let tries = tries_words(left);
            let why =
                format!("the passcode is wrong{tries}; nothing else was changed: let the holder type it with care");
            state.going_back(Back::Abort(CardAfterAbort::AsBefore), why)
        }
    }
}

fn refused(mut state: State, why: &str) -> State {
    match &state.stage {
        // Refused at the door: nothing was reserved and nothing is to be taken back.
        Stage::Reserve => {
            let old = state.old_pair();
            state.ended(End::undone(why), old)
        }
        // The new pair is good. The old one is revoked, and harms nobody where the card keeps it.
        Stage::RemoveOldPair => forward::done_beside_the_old(state),
        // What was made stays on the card, where nobody uses it; the next renewal takes it away.
        Stage::Back { stage: Back::RemoveNewPair, why } => {
            let why = why.clone();
            state.going_back(Back::Abort(CardAfterAbort::AsBefore), why)
        }
        // It stays open for another try.
        Stage::AskGateway { .. } | Stage::Reopen | Stage::Back { .. } | Stage::Waits { .. } | Stage::Ended { .. } => {
            state
        }
        _ if state.goes_forward() => state.needs_repair(why),
        Stage::SetUnlockCode { of, .. } | Stage::ReplaceUnlockCode { of } => {
            let stage = back::code_untouched(*of);
            state.going_back(stage, why)
        }
        Stage::SetPasscode => {
            // The card has the next code and said no to the passcode.
            state.reached = Reached::UnlockCode;
            state.going_back(Back::TellEscrow, why)
        }
        _ => state.going_back(Back::Abort(CardAfterAbort::AsBefore), why),
    }
}

/// An outcome that does not answer the awaited effect: a fault of this program, met by ending rather than guessing.
fn unexpected(mut state: State, outcome: &Outcome) -> State {
    let why = format!("the step answered with {}, which does not belong to it", outcome.name());
    if matches!(state.stage, Stage::AskGateway { .. } | Stage::Reopen | Stage::Back { .. }) {
        state.stage = Stage::Waits { why: format!("{why}: resume the job") };
        return state;
    }
    refused(state, &why)
}

#[cfg(test)]
mod beside_tests;
#[cfg(test)]
mod tests;
