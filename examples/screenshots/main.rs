//! Makes a picture of every screen, on a real training workplace: `cargo run --example screenshots -- FOLDER`, or
//! with the names of some looks after it only those; with “kiosk” among them only the kiosk's.

#[path = "../../tests/desktop/harness.rs"]
#[allow(dead_code, missing_docs)]
mod harness;
mod kiosk;
mod printers;
mod service;
#[path = "../../tests/kiosk/stand.rs"]
#[allow(dead_code, missing_docs)]
mod stand;
mod telephone;

use std::path::{Path, PathBuf};

use cardwright::{
    bench::{Event, Order, PrinterCondition, TrainingCardMove},
    cis2::wire::{CardRecord, HolderRecord},
    desktop::{
        command::Command,
        dialogs::Dialog,
        intent::Intent,
        model::{Model, bench, card_face, find, holder::portrait, issue, photo, queue, session},
        preferences::Preferences,
        route::Route,
        theme::Scheme,
    },
    domain::{CardState, HolderId, HolderState},
    journal::QueueState,
};

use harness::{RA_AGENT, TestWindow};

/// One size and scheme: its name, the window's pixels, text in percent, scheme.
type Look = (&'static str, (f32, f32), u16, Scheme);

/// All looks.
const LOOKS: [Look; 6] = [
    ("large", (1280.0, 800.0), 100, Scheme::Light),
    ("small", (1024.0, 640.0), 100, Scheme::Light),
    ("text-125", (1280.0, 800.0), 125, Scheme::Light),
    ("text-200", (1280.0, 800.0), 200, Scheme::Light),
    ("dark", (1280.0, 800.0), 100, Scheme::Dark),
    ("high-contrast", (1280.0, 800.0), 100, Scheme::HighContrast),
];

/// The printer of training.
const PRINTER: &str = "Virtual printer";
/// Margin of the test harness, in points.
const MARGIN: f32 = 8.0;

struct Camera {
    window: TestWindow,
    folder: PathBuf,
    look: &'static str,
    margin: u32,
}

impl Camera {
    fn shoot(&mut self, name: &str) {
        self.window.run();
        let picture = self.window.harness.render().expect("a picture");
        // The harness draws its own margin around the window.
        let margin = self.margin;
        let (width, height) = (picture.width() - 2 * margin, picture.height() - 2 * margin);
        let picture = image::imageops::crop_imm(&picture, margin, margin, width, height).to_image();
        picture.save(self.folder.join(format!("{name}-{}.png", self.look))).expect("written");
    }

    fn wish(&mut self, intent: impl Into<Intent>) {
        self.window.harness.state_mut().model.update(intent.into());
        self.window.run();
    }

    fn tell(&mut self, event: &Event) {
        self.window.harness.state_mut().model.on_event(event);
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
    let mut wanted: Vec<String> = std::env::args().skip(2).collect();
    let everything = !wanted.iter().any(|name| name == "kiosk");
    wanted.retain(|name| name != "kiosk");
    for look in LOOKS.into_iter().filter(|look| wanted.is_empty() || wanted.iter().any(|name| name == look.0)) {
        if everything {
            tour(look, Path::new(&folder));
        }
        kiosk::tour(look, Path::new(&folder));
        println!("{}", look.0);
    }
}

fn tour((look, size, text_percent, scheme): Look, folder: &Path) {
    let data = tempfile::tempdir().expect("a folder");
    let notices_read = vec!["notice-cards-and-sessions".to_owned()];
    let preferences = Preferences { scheme, text_percent, notices_read, ..Preferences::default() };
    // Larger text leaves a window of as many pixels fewer points.
    let dots = f32::from(text_percent) / 100.0;
    let points = (size.0 / dots + 2.0 * MARGIN, size.1 / dots + 2.0 * MARGIN);
    let window = TestWindow::open_in(data, points, preferences);
    let mut camera = Camera { window, folder: folder.to_owned(), look, margin: (MARGIN * dots) as u32 };
    camera.window.wait_for("officers", |model| !model.session.officers.is_empty());
    camera.shoot("sign-in");
    camera.wish(session::Intent::SignIn(RA_AGENT.parse().expect("a number")));
    camera.window.wait_for("the officer at work", |model| model.officer().is_some());
    camera.wish(Route::Find);
    camera.window.wait_for("holders", |model| !model.find.found.is_empty());
    camera.window.wait_for("both cards", |model| model.bench.cards().count() == 2);
    camera.shoot("find");
    let holder = someone(camera.window.model(), 0);
    camera.wish(find::Intent::Open(holder.clone()));
    camera.window.wait_for("the portrait", |model| portrait(model, &holder).is_some());
    camera.shoot("holder");
    issue(&mut camera, &holder);
    service::tour(&mut camera);
    telephone::tour(&mut camera);
    photo(&mut camera, &holder);
    queue(&mut camera);
    unfinished(&mut camera);
    camera.wish(Route::Activity);
    camera.window.wait_for("the record", |model| model.activity.head.is_some());
    camera.shoot("activity");
    camera.wish(Route::Settings);
    camera.shoot("settings");
    printers::tour(&mut camera);
    camera.wish(Route::CardFace);
    camera.wish(card_face::Intent::Choose(Some("number".to_owned())));
    camera.window.wait_for("the card", |model| model.card_face.proof.is_some());
    camera.shoot("card-face");
    camera.wish(card_face::Intent::Add("image"));
    camera.shoot("card-face-picture");
    camera.wish(card_face::Intent::Choose(Some("training".to_owned())));
    camera.shoot("card-face-condition");
    camera.wish(Route::Help("issue".to_owned()));
    camera.shoot("help");
    camera.wish(Route::Find);
    camera.shoot("find-notice");
    for (name, command) in [("palette", Command::Palette), ("shortcuts", Command::Shortcuts)] {
        camera.wish(command);
        camera.shoot(name);
        camera.close_dialogues();
    }
    for (name, intent) in [
        ("name-reader", bench::Intent::WhichReader),
        ("training-card", bench::Intent::TrainingMenu("Training reader 1".to_owned())),
    ] {
        camera.wish(intent);
        camera.shoot(name);
        camera.close_dialogues();
    }
    camera.wish(session::Intent::Lock);
    camera.shoot("locked");
}

/// The issue page, the passcode, and a card that is issued locked and printed later.
fn issue(camera: &mut Camera, holder: &HolderId) {
    prepare(camera, holder, 0);
    camera.wish(issue::Intent::Locked(false));
    camera.shoot("issue");
    camera.wish(issue::Intent::Start);
    assert!(matches!(camera.window.model().dialogs.front(), Some(Dialog::Passcode(_))), "the holder is asked");
    camera.shoot("passcode");
    camera.close_dialogues();
    camera.wish(issue::Intent::Locked(true));
    camera.wish(issue::Intent::Start);
    camera.window.wait_for("steps", |model| model.work.all.values().any(|piece| piece.steps.len() > 2));
    camera.shoot("work-running");
    camera.window.wait_for("the end", ended);
    camera.window.wait_for("a waiting card", |model| model.queue.waiting() > 0);
    camera.shoot("work-done");
}

/// The issue page of a holder, with the blank card of this place on the bench.
fn prepare(camera: &mut Camera, holder: &HolderId, place: usize) {
    camera.wish(Route::Issue(holder.clone()));
    camera.window.wait_for("the proof and a blank card", |model| {
        model.issue.proof.is_some() && model.bench.cards().count() > place
    });
    camera.wish(issue::Intent::Print(issue::When::Later));
    let reader = camera.window.model().bench.cards().nth(place).map(|(reader, _)| reader.name.clone());
    camera.wish(issue::Intent::Reader(reader.expect("a card")));
}

/// A photo that is being framed.
fn photo(camera: &mut Camera, holder: &HolderId) {
    camera.wish(Route::Photo(holder.clone()));
    camera.window.wait_for("the photo", |model| model.photo.current.is_some() && model.photo.proof.is_some());
    camera.wish(photo::Intent::Grow(0.8));
    camera.wish(photo::Intent::Brightness(10));
    camera.window.wait_for("the card with it", |model| !model.photo.proof_is_old());
    camera.shoot("photo");
    camera.wish(photo::Intent::StartAgain);
}

/// A card that is printed, one that failed and one that waits; and why the printed one is ended.
fn queue(camera: &mut Camera) {
    camera.wish(Route::Queue);
    let blank = camera.window.model().bench.cards().nth(1).map(|(_, card)| card.serial.clone()).expect("a card");
    for place in [1, 2] {
        let holder = someone(camera.window.model(), place);
        let printer = PRINTER.to_owned();
        let order = Order::Enqueue { holder, serial: blank.clone(), printer, reprint_reason: None };
        camera.window.harness.state_mut().model.order(order);
    }
    camera.window.wait_for("three cards", |model| model.queue.entries.len() == 3);
    let entries: Vec<i64> = camera.window.model().queue.entries.iter().map(|entry| entry.id).collect();
    for (entry, state) in [(entries[0], QueueState::Printed), (entries[1], QueueState::Failed)] {
        camera.window.wait_for("a ready printer", |model| {
            let printer = model.bench.printer(PRINTER);
            printer.is_some_and(|printer| matches!(printer.condition, PrinterCondition::Ready { .. }))
        });
        camera.wish(queue::Intent::Do(entry, queue::Action::Print));
        camera.window.wait_for("its end", |model| model.queue.entry(entry).is_some_and(|known| known.state == state));
    }
    camera.wish(queue::Intent::ChooseEntry(entries[0]));
    camera.shoot("queue");
    camera.wish(queue::Intent::Do(entries[0], queue::Action::Spoil));
    assert!(matches!(camera.window.model().dialogs.front(), Some(Dialog::Reason(_))), "a reason is asked for");
    camera.shoot("reason");
    camera.close_dialogues();
    camera.wish(queue::Intent::Spoil(entries[0], "The print is smudged".to_owned()));
    camera.window.wait_for("the ended card", |model| {
        model.queue.entry(entries[0]).is_some_and(|known| known.state == QueueState::Spoiled)
    });
    camera.wish(queue::Intent::ChooseEntry(entries[0]));
    camera.shoot("queue-spoiled");
}

/// A card that is pulled in the middle of its issue.
fn unfinished(camera: &mut Camera) {
    let reader = camera.window.model().bench.readers[0].name.clone();
    let new = Order::TrainingCard { reader: reader.clone(), move_to: TrainingCardMove::NewBlank };
    camera.window.harness.state_mut().model.order(new);
    camera.window.wait_for("a new blank card", |model| {
        let blank = |record: &CardRecord| record.state == CardState::Blank;
        model.bench.cards().next().is_some_and(|(at, card)| at.name == reader && card.record.as_ref().is_ok_and(blank))
    });
    let holder = someone(camera.window.model(), 3);
    prepare(camera, &holder, 0);
    camera.wish(issue::Intent::Start);
    camera.window.wait_for("the chip being written", |model| {
        model.work.all.values().any(|piece| piece.end.is_none() && piece.serial.is_some() && piece.steps.len() > 2)
    });
    let pull = Order::TrainingCard { reader: reader.clone(), move_to: TrainingCardMove::Out };
    camera.window.harness.state_mut().model.order(pull);
    camera.window.wait_for("the end", ended);
    camera.shoot("work-pulled");
    let back = Order::TrainingCard { reader, move_to: TrainingCardMove::Back };
    camera.window.harness.state_mut().model.order(back);
    camera.wish(Route::Unfinished);
    camera.window.wait_for("the job", |model| model.unfinished.count() > 0 && model.bench.cards().count() == 2);
    camera.shoot("unfinished");
}

fn ended(model: &Model) -> bool {
    model.work.all.values().all(|piece| piece.end.is_some())
}

/// A holder who is not an officer and had no card at the start, by place.
fn someone(model: &Model, place: usize) -> HolderId {
    let officers = &model.session.officers;
    let fits = |id: &HolderId| !officers.iter().any(|known| known.officer.id.as_str() == id.as_str());
    let open =
        |record: &&HolderRecord| record.holder.state == HolderState::Open && record.holder.photo_sha256.is_some();
    let found =
        model.find.found.iter().filter(open).filter(|record| record.cards.is_empty() && fits(&record.holder.id));
    found.map(|record| record.holder.id.clone()).nth(place).expect("holders of training")
}
