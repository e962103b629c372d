//! The officer's safety: their own card, another card than the one looked at, a card that is gone, and who may not.

use std::sync::{Arc, Mutex};

use cardwright::{
    card::virtual_card::{VirtualCard, VirtualReaders},
    cis2::wire::{self, Chip},
    cis2::{HttpConfig, HttpService, Service},
    domain::{CancelReason, Operation},
    operations::{CardStanding, CardWish, Ending, OperationError, Resumption, issue::PasscodeChoice},
};

use super::{
    Bench, Task, card,
    judge::{self, Stands},
    new_passcode, run, run_wish, wish,
};
use crate::desk::{self, Make, READER};

/// A client signed in as another officer.
fn as_officer(bench: &Bench, officer: &str) -> HttpService {
    let service = HttpService::new(&bench.gateway.url(), HttpConfig::default()).expect("a client");
    service.sign_in(&wire::SignIn { officer: officer.parse().expect("a number") }).expect("signs in");
    service
}

#[test]
fn nobody_works_on_their_own_card() {
    let bench = Bench::new(Task::Clear);
    let (readers, serial) = card(Make::Virtual, 1);
    let manager = as_officer(&bench, "555000000001");
    let owner = desk::RA_AGENT.parse().expect("a number");
    let workplace = desk::desk(&manager, &*readers, &bench.profiles, &bench.journal);
    let issued = desk::issue(&workplace, owner, PasscodeChoice::ChosenByHolder).expect("prepared");
    assert_eq!(issued.ending, Ending::Done);
    let own = bench.desk(&*readers);
    for task in Task::ALL {
        let refused = run(&own, task).map(|report| report.ending);
        assert!(matches!(refused, Err(OperationError::OwnCard { .. })), "{task:?}: {refused:?}");
    }
    // Also where the desk asks nobody first: the gateway knows.
    let named = CardWish {
        serial: Some(serial.clone()),
        holder: Some(desk::RA_AGENT.parse().expect("a number")),
        ..wish(Task::Unlock)
    };
    let refused = run_wish(&own, Task::Unlock, &named).expect("asked the gateway").ending;
    assert!(matches!(refused, Ending::Undone { by_policy: true, .. }), "{refused:?}");
    let look = own.look_at_card(None).expect("looked at");
    assert_eq!(look.standing, CardStanding::OwnCard);
    assert!(look.offers.iter().all(|(_, decision)| !decision.is_allowed()), "{:?}", look.offers);
    assert!(bench.journal.open_jobs().expect("reads").is_empty());
    assert_eq!(judge::tries_of(&*readers), 3, "nothing was sent to it");
}

#[test]
fn another_card_than_the_one_looked_at_is_refused() {
    for task in Task::ALL {
        let bench = Bench::new(task);
        let (readers, _) = card(Make::Virtual, 1);
        bench.ready(task, 1, &*readers);
        let looked_at = CardWish { serial: Some(desk::serial(Make::Virtual, 2)), ..wish(task) };
        let refused = run_wish(&bench.desk(&*readers), task, &looked_at).map(|report| report.ending);
        let Err(OperationError::Swapped { looked_at, found }) = refused else { panic!("{task:?}: {refused:?}") };
        assert_eq!((looked_at, found), (desk::serial(Make::Virtual, 2), desk::serial(Make::Virtual, 1)));
    }
}

#[test]
fn a_card_that_is_swapped_in_the_middle_is_noticed() {
    let bench = Bench::new(Task::Unlock);
    let chip = |low| Arc::new(Mutex::new(VirtualCard::new(&desk::blueprint(0, low))));
    let (first, second) = (chip(1), chip(2));
    let readers = VirtualReaders::new([READER]);
    readers.insert(READER, second.clone()).expect("the reader is there");
    bench.ready(Task::Unlock, 2, &readers);
    readers.insert(READER, first.clone()).expect("the reader is there");
    bench.ready(Task::Unlock, 1, &readers);
    let workplace = bench.desk(&readers);
    let preflight = workplace.prepare_on_card(&wish(Task::Unlock)).expect("prepared");
    readers.insert(READER, second).expect("the reader is there");
    let report = workplace.unlock(preflight, new_passcode(), &mut |_| {}).expect("begun");
    assert!(matches!(report.ending, Ending::Unfinished { .. }), "{:?}", report.ending);
    assert_eq!(judge::tries_of(&readers), 0, "the other card is as it was");
    let resumed = workplace.resume_one(&report.job, &mut |_| {}).expect("asked");
    let Resumption::StillOpen { why } = &resumed.resumption else { panic!("{resumed:?}") };
    assert!(why.contains(desk::serial(Make::Virtual, 1).as_str()), "the right card is named: {why}");
    assert_eq!(judge::tries_of(&readers), 0, "the other card is as it was");
    readers.insert(READER, first).expect("the reader is there");
    let resumed = workplace.resume_one(&report.job, &mut |_| {}).expect("resumes");
    assert!(matches!(resumed.resumption, Resumption::Undone { .. }), "{resumed:?}");
    let held = judge::held(&bench, &readers, &desk::serial(Make::Virtual, 1), &desk::holder(1), "swapped");
    assert_eq!(held, Stands::Locked);
}

#[test]
fn a_card_is_cancelled_without_its_chip_and_with_a_wrong_key() {
    let bench = Bench::new(Task::Cancel);
    let (readers, serial) = card(Make::Virtual, 1);
    bench.ready(Task::Cancel, 1, &*readers);
    let workplace = bench.desk(&*readers);
    let lost = CardWish {
        chip: Chip::NotHere,
        serial: Some(serial.clone()),
        reason: Some(CancelReason::Lost),
        ..CardWish::new(Operation::Cancel)
    };
    let unnamed = CardWish { serial: None, ..lost.clone() };
    assert!(matches!(workplace.prepare_on_card(&unnamed).map(drop), Err(OperationError::NoCardNamed)));
    let reasonless = CardWish { reason: None, ..lost.clone() };
    assert!(matches!(workplace.prepare_on_card(&reasonless).map(drop), Err(OperationError::ReasonNeeded)));
    let report = run_wish(&workplace, Task::Cancel, &lost).expect("prepared");
    assert_eq!((&report.ending, report.apdus, report.gateway_calls), (&Ending::Done, 0, 2));
    assert_eq!(judge::held(&bench, &*readers, &serial, &desk::holder(1), "lost"), Stands::Cancelled);
    // The holder can be issued another card at once.
    let (other, serial) = card(Make::Virtual, 2);
    let issued = desk::issue(&bench.desk(&*other), desk::holder(1), PasscodeChoice::ChosenByHolder).expect("prepared");
    assert_eq!(issued.ending, Ending::Done);
    assert_eq!(judge::held(&bench, &*other, &serial, &desk::holder(1), "another"), Stands::Old);
}

#[test]
fn a_blocked_unlock_code_ends_in_advice() {
    for task in [Task::Unlock, Task::RepairWithHolder, Task::RepairLeftLocked] {
        for make in [Make::Virtual, Make::Series9, Make::Independent] {
            let what = format!("{task:?}, {make:?}");
            let bench = Bench::new(task);
            let (readers, serial) = card(make, 1);
            bench.ready(task, 1, &*readers);
            judge::block_unlock_code(&*readers);
            let report = run(&bench.desk(&*readers), task).expect(&what);
            let Ending::Undone { why, .. } = &report.ending else { panic!("{what}: {:?}", report.ending) };
            assert!(why.contains("cancel the card and issue another"), "{what}: {why}");
            let helps = cardwright::operations::on_card::remedy_of_lost_code(why);
            assert_eq!(helps, Some(Operation::Cancel), "the window leads there: {what}");
            assert!(bench.journal.open_jobs().expect("reads").is_empty(), "{what}");
            let record = crate::promise::GatewayRecord::open(&bench.data());
            let state = if task == Task::Unlock { "locked" } else { "active" };
            assert_eq!(record.card_state(&serial), state, "{what}");
            assert!(!record.code_in_doubt(&serial), "{what}");
        }
    }
}

/// A card that is administered over a channel gets another code over it: an unlock says so, and repair and clear do it.
#[test]
fn a_blocked_unlock_code_is_replaced_over_the_channel_of_a_card() {
    for task in [Task::RepairWithHolder, Task::RepairLeftLocked, Task::Clear] {
        let what = format!("{task:?}");
        let bench = Bench::new(task);
        let (readers, serial) = card(Make::Channel, 1);
        bench.ready(task, 1, &*readers);
        judge::block_unlock_code(&*readers);
        let report = run(&bench.desk(&*readers), Task::Unlock).expect(&what);
        let Ending::Undone { why, .. } = &report.ending else { panic!("{what}: {:?}", report.ending) };
        assert!(why.contains("repair the card, which gives it a new one"), "{what}: {why}");
        let report = run(&bench.desk(&*readers), task).expect(&what);
        assert_eq!(report.ending, Ending::Done, "{what}");
        let stands = judge::held(&bench, &*readers, &serial, &desk::holder(1), &what);
        assert_eq!(stands, super::works::after(task), "{what}");
        if task == Task::Clear {
            // Stock again: it is issued with the code it was delivered with.
            let issued = desk::issue(&bench.desk(&*readers), desk::holder(2), PasscodeChoice::ChosenByHolder);
            assert_eq!(issued.expect("prepared").ending, Ending::Done, "{what}");
        } else {
            let unlocked = run(&bench.desk(&*readers), Task::Unlock).expect(&what);
            assert_eq!(unlocked.ending, Ending::Done, "{what}: the gateway knows the new code");
        }
    }
}

#[test]
fn a_sponsor_unlocks_and_does_no_more() {
    let bench = Bench::new(Task::Clear);
    let (readers, _) = card(Make::Virtual, 1);
    bench.ready(Task::Clear, 1, &*readers);
    let sponsor = as_officer(&bench, "555000000005");
    let workplace = desk::desk(&sponsor, &*readers, &bench.profiles, &bench.journal);
    for task in [Task::Clear, Task::Cancel, Task::RepairLeftLocked] {
        let refused = run(&workplace, task).map(|report| report.ending);
        assert!(matches!(refused, Err(OperationError::Refused(_))), "{task:?}: {refused:?}");
    }
    assert_eq!(run(&workplace, Task::Unlock).expect("prepared").ending, Ending::Done);
}
