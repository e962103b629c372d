//! What is told of unfinished work is what going on with it does, job by job.

use cardwright::{
    card::transport::Moment,
    journal::{NewEntry, QueueState},
    operations::{Ending, OperationError, Resumption, WhatNext, issue::PasscodeChoice},
    printer::virtual_printer::Model,
};

use crate::{
    desk::{self, Make, READER, TestDesk},
    faulty_proxy::{Calls, FaultyProxy, Harm},
    gateway_faults::impatient,
    printing,
    promise::{self, Ended},
};

#[test]
fn what_will_be_done_is_told_before_and_done_after() {
    let bench = TestDesk::new();
    let (readers, _) = desk::tearing(desk::card(Make::Virtual, 0));
    let choice = PasscodeChoice::LeftLocked;
    let exchanges = desk::issue(&bench.desk(&readers), desk::holder(0), choice).expect("prepared").apdus;
    let (mut finished, mut undone) = (0, 0);
    for (at, number) in (0..exchanges).rev().step_by(3).zip(1..) {
        let (readers, tear) = desk::tearing(desk::card(Make::Virtual, number));
        let workplace = bench.desk(&readers);
        tear.arm(at, Moment::AfterEffect);
        let Ok(report) = desk::issue(&workplace, desk::holder(number), choice) else { continue };
        assert!(matches!(report.ending, Ending::Unfinished { .. }), "{:?}", report.ending);
        let job = report.plan.job;

        // The card is out: looking needs none, and going on without it leaves the job as it was.
        let [told] = <[_; 1]>::try_from(workplace.look_at_unfinished().expect("reads")).expect("one job");
        assert_eq!(
            (&told.job, told.serial.as_ref().expect("a card"), &told.holder),
            (&job, &report.plan.serial, &report.plan.holder)
        );
        let without = workplace.resume_one(&job, &mut |_| {}).expect("the journal can be read and written");
        assert_eq!(without.record.opened, told.opened);
        if matches!(without.resumption, Resumption::StillOpen { .. }) {
            assert_eq!(workplace.look_at_unfinished().expect("reads"), std::slice::from_ref(&told), "cut at {at}");
            tear.put_back();
            let resumed = workplace.resume_one(&job, &mut |_| {}).expect("the journal can be read and written");
            count(&resumed.resumption, told.next, &mut finished, &mut undone);
        } else {
            // Only the gateway's last answer was missing.
            tear.put_back();
            count(&without.resumption, told.next, &mut finished, &mut undone);
        }
        assert_eq!(workplace.look_at_unfinished().expect("reads"), []);
        let again = workplace.resume_one(&job, &mut |_| {});
        assert!(matches!(again, Err(OperationError::NothingToResume { .. })), "{again:?}");
        let ended = promise::held(&bench.gateway_data(), &readers, READER, &report.plan.serial, "resumed");
        assert_eq!(ended == Ended::Issued, told.next == WhatNext::WillFinish, "cut at {at}");
    }
    crate::report!("{finished} told and finished, {undone} told and undone");
    assert!(finished > 0 && undone > 5, "{finished} finished, {undone} undone");
}

#[track_caller]
fn count(resumption: &Resumption, next: WhatNext, finished: &mut u32, undone: &mut u32) {
    match (resumption, next) {
        (Resumption::Finished, WhatNext::WillFinish) => *finished += 1,
        (Resumption::Undone { .. }, WhatNext::WillUndo) => *undone += 1,
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_job_is_resumed_and_the_other_waits() {
    let bench = TestDesk::new();
    let mut cut = Vec::new();
    for number in [1, 2] {
        let (readers, tear) = desk::tearing(desk::card(Make::Virtual, number));
        tear.arm(20, Moment::AfterEffect);
        let report = desk::issue(&bench.desk(&readers), desk::holder(number), PasscodeChoice::LeftLocked);
        tear.put_back();
        cut.push((readers, report.expect("prepared").plan.job));
    }
    let (readers, second) = &cut[1];
    let workplace = bench.desk(readers);
    let resumed = workplace.resume_one(second, &mut |_| {}).expect("the journal can be read and written");
    assert!(matches!(resumed.resumption, Resumption::Undone { .. }), "{:?}", resumed.resumption);
    let left: Vec<_> = workplace.look_at_unfinished().expect("reads").into_iter().map(|job| job.job).collect();
    assert_eq!(left, [cut[0].1.clone()]);

    // A job that another window works on is left to it.
    let claim = bench.journal.claim(&left[0]).expect("free");
    let held = workplace.resume_one(&left[0], &mut |_| {}).expect("the journal can be read");
    assert!(matches!(held.resumption, Resumption::StillOpen { .. }), "{:?}", held.resumption);
    drop(claim);
}

/// The gateway is lost after the card was printed: resuming puts it on record, and the queue learns what became of it.
#[test]
fn a_resumed_print_is_settled_in_the_queue() {
    let bench = TestDesk::new();
    let (_running, printer) = printing::printer(Model::default());
    let proxy = FaultyProxy::start(bench.gateway.as_ref().expect("running").address());
    let service = impatient(&proxy.url());
    let readers = printing::issued(&bench, 1);
    let workplace = bench.desk_with(&service, &*readers);
    let preflight = printing::prepare(&workplace, 1, &printer, 0).expect("prepared");
    let (job, plan) = (preflight.plan.job.clone(), preflight.plan.clone());
    let new = NewEntry { holder: plan.holder, serial: plan.serial, printer: plan.printer, reason: None };
    let entry = bench.journal.queue_add(new).expect("adds");
    bench.journal.queue_set(entry.id, QueueState::Printing, None, None).expect("prints");
    bench.journal.queue_job(entry.id, &job).expect("writes");
    proxy.plan(Calls::From(2), Harm::Drop);
    let report = workplace.print(preflight, &mut |_| {}).expect("begun");
    assert!(matches!(report.ending, Ending::Unfinished { .. }), "{:?}", report.ending);
    proxy.plan(Calls::None, Harm::Drop);

    let told = workplace.look_at_unfinished().expect("reads");
    assert!(matches!(&told[..], [one] if one.next == WhatNext::WillRecordPrint && one.job == job), "{told:?}");
    assert_eq!(bench.journal.queue().expect("reads")[0].state, QueueState::Printing);
    let resumed = workplace.resume_one(&job, &mut |_| {}).expect("the journal can be read and written");
    assert_eq!(resumed.resumption, Resumption::Finished);
    let settled = bench.journal.queue().expect("reads").remove(0);
    assert_eq!((settled.state, settled.job), (QueueState::Printed, Some(job)));
}
