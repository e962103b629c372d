//! Calls about jobs that are over: nothing comes of them, and a card that was left unfinished is good for those alone who
//! may clear it.

use std::time::Instant;

use cardwright::{
    cis2::wire::IssuanceState,
    domain::{
        CardState, Operation, Role,
        eligibility::{Situation, Task},
    },
};

use super::{
    all_software,
    client::Said,
    later::{DAY, OPERATIONS, begun, report},
    later_calls::Later,
    trial::{Trial, plain},
};
use crate::{oracle::ROLES, why::Whys};

const OVER: [IssuanceState; 3] = [IssuanceState::Confirmed, IssuanceState::Aborted, IssuanceState::Expired];

fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).expect("JSON").as_str().expect("a word").to_owned()
}

/// After its end a job gives nothing to whoever began it, once its card went on to another job.
#[test]
fn a_job_that_is_over_is_good_for_nothing() {
    let (begun_at, mut trial) = (Instant::now(), Trial::at(DAY));
    let software = all_software(&trial.oracle);
    for operation in OPERATIONS {
        let s = plain(Task::Desk(operation), &software[0], DAY);
        for over in OVER {
            let mut caller = begun(&trial.forger, &s, operation);
            trial.forger.change("UPDATE issuances SET state = ?2 WHERE job = ?1", &[&caller.job, &word(over)]);
            let serial = trial.forger.chip().serial.clone();
            trial.forger.change("UPDATE cards SET last_job = NULL, state = 'active' WHERE serial = ?1", &[&serial]);
            let before = trial.forger.on_record(&caller.job);
            for call in Later::ALL {
                let said = caller.ask(call);
                // What is told once more after it was done is answered once more, and changes nothing.
                let told_again = match call {
                    Later::End => over == IssuanceState::Confirmed,
                    Later::Abort => over != IssuanceState::Confirmed,
                    _ => false,
                };
                let fits = match said.status {
                    200 => told_again,
                    409 => matches!(said.kind(), "wrong-state" | "deadline-passed"),
                    _ => false,
                };
                assert!(fits, "{operation}, {over:?}, {call:?}: {said:#?}");
                assert_eq!(trial.forger.on_record(&caller.job), before, "{operation}, {over:?}, {call:?}");
                trial.count.cells += 1;
            }
        }
    }
    assert_eq!(trial.count.cells, 7 * 3 * 15);
    report("calls about jobs that are over", trial.count.cells, begun_at);
}

/// A card that a job left unfinished when its time ran out: its secrets are there for whoever may clear it, by the tables,
/// and for nobody else.
#[test]
fn an_unfinished_card_is_for_those_who_may_clear_it() {
    let (begun_at, mut trial) = (Instant::now(), Trial::at(DAY));
    let all = all_software(&trial.oracle);
    let (mut yes, mut no) = (0, 0);
    for operation in [Operation::Issue, Operation::Clear] {
        let s = plain(Task::Desk(operation), &all[0], DAY);
        for (role, _) in ROLES {
            for software in &all {
                let mut caller = begun(&trial.forger, &s, operation);
                let job = caller.job.clone();
                let ran = serde_json::to_string(software).expect("JSON");
                trial
                    .forger
                    .change("UPDATE issuances SET state = 'expired', software = ?2 WHERE job = ?1", &[&job, &ran]);
                let serial = trial.forger.chip().serial.clone();
                trial.forger.change("UPDATE cards SET state = 'unfinished' WHERE serial = ?1", &[&serial]);
                caller = caller.with(trial.forger.token(role));
                let clear = Situation { role, software, card: CardState::Unfinished, ..plain(CLEAR, software, DAY) };
                let expected = trial.oracle.expected(&clear);
                for call in [Later::Challenge, Later::Codes, Later::BeginChannel] {
                    let said = caller.ask(call);
                    judged(&said, expected, &format!("{operation}, {call:?} for {clear:?}"));
                    trial.count.cells += 1;
                    *(if expected.is_yes() { &mut yes } else { &mut no }) += 1;
                }
                // Nobody makes certificates of it.
                for call in [Later::Certify, Later::Confirm, Later::TellKey] {
                    let said = caller.ask(call);
                    assert!(matches!(said.status, 403 | 409), "{operation}, {call:?}: {said:?}");
                    assert!(role == Role::RaManager || said.status != 200);
                }
            }
        }
    }
    assert!(yes > 0 && no > yes, "{yes} and {no}");
    report("calls about unfinished cards", trial.count.cells, begun_at);
}

const CLEAR: Task = Task::Desk(Operation::Clear);

fn judged(said: &Said, expected: Whys, what: &str) {
    if expected.is_yes() {
        assert_eq!(said.status, 200, "{what}: {said:#?}");
        return;
    }
    assert_eq!((said.status, said.kind()), (403, "refused"), "{what}: {said:#?}");
    let (_, refusal) = said.problem.as_ref().and_then(|problem| problem.refusal.clone()).expect("the reasons");
    assert_eq!(Whys::of(&refusal.reasons), expected, "{what}");
}
