//! Issuing a card: the guided page, the work, and the card in the hand.

use std::sync::Arc;

use cardwright::{
    bench::{
        CardInReader, Event, Order, PrintWish, PrinterCondition, PrinterView, Profile, Proof, ReaderCondition,
        ReaderView, Trouble, WorkEnd, WorkEvent, WorkId,
    },
    cis2::wire::{CardRecord, HolderRecord, Session},
    desktop::{
        intent::Intent,
        model::{Model, issue, session::Phase, work},
        preferences::Preferences,
        route::Route,
        window::Window,
    },
    domain::{
        CardState, Holder, HolderId, HolderState, NhsCode, Officer, Operation, Role, Series,
        eligibility::{ClientSoftware, Realm, Version},
    },
    operations::{Progress, Step, Verdict},
};
use eframe::egui::{
    Key, Modifiers,
    accesskit::{Role as Is, Toggled},
};
use egui_kittest::{
    Harness,
    kittest::{NodeT, Queryable},
};
use time::OffsetDateTime;

use crate::harness::{pure, spoken};

/// A holder of the pure desk.
pub const HOLDER: &str = "555000000017";
pub const LEFT: &str = "Left reader";
pub const RIGHT: &str = "Right reader";
pub const PRINTER: &str = "DoH at the desk";

fn holder() -> Holder {
    Holder {
        id: HOLDER.parse().expect("a number"),
        official_name: "Siân Gwenllïan Ŵyn-Morris".to_owned(),
        name_on_card: None,
        organisation: "T7A01".parse().expect("a code"),
        state: HolderState::Open,
        photo_sha256: Some("00".repeat(32)),
    }
}

/// A card in a reader, as the workers tell it.
pub fn card(reader: &str, serial: u32, state: CardState) -> Event {
    let serial: cardwright::domain::CardSerial = format!("{serial:08}").parse().expect("a serial");
    let record = CardRecord {
        serial: serial.clone(),
        state,
        series: Series::Series10,
        holder: None,
        open_job: None,
        last_job: None,
        certificates_expire: None,
        good_pair: None,
        identifier: None,
        awaits_delivery: false,
        last_change: None,
    };
    let card = CardInReader {
        serial,
        series: Series::Series10,
        record: Ok(record),
        holder: None,
        named: None,
        portrait: None,
        has_certificates: state != CardState::Blank,
        expires: None,
        tries_left: Some(3),
        passcode_rules: Default::default(),
        certificates: [None, None],
        findings: Vec::new(),
        stranger: false,
        other_card: None,
    };
    in_reader(reader, ReaderCondition::Card(Box::new(card)))
}

pub fn in_reader(reader: &str, condition: ReaderCondition) -> Event {
    Event::Reader(ReaderView { name: reader.to_owned(), training: true, condition })
}

pub fn printer(condition: PrinterCondition) -> Event {
    Event::Printer(PrinterView {
        name: PRINTER.to_owned(),
        model: "DoH 300 v2".to_owned(),
        profile: "magicard-doh-300-v2".to_owned(),
        confirmed: None,
        virtual_one: true,
        station: false,
        said: Vec::new(),
        silent_since: None,
        condition,
    })
}

/// A desk with nothing on the bench, the RA Agent signed in, at the page of the holder, everything asked for told.
pub fn desk() -> Model {
    let software = ClientSoftware::SmartcardConnect(Version::SMARTCARD_CONNECT_SERIES_10);
    let mut model = Model::new(Realm::Training, software, Preferences::default());
    model.session.phase = Phase::SignedIn(Session {
        token: None,
        officer: Officer {
            id: "555000000003".parse().expect("a number"),
            name: "Tomos Llewelyn-Pryce".to_owned(),
            role: Role::RaAgent,
            organisation: "X26TR".parse().expect("a code"),
        },
        realm: Realm::Training,
        proved: OffsetDateTime::now_utc(),
        expires: OffsetDateTime::now_utc() + time::Duration::hours(8),
        card: None,
        approvals: Default::default(),
    });
    let id: HolderId = HOLDER.parse().expect("a number");
    model.update(Intent::Go(Route::Issue(id)));
    answer(&mut model, &holder());
    model
}

/// Answers what the page asked for.
pub fn answer(model: &mut Model, holder: &Holder) {
    for order in model.take_orders() {
        match order {
            Order::OpenProfile { ticket, .. } => {
                let record = HolderRecord { holder: holder.clone(), cards: Vec::new() };
                let result = Ok(Box::new(Profile { record, history: Vec::new() }));
                model.on_event(&Event::Profile { ticket, result });
            }
            Order::Proof { ticket, .. } => {
                let front = image::RgbaImage::from_pixel(1016, 642, image::Rgba([220, 230, 240, 255]));
                let proof =
                    Proof { front: Arc::new(front), advice: vec!["The photo is dark.".to_owned()], ..Proof::default() };
                model.on_event(&Event::Proof { ticket, result: Ok(Arc::new(proof)) });
            }
            _ => {}
        }
    }
}

#[test]
fn the_only_blank_card_is_chosen_by_itself_and_a_card_put_in_is_seen_at_once() {
    let mut model = desk();
    model.on_event(&printer(PrinterCondition::Ready { supplies: Vec::new() }));
    model.on_event(&in_reader(LEFT, ReaderCondition::Empty));
    let mut window = pure(model, (1280.0, 800.0));
    assert!(spoken(&window).contains("Issue card. Put a blank card into a reader."));
    window.state_mut().model.on_event(&card(LEFT, 11, CardState::Blank));
    window.run();
    assert!(window.get_by_role_and_label(Is::RadioButton, LEFT).accesskit_node().toggled() == Some(Toggled::True));
    assert!(!window.get_by_role_and_label(Is::Button, "Issue card").accesskit_node().is_disabled());
    window.state_mut().model.on_event(&card(RIGHT, 12, CardState::Blank));
    window.run();
    assert!(spoken(&window).contains("Choose which to use"), "two blank cards are one too many");
    window.get_by_role_and_label(Is::RadioButton, RIGHT).click();
    window.run();
    let id = HOLDER.parse().expect("a number");
    assert_eq!(issue::readiness(&window.state().model, &id).card.expect("chosen").0, RIGHT);
    window.state_mut().model.on_event(&in_reader(RIGHT, ReaderCondition::Empty));
    window.run();
    assert_eq!(issue::readiness(&window.state().model, &id).card.expect("the other").0, LEFT);
}

#[test]
fn what_stands_in_the_way_stands_on_the_greyed_action_with_its_remedy() {
    let refused = |change: &dyn Fn(&mut Model), reason: &str| {
        let mut model = desk();
        model.on_event(&printer(PrinterCondition::Ready { supplies: Vec::new() }));
        model.on_event(&card(LEFT, 11, CardState::Blank));
        change(&mut model);
        let window = pure(model, (1280.0, 800.0));
        let all = spoken(&window);
        let action = all.lines().find(|line| line.contains("\"Issue card")).expect("the action");
        assert!(action.contains(reason), "{action}");
        assert!(cardwright::desktop::screens::main_action(&window.state().model).is_none(), "{reason}");
    };
    let again = |model: &mut Model, holder: &Holder| {
        model.update(issue::Intent::AskAgain.into());
        answer(model, holder);
    };
    refused(&|m| m.on_event(&card(LEFT, 11, CardState::Active)), "already issued. Use a blank card");
    refused(&|m| again(m, &Holder { photo_sha256: None, ..holder() }), "Add a photo to the record first");
    refused(&|m| again(m, &Holder { state: HolderState::Closed, ..holder() }), "Reopen the profile first");
    let cover = || PrinterCondition::CannotPrint { why: "the cover is open".to_owned() };
    refused(&|m| m.on_event(&printer(cover())), "cannot print: the cover is open");
    let unasked = |m: &mut Model| {
        m.bench.readers.clear();
    };
    refused(&unasked, "No card reader is connected");
    // Later is no reason to wait for the printer.
    let mut model = desk();
    model.on_event(&printer(cover()));
    model.on_event(&card(LEFT, 11, CardState::Blank));
    model.update(issue::Intent::Print(issue::When::Later).into());
    assert!(cardwright::desktop::screens::main_action(&model).is_some());
    assert_eq!(model.preferences.print.as_deref(), Some("later"), "and that is remembered");
}

/// Work that was ordered, on a pure desk.
pub fn issued_locked(model: &mut Model, reader: &str) -> WorkId {
    model.update(issue::Intent::Locked(true).into());
    let _ = model.take_orders();
    model.update(issue::Intent::Reader(reader.to_owned()).into());
    model.update(issue::Intent::Start.into());
    let ordered = model.take_orders().into_iter().find_map(|order| match order {
        Order::Issue { work, issue } => Some((work, issue)),
        _ => None,
    });
    let (work, issue) = ordered.expect("an order");
    assert_eq!((issue.reader.as_str(), issue.passcode.is_none()), (reader, true));
    assert_eq!(*model.history.here(), Route::Work(work), "the form is gone from the history");
    work
}

pub fn started(work: WorkId, step: Step) -> Event {
    let job = cardwright::domain::JobId::from_random([u8::try_from(work.0 % 200).expect("small"); 16]);
    Event::Work { work, event: WorkEvent::Progress(Progress::Started { job, step }) }
}

pub fn finished(work: WorkId, step: Step, good: Verdict) -> Event {
    let job = cardwright::domain::JobId::from_random([u8::try_from(work.0 % 200).expect("small"); 16]);
    let took = std::time::Duration::from_secs(3);
    Event::Work { work, event: WorkEvent::Progress(Progress::Finished { job, step, took, good }) }
}

#[test]
fn two_works_at_once_never_show_each_others_answers() {
    let mut model = desk();
    model.on_event(&printer(PrinterCondition::Ready { supplies: Vec::new() }));
    model.on_event(&card(LEFT, 11, CardState::Blank));
    model.on_event(&card(RIGHT, 12, CardState::Blank));
    let first = issued_locked(&mut model, LEFT);
    model.on_event(&in_reader(LEFT, ReaderCondition::InWork(first)));
    model.update(Intent::Go(Route::Issue(HOLDER.parse().expect("a number"))));
    answer(&mut model, &holder());
    let second = issued_locked(&mut model, RIGHT);
    assert_ne!(first, second);
    model.on_event(&started(first, Step::Reserve));
    model.on_event(&finished(first, Step::Reserve, Verdict::Good));
    model.on_event(&started(first, Step::MakeKeys));
    let refused = Trouble::unchanged("the card does not answer");
    model.on_event(&Event::Work { work: second, event: WorkEvent::Ended(WorkEnd::NotBegun(refused)) });
    model.on_event(&Event::Work { work: WorkId(999), event: WorkEvent::Ended(WorkEnd::Done { queued: None }) });
    let mut window = pure(model, (1280.0, 800.0));
    let here = spoken(&window);
    assert!(here.contains("The card does not answer.") && !here.contains("running"), "{here}");
    window.state_mut().model.update(Intent::Go(Route::Work(first)));
    window.run();
    let there = spoken(&window);
    assert!(there.contains("Making new keys on the card: running") && !there.contains("does not answer"), "{there}");
    assert!(there.contains("Reserving the card and the holder: done, 3 seconds"), "{there}");
    let tick = std::time::Duration::from_secs(1);
    assert!(!repaint(&window).is_zero() && repaint(&window) <= tick, "the time goes on, once a second");
    assert!(there.contains("usually 4 to 90 seconds"), "an honest range");
    assert!(there.contains("Making the certificates good: waiting"), "what is still to come is known");
    assert!(there.contains("Leaving the card locked"), "{there}");
    let cut = WorkEnd::Unfinished { why: "the card was pulled".into() };
    window.state_mut().model.on_event(&Event::Work { work: first, event: WorkEvent::Ended(cut) });
    window.run();
    assert!(repaint(&window) > tick, "nothing is drawn for work that is over");
}

/// After how long the window will be drawn by itself.
fn repaint(window: &Harness<'_, Window>) -> std::time::Duration {
    let shown = window.output().viewport_output.values().next().expect("a window");
    shown.repaint_delay
}

#[test]
fn every_end_says_what_failed_and_what_to_do_next() {
    let ends = [
        (WorkEnd::NotBegun(Trouble::unchanged("no card")), "Nothing was begun", "Try again"),
        (
            WorkEnd::Undone { why: "the service said no".into(), by_policy: true, nhs_code: None },
            "not issued",
            "Try again",
        ),
        (WorkEnd::Unfinished { why: "the card was pulled".into() }, "not finished", "Go to unfinished work"),
        (WorkEnd::LookAtPrinter { why: "look".into() }, "Look at the printer", "Go to unfinished work"),
        (WorkEnd::Done { queued: None }, "not in the print queue", "Put it into the print queue"),
    ];
    for (end, title, action) in ends {
        let mut model = desk();
        model.on_event(&printer(PrinterCondition::Ready { supplies: Vec::new() }));
        model.on_event(&card(LEFT, 11, CardState::Blank));
        let work = issued_locked(&mut model, LEFT);
        model.on_event(&Event::Work { work, event: WorkEvent::Ended(end) });
        for size in [(1280.0, 800.0), (640.0, 400.0)] {
            let window = pure(clone_of(&model), size);
            assert!(spoken(&window).contains(title), "{title} in {}", spoken(&window));
            let button = window.get_by_role_and_label(Is::Button, action);
            let seen = button.rect();
            assert!(seen.bottom() <= size.1 && seen.top() >= 0.0, "{action} is in sight: {seen:?}");
        }
    }
}

/// The code is small beside the words, is heard with what it means, and leads to its explanation.
#[test]
fn a_published_code_stands_beside_the_words_of_an_end() {
    let no_card = Trouble { nhs_code: Some(NhsCode::CardUnreadable), ..Trouble::unchanged("there is no card") };
    let ends = [
        (WorkEnd::NotBegun(no_card), Some(NhsCode::CardUnreadable)),
        (WorkEnd::Unfinished { why: "the card was pulled".into() }, Some(NhsCode::NotCompleted)),
        (WorkEnd::NotBegun(Trouble::unchanged("the gateway does not answer")), None),
    ];
    for (end, code) in ends {
        let mut model = desk();
        model.on_event(&printer(PrinterCondition::Ready { supplies: Vec::new() }));
        model.on_event(&card(LEFT, 11, CardState::Blank));
        let work = issued_locked(&mut model, LEFT);
        model.on_event(&Event::Work { work, event: WorkEvent::Ended(end.clone()) });
        let mut window = pure(model, (1280.0, 800.0));
        let Some(code) = code else {
            assert!(window.query_all_by_label_contains("NHS code").next().is_none(), "{end:?} has none");
            continue;
        };
        let spoken = format!("NHS code {code}: {} Explain it", code.explained());
        window.get_by_role_and_label(Is::Link, &spoken).click();
        window.run();
        assert_eq!(*window.state().model.history.here(), Route::Help("codes".into()));
    }
}

/// The same work in another window: a model cannot be copied, and need not be.
fn clone_of(model: &Model) -> Model {
    let mut copy = desk();
    copy.work.all.clone_from(&model.work.all);
    copy.history = model.history.clone();
    copy
}

#[test]
fn try_again_brings_back_the_same_choices_on_a_fresh_page() {
    let mut model = desk();
    model.on_event(&printer(PrinterCondition::Ready { supplies: Vec::new() }));
    model.on_event(&card(LEFT, 11, CardState::Blank));
    let work = issued_locked(&mut model, LEFT);
    model.on_event(&Event::Work {
        work,
        event: WorkEvent::Ended(WorkEnd::NotBegun(Trouble::unchanged("the gateway does not answer"))),
    });
    let mut window = pure(model, (1280.0, 800.0));
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.run();
    let model = &window.state().model;
    assert_eq!(*model.history.here(), Route::Issue(HOLDER.parse().expect("a number")));
    assert!(model.preferences.issue_locked);
    assert_eq!(issue::print_wish(model), Some(PrintWish::Now { printer: PRINTER.to_owned() }));
}

#[test]
fn the_face_is_zoomed_by_buttons_and_keys() {
    let mut model = desk();
    model.on_event(&card(LEFT, 11, CardState::Blank));
    let mut window = pure(model, (1280.0, 800.0));
    window.get_by_role_and_label(Is::Button, "200 %").click();
    window.run();
    assert_eq!(window.state().model.issue.zoom, issue::Zoom::Twice);
    window.get_by_role_and_label(Is::Image, "The card face, as it will be printed").focus();
    window.run();
    window.key_press(Key::Minus);
    window.run();
    window.key_press(Key::Minus);
    window.run();
    assert_eq!(window.state().model.issue.zoom, issue::Zoom::Fit);
}

/// Work of somebody else's operation is shown too.
#[test]
fn work_without_a_holder_has_a_page() {
    let mut model = desk();
    let number = model.new_work();
    model.work.all.insert(number, work::Piece::new(Operation::Print, None, None));
    model.update(Intent::Go(Route::Work(number)));
    model.on_event(&started(number, Step::AskGateway));
    model.on_event(&Event::Work { work: number, event: WorkEvent::Ended(WorkEnd::Done { queued: None }) });
    let window: Harness<'_, Window> = pure(model, (640.0, 400.0));
    assert!(spoken(&window).contains("Next holder"));
}

/// A window at the page of the holder, with a blank card in each reader and a printer.
fn two_blank(size: (f32, f32)) -> Harness<'static, Window> {
    let mut model = desk();
    model.on_event(&printer(PrinterCondition::Ready { supplies: Vec::new() }));
    model.on_event(&card(LEFT, 11, CardState::Blank));
    model.on_event(&card(RIGHT, 12, CardState::Blank));
    pure(model, size)
}

#[test]
fn the_plan_is_in_sight_whenever_the_card_can_be_issued() {
    for size in [(1280.0, 800.0), (1024.0, 640.0), (640.0, 400.0)] {
        let mut window = two_blank(size);
        window.state_mut().model.update(issue::Intent::Reader(RIGHT.to_owned()).into());
        window.run();
        assert!(!window.get_by_role_and_label(Is::Button, "Issue card").accesskit_node().is_disabled());
        let plan = window.get_by_label_contains("becomes the card of").rect();
        let room = eframe::egui::Rect::from_min_size(eframe::egui::Pos2::ZERO, size.into());
        assert!(room.contains_rect(plan), "at {size:?} the plan is at {plan}");
        let all = spoken(&window);
        assert!(all.contains("a print cannot be taken off. Usually"), "{all}");
    }
}

#[test]
fn choosing_a_reader_moves_nothing() {
    for size in [(1280.0, 800.0), (1024.0, 640.0)] {
        let mut window = two_blank(size);
        let places = |window: &Harness<'_, Window>| {
            [LEFT, RIGHT, "Issue locked"].map(|name| window.get_by_role_and_label(Is::RadioButton, name).rect().min)
        };
        let before = places(&window);
        window.get_by_role_and_label(Is::RadioButton, RIGHT).click();
        window.run();
        assert!(spoken(&window).contains("will be issued"));
        assert_eq!(places(&window), before, "at {size:?}");
    }
}
