//! One question after the other to the gateway, each answer held against the tables.

use std::{io::Write, time::Instant};

use cardwright::domain::{
    CardState, HolderState, Operation, Role, Series,
    eligibility::{Address, Certificates, ClientSoftware, Delivery, Photo, Realm, Situation, Subject, Task},
};
use time::{Date, Duration, macros::datetime};

use super::client::{Forger, Said, With};
use crate::{oracle::Oracle, why::Whys};

/// A situation in which nothing but role, card, software and date can stand in the way.
pub fn plain(task: Task, software: &ClientSoftware, today: Date) -> Situation<'_> {
    Situation {
        task,
        role: Role::RaManager,
        subject: Subject::Another,
        series: Series::Series10,
        card: match task {
            Task::Desk(Operation::Issue) => CardState::Blank,
            Task::Desk(Operation::Unlock) | Task::SelfService(Operation::Unlock) => CardState::Locked,
            _ => CardState::Active,
        },
        certificates: Certificates::None,
        holder: HolderState::Open,
        photo: Photo::OnRecord,
        other_card: None,
        address: Address::OnRecord,
        delivery: Delivery::Confirmed,
        software,
        printer: Some("magicard-doh-300-v2"),
        realm: Realm::Training,
        today,
    }
    .with_days(30)
}

/// The same with certificates that end in so many days; a blank card has none.
pub trait WithDays {
    fn with_days(self, days: i64) -> Self;
}

impl WithDays for Situation<'_> {
    fn with_days(self, days: i64) -> Self {
        let last = Certificates::LastDay(self.today + Duration::days(days));
        Self { certificates: if self.card == CardState::Blank { Certificates::None } else { last }, ..self }
    }
}

/// Cells that were held against the tables, and how many of them are a yes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub cells: usize,
    pub yes: usize,
    /// Where another job was open, which is said before anything else.
    pub in_work: usize,
}

/// A gateway under attack, and the tables it is judged by.
pub struct Trial {
    pub forger: Forger,
    pub oracle: Oracle,
    pub count: Count,
}

impl Trial {
    pub fn at(day: Date) -> Self {
        let forger = Forger::at(day.with_time(datetime!(2026-07-01 12:00 UTC).time()).assume_utc());
        Self { forger, oracle: Oracle::new(), count: Count::default() }
    }

    /// Prepares, asks an officer's way, and judges.
    #[track_caller]
    pub fn desk(&mut self, s: &Situation<'_>) {
        self.forger.prepare(s);
        let said = self.forger.ask(s);
        let Task::Desk(operation) = s.task else { panic!("not at the desk: {s:?}") };
        let busy = s.card == CardState::InWork && operation != Operation::Print;
        self.judge(s, operation, busy, &said);
    }

    #[track_caller]
    pub fn judge(&mut self, s: &Situation<'_>, operation: Operation, busy: bool, said: &Said) {
        self.count.cells += 1;
        let expected = self.oracle.expected(s);
        if busy {
            assert_eq!((said.status, said.kind()), (409, "card-in-work"), "{s:#?}");
            self.count.in_work += 1;
        } else if expected.is_yes() {
            assert!((200..300).contains(&said.status), "{said:#?} for {s:#?}");
            self.count.yes += 1;
        } else {
            assert_eq!((said.status, said.kind()), (403, "refused"), "{said:#?} for {s:#?}");
            let problem = said.problem.as_ref().expect("a problem");
            let (what, refusal) = problem.refusal.as_ref().expect("the reasons");
            assert_eq!(*what, operation);
            assert_eq!(Whys::of(&refusal.reasons), expected, "given, and expected by the tables, for {s:#?}");
            assert_eq!(problem.nhs_code, refusal.nhs_code(), "{problem:?}");
        }
    }

    /// Asks as the holder, with a session they forged, and judges.
    #[track_caller]
    pub fn as_holder(&mut self, s: &Situation<'_>, operation: Operation, with: With) {
        let said = if operation == Operation::Print {
            // No such call for holders, whatever the card.
            let said = self.forger.ask_as_holder(s, operation, with);
            assert_eq!((said.status, said.kind()), (403, "officers-only"), "{s:#?}");
            return;
        } else {
            self.forger.prepare(s);
            self.forger.ask_as_holder(s, operation, with)
        };
        let good_for = match with {
            With::Card => matches!(operation, Operation::ChangePasscode | Operation::Renew),
            With::Code => operation == Operation::Unlock,
        };
        let busy = s.card == CardState::InWork;
        if !busy && !good_for && self.oracle.expected(s).is_yes() {
            self.count.cells += 1;
            assert_eq!((said.status, said.kind()), (403, "sign-in-not-enough"), "{s:#?}");
            return;
        }
        self.judge(s, operation, busy, &said);
    }

    pub fn done(self, what: &str, begun: Instant) -> Count {
        let Count { cells, yes, in_work } = self.count;
        let line = format!("{what}: {cells} cells, {yes} a yes, {in_work} in work, in {:?}", begun.elapsed());
        // The test runner hides what a passing test prints; this figure is a point of the test.
        writeln!(std::io::stderr(), "report: {line}").expect("standard error is open");
        self.count
    }
}
