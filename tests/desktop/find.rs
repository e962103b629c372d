//! Finding a holder.

use std::sync::Arc;

use cardwright::{
    bench::{Event, Order, Ticket, Trouble},
    cis2::wire::HolderRecord,
    desktop::{
        model::{Model, find::Intent},
        route::Route,
    },
    domain::CardState,
};
use eframe::egui::{Key, accesskit::Role};
use egui_kittest::kittest::Queryable;

use crate::{
    harness::{TestWindow, pure, spoken},
    samples::{self, SIZES},
};

/// The newest question, as the workers get it.
fn asked(model: &mut Model) -> (Ticket, String) {
    let ask = |order| if let Order::Find { ticket, query } = order { Some((ticket, query)) } else { None };
    model.take_orders().into_iter().filter_map(ask).next_back().expect("a search was asked for")
}

fn answer(model: &mut Model, ticket: Ticket, found: Vec<HolderRecord>) {
    model.on_event(&Event::Found { ticket, result: Ok(Arc::new(found)) });
}

fn three() -> Vec<HolderRecord> {
    vec![
        samples::record(17, &[CardState::Active]),
        samples::record(18, &[]),
        samples::record(25, &[CardState::Cancelled]),
    ]
}

fn with_three() -> Model {
    let mut model = samples::signed_in();
    let (ticket, _) = asked(&mut model);
    answer(&mut model, ticket, three());
    model
}

#[test]
fn the_field_has_the_keyboard_and_the_table_is_one_key_away() {
    let mut harness = pure(with_three(), SIZES[0]);
    assert!(harness.get_by_role(Role::TextInput).is_focused());
    harness.key_press(Key::ArrowDown);
    harness.run();
    assert!(!harness.get_by_role(Role::TextInput).is_focused());
    harness.key_press(Key::ArrowDown);
    harness.run();
    assert_eq!(harness.state().model.find.chosen, 1);
    harness.key_press(Key::ArrowUp);
    harness.run();
    harness.key_press(Key::ArrowUp);
    harness.run();
    assert!(harness.get_by_role(Role::TextInput).is_focused(), "up from the first row leads back");
    harness.key_press(Key::ArrowDown);
    harness.run();
    harness.key_press(Key::ArrowDown);
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(*harness.state().model.history.here(), Route::Holder(samples::id(18)));
}

#[test]
fn enter_in_the_field_opens_the_chosen_holder() {
    let mut harness = pure(with_three(), SIZES[2]);
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(*harness.state().model.history.here(), Route::Holder(samples::id(17)));
}

#[test]
fn the_mouse_chooses_and_the_main_action_opens() {
    let mut harness = pure(with_three(), SIZES[0]);
    harness.get_by_label("Name: Stanisław Brzęczyszczykiewicz-Żółć").hover();
    harness.run();
    let row = harness.get_all_by_role(Role::Row).nth(1).expect("a second row");
    row.click();
    harness.run();
    assert_eq!(harness.state().model.find.chosen, 1);
    harness.get_by_role_and_label(Role::Button, "Open profile").click();
    harness.run();
    assert_eq!(*harness.state().model.history.here(), Route::Holder(samples::id(18)));
}

#[test]
fn rows_say_number_organisation_and_what_the_card_is() {
    let words = spoken(&pure(with_three(), SIZES[0]));
    for part in
        ["Number: 555 000 000 017", "Organisation: T7A01", "Card: Active", "Card: No card", "Card: Profile closed"]
    {
        assert!(words.contains(part), "{part}: {words}");
    }
}

#[test]
fn an_answer_to_an_older_question_is_never_shown() {
    let mut model = samples::signed_in();
    let _ = asked(&mut model);
    model.update(Intent::Query("si".into()).into());
    let (older, _) = asked(&mut model);
    model.update(Intent::Query("siân".into()).into());
    let (newer, query) = asked(&mut model);
    assert_eq!(query, "siân");
    answer(&mut model, newer, vec![samples::record(17, &[])]);
    answer(&mut model, older, three());
    assert_eq!(model.find.found.len(), 1);
    model.on_event(&Event::Found { ticket: older, result: Err(Trouble::unchanged("too late")) });
    assert!(model.find.trouble.is_none());
}

#[test]
fn enter_before_the_answer_opens_the_only_holder_and_never_an_older_row() {
    let mut model = with_three();
    model.update(Intent::Query("555000000018".into()).into());
    let (ticket, _) = asked(&mut model);
    model.update(Intent::OpenChosen.into());
    assert_eq!(*model.history.here(), Route::Find, "the rows in sight answer an older question");
    answer(&mut model, ticket, vec![samples::record(18, &[])]);
    assert_eq!(*model.history.here(), Route::Holder(samples::id(18)));
    let mut model = with_three();
    model.update(Intent::Query("s".into()).into());
    let (ticket, _) = asked(&mut model);
    model.update(Intent::OpenChosen.into());
    answer(&mut model, ticket, three());
    assert_eq!(*model.history.here(), Route::Find, "nobody is picked among several unseen");
}

#[test]
fn nothing_found_and_trouble_say_what_to_do() {
    let mut model = with_three();
    model.update(Intent::Query("zzz".into()).into());
    let (ticket, _) = asked(&mut model);
    answer(&mut model, ticket, Vec::new());
    let mut harness = pure(model, SIZES[0]);
    harness.get_by_label_contains("Nobody is found by “zzz”");
    harness.get_by_label_contains("with or without spaces");
    let model = &mut harness.state_mut().model;
    model.update(Intent::Query("s".into()).into());
    model.update(Intent::AskAgain.into());
    let ticket = model.find.asked.expect("a question");
    model.on_event(&Event::Found { ticket, result: Err(Trouble::unchanged("the service does not answer: wait")) });
    harness.run();
    harness.get_by_label_contains("The service does not answer");
    harness.get_by_role_and_label(Role::Button, "Try again").click();
    harness.run();
    let model = &mut harness.state_mut().model;
    let again = model.find.asked.expect("a question");
    assert_ne!(again, ticket);
    answer(model, again, three());
    harness.run();
    assert!(!spoken(&harness).contains("does not answer"));
}

#[test]
fn a_card_in_a_reader_offers_its_holder_and_opens_nothing() {
    let mut model = with_three();
    model.on_event(&samples::in_reader(18));
    assert_eq!(*model.history.here(), Route::Find);
    let mut harness = pure(model, SIZES[0]);
    harness.get_by_role_and_label(Role::Button, "Open Stanisław Brzęczyszczykiewicz-Żółć").click();
    harness.run();
    assert_eq!(*harness.state().model.history.here(), Route::Holder(samples::id(18)));
}

#[test]
fn the_session_that_ended_under_a_search_leads_to_sign_in() {
    let mut model = with_three();
    model.update(Intent::Query("s".into()).into());
    let (ticket, _) = asked(&mut model);
    model.on_event(&Event::Found { ticket, result: Err(samples::ended()) });
    assert!(model.officer().is_none());
    pure(model, SIZES[0]).get_by_label_contains("Your session has ended at the service");
}

#[test]
fn a_number_with_spaces_finds_and_opens_at_the_training_gateway() {
    let mut window = TestWindow::signed_in();
    window.wait_for("everybody", |model| model.find.found.len() > 3);
    window.harness.get_by_role(Role::TextInput).type_text("555 000 000 017");
    window.run();
    window.harness.key_press(Key::Enter);
    window.wait_for("the profile", |model| *model.history.here() == Route::Holder(samples::id(17)));
    window.wait_for("the history", |model| {
        model.holder.of(&samples::id(17)).is_some_and(|open| open.history.is_some() && open.photo.is_some())
    });
    window.wait_for_label("Photo of Siân Ŵyn-Morris");
    window.click("Issue a card");
    assert_eq!(*window.model().history.here(), Route::Issue(samples::id(17)));
}

#[test]
fn pictures() {
    samples::pictures("find", |scheme, size| {
        let mut model = with_three();
        model.prefer(|p| p.scheme = scheme);
        model.on_event(&samples::in_reader(18));
        pure(model, size)
    });
}
