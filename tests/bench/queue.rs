//! The print queue, and cards that were printed wrongly.

use cardwright::{
    bench::{Event, Order, PrintWish, PrinterCondition, WorkEnd, WorkId},
    domain::CardState,
    journal::QueueState,
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
