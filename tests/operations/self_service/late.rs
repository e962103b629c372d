//! A holder's renewal that was cut off and that nobody came back to in time: the gateway revokes what nobody confirmed, and
//! then an officer may go on with it or repair the card. Before that it is the holder's alone.

use cardwright::{
    card::transport::{Moment, Tear},
    cis2::{Service, wire::SignIn},
    domain::CardState,
    operations::{CardWish, Ending, OperationError, Resumption, WhichPair, self_service::own_wish},
};
use time::Duration;

use super::{bench, kiosk, run, with_card};
use crate::{
    desk::{self, Make, READER, passcode},
    in_use::{
        Bench, Task, card,
        judge::{self, Stands},
        new_passcode, wish,
    },
    tearing::TearingReaders,
};

/// An exchange of a renewal after which its keys are new and its certificates are not.
const IN_THE_MIDDLE: u64 = 30;

/// A card whose holder was cut off in the middle of a renewal.
fn cut_off(bench: &Bench, number: u16) -> (TearingReaders, Tear) {
    let (readers, tear) = desk::tearing(card(Make::Virtual, number).0);
    bench.ready(Task::RenewNewKeys, number, &readers);
    let service = kiosk(bench);
    tear.arm(IN_THE_MIDDLE, Moment::AfterEffect);
    let workplace = desk::desk(&service, &readers, &bench.profiles, &bench.journal);
    let report = run(&bench.data(), &workplace, Task::RenewNewKeys).expect("begun");
    assert!(matches!(report.ending, Ending::Unfinished { .. }) && report.which_pair.is_none(), "{report:?}");
    tear.put_back();
    (readers, tear)
}

/// All time of the job runs out.
fn too_late(bench: &Bench) {
    bench.clock.set(bench.now + Duration::minutes(16));
    // The clock of the tests jumps, so that the officer's own session is begun anew.
    let officer = SignIn { officer: "555000000003".parse().expect("a number") };
    bench.service.sign_in(&officer).expect("signed in");
}

#[test]
fn before_its_time_has_run_out_it_is_the_holders_alone() {
    let bench = bench(Task::RenewNewKeys);
    let (readers, _) = cut_off(&bench, 1);
    let workplace = bench.desk(&readers);
    let job = workplace.look_at_unfinished().expect("reads").pop().expect("one");
    let refused = workplace.resume_one_with(&job.job, Some(passcode()), &mut |_| {}).expect("told");
    let Resumption::StillOpen { why } = refused.resumption else { panic!("{:?}", refused.resumption) };
    assert!(why.contains("begun by the holder") && why.contains("UTC"), "{why}");
    let repair = workplace.prepare_recertify(&wish(Task::RepairWithHolder)).map(drop).expect_err("another job is open");
    assert!(repair.to_string().contains("open"), "{repair}");
    // The holder, with card and passcode and nobody's help.
    let service = kiosk(&bench);
    let alone = desk::desk(&service, &readers, &bench.profiles, &bench.journal);
    let job = alone.own_unfinished(job.serial.as_ref().expect("a card")).expect("reads").expect("one");
    let wrong = alone.go_on_with_own(READER, &job, &new_passcode(), &mut |_| {}).expect_err("a wrong passcode");
    assert!(wrong.to_string().contains("2 tries are left"), "{wrong}");
    let gone_on = alone.go_on_with_own(READER, &job, &passcode(), &mut |_| {}).expect("gone on with");
    assert_eq!(gone_on.session.unfinished, Some(job.job));
    assert_eq!((gone_on.resumed.resumption, gone_on.resumed.which_pair), (Resumption::Finished, Some(WhichPair::New)));
    let serial = desk::serial(Make::Virtual, 1);
    assert_eq!(judge::held(&bench, &readers, &serial, &desk::holder(1), "finished by its holder"), Stands::Old);
}

#[test]
fn after_it_an_officer_goes_on_with_it_and_the_gateway_hands_it_over() {
    let bench = bench(Task::RenewNewKeys);
    let (readers, _) = cut_off(&bench, 1);
    too_late(&bench);
    let workplace = bench.desk(&readers);
    let job = workplace.look_at_unfinished().expect("reads").pop().expect("one");
    let resumed = workplace.resume_one_with(&job.job, Some(passcode()), &mut |_| {}).expect("resumed");
    assert_eq!((&resumed.resumption, resumed.which_pair), (&Resumption::Finished, Some(WhichPair::New)), "{resumed:?}");
    let rows = bench.service.audit(0, 500).expect("the audit");
    let handed = rows.iter().find(|row| row.event == "issuance.handed-over").expect("on record");
    assert_eq!(handed.detail["job"], job.job.as_str());
    let serial = desk::serial(Make::Virtual, 1);
    assert_eq!(judge::held(&bench, &readers, &serial, &desk::holder(1), "resumed by an officer"), Stands::Old);
}

#[test]
fn after_it_an_officer_repairs_the_card_and_the_journal_of_the_desk_learns_of_it() {
    let bench = bench(Task::RenewNewKeys);
    let (readers, _) = cut_off(&bench, 1);
    too_late(&bench);
    let workplace = bench.desk(&readers);
    let serial = desk::serial(Make::Virtual, 1);
    assert_eq!(bench.service.card(&serial).expect("a record").state, CardState::Unfinished);
    let repair = workplace.prepare_recertify(&wish(Task::RepairWithHolder)).expect("looked at");
    let report = workplace.repair(repair, Some(new_passcode()), &mut |_| {}).expect("begun");
    assert_eq!((&report.ending, report.which_pair), (&Ending::Done, Some(WhichPair::New)), "{report:?}");
    let left = desk::resume(&workplace);
    assert!(
        matches!(&left[..], [one] if matches!(&one.resumption, Resumption::Undone { why } if why.contains("since")))
    );
    assert_eq!(judge::held(&bench, &readers, &serial, &desk::holder(1), "repaired"), Stands::New);
}

#[test]
fn after_it_the_holder_may_still_finish_it() {
    let bench = bench(Task::RenewNewKeys);
    let (readers, _) = cut_off(&bench, 1);
    too_late(&bench);
    let service = kiosk(&bench);
    let alone = desk::desk(&service, &readers, &bench.profiles, &bench.journal);
    let serial = desk::serial(Make::Virtual, 1);
    let job = alone.own_unfinished(&serial).expect("reads").expect("one");
    let gone_on = alone.go_on_with_own(READER, &job, &passcode(), &mut |_| {}).expect("gone on with");
    assert_eq!(gone_on.resumed.which_pair, Some(WhichPair::New), "{:?}", gone_on.resumed);
    assert_eq!(judge::held(&bench, &readers, &serial, &desk::holder(1), "late"), Stands::Old);
}

#[test]
fn another_card_of_the_same_kind_does_not_go_on_with_it() {
    let bench = bench(Task::RenewNewKeys);
    let (readers, _) = cut_off(&bench, 1);
    let job = bench.desk(&readers).look_at_unfinished().expect("reads").pop().expect("one");
    let (other, _) = card(Make::Virtual, 2);
    bench.ready(Task::RenewNewKeys, 2, &*other);
    let service = kiosk(&bench);
    let elsewhere = desk::desk(&service, &*other, &bench.profiles, &bench.journal);
    let swapped = elsewhere.go_on_with_own(READER, &job, &passcode(), &mut |_| {}).expect_err("another card");
    assert!(matches!(swapped, OperationError::Swapped { .. }), "{swapped}");
    // Nor does the session of its own holder: it is for their own card.
    let session = with_card(&elsewhere).expect("signed in");
    let theirs = CardWish { serial: job.serial.clone(), ..own_wish(&session, READER, job.operation) };
    elsewhere.prepare_recertify(&theirs).map(drop).expect_err("not the card in the reader");
    let told = elsewhere.resume_one_with(&job.job, Some(passcode()), &mut |_| {}).expect("told");
    assert!(matches!(told.resumption, Resumption::StillOpen { .. }), "{:?}", told.resumption);
}
