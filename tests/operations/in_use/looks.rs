//! A card that is serviced is named for what it is, and nothing is written to it.

use std::sync::{Arc, Mutex};

use cardwright::{
    card::virtual_card::{VirtualCard, VirtualReaders},
    domain::{CertificateSlot, Operation},
    operations::{CardStanding, Ending, diagnosis::Finding, issue::PasscodeChoice},
};

use super::{Bench, Task, card, judge, run};
use crate::{
    desk::{self, Make, READER, TestDesk},
    promise::GatewayRecord,
};

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
        // Series 9 cards are read in pieces, as their profile says.
        let most = if make == Make::Series9 { 14 } else { 8 };
        assert!(wire.exchanges() <= most, "{} commands", wire.exchanges());
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
    for make in [Make::Virtual, Make::Series9, Make::Independent] {
        // Both gateways are of training and call their authorities alike: who made a certificate is told by its signature.
        let (ours, theirs) = (TestDesk::new(), TestDesk::new());
        let (readers, _) = card(make, 1);
        let issued = desk::issue(&theirs.desk(&*readers), desk::holder(1), PasscodeChoice::ChosenByHolder);
        assert_eq!(issued.expect("prepared").ending, Ending::Done);
        let look = ours.desk(&*readers).look_at_card(None).expect("looked at");
        assert_eq!((look.standing, look.offers.as_slice()), (CardStanding::OtherIssuer, [].as_slice()), "{make:?}");
        assert!(look.holder.is_none() && look.certificates.len() == 2, "{make:?}");
    }
}

#[test]
fn a_card_that_nobody_has_on_record_is_named() {
    for make in [Make::Virtual, Make::Series9, Make::Independent] {
        let bench = TestDesk::new();
        let (readers, serial) = card(make, 1);
        let issued = desk::issue(&bench.desk(&*readers), desk::holder(1), PasscodeChoice::ChosenByHolder);
        assert_eq!(issued.expect("prepared").ending, Ending::Done);
        GatewayRecord::forget_card(&bench.gateway_data(), &serial);
        let look = bench.desk(&*readers).look_at_card(None).expect("looked at");
        assert_eq!((look.standing, look.offers.as_slice()), (CardStanding::NoRecord, [].as_slice()), "{make:?}");
        // What cannot be read is no empty card either, and nobody's.
        if make == Make::Virtual {
            judge::spoil_certificates(&*readers, &serial);
            let look = bench.desk(&*readers).look_at_card(None).expect("looked at");
            assert_eq!((look.standing, look.certificates.len()), (CardStanding::NoRecord, 0));
        }
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
