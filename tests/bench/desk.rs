//! A training workstation with workers, and the events they told.

use std::{
    collections::VecDeque,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use cardwright::{
    bench::{
        CardInReader, Event, IssueOrder, Order, PrintWish, ReaderCondition, Ticket, WorkEnd, WorkEvent, WorkId, Workers,
    },
    cis2::wire::Session,
    domain::{HolderId, Passcode, PasscodeRules, Secret},
    journal::QueueEntry,
    printer::choice,
    workplace::{Configuration, Destination, Places, Printer, Readers, Workplace},
};

pub const RA_MANAGER: &str = "555000000001";
pub const RA_AGENT: &str = "555000000003";
pub const READERS: [&str; 2] = cardwright::training::readers::NAMES;
pub const PRINTER: &str = "Virtual printer";

/// Nothing here takes so long, also on a machine that is busy.
const LIMIT: Duration = Duration::from_secs(60);

/// One desk. Fields are dropped in this order.
pub struct TestDesk {
    pub workers: Workers,
    pub workplace: Arc<Workplace>,
    pub woken: Arc<AtomicUsize>,
    /// Events that were told and not asked for yet.
    told: VecDeque<Event>,
    ticket: u64,
    folder: tempfile::TempDir,
}

impl TestDesk {
    /// A desk at which nobody has signed in.
    pub fn new() -> Self {
        Self::waking(|| {})
    }

    /// The same with a function called after each event.
    pub fn waking(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self::open(Readers::TrainingOnly, wake)
    }

    /// A desk with these readers.
    pub fn open(readers: Readers, wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self::configured(Configuration::default(), readers, wake)
    }

    /// A desk of the system's own readers whose gateway is at this address.
    pub fn at(gateway: String) -> Self {
        let mut configuration = Configuration::default();
        configuration.gateway.url = Some(gateway);
        Self::configured(configuration, Readers::AsConfigured, || {})
    }

    /// A desk of training readers whose one printer listens at this port.
    pub fn with_printer(port: u16) -> Self {
        Self::configured(printer_at(port), Readers::TrainingOnly, || {})
    }

    /// A desk whose printer is a file, which never says how a card came out.
    pub fn with_print_file(file: &Path) -> Self {
        let mut configuration = printer_at(0);
        configuration.printers[0].destination = Destination::At(choice::Destination::File(file.to_owned()));
        Self::configured(configuration, Readers::TrainingOnly, || {})
    }

    /// The program ends, and is started again with the same printer.
    pub fn restarted(self, port: u16) -> Self {
        let Self { workers, workplace, folder, .. } = self;
        drop((workers, workplace));
        Self::in_folder(folder, printer_at(port), Readers::TrainingOnly, || {})
    }

    fn configured(configuration: Configuration, readers: Readers, wake: impl Fn() + Send + Sync + 'static) -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        Self::in_folder(folder.expect("a folder"), configuration, readers, wake)
    }

    fn in_folder(
        folder: tempfile::TempDir,
        configuration: Configuration,
        readers: Readers,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        let places = Places::new(Some(folder.path().to_owned()), None).expect("the folder was named");
        let workplace = Workplace::unattended(&places, configuration, readers);
        let workplace = Arc::new(workplace.expect("a training workstation"));
        let woken = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&woken);
        let workers = Workers::start(Arc::clone(&workplace), move || {
            count.fetch_add(1, Ordering::SeqCst);
            wake();
        });
        let workers = workers.expect("the workers start");
        Self { workers, workplace, woken, told: VecDeque::new(), ticket: 0, folder }
    }

    /// A desk with this officer signed in.
    pub fn signed_in(officer: &str) -> Self {
        let mut desk = Self::new();
        desk.sign_in(officer);
        desk
    }

    /// Its data folder.
    pub fn data(&self) -> &Path {
        self.folder.path()
    }

    /// A number for the next question.
    pub fn ticket(&mut self) -> Ticket {
        self.ticket += 1;
        Ticket(self.ticket)
    }

    pub fn order(&self, order: Order) {
        self.workers.order(order);
    }

    /// The first event that fits, told already or still to come. Events before it stay for later questions.
    #[track_caller]
    pub fn until<T>(&mut self, what: &str, mut fits: impl FnMut(&Event) -> Option<T>) -> T {
        for at in 0..self.told.len() {
            if let Some(found) = fits(&self.told[at]) {
                self.told.remove(at);
                return found;
            }
        }
        let end = Instant::now() + LIMIT;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let Some(event) = self.workers.wait_event(left) else { panic!("{what} was not told: {:#?}", self.told) };
            match fits(&event) {
                Some(found) => return found,
                None => self.told.push_back(event),
            }
        }
    }

    /// Forgets what was told so far.
    pub fn forget(&mut self) {
        self.told.clear();
        while self.workers.next_event().is_some() {}
    }

    #[track_caller]
    pub fn sign_in(&mut self, officer: &str) -> Session {
        self.order(Order::SignIn { officer: officer.parse().expect("a number") });
        let session = self.until("a sign-in", |event| match event {
            Event::SignedIn(result) => Some(result.clone().expect("the officer may sign in")),
            _ => None,
        });
        assert_eq!(session.token, None, "the token stays with the service");
        session
    }

    /// The next condition of a reader that fits.
    #[track_caller]
    pub fn reader<T>(&mut self, reader: &str, mut fits: impl FnMut(&ReaderCondition) -> Option<T>) -> T {
        self.until(reader, |event| match event {
            Event::Reader(view) if view.name == reader => {
                assert_eq!(view.training, READERS.contains(&reader));
                fits(&view.condition)
            }
            _ => None,
        })
    }

    /// The card in a reader, once it was recognised with its record.
    #[track_caller]
    pub fn card(&mut self, reader: &str) -> CardInReader {
        self.reader(reader, |condition| match condition {
            ReaderCondition::Card(card) if card.record.is_ok() => Some((**card).clone()),
            _ => None,
        })
    }

    /// Orders an issue.
    pub fn issue(&self, work: u64, holder: &HolderId, reader: &str, print: PrintWish) {
        let passcode = Passcode::choose(Secret::new(b"738164".to_vec()), PasscodeRules::default(), "");
        let issue = IssueOrder {
            holder: holder.clone(),
            reader: reader.to_owned(),
            passcode: Some(passcode.expect("a strong one")),
            print,
        };
        self.order(Order::Issue { work: WorkId(work), issue: Box::new(issue) });
    }

    /// How a piece of work ends.
    #[track_caller]
    pub fn end(&mut self, work: u64) -> WorkEnd {
        self.until("the end of the work", |event| match event {
            Event::Work { work: told, event: WorkEvent::Ended(end) } if *told == WorkId(work) => Some(end.clone()),
            _ => None,
        })
    }

    /// The queue once it fits.
    #[track_caller]
    pub fn queue(&mut self, fits: impl Fn(&[QueueEntry]) -> bool) -> Vec<QueueEntry> {
        self.until("such a queue", |event| match event {
            Event::Queue(Ok(queue)) if fits(queue) => Some(queue.to_vec()),
            _ => None,
        })
    }
}

fn printer_at(port: u16) -> Configuration {
    let mut configuration = Configuration::default();
    configuration.printers.push(Printer {
        name: PRINTER.to_owned(),
        profile: "magicard-doh-300-v2".to_owned(),
        destination: Destination::At(choice::Destination::Tcp { host: "127.0.0.1".to_owned(), port: Some(port) }),
        confirmed: None,
    });
    configuration
}

/// A holder who may be issued a card, with a photo; the n-th of them.
pub fn holder(n: usize) -> HolderId {
    ["555000000017", "555000000018"][n].parse().expect("a number")
}
