//! A card in a real reader of the smart card service.

use std::sync::{Arc, Mutex};

use cardwright::{
    bench::{Event, PrintWish, ReaderCondition, WorkEnd},
    card::{
        reader::{Access, CardReaders},
        virtual_card::VirtualCard,
    },
    domain::CardState,
    training::readers::blank_card,
    workplace::Readers,
};

use crate::{
    desk::{RA_AGENT, TestDesk, holder},
    workbench::Workbench,
};

#[test]
fn a_card_in_a_real_reader_is_recognised_once_issued_and_missed() {
    let mut bench = Workbench::start();
    let name = bench.reader_name(0);
    let mut desk = TestDesk::open(Readers::AsConfigured, || {});
    desk.sign_in(RA_AGENT);
    desk.reader(&name, |condition| matches!(condition, ReaderCondition::Empty).then_some(()));

    let card = VirtualCard::new(&blank_card().expect("a blank card"));
    let serial = card.production().serial().expect("a serial");
    bench.insert(0, Arc::new(Mutex::new(card)));
    let found = desk.card(&name);
    assert_eq!((&found.serial, found.state()), (&serial, Some(CardState::Blank)));

    desk.issue(1, &holder(0), &name, PrintWish::No);
    assert_eq!(desk.end(1), WorkEnd::Done { queued: None });
    desk.reader(&name, |condition| match condition {
        ReaderCondition::Card(card) if card.state() == Some(CardState::Active) => Some(()),
        _ => None,
    });

    // Another program takes the card for itself alone. The system does not tell of that: the next look finds it.
    let other = bench.readers().connect(&name, Access::Exclusive).expect("nobody has it");
    desk.sign_in(RA_AGENT);
    desk.reader(&name, |condition| matches!(condition, ReaderCondition::InUse).then_some(()));
    drop(other);
    desk.sign_in(RA_AGENT);
    desk.card(&name);

    bench.remove(0);
    let mut looks = 0;
    desk.until("an empty reader", |event| match event {
        Event::Reader(view) if view.name == name => match view.condition {
            ReaderCondition::Reading => {
                looks += 1;
                None
            }
            ReaderCondition::Empty => Some(()),
            _ => None,
        },
        _ => None,
    });
    assert!(looks <= 8, "looking at a card makes no new reason to look at it: {looks} looks");
}

#[test]
fn readers_go_with_the_service_they_are_known_from() {
    let bench = Workbench::start();
    let name = bench.reader_name(0);
    let mut desk = TestDesk::open(Readers::AsConfigured, || {});
    desk.sign_in(RA_AGENT);
    desk.reader(&name, |condition| matches!(condition, ReaderCondition::Empty).then_some(()));
    // The service ends with the bench.
    drop(bench);
    desk.until("the reader gone with its service", |event| match event {
        Event::ReaderGone { reader } if *reader == name => Some(()),
        _ => None,
    });
}
