//! Faults stay where they are, orders never wait, and the end is orderly.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use cardwright::{
    bench::{Event, Order, PrintWish, WorkEvent, WorkId},
    journal::JobState,
};

use crate::desk::{RA_AGENT, READERS, TestDesk, holder};

#[test]
fn a_fault_in_one_order_is_trouble_and_the_worker_goes_on() {
    // The service worker tells of the sign-in first; telling of the search is where it fails.
    let told = AtomicUsize::new(0);
    let mut desk = TestDesk::waking(move || {
        let service = std::thread::current().name() == Some("service");
        assert!(!service || told.fetch_add(1, Ordering::SeqCst) != 1, "the fault of this test");
    });
    desk.sign_in(RA_AGENT);
    let asked = desk.ticket();
    desk.order(Order::Find { ticket: asked, query: "Morris".into() });
    let trouble = desk.until("trouble", |event| match event {
        Event::Found { ticket, result: Err(trouble) } if *ticket == asked => Some(trouble.clone()),
        _ => None,
    });
    assert!(trouble.message.contains("fault of its own"), "{trouble:?}");
    let asked = desk.ticket();
    desk.order(Order::Find { ticket: asked, query: "Morris".into() });
    desk.until("an answer", |event| match event {
        Event::Found { ticket, result: Ok(_) } if *ticket == asked => Some(()),
        _ => None,
    });
}

#[test]
fn every_one_of_many_orders_is_answered_though_nobody_takes_events_meanwhile() {
    let mut desk = TestDesk::signed_in(RA_AGENT);
    let many = 3000;
    for _ in 0..many {
        desk.order(Order::Portrait { holder: holder(0) });
    }
    let (mut shown, mut refused) = (0, 0);
    desk.until("all answers", |event| {
        match event {
            Event::Portrait { result: Ok(Some(_)), .. } => shown += 1,
            Event::Portrait { result: Err(_), .. } => refused += 1,
            _ => {}
        }
        (shown + refused == many).then_some(())
    });
    assert!(shown >= 512 && refused > 0, "{shown} shown, {refused} refused");
}

#[test]
fn the_end_finishes_the_card_in_work_and_leaves_no_thread() {
    let mut desk = TestDesk::signed_in(RA_AGENT);
    desk.card(READERS[0]);
    desk.issue(1, &holder(0), READERS[0], PrintWish::No);
    let job = desk.until("the beginning", |event| match event {
        Event::Work { work: WorkId(1), event: WorkEvent::Begun { job, .. } } => Some(job.clone()),
        _ => None,
    });
    let TestDesk { workers, workplace, .. } = desk;
    drop(workers);
    assert_eq!(Arc::strong_count(&workplace), 1, "every thread has ended");
    let record = workplace.journal.job(&job).expect("readable").expect("it was begun");
    assert_eq!(record.state, JobState::Done, "it was finished and not cut");
}
