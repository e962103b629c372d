//! Settings, with their effect seen.

use cardwright::{
    desktop::{route::Route, theme::Scheme},
    domain::eligibility::Realm,
};
use eframe::egui::accesskit::Role;
use egui_kittest::{Harness, kittest::Queryable};

use crate::{harness::pure, layout::desk};

fn settings() -> Harness<'static, cardwright::desktop::window::Window> {
    let mut model = desk(Realm::Training, Scheme::Light);
    model.go(Route::Settings);
    pure(model, (1280.0, 1600.0))
}

#[test]
fn choices_take_effect_at_once_and_the_usual_ones_come_back_after_a_warning() {
    let mut window = settings();
    for choice in ["Dark", "150 %", "Never"] {
        window.get_by_role_and_label(Role::RadioButton, choice).click();
        window.run();
    }
    let chosen = &window.state().model.preferences;
    assert_eq!((chosen.scheme, chosen.text_percent, chosen.lock_after_minutes), (Scheme::Dark, 150, 0));
    assert!((window.ctx.zoom_factor() - 1.5).abs() < 0.001);
    window.get_by_role_and_label(Role::Button, "Take the usual choices").click_accesskit();
    window.run();
    assert_eq!(window.state().model.preferences.text_percent, 150, "nothing before the answer");
    let buttons: Vec<_> = window.query_all_by_role_and_label(Role::Button, "Take the usual choices").collect();
    buttons.last().expect("the action of the question").click_accesskit();
    drop(buttons);
    window.run();
    let chosen = &window.state().model.preferences;
    assert_eq!((chosen.scheme, chosen.text_percent, chosen.lock_after_minutes), (Scheme::Light, 100, 10));
}

#[test]
fn a_reader_is_named_and_its_name_is_taken_away() {
    let mut window = settings();
    let field = "Name for “Training reader 1”";
    window.get_by_role_and_label(Role::TextInput, field).focus();
    window.run();
    window.get_by_role_and_label(Role::TextInput, field).type_text("Left");
    window.run();
    assert!(window.state().model.preferences.reader_names.is_empty(), "typing alone keeps nothing");
    window.get_by_role_and_label(Role::Button, "Keep the name for Training reader 1").click();
    window.run();
    assert_eq!(window.state().model.preferences.reader_name("Training reader 1"), "Left");
    window.get_by_role_and_label(Role::Button, "Remove the name for Training reader 1").click();
    window.run();
    assert_eq!(window.state().model.preferences.reader_name("Training reader 1"), "Training reader 1");
}
