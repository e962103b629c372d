//! Cards that come and go.

use cardwright::{
    bench::{Event, Order, ReaderCondition, TrainingCardMove, WorkEnd},
    domain::{CardState, NhsCode},
};

use crate::desk::{RA_AGENT, READERS, TestDesk, holder};

fn card_move(desk: &TestDesk, reader: &str, move_to: TrainingCardMove) {
    desk.order(Order::TrainingCard { reader: reader.to_owned(), move_to });
}

fn is_empty(condition: &ReaderCondition) -> Option<()> {
    matches!(condition, ReaderCondition::Empty).then_some(())
}

#[test]
fn a_card_taken_out_and_put_back_is_told() {
    let mut desk = TestDesk::signed_in(RA_AGENT);
    let card = desk.card(READERS[0]);
    card_move(&desk, READERS[0], TrainingCardMove::Out);
    desk.reader(READERS[0], is_empty);
    desk.forget();
    card_move(&desk, READERS[0], TrainingCardMove::Back);
    let reading = desk
        .reader(READERS[0], |condition| matches!(condition, ReaderCondition::Reading).then(|| condition.nhs_code()));
    assert_eq!(reading, Some(NhsCode::Scanning), "a state, with the code the NHS gives it");
    assert_eq!(desk.card(READERS[0]).serial, card.serial);

    card_move(&desk, READERS[0], TrainingCardMove::NewBlank);
    let serial = card.serial.clone();
    let new = desk.reader(READERS[0], |condition| match condition {
        ReaderCondition::Card(card) if card.serial != serial => Some(card.clone()),
        _ => None,
    });
    assert_eq!(new.state(), Some(CardState::Blank));
    card_move(&desk, READERS[0], TrainingCardMove::Kept(card.serial.clone()));
    desk.reader(READERS[0], |condition| match condition {
        ReaderCondition::Card(found) if found.serial == card.serial => Some(()),
        _ => None,
    });
}

#[test]
fn what_cannot_be_moved_or_issued_is_told_with_the_reader() {
    let mut desk = TestDesk::signed_in(RA_AGENT);
    desk.card(READERS[1]);
    card_move(&desk, READERS[1], TrainingCardMove::Out);
    desk.reader(READERS[1], is_empty);
    card_move(&desk, READERS[1], TrainingCardMove::Out);
    desk.until("that there is no card", |event| match event {
        Event::TrainingTrouble(why) if why.message.contains(READERS[1]) => Some(()),
        _ => None,
    });
    desk.issue(7, &holder(0), READERS[1], cardwright::bench::PrintWish::No);
    let end = desk.end(7);
    assert_eq!(end.nhs_code(), Some(NhsCode::CardUnreadable));
    assert!(matches!(end, WorkEnd::NotBegun(why) if why.message.contains(READERS[1])));
    desk.issue(8, &holder(0), "Reader 9", cardwright::bench::PrintWish::No);
    assert!(matches!(desk.end(8), WorkEnd::NotBegun(why) if why.message.contains("Reader 9")));
    card_move(&desk, "Reader 9", TrainingCardMove::Out);
    desk.until("that there is no reader", |event| match event {
        Event::TrainingTrouble(why) if why.message.contains("Reader 9") => Some(()),
        _ => None,
    });
}
