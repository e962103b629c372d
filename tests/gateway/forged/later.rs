//! Calls that follow the one that begins a job, by somebody who is not to make them: a job is good for its own operation,
//! for whoever began it, while it is open and while what let it begin still holds.

use std::{io::Write, time::Instant};

use cardwright::domain::{
    HolderState, JobId, Operation, Role,
    eligibility::{ClientSoftware, Situation, Subject, Task},
    telephone::{Conversation, WorkstationKey, WorkstationNumber},
};
use time::{Date, macros::date};

use super::{
    all_software,
    client::{Forger, Said, With},
    later_calls::{Caller, Later},
    trial::{Trial, plain},
};
use crate::{
    desk::{self, RA_AGENT, SIAN, STANISLAW},
    oracle::ROLES,
    why::Whys,
};

/// What has calls after it.
pub const OPERATIONS: [Operation; 7] = [
    Operation::Issue,
    Operation::Repair,
    Operation::Renew,
    Operation::Unlock,
    Operation::ChangePasscode,
    Operation::Clear,
    Operation::Cancel,
];

pub const DAY: Date = date!(2026 - 07 - 01);

pub fn report(what: &str, cells: usize, begun: Instant) {
    writeln!(std::io::stderr(), "report: {what}: {cells} calls, in {:?}", begun.elapsed()).expect("it is open");
}

/// The card's last day as the case has it: beginning a job reads it from the certificates that were really made.
fn keep_age(forger: &Forger, s: &Situation<'_>) {
    if let cardwright::domain::eligibility::Certificates::LastDay(last) = s.certificates {
        let at = last.midnight().assume_utc().unix_timestamp();
        forger.change("UPDATE cards SET certificates_expire = ?2 WHERE serial = ?1", &[&forger.chip().serial, &at]);
    }
}

/// A job of this operation, begun by an RA Manager.
pub fn begun<'a>(forger: &'a Forger, s: &Situation<'_>, operation: Operation) -> Caller<'a> {
    let token = forger.token(Role::RaManager);
    begun_with(forger, s, operation, token)
}

fn begun_with<'a>(forger: &'a Forger, s: &Situation<'_>, operation: Operation, token: &str) -> Caller<'a> {
    forger.prepare(s);
    let job = desk::job();
    let said = forger.begin(&job, s, operation, token);
    assert_eq!(said.status, 201, "{operation}: {said:?}");
    keep_age(forger, s);
    Caller::new(forger, &job, operation, token)
}

fn answer(said: &Said) -> (u16, &str) {
    (said.status, said.kind())
}

const STATE: (u16, &str) = (409, "wrong-state");

/// Each operation with every call, in an order in which those it has a use for can succeed; and the officer goes on in
/// another session, as from another workstation.
#[test]
fn a_job_is_good_for_its_own_operation() {
    let (begun_at, mut trial) = (Instant::now(), Trial::at(DAY));
    let software = all_software(&trial.oracle);
    for operation in OPERATIONS {
        let s = plain(Task::Desk(operation), &software[0], DAY);
        let elsewhere = trial.forger.another_session(desk::RA_MANAGER);
        let mut caller = begun(&trial.forger, &s, operation).with(&elsewhere);
        for call in Later::ALL {
            let (before, said) = (trial.forger.on_record(&caller.job), caller.ask(call));
            if call.is_for(operation) {
                // One of the two ends, and both belong to the operation.
                let ended = call == Later::Abort;
                let right = if ended { answer(&said) == STATE } else { (200..300).contains(&said.status) };
                assert!(right, "{operation}, {call:?}: {said:#?}");
            } else {
                assert_eq!(answer(&said), STATE, "{operation}, {call:?}: {said:#?}");
                assert_eq!(trial.forger.on_record(&caller.job), before, "{operation}, {call:?}: nothing was changed");
            }
            trial.count.cells += 1;
        }
    }
    let rows = trial.forger.get("audit?after=0&limit=5000", trial.forger.token(Role::RaManager)).body;
    let refused = rows.as_array().expect("rows").iter().filter(|row| row["event"] == "card.secret.refused");
    let mut count = 0;
    for row in refused {
        assert_eq!(row["detail"]["serial"], trial.forger.chip().serial.as_str(), "{row}");
        count += 1;
    }
    assert!(count > 10, "{count}");
    report("calls after the first", trial.count.cells, begun_at);
}

/// Somebody who did not begin it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stranger {
    Nobody,
    SignedOut,
    OtherOfficer,
    /// The holder of the card, who has a session of their own to it.
    Holder,
    AnotherHolder,
}

impl Stranger {
    const ALL: [Self; 5] = [Self::Nobody, Self::SignedOut, Self::OtherOfficer, Self::Holder, Self::AnotherHolder];

    fn token(self, forger: &Forger) -> String {
        match self {
            Self::Nobody => String::new(),
            Self::SignedOut => {
                let token = forger.another_session(desk::RA_MANAGER);
                forger.sign_out(&token);
                token
            }
            Self::OtherOfficer => forger.token(Role::AdvancedRaAgent).to_owned(),
            Self::Holder => forger.as_holder(DAY, SIAN, &forger.chip().serial, With::Card),
            Self::AnotherHolder => forger.as_holder(DAY, STANISLAW, &desk::serial(0x77), With::Code),
        }
    }

    /// What they are told.
    fn told(self, call: Later, operation: Operation) -> (u16, &'static str) {
        let ends_otherwise = call == Later::Abort && !call.is_for(operation);
        match self {
            Self::Nobody | Self::SignedOut => (401, "unauthenticated"),
            Self::Holder | Self::AnotherHolder if call == Later::DeliveredCode => (403, "officers-only"),
            Self::OtherOfficer | Self::Holder if ends_otherwise => STATE,
            Self::OtherOfficer => (403, "other-officer"),
            Self::Holder | Self::AnotherHolder => (403, "not-your-card"),
        }
    }
}

#[test]
fn nobody_goes_on_with_the_job_of_another() {
    let (begun_at, mut trial) = (Instant::now(), Trial::at(DAY));
    let software = all_software(&trial.oracle);
    for operation in OPERATIONS {
        let s = plain(Task::Desk(operation), &software[0], DAY);
        let mut caller = begun(&trial.forger, &s, operation);
        let before = trial.forger.on_record(&caller.job);
        for stranger in Stranger::ALL {
            caller = caller.with(&stranger.token(&trial.forger));
            for call in Later::ALL {
                let said = caller.ask(call);
                assert_eq!(answer(&said), stranger.told(call, operation), "{operation}, {stranger:?}, {call:?}");
                trial.count.cells += 1;
            }
        }
        assert_eq!(trial.forger.on_record(&caller.job), before, "{operation}: nothing was changed");
        // A number that was never given.
        let mut nowhere = Caller::new(&trial.forger, &desk::job(), operation, trial.forger.token(Role::RaManager));
        for call in Later::ALL {
            assert_eq!(answer(&nowhere.ask(call)), (404, "issuance-unknown"), "{call:?}");
            trial.count.cells += 1;
        }
    }
    assert_eq!(trial.count.cells, 7 * 15 * 6);
    report("calls of strangers", trial.count.cells, begun_at);
}

/// What a holder began is theirs, with this card, and with what they signed in with.
#[test]
fn nobody_goes_on_with_what_a_holder_began() {
    let (begun_at, mut trial) = (Instant::now(), Trial::at(DAY));
    let software = all_software(&trial.oracle);
    let serial = trial.forger.chip().serial.clone();
    for (operation, with) in
        [(Operation::Renew, With::Card), (Operation::ChangePasscode, With::Card), (Operation::Unlock, With::Code)]
    {
        let s = Situation { subject: Subject::Own, ..plain(Task::SelfService(operation), &software[0], DAY) };
        let own = trial.forger.as_holder(DAY, SIAN, &serial, with);
        let mut caller = begun_with(&trial.forger, &s, operation, &own);
        let before = trial.forger.on_record(&caller.job);
        let officer = trial.forger.token(Role::RaManager).to_owned();
        let another = trial.forger.as_holder(DAY, SIAN, &desk::serial(0x77), with);
        for (token, told) in [(officer, (403, "other-officer")), (another, (403, "not-your-card"))] {
            caller = caller.with(&token);
            for call in Later::ALL {
                let said = caller.ask(call);
                let told = match call {
                    Later::DeliveredCode if told.1 == "not-your-card" => (403, "officers-only"),
                    Later::Abort if told.1 == "other-officer" && !call.is_for(operation) => STATE,
                    _ => told,
                };
                assert_eq!(answer(&said), told, "{operation}, {call:?}");
                trial.count.cells += 1;
            }
        }
        // The holder themselves, with the other kind of sign-in, which is not good for this.
        let other_kind = if with == With::Card { With::Code } else { With::Card };
        let token = trial.forger.as_holder(DAY, SIAN, &serial, other_kind);
        caller = caller.with(&token);
        for call in Later::ALL.into_iter().filter(|call| call.gives() && call.is_for(operation)) {
            if call != Later::Proof && call != Later::OpenChannel && call != Later::Confirm {
                assert_eq!(answer(&caller.ask(call)), (403, "sign-in-not-enough"), "{operation}, {call:?}");
                trial.count.cells += 1;
            }
        }
        assert_eq!(trial.forger.on_record(&caller.job), before, "{operation}: nothing was changed");
    }
    report("calls about what a holder began", trial.count.cells, begun_at);
}

/// What let a job begin is no more: the officer has another role, the holder's profile is closed, or the record of what the
/// workstation runs says something else. Nothing is given any more, and what became of the card may still be told.
#[test]
fn what_let_a_job_begin_must_still_hold() {
    let (begun_at, mut trial) = (Instant::now(), Trial::at(DAY));
    let all = all_software(&trial.oracle);
    let mut refused = 0;
    for operation in OPERATIONS {
        let s = plain(Task::Desk(operation), &all[0], DAY);
        let roles = ROLES.map(|(role, _)| Situation { role, ..s.clone() });
        let closed = Situation { holder: HolderState::Closed, ..s.clone() };
        let software = all[1..].iter().map(|software| Situation { software, ..s.clone() });
        for changed in roles.into_iter().chain([closed]).chain(software) {
            let mut caller = begun(&trial.forger, &s, operation);
            change_to(&trial.forger, &caller.job, &changed);
            let expected = trial.oracle.expected(&changed);
            refused += gives_nothing(&mut caller, &changed, expected, &mut trial.count.cells);
            // And back to what it was.
            change_to(&trial.forger, &caller.job, &s);
        }
    }
    assert!(refused > 200, "{refused}");
    report("calls after what let them begin had ended", trial.count.cells, begun_at);
}

/// Makes the record say what the situation says, of officer, holder and workstation.
fn change_to(forger: &Forger, job: &JobId, s: &Situation<'_>) {
    let word = |value: serde_json::Value| value.as_str().expect("a word").to_owned();
    let role = word(serde_json::to_value(s.role).expect("JSON"));
    let state = word(serde_json::to_value(s.holder).expect("JSON"));
    let software = serde_json::to_string::<ClientSoftware>(s.software).expect("JSON");
    forger.change("UPDATE officers SET role = ?2 WHERE id = ?1", &[&desk::RA_MANAGER, &role]);
    forger.change("UPDATE holders SET state = ?2 WHERE id = ?1", &[&SIAN, &state]);
    forger.change("UPDATE issuances SET software = ?2 WHERE job = ?1", &[job, &software]);
}

/// Makes every call; gives how many were refused for what the tables say.
fn gives_nothing(caller: &mut Caller<'_>, now: &Situation<'_>, expected: Whys, cells: &mut usize) -> usize {
    let (mut refused, operation) = (0, caller.operation);
    for call in Later::ALL.into_iter().filter(|call| call.is_for(operation)) {
        let said = caller.ask(call);
        *cells += 1;
        // Certificates that were never made cannot be confirmed, and no job has two ends.
        if call.gives() && !expected.is_yes() {
            assert_eq!(answer(&said), (403, "refused"), "{call:?} for {now:#?}: {said:#?}");
            let (what, refusal) = said.problem.expect("a problem").refusal.expect("the reasons");
            assert_eq!((what, Whys::of(&refusal.reasons)), (caller.operation, expected), "{call:?} for {now:#?}");
            refused += 1;
        } else {
            assert_ne!(said.status, 403, "{call:?} for {now:#?}: {said:#?}");
        }
    }
    refused
}

/// The card of an unlock by telephone is at another desk, and only its completion code tells what became of it.
#[test]
fn a_job_by_telephone_takes_no_other_call() {
    let (mut trial, mut cells) = (Trial::at(DAY), 0);
    let software = all_software(&trial.oracle);
    let s = plain(Task::Desk(Operation::Unlock), &software[0], DAY);
    trial.forger.prepare(&s);
    let agent = trial.forger.another_session(RA_AGENT);
    // The card has an unlock code of its own once it was unlocked at a desk.
    let mut caller = begun_with(&trial.forger, &s, Operation::Unlock, &agent);
    caller.ask(Later::CodeSettled);
    caller.ask(Later::End);
    let enrolled = trial.forger.post("workstations", &serde_json::json!({}), &agent).body;
    let number: WorkstationNumber = serde_json::from_value(enrolled["number"].clone()).expect("a number");
    let key: cardwright::cis2::wire::SecretBase64 = serde_json::from_value(enrolled["key"].clone()).expect("a key");
    let key = WorkstationKey::new(key.0).expect("32 bytes");
    let (challenge, _) = Conversation::begin(number, 7, &key, &trial.forger.chip().serial);
    let request = serde_json::json!({
        "job": desk::job(), "holder": SIAN, "serial": trial.forger.chip().serial, "challenge": challenge,
    });
    let said = trial.forger.post("telephone-unlocks", &request, &agent);
    assert_eq!(said.status, 201, "{said:?}");
    let job = serde_json::from_value(request["job"].clone()).expect("a job");
    let mut caller = Caller::new(&trial.forger, &job, Operation::Unlock, &agent);
    let before = trial.forger.on_record(&job);
    for call in Later::ALL {
        assert_eq!(answer(&caller.ask(call)), STATE, "{call:?}");
        cells += 1;
    }
    assert_eq!(trial.forger.on_record(&job), before);
    trial.count.cells = cells;
    assert_eq!(cells, 15);
}
