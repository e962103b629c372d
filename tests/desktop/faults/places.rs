//! Something is lost before an issue is begun: at sign-in, in the search, on the profile, on the page of the issue.

use cardwright::{
    bench::{TrainingCardMove, WorkEnd},
    cis2::{HttpConfig, HttpService, Service},
    desktop::{
        intent::Intent,
        model::{Model, find, issue, issue::When, session},
        route::Route,
    },
    domain::{HolderId, OfficerId},
};

use super::desk::{FaultDesk, PRINTER, READER, holder};
use crate::harness::RA_AGENT;

const SILENT: [&str; 2] = ["does not answer", "nothing else was changed"];

fn issues(desk: &mut FaultDesk, what: &str, holder: &HolderId) {
    desk.press_issue();
    let end = desk.end();
    assert!(matches!(end, WorkEnd::Done { .. }), "{what}: {end:?}");
    desk.is_issued(what, holder);
}

#[test]
fn the_gateway_is_lost_in_every_place_before_an_issue() {
    let mut desk = FaultDesk::open_dead();
    let person = desk.next_holder();
    desk.window.wait_for("the trouble", |model| model.session.trouble.is_some());
    desk.says("before sign-in", &SILENT);
    desk.mend_gateway();
    desk.press("before sign-in", "Try again");
    desk.window.wait_for("officers", |model| !model.session.officers.is_empty() && model.session.trouble.is_none());

    desk.kill_gateway();
    let officer: OfficerId = RA_AGENT.parse().expect("a number");
    desk.update(session::Intent::SignIn(officer));
    desk.window.wait_for("the trouble", |model| {
        model.session.trouble.is_some() && matches!(model.session.phase, session::Phase::SignedOut)
    });
    desk.says("signing in", &SILENT);
    desk.offers("signing in", "Try again");
    desk.mend_gateway();
    desk.window.sign_in(RA_AGENT);

    desk.window.wait_for("the first list", |model| model.find.answered);
    desk.kill_gateway();
    desk.update(find::Intent::Query("Test Holder".to_owned()));
    desk.window.wait_for("the trouble", |model| model.find.trouble.is_some());
    desk.says("in the search", &SILENT);
    desk.mend_gateway();
    desk.press("in the search", "Try again");
    desk.window.wait_for("the list", |model| !model.find.found.is_empty() && model.find.trouble.is_none());

    desk.kill_gateway();
    desk.update(Intent::Go(Route::Holder(person.clone())));
    let trouble = |model: &Model| model.holder.open.as_ref().is_some_and(|open| open.trouble.is_some());
    desk.window.wait_for("the trouble", trouble);
    desk.says("on the profile", &SILENT);
    desk.mend_gateway();
    desk.press("on the profile", "Try again");
    desk.window.wait_for("the profile", |model| {
        model.holder.open.as_ref().is_some_and(|open| open.trouble.is_none() && open.history.is_some())
    });

    // The card goes in while nobody can say whose it is: the page says so, and finds out once the gateway is back.
    desk.kill_gateway();
    desk.move_card(TrainingCardMove::NewBlank);
    desk.update(issue::Intent::Print(When::No));
    desk.update(issue::Intent::Locked(true));
    desk.update(Intent::Go(Route::Issue(person.clone())));
    desk.window.wait_for("the trouble", |model| {
        let silent = model.bench.cards().any(|(_, card)| card.record.is_err());
        silent && model.issue.record_trouble.is_some() && model.issue.proof_trouble.is_some()
    });
    desk.says("on the page of the issue", &SILENT);
    assert!(!issue::readiness(desk.window.model(), &person).obstacles.is_empty());
    desk.offers("on the page of the issue", "Ask again");
    desk.mend_gateway();
    desk.update(issue::Intent::AskAgain);
    desk.wait_ready(&person);
    issues(&mut desk, "on the page of the issue", &person);
}

#[test]
fn a_gateway_that_dies_just_before_the_start_leaves_the_card_as_it_is() {
    let mut desk = FaultDesk::signed_in();
    let person = desk.next_holder();
    desk.at_issue_page(&person, false, When::No);
    desk.kill_gateway();
    desk.press_issue();
    let end = desk.end();
    assert!(matches!(end, WorkEnd::NotBegun(_)), "{end:?}");
    desk.says("at the start", &["does not answer", "Nothing was begun", "The card is as it was"]);
    desk.offers("at the start", "Try again");
    // The tile of the card says nobody can tell whose it is, until somebody can.
    desk.window.wait_for("the card unasked", |model| model.bench.cards().any(|(_, card)| card.record.is_err()));
    desk.mend_gateway();
    desk.press("at the start", "Try again");
    desk.wait_ready(&person);
    issues(&mut desk, "at the start", &person);
    let direct = HttpService::new(&desk.gateway_url(), HttpConfig::default()).expect("a client");
    assert!(!direct.training_officers().expect("the gateway itself was never down").is_empty());
}

#[test]
fn a_card_that_is_pulled_on_the_page_or_while_the_passcode_is_typed_is_asked_for_again() {
    let mut desk = FaultDesk::signed_in();
    let person = desk.next_holder();
    desk.at_issue_page(&person, false, When::No);
    desk.training.pull_card_out(READER).expect("a card");
    desk.window.wait_for("the empty reader", |model| model.bench.cards().next().is_none());
    desk.says("on the page", &["Put a blank card into a reader"]);
    desk.move_card(TrainingCardMove::Back);
    desk.wait_ready(&person);

    desk.press("on the page", "Issue card");
    desk.window.wait_for("the question for a passcode", |model| !model.dialogs.is_empty());
    desk.training.pull_card_out(READER).expect("a card");
    desk.window.wait_for("the empty reader", |model| model.bench.cards().next().is_none());
    type_passcode(&mut desk);
    desk.says("at the passcode", &["Nothing was issued", "Look at the page again"]);
    assert!(desk.window.model().work.all.is_empty());
    desk.move_card(TrainingCardMove::Back);
    desk.wait_ready(&person);
    issues(&mut desk, "at the passcode", &person);
}

fn type_passcode(desk: &mut FaultDesk) {
    use eframe::egui::{Event, Key};
    for _ in 0..2 {
        desk.window.harness.event(Event::Text("738164".to_owned()));
        desk.window.run();
        desk.window.harness.key_press(Key::Enter);
        desk.window.run();
    }
}

#[test]
fn a_printer_that_vanishes_on_the_page_is_said_and_asked_again() {
    let mut desk = FaultDesk::signed_in();
    let person = desk.next_holder();
    desk.cable.pull();
    desk.update(issue::Intent::Locked(true));
    desk.update(issue::Intent::Print(When::Now));
    desk.update(Intent::Go(Route::Issue(person.clone())));
    desk.window.wait_for("the obstacle", |model| {
        let obstacles = issue::readiness(model, &person).obstacles;
        matches!(obstacles.as_slice(), [issue::Obstacle::CannotPrint { .. }])
    });
    desk.says("the printer", &[&format!("{PRINTER} cannot print"), "or print later"]);
    desk.cable.mend();
    desk.press("the printer", "Ask again");
    desk.wait_ready(&person);

    // It is lost after the page was ready: the card is not touched, for its face could not be printed.
    desk.cable.pull();
    desk.press_issue();
    let end = desk.end();
    assert!(matches!(end, WorkEnd::NotBegun(_)), "{end:?}");
    desk.says("at the start", &["Nothing was begun", "The card is as it was", "printer"]);
    desk.cable.mend();
    desk.press("at the start", "Try again");
    desk.window.wait_for("an answer of the printer", |model| model.bench.printer(PRINTER).is_some());
    desk.wait_ready(&person);
    issues(&mut desk, "at the start", &person);
    assert_eq!(holder(0), person);
}
