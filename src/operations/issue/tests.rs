//! Whole issues with no card, no network and no clock: a model of chip and gateway answers the effects, and is cut
//! at every place, before and after the effect, also again and again while resuming.

use proptest::prelude::*;
use time::OffsetDateTime;

use super::*;
use crate::{
    cis2::wire::{CardAfterAbort, UnlockCodeSettled},
    operations::{
        effect::Place,
        runner::Machine,
        through_channel::{ThroughChannel, wants_channel},
    },
};

/// Chip and gateway, as far as an issue can change them. Unlock codes are numbers; 0 is the transport code.
#[derive(Debug, Clone, PartialEq)]
struct World {
    // The chip.
    unlock_code: u32,
    unlock_tries: u32,
    keys: [u32; 2],
    certificates: [Option<u32>; 2],
    other_objects: u32,
    locked: bool,
    // The gateway.
    issuance: Option<IssuanceState>,
    certified_keys: Option<[u32; 2]>,
    good: bool,
    escrow: u32,
    pending: Option<u32>,
    unreachable_card: bool,
    // The secure channel: whose keys the card holds, where one is open, what the gateway knows and has prepared.
    channel_use: ChannelUse,
    owner: KeyOwner,
    channel: Option<Place>,
    proved: bool,
    prepared: Option<KeyOwner>,
    // The workstation's memory.
    next_key: u32,
}

const CHANNELS: [ChannelUse; 4] =
    [ChannelUse::None, ChannelUse::Open, ChannelUse::ReplaceKeys, ChannelUse::ReplaceKeysAndPutBack];

const OBJECTS: [ObjectName; 3] =
    [ObjectName::AuthenticationCertificate, ObjectName::SigningCertificate, ObjectName::CardHolderUniqueIdentifier];

impl World {
    fn new() -> Self {
        Self::over(ChannelUse::None)
    }

    fn over(channel_use: ChannelUse) -> Self {
        Self {
            channel_use,
            owner: KeyOwner::Delivered,
            channel: None,
            proved: false,
            prepared: None,
            unlock_code: 0,
            unlock_tries: 3,
            keys: [0; 2],
            certificates: [None; 2],
            other_objects: 0,
            locked: false,
            issuance: None,
            certified_keys: None,
            good: false,
            escrow: 0,
            pending: None,
            unreachable_card: false,
            next_key: 1,
        }
    }

    fn hashes(keys: [u32; 2]) -> [String; 2] {
        keys.map(|k| format!("certificate of key {k}"))
    }

    /// Tries a code against the chip; three wrong ones in a row would end it.
    fn try_code(&mut self, code: u32) -> bool {
        assert!(self.unlock_tries > 0, "the unlock code of the card was blocked");
        let right = code == self.unlock_code;
        self.unlock_tries = if right { 3 } else { self.unlock_tries - 1 };
        right
    }

    fn card(&mut self, work: CardWork) -> Outcome {
        let opens = matches!(work, CardWork::InitializeUpdate(_) | CardWork::ExternalAuthenticate);
        if self.channel_use.opens() && !opens {
            let place = match work {
                CardWork::PutKeys => Some(Place::Domain),
                work if wants_channel(work) => Some(Place::Application),
                // What a passcode goes along with ends the channel and what was proved on it.
                _ => None,
            };
            if place.is_none() {
                (self.channel, self.proved) = (None, false);
            }
            assert_eq!(self.channel, place, "{work:?} comes through the channel");
        }
        if matches!(work, CardWork::Generate(_) | CardWork::Write(_) | CardWork::Erase(_)) && self.channel_use.opens() {
            assert!(self.proved, "{work:?} needs the management key");
        }
        match work {
            CardWork::InitializeUpdate(place) => {
                (self.channel, self.proved) = (Some(place), false);
                Outcome::CardProved
            }
            CardWork::ExternalAuthenticate => Outcome::ChannelOpen,
            CardWork::PutKeys => {
                self.owner = self.prepared.expect("keys were prepared");
                Outcome::KeysWritten
            }
            CardWork::Witness => Outcome::Witness,
            CardWork::ProveManagementKey => {
                self.proved = true;
                Outcome::CardAnswered
            }
            CardWork::SetUnlockCode { candidate } => {
                assert_eq!(candidate, 0, "one current code in this model");
                if self.try_code(self.escrow) {
                    self.unlock_code = self.pending.expect("codes were released");
                    Outcome::UnlockCodeSet
                } else {
                    Outcome::UnlockCodeWrong { may_try_more: self.unlock_tries > 1 }
                }
            }
            CardWork::TryUnlockCode { which } => {
                let code = match which {
                    UnlockCodeSettled::Next => self.pending.expect("codes were released"),
                    UnlockCodeSettled::FirstOfCurrent => self.escrow,
                    UnlockCodeSettled::SecondOfCurrent => panic!("one current code in this model"),
                };
                if self.try_code(code) {
                    Outcome::UnlockCodeSet
                } else {
                    Outcome::UnlockCodeWrong { may_try_more: self.unlock_tries > 1 }
                }
            }
            CardWork::SetPasscode => {
                assert!(self.try_code(self.pending.expect("codes were released")));
                Outcome::PasscodeSet
            }
            CardWork::Generate(slot) => {
                self.keys[slot as usize] = self.next_key;
                self.next_key += 1;
                Outcome::Generated
            }
            CardWork::SignRequests => Outcome::RequestsSigned,
            CardWork::Write(object) => {
                match object {
                    ObjectName::AuthenticationCertificate => self.certificates[0] = self.certified_keys.map(|k| k[0]),
                    ObjectName::SigningCertificate => self.certificates[1] = self.certified_keys.map(|k| k[1]),
                    _ => self.other_objects += 1,
                }
                Outcome::Written
            }
            CardWork::Erase(object) => {
                match object {
                    ObjectName::AuthenticationCertificate => self.certificates[0] = None,
                    ObjectName::SigningCertificate => self.certificates[1] = None,
                    _ => self.other_objects = 0,
                }
                Outcome::Erased
            }
            CardWork::ReadBack => Outcome::ReadBack {
                sha256: self.certificates.map(|c| format!("certificate of key {}", c.unwrap_or(0))),
            },
            CardWork::ProveKeys => Outcome::KeysProved { signatures: self.keys.map(|k| k.to_be_bytes().to_vec()) },
            CardWork::Lock => {
                self.locked = true;
                Outcome::Locked
            }
            other => panic!("an issue does not do {other:?}"),
        }
    }

    fn gateway(&mut self, call: &GatewayCall) -> Outcome {
        let refused = |why: &str| Outcome::Failed(Fault::Refused { why: why.into(), by_policy: false });
        match call {
            GatewayCall::Reserve => {
                self.issuance = Some(IssuanceState::Reserved);
                Outcome::Reserved
            }
            GatewayCall::AnswerWitness => Outcome::WitnessAnswered,
            GatewayCall::CheckCardAnswer => Outcome::CardAnswerRight,
            GatewayCall::ReleaseCodes => {
                let next = self.escrow + 1;
                self.pending.get_or_insert(next);
                Outcome::CodesReleased { candidates: 1 }
            }
            GatewayCall::SettleUnlockCode { which } => {
                if *which == UnlockCodeSettled::Next {
                    self.escrow = self.pending.unwrap_or(self.escrow);
                }
                self.pending = None;
                Outcome::Settled
            }
            GatewayCall::Certify => {
                if self.issuance != Some(IssuanceState::Reserved) {
                    return refused("not reserved");
                }
                self.issuance = Some(IssuanceState::Certified);
                self.certified_keys = Some(self.keys);
                self.escrow = self.pending.take().expect("codes were released");
                Outcome::Certified { sha256: Self::hashes(self.keys) }
            }
            GatewayCall::Confirm {
                authentication_sha256, signing_sha256, authentication_proof, signing_proof, ..
            } => {
                if self.issuance == Some(IssuanceState::Confirmed) {
                    return Outcome::Confirmed;
                }
                let keys = self.certified_keys.expect("certified");
                assert_eq!([authentication_sha256, signing_sha256].map(Clone::clone), Self::hashes(keys));
                let proofs = [authentication_proof, signing_proof].map(Clone::clone);
                assert_eq!(proofs, keys.map(|k| k.to_be_bytes().to_vec()));
                if self.issuance != Some(IssuanceState::Certified) {
                    return refused("too late");
                }
                self.issuance = Some(IssuanceState::Confirmed);
                self.good = true;
                Outcome::Confirmed
            }
            GatewayCall::Abort { card } => {
                if self.issuance == Some(IssuanceState::Confirmed) {
                    return refused("already confirmed");
                }
                self.unreachable_card = *card == CardAfterAbort::NotReached;
                self.issuance = Some(IssuanceState::Aborted);
                Outcome::Aborted
            }
            GatewayCall::AskIssuance => Outcome::Issuance {
                issuance: self.issuance.map(|s| Box::new(self.record(s))),
                card_settled: self.issuance == Some(IssuanceState::Aborted) && !self.unreachable_card,
            },
            GatewayCall::BeginChannel => Outcome::ChannelBegun,
            GatewayCall::OpenChannel => Outcome::ChannelProof { owner: self.owner },
            GatewayCall::TellChannelRefused => panic!("no card refuses in this model"),
            GatewayCall::PrepareKeys { owner } => {
                assert_ne!(*owner, self.owner, "keys that are there already are not put again");
                self.prepared = Some(*owner);
                Outcome::KeysPrepared
            }
            GatewayCall::KeysPut => Outcome::KeysSettled,
            other => panic!("an issue does not do {other:?}"),
        }
    }

    fn record(&self, state: IssuanceState) -> Issuance {
        let plan = plan(PasscodeChoice::LeftLocked);
        let hashes = self.certified_keys.map(Self::hashes);
        Issuance {
            job: plan.job,
            operation: crate::domain::Operation::Issue,
            holder: plan.holder,
            serial: plan.serial,
            state,
            locked: true,
            deadline: OffsetDateTime::UNIX_EPOCH,
            authentication_sha256: hashes.clone().map(|[a, _]| a),
            signing_sha256: hashes.map(|[_, s]| s),
            begun_by: None,
            told_key: None,
        }
    }

    fn perform(&mut self, effect: &Effect) -> Outcome {
        match effect {
            Effect::Card(work) => self.card(*work),
            Effect::Gateway(call) => self.gateway(call),
            Effect::Print(_) => panic!("an issue prints nothing"),
        }
    }

    /// The promise: card and gateway agree, and what is good is on a card that holds its keys.
    fn agrees(&self, state: &State) {
        assert!(state.is_ended(), "the job came to an end: {:?}", state.stage);
        match &state.stage {
            Stage::Done => {
                assert!(self.good);
                assert_eq!(self.certified_keys, Some(self.keys));
                assert_eq!(self.certificates, self.keys.map(Some));
                assert_eq!(self.locked, state.plan.passcode == PasscodeChoice::LeftLocked);
                assert_eq!(self.owner == KeyOwner::Organisation, self.channel_use.replaces());
            }
            _ => {
                assert!(!self.good);
                assert_eq!(self.certificates, [None, None], "the card is empty again");
                assert_eq!(self.other_objects, 0);
                assert!(!self.unreachable_card, "the gateway counts the card as blank");
                assert!(matches!(self.issuance, None | Some(IssuanceState::Aborted)), "{:?}", self.issuance);
                assert!(self.owner == KeyOwner::Delivered || !self.channel_use.puts_back(), "its own keys are back");
            }
        }
        assert_eq!(self.unlock_code, self.escrow, "the escrow holds the card's unlock code");
    }
}

fn plan(passcode: PasscodeChoice) -> Plan {
    plan_over(passcode, ChannelUse::None)
}

fn plan_over(passcode: PasscodeChoice, channel: ChannelUse) -> Plan {
    Plan {
        channel,
        job: JobId::from_random([3; 16]),
        holder: "555000000017".parse().expect("a number"),
        serial: "0011223344556677".parse().expect("a serial"),
        series: Series::Series10,
        profile: "training".into(),
        passcode,
        guid: "00".repeat(16),
        objects: OBJECTS.to_vec(),
    }
}

/// An issue as it is run: behind the channel of its card, where it has one.
type Issuing = ThroughChannel<State>;

fn begun(plan: Plan) -> Issuing {
    let channel = plan.channel;
    ThroughChannel::new(State::new(plan), channel)
}

/// Where a run is cut: at its n-th effect, and whether that effect still happens.
#[derive(Debug, Clone, Copy)]
struct Cut {
    at: usize,
    happens: bool,
}

/// Runs until the end or the cut. Returns the outcomes on record and whether it was cut.
fn run(world: &mut World, mut state: Issuing, cut: Option<Cut>) -> (Issuing, Vec<Outcome>, bool) {
    let mut record = Vec::new();
    let mut n = 0;
    // A channel does not outlive the run it was opened in.
    (world.channel, world.proved, world.prepared) = (None, false, None);
    while let Some(effect) = state.pending() {
        if let Some(cut) = cut.filter(|cut| cut.at == n) {
            if cut.happens {
                let _lost = world.perform(&effect);
            }
            return (state, record, true);
        }
        let outcome = world.perform(&effect);
        state = state.step(&outcome);
        record.push(outcome);
        n += 1;
        assert!(n < 200, "an issue must end");
    }
    (state, record, false)
}

/// A whole life: the first run and its resumptions, each cut as told, the last one not.
fn live(choice: PasscodeChoice, channel: ChannelUse, cuts: &[Cut]) -> (World, Issuing) {
    let mut world = World::over(channel);
    let plan = || plan_over(choice, channel);
    let (mut state, mut record, mut cut) = run(&mut world, begun(plan()), cuts.first().copied());
    for next in cuts.iter().skip(1).map(|c| Some(*c)).chain([None]) {
        if !cut {
            break;
        }
        record.push(Outcome::Resumed);
        let replayed = record.iter().fold(begun(plan()), Machine::step);
        let (after, more, again) = run(&mut world, replayed, next);
        (state, cut) = (after, again);
        record.extend(more);
    }
    (world, state)
}

fn every_plan() -> impl Iterator<Item = (PasscodeChoice, ChannelUse)> {
    let choices = [PasscodeChoice::ChosenByHolder, PasscodeChoice::LeftLocked];
    choices.into_iter().flat_map(|choice| CHANNELS.map(|channel| (choice, channel)))
}

#[test]
fn uncut_it_ends_done() {
    for (choice, channel) in every_plan() {
        let (world, state) = live(choice, channel, &[]);
        assert_eq!(state.inner().stage, Stage::Done);
        world.agrees(state.inner());
    }
}

#[test]
fn cut_at_every_effect_before_and_after_card_and_gateway_agree() {
    for (choice, channel) in every_plan() {
        let (_, record, _) = run(&mut World::over(channel), begun(plan_over(choice, channel)), None);
        for at in 0..record.len() {
            for happens in [false, true] {
                let (world, state) = live(choice, channel, &[Cut { at, happens }]);
                world.agrees(state.inner());
                let proved = record[..at].iter().any(|o| matches!(o, Outcome::KeysProved { .. }));
                assert_eq!(
                    state.inner().stage == Stage::Done,
                    proved,
                    "finished from the proof on, undone before: cut {at}"
                );
            }
        }
    }
}

#[test]
fn a_late_confirmation_is_undone() {
    let (mut world, state) = (World::new(), begun(plan(PasscodeChoice::LeftLocked)));
    let (_, record, _) = run(&mut world.clone(), state.clone(), None);
    let (_, before, _) = run(&mut world, state, Some(Cut { at: record.len() - 1, happens: false }));
    world.issuance = Some(IssuanceState::Expired);
    let resumed = before.iter().chain([&Outcome::Resumed]).fold(begun(plan(PasscodeChoice::LeftLocked)), Machine::step);
    let (state, ..) = run(&mut world, resumed, None);
    assert!(matches!(state.inner().stage, Stage::Undone { .. }), "{:?}", state.inner().stage);
    assert!(!world.good && world.certificates == [None, None]);
}

#[test]
fn a_card_that_comes_back_different_is_undone() {
    let mut world = World::new();
    let mut state = begun(plan(PasscodeChoice::ChosenByHolder));
    while let Some(effect) = state.pending() {
        let outcome = match (&effect, world.perform(&effect)) {
            (Effect::Card(CardWork::ReadBack), _) => Outcome::ReadBack { sha256: ["x".into(), "y".into()] },
            (_, outcome) => outcome,
        };
        state = state.step(&outcome);
    }
    world.agrees(state.inner());
    assert!(matches!(state.inner().stage, Stage::Undone { .. }));
}

#[test]
fn a_card_that_refused_every_code_is_never_touched_again() {
    let mut world = World::new();
    world.unlock_code = 77;
    for cut in (0..20).map(|at| Cut { at, happens: true }) {
        let mut world = world.clone();
        let (_, mut record, was_cut) = run(&mut world, begun(plan(PasscodeChoice::LeftLocked)), Some(cut));
        if was_cut {
            record.push(Outcome::Resumed);
        }
        let resumed = record.iter().fold(begun(plan(PasscodeChoice::LeftLocked)), Machine::step);
        let (state, ..) = run(&mut world, resumed, None);
        assert!(matches!(state.inner().stage, Stage::Undone { .. }), "cut at {}: {:?}", cut.at, state.inner().stage);
        assert!(world.unlock_tries > 0 && world.unlock_code == 77 && world.keys == [0; 2], "cut at {}", cut.at);
    }
}

#[test]
fn keys_that_the_card_holds_too_late_go_back() {
    let channel = ChannelUse::ReplaceKeysAndPutBack;
    let plan = || plan_over(PasscodeChoice::ChosenByHolder, channel);
    let mut world = World::over(channel);
    let (_, record, _) = run(&mut world.clone(), begun(plan()), None);
    let (_, before, _) = run(&mut world, begun(plan()), Some(Cut { at: record.len() - 1, happens: false }));
    assert_eq!(world.owner, KeyOwner::Organisation);
    world.issuance = Some(IssuanceState::Expired);
    let resumed = before.iter().chain([&Outcome::Resumed]).fold(begun(plan()), Machine::step);
    let (state, ..) = run(&mut world, resumed, None);
    assert!(matches!(state.inner().stage, Stage::Undone { .. }), "{:?}", state.inner().stage);
    assert_eq!((world.owner, world.certificates), (KeyOwner::Delivered, [None, None]));
}

#[test]
fn a_card_that_refuses_the_channel_is_left_alone_and_the_gateway_learns_of_it() {
    let mut world = World::over(ChannelUse::Open);
    let mut state = begun(plan_over(PasscodeChoice::ChosenByHolder, ChannelUse::Open));
    let mut told = 0;
    while let Some(effect) = state.pending() {
        let outcome = match &effect {
            Effect::Card(CardWork::ExternalAuthenticate) => Outcome::ChannelRefused,
            Effect::Gateway(GatewayCall::TellChannelRefused) => {
                told += 1;
                Outcome::ChannelRefusalTold
            }
            effect => world.perform(effect),
        };
        state = state.step(&outcome);
    }
    assert_eq!((&state.inner().stage, told), (&Stage::Undone { why: REFUSED.into() }, 1));
    world.agrees(state.inner());
}

#[test]
fn refused_at_the_door_nothing_is_undone_because_nothing_was_done() {
    let no = Outcome::Failed(Fault::Refused { why: "no".into(), by_policy: true });
    let state = begun(plan(PasscodeChoice::ChosenByHolder)).step(&no);
    assert_eq!(state.inner().stage, Stage::Undone { why: "no".into() });
    assert_eq!(state.pending(), None);
}

#[test]
fn a_cut_at_which_nothing_was_tried_does_not_turn_the_order_of_the_codes() {
    let cuts = [(7, false), (6, true), (0, false)].map(|(at, happens)| Cut { at, happens });
    let (world, state) = live(PasscodeChoice::ChosenByHolder, ChannelUse::None, &cuts);
    world.agrees(state.inner());
}

proptest! {
    #[test]
    fn cut_again_and_again(
        locked in any::<bool>(),
        channel in prop::sample::select(CHANNELS.to_vec()),
        cuts in prop::collection::vec((0usize..40, any::<bool>()), 0..6),
    ) {
        let choice = if locked { PasscodeChoice::LeftLocked } else { PasscodeChoice::ChosenByHolder };
        let cuts: Vec<Cut> = cuts.into_iter().map(|(at, happens)| Cut { at, happens }).collect();
        let (world, state) = live(choice, channel, &cuts);
        world.agrees(state.inner());
    }

    #[test]
    fn outcomes_survive_the_journal(keys in any::<[u32; 2]>()) {
        let outcomes = [
            Outcome::Certified { sha256: World::hashes(keys) },
            Outcome::KeysProved { signatures: keys.map(|k| k.to_be_bytes().to_vec()) },
            Outcome::Failed(Fault::Interrupted { why: "cut".into() }),
            Outcome::Issuance {
                issuance: Some(Box::new(World::new().record(IssuanceState::Expired))),
                card_settled: false,
            },
        ];
        for outcome in outcomes {
            let json = serde_json::to_value(&outcome).expect("serialises");
            prop_assert_eq!(serde_json::from_value::<Outcome>(json).expect("reads back"), outcome);
        }
    }
}
