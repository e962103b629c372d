//! The card is pulled at every exchange of every operation, before and after its effect; then `resume` keeps the promise.

use std::collections::HashMap;

use cardwright::{
    card::{reader::CardReaders, transport::Moment},
    domain::CardSerial,
    operations::{Ending, Resumption, WhatNext, WhichPair},
};

use super::{
    Bench, Task, card,
    judge::{self, Stands},
    new_passcode, run,
    works::after,
};
use crate::{
    desk::{self, Make, READER},
    held_keys::held_keys,
    kills::Sweep,
    promise::{Chip, GatewayRecord},
};

/// How a card may stand after a cut of a task, besides as it stands after one that was not cut.
fn also_possible(task: Task) -> &'static [Stands] {
    match task {
        Task::Unlock | Task::UnlockSeen | Task::UnlockDelivered => &[Stands::Locked],
        Task::UnlockForgotten | Task::ChangePasscode | Task::Clear | Task::Cancel => &[Stands::Old],
        Task::RepairWithHolder => &[Stands::Old, Stands::Locked],
        Task::RepairLeftLocked => &[Stands::Old],
        Task::RenewNewKeys | Task::RenewSameKeys => &[],
    }
}

/// What became of the jobs of one card, and how the card ended.
#[derive(Debug, Default)]
pub struct Tally {
    pub unbegun: u32,
    pub finished: u32,
    pub undone: u32,
    /// Renewals that waited for their holder.
    pub waited: u32,
    pub cards: HashMap<Stands, u32>,
}

impl Tally {
    /// Resumes what is open and judges the card: its certificates were `before`.
    pub fn resume_and_judge(
        &mut self,
        bench: &Bench,
        task: Task,
        number: u16,
        (readers, serial, before): (&dyn CardReaders, &CardSerial, &[Option<Vec<u8>>; 2]),
        what: &str,
    ) -> Stands {
        let (workplace, mut which) = (bench.desk(readers), None);
        let open = workplace.look_at_unfinished().expect("reads");
        let resumed_any = !open.is_empty();
        for told in open {
            let alone = workplace.resume_one(&told.job, &mut |_| {}).expect(what);
            let resumed = match alone.resumption {
                Resumption::StillOpen { why } => {
                    assert_eq!(told.next, WhatNext::NeedsHolder, "{what}: {why}");
                    assert_eq!(alone.which_pair, None, "{what}: neither pair works now");
                    assert!(why.contains("holder"), "{what}: {why}");
                    self.waited += 1;
                    workplace.resume_one_with(&told.job, Some(desk::passcode()), &mut |_| {}).expect(what)
                }
                _ => alone,
            };
            match resumed.resumption {
                Resumption::Finished => self.finished += 1,
                Resumption::Undone { .. } => self.undone += 1,
                other => panic!("{what}: {other:?}"),
            }
            which = resumed.which_pair;
        }
        let changed = Chip::read(readers, READER).certificates != *before;
        match which {
            Some(WhichPair::Old) => assert!(!changed, "{what}: told that the old pair works"),
            Some(WhichPair::New) => assert!(changed, "{what}: told that the new pair works"),
            None if !resumed_any || matches!(task, Task::Clear | Task::Cancel) => {}
            None => assert!(!changed, "{what}: told nothing"),
        }
        let stands = judge::held(bench, readers, serial, &desk::holder(number), what);
        assert!(stands == after(task) || also_possible(task).contains(&stands), "{what}: {stands:?}");
        *self.cards.entry(stands).or_default() += 1;
        stands
    }
}

/// What happens to a card before a task, besides what [`Bench::ready`] does.
type Before = fn(&dyn CardReaders);

/// Cuts one task on one make of card everywhere, and says how often.
fn cut_everywhere(task: Task, make: Make, before_it: Before, sweep: Sweep) {
    let bench = Bench::new(task);
    let exchanges = uncut(&bench, task, make, before_it);
    let (mut cuts, mut tally, mut fresh) = (0, Tally::default(), None);
    let places = (0..exchanges).flat_map(|at| Moment::BOTH.map(|moment| (at, moment)));
    let places = (0..).zip(places).filter(|(place, _)| sweep.stops_at(*place)).map(|(_, place)| place);
    for (number, (at, moment)) in (1..).zip(places) {
        let what = format!("{task:?}, {make:?}, cut at {at} {moment:?}");
        // A card that was cut before anything was begun is as good as a fresh one.
        let (number, readers, tear, serial) = fresh.take().unwrap_or_else(|| {
            let (readers, serial) = card(make, number);
            let (readers, tear) = desk::tearing(readers);
            bench.ready(task, number, &readers);
            before_it(&readers);
            (number, readers, tear, serial)
        });
        let before = (Chip::read(&readers, READER), GatewayRecord::open(&bench.data()).everything());
        tear.arm(at, moment);
        let report = run(&bench.desk(&readers), task);
        assert!(tear.is_torn(), "{what}: the cut happened");
        tear.put_back();
        cuts += 1;
        match report {
            Err(error) => {
                assert!(bench.journal.open_jobs().expect("reads").is_empty(), "{what}: {error}");
                let now = (Chip::read(&readers, READER), GatewayRecord::open(&bench.data()).everything());
                assert_eq!((now.0.certificates, now.0.tries), (before.0.certificates, before.0.tries), "{what}");
                assert_eq!(now.1, before.1, "{what}: nothing on record has changed");
                tally.unbegun += 1;
                fresh = Some((number, readers, tear, serial));
            }
            Ok(report) => {
                assert!(matches!(report.ending, Ending::Unfinished { .. }), "{what}: {:?}", report.ending);
                let chip = (&readers as &dyn CardReaders, &serial, &before.0.certificates);
                let stands = tally.resume_and_judge(&bench, task, number, chip, &what);
                held_keys(make, &readers, stands.into(), &what);
            }
        }
    }
    assert_eq!(bench.journal.broken_at().expect("reads"), None);
    crate::report!("{task:?}, {make:?}: {cuts} cuts at {exchanges} exchanges, {tally:?}");
    assert!(cuts > 0, "{tally:?}");
    if sweep != Sweep::Everywhere {
        return;
    }
    assert!(tally.finished + tally.undone > 0, "{tally:?}");
    // A repair whose holder is not there for the resumption ends locked.
    let whole = if task == Task::RepairWithHolder { Stands::Locked } else { after(task) };
    assert!(tally.cards.contains_key(&whole), "{tally:?}");
    assert_eq!(tally.waited > 0, task.renews(), "a renewal without a way back waits for the holder, and nothing else");
}

fn uncut(bench: &Bench, task: Task, make: Make, before_it: Before) -> u64 {
    let (readers, tear) = desk::tearing(card(make, 0).0);
    bench.ready(task, 0, &readers);
    before_it(&readers);
    tear.put_back();
    let report = run(&bench.desk(&readers), task).expect("prepared");
    assert_eq!(report.ending, Ending::Done);
    assert_eq!(report.apdus, tear.exchanges(), "the report counts what was sent");
    report.apdus
}

/// One test each: they run beside each other.
macro_rules! cuts {
    ($sweep:expr; $($name:ident: $task:ident, $make:ident;)*) => {$(
        #[test]
        fn $name() {
            cut_everywhere(Task::$task, Make::$make, |_| {}, $sweep(Task::$task));
        }
    )*};
}

cuts! {
    |_| Sweep::Everywhere;
    unlock_of_the_virtual_card: Unlock, Virtual;
    unlock_of_the_independent_card: Unlock, Independent;
    unlock_of_the_virtual_card_that_was_looked_at: UnlockSeen, Virtual;
    unlock_of_the_independent_card_that_was_looked_at: UnlockSeen, Independent;
    unlock_of_a_forgotten_passcode: UnlockForgotten, Virtual;
    unlock_of_a_forgotten_passcode_of_the_independent_card: UnlockForgotten, Independent;
    change_of_passcode_of_the_virtual_card: ChangePasscode, Virtual;
    change_of_passcode_of_the_independent_card: ChangePasscode, Independent;
    clear_of_the_virtual_card: Clear, Virtual;
    clear_of_the_independent_card: Clear, Independent;
    cancel_of_the_virtual_card: Cancel, Virtual;
    cancel_of_the_independent_card: Cancel, Independent;
    repair_of_the_virtual_card_with_its_holder: RepairWithHolder, Virtual;
    repair_of_the_virtual_card_left_locked: RepairLeftLocked, Virtual;
    renewal_of_the_virtual_card: RenewNewKeys, Virtual;
    renewal_of_the_virtual_card_with_its_keys: RenewSameKeys, Virtual;
    unlock_of_a_series_9_card: Unlock, Series9;
    change_of_passcode_of_a_series_9_card: ChangePasscode, Series9;
    cancel_of_a_series_9_card: Cancel, Series9;
    unlock_of_a_card_of_a_secure_channel: Unlock, Channel;
    unlock_of_a_card_of_a_secure_channel_that_was_looked_at: UnlockSeen, Channel;
    unlock_of_a_forgotten_passcode_of_a_card_of_a_secure_channel: UnlockForgotten, Channel;
    change_of_passcode_of_a_card_of_a_secure_channel: ChangePasscode, Channel;
    cancel_of_a_card_of_a_secure_channel: Cancel, Channel;
}

// The same machines as above on another kind of card, or from another beginning: one place of seven, or of three where there are few.
cuts! {
    Task::sampled;
    repair_of_the_independent_card_with_its_holder: RepairWithHolder, Independent;
    repair_of_the_independent_card_left_locked: RepairLeftLocked, Independent;
    renewal_of_the_independent_card: RenewNewKeys, Independent;
    renewal_of_the_independent_card_with_its_keys: RenewSameKeys, Independent;
    clear_of_a_series_9_card: Clear, Series9;
    repair_of_a_series_9_card_with_its_holder: RepairWithHolder, Series9;
    renewal_of_a_series_9_card: RenewNewKeys, Series9;
    clear_of_a_card_of_a_secure_channel: Clear, Channel;
    repair_of_a_card_of_a_secure_channel_with_its_holder: RepairWithHolder, Channel;
    repair_of_a_card_of_a_secure_channel_left_locked: RepairLeftLocked, Channel;
    renewal_of_a_card_of_a_secure_channel: RenewNewKeys, Channel;
    renewal_of_a_card_of_a_secure_channel_with_its_keys: RenewSameKeys, Channel;
    unlock_of_a_series_9_card_that_was_looked_at: UnlockSeen, Series9;
    unlock_of_a_forgotten_passcode_of_a_series_9_card: UnlockForgotten, Series9;
    unlock_of_a_series_9_card_that_was_issued_locked: UnlockDelivered, Series9;
    repair_of_a_series_9_card_left_locked: RepairLeftLocked, Series9;
    renewal_of_a_series_9_card_with_its_keys: RenewSameKeys, Series9;
    unlock_of_the_virtual_card_that_was_issued_locked: UnlockDelivered, Virtual;
    unlock_of_a_card_of_a_secure_channel_that_was_issued_locked: UnlockDelivered, Channel;
    unlock_of_the_independent_card_that_was_issued_locked: UnlockDelivered, Independent;
}

#[test]
fn repair_of_a_card_of_a_secure_channel_whose_unlock_code_is_blocked() {
    cut_everywhere(Task::RepairLeftLocked, Make::Channel, judge::block_unlock_code, Sweep::of_many(1));
}

#[test]
fn clear_of_a_card_of_a_secure_channel_whose_unlock_code_is_blocked() {
    cut_everywhere(Task::Clear, Make::Channel, judge::block_unlock_code, Sweep::of_many(2));
}

/// A repair that was cut, and whose holder is there for the resumption, ends with the passcode they choose.
#[test]
fn a_repair_goes_on_with_its_holder() {
    let bench = Bench::new(Task::RepairLeftLocked);
    let (readers, serial) = card(Make::Virtual, 1);
    let (readers, tear) = desk::tearing(readers);
    bench.ready(Task::RepairLeftLocked, 1, &readers);
    tear.arm(20, Moment::AfterEffect);
    let workplace = bench.desk(&readers);
    let report = run(&workplace, Task::RepairLeftLocked).expect("prepared");
    assert!(matches!(report.ending, Ending::Unfinished { .. }), "{:?}", report.ending);
    tear.put_back();
    let told = workplace.look_at_unfinished().expect("reads");
    assert!(matches!(&told[..], [one] if one.next == WhatNext::WillRepair), "{told:?}");
    let resumed = workplace.resume_one_with(&told[0].job, Some(new_passcode()), &mut |_| {}).expect("resumes");
    assert_eq!((resumed.resumption, resumed.which_pair), (Resumption::Finished, Some(WhichPair::New)));
    assert_eq!(judge::held(&bench, &readers, &serial, &desk::holder(1), "with its holder"), Stands::New);
}

/// Cut in every resumption as well: the third one is left in peace.
#[test]
fn cut_again_and_again() {
    for task in [Task::Unlock, Task::Clear, Task::RepairLeftLocked, Task::RenewNewKeys] {
        let bench = Bench::new(task);
        let mut number = 0;
        for (first, second) in [(6, 4), (9, 6), (14, 8), (18, 12), (22, 9)] {
            for moment in Moment::BOTH {
                number += 1;
                let what = format!("{task:?}, cut at {first} and at {second} {moment:?}");
                let (readers, serial) = card(Make::Virtual, number);
                let (readers, tear) = desk::tearing(readers);
                bench.ready(task, number, &readers);
                let workplace = bench.desk(&readers);
                tear.arm(first, moment);
                let _ = run(&workplace, task);
                for _ in 0..2 {
                    tear.arm(second, moment);
                    for job in workplace.look_at_unfinished().expect("reads") {
                        workplace.resume_one_with(&job.job, holders(task), &mut |_| {}).expect(&what);
                    }
                }
                tear.put_back();
                for job in workplace.look_at_unfinished().expect("reads") {
                    workplace.resume_one_with(&job.job, holders(task), &mut |_| {}).expect(&what);
                }
                judge::held(&bench, &readers, &serial, &desk::holder(number), &what);
            }
        }
    }
}

fn holders(task: Task) -> Option<cardwright::domain::Passcode> {
    task.renews().then(desk::passcode)
}
