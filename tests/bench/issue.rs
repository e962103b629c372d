//! Cards are issued, several at a time, and every event says whose it is.

use std::{collections::BTreeMap, path::PathBuf};

use cardwright::{
    bench::{Event, Order, PrintWish, ReaderCondition, WorkEnd, WorkEvent, WorkId},
    domain::{CardState, JobId, Operation},
    face::planes::{HEIGHT, WIDTH},
    journal::QueueState,
    operations::{Progress, Step},
};

use crate::desk::{PRINTER, RA_AGENT, READERS, TestDesk, holder};

fn job_of(progress: &Progress) -> &JobId {
    match progress {
        Progress::Started { job, .. } | Progress::Finished { job, .. } | Progress::Said { job, .. } => job,
    }
}

fn now() -> PrintWish {
    PrintWish::Now { printer: PRINTER.to_owned() }
}

#[test]
fn a_card_is_issued_step_by_step_queued_and_printed() {
    let mut desk = TestDesk::signed_in(RA_AGENT);
    let blank = desk.card(READERS[0]);
    desk.issue(5, &holder(0), READERS[0], now());
    desk.reader(READERS[0], |condition| matches!(condition, ReaderCondition::InWork(WorkId(5))).then_some(()));

    let (mut events, mut queue) = (Vec::new(), None);
    desk.until("the queue after the end", |event| {
        match event {
            Event::Work { work, event } => {
                assert_eq!(*work, WorkId(5));
                events.push(event.clone());
            }
            Event::Queue(result) => queue = Some(result.clone().expect("the journal can be read")),
            _ => {}
        }
        queue.is_some().then_some(())
    });
    let [WorkEvent::Begun { job, serial, .. }, steps @ .., WorkEvent::Ended(end)] = events.as_slice() else {
        panic!("begun, steps, ended: {events:?}")
    };
    assert_eq!(serial, &blank.serial);
    let steps: Vec<&Progress> = steps
        .iter()
        .map(|event| match event {
            WorkEvent::Progress(progress) => progress,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(steps.iter().all(|progress| job_of(progress) == job));
    let started: Vec<Step> = steps
        .iter()
        .filter_map(|progress| match progress {
            Progress::Started { step, .. } => Some(*step),
            Progress::Finished { .. } | Progress::Said { .. } => None,
        })
        .collect();
    assert_eq!((started.first(), started.last()), (Some(&Step::Reserve), Some(&Step::Confirm)));
    let queue = queue.expect("it was told");
    let WorkEnd::Done { queued: Some(entry) } = *end else { panic!("{end:?}") };
    assert_eq!((queue[0].id, queue[0].state, &queue[0].serial), (entry, QueueState::Waiting, serial));

    let issued = desk.reader(READERS[0], |condition| match condition {
        ReaderCondition::Card(card) if card.state() == Some(CardState::Active) => Some(card.clone()),
        _ => None,
    });
    assert_eq!(issued.holder.map(|holder| holder.id), Some(holder(0)));
    assert!(issued.has_certificates && issued.portrait.is_some() && issued.tries_left == Some(3));
    let told = issued.record.expect("the service answers").certificates_expire.map(|last| last.date());
    assert!(told.is_some() && issued.expires == told, "{told:?}");

    desk.order(Order::Print { entry });
    let mut printed = Vec::new();
    let queue = desk.until("a printed card", |event| match event {
        Event::PrintProgress { entry: told, progress } => {
            assert_eq!(*told, entry);
            printed.push(job_of(progress).clone());
            None
        }
        Event::Queue(Ok(queue)) if queue[0].state == QueueState::Printed => Some(queue.clone()),
        Event::Queue(Ok(queue)) => {
            assert!(matches!(queue[0].state, QueueState::Waiting | QueueState::Printing), "{queue:?}");
            None
        }
        _ => None,
    });
    assert!(!printed.is_empty() && printed.iter().all(|job| Some(job) == queue[0].job.as_ref()));
    let picture: PathBuf = desk.data().join("virtual-printer").join(format!("{}.png", printed[0].short()));
    let picture = image::open(picture).expect("the card as it came out");
    assert_eq!((picture.width() as usize, picture.height() as usize), (WIDTH, HEIGHT));
    let open = desk.until("what is unfinished", |event| match event {
        Event::Unfinished(result) => Some(result.clone().expect("the journal can be read")),
        _ => None,
    });
    assert_eq!(open, []);
}

#[test]
fn two_works_on_two_readers_keep_apart_and_a_busy_reader_takes_no_third() {
    let mut desk = TestDesk::signed_in(RA_AGENT);
    let serials = READERS.map(|reader| desk.card(reader).serial);
    for place in [0, 1] {
        desk.issue(place as u64, &holder(place), READERS[place], PrintWish::No);
    }
    desk.issue(9, &holder(0), READERS[0], PrintWish::No);
    let refused = desk.end(9);
    assert!(matches!(&refused, WorkEnd::NotBegun(why) if why.message.contains("being worked on")), "{refused:?}");
    let (mut jobs, mut ended) = (BTreeMap::new(), 0);
    desk.until("both ends", |event| {
        let Event::Work { work, event } = event else { return None };
        match event {
            WorkEvent::Begun { job, serial, .. } => {
                assert_eq!(*serial, serials[work.0 as usize]);
                jobs.insert(*work, job.clone());
            }
            WorkEvent::Progress(progress) => assert_eq!(Some(job_of(progress)), jobs.get(work)),
            WorkEvent::Ended(end) => {
                assert_eq!(*end, WorkEnd::Done { queued: None });
                ended += 1;
            }
            WorkEvent::Asks { .. }
            | WorkEvent::AwaitsCard
            | WorkEvent::CardIn { .. }
            | WorkEvent::Whose(_)
            | WorkEvent::CardNow(_) => {
                panic!("nothing of an issue: {event:?}")
            }
        }
        (ended == 2).then_some(())
    });
    assert_ne!(jobs.get(&WorkId(0)), jobs.get(&WorkId(1)));
    let cards =
        [0, 1].map(|place| desk.workplace.journal.job(&jobs[&WorkId(place)]).expect("readable").expect("there"));
    assert!(cards.iter().all(|record| record.operation == Operation::Issue));
}

#[test]
fn signing_out_waits_for_the_card_in_work() {
    let mut desk = TestDesk::signed_in(RA_AGENT);
    desk.card(READERS[0]);
    desk.issue(1, &holder(0), READERS[0], PrintWish::No);
    desk.order(Order::SignOut);
    let mut end = None;
    desk.until("the end of the session", |event| match event {
        Event::Work { event: WorkEvent::Ended(told), .. } => {
            end = Some(told.clone());
            None
        }
        Event::SignedOut => Some(()),
        _ => None,
    });
    assert_eq!(end, Some(WorkEnd::Done { queued: None }), "the card was finished before");
}

#[test]
fn a_job_that_was_cut_is_listed_and_gone_on_with() {
    let mut desk = TestDesk::signed_in(RA_AGENT);
    let card = desk.card(READERS[0]);
    // As a program leaves it that is cut right after it wrote down what it is going to do.
    let job = JobId::from_random([9; 16]);
    let plan = serde_json::json!({
        "job": job, "holder": holder(0), "serial": card.serial, "series": card.series, "profile": "training",
        "passcode": "left-locked", "guid": "00112233445566778899aabbccddeeff", "objects": [],
    });
    desk.workplace.journal.begin(&job, Operation::Issue, &plan).expect("the journal can be written");
    desk.order(Order::ListUnfinished);
    let open = desk.until("what is unfinished", |event| match event {
        Event::Unfinished(result) => Some(result.clone().expect("the journal can be read")),
        _ => None,
    });
    assert_eq!((open.len(), &open[0].job, open[0].serial.as_ref()), (1, &job, Some(&card.serial)));
    desk.order(Order::Resume { work: WorkId(3), job: job.clone(), passcode: None });
    desk.reader(READERS[0], |condition| matches!(condition, ReaderCondition::InWork(WorkId(3))).then_some(()));
    assert!(matches!(desk.end(3), WorkEnd::Undone { .. }), "the gateway never heard of it");
    let open = desk.until("what is unfinished", |event| match event {
        Event::Unfinished(result) => Some(result.clone().expect("the journal can be read")),
        _ => None,
    });
    assert_eq!(open, []);
    desk.order(Order::Resume { work: WorkId(4), job, passcode: None });
    assert!(matches!(desk.end(4), WorkEnd::NotBegun(_)), "never twice");
}
