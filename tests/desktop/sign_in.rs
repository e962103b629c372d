//! Signing in and out, the locked window, and what cards do not do.

use std::time::Duration;

use cardwright::{
    bench::{Event, Order, Trouble},
    desktop::{
        model::{
            Model, NoticeKind, NoticeText,
            session::{Intent, Phase},
        },
        preferences::Preferences,
        route::Route,
        theme::Scheme,
        window::Window,
    },
    domain::eligibility::{ClientSoftware, Realm},
};
use eframe::egui::{Key, accesskit::Role};
use egui_kittest::{
    Harness,
    kittest::{By, NodeT, Queryable},
};

use crate::{
    harness::{RA_AGENT, TestWindow, pure, spoken},
    samples::{self, SIZES},
};

const NARROW: (f32, f32) = SIZES[2];

fn shown(model: Model) -> Harness<'static, Window> {
    pure(model, SIZES[0])
}

#[test]
fn opening_and_its_failure_say_what_is_so_and_what_to_do() {
    let mut harness = shown(samples::model());
    harness.get_by_label("Opening…");
    harness.state_mut().model.update(Intent::OpeningFailed("the data folder cannot be written".into()).into());
    harness.run();
    harness.get_by_label_contains("The data folder cannot be written.");
    harness.get_by_label_contains("close this window and open Cardwright again");
}

#[test]
fn whoever_signed_in_last_comes_first_and_enter_signs_in() {
    let preferences = Preferences { last_officer: Some(RA_AGENT.into()), ..Preferences::default() };
    let mut model = Model::new(Realm::Training, ClientSoftware::NotFound, preferences);
    model.update(Intent::Opened.into());
    model.on_event(&Event::Officers(Ok(samples::officers())));
    let mut harness = shown(model);
    let names: Vec<String> =
        harness.get_all(By::new().role(Role::Button)).filter_map(|node| node.accesskit_node().label()).collect();
    assert!(names.first().is_some_and(|name| name.starts_with("Tomos Llewelyn-Pryce, RA Agent, X26TR")), "{names:?}");
    harness.key_press(Key::Enter);
    harness.run();
    assert!(matches!(&harness.state().model.session.phase, Phase::SigningIn(officer) if officer.as_str() == RA_AGENT));
    harness.get_by_label_contains("Signing in Tomos Llewelyn-Pryce");
}

#[test]
fn who_is_signed_in_stays_in_sight_at_every_size() {
    for size in SIZES {
        let harness = pure(samples::signed_in(), size);
        let who = harness.get_by_label_contains("Tomos Llewelyn-Pryce");
        let (words, whole) = (who.rect(), harness.ctx.content_rect());
        assert!(whole.contains_rect(words), "{size:?}: {words:?}");
        assert!(words.width() > 120.0, "{size:?}: {words:?}");
        let said = who.accesskit_node().label().or_else(|| who.accesskit_node().value()).unwrap_or_default();
        assert!(said.contains("RA Agent") && said.contains("X26TR"), "{said}");
        let out = harness.get_by_role_and_label(Role::Button, "Sign out");
        assert!(whole.contains_rect(out.rect()), "{size:?}");
    }
}

#[test]
fn an_idle_window_locks_hides_people_and_continues_where_it_was() {
    let mut model = samples::signed_in();
    samples::open_profile(&mut model, 17);
    let place = model.history.here().clone();
    let mut harness = pure(model, NARROW);
    assert!(spoken(&harness).contains("Siân Ŵyn-Morris"));
    let minutes = harness.state().model.preferences.lock_after_minutes;
    let idle = Duration::from_secs(u64::from(minutes) * 60);
    harness.state_mut().model.idle_for(idle - Duration::from_secs(1));
    assert!(harness.state().model.officer().is_some());
    harness.state_mut().model.idle_for(idle);
    harness.run();
    let locked = spoken(&harness);
    assert!(!locked.contains("Siân") && !locked.contains("555 000 000 017"), "{locked}");
    harness.get_by_label_contains("for 10 minutes");
    // By keyboard: the way back has the focus.
    harness.key_press(Key::Enter);
    harness.run();
    let model = &mut harness.state_mut().model;
    assert!(matches!(model.session.phase, Phase::SigningIn(_)));
    // One who cannot come back finds the window locked, and nothing is lost.
    model.on_event(&Event::SignedIn(Err(Trouble::unchanged("the service does not answer: try again"))));
    assert!(matches!(model.session.phase, Phase::Locked(_)));
    harness.run();
    harness.get_by_label_contains("The service does not answer");
    harness.get_by_role_and_label(Role::Button, "Continue as Tomos Llewelyn-Pryce").click();
    harness.run();
    let model = &mut harness.state_mut().model;
    model.on_event(&Event::SignedIn(Ok(samples::session())));
    assert_eq!(*model.history.here(), place);
    harness.run();
    assert!(spoken(&harness).contains("Siân Ŵyn-Morris"));
}

#[test]
fn a_locked_window_can_be_left_and_says_who_locked_it() {
    let mut harness = shown(samples::signed_in());
    harness.state_mut().model.update(Intent::Lock.into());
    harness.run();
    harness.get_by_label_contains("Tomos Llewelyn-Pryce locked this window");
    harness.get_by_role_and_label(Role::Button, "Sign out").click();
    harness.run();
    assert!(matches!(harness.state().model.session.phase, Phase::SignedOut));
}

#[test]
fn a_window_that_never_locks_and_one_that_works_do_not_lock() {
    let mut model = samples::signed_in();
    model.prefer(|p| p.lock_after_minutes = 0);
    model.idle_for(Duration::from_secs(1_000_000));
    assert!(model.officer().is_some());
    let mut model = samples::signed_in();
    samples::begin_work(&mut model);
    model.idle_for(Duration::from_secs(1_000_000));
    assert!(model.officer().is_some());
}

#[test]
fn signing_out_with_open_work_asks_first() {
    let mut model = samples::signed_in();
    samples::begin_work(&mut model);
    let mut harness = shown(model);
    harness.get_by_role_and_label(Role::Button, "Sign out").click();
    harness.run();
    assert!(harness.state().model.officer().is_some());
    harness.get_by_label_contains("A card is being worked on");
    harness.key_press(Key::Escape);
    harness.run();
    assert!(harness.state().model.officer().is_some() && harness.state().model.dialogs.is_empty());
    harness.get_by_role_and_label(Role::Button, "Sign out").click();
    harness.run();
    harness.get_by_role_and_label(Role::Button, "Sign out anyway").click();
    harness.run();
    assert!(harness.state().model.officer().is_none());
}

#[test]
fn a_session_that_ended_leads_to_sign_in_and_says_why() {
    let mut model = samples::signed_in();
    samples::open_profile(&mut model, 17);
    model.report(&samples::ended());
    let mut harness = shown(model);
    harness.get_by_label_contains("Your session has ended at the service");
    assert!(!spoken(&harness).contains("Siân"));
    assert_eq!(*harness.state().model.history.here(), Route::Find);
    // Signing in again shows no trouble of the session before.
    let model = &mut harness.state_mut().model;
    model.update(Intent::SignIn(RA_AGENT.parse().expect("a number")).into());
    model.on_event(&Event::SignedIn(Ok(samples::session())));
    harness.run();
    assert!(!spoken(&harness).contains("has ended"));
}

#[test]
fn the_notice_about_cards_comes_until_it_was_read_and_never_again() {
    let mut harness = shown(samples::signed_in());
    harness.get_by_label_contains("Taking a card out does not sign you out");
    harness.get_by_role_and_label(Role::Button, "Dismiss").click();
    harness.run();
    assert!(!spoken(&harness).contains("Taking a card out"));
    let preferences = harness.state().model.preferences.clone();
    let model = samples::sign_in(Model::new(Realm::Training, ClientSoftware::NotFound, preferences));
    assert!(!spoken(&shown(model)).contains("Taking a card out"));
}

#[test]
fn a_card_put_in_or_taken_out_changes_neither_session_nor_place() {
    let mut model = samples::signed_in();
    model.go(Route::Settings);
    let _ = model.take_orders();
    for event in samples::card_comings_and_goings() {
        model.on_event(&event);
        assert!(matches!(model.session.phase, Phase::SignedIn(_)), "{event:?}");
        assert_eq!(*model.history.here(), Route::Settings, "{event:?}");
        let orders = model.take_orders();
        let ends = orders.iter().any(|order| matches!(order, Order::SignOut | Order::SignIn { .. }));
        assert!(!ends, "{orders:?}");
    }
}

#[test]
fn signing_in_and_out_at_the_training_gateway() {
    let mut window = TestWindow::signed_in();
    window.wait_for("holders", |model| !model.find.found.is_empty());
    window.click("Sign out");
    window.wait_for("sign-in", |model| matches!(model.session.phase, Phase::SignedOut));
    assert!(window.model().find.found.is_empty());
    window.sign_in("555000000004");
    assert_eq!(window.model().officer().map(|officer| officer.name.as_str()), Some("Grace Oyelaran"));
    window.click("Sign out");
    window.wait_for("officers", |model| !model.session.officers.is_empty());
    let preferences = &window.model().preferences;
    assert_eq!(preferences.last_officer.as_deref(), Some("555000000004"));
}

#[test]
fn pictures() {
    samples::pictures("sign-in", |scheme, size| {
        let scheme: Scheme = scheme;
        let mut model = samples::model();
        model.prefer(|p| (p.scheme, p.last_officer) = (scheme, Some(RA_AGENT.into())));
        model.update(Intent::Opened.into());
        model.on_event(&Event::Officers(Ok(samples::officers())));
        pure(model, size)
    });
    samples::pictures("locked", |scheme, size| {
        let mut model = samples::signed_in();
        model.prefer(|p| p.scheme = scheme);
        model.update(Intent::Lock.into());
        pure(model, size)
    });
}

#[test]
fn what_is_told_once_is_read_when_the_officer_goes_on() {
    let mut model = crate::samples::signed_in();
    let once = NoticeText::Once("notice-cards-and-sessions");
    model.notify(NoticeKind::Note, once.clone());
    model.update(cardwright::desktop::intent::Intent::Go(Route::Find));
    assert!(
        model.notices.iter().any(|notice| notice.message == once),
        "where the officer is already is no other place"
    );
    model.update(cardwright::desktop::intent::Intent::Go(Route::Settings));
    model.notify(NoticeKind::Note, once.clone());
    assert!(model.notices.iter().all(|notice| notice.message != once), "it comes once");
}
