//! The card is pulled at every exchange of what holders do on their own. Nobody is signed in any more when they come back:
//! their own card and passcode, or a new code, are all they have, and no officer helps.

use std::{collections::HashMap, path::Path};

use cardwright::{
    card::{reader::CardReaders, transport::Moment},
    domain::CardSerial,
    operations::{AuthenticationFault, Desk, Ending, OperationError, Resumed, Resumption, UnfinishedJob, WhichPair},
};

use super::{bench, kiosk, run, with_code};
use crate::{
    desk::{self, Make, READER, passcode},
    in_use::{
        Bench, Task, card,
        judge::{self, Stands},
        new_passcode,
    },
    kills::Sweep,
    promise::Chip,
};

/// What became of what was cut, and how the cards ended.
#[derive(Debug, Default)]
pub struct Tally {
    pub unbegun: u32,
    pub finished: u32,
    pub undone: u32,
    pub cards: HashMap<Stands, u32>,
}

impl Tally {
    /// The holder comes back, alone, to a program that knows nobody; then the card is judged. Its certificates were
    /// `before`.
    pub fn come_back_and_judge(
        &mut self,
        bench: &Bench,
        task: Task,
        number: u16,
        (readers, serial, before): (&dyn CardReaders, &CardSerial, &[Option<Vec<u8>>; 2]),
        what: &str,
    ) {
        let service = kiosk(bench);
        let workplace = desk::desk(&service, readers, &bench.profiles, &bench.journal);
        let unfinished = workplace.own_unfinished(serial).expect("reads");
        let was_cut = unfinished.is_some();
        let which = unfinished.and_then(|job| {
            let told = job.words_for_its_holder();
            let works = Chip::read(readers, READER).certificates == *before;
            if job.which_pair == Some(WhichPair::Old) {
                assert!(works && told.contains("the certificates it had before"), "{what}: {told}");
            }
            let resumed = go_on(&bench.data(), &workplace, &job, task).expect(what);
            match resumed.resumption {
                Resumption::Finished => self.finished += 1,
                Resumption::Undone { .. } => self.undone += 1,
                other => panic!("{what}: {other:?}"),
            }
            resumed.which_pair
        });
        let changed = Chip::read(readers, READER).certificates != *before;
        match which {
            Some(WhichPair::Old) => assert!(!changed, "{what}: told that the old pair works"),
            Some(WhichPair::New) => assert!(changed, "{what}: told that the new pair works"),
            None => assert!(!was_cut || !changed, "{what}: told nothing"),
        }
        let stands = judge::held(bench, readers, serial, &desk::holder(number), what);
        assert!(possible(task).contains(&stands), "{what}: {stands:?}");
        *self.cards.entry(stands).or_default() += 1;
    }
}

/// How a card may stand when all is settled.
fn possible(task: Task) -> &'static [Stands] {
    match task {
        Task::Unlock => &[Stands::Locked, Stands::New],
        Task::ChangePasscode => &[Stands::Old, Stands::New],
        _ => &[Stands::Old],
    }
}

/// What holders do when they come back: the passcode they have, after a change of it the new one first; or a new code.
fn go_on(data: &Path, desk: &Desk<'_>, job: &UnfinishedJob, task: Task) -> Result<Resumed, OperationError> {
    let tell = &mut |_: &_| {};
    match task {
        Task::Unlock => {
            with_code(data, desk)?;
            Ok(desk.go_on_with_own_unlock(job, tell)?.expect("an unlock"))
        }
        Task::ChangePasscode => match desk.go_on_with_own(READER, job, &new_passcode(), tell) {
            Err(OperationError::Authentication(AuthenticationFault::WrongPasscode { .. })) => {
                Ok(desk.go_on_with_own(READER, job, &passcode(), tell)?.resumed)
            }
            gone_on => Ok(gone_on?.resumed),
        },
        _ => Ok(desk.go_on_with_own(READER, job, &passcode(), tell)?.resumed),
    }
}

/// Cuts one task on one make of card everywhere, and says how often.
fn cut_everywhere(task: Task, make: Make, sweep: Sweep) {
    let bench = bench(task);
    let exchanges = uncut(&bench, task, make);
    let (mut cuts, mut tally, mut fresh, mut numbers) = (0, Tally::default(), None, 1..);
    let places = (0..exchanges).flat_map(|at| Moment::BOTH.map(|moment| (at, moment)));
    for (_, (at, moment)) in (0..).zip(places).filter(|(place, _)| sweep.stops_at(*place)) {
        let what = format!("{task:?} without an officer, {make:?}, cut at {at} {moment:?}");
        // A card that was cut before anything was begun is as good as a fresh one; but codes are sent to it a few times only.
        let (number, readers, tear, serial) = fresh.take().filter(|_| task != Task::Unlock).unwrap_or_else(|| {
            let number = numbers.next().expect("numbers without end");
            let (readers, serial) = card(make, number);
            let (readers, tear) = desk::tearing(readers);
            bench.ready(task, number, &readers);
            (number, readers, tear, serial)
        });
        let before = Chip::read(&readers, READER).certificates;
        let service = kiosk(&bench);
        tear.arm(at, moment);
        let report = run(&bench.data(), &desk::desk(&service, &readers, &bench.profiles, &bench.journal), task);
        assert!(tear.is_torn(), "{what}: the cut happened");
        tear.put_back();
        cuts += 1;
        match report {
            Err(error) => {
                assert!(bench.journal.open_jobs().expect("reads").is_empty(), "{what}: {error}");
                assert_eq!(Chip::read(&readers, READER).certificates, before, "{what}");
                tally.unbegun += 1;
                fresh = Some((number, readers, tear, serial));
            }
            Ok(report) => {
                assert!(matches!(report.ending, Ending::Unfinished { .. }), "{what}: {:?}", report.ending);
                tally.come_back_and_judge(&bench, task, number, (&readers, &serial, &before), &what);
            }
        }
    }
    assert_eq!(bench.journal.broken_at().expect("reads"), None);
    crate::report!("{task:?} without an officer, {make:?}: {cuts} cuts at {exchanges} exchanges, {tally:?}");
    let all = sweep != Sweep::Everywhere || tally.finished + tally.undone > 0;
    assert!(all && cuts > 0, "{tally:?}");
    if task.renews() && sweep == Sweep::Everywhere {
        assert!(tally.finished > 0 && tally.undone > 0, "some go back and some go forward: {tally:?}");
    }
}

fn uncut(bench: &Bench, task: Task, make: Make) -> u64 {
    let (readers, tear) = desk::tearing(card(make, 0).0);
    bench.ready(task, 0, &readers);
    tear.put_back();
    let service = kiosk(bench);
    let report = run(&bench.data(), &desk::desk(&service, &readers, &bench.profiles, &bench.journal), task);
    assert_eq!(report.expect("prepared").ending, Ending::Done);
    tear.exchanges()
}

/// One test each: they run beside each other.
macro_rules! cuts {
    ($sweep:expr; $($name:ident: $task:ident, $make:ident;)*) => {$(
        #[test]
        fn $name() {
            cut_everywhere(Task::$task, Make::$make, $sweep(Task::$task));
        }
    )*};
}

cuts! {
    |_| Sweep::Everywhere;
    unlock_by_code_of_the_virtual_card: Unlock, Virtual;
    unlock_by_code_of_the_independent_card: Unlock, Independent;
    change_of_passcode_of_the_virtual_card: ChangePasscode, Virtual;
    change_of_passcode_of_the_independent_card: ChangePasscode, Independent;
    renewal_of_the_virtual_card: RenewNewKeys, Virtual;
    renewal_of_the_independent_card: RenewNewKeys, Independent;
    renewal_of_the_virtual_card_with_its_keys: RenewSameKeys, Virtual;
    renewal_of_the_independent_card_with_its_keys: RenewSameKeys, Independent;
    renewal_of_a_card_of_a_secure_channel: RenewNewKeys, Channel;
}

cuts! {
    Task::sampled;
    unlock_by_code_of_a_series_9_card: Unlock, Series9;
    change_of_passcode_of_a_series_9_card: ChangePasscode, Series9;
    renewal_of_a_series_9_card: RenewNewKeys, Series9;
}

/// Cut again in each return: the last one finishes it all the same.
#[test]
fn a_holder_who_is_cut_off_again_and_again_comes_to_the_end() {
    let bench = bench(Task::RenewNewKeys);
    let (mut number, mut returns) = (0, 0);
    for (first, second) in [(20, 14), (24, 18), (26, 20), (28, 22), (32, 24), (36, 26), (38, 30)] {
        for moment in Moment::BOTH {
            number += 1;
            let what = format!("cut at {first} and then at {second} {moment:?}");
            let (readers, serial) = card(Make::Virtual, number);
            let (readers, tear) = desk::tearing(readers);
            bench.ready(Task::RenewNewKeys, number, &readers);
            let before = Chip::read(&readers, READER).certificates;
            tear.arm(first, moment);
            let service = kiosk(&bench);
            let workplace = desk::desk(&service, &readers, &bench.profiles, &bench.journal);
            let _ = run(&bench.data(), &workplace, Task::RenewNewKeys);
            for _ in 0..3 {
                tear.put_back();
                let service = kiosk(&bench);
                let workplace = desk::desk(&service, &readers, &bench.profiles, &bench.journal);
                let Some(job) = workplace.own_unfinished(&serial).expect("reads") else { break };
                tear.arm(second, moment);
                // It may be cut while its holder signs in, or later: the job stays as it is.
                let _ = go_on(&bench.data(), &workplace, &job, Task::RenewNewKeys);
                returns += 1;
            }
            tear.put_back();
            let chip = (&readers as &dyn CardReaders, &serial, &before);
            Tally::default().come_back_and_judge(&bench, Task::RenewNewKeys, number, chip, &what);
        }
    }
    crate::report!("renewals without an officer, cut again and again: {returns} returns of {number} cards");
    assert!(returns > 12, "{returns}");
}
