//! The rules at the gateway, by HTTP, against the tables of `facts/nhs.md`: a forged client skips the window and asks for
//! everything. What a window or a command line hides is refused here all the same, with the same reasons.

mod client;
mod ended;
mod given_again;
mod later;
mod later_calls;
mod recorded;
mod trial;

use std::{collections::HashSet, time::Instant};

use cardwright::domain::{
    CardState, Operation, Series,
    eligibility::{Address, Certificates, ClientSoftware, Delivery, Situation, Subject, Task},
};
use time::{Date, macros::date};

use self::{
    client::With,
    trial::{Trial, WithDays, plain},
};
use crate::{
    oracle::{Oracle, ROLES, SERIES, STATES},
    page::{self, Table},
};

/// Every client software of the tables, the current one first.
fn all_software(oracle: &Oracle) -> Vec<ClientSoftware> {
    oracle.software().iter().map(|(_, software)| software.clone()).collect()
}

fn software(oracle: &Oracle, row: &str) -> ClientSoftware {
    oracle.software().iter().find(|(name, _)| *name == row).expect("a row").1.clone()
}

/// Days of the rules: before the end of Identity Agent, its last day, and the day after.
const DATES: [Date; 3] = [date!(2026 - 07 - 01), date!(2027 - 02 - 28), date!(2027 - 03 - 01)];

/// Days from today to the last day of the certificates: none on the card, expired yesterday, last day today, the first day
/// of the window, the day before it.
const AGES: [Option<i64>; 5] = [None, Some(-1), Some(0), Some(90), Some(91)];

/// Every cell with a yes is asked for, and of the others one in so many, chosen by a fixed shuffle; with this variable set,
/// every one.
const SAMPLE: u32 = 32;
const WHOLE: &str = "CARDWRIGHT_WHOLE_TABLE";

/// Whether a cell belongs to the sample: Knuth's multiplicative hash of its number (TAOCP 3, 6.4).
fn in_sample(cell: u32) -> bool {
    cell.wrapping_mul(2_654_435_761) >> 16 & (SAMPLE - 1) == 0
}

/// Role x operation x state x age of the certificates x software x date: every two values of any two of them meet.
#[test]
fn every_role_operation_state_age_software_and_date() {
    let begun = Instant::now();
    let whole = std::env::var_os(WHOLE).is_some();
    let mut trial = Trial::at(DATES[0]);
    let software = all_software(&trial.oracle);
    let (mut number, mut met) = (0, HashSet::new());
    for (date, day) in DATES.into_iter().enumerate() {
        trial.forger.go_to(day);
        for (what, operation) in Operation::ALL.into_iter().enumerate() {
            for (who, (role, _)) in ROLES.into_iter().enumerate() {
                for (runs, software) in software.iter().enumerate() {
                    for (state, (card, _)) in STATES.into_iter().enumerate() {
                        for (old, age) in AGES.into_iter().enumerate() {
                            number += 1;
                            let s = Situation { role, card, ..plain(Task::Desk(operation), software, day) };
                            let s = Situation { certificates: Certificates::None, ..s };
                            let s = age.map_or(s.clone(), |days| s.with_days(days));
                            if !(whole || in_sample(number) || trial.oracle.expected(&s).is_yes()) {
                                continue;
                            }
                            trial.desk(&s);
                            let values = [date, what, who, runs, state, old];
                            for (a, one) in values.into_iter().enumerate() {
                                met.extend((0..a).map(|b| (a, one, b, values[b])));
                            }
                        }
                    }
                }
            }
        }
    }
    let count = trial.done("role x operation x state x age x software x date", begun);
    assert_eq!(number, 3 * 8 * 6 * 10 * 6 * 5);
    assert!(count.cells as u32 >= number / SAMPLE && count.yes > 1000 && count.in_work > 100, "{count:?}");
    let sizes = [3, 8, 6, 10, 6, 5];
    let pairs: usize = (0..sizes.len()).map(|a| sizes[a] * sizes[..a].iter().sum::<usize>()).sum();
    assert_eq!(met.len(), pairs, "every two values of any two of them");
}

/// The renewal window, every series whatever the client calls it, the end of Identity Agent, and officers on their own card.
#[test]
fn ages_series_dates_and_own_cards() {
    let begun = Instant::now();
    let mut trial = Trial::at(date!(2026 - 07 - 01));
    let all = all_software(&trial.oracle);
    let connect = &all[0];
    let today = trial.forger.today();
    for (role, _) in ROLES {
        for days in [-1, 0, 90, 91] {
            let s = Situation { role, ..plain(Task::Desk(Operation::Renew), connect, today) };
            trial.desk(&s.with_days(days));
        }
        for operation in Operation::ALL {
            let own = Situation { role, subject: Subject::Own, ..plain(Task::Desk(operation), connect, today) };
            trial.desk(&own);
        }
    }
    for series in SERIES {
        for software in &all {
            for operation in Operation::ALL {
                trial.desk(&Situation { series, ..plain(Task::Desk(operation), software, today) });
            }
        }
    }
    let agent = software(&trial.oracle, "Identity Agent 2.4.10.0 with Credential Management 1.4.2.0");
    for day in [date!(2027 - 02 - 28), date!(2027 - 03 - 01)] {
        trial.forger.go_to(day);
        for series in [Series::Series8, Series::Series9, Series::Series10] {
            for software in [connect, &agent] {
                for operation in Operation::ALL {
                    trial.desk(&Situation { series, ..plain(Task::Desk(operation), software, day) });
                }
            }
        }
    }
    let count = trial.done("ages, own cards, series and dates", begun);
    assert_eq!(count.cells, 6 * (4 + 8) + 8 * 10 * 8 + 2 * 3 * 2 * 8);
    assert!(count.yes > 0 && count.in_work == 0);
}

/// A card that is cancelled on record is touched by nobody's software: the gateway asks for none, and for all the rest.
#[test]
fn a_cancel_without_the_card() {
    let begun = Instant::now();
    let mut trial = Trial::at(date!(2026 - 07 - 01));
    let (today, all) = (trial.forger.today(), all_software(&trial.oracle));
    for (role, _) in ROLES {
        for (card, _) in STATES {
            for series in SERIES.into_iter().filter(|series| *series != Series::Unknown) {
                let cancel = Task::Desk(Operation::Cancel);
                let s = Situation { role, card, series, ..plain(cancel, &ClientSoftware::NotFound, today) };
                let s = s.with_days(30);
                trial.forger.prepare(&s);
                let said = trial.forger.cancel_on_record(&s);
                // The record's own series has its say; a card that is not on record has none.
                let series = if card == CardState::Blank { Series::Series10 } else { series };
                let s = Situation { software: &all[0], series, ..s };
                trial.judge(&s, Operation::Cancel, card == CardState::InWork, &said);
            }
        }
    }
    let count = trial.done("cancelled on record", begun);
    assert_eq!(count.cells, 6 * 6 * 7);
    assert!(count.yes > 0);
}

/// Holders with a session they forged, and whoever holds a card and asks for a code.
#[test]
fn every_self_service_and_every_code() {
    let begun = Instant::now();
    let mut trial = Trial::at(date!(2026 - 07 - 01));
    let (today, software) = (trial.forger.today(), all_software(&trial.oracle));
    for operation in Operation::ALL {
        let task = Task::SelfService(operation);
        for (card, _) in STATES {
            for software in &software {
                let s = Situation { card, subject: Subject::Own, ..plain(task, software, today) }.with_days(30);
                trial.forger.prepare(&s);
                for with in [With::Card, With::Code] {
                    trial.as_holder(&s, operation, with);
                }
            }
        }
    }
    let count = std::mem::take(&mut trial.count);
    assert_eq!(count.cells, 7 * 6 * 10 * 2, "a print is for officers");
    assert!(count.yes > 0 && count.in_work > 0, "{count:?}");

    let unlock = Task::SelfService(Operation::Unlock);
    // A card that was never seen is nobody's, and no code for it could go anywhere.
    for (card, _) in STATES.into_iter().filter(|(card, _)| *card != CardState::Blank) {
        for software in &software {
            for days in [-1, 30] {
                for (known, delivered) in [(true, true), (true, false), (false, true), (false, false)] {
                    let s = Situation {
                        card,
                        address: if known { Address::OnRecord } else { Address::Missing },
                        delivery: if delivered { Delivery::Confirmed } else { Delivery::Awaited },
                        subject: Subject::Own,
                        ..plain(unlock, software, today)
                    }
                    .with_days(days);
                    trial.forger.prepare(&s);
                    let said = trial.forger.ask_for_code(&s);
                    trial.judge(&s, Operation::Unlock, false, &said);
                }
            }
        }
    }
    let count = trial.done("codes", begun);
    assert_eq!(count.cells, 5 * 10 * 2 * 4);
    assert!(count.yes > 0);
}

/// The page's own table of Series 10 and its first column in every state, with a card that really signs.
#[test]
fn the_compatibility_table_of_series_10_by_http() {
    let begun = Instant::now();
    let mut trial = Trial::at(date!(2026 - 07 - 01));
    let table = Table::read(page::SERIES_10);
    // On the days the table speaks of: before the end of Identity Agent, its last day, and the day after.
    for day in [date!(2026 - 07 - 01), date!(2027 - 02 - 28), date!(2027 - 03 - 01)] {
        trial.forger.go_to(day);
        for row in table.rows() {
            let software = software(&trial.oracle, row);
            for column in table.columns() {
                let yes = match table.at(row, column) {
                    "yes" => true,
                    "until the end" => day <= date!(2027 - 02 - 28),
                    _ => false,
                };
                let (task, with) = match *column {
                    "Authentication" => (Task::Authenticate, None),
                    "RA issue" => (Task::Desk(Operation::Issue), None),
                    "RA repair" => (Task::Desk(Operation::Repair), None),
                    "RA renew" => (Task::Desk(Operation::Renew), None),
                    "Self-service unlock" => (Task::SelfService(Operation::Unlock), Some(With::Code)),
                    "Self-service passcode change" => (Task::SelfService(Operation::ChangePasscode), Some(With::Card)),
                    "Self-service renew" => (Task::SelfService(Operation::Renew), Some(With::Card)),
                    other => panic!("what is “{other}”?"),
                };
                let s = plain(task, &software, day);
                trial.forger.prepare(&s);
                let said = match (task, with) {
                    (Task::SelfService(operation), Some(with)) => trial.forger.ask_as_holder(&s, operation, with),
                    _ => trial.forger.ask(&s),
                };
                assert_eq!((200..300).contains(&said.status), yes, "{row} / {column} on {day}: {said:#?}");
                assert!(yes || (said.status, said.kind()) == (403, "refused"), "{said:#?}");
                trial.count.cells += 1;
                trial.count.yes += usize::from(yes);
            }
        }
        for software in all_software(&trial.oracle) {
            for (card, _) in STATES.into_iter().filter(|(card, _)| *card != CardState::InWork) {
                let s = Situation { card, ..plain(Task::Authenticate, &software, day) }.with_days(30);
                trial.forger.prepare(&s);
                let said = trial.forger.ask(&s);
                let yes = trial.oracle.expected(&s).is_yes();
                assert_eq!(said.status == 201, yes, "{said:#?} for {s:#?}");
                assert!(yes || said.status == 403, "{said:#?} for {s:#?}");
                trial.count.cells += 1;
                trial.count.yes += usize::from(yes);
            }
        }
    }
    let count = trial.done("compatibility table of Series 10, and signing in", begun);
    assert_eq!(count.cells, 3 * (2 * 7 + 10 * 5));
    assert!(count.yes > 0);
}
