//! An officer's own card signs in on the reader it lies in; its passcode is sent to it once and told to nobody.

use cardwright::{
    bench::{CardInReader, Event, Order, PrintWish, ProofFor, ReaderCondition, Trouble, WorkEnd, WorkId},
    cis2::{Service, wire::Session},
    domain::{CardSerial, Passcode, PasscodeRules, Secret},
};

use crate::desk::{RA_AGENT, RA_MANAGER, READERS, TestDesk, holder};

/// What [`TestDesk::issue`] issues a card with.
const RIGHT: &str = "738164";
const WRONG: &str = "914263";

/// A desk with a card of the RA Agent in its first reader; nobody is signed in any more.
fn desk() -> (TestDesk, CardInReader) {
    let mut desk = TestDesk::signed_in(RA_MANAGER);
    desk.card(READERS[0]);
    desk.issue(1, &RA_AGENT.parse().expect("a number"), READERS[0], PrintWish::No);
    assert_eq!(desk.end(1), WorkEnd::Done { queued: None });
    desk.order(Order::SignOut);
    desk.until("the end of the session", |event| matches!(event, Event::SignedOut).then_some(()));
    let card = with_certificates(&mut desk, 3);
    (desk, card)
}

/// The card in the first reader as anybody may read it, once it has so many tries left.
fn with_certificates(desk: &mut TestDesk, left: u8) -> CardInReader {
    desk.reader(READERS[0], |condition| match condition {
        ReaderCondition::Card(card)
            if card.record.is_err() && card.tries_left == Some(left) && card.named.is_some() =>
        {
            Some((**card).clone())
        }
        _ => None,
    })
}

fn sign_in(
    desk: &mut TestDesk,
    work: u64,
    reader: &str,
    serial: &CardSerial,
    digits: &str,
) -> Result<Session, Trouble> {
    let passcode = Passcode::shaped(Secret::new(digits.as_bytes().to_vec()), PasscodeRules::default()).expect("six");
    let order = Order::ProveWithCard {
        work: WorkId(work),
        reader: reader.to_owned(),
        serial: serial.clone(),
        passcode,
        to: ProofFor::SignIn,
    };
    assert!(!format!("{order:?}").contains(digits), "{order:?}");
    desk.order(order);
    desk.until("an answer", |event| match event {
        Event::SignedIn(result) => Some(result.clone()),
        _ => None,
    })
}

#[test]
fn it_names_its_officer_before_anybody_is_signed_in_and_signs_them_in() {
    let (mut desk, card) = desk();
    assert_eq!(card.named.as_ref().map(ToString::to_string), Some(RA_AGENT.to_owned()));
    let wrong = sign_in(&mut desk, 2, READERS[0], &card.serial, WRONG).expect_err("the passcode is wrong");
    assert!(wrong.message.contains("2 tries are left"), "{wrong:?}");
    with_certificates(&mut desk, 2);
    let session = sign_in(&mut desk, 3, READERS[0], &card.serial, RIGHT).expect("signed in");
    assert_eq!((session.officer.id.as_str(), &session.token), (RA_AGENT, &None));
    let own = desk.reader(READERS[0], |condition| match condition {
        ReaderCondition::OwnCard(card) => Some(card.clone()),
        _ => None,
    });
    assert_eq!((&own.serial, own.tries_left), (&card.serial, Some(3)));
    desk.issue(4, &holder(0), READERS[0], PrintWish::No);
    let end = desk.end(4);
    assert!(matches!(&end, WorkEnd::NotBegun(why) if why.message.contains("your own card")), "{end:?}");
}

#[test]
fn another_card_a_blank_one_and_none_are_sent_nothing() {
    let (mut desk, card) = desk();
    let other: CardSerial = "0A1B2C3D4E5F".parse().expect("a serial");
    let swapped = sign_in(&mut desk, 2, READERS[0], &other, RIGHT).expect_err("it is another card");
    assert!(swapped.message.contains(card.serial.as_str()), "{swapped:?}");
    let blank = sign_in(&mut desk, 3, READERS[1], &card.serial, RIGHT).expect_err("it is blank");
    assert!(blank.message.contains("no certificate on this card"), "{blank:?}");
    let training = desk.workplace.bench.training.clone().expect("training readers");
    training.take_card_out(READERS[1]).expect("a card");
    let gone = sign_in(&mut desk, 4, READERS[1], &card.serial, RIGHT).expect_err("there is none");
    assert!(gone.message.contains(READERS[1]), "{gone:?}");
    let nowhere = sign_in(&mut desk, 5, "No such reader", &card.serial, RIGHT).expect_err("there is no such reader");
    assert!(nowhere.message.contains("No such reader"), "{nowhere:?}");
    assert!(desk.workplace.service.session().is_err(), "nobody is signed in");
    sign_in(&mut desk, 6, READERS[0], &card.serial, RIGHT).expect("no try was used up");
}

#[test]
fn a_holder_who_is_no_officer_is_not_signed_in() {
    let mut desk = TestDesk::signed_in(RA_MANAGER);
    desk.card(READERS[0]);
    desk.issue(1, &holder(0), READERS[0], PrintWish::No);
    assert_eq!(desk.end(1), WorkEnd::Done { queued: None });
    desk.order(Order::SignOut);
    desk.until("the end of the session", |event| matches!(event, Event::SignedOut).then_some(()));
    let card = with_certificates(&mut desk, 3);
    let refused = sign_in(&mut desk, 2, READERS[0], &card.serial, RIGHT).expect_err("they do not work here");
    assert!(refused.message.contains("belongs to nobody who works at the desk"), "{refused:?}");
    assert!(desk.workplace.service.session().is_err());
}
