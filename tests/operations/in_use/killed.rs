//! The whole workstation process, embedded gateway and all, is really killed at every journal write of every operation;
//! the next start resumes and keeps the promise.
//!
//! It is killed just before each write is on disk: what a kill just after it leaves is what the next one finds.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use cardwright::{gateway::Gateway, journal::WriteMoment, operations::Ending};

use super::{Bench, Task, cut::Tally, profiles, run};
use crate::{
    desk::{self, Make, READER},
    held_keys::held_keys,
    kills::{self, lasting_card},
    promise::Chip,
};

/// Tells the victim what to do: folder, task, make, number of the card, and at which journal write to stop.
const ORDERS: &str = "CARDWRIGHT_TEST_VICTIM_IN_USE";

/// The process that is killed. It runs only when the tests below start it; alone it proves that it needs its orders.
#[test]
fn victim() {
    let Ok(orders) = std::env::var(ORDERS) else {
        assert!(std::env::var_os(ORDERS).is_none());
        return;
    };
    let orders: Vec<&str> = orders.split('|').collect();
    let [folder, task, make, number, stop_at] = <[&str; 5]>::try_from(orders).expect("orders");
    let (folder, number): (PathBuf, u16) = (folder.into(), number.parse().expect("a number"));
    let stop_at: u32 = stop_at.parse().expect("a number");
    let task = Task::ALL.into_iter().find(|known| format!("{known:?}") == task).expect("a task");
    let makes = [Make::Virtual, Make::Series9, Make::Channel, Make::Independent];
    let make = makes.into_iter().find(|known| format!("{known:?}") == make).expect("a make of card");
    let gateway = Gateway::start(desk::gateway_config_for(&folder.join("gateway"), 0)).expect("a gateway");
    let service = desk::signed_in(&gateway.url());
    let writes = AtomicU32::new(0);
    let journal = desk::observed_journal(
        &folder.join("desk"),
        Box::new(move |moment: WriteMoment| {
            if moment == WriteMoment::BeforeCommit && writes.fetch_add(1, Ordering::Relaxed) == stop_at {
                kills::say(kills::AT_THE_WRITE);
                loop {
                    std::thread::park();
                }
            }
        }),
    );
    let (profiles, readers) = (profiles(task), lasting_card(make, &folder, number));
    let report = run(&desk::desk(&service, &*readers, &profiles, &journal), task).expect("prepared");
    assert_eq!(report.ending, Ending::Done);
    kills::say(kills::AT_THE_END);
}

/// Kills one task on one make of card at every write, and says how often.
fn kill_everywhere(task: Task, make: Make) {
    kill_at_every(1, task, make);
}

/// Wants every write of what is sampled otherwise.
const EVERY_WRITE: &str = "CARDWRIGHT_TEST_EVERY_WRITE";

/// The same at every seventh write: a card of a secure channel takes many more steps than others.
fn kill_here_and_there(task: Task, make: Make) {
    kill_at_every(if std::env::var_os(EVERY_WRITE).is_some() { 1 } else { 7 }, task, make);
}

fn kill_at_every(stride: u32, task: Task, make: Make) {
    let bench = Bench::new(task);
    let folder = bench.folder.path();
    let (mut kills, mut write, mut tally) = (0u32, 0u32, Tally::default());
    for number in 1.. {
        let what = format!("{task:?}, {make:?}, killed at write {write}");
        let serial = desk::serial(make, number);
        let before = {
            let readers = lasting_card(make, folder, number);
            bench.ready(task, number, &*readers);
            Chip::read(&*readers, READER).certificates
        };
        let orders = format!("{}|{task:?}|{make:?}|{number}|{write}", folder.display());
        let killed = kills::killed("in_use::killed::victim", ORDERS, &orders, write);
        let readers = lasting_card(make, folder, number);
        if write == 0 {
            assert!(bench.journal.open_jobs().expect("reads").is_empty(), "{what}: nothing was on record");
            tally.unbegun += 1;
        } else {
            let stands = tally.resume_and_judge(&bench, task, number, (&*readers, &serial, &before), &what);
            held_keys(make, &*readers, stands.into(), &what);
        }
        if !killed {
            break;
        }
        kills += 1;
        write += stride;
    }
    assert_eq!(bench.journal.broken_at().expect("reads"), None);
    crate::report!("{task:?}, {make:?}: {kills} kills, {tally:?}");
    assert!(write > 6 && tally.finished + tally.undone > 0, "{kills} kills, {tally:?}");
}

/// One test each: they run beside each other.
macro_rules! kills {
    ($kills:ident: $($name:ident: $task:ident, $make:ident;)*) => {$(
        #[test]
        fn $name() {
            $kills(Task::$task, Make::$make);
        }
    )*};
}

kills! { kill_everywhere:
    unlock_of_the_virtual_card: Unlock, Virtual;
    unlock_of_the_virtual_card_that_was_looked_at: UnlockSeen, Virtual;
    unlock_of_the_independent_card: Unlock, Independent;
    unlock_of_a_card_of_a_secure_channel: Unlock, Channel;
    unlock_of_a_forgotten_passcode: UnlockForgotten, Virtual;
    unlock_of_a_forgotten_passcode_of_the_independent_card: UnlockForgotten, Independent;
    change_of_passcode_of_the_virtual_card: ChangePasscode, Virtual;
    change_of_passcode_of_the_independent_card: ChangePasscode, Independent;
    change_of_passcode_of_a_card_of_a_secure_channel: ChangePasscode, Channel;
    clear_of_the_virtual_card: Clear, Virtual;
    clear_of_the_independent_card: Clear, Independent;
    clear_of_a_card_of_a_secure_channel: Clear, Channel;
    cancel_of_the_virtual_card: Cancel, Virtual;
    cancel_of_the_independent_card: Cancel, Independent;
    repair_of_the_virtual_card_with_its_holder: RepairWithHolder, Virtual;
    repair_of_the_independent_card_with_its_holder: RepairWithHolder, Independent;
    repair_of_the_virtual_card_left_locked: RepairLeftLocked, Virtual;
    repair_of_the_independent_card_left_locked: RepairLeftLocked, Independent;
    renewal_of_the_virtual_card: RenewNewKeys, Virtual;
    renewal_of_the_independent_card: RenewNewKeys, Independent;
    renewal_of_a_card_of_a_secure_channel: RenewNewKeys, Channel;
    renewal_of_the_virtual_card_with_its_keys: RenewSameKeys, Virtual;
    renewal_of_the_independent_card_with_its_keys: RenewSameKeys, Independent;
    repair_of_a_series_9_card_left_locked: RepairLeftLocked, Series9;
}

kills! { kill_here_and_there:
    unlock_of_a_forgotten_passcode_of_a_card_of_a_secure_channel: UnlockForgotten, Channel;
    cancel_of_a_card_of_a_secure_channel: Cancel, Channel;
    repair_of_a_card_of_a_secure_channel_with_its_holder: RepairWithHolder, Channel;
    repair_of_a_card_of_a_secure_channel_left_locked: RepairLeftLocked, Channel;
    renewal_of_a_card_of_a_secure_channel_with_its_keys: RenewSameKeys, Channel;
}
