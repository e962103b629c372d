//! Everything of an element that the editor of card faces changes: by name as a screen reader has it, and undone.

use std::{path::PathBuf, sync::Arc};

use cardwright::{
    desktop::{model::card_face::Intent, preferences::Preferences, theme::Scheme},
    face::{
        Face, Purpose, Template,
        samples::Sample,
        template::{BUILT_IN_TEXT, CardCondition, Content, Typeface},
    },
    workplace::Configuration,
};
use eframe::egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::{By, Queryable};

use crate::{
    card_face::{editor, keep, open, press},
    harness::{RA_AGENT, TestWindow},
};

fn text(window: &TestWindow) -> String {
    window.model().card_face.document.as_ref().expect("open").text()
}

/// The template as it is, which the reader of templates takes.
fn template(window: &TestWindow) -> Template {
    Template::parse(&text(window)).expect("sound")
}

/// Chooses one of several by the names of both.
fn choose(window: &mut TestWindow, list: &str, option: &str) {
    window.harness.get_by_role_and_label(Role::ComboBox, list).click_accesskit();
    window.run();
    window.harness.get_by_role_and_label(Role::Button, option).click_accesskit();
    window.run();
}

fn tick(window: &mut TestWindow, name: &str) {
    window.harness.get_by_role_and_label(Role::CheckBox, name).click_accesskit();
    window.run();
}

/// Types into a field in place of what is there.
fn write(window: &mut TestWindow, field: &str, words: &str) {
    window.harness.get_by_role_and_label(Role::TextInput, field).focus();
    window.run();
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run();
    window.harness.get_by_role_and_label(Role::TextInput, field).type_text(words);
    window.run();
}

fn undo_all(window: &mut TestWindow) {
    while window.model().card_face.can_undo() {
        press(window, "Undo");
    }
}

#[test]
fn conditions_colours_fonts_and_order_are_chosen_by_name_and_all_of_it_is_taken_back() {
    let mut window = open();
    press(&mut window, "4 training, text");
    assert!(window.spoken().contains("Printed with the black panel"));
    choose(&mut window, "What the card is for", "Cards for use only");
    choose(&mut window, "How it is handed over", "Locked only");
    tick(&mut window, "Series 10");
    write(&mut window, "Organisations by their codes, with commas between; none means all", "a1b, X99");
    let when = template(&window).element("training").expect("there").when.clone();
    assert_eq!((when.purpose, when.card), (Some(Purpose::Live), Some(CardCondition::Locked)));
    assert_eq!(when.series.map(|all| all.len()), Some(1));
    assert_eq!(when.organisation.map(|all| all.len()), Some(2));
    assert!(window.spoken().contains("This element is not on the sample card that is shown"));
    press(&mut window, "Show a card it is on");
    window.wait_for("the card", |model| !model.card_face.is_drawing());
    assert!(window.model().card_face.is_shown("training"));

    choose(&mut window, "Colour", "Another colour, for this element alone");
    write(&mut window, "Value of colour, for all that has this colour, as #RRGGBB", "#101010");
    choose(&mut window, "Font", "plain (regular)");
    choose(&mut window, "When it is too long", "Break into lines first");
    let face = template(&window);
    let element = face.element("training").expect("there");
    assert_eq!(element.colour, Some([0x10; 3]));
    assert!(matches!(&element.content, Content::Text(style) if style.typeface == Typeface::SansRegular));
    // Nearly black, and not of resin: that is told at the element, in the list and below the card.
    window.wait_for("the warning", |model| model.card_face.marks_of("training").next().is_some());
    window.run();
    let spoken = window.spoken();
    assert!(spoken.contains("4 training, text: it does not print as it is shown"), "{spoken}");
    assert!(spoken.contains("only black resin is printed with the black panel"));
    keep(&mut window, "card-face-warning");

    press(&mut window, "Send back");
    press(&mut window, "Above all others");
    let last = |window: &TestWindow| template(window).front.last().map(|element| element.id.clone());
    assert_eq!(last(&window).as_deref(), Some("training"));
    assert!(window.harness.query_all_by_label_contains("6 training, text").next().is_some());
    press(&mut window, "4 number, text");
    press(&mut window, "Duplicate this element");
    assert_eq!(window.model().card_face.chosen.as_deref(), Some("number-2"));
    // The same with the keyboard on the card.
    window.harness.get(By::new().role(Role::Canvas).label_contains("Chosen: number-2")).focus();
    window.run();
    window.harness.key_press(Key::PageDown);
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::D);
    window.run();
    assert_eq!(window.model().card_face.chosen.as_deref(), Some("number-3"));
    let order: Vec<String> = template(&window).front.into_iter().map(|element| element.id).collect();
    assert_eq!(order[3..], ["number-2", "number-3", "number", "name", "training"].map(String::from)[..]);
    let done = text(&window);
    undo_all(&mut window);
    assert_eq!(text(&window), BUILT_IN_TEXT);
    while window.model().card_face.can_redo() {
        press(&mut window, "Redo");
    }
    assert_eq!(text(&window), done);
}

/// A file of the system, as it is dropped on a window.
#[derive(Debug)]
struct Dropped(PathBuf);

impl eframe::egui::DroppedFile for Dropped {
    fn path(&self) -> &std::path::Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

#[test]
fn a_picture_is_refused_by_name_typed_dropped_saved_and_printed() {
    let scratch = tempfile::tempdir().expect("a folder");
    let mut configuration = Configuration::default();
    configuration.printing.card_faces = Some(scratch.path().join("faces"));
    let preferences = Preferences { scheme: Scheme::Dark, ..Preferences::default() };
    let data = tempfile::tempdir().expect("a folder");
    let mut window = TestWindow::configured_in(data, configuration, (1024.0, 640.0), preferences);
    window.sign_in(RA_AGENT);
    let mut window = editor(window);
    press(&mut window, "Back");
    press(&mut window, "Add picture");
    let words = scratch.path().join("words.png");
    std::fs::write(&words, "no picture").expect("a file");
    write(&mut window, "Or the file’s location", &words.display().to_string());
    press(&mut window, "Use this file");
    window.wait_for("the refusal", |model| model.card_face.artwork_trouble.is_some());
    window.run();
    let spoken = window.spoken();
    assert!(spoken.contains("“image” has no new picture") && spoken.contains("words.png"), "{spoken}");
    assert!(spoken.contains("use a PNG or JPEG picture"), "{spoken}");
    keep(&mut window, "card-face-picture-refused");

    let red = |name: &str, pixel: [u8; 3]| {
        let file = scratch.path().join(name);
        image::RgbImage::from_pixel(280, 60, image::Rgb(pixel)).save(&file).expect("a picture");
        file
    };
    let file = red("our logo.png", [200, 30, 30]);
    write(&mut window, "Or the file’s location", &file.display().to_string());
    press(&mut window, "Use this file");
    let named = |name: &'static str| {
        move |model: &cardwright::desktop::model::Model| {
            model.card_face.row().is_some_and(|row| row.word("file") == Some(name)) && !model.card_face.is_drawing()
        }
    };
    window.wait_for("the picture", named("our-logo.png"));
    assert!(window.model().card_face.proof_trouble.is_none());
    // One that is dropped while no element for pictures is chosen gets one.
    window.harness.state_mut().model.update(Intent::Choose(None).into());
    window.harness.input_mut().dropped_files.push(Arc::new(Dropped(red("second.png", [20, 160, 30]))));
    window.run();
    window.wait_for("the second", named("second.png"));
    keep(&mut window, "card-face-picture");
    press(&mut window, "Save");
    window.wait_for("the file", |model| model.card_face.saved_to.is_some());
    let saved = scratch.path().join("faces/our-card.toml");
    let template = Template::read(&saved).expect("the reader of templates takes it, and its pictures");
    let data = Sample::default().data(time::macros::date!(2026 - 11 - 26)).expect("a sample");
    let face = Face::compose(&template, &data).expect("composes");
    let planes = face.back_planes().expect("a back");
    for (id, pixel) in [("image", [200, 30, 30]), ("image-2", [20_u8, 160, 30])] {
        let place = template.element(id).expect("there").area.nearest_pixels();
        let at = (place.top + place.height() / 2) * cardwright::face::planes::WIDTH + place.left + place.width() / 2;
        let printed = [planes.cyan[at], planes.magenta[at], planes.yellow[at]].map(|dye| 255 - dye);
        assert_eq!(printed, pixel, "{id}");
    }
    undo_all(&mut window);
    assert_eq!(text(&window), BUILT_IN_TEXT);
}
