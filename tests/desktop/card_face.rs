//! The editor of card faces on real workers: by mouse and by keyboard, undone, saved, and printed with.

use std::path::Path;

use cardwright::{
    desktop::{
        model::card_face::{Intent, arrange::Edge},
        preferences::Preferences,
        route::Route,
    },
    face::{Side, Template, measure::Area, samples, template::BUILT_IN_TEXT},
    workplace::Configuration,
};
use eframe::egui::{Event, Key, Modifiers, PointerButton, Pos2, accesskit::Role, vec2};
use egui_kittest::kittest::{By, NodeT, Queryable};

use crate::harness::{RA_AGENT, TestWindow};

/// The editor with the built-in card face.
pub fn open() -> TestWindow {
    editor(TestWindow::signed_in())
}

/// Opens it in this window.
pub fn editor(mut window: TestWindow) -> TestWindow {
    window.harness.state_mut().model.go(Route::Settings);
    window.run();
    window.harness.get_by_role_and_label(Role::Button, "Edit the card face").click_accesskit();
    window.wait_for("the card", |model| model.card_face.proof.is_some() && model.card_face.document.is_some());
    window
}

fn area(window: &TestWindow) -> Area {
    window.model().card_face.row().expect("an element is chosen").area.expect("it has a box")
}

fn canvas(window: &TestWindow) -> eframe::egui::Rect {
    window.harness.get(By::new().role(Role::Canvas).label_contains("Card, ")).rect()
}

/// Where millimetres of the card lie in the window.
fn at(window: &TestWindow, x: f32, y: f32) -> Pos2 {
    let place = canvas(window);
    let dots = place.width() / 1016.0;
    place.min + vec2(cardwright::face::measure::column(x), cardwright::face::measure::row(y)) * dots
}

fn drag(window: &mut TestWindow, from: Pos2, to: Pos2) {
    let button = |pos, pressed| Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    window.harness.event(Event::PointerMoved(from));
    window.harness.event(button(from, true));
    window.run();
    for part in [0.3, 0.7, 1.0] {
        window.harness.event(Event::PointerMoved(from + (to - from) * part));
        window.run();
    }
    window.harness.event(button(to, false));
    window.run();
}

/// Presses a button, also one that is further down than the window shows.
pub fn press(window: &mut TestWindow, name: &str) {
    window.harness.get_by_role_and_label(Role::Button, name).click_accesskit();
    window.run();
}

/// Keeps a picture where a folder for them is named.
pub fn keep(window: &mut TestWindow, name: &str) {
    if let Some(folder) = std::env::var_os("CARDWRIGHT_PICTURES") {
        let picture = window.harness.render().expect("a picture");
        picture.save(Path::new(&folder).join(format!("{name}.png"))).expect("the folder takes files");
    }
}

#[test]
fn an_element_is_moved_by_keys_aligned_and_every_step_is_taken_back() {
    let mut window = open();
    keep(&mut window, "card-face");
    assert!(window.model().card_face.mistake.is_none());
    press(&mut window, "4 training, text");
    let first = area(&window);
    window.harness.get(By::new().role(Role::Canvas).label_contains("Chosen: training")).focus();
    window.run();
    window.harness.key_press(Key::ArrowRight);
    window.harness.key_press(Key::ArrowRight);
    window.run();
    assert!((area(&window).left - first.left - 0.2).abs() < 0.005, "{:?}", area(&window));
    window.harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowUp);
    window.run();
    assert!((first.top - area(&window).top - 1.0).abs() < 0.005);
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::ArrowLeft);
    window.run();
    assert!((first.width - area(&window).width - 0.1).abs() < 0.005);
    let spoken = window.spoken();
    assert!(spoken.contains("Chosen: training, 4.2 mm from the left, 31.4 mm from the top"), "{spoken}");
    window.wait_for("the card as it is now", |model| !model.card_face.is_drawing());
    keep(&mut window, "card-face-chosen");

    // Ctrl+Z takes back the growth and then the whole run of movements.
    for _ in 0..2 {
        window.harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
        window.run();
    }
    assert_eq!(area(&window), first);
    assert_eq!(
        window.model().card_face.document.as_ref().map(|document| document.text()).as_deref(),
        Some(BUILT_IN_TEXT)
    );
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::Y);
    window.run();
    assert_ne!(area(&window), first);
    window.harness.state_mut().model.update(Intent::Align(Edge::Left).into());
    window.run();
    assert!((area(&window).left - 4.0).abs() < 0.005);
}

#[test]
fn an_element_is_dragged_and_snaps_and_a_mistake_stands_at_its_element() {
    let mut window = open();
    let from = at(&window, 30.0, 36.0);
    let to = at(&window, 31.3, 34.0);
    drag(&mut window, from, to);
    assert_eq!(window.model().card_face.chosen.as_deref(), Some("training"));
    let moved = area(&window);
    assert!((moved.left - 5.3).abs() <= 0.75 && (moved.top - 30.4).abs() <= 0.75, "{moved:?}");
    let steps = moved.left * 2.0;
    assert!(
        (steps - steps.round()).abs() < 0.02 || (moved.right() - 54.1).abs() < 1.0,
        "on the grid or at an edge: {moved:?}"
    );
    // Over the photo there is no room.
    let (from, to) = (at(&window, moved.left + 5.0, moved.top + 4.0), at(&window, moved.left + 25.0, moved.top));
    drag(&mut window, from, to);
    let mistake = window.model().card_face.mistake.clone().expect("it lies over the photo");
    assert!(mistake.key == "training.area" || mistake.key == "photo.area", "{mistake}");
    keep(&mut window, "card-face-mistake");
    let save = window.harness.get(By::new().role(Role::Button).label_contains("Save"));
    assert!(save.accesskit_node().is_disabled(), "nothing is saved with a mistake");
    assert!(window.harness.query_all_by_label_contains("there is a mistake here").next().is_some());
    press(&mut window, "Undo");
    assert!(window.model().card_face.mistake.is_none());
}

#[test]
fn a_back_is_made_saved_under_another_name_and_shown_before_printing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut configuration = Configuration::default();
    configuration.printing.card_faces = Some(folder.path().join("faces"));
    let data = tempfile::tempdir().expect("a folder");
    let mut window = TestWindow::configured_in(data, configuration, (1280.0, 800.0), Preferences::default());
    window.sign_in(RA_AGENT);
    let mut window = editor(window);
    press(&mut window, "Back");
    assert_eq!(window.model().card_face.side, Side::Back);
    press(&mut window, "Add QR code");
    press(&mut window, "Add text");
    for place in 0..samples::NAMES.len() {
        window.harness.state_mut().model.update(Intent::Sample(place).into());
        window.wait_for("the sample", |model| !model.card_face.is_drawing());
        let state = &window.model().card_face;
        assert!(state.proof_trouble.is_none(), "{:?}", state.proof_trouble);
        assert!(state.proof.as_ref().expect("a card").back.is_some());
    }
    keep(&mut window, "card-face-back");
    window.harness.state_mut().model.update(Intent::SaveAs("nhs-care-identity".into()).into());
    window.run();
    assert!(window.spoken().contains("The built-in card face stays as it is"));
    window.harness.state_mut().model.update(Intent::SaveAs("our-card".into()).into());
    window.run();
    press(&mut window, "Save");
    window.wait_for("the file", |model| model.card_face.saved_to.is_some());
    let text = std::fs::read_to_string(folder.path().join("faces/our-card.toml")).expect("the file");
    let mut lines = text.lines();
    assert!(
        BUILT_IN_TEXT.lines().all(|line| lines.any(|kept| kept == line)),
        "comments and all that was not touched stay"
    );
    let template = Template::parse(&text).expect("sound");
    assert_eq!(template.back.iter().map(|element| element.id.as_str()).collect::<Vec<_>>(), ["qr", "text"]);
    assert!(!window.model().card_face.unsaved());
    keep(&mut window, "card-face-saved");
}

#[test]
fn nothing_is_drawn_again_while_nothing_happens_and_every_control_has_a_name() {
    let mut window = open();
    press(&mut window, "5 number, text");
    window.run();
    let steps = window.harness.try_run().expect("it comes to rest");
    assert!(steps <= 2, "{steps} frames at rest");
    let unnamed: Vec<String> = window
        .spoken()
        .lines()
        .filter(|line| {
            ["Button", "CheckBox", "TextInput", "SpinButton", "ComboBox", "Canvas"]
                .iter()
                .any(|role| line.starts_with(role))
        })
        .filter(|line| {
            line.split_once(' ').is_some_and(|(_, said)| said.starts_with("None") || said.starts_with("Some(\"\")"))
        })
        .map(str::to_owned)
        .collect();
    assert!(unnamed.is_empty(), "{unnamed:?}");
}
