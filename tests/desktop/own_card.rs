//! Officers sign in with their own card: by the mouse and by the keyboard alone, on the real workers, and with every card
//! and every fault that may come instead.

use cardwright::{
    bench::{
        Asks, CardInReader, Event as Told, IssueOrder, Order, PrintWish, ReaderCondition, TrainingCardMove, Trouble,
        WorkEnd, WorkEvent,
    },
    cis2::{
        Service,
        wire::{ApprovalsBy, Session},
    },
    desktop::{
        dialogs::Dialog,
        intent::Intent,
        model::{Model, session, session::Phase, work::Piece},
        route::Route,
        theme::Scheme,
    },
    domain::{CardState, NhsCode, Operation},
};
use eframe::egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::{NodeT, Queryable};
use time::macros::date;

use crate::{
    bench_bar,
    desk::{By, Desk, chosen},
    faults::desk::{OTHER_READER, READER, holder},
    harness::{RA_AGENT, pure, spoken},
    samples,
    service::name_of,
};

const PASSCODE: &str = "738164";
const WRONG: &str = "914263";
const MANAGER: &str = "555000000001";

/// A desk whose RA Manager has a card in the first reader; nobody is signed in any more.
fn desk(by: By) -> Desk {
    let mut desk = Desk::new(by, 0, &[]);
    desk.issue_in(READER, &MANAGER.parse().expect("a number"), Some(PASSCODE));
    sign_out(&mut desk);
    desk
}

fn sign_out(desk: &mut Desk) {
    desk.press(Role::Button, "Sign out");
    desk.window.wait_for("officers", |model| {
        matches!(model.session.phase, Phase::SignedOut) && !model.session.officers.is_empty()
    });
}

/// The name of the tile, with the tries its card has left.
fn tile(by: By, left: u8) -> String {
    let (_, series) = by.stock();
    let go = format!("Sign in with your card: Rowan Ashdown, RA Manager, X26TR, Training reader 1, {series}");
    match left {
        1 => format!("{go}. One try of its passcode is left."),
        left => format!("{go}. {left} tries of its passcode are left."),
    }
}

fn with_card(desk: &mut Desk, left: u8, passcode: &str) {
    let tile = tile(desk.by, left);
    desk.window.wait_for_label(&tile);
    desk.press(Role::Button, &tile);
    desk.types("The passcode you have now", passcode);
    desk.take("Sign in");
}

#[test]
fn an_officer_signs_in_with_their_own_card_and_it_is_nobodys_target() {
    for by in By::BOTH {
        let mut desk = desk(by);
        with_card(&mut desk, 3, PASSCODE);
        desk.window.wait_for("the officer at work", |model| model.officer().is_some());
        let session = desk.service().session().expect("a session");
        assert_eq!(session.officer.id.as_str(), MANAGER);
        let rows = desk.service().audit_before(None, 5).expect("the audit");
        let begun = rows.iter().find(|row| row.event == "session.card").expect("it is on record");
        assert_eq!(begun.detail["holder"], MANAGER);
        let own = |model: &Model| {
            let reader = model.bench.reader(READER).expect("the reader");
            matches!(reader.condition, ReaderCondition::OwnCard(_))
        };
        desk.window.wait_for("the card set apart", own);
        // No page offers anything for it, and whoever asks the workers all the same is refused.
        desk.window.harness.state_mut().model.update(Intent::Go(Route::Service));
        desk.window.run();
        assert!(cardwright::desktop::model::service::here(desk.window.model()).is_none());
        let model = &mut desk.window.harness.state_mut().model;
        let work = model.new_work();
        model.work.all.insert(work, Piece::new(Operation::Issue, None, Some(READER.into())));
        let passcode = Some(chosen("602917"));
        let issue = IssueOrder { holder: holder(0), reader: READER.into(), passcode, print: PrintWish::No };
        desk.order(Order::Issue { work, issue: Box::new(issue) });
        let WorkEnd::NotBegun(why) = desk.end() else { panic!("{:?}", desk.end()) };
        assert!(why.message.contains("your own card"), "{why:?}");
        // Another card in the other reader is worked on as ever.
        desk.issue_in(OTHER_READER, &holder(1), Some("602917"));
    }
}

#[test]
fn a_wrong_passcode_costs_one_try_and_the_last_one_locks_the_card() {
    let mut desk = desk(By::Keyboard);
    for left in [2, 1, 0] {
        with_card(&mut desk, left + 1, WRONG);
        desk.window.wait_for("the answer", |model| matches!(model.session.phase, Phase::SignedOut));
        let said = ["2 tries are left", "one try is left", "it is locked now"][usize::from(2 - left)];
        desk.window.wait_for_label(said);
        desk.window.wait_for("the card's own count", |model| {
            model.bench.cards().any(|(_, card)| card.tries_left == Some(left))
        });
    }
    desk.window.wait_for_label("its passcode is locked. Ask a colleague to unlock it");
    assert!(!desk.window.spoken().contains("Sign in with your card:"), "a locked card is not offered");
    // A colleague signs in by name and sees it as any other locked card.
    desk.window.sign_in(RA_AGENT);
    desk.window
        .wait_for("the card with its holder", |model| model.bench.cards().any(|(_, card)| card.holder.is_some()));
}

#[test]
fn one_wrong_passcode_then_the_right_one_signs_in() {
    let mut desk = desk(By::Mouse);
    with_card(&mut desk, 3, WRONG);
    desk.window.wait_for_label("2 tries are left");
    with_card(&mut desk, 2, PASSCODE);
    desk.window.wait_for("the officer at work", |model| model.officer().is_some());
    assert!(!desk.window.spoken().contains("tries are left"));
}

#[test]
fn a_card_that_is_pulled_or_swapped_while_its_passcode_is_typed_gets_nothing() {
    for move_to in [TrainingCardMove::Out, TrainingCardMove::NewBlank] {
        let mut desk = desk(By::Keyboard);
        desk.window.wait_for_label(&tile(By::Keyboard, 3));
        desk.press(Role::Button, &tile(By::Keyboard, 3));
        desk.window.harness.event(eframe::egui::Event::Text(PASSCODE.to_owned()));
        desk.window.run();
        desk.order(Order::TrainingCard { reader: READER.into(), move_to });
        desk.window.wait_for("the question withdrawn", |model| model.dialogs.is_empty());
        desk.key(Modifiers::NONE, Key::Enter);
        desk.says(&["as taken out or swapped before its passcode was typed to the end"]);
        assert!(desk.window.model().officer().is_none());
    }
}

#[test]
fn a_silent_gateway_and_a_card_that_was_cancelled_are_told_and_cost_no_try() {
    let mut desk = desk(By::Keyboard);
    // On record it is ended, and the chip does not know.
    let store = rusqlite::Connection::open(desk.database()).expect("the database");
    store.busy_timeout(std::time::Duration::from_secs(10)).expect("patience");
    store.execute("UPDATE certificates SET status = 'revoked'", []).expect("revoked");
    with_card(&mut desk, 3, PASSCODE);
    desk.window.wait_for_label("The card's certificate was revoked");
    drop(desk.gateway.take());
    with_card(&mut desk, 3, WRONG);
    desk.window.wait_for_label("The gateway does not answer");
    desk.window.wait_for_label(&tile(By::Keyboard, 3));
}

#[test]
fn cancelling_sends_nothing() {
    let mut desk = desk(By::Keyboard);
    desk.window.wait_for_label(&tile(By::Keyboard, 3));
    desk.press(Role::Button, &tile(By::Keyboard, 3));
    desk.key(Modifiers::NONE, Key::Escape);
    assert!(desk.window.model().dialogs.is_empty());
    assert!(matches!(desk.window.model().session.phase, Phase::SignedOut));
    desk.window.wait_for_label(&tile(By::Keyboard, 3));
}

#[test]
fn a_session_by_card_is_proved_once_more_with_that_card_alone() {
    for by in By::BOTH {
        let mut desk = Desk::new(by, 0, &[]);
        desk.issue_in(READER, &MANAGER.parse().expect("a number"), Some(PASSCODE));
        let serial = desk.issue_in(OTHER_READER, &holder(0), None);
        sign_out(&mut desk);
        with_card(&mut desk, 3, PASSCODE);
        desk.window.wait_for("the officer at work", |model| model.officer().is_some());
        desk.pass(6);
        desk.serve();
        desk.window.wait_for_button(name_of(Operation::Unlock));
        desk.press(Role::Button, name_of(Operation::Unlock));
        desk.press(Role::Button, "Yes, they have it in hand");
        desk.new_passcode("602917");
        desk.window.wait_for_label("Prove that it is you");
        assert!(!desk.window.spoken().contains("I am Rowan"), "a name is not enough");
        let prove = "Prove it with your card in Training reader 1";
        for (passcode, says) in [(WRONG, "2 tries are left"), (PASSCODE, "The card is unlocked")] {
            desk.window.wait_for_button(prove);
            desk.press(Role::Button, prove);
            desk.types("The passcode you have now", passcode);
            desk.take("Prove it");
            desk.window.wait_for_label(says);
        }
        assert_eq!(desk.end(), WorkEnd::Done { queued: None });
        desk.is(&serial, CardState::Active);
        let rows = desk.service().audit_before(None, 20).expect("the audit");
        let proved = rows.iter().find(|row| row.event == "session.stepped-up").expect("on record");
        assert!(proved.detail["serial"].is_string(), "by card: {proved:?}");
    }
}

#[test]
fn a_locked_window_of_a_session_by_card_is_come_back_to_with_the_card() {
    let mut desk = desk(By::Keyboard);
    with_card(&mut desk, 3, PASSCODE);
    desk.window.wait_for("the officer at work", |model| model.officer().is_some());
    desk.key(Modifiers::ALT, Key::Num5);
    let place = desk.window.model().history.here().clone();
    desk.key(Modifiers::COMMAND, Key::L);
    desk.says(&["Rowan Ashdown locked this window"]);
    assert!(!desk.window.spoken().contains("Continue as"), "{}", desk.window.spoken());
    desk.window.harness.state_mut().model.update(session::Intent::Unlock.into());
    assert!(matches!(desk.window.model().session.phase, Phase::Locked(_)), "a name is not enough");
    for (left, passcode, says) in [(3, WRONG, "2 tries are left"), (2, PASSCODE, "Sign out")] {
        let tile = tile(By::Keyboard, left).replace("Sign in with", "Continue with");
        desk.window.wait_for_label(&tile);
        desk.press(Role::Button, &tile);
        desk.types("The passcode you have now", passcode);
        desk.window.wait_for_label(says);
    }
    desk.window.wait_for("the officer at work", |model| model.officer().is_some());
    assert_eq!(*desk.window.model().history.here(), place);
}

#[test]
fn a_second_officer_approves_with_their_own_card() {
    for by in By::BOTH {
        let mut desk = Desk::unattended(by, 0, |config| {
            config.second_officer = vec![Operation::Clear];
            config.approvals = ApprovalsBy::Card;
        });
        desk.window.sign_in(RA_AGENT);
        desk.issue_in(READER, &MANAGER.parse().expect("a number"), Some(PASSCODE));
        let serial = desk.issue_in(OTHER_READER, &holder(0), Some("602917"));
        desk.serve();
        desk.window.wait_for_button(name_of(Operation::Clear));
        desk.press(Role::Button, name_of(Operation::Clear));
        let sure = desk.window.harness.get_by_role(Role::CheckBox).accesskit_node().label().expect("a name");
        desk.press(Role::CheckBox, &sure);
        desk.press(Role::Button, "Clear this card");
        desk.window.wait_for_label("A second officer approves this");
        let by_name = "Rowan Ashdown, RA Manager: I approve this";
        assert!(desk.window.harness.query_by_role_and_label(Role::Button, by_name).is_none());
        desk.press(Role::Button, &format!("{by_name} with my card in Training reader 1"));
        desk.says(&["Rowan, type your passcode"]);
        desk.types("The passcode you have now", PASSCODE);
        desk.take("Prove it");
        assert_eq!(desk.end(), WorkEnd::Done { queued: None }, "{}", desk.window.spoken());
        desk.is(&serial, CardState::Blank);
        let rows = desk.service().audit_before(None, 20).expect("the audit");
        let given = rows.iter().find(|row| row.event == "approval.given").expect("on record");
        assert!(given.officer.as_ref().is_some_and(|officer| officer.as_str() == MANAGER), "{given:?}");
        assert!(given.detail["card"].is_string(), "{given:?}");
    }
}

/// A sign-in page, and this in its readers.
fn page(conditions: Vec<(&str, ReaderCondition)>) -> Model {
    let mut model = samples::model();
    model.update(session::Intent::Opened.into());
    model.on_event(&Told::Officers(Ok(samples::officers())));
    for (reader, condition) in conditions {
        model.on_event(&bench_bar::reader(reader, condition));
    }
    model
}

fn card_of(number: Option<&str>) -> CardInReader {
    let named = number.map(|number| number.parse().expect("a number"));
    let serial = format!("0A1B2C3D{}", number.map_or("0000", |number| &number[8..])).parse().expect("a serial");
    let day = named.is_some().then_some(date!(2099 - 01 - 01));
    CardInReader {
        serial,
        named,
        tries_left: Some(3),
        certificates: [day, day],
        has_certificates: day.is_some(),
        record: Err(Trouble::unchanged("sign in to see whose card this is")),
        holder: None,
        ..bench_bar::card(CardState::Active, None)
    }
}

fn put_in(card: CardInReader) -> ReaderCondition {
    ReaderCondition::Card(Box::new(card))
}

#[test]
fn every_other_card_says_why_it_signs_nobody_in() {
    let locked = CardInReader { tries_left: Some(0), ..card_of(Some(RA_AGENT)) };
    let expired = CardInReader { certificates: [Some(date!(2020 - 01 - 31)); 2], ..card_of(Some(RA_AGENT)) };
    let unreadable = CardInReader { has_certificates: true, ..card_of(None) };
    let unknown =
        ReaderCondition::Unknown { why: "this is a Series 4 card".into(), nhs_code: Some(NhsCode::CardUnreadable) };
    let cases = [
        (put_in(locked), "The card of Tomos Llewelyn-Pryce in Left cannot sign in: its passcode is locked."),
        (put_in(expired), "its certificates ended on 31 January 2020"),
        (put_in(card_of(None)), "The card in Left signs nobody in: there is no certificate on it."),
        (put_in(card_of(Some("555000000017"))), "its certificate names nobody who works at this desk."),
        (put_in(unreadable), "its certificate names nobody who works at this desk."),
        (ReaderCondition::InUse, "another program is using it"),
        (ReaderCondition::Unreadable, "it does not answer"),
        (
            unknown,
            "this is a Series 4 card (NHS code ERR1002: The card could not be read. Nothing on it has been changed. Leave one card",
        ),
    ];
    for (condition, words) in cases {
        let said = spoken(&pure(page(vec![("Left", condition)]), samples::SIZES[0]));
        assert!(said.contains(words), "“{words}” is not said in {said}");
        assert!(!said.contains("Sign in with your card:"), "{said}");
        assert!(!said.contains("Siân"), "nobody's name is told to who passes by: {said}");
    }
}

#[test]
fn two_officers_with_cards_are_told_apart_by_reader_and_name() {
    let cards = vec![("Left", put_in(card_of(Some(RA_AGENT)))), ("Right", put_in(card_of(Some(MANAGER))))];
    let mut window = pure(page(cards), samples::SIZES[0]);
    let names: Vec<String> = window.get_all_by_role(Role::Button).filter_map(|b| b.accesskit_node().label()).collect();
    assert!(names[0].starts_with("Sign in with your card: Tomos") && names[0].contains("Left"), "{names:?}");
    let second = names.last().expect("a name");
    assert!(second.starts_with("Sign in with your card: Rowan") && second.contains("Right"), "{names:?}");
    // It may be below what is in sight: the keyboard brings it there.
    window.get_by_role_and_label(Role::Button, second).focus();
    window.run();
    window.key_press(Key::Enter);
    window.run();
    let Some(Dialog::Passcode(entry)) = window.state().model.dialogs.front() else {
        panic!("its passcode is asked for")
    };
    assert_eq!((entry.place().0, entry.holder().as_str()), ("Right", MANAGER));
    assert!(spoken(&window).contains("Rowan, type your passcode"));
    // The card changed between the last key and the order: nothing is sent.
    let other = CardInReader { serial: "0A0A0A0A".parse().expect("a serial"), ..card_of(Some(MANAGER)) };
    window.state_mut().model.on_event(&bench_bar::reader("Right", put_in(other)));
    let model = &mut window.state_mut().model;
    assert!(
        model.dialogs.is_empty()
            && model.take_orders().iter().all(|order| !matches!(order, Order::ProveWithCard { .. }))
    );
}

#[test]
fn a_card_that_comes_moves_no_name_from_under_the_pointer() {
    for size in samples::SIZES {
        let mut window = pure(page(vec![("Left", ReaderCondition::Empty)]), size);
        let place = |window: &egui_kittest::Harness<'_, _>| window.get_by_label_contains("Grace Oyelaran").rect();
        let before = place(&window);
        let unreadable = [ReaderCondition::InUse, ReaderCondition::Unreadable, ReaderCondition::Empty];
        let cards = [None, Some(RA_AGENT), Some(MANAGER), Some("555000000017")].map(|number| put_in(card_of(number)));
        for condition in unreadable.into_iter().chain(cards) {
            for reader in ["Left", "Right", "Third"] {
                window.state_mut().model.on_event(&bench_bar::reader(reader, condition.clone()));
                window.run();
                assert_eq!(before, place(&window), "{size:?}, {reader}: {condition:?}");
            }
        }
    }
}

/// The RA Manager at work, signed in with the card in the first reader; a second officer proves it as said here.
fn at_work(approvals: ApprovalsBy) -> Model {
    let own = CardInReader { holder: Some(samples::holder(1)), ..card_of(Some(MANAGER)) };
    let serial = own.serial.clone();
    let mut model = page(vec![]);
    model.update(session::Intent::SignIn(MANAGER.parse().expect("a number")).into());
    let session = Session { card: Some(serial), approvals, ..samples::session_of(MANAGER) };
    model.on_event(&Told::SignedIn(Ok(session)));
    model.notices.clear();
    model.on_event(&bench_bar::reader("Training reader 1", ReaderCondition::OwnCard(Box::new(own))));
    model
}

/// Work that waits for this.
fn asked(mut model: Model, operation: Operation, what: Asks) -> Model {
    let work = model.new_work();
    let piece = Piece::new(operation, Some(samples::holder(17)), Some("Training reader 2".into()));
    model.work.all.insert(work, piece);
    model.go(Route::Work(work));
    model.on_event(&Told::Work { work, event: WorkEvent::Asks { what, trouble: None } });
    model
}

#[test]
fn what_is_asked_of_the_officers_says_which_card_and_where() {
    let mut missing = at_work(ApprovalsBy::Card);
    missing.on_event(&bench_bar::reader("Training reader 1", ReaderCondition::Empty));
    let said = spoken(&pure(asked(missing, Operation::Unlock, Asks::StepUp), samples::SIZES[0]));
    assert!(said.contains("Put your own card into another reader") && !said.contains("I am Rowan"), "{said}");
    let said =
        spoken(&pure(asked(at_work(ApprovalsBy::Card), Operation::Clear, Asks::SecondOfficer), samples::SIZES[0]));
    assert!(said.contains("No colleague's card is in a reader.") && !said.contains("I approve this"), "{said}");
    // Where a name is enough, a card is offered first; one's own proves nothing here, and a role that may not says why.
    let mut model = at_work(ApprovalsBy::Name);
    for (reader, officer) in [("Training reader 2", RA_AGENT), ("Third", "555000000004")] {
        model.on_event(&bench_bar::reader(reader, put_in(card_of(Some(officer)))));
    }
    let window = pure(asked(model, Operation::Clear, Asks::SecondOfficer), samples::SIZES[0]);
    let approve = |label: &String| label.contains("I approve this");
    let names = window.get_all_by_role(Role::Button).filter_map(|node| node.accesskit_node().label()).filter(approve);
    let names: Vec<String> = names.collect();
    assert_eq!(names[0], "Tomos Llewelyn-Pryce, RA Agent: I approve this with my card in Training reader 2");
    assert!(
        names[1].starts_with("Grace Oyelaran, RA ID Checker: I approve this with my card in Third. The role"),
        "{names:?}"
    );
    assert!(names[2..].iter().all(|name| !name.contains("my card")) && names.len() > 5, "{names:?}");
}

#[test]
fn pictures() {
    samples::pictures("sign-in-card", |scheme: Scheme, size| {
        let mut model = page(vec![("Training reader 1", put_in(card_of(Some(RA_AGENT))))]);
        model.prefer(|p| p.scheme = scheme);
        pure(model, size)
    });
    samples::pictures("locked-card", |scheme: Scheme, size| {
        let mut model = at_work(ApprovalsBy::Card);
        model.prefer(|p| p.scheme = scheme);
        model.update(session::Intent::Lock.into());
        pure(model, size)
    });
    samples::pictures("prove-card", |scheme: Scheme, size| {
        let mut model = at_work(ApprovalsBy::Card);
        model.prefer(|p| p.scheme = scheme);
        pure(asked(model, Operation::Unlock, Asks::StepUp), size)
    });
    samples::pictures("second-officer-card", |scheme: Scheme, size| {
        let mut model = at_work(ApprovalsBy::Card);
        model.prefer(|p| p.scheme = scheme);
        model.on_event(&bench_bar::reader("Third", put_in(card_of(Some(RA_AGENT)))));
        pure(asked(model, Operation::Clear, Asks::SecondOfficer), size)
    });
    samples::pictures("sign-in-card-not", |scheme: Scheme, size| {
        let locked = CardInReader { tries_left: Some(0), ..card_of(Some(RA_AGENT)) };
        let mut model = page(vec![("Training reader 1", put_in(locked)), ("Training reader 2", put_in(card_of(None)))]);
        model.prefer(|p| p.scheme = scheme);
        model.session.card_trouble =
            Some(Trouble::unchanged("this is not the passcode of the card, and it is locked now: have it unlocked"));
        pure(model, size)
    });
}
