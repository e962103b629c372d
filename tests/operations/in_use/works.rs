//! Each operation does what it says, on cards of both makes and on every way a card behaves.

use std::sync::{Arc, Mutex};

use cardwright::{
    card::virtual_card::{Behaviour, Blueprint, VirtualCard, VirtualReaders},
    operations::{Ending, WhichPair},
};

use super::{
    Bench, Task, card,
    judge::{self, Stands},
    run,
};
use crate::{
    desk::{self, Make, READER},
    held_keys::held_keys,
};

/// How a card stands after a task that was not cut.
pub fn after(task: Task) -> Stands {
    match task {
        Task::Unlock
        | Task::UnlockSeen
        | Task::UnlockForgotten
        | Task::UnlockDelivered
        | Task::ChangePasscode
        | Task::RepairWithHolder => Stands::New,
        Task::Clear => Stands::Blank,
        Task::Cancel => Stands::Cancelled,
        Task::RepairLeftLocked => Stands::Locked,
        Task::RenewNewKeys | Task::RenewSameKeys => Stands::Old,
    }
}

fn works(task: Task, make: Make) {
    let bench = Bench::new(task);
    let (readers, serial) = card(make, 1);
    bench.ready(task, 1, &*readers);
    let what = format!("{task:?}, {make:?}");
    let report = run(&bench.desk(&*readers), task).expect(&what);
    assert_eq!(report.ending, Ending::Done, "{what}");
    assert_eq!(report.note.is_some(), task == Task::RepairLeftLocked, "{what}: {:?}", report.note);
    let recertified =
        matches!(after(task), Stands::Old) || matches!(task, Task::RepairWithHolder | Task::RepairLeftLocked);
    assert_eq!(report.which_pair, recertified.then_some(WhichPair::New), "{what}");
    let stands = judge::held(&bench, &*readers, &serial, &desk::holder(1), &what);
    assert_eq!(stands, after(task), "{what}");
    held_keys(make, &*readers, stands.into(), &what);
    crate::report!("{what}: {} commands, {} gateway calls", report.apdus, report.gateway_calls);
}

#[test]
fn every_task_on_the_virtual_card() {
    Task::ALL.into_iter().for_each(|task| works(task, Make::Virtual));
}

#[test]
fn every_task_on_a_series_9_card() {
    Task::ALL.into_iter().for_each(|task| works(task, Make::Series9));
}

#[test]
fn every_task_on_the_independent_card() {
    Task::ALL.into_iter().for_each(|task| works(task, Make::Independent));
}

#[test]
fn every_task_on_a_card_of_a_secure_channel() {
    Task::ALL.into_iter().for_each(|task| works(task, Make::Channel));
}

#[test]
fn every_task_whatever_the_card_behaves_like() {
    for (number, name) in (1u8..).zip(["training", "column-c2", "column-c3", "column-c4"]) {
        for task in Task::ALL {
            let what = format!("{task:?} on {name}");
            let bench = Bench::new(task);
            // By its label it is training stock, whose keys the gateway has.
            let label = Behaviour::named("training").expect("bundled").label;
            let behaviour = Behaviour { label, ..Behaviour::named(name).expect("bundled") };
            let chip = VirtualCard::new(&Blueprint { behaviour, ..desk::blueprint(1, number) });
            let readers = VirtualReaders::new([READER]);
            readers.insert(READER, Arc::new(Mutex::new(chip))).expect("the reader is there");
            bench.ready(task, 1, &readers);
            let report = run(&bench.desk(&readers), task).unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_eq!(report.ending, Ending::Done, "{what}");
            let serial = desk::blueprint(1, number).production.serial().expect("a serial");
            assert_eq!(judge::held(&bench, &readers, &serial, &desk::holder(1), &what), after(task), "{what}");
        }
    }
}
