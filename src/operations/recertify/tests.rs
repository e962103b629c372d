//! Whole repairs and renewals with no card, no network and no clock: what each step asks for, and where a refusal or a cut
//! at each step leads.

use super::*;
use crate::cis2::wire::{Issuance, IssuanceState};

const OBJECTS: [ObjectName; 3] =
    [ObjectName::AuthenticationCertificate, ObjectName::SigningCertificate, ObjectName::CardHolderUniqueIdentifier];

fn plan(operation: Operation, keys: KeysWanted) -> Plan {
    Plan {
        job: JobId::from_random([7; 16]),
        operation,
        holder: "555000000017".parse().expect("a number"),
        serial: "00112233".parse().expect("a serial"),
        series: Series::Series10,
        profile: "training".into(),
        passcode: PasscodeChoice::ChosenByHolder,
        keys,
        guid: "00".repeat(16),
        objects: OBJECTS.to_vec(),
        pair: PairBefore::Whole,
        reach: Reach::default(),
        replaced: Vec::new(),
        recovery: CodeRecovery::Never,
        channel: ChannelUse::None,
        asked_by: AskedBy::Officer,
    }
}

fn issuance(state: IssuanceState) -> Outcome {
    let plan = plan(Operation::Repair, KeysWanted::New);
    let issuance = Issuance {
        job: plan.job,
        operation: plan.operation,
        holder: plan.holder,
        serial: plan.serial,
        state,
        locked: false,
        deadline: time::OffsetDateTime::UNIX_EPOCH,
        authentication_sha256: None,
        signing_sha256: None,
        begun_by: None,
        told_key: None,
    };
    Outcome::Issuance { issuance: Some(Box::new(issuance)), card_settled: false }
}

/// The good answer to an effect.
fn good(effect: &Effect) -> Outcome {
    let sha256 = ["a".to_owned(), "s".to_owned()];
    match effect {
        Effect::Gateway(GatewayCall::Reserve | GatewayCall::Reopen) => Outcome::Reserved,
        Effect::Gateway(GatewayCall::AnswerWitness) => Outcome::WitnessAnswered,
        Effect::Gateway(GatewayCall::CheckCardAnswer) => Outcome::CardAnswerRight,
        Effect::Gateway(GatewayCall::ReleaseCodes) => Outcome::CodesReleased { candidates: 1 },
        Effect::Gateway(GatewayCall::SettleUnlockCode { .. }) => Outcome::Settled,
        Effect::Gateway(GatewayCall::TellKey) => Outcome::KeyTold,
        Effect::Gateway(GatewayCall::Certify | GatewayCall::FetchCertified) => Outcome::Certified { sha256 },
        Effect::Gateway(GatewayCall::Confirm { .. }) => Outcome::Confirmed,
        Effect::Gateway(GatewayCall::Abort { .. }) => Outcome::Aborted,
        Effect::Card(CardWork::CheckPasscode) => Outcome::PasscodeRight,
        Effect::Card(CardWork::Witness) => Outcome::Witness,
        Effect::Card(CardWork::ProveManagementKey) => Outcome::CardAnswered,
        Effect::Card(
            CardWork::SetUnlockCode { .. } | CardWork::ReplaceUnlockCode | CardWork::SettleUnlockCode { .. },
        ) => Outcome::UnlockCodeSet,
        Effect::Card(CardWork::SetPasscode) => Outcome::PasscodeSet,
        Effect::Card(CardWork::ReadTries) => Outcome::Tries { left: Some(3) },
        Effect::Card(CardWork::ReadPair) => Outcome::PairRead,
        Effect::Card(CardWork::Generate(_)) => Outcome::Generated,
        Effect::Card(CardWork::SignRequests) => Outcome::RequestsSigned,
        Effect::Card(CardWork::Write(_)) => Outcome::Written,
        Effect::Card(CardWork::ReadBack) => Outcome::ReadBack { sha256 },
        Effect::Card(CardWork::ProveKeys) => Outcome::KeysProved { signatures: [vec![1], vec![2]] },
        Effect::Card(CardWork::Lock) => Outcome::Locked,
        other => panic!("a repair or renewal does not do {other:?}"),
    }
}

/// Goes on with good answers to the end; gives every effect and the end.
fn to_the_end(mut state: State) -> (Vec<Effect>, State) {
    let mut effects = Vec::new();
    while let Some(effect) = state.pending() {
        assert!(effects.len() < 60, "it comes to an end: {effects:?}");
        state = step(state, &good(&effect));
        effects.push(effect);
    }
    (effects, state)
}

/// Every state on the good way.
fn all_states(operation: Operation, keys: KeysWanted) -> Vec<State> {
    let mut states = vec![State::new(plan(operation, keys))];
    while let Some(effect) = states.last().and_then(State::pending) {
        let next = step(states.last().expect("one").clone(), &good(&effect));
        states.push(next);
    }
    states.pop();
    states
}

const KINDS: [(Operation, KeysWanted); 3] =
    [(Operation::Repair, KeysWanted::New), (Operation::Renew, KeysWanted::New), (Operation::Renew, KeysWanted::Same)];

#[test]
fn the_good_way_ends_with_the_new_pair() {
    for (operation, keys) in KINDS {
        let (effects, state) = to_the_end(State::new(plan(operation, keys)));
        assert_eq!((state.end(), state.which_pair()), (Some(&End::done()), Some(WhichPair::New)));
        let has = |wanted: &Effect| effects.contains(wanted);
        let checks = has(&Effect::Card(CardWork::CheckPasscode));
        assert_eq!(checks, operation == Operation::Renew, "the holder's own passcode, first of all");
        assert_eq!(has(&Effect::Gateway(GatewayCall::ReleaseCodes)), operation == Operation::Repair);
        let makes = has(&Effect::Card(CardWork::Generate(CertificateSlot::Signing)));
        assert_eq!(makes, keys == KeysWanted::New);
    }
}

#[test]
fn a_refusal_goes_back_until_the_pair_is_touched_and_asks_for_a_repair_from_then_on() {
    let no = Outcome::Failed(Fault::Refused { why: "no".into(), by_policy: false });
    for (operation, keys) in KINDS {
        let (mut back, mut forward) = (0, 0);
        for state in all_states(operation, keys).into_iter().skip(1) {
            let touched = state.goes_forward();
            let (effects, end) = to_the_end(step(state, &no));
            let aborts = |card| effects.contains(&Effect::Gateway(GatewayCall::Abort { card }));
            assert!(matches!(end.end(), Some(End::Undone { .. })));
            if touched {
                forward += 1;
                assert!(aborts(CardAfterAbort::NeedsRepair) && end.which_pair().is_none(), "{effects:?}");
            } else {
                back += 1;
                assert!(aborts(CardAfterAbort::AsBefore) && end.which_pair() == Some(WhichPair::Old), "{effects:?}");
            }
        }
        assert!(back > 4 && forward > 4, "{operation:?}, {keys:?}: {back} back, {forward} forward");
    }
}

#[test]
fn a_cut_goes_back_until_the_pair_is_touched_and_forward_from_then_on() {
    let cut = Outcome::Failed(Fault::Interrupted { why: "cut".into() });
    for (operation, keys) in KINDS {
        for state in all_states(operation, keys).into_iter().skip(1) {
            let kept = step(state.clone(), &cut);
            assert_eq!(kept, state, "an interruption changes nothing");
            let touched = state.goes_forward();
            let certified = matches!(
                state.stage,
                Stage::Write(_) | Stage::ReadBack | Stage::ProveKeys | Stage::Lock | Stage::Confirm
            );
            let known = if certified { IssuanceState::Certified } else { IssuanceState::Reserved };
            for (known, reopened) in [(known, false), (IssuanceState::Expired, true)] {
                let asked = step(step(state.clone(), &Outcome::ResumedWithHolder), &issuance(known));
                let (effects, end) = to_the_end(asked);
                assert_eq!(
                    end.which_pair(),
                    Some(if touched { WhichPair::New } else { WhichPair::Old }),
                    "{effects:?}"
                );
                let reopens = effects.contains(&Effect::Gateway(GatewayCall::Reopen));
                assert_eq!(reopens, touched && reopened, "{effects:?}");
                let written = matches!(state.stage, Stage::Confirm | Stage::Lock);
                let fetches = effects.contains(&Effect::Gateway(GatewayCall::FetchCertified));
                assert_eq!(fetches, certified && !written && !reopened, "{:?}: {effects:?}", state.stage);
            }
        }
    }
}

#[test]
fn a_repair_without_its_holder_ends_locked_and_says_so() {
    let states = all_states(Operation::Repair, KeysWanted::New);
    let cut = states.into_iter().find(|state| state.stage == Stage::Generate(CertificateSlot::Signing)).expect("one");
    let alone = step(step(cut.clone(), &Outcome::Resumed), &issuance(IssuanceState::Reserved));
    let (effects, end) = to_the_end(alone);
    let locked = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Gateway(GatewayCall::Confirm { locked, .. }) => Some(*locked),
            _ => None,
        })
    };
    assert_eq!(locked(&effects), Some(Some(true)));
    assert!(matches!(end.end(), Some(End::Done { note: Some(_) })), "{end:?}");
    let together = step(step(cut, &Outcome::ResumedWithHolder), &issuance(IssuanceState::Reserved));
    let (effects, end) = to_the_end(together);
    assert_eq!((locked(&effects), end.end()), (Some(Some(false)), Some(&End::done())));
}

#[test]
fn a_wrong_passcode_is_one_try_and_a_cut_renewal_waits() {
    let begun = step(State::new(plan(Operation::Renew, KeysWanted::New)), &Outcome::Reserved);
    let wrong = |left| Outcome::PasscodeWrong { left: Some(left), sent: true };
    let (effects, _) = to_the_end(step(begun.clone(), &wrong(2)));
    assert_eq!(effects, [Effect::Gateway(GatewayCall::Abort { card: CardAfterAbort::AsBefore })]);
    let (effects, _) = to_the_end(step(begun, &wrong(0)));
    assert_eq!(effects, [Effect::Gateway(GatewayCall::Abort { card: CardAfterAbort::Locked })]);

    let states = all_states(Operation::Renew, KeysWanted::New);
    let cut = states.into_iter().find(|state| state.stage == Stage::SignRequests).expect("one");
    assert!(cut.needs_holder());
    let asked = step(step(cut, &Outcome::ResumedWithHolder), &issuance(IssuanceState::Reserved));
    let waits = step(asked.clone(), &wrong(2));
    assert!(waits.pending().is_none() && waits.end().is_none() && waits.which_pair().is_none());
    assert!(waits.waits().is_some_and(|why| why.contains("2 tries are left")), "{waits:?}");
    let again = step(step(waits, &Outcome::ResumedWithHolder), &issuance(IssuanceState::Reserved));
    assert_eq!(to_the_end(again).1.which_pair(), Some(WhichPair::New));
    let (effects, _) = to_the_end(step(asked, &wrong(0)));
    assert_eq!(effects, [Effect::Gateway(GatewayCall::Abort { card: CardAfterAbort::NeedsRepair })]);
}

/// A renewal that its holder asked for without an officer.
fn own_renewal() -> State {
    State::new(Plan { asked_by: AskedBy::Holder, ..plan(Operation::Renew, KeysWanted::New) })
}

#[test]
fn a_holder_alone_always_has_one_key_that_the_gateway_knows() {
    let mut states = vec![own_renewal()];
    while let Some(effect) = states.last().and_then(State::pending) {
        states.push(step(states.last().expect("one").clone(), &good(&effect)));
    }
    let made = |slot| Effect::Card(CardWork::Generate(slot));
    let effects: Vec<Effect> = states.iter().filter_map(State::pending).collect();
    let at = |wanted: &Effect| effects.iter().position(|effect| effect == wanted).expect("it is done");
    let told = at(&Effect::Gateway(GatewayCall::TellKey));
    assert!(
        at(&made(CertificateSlot::Authentication)) < told && told < at(&made(CertificateSlot::Signing)),
        "{effects:?}"
    );
    // Cut after it was told, whether or not the answer came: that key stays, and the signing key is made again.
    for cut in states.iter().filter(|state| {
        matches!(state.stage, Stage::TellKey | Stage::Generate(CertificateSlot::Signing) | Stage::SignRequests)
    }) {
        for known in [true, false] {
            let Outcome::Issuance { issuance: Some(mut issuance), card_settled } = issuance(IssuanceState::Reserved)
            else {
                panic!("an issuance")
            };
            issuance.told_key = known.then(|| crate::cis2::wire::Base64(vec![1]));
            let asked = Outcome::Issuance { issuance: Some(issuance), card_settled };
            let (effects, end) = to_the_end(step(step(cut.clone(), &Outcome::ResumedWithHolder), &asked));
            assert_eq!(end.which_pair(), Some(WhichPair::New));
            assert_eq!(!effects.contains(&made(CertificateSlot::Authentication)), known, "{effects:?}");
            assert!(effects.contains(&made(CertificateSlot::Signing)), "{effects:?}");
        }
    }
    let desk = to_the_end(State::new(plan(Operation::Renew, KeysWanted::New))).0;
    assert!(!desk.contains(&Effect::Gateway(GatewayCall::TellKey)), "an officer goes on with their own sign-in");
}

/// A card whose unlock code is blocked: lost where nothing replaces it, and given the next code where its channel does.
#[test]
fn a_blocked_unlock_code_ends_the_repair_or_is_replaced() {
    let blocked = Outcome::UnlockCodeWrong { may_try_more: false };
    let at_the_code = |recovery| {
        let mut state = State::new(Plan { recovery, ..plan(Operation::Repair, KeysWanted::New) });
        while !matches!(state.stage, Stage::SetUnlockCode { .. }) {
            let effect = state.pending().expect("it has not ended");
            state = step(state, &good(&effect));
        }
        state
    };
    let (effects, end) = to_the_end(step(at_the_code(CodeRecovery::Never), &blocked));
    assert!(!effects.contains(&Effect::Card(CardWork::ReplaceUnlockCode)));
    assert!(matches!(end.end(), Some(End::Undone { why }) if why == on_card::UNLOCK_CODE_LOST), "{end:?}");

    let replaces = step(at_the_code(CodeRecovery::OverChannel), &blocked);
    let (effects, end) = to_the_end(replaces.clone());
    let told = Effect::Gateway(GatewayCall::SettleUnlockCode { which: UnlockCodeSettled::Next });
    let first = [Effect::Card(CardWork::ReplaceUnlockCode), told.clone(), Effect::Card(CardWork::SetPasscode)];
    assert_eq!(effects[..3], first, "the escrow learns of the code before anything else is done with it");
    assert_eq!((end.end(), end.which_pair()), (Some(&End::done()), Some(WhichPair::New)));

    // Cut off before it: on the way back no code fits, and the card gets one that the escrow knows.
    let mut back = step(step(replaces.clone(), &Outcome::Resumed), &issuance(IssuanceState::Reserved));
    let mut effects = Vec::new();
    while let Some(effect) = back.pending() {
        let tries = matches!(effect, Effect::Card(CardWork::SettleUnlockCode { .. }));
        let outcome = if tries { blocked.clone() } else { good(&effect) };
        back = step(back, &outcome);
        effects.push(effect);
    }
    assert!(effects.contains(&Effect::Card(CardWork::ReplaceUnlockCode)) && effects.contains(&told), "{effects:?}");
    assert_eq!(back.which_pair(), Some(WhichPair::Old), "{effects:?}");

    // The card refuses to: nothing of it was changed.
    let no = Outcome::Failed(Fault::Refused { why: "no".into(), by_policy: false });
    let (effects, end) = to_the_end(step(replaces, &no));
    let kept = Effect::Gateway(GatewayCall::SettleUnlockCode { which: UnlockCodeSettled::FirstOfCurrent });
    assert_eq!(effects, [kept, Effect::Gateway(GatewayCall::Abort { card: CardAfterAbort::AsBefore })]);
    assert_eq!(end.which_pair(), Some(WhichPair::Old));
}
