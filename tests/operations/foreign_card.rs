//! Cards that are not what the gateway takes them for: they are left as they came, with tries to spare.

use std::sync::{Arc, Mutex};

use cardwright::{
    card::{
        apdu::Command,
        reader::{Access, CardReaders},
        virtual_card::{VirtualCard, VirtualReaders},
    },
    domain::{Secret, UnlockCode},
    operations::{Ending, OperationError, issue::PasscodeChoice},
};
use cardwright_independent_card::IndependentCard;

use crate::{
    desk::{self, IndependentReaders, Make, READER, TestDesk},
    promise::{self, Ended},
};

const FOREIGN_CODE: &[u8; 8] = b"87654321";

/// A card whose delivered unlock code is not the one the gateway expects of this stock.
fn card_with_a_foreign_code(make: Make) -> Box<dyn CardReaders> {
    match make {
        Make::Virtual | Make::Series9 | Make::Channel => {
            let mut blueprint = desk::blueprint_of(make, 1);
            blueprint.transport_unlock_code = UnlockCode::new(Secret::new(FOREIGN_CODE.to_vec())).expect("eight bytes");
            let readers = VirtualReaders::new([READER]);
            let card = Arc::new(Mutex::new(VirtualCard::new(&blueprint)));
            readers.insert(READER, card).expect("the reader is there");
            Box::new(readers)
        }
        Make::Independent => {
            let mut card = IndependentCard::new();
            card.leave_factory(desk::card_identifier(1), None);
            let readers = IndependentReaders(Arc::new(Mutex::new(card)));
            assert!(change_code(&readers, b"12345678", FOREIGN_CODE), "the delivered code");
            Box::new(readers)
        }
    }
}

/// Changes the unlock code with plain commands; whether the card took it.
fn change_code(readers: &dyn CardReaders, old: &[u8; 8], new: &[u8; 8]) -> bool {
    let mut connection = readers.connect(READER, Access::Exclusive).expect("opens");
    let mut taken = false;
    connection
        .transact(&mut |card| {
            let aid = [0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00];
            let select = Command::new(0x00, 0xA4, 0x04, 0x00).with_data(aid).expecting_data();
            card.exchange(&select).expect("answers");
            let change = Command::new(0x00, 0x24, 0x00, 0x81).with_data([old.as_slice(), new.as_slice()].concat());
            taken = card.exchange(&change).expect("answers").status.is_ok();
        })
        .expect("a transaction");
    taken
}

#[test]
fn a_foreign_unlock_code_costs_one_try_and_nothing_else() {
    for make in [Make::Virtual, Make::Series9, Make::Independent] {
        let bench = TestDesk::new();
        let readers = card_with_a_foreign_code(make);
        // As often as an impatient officer likes, as long as somebody uses the right code in between.
        for round in 0..2 {
            let what = format!("{make:?}, round {round}");
            let report =
                desk::issue(&bench.desk(&*readers), desk::holder(1), PasscodeChoice::LeftLocked).expect("prepared");
            let Ending::Undone { why, .. } = &report.ending else { panic!("{what}: {:?}", report.ending) };
            assert!(why.contains("put it aside") && why.contains("was not changed"), "{what}: {why}");
            assert!(bench.journal.open_jobs().expect("reads").is_empty(), "{what}");
            let held = promise::held(&bench.gateway_data(), &*readers, READER, &desk::serial(make, 1), &what);
            assert_eq!(held, Ended::Blank, "{what}");
            assert!(change_code(&*readers, FOREIGN_CODE, FOREIGN_CODE), "{what}: the card's own code still works");
        }
    }
}

#[test]
fn a_card_that_another_gateway_issued_is_refused_untouched() {
    for make in [Make::Virtual, Make::Series9, Make::Independent] {
        let (ours, theirs) = (TestDesk::new(), TestDesk::new());
        let readers = desk::card(make, 1);
        let issued = desk::issue(&theirs.desk(&*readers), desk::holder(1), PasscodeChoice::ChosenByHolder);
        assert_eq!(issued.expect("prepared").ending, Ending::Done);
        let refused = desk::issue(&ours.desk(&*readers), desk::holder(1), PasscodeChoice::LeftLocked);
        assert!(matches!(refused, Err(OperationError::NotBlank { .. })), "{:?}", refused.map(|r| r.ending));
        assert!(ours.journal.open_jobs().expect("reads").is_empty());
        let held = promise::held(&theirs.gateway_data(), &*readers, READER, &desk::serial(make, 1), "their card");
        assert_eq!(held, Ended::Issued);
    }
}
