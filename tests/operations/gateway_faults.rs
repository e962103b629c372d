//! The gateway is off, slow, failing, or its answers are lost, at every call of an issue; then `resume` keeps the promise.

use std::time::Duration;

use cardwright::{
    cis2::{HttpConfig, HttpService, Service, wire},
    domain::HolderId,
    operations::{Ending, OperationError, Resumption, Standing, issue::PasscodeChoice},
};

use crate::{
    desk::{self, Make, READER, TestDesk},
    faulty_proxy::{Calls, FaultyProxy, Harm},
    promise::{self, Ended},
};

/// A client that gives up soon: these tests are about what happens then.
pub fn impatient(url: &str) -> HttpService {
    let config = HttpConfig {
        total_limit: Duration::from_millis(1500),
        tries: 1,
        first_pause: Duration::from_millis(1),
        ..HttpConfig::default()
    };
    let service = HttpService::new(url, config).expect("a client");
    service.sign_in(&wire::SignIn { officer: desk::RA_AGENT.parse().expect("a number") }).expect("signs in");
    service
}

/// Harms the n-th call of an issue, and for good measure every call after it or none.
fn harm_everywhere(what: &str, harm: impl Fn() -> Harm, calls: impl Fn(usize) -> Calls) {
    harm_at_every(1, Make::Virtual, what, harm, calls);
}

/// The same at every so many calls of an issue of one make of card.
fn harm_at_every(stride: usize, make: Make, what: &str, harm: impl Fn() -> Harm, calls: impl Fn(usize) -> Calls) {
    let bench = TestDesk::new();
    let gateway = bench.gateway.as_ref().expect("running").address();
    let proxy = FaultyProxy::start(gateway);
    let harmed = impatient(&proxy.url());
    let whole = calls_of_an_issue(make, &bench, &proxy, &harmed);
    let (mut finished, mut undone, mut unbegun) = (0, 0, 0);
    for call in (1..=whole).step_by(stride) {
        let number = u16::try_from(call).expect("few calls");
        let what = format!("{what}, call {call} of {whole}");
        let (readers, holder) = (desk::card(make, number), desk::holder(number));
        proxy.plan(calls(call), harm());
        let ended = desk::issue(&bench.desk_with(&harmed, &*readers), holder.clone(), PasscodeChoice::LeftLocked);
        proxy.plan(Calls::None, harm());
        match ended {
            Err(error) => {
                assert_eq!(error.standing(), Standing::Unchanged, "{what}: {error}");
                unbegun += 1;
            }
            Ok(report) => assert!(matches!(report.ending, Ending::Unfinished { .. }), "{what}: {:?}", report.ending),
        }
        for resumed in desk::resume(&bench.desk(&*readers)) {
            match resumed.resumption {
                Resumption::Finished => finished += 1,
                Resumption::Undone { .. } => undone += 1,
                other => panic!("{what}: {other:?}"),
            }
        }
        let serial = desk::serial(make, number);
        let held = || promise::held(&bench.gateway_data(), &*readers, READER, &serial, &what);
        if held() == Ended::Blank {
            let again = desk::issue(&bench.desk(&*readers), holder, PasscodeChoice::LeftLocked).expect(&what);
            assert_eq!((again.ending, held()), (Ending::Done, Ended::Issued), "{what}");
        }
    }
    crate::report!("{what}: {whole} calls, {unbegun} not begun, {finished} finished, {undone} undone");
    assert!(undone > 0 && unbegun > 0, "{what}: {unbegun} not begun, {undone} undone");
}

fn calls_of_an_issue(make: Make, bench: &TestDesk, proxy: &FaultyProxy, service: &HttpService) -> usize {
    proxy.plan(Calls::None, Harm::Drop);
    let readers = desk::card(make, 0);
    let holder: HolderId = desk::holder(0);
    let report =
        desk::issue(&bench.desk_with(service, &*readers), holder, PasscodeChoice::LeftLocked).expect("prepared");
    assert_eq!(report.ending, Ending::Done);
    proxy.calls()
}

#[test]
fn connection_dropped() {
    harm_everywhere("dropped", || Harm::Drop, Calls::From);
}

#[test]
fn answer_lost() {
    harm_everywhere("answer lost", || Harm::SwallowReply, Calls::Only);
}

/// A card of a secure channel asks the gateway in the middle of its work on the chip.
#[test]
fn answer_lost_over_a_secure_channel() {
    harm_at_every(6, Make::Channel, "answer lost over a secure channel", || Harm::SwallowReply, Calls::Only);
}

#[test]
fn connection_dropped_over_a_secure_channel() {
    harm_at_every(7, Make::Channel, "dropped over a secure channel", || Harm::Drop, Calls::From);
}

#[test]
fn server_error() {
    harm_everywhere("answering 500", || Harm::ServerError, Calls::From);
}

#[test]
fn too_slow() {
    harm_everywhere("slow", || Harm::Delay(Duration::from_secs(3)), Calls::Only);
}

#[test]
fn off_from_the_start() {
    let bench = TestDesk::new();
    let readers = desk::card(Make::Virtual, 1);
    let proxy = FaultyProxy::start(bench.gateway.as_ref().expect("running").address());
    let harmed = impatient(&proxy.url());
    proxy.plan(Calls::From(1), Harm::Drop);
    let error = desk::issue(&bench.desk_with(&harmed, &*readers), desk::holder(1), PasscodeChoice::LeftLocked);
    let error = error.expect_err("no gateway");
    assert!(matches!(error, OperationError::Service(_)), "{error}");
    assert!(error.to_string().contains("check the network"), "{error}");
    assert!(bench.journal.open_jobs().expect("reads").is_empty());
}

/// A gateway that loses single answers is not even noticed: the client asks again under the same key.
#[test]
fn one_lost_answer_is_asked_for_again() {
    one_lost_answer(Make::Virtual, 3);
    one_lost_answer(Make::Channel, 7);
}

fn one_lost_answer(make: Make, stride: usize) {
    let bench = TestDesk::new();
    let proxy = FaultyProxy::start(bench.gateway.as_ref().expect("running").address());
    let service = desk::signed_in(&proxy.url());
    let whole = calls_of_an_issue(make, &bench, &proxy, &service);
    for call in (1..=whole).step_by(stride) {
        let number = u16::try_from(call).expect("few calls");
        let readers = desk::card(make, number);
        proxy.plan(Calls::Only(call), Harm::SwallowReply);
        let workplace = bench.desk_with(&service, &*readers);
        let report = desk::issue(&workplace, desk::holder(number), PasscodeChoice::ChosenByHolder).expect("prepared");
        assert_eq!(report.ending, Ending::Done, "{make:?}, call {call}");
    }
}
