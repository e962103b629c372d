//! A renewal whose new pair is made beside the old one.

use super::{PairBefore, Plan, Reach, State, step};
use crate::{
    card::{piv::ObjectName, profile::CodeRecovery},
    cis2::wire::{CardAfterAbort, KeysWanted},
    domain::{CertificateSlot, JobId, Operation, Series},
    operations::{
        channel::ChannelUse,
        effect::{CardWork, Effect, Fault, GatewayCall, Outcome},
        issue::PasscodeChoice,
        on_card::End,
        report::WhichPair,
    },
};

fn renewal() -> State {
    State::new(Plan {
        job: JobId::from_random([7; 16]),
        operation: Operation::Renew,
        holder: "555000000023".parse().expect("twelve digits"),
        serial: "0A1B2C3D4E5F6071".parse().expect("a serial"),
        series: Series::Series8,
        profile: "series-8".into(),
        passcode: PasscodeChoice::ChosenByHolder,
        keys: KeysWanted::New,
        guid: "00".repeat(16),
        objects: CertificateSlot::BOTH.map(ObjectName::certificate).to_vec(),
        pair: PairBefore::Whole,
        reach: Reach::Middleware,
        replaced: Vec::new(),
        asked_by: crate::operations::AskedBy::Officer,
        recovery: CodeRecovery::Never,
        channel: ChannelUse::None,
    })
}

/// Steps with the good outcome of everything until this effect is awaited.
fn until(wanted: &CardWork) -> State {
    let mut state = renewal();
    loop {
        let effect = state.pending().expect("it has not ended");
        if effect == Effect::Card(*wanted) {
            return state;
        }
        let pair = || ["a".to_owned(), "b".to_owned()];
        let good = match effect {
            Effect::Gateway(GatewayCall::Reserve) => Outcome::Reserved,
            Effect::Gateway(GatewayCall::Certify) => Outcome::Certified { sha256: pair() },
            Effect::Gateway(GatewayCall::Confirm { .. }) => Outcome::Confirmed,
            Effect::Card(CardWork::CheckPasscode) => Outcome::PasscodeRight,
            Effect::Card(CardWork::Generate(_)) => Outcome::Generated,
            Effect::Card(CardWork::SignRequests) => Outcome::RequestsSigned,
            Effect::Card(CardWork::Write(_)) => Outcome::Written,
            Effect::Card(CardWork::ReadBack) => Outcome::ReadBack { sha256: pair() },
            Effect::Card(CardWork::ProveKeys) => Outcome::KeysProved { signatures: [vec![1], vec![2]] },
            other => panic!("such a card is not asked for {other:?}"),
        };
        state = step(state, &good);
    }
}

fn no() -> Outcome {
    Outcome::Failed(Fault::Refused { why: "the card said no".into(), by_policy: false })
}

#[test]
fn a_refusal_takes_the_new_pair_away_and_the_old_one_goes_on_working() {
    for work in [
        CardWork::Generate(CertificateSlot::Authentication),
        CardWork::Generate(CertificateSlot::Signing),
        CardWork::SignRequests,
        CardWork::Write(ObjectName::SigningCertificate),
        CardWork::ReadBack,
        CardWork::ProveKeys,
    ] {
        let state = step(until(&work), &no());
        assert_eq!(state.pending(), Some(Effect::Card(CardWork::RemoveNewPair)), "{work:?}");
        assert_eq!(state.which_pair(), Some(WhichPair::Old), "{work:?}");
        // Whether or not the card lets it be taken away.
        for taken_away in [Outcome::Erased, no()] {
            let state = step(state.clone(), &taken_away);
            let abort = GatewayCall::Abort { card: CardAfterAbort::AsBefore };
            assert_eq!(state.pending(), Some(Effect::Gateway(abort)), "{work:?}");
            let state = step(state, &Outcome::Aborted);
            assert_eq!(state.end(), Some(&End::undone("the card said no")), "{work:?}");
            assert_eq!(state.which_pair(), Some(WhichPair::Old), "{work:?}");
        }
    }
}

#[test]
fn the_old_pair_is_taken_away_last_and_where_it_stays_that_is_told() {
    let confirmed = until(&CardWork::RemoveOldPair);
    assert_eq!(confirmed.which_pair(), Some(WhichPair::New));
    assert!(!confirmed.needs_holder(), "it is renewed");
    let done = step(confirmed.clone(), &Outcome::Erased);
    assert_eq!(done.end(), Some(&End::done()));
    let stays = step(confirmed, &no());
    let Some(End::Done { note: Some(note) }) = stays.end() else { panic!("{:?}", stays.end()) };
    assert!(note.contains("still on the card") && note.contains("revoked"), "{note}");
    assert_eq!(stays.which_pair(), Some(WhichPair::New));
}
