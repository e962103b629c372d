use super::*;
use crate::{
    domain::{
        Secret,
        telephone::{Conversation, WorkstationKey},
    },
    operations::resume::replay,
};

fn plan() -> Plan {
    let key = WorkstationKey::new(Secret::new(vec![7; WorkstationKey::LENGTH])).expect("32 bytes");
    let serial: CardSerial = "0A1B2C01".parse().expect("a serial");
    let (challenge, _) = Conversation::begin(1.try_into().expect("a number"), 5, &key, &serial);
    Plan {
        job: JobId::from_random([1; 16]),
        holder: "555000000023".parse().expect("a number"),
        serial,
        series: Series::Series10,
        profile: "series-10".into(),
        challenge,
        gateway: "embedded".into(),
    }
}

/// The outcomes of an unlock in which nothing goes wrong, in order.
fn good() -> Vec<Outcome> {
    vec![
        Outcome::CodesReleased { candidates: 1 },
        Outcome::Tries { left: Some(0) },
        Outcome::UnlockCodeSet,
        Outcome::PasscodeSet,
        Outcome::Tries { left: Some(3) },
    ]
}

fn after(outcomes: &[Outcome]) -> State {
    replay(State::new(plan()), outcomes)
}

#[test]
fn the_card_is_done_alone_and_the_gateway_is_told_later() {
    let done = after(&good());
    assert_eq!((done.pending(), done.told(), done.end()), (None, TelephoneOutcome::Done, None));
    let again = step(done, &Outcome::Resumed);
    let call = GatewayCall::EndByTelephone { outcome: TelephoneOutcome::Done };
    assert_eq!(again.pending(), Some(Effect::Gateway(call)));
    assert_eq!(step(again.clone(), &Outcome::ToldByTelephone).end(), Some(&End::done()));
    // A gateway that refuses it has heard it otherwise: the card is done all the same.
    let refused = step(again, &Outcome::Failed(Fault::Refused { why: "over".into(), by_policy: false }));
    assert_eq!(refused.end(), Some(&End::Done { note: Some("over".into()) }));
}

#[test]
fn wherever_it_was_cut_the_gateway_is_told_what_this_desk_knows() {
    for cut in 0..good().len() {
        let state = step(after(&good()[..cut]), &Outcome::Resumed);
        let expected = if cut < 4 { TelephoneOutcome::GivenUp } else { TelephoneOutcome::Done };
        assert_eq!(state.told(), expected, "after {cut}");
        assert_eq!(
            state.pending(),
            Some(Effect::Gateway(GatewayCall::EndByTelephone { outcome: expected })),
            "the card is left alone after {cut}"
        );
        // A second cut tells the same again.
        assert_eq!(step(state.clone(), &Outcome::Resumed), state);
    }
}

#[test]
fn with_two_candidates_the_second_is_tried_and_the_last_try_is_never_spent() {
    let begun = after(&[Outcome::CodesReleased { candidates: 2 }, Outcome::Tries { left: Some(0) }]);
    let second = step(begun.clone(), &Outcome::UnlockCodeWrong { may_try_more: true });
    assert_eq!(second.pending(), Some(Effect::Card(CardWork::SetUnlockCode { candidate: 1 })));
    for lost in [
        step(begun, &Outcome::UnlockCodeWrong { may_try_more: false }),
        step(second, &Outcome::UnlockCodeWrong { may_try_more: true }),
    ] {
        assert_eq!((lost.pending(), lost.told()), (None, TelephoneOutcome::GivenUp));
    }
}

#[test]
fn a_card_that_refuses_is_given_up_and_what_it_holds_is_not_guessed() {
    let no = Outcome::Failed(Fault::Refused { why: "no".into(), by_policy: false });
    for cut in 1..4 {
        let state = step(after(&good()[..cut]), &no);
        assert_eq!((state.told(), state.pending()), (TelephoneOutcome::GivenUp, None), "after {cut}");
    }
    assert_eq!(step(after(&good()[..4]), &no).told(), TelephoneOutcome::Done);
    let lost = Outcome::Failed(Fault::Interrupted { why: "pulled".into() });
    let pulled = step(after(&good()[..2]), &lost);
    assert_eq!(pulled, after(&good()[..2]));
}

#[test]
fn the_plan_on_record_is_told_apart_and_holds_no_secret() {
    let recorded = serde_json::to_value(plan()).expect("JSON");
    assert!(Plan::is_recorded_in(&recorded));
    let members: Vec<&str> = recorded.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(members, ["job", "holder", "serial", "series", "profile", "challenge", "gateway"]);
}
