//! The print queue, and cards that were printed wrongly.

use std::time::Duration;

use cardwright::{
    bench::{Event, Order, PrintWish, PrinterCondition, WorkEnd, WorkId},
    cis2::{
        Service,
        wire::{PrintOutcome, PrintRecord, SpoilCard, SpoilReason},
    },
    domain::{CardState, JobId, Series, eligibility::ClientSoftware},
    journal::{QueueEntry, QueueState},
    operations::effect::CameOut,
    printer::virtual_printer::{Model, VirtualPrinter},
};

use crate::desk::{PRINTER, RA_AGENT, READERS, TestDesk, holder};

#[test]
fn a_spoiled_card_makes_room_for_another() {
    let mut desk = TestDesk::signed_in(RA_AGENT);
    let first = desk.card(READERS[0]).serial;
    desk.card(READERS[1]);
    desk.issue(1, &holder(0), READERS[0], PrintWish::Later { printer: PRINTER.to_owned() });
    let WorkEnd::Done { queued: Some(entry) } = desk.end(1) else { panic!("the card is issued and waits") };
    desk.order(Order::Print { entry });
    desk.queue(|queue| queue[0].state == QueueState::Printed);

    desk.issue(2, &holder(0), READERS[1], PrintWish::No);
    let refused = desk.end(2);
    assert!(matches!(refused, WorkEnd::NotBegun(_)), "nobody has two valid cards: {refused:?}");

    desk.order(Order::SpoilPrint { work: WorkId(9), entry, reason: "stripes across the face".to_owned() });
    let queue = desk.queue(|queue| queue[0].state == QueueState::Spoiled);
    assert_eq!(queue[0].serial, first);
    desk.until("the ended card", |event| match event {
        Event::Reader(view) => match &view.condition {
            cardwright::bench::ReaderCondition::Card(card) if card.serial == first => {
                (card.state() == Some(CardState::Cancelled)).then_some(())
            }
            _ => None,
        },
        _ => None,
    });
    desk.issue(3, &holder(0), READERS[1], PrintWish::No);
    assert_eq!(desk.end(3), WorkEnd::Done { queued: None });
}

#[test]
fn a_card_is_printed_once_more_with_the_reason_and_never_twice_for_one_order() {
    let mut desk = TestDesk::signed_in(RA_AGENT);
    desk.card(READERS[0]);
    desk.issue(1, &holder(0), READERS[0], PrintWish::Now { printer: PRINTER.to_owned() });
    let WorkEnd::Done { queued: Some(entry) } = desk.end(1) else { panic!("the card is issued and waits") };
    // Both orders are given at once: the second finds the card printing, or printed.
    desk.order(Order::Print { entry });
    desk.order(Order::Print { entry });
    desk.queue(|queue| queue[0].state == QueueState::Printed);
    desk.order(Order::Print { entry });
    desk.until("that it does not wait", |event| match event {
        Event::QueueTrouble { entry: Some(told), .. } if *told == entry => Some(()),
        _ => None,
    });
    let printed = || std::fs::read_dir(desk.data().join("virtual-printer")).expect("pictures").count();
    assert_eq!(printed(), 1);

    desk.order(Order::Reprint { entry, reason: "the card came out blank".to_owned() });
    let queue = desk.queue(|queue| queue.len() == 2);
    assert_eq!((queue[0].state, queue[0].reason.as_deref()), (QueueState::Waiting, Some("the card came out blank")));
    desk.order(Order::Print { entry: queue[0].id });
    desk.queue(|queue| queue.len() == 2 && queue.iter().all(|entry| entry.state == QueueState::Printed));
    let printed = std::fs::read_dir(desk.data().join("virtual-printer")).expect("pictures").count();
    assert_eq!(printed, 2);
}

#[test]
fn entries_are_added_moved_and_taken_out_and_faults_name_their_entry() {
    let mut desk = TestDesk::signed_in(RA_AGENT);
    let serial = desk.card(READERS[0]).serial;
    let enqueue = |printer: &str| Order::Enqueue {
        holder: holder(0),
        serial: serial.clone(),
        printer: printer.to_owned(),
        reprint_reason: None,
    };
    desk.order(enqueue("No printer"));
    desk.until("that there is no such printer", |event| match event {
        Event::QueueTrouble { entry: None, trouble } if trouble.message.contains("No printer") => Some(()),
        _ => None,
    });
    desk.order(enqueue(PRINTER));
    desk.order(enqueue(PRINTER));
    let queue = desk.queue(|queue| queue.len() == 2);
    let (first, second) = (queue[0].id, queue[1].id);
    desk.order(Order::MovePrint { entry: second, before: Some(first) });
    desk.queue(|queue| queue.len() == 2 && queue[0].id == second);
    // The card was never issued: its face is refused, and the entry says why.
    desk.order(Order::Print { entry: second });
    let queue = desk.queue(|queue| queue.iter().any(|entry| entry.state == QueueState::Failed));
    let failed = queue.iter().find(|entry| entry.id == second).expect("it is kept");
    assert!(failed.why.as_ref().is_some_and(|why| why.contains("issue a card first")), "{failed:?}");
    desk.order(Order::RetryPrint { entry: second });
    desk.queue(|queue| queue.len() == 2 && queue.iter().all(|entry| entry.state == QueueState::Waiting));
    desk.order(Order::Print { entry: first });
    desk.queue(|queue| queue.iter().any(|entry| entry.id == first && entry.state == QueueState::Failed));
    desk.order(Order::MarkPrinted { entry: first });
    desk.queue(|queue| queue.iter().any(|entry| entry.id == first && entry.state == QueueState::Printed));
    desk.order(Order::MarkPrinted { entry: first });
    desk.until("that it did not fail", |event| match event {
        Event::QueueTrouble { entry, .. } => (*entry == Some(first)).then_some(()),
        _ => None,
    });
    desk.order(Order::CancelPrint { entry: second });
    desk.queue(|queue| queue.iter().any(|entry| entry.id == second && entry.state == QueueState::Cancelled));
    desk.order(Order::RetryPrint { entry: second });
    desk.until("that it has ended", |event| match event {
        Event::QueueTrouble { entry, .. } => (*entry == Some(second)).then_some(()),
        _ => None,
    });
}

#[test]
fn a_printer_says_how_it_is() {
    let mut desk = TestDesk::new();
    let is_ready = |event: &Event| match event {
        Event::Printer(view) if view.name == PRINTER => {
            assert!(view.virtual_one);
            matches!(&view.condition, PrinterCondition::Ready { supplies } if !supplies.is_empty()).then_some(())
        }
        _ => None,
    };
    desk.until("a ready printer", is_ready);
    desk.order(Order::AskPrinter { printer: PRINTER.to_owned() });
    desk.until("a ready printer once more", is_ready);
}

/// Cards of both readers, issued and waiting for the printer at this port.
fn two_that_wait(printer: &VirtualPrinter) -> (TestDesk, [i64; 2]) {
    two_at(TestDesk::with_printer(printer.port()))
}

/// The same at this desk.
fn two_at(mut desk: TestDesk) -> (TestDesk, [i64; 2]) {
    desk.sign_in(RA_AGENT);
    let entries = [0, 1].map(|n| {
        desk.card(READERS[n]);
        let work = 1 + n as u64;
        desk.issue(work, &holder(n), READERS[n], PrintWish::Later { printer: PRINTER.to_owned() });
        let WorkEnd::Done { queued: Some(entry) } = desk.end(work) else { panic!("the card is issued and waits") };
        entry
    });
    (desk, entries)
}

/// How each of these entries stands, if all are there.
fn standing<'q>(queue: &'q [QueueEntry], entries: &[i64; 2]) -> Option<[&'q QueueEntry; 2]> {
    let entry = |id: i64| queue.iter().find(|entry| entry.id == id);
    Some([entry(entries[0])?, entry(entries[1])?])
}

/// Jobs that the printer took until now.
fn taken(printer: &VirtualPrinter) -> usize {
    std::iter::from_fn(|| printer.receive(Duration::from_millis(1)).ok()).filter(|job| job.cards.is_ok()).count()
}

#[test]
fn cards_ordered_of_a_printer_without_cards_are_printed_in_their_order_each_once_as_cards_are_put_in() {
    let printer = VirtualPrinter::start(Model { cards: 0, ..Model::default() }).expect("a port");
    let (mut desk, [first, second]) = two_that_wait(&printer);
    desk.order(Order::Print { entry: first });
    desk.order(Order::Print { entry: second });
    let both =
        |queue: &[QueueEntry], fits: fn([&QueueEntry; 2]) -> bool| standing(queue, &[first, second]).is_some_and(fits);
    let queue = desk.queue(|queue| both(queue, |all| all.iter().all(|entry| entry.goes_on_by_itself())));
    assert!(queue.iter().all(|entry| entry.why.as_ref().is_some_and(|why| why.contains("nothing was sent"))));
    assert_eq!(taken(&printer), 0);

    // One card is put in: it is the first entry's, and the second goes on waiting.
    printer.fill(1);
    desk.queue(|queue| both(queue, |[a, b]| a.state == QueueState::Printed && b.goes_on_by_itself()));
    assert_eq!(taken(&printer), 1);
    printer.fill(5);
    desk.queue(|queue| both(queue, |all| all.iter().all(|entry| entry.state == QueueState::Printed)));
    assert_eq!(taken(&printer), 1);
    // Nothing is left to go on with, also by what the worker remembers.
    assert!(desk.workplace.journal.queue_going_on(PRINTER).expect("reads").is_empty());
}

#[test]
fn a_printer_that_may_hold_a_face_prints_no_other_card_before_somebody_says_what_became_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("cards.prn");
    let (mut desk, [first, second]) = two_at(TestDesk::with_print_file(&file));
    let entry =
        |queue: &[QueueEntry], id: i64| queue.iter().find(|entry| entry.id == id).cloned().expect("it is there");
    let is = |id: i64, state: QueueState| {
        move |queue: &[QueueEntry]| queue.iter().any(|entry| entry.id == id && entry.state == state)
    };
    desk.order(Order::Print { entry: first });
    desk.queue(is(first, QueueState::Sent));
    let sent = std::fs::read(&file).expect("a job");
    desk.order(Order::Print { entry: second });
    let queue = desk.queue(is(second, QueueState::Failed));
    let why = entry(&queue, second).why.expect("words");
    assert!(why.contains("say first how the card of 555 000 000 017 came out"), "{why}");
    assert_eq!(std::fs::read(&file).expect("a job"), sent, "nothing more was sent");

    desk.order(Order::MarkPrinted { entry: first });
    desk.queue(is(first, QueueState::Printed));
    desk.order(Order::RetryPrint { entry: second });
    desk.queue(is(second, QueueState::Waiting));
    desk.order(Order::Print { entry: second });
    let job = entry(&desk.queue(is(second, QueueState::Sent)), second).job.expect("it was printed");

    // Once a card is on record as spoilt, no other word makes it one that may be printed.
    desk.order(Order::CameOut { job, card: CameOut::Spoilt });
    desk.queue(is(second, QueueState::Failed));
    for order in [
        Order::RetryPrint { entry: second },
        Order::MarkPrinted { entry: second },
        Order::Reprint { entry: second, reason: "once more".to_owned() },
    ] {
        desk.order(order);
        let words = desk.until("the refusal", |event| match event {
            Event::QueueTrouble { entry: Some(told), trouble } if *told == second => Some(trouble.message.clone()),
            _ => None,
        });
        assert!(words.contains("printed wrongly"), "{words}");
    }
    assert_eq!(entry(&desk.workplace.journal.queue().expect("reads"), second).state, QueueState::Failed);
}

#[test]
fn a_card_that_is_ordered_does_not_overtake_one_that_waits_for_the_printer() {
    let printer = VirtualPrinter::start(Model { cards: 0, ..Model::default() }).expect("a port");
    let (mut desk, [first, second]) = two_that_wait(&printer);
    desk.order(Order::Print { entry: first });
    desk.queue(|queue| queue.iter().any(|entry| entry.id == first && entry.goes_on_by_itself()));
    // The one card that is in the hopper now is the first entry's, though the second is ordered before the worker looks again.
    printer.fill(1);
    desk.order(Order::Print { entry: second });
    desk.queue(|queue| {
        standing(queue, &[first, second]).is_some_and(|[a, b]| a.state == QueueState::Printed && b.goes_on_by_itself())
    });
    assert_eq!(taken(&printer), 1);
    // An officer who takes it out has the last word.
    desk.order(Order::CancelPrint { entry: second });
    desk.queue(|queue| queue.iter().any(|entry| entry.id == second && entry.state == QueueState::Cancelled));
    printer.fill(1);
    desk.order(Order::AskPrinter { printer: PRINTER.to_owned() });
    desk.until("a ready printer", |event| match event {
        Event::Printer(view) => matches!(view.condition, PrinterCondition::Ready { .. }).then_some(()),
        _ => None,
    });
    assert_eq!(taken(&printer), 0);
}

#[test]
fn a_card_that_fails_for_its_own_reason_leaves_those_behind_it_to_the_officer() {
    let printer = VirtualPrinter::start(Model { cards: 0, ..Model::default() }).expect("a port");
    let (mut desk, entries) = two_that_wait(&printer);
    entries.iter().for_each(|entry| desk.order(Order::Print { entry: *entry }));
    desk.queue(|queue| standing(queue, &entries).is_some_and(|all| all.iter().all(|entry| entry.goes_on_by_itself())));
    // The card of the first entry is ended meanwhile, and is the next one in the hopper.
    let [first, second] = entries;
    let serial = desk.workplace.journal.queue().expect("reads").remove(0).serial;
    let (service, job) = (&desk.workplace.service, JobId::from_random([9; 16]));
    for (key, outcome) in [(6, PrintOutcome::Starting), (7, PrintOutcome::Spoilt)] {
        let record = PrintRecord {
            job: job.clone(),
            holder: holder(0),
            series: Series::Series10,
            printer_model: "magicard-doh-300-v2".to_owned(),
            job_sha256: "00".to_owned(),
            outcome,
            client_software: ClientSoftware::SmartcardConnect("4.1".parse().expect("a version")),
            reprint_reason: None,
        };
        service.record_print(&serial, JobId::from_random([key; 16]).as_str(), &record).expect("on record");
    }
    let spoilt = SpoilCard { job, holder: holder(0), reason: SpoilReason::Misprinted, note: None };
    service.spoil_card(&serial, JobId::from_random([8; 16]).as_str(), &spoilt).expect("it is ended");
    printer.fill(2);
    desk.queue(|queue| {
        standing(queue, &[first, second]).is_some_and(|[a, b]| {
            a.state == QueueState::Failed && !a.goes_on_by_itself() && b.state == QueueState::Waiting
        })
    });
    assert_eq!(taken(&printer), 0, "no face goes onto the card of another holder");
}

#[test]
fn after_a_restart_cards_that_waited_for_the_printer_say_what_to_do_and_none_is_lost_or_printed_twice() {
    let printer = VirtualPrinter::start(Model { cards: 0, ..Model::default() }).expect("a port");
    let (mut desk, entries) = two_that_wait(&printer);
    entries.iter().for_each(|entry| desk.order(Order::Print { entry: *entry }));
    let waits = |queue: &[QueueEntry]| {
        standing(queue, &entries).is_some_and(|all| all.iter().all(|entry| entry.goes_on_by_itself()))
    };
    desk.queue(waits);

    let mut desk = desk.restarted(printer.port());
    printer.fill(5);
    desk.sign_in(RA_AGENT);
    desk.order(Order::ListQueue);
    let queue = desk.queue(|queue| queue.len() == 2);
    for entry in queue {
        assert_eq!((entry.state, entry.goes_on_by_itself()), (QueueState::Failed, false));
        let why = entry.why.expect("what to do");
        assert!(why.contains("does not go on by itself") && why.contains("put the card back in the queue"), "{why}");
    }
    // The printer is ready and somebody is signed in: nothing is printed that nobody asked for.
    desk.forget();
    desk.order(Order::AskPrinter { printer: PRINTER.to_owned() });
    desk.until("a ready printer", |event| match event {
        Event::Printer(view) => matches!(view.condition, PrinterCondition::Ready { .. }).then_some(()),
        _ => None,
    });
    assert_eq!(taken(&printer), 0);
    for entry in entries {
        desk.order(Order::RetryPrint { entry });
        desk.order(Order::Print { entry });
    }
    desk.queue(|queue| {
        standing(queue, &entries).is_some_and(|all| all.iter().all(|entry| entry.state == QueueState::Printed))
    });
    assert_eq!(taken(&printer), 2);
}

#[test]
fn a_printer_that_no_longer_answers_is_told_with_the_time_of_what_it_said_last() {
    let printer = VirtualPrinter::start(Model::default()).expect("a port");
    let mut desk = TestDesk::with_printer(printer.port());
    let answer = |desk: &mut TestDesk, ready: bool| {
        desk.until("an answer", |event| match event {
            Event::Printer(view) => {
                (matches!(view.condition, PrinterCondition::Ready { .. }) == ready).then(|| view.clone())
            }
            _ => None,
        })
    };
    let before = answer(&mut desk, true);
    assert!(!before.said.is_empty() && before.silent_since.is_none());
    drop(printer);
    let dropped = time::OffsetDateTime::now_utc();
    desk.order(Order::AskPrinter { printer: PRINTER.to_owned() });
    let after = answer(&mut desk, false);
    assert_eq!(after.said, before.said, "what it said last is still there");
    assert!(after.silent_since.is_some_and(|since| since < dropped), "{after:?}");
}

#[test]
fn an_answer_that_cannot_be_read_is_told_as_it_came() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("bound").port();
    // Lives as long as the test: it answers whoever calls.
    std::thread::spawn(move || {
        for mut line in listener.incoming().flatten() {
            let _ = std::io::Write::write_all(&mut line, b"<prn>no such answer\x03");
            let _ = std::io::Read::read_to_end(&mut line, &mut Vec::new());
        }
    });
    let mut desk = TestDesk::with_printer(port);
    let view = desk.until("the answer", |event| match event {
        Event::Printer(view) => matches!(view.condition, PrinterCondition::CannotPrint { .. }).then(|| view.clone()),
        _ => None,
    });
    assert_eq!(view.said.len(), 1);
    assert_eq!(view.said[0].value, "<prn>no such answer\\x03");
    assert_eq!(view.silent_since, None, "it does answer");
}
