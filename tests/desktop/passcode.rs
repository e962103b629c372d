//! The holder chooses a passcode: nobody and nothing else ever learns it.

use cardwright::{
    bench::{Event as Told, PrinterCondition, ReaderCondition},
    desktop::{
        dialogs::Dialog,
        intent::Intent,
        model::{issue, session},
        route::Route,
        window::Window,
    },
    domain::{CardState, PasscodeRules},
};
use eframe::egui::{Event, Key, Modifiers, accesskit::Role};
use egui_kittest::{
    Harness,
    kittest::{NodeT, Queryable},
};

use crate::{
    harness::{pure, spoken},
    issue::{LEFT, RIGHT, card, desk, in_reader, printer},
};

/// Strong, and nowhere else on the screen.
const GOOD: &str = "738164";

/// A window in which the holder is about to choose.
fn choosing(size: (f32, f32)) -> Harness<'static, Window> {
    let mut model = desk();
    model.on_event(&printer(PrinterCondition::Ready { supplies: Vec::new() }));
    model.on_event(&card(LEFT, 11, CardState::Blank));
    let mut window = pure(model, size);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.run();
    assert!(matches!(window.state().model.dialogs.front(), Some(Dialog::Passcode(_))));
    window
}

/// Types as a keyboard does: the key and, for a digit, its text.
fn types(window: &mut Harness<'_, Window>, digits: &str) {
    for (place, digit) in digits.char_indices() {
        let key = Key::from_name(&digit.to_string()).expect("a key");
        window.event(Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers: Modifiers::NONE });
        window.event(Event::Text(digit.to_string()));
        window.event(Event::Key { key, physical_key: None, pressed: false, repeat: false, modifiers: Modifiers::NONE });
        window.run();
        tells_nothing(window, &digits[..=place]);
    }
}

fn press(window: &mut Harness<'_, Window>, key: Key) {
    window.key_press(key);
    window.run();
}

/// Neither the accessibility tree nor the clipboard nor anything that can be printed holds what was typed.
fn tells_nothing(window: &Harness<'_, Window>, typed: &str) {
    let all = spoken(window);
    for line in all.lines().filter(|line| line.starts_with("PasswordInput")) {
        assert!(line.contains(" None Some("), "no value, a description alone: {line}");
    }
    assert!(!all.contains("TextInput"), "no field that keeps its text: {all}");
    assert!(window.output().platform_output.commands.is_empty(), "nothing for the clipboard");
    if typed.len() >= 3 {
        assert!(!all.contains(typed), "the tree says {typed}");
        let model = &window.state().model;
        let printed = format!("{:?} {:?} {:?}", model.dialogs, model.issue, model.work);
        assert!(!printed.contains(typed), "{printed}");
    }
}

fn counted(window: &Harness<'_, Window>, field: &str) -> String {
    let node = window.get_by_role_and_label(Role::PasswordInput, field);
    node.accesskit_node().description().expect("how many digits")
}

#[test]
fn the_holder_is_addressed_and_types_by_keyboard_alone() {
    let mut window = choosing((1280.0, 800.0));
    assert!(spoken(&window).contains("Siân, choose a passcode"));
    assert!(window.get_by_role_and_label(Role::PasswordInput, "Your passcode").is_focused());
    types(&mut window, GOOD);
    assert_eq!(counted(&window, "Your passcode"), "6 digits typed");
    press(&mut window, Key::Tab);
    assert!(window.get_by_role_and_label(Role::PasswordInput, "The same again").is_focused());
    types(&mut window, GOOD);
    press(&mut window, Key::Enter);
    let model = &window.state().model;
    assert!(model.dialogs.is_empty() && model.work.all.len() == 1, "the work is ordered");
    assert!(matches!(model.history.here(), Route::Work(_)));
    tells_nothing(&window, GOOD);
}

#[test]
fn the_pad_does_for_the_mouse() {
    let mut window = choosing((640.0, 400.0));
    for field in ["Your passcode", "The same again"] {
        window.get_by_role_and_label(Role::PasswordInput, field).click();
        window.run();
        for digit in GOOD.chars().chain(['1']) {
            window.get_by_role_and_label(Role::Button, &digit.to_string()).click();
            window.run();
        }
        window.get_by_role_and_label(Role::Button, "Delete the last digit").click();
        window.run();
        assert_eq!(counted(&window, field), "6 digits typed");
        tells_nothing(&window, GOOD);
    }
    let seen = window.get_by_role_and_label(Role::Button, "Use this passcode").rect();
    assert!(seen.bottom() <= 400.0, "in sight at twice the size of the text: {seen:?}");
    window.get_by_role_and_label(Role::Button, "Use this passcode").click();
    window.run();
    assert_eq!(window.state().model.work.all.len(), 1);
}

#[test]
fn a_weak_one_is_explained_and_a_wrong_repetition_is_typed_again() {
    let mut window = choosing((1280.0, 800.0));
    types(&mut window, "1234");
    press(&mut window, Key::Enter);
    assert!(spoken(&window).contains("6 to 8 digits and this one has 4"), "{}", spoken(&window));
    types(&mut window, "56");
    press(&mut window, Key::Enter);
    assert!(spoken(&window).contains("it counts up or down"));
    assert_eq!(counted(&window, "Your passcode"), "0 digits typed");
    types(&mut window, GOOD);
    press(&mut window, Key::Enter);
    types(&mut window, "738165");
    press(&mut window, Key::Enter);
    assert!(spoken(&window).contains("The two are not the same"));
    assert_eq!((counted(&window, "Your passcode"), counted(&window, "The same again")), {
        ("6 digits typed".to_owned(), "0 digits typed".to_owned())
    });
    assert!(window.get_by_role_and_label(Role::PasswordInput, "The same again").is_focused());
    window.event(Event::Text("x".to_owned()));
    window.run();
    assert!(spoken(&window).contains("digits only"));
    assert!(window.state().model.work.all.is_empty(), "nothing was ordered");
}

#[test]
fn copying_and_pasting_do_nothing() {
    let mut window = choosing((1280.0, 800.0));
    types(&mut window, "738");
    for event in [Event::Copy, Event::Cut, Event::Paste("164".to_owned())] {
        window.event(event);
        window.step();
        tells_nothing(&window, "738");
        assert_eq!(counted(&window, "Your passcode"), "3 digits typed");
    }
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run();
    assert_eq!(counted(&window, "Your passcode"), "3 digits typed", "there is nothing to undo");
    window.key_press(Key::Backspace);
    window.run();
    assert_eq!(counted(&window, "Your passcode"), "2 digits typed");
}

#[test]
fn cancelling_locking_and_signing_out_leave_the_card_and_nothing_of_the_digits() {
    let ways: [fn(&mut Harness<'_, Window>); 4] = [
        |window| window.key_press(Key::Escape),
        |window| window.get_by_role_and_label(Role::Button, "Cancel").click(),
        |window| window.state_mut().model.update(session::Intent::Lock.into()),
        |window| window.state_mut().model.update(session::Intent::SignOutNow.into()),
    ];
    for leave in ways {
        let mut window = choosing((1280.0, 800.0));
        types(&mut window, "73816");
        leave(&mut window);
        window.run();
        let model = &window.state().model;
        assert!(model.dialogs.is_empty() && model.work.all.is_empty());
        if model.officer().is_some() {
            assert!(matches!(model.history.here(), Route::Issue(_)));
            window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
            window.run();
            assert_eq!(counted(&window, "Your passcode"), "0 digits typed", "the next choice begins afresh");
        }
    }
}

#[test]
fn a_bench_that_changed_meanwhile_gets_no_order() {
    let mut window = choosing((1280.0, 800.0));
    types(&mut window, GOOD);
    press(&mut window, Key::Enter);
    types(&mut window, GOOD);
    let model = &mut window.state_mut().model;
    model.on_event(&in_reader(LEFT, cardwright::bench::ReaderCondition::Empty));
    model.on_event(&card(RIGHT, 12, CardState::Blank));
    press(&mut window, Key::Enter);
    let model = &window.state().model;
    assert!(model.work.all.is_empty() && model.dialogs.is_empty());
    assert!(spoken(&window).contains("Nothing was issued"));
}

#[test]
fn a_bad_passcode_holds_nobody() {
    let mut window = choosing((1280.0, 800.0));
    types(&mut window, "11");
    for _ in 0..6 {
        press(&mut window, Key::Tab);
        if window.get_by_role_and_label(Role::Button, "Cancel").is_focused() {
            press(&mut window, Key::Enter);
            assert!(window.state().model.dialogs.is_empty());
            return;
        }
    }
    panic!("Tab does not reach the way out");
}

#[test]
fn an_issue_that_leaves_the_card_locked_asks_for_no_passcode() {
    let mut model = desk();
    model.on_event(&printer(PrinterCondition::CannotBeAsked));
    model.on_event(&card(LEFT, 11, CardState::Blank));
    model.update(Intent::Issue(issue::Intent::Locked(true)));
    let mut window = pure(model, (1280.0, 800.0));
    window.get_by_role_and_label(Role::Button, "Issue card").click();
    window.run();
    assert!(window.state().model.dialogs.is_empty());
    assert_eq!(window.state().model.work.all.len(), 1);
}

#[test]
fn what_is_typed_faster_than_the_window_draws_goes_where_it_belongs() {
    let mut window = choosing((1280.0, 800.0));
    let tab =
        Event::Key { key: Key::Tab, physical_key: None, pressed: true, repeat: false, modifiers: Modifiers::NONE };
    // Both entries and the Tab between them, in one frame.
    let digits = || GOOD.chars().map(|digit| Event::Text(digit.to_string()));
    let all: Vec<Event> = digits().chain([tab]).chain(digits()).collect();
    window.input_mut().events.extend(all);
    window.run();
    let typed = window.query_all_by_label("6 digits typed").count();
    assert_eq!(typed, 2, "{}", spoken(&window));
}

#[test]
fn the_rules_are_those_of_the_card() {
    let mut model = desk();
    model.on_event(&printer(PrinterCondition::Ready { supplies: Vec::new() }));
    let Told::Reader(mut view) = card(LEFT, 11, CardState::Blank) else { panic!("a reader") };
    let ReaderCondition::Card(card) = &mut view.condition else { panic!("a card") };
    card.passcode_rules = PasscodeRules { min_digits: 8, max_digits: 8 };
    model.on_event(&Told::Reader(view));
    let mut window = pure(model, (1280.0, 800.0));
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.run();
    assert!(spoken(&window).contains("8 digits that only you know"));
    types(&mut window, GOOD);
    press(&mut window, Key::Enter);
    assert!(spoken(&window).contains("choose one of the right length"), "six digits are too few for this card");
}
