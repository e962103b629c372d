//! Makes a picture of every screen, on a real training workplace: `cargo run --example screenshots -- FOLDER`.

#[path = "../../tests/desktop/harness.rs"]
#[allow(dead_code, missing_docs)]
mod harness;

use std::path::{Path, PathBuf};

use cardwright::{
    desktop::{
        command::Command,
        dialogs::Dialog,
        intent::Intent,
        model::{Model, find, issue, session},
        preferences::Preferences,
        route::Route,
        theme::Scheme,
    },
    domain::HolderId,
};

use harness::{RA_AGENT, TestWindow};

/// One size and scheme: its name, size in points, dots a point, scheme.
type Look = (&'static str, (f32, f32), f32, Scheme);

/// All looks. Text at 200 % on 1280 x 800 is a window of half as many points with twice as many dots a point.
const LOOKS: [Look; 5] = [
    ("large", (1280.0, 800.0), 1.0, Scheme::Light),
    ("small", (1024.0, 640.0), 1.0, Scheme::Light),
    ("text-200", (640.0, 400.0), 2.0, Scheme::Light),
    ("dark", (1280.0, 800.0), 1.0, Scheme::Dark),
    ("high-contrast", (1280.0, 800.0), 1.0, Scheme::HighContrast),
];

/// Margin of the test harness, in points.
const MARGIN: f32 = 8.0;

struct Camera {
    window: TestWindow,
    folder: PathBuf,
    look: &'static str,
    dots: f32,
}

impl Camera {
    fn shoot(&mut self, name: &str) {
        self.window.run();
        let picture = self.window.harness.render().expect("a picture");
        // The harness draws its own margin around the window.
        let margin = (MARGIN * self.dots) as u32;
        let (width, height) = (picture.width() - 2 * margin, picture.height() - 2 * margin);
        let picture = image::imageops::crop_imm(&picture, margin, margin, width, height).to_image();
        picture.save(self.folder.join(format!("{name}-{}.png", self.look))).expect("written");
    }

    fn wish(&mut self, intent: impl Into<Intent>) {
        self.window.harness.state_mut().model.update(intent.into());
        self.window.run();
    }

    fn close_dialogues(&mut self) {
        while !self.window.model().dialogs.is_empty() {
            self.wish(Intent::CloseDialog);
        }
    }
}

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "docs/screens".to_owned());
    std::fs::create_dir_all(&folder).expect("a folder for the pictures");
    for look in LOOKS {
        tour(look, Path::new(&folder));
        println!("{}", look.0);
    }
}

fn tour((look, size, dots, scheme): Look, folder: &Path) {
    let data = tempfile::tempdir().expect("a folder");
    let preferences =
        Preferences { scheme, notices_read: vec!["notice-cards-and-sessions".to_owned()], ..Preferences::default() };
    let mut window = TestWindow::open_in(data, (size.0 + 2.0 * MARGIN, size.1 + 2.0 * MARGIN), preferences);
    window.harness.set_pixels_per_point(dots);
    let mut camera = Camera { window, folder: folder.to_owned(), look, dots };
    camera.window.wait_for("officers", |model| !model.session.officers.is_empty());
    camera.shoot("sign-in");
    camera.window.sign_in(RA_AGENT);
    camera.wish(Route::Find);
    camera.window.wait_for("holders", |model| !model.find.found.is_empty());
    camera.shoot("find");
    let holder = someone(camera.window.model());
    camera.wish(find::Intent::Open(holder.clone()));
    camera.shoot("holder");
    issue(&mut camera, &holder);
    camera.wish(Route::Photo(holder));
    camera.window.wait_for("the photo", |model| model.photo.current.is_some() && model.photo.proof.is_some());
    camera.shoot("photo");
    camera.wish(Route::Queue);
    camera.window.wait_for("a waiting card", |model| model.queue.waiting() > 0);
    camera.shoot("queue");
    camera.wish(Route::Unfinished);
    camera.shoot("unfinished");
    camera.wish(Route::Activity);
    camera.window.wait_for("the record", |model| model.activity.head.is_some());
    camera.shoot("activity");
    camera.wish(Route::Settings);
    camera.shoot("settings");
    camera.wish(Route::Help("issue".to_owned()));
    camera.shoot("help");
    for (name, command) in [("palette", Command::Palette), ("shortcuts", Command::Shortcuts)] {
        camera.wish(command);
        camera.shoot(name);
        camera.close_dialogues();
    }
    camera.wish(session::Intent::Lock);
    camera.shoot("locked");
}

/// The issue page, the passcode, and a card that is issued locked and printed later.
fn issue(camera: &mut Camera, holder: &HolderId) {
    camera.wish(Route::Issue(holder.clone()));
    camera.window.wait_for("the proof and a blank card", |model| {
        model.issue.front.is_some() && model.bench.cards().next().is_some()
    });
    camera.wish(issue::Intent::Print(issue::When::Later));
    camera.wish(issue::Intent::Locked(false));
    let reader = camera.window.model().bench.cards().next().map(|(reader, _)| reader.name.clone());
    camera.wish(issue::Intent::Reader(reader.expect("a blank card")));
    camera.shoot("issue");
    camera.wish(issue::Intent::Start);
    if matches!(camera.window.model().dialogs.front(), Some(Dialog::Passcode(_))) {
        camera.shoot("passcode");
    }
    camera.close_dialogues();
    camera.wish(issue::Intent::Locked(true));
    camera.wish(issue::Intent::Start);
    camera.close_dialogues();
    camera.window.wait_for("steps", |model| model.work.all.values().any(|piece| piece.steps.len() > 2));
    camera.shoot("work-running");
    camera.window.wait_for("the end", |model| model.work.all.values().any(|piece| piece.end.is_some()));
    camera.shoot("work-done");
}

/// A holder who is not the officer.
fn someone(model: &Model) -> HolderId {
    let officers = &model.session.officers;
    let fits = |id: &HolderId| !officers.iter().any(|known| known.officer.id.to_string() == id.to_string());
    let found = model.find.found.iter().find(|record| record.cards.is_empty() && fits(&record.holder.id));
    found.or_else(|| model.find.found.last()).expect("holders of training").holder.id.clone()
}
