//! Who may sign in, who is found, and what is shown of them.

use std::sync::atomic::Ordering;

use cardwright::{
    bench::{Event, Order, PrintWish, ReaderCondition},
    domain::{CardState, HolderId},
};

use crate::desk::{RA_AGENT, RA_MANAGER, READERS, TestDesk, holder};

#[test]
fn an_officer_signs_in_and_finds_a_holder_with_profile_and_portrait() {
    let mut desk = TestDesk::new();
    desk.order(Order::ListOfficers);
    let officers = desk.until("the officers", |event| match event {
        Event::Officers(result) => Some(result.clone().expect("the gateway answers")),
        _ => None,
    });
    assert!(officers.iter().any(|officer| officer.officer.id.as_str() == RA_AGENT));

    let early = desk.ticket();
    desk.order(Order::Find { ticket: early, query: "Morris".into() });
    let refused = desk.until("an answer", |event| match event {
        Event::Found { ticket, result } if *ticket == early => Some(result.clone().expect_err("nobody is signed in")),
        _ => None,
    });
    assert!(refused.signed_out, "{refused:?}");

    desk.sign_in(RA_AGENT);
    let asked = desk.ticket();
    desk.order(Order::Find { ticket: asked, query: "Morris".into() });
    let found = desk.until("holders", |event| match event {
        Event::Found { ticket, result } if *ticket == asked => Some(result.clone().expect("the gateway answers")),
        _ => None,
    });
    let found: Vec<&HolderId> = found.iter().map(|record| &record.holder.id).collect();
    assert_eq!(found, [&holder(0)]);

    let asked = desk.ticket();
    desk.order(Order::OpenProfile { ticket: asked, holder: holder(0) });
    let profile = desk.until("a profile", |event| match event {
        Event::Profile { ticket, result } if *ticket == asked => Some(result.clone().expect("the gateway answers")),
        _ => None,
    });
    assert_eq!((profile.record.holder.id, profile.record.cards.len()), (holder(0), 0));

    desk.order(Order::Portrait { holder: holder(0) });
    let portrait = desk.until("a portrait", |event| match event {
        Event::Portrait { holder: whose, result } if *whose == holder(0) => Some(result.clone().expect("it decodes")),
        _ => None,
    });
    let portrait = portrait.expect("this holder has a photo");
    assert!(portrait.height() <= 120 && portrait.width() > 40, "{:?}", portrait.dimensions());
    assert!(desk.woken.load(Ordering::SeqCst) > 4, "whoever takes the events is woken");
}

#[test]
fn cards_are_recognised_before_the_sign_in_and_told_again_with_their_records_after_it() {
    let mut desk = TestDesk::new();
    for reader in READERS {
        desk.reader(reader, |condition| matches!(condition, ReaderCondition::Reading).then_some(()));
        let card = desk.reader(reader, |condition| match condition {
            ReaderCondition::Card(card) => Some(card.clone()),
            _ => None,
        });
        let why = card.record.expect_err("nobody is signed in");
        assert!(why.message.contains("sign in"), "{why:?}");
    }
    desk.sign_in(RA_AGENT);
    let cards = READERS.map(|reader| desk.card(reader));
    assert_ne!(cards[0].serial, cards[1].serial);
    for card in cards {
        assert_eq!((card.state(), card.holder, card.has_certificates), (Some(CardState::Blank), None, false));
    }
}

#[test]
fn an_officers_own_card_is_set_apart() {
    let mut desk = TestDesk::signed_in(RA_MANAGER);
    let agent: HolderId = RA_AGENT.parse().expect("a number");
    desk.card(READERS[0]);
    desk.issue(1, &agent, READERS[0], PrintWish::No);
    assert_eq!(desk.end(1), cardwright::bench::WorkEnd::Done { queued: None });
    desk.order(Order::SignOut);
    desk.until("the end of the session", |event| matches!(event, Event::SignedOut).then_some(()));
    desk.forget();
    desk.sign_in(RA_AGENT);
    let own = desk.reader(READERS[0], |condition| match condition {
        ReaderCondition::OwnCard(card) => Some(card.clone()),
        _ => None,
    });
    assert_eq!(own.holder.map(|holder| holder.id), Some(agent));
    desk.issue(2, &holder(0), READERS[0], PrintWish::No);
    let end = desk.end(2);
    let cardwright::bench::WorkEnd::NotBegun(why) = end else { panic!("{end:?}") };
    assert!(why.message.contains("your own card"), "{why:?}");
}
