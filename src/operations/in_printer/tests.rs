//! Every way through the machine.

use super::*;

fn plan() -> Plan {
    Plan {
        job: JobId::from_random([1; 16]),
        holder: "555000000017".parse().expect("a number"),
        passcode: PasscodeChoice::LeftLocked,
        printer: "Desk printer".into(),
        printer_model: "magicard-doh-300-v2".into(),
        station: "Station".into(),
    }
}

/// The good answers, in order.
fn good() -> Vec<Outcome> {
    vec![
        Outcome::Fed,
        Outcome::CardFound { reader: "Station 00".into() },
        Outcome::Prepared { serial: "00112233".parse().expect("a serial"), issue: JobId::from_random([2; 16]) },
        Outcome::Issued,
        Outcome::FaceReady { print: JobId::from_random([3; 16]) },
        Outcome::Released,
        Outcome::Printed,
    ]
}

fn after(outcomes: &[Outcome]) -> State {
    outcomes.iter().fold(State::new(plan()), step)
}

fn why() -> String {
    "because".into()
}

#[test]
fn a_good_card_is_fed_issued_printed_and_never_told_to_leave() {
    let mut state = State::new(plan());
    let mut effects = Vec::new();
    for outcome in good() {
        effects.push(state.pending().expect("something to do"));
        state = step(state, &outcome);
    }
    assert_eq!(state.ended(), Some((&End::Complete, &Place::Out { rejected: false })));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::PutOut { .. })));
    assert_eq!(state.pending(), None);
}

#[test]
fn nothing_is_printed_on_a_card_that_is_not_issued() {
    let bad = [
        (0, Outcome::Unclear { why: why() }, Way::Eject),
        (1, Outcome::Refused { why: why(), by_policy: false }, Way::Eject),
        (1, Outcome::BadCard { why: why() }, Way::Reject),
        (2, Outcome::Refused { why: why(), by_policy: true }, Way::Eject),
        (2, Outcome::BadCard { why: why() }, Way::Reject),
        (3, Outcome::IssueNotBegun { why: why() }, Way::Eject),
        (3, Outcome::IssueUndone { why: why(), by_policy: false }, Way::Reject),
    ];
    for (steps, outcome, way) in bad {
        let state = step(after(&good()[..steps]), &outcome);
        assert_eq!(state.pending(), Some(Effect::PutOut { way }), "{outcome:?}");
        let state = step(state, &Outcome::Out);
        let rejected = way == Way::Reject;
        assert!(matches!(state.ended(), Some((End::NotIssued { .. }, Place::Out { rejected: r })) if *r == rejected));
    }
    let refused = step(after(&[]), &Outcome::Refused { why: why(), by_policy: false });
    assert!(matches!(refused.ended(), Some((End::NotIssued { .. }, Place::NotFed))));
}

#[test]
fn a_printer_that_stops_after_the_issue_leaves_an_issued_card_and_says_where_it_is() {
    for (steps, outcome) in [
        (4, Outcome::Refused { why: why(), by_policy: false }),
        (5, Outcome::Unclear { why: why() }),
        (6, Outcome::NotPrinted { why: why() }),
    ] {
        let state = step(after(&good()[..steps]), &outcome);
        assert_eq!(state.pending(), Some(Effect::PutOut { way: Way::Eject }), "{outcome:?}");
        let inside = step(state, &Outcome::Inside { why: why() });
        assert!(matches!(inside.ended(), Some((End::IssuedOnly { .. }, Place::Inside { .. }))));
    }
    let unknown = step(after(&good()[..6]), &Outcome::PrintUnknown { why: why() });
    assert!(matches!(unknown.ended(), Some((End::LookAtPrinter { .. }, _))));
    let held = step(after(&good()[..6]), &Outcome::StillInStation { why: why() });
    assert_eq!(held.pending(), Some(Effect::PutOut { way: Way::Eject }));
    assert!(matches!(step(held, &Outcome::Out).ended(), Some((End::LookAtPrinter { .. }, Place::Out { .. }))));
}

#[test]
fn an_open_issue_keeps_the_flow_open() {
    let state = after(&good()[..3]);
    let open = step(state.clone(), &Outcome::IssueOpen { why: why() });
    assert_eq!(open, state);
}

#[test]
fn after_a_cut_anywhere_nothing_is_fed_or_printed_and_it_ends() {
    for cut in 0..good().len() {
        let mut state = step(after(&good()[..cut]), &Outcome::Resumed);
        let mut effects = Vec::new();
        while let Some(effect) = state.pending() {
            assert!(effects.len() < 5, "cut {cut}: {effects:?}");
            let outcome = match &effect {
                Effect::Issue { .. } => Outcome::Issued,
                // The print says itself what is on record of it.
                Effect::Print { .. } => Outcome::NotPrinted { why: why() },
                Effect::PutOut { .. } => Outcome::Out,
                other => panic!("cut {cut}: {other:?}"),
            };
            effects.push(effect);
            state = step(state, &outcome);
        }
        let (end, place) = state.ended().expect("it ends");
        assert_eq!(*place, Place::Out { rejected: false }, "cut {cut}");
        let issued = matches!(end, End::IssuedOnly { .. });
        assert_eq!(issued, cut >= 3, "cut {cut}: {end:?}");
        // A second cut comes to the same end.
        let twice = [Outcome::Resumed, Outcome::Resumed].iter().fold(after(&good()[..cut]), step);
        assert_eq!(twice.stage, step(after(&good()[..cut]), &Outcome::Resumed).stage);
    }
}

#[test]
fn what_does_not_answer_the_step_changes_nothing() {
    for steps in 0..good().len() {
        let state = after(&good()[..steps]);
        for stray in [Outcome::Out, Outcome::Printed, Outcome::Fed, Outcome::Issued] {
            let wanted = good().get(steps) == Some(&stray);
            assert_eq!(step(state.clone(), &stray) != state, wanted, "{steps}: {stray:?}");
        }
    }
}
