//! The whole workstation process, embedded gateway and all, is really killed at every journal write of every operation;
//! the next start resumes and keeps the promise.
//!
//! It is killed just before each write is on disk: what a kill just after it leaves is what the next one finds.

use cardwright::{gateway::Gateway, operations::Ending};

use super::{Bench, Task, cut::Tally, profiles, run};
use crate::{
    desk::{self, Make, READER},
    held_keys::held_keys,
    kills::{self, Orders, Sweep, Writes, lasting_card},
    promise::Chip,
};

/// The process that is killed. It runs only when the tests below start it; alone it has nothing to do.
#[test]
fn victim() {
    let Some(orders) = Orders::given() else { return };
    let task = *kills::named(&Task::ALL, &orders.task);
    let mut config = desk::gateway_config_for(&orders.folder.join("gateway"), 0);
    config.renewal_keys = super::renewal_keys(task);
    let gateway = Gateway::start(config).expect("a gateway");
    let service = desk::signed_in(&gateway.url());
    let (profiles, readers, journal) = (profiles(task), orders.card(), orders.journal(Writes::Before));
    let report = run(&desk::desk(&service, &*readers, &profiles, &journal), task).expect("prepared");
    assert_eq!(report.ending, Ending::Done);
    kills::came_to_the_end();
}

/// Kills one task on one make of card at the writes of a sweep, and says how often.
fn kill_everywhere(task: Task, make: Make, sweep: Sweep) {
    let bench = Bench::new(task);
    let folder = bench.folder.path();
    let (mut kills, mut tally) = (0u32, Tally::default());
    for (number, stop_at) in (1..).zip(sweep.places()) {
        let what = format!("{task:?}, {make:?}, killed at write {stop_at}");
        let serial = desk::serial(make, number);
        let before = {
            let readers = lasting_card(make, folder, number);
            bench.ready(task, number, &*readers);
            Chip::read(&*readers, READER).certificates
        };
        let orders = Orders { folder: folder.into(), task: format!("{task:?}"), make, number, stop_at };
        let killed = orders.kill("in_use::killed::victim");
        let readers = lasting_card(make, folder, number);
        if stop_at == 0 {
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
    }
    assert_eq!(bench.journal.broken_at().expect("reads"), None);
    crate::report!("{task:?}, {make:?}: {kills} kills, {tally:?}");
    let all = sweep != Sweep::Everywhere || (kills > 6 && tally.finished + tally.undone > 0);
    assert!(all && kills > 0, "{kills} kills, {tally:?}");
}

/// One test each: they run beside each other.
macro_rules! kills {
    ($sweep:expr; $($name:ident: $task:ident, $make:ident;)*) => {$(
        #[test]
        fn $name() {
            kill_everywhere(Task::$task, Make::$make, $sweep(Task::$task));
        }
    )*};
}

kills! {
    |_| Sweep::Everywhere;
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

// The same machines as above on another kind of card: one write of seven, or of three where there are few.
kills! {
    Task::sampled;
    unlock_of_a_series_9_card: Unlock, Series9;
    unlock_of_a_series_9_card_that_was_looked_at: UnlockSeen, Series9;
    unlock_of_a_forgotten_passcode_of_a_series_9_card: UnlockForgotten, Series9;
    unlock_of_a_series_9_card_that_was_issued_locked: UnlockDelivered, Series9;
    change_of_passcode_of_a_series_9_card: ChangePasscode, Series9;
    clear_of_a_series_9_card: Clear, Series9;
    cancel_of_a_series_9_card: Cancel, Series9;
    repair_of_a_series_9_card_with_its_holder: RepairWithHolder, Series9;
    renewal_of_a_series_9_card: RenewNewKeys, Series9;
    renewal_of_a_series_9_card_with_its_keys: RenewSameKeys, Series9;
    unlock_of_the_virtual_card_that_was_issued_locked: UnlockDelivered, Virtual;
    unlock_of_the_independent_card_that_was_issued_locked: UnlockDelivered, Independent;
    unlock_of_a_card_of_a_secure_channel_that_was_issued_locked: UnlockDelivered, Channel;
    unlock_of_the_independent_card_that_was_looked_at: UnlockSeen, Independent;
    unlock_of_a_forgotten_passcode_of_a_card_of_a_secure_channel: UnlockForgotten, Channel;
    cancel_of_a_card_of_a_secure_channel: Cancel, Channel;
    repair_of_a_card_of_a_secure_channel_with_its_holder: RepairWithHolder, Channel;
    repair_of_a_card_of_a_secure_channel_left_locked: RepairLeftLocked, Channel;
    renewal_of_a_card_of_a_secure_channel_with_its_keys: RenewSameKeys, Channel;
}
