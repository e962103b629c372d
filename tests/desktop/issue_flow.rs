//! A whole issue on the real workers: gateway, journal, virtual card and virtual printer.

use cardwright::{
    bench::{Order, PrintWish, TrainingCardMove, WorkEnd},
    cis2::Service,
    desktop::{
        intent::Intent,
        model::{Model, work::Stage},
        route::Route,
    },
    domain::{CardState, HolderId},
};
use eframe::egui::{Event, Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::Queryable;

use crate::harness::{RA_AGENT, TestWindow};

const HOLDER: &str = "555000000017";
const READER: &str = "Training reader 1";
const GOOD: &str = "738164";

fn holder() -> HolderId {
    HOLDER.parse().expect("a number")
}

fn at_the_page(window: &mut TestWindow) {
    window.wait_for("the page with its face and both cards", |model| {
        model.issue.record.is_some() && model.issue.proof.is_some() && model.bench.cards().count() == 2
    });
}

fn stage(model: &Model) -> Option<Stage<'_>> {
    let Route::Work(work) = model.history.here() else { return None };
    model.work.all.get(work).map(|piece| model.work.stage(piece))
}

fn is_printed(model: &Model) -> bool {
    stage(model) == Some(Stage::Complete { printed: true })
}

/// What the service knows of the card that was issued.
fn card_state(window: &TestWindow) -> CardState {
    let piece = window.model().work.all.values().next().expect("work");
    let serial = piece.serial.clone().expect("a card");
    let workplace = window.workplace.as_ref().expect("a workplace");
    workplace.service.card(&serial).expect("an answer").state
}

/// Pictures of the cards that the virtual printer gave out.
fn printed(window: &TestWindow) -> usize {
    let folder = window.folder.path().join("virtual-printer");
    std::fs::read_dir(folder).map_or(0, |files| {
        files.flatten().filter(|file| file.path().extension().is_some_and(|ending| ending == "png")).count()
    })
}

#[test]
fn a_card_is_issued_and_printed_by_mouse() {
    let mut window = TestWindow::signed_in();
    window.harness.state_mut().model.update(Intent::Go(Route::Issue(holder())));
    at_the_page(&mut window);
    assert!(window.spoken().contains("Choose which to use"), "two blank cards");
    window.harness.get_by_role_and_label(Role::RadioButton, READER).click();
    window.run();
    window.click("Issue card");
    for field in ["Your passcode", "The same again"] {
        window.harness.get_by_role_and_label(Role::PasswordInput, field).click();
        window.run();
        for digit in GOOD.chars() {
            window.click(&digit.to_string());
        }
        assert!(!window.spoken().contains(GOOD));
    }
    window.click("Use this passcode");
    window.wait_for("the issued card", |model| matches!(stage(model), Some(Stage::PutIntoPrinter(_))));
    assert!(window.spoken().contains("put it into Virtual printer"), "{}", window.spoken());
    assert_eq!(card_state(&window), CardState::Active);
    window.click("Print the card");
    window.wait_for("the printed card", is_printed);
    assert!(window.spoken().contains("Hand it to Siân Ŵyn-Morris."), "{}", window.spoken());
    assert_eq!(printed(&window), 1);
    window.click("Next holder");
    assert_eq!(*window.model().history.here(), Route::Find);
}

#[test]
fn a_card_is_encoded_and_printed_in_one_go_by_mouse() {
    let mut window = TestWindow::signed_in();
    window.harness.state_mut().model.update(Intent::Go(Route::Issue(holder())));
    at_the_page(&mut window);
    window.harness.get_by_role_and_label(Role::RadioButton, "Encode and print in one go").click();
    window.run();
    // No reader is chosen, and none is asked for, though there are two blank cards.
    assert!(window.spoken().contains("takes a blank card from its hopper"), "{}", window.spoken());
    assert!(!window.spoken().contains("Choose which to use"), "{}", window.spoken());
    window.click("Issue card");
    for field in ["Your passcode", "The same again"] {
        window.harness.get_by_role_and_label(Role::PasswordInput, field).click();
        window.run();
        for digit in GOOD.chars() {
            window.click(&digit.to_string());
        }
    }
    window.click("Use this passcode");
    window.wait_for("the card out of the printer", |model| {
        model.work.all.values().all(|piece| piece.end.is_some()) && !model.work.all.is_empty()
    });
    assert!(is_printed(window.model()), "{}", window.spoken());
    let spoken = window.spoken();
    for part in ["Hand it to Siân Ŵyn-Morris.", "Bringing a card to the printer", "Making new keys"] {
        assert!(spoken.contains(part), "{part}: {spoken}");
    }
    assert_eq!((card_state(&window), printed(&window)), (CardState::Active, 1));
    // Both cards of the desk readers are as they were.
    let blank =
        window.model().bench.cards().filter(|(_, card)| cardwright::desktop::model::issue::is_blank(card)).count();
    assert_eq!(blank, 2);
}

#[test]
fn a_card_is_issued_locked_and_not_printed() {
    let mut window = TestWindow::signed_in();
    window.harness.state_mut().model.update(Intent::Go(Route::Issue(holder())));
    at_the_page(&mut window);
    for choice in [READER, "Issue locked", "Not at this desk"] {
        window.harness.get_by_role_and_label(Role::RadioButton, choice).click();
        window.run();
    }
    window.click("Issue card");
    window.wait_for("the end", |model| matches!(stage(model), Some(Stage::Complete { printed: false })));
    assert!(window.spoken().contains("must be unlocked before it can be used"));
    assert_eq!(card_state(&window), CardState::Locked);
    assert_eq!(printed(&window), 0);
    let preferences = &window.model().preferences;
    assert!(preferences.issue_locked && preferences.print.as_deref() == Some("no"), "the choices are remembered");
}

#[test]
fn a_card_pulled_in_the_middle_is_said_to_be_unfinished_and_leads_there() {
    let mut window = TestWindow::signed_in();
    window.harness.state_mut().model.update(Intent::Go(Route::Issue(holder())));
    at_the_page(&mut window);
    for choice in [READER, "Issue locked", "Not at this desk"] {
        window.harness.get_by_role_and_label(Role::RadioButton, choice).click();
        window.run();
    }
    window.click("Issue card");
    window.wait_for("the chip being touched", |model| {
        model.work.all.values().any(|piece| piece.serial.is_some() && !piece.steps.is_empty())
    });
    let pull = Order::TrainingCard { reader: READER.to_owned(), move_to: TrainingCardMove::Out };
    window.harness.state_mut().model.order(pull);
    window.wait_for("the end", |model| model.work.all.values().all(|piece| piece.end.is_some()));
    let end = window.model().work.all.values().next().and_then(|piece| piece.end.clone());
    assert!(matches!(end, Some(WorkEnd::Unfinished { .. })), "{end:?}");
    let said = window.spoken();
    assert!(said.contains("The card is not finished") && said.contains("The work stays on record"), "{said}");
    press(&mut window, Modifiers::COMMAND, Key::Enter);
    assert_eq!(*window.model().history.here(), Route::Unfinished);
}

/// Tab until this has the keyboard.
fn tab_to(window: &mut TestWindow, role: Role, label: &str) {
    for _ in 0..80 {
        let there = window.harness.query_by_role_and_label(role, label).is_some_and(|node| node.is_focused());
        if there {
            return;
        }
        window.harness.key_press(Key::Tab);
        window.run();
    }
    panic!("Tab does not reach {label}: {}", window.spoken());
}

fn type_text(window: &mut TestWindow, text: &str) {
    window.harness.event(Event::Text(text.to_owned()));
    window.run();
}

fn press(window: &mut TestWindow, modifiers: Modifiers, key: Key) {
    window.harness.key_press_modifiers(modifiers, key);
    window.run();
}

#[test]
fn a_card_is_issued_printed_and_handed_over_by_keyboard_alone() {
    let mut window = TestWindow::open();
    window.wait_for("officers to choose from", |model| !model.session.officers.is_empty());
    let officer: HolderId = RA_AGENT.parse().expect("a number");
    let known = window.model().session.officers.iter().find(|known| known.officer.id == officer);
    let name = known.expect("an officer").officer.name.clone();
    let button = window.harness.get_by_label_contains(&name);
    let label = egui_kittest::kittest::NodeT::accesskit_node(&button).label().expect("a name");
    tab_to(&mut window, Role::Button, &label);
    press(&mut window, Modifiers::NONE, Key::Enter);
    window.wait_for("the officer at work", |model| model.officer().is_some());

    press(&mut window, Modifiers::COMMAND, Key::F);
    tab_to(&mut window, Role::TextInput, "Number, name or organisation");
    type_text(&mut window, "Ŵyn-Morris");
    window.wait_for("the holder", |model| model.find.found.len() == 1);
    press(&mut window, Modifiers::COMMAND, Key::Enter);
    assert_eq!(*window.model().history.here(), Route::Holder(holder()));
    window.harness.state_mut().model.update(Intent::Go(Route::Issue(holder())));
    at_the_page(&mut window);

    tab_to(&mut window, Role::RadioButton, READER);
    press(&mut window, Modifiers::NONE, Key::Enter);
    press(&mut window, Modifiers::COMMAND, Key::Enter);
    type_text(&mut window, GOOD);
    press(&mut window, Modifiers::NONE, Key::Enter);
    type_text(&mut window, GOOD);
    press(&mut window, Modifiers::NONE, Key::Enter);
    window.wait_for("the issued card", |model| matches!(stage(model), Some(Stage::PutIntoPrinter(_))));
    press(&mut window, Modifiers::COMMAND, Key::Enter);
    window.wait_for("the printed card", is_printed);
    assert!(window.spoken().contains("Hand it to Siân Ŵyn-Morris."));
    let piece = window.model().work.all.values().next().expect("work");
    assert!(matches!(piece.end, Some(WorkEnd::Done { queued: Some(_) })));
    assert!(matches!(piece.wish.as_ref().map(|wish| &wish.print), Some(PrintWish::Now { .. })));
    assert_eq!((card_state(&window), printed(&window)), (CardState::Active, 1));
    press(&mut window, Modifiers::COMMAND, Key::Enter);
    assert_eq!(*window.model().history.here(), Route::Find);
    type_text(&mut window, "Jo Ng");
    assert_eq!(window.model().find.query, "Jo Ng", "the field has the keyboard");
}
