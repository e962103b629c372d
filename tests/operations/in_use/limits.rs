//! Counters, time that ran out, and another workstation in the middle.

use std::time::Duration;

use cardwright::{
    card::transport::Moment,
    cis2::wire::DeliverySaid,
    domain::Operation,
    journal::Journal,
    operations::{
        CardReport, CardWish, Ending, Need, OperationError, Progress, Resumption, Step, issue::PasscodeChoice,
    },
};
use time::OffsetDateTime;

use super::{
    Bench, Task, card, digits,
    judge::{self, Stands},
    long_ago, new_passcode, run, run_wish, wish,
};
use crate::desk::{self, Make};

fn why(report: &CardReport) -> &str {
    match &report.ending {
        Ending::Undone { why, .. } | Ending::Unfinished { why } => why,
        Ending::Done => panic!("it was done"),
    }
}

#[test]
fn three_wrong_passcodes_lock_and_a_fourth_is_never_sent() {
    for make in [Make::Virtual, Make::Series9, Make::Independent] {
        let bench = Bench::new(Task::ChangePasscode);
        let (readers, serial) = card(make, 1);
        bench.ready(Task::ChangePasscode, 1, &*readers);
        let workplace = bench.desk(&*readers);
        let whole = judge::tries_of(&*readers);
        for left in (0..whole).rev() {
            let preflight = workplace.prepare_on_card(&wish(Task::ChangePasscode)).expect("prepared");
            assert_eq!(preflight.tries_left.map(u16::from), Some(left + 1), "{make:?}: shown before");
            let report =
                workplace.change_passcode(preflight, digits(b"000000"), new_passcode(), &mut |_| {}).expect("begun");
            assert_eq!(report.tries_left.map(u16::from), Some(left), "{make:?}: the card's own number");
            assert_eq!(judge::tries_of(&*readers), left, "{make:?}: one try each");
            match left {
                0 => assert!(why(&report).contains("unlock the card"), "{make:?}: {}", why(&report)),
                1 => assert!(why(&report).contains("one try is left"), "{make:?}: {}", why(&report)),
                _ => assert!(why(&report).contains(&format!("{left} tries are left")), "{make:?}: {}", why(&report)),
            }
        }
        let fourth = workplace.prepare_on_card(&wish(Task::ChangePasscode)).map(drop);
        assert!(
            matches!(fourth, Err(OperationError::Refused(_) | OperationError::PasscodeLocked { .. })),
            "{fourth:?}"
        );
        let held = judge::held(&bench, &*readers, &serial, &desk::holder(1), "locked by wrong tries");
        assert_eq!(held, Stands::Locked, "and the record says so");
    }
}

#[test]
fn a_passcode_that_was_locked_elsewhere_is_sent_nothing() {
    let bench = Bench::new(Task::ChangePasscode);
    let (readers, wire) = desk::tearing(card(Make::Virtual, 1).0);
    bench.ready(Task::ChangePasscode, 1, &readers);
    let workplace = bench.desk(&readers);
    let preflight = workplace.prepare_on_card(&wish(Task::ChangePasscode)).expect("prepared");
    drop(preflight);
    judge::lock_with_wrong_tries(&readers);
    wire.put_back();
    let refused = workplace.prepare_on_card(&wish(Task::ChangePasscode)).map(drop);
    assert!(matches!(refused, Err(OperationError::PasscodeLocked { .. })), "{refused:?}");
    assert_eq!(wire.exchanges(), 5, "recognised, selected, and asked for its counter");
}

#[test]
fn a_renewal_tries_the_passcode_once() {
    let bench = Bench::new(Task::RenewNewKeys);
    let (readers, serial) = card(Make::Virtual, 1);
    bench.ready(Task::RenewNewKeys, 1, &*readers);
    let workplace = bench.desk(&*readers);
    for left in [2, 1, 0] {
        let preflight = workplace.prepare_recertify(&wish(Task::RenewNewKeys)).expect("prepared");
        let report = workplace.renew(preflight, digits(b"000000"), &mut |_| {}).expect("begun");
        assert!(why(&report).contains("passcode"), "{}", why(&report));
        assert_eq!((report.tries_left, judge::tries_of(&*readers)), (Some(left), u16::from(left)));
    }
    let held = judge::held(&bench, &*readers, &serial, &desk::holder(1), "locked by wrong tries");
    assert_eq!(held, Stands::Locked, "and the record says so");
}

#[test]
fn a_cut_renewal_tries_a_wrong_passcode_once_and_stays_open() {
    let bench = Bench::new(Task::RenewNewKeys);
    let (readers, serial) = card(Make::Virtual, 1);
    let (readers, tear) = desk::tearing(readers);
    bench.ready(Task::RenewNewKeys, 1, &readers);
    let workplace = bench.desk(&readers);
    tear.arm(18, Moment::AfterEffect);
    let report = run(&workplace, Task::RenewNewKeys).expect("prepared");
    assert!(matches!(report.ending, Ending::Unfinished { .. }) && report.which_pair.is_none(), "{report:?}");
    tear.put_back();
    let resumed = workplace.resume_one_with(&report.job, Some(digits(b"000000")), &mut |_| {}).expect("resumes");
    let Resumption::StillOpen { why } = &resumed.resumption else { panic!("{resumed:?}") };
    assert!(why.contains("2 tries are left"), "{why}");
    assert_eq!(judge::tries_of(&readers), 2);
    let resumed = workplace.resume_one_with(&report.job, Some(desk::passcode()), &mut |_| {}).expect("resumes");
    assert_eq!(resumed.resumption, Resumption::Finished);
    assert_eq!(judge::held(&bench, &readers, &serial, &desk::holder(1), "renewed after all"), Stands::Old);
}

/// The gateway's time ran out between the cut and the resumption.
#[test]
fn late_resumptions_keep_the_promise() {
    for task in Task::ALL {
        let bench = Bench::new(task);
        for (number, at) in (1..).zip([5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 26, 29]) {
            let what = format!("{task:?}, cut at {at} and resumed too late");
            let (readers, serial) = card(Make::Virtual, number);
            let (readers, tear) = desk::tearing(readers);
            bench.ready(task, number, &readers);
            tear.arm(at, Moment::AfterEffect);
            let workplace = bench.desk(&readers);
            let _ = run(&workplace, task);
            tear.put_back();
            bench.clock.set(bench.now + Duration::from_secs(16 * 60));
            for job in workplace.look_at_unfinished().expect("reads") {
                let holder = task.renews().then(desk::passcode);
                let resumed = workplace.resume_one_with(&job.job, holder, &mut |_| {}).expect(&what);
                assert!(!matches!(resumed.resumption, Resumption::StillOpen { .. }), "{what}: {resumed:?}");
            }
            bench.clock.set(bench.now);
            judge::held(&bench, &readers, &serial, &desk::holder(number), &what);
        }
    }
}

/// No new card is issued to a holder while a job on the old one is open.
#[test]
fn of_two_workstations_for_one_holder_one_wins_and_the_other_is_told_who_and_when() {
    let bench = Bench::new(Task::Cancel);
    let (old, serial) = card(Make::Virtual, 1);
    bench.ready(Task::Cancel, 1, &*old);
    let (new, _) = card(Make::Virtual, 2);
    let other = Journal::open(&bench.folder.path().join("second")).expect("a journal");
    let mut told = None;
    let workplace = bench.desk(&*old);
    let preflight = workplace.prepare_on_card(&wish(Task::Cancel)).expect("prepared");
    let mut in_the_middle = |progress: &Progress| {
        if matches!(progress, Progress::Started { step: Step::EmptyCard, .. }) && told.is_none() {
            let service = desk::signed_in(&bench.gateway.url());
            let workplace = desk::desk(&service, &*new, &bench.profiles, &other);
            told = Some(desk::issue(&workplace, desk::holder(1), PasscodeChoice::LeftLocked).expect("asked").ending);
        }
    };
    let report = workplace.cancel(preflight, &mut in_the_middle).expect("begun");
    assert_eq!(report.ending, Ending::Done);
    let Some(Ending::Undone { why, .. }) = told else { panic!("{told:?}") };
    assert!(why.contains("Tomos Llewelyn-Pryce") && why.contains("UTC"), "who and when: {why}");
    assert_eq!(judge::held(&bench, &*old, &serial, &desk::holder(1), "cancelled"), Stands::Cancelled);
    let issued = desk::issue(&bench.desk(&*new), desk::holder(1), PasscodeChoice::LeftLocked).expect("prepared");
    assert_eq!(issued.ending, Ending::Done, "afterwards the holder gets another card");
}

#[test]
fn what_the_gateway_asks_for_is_told_apart() {
    let bench = Bench::with(Task::Clear, |config| config.second_officer = vec![Operation::Clear]);
    let (readers, _) = card(Make::Virtual, 1);
    bench.ready(Task::Clear, 1, &*readers);
    let workplace = bench.desk(&*readers);
    let second = run(&workplace, Task::Clear).expect("prepared");
    assert_eq!(second.need, Some(Need::SecondOfficer), "{second:?}");
    bench.clock.set(bench.now + Duration::from_secs(6 * 60));
    let stale = run(&workplace, Task::Clear).expect("prepared");
    assert_eq!(stale.need, Some(Need::StepUp), "{stale:?}");
    bench.clock.set(bench.now);
    let (other, serial) = card(Make::Virtual, 2);
    let workplace = bench.desk(&*other);
    let issued = desk::issue(&workplace, desk::holder(2), PasscodeChoice::LeftLocked).expect("prepared");
    assert_eq!(issued.ending, Ending::Done);
    let unsaid = run(&workplace, Task::Unlock).expect("prepared");
    assert_eq!(unsaid.need, Some(Need::Delivery), "{unsaid:?}");
    let confirmed = CardWish { delivery: DeliverySaid::Confirmed, ..wish(Task::Unlock) };
    assert_eq!(run_wish(&workplace, Task::Unlock, &confirmed).expect("prepared").ending, Ending::Done);
    assert_eq!(judge::held(&bench, &*other, &serial, &desk::holder(2), "delivered"), Stands::New);
    assert!(bench.journal.open_jobs().expect("reads").is_empty());
}

#[test]
fn the_bench_makes_certificates_that_may_be_renewed() {
    let now = OffsetDateTime::now_utc();
    let left = (long_ago(now).replace_year(now.year()).expect("a day") - now).whole_days();
    assert!((25..=35).contains(&left), "{left} days left");
}

/// A workstation that never comes back: a clear goes on to blank at another one, and a holder's card is never made blank.
#[test]
fn another_workstation_takes_over_a_clear_and_nobodys_repair() {
    for (task, make) in
        [(Task::Clear, Make::Virtual), (Task::Clear, Make::Independent), (Task::RepairLeftLocked, Make::Virtual)]
    {
        let what = format!("{task:?}, {make:?}");
        let bench = Bench::new(task);
        let (readers, serial) = card(make, 1);
        let (readers, tear) = desk::tearing(readers);
        bench.ready(task, 1, &readers);
        let lost = Journal::open(&bench.folder.path().join("lost")).expect("a journal");
        tear.arm(if task == Task::Clear { 13 } else { 20 }, Moment::AfterEffect);
        let lost_desk = desk::desk(&bench.service, &readers, &bench.profiles, &lost);
        let report = run(&lost_desk, task).expect("prepared");
        assert!(matches!(report.ending, Ending::Unfinished { .. }), "{what}: {:?}", report.ending);
        tear.put_back();
        let workplace = bench.desk(&readers);
        assert_eq!(
            workplace.take_over_all(&mut |_| {}).expect("asks"),
            [],
            "{what}: within its time it is the other's"
        );
        bench.clock.set(bench.now + Duration::from_secs(16 * 60));
        let taken = workplace.take_over(None, &mut |_| {});
        bench.clock.set(bench.now);
        if task == Task::Clear {
            let resumed = taken.expect("takes over").expect("something to take over");
            assert_eq!(resumed.resumption, Resumption::Finished, "{what}");
            assert_eq!(judge::held(&bench, &readers, &serial, &desk::holder(1), &what), Stands::Blank);
        } else {
            assert!(matches!(taken, Err(OperationError::RepairIt { .. })), "{what}: {taken:?}");
            assert_eq!(workplace.take_over_all(&mut |_| {}).expect("asks"), [], "{what}: left alone");
            let repaired = run(&workplace, Task::RepairWithHolder).expect("prepared");
            assert_eq!(repaired.ending, Ending::Done, "{what}: repaired by whoever has it");
            assert_eq!(judge::held(&bench, &readers, &serial, &desk::holder(1), &what), Stands::New);
            let late = lost_desk.resume(&mut |_| {}).expect("resumes");
            assert!(matches!(&late[..], [one] if matches!(one.resumption, Resumption::Undone { .. })), "{late:?}");
            assert_eq!(judge::held(&bench, &readers, &serial, &desk::holder(1), &what), Stands::New);
        }
    }
}
