//! The computer is switched off at every journal write of what holders do on their own: the process is really killed. The
//! holder comes back to one that knows nobody.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use cardwright::{
    cis2::{HttpConfig, HttpService},
    gateway::Gateway,
    journal::WriteMoment,
    operations::Ending,
};

use super::{bench, cut::Tally, run};
use crate::{
    desk::{self, Make, READER},
    in_use::{Task, profiles},
    kills::{self, lasting_card},
    promise::Chip,
};

/// Tells the victim what to do: folder, task, make, number of the card, and at which journal write to stop.
const ORDERS: &str = "CARDWRIGHT_TEST_VICTIM_SELF_SERVICE";

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
    let make = if make == "Virtual" { Make::Virtual } else { Make::Independent };
    let data = folder.join("gateway");
    let gateway = Gateway::start(desk::gateway_config_for(&data, 0)).expect("a gateway");
    let service = HttpService::new(&gateway.url(), HttpConfig::default()).expect("a client");
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
    let report = run(&data, &desk::desk(&service, &*readers, &profiles, &journal), task).expect("prepared");
    assert_eq!(report.ending, Ending::Done);
    kills::say(kills::AT_THE_END);
}

/// Kills one task on one make of card at every write, and says how often.
fn kill_everywhere(task: Task, make: Make) {
    let bench = bench(task);
    let folder = bench.folder.path();
    let (mut kills, mut tally) = (0u32, Tally::default());
    for number in 1.. {
        let what = format!("{task:?} without an officer, {make:?}, killed at write {kills}");
        let serial = desk::serial(make, number);
        let before = {
            let readers = lasting_card(make, folder, number);
            bench.ready(task, number, &*readers);
            Chip::read(&*readers, READER).certificates
        };
        let orders = format!("{}|{task:?}|{make:?}|{number}|{kills}", folder.display());
        let killed = kills::killed("self_service::killed::victim", ORDERS, &orders, kills);
        let readers = lasting_card(make, folder, number);
        if kills == 0 {
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
    assert!(kills > 6 && tally.finished + tally.undone > 0, "{kills} kills, {tally:?}");
}

/// One test each: they run beside each other.
macro_rules! kills {
    ($($name:ident: $task:ident, $make:ident;)*) => {$(
        #[test]
        fn $name() {
            kill_everywhere(Task::$task, Make::$make);
        }
    )*};
}

kills! {
    unlock_by_code_of_the_virtual_card: Unlock, Virtual;
    unlock_by_code_of_the_independent_card: Unlock, Independent;
    change_of_passcode_of_the_virtual_card: ChangePasscode, Virtual;
    change_of_passcode_of_the_independent_card: ChangePasscode, Independent;
    renewal_of_the_virtual_card: RenewNewKeys, Virtual;
    renewal_of_the_independent_card: RenewNewKeys, Independent;
    renewal_of_the_virtual_card_with_its_keys: RenewSameKeys, Virtual;
}
