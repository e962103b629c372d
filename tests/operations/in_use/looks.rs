//! A card that is serviced is named for what it is, and nothing is written to it.

use std::sync::{Arc, Mutex};

use cardwright::{
    card::virtual_card::{VirtualCard, VirtualReaders},
    domain::{CertificateSlot, Operation},
    operations::{CardStanding, Ending, OperationError, diagnosis::Finding, issue::PasscodeChoice},
};

use super::{Bench, Task, card, judge, run};
use crate::desk::{self, Make, READER, TestDesk};

#[test]
fn a_card_through_its_life() {
    for make in [Make::Virtual, Make::Series9, Make::Independent] {
        let bench = Bench::new(Task::Unlock);
        let (readers, wire) = desk::tearing(card(make, 1).0);
        let workplace = bench.desk(&readers);
        let look = || workplace.look_at_card(None).expect("looked at");
        let blank = look();
        assert_eq!((&blank.standing, blank.holder.is_none()), (&CardStanding::Empty, true), "{make:?}");
        assert_eq!(blank.serial, Some(desk::serial(make, 1)));

        let issued = desk::issue(&workplace, desk::holder(1), PasscodeChoice::ChosenByHolder).expect("prepared");
        assert_eq!(issued.ending, Ending::Done);
        wire.put_back();
        let good = look();
        crate::report!("a look, {make:?}: {} commands", wire.exchanges());
        assert!(wire.exchanges() <= 14, "{} commands", wire.exchanges());
        assert_eq!((&good.standing, good.diagnosis.as_slice()), (&CardStanding::InOrder, [].as_slice()), "{make:?}");
        assert_eq!(good.holder.as_ref().map(|holder| holder.id.clone()), Some(desk::holder(1)));
        assert_eq!(good.certificates.len(), 2);
        assert!(good.certificates.iter().all(|one| (1094..=1096).contains(&one.days_left)), "{:?}", good.certificates);
        assert!(good.tries_left.is_some_and(|left| left > 0));
        let allowed: Vec<Operation> =
            good.offers.iter().filter(|(_, decision)| decision.is_allowed()).map(|(operation, _)| *operation).collect();
        let all =
            [Operation::Unlock, Operation::Repair, Operation::Clear, Operation::Cancel, Operation::ChangePasscode];
        assert_eq!(allowed, all, "{make:?}: no renewal three years before its time");

        judge::lock_with_wrong_tries(&readers);
        let locked = look();
        assert_eq!((locked.standing, locked.tries_left), (CardStanding::Locked, Some(0)), "{make:?}");
        assert_eq!(locked.diagnosis, [Finding::PasscodeLocked], "{make:?}");

        assert_eq!(run(&workplace, Task::Cancel).expect("prepared").ending, Ending::Done);
        assert_eq!(look().standing, CardStanding::Cancelled, "{make:?}");
    }
}

#[test]
fn strangers_are_named() {
    for make in [Make::Virtual, Make::Independent] {
        let (ours, theirs) = (TestDesk::new(), TestDesk::new());
        let (readers, _) = card(make, 1);
        let issued = desk::issue(&theirs.desk(&*readers), desk::holder(1), PasscodeChoice::ChosenByHolder);
        assert_eq!(issued.expect("prepared").ending, Ending::Done);
        let look = ours.desk(&*readers).look_at_card(None).expect("looked at");
        // Both gateways are of training and call their authorities alike, so only the record tells them apart.
        assert!(matches!(look.standing, CardStanding::OtherIssuer | CardStanding::NoRecord), "{:?}", look.standing);
        assert!(look.offers.is_empty(), "nothing can be done to it");
    }
}

#[test]
fn what_is_wrong_is_said_and_repaired() {
    let bench = Bench::new(Task::RepairWithHolder);
    let chip = Arc::new(Mutex::new(VirtualCard::new(&desk::blueprint(0, 1))));
    let readers = VirtualReaders::new([READER]);
    readers.insert(READER, chip).expect("the reader is there");
    bench.ready(Task::RepairWithHolder, 1, &readers);
    judge::erase(&readers, &desk::serial(Make::Virtual, 1), 0x0A);
    judge::erase(&readers, &desk::serial(Make::Virtual, 1), 0x02);
    let workplace = bench.desk(&readers);
    let look = workplace.look_at_card(None).expect("looked at");
    let found = [Finding::CertificateMissing { slot: CertificateSlot::Signing }, Finding::IdentifierMissing];
    assert_eq!((look.standing, look.diagnosis.as_slice()), (CardStanding::Faulty, found.as_slice()));
    let preflight = workplace.prepare_recertify(&super::wish(Task::RepairWithHolder)).expect("prepared");
    assert_eq!(preflight.diagnosis, found);
    let report = workplace.repair(preflight, Some(super::new_passcode()), &mut |_| {}).expect("begun");
    assert_eq!(report.ending, Ending::Done);
    assert_eq!(workplace.look_at_card(None).expect("looked at").standing, CardStanding::InOrder);
}

#[test]
fn a_key_that_does_not_fit_is_seen_with_the_passcode() {
    for make in [Make::Virtual, Make::Independent] {
        let bench = Bench::new(Task::RepairWithHolder);
        let (readers, serial) = card(make, 1);
        bench.ready(Task::RepairWithHolder, 1, &*readers);
        let workplace = bench.desk(&*readers);
        let wish = super::wish(Task::RepairWithHolder);
        assert_eq!(workplace.check_keys(&wish, &desk::passcode()).expect("checked"), [], "{make:?}");
        let whole = judge::tries_of(&*readers);
        let wrong = workplace.check_keys(&wish, &super::digits(b"000000"));
        let Err(OperationError::WrongPasscode { left: Some(left), .. }) = wrong else { panic!("{wrong:?}") };
        assert_eq!((u16::from(left), judge::tries_of(&*readers)), (whole - 1, whole - 1), "{make:?}: one try");
        assert_eq!(workplace.check_keys(&wish, &desk::passcode()).expect("checked"), [], "{make:?}");
        if make == Make::Virtual {
            judge::make_another_key(&*readers, &serial, 0x9C);
            let found = [Finding::KeyDoesNotFit { slot: CertificateSlot::Signing }];
            assert_eq!(workplace.check_keys(&wish, &desk::passcode()).expect("checked"), found);
            assert_eq!(run(&workplace, Task::RepairWithHolder).expect("prepared").ending, Ending::Done);
            assert_eq!(workplace.check_keys(&wish, &super::new_passcode()).expect("checked"), []);
        }
    }
}
