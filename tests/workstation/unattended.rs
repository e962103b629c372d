//! A workplace before anybody sits down at it, and its training readers.

use std::time::Duration;

use cardwright::{
    card::reader::{CardWatch, Presence, ReaderEvent},
    cis2::{Service, ServiceError, wire},
    domain::eligibility::Realm,
    operations::{OperationError, issue::PasscodeChoice, preflight::IssueRequest},
    training::readers::NAMES,
    workplace::{Configuration, Places, Readers, Workplace, WorkplaceError},
};

use crate::desk::Desk;

const RA_AGENT: &str = "555000000003";
const HOLDER: &str = "555000000017";
const PATIENCE: Duration = Duration::from_secs(20);

fn open(desk: &Desk, realm: Realm) -> Result<Workplace, WorkplaceError> {
    let places = Places::new(Some(desk.path().join("data")), None).expect("a data folder");
    Workplace::unattended(&places, Configuration { realm, ..Configuration::default() }, Readers::TrainingOnly)
}

/// What the window's worker threads need of it.
fn goes_to_other_threads<T: Send + Sync + 'static>(_: &T) {}

#[track_caller]
fn is_unauthenticated<T: std::fmt::Debug>(answer: Result<T, ServiceError>) {
    assert!(matches!(&answer, Err(ServiceError::Problem(problem)) if problem.kind == "unauthenticated"), "{answer:?}");
}

#[test]
fn nobody_is_signed_in_until_somebody_does_it() {
    let desk = Desk::new();
    let workplace = open(&desk, Realm::Training).expect("a workplace");
    goes_to_other_threads(&workplace);
    assert_eq!((&workplace.session, &workplace.data), (&None, &desk.path().join("data")));
    let service = &workplace.service;
    is_unauthenticated(service.session());
    is_unauthenticated(service.find_holders("", 1));
    let officers = service.training_officers().expect("who may be chosen");
    assert!(officers.iter().any(|officer| officer.officer.id.as_str() == RA_AGENT));
    let session = service.sign_in(&wire::SignIn { officer: RA_AGENT.parse().expect("a number") }).expect("signed in");
    assert_eq!(service.session().expect("the session").officer, session.officer);
    assert_eq!(service.find_holders("", 1).expect("a holder").len(), 1);
    service.sign_out().expect("signed out");
    is_unauthenticated(service.session());
}

#[test]
fn other_realms_have_no_sign_in() {
    let desk = Desk::new();
    for realm in [Realm::Integration, Realm::Live] {
        assert!(matches!(open(&desk, realm), Err(WorkplaceError::NoSignIn(_))), "{realm:?}");
    }
    assert!(!desk.path().join("data").exists(), "nothing was made");
}

#[track_caller]
fn told(watch: &CardWatch) -> (String, Presence) {
    match watch.next_within(PATIENCE).expect("it is told") {
        ReaderEvent::Changed(status) => (status.name, status.card),
        other => panic!("{other:?}"),
    }
}

#[test]
fn cards_leave_and_enter_the_training_readers_and_everybody_sees_it() {
    let desk = Desk::new();
    let workplace = open(&desk, Realm::Training).expect("a workplace");
    let training = workplace.bench.training.as_ref().expect("training readers");
    let watch = workplace.bench.readers.watch().expect("a watch");
    let first: Vec<String> = NAMES.iter().map(|_| told(&watch).0).collect();
    assert_eq!(first, NAMES);
    let serials = NAMES.map(|name| training.take_card_out(name).expect("there is a card"));
    assert_eq!(NAMES.map(|_| told(&watch)), NAMES.map(|name| (name.to_owned(), Presence::Empty)));

    workplace.service.sign_in(&wire::SignIn { officer: RA_AGENT.parse().expect("a number") }).expect("signed in");
    let holder = HOLDER.parse().expect("a number");
    let request = IssueRequest { holder, reader: None, passcode: PasscodeChoice::LeftLocked, print: None };
    let prepared = workplace.desk().prepare_issue(&request);
    assert!(matches!(prepared, Err(OperationError::NoCard)), "{:?}", prepared.err());
    // Another program at the same desk sees the empty readers too, and does not fill them.
    let seen = desk.run(&["cards", "--json"]).expect(0).json();
    assert!(seen["readers"].as_array().expect("readers").iter().all(|reader| reader["serial"].is_null()), "{seen}");

    training.put_in(NAMES[0], &serials[1]).expect("it is put aside");
    let (name, card) = told(&watch);
    assert!(name == NAMES[0] && matches!(card, Presence::Present { .. }), "{name}: {card:?}");
    assert_eq!(workplace.desk().prepare_issue(&request).expect("a card again").plan.serial, serials[1]);
    // What another program does is told as well.
    desk.run(&["training-card", "--reader", NAMES[1]]).expect(0);
    let (name, card) = told(&watch);
    assert!(name == NAMES[1] && matches!(card, Presence::Present { .. }), "{name}: {card:?}");
}
