//! Cards in use are worked on by the reader they lie in, and cancelled without any; what the holder typed is told to nobody.

use cardwright::{
    bench::{CardInReader, CardNow, CardOrder, Event, Order, Passcodes, PrintWish, WorkEnd, WorkEvent, WorkId},
    cis2::wire::DeliverySaid,
    domain::{CancelReason, CardSerial, CardState, HolderId, Operation, Passcode, PasscodeRules, Secret},
};

use crate::desk::{RA_AGENT, READERS, TestDesk, holder};

/// What [`TestDesk::issue`] issues a card with.
const OLD: &str = "738164";
const NEW: &str = "602917";

fn passcode(digits: &str) -> Option<Passcode> {
    Passcode::shaped(Secret::new(digits.as_bytes().to_vec()), PasscodeRules::default()).ok()
}

/// A desk with a card of the first holder in its first reader.
fn desk() -> (TestDesk, HolderId, CardInReader) {
    let mut desk = TestDesk::signed_in(RA_AGENT);
    desk.card(READERS[0]);
    desk.issue(1, &holder(0), READERS[0], PrintWish::No);
    assert_eq!(desk.end(1), WorkEnd::Done { queued: None });
    let card = active(&mut desk);
    (desk, holder(0), card)
}

fn active(desk: &mut TestDesk) -> CardInReader {
    loop {
        let card = desk.card(READERS[0]);
        if card.state() == Some(CardState::Active) {
            return card;
        }
    }
}

fn wish(operation: Operation, holder: HolderId, serial: CardSerial) -> CardOrder {
    CardOrder {
        operation,
        reader: Some(READERS[0].to_owned()),
        serial,
        holder,
        delivery: DeliverySaid::NotSaid,
        reason: None,
        note: None,
        passcodes: Passcodes::default(),
    }
}

#[test]
fn a_passcode_is_changed_and_told_to_nobody() {
    let (mut desk, holder, card) = desk();
    let serial = card.serial;
    let card = CardOrder {
        passcodes: Passcodes { current: passcode(OLD), new: passcode(NEW) },
        ..wish(Operation::ChangePasscode, holder, serial.clone())
    };
    assert!(!format!("{card:?}").contains(OLD) && !format!("{card:?}").contains(NEW));
    desk.order(Order::OnCard { work: WorkId(2), card: Box::new(card) });
    let mut told = Vec::new();
    desk.until("the end", |event| {
        if let Event::Work { work: WorkId(2), event } = event {
            told.push(event.clone());
        }
        matches!(told.last(), Some(WorkEvent::Ended(_))).then_some(())
    });
    assert!(matches!(&told[0], WorkEvent::Begun { serial: begun, .. } if *begun == serial), "{told:?}");
    let [.., WorkEvent::CardNow(now), WorkEvent::Ended(WorkEnd::Done { queued: None })] = told.as_slice() else {
        panic!("{told:?}")
    };
    assert!(matches!(now, CardNow { pair: None, .. }));
    let all = format!("{told:?}");
    assert!(!all.contains(OLD) && !all.contains(NEW), "{all}");
    // The old one is wrong now, and is tried once.
    let card = CardOrder {
        passcodes: Passcodes { current: passcode(OLD), new: passcode("481625") },
        ..wish(Operation::ChangePasscode, crate::desk::holder(0), serial)
    };
    desk.order(Order::OnCard { work: WorkId(3), card: Box::new(card) });
    assert!(!matches!(desk.end(3), WorkEnd::Done { .. }));
    loop {
        if active(&mut desk).tries_left == Some(2) {
            return;
        }
    }
}

#[test]
fn another_card_than_the_one_that_was_looked_at_is_left_alone() {
    let (mut desk, holder, card) = desk();
    let serial = card.serial;
    let other: CardSerial = "0A1B2C3D4E5F".parse().expect("a serial");
    let card = CardOrder {
        passcodes: Passcodes { current: None, new: passcode(NEW) },
        ..wish(Operation::Unlock, holder, other)
    };
    desk.order(Order::OnCard { work: WorkId(2), card: Box::new(card) });
    let end = desk.end(2);
    assert!(matches!(&end, WorkEnd::NotBegun(trouble) if trouble.message.contains(serial.as_str())), "{end:?}");
}

#[test]
fn a_card_that_is_not_here_is_cancelled_on_record() {
    let (mut desk, holder, card) = desk();
    let serial = card.serial;
    let card = CardOrder {
        reader: None,
        reason: Some(CancelReason::Stolen),
        note: Some("from a locker".into()),
        ..wish(Operation::Cancel, holder, serial)
    };
    desk.order(Order::OnCard { work: WorkId(2), card: Box::new(card) });
    assert_eq!(desk.end(2), WorkEnd::Done { queued: None });
    // It lies in a reader after all, and is looked at again.
    while desk.card(READERS[0]).state() != Some(CardState::Cancelled) {}
}

#[test]
fn an_answer_to_work_that_does_not_wait_begins_nothing() {
    let (mut desk, _, _) = desk();
    let officer = crate::desk::RA_MANAGER.parse().expect("a number");
    for (n, order) in [
        Order::StepUp { work: WorkId(10) },
        Order::Approve { work: WorkId(11), officer },
        Order::GiveUp { work: WorkId(12) },
    ]
    .into_iter()
    .enumerate()
    {
        desk.order(order);
        let end = desk.end(10 + n as u64);
        assert!(matches!(end, WorkEnd::NotBegun(_)), "{end:?}");
    }
}

#[test]
fn the_certificates_and_what_is_wrong_are_read_with_the_card() {
    let (_desk, _, card) = desk();
    let [Some(first), Some(second)] = card.certificates else { panic!("{card:?}") };
    assert_eq!((Some(first), first), (card.expires, second));
    assert!(card.findings.is_empty() && !card.stranger && card.other_card.is_none(), "{card:?}");
    assert_eq!(card.tries_left, Some(3));
}
