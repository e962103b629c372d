//! Encode in the printer, on the virtual printer's chip station: the whole flow, every way it goes wrong, and a cut at its
//! journal writes. What is on record agrees with gateway, printer and station.

mod station_faults;

use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use cardwright::{
    card::{
        reader::{CardReaders, Presence},
        transport::{Moment, Tear},
    },
    cis2::Service,
    domain::{CardState, HolderId},
    face::Template,
    journal::Journal,
    operations::{
        Desk, Ending, OperationError, Progress, Resumption, WhatNext,
        in_printer::{End, InPrinterEar, InPrinterReport, InPrinterRequest, Place},
        issue::PasscodeChoice,
        preflight::{FacePrint, IssuePreflight, IssueRequest},
    },
    printer::{
        choice::{Printer, Printers},
        profile::Profiles,
        station::Carry,
        virtual_printer::{CardStation, Fault, Model, VirtualPrinter},
    },
    training::{
        TrainingStock,
        readers::{NAMES, STATION, TrainingReaders},
    },
};

use crate::{
    desk::{self, TestDesk},
    tearing::TearingReaders,
};

/// A virtual printer with a station, and the desk printer that points at it.
struct Machine {
    running: VirtualPrinter,
    readers: TrainingReaders,
    printers: Printers,
}

impl Machine {
    fn new(bench: &TestDesk, model: Model) -> Self {
        let readers = readers(bench.folder.path());
        let running = VirtualPrinter::start_with(model, Some(Box::new(readers.clone()))).expect("a port");
        let printers = printers(running.port(), |_| {});
        Self { running, readers, printers }
    }

    fn printer(&self) -> &Printer {
        self.printers.find("Desk printer").expect("configured")
    }

    /// What is in the station; none where its reader is away.
    fn station(&self) -> Option<Presence> {
        self.readers.list().expect("reads").into_iter().find(|reader| reader.name == STATION).map(|reader| reader.card)
    }

    /// Jobs that the printer took, all of them understood.
    fn jobs(&self) -> usize {
        std::iter::from_fn(|| self.running.receive(Duration::ZERO).ok())
            .inspect(|job| assert!(job.cards.is_ok()))
            .count()
    }
}

fn readers(folder: &Path) -> TrainingReaders {
    TrainingReaders::open(&folder.join("readers")).expect("readers")
}

/// The DoH 300 v2 with the station's reader, at this port.
fn printers(port: u16, change: impl Fn(&mut cardwright::printer::profile::Profile)) -> Printers {
    let Printer { choice, mut profile } =
        crate::printing::configured("magicard-doh-300-v2", &format!("tcp:127.0.0.1:{port}"));
    profile.encoder.carry_seconds = 2;
    change(&mut profile);
    let folder = tempfile::tempdir().expect("a folder");
    let text = Profiles::bundled_text("magicard-doh-300-v2").expect("bundled");
    let text = text.replace("carry-seconds = 30", &format!("carry-seconds = {}", profile.encoder.carry_seconds));
    std::fs::write(folder.path().join("doh.toml"), text).expect("writes");
    let mut printers = Printers::new(vec![choice], &Profiles::with_folder(folder.path()).expect("sound")).expect("one");
    printers.equip("Desk printer", if profile.encoder.reader.is_empty() { STATION } else { &profile.encoder.reader });
    printers
}

fn on<'a>(bench: &'a TestDesk, machine: &'a Machine, readers: &'a dyn CardReaders) -> Desk<'a> {
    Desk { printers: Some(&machine.printers), ..bench.desk(readers) }
}

/// Hears nothing but what a test wants to do at a moment.
struct Ear<'a> {
    encoding: &'a dyn Fn(),
    said: RefCell<Vec<String>>,
}

impl InPrinterEar for Ear<'_> {
    fn progress(&mut self, news: &Progress) {
        if let Progress::Started { step, .. } = news {
            self.said.borrow_mut().push(step.to_string());
        }
    }

    fn encoding(&mut self, _: &IssuePreflight) {
        (self.encoding)();
    }
}

fn ear(encoding: &dyn Fn()) -> Ear<'_> {
    Ear { encoding, said: RefCell::default() }
}

/// One flow for the n-th test holder; the card is left locked.
fn flow(desk: &Desk<'_>, printer: &Printer, n: u16, ear: &mut Ear<'_>) -> Result<InPrinterReport, OperationError> {
    let template = Template::nhs_care_identity().expect("bundled");
    let print = FacePrint { printer, template: &template };
    let request = InPrinterRequest { holder: desk::holder(n), passcode: PasscodeChoice::LeftLocked, print };
    let preflight = desk.prepare_in_printer(&request)?;
    desk.issue_in_printer(preflight, None, ear)
}

/// Cards in use of a holder, as the gateway has them.
fn in_use(bench: &TestDesk, holder: &HolderId) -> usize {
    let record = bench.service.holder(holder).expect("known");
    record.cards.iter().filter(|card| matches!(card.state, CardState::Active | CardState::Locked)).count()
}

#[test]
fn one_flow_feeds_issues_prints_and_gives_the_card_out() {
    let bench = TestDesk::new();
    let machine = Machine::new(&bench, Model::default());
    let desk = on(&bench, &machine, &machine.readers);
    let seen = RefCell::new(None);
    let look = || *seen.borrow_mut() = machine.station();
    let mut ear = ear(&look);
    let report = flow(&desk, machine.printer(), 1, &mut ear).expect("begun");
    assert_eq!(report.ended, Some((End::Complete, Place::Out { rejected: false })), "{report:?}");
    assert!(matches!(*seen.borrow(), Some(Presence::InUse { .. })), "the station's reader showed the fed card");
    assert_eq!((machine.station(), machine.jobs(), in_use(&bench, &desk::holder(1))), (None, 1, 1));
    let serial = report.serial.expect("recognised");
    assert_eq!(report.print.expect("printed").plan.serial, serial, "the face is the card's that was issued");
    // The finished card is the one that came out; neither desk reader was touched.
    assert_eq!(machine.readers.kept_cards().expect("reads"), [serial]);
    assert!(bench.journal.open_jobs().expect("reads").is_empty());
    let said = ear.said.into_inner();
    let of =
        |part: &str| said.iter().position(|step| step.contains(part)).unwrap_or_else(|| panic!("{part}: {said:?}"));
    assert!(of("chip station") < of("Making new keys") && of("checking its keys") < of("print job"), "{said:?}");
    assert_eq!(bench.journal.broken_at().expect("reads"), None);
}

#[test]
fn nothing_is_fed_before_printer_holder_and_station_are_proved() {
    let bench = TestDesk::new();
    let machine = Machine::new(&bench, Model::default());
    let refused = |desk: &Desk<'_>, printer: &Printer| {
        let error = flow(desk, printer, 1, &mut ear(&|| {})).expect_err("refused").to_string();
        assert!(error.contains("nothing was"), "{error}");
        error
    };
    let desk = on(&bench, &machine, &machine.readers);
    let (_plain_running, plain) = crate::printing::printer(Model::default());
    assert!(refused(&desk, &plain).contains("no chip station"));
    machine.readers.put_new_card(STATION, TrainingStock::Series10).expect("put in");
    assert!(refused(&desk, machine.printer()).contains("already"));
    machine.readers.take_card_out(STATION).expect("taken out");
    let open = Machine::new(&bench, Model::default().with(Fault::COVER_OPEN));
    assert!(refused(&on(&bench, &open, &open.readers), open.printer()).contains("cover"));
    assert_eq!(machine.station(), None);
    assert!(bench.journal.open_jobs().expect("reads").is_empty());
}

#[test]
fn a_card_or_reader_that_is_not_found_or_is_not_the_printers_own_ends_with_nothing_changed() {
    let bench = TestDesk::new();
    let machine = Machine::new(&bench, Model::default());
    let refused = |printers: Printers, part: &str, place: &Place| {
        let desk = Desk { printers: Some(&printers), ..bench.desk(&machine.readers) };
        let printer = printers.find("Desk printer").expect("configured");
        let report = flow(&desk, printer, 1, &mut ear(&|| {})).expect("begun");
        let Some((End::NotIssued { why, .. }, at)) = report.ended else { panic!("{part}: {report:?}") };
        assert!(why.contains(part), "{why}");
        assert_eq!(&at, place, "{part}");
        assert_eq!((machine.station(), machine.jobs(), in_use(&bench, &desk::holder(1))), (None, 0, 0), "{part}");
        assert!(bench.journal.open_jobs().expect("reads").is_empty());
    };
    let port = machine.running.port();
    // The reader has another name than the profile says. The card is put out all the same; no reader shows it.
    refused(printers(port, |profile| profile.encoder.reader = "Omnikey".into()), "was not found", &Place::ToldOut);
    // The name fits the officer's desk readers too: nobody guesses.
    for name in NAMES {
        machine.readers.take_card_out(name).expect("empty");
    }
    refused(printers(port, |profile| profile.encoder.reader = "r".into()), "several readers", &Place::ToldOut);
    // A printer that feeds nothing.
    let empty = VirtualPrinter::start(Model::default()).expect("a port");
    refused(printers(empty.port(), |_| {}), "was not found", &Place::ToldOut);
}

/// A station that feeds a card which is somebody's already.
struct Used(TrainingReaders, cardwright::domain::CardSerial);

impl CardStation for Used {
    fn feed(&self) -> bool {
        self.0.put_in(STATION, &self.1).is_ok()
    }
    fn holds_card(&self) -> bool {
        self.0.holds_card()
    }
    fn put_out(&self) {
        self.0.put_out();
    }
}

#[test]
fn a_wrong_card_in_the_station_is_put_out_as_it_was() {
    let bench = TestDesk::new();
    let first = Machine::new(&bench, Model::default());
    let report = flow(&on(&bench, &first, &first.readers), first.printer(), 1, &mut ear(&|| {})).expect("begun");
    let serial = report.serial.expect("issued");
    let used = Used(first.readers.clone(), serial.clone());
    let running = VirtualPrinter::start_with(Model::default(), Some(Box::new(used))).expect("a port");
    let machine = Machine { printers: printers(running.port(), |_| {}), running, readers: first.readers.clone() };
    let desk = on(&bench, &machine, &machine.readers);
    let report = flow(&desk, machine.printer(), 2, &mut ear(&|| {})).expect("begun");
    let Some((End::NotIssued { by_policy: true, .. }, Place::Out { rejected: false })) = report.ended else {
        panic!("{report:?}")
    };
    assert_eq!((report.issue, machine.jobs(), machine.station()), (None, 0, None));
    assert_eq!((in_use(&bench, &desk::holder(1)), in_use(&bench, &desk::holder(2))), (1, 0));
}

#[test]
fn a_failed_encode_is_put_out_as_failed_and_nothing_is_printed() {
    let bench = TestDesk::new();
    let machine = Machine::new(&bench, Model::default());
    let desk = on(&bench, &machine, &machine.readers);
    // At another reader the holder is given a card meanwhile: the service refuses a second one.
    let meanwhile = || {
        let reader = Some(NAMES[0].to_owned());
        let passcode = PasscodeChoice::LeftLocked;
        let request = IssueRequest { holder: desk::holder(1), reader, passcode, print: None };
        let prepared = desk.prepare_issue(&request).expect("prepared");
        assert_eq!(desk.issue(prepared, None, &mut |_| {}).expect("begun").ending, Ending::Done);
    };
    let report = flow(&desk, machine.printer(), 1, &mut ear(&meanwhile)).expect("begun");
    let Some((End::NotIssued { .. }, place)) = &report.ended else { panic!("{report:?}") };
    assert_eq!(*place, Place::Out { rejected: true });
    assert!(place.to_string().contains("do not hand it over"), "{place}");
    assert_eq!((machine.station(), machine.jobs(), in_use(&bench, &desk::holder(1))), (None, 0, 1));
    assert!(bench.journal.open_jobs().expect("reads").is_empty());
}

#[test]
fn a_card_lost_in_the_middle_stays_on_record_and_is_put_out_when_it_is_gone_on_with() {
    let bench = TestDesk::new();
    let machine = Machine::new(&bench, Model::default());
    let (readers, tear) = (Box::new(machine.readers.clone()), Tear::new());
    let torn = TearingReaders { inner: readers, tear: tear.clone() };
    let desk = on(&bench, &machine, &torn);
    let cut = || tear.arm(12, Moment::BeforeEffect);
    let report = flow(&desk, machine.printer(), 1, &mut ear(&cut)).expect("begun");
    // The card is pulled in the middle: its issue is open, and so the card stays where it is.
    assert_eq!((report.ended, machine.jobs()), (None, 0));
    assert!(report.open.is_some() && machine.station().is_some());
    let told = desk.look_at_unfinished().expect("reads");
    let [one] = told.as_slice() else { panic!("one line for the whole flow: {told:?}") };
    assert_eq!((one.next, one.serial.as_ref()), (WhatNext::WillUndo, report.serial.as_ref()));
    tear.put_back();
    let resumed = desk::resume(&desk);
    let [one] = resumed.as_slice() else { panic!("{resumed:?}") };
    let Resumption::Undone { why } = &one.resumption else { panic!("{one:?}") };
    assert!(why.contains("put the failed card out"), "{why}");
    assert_eq!((machine.station(), machine.jobs(), in_use(&bench, &desk::holder(1))), (None, 0, 0));
    assert!(bench.journal.open_jobs().expect("reads").is_empty());
}

#[test]
fn a_printer_that_stops_after_the_encode_leaves_an_issued_card_and_says_where_it_is() {
    let bench = TestDesk::new();
    let machine = RefCell::new(Some(Machine::new(&bench, Model::default())));
    let (printers, readers) = {
        let machine = machine.borrow();
        let machine = machine.as_ref().expect("there");
        (machine.printers.clone(), machine.readers.clone())
    };
    // Its power goes while the chip is worked on.
    let off = || drop(machine.borrow_mut().take());
    let desk = Desk { printers: Some(&printers), ..bench.desk(&readers) };
    let printer = printers.find("Desk printer").expect("configured");
    let report = flow(&desk, printer, 1, &mut ear(&off)).expect("begun");
    let Some((End::IssuedOnly { why }, Place::Inside { .. })) = &report.ended else { panic!("{report:?}") };
    assert!(why.contains("does not answer"), "{why}");
    assert_eq!((in_use(&bench, &desk::holder(1)), report.print), (1, None));
    assert!(bench.journal.open_jobs().expect("reads").is_empty(), "chip and service agree: nothing is open");
    // Switched on again, it still has the card, and puts it out when it is told.
    let again = Machine::new(&bench, Model::default());
    assert!(again.station().is_some());
    again.printer().carry(Carry::Eject).expect("takes it");
    assert_eq!(again.station(), None);
}

/// The program ends at moments of the journal, before and after the write: what `resume` then says agrees with the gateway,
/// the printer printed at most once and only after the issue, and no card stays in the printer.
#[test]
fn cut_at_its_journal_writes_it_ends_honestly() {
    let mut bench = TestDesk::new();
    let machine = Machine::new(&bench, Model::default());
    let whole = std::mem::replace(&mut bench.journal, Journal::open(&bench.folder.path().join("other")).expect("one"));
    let every = std::env::var_os("CARDWRIGHT_EVERY_CUT").is_some();
    let (mut at, mut number, mut cuts, mut ends) = (0, 1, 0, [0; 3]);
    loop {
        let moments = AtomicU32::new(0);
        let end = move |_| {
            if moments.fetch_add(1, Ordering::Relaxed) == at {
                // Ends this thread's work as a kill would, with nothing more written.
                resume_unwind(Box::new(()));
            }
        };
        bench.journal = desk::observed_journal(&bench.folder.path().join("desk"), Box::new(end));
        let desk = on(&bench, &machine, &machine.readers);
        let run = catch_unwind(AssertUnwindSafe(|| flow(&desk, machine.printer(), number, &mut ear(&|| {}))));
        let holder = desk::holder(number);
        if let Ok(report) = run {
            assert!(matches!(report.expect("begun").ended, Some((End::Complete, _))));
            break;
        }
        let after = Desk { journal: &whole, ..on(&bench, &machine, &machine.readers) };
        let resumed = after.resume(&mut |_| {}).expect("resumes");
        assert!(resumed.len() <= 2, "cut {at}: {resumed:?}");
        let still: Vec<_> = whole.open_jobs().expect("reads");
        let printed = machine.jobs();
        match resumed.first().map(|one| &one.resumption) {
            None | Some(Resumption::Undone { .. }) => {
                assert_eq!((in_use(&bench, &holder), printed), (0, 0), "cut {at}");
                ends[0] += 1;
            }
            Some(Resumption::Finished) => {
                assert_eq!(in_use(&bench, &holder), 1, "cut {at}");
                ends[1] += 1;
            }
            Some(Resumption::LookAtPrinter { .. }) => {
                assert_eq!(in_use(&bench, &holder), 1, "cut {at}");
                ends[2] += 1;
            }
            Some(open @ Resumption::StillOpen { .. }) => panic!("cut {at}: {open:?}"),
        }
        assert!(printed <= 1, "cut {at}");
        // A print whose word was not awaited is the only thing that may wait for the officer.
        for record in still {
            let job = record.job;
            after
                .came_out(&job, cardwright::operations::effect::CameOut::Well, &mut |_| {})
                .expect("a print's question");
        }
        assert_eq!(machine.station(), None, "cut {at}");
        assert!(whole.open_jobs().expect("reads").is_empty(), "cut {at}");
        (number, cuts) = (number + 1, cuts + 1);
        // Every effect of the flow itself, and a sample of the issue's own, which has tests of its own.
        at += match at {
            _ if every => 1,
            0..12 => 1,
            12..100 => 22,
            _ => 5,
        };
    }
    crate::report!("in the printer: {cuts} cuts at journal writes, {ends:?} undone, finished, to be looked at");
    assert!(ends.iter().all(|count| *count > 0), "{ends:?}");
    assert_eq!(whole.broken_at().expect("reads"), None);
}
