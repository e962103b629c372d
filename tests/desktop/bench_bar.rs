//! The bench bar: readers, cards and printers, always in sight.

use cardwright::{
    bench::{
        CardInReader, Event, Order, PrinterCondition, PrinterView, ReaderCondition, ReaderView, TrainingCardMove,
        Trouble, WorkId,
    },
    cis2::wire::{CardRecord, Session},
    desktop::{
        dialogs::Dialog,
        model::{Model, service, session, work::Piece},
        preferences::Preferences,
        route::Route,
        window::Window,
    },
    domain::{
        CardState, Holder, HolderState, NhsCode, Officer, Operation, Role, Series,
        eligibility::{ClientSoftware, Realm},
    },
};
use eframe::egui::{Key, accesskit::Role as Accessible};
use egui_kittest::{
    Harness,
    kittest::{By, NodeT, Queryable},
};
use time::{OffsetDateTime, macros::date};

use crate::harness::{TestWindow, pure};

/// A model with an officer at work.
pub fn at_work() -> Model {
    let software = ClientSoftware::NotFound;
    let mut model = Model::new(Realm::Training, software, Preferences::default());
    let officer = Officer {
        id: "555000000003".parse().expect("a number"),
        name: "Sam Agent".into(),
        role: Role::RaAgent,
        organisation: "X26TR".parse().expect("a code"),
    };
    model.update(session::Intent::Opened.into());
    model.update(session::Intent::SignIn(officer.id.clone()).into());
    let session = Session {
        token: None,
        officer,
        realm: Realm::Training,
        proved: OffsetDateTime::UNIX_EPOCH,
        expires: OffsetDateTime::UNIX_EPOCH,
        card: None,
        approvals: Default::default(),
    };
    model.on_event(&Event::SignedIn(Ok(session)));
    model.notices.clear();
    let _ = model.take_orders();
    model
}

pub fn holder() -> Holder {
    Holder {
        id: "555000000017".parse().expect("a number"),
        official_name: "Morgan Example".into(),
        name_on_card: None,
        organisation: "X26TR".parse().expect("a code"),
        state: HolderState::Open,
        photo_sha256: None,
    }
}

pub fn card(state: CardState, holder: Option<Holder>) -> CardInReader {
    let serial = "0A1B2C3D4E5F".parse().expect("a serial");
    let portrait = image::RgbaImage::from_fn(84, 108, |x, y| image::Rgba([x as u8 * 3, 120, y as u8 * 2, 255]));
    CardInReader {
        record: Ok(CardRecord {
            serial,
            state,
            series: Series::Series10,
            holder: holder.as_ref().map(|holder| holder.id.clone()),
            open_job: None,
            last_job: None,
            certificates_expire: None,
            good_pair: None,
            identifier: None,
            awaits_delivery: false,
            last_change: None,
        }),
        serial: "0A1B2C3D4E5F".parse().expect("a serial"),
        series: Series::Series10,
        named: holder.as_ref().map(|holder| holder.id.clone()),
        portrait: holder.is_some().then(|| portrait.into()),
        has_certificates: holder.is_some(),
        expires: holder.is_some().then_some(date!(2028 - 11 - 24)),
        tries_left: None,
        passcode_rules: Default::default(),
        certificates: [None, None],
        findings: Vec::new(),
        stranger: false,
        other_card: None,
        holder,
    }
}

pub fn reader(name: &str, condition: ReaderCondition) -> Event {
    Event::Reader(ReaderView { name: name.into(), training: name.starts_with("Training"), condition })
}

fn printer(name: &str, condition: PrinterCondition) -> Event {
    Event::Printer(PrinterView {
        name: name.into(),
        model: "Pronto 100".into(),
        profile: "magicard-pronto-100".into(),
        confirmed: None,
        virtual_one: false,
        station: false,
        said: Vec::new(),
        silent_since: None,
        condition,
    })
}

/// A bench with everything on it.
pub fn full_bench(model: &mut Model) {
    for event in [
        reader("ACS ACR39U 00", ReaderCondition::Card(Box::new(card(CardState::Active, Some(holder()))))),
        reader("Training reader 1", ReaderCondition::Card(Box::new(card(CardState::Blank, None)))),
        reader("Omnikey 1", ReaderCondition::OwnCard(Box::new(card(CardState::Active, Some(holder()))))),
        reader("Omnikey 2", ReaderCondition::Empty),
        reader("Omnikey 3", ReaderCondition::Unreadable),
        reader("Omnikey 4", ReaderCondition::InUse),
        reader(
            "Omnikey 5",
            ReaderCondition::Unknown { why: "this is a bank card: put it aside".into(), nhs_code: None },
        ),
        reader("Omnikey 6", ReaderCondition::InWork(WorkId(77))),
        printer("Front desk", PrinterCondition::Ready { supplies: vec!["Ribbon: 212 prints left".into()] }),
        printer("Back office", PrinterCondition::CannotPrint { why: "the hopper is empty: put cards in".into() }),
    ] {
        model.on_event(&event);
    }
    let mut piece = Piece::new(Operation::Issue, Some(holder()), Some("Omnikey 6".into()));
    piece.serial = Some("0A1B2C3D4E5F".parse().expect("a serial"));
    model.work.all.insert(WorkId(77), piece);
}

#[test]
fn readers_that_cannot_be_read_tell_the_published_code() {
    let mut model = at_work();
    for event in [
        reader("Omnikey 1", ReaderCondition::Reading),
        reader("Omnikey 2", ReaderCondition::Unreadable),
        reader("Omnikey 3", ReaderCondition::Unknown { why: "this is a bank card".into(), nhs_code: None }),
        reader(
            "Omnikey 4",
            ReaderCondition::Unknown { why: "it broke off".into(), nhs_code: Some(NhsCode::CardUnreadable) },
        ),
    ] {
        model.on_event(&event);
    }
    let mut window = pure(model, (1280.0, 800.0));
    let whole = |code: NhsCode| format!("NHS code {code}: {}", code.explained());
    assert!(spoken_by(&window, "Omnikey 1:").ends_with(&whole(NhsCode::Scanning)));
    assert!(spoken_by(&window, "Omnikey 2:").ends_with(&whole(NhsCode::CardUnreadable)));
    assert!(!spoken_by(&window, "Omnikey 3:").contains("NHS code"));
    assert!(spoken_by(&window, "Omnikey 4:").contains("it broke off, NHS code ERR1002"));
    // The whole of it, and in front of that the topic about the codes.
    window.get(By::new().label_contains("Omnikey 4:")).click();
    window.run();
    window.get(By::new().role(Accessible::Link).label_contains("NHS code ERR1002: The card could not be read")).click();
    window.run();
    let shown = window.state().model.dialogs.front();
    assert!(matches!(shown, Some(Dialog::Help(topic)) if topic == "codes"), "{shown:?}");
    assert_eq!(window.state().model.dialogs.len(), 2, "the dialogue behind it waits");
}

fn spoken_by(harness: &Harness<'_, Window>, begin: &str) -> String {
    let node = harness.get(By::new().label_contains(begin));
    let node = node.accesskit_node();
    node.label().or_else(|| node.value()).unwrap_or_default()
}

#[test]
fn every_tile_is_one_sentence_and_leads_where_it_should() {
    let mut model = at_work();
    full_bench(&mut model);
    let mut harness = pure(model, (1280.0, 800.0));
    for (begin, holds) in [
        ("ACS ACR39U 00: ", "Morgan Example, Series 10, active, until 24 November 2028"),
        ("Training reader 1: ", "Blank card, Series 10"),
        ("Omnikey 1: ", "Your own card: nothing is done to it"),
        ("Omnikey 2: ", "Empty"),
        ("Omnikey 3: ", "This card does not answer"),
        ("Omnikey 4: ", "In use by another program"),
        ("Omnikey 5: ", "this is a bank card: put it aside"),
        ("Omnikey 6: ", "Issuing for Morgan Example"),
        ("Front desk: ", "Ready, Ribbon: 212 prints left"),
        ("Back office: ", "the hopper is empty: put cards in"),
    ] {
        let said = spoken_by(&harness, begin);
        assert!(said.contains(holds), "{said}");
    }
    // The officer's own card is fenced off: there is nothing to press on it.
    assert!(harness.query(By::new().role(Accessible::Button).label_contains("Omnikey 1: ")).is_none());
    harness.get(By::new().role(Accessible::Button).label_contains("ACS ACR39U 00: ")).click();
    harness.run();
    assert_eq!(*harness.state().model.history.here(), Route::Service);
    let (reader, _) = service::here(&harness.state().model).expect("the card of that tile");
    assert_eq!(reader.name, "ACS ACR39U 00");
    // By the keyboard alone, also for a tile that is out of sight.
    harness.get(By::new().role(Accessible::Button).label_contains("Omnikey 6: ")).focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(*harness.state().model.history.here(), Route::Work(WorkId(77)));
    harness.get(By::new().role(Accessible::Button).label_contains("Back office: ")).focus();
    harness.key_press(Key::Space);
    harness.run();
    harness.get_by_label("the hopper is empty: put cards in");
}

#[test]
fn a_missing_smart_card_service_is_said_with_its_remedy() {
    let mut model = at_work();
    model.on_event(&Event::CardService { running: false });
    let mut harness = pure(model, (1280.0, 800.0));
    assert!(spoken_by(&harness, "The smart card service").contains("pcscd"));
    harness.state_mut().model.on_event(&Event::CardService { running: true });
    harness.run();
    assert!(spoken_by(&harness, "No card reader").contains("Plug a reader in"));
}

#[test]
fn the_reader_that_changes_next_is_named_by_keyboard() {
    let mut model = at_work();
    for name in ["Reader 00", "Reader 01"] {
        model.on_event(&reader(name, ReaderCondition::Empty));
    }
    let mut harness = pure(model, (640.0, 400.0));
    harness.get_by_role_and_label(Accessible::Button, "Which reader is this?").focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    // What a reader tells without a card coming or going is no answer.
    harness.state_mut().model.on_event(&reader("Reader 00", ReaderCondition::Empty));
    harness.state_mut().model.on_event(&reader("Reader 01", ReaderCondition::Reading));
    harness.state_mut().model.on_event(&reader("Reader 00", ReaderCondition::Reading));
    harness.run();
    harness.get_by_label_contains("“Reader 01”");
    harness.get_by_label("Its name at this desk").type_text("Left reader");
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    let model = &harness.state().model;
    assert!(model.dialogs.is_empty());
    assert_eq!(model.preferences.reader_name("Reader 01"), "Left reader");
    assert_eq!(model.preferences.reader_name("Reader 00"), "Reader 00");
    spoken_by(&harness, "Left reader: ");
}

#[test]
fn a_card_that_was_just_put_in_is_marked_until_the_next_change() {
    let mut model = at_work();
    for name in ["Reader 00", "Reader 01"] {
        model.on_event(&reader(name, ReaderCondition::Empty));
    }
    model.on_event(&reader("Reader 01", ReaderCondition::Reading));
    model.on_event(&reader("Reader 01", ReaderCondition::Card(Box::new(card(CardState::Blank, None)))));
    let mut harness = pure(model, (1280.0, 800.0));
    assert!(spoken_by(&harness, "Reader 01: ").contains("just put in"));
    harness.state_mut().model.on_event(&reader("Reader 00", ReaderCondition::Reading));
    harness.run();
    assert!(!spoken_by(&harness, "Reader 01: ").contains("just put in"));
    assert!(spoken_by(&harness, "Reader 00: ").contains("just put in"));
}

#[test]
fn only_training_readers_of_training_have_a_menu_and_it_orders() {
    let mut model = at_work();
    full_bench(&mut model);
    let mut harness = pure(model, (1280.0, 800.0));
    let menus: Vec<_> = harness.query_all_by_label_contains("Card… in ").collect();
    assert_eq!(menus.len(), 1);
    drop(menus);
    // It is the last of eight readers and scrolled out of sight: a screen reader presses it all the same.
    harness.get_by_label_contains("Card… in ").click_accesskit();
    harness.run();
    harness.get_by_role_and_label(Accessible::Button, "Put a new blank card in").click();
    // Before the next frame hands the order to the workers, of which there are none here.
    harness.step();
    assert!(harness.state().model.dialogs.is_empty());
    let mut model = at_work();
    model.realm = Realm::Live;
    full_bench(&mut model);
    let harness = pure(model, (1280.0, 800.0));
    assert!(harness.query_by_label_contains("Card… in ").is_none());
}

#[test]
fn trouble_with_a_training_card_is_told() {
    let mut model = at_work();
    model.on_event(&Event::TrainingTrouble(Trouble::unchanged("no card was taken out of it")));
    let harness = pure(model, (1280.0, 800.0));
    harness.get_by_label_contains("no card was taken out of it");
}

#[test]
fn a_training_card_is_taken_out_and_put_back_by_the_real_workers() {
    let mut window = TestWindow::signed_in();
    window.wait_for("the blank card", |model| model.bench.cards().count() == 2);
    window.click("Card… in Training reader 1 (take it out or put one in)");
    window.click("Take the card out");
    let empty = |model: &Model| {
        matches!(model.bench.reader("Training reader 1").map(|r| &r.condition), Some(ReaderCondition::Empty))
    };
    window.wait_for("the empty reader", empty);
    window.wait_for_label("Training reader 1: Empty");
    window.click("Card… in Training reader 1 (take it out or put one in)");
    window.click("Put the card back in");
    window.wait_for("the card", |model| model.bench.cards().count() == 2);
    assert_eq!(window.model().bench.just_put_in.as_deref(), Some("Training reader 1"));
    // The same by another way, so that the order itself is seen.
    let mut model = at_work();
    model.update(
        cardwright::desktop::model::bench::Intent::MoveTrainingCard {
            reader: "Training reader 2".into(),
            move_to: TrainingCardMove::Out,
        }
        .into(),
    );
    let orders = model.take_orders();
    assert!(matches!(orders.as_slice(), [Order::TrainingCard { reader, .. }] if reader == "Training reader 2"));
}
