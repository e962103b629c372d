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

/// The variable of its environment that tells a victim what to do.
const ORDERS: &str = "CARDWRIGHT_TEST_VICTIM";

/// With this variable set every sweep stops at each place; without it those that are sampled take some.
const EVERY_PLACE: &str = "CARDWRIGHT_TEST_EVERY_PLACE";

/// What a victim says when it has come to the write it shall die at, and what it says when it came to the end.
const AT_THE_WRITE: &str = "at the write";
const AT_THE_END: &str = "at the end";

/// How many of its places a sweep stops at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sweep {
    Everywhere,
    /// One place of so many, unless the environment asks for all.
    Sampled {
        /// Odd, so that writes before and after an effect are both met.
        one_of: u32,
        /// Where it begins; as a rule each sweep begins elsewhere.
        first: u32,
    },
}

impl Sweep {
    /// A sample of what has a few places only.
    pub fn of_few(first: u32) -> Self {
        Self::sampled(3, first)
    }

    /// A sample of what has many.
    pub fn of_many(first: u32) -> Self {
        Self::sampled(7, first)
    }

    fn sampled(one_of: u32, first: u32) -> Self {
        match std::env::var_os(EVERY_PLACE) {
            Some(_) => Self::Everywhere,
            None => Self::Sampled { one_of, first: first % one_of },
        }
    }

    /// The places, without end.
    pub fn places(self) -> Box<dyn Iterator<Item = u32>> {
        Box::new((0..).filter(move |place| self.stops_at(*place)))
    }

    /// Whether it stops at this place.
    pub fn stops_at(self, place: u32) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Sampled { one_of, first } => place % one_of == first,
        }
    }
}

/// Which writes of the journal count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writes {
    /// Just before each is on disk: what a kill just after it leaves is what the next one finds.
    Before,
    /// Before and after.
    Both,
}

/// What a victim is told to do.
#[derive(Debug, Clone)]
pub struct Orders {
    pub folder: PathBuf,
    /// In the words of the test.
    pub task: String,
    pub make: Make,
    pub number: u16,
    /// The journal write it dies at.
    pub stop_at: u32,
}

impl Orders {
    /// What this process was told; nothing in a process that is no victim.
    pub fn given() -> Option<Self> {
        let orders = std::env::var(ORDERS).ok()?;
        let orders: Vec<&str> = orders.split('|').collect();
        let [folder, task, make, number, stop_at] = <[&str; 5]>::try_from(orders).expect("orders");
        let makes = [Make::Virtual, Make::Series9, Make::Channel, Make::Independent];
        Some(Self {
            folder: folder.into(),
            task: task.to_owned(),
            make: *named(&makes, make),
            number: number.parse().expect("a number"),
            stop_at: stop_at.parse().expect("a number"),
        })
    }

    /// The card it works on.
    pub fn card(&self) -> Box<dyn CardReaders> {
        lasting_card(self.make, &self.folder, self.number)
    }

    /// A journal whose chosen write is the victim's last.
    pub fn journal(&self, counted: Writes) -> Journal {
        let (writes, stop_at) = (AtomicU32::new(0), self.stop_at);
        let observer = move |moment: WriteMoment| {
            let counts = counted == Writes::Both || moment == WriteMoment::BeforeCommit;
            if counts && writes.fetch_add(1, Ordering::Relaxed) == stop_at {
                say(AT_THE_WRITE);
                loop {
                    std::thread::park();
                }
            }
        };
        desk::observed_journal(&self.folder.join("desk"), Box::new(observer))
    }

    /// Starts this program again as a victim, by the name of its test, and kills it when it says that it has come to its
    /// write; `false` when it came to its end before that.
    pub fn kill(&self, victim: &str) -> bool {
        let Self { folder, task, make, number, stop_at } = self;
        let mut victim = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", victim, "--nocapture", "--test-threads=1"])
            .env(ORDERS, format!("{}|{task}|{make:?}|{number}|{stop_at}", folder.display()))
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
        assert!(said.is_some(), "the victim died of something else at write {stop_at}");
        killed
    }
}

/// The one of this name.
pub fn named<'a, T: std::fmt::Debug>(all: &'a [T], name: &str) -> &'a T {
    all.iter().find(|known| format!("{known:?}") == name).unwrap_or_else(|| panic!("{name} is known"))
}

/// A victim that came to its end says so.
pub fn came_to_the_end() {
    say(AT_THE_END);
}

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

/// The process that is killed. It runs only when the tests below start it; alone it has nothing to do.
#[test]
fn victim() {
    let Some(orders) = Orders::given() else { return };
    let gateway = Gateway::start(desk::gateway_config_for(&orders.folder.join("gateway"), 0)).expect("a gateway");
    let service = desk::signed_in(&gateway.url());
    let (profiles, readers, journal) = (desk::quick_profiles(), orders.card(), orders.journal(Writes::Both));
    let workplace = desk::desk(&service, &*readers, &profiles, &journal);
    let report = desk::issue(&workplace, desk::holder(orders.number), PasscodeChoice::LeftLocked).expect("prepared");
    assert_eq!(report.ending, Ending::Done);
    came_to_the_end();
}

fn say(what: &str) {
    // On a line of its own, whatever the test runner wrote before.
    println!("\n{what}");
    std::io::stdout().flush().expect("the parent reads");
}

fn kill_everywhere(make: Make, sweep: Sweep) {
    let folder = desk::quick_folder();
    let (mut kills, mut finished, mut undone) = (0u32, 0u32, 0u32);
    let gateway = Gateway::start(desk::gateway_config(&folder.path().join("gateway"))).expect("a gateway");
    let service = desk::signed_in(&gateway.url());
    let journal = Journal::open(&folder.path().join("desk")).expect("a journal");
    let profiles = desk::quick_profiles();
    for (number, stop_at) in (1..).zip(sweep.places()) {
        let what = format!("{make:?}, killed at write {stop_at}");
        let orders = Orders { folder: folder.path().into(), task: "Issue".into(), make, number, stop_at };
        let killed = orders.kill("kills::victim");
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
    let all = sweep != Sweep::Everywhere || (kills > 60 && finished > 0 && undone > 0);
    assert!(all && kills > 0, "{kills} kills, {finished} finished, {undone} undone");
}

#[test]
fn killed_at_every_journal_write_with_a_virtual_card() {
    kill_everywhere(Make::Virtual, Sweep::Everywhere);
}

#[test]
fn killed_at_every_journal_write_with_a_card_of_a_secure_channel() {
    kill_everywhere(Make::Channel, Sweep::of_many(5));
}

#[test]
fn killed_at_every_journal_write_with_the_independent_card() {
    kill_everywhere(Make::Independent, Sweep::of_few(1));
}

#[test]
fn killed_at_journal_writes_with_a_series_9_card() {
    kill_everywhere(Make::Series9, Sweep::of_many(2));
}
