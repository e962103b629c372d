//! A desk whose network, printer and card can be taken away at any step of the work, and given back.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use cardwright::{
    bench::{Order, TrainingCardMove, WorkEnd},
    card::{
        algorithm::KeyAlgorithm,
        profile::{CardProfile, ObjectWriting, Profiles},
    },
    cis2::{HttpConfig, HttpService, Service},
    desktop::{
        intent::Intent,
        model::{Model, issue, work::Stage},
        preferences::Preferences,
        route::Route,
    },
    domain::{CardState, Holder, HolderId, HolderState},
    gateway::{Gateway, GatewayConfig, People, RunningGateway, SeedHolder},
    journal::{Journal, WriteMoment},
    operations::{Step, effect::Effect},
    printer::virtual_printer::{Model as Printer, VirtualPrinter},
    training::{self, readers::TrainingReaders},
    workplace::{Configuration, Readers},
};
use eframe::egui::{Event, Key, accesskit::Role};
use egui_kittest::kittest::{NodeT, Queryable};
use rusqlite::{Connection, OpenFlags};

use crate::{
    faulty_proxy::{Calls, FaultyProxy, Harm},
    harness::{RA_AGENT, TestWindow},
};

pub const READER: &str = "Training reader 1";
pub const OTHER_READER: &str = "Training reader 2";
pub const PRINTER: &str = "Desk printer";
const GOOD: &str = "738164";
/// Holders nobody else uses: one for every fault.
const HOLDERS: u16 = 60;
/// Long enough for a job that was sent.
const LIMIT: Duration = Duration::from_secs(60);

/// A question about its state is shorter than this, in bytes.
const QUESTION: usize = 256;

type Spring = Box<dyn FnOnce() + Send>;

/// What happens when this step is about to be done.
pub type Trap = Arc<Mutex<Option<(Step, Spring)>>>;

/// The desk. Fields are dropped in this order.
pub struct FaultDesk {
    pub window: TestWindow,
    pub proxy: Arc<FaultyProxy>,
    pub cable: Arc<Cable>,
    pub training: TrainingReaders,
    trap: Trap,
    printer: VirtualPrinter,
    next: u16,
    gateway: RunningGateway,
    _data: tempfile::TempDir,
}

impl FaultDesk {
    /// A desk at which nobody has signed in, and whose gateway is dead.
    pub fn open_dead() -> Self {
        Self::open(Calls::From(1))
    }

    fn open(dead: Calls) -> Self {
        let data = quick_folder();
        let gateway = Gateway::start(GatewayConfig::training(data.path(), people())).expect("a gateway");
        let proxy = Arc::new(FaultyProxy::start(gateway.address()));
        proxy.plan(dead, Harm::Drop);
        let printer = VirtualPrinter::start(Printer::default()).expect("a printer");
        let cable = Arc::new(Cable::to(printer.address()));
        let configuration = format!(
            "[gateway]\nurl = \"{}\"\n[[printers]]\nname = \"{PRINTER}\"\nprofile = \"magicard-doh-300-v2\"\n\
             destination = \"tcp:127.0.0.1:{}\"\n",
            proxy.url(),
            cable.address.port()
        );
        let configuration = Configuration::parse(&configuration, "test").expect("a configuration");
        let (trap, mut training, url) = (Trap::default(), None, proxy.url());
        let folder = quick_folder();
        let journal = folder.path().to_owned();
        let size = (1280.0, 800.0);
        let preferences = Preferences::default();
        let window = TestWindow::open_with(folder, size, preferences, configuration, Readers::TrainingOnly, |desk| {
            desk.service = HttpService::new(&url, impatient()).expect("a client");
            desk.bench.profiles = quick_profiles();
            desk.journal = watched(&journal, Arc::clone(&trap));
            training = desk.bench.training.clone();
        });
        let training = training.expect("training readers");
        training.pull_card_out(OTHER_READER).expect("a card");
        Self { window, proxy, cable, training, trap, printer, next: 0, gateway, _data: data }
    }

    /// A desk in order, with the RA Agent signed in.
    pub fn signed_in() -> Self {
        let mut desk = Self::open(Calls::None);
        desk.window.sign_in(RA_AGENT);
        desk
    }

    /// A holder without a card.
    pub fn next_holder(&mut self) -> HolderId {
        self.next += 1;
        assert!(self.next <= HOLDERS, "more holders are needed");
        holder(self.next - 1)
    }

    /// The gateway is gone from now on.
    pub fn kill_gateway(&self) {
        self.proxy.plan(Calls::From(1), Harm::Drop);
    }

    /// It is there again.
    pub fn mend_gateway(&self) {
        self.proxy.plan(Calls::None, Harm::Drop);
    }

    /// Sets the trap: this happens when that step is on record as begun, and before its effect.
    pub fn at(&self, step: Step, spring: impl FnOnce() + Send + 'static) {
        *self.trap.lock().unwrap_or_else(PoisonError::into_inner) = Some((step, Box::new(spring)));
    }

    /// Whether the trap was sprung.
    pub fn is_sprung(&self) -> bool {
        self.trap.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    /// Puts a new blank card into the reader.
    pub fn new_card(&mut self) {
        self.move_card(TrainingCardMove::NewBlank);
        self.window.wait_for("the new card", |model| model.bench.cards().any(|(_, card)| issue::is_blank(card)));
    }

    /// Moves the card of the reader as a hand would, as soon as nobody looks at it.
    pub fn move_card(&mut self, move_to: TrainingCardMove) {
        self.window.harness.state_mut().model.order(Order::TrainingCard { reader: READER.to_owned(), move_to });
        self.window.run();
    }

    /// Goes to the issue page of this holder and waits until nothing is in the way.
    pub fn at_issue_page(&mut self, holder: &HolderId, locked: bool, print: issue::When) {
        self.update(issue::Intent::Locked(locked));
        self.update(issue::Intent::Print(print));
        self.update(Intent::Go(Route::Issue(holder.clone())));
        self.wait_ready(holder);
    }

    /// Waits until nothing is in the way of an issue.
    pub fn wait_ready(&mut self, holder: &HolderId) {
        self.window.wait_for("a card that can be issued", |model| issue::readiness(model, holder).obstacles.is_empty());
    }

    pub fn update(&mut self, intent: impl Into<Intent>) {
        self.window.harness.state_mut().model.update(intent.into());
        self.window.run();
    }

    /// Presses “Issue card”; the holder types a passcode where one is asked for.
    pub fn press_issue(&mut self) {
        let before = self.window.model().work.all.len();
        self.press("the start", "Issue card");
        let typed = if self.window.model().dialogs.is_empty() { 0 } else { 2 };
        for _ in 0..typed {
            self.window.harness.event(Event::Text(GOOD.to_owned()));
            self.window.run();
            self.window.harness.key_press(Key::Enter);
            self.window.run();
        }
        assert_eq!(self.window.model().work.all.len(), before + 1, "nothing was begun: {}", self.window.spoken());
    }

    /// Waits until all work has ended, and says how the newest did.
    pub fn end(&mut self) -> WorkEnd {
        self.window.wait_for("the end of the work", |model| !model.work.is_running());
        let newest = self.window.model().work.all.values().next_back().expect("work");
        newest.end.clone().expect("its end")
    }

    /// The screen says all of these.
    #[track_caller]
    pub fn says(&mut self, what: &str, words: &[&str]) {
        self.window.run();
        let spoken = self.window.spoken();
        for word in words {
            assert!(spoken.contains(word), "{what}: “{word}” is not said in {spoken}");
        }
    }

    /// A button with this name is there and can be pressed.
    #[track_caller]
    pub fn offers(&self, what: &str, name: &str) {
        let mut found = self.window.harness.query_all_by_role_and_label(Role::Button, name);
        let usable = found.any(|button| !button.accesskit_node().is_disabled());
        assert!(usable, "{what}: no way on by “{name}” in {}", self.window.spoken());
    }

    /// Presses a button that must be usable.
    #[track_caller]
    pub fn press(&mut self, what: &str, name: &str) {
        self.window.wait_for_button(name);
        self.offers(what, name);
        // Not by its place, which may change in the moment in between.
        let found = self.window.harness.query_all_by_role_and_label(Role::Button, name).next();
        found.expect("it is there").click_accesskit();
        self.window.run();
    }

    /// The holder has exactly one card that counts, on the gateway's record; nothing is open in the journal.
    #[track_caller]
    pub fn is_issued(&mut self, what: &str, holder: &HolderId) {
        let workplace = self.window.workplace.clone().expect("a workplace");
        let record = workplace.service.holder(holder).expect("an answer");
        let counts = |state: CardState| matches!(state, CardState::Active | CardState::Locked);
        let valid = record.cards.iter().filter(|card| counts(card.state)).count();
        assert_eq!(valid, 1, "{what}: {:?}", record.cards);
        assert!(workplace.journal.open_jobs().expect("reads").is_empty(), "{what}: a job is open");
        self.window.wait_for("nothing unfinished", |model| model.unfinished.count() == 0);
    }

    /// Jobs the printer took since it was asked last.
    pub fn printed(&self) -> usize {
        let mut jobs = 0;
        while self.printer.receive(Duration::from_millis(1)).is_ok() {
            jobs += 1;
        }
        jobs
    }

    /// Waits for one printed card.
    pub fn wait_printed(&self, what: &str) {
        let job = self.printer.receive(LIMIT).unwrap_or_else(|error| panic!("{what}: nothing was printed ({error})"));
        assert!(job.cards.is_ok(), "{what}");
        assert_eq!(self.printed(), 0, "{what}: printed more than once");
    }

    pub fn gateway_url(&self) -> String {
        self.gateway.url()
    }
}

/// Where the work that is shown stands.
pub fn stage(model: &Model) -> Option<Stage<'_>> {
    let Route::Work(work) = model.history.here() else { return None };
    model.work.all.get(work).map(|piece| model.work.stage(piece))
}

/// The n-th test holder.
pub fn holder(n: u16) -> HolderId {
    format!("5550009{n:05}").parse().expect("twelve digits")
}

pub fn people() -> People {
    let mut people = training::people().expect("the invented people");
    let photo = people.holders.iter().find_map(|seed| seed.photo.clone()).expect("a photo");
    let organisation = people.officers[0].officer.organisation.clone();
    people.holders.extend((0..HOLDERS).map(|n| SeedHolder {
        holder: Holder {
            id: holder(n),
            official_name: format!("Test Holder {n}"),
            name_on_card: None,
            organisation: organisation.clone(),
            state: HolderState::Open,
            photo_sha256: None,
        },
        photo: Some(photo.clone()),
        email: None,
        mobile: None,
    }));
    people
}

/// A client that gives up soon: these tests are about what happens then.
fn impatient() -> HttpConfig {
    HttpConfig { tries: 2, first_pause: Duration::from_millis(1), ..HttpConfig::default() }
}

/// Keys that are made at once and no picture to shrink.
pub fn quick_profiles() -> Profiles {
    let mut profiles = Profiles::bundled().expect("bundled");
    let quick: Vec<CardProfile> = profiles.all().to_vec();
    for mut profile in quick {
        profile.keys.algorithm = KeyAlgorithm::P256;
        profile.objects.facial_image = ObjectWriting::Leave;
        profiles.add(profile);
    }
    profiles
}

pub fn quick_folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.expect("a folder")
}

/// A journal that springs the trap once the step it waits for is on record as begun. It is asked between two statements
/// of the work itself, so that the fault comes at exactly that step on any machine.
fn watched(folder: &Path, trap: Trap) -> Journal {
    let plain = Journal::open(folder).expect("a journal");
    drop(plain);
    let files = std::fs::read_dir(folder).expect("the folder").flatten().map(|entry| entry.path());
    let mut bases = files.filter(|path| path.extension().is_some_and(|ending| ending == "sqlite"));
    let base = bases.next().expect("the journal's file");
    let observer = move |moment: WriteMoment| {
        let mut trap = trap.lock().unwrap_or_else(PoisonError::into_inner);
        if moment != WriteMoment::AfterCommit || trap.is_none() {
            return;
        }
        let reader = Connection::open_with_flags(&base, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("opens");
        let newest = "SELECT kind, body FROM entries ORDER BY sequence DESC LIMIT 1";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
        let Ok((kind, body)) = reader.query_row(newest, [], row) else { return };
        if kind != "intended" {
            return;
        }
        let effect: Effect = serde_json::from_str(&body).expect("an effect");
        if trap.as_ref().is_some_and(|(step, _)| *step == Step::of(&effect)) {
            let (_, spring) = trap.take().expect("it is set");
            spring();
        }
    };
    Journal::open(folder).expect("a journal").with_observer(Box::new(observer))
}

/// The cable to a printer: it can be pulled out, put in again, or be cut in the middle of a job.
pub struct Cable {
    pub address: SocketAddr,
    shared: Arc<CableShared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct CableShared {
    printer: SocketAddr,
    out: AtomicBool,
    /// Bytes of one connection that still go through.
    most: AtomicUsize,
    open: Mutex<Vec<TcpStream>>,
}

impl Cable {
    fn to(printer: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let shared = Arc::new(CableShared {
            printer,
            out: AtomicBool::new(false),
            most: AtomicUsize::new(usize::MAX),
            open: Mutex::default(),
        });
        let cable = Self { address, shared, thread: Mutex::default() };
        cable.listen(listener);
        cable
    }

    fn listen(&self, listener: TcpListener) {
        let shared = Arc::clone(&self.shared);
        let thread = std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if shared.out.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || drop(shared.serve(&client)));
            }
        });
        *self.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
    }

    /// Nobody answers at the printer's address any more, and what is open is cut.
    pub fn pull(&self) {
        self.shared.out.store(true, Ordering::SeqCst);
        for stream in self.shared.open.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        // The listener wakes up for one last connection, sees that it is to stop, and gives the port free.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = thread.join();
        }
    }

    /// From now on the printer hangs up after so many bytes.
    pub fn cut_after(&self, bytes: usize) {
        self.shared.most.store(bytes, Ordering::SeqCst);
    }

    /// Everything is in order again.
    pub fn mend(&self) {
        self.shared.most.store(usize::MAX, Ordering::SeqCst);
        if self.shared.out.swap(false, Ordering::SeqCst) {
            self.listen(TcpListener::bind(self.address).expect("the port is free again"));
        }
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        self.pull();
    }
}

impl CableShared {
    fn serve(&self, client: &TcpStream) -> std::io::Result<()> {
        let printer = TcpStream::connect(self.printer)?;
        for stream in [client, &printer] {
            self.open.lock().unwrap_or_else(PoisonError::into_inner).push(stream.try_clone()?);
        }
        let (mut answers, mut back) = (printer.try_clone()?, client.try_clone()?);
        let cut = Arc::new(AtomicBool::new(false));
        let is_cut = Arc::clone(&cut);
        let answering = std::thread::spawn(move || {
            let _ = std::io::copy(&mut answers, &mut back);
            if !is_cut.load(Ordering::SeqCst) {
                let _ = back.shutdown(Shutdown::Write);
            }
        });
        let (mut from, mut to, mut sent, mut piece) = (client, &printer, 0, vec![0; 16 << 10]);
        loop {
            let read = from.read(&mut piece)?;
            if read == 0 {
                break;
            }
            sent += read;
            if sent > self.most.load(Ordering::SeqCst) {
                let _ = client.peek(&mut piece)?;
                // Hanging up on what was not read is a reset for whoever sent it.
                cut.store(true, Ordering::SeqCst);
                let _ = printer.shutdown(Shutdown::Both);
                let _ = answering.join();
                self.open.lock().unwrap_or_else(PoisonError::into_inner).clear();
                return Ok(());
            }
            // A printer that loses half a job prints nothing of it: only questions reach this one.
            if self.most.load(Ordering::SeqCst) == usize::MAX || sent < QUESTION {
                to.write_all(&piece[..read])?;
            }
        }
        let _ = printer.shutdown(Shutdown::Write);
        let _ = answering.join();
        Ok(())
    }
}
