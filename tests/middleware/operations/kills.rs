//! The whole workstation process, embedded gateway and all, is really killed at every journal write of every operation
//! that a Series 8 card can do; the next start resumes and keeps the promise.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use cardwright::{
    card::pkcs11::Middleware,
    gateway::Gateway,
    journal::{Journal, WriteMoment},
    operations::{Ending, WhichPair},
};

use super::{Bench, Readers, Task, cuts::keeps_the_promise, people, profiles, run, with_card};
use crate::{card_like, child::is_child, gateway_desk};

/// Tells the victim what to do: folder, task, and at which journal write to stop.
const ORDERS: &str = "CARDWRIGHT_TEST_VICTIM_SERIES_8";
/// What the victim says when it has come to the write it shall die at, and what it says when it came to the end.
const AT_THE_WRITE: &str = "at the write";
const AT_THE_END: &str = "at the end";

/// The process that is killed. It runs only when the tests below start it; alone it proves that it needs its orders.
#[test]
fn victim() {
    let Ok(orders) = std::env::var(ORDERS) else {
        assert!(std::env::var_os(ORDERS).is_none());
        return;
    };
    let orders: Vec<&str> = orders.split('|').collect();
    let [folder, task, stop_at] = <[&str; 3]>::try_from(orders).expect("orders");
    let (folder, stop_at): (PathBuf, u32) = (folder.into(), stop_at.parse().expect("a number"));
    let tasks = [Task::Unlock, Task::ChangePasscode, Task::Renew, Task::Cancel];
    let task = tasks.into_iter().find(|known| format!("{known:?}") == task).expect("a task");
    let mut config = gateway_desk::config(&folder.join("gateway"));
    people(&mut config);
    let gateway = Gateway::start(config).expect("a gateway");
    let service = gateway_desk::sign_in(&gateway.url(), gateway_desk::RA_AGENT);
    let writes = AtomicU32::new(0);
    let journal = Journal::open(&folder.join("desk")).expect("a journal");
    let journal = journal.with_observer(Box::new(move |moment: WriteMoment| {
        if moment == WriteMoment::BeforeCommit && writes.fetch_add(1, Ordering::Relaxed) == stop_at {
            say(AT_THE_WRITE);
            loop {
                std::thread::park();
            }
        }
    }));
    let readers = Readers { middleware: Some(Middleware::new(card_like::module())) };
    let profiles = profiles();
    let report = run(&Bench::workstation(&service, &readers, &profiles, &journal), task).expect("prepared");
    assert_eq!(report.ending, Ending::Done);
    say(AT_THE_END);
}

fn say(what: &str) {
    // On a line of its own, whatever the test runner wrote before.
    println!("\n{what}");
    std::io::stdout().flush().expect("the parent reads");
}

/// Starts a victim and kills it at its n-th journal write; `false` when it came to its end before that.
fn kill_at(bench: &Bench, task: Task, write: u32) -> bool {
    let mut victim = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "operations::kills::victim", "--nocapture", "--test-threads=1"])
        .env(ORDERS, format!("{}|{task:?}|{write}", bench.folder().display()))
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut lines = BufReader::new(victim.stdout.take().expect("piped")).lines().map_while(Result::ok);
    let said = lines.find(|line| line == AT_THE_WRITE || line == AT_THE_END);
    let killed = said.as_deref() == Some(AT_THE_WRITE);
    if killed {
        victim.kill().expect("it was alive");
    }
    // A victim that lives on writes its last lines to somebody.
    lines.for_each(drop);
    victim.wait().expect("it ends");
    assert!(said.is_some(), "the victim died of something else at write {write}");
    killed
}

fn kill_everywhere(test: &str, task: Task) {
    if !is_child() {
        return with_card(&format!("kills::{test}"));
    }
    let bench = Bench::new();
    let (mut kills, mut ends): (u16, BTreeMap<String, u16>) = (0, BTreeMap::new());
    loop {
        let what = format!("{task:?}, killed at write {kills}");
        let serial = bench.ready(task, kills);
        let before = bench.record().good_certificates(&serial);
        let killed = kill_at(&bench, task, kills.into());
        bench.put_back();
        // A victim that came to its end has told which pair works; nothing is open then.
        let which = (!killed && task == Task::Renew).then_some(WhichPair::New);
        keeps_the_promise(&bench, task, &serial, (&before, which), &what, &mut ends);
        if !killed {
            break;
        }
        kills += 1;
    }
    assert_eq!(bench.journal.broken_at().expect("reads"), None);
    println!("{task:?}: {kills} kills, {ends:?}");
    assert!(kills > 6 && !ends.is_empty(), "{kills} kills, {ends:?}");
}

#[test]
fn unlock() {
    kill_everywhere("unlock", Task::Unlock);
}

#[test]
fn change_of_passcode() {
    kill_everywhere("change_of_passcode", Task::ChangePasscode);
}

#[test]
fn renewal() {
    kill_everywhere("renewal", Task::Renew);
}

#[test]
fn cancel() {
    kill_everywhere("cancel", Task::Cancel);
}
