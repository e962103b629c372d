//! The whole workstation process, embedded gateway and all, is really killed at every journal write of an issue;
//! the next start resumes and keeps the promise.

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use cardwright::{
    card::{
        reader::CardReaders,
        virtual_card::{VirtualCard, VirtualReaders},
    },
    gateway::Gateway,
    journal::{Journal, WriteMoment},
    operations::{Ending, Resumption, issue::PasscodeChoice},
};
use cardwright_independent_card::IndependentCard;

use crate::{
    desk::{self, IndependentReaders, Make, READER},
    held_keys,
    promise::{self, Ended},
};

/// Tells the victim what to do: folder, make, number of the card, and at which journal write to stop.
const ORDERS: &str = "CARDWRIGHT_TEST_VICTIM";

/// What the victim says when it has come to the write it shall die at, and what it says when it came to the end.
pub const AT_THE_WRITE: &str = "at the write";
pub const AT_THE_END: &str = "at the end";

/// A card that lives in a file, as a chip lives through the death of a computer.
pub fn lasting_card(make: Make, folder: &Path, number: u16) -> Box<dyn CardReaders> {
    match make {
        Make::Virtual | Make::Series9 | Make::Channel => {
            let file = folder.join(format!("card-{number}.json"));
            let card = VirtualCard::open(&file, || desk::blueprint_of(make, number)).expect("the card's file");
            let readers = VirtualReaders::new([READER]);
            readers.insert(READER, Arc::new(Mutex::new(card))).expect("the reader is there");
            Box::new(readers)
        }
        Make::Independent => {
            let store = folder.join(format!("card-{number}"));
            let is_new = !store.exists();
            std::fs::create_dir_all(&store).expect("a folder");
            let mut card = IndependentCard::open(&store);
            if is_new {
                card.leave_factory(desk::card_identifier(number), None);
            }
            Box::new(IndependentReaders(Arc::new(Mutex::new(card))))
        }
    }
}

/// The process that is killed. It runs only when the tests below start it; alone it proves that it needs its orders.
#[test]
fn victim() {
    let Ok(orders) = std::env::var(ORDERS) else {
        assert!(std::env::var_os(ORDERS).is_none());
        return;
    };
    let [folder, make, number, stop_at] = <[&str; 4]>::try_from(orders.split('|').collect::<Vec<_>>()).expect("orders");
    let (folder, number): (PathBuf, u16) = (folder.into(), number.parse().expect("a number"));
    let stop_at: u32 = stop_at.parse().expect("a number");
    let makes = [Make::Virtual, Make::Channel, Make::Independent];
    let make = makes.into_iter().find(|known| format!("{known:?}") == make).expect("a make of card");
    let gateway = Gateway::start(desk::gateway_config(&folder.join("gateway"))).expect("a gateway");
    let service = desk::signed_in(&gateway.url());
    let writes = AtomicU32::new(0);
    let journal = desk::observed_journal(
        &folder.join("desk"),
        Box::new(move |_: WriteMoment| {
            if writes.fetch_add(1, Ordering::Relaxed) == stop_at {
                say(AT_THE_WRITE);
                loop {
                    std::thread::park();
                }
            }
        }),
    );
    let (profiles, readers) = (desk::quick_profiles(), lasting_card(make, &folder, number));
    let workplace = desk::desk(&service, &*readers, &profiles, &journal);
    let report = desk::issue(&workplace, desk::holder(number), PasscodeChoice::LeftLocked).expect("prepared");
    assert_eq!(report.ending, Ending::Done);
    say(AT_THE_END);
}

pub fn say(what: &str) {
    // On a line of its own, whatever the test runner wrote before.
    println!("\n{what}");
    std::io::stdout().flush().expect("the parent reads");
}

/// Starts a victim and kills it at its n-th journal write; `false` when it came to its end before that.
fn kill_at(folder: &Path, make: Make, number: u16, write: u32) -> bool {
    let orders = format!("{}|{make:?}|{number}|{write}", folder.display());
    killed("kills::victim", ORDERS, &orders, write)
}

/// Starts this program again as a victim and kills it when it says that it has come to its write.
pub fn killed(victim: &str, variable: &str, orders: &str, write: u32) -> bool {
    let mut victim = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", victim, "--nocapture", "--test-threads=1"])
        .env(variable, orders)
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

fn kill_everywhere(make: Make) {
    let folder = desk::quick_folder();
    let (mut kills, mut finished, mut undone) = (0u32, 0u32, 0u32);
    let gateway = Gateway::start(desk::gateway_config(&folder.path().join("gateway"))).expect("a gateway");
    let service = desk::signed_in(&gateway.url());
    let journal = Journal::open(&folder.path().join("desk")).expect("a journal");
    let profiles = desk::quick_profiles();
    loop {
        let (number, what) = (u16::try_from(kills + 1).expect("few"), format!("{make:?}, killed at write {kills}"));
        let killed = kill_at(folder.path(), make, number, kills);
        let readers = lasting_card(make, folder.path(), number);
        let workplace = desk::desk(&service, &*readers, &profiles, &journal);
        for resumed in desk::resume(&workplace) {
            match resumed.resumption {
                Resumption::Finished => finished += 1,
                Resumption::Undone { .. } => undone += 1,
                other => panic!("{what}: {other:?}"),
            }
        }
        assert!(journal.open_jobs().expect("reads").is_empty(), "{what}");
        let data = folder.path().join("gateway");
        let ended = promise::held(&data, &*readers, READER, &desk::serial(make, number), &what);
        held_keys::held_keys(make, &*readers, ended, &what);
        if !killed {
            assert_eq!(ended, Ended::Issued, "uncut it is issued");
            break;
        }
        kills += 1;
    }
    assert_eq!(journal.broken_at().expect("reads"), None);
    crate::report!("{make:?}: {kills} kills, {finished} finished, {undone} undone");
    assert!(kills > 60 && finished > 0 && undone > 0, "{kills} kills, {finished} finished, {undone} undone");
}

#[test]
fn killed_at_every_journal_write_with_a_virtual_card() {
    kill_everywhere(Make::Virtual);
}

#[test]
fn killed_at_every_journal_write_with_a_card_of_a_secure_channel() {
    kill_everywhere(Make::Channel);
}

#[test]
fn killed_at_every_journal_write_with_the_independent_card() {
    kill_everywhere(Make::Independent);
}
