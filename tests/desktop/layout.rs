//! Nothing is cut off, nothing is without a name, at any size and in any scheme.

use cardwright::{
    bench::{Event, PrinterCondition, PrinterView, ReaderCondition, ReaderView, Trouble},
    cis2::wire::Session,
    desktop::{
        intent::Intent,
        model::{Model, NoticeKind, NoticeText, session},
        preferences::Preferences,
        route::Route,
        theme::Scheme,
        window::Window,
    },
    domain::{
        Officer,
        eligibility::{ClientSoftware, Realm, Version},
    },
};
use egui_kittest::Harness;
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
    let session = Session { token: None, officer, realm, expires: datetime!(2026-11-24 18:00 UTC) };
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
        virtual_one: true,
        condition: PrinterCondition::Ready { supplies: vec!["Ribbon: 212 of 300 cards".into()] },
    }));
    model
}

#[test]
fn look() {
    let shot = |name: &str, harness: &mut Harness<'static, Window>| {
        harness.render().expect("a picture").save(format!("/tmp/help-look/{name}.png")).expect("written");
    };
    std::fs::create_dir_all("/tmp/help-look").expect("x");
    let mut model = desk(Realm::Training, Scheme::Light);
    model.on_event(&Event::Found { ticket: cardwright::bench::Ticket(0), result: Err(Trouble::unchanged("x")) });
    model.notify(
        NoticeKind::Danger,
        NoticeText::Words(
            "The gateway does not answer: check the network, then search again. Nothing was changed.".into(),
        ),
    );
    model.notify(NoticeKind::Good, NoticeText::Words("Written to the file.".into()));
    shot("find", &mut pure(model, SIZES[0]));
    for (i, scheme) in Scheme::ALL.into_iter().enumerate() {
        let realm = [Realm::Integration, Realm::Live, Realm::Training][i];
        let mut model = desk(realm, scheme);
        model.go(Route::Help("find".into()));
        shot(&format!("help-{i}"), &mut pure(model, SIZES[1]));
        let mut model = desk(realm, scheme);
        model.go(Route::Settings);
        shot(&format!("settings-{i}"), &mut pure(model, SIZES[i]));
        let mut model = desk(realm, scheme);
        model.update(Intent::Command(cardwright::desktop::command::Command::Palette));
        shot(&format!("palette-{i}"), &mut pure(model, SIZES[i]));
        let mut model = desk(realm, scheme);
        model.update(Intent::Command(cardwright::desktop::command::Command::Shortcuts));
        shot(&format!("shortcuts-{i}"), &mut pure(model, SIZES[2 - i]));
    }
    let mut model = desk(Realm::Live, Scheme::Light);
    model.go(Route::Help("find".into()));
    shot("help-small", &mut pure(model, SIZES[2]));
}
