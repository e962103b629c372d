//! Help, from everywhere.

use cardwright::{
    desktop::{command::Command, dialogs::Dialog, model::help, route::Route, theme::Scheme},
    domain::{NhsCode, eligibility::Realm},
};
use eframe::egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::Queryable;

use crate::{harness::pure, layout::desk};

#[test]
fn f1_opens_the_topic_of_every_place() {
    for (route, title) in [
        (Route::Find, "Find a holder"),
        (Route::Queue, "The print queue"),
        (Route::Unfinished, "Unfinished work"),
        (Route::Activity, "Activity"),
        (Route::Settings, "Settings"),
    ] {
        let mut model = desk(Realm::Training, Scheme::Light);
        model.go(route);
        let mut window = pure(model, (1280.0, 800.0));
        window.key_press(Key::F1);
        window.run();
        let Route::Help(topic) = window.state().model.history.here() else { panic!("no help for {title}") };
        assert_eq!(help::topic(topic).title, title);
        assert!(window.query_all_by_role_and_label(Role::Heading, title).next().is_some(), "{title} is shown");
    }
}

#[test]
fn f1_over_a_dialogue_keeps_the_dialogue() {
    let mut model = desk(Realm::Training, Scheme::Light);
    model.update(Command::Palette.into());
    let mut window = pure(model, (1280.0, 800.0));
    window.key_press(Key::F1);
    window.run();
    assert!(matches!(window.state().model.dialogs.front(), Some(Dialog::Help(topic)) if topic == "keyboard"));
    window.key_press(Key::Escape);
    window.run();
    assert!(matches!(window.state().model.dialogs.front(), Some(Dialog::Palette(_))));
    assert_eq!(window.state().model.dialogs.len(), 1);
}

#[test]
fn what_is_typed_finds_topics_and_enter_opens_the_first() {
    let mut model = desk(Realm::Training, Scheme::Light);
    model.go(Route::Help("start".into()));
    let mut window = pure(model, (1280.0, 800.0));
    window.get_by_role_and_label(Role::TextInput, "Search the help").focus();
    window.run();
    window.get_by_role_and_label(Role::TextInput, "Search the help").type_text("print queue");
    window.run();
    assert!(window.query_all_by_role_and_label(Role::Button, "Help: The print queue").next().is_some());
    window.key_press(Key::Enter);
    window.run();
    assert_eq!(*window.state().model.history.here(), Route::Help("queue".into()));
}

#[test]
fn the_palette_finds_commands_and_topics() {
    let mut window = pure(desk(Realm::Training, Scheme::Light), (1280.0, 800.0));
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.run();
    window.get_by_role_and_label(Role::TextInput, "Type what you want to do").type_text("help glossary");
    window.run();
    window.get_by_role_and_label(Role::TextInput, "Type what you want to do");
    assert!(window.query_all_by_label_contains("No command and no help topic").next().is_some());
    window.key_press(Key::Escape);
    window.run();
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.run();
    window.get_by_role_and_label(Role::TextInput, "Type what you want to do").type_text("help words");
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert_eq!(*window.state().model.history.here(), Route::Help("words".into()));
}

#[test]
fn the_palette_finds_the_topic_of_every_code() {
    for code in NhsCode::ALL {
        let mut window = pure(desk(Realm::Training, Scheme::Light), (1280.0, 800.0));
        window.key_press_modifiers(Modifiers::COMMAND, Key::K);
        window.run();
        window.get_by_role_and_label(Role::TextInput, "Type what you want to do").type_text(code.code());
        window.run();
        window.key_press(Key::Enter);
        window.run();
        assert_eq!(*window.state().model.history.here(), Route::Help("codes".into()), "{code}");
    }
}

#[test]
fn the_window_itself_has_a_name() {
    for (realm, name) in [
        (Realm::Training, "Cardwright (TRAINING)"),
        (Realm::Integration, "Cardwright (INTEGRATION)"),
        (Realm::Live, "Cardwright (LIVE)"),
    ] {
        let window = pure(desk(realm, Scheme::Light), (1280.0, 800.0));
        use egui_kittest::kittest::NodeT;
        assert_eq!(window.root().accesskit_node().label().as_deref(), Some(name));
    }
}
