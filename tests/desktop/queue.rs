//! The print queue: on the real workers from an issued card to a spoiled one, and long lists without workers.

use std::sync::Arc;

use cardwright::{
    bench::{Event, IssueOrder, Order, PrintWish, PrinterCondition, PrinterView, Trouble, WorkId},
    cis2::wire::Session,
    desktop::{
        model::{
            Model,
            queue::{self, Action, Filter},
            session,
        },
        preferences::Preferences,
        route::Route,
        window::Window,
    },
    domain::{
        HolderId, Officer, OfficerId, Role,
        eligibility::{ClientSoftware, Realm, Version},
    },
    journal::{QueueEntry, QueueState},
    operations::{Progress, Step},
    training,
};
use eframe::egui::{Key, accesskit};
use egui_kittest::{
    Harness,
    kittest::{By, NodeT, Queryable},
};
use time::OffsetDateTime;

use crate::{
    harness::{self, TestWindow},
    samples,
};

const PRINTER: &str = "Virtual printer";
const HOLDER: &str = "555000000017";

fn holder() -> HolderId {
    HOLDER.parse().expect("a number")
}

fn order(window: &mut TestWindow, order: Order) {
    window.harness.state_mut().model.order(order);
    window.run();
}

/// State of the newest entry.
fn newest(model: &Model) -> Option<QueueState> {
    model.queue.entries.iter().max_by_key(|entry| entry.id).map(|entry| entry.state)
}

/// A window with the print queue open and a card of the holder waiting.
fn with_a_waiting_card() -> TestWindow {
    let mut window = TestWindow::signed_in();
    window.wait_for("a recognised card", |model| model.bench.cards().any(|(_, card)| card.record.is_ok()));
    let reader = window.model().bench.cards().next().expect("a card").0.name.clone();
    let issue = IssueOrder {
        holder: holder(),
        reader,
        passcode: None,
        print: PrintWish::Later { printer: PRINTER.to_owned() },
    };
    order(&mut window, Order::Issue { work: WorkId(9_000_000), issue: Box::new(issue) });
    window.wait_for("a waiting card", |model| newest(model) == Some(QueueState::Waiting));
    window.click("Print queue (1)");
    window
}

#[test]
fn a_card_is_printed_and_one_printed_wrongly_is_ended_so_that_a_new_one_can_be_issued() {
    let mut window = with_a_waiting_card();
    window.wait_for("the holder's name", |model| model.queue.faces.name(&holder()).is_some());
    let name = window.model().queue.name(&holder());
    window.wait_for("their portrait", |model| model.queue.faces.portrait(&holder()).is_some());
    window.wait_for_label(&format!("Put the card of {name}"));
    window.wait_for("a ready printer", |model| {
        matches!(model.bench.printer(PRINTER).map(|printer| &printer.condition), Some(PrinterCondition::Ready { .. }))
    });
    // What does not fit a waiting card stays in sight, with why.
    let spoil = window.harness.get(By::new().role(accesskit::Role::Button).label_contains("Printed wrongly…"));
    assert!(spoil.accesskit_node().is_disabled());

    window.click("Print now");
    window.wait_for("the printed card", |model| newest(model) == Some(QueueState::Printed));
    window.wait_for_label("Look at the card");

    window.click("Printed wrongly…");
    window.wait_for_label("End the card of");
    // Enter in the field, or anywhere, does not end a card; nor does the action without a reason.
    window.harness.key_press(Key::Enter);
    window.run();
    assert_eq!(newest(window.model()), Some(QueueState::Printed));
    assert!(!window.model().dialogs.is_empty());
    let end = window.harness.get(By::new().role(accesskit::Role::Button).label_contains("End this card"));
    assert!(end.accesskit_node().is_disabled());
    window.click("Smudged or faded");
    window.click("End this card");
    window.wait_for("the ended card", |model| newest(model) == Some(QueueState::Spoiled));
    window.wait_for_label("Put it aside for destruction");
    // Its serial is ended: nothing puts it back.
    let entry = window.model().queue.chosen().expect("it is chosen").clone();
    for action in [Action::Print, Action::PutBack, Action::Reprint, Action::Spoil] {
        assert!(queue::refusal(window.model(), &entry, action).is_some(), "{action:?}");
    }
    window.click("Issue a new card");
    assert_eq!(*window.model().history.here(), Route::Issue(holder()));
}

#[test]
fn a_failed_card_is_tried_again_moved_taken_out_and_put_back() {
    let mut window = TestWindow::signed_in();
    window.wait_for("a recognised card", |model| model.bench.cards().any(|(_, card)| card.record.is_ok()));
    // A blank card: the service refuses to print its face, and the entry says why.
    let serials: Vec<_> = window.model().bench.cards().map(|(_, card)| card.serial.clone()).collect();
    for number in ["555000000017", "555000000018"] {
        let enqueue = Order::Enqueue {
            holder: number.parse().expect("a number"),
            serial: serials[0].clone(),
            printer: PRINTER.to_owned(),
            reprint_reason: None,
        };
        order(&mut window, enqueue);
    }
    window.wait_for("two cards", |model| model.queue.entries.len() == 2);
    window.wait_for("a ready printer", |model| {
        matches!(model.bench.printer(PRINTER).map(|printer| &printer.condition), Some(PrinterCondition::Ready { .. }))
    });
    window.click("Print queue (2)");
    let (first, second) = (window.model().queue.entries[0].id, window.model().queue.entries[1].id);
    assert_eq!(window.model().queue.chosen, Some(first));
    window.click("Move down");
    window.wait_for("the other order", |model| model.queue.entries[0].id == second);
    window.click("To the front");
    window.wait_for("the first order", |model| model.queue.entries[0].id == first);

    window.click("Print now");
    window.wait_for("the refusal", |model| model.queue.count(Filter::Only(QueueState::Failed)) == 1);
    window.wait_for_label("ssue a card first");
    window.wait_for("a free printer", |model| {
        matches!(model.bench.printer(PRINTER).map(|printer| &printer.condition), Some(PrinterCondition::Ready { .. }))
    });
    window.click("Try again");
    window.wait_for("both wait", |model| model.queue.count(Filter::Only(QueueState::Waiting)) == 2);
    window.click("Take out of the queue");
    window.wait_for("it is out", |model| model.queue.count(Filter::Only(QueueState::Cancelled)) == 1);
    // The same card waits in the other entry, so it is not put back a second time.
    let entry = window.model().queue.entry(first).expect("it is kept").clone();
    assert_eq!(
        queue::refusal(window.model(), &entry, Action::PutBack),
        Some(queue::Refusal::Key("queue-refused-in-queue"))
    );
    window.click("Next card");
    assert_eq!(window.model().queue.chosen, Some(second));
    window.click("Take out of the queue");
    window.wait_for("both are out", |model| model.queue.count(Filter::Only(QueueState::Cancelled)) == 2);
    window.click("Put back in the queue");
    window.wait_for("one waits again", |model| model.queue.count(Filter::Only(QueueState::Waiting)) == 1);
}

pub fn entry(id: i64, state: QueueState) -> QueueEntry {
    let at = OffsetDateTime::from_unix_timestamp(1_795_000_000 + id).expect("a moment");
    QueueEntry {
        id,
        holder: format!("{:012}", 700_000_000_000 + id).parse().expect("twelve digits"),
        serial: format!("{:016X}", 0xA000_0000 + id).parse().expect("a serial"),
        printer: PRINTER.to_owned(),
        position: id,
        state,
        reason: None,
        why: (state == QueueState::Failed).then(|| "the ribbon is used up: put a new one in".to_owned()),
        job: None,
        added: at,
        changed: at,
    }
}

/// A model with the RA Agent signed in.
fn signed_in_model(preferences: Preferences) -> Model {
    let software = ClientSoftware::SmartcardConnect(Version::SMARTCARD_CONNECT_SERIES_10);
    let mut model = Model::new(Realm::Training, software, preferences);
    model.update(session::Intent::Opened.into());
    let id: OfficerId = harness::RA_AGENT.parse().expect("a number");
    model.update(session::Intent::SignIn(id.clone()).into());
    let officer = Officer {
        id,
        name: "Tomos Llewelyn-Pryce".to_owned(),
        role: Role::RaAgent,
        organisation: "X26TR".parse().expect("a code"),
    };
    let expires = OffsetDateTime::from_unix_timestamp(1_900_000_000).expect("a moment");
    model.on_event(&Event::SignedIn(Ok(Session {
        token: None,
        officer,
        realm: Realm::Training,
        proved: expires,
        expires,
        card: None,
        approvals: Default::default(),
    })));
    model
}

/// A window without workers, an officer signed in, on the queue with these entries.
pub fn pure(entries: Vec<QueueEntry>, size: (f32, f32), preferences: Preferences) -> Harness<'static, Window> {
    let mut model = signed_in_model(preferences);
    model.on_event(&Event::Printer(PrinterView {
        name: PRINTER.to_owned(),
        model: "DoH 300 v2".to_owned(),
        profile: "magicard-doh-300-v2".to_owned(),
        confirmed: None,
        virtual_one: true,
        station: false,
        said: Vec::new(),
        silent_since: None,
        condition: PrinterCondition::Ready { supplies: vec!["Ribbon: 87 prints left".to_owned()] },
    }));
    model.on_event(&Event::Queue(Ok(Arc::new(entries))));
    model.go(Route::Queue);
    let _ = model.take_orders();
    harness::pure(model, size)
}

#[test]
fn ten_thousand_cards_ask_only_for_what_is_in_sight() {
    let entries = (1..=10_000).map(|id| entry(id, QueueState::Waiting)).collect();
    let mut window = pure(entries, (1280.0, 800.0), Preferences::default());
    let orders = window.state_mut().model.take_orders();
    // Without workers nobody answers, so nothing is asked twice.
    assert!(orders.is_empty(), "the window without workers keeps no orders: {orders:?}");
    let drawn = window.get_all_by_role(accesskit::Role::Row).count();
    assert!((5..60).contains(&drawn), "{drawn} rows are drawn");
    window.get(By::new().label_contains("10,000 cards wait: about 50 to 167 hours"));
    window.get_by_role_and_label(accesskit::Role::Button, "Print queue (10,000)");

    // By keyboard to the last one.
    let first = window.get_all_by_role(accesskit::Role::Row).next().expect("a row");
    first.focus();
    window.run();
    window.key_press(Key::End);
    window.run();
    assert_eq!(window.state().model.queue.chosen, Some(10_000));
    window.get(By::new().role(accesskit::Role::Row).label_contains("700 000 010 000"));
}

#[test]
fn what_is_told_is_shown_at_its_own_row_only() {
    let entries = vec![entry(1, QueueState::Printing), entry(2, QueueState::Waiting), entry(3, QueueState::Failed)];
    let mut window = pure(entries, (1280.0, 800.0), Preferences::default());
    let job: cardwright::domain::JobId = "0123456789abcdef0123456789abcdef".parse().expect("a job");
    let model = &mut window.state_mut().model;
    for id in [1, 2, 77] {
        let progress = Progress::Started { job: job.clone(), step: Step::Print };
        model.on_event(&Event::PrintProgress { entry: id, progress });
    }
    assert_eq!(model.queue.steps.keys().copied().collect::<Vec<_>>(), [1], "only one of them prints");
    let trouble = Trouble::unchanged("the service does not answer: try again");
    model.on_event(&Event::QueueTrouble { entry: Some(3), trouble });
    window.run();
    assert!(window.query_by_label_contains("The service does not answer").is_none(), "another row is chosen");
    window.state_mut().model.update(queue::Intent::ChooseEntry(3).into());
    window.run();
    window.get(By::new().label_contains("The service does not answer"));
    window.get(By::new().label_contains("The ribbon is used up"));
    window.state_mut().model.update(queue::Intent::ChooseEntry(1).into());
    window.run();
    window.get(By::new().label_contains("Handing the print job over…"));
    assert_eq!(window.state().model.queue.waiting(), 2, "one waits and one failed");

    // A printer that cannot print refuses with its own words.
    window.state_mut().model.on_event(&Event::Printer(PrinterView {
        name: PRINTER.to_owned(),
        model: "DoH 300 v2".to_owned(),
        profile: "magicard-doh-300-v2".to_owned(),
        confirmed: None,
        virtual_one: true,
        station: false,
        said: Vec::new(),
        silent_since: None,
        condition: PrinterCondition::CannotPrint { why: "the cover is open: close it".to_owned() },
    }));
    window.state_mut().model.update(queue::Intent::ChooseEntry(2).into());
    window.run();
    window.get(By::new().role(accesskit::Role::Button).label_contains("Print now. The cover is open: close it."));
    window.get_by_role_and_label(accesskit::Role::Button, &format!("Ask {PRINTER} again"));
}

#[test]
fn names_and_faces_leave_the_window_with_the_session() {
    let mut window = pure(vec![entry(1, QueueState::Waiting)], (1280.0, 800.0), Preferences::default());
    let holder = window.state().model.queue.entries[0].holder.clone();
    let names = vec![(holder.clone(), "Priya Venkataraman".to_owned())];
    let told = Event::HolderNames { holders: vec![holder.clone()], result: Ok(names) };
    window.state_mut().model.on_event(&told);
    window.run();
    assert!(window.query_all_by_label_contains("Priya Venkataraman").next().is_some());
    window.state_mut().model.on_event(&Event::SignedOut);
    window.run();
    assert!(window.state().model.queue.faces.name(&holder).is_none());
    assert!(!harness::spoken(&window).contains("Priya Venkataraman"));
}

/// A queue of every state, with names, and each row chosen once.
#[test]
fn pictures() {
    let all = [
        QueueState::Printing,
        QueueState::Waiting,
        QueueState::Waiting,
        QueueState::Failed,
        QueueState::Printed,
        QueueState::Spoiled,
        QueueState::Cancelled,
        QueueState::Sent,
    ];
    let people = training::people().expect("the built-in people").holders;
    let portrait = Arc::new(image::RgbaImage::from_fn(96, 120, |x, y| {
        let head = (i64::from(x) - 48).pow(2) + (i64::from(y) - 50).pow(2) < 900;
        if head { image::Rgba([214, 170, 140, 255]) } else { image::Rgba([120, 160, 190, 255]) }
    }));
    for (chosen, state) in [(2, "waiting"), (4, "failed"), (5, "printed"), (6, "spoiled"), (8, "sent")] {
        samples::pictures(&format!("queue-{state}"), |scheme, size| {
            let entries: Vec<QueueEntry> = all.iter().zip(1..).map(|(state, id)| entry(id, *state)).collect();
            let holders: Vec<HolderId> = entries.iter().map(|entry| entry.holder.clone()).collect();
            let read = vec!["notice-cards-and-sessions".into()];
            let preferences = Preferences { scheme, notices_read: read, ..Preferences::default() };
            let mut window = pure(entries, size, preferences);
            let model = &mut window.state_mut().model;
            let names = holders.iter().cloned().zip(people.iter().map(|known| known.holder.printed_name().to_owned()));
            let names = names.collect();
            model.on_event(&Event::HolderNames { holders: holders.clone(), result: Ok(names) });
            for holder in holders {
                model.on_event(&Event::Portrait { holder, result: Ok(Some(Arc::clone(&portrait))) });
            }
            model.update(queue::Intent::ChooseEntry(chosen).into());
            window
        });
    }
}

/// The list and the details stand side by side where there is room, and never on each other.
#[test]
fn no_row_is_drawn_under_the_details() {
    for size in samples::SIZES {
        let entries: Vec<QueueEntry> = (1..=200).map(|id| entry(id, QueueState::Waiting)).collect();
        let window = pure(entries, size, Preferences::default());
        let details = window.get_by_role_and_label(accesskit::Role::Button, "Print now").rect();
        let mut rows = 0;
        for row in window.get_all_by_role(accesskit::Role::Row) {
            rows += 1;
            let row = row.rect();
            let apart = row.right() <= details.left() || row.top() >= details.bottom();
            assert!(apart, "{size:?}: {row:?} {details:?}");
        }
        assert!(rows > 0, "{size:?}");
    }
}
