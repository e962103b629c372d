//! Nothing is cut off, nothing is without a name, at any size and in any scheme.

use std::collections::HashMap;

use cardwright::{
    bench::{Asks, Event, PrinterCondition, PrinterView, ReaderCondition, ReaderView, WorkEvent},
    cis2::wire::Session,
    desktop::{
        command::Command,
        dialogs::{Dialog, PasscodeEntry, Reason},
        model::{
            Model, NoticeKind, NoticeText, bench,
            printers::{Language, Step},
            service, session, settings,
            work::Piece,
        },
        preferences::Preferences,
        route::Route,
        theme::Scheme,
    },
    domain::{
        CardState, HolderId, Officer, Operation,
        eligibility::{ClientSoftware, Realm, Version},
    },
    journal::QueueState,
    printer::profile::JobFormat,
};
use eframe::egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};
use time::macros::datetime;

use crate::harness::pure;

/// Large, small, and the small window that 200 % text leaves of a large one; in points.
const SIZES: [(f32, f32); 3] = [(1280.0, 800.0), (1024.0, 640.0), (640.0, 400.0)];

/// A desk with somebody signed in, and everything on it made up here.
pub fn desk(realm: Realm, scheme: Scheme) -> Model {
    let preferences =
        Preferences { scheme, notices_read: vec!["notice-cards-and-sessions".into()], ..Preferences::default() };
    let software = ClientSoftware::SmartcardConnect(Version::SMARTCARD_CONNECT_SERIES_10);
    let mut model = Model::new(realm, software, preferences);
    model.update(session::Intent::Opened.into());
    let officer = Officer {
        id: "555000000003".parse().expect("a number"),
        name: "Tomos Llewelyn-Pryce".to_owned(),
        role: cardwright::domain::Role::RaAgent,
        organisation: "X26TR".parse().expect("an organisation"),
    };
    model.update(session::Intent::SignIn(officer.id.clone()).into());
    let session = Session {
        token: None,
        officer,
        realm,
        proved: datetime!(2026-11-24 17:00 UTC),
        expires: datetime!(2026-11-24 18:00 UTC),
        card: None,
        approvals: Default::default(),
    };
    model.on_event(&Event::SignedIn(Ok(session)));
    model.on_event(&Event::Reader(ReaderView {
        name: "Training reader 1".into(),
        training: true,
        condition: ReaderCondition::Empty,
    }));
    model.on_event(&Event::Printer(PrinterView {
        name: "Training printer".into(),
        model: "Magicard 300 Duo".into(),
        profile: "magicard-doh-300-v2".into(),
        confirmed: None,
        virtual_one: true,
        station: false,
        said: Vec::new(),
        silent_since: None,
        condition: PrinterCondition::Ready { supplies: vec!["Ribbon: 212 of 300 cards".into()] },
    }));
    model
}

/// A name, and what brings a desk there.
type Shown = (&'static str, Box<dyn Fn(&mut Model)>);

/// Everything that can be shown without a workplace.
fn everything() -> Vec<Shown> {
    let holder: HolderId = "555000000101".parse().expect("a number");
    let mut all: Vec<Shown> = Vec::new();
    for (name, route) in [
        ("find", Route::Find),
        ("service", Route::Service),
        ("holder", Route::Holder(holder.clone())),
        ("photo", Route::Photo(holder.clone())),
        ("issue", Route::Issue(holder)),
        ("queue", Route::Queue),
        ("unfinished", Route::Unfinished),
        ("activity", Route::Activity),
        ("settings", Route::Settings),
        ("printer", Route::Printer("Training printer".into())),
        ("calibration", Route::Calibration("Training printer".into())),
        ("help", Route::Help("issue".into())),
    ] {
        all.push((name, Box::new(move |model| model.go(route.clone()))));
    }
    for (name, command) in [
        ("palette", Command::Palette),
        ("shortcuts", Command::Shortcuts),
        ("locked", Command::Lock),
        ("signed out", Command::SignOut),
    ] {
        all.push((name, Box::new(move |model| model.update(command.into()))));
    }
    all.push(("printers found", Box::new(crate::printers::found)));
    all.push((
        "language",
        Box::new(|model| {
            let language = Language { format: JobFormat::Format1, without: Vec::new(), step: Step::Look };
            model.printers.languages.insert("Training printer".into(), language);
            model.go(Route::Printer("Training printer".into()));
        }),
    ));
    all.push((
        "help in front",
        Box::new(|model| {
            model.update(Command::Palette.into());
            model.update(Command::Help.into());
        }),
    ));
    all.push((
        "passcode",
        Box::new(|model| {
            let holder = "555000000101".parse().expect("a number");
            let serial = "0A1B2C3D4E5F".parse().expect("a serial");
            let name = "Maximiliana Bartholomea Featherstonehaugh-Cholmondeley".to_owned();
            let entry = PasscodeEntry::new(1, holder, name, ("Training reader 1".into(), serial), Default::default());
            model.dialogs.push_back(Dialog::Passcode(Box::new(entry)));
        }),
    ));
    for (name, spoils) in [("reason to end", true), ("reason to print again", false)] {
        all.push((
            name,
            Box::new(move |model| {
                let entry = crate::queue::entry(1, QueueState::Printed);
                let name = "Maximiliana Bartholomea Featherstonehaugh-Cholmondeley".to_owned();
                model.dialogs.push_back(Dialog::Reason(Reason::new(&entry, name, spoils)));
            }),
        ));
    }
    for (name, intent) in [
        ("which reader", bench::Intent::WhichReader),
        ("training card", bench::Intent::TrainingMenu("Training reader 1".into())),
    ] {
        all.push((name, Box::new(move |model| model.update(intent.clone().into()))));
    }
    for (name, state, days) in [
        ("service in order", CardState::Active, Some(400)),
        ("service due", CardState::Active, Some(12)),
        ("service locked", CardState::Locked, Some(400)),
        ("service unfinished", CardState::Unfinished, None),
        ("service cancelled", CardState::Cancelled, Some(400)),
        ("service blank", CardState::Blank, None),
    ] {
        all.push((
            name,
            Box::new(move |model| {
                model.on_event(&crate::service::put_in("Training reader 1", crate::service::card(21, state, days)));
                model.go(Route::Service);
            }),
        ));
    }
    for (name, start) in [
        ("unlock", Operation::Unlock),
        ("change", Operation::ChangePasscode),
        ("repair", Operation::Repair),
        ("clear", Operation::Clear),
        ("cancel", Operation::Cancel),
    ] {
        all.push((
            name,
            Box::new(move |model| {
                let card = crate::service::card(21, CardState::Active, Some(12));
                model.on_event(&crate::service::put_in("Training reader 1", card));
                model.go(Route::Service);
                model.update(service::Intent::Start(start).into());
                assert_eq!(model.dialogs.len(), 1, "{start} asks");
            }),
        ));
    }
    for (name, what) in [("step up", Asks::StepUp), ("second officer", Asks::SecondOfficer)] {
        all.push((
            name,
            Box::new(move |model| {
                model.on_event(&Event::Officers(Ok(crate::samples::officers())));
                let work = model.new_work();
                let piece = Piece::new(Operation::Clear, Some(crate::samples::holder(21)), None);
                model.work.all.insert(work, piece);
                model.on_event(&Event::Work { work, event: WorkEvent::Asks { what, trouble: None } });
            }),
        ));
    }
    all.push(("question", Box::new(|model| model.update(settings::Intent::AskUsualChoices.into()))));
    all.push((
        "notices",
        Box::new(|model| {
            let long =
                "The gateway does not answer: check the network, then search again. Nothing was changed. ".repeat(4);
            model.notify(NoticeKind::Danger, NoticeText::Words(long));
            model.notify(NoticeKind::Good, NoticeText::Words("Written.".into()));
        }),
    ));
    all
}

fn is_control(role: Role) -> bool {
    use Role::{Button, CheckBox, ComboBox, Link, RadioButton, Slider, TextInput};
    matches!(role, Button | CheckBox | ComboBox | Link | RadioButton | Slider | TextInput)
}

/// Calls this with every node and whether it is inside a table.
fn each<'a>(node: egui_kittest::Node<'a>, in_table: bool, look: &mut impl FnMut(&egui_kittest::Node<'a>, bool)) {
    look(&node, in_table);
    let in_table = in_table || node.accesskit_node().role() == Role::Table;
    for child in node.children() {
        each(child, in_table, look);
    }
}

#[test]
fn nothing_leaves_the_window_sideways_and_everything_has_a_name_of_its_own() {
    for size in SIZES {
        for scheme in Scheme::ALL {
            for (name, show) in everything() {
                let mut model = desk(Realm::Training, scheme);
                show(&mut model);
                let dialogue = !model.dialogs.is_empty();
                let harness = pure(model, size);
                let at = format!("{name} at {size:?} in {scheme:?}");
                let mut names = HashMap::new();
                each(harness.root(), false, &mut |node, in_table| {
                    let accessible = node.accesskit_node();
                    let role = accessible.role();
                    if !is_control(role) && role != Role::Label && role != Role::Heading {
                        return;
                    }
                    let label = accessible.label().or(accessible.value()).unwrap_or_default();
                    let area = node.rect();
                    let inside = area.left() >= -0.5 && area.right() <= size.0 + 0.5;
                    assert!(inside, "{at}: {role:?} “{label}” at {area:?}");
                    if is_control(role) {
                        assert!(!accessible.label().unwrap_or_default().trim().is_empty(), "{at}: {role:?} {area:?}");
                        if !in_table && !dialogue {
                            *names.entry((role, label)).or_insert(0) += 1;
                        }
                    }
                });
                for ((role, label), count) in names {
                    assert_eq!(count, 1, "{at}: {role:?} “{label}”");
                }
            }
        }
    }
}

/// What must be in sight without scrolling.
#[test]
fn the_frame_stays_in_sight_in_a_low_window() {
    for size in SIZES {
        for (name, show) in everything() {
            let mut model = desk(Realm::Live, Scheme::Light);
            show(&mut model);
            if model.officer().is_none() || !model.dialogs.is_empty() {
                continue;
            }
            let harness = pure(model, size);
            for button in [
                "Sign out",
                "Lock",
                "Find",
                "Service a card",
                "Print queue",
                "Unfinished",
                "Activity",
                "Settings",
                "Help",
            ] {
                let area = harness.get_by_role_and_label(Role::Button, button).rect();
                let inside = area.top() >= -0.5 && area.bottom() <= size.1 + 0.5;
                assert!(inside, "{name} at {size:?}: “{button}” at {area:?}");
            }
        }
    }
}

#[test]
fn the_button_that_closes_a_dialogue_is_in_sight_at_every_size() {
    for size in SIZES {
        for command in [Command::Shortcuts, Command::Help] {
            let mut model = desk(Realm::Training, Scheme::Light);
            model.update(Command::Shortcuts.into());
            model.update(command.into());
            let area = pure(model, size).get_by_role_and_label(Role::Button, "Close").rect();
            assert!(area.bottom() <= size.1 && area.top() >= 0.0, "{command:?} at {size:?}: {area:?}");
        }
    }
}

#[test]
fn the_first_action_of_a_dialogue_is_in_sight_at_every_size() {
    for size in SIZES {
        for (name, show) in everything() {
            let button = match name {
                "passcode" | "unlock" => "Use this passcode",
                "change" => "Use the new passcode",
                "repair" => "Its holder chooses a passcode now",
                "clear" | "cancel" => "Keep the card",
                "step up" => "I am Tomos Llewelyn-Pryce",
                "second officer" => "Rowan Ashdown, RA Manager: I approve this",
                "reason to end" => "End this card. Say why first.",
                "which reader" => "Cancel",
                "training card" => "Put a new blank card in",
                _ => continue,
            };
            let mut model = desk(Realm::Training, Scheme::Light);
            show(&mut model);
            let window = pure(model, size);
            let found = window
                .query_all_by_role(Role::Button)
                .find(|node| node.accesskit_node().label().is_some_and(|label| label.starts_with(button)));
            let area = found.unwrap_or_else(|| panic!("{name}: {}", crate::harness::spoken(&window))).rect();
            assert!(area.top() >= -0.5 && area.bottom() <= size.1 + 0.5, "{name} at {size:?}: {area:?}");
        }
    }
}

/// How long nothing is drawn by itself, at least, while nobody does anything.
const IDLE: std::time::Duration = std::time::Duration::from_secs(30);

#[test]
fn an_idle_window_draws_nothing() {
    for (name, show) in everything() {
        let mut model = desk(Realm::Training, Scheme::Light);
        show(&mut model);
        let window = pure(model, SIZES[0]);
        let shown = window.output().viewport_output.values().next().expect("a window");
        assert!(shown.repaint_delay >= IDLE, "{name}: drawn again after {:?}", shown.repaint_delay);
    }
}

/// A desk with three readers and two printers.
fn busy_desk(scheme: Scheme) -> Model {
    let mut model = desk(Realm::Training, scheme);
    for name in ["Training reader 2", "HID OMNIKEY 3121"] {
        model.on_event(&crate::bench_bar::reader(name, ReaderCondition::Empty));
    }
    model.on_event(&Event::Printer(PrinterView {
        name: "Back office".into(),
        model: "Pronto 100".into(),
        profile: "magicard-pronto-100".into(),
        confirmed: None,
        virtual_one: false,
        station: false,
        said: Vec::new(),
        silent_since: None,
        condition: PrinterCondition::Ready { supplies: vec!["Ribbon: 180 of 300 cards".into()] },
    }));
    model
}

/// The area of the tile whose spoken name begins like this.
fn tile(window: &egui_kittest::Harness<'_, cardwright::desktop::window::Window>, name: &str) -> eframe::egui::Rect {
    let mut found = None;
    each(window.root(), false, &mut |node, _| {
        let accessible = node.accesskit_node();
        let label = accessible.label().or(accessible.value()).unwrap_or_default();
        if label.starts_with(name)
            && matches!(accessible.role(), Role::Label | Role::Button | Role::Heading)
            && found.is_none()
        {
            found = Some(node.rect());
        }
    });
    found.unwrap_or_else(|| panic!("no “{name}”: {}", crate::harness::spoken(window)))
}

/// The bench's own tiles end in the window and begin under the page, and are as high as they are drawn.
fn assert_bench_in_sight(window: &egui_kittest::Harness<'_, cardwright::desktop::window::Window>, at: &str) {
    let seen = window.ctx.content_rect();
    let page = tile(window, "Find a holder");
    for name in ["Training reader 1", "Training printer"] {
        let area = tile(window, name);
        let inside = area.top() > page.bottom() && area.bottom() <= seen.bottom() && area.height() >= 30.0;
        assert!(inside, "{at}: {name} at {area:?}, the page's heading at {page:?}, the window {seen:?}");
    }
}

#[test]
fn the_bench_is_in_sight_at_the_largest_text() {
    // What 200 % leaves of 1280 x 800, from the first frame on, and after a frame of the whole window.
    for before in [(640.0, 400.0), (1280.0, 800.0)] {
        let mut window = pure(desk(Realm::Training, Scheme::Light), before);
        window.set_size(eframe::egui::vec2(640.0, 400.0));
        window.step();
        window.run();
        assert_bench_in_sight(&window, "as it is");
        for name in ["Training reader 2", "HID OMNIKEY 3121"] {
            window.state_mut().model.on_event(&crate::bench_bar::reader(name, ReaderCondition::Empty));
        }
        window.run();
        assert_bench_in_sight(&window, "with more readers");
    }
}

#[test]
fn every_printer_is_in_sight_beside_three_readers() {
    for size in [SIZES[0], SIZES[1]] {
        let mut model = busy_desk(Scheme::Light);
        model.on_event(&Event::CardService { running: false });
        let window = pure(model, size);
        let reader = tile(&window, "HID OMNIKEY 3121");
        for name in ["Training printer", "Back office", "Ask again how Training printer", "Ask again how Back office"] {
            let area = tile(&window, name);
            assert!(area.left() > reader.left() && area.right() <= size.0, "{name} at {area:?} of {size:?}");
        }
    }
}
