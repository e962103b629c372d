//! What can be wrong at the station and in the hopper: told before a card is fed where it can be, and otherwise the card is put
//! out and nobody has a card that is not theirs.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use cardwright::{
    card::{
        apdu::{Command, Response},
        reader::{Access, CardConnection, CardWatch, ReaderError, ReaderStatus},
        transport::{Transport, TransportError},
    },
    printer::profile::Profile,
};

use super::*;

/// The same printer, of a profile that a test changed.
fn reprofiled(machine: &Machine, change: impl Fn(&mut Profile)) -> Printer {
    let mut printer = machine.printer().clone();
    change(&mut printer.profile);
    printer
}

/// Nothing left the hopper, and nothing is on record.
fn untouched(bench: &TestDesk, machine: &Machine) {
    assert_eq!((machine.station(), machine.jobs()), (None, 0));
    assert!(machine.readers.kept_cards().expect("reads").is_empty(), "a card was fed");
    assert!(bench.journal.open_jobs().expect("reads").is_empty());
}

#[test]
fn a_ribbon_that_does_not_fit_and_an_empty_hopper_are_told_before_a_card_is_fed() {
    let bench = TestDesk::new();
    let machine = Machine::new(&bench, Model::default());
    let desk = on(&bench, &machine, &machine.readers);
    // The ribbon that is in it has no colours, by this profile.
    let printer = reprofiled(&machine, |profile| {
        *profile.ribbon.holds.get_mut("MC300YMCKO").expect("known") = "KO".into();
    });
    let error = flow(&desk, &printer, 1, &mut ear(&|| {})).expect_err("refused").to_string();
    for part in ["no colour panels", "no card was issued", "MC200YMCKO"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    untouched(&bench, &machine);
    let empty = Machine::new(&bench, Model::default().with(Fault::OUT_OF_CARDS));
    let desk = on(&bench, &empty, &empty.readers);
    let error = flow(&desk, empty.printer(), 1, &mut ear(&|| {})).expect_err("refused").to_string();
    assert!(error.contains("hopper"), "{error}");
    untouched(&bench, &empty);
}

/// The desk's readers, and the station's reader as a test has it: always plugged in, and lying where that is wanted.
struct Station {
    inner: TrainingReaders,
    /// What its reader shows; none shows what is there.
    shows: Option<Presence>,
    /// Whether the next long answer is changed on its way.
    lies: Arc<AtomicBool>,
}

impl Station {
    fn of(machine: &Machine, shows: Option<Presence>) -> Self {
        Self { inner: machine.readers.clone(), shows, lies: Arc::default() }
    }
}

impl CardReaders for Station {
    fn list(&self) -> Result<Vec<ReaderStatus>, ReaderError> {
        let mut readers = self.inner.list()?;
        if let Some(card) = &self.shows {
            let fed = readers.iter().any(|reader| reader.name == STATION);
            readers.retain(|reader| reader.name != STATION);
            // Before a card is fed there is nothing that could be wrong with it.
            let card = if fed { card.clone() } else { Presence::Empty };
            readers.push(ReaderStatus { name: STATION.to_owned(), card });
        }
        Ok(readers)
    }

    fn connect(&self, reader: &str, access: Access) -> Result<Box<dyn CardConnection>, ReaderError> {
        let inner = self.inner.connect(reader, access)?;
        Ok(Box::new(Lying { inner, lies: Arc::clone(&self.lies) }))
    }

    fn watch(&self) -> Result<CardWatch, ReaderError> {
        self.inner.watch()
    }
}

struct Lying {
    inner: Box<dyn CardConnection>,
    lies: Arc<AtomicBool>,
}

impl CardConnection for Lying {
    fn reader(&self) -> &str {
        self.inner.reader()
    }

    fn atr(&self) -> &[u8] {
        self.inner.atr()
    }

    fn transact(&mut self, work: &mut dyn FnMut(&mut dyn Transport)) -> Result<(), TransportError> {
        let lies = &self.lies;
        self.inner.transact(&mut |card| work(&mut Lie { card, lies }))
    }

    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.inner.reconnect()
    }
}

struct Lie<'a> {
    card: &'a mut dyn Transport,
    lies: &'a AtomicBool,
}

impl Transport for Lie<'_> {
    fn exchange(&mut self, command: &Command) -> Result<Response, TransportError> {
        let response = self.card.exchange(command)?;
        // The first piece of a certificate that is read back: GET DATA (SP 800-73-4 Part 2, 3.1.2).
        if command.ins == 0xCB && response.data.len() > 200 && self.lies.swap(false, Ordering::Relaxed) {
            let mut data = response.data.clone();
            data[100] ^= 1;
            return Ok(Response::new(data, response.status));
        }
        Ok(response)
    }
}

#[test]
fn a_reader_that_stays_empty_and_a_card_that_does_not_answer_end_with_nothing_issued() {
    for (fed, shows, part) in
        [(false, Presence::Empty, "no card arrived"), (true, Presence::Unreadable, "does not answer: put it aside")]
    {
        let bench = TestDesk::new();
        let machine = Machine::new(&bench, Model::default());
        let feeds_nothing = VirtualPrinter::start(Model::default()).expect("a port");
        let port = if fed { machine.running.port() } else { feeds_nothing.port() };
        let printers = printers(port, |_| {});
        let readers = Station::of(&machine, Some(shows));
        let desk = Desk { printers: Some(&printers), ..bench.desk(&readers) };
        let printer = printers.find("Desk printer").expect("configured");
        let report = flow(&desk, printer, 1, &mut ear(&|| {})).expect("begun");
        let Some((End::NotIssued { why, by_policy: false }, _)) = &report.ended else { panic!("{part}: {report:?}") };
        assert!(why.contains(part), "{why}");
        assert_eq!((machine.station(), machine.jobs(), in_use(&bench, &desk::holder(1))), (None, 0, 0), "{part}");
        assert!(bench.journal.open_jobs().expect("reads").is_empty());
    }
}

#[test]
fn a_card_that_reads_back_otherwise_than_it_was_written_is_put_out_as_failed() {
    let bench = TestDesk::new();
    let machine = Machine::new(&bench, Model::default());
    let readers = Station::of(&machine, None);
    let desk = on(&bench, &machine, &readers);
    let lie = || readers.lies.store(true, Ordering::Relaxed);
    let report = flow(&desk, machine.printer(), 1, &mut ear(&lie)).expect("begun");
    assert!(!readers.lies.load(Ordering::Relaxed), "a certificate was read back");
    let Some((End::NotIssued { by_policy: false, .. }, place)) = &report.ended else { panic!("{report:?}") };
    assert_eq!(*place, Place::Out { rejected: true });
    assert_eq!((machine.station(), machine.jobs(), in_use(&bench, &desk::holder(1))), (None, 0, 0));
    let serial = report.serial.expect("recognised");
    assert_eq!(bench.service.card(&serial).expect("known").holder, None, "the card is nobody's");
}

#[test]
fn a_card_that_an_unknown_print_left_inside_is_told_with_whose_it_is_before_the_next_is_fed() {
    let bench = TestDesk::new();
    let machine = Machine::new(&bench, Model::default().with(Fault::HangsUpAfter(20_000)));
    let desk = on(&bench, &machine, &machine.readers);
    let report = flow(&desk, machine.printer(), 1, &mut ear(&|| {})).expect("begun");
    let Some((End::LookAtPrinter { .. }, place)) = &report.ended else { panic!("{report:?}") };
    assert!(place.to_string().contains("look in the printer"), "{place}");
    assert!(machine.station().is_some(), "it lies there still");
    let serial = report.serial.expect("issued");
    let error = flow(&desk, machine.printer(), 2, &mut ear(&|| {})).expect_err("refused").to_string();
    let whose = format!("card {serial} of {}", desk::holder(1).grouped());
    for part in [&whose, "take it out by hand", "nothing was changed"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    assert_eq!(in_use(&bench, &desk::holder(2)), 0);
    // Done as told, the next card is fed.
    machine.printer().carry(Carry::Eject).expect("takes it");
    assert_eq!(machine.station(), None);
    let good = Machine::new(&bench, Model::default());
    let desk = on(&bench, &good, &good.readers);
    let report = flow(&desk, good.printer(), 2, &mut ear(&|| {})).expect("begun");
    assert_eq!(report.ended, Some((End::Complete, Place::Out { rejected: false })), "{report:?}");
}
