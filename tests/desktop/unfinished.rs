//! Unfinished work: said first, gone on with once, finished.

use cardwright::{
    bench::{Event, IssueOrder, Order, PrintWish, ReaderCondition, Ticket, WorkEnd, WorkEvent, WorkId},
    cis2::wire::BegunBy,
    desktop::{
        model::{Model, session, unfinished, work::Piece},
        route::Route,
    },
    domain::{CardState, JobId, Operation, Passcode, PasscodeRules, Secret},
    journal::{Journal, NewEntry, QueueEntry, QueueState},
    operations::{AskedBy, Kept, UnfinishedJob, WhatNext},
};
use eframe::egui::{Key, accesskit::Role};
use egui_kittest::kittest::{By, NodeT, Queryable};

use time::{Duration, OffsetDateTime};

use crate::{
    bench_bar::{at_work, card, holder, reader},
    harness::{TestWindow, pure, spoken},
    samples,
};

pub fn job(n: u8, operation: Operation, next: WhatNext) -> UnfinishedJob {
    UnfinishedJob {
        job: JobId::from_random([n; 16]),
        operation,
        holder: holder().id,
        serial: Some("0A1B2C3D4E5F".parse().expect("a serial")),
        opened: "2026-11-24T09:15:00Z".into(),
        next,
        asked_by: AskedBy::Officer,
        rules: PasscodeRules::default(),
        which_pair: None,
        kept: None,
    }
}

fn resumed(model: &mut Model) -> Vec<(WorkId, JobId)> {
    let orders = model.take_orders().into_iter();
    orders
        .filter_map(|order| if let Order::Resume { work, job, .. } = order { Some((work, job)) } else { None })
        .collect()
}

#[test]
fn after_signing_in_unfinished_work_comes_first_with_card_holder_and_state() {
    let mut model = at_work();
    model.find.found =
        std::sync::Arc::new(vec![cardwright::cis2::wire::HolderRecord { holder: holder(), cards: Vec::new() }]);
    assert_eq!(*model.history.here(), Route::Find);
    model.on_event(&Event::Unfinished(Ok(vec![job(1, Operation::Issue, WhatNext::WillUndo)])));
    assert_eq!(*model.history.here(), Route::Unfinished);
    assert_eq!(model.unfinished.count(), 1);
    model.on_event(&reader("Reader 00", ReaderCondition::Card(Box::new(card(CardState::Unfinished, None)))));
    let harness = pure(model, (1280.0, 800.0));
    harness.get_by_label_contains("A card was being issued to Morgan Example (555 000 000 017)");
    harness.get_by_label_contains("0A1B2C3D4E5F");
    harness.get_by_label_contains("24 Nov 2026, 09:15");
    harness.get_by_label_contains("In “Reader 00”");
    harness.get_by_label_contains("the holder has no card from this job");
    harness.get_by_label_contains("Work on a card was cut off the last time");
    harness.get_by_role_and_label(Role::Button, "Take it back, then issue again");
    // Another list later does not lead away from where the officer went.
    let mut model = at_work();
    model.on_event(&Event::Unfinished(Ok(Vec::new())));
    model.go(Route::Activity);
    model.on_event(&Event::Unfinished(Ok(vec![job(1, Operation::Issue, WhatNext::WillUndo)])));
    assert_eq!(*model.history.here(), Route::Activity);
}

#[test]
fn a_job_is_gone_on_with_once_and_shows_why_not_again() {
    let mut model = at_work();
    let one = job(1, Operation::Issue, WhatNext::WillFinish);
    model.on_event(&Event::Unfinished(Ok(vec![one.clone()])));
    let _ = model.take_orders();
    for _ in 0..3 {
        model.update(unfinished::Intent::GoOn(one.job.clone()).into());
    }
    let orders = resumed(&mut model);
    assert_eq!(orders.len(), 1, "never twice");
    let mut harness = pure(model, (640.0, 400.0));
    let refused = harness.get(By::new().role(Role::Button).label_contains("Finish this card. It is being gone on"));
    assert!(refused.accesskit_node().is_disabled());
    // An end of other work is nobody's.
    let end = |work| Event::Work { work, event: WorkEvent::Ended(WorkEnd::Done { queued: None }) };
    harness.state_mut().model.on_event(&end(WorkId(999)));
    assert_eq!(harness.state().model.unfinished.count(), 1);
    harness.state_mut().model.on_event(&end(orders[0].0));
    harness.state_mut().model.on_event(&Event::Unfinished(Ok(Vec::new())));
    harness.run();
    harness.get_by_label("Nothing is unfinished");
    harness.get_by_label_contains("finished. The card is good");
}

#[test]
fn taken_back_the_holder_is_prepared_for_again() {
    let mut model = at_work();
    let one = job(1, Operation::Issue, WhatNext::WillUndo);
    model.on_event(&Event::Unfinished(Ok(vec![one.clone()])));
    let _ = model.take_orders();
    let mut harness = pure(model, (1280.0, 800.0));
    harness.get_by_role_and_label(Role::Button, "Take it back, then issue again").focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    let model = &mut harness.state_mut().model;
    let work = *model.unfinished.running.get(&one.job).expect("it runs");
    let undone = WorkEnd::Undone { why: "it was cut off".into(), by_policy: false, nhs_code: None };
    model.on_event(&Event::Work { work, event: WorkEvent::Ended(undone) });
    assert_eq!(*model.history.here(), Route::Issue(holder().id));
    // It is said, and of several blank cards the emptied one is taken, once it is recognised.
    model.on_event(&Event::Unfinished(Ok(Vec::new())));
    assert_eq!(model.notices.len(), 1, "what was said of unfinished work is withdrawn: {:?}", model.notices);
    let mut other = card(CardState::Blank, None);
    other.serial = "0A1B2C3D4E60".parse().expect("a serial");
    model.on_event(&reader("Reader 00", ReaderCondition::Card(Box::new(other))));
    assert_eq!(model.issue.reader, None);
    model.on_event(&reader("Reader 01", ReaderCondition::Reading));
    model.on_event(&reader("Reader 01", ReaderCondition::Card(Box::new(card(CardState::Blank, None)))));
    assert_eq!(model.issue.reader.as_deref(), Some("Reader 01"));
    harness.run();
    harness.get_by_label_contains("The card ending …3D4E5F is blank again");
}

/// A row as the start of the program leaves it when the last one stopped in the middle of a print.
fn stopped_print() -> QueueEntry {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = Journal::open(folder.path()).expect("a journal");
    let serial = "0A1B2C3D4E5F".parse().expect("a serial");
    let new = NewEntry { holder: holder().id, serial, printer: "Desk printer".into(), reason: None };
    let entry = journal.queue_add(new).expect("adds").id;
    journal.queue_set(entry, QueueState::Printing, None, None).expect("prints");
    drop(journal);
    Journal::open(folder.path()).expect("opens again").queue().expect("reads").remove(0)
}

#[test]
fn a_print_that_was_cut_off_is_told_first_and_leads_to_the_queue() {
    let entry = stopped_print();
    let told = |entry: &QueueEntry| Event::Queue(Ok(std::sync::Arc::new(vec![entry.clone()])));
    let mut model = at_work();
    model.find.found =
        std::sync::Arc::new(vec![cardwright::cis2::wire::HolderRecord { holder: holder(), cards: Vec::new() }]);
    model.on_event(&told(&entry));
    model.on_event(&Event::Unfinished(Ok(Vec::new())));
    assert_eq!((model.history.here(), model.unfinished.count()), (&Route::Unfinished, 1));
    let mut harness = pure(model, (640.0, 400.0));
    harness.get_by_label_contains("The program stopped while a card was being printed.");
    harness.get_by_label_contains("A card was being printed for Morgan Example (555 000 000 017).");
    harness.get_by_label_contains("look in the printer's output tray");
    harness.get_by_role_and_label(Role::Button, "Show it in the print queue").focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    let model = &mut harness.state_mut().model;
    assert_eq!((model.history.here(), model.queue.chosen), (&Route::Queue, Some(entry.id)));
    // Decided: it is said no longer.
    model.on_event(&told(&QueueEntry { state: QueueState::Printed, why: None, ..entry.clone() }));
    assert_eq!((model.unfinished.count(), model.notices.len()), (0, 0));
    // An ordinary failure of the printer is no unfinished work.
    let mut model = at_work();
    model.on_event(&told(&QueueEntry { why: Some("the ribbon is used up".into()), ..entry }));
    assert_eq!((model.history.here(), model.unfinished.count()), (&Route::Find, 0));
}

#[test]
fn before_anybody_signs_in_it_is_said_without_a_name() {
    let mut model = samples::model();
    model.update(session::Intent::Opened.into());
    let orders = model.take_orders();
    assert!(orders.iter().any(|order| matches!(order, Order::ListUnfinished)), "{orders:?}");
    assert!(orders.iter().any(|order| matches!(order, Order::ListQueue)), "{orders:?}");
    model.on_event(&Event::Officers(Ok(samples::officers())));
    model.on_event(&Event::Queue(Ok(std::sync::Arc::new(vec![stopped_print()]))));
    model.on_event(&Event::Unfinished(Ok(vec![job(1, Operation::Issue, WhatNext::WillUndo)])));
    assert!(model.take_orders().is_empty(), "no name is asked for");
    let harness = pure(model, (1280.0, 800.0));
    harness.get_by_label_contains("A card was left unfinished at this desk at 24 Nov 2026, 09:15");
    harness.get_by_label_contains("The program stopped at this desk while a card was being printed.");
    let all = spoken(&harness);
    assert!(!all.contains("Morgan") && !all.contains("555 000 000 017"), "{all}");
}

#[test]
fn work_that_runs_is_not_unfinished_and_names_come_only_where_they_were_asked() {
    let mut model = at_work();
    let running = job(3, Operation::Issue, WhatNext::WillUndo);
    let mut piece = Piece::new(Operation::Issue, None, None);
    piece.job = Some(running.job.clone());
    model.work.all.insert(WorkId(500), piece);
    model.on_event(&Event::Unfinished(Ok(vec![running])));
    assert_eq!(model.unfinished.count(), 0, "it is being worked on");
    model.on_event(&Event::Unfinished(Ok(vec![job(4, Operation::Print, WhatNext::WillRecordPrint)])));
    let asked = model.take_orders().into_iter().find_map(|order| match order {
        Order::OpenProfile { ticket, .. } => Some(ticket),
        _ => None,
    });
    let record = cardwright::cis2::wire::HolderRecord { holder: holder(), cards: Vec::new() };
    let profile = |ticket| Event::Profile {
        ticket,
        result: Ok(Box::new(cardwright::bench::Profile { record: record.clone(), history: Vec::new() })),
    };
    model.on_event(&profile(Ticket(u64::MAX)));
    assert!(model.unfinished.holder(&holder().id).is_none());
    model.on_event(&profile(asked.expect("the name was asked for")));
    assert_eq!(model.unfinished.holder(&holder().id), Some(&holder()));
    model.go(Route::Unfinished);
    let harness = pure(model, (1280.0, 800.0));
    harness.get_by_label_contains("Look at the output tray");
    harness.get_by_role_and_label(Role::Button, "Put it on record");
}

#[test]
fn a_job_of_another_officer_waits_for_its_time_and_what_came_of_a_try_stays() {
    let mut model = at_work();
    let kept = |minutes| Kept {
        begun_by: BegunBy { officer: "555000000001".parse().expect("a number"), name: Some("Rowan Ashdown".into()) },
        until: OffsetDateTime::now_utc() + Duration::minutes(minutes),
    };
    let mut one = UnfinishedJob { kept: Some(kept(20)), ..job(1, Operation::Issue, WhatNext::WillUndo) };
    model.on_event(&Event::Unfinished(Ok(vec![one.clone()])));
    let _ = model.take_orders();
    let mut harness = pure(model, (640.0, 400.0));
    let reason = "Begun by Rowan Ashdown; another officer may go on after";
    for name in ["Take it back, then issue again", "Take it back"] {
        let whole = format!("{name}. {reason}");
        let button = harness.get(By::new().role(Role::Button).label_contains(&whole));
        assert!(button.accesskit_node().is_disabled());
    }
    let model = &mut harness.state_mut().model;
    model.update(unfinished::Intent::GoOn(one.job.clone()).into());
    model.update(unfinished::Intent::TakeBackAndIssue(one.job.clone()).into());
    assert!(resumed(model).is_empty(), "it is not theirs yet");

    // Its own officer may go on, and after its time anybody.
    let own = model.officer().expect("at work").id.clone();
    one.kept = Some(Kept { begun_by: BegunBy { officer: own, name: None }, ..kept(20) });
    model.on_event(&Event::Unfinished(Ok(vec![one.clone()])));
    assert!(unfinished::kept_for_another(model, &one, OffsetDateTime::now_utc()).is_none());
    one.kept = Some(kept(-1));
    model.on_event(&Event::Unfinished(Ok(vec![one.clone()])));
    model.update(unfinished::Intent::GoOn(one.job.clone()).into());
    let [(work, _)] = resumed(model)[..] else { panic!("gone on with") };
    let end = WorkEnd::Unfinished { why: "The card is in no reader.".into() };
    model.on_event(&Event::Work { work, event: WorkEvent::Ended(end) });
    model.go(Route::Activity);
    model.go(Route::Unfinished);
    harness.run();
    harness.get_by_label_contains("still unfinished. The card is in no reader.");
    let model = &mut harness.state_mut().model;
    model.on_event(&Event::Unfinished(Ok(Vec::new())));
    model.go(Route::Unfinished);
    harness.run();
    assert!(harness.query_by_label_contains("still unfinished.").is_none(), "it is not listed any more");
}

/// The service tells whose job it is, and another officer sees it greyed.
#[test]
fn another_officer_sees_whose_job_it_is() {
    let mut window = TestWindow::signed_in();
    window.wait_for("the blank cards", |model| model.bench.cards().count() == 2);
    let work = begin_issue(&mut window, "Training reader 2");
    let model = &mut window.harness.state_mut().model;
    model.order(Order::TrainingCard {
        reader: "Training reader 2".into(),
        move_to: cardwright::bench::TrainingCardMove::Out,
    });
    window.wait_for("the end", |model| model.work.all[&work].end.is_some());
    window.harness.state_mut().model.update(session::Intent::SignOutNow.into());
    window.sign_in("555000000001");
    window.wait_for("the page of unfinished work", |model| *model.history.here() == Route::Unfinished);
    window.wait_for_label("Begun by Tomos Llewelyn-Pryce; another officer may go on after");
    let model = window.model();
    let job = &model.unfinished.jobs[0];
    assert!(unfinished::kept_for_another(model, job, OffsetDateTime::now_utc()).is_some());
    assert!(cardwright::desktop::screens::main_action(model).is_none(), "nor by the keyboard");
}

/// Orders an issue as the issue page would, and waits until the chip is touched.
fn begin_issue(window: &mut TestWindow, reader: &str) -> WorkId {
    let model = &mut window.harness.state_mut().model;
    let work = model.new_work();
    model.work.all.insert(work, Piece::new(Operation::Issue, None, Some(reader.into())));
    let passcode = Passcode::choose(Secret::new(b"738164".to_vec()), PasscodeRules::default(), "");
    let issue = IssueOrder {
        holder: "555000000017".parse().expect("a number"),
        reader: reader.into(),
        passcode: Some(passcode.expect("a strong one")),
        print: PrintWish::No,
    };
    model.order(Order::Issue { work, issue: Box::new(issue) });
    window.wait_for("the first touch of the chip", |model| model.work.all[&work].job.is_some());
    work
}

#[test]
fn a_card_pulled_in_the_middle_is_gone_on_with_and_then_issued() {
    const MENU: &str = "Card… in Training reader 1 (take it out or put one in)";
    let mut window = TestWindow::signed_in();
    window.wait_for("the blank cards", |model| model.bench.cards().count() == 2);
    let work = begin_issue(&mut window, "Training reader 1");
    window.click(MENU);
    window.click("Take the card out");
    window.wait_for("the end", |model| model.work.all[&work].end.is_some());
    let end = window.model().work.all[&work].end.clone();
    assert!(matches!(end, Some(WorkEnd::Unfinished { .. })), "{end:?}");
    let empty = |model: &Model| {
        matches!(model.bench.reader("Training reader 1").map(|r| &r.condition), Some(ReaderCondition::Empty))
    };
    window.wait_for("the empty reader", empty);
    window.wait_for("the job on the list", |model| model.unfinished.count() == 1);
    window.click("Unfinished (1)");
    window.wait_for_label("In no reader: put that card into one");

    window.click(MENU);
    window.click("Put the card back in");
    window.wait_for_label("In “Training reader 1”");
    let next = window.model().unfinished.jobs[0].next;
    let button = if next == WhatNext::WillFinish { "Finish this card" } else { "Take it back" };
    window.click(button);
    window.wait_for("nothing unfinished", |model| model.unfinished.known && model.unfinished.count() == 0);
    window.wait_for_label("Nothing is unfinished");
    if next == WhatNext::WillUndo {
        window.wait_for("the blank card", |model| model.bench.cards().count() == 2);
        let again = begin_issue(&mut window, "Training reader 1");
        window.wait_for("the end of the second try", |model| model.work.all[&again].end.is_some());
        let end = window.model().work.all[&again].end.clone();
        assert!(matches!(end, Some(WorkEnd::Done { .. })), "{end:?}");
    }
}

#[test]
fn signing_in_again_shows_what_was_left() {
    let mut window = TestWindow::signed_in();
    window.wait_for("the blank cards", |model| model.bench.cards().count() == 2);
    let work = begin_issue(&mut window, "Training reader 2");
    let model = &mut window.harness.state_mut().model;
    model.order(Order::TrainingCard {
        reader: "Training reader 2".into(),
        move_to: cardwright::bench::TrainingCardMove::Out,
    });
    window.wait_for("the end", |model| model.work.all[&work].end.is_some());
    window.harness.state_mut().model.update(session::Intent::SignOutNow.into());
    window.sign_in(crate::harness::RA_AGENT);
    window.wait_for("the page of unfinished work", |model| *model.history.here() == Route::Unfinished);
    window.wait_for_label("A card was being issued to");
}
