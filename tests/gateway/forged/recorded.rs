//! What is on record of a card is not changed by what a workstation says of it.

use cardwright::{
    cis2::wire::Reserve,
    domain::{
        CardState, Operation, Role, Series,
        eligibility::{Situation, Task},
    },
};

use super::{
    all_software,
    later::{DAY, begun},
    later_calls::{Caller, Later},
    trial::{Trial, WithDays, plain},
};
use crate::desk::{self, SIAN};

/// The client calls every card a Series 10: the record keeps the series it has, also through a job, and the rules of that
/// series hold in the middle of the job too.
#[test]
fn a_series_on_record_stays_whatever_the_workstation_calls_the_card() {
    let trial = Trial::at(DAY);
    let (forger, all) = (&trial.forger, all_software(&trial.oracle));
    let of_card = |column: &str| {
        let sql = format!("SELECT {column} FROM cards WHERE serial = ?1");
        forger.value::<String>(&sql, &forger.chip().serial)
    };
    for operation in [Operation::ChangePasscode, Operation::Unlock, Operation::Repair, Operation::Renew] {
        let task = Task::Desk(operation);
        let s = Situation { series: Series::Series9, ..plain(task, &all[0], DAY) };
        let mut caller = begun(forger, &s, operation);
        assert_eq!(of_card("series"), "series9", "{operation}");
        let of_job: String = forger.value("SELECT series FROM issuances WHERE job = ?1", &caller.job);
        assert_eq!(of_job, "series9", "{operation}");
        let end = if Later::End.is_for(operation) { Later::End } else { Later::Abort };
        assert_eq!(caller.ask(end).status, 200);
        assert_eq!(of_card("series"), "series9", "{operation}");
    }
    // Identity Agent may not manage a Series 10, and may a Series 9: the rules are those of the series on record.
    let mut compared = 0;
    for software in &all {
        for series in [Series::Series9, Series::Series10] {
            let s = Situation { series, ..plain(Task::Desk(Operation::Unlock), software, DAY) };
            forger.prepare(&s);
            let lie = if series == Series::Series9 { Series::Series10 } else { Series::Series9 };
            let request = cardwright::cis2::wire::BeginOnCard {
                series: lie,
                client_software: software.clone(),
                ..desk::on_card(&desk::job(), Operation::Unlock, SIAN, &forger.chip().serial)
            };
            let said = forger.post("on-cards", &request, forger.token(Role::RaManager));
            assert_eq!(said.status == 201, trial.oracle.expected(&s).is_yes(), "{series}: {software}: {said:?}");
            compared += usize::from(said.status == 201);
            forger.change("DELETE FROM issuances WHERE job = ?1", &[&request.job]);
        }
    }
    assert!(compared > 1, "{compared}");
}

/// An issue that was to end locked and was cut off is ended by a repair: whoever gets that card must still say so before it
/// is unlocked.
#[test]
fn delivery_is_awaited_also_after_an_issue_that_a_repair_ended() {
    let trial = Trial::at(DAY);
    let (forger, all) = (&trial.forger, all_software(&trial.oracle));
    let token = forger.token(Role::RaManager);
    for locked in [true, false] {
        let s = Situation { card: CardState::Unfinished, ..plain(Task::Desk(Operation::Repair), &all[0], DAY) };
        forger.prepare(&s);
        let (job, serial) = (desk::job(), forger.chip().serial.clone());
        let request = Reserve { operation: Operation::Repair, locked, ..desk::reserve_request(&job, SIAN, &serial) };
        assert_eq!(forger.post("issuances", &request, token).status, 201);
        let mut caller = Caller::new(forger, &job, Operation::Repair, token);
        for call in [Later::Challenge, Later::Proof, Later::Codes, Later::Certify, Later::Confirm] {
            let said = caller.ask(call);
            assert!((200..300).contains(&said.status), "{call:?}: {said:?}");
        }
        let awaited: bool = forger.value("SELECT awaits_delivery FROM cards WHERE serial = ?1", &serial);
        assert_eq!(awaited, locked);
        let unlock = desk::on_card(&desk::job(), Operation::Unlock, SIAN, &serial);
        let said = forger.post("on-cards", &unlock, token);
        assert_eq!(said.kind() == "delivery-unconfirmed", locked, "{said:?}");
    }
}

/// Certificates that ended this morning have ended, however long their last day still lasts: a sponsor renews none of them.
#[test]
fn what_ended_this_morning_is_expired_at_noon() {
    let trial = Trial::at(DAY);
    let (forger, all) = (&trial.forger, all_software(&trial.oracle));
    let task = Task::Desk(Operation::Renew);
    let s = Situation { role: Role::Sponsor, ..plain(task, &all[0], DAY) }.with_days(0);
    for (hour, may) in [(9, false), (15, true)] {
        forger.prepare(&s);
        let end = DAY.with_hms(hour, 0, 0).expect("a time").assume_utc().unix_timestamp();
        forger.change("UPDATE cards SET certificates_expire = ?2 WHERE serial = ?1", &[&forger.chip().serial, &end]);
        let said = forger.ask(&s);
        assert_eq!(said.status == 201, may, "{hour}: {said:?}");
        assert_eq!(said.kind() == "refused", !may, "{hour}: {said:?}");
    }
}
