//! The photo page on the real workers, with real files.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use cardwright::{
    cis2::{Service, wire::SignIn},
    desktop::{
        model::{Model, photo},
        preferences::Preferences,
        route::Route,
        theme::Scheme,
    },
    domain::HolderId,
    face::Photo,
};
use eframe::egui::{Key, Modifiers, accesskit::Role, vec2};
use egui_kittest::kittest::{By, NodeT, Queryable};
use image::{ExtendedColorType, ImageEncoder, RgbImage, codecs::jpeg::JpegEncoder};

use crate::{
    harness::{RA_AGENT, TestWindow, pure},
    samples,
};

const EDITOR: &str = "The photo and its frame. Arrow keys move the frame, plus and minus make it larger and smaller.";

fn holder() -> HolderId {
    "555000000017".parse().expect("a number")
}

/// A picture whose left half is red and right half blue, with enough structure to be a photo.
fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let grain = ((x * 7 + y * 13) % 40) as u8;
        if x < width / 2 { image::Rgb([180 + grain, 60, 60]) } else { image::Rgb([60, 60, 180 + grain]) }
    });
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, 90);
    encoder.write_image(picture.as_raw(), width, height, ExtendedColorType::Rgb8).expect("it encodes");
    bytes
}

/// The same file, said by its EXIF to be turned a quarter to the right (orientation 6).
fn turned(jpeg: &[u8]) -> Vec<u8> {
    let tiff = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let length = u16::try_from(2 + 6 + tiff.len()).expect("short");
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend([0xFF, 0xE1]);
    bytes.extend(length.to_be_bytes());
    bytes.extend(b"Exif\0\0");
    bytes.extend(tiff);
    bytes.extend(&jpeg[2..]);
    bytes
}

/// The same file, said by its head to have 10,000 x 6,000 pixels.
fn sixty_megapixels(jpeg: &[u8]) -> Vec<u8> {
    let mut bytes = jpeg.to_vec();
    let head = bytes.windows(2).position(|two| two == [0xFF, 0xC0]).expect("a frame header");
    bytes[head + 5..head + 7].copy_from_slice(&6_000u16.to_be_bytes());
    bytes[head + 7..head + 9].copy_from_slice(&10_000u16.to_be_bytes());
    bytes
}

/// A window on the photo page with the photo on record in work and its card shown.
fn open() -> TestWindow {
    let mut window = TestWindow::signed_in();
    window.harness.state_mut().model.go(Route::Photo(holder()));
    window.wait_for("the photo on record", |model| model.photo.current.is_some());
    window.wait_for("its card", |model| !model.photo.proof_is_old());
    window
}

fn write(window: &TestWindow, name: &str, bytes: &[u8]) -> PathBuf {
    let file = window.folder.path().join(name);
    std::fs::write(&file, bytes).expect("it can be written");
    file
}

/// Types the location of a file and reads it.
fn read(window: &mut TestWindow, file: &Path) {
    let field = window.harness.get_by_role_and_label(Role::TextInput, "Or the file’s location");
    field.focus();
    window.run();
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    let field = window.harness.get_by_role_and_label(Role::TextInput, "Or the file’s location");
    field.type_text(&file.display().to_string());
    window.run();
    window.click("Read it");
    window.wait_for("an answer", |model| model.photo.reading().is_none());
}

/// Saves a photo there is something to look at in.
fn save_with_reason(window: &mut TestWindow) {
    window.click("Save to the record");
    window.wait_for_label("Use this photo all the same?");
    window.click("No better photo can be had today");
    window.click("Save it with this reason");
}

fn frame(model: &Model) -> photo::frame::Frame {
    model.photo.current.as_ref().expect("a photo").frame()
}

fn middle(frame: photo::frame::Frame) -> (f32, f32) {
    (frame[0] + frame[2] / 2.0, frame[1] + frame[3] / 2.0)
}

#[test]
fn a_photo_from_a_file_is_framed_turned_made_brighter_shown_and_saved() {
    let mut window = open();
    let before = window.workplace.as_ref().expect("it runs").service.photo(&holder()).expect("the gateway answers");
    let save = window.harness.get(By::new().role(Role::Button).label_contains("Save to the record"));
    assert!(save.accesskit_node().is_disabled(), "nothing was changed");

    let file = write(&window, "from the camera.jpg", &turned(&jpeg(1600, 1200)));
    read(&mut window, &file);
    let current = window.model().photo.current.clone().expect("a photo");
    assert_eq!((current.photo.width(), current.photo.height()), (1200, 1600), "upright, as its EXIF says");
    window.wait_for("the card with it", |model| !model.photo.proof_is_old());
    let plain = window.model().photo.proof.clone().expect("a card").front;

    window.click("Turn right");
    window.click("Closer");
    window.click("Closer");
    window.click("Move the frame up");
    let slider = window.harness.get_by_role_and_label(Role::Slider, "Brightness");
    slider.focus();
    window.run();
    window.harness.key_press(Key::ArrowRight);
    window.run();
    let edit = window.model().photo.current.as_ref().expect("a photo").edit;
    assert_eq!(edit.quarter_turns, 1);
    assert!(edit.brightness > 0);
    window.wait_for("the card as it is now", |model| !model.photo.proof_is_old());
    assert_ne!(window.model().photo.proof.as_ref().expect("a card").front, plain, "it is shown as it will print");

    save_with_reason(&mut window);
    window.wait_for_label("The photo is on the record");
    window.wait_for("the photo on record", |model| model.photo.reading().is_none() && !model.photo.unsaved());
    let service = &window.workplace.as_ref().expect("it runs").service;
    let after = service.photo(&holder()).expect("the gateway answers");
    assert_ne!(before, after);
    let after = Photo::decode(&after).expect("a photo");
    let shape = after.width() as f32 / after.height() as f32;
    assert!((shape - photo::frame::proportion()).abs() < 0.01, "{shape}");
    // The camera's picture is red on the left. Its EXIF puts the red on top, and the turn to the right, on the right.
    let seen = after.picture_within(200, 200);
    let at = |part: u32| *seen.get_pixel(seen.width() * part / 10, seen.height() / 2);
    let (left, right) = (at(1), at(9));
    assert!(left.0[2] > left.0[0] && right.0[0] > right.0[2], "{left:?} {right:?}");
    window.click("Back to the holder");
    assert_eq!(*window.model().history.here(), Route::Holder(holder()));
}

#[test]
fn what_is_no_photo_is_told_with_the_remedy_and_loses_nothing() {
    let mut window = open();
    window.click("Turn left");
    let good = jpeg(800, 1000);
    for (name, bytes, told) in [
        ("notes.txt", b"no picture at all".to_vec(), "is not a JPEG or PNG picture"),
        ("huge.jpg", sixty_megapixels(&good), "10000 x 6000 pixels"),
        ("half.jpg", good[..good.len() / 8].to_vec(), "damaged or incomplete"),
        ("stamp.jpg", jpeg(60, 80), "too few"),
    ] {
        let file = write(&window, name, &bytes);
        read(&mut window, &file);
        window.wait_for_label(told);
        let current = window.model().photo.current.as_ref().expect("the photo in work is kept");
        assert_eq!(current.edit.quarter_turns, 3, "{name}");
    }
    let missing = window.folder.path().join("gone.jpg");
    read(&mut window, &missing);
    window.wait_for_label("cannot be read");
    window.click("Undo");
    assert!(!window.model().photo.unsaved());
}

#[test]
fn the_frame_follows_keys_and_mouse_and_every_step_is_taken_back() {
    let mut window = open();
    let start = frame(window.model());
    window.harness.get_by_role_and_label(Role::Canvas, EDITOR).focus();
    window.run();
    for _ in 0..6 {
        window.harness.key_press(Key::Minus);
        window.run();
    }
    let small = frame(window.model());
    assert!(small[3] < start[3]);
    window.harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowUp);
    window.run();
    assert!(frame(window.model())[3] > small[3]);
    let at = middle(frame(window.model()));
    window.harness.key_press(Key::ArrowRight);
    window.harness.key_press(Key::ArrowDown);
    window.run();
    let moved = middle(frame(window.model()));
    assert!(moved.0 > at.0 && moved.1 > at.1, "{at:?} {moved:?}");

    let area = window.harness.get_by_role_and_label(Role::Canvas, EDITOR).rect();
    let from = area.min + vec2(moved.0, moved.1) * area.size();
    window.harness.drag_at(from);
    window.run();
    window.harness.hover_at(from - vec2(15.0, 10.0));
    window.run();
    window.harness.drop_at(from - vec2(15.0, 10.0));
    window.run();
    let dragged = middle(frame(window.model()));
    assert!(dragged.0 < moved.0 && dragged.1 < moved.1, "{moved:?} {dragged:?}");

    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run();
    assert_eq!(middle(frame(window.model())), moved, "the whole drag is one step");
    window.click("Start again");
    assert_eq!(frame(window.model()), start);
    assert!(!window.model().photo.unsaved());
}

#[test]
fn leaving_with_changes_asks_first() {
    let mut window = open();
    window.click("Turn right");
    window.click("Settings");
    window.wait_for_label("Leave without saving?");
    window.click("Cancel");
    assert_eq!(*window.model().history.here(), Route::Photo(holder()));
    assert!(window.model().photo.unsaved());
    // Help is a look aside: the changes are still there afterwards.
    window.click("Help");
    assert!(matches!(window.model().history.here(), Route::Help(_)));
    window.harness.key_press_modifiers(Modifiers::ALT, Key::ArrowLeft);
    window.run();
    assert_eq!(*window.model().history.here(), Route::Photo(holder()));
    assert!(window.model().photo.unsaved());
    window.harness.key_press_modifiers(Modifiers::ALT, Key::ArrowLeft);
    window.run();
    window.click("Leave without saving");
    assert_eq!(*window.model().history.here(), Route::Find);
    assert!(!window.model().photo.unsaved());
}

#[test]
fn a_picture_is_pasted_with_the_keys_but_not_while_somebody_types() {
    let mut window = open();
    let asked =
        |window: &TestWindow| window.model().photo.reading().is_some() || window.model().photo.trouble.is_some();
    window.harness.get_by_role_and_label(Role::TextInput, "Or the file’s location").focus();
    window.run();
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::V);
    window.harness.step();
    assert!(!asked(&window), "the keys belong to the field");
    window.harness.get_by_role_and_label(Role::Canvas, EDITOR).focus();
    window.run();
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::V);
    window.harness.step();
    assert!(asked(&window));
    // A clipboard without a picture, or none at all, is told and loses nothing.
    window.wait_for("an answer", |model| model.photo.reading().is_none());
    assert!(window.model().photo.current.is_some());
}

/// A file of the system, as it is dropped on a window.
#[derive(Debug)]
struct Dropped(PathBuf);

impl eframe::egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

#[test]
fn a_file_dropped_on_the_window_is_read() {
    let mut window = open();
    let file = write(&window, "dropped.jpg", &jpeg(800, 1000));
    window.harness.input_mut().dropped_files.push(Arc::new(Dropped(file)));
    window.run();
    window.wait_for("the photo", |model| {
        model.photo.current.as_ref().is_some_and(|current| !current.on_record && current.photo.width() == 800)
    });
    window.wait_for("the card with it", |model| !model.photo.proof_is_old());
    assert!(window.model().photo.unsaved());
}

#[test]
fn a_role_that_may_not_change_photos_is_told_who_may_and_loses_nothing() {
    let mut window = TestWindow::open();
    window.sign_in("555000000005");
    window.harness.state_mut().model.go(Route::Photo(holder()));
    window.wait_for("the photo on record", |model| model.photo.current.is_some());
    let before = window.workplace.as_ref().expect("it runs").service.photo(&holder()).expect("the gateway answers");
    window.click("Turn right");
    let save = window.harness.get(By::new().role(Role::Button).label_contains("Save to the record"));
    assert!(save.accesskit_node().is_disabled());
    window.wait_for_label("Your role may not change a photo. Ask an RA Manager, RA Agent or ID Checker.");
    // The keys of the main action come to the same end.
    window.harness.state_mut().model.update(photo::Intent::Save.into());
    window.run();
    assert!(!window.model().photo.saving());
    assert_eq!(window.model().photo.current.as_ref().expect("it is kept").edit.quarter_turns, 1);
    let service = &window.workplace.as_ref().expect("it runs").service;
    assert_eq!(service.photo(&holder()).expect("the gateway answers"), before);
}

#[test]
fn a_photo_the_service_does_not_take_is_kept_and_saved_at_the_next_try() {
    let mut window = open();
    window.click("Turn left");
    // Somebody else signs in at this desk's service in the meantime: the service refuses what the window still offers.
    let service = &window.workplace.as_ref().expect("it runs").service;
    service
        .sign_in(&SignIn { officer: "555000000005".parse().expect("a number") })
        .expect("training lets everybody in");
    save_with_reason(&mut window);
    window.wait_for("the refusal", |model| model.photo.save_trouble.is_some());
    window.wait_for_label("may not change a photo");
    assert_eq!(window.model().photo.current.as_ref().expect("it is kept").edit.quarter_turns, 3);
    let service = &window.workplace.as_ref().expect("it runs").service;
    service.sign_in(&SignIn { officer: RA_AGENT.parse().expect("a number") }).expect("training lets everybody in");
    save_with_reason(&mut window);
    window.wait_for_label("The photo is on the record");
    assert!(!window.model().photo.unsaved());
}

#[test]
fn a_good_photo_is_framed_as_proposed_and_saved_with_the_keyboard_and_no_question() {
    let mut window = open();
    window.wait_for_label("Nothing to improve: one face, well placed, sharp and well lit.");
    let proposed = window.model().photo.proposed().expect("a frame closer than the whole photo");
    window.harness.get_by_role_and_label(Role::Button, "Use the proposed frame").focus();
    window.run();
    window.harness.key_press(Key::Enter);
    window.run();
    assert_eq!(frame(window.model()), proposed);
    let there = window.harness.get(By::new().role(Role::Button).label_contains("Use the proposed frame"));
    assert!(there.accesskit_node().is_disabled(), "the frame stands as proposed");
    window.wait_for("the card with it", |model| !model.photo.proof_is_old());
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.run();
    window.wait_for_label("The photo is on the record");
    let service = &window.workplace.as_ref().expect("it runs").service;
    let row = service.holder_history(&holder(), 1).expect("the gateway answers").remove(0);
    assert_eq!((row.event.as_str(), row.detail["look_at"].as_str()), ("holder.photo", Some("")));
    assert!(row.detail.get("reason").is_none());
}

#[test]
fn a_photo_with_something_to_look_at_is_saved_for_a_reason_only_and_the_record_keeps_it() {
    let mut window = open();
    window.harness.get_by_role_and_label(Role::Canvas, EDITOR).focus();
    window.run();
    for _ in 0..8 {
        window.harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowDown);
        window.run();
    }
    for _ in 0..8 {
        window.harness.key_press(Key::ArrowRight);
        window.run();
    }
    window.wait_for_label("The head is not in the middle: it is too far to the left. Move the frame to the left.");
    window.wait_for("the card with it", |model| !model.photo.proof_is_old());
    window.click("Save to the record");
    window.wait_for_label("Use this photo all the same?");
    let save = window.harness.get(By::new().role(Role::Button).label_contains("Save it with this reason"));
    assert!(save.accesskit_node().is_disabled(), "not without a reason");
    window.click("Back to the photo");
    assert!(window.model().photo.unsaved() && !window.model().photo.saving());
    window.click("Save to the record");
    // The field has the keyboard.
    window.wait_for_label("Use this photo all the same?");
    let field = window.harness.get(By::new().role(Role::TextInput).label_contains("Why?"));
    field.type_text("sits in a wheelchair");
    window.run();
    window.harness.key_press(Key::Enter);
    window.run();
    window.wait_for_label("The photo is on the record");
    let service = &window.workplace.as_ref().expect("it runs").service;
    let row = service.holder_history(&holder(), 1).expect("the gateway answers").remove(0);
    assert_eq!(row.detail["reason"], "sits in a wheelchair");
    assert!(row.detail["look_at"].as_str().is_some_and(|names| names.contains("head-position")), "{}", row.detail);
}

#[test]
fn pictures() {
    samples::pictures("photo", |scheme, size| {
        let mut model = samples::signed_in();
        model.prefer(|choices| choices.scheme = scheme);
        model.go(Route::Photo(samples::id(17)));
        pure(model, size)
    });
}

/// Every size and scheme with a photo in work and its card: drawn whole, and nothing keeps drawing.
#[test]
fn a_photo_in_work_fits_at_any_size() {
    let folder = std::env::var_os("CARDWRIGHT_PICTURES");
    for size in samples::SIZES {
        let folder_of_data = tempfile::tempdir().expect("a folder");
        let mut window = TestWindow::open_in(folder_of_data, size, Preferences::default());
        window
            .harness
            .state_mut()
            .model
            .prefer(|choices| choices.notices_read = vec!["notice-cards-and-sessions".into()]);
        window.sign_in(RA_AGENT);
        window.harness.state_mut().model.go(Route::Photo(holder()));
        window.wait_for("the photo on record", |model| model.photo.current.is_some());
        window.wait_for("its card", |model| !model.photo.proof_is_old());
        for scheme in Scheme::ALL {
            window.harness.state_mut().model.prefer(|choices| choices.scheme = scheme);
            window.run();
            let save = window.harness.get(By::new().role(Role::Button).label_contains("Save to the record")).rect();
            assert!(save.left() >= 0.0 && save.right() <= size.0 && save.bottom() <= size.1, "{size:?}: {save:?}");
            if let Some(folder) = &folder {
                let picture = window.harness.render().expect("a picture");
                let file = format!("photo-work-{scheme:?}-{}.png", size.0);
                picture.save(Path::new(folder).join(file)).expect("written");
            }
        }
    }
}
