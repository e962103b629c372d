//! The loops over everything, and how many cells they are.

use cardwright::domain::{
    CardSerial, CardState, HolderState, Operation, Role, Series,
    eligibility::{
        Address, Certificates, ClientSoftware, Decision, Delivery, Photo, Realm, Situation, Subject, Task, decide,
        offers,
    },
};
use time::{Date, Duration, macros::date};

use super::{
    oracle::{Oracle, ROLES, SERIES, STATES},
    page::{self, Table},
    why::Whys,
};

/// Before Series 10 and the end of Identity Agent matter, its last day, and the day after.
const DATES: [Date; 3] = [date!(2026 - 07 - 01), date!(2027 - 02 - 28), date!(2027 - 03 - 01)];

/// Days from today to the last day of the certificates: none on the card, expired yesterday, last day today, the first day
/// of the window, the day before it.
const AGES: [Option<i64>; 5] = [None, Some(-1), Some(0), Some(90), Some(91)];

/// The desk's operations, the same without an officer, and signing in.
fn tasks() -> impl Iterator<Item = Task> {
    let desk = Operation::ALL.into_iter().map(Task::Desk);
    desk.chain(Operation::ALL.into_iter().map(Task::SelfService)).chain([Task::Authenticate])
}

/// A situation in which nothing but role, card, software and date can stand in the way.
fn plain(software: &ClientSoftware) -> Situation<'_> {
    Situation {
        task: Task::Authenticate,
        role: Role::RaManager,
        subject: Subject::Another,
        series: Series::Series10,
        card: CardState::Active,
        certificates: Certificates::None,
        holder: HolderState::Open,
        photo: Photo::OnRecord,
        other_card: None,
        address: Address::OnRecord,
        delivery: Delivery::Confirmed,
        software,
        printer: Some("magicard-doh-300-v2"),
        realm: Realm::Training,
        today: DATES[0],
    }
}

fn aged(today: Date, age: Option<i64>) -> Certificates {
    age.map_or(Certificates::None, |days| Certificates::LastDay(today + Duration::days(days)))
}

fn given(situation: &Situation<'_>) -> Whys {
    match decide(situation) {
        Decision::Allowed => Whys::default(),
        Decision::Refused(refusal) => {
            assert!(!refusal.reasons.is_empty(), "a refusal without a reason: {situation:?}");
            Whys::of(&refusal.reasons)
        }
    }
}

/// Cells that were held against the tables, and how many of them are a yes.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    cells: usize,
    yes: usize,
}

impl Count {
    fn hold(&mut self, oracle: &Oracle, situation: &Situation<'_>) {
        let (expected, given) = (oracle.expected(situation), given(situation));
        assert_eq!(given, expected, "given, and expected by the tables, for {situation:#?}");
        self.cells += 1;
        self.yes += usize::from(expected.is_yes());
    }
}

/// Task (17), role (6), state of the card (6), age of the certificates (5), client software (10), date (3), whose card (2) and
/// realm (2) for one series.
fn of_series(oracle: &Oracle, series: Series) -> Count {
    let mut count = Count::default();
    for (_, software) in oracle.software() {
        for today in DATES {
            for task in tasks() {
                for (card, _) in STATES {
                    for age in AGES {
                        for subject in [Subject::Own, Subject::Another] {
                            for realm in [Realm::Training, Realm::Live] {
                                for (role, _) in ROLES {
                                    let certificates = aged(today, age);
                                    count.hold(
                                        oracle,
                                        &Situation {
                                            task,
                                            role,
                                            subject,
                                            series,
                                            card,
                                            certificates,
                                            realm,
                                            today,
                                            ..plain(software)
                                        },
                                    );
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    count
}

#[test]
fn every_role_operation_card_software_and_date() {
    let oracle = Oracle::new();
    let counts = std::thread::scope(|scope| {
        let running = SERIES.map(|series| {
            scope.spawn({
                let oracle = &oracle;
                move || of_series(oracle, series)
            })
        });
        running.map(|thread| thread.join().expect("every cell of a series agrees"))
    });
    let cells: usize = counts.iter().map(|count| count.cells).sum();
    assert_eq!(cells, 17 * 6 * 6 * 5 * 10 * 3 * 2 * 2 * 8);
    let yes: Vec<usize> = counts.iter().map(|count| count.yes).collect();
    println!("{cells} cells, a yes in {yes:?} of each series");
    assert_eq!(yes[..3], [0, 0, 0], "nothing is done with Series 4, 5 and 6");
    assert_eq!(yes[7], 0, "nothing is done with a card nobody knows");
    assert!(yes[3..7].iter().all(|yes| *yes > 0), "{yes:?}");
}

/// Printers a card may be sent to: none, the one for Series 10, its predecessor.
const PRINTERS: [Option<&str>; 3] = [None, Some("magicard-doh-300-v2"), Some("magicard-doh-300-v1")];

#[test]
fn every_operation_and_what_the_record_holds() {
    let oracle = Oracle::new();
    let connect = &oracle.software()[0].1;
    let other: CardSerial = "0011223344556677".parse().expect("a serial");
    let mut count = Count::default();
    let both = [false, true];
    for task in tasks() {
        for series in [Series::Series8, Series::Series9, Series::Series10, Series::GenericPiv] {
            for (card, _) in STATES {
                for age in AGES {
                    for printer in PRINTERS {
                        for (open, photo) in both.into_iter().flat_map(|open| both.map(|photo| (open, photo))) {
                            for (alone, known) in both.into_iter().flat_map(|alone| both.map(|known| (alone, known))) {
                                for delivered in both {
                                    count.hold(
                                        &oracle,
                                        &Situation {
                                            task,
                                            series,
                                            card,
                                            certificates: aged(DATES[0], age),
                                            holder: if open { HolderState::Open } else { HolderState::Closed },
                                            photo: if photo { Photo::OnRecord } else { Photo::Missing },
                                            other_card: (!alone).then_some(&other),
                                            address: if known { Address::OnRecord } else { Address::Missing },
                                            delivery: if delivered { Delivery::Confirmed } else { Delivery::Awaited },
                                            printer,
                                            realm: Realm::Integration,
                                            ..plain(connect)
                                        },
                                    );
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    println!("{count:?}");
    assert_eq!(count.cells, 17 * 4 * 6 * 5 * 3 * 32);
    assert!(count.yes > 0);
}

/// The page's own table of Series 10, cell by cell, on a card on which nothing but the software can stand in the way.
#[test]
fn the_compatibility_table_of_series_10() {
    let (oracle, table) = (Oracle::new(), Table::read(page::SERIES_10));
    let mut cells = 0;
    for row in table.rows() {
        let software = &oracle.software().iter().find(|(name, _)| *name == row).expect("a row of the other table").1;
        for column in table.columns() {
            let (task, card) = match *column {
                "Authentication" => (Task::Authenticate, CardState::Active),
                "RA issue" => (Task::Desk(Operation::Issue), CardState::Blank),
                "RA repair" => (Task::Desk(Operation::Repair), CardState::Active),
                "RA renew" => (Task::Desk(Operation::Renew), CardState::Active),
                "Self-service unlock" => (Task::SelfService(Operation::Unlock), CardState::Locked),
                "Self-service passcode change" => (Task::SelfService(Operation::ChangePasscode), CardState::Active),
                "Self-service renew" => (Task::SelfService(Operation::Renew), CardState::Active),
                other => panic!("what is “{other}”?"),
            };
            for today in DATES {
                let certificates = aged(today, Some(30));
                let situation = Situation { task, card, certificates, today, ..plain(software) };
                let expected = match table.at(row, column) {
                    "yes" => true,
                    "no" => false,
                    "until the end" => today <= date!(2027 - 02 - 28),
                    other => panic!("what is “{other}”?"),
                };
                assert_eq!(decide(&situation).is_allowed(), expected, "{row} / {column} on {today}");
                assert_eq!(oracle.expected(&situation).is_yes(), expected, "the two tables differ: {row} / {column}");
                cells += 1;
            }
        }
    }
    assert_eq!(cells, 2 * 7 * 3);
}

/// The list that gateway, window and command line show is the answer to each operation, whatever was asked for.
#[test]
fn the_list_of_offers_says_what_the_tables_say() {
    let oracle = Oracle::new();
    let mut cells = 0;
    for (_, software) in oracle.software() {
        for (card, _) in STATES {
            for (role, _) in ROLES {
                for task in tasks() {
                    let asked =
                        Situation { task, role, card, certificates: aged(DATES[0], Some(30)), ..plain(software) };
                    for (operation, decision) in offers(&asked) {
                        let expected = oracle.expected(&Situation { task: Task::Desk(operation), ..asked.clone() });
                        assert_eq!(decision.is_allowed(), expected.is_yes(), "{operation} for {asked:?}");
                        cells += 1;
                    }
                }
            }
        }
    }
    assert_eq!(cells, 10 * 6 * 6 * 17 * 8);
}
