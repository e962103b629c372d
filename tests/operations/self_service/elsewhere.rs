//! A holder whose renewal or change of passcode was cut off goes to another workstation, which has no journal of it: card,
//! passcode and the gateway's record are enough. And where they do not come back, an officer's desk that knows nothing of it
//! repairs the card once the time has run out.

use cardwright::{
    card::transport::Moment,
    cis2::{Service, wire::SignIn},
    domain::{CardState, Passcode},
    journal::Journal,
    operations::{AuthenticationFault, Ending, OperationError, Resumption, WhichPair},
};
use time::Duration;

use super::{bench, kiosk, run};
use crate::{
    desk::{self, Make, READER, passcode},
    in_use::{
        Bench, Task, card,
        judge::{self, Stands},
        new_passcode, run as run_at_desk, wish,
    },
    promise::Chip,
    tearing::TearingReaders,
};

/// When the holder comes to the other workstation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comes {
    InTime,
    /// The gateway has revoked what nobody confirmed.
    TooLate,
}

fn journal(bench: &Bench, name: &str) -> Journal {
    Journal::open(&bench.folder.path().join(name)).expect("a journal")
}

/// Cuts a task of a holder at this exchange; the card is then put into a reader elsewhere.
fn cut_off(bench: &Bench, task: Task, number: u16, at: u64, here: &Journal) -> TearingReaders {
    let (readers, tear) = desk::tearing(card(Make::Virtual, number).0);
    bench.ready(task, number, &readers);
    let service = kiosk(bench);
    tear.arm(at, Moment::AfterEffect);
    // Whether it had begun when it was cut does not matter.
    let _ = run(&bench.data(), &desk::desk(&service, &readers, &bench.profiles, here), task);
    assert!(tear.is_torn(), "{task:?}: cut at {at}");
    tear.put_back();
    readers
}

#[test]
fn a_renewal_that_was_cut_off_is_finished_at_another_workstation() {
    let bench = bench(Task::RenewNewKeys);
    let (mut finished, mut begun_anew) = (0, 0);
    let cuts = (8..40).step_by(3).map(|at| (at, Comes::InTime)).chain([14, 23, 32].map(|at| (at, Comes::TooLate)));
    for (number, (at, comes)) in (1..).zip(cuts) {
        let what = format!("cut at {at}, {comes:?}");
        let (here, elsewhere) =
            (journal(&bench, &format!("here {number}")), journal(&bench, &format!("other {number}")));
        let readers = cut_off(&bench, Task::RenewNewKeys, number, at, &here);
        let before = Chip::read(&readers, READER).certificates;
        if comes == Comes::TooLate {
            bench.clock.set(bench.now + Duration::minutes(16));
        }
        let service = kiosk(&bench);
        let other = desk::desk(&service, &readers, &bench.profiles, &elsewhere);
        assert!(other.own_unfinished(&desk::serial(Make::Virtual, number)).expect("reads").is_none(), "{what}");
        // A wrong passcode costs one try and nothing else.
        let card = other.prepare_authentication(None).expect("a card");
        let wrong = other.sign_in_own(card, &new_passcode(), &mut |_| {}).expect_err("a wrong passcode");
        assert!(
            matches!(wrong, OperationError::Authentication(AuthenticationFault::WrongPasscode { tries_left: Some(2) })),
            "{what}: {wrong:?}"
        );
        let card = other.prepare_authentication(None).expect("a card");
        let (session, resumed) =
            other.sign_in_own(card, &passcode(), &mut |_| {}).unwrap_or_else(|why| panic!("{what}: {why}"));
        assert_eq!(session.holder.id, desk::holder(number), "{what}");
        match resumed {
            Some(resumed) => {
                assert_eq!(resumed.resumption, Resumption::Finished, "{what}: {resumed:?}");
                assert_eq!(resumed.which_pair, Some(WhichPair::New), "{what}");
                assert_ne!(Chip::read(&readers, READER).certificates, before, "{what}: a new pair");
                finished += 1;
            }
            // It had not begun, or was finished or given up: the card signed in as ever.
            None => begun_anew += 1,
        }
        bench.clock.set(bench.now);
        assert!(elsewhere.open_jobs().expect("reads").is_empty(), "{what}");
        let serial = desk::serial(Make::Virtual, number);
        assert_eq!(judge::held(&bench, &readers, &serial, &desk::holder(number), &what), Stands::Old);
        // The first workstation learns of it, and leaves the card alone.
        let certificates = Chip::read(&readers, READER).certificates;
        for left in desk::resume(&desk::desk(&bench.service, &readers, &bench.profiles, &here)) {
            let settled = matches!(left.resumption, Resumption::Finished | Resumption::Undone { .. });
            assert!(settled, "{what}: {left:?}");
        }
        assert_eq!(Chip::read(&readers, READER).certificates, certificates, "{what}: as it was");
    }
    crate::report!("renewals cut off and gone on with elsewhere: {finished} finished, {begun_anew} begun anew");
    assert!(finished >= 8 && begun_anew >= 1, "{finished} and {begun_anew}");
}

#[test]
fn a_change_of_passcode_that_was_cut_off_is_settled_at_another_workstation() {
    let bench = bench(Task::ChangePasscode);
    let mut settled = 0;
    for (number, at) in (1..).zip(8..16) {
        let what = format!("cut at {at}");
        let (here, elsewhere) =
            (journal(&bench, &format!("here {number}")), journal(&bench, &format!("other {number}")));
        let (readers, tear) = desk::tearing(card(Make::Virtual, number).0);
        bench.ready(Task::ChangePasscode, number, &readers);
        let service = kiosk(&bench);
        tear.arm(at, Moment::AfterEffect);
        let _ = run(&bench.data(), &desk::desk(&service, &readers, &bench.profiles, &here), Task::ChangePasscode);
        tear.put_back();
        let serial = desk::serial(Make::Virtual, number);
        let in_work = bench.service.card(&serial).expect("its record").state == CardState::InWork;
        let service = kiosk(&bench);
        let other = desk::desk(&service, &readers, &bench.profiles, &elsewhere);
        let sign_in =
            |passcode: Passcode| other.sign_in_own(other.prepare_authentication(None)?, &passcode, &mut |_| {});
        // The new one first, and then the one it had.
        let (_, resumed) = sign_in(new_passcode()).or_else(|_| sign_in(passcode())).expect(&what);
        assert!(resumed.is_none(), "{what}");
        let record = bench.service.card(&serial).expect("its record");
        assert_eq!((record.state, record.open_job), (CardState::Active, None), "{what}");
        settled += u32::from(in_work);
    }
    assert!(settled > 0, "some were open at the gateway");
}

#[test]
fn an_officers_desk_that_knows_nothing_of_it_repairs_the_card_once_its_time_has_run_out() {
    let bench = bench(Task::RenewNewKeys);
    let here = journal(&bench, "here");
    let readers = cut_off(&bench, Task::RenewNewKeys, 1, 30, &here);
    let workplace = bench.desk(&readers);
    let early = workplace.prepare_recertify(&wish(Task::RepairWithHolder)).map(drop).expect_err("it is the holder's");
    assert!(early.to_string().contains("job is open"), "{early}");
    let serial = desk::serial(Make::Virtual, 1);
    bench.clock.set(bench.now + Duration::minutes(16));
    let officer = SignIn { officer: desk::RA_AGENT.parse().expect("a number") };
    bench.service.sign_in(&officer).expect("signed in");
    let report = run_at_desk(&workplace, Task::RepairWithHolder).expect("prepared");
    assert_eq!((&report.ending, report.which_pair), (&Ending::Done, Some(WhichPair::New)));
    assert_eq!(judge::held(&bench, &readers, &serial, &desk::holder(1), "repaired"), Stands::New);
    let service = kiosk(&bench);
    let first = desk::desk(&service, &readers, &bench.profiles, &here);
    let job = first.own_unfinished(&serial).expect("reads").expect("on record still");
    let gone_on = first.go_on_with_own(READER, &job, &new_passcode(), &mut |_| {}).expect("signed in as ever");
    assert!(matches!(gone_on.resumed.resumption, Resumption::Undone { .. }), "{:?}", gone_on.resumed);
}
