//! Whatever is wanted and told, in whatever order: nothing panics, no order is lost twice or given to nobody, and no
//! screen shows another's answer. What the runs did is counted, so that a run that does nothing cannot pass.

mod made;
mod wishes;

use std::{
    cell::RefCell,
    rc::Rc,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use cardwright::{
    bench::{
        Activity, Asks, CameraOrder, CameraTold, CardInReader, CardNow, Event, Looked, Order, PrinterCondition,
        PrinterView, Profile, Proof, ReaderCondition, ReaderView, Ticket, Trouble, Whose, WorkEnd, WorkEvent, WorkId,
    },
    cis2::wire::{AuditHead, AuditRow, Base64, CardRecord, HolderRecord, Session},
    desktop::{
        command::Command,
        dialogs::{Dialog, DialogIntent, Digit, EndCardWish, PasscodeWish, PhotoReasonWish, Place, ProveWish},
        intent::Intent,
        model::{self, Model, session::Phase},
        preferences::Preferences,
        route::{Route, Section},
        theme::Scheme,
        window::{Crew, Window},
    },
    domain::{
        CancelReason, CardState, Holder, HolderId, HolderState, JobId, Officer, Operation, PasscodeRules, PhotoSubject,
        Role, Series,
        eligibility::{ClientSoftware, Realm, Version},
    },
    face::{
        Photo,
        photo::{PhotoAdvice, PhotoCheck, Verdict as PhotoVerdict},
    },
    journal::{QueueEntry, QueueState},
    operations::{AskedBy, Progress, Step, UnfinishedJob, Verdict, WhatNext},
};
use egui_kittest::Harness;
use proptest::{
    prelude::*,
    test_runner::{RngAlgorithm, TestError, TestRng, TestRunner},
};
use time::OffsetDateTime;

use self::{made::*, wishes::*};
use crate::harness::{pure, spoken};

/// Runs, and one in how many is drawn.
const RUNS: u32 = 2_000;
const DRAWN_ONE_IN: u8 = 30;
const PRINTERS: [&str; 2] = ["Printer 0", "Printer 1"];
/// Good, and typed by nobody else.
const PASSCODE: &str = "738164";

/// What happened in all runs together.
static COUNTS: [AtomicUsize; Count::ALL.len()] = [const { AtomicUsize::new(0) }; Count::ALL.len()];

/// Something that has to happen in some run.
#[derive(Debug, Clone, Copy)]
enum Count {
    IssuedLocked,
    IssuedWithPasscode,
    TwoWorks,
    WorkBegun,
    Resumed,
    QueueOrder,
    Reason,
    PhotoReason,
    PhotoEdited,
    CameraOpen,
    PhotoSaved,
    ProofShown,
    ActivityFiltered,
    Exported,
    SignedOutAtWork,
    Locked,
    OnCard,
    Tried,
    Cancelled,
    ProvedOnceMore,
    Approved,
    GivenUp,
    Withdrawn,
    Drawn,
    DrawnAtWork,
}

impl Count {
    const ALL: [Self; 25] = [
        Self::IssuedLocked,
        Self::IssuedWithPasscode,
        Self::TwoWorks,
        Self::WorkBegun,
        Self::Resumed,
        Self::QueueOrder,
        Self::Reason,
        Self::PhotoReason,
        Self::PhotoEdited,
        Self::CameraOpen,
        Self::PhotoSaved,
        Self::ProofShown,
        Self::ActivityFiltered,
        Self::Exported,
        Self::SignedOutAtWork,
        Self::Locked,
        Self::OnCard,
        Self::Tried,
        Self::Cancelled,
        Self::ProvedOnceMore,
        Self::Approved,
        Self::GivenUp,
        Self::Withdrawn,
        Self::Drawn,
        Self::DrawnAtWork,
    ];

    fn happened(self, it_did: bool) {
        COUNTS[self as usize].fetch_add(usize::from(it_did), Ordering::Relaxed);
    }
}

/// What happens in one moment.
#[derive(Debug, Clone)]
enum Moment {
    /// The officer does this.
    Wish(Wish),
    /// The workers answer the n-th newest question, as they should.
    Answer(usize),
    /// The workers fail at it.
    Fail(usize),
    /// An answer comes that nobody asked for, about this holder.
    Stray(u8),
    /// Work tells something: work, and which of its messages.
    Work(u8, u8),
    /// A reader changes.
    Reader(u8, u8),
    /// A printer changes.
    Printer(u8, u8),
    /// The rows of the print queue, by where they stand.
    Queue(Vec<u8>),
    /// The workers answer everything.
    AnswerAll,
    /// So many minutes pass.
    Idle(u8),
}

#[derive(Debug, Clone)]
enum Wish {
    Go(u8, u8),
    Back,
    Forward,
    Command(usize),
    Query(String),
    Choose(usize),
    OpenHolder(u8),
    SignIn,
    Close,
    Confirm,
    Dismiss(u64),
    Scheme(usize),
    Size(u16),
    Issue(u8, u8),
    Passcode(u8),
    Work(u8, u8),
    Queue(u8, u8),
    Reason(u8),
    Photo(u8),
    Unfinished(u8),
    Activity(u8),
    LockAfter(u16),
    Service(u8, u8),
    Answered(u8),
}

fn moments() -> impl Strategy<Value = Vec<Moment>> {
    let wish = prop_oneof![
        (0u8..10, 0u8..4).prop_map(|(place, holder)| Wish::Go(place, holder)),
        Just(Wish::Back),
        Just(Wish::Forward),
        (0..Command::ALL.len()).prop_map(Wish::Command),
        "[a-z0-9 ]{0,6}".prop_map(Wish::Query),
        (0usize..5000).prop_map(Wish::Choose),
        (0u8..4).prop_map(Wish::OpenHolder),
        Just(Wish::SignIn),
        Just(Wish::Close),
        Just(Wish::Confirm),
        (0u64..40).prop_map(Wish::Dismiss),
        (0usize..3).prop_map(Wish::Scheme),
        any::<u16>().prop_map(Wish::Size),
        Just(Wish::LockAfter(10)),
    ];
    let deeper = prop_oneof![
        9 => (0u8..10, 0u8..4).prop_map(|(what, which)| Wish::Issue(what, which)),
        6 => (0u8..8).prop_map(Wish::Passcode),
        2 => (0u8..10, 0u8..3).prop_map(|(what, which)| Wish::Work(what, which)),
        4 => (0u8..18, 0u8..6).prop_map(|(what, which)| Wish::Queue(what, which)),
        2 => (0u8..2).prop_map(Wish::Reason),
        6 => (0u8..27).prop_map(Wish::Photo),
        2 => (0u8..7).prop_map(Wish::Unfinished),
        3 => (0u8..8).prop_map(Wish::Activity),
        6 => (0u8..12, 0u8..3).prop_map(|(what, which)| Wish::Service(what, which)),
        5 => (0u8..5).prop_map(Wish::Answered),
    ];
    let moment = prop_oneof![
        5 => wish.prop_map(Moment::Wish),
        9 => deeper.prop_map(Moment::Wish),
        3 => Just(Moment::AnswerAll),
        4 => (0usize..6).prop_map(Moment::Answer),
        1 => (0usize..6).prop_map(Moment::Fail),
        1 => (0u8..4).prop_map(Moment::Stray),
        2 => (0u8..4, 0u8..12).prop_map(|(work, message)| Moment::Work(work, message)),
        1 => (0u8..3, 0u8..14).prop_map(|(reader, condition)| Moment::Reader(reader, condition)),
        1 => (0u8..2, 0u8..5).prop_map(|(printer, condition)| Moment::Printer(printer, condition)),
        1 => prop::collection::vec(0u8..6, 0..6).prop_map(Moment::Queue),
        1 => (0u8..30).prop_map(Moment::Idle),
    ];
    prop::collection::vec(moment, 1..120)
}

/// Keeps the orders of a window.
struct Keeper(Rc<RefCell<Vec<Order>>>);

impl Crew for Keeper {
    fn order(&self, order: Order) {
        self.0.borrow_mut().push(order);
    }

    fn next_event(&self) -> Option<Event> {
        None
    }
}

/// A model alone, or in a window that is drawn after every moment.
enum Desk {
    Plain(Box<Model>),
    Drawn(Box<Harness<'static, Window>>, Rc<RefCell<Vec<Order>>>),
}

impl Desk {
    fn new(model: Model, drawn: bool) -> Self {
        if !drawn {
            return Self::Plain(Box::new(model));
        }
        let orders = Rc::new(RefCell::new(Vec::new()));
        let mut window = Box::new(pure(model, (1024.0, 640.0)));
        window.state_mut().employ(Box::new(Keeper(Rc::clone(&orders))));
        Self::Drawn(window, orders)
    }

    fn model(&mut self) -> &mut Model {
        match self {
            Self::Plain(model) => model,
            Self::Drawn(window, _) => &mut window.state_mut().model,
        }
    }

    /// The window is drawn until it settles: one that never does fails here. Then its orders.
    fn orders(&mut self) -> Vec<Order> {
        match self {
            Self::Plain(model) => model.take_orders(),
            Self::Drawn(window, orders) => {
                window.run();
                let model = &window.state().model;
                Count::Drawn.happened(true);
                Count::DrawnAtWork.happened(model.work.is_running());
                if matches!(model.session.phase, Phase::SignedOut) {
                    let said = spoken(window);
                    assert!(!said.contains("Test Holder"), "somebody's name outlives the session: {said}");
                }
                orders.take()
            }
        }
    }
}

/// Everything that happened, checked after each moment.
fn live_through(moments: Vec<Moment>, drawn: bool) {
    let software = ClientSoftware::SmartcardConnect(Version::SMARTCARD_CONNECT_SERIES_10);
    let mut desk = Desk::new(Model::new(Realm::Training, software, Preferences::default()), drawn);
    let model = desk.model();
    model.update(model::session::Intent::Opened.into());
    model.update(model::session::Intent::SignIn(session().officer.id).into());
    model.on_event(&Event::SignedIn(Ok(session())));
    model.on_event(&printer(0, 4));
    model.on_event(&reader(0, 8));
    let mut questions = desk.orders();
    let mut works = 0;
    for moment in moments {
        let model = desk.model();
        match moment {
            Moment::Wish(wish) => {
                let at_work = model.work.is_running() && model.officer().is_some();
                for intent in intent(model, wish) {
                    // The pages behind a lock or a sign-in are not drawn, and send nothing.
                    if model.officer().is_some() || can_be_sent_signed_out(&intent) {
                        model.update(intent);
                    }
                }
                Count::SignedOutAtWork.happened(at_work && matches!(model.session.phase, Phase::SignedOut));
                Count::Locked.happened(matches!(model.session.phase, Phase::Locked(_)));
            }
            Moment::Answer(back) | Moment::Fail(back) => {
                let fails = matches!(moment, Moment::Fail(_));
                if let Some(place) = questions.len().checked_sub(back + 1) {
                    take_answer(model, &questions.remove(place), fails);
                }
            }
            Moment::AnswerAll => {
                // Work goes on for longer than a question.
                let works = |order: &Order| {
                    matches!(
                        order,
                        Order::Issue { .. } | Order::Resume { .. } | Order::OnCard { .. } | Order::TryCard { .. }
                    )
                };
                let (later, now): (Vec<_>, Vec<_>) = questions.drain(..).partition(works);
                questions = later;
                now.iter().for_each(|order| take_answer(model, order, false));
            }
            Moment::Stray(n) => stray(model, n),
            Moment::Work(nth, message) => {
                let work = nth_work(model, nth);
                tell_work(model, work, work_event(work, message));
            }
            Moment::Reader(n, condition) => {
                let asked = model.dialogs.iter().filter(|dialog| dialog.card().is_some()).count();
                model.on_event(&reader(n, condition));
                let left = model.dialogs.iter().filter(|dialog| dialog.card().is_some()).count();
                Count::Withdrawn.happened(left < asked);
            }
            Moment::Printer(n, condition) => model.on_event(&printer(n, condition)),
            Moment::Queue(states) => model.on_event(&queue(&states)),
            Moment::Idle(minutes) => model.idle_for(std::time::Duration::from_secs(u64::from(minutes) * 60)),
        }
        let orders = desk.orders();
        orders.iter().for_each(count);
        questions.extend(orders);
        let model = desk.model();
        assert!(model.work.all.len() >= works, "a piece of work was lost");
        works = model.work.all.len();
        holds(model);
    }
}

fn can_be_sent_signed_out(intent: &Intent) -> bool {
    use Intent as I;
    matches!(
        intent,
        I::Session(_)
            | I::Command(_)
            | I::Dialog(_)
            | I::CloseDialog
            | I::DismissNotice(_)
            | I::Settings(_)
            | I::Offline(_)
    )
}

fn take_answer(model: &mut Model, order: &Order, fails: bool) {
    match answer(order, fails) {
        Some(Event::Work { work, event }) => tell_work(model, work, event),
        Some(event) => model.on_event(&event),
        None => {}
    }
}

/// Work tells something: no other piece is touched by it.
fn tell_work(model: &mut Model, work: WorkId, event: WorkEvent) {
    let others = |model: &Model| model.work.all.iter().filter(|(id, _)| **id != work).map(told).collect::<Vec<_>>();
    let before = others(model);
    Count::WorkBegun.happened(matches!(event, WorkEvent::Begun { .. }) && model.work.all.contains_key(&work));
    model.on_event(&Event::Work { work, event });
    assert_eq!(before, others(model), "another work's message was taken");
}

/// Answers that nobody asked for.
fn stray(model: &mut Model, n: u8) {
    let before = Arc::clone(&model.find.found);
    let shown = whose(model);
    let stray = HolderRecord { holder: holder(n), cards: Vec::new() };
    let ticket = Ticket(u64::MAX);
    model.on_event(&Event::Found { ticket, result: Ok(Arc::new(vec![stray.clone()])) });
    let profile = Profile { record: stray, history: Vec::new() };
    model.on_event(&Event::Profile { ticket, result: Ok(Box::new(profile)) });
    model.on_event(&Event::Proof { ticket, result: Ok(proof(&number(n))) });
    model.on_event(&Event::PhotoRead { ticket, result: Ok(Some(photo())) });
    model.on_event(&Event::Activity { ticket, result: Ok(activity(90)) });
    assert!(Arc::ptr_eq(&before, &model.find.found), "an answer that nobody asked for is shown");
    assert_eq!(shown, whose(model), "an answer that nobody asked for is shown");
}

fn whose(model: &Model) -> String {
    let proof = |advice: &[String]| advice.join(" ");
    format!(
        "{:?} {:?} {:?} {:?} {}",
        model.issue.record.as_ref().map(|record| &record.holder.id),
        model.issue.proof.as_ref().map(|shown| proof(&shown.advice)),
        model.photo.proof.as_ref().map(|shown| proof(&shown.advice)),
        model.photo.current.is_some(),
        model.activity.lines.len(),
    )
}

fn count(order: &Order) {
    match order {
        Order::Issue { issue, .. } if issue.passcode.is_some() => Count::IssuedWithPasscode.happened(true),
        Order::Issue { .. } => Count::IssuedLocked.happened(true),
        Order::Resume { .. } => Count::Resumed.happened(true),
        Order::OnCard { card, .. } if card.operation == Operation::Cancel => Count::Cancelled.happened(true),
        Order::OnCard { .. } => Count::OnCard.happened(true),
        Order::TryCard { .. } => Count::Tried.happened(true),
        Order::StepUp { .. } => Count::ProvedOnceMore.happened(true),
        Order::Approve { .. } => Count::Approved.happened(true),
        Order::GiveUp { .. } => Count::GivenUp.happened(true),
        Order::Print { .. } | Order::MovePrint { .. } | Order::CancelPrint { .. } => Count::QueueOrder.happened(true),
        Order::SavePhoto { .. } => Count::PhotoSaved.happened(true),
        Order::Export { .. } => Count::Exported.happened(true),
        _ => {}
    }
}

/// What is so after every moment.
fn holds(model: &Model) {
    assert!(model.notices.len() <= 4);
    assert!((100..=200).contains(&model.preferences.text_percent));
    let last = model.find.found.len().saturating_sub(1);
    assert!(model.find.chosen <= last, "a row is chosen that is not there");
    if model.find.answered && !model.find.found.is_empty() {
        let wanted = format!("Test Holder {}", model.find.query);
        assert_eq!(model.find.found[3].holder.official_name, wanted, "the answer to another question");
    }
    if let Some(record) = &model.issue.record {
        assert_eq!(Some(&record.holder.id), model.issue.holder.as_ref(), "another's record");
    }
    if let Some(open) = &model.holder.open {
        assert!(open.record.as_ref().is_none_or(|record| record.holder.id == open.holder), "another's profile");
    }
    for (holder, advice) in [
        (&model.issue.holder, model.issue.proof.as_ref().map(|proof| &proof.advice)),
        (&model.photo.holder, model.photo.proof.as_ref().map(|proof| &proof.advice)),
    ] {
        let shown = advice.and_then(|advice| advice.first());
        Count::ProofShown.happened(shown.is_some());
        assert!(shown.is_none() || shown == holder.as_ref().map(ToString::to_string).as_ref(), "another's face");
    }
    for serial in model.dialogs.iter().filter_map(Dialog::card) {
        let certain =
            |reader: &ReaderView| matches!(reader.condition, ReaderCondition::Card(_) | ReaderCondition::Empty);
        let lies = model.bench.cards().any(|(_, card)| card.serial == *serial);
        assert!(lies || !model.bench.readers.iter().all(certain), "a question about a card that is not there");
    }
    let activity = &model.activity;
    Count::ActivityFiltered.happened(!activity.shown.is_empty() && activity.shown.len() < activity.lines.len());
    assert!(activity.shown.iter().all(|place| *place < activity.lines.len()));
    assert!(activity.shown.is_empty() || activity.chosen < activity.shown.len());
    assert!(model.queue.rows.iter().all(|place| *place < model.queue.entries.len()));
    Count::TwoWorks.happened(model.work.all.values().filter(|piece| piece.end.is_none()).count() > 1);
    Count::PhotoEdited.happened(model.photo.unsaved());
    if let Some(camera) = &model.photo.camera {
        Count::CameraOpen.happened(true);
        let seen = matches!(model.history.here(), Route::Photo(_)) && model.officer().is_some();
        assert!(seen || camera.has_taken(), "the camera is open where nobody sees what it sees");
    }
    Count::PhotoReason.happened(matches!(model.dialogs.front(), Some(Dialog::PhotoReason(_))));
    Count::Reason.happened(matches!(model.dialogs.front(), Some(Dialog::Reason(_))));
    let signed_in = model.officer().is_some();
    assert!(signed_in || !model.dialogs.iter().any(is_personal), "somebody's dialogue outlives the session");
    if matches!(model.session.phase, Phase::SignedOut) {
        assert!(model.find.found.is_empty() && model.find.query.is_empty(), "a search outlives the session");
        assert!(model.holder.open.is_none() && model.photo.holder.is_none(), "a profile outlives the session");
        assert!(model.issue.holder.is_none() && model.issue.record.is_none(), "an issue outlives the session");
        assert!(model.activity.lines.is_empty(), "the audit outlives the session");
        assert!(model.unfinished.holders.is_empty(), "names of unfinished work outlive the session");
        let known =
            |n| model.queue.faces.name(&number(n)).is_some() || model.queue.faces.portrait(&number(n)).is_some();
        assert!(!(0..4).any(known), "names in the queue outlive the session");
    }
}

fn told((id, piece): (&WorkId, &model::work::Piece)) -> (WorkId, String) {
    (*id, format!("{piece:?}"))
}

fn is_personal(dialog: &Dialog) -> bool {
    !matches!(dialog, Dialog::Palette(_) | Dialog::Shortcuts | Dialog::Help(_))
}

#[test]
fn nothing_breaks_whatever_happens() {
    let config = ProptestConfig { cases: RUNS, failure_persistence: None, ..ProptestConfig::default() };
    // The same runs every time: what must have happened at least once is known to happen.
    let same_every_time = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let result =
        TestRunner::new_with_rng(config, same_every_time).run(&(moments(), 0..DRAWN_ONE_IN), |(moments, turn)| {
            live_through(moments, turn == 0);
            Ok(())
        });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(why, least)) => panic!("{why}\n{least:#?}"),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
    let counts = Count::ALL.map(|count| (count, COUNTS[count as usize].load(Ordering::Relaxed)));
    println!("{counts:?}");
    for (what, times) in counts {
        assert!(times > 0, "{what:?} never happened in {RUNS} runs: {counts:?}");
    }
}
