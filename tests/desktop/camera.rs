//! A photo taken with the virtual camera, by accessible names and with the keyboard alone, and a camera that is free again
//! whatever led away from it.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex},
};

use cardwright::{
    camera::{Camera, CameraError, Cameras, SeveralCameras},
    cis2::Service,
    desktop::{
        model::{
            Model,
            photo::{
                self,
                camera::{Stage, State},
            },
        },
        preferences::Preferences,
        route::Route,
        theme::Scheme,
    },
    domain::HolderId,
    face::Photo,
    training::camera::{NAME, User, VirtualCamera},
    workplace::{Configuration, Readers},
};
use eframe::egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::{By, NodeT, Queryable};

use crate::harness::{LIMIT, RA_AGENT, TestWindow};

fn holder() -> HolderId {
    "555000000017".parse().expect("a number")
}

/// A window on the photo page of a desk with these cameras.
fn open(cameras: impl Cameras + 'static, size: (f32, f32)) -> TestWindow {
    let folder = tempfile::tempdir().expect("a folder");
    let set_up = Configuration::default();
    let mut window =
        TestWindow::open_with(folder, size, Preferences::default(), set_up, Readers::TrainingOnly, |workplace| {
            workplace.bench.cameras = Box::new(cameras);
        });
    window.sign_in(RA_AGENT);
    go_to_photo(&mut window);
    window
}

fn go_to_photo(window: &mut TestWindow) {
    window.harness.state_mut().model.go(Route::Photo(holder()));
    window.wait_for("the photo on record", |model| model.photo.current.is_some());
    window.wait_for("its card", |model| !model.photo.proof_is_old());
}

fn stage(model: &Model) -> Option<&Stage> {
    model.photo.camera.as_ref().map(|camera| &camera.stage)
}

fn is_live(model: &Model) -> bool {
    matches!(stage(model), Some(Stage::Live(_)))
}

fn has_taken(model: &Model) -> bool {
    model.photo.camera.as_ref().is_some_and(State::has_taken)
}

fn press(window: &mut TestWindow, button: &str, key: Key) {
    window.harness.get(By::new().role(Role::Button).label(button)).focus();
    window.run();
    window.harness.key_press(key);
    window.run();
}

fn main_action(window: &mut TestWindow) {
    window.harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.run();
}

/// Every file of a folder and what is in it.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                return files(&path);
            }
            // Some come and go while they are looked at, as a database's journal does.
            std::fs::read(&path).map(|bytes| vec![(path, bytes)]).unwrap_or_default()
        })
        .collect()
}

#[test]
fn a_photo_is_taken_taken_again_used_and_saved_with_the_keyboard_alone() {
    let camera = VirtualCamera::default();
    let mut window = open(camera.clone(), (1280.0, 800.0));
    let names = |window: &TestWindow| -> BTreeSet<PathBuf> {
        files(window.folder.path()).into_iter().map(|(path, _)| path).collect()
    };
    let before = names(&window);
    press(&mut window, "Take a photo", Key::Enter);
    window.wait_for("what it sees", is_live);
    window.wait_for_label("What the camera Virtual camera sees now");
    assert_eq!(camera.user(), Some(User::Here));
    let seen = camera.frames();
    window.wait_for("the next pictures", |_| camera.frames() > seen + 2);
    main_action(&mut window);
    window.wait_for("a photo", has_taken);
    assert!(window.spoken().contains("Taken. The camera is off. Nothing is saved yet."));
    assert!(camera.wait_until_free(LIMIT), "its light is off");
    let Some(Stage::Taken(first, _)) = stage(window.model()) else { panic!("it was taken") };
    let first = Arc::clone(first);

    // The keyboard is on the photo's use; the next control is to take it again.
    let used = window.harness.get(By::new().role(Role::Button).label("Use this photo"));
    assert!(used.accesskit_node().is_focused());
    window.harness.key_press(Key::Tab);
    window.run();
    assert!(window.harness.get(By::new().role(Role::Button).label("Take it again")).accesskit_node().is_focused());
    window.harness.key_press(Key::Space);
    window.run();
    window.wait_for("what it sees", is_live);
    press(&mut window, "Take the photo", Key::Enter);
    window.wait_for("another photo", has_taken);
    let Some(Stage::Taken(second, picture)) = stage(window.model()) else { panic!("it was taken") };
    assert!(*second != first && (second.width(), second.height()) == (1280, 720));
    let row: Vec<u8> = picture.rows().nth(picture.height() as usize / 2).expect("a row").flat_map(|p| p.0).collect();
    main_action(&mut window);
    assert!(window.model().photo.camera.is_none());
    assert!(window.model().photo.current.as_ref().is_some_and(|work| !work.on_record && work.photo.width() == 1280));
    window.wait_for("its card", |model| !model.photo.proof_is_old());
    assert!(window.model().photo.proposed().is_some(), "the usual checks found the face");
    for (file, bytes) in files(window.folder.path()) {
        let found = bytes.windows(64).any(|part| part == &row[..64] || part == &row[row.len() / 2..][..64]);
        assert!(!found, "{} has the picture's pixels", file.display());
    }
    assert_eq!(names(&window), before, "looking and taking made no file");
    press(&mut window, "Use the proposed frame", Key::Enter);
    window.wait_for("its card", |model| !model.photo.proof_is_old());
    window.wait_for_label("Nothing to improve: one face, well placed, sharp and well lit.");
    main_action(&mut window);
    window.wait_for_label("The photo is on the record");
    let service = &window.workplace.as_ref().expect("it runs").service;
    let saved = Photo::decode(&service.photo(&holder()).expect("the gateway answers")).expect("a photo");
    assert!(saved.height() < 720 && saved.faces().len() == 1);
}

#[test]
fn whatever_leads_away_from_the_page_frees_the_camera() {
    let camera = VirtualCamera::default();
    let mut window = open(camera.clone(), (1280.0, 800.0));
    type Leave = fn(&mut TestWindow);
    let leave: [(&str, Leave); 7] = [
        ("the button", |window| window.click("Close the camera")),
        ("another page", |window| window.click("Settings")),
        ("help", |window| window.click("Help")),
        ("back", |window| window.harness.key_press_modifiers(Modifiers::ALT, Key::ArrowLeft)),
        ("another holder", |window| {
            let other = "555000000023".parse().expect("a number");
            window.harness.state_mut().model.go(Route::Photo(other));
        }),
        ("a file", |window| {
            window.harness.state_mut().model.update(photo::Intent::Dropped("gone.jpg".into()).into());
        }),
        ("the lock", |window| window.harness.key_press_modifiers(Modifiers::COMMAND, Key::L)),
    ];
    for (how, leave) in leave {
        go_to_photo(&mut window);
        window.click("Take a photo");
        window.wait_for("what it sees", is_live);
        leave(&mut window);
        window.run();
        assert!(camera.wait_until_free(LIMIT), "{how}");
        assert!(window.model().photo.camera.is_none(), "{how}");
        // Nobody asks for pictures any more, so nothing is drawn for them.
        let seen = camera.frames();
        window.run();
        assert_eq!(camera.frames(), seen, "{how}");
    }
}

#[test]
fn a_camera_in_use_is_free_when_the_officer_or_the_window_is_gone() {
    let camera = VirtualCamera::default();
    let mut window = open(camera.clone(), (1280.0, 800.0));
    window.click("Take a photo");
    window.wait_for("what it sees", is_live);
    window.harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::O);
    window.wait_for("nobody at work", |model| model.officer().is_none());
    assert!(camera.wait_until_free(LIMIT));
    window.sign_in(RA_AGENT);
    go_to_photo(&mut window);
    window.click("Take a photo");
    window.wait_for("what it sees", is_live);
    drop(window);
    assert_eq!(camera.user(), None, "the workers have ended");
}

#[test]
fn what_was_taken_is_not_lost_without_a_question() {
    let mut window = open(VirtualCamera::default(), (1280.0, 800.0));
    window.click("Take a photo");
    window.wait_for("what it sees", is_live);
    window.click("Take the photo");
    window.wait_for("a photo", has_taken);
    window.click("Settings");
    window.wait_for_label("Leave without saving?");
    window.click("Cancel");
    assert!(has_taken(window.model()));
    window.click("Settings");
    window.click("Leave without saving");
    assert_eq!(*window.model().history.here(), Route::Settings);
}

#[test]
fn no_camera_one_in_use_and_one_pulled_out_are_told_with_what_to_do() {
    let camera = VirtualCamera::default();
    let mut window = open(camera.clone(), (1280.0, 800.0));
    camera.pull_out();
    window.click("Take a photo");
    window.wait_for_label("No camera was found: plug one in and try again, or take the photo from a file");
    camera.plug_in();
    camera.take_elsewhere();
    window.click("Try the camera again");
    window.wait_for_label("Another program is using the camera “Virtual camera”: close it there");
    camera.give_back();
    main_action(&mut window);
    window.wait_for("what it sees", is_live);
    camera.pull_out();
    window.wait_for_label("was pulled out: plug it in again");
    assert_eq!(camera.user(), None);
    assert!(window.model().photo.current.is_some(), "the photo in work is still there");
    window.click("Close the camera");
    window.harness.get_by_role_and_label(
        Role::Canvas,
        "The photo and its frame. Arrow keys move the frame, plus and minus make it larger and smaller.",
    );
    let mut window = open(SeveralCameras::new(Vec::new()), (1280.0, 800.0));
    window.click("Take a photo");
    window.wait_for_label("This version of the program cannot use a camera: take the photo with another program");
}

/// A camera that takes as long to open as somebody lets it.
#[derive(Clone, Default)]
struct Slow {
    camera: VirtualCamera,
    let_go: Arc<(Mutex<bool>, Condvar)>,
}

impl Cameras for Slow {
    fn list(&self) -> Result<Vec<String>, CameraError> {
        Ok(vec!["Slow camera".to_owned(), NAME.to_owned()])
    }

    fn open(&self, camera: &str) -> Result<Box<dyn Camera>, CameraError> {
        if camera != NAME {
            let (gone, changed) = &*self.let_go;
            let gone = gone.lock().expect("no panic");
            drop(changed.wait_timeout_while(gone, LIMIT, |gone| !*gone).expect("no panic"));
        }
        self.camera.open(NAME)
    }
}

#[test]
fn a_camera_that_hangs_holds_nobody_up_and_another_can_be_chosen() {
    let slow = Slow::default();
    let mut window = open(slow.clone(), (1280.0, 800.0));
    window.click("Take a photo");
    assert!(window.spoken().contains("Opening the camera…"));
    let take = window.harness.get(By::new().role(Role::Button).label_contains("Take the photo"));
    assert!(take.accesskit_node().is_disabled());
    // The window lives on: another page is drawn and photos are read while the camera hangs.
    window.click("Close the camera");
    window.harness.get_by_role_and_label(Role::Button, "Turn right").click();
    window.wait_for("the card as it is now", |model| !model.photo.proof_is_old() && model.photo.unsaved());
    *slow.let_go.0.lock().expect("no panic") = true;
    slow.let_go.1.notify_all();
    window.click("Take a photo");
    window.wait_for("what it sees", is_live);
    window.harness.get_by_role_and_label(Role::RadioButton, NAME).click();
    window.wait_for("the other one", |model| {
        is_live(model) && model.photo.camera.as_ref().and_then(|camera| camera.name.as_deref()) == Some(NAME)
    });
}

/// Every size and scheme with the camera open and with a photo taken: drawn whole.
#[test]
fn the_camera_fits_at_any_size() {
    let folder = std::env::var_os("CARDWRIGHT_PICTURES");
    for size in [(1280.0, 800.0), (640.0, 480.0)] {
        let mut window = open(VirtualCamera::default(), size);
        window.click("Take a photo");
        window.wait_for("what it sees", is_live);
        let look = |window: &mut TestWindow, name: &str, button: &str| {
            for scheme in Scheme::ALL {
                window.harness.state_mut().model.prefer(|choices| choices.scheme = scheme);
                window.run();
                let place = window.harness.get_by_role_and_label(Role::Button, button).rect();
                assert!(place.left() >= 0.0 && place.right() <= size.0, "{size:?}: {place:?}");
                if let Some(folder) = &folder {
                    let picture = window.harness.render().expect("a picture");
                    let file = format!("camera-{name}-{scheme:?}-{}.png", size.0);
                    picture.save(Path::new(folder).join(file)).expect("written");
                }
            }
        };
        look(&mut window, "live", "Take the photo");
        window.click("Take the photo");
        window.wait_for("a photo", has_taken);
        look(&mut window, "taken", "Use this photo");
    }
}
