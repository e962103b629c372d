//! A holder's profile.

use cardwright::{
    bench::{Event, Order, Profile, Ticket, Trouble},
    desktop::{
        model::{
            Model,
            holder::{Action, Intent, Why, main_action, offers},
        },
        route::Route,
    },
    domain::{CardState, eligibility::Reason},
};
use eframe::egui::{Key, accesskit::Role};
use egui_kittest::kittest::{NodeT, Queryable};
use serde_json::json;
use time::{Date, macros::date};

use crate::{
    harness::{pure, spoken},
    samples::{self, SIZES},
};

const TODAY: Date = date!(2026 - 11 - 24);

/// The reasons against an action; none where it is allowed.
fn against(model: &Model, number: u32, states: &[CardState], action: Action) -> Vec<Reason> {
    let offers = offers(model, &samples::record(number, states), TODAY);
    let offer = offers.into_iter().find(|offer| offer.action == action).expect("it is offered");
    match offer.refused {
        None => Vec::new(),
        Some(Why::Rules(refusal)) => refusal.reasons,
        Some(why) => panic!("{why:?}"),
    }
}

#[test]
fn every_rule_stands_on_its_action() {
    let model = samples::signed_in();
    assert_eq!(against(&model, 17, &[], Action::Issue), []);
    assert_eq!(against(&model, 17, &[CardState::Cancelled], Action::Issue), []);
    let active = [CardState::Active];
    assert!(matches!(against(&model, 17, &active, Action::Issue).as_slice(), [Reason::HolderHasCard { .. }]));
    assert_eq!(against(&model, 17, &active, Action::Print), []);
    assert!(against(&model, 3, &[], Action::Issue).contains(&Reason::OwnRecord));
    assert!(against(&model, 3, &[], Action::Photo).contains(&Reason::OwnRecord));
    assert!(against(&model, 25, &[], Action::Issue).contains(&Reason::HolderClosed));
    let nobody = (1..60).find(|n| {
        let known = cardwright::training::people().expect("people").holders;
        known.iter().any(|known| known.holder.id == samples::id(*n) && known.photo.is_none())
    });
    let without_photo = nobody.expect("one has no photo");
    assert!(against(&model, without_photo, &[], Action::Issue).contains(&Reason::PhotoMissing));
    let checker = samples::sign_in_as(samples::model(), "555000000004");
    assert!(matches!(against(&checker, 17, &[], Action::Issue).as_slice(), [Reason::Role { .. }]));
    assert_eq!(against(&checker, 17, &[], Action::Photo), []);
    let sponsor = samples::sign_in_as(samples::model(), "555000000005");
    let photo = offers(&sponsor, &samples::record(17, &[]), TODAY).pop().expect("the photo");
    assert!(matches!(photo.refused, Some(Why::PhotoRole(_))));
    let mut other_printer = samples::sign_in(samples::model());
    assert!(against(&other_printer, 17, &active, Action::Print).contains(&Reason::PrinterMissing));
    other_printer.on_event(&Event::Printer(samples::printer("magicard-doh-300-v1")));
    assert!(matches!(against(&other_printer, 17, &active, Action::Print).as_slice(), [Reason::PrinterModel { .. }]));
    let in_work = offers(&model, &samples::record(17, &[CardState::InWork]), TODAY);
    assert_eq!(in_work.first().and_then(|offer| offer.refused.clone()), Some(Why::InWork));
    assert!(offers(&samples::model(), &samples::record(17, &[]), TODAY).is_empty(), "nobody is at work");
}

#[test]
fn the_main_action_is_issue_then_print_and_a_printed_card_is_not_printed_twice() {
    let mut model = samples::signed_in();
    samples::open_record(&mut model, samples::record(17, &[]), Vec::new());
    assert_eq!(main_action(&model, &samples::id(17)), Some(Action::Issue));
    let record = samples::record(17, &[CardState::Active]);
    samples::open_record(&mut model, record.clone(), Vec::new());
    assert_eq!(main_action(&model, &samples::id(17)), Some(Action::Print));
    let serial = record.cards[0].serial.as_str();
    let printed = samples::row(9, "print.recorded", json!({ "serial": serial, "outcome": "printed" }));
    samples::open_record(&mut model, record.clone(), vec![printed.clone()]);
    assert_eq!(main_action(&model, &samples::id(17)), None);
    // The same chip issued anew has a face to come.
    let reserved = samples::row(10, "issuance.reserved", json!({ "serial": serial }));
    samples::open_record(&mut model, record, vec![reserved, printed]);
    assert_eq!(main_action(&model, &samples::id(17)), Some(Action::Print));
}

#[test]
fn printing_puts_the_card_into_the_queue_and_goes_there() {
    let mut model = samples::signed_in();
    samples::open_profile(&mut model, 17);
    let mut harness = pure(model, SIZES[0]);
    let _ = harness.state_mut().model.take_orders();
    let model = &mut harness.state_mut().model;
    model.update(Intent::Do(samples::id(17), Action::Print).into());
    let orders = model.take_orders();
    let queued = orders.iter().any(|order| {
        matches!(order, Order::Enqueue { holder, printer, .. } if *holder == samples::id(17) && printer == "Desk printer")
    });
    assert!(queued, "{orders:?}");
    assert_eq!(*model.history.here(), Route::Queue);
}

#[test]
fn what_is_refused_is_not_done_whoever_asks() {
    let mut model = samples::signed_in();
    samples::open_profile(&mut model, 17);
    let place = model.history.here().clone();
    model.update(Intent::Do(samples::id(17), Action::Issue).into());
    model.update(Intent::Do(samples::id(18), Action::Photo).into());
    assert_eq!(*model.history.here(), place);
    let harness = pure(model, SIZES[0]);
    let issue = harness.get_by_label_contains("Issue a card. The holder already has card");
    assert!(issue.accesskit_node().is_disabled());
    harness.get_by_label_contains("Cancel the other card first.");
}

#[test]
fn answers_about_another_holder_or_to_an_older_question_are_not_shown() {
    let mut model = samples::signed_in();
    model.go(Route::Holder(samples::id(17)));
    let older = samples::profile_asked(&mut model);
    model.go(Route::Holder(samples::id(18)));
    let newer = samples::profile_asked(&mut model);
    let profile = |number| Ok(Box::new(Profile { record: samples::record(number, &[]), history: Vec::new() }));
    model.on_event(&Event::Profile { ticket: older, result: profile(17) });
    model.on_event(&Event::Profile { ticket: Ticket(u64::MAX), result: profile(18) });
    // Not even where the number of the question is right.
    model.on_event(&Event::Profile { ticket: newer, result: profile(17) });
    let open = model.holder.of(&samples::id(18)).expect("open");
    assert!(open.record.is_none() && model.holder.of(&samples::id(17)).is_none());
    assert!(!spoken(&pure(model, SIZES[0])).contains("Siân"));
}

#[test]
fn what_the_search_knew_is_there_at_once_and_trouble_can_be_tried_again() {
    let mut model = samples::signed_in();
    let orders = model.take_orders();
    let find =
        orders.iter().find_map(|order| if let Order::Find { ticket, .. } = order { Some(*ticket) } else { None });
    let found = std::sync::Arc::new(vec![samples::record(17, &[CardState::Locked])]);
    model.on_event(&Event::Found { ticket: find.expect("a search"), result: Ok(found) });
    model.go(Route::Holder(samples::id(17)));
    let ticket = samples::profile_asked(&mut model);
    let mut harness = pure(model, SIZES[2]);
    assert!(spoken(&harness).contains("555 000 000 017"));
    let trouble = Trouble::unchanged("the service does not answer: wait a moment");
    harness.state_mut().model.on_event(&Event::Profile { ticket, result: Err(trouble) });
    harness.run();
    harness.get_by_label_contains("The service does not answer");
    harness.get_by_role_and_label(Role::Button, "Try again").click();
    harness.run();
    let model = &mut harness.state_mut().model;
    let orders = model.take_orders();
    assert!(orders.is_empty() || orders.iter().any(|order| matches!(order, Order::OpenProfile { .. })));
}

#[test]
fn cards_history_and_the_reader_are_in_plain_words() {
    let mut model = samples::signed_in();
    model.on_event(&samples::in_reader(17));
    model.prefer(|p| {
        p.reader_names.insert("Left reader".into(), "Window side".into());
    });
    let history = vec![samples::row(3, "something.new", json!({})), samples::row(2, "holder.photo", json!({}))];
    samples::open_record(&mut model, samples::record(17, &[CardState::Active, CardState::Cancelled]), history);
    let words = spoken(&pure(model, SIZES[0]));
    for part in [
        "Active",
        "Cancelled",
        "in Window side",
        "Valid until 4 November 2028",
        "Series 10",
        "24 Nov 2026, 09:05",
        "something.new",
        "Photo on record changed",
        "Tomos Llewelyn-Pryce",
        "Siân Gwenllïan Ŵyn-Morris",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    assert!(!words.contains("Unlock") && !words.contains("Renew"), "only what works is offered: {words}");
}

#[test]
fn the_main_action_works_by_keyboard_alone() {
    let mut model = samples::signed_in();
    samples::open_record(&mut model, samples::record(17, &[]), Vec::new());
    let mut harness = pure(model, SIZES[2]);
    for _ in 0..40 {
        let issue = harness.get_by_role_and_label(Role::Button, "Issue a card");
        if issue.is_focused() {
            break;
        }
        harness.key_press(Key::Tab);
        harness.run();
    }
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(*harness.state().model.history.here(), Route::Issue(samples::id(17)));
}

#[test]
fn pictures() {
    samples::pictures("holder", |scheme, size| {
        let mut model = samples::signed_in();
        model.prefer(|p| {
            p.scheme = scheme;
            p.notices_read.push("notice-cards-and-sessions".into());
        });
        model.notices.clear();
        model.on_event(&samples::in_reader(17));
        let history = vec![
            samples::row(4, "print.recorded", json!({ "outcome": "printed" })),
            samples::row(3, "issuance.confirmed", json!({})),
            samples::row(2, "holder.photo", json!({})),
        ];
        samples::open_record(&mut model, samples::record(17, &[CardState::Active, CardState::Cancelled]), history);
        pure(model, size)
    });
}
