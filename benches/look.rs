//! How long it takes from a card that is put into a reader until the desk shows whose it is, with photo, certificates and
//! tries: on the virtual card and on one that nobody here wrote, with RSA-2048 and the gateway in the same process. Prints
//! the median, the 99th of a hundred and the longest.
//!
//! The cards answer in the same process: what a real chip takes for the 7 or 8 commands of a look comes on top.
//!
//!   cargo bench --profile dev --config 'profile.dev.package.cardwright.opt-level=3' --bench look

#[allow(dead_code, reason = "the desk of a test program, of which a part is used")]
#[path = "../tests/operations/desk.rs"]
mod desk;
#[path = "../tests/operations/tearing.rs"]
mod tearing;

use std::{
    sync::{
        Arc, Mutex,
        mpsc::{SyncSender, sync_channel},
    },
    time::{Duration, Instant},
};

use cardwright::{
    bench::{Event, Order, ReaderCondition, Workers},
    card::{
        profile::Profiles,
        reader::{Access, CardConnection, CardReaders, CardWatch, Presence, ReaderError, ReaderEvent, ReaderStatus},
        transport::Tear,
    },
    gateway::{Gateway, GatewayConfig},
    operations::{Ending, issue::PasscodeChoice},
    training,
    workplace::{Configuration, Places, Readers, Workplace},
};

use desk::{Make, READER};

const LOOKS: usize = 200;
/// Longest wait for one look.
const LIMIT: Duration = Duration::from_secs(60);

fn main() {
    println!("{LOOKS} looks each, from the card in the reader to the card on the screen");
    for make in [Make::Virtual, Make::Independent] {
        measure(make);
    }
}

/// A reader whose card is put in and taken out.
#[derive(Clone)]
struct OneReader {
    inner: Arc<dyn CardReaders>,
    watch: Arc<Mutex<Option<SyncSender<ReaderEvent>>>>,
    present: Arc<Mutex<Presence>>,
}

impl OneReader {
    fn of(inner: Box<dyn CardReaders>) -> Self {
        Self { inner: inner.into(), watch: Arc::default(), present: Arc::new(Mutex::new(Presence::Empty)) }
    }

    fn show(&self, presence: Presence) {
        *self.present.lock().expect("no panic") = presence.clone();
        let watch = self.watch.lock().expect("no panic").clone();
        let event = ReaderEvent::Changed(ReaderStatus { name: READER.into(), card: presence });
        watch.expect("the desk watches").send(event).expect("the desk listens");
    }
}

impl CardReaders for OneReader {
    fn list(&self) -> Result<Vec<ReaderStatus>, ReaderError> {
        let card = self.present.lock().expect("no panic").clone();
        Ok(vec![ReaderStatus { name: READER.into(), card }])
    }

    fn connect(&self, reader: &str, access: Access) -> Result<Box<dyn CardConnection>, ReaderError> {
        self.inner.connect(reader, access)
    }

    fn watch(&self) -> Result<CardWatch, ReaderError> {
        let (sender, events) = sync_channel(16);
        *self.watch.lock().expect("no panic") = Some(sender);
        let watch = Arc::clone(&self.watch);
        // The events end with their sender.
        Ok(CardWatch::new(events, move || drop(watch.lock().expect("no panic").take())))
    }
}

fn measure(make: Make) {
    let folder = desk::quick_folder();
    let people = training::people().expect("the invented people");
    let gateway = Gateway::start(GatewayConfig::training(folder.path().join("gateway"), people)).expect("a gateway");
    let mut configuration = Configuration::default();
    configuration.gateway.url = Some(gateway.url());
    let places = Places::new(Some(folder.path().join("desk")), None).expect("the folder was named");
    let mut workplace = Workplace::unattended(&places, configuration, Readers::TrainingOnly).expect("a workstation");
    let (readers, wire) = desk::tearing(desk::card(make, 1));
    let reader = OneReader::of(Box::new(readers));
    reader.present.lock().expect("no panic").clone_from(&Presence::Present { atr: Vec::new() });
    let service = desk::signed_in(&gateway.url());
    let journal = cardwright::journal::Journal::open(&folder.path().join("issuing")).expect("a journal");
    let profiles = Profiles::bundled().expect("bundled");
    let holder = "555000000017".parse().expect("a number");
    let issued =
        desk::issue(&desk::desk(&service, &reader, &profiles, &journal), holder, PasscodeChoice::ChosenByHolder);
    assert_eq!(issued.expect("prepared").ending, Ending::Done);
    workplace.bench.readers = Box::new(reader.clone());
    let workers = Workers::start(Arc::new(workplace), || {}).expect("the workers start");
    workers.order(Order::SignIn { officer: desk::RA_AGENT.parse().expect("a number") });
    until(&workers, |event| matches!(event, Event::SignedIn(Ok(_))));
    let times = (0..LOOKS).map(|_| look(&workers, &reader, &wire)).collect();
    tell(make, times, wire.exchanges());
}

fn look(workers: &Workers, reader: &OneReader, wire: &Tear) -> Duration {
    reader.show(Presence::Empty);
    until(workers, |event| matches!(event, Event::Reader(view) if matches!(view.condition, ReaderCondition::Empty)));
    wire.put_back();
    let begun = Instant::now();
    reader.show(Presence::Present { atr: vec![0x3B, 0x00] });
    until(workers, |event| {
        let Event::Reader(view) = event else { return false };
        let ReaderCondition::Card(card) = &view.condition else { return false };
        card.portrait.is_some() && card.tries_left.is_some() && card.certificates.iter().all(Option::is_some)
    });
    begun.elapsed()
}

fn until(workers: &Workers, fits: impl Fn(&Event) -> bool) {
    while !fits(&workers.wait_event(LIMIT).expect("it is told in time")) {}
}

fn tell(make: Make, mut times: Vec<Duration>, commands: u64) {
    times.sort_unstable();
    let at = |share: usize| times.get((times.len() * share / 100).min(times.len() - 1)).copied().unwrap_or_default();
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    println!(
        "{make:?}: median {:.1} ms, 99th of a hundred {:.1} ms, longest {:.1} ms; {commands} commands a look",
        milliseconds(at(50)),
        milliseconds(at(99)),
        milliseconds(at(100))
    );
}
