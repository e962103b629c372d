//! Codes of a card are given while they may be asked for: not again from an answer that was kept, and to a colleague who goes
//! on with an ended job as to anybody who clears a card.

use cardwright::{
    cis2::wire::{EndOnCard, OnCardOutcome, UnlockCodeSettled},
    domain::{
        Operation, Role,
        eligibility::{ClientSoftware, Task},
    },
};
use serde_json::{Value, json};

use super::{
    all_software,
    client::Forger,
    later::{DAY, begun},
    later_calls::{Caller, Later},
    trial::{Trial, plain},
};
use crate::{
    desk::{self, RA_MANAGER, SIAN},
    oracle::Oracle,
};

fn demote(forger: &Forger, role: &str) {
    forger.change("UPDATE officers SET role = ?2 WHERE id = ?1", &[&RA_MANAGER, &role]);
}

/// An answer that was lost is given again to whoever could still have its codes, and to nobody else.
#[test]
fn an_answer_with_codes_is_given_again_only_while_they_could_be_asked_for() {
    let trial = Trial::at(DAY);
    let (forger, software) = (&trial.forger, all_software(&trial.oracle));
    let manager = forger.token(Role::RaManager);
    for operation in [Operation::Unlock, Operation::Clear] {
        forger.prepare(&plain(Task::Desk(operation), &software[0], DAY));
        let (job, key) = (desk::job(), desk::job());
        let request = desk::on_card(&job, operation, SIAN, &forger.chip().serial);
        let ask = || forger.post_again(key.as_str(), "on-cards", &request, manager);
        let first = ask();
        assert_eq!(first.status, 201, "{first:?}");
        assert!(first.body["codes"].is_object(), "{first:?}");
        assert_eq!(ask().body, first.body, "the answer may have been lost");
        let release = format!("issuances/{job}/unlock-codes/release");
        let again = desk::job();
        let asked = || forger.post_again(again.as_str(), &release, &json!({}), manager);
        let released = asked();
        assert_eq!(asked().body, released.body);
        // What let the job begin is no more.
        demote(forger, "id-checker");
        for said in [ask(), asked()] {
            assert_eq!((said.status, said.kind()), (403, "refused"), "{operation}: {said:?}");
        }
        demote(forger, "ra-manager");
        assert_eq!(ask().status, 201);
        // The job is over.
        let outcome = if operation == Operation::Unlock { OnCardOutcome::Done } else { OnCardOutcome::NotReached };
        let end = EndOnCard { outcome, unlock_code: Some(UnlockCodeSettled::Next) };
        let ended = forger.post(&format!("on-cards/{job}/end"), &end, manager);
        assert_eq!(ended.status, 200, "{ended:?}");
        assert_eq!(forger.value::<u32>("SELECT COUNT(*) FROM answers WHERE codes_of = ?1", &job), 0);
        let said = ask();
        assert_eq!((said.status, said.kind()), (409, "wrong-state"), "{operation}: {said:?}");
        assert_eq!(said.body["codes"], Value::Null);
        if operation == Operation::Unlock {
            assert_eq!(asked().status, 409);
        }
    }
}

fn left_unfinished<'a>(forger: &'a Forger, software: &ClientSoftware) -> Caller<'a> {
    let caller = begun(forger, &plain(Task::Desk(Operation::Issue), software, DAY), Operation::Issue);
    forger.change("UPDATE issuances SET state = 'expired' WHERE job = ?1", &[&caller.job]);
    forger.change("UPDATE cards SET state = 'unfinished' WHERE serial = ?1", &[&forger.chip().serial]);
    caller
}

const GIVEN: [Later; 3] = [Later::Challenge, Later::Codes, Later::BeginChannel];

/// Whoever takes over what another officer left proves as much as whoever begins a clear.
#[test]
fn what_another_officer_left_is_cleared_by_the_rules_of_a_clear() {
    let noon = DAY.with_hms(12, 0, 0).expect("a time").assume_utc();
    let software = all_software(&Oracle::new());
    let forger = Forger::at(noon);
    let colleague = forger.token(Role::RaAgent).to_owned();
    let mut caller = left_unfinished(&forger, &software[0]).with(&colleague);
    for call in GIVEN {
        assert_eq!(caller.ask(call).status, 200, "{call:?}: a fresh sign-in");
    }
    forger.wait(6);
    for call in GIVEN {
        let said = caller.ask(call);
        assert_eq!((said.status, said.kind()), (403, "step-up-needed"), "{call:?}");
    }
    // Whoever left it goes on.
    let mut own = caller.with(forger.token(Role::RaManager));
    for call in GIVEN {
        assert_eq!(own.ask(call).status, 200, "{call:?}");
    }

    let strict = Forger::with(noon, |config| config.second_officer = vec![Operation::Clear]);
    let colleague = strict.token(Role::RaAgent).to_owned();
    let mut caller = left_unfinished(&strict, &software[0]).with(&colleague);
    for call in GIVEN {
        let said = caller.ask(call);
        assert_eq!((said.status, said.kind()), (403, "second-officer-needed"), "{call:?}");
    }
}
