//! A card signs its holder in: both makes, passcode tried once and never again by itself, nothing sent to a locked card.

use cardwright::{
    card::reader::CardReaders,
    domain::{Passcode, PasscodeRules, Secret},
    operations::{AuthenticationFault, Desk, OperationError, issue::PasscodeChoice},
};

use crate::desk::{self, Make, TestDesk, passcode};

fn other_passcode() -> Passcode {
    Passcode::shaped(Secret::new(b"918273".to_vec()), PasscodeRules::default()).expect("digits")
}

fn fault(desk: &Desk<'_>, passcode: &Passcode) -> AuthenticationFault {
    match desk.try_card(None, passcode) {
        Err(OperationError::Authentication(fault)) => fault,
        other => panic!("a fault of the card was expected, not {other:?}"),
    }
}

fn tries(desk: &Desk<'_>) -> Option<u8> {
    desk.prepare_authentication(None).expect("it can sign in").tries_left
}

fn issued(make: Make, number: u16, test: &TestDesk) -> Box<dyn CardReaders> {
    let readers = desk::card(make, number);
    let report = desk::issue(&test.desk(&*readers), desk::holder(number), PasscodeChoice::ChosenByHolder);
    report.expect("issued");
    readers
}

#[test]
fn cards_of_both_makes_sign_their_holders_in() {
    let test = TestDesk::new();
    for (make, number) in [(Make::Virtual, 31), (Make::Independent, 32), (Make::Series9, 36)] {
        let readers = issued(make, number, &test);
        let desk = test.desk(&*readers);
        let tried = desk.try_card(None, &passcode()).expect("the card works");
        assert_eq!(tried.findings, [], "{make:?}");
        let found = tried.signed_in;
        assert_eq!(found.card.holder.id, desk::holder(number));
        assert_eq!(found.card.serial, desk::serial(make, number));
        report!("{make:?}: both keys are tried with {} APDUs, recognition included", found.apdus);
        assert!(found.apdus <= 26, "{} APDUs", found.apdus);
        let card = desk.prepare_authentication(None).expect("it can sign in");
        let alone = desk.authenticate(card, &passcode()).expect("it signs in").apdus;
        report!("{make:?}: a card signs in with {alone} APDUs, recognition included");
        // Series 9 cards are read in pieces, as their profile says.
        assert!(alone <= if make == Make::Series9 { 16 } else { 13 }, "{alone} APDUs");
    }
}

#[test]
fn a_wrong_passcode_is_tried_once_and_a_locked_card_is_sent_nothing() {
    let test = TestDesk::new();
    for (make, number) in [(Make::Virtual, 33), (Make::Independent, 34)] {
        let readers = issued(make, number, &test);
        let desk = test.desk(&*readers);
        for left in [2, 1] {
            assert_eq!(fault(&desk, &other_passcode()), AuthenticationFault::WrongPasscode { tries_left: Some(left) });
            assert_eq!(tries(&desk), Some(left), "one try each, as the card itself counts");
        }
        desk.try_card(None, &passcode()).expect("the right one fills the count again");
        assert_eq!(tries(&desk), Some(3));
        // A passcode that cannot be one of this card costs no try.
        let short = Passcode::shaped(Secret::new(b"1234".to_vec()), PasscodeRules { min_digits: 4, max_digits: 8 });
        let refused = desk.try_card(None, &short.expect("digits"));
        assert!(matches!(refused, Err(OperationError::Passcode(_))), "{refused:?}");
        assert_eq!(tries(&desk), Some(3));
        for _ in 0..3 {
            fault(&desk, &other_passcode());
        }
        // Found locked before anybody is asked for a passcode, so none can be sent.
        let found = desk.prepare_authentication(None).map(drop);
        assert!(
            matches!(found, Err(OperationError::Authentication(AuthenticationFault::Locked))),
            "{make:?}: {found:?}"
        );
        assert_eq!(fault(&desk, &passcode()), AuthenticationFault::Locked);
    }
}

#[test]
fn a_silent_gateway_costs_no_try_and_a_blank_card_is_asked_no_passcode() {
    let mut test = TestDesk::new();
    let blank = desk::card(Make::Virtual, 35);
    assert_eq!(fault(&test.desk(&*blank), &passcode()), AuthenticationFault::NoCertificate);
    let readers = issued(Make::Virtual, 36, &test);
    test.gateway.take().expect("it runs").stop().expect("stopped");
    let desk = test.desk(&*readers);
    let silent = desk.try_card(None, &passcode());
    assert!(matches!(silent, Err(OperationError::Service(_))), "{silent:?}");
    assert_eq!(tries(&desk), Some(3));
}
