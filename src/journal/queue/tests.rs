use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{domain::Operation, journal::JobState};

fn journal(folder: &tempfile::TempDir) -> Journal {
    Journal::open(folder.path()).expect("opens")
}

fn new(number: u32) -> NewEntry {
    NewEntry {
        holder: format!("5550000{number:05}").parse().expect("a number"),
        serial: format!("{number:08X}").parse().expect("a serial"),
        printer: "Training printer".to_owned(),
        reason: (number % 2 == 1).then(|| "the ribbon creased".to_owned()),
    }
}

fn job(n: u8) -> JobId {
    JobId::from_random([n; 16])
}

fn ids(journal: &Journal) -> Vec<i64> {
    journal.queue().expect("reads").iter().map(|entry| entry.id).collect()
}

#[test]
fn the_queue_keeps_its_order_and_shows_what_ended_newest_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = journal(&folder);
    let [a, b, c, d] = [1, 2, 3, 4].map(|n| first.queue_add(new(n)).expect("adds").id);
    first.queue_move(d, Some(b)).expect("moves");
    first.queue_move(a, None).expect("moves");
    first.queue_move(c, Some(c)).expect("stays");
    assert_eq!(ids(&first), [d, b, c, a]);
    first.queue_set(b, QueueState::Cancelled, None, None).expect("cancels");
    first.queue_set(d, QueueState::Printing, None, None).expect("prints");
    first.queue_job(d, &job(1)).expect("writes");
    let printed = first.queue_set(d, QueueState::Printed, None, None).expect("printed");
    assert_eq!((printed.job, printed.reason), (Some(job(1)), None));
    first.queue_set(c, QueueState::Printing, None, None).expect("prints");
    let failed = first.queue_set(c, QueueState::Failed, Some("the ribbon ran out"), None).expect("failed");
    assert_eq!(
        (failed.why.as_deref(), failed.reason.as_deref()),
        (Some("the ribbon ran out"), Some("the ribbon creased"))
    );
    assert_eq!(ids(&first), [c, a, d, b]);
    let before = first.queue().expect("reads");
    drop(first);
    assert_eq!(journal(&folder).queue().expect("reads"), before);
}

#[test]
fn changes_that_are_not_allowed_change_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = journal(&folder);
    let a = journal.queue_add(new(1)).expect("adds").id;
    let not_allowed = |result| matches!(result, Err(JournalError::QueueChange { .. }));
    assert!(not_allowed(journal.queue_set(a, QueueState::Printed, None, None)));
    assert!(not_allowed(journal.queue_job(a, &job(1))));
    journal.queue_set(a, QueueState::Cancelled, None, None).expect("cancels");
    let before = journal.queue().expect("reads");
    for state in QueueState::ALL {
        assert!(not_allowed(journal.queue_set(a, state, Some("x"), Some(&job(1)))), "{state}");
    }
    assert!(matches!(journal.queue_move(a, None), Err(JournalError::QueueEnded(_))));
    assert!(matches!(journal.queue_move(7, None), Err(JournalError::QueueEntryUnknown(7))));
    assert!(matches!(journal.queue_set(7, QueueState::Printing, None, None), Err(JournalError::QueueEntryUnknown(7))));
    assert_eq!(journal.queue().expect("reads"), before);
}

#[test]
fn an_entry_is_printed_by_one_window_and_another_leaves_it_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let one = journal(&folder);
    let a = one.queue_add(new(1)).expect("adds").id;
    one.queue_set(a, QueueState::Printing, None, None).expect("prints");
    let other = journal(&folder);
    assert_eq!(other.queue().expect("reads")[0].state, QueueState::Printing, "it is alive, and nothing is settled");
    let twice = other.queue_set(a, QueueState::Printing, None, None);
    assert!(matches!(twice, Err(JournalError::QueueChange { .. })), "{twice:?}");
    one.queue_set(a, QueueState::Waiting, None, None).expect("paused");
    other.queue_set(a, QueueState::Printing, None, None).expect("now it is the other's turn");
    drop(one);
    assert_eq!(journal(&folder).queue().expect("reads")[0].state, QueueState::Printing);
}

#[test]
fn an_entry_that_waits_for_its_printer_is_one_windows_until_somebody_decides_or_the_window_is_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    let one = journal(&folder);
    let entries = [1, 2, 3].map(|n| one.queue_add(new(n)).expect("adds").id);
    for id in entries {
        one.queue_set(id, QueueState::Printing, None, None).expect("prints");
        let waits = one.queue_goes_on(id, "no cards: put some in, then print again").expect("waits");
        assert_eq!(waits.why.as_deref(), Some(&*format!("no cards: put some in. {GOES_ON}")));
    }
    one.queue_move(entries[2], Some(entries[0])).expect("moves");
    let going = |journal: &Journal, printer: &str| -> Vec<i64> {
        journal.queue_going_on(printer).expect("reads").iter().map(|entry| entry.id).collect()
    };
    assert_eq!(going(&one, "Training printer"), [entries[2], entries[0], entries[1]], "in their order");
    assert!(going(&one, "Another").is_empty());

    // Another window changes no word of them, and does not go on with them.
    let other = journal(&folder);
    assert!(other.queue().expect("reads").iter().all(QueueEntry::goes_on_by_itself));
    assert!(going(&other, "Training printer").is_empty());
    // What an officer decides there holds: the first window leaves it alone, and the other prints it.
    other.queue_set(entries[0], QueueState::Waiting, None, None).expect("put back");
    assert_eq!(going(&one, "Training printer"), [entries[2], entries[1]]);
    other.queue_set(entries[0], QueueState::Printing, None, None).expect("it is free");
    one.queue_set(entries[1], QueueState::Cancelled, None, None).expect("taken out");

    // The first window is gone: its last one says so, in words that tell what to do, and only once.
    drop(one);
    let third = journal(&folder);
    let entry = |id: i64| third.queue().expect("reads").into_iter().find(|entry| entry.id == id).expect("it is there");
    let left = entry(entries[2]);
    assert_eq!((left.state, left.why.as_deref()), (QueueState::Failed, Some(NO_LONGER_GOES_ON)));
    assert!(!left.goes_on_by_itself() && !left.left_by_a_stop());
    assert_eq!((entry(entries[0]).state, entry(entries[1]).state), (QueueState::Printing, QueueState::Cancelled));
    third.queue_set(entries[2], QueueState::Waiting, None, None).expect("put back");
}

#[test]
fn what_a_crash_left_printing_is_settled_by_what_the_job_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let crashed = journal(&folder);
    let entries = [1, 2, 3, 4, 5].map(|n| crashed.queue_add(new(n)).expect("adds").id);
    entries.iter().for_each(|id| drop(crashed.queue_set(*id, QueueState::Printing, None, None).expect("prints")));
    // The first never had a job; the second's was never begun; the others' are open, done and undone.
    for (n, id) in (2..).zip(&entries[1..]) {
        crashed.queue_job(*id, &job(n)).expect("writes");
    }
    for n in 3..=5 {
        crashed.begin(&job(n), Operation::Print, &json!({})).expect("begins");
    }
    crashed.close(&job(4), JobState::Done).expect("closes");
    crashed.close(&job(5), JobState::Undone).expect("closes");
    drop(crashed);

    let after = journal(&folder);
    let entry = |id: i64| after.queue().expect("reads").into_iter().find(|entry| entry.id == id).expect("it is there");
    let told = entries.map(|id| (entry(id).state, entry(id).why));
    let failed = |why: &str| (QueueState::Failed, Some(why.to_owned()));
    let expected = [
        failed(LOOK_IN_THE_TRAY),
        failed(NOTHING_WAS_SENT),
        (QueueState::Printing, None),
        (QueueState::Printed, None),
        failed(LOOK_IN_THE_TRAY),
    ];
    assert_eq!(told, expected);
    assert_eq!(entries.map(|id| entry(id).left_by_a_stop()), [true, true, false, false, true]);
    // The open one is settled by resuming its job, and only once.
    after.queue_settle(&job(3), QueueState::Failed, Some("cut off")).expect("settles");
    assert_eq!((entry(entries[2]).state, entry(entries[2]).why.as_deref()), (QueueState::Failed, Some("cut off")));
    assert!(!entry(entries[2]).left_by_a_stop(), "what became of it was found out");
    // An officer who saw the card has the last word, and only once.
    after.queue_settle(&job(3), QueueState::Printed, None).expect("settles");
    after.queue_settle(&job(3), QueueState::Failed, Some("cut off")).expect("nothing to settle");
    assert_eq!((entry(entries[2]).state, entry(entries[2]).why), (QueueState::Printed, None));
    after.queue_set(entries[0], QueueState::Waiting, None, None).expect("put back");
    assert!(!entry(entries[0]).left_by_a_stop(), "somebody decided");
}

#[test]
fn ten_thousand_entries_are_listed_with_those_first_that_wait() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = journal(&folder);
    let filled = journal.change_queue(|store| {
        for n in 0..10_000 {
            let new = new(n);
            store.execute(
                "INSERT INTO print_queue (holder, serial, printer, position, state, added, changed) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
                params![
                    new.holder.as_str(),
                    new.serial.as_str(),
                    new.printer,
                    -i64::from(n),
                    if n % 10 == 0 { "waiting" } else { "printed" },
                    microseconds()
                ],
            )?;
        }
        Ok(())
    });
    filled.expect("fills");
    let entries = journal.queue().expect("reads");
    assert_eq!(entries.len(), 10_000);
    assert!(entries[..1000].windows(2).all(|pair| pair[0].position < pair[1].position));
    assert!(entries[1000..].iter().all(|entry| entry.state != QueueState::Waiting), "what waits comes first");
}

/// One thing somebody does to the queue; numbers choose an entry among those there are.
#[derive(Debug, Clone)]
enum Doing {
    Add,
    Set(usize, QueueState),
    Move(usize, Option<usize>),
    Reopen,
}

fn doing() -> impl Strategy<Value = Doing> {
    prop_oneof![
        3 => Just(Doing::Add),
        4 => (any::<usize>(), proptest::sample::select(QueueState::ALL.to_vec())).prop_map(|(n, s)| Doing::Set(n, s)),
        3 => (any::<usize>(), any::<Option<usize>>()).prop_map(|(n, before)| Doing::Move(n, before)),
        1 => Just(Doing::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Against a list in memory: nothing is lost, doubled or out of order, whatever is done.
    #[test]
    fn no_entry_is_ever_lost(doings in proptest::collection::vec(doing(), 1..40)) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut journal = journal(&folder);
        let mut model: Vec<(i64, QueueState)> = Vec::new();
        for doing in doings {
            let pick = |n: usize| model.get(n % model.len().max(1)).map_or(-1, |(id, _)| *id);
            match doing {
                Doing::Add => {
                    let number = u32::try_from(model.len()).expect("few");
                    model.push((journal.queue_add(new(number)).expect("adds").id, QueueState::Waiting));
                }
                Doing::Set(n, state) => {
                    let id = pick(n);
                    let done = journal.queue_set(id, state, None, None).is_ok();
                    let known = model.iter_mut().find(|(known, _)| *known == id);
                    let legal = known.as_ref().is_some_and(|(_, before)| before.may_become(state));
                    prop_assert_eq!(done, legal);
                    if let (true, Some((_, before))) = (legal, known) {
                        *before = state;
                    }
                }
                Doing::Move(n, before) => {
                    let (id, before) = (pick(n), before.map(pick));
                    let open = |id: i64| model.iter().any(|(known, state)| *known == id && state.is_open());
                    let legal = open(id) && before.is_none_or(open);
                    prop_assert_eq!(journal.queue_move(id, before).is_ok(), legal);
                    if legal && before != Some(id) {
                        let from = model.iter().position(|(known, _)| *known == id).expect("it is open");
                        let moved = model.remove(from);
                        let to = before.and_then(|before| model.iter().position(|(known, _)| *known == before));
                        model.insert(to.unwrap_or(model.len()), moved);
                    }
                }
                Doing::Reopen => {
                    drop(journal);
                    journal = self::journal(&folder);
                    for (_, state) in &mut model {
                        // As after a crash: none of these has a job.
                        *state = if *state == QueueState::Printing { QueueState::Failed } else { *state };
                    }
                }
            }
            let listed = journal.queue().expect("reads");
            let open = |states: &[(i64, QueueState)]| -> Vec<(i64, QueueState)> {
                states.iter().filter(|(_, state)| state.is_open()).copied().collect()
            };
            let told: Vec<(i64, QueueState)> = listed.iter().map(|entry| (entry.id, entry.state)).collect();
            prop_assert_eq!(open(&told), open(&model), "those that are open, in order");
            let sorted = |mut all: Vec<(i64, QueueState)>| {
                all.sort_by_key(|(id, _)| *id);
                all
            };
            prop_assert_eq!(sorted(told), sorted(model.clone()), "and all of them");
        }
    }
}
