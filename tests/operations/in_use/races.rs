//! Two workstations on one gateway, let go together: they want one card, or one holder. One wins and goes on; the other is
//! told who is at work and since when, and sends nothing to the card in its own reader.
//!
//! Nothing orders the two but the gateway. Whoever's job it opened waits in the middle of it until the other has its answer.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Barrier, Condvar, Mutex},
    time::Duration,
};

use cardwright::{
    card::{
        transport::Tear,
        virtual_card::{VirtualCard, VirtualReaders},
    },
    cis2::{HttpService, Service, wire::SignIn},
    domain::{CardSerial, CardState, Officer},
    journal::Journal,
    operations::{
        CardWish, Desk, Ending, OperationError, Progress, Step, Verdict, issue::PasscodeChoice, preflight::IssueRequest,
    },
};

use super::{
    Bench, Task,
    judge::{self, Stands},
    new_passcode, wish,
};
use crate::{
    desk::{self, Make, READER},
    tearing::TearingReaders,
};

/// What both of them want.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Race {
    Unlock,
    Renew,
    Cancel,
    /// A card each, for one holder.
    Issue,
}

/// Longer than any answer takes: who waits longer waits for something that never comes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Set once the one who lost has its answer.
#[derive(Default)]
struct Lost(Mutex<bool>, Condvar);

impl Lost {
    fn tell(&self) {
        *self.0.lock().expect("no panic") = true;
        self.1.notify_all();
    }

    fn wait(&self) {
        let lost = self.0.lock().expect("no panic");
        let (_lost, waited) = self.1.wait_timeout_while(lost, PATIENCE, |lost| !*lost).expect("no panic");
        assert!(!waited.timed_out(), "both have won");
    }
}

struct Station {
    service: HttpService,
    officer: Officer,
    journal: Journal,
    readers: TearingReaders,
    wire: Tear,
    card: PathBuf,
    serial: CardSerial,
}

impl Station {
    fn new(bench: &Bench, name: &str, officer: &str, card: PathBuf, number: u16) -> Self {
        let service = desk::signed_in(&bench.gateway.url());
        let session = service.sign_in(&SignIn { officer: officer.parse().expect("a number") }).expect("signed in");
        let (readers, wire) = desk::tearing(Box::new(reader_of(&card, number)));
        let serial = desk::serial(Make::Virtual, number);
        let journal = Journal::open(&bench.folder.path().join(name)).expect("a journal");
        Self { service, officer: session.officer, journal, readers, wire, card, serial }
    }

    fn desk<'a>(&'a self, bench: &'a Bench) -> Desk<'a> {
        desk::desk(&self.service, &self.readers, &bench.profiles, &self.journal)
    }
}

/// A reader with the card of this file.
fn reader_of(card: &Path, number: u16) -> VirtualReaders {
    let readers = VirtualReaders::new([READER]);
    let [high, low] = number.to_be_bytes();
    let chip = VirtualCard::open(card, || desk::blueprint(high, low)).expect("the card's file");
    readers.insert(READER, Arc::new(Mutex::new(chip))).expect("the reader is there");
    readers
}

/// How one of the two ended.
struct End {
    ending: Ending,
    /// What was sent to the card once everything was prepared.
    sent: u64,
    changed: bool,
}

/// Prepares, waits for the start, and runs.
fn run(race: Race, bench: &Bench, at: &Station, start: &Barrier, lost: &Lost) -> Result<End, OperationError> {
    let desk = at.desk(bench);
    let mut tell = |progress: &Progress| {
        if let Progress::Finished { step: Step::Begin | Step::Reserve, good: Verdict::Good, .. } = progress {
            lost.wait();
        }
    };
    let prepared = || {
        let before = (at.wire.exchanges(), std::fs::read(&at.card).expect("the card's file"));
        start.wait();
        before
    };
    let holder = desk::holder(1);
    let for_card = |task| CardWish { serial: Some(at.serial.clone()), holder: Some(desk::holder(1)), ..wish(task) };
    let ((before, card), ending) = match race {
        Race::Unlock => {
            let preflight = desk.prepare_on_card(&for_card(Task::Unlock))?;
            (prepared(), desk.unlock(preflight, new_passcode(), &mut tell)?.ending)
        }
        Race::Cancel => {
            let preflight = desk.prepare_on_card(&for_card(Task::Cancel))?;
            (prepared(), desk.cancel(preflight, &mut tell)?.ending)
        }
        Race::Renew => {
            let preflight = desk.prepare_recertify(&for_card(Task::RenewNewKeys))?;
            (prepared(), desk.renew(preflight, desk::passcode(), &mut tell)?.ending)
        }
        Race::Issue => {
            let request = IssueRequest { holder, reader: None, passcode: PasscodeChoice::LeftLocked, print: None };
            let preflight = desk.prepare_issue(&request)?;
            (prepared(), desk.issue(preflight, None, &mut tell)?.ending)
        }
    };
    if ending != Ending::Done {
        lost.tell();
    }
    let changed = std::fs::read(&at.card).expect("the card's file") != card;
    Ok(End { ending, sent: at.wire.exchanges() - before, changed })
}

fn raced(race: Race) {
    let task = match race {
        Race::Unlock => Task::Unlock,
        Race::Renew => Task::RenewNewKeys,
        Race::Cancel | Race::Issue => Task::Cancel,
    };
    let bench = Bench::new(task);
    let file = |name: &str| bench.folder.path().join(format!("{name}.json"));
    if race == Race::Issue {
        // Two blank cards, each with a file.
        reader_of(&file("first"), 1);
        reader_of(&file("second"), 2);
    } else {
        bench.ready(task, 1, &reader_of(&file("first"), 1));
        // One chip cannot be in two readers, so the other workstation has a copy of it.
        std::fs::copy(file("first"), file("second")).expect("a copy");
    }
    let second_card = if race == Race::Issue { 2 } else { 1 };
    let stations = [
        Station::new(&bench, "first", desk::RA_AGENT, file("first"), 1),
        Station::new(&bench, "second", "555000000001", file("second"), second_card),
    ];
    let begun = || {
        let rows = bench.service.holder_history(&desk::holder(1), 500).expect("rows").into_iter();
        rows.filter(|row| matches!(row.event.as_str(), "on-card.begun" | "issuance.reserved")).count()
    };
    let before = begun();
    let (start, lost) = (Barrier::new(2), Lost::default());
    let ends = std::thread::scope(|scope| {
        let running = stations
            .each_ref()
            .map(|at| scope.spawn(|| run(race, &bench, at, &start, &lost).expect("both were prepared alike")));
        running.map(|thread| thread.join().expect("no panic"))
    });

    let winner = ends.iter().position(|end| end.ending == Ending::Done).expect("one wins");
    let (won, loser) = (&stations[winner], &ends[1 - winner]);
    let Ending::Undone { why, .. } = &loser.ending else { panic!("{race:?}: {:?}", loser.ending) };
    let who = format!("{} ({}, {})", won.officer.name, won.officer.role, won.officer.id.grouped());
    let when = format!("at {} {:02}:{:02} UTC", bench.now.date(), bench.now.hour(), bench.now.minute());
    for told in [&*who, "began job", won.serial.as_str(), &*when, "its time runs out at"] {
        assert!(why.contains(told), "{race:?}: “{told}” is not in: {why}");
    }
    assert_eq!((loser.sent, loser.changed), (0, false), "{race:?}: nothing was sent to the card of the one who lost");
    assert!(ends[winner].sent > 0, "{race:?}");
    assert_eq!(begun() - before, 1, "{race:?}: one job was opened");
    for station in &stations {
        assert!(station.journal.open_jobs().expect("reads").is_empty(), "{race:?}: nothing is left open");
    }
    let expected = match race {
        Race::Unlock => Some(Stands::New),
        Race::Renew => Some(Stands::Old),
        Race::Cancel => Some(Stands::Cancelled),
        // It waits for its holder.
        Race::Issue => None,
    };
    match expected {
        Some(expected) => {
            let stands = judge::held(&bench, &won.readers, &won.serial, &desk::holder(1), &format!("{race:?}"));
            assert_eq!(stands, expected, "{race:?}");
        }
        None => assert_eq!(bench.service.card(&won.serial).expect("its record").state, CardState::Locked),
    }

    // Whoever comes once all is done is told who did it, and when.
    let late = &stations[1 - winner];
    let again = match race {
        Race::Cancel => late.desk(&bench).prepare_on_card(&wish(Task::Cancel)).map(drop),
        Race::Issue => {
            let holder = desk::holder(1);
            let passcode = PasscodeChoice::LeftLocked;
            late.desk(&bench).prepare_issue(&IssueRequest { holder, reader: None, passcode, print: None }).map(drop)
        }
        // A card that is in order may be unlocked or, while it is due, renewed again.
        Race::Unlock | Race::Renew => return,
    };
    let why = again.expect_err("it is done already").to_string();
    for told in [&*won.officer.name, &*won.officer.id.grouped(), won.serial.as_str(), &*when] {
        assert!(why.contains(told), "{race:?}, afterwards: “{told}” is not in: {why}");
    }
}

#[test]
fn of_two_who_unlock_one_card_one_wins_and_the_other_is_told_who_and_when() {
    raced(Race::Unlock);
}

#[test]
fn of_two_who_renew_one_card_one_wins_and_the_other_is_told_who_and_when() {
    raced(Race::Renew);
}

#[test]
fn of_two_who_cancel_one_card_one_wins_and_the_other_is_told_who_and_when() {
    raced(Race::Cancel);
}

#[test]
fn of_two_who_issue_to_one_holder_one_wins_and_the_other_is_told_who_and_when() {
    raced(Race::Issue);
}
