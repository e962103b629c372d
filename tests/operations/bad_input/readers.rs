//! Readers and cards that are not as they should be: none, empty, several, and cards of another series.

use std::sync::{Arc, Mutex, atomic::Ordering};

use cardwright::{
    card::{
        reader::{Access, CardReaders},
        recognise::NotRecognised,
        virtual_card::{VirtualCard, VirtualReaders},
    },
    domain::Series,
    operations::{OperationError, issue::PasscodeChoice::LeftLocked, preflight::IssueRequest},
};

use super::refused;
use crate::{
    desk::{self, READER, TestDesk},
    old_card::{AUTHENTIC, JCOP_41, OldCard},
};

fn virtual_card(number: u8) -> Arc<Mutex<VirtualCard>> {
    Arc::new(Mutex::new(VirtualCard::new(&desk::blueprint(0, number))))
}

/// Asks for an issue on a reader of this name, or on any.
fn prepare(bench: &TestDesk, readers: &dyn CardReaders, reader: Option<&str>) -> Result<(), OperationError> {
    let request =
        IssueRequest { holder: desk::holder(1), reader: reader.map(str::to_owned), passcode: LeftLocked, print: None };
    bench.desk(readers).prepare_issue(&request).map(drop)
}

#[test]
fn no_reader() {
    let bench = TestDesk::new();
    let readers = VirtualReaders::new(Vec::<String>::new());
    let words = ["no card reader is connected", "plug a reader in", "nothing was changed"];
    refused(&bench, None, &words, || prepare(&bench, &readers, None));
}

#[test]
fn a_reader_without_a_card_and_one_that_is_not_there() {
    let bench = TestDesk::new();
    let readers = VirtualReaders::new([READER]);
    for (named, words) in [
        (None, ["no card in any reader", "put the card in", "nothing was changed"]),
        (Some(READER), ["no card in “Test reader”", "put the card in", "nothing was changed"]),
        (Some("Desk 7"), ["no reader called “Desk 7”", "plug it in, or choose another", "no card was touched"]),
    ] {
        refused(&bench, None, &words, || prepare(&bench, &readers, named));
    }
}

#[test]
fn two_cards() {
    let bench = TestDesk::new();
    let readers = VirtualReaders::new([READER, "Second reader"]);
    readers.insert(READER, virtual_card(1)).expect("the reader is there");
    readers.insert("Second reader", virtual_card(2)).expect("the reader is there");
    let words = ["Test reader, Second reader", "name the reader to use", "nothing was changed"];
    refused(&bench, Some(&readers), &words, || prepare(&bench, &readers, None));
    prepare(&bench, &readers, Some("Second reader")).expect("a named reader will do");
}

#[test]
fn a_card_that_another_program_holds() {
    let bench = TestDesk::new();
    let readers = VirtualReaders::new([READER]);
    readers.insert(READER, virtual_card(1)).expect("the reader is there");
    let _other = readers.connect(READER, Access::Exclusive).expect("the card opens");
    let words = ["another program is using the card", "close that program", "nothing on it was changed"];
    refused(&bench, None, &words, || prepare(&bench, &readers, None));
}

/// Cards of the older series, as far as they show themselves: none answers the PIV application.
#[test]
fn cards_of_the_wrong_series() {
    let bench = TestDesk::new();
    let kind = |error: &OperationError| match error {
        OperationError::NotRecognised(NotRecognised::Unknown) => Series::Unknown,
        OperationError::NotRecognised(why) => why.series().unwrap_or_else(|| panic!("{why}")),
        other => panic!("{other}"),
    };
    for (atr, application, series, words) in [
        (
            &[0x3B, 0x80, 0x80, 0x01, 0x01][..],
            Some(&AUTHENTIC[..]),
            Series::Series8,
            ["Series 8", "Nothing was changed", "issue a Series 10 card instead"],
        ),
        (
            &JCOP_41,
            None,
            Series::Series6,
            ["Series 6", "Nothing was changed", "please destroy it and issue a Series 10 card"],
        ),
        (
            &[0x3B, 0x80, 0x80, 0x01, 0x01],
            None,
            Series::Unknown,
            ["not an NHS smartcard", "Nothing was changed", "try another card"],
        ),
    ] {
        let card = OldCard::new(READER, atr, application);
        let error = refused(&bench, None, &words, || prepare(&bench, &card, None));
        assert_eq!(kind(&error), series);
        assert_eq!(card.other_commands.load(Ordering::Relaxed), 0, "the card was asked more than what it is");
    }
}

/// A card that is pulled while it is looked at.
#[test]
fn a_card_that_is_pulled_before_it_is_known() {
    let bench = TestDesk::new();
    let (readers, tear) = desk::tearing(desk::card(desk::Make::Virtual, 1));
    tear.arm(1, cardwright::card::transport::Moment::BeforeEffect);
    let words = ["could not be recognised", "nothing on it was changed", "put the same card back"];
    refused(&bench, None, &words, || prepare(&bench, &readers, None));
}
