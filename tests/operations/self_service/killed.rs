//! The computer is switched off at every journal write of what holders do on their own: the process is really killed. The
//! holder comes back to one that knows nobody.

use cardwright::{
    cis2::{HttpConfig, HttpService},
    gateway::Gateway,
    operations::Ending,
};

use super::{bench, cut::Tally, run};
use crate::{
    desk::{self, Make, READER},
    in_use::{Task, profiles},
    kills::{self, Orders, Sweep, Writes, lasting_card},
    promise::Chip,
};

/// The process that is killed. It runs only when the tests below start it; alone it has nothing to do.
#[test]
fn victim() {
    let Some(orders) = Orders::given() else { return };
    let task = *kills::named(&Task::ALL, &orders.task);
    let data = orders.folder.join("gateway");
    let mut config = desk::gateway_config_for(&data, 0);
    config.renewal_keys = crate::in_use::renewal_keys(task);
    let gateway = Gateway::start(config).expect("a gateway");
    let service = HttpService::new(&gateway.url(), HttpConfig::default()).expect("a client");
    let (profiles, readers, journal) = (profiles(task), orders.card(), orders.journal(Writes::Before));
    let report = run(&data, &desk::desk(&service, &*readers, &profiles, &journal), task).expect("prepared");
    assert_eq!(report.ending, Ending::Done);
    kills::came_to_the_end();
}

/// Kills one task on one make of card at the writes of a sweep, and says how often.
fn kill_everywhere(task: Task, make: Make, sweep: Sweep) {
    let bench = bench(task);
    let folder = bench.folder.path();
    let (mut kills, mut tally) = (0u32, Tally::default());
    for (number, stop_at) in (1..).zip(sweep.places()) {
        let what = format!("{task:?} without an officer, {make:?}, killed at write {stop_at}");
        let serial = desk::serial(make, number);
        let before = {
            let readers = lasting_card(make, folder, number);
            bench.ready(task, number, &*readers);
            Chip::read(&*readers, READER).certificates
        };
        let orders = Orders { folder: folder.into(), task: format!("{task:?}"), make, number, stop_at };
        let killed = orders.kill("self_service::killed::victim");
        let readers = lasting_card(make, folder, number);
        if stop_at == 0 {
            assert!(bench.journal.open_jobs().expect("reads").is_empty(), "{what}: nothing was on record");
            tally.unbegun += 1;
        } else {
            // The victim's gateway had the time of day, and what it certified is valid from then.
            bench.clock.set(time::OffsetDateTime::now_utc());
            tally.come_back_and_judge(&bench, task, number, (&*readers, &serial, &before), &what);
        }
        if !killed {
            break;
        }
        kills += 1;
    }
    assert_eq!(bench.journal.broken_at().expect("reads"), None);
    crate::report!("{task:?} without an officer, {make:?}: {kills} kills, {tally:?}");
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
    unlock_by_code_of_the_virtual_card: Unlock, Virtual;
    unlock_by_code_of_the_independent_card: Unlock, Independent;
    change_of_passcode_of_the_virtual_card: ChangePasscode, Virtual;
    change_of_passcode_of_the_independent_card: ChangePasscode, Independent;
    renewal_of_the_virtual_card: RenewNewKeys, Virtual;
    renewal_of_the_independent_card: RenewNewKeys, Independent;
    renewal_of_the_virtual_card_with_its_keys: RenewSameKeys, Virtual;
}

kills! {
    Task::sampled;
    unlock_by_code_of_a_series_9_card: Unlock, Series9;
    change_of_passcode_of_a_series_9_card: ChangePasscode, Series9;
    renewal_of_a_series_9_card: RenewNewKeys, Series9;
}
