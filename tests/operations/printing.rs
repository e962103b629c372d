//! Printing an issued card on a printer of the network, uncut and cut: what is on record is what the printer saw, and
//! nothing is ever sent twice.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use cardwright::{
    card::reader::CardReaders,
    cis2::{Service, wire::PrintOutcome},
    face::Template,
    operations::{
        Desk, Ending, OperationError, Resumption,
        effect::CameOut,
        issue::PasscodeChoice,
        preflight::{PrintPreflight, PrintRequest},
    },
    printer::{
        choice::{Printer, PrinterChoice},
        profile::Profiles,
        virtual_printer::{Fault, Model, Received, VirtualPrinter},
    },
};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use crate::{
    desk::{self, Make, TestDesk},
    faulty_proxy::{Calls, FaultyProxy, Harm},
    gateway_faults::impatient,
    promise::GatewayRecord,
};

/// Long enough for any printer that answers at all.
const LIMIT: Duration = Duration::from_secs(30);

/// A printer of the configuration: this profile, and jobs go there.
pub fn configured(profile: &str, destination: &str) -> Printer {
    let profile = Profiles::bundled().expect("bundled").find(profile).expect("bundled").clone();
    let choice = PrinterChoice {
        name: "Desk printer".into(),
        profile: profile.id.clone(),
        destination: destination.parse().expect("a destination"),
        confirmed: None,
    };
    Printer { choice, profile }
}

/// A virtual printer, and the DoH 300 v2 of the configuration that points at it.
pub fn printer(model: Model) -> (VirtualPrinter, Printer) {
    let running = VirtualPrinter::start(model).expect("a port");
    let printer = configured("magicard-doh-300-v2", &format!("tcp:127.0.0.1:{}", running.port()));
    (running, printer)
}

/// The card of a test holder with this number, issued to them.
pub fn issued(bench: &TestDesk, number: u16) -> Box<dyn CardReaders> {
    let readers = desk::card(Make::Virtual, number);
    let report = desk::issue(&bench.desk(&*readers), desk::holder(number), PasscodeChoice::ChosenByHolder);
    assert_eq!(report.expect("prepared").ending, Ending::Done);
    readers
}

/// Prepares the print of a test holder's card. The second tells the jobs of one test apart.
pub fn prepare(desk: &Desk<'_>, number: u16, printer: &Printer, second: i64) -> Result<PrintPreflight, OperationError> {
    let template = Template::nhs_care_identity().expect("bundled");
    let now = OffsetDateTime::from_unix_timestamp(1_795_000_000 + second).expect("a time");
    let holder = &desk::holder(number);
    let request = PrintRequest { holder, serial: None, printer, template: &template, now, reprint_reason: None };
    desk.prepare_print(&request)
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The outcomes on record, in order.
fn outcomes(bench: &TestDesk, job: &str) -> Vec<String> {
    GatewayRecord::open(&bench.gateway_data()).prints(job).into_iter().map(|(outcome, _)| outcome).collect()
}

#[test]
fn a_printed_card_is_on_record_and_looks_as_it_was_composed() {
    let bench = TestDesk::new();
    let (running, printer) = printer(Model::default());
    let readers = issued(&bench, 1);
    let workplace = bench.desk(&*readers);
    let preflight = prepare(&workplace, 1, &printer, 0).expect("prepared");
    let planes = preflight.face.planes().clone();
    let report = workplace.print(preflight, &mut |_| {}).expect("begun");
    assert_eq!((report.ending, report.outcome), (Ending::Done, Some(PrintOutcome::Printed)));
    let Received { job, cards } = running.receive(LIMIT).expect("a job");
    let [card] = <[_; 1]>::try_from(cards.expect("a job the printer takes")).expect("one card");
    let seen = &card.front.planes;
    assert!(seen.resin == planes.resin, "the black panel");
    // The printer has 64 shades of each dye, and the face 256.
    for (name, seen, composed) in [
        ("yellow", &seen.yellow, &planes.yellow),
        ("magenta", &seen.magenta, &planes.magenta),
        ("cyan", &seen.cyan, &planes.cyan),
    ] {
        assert!(seen.iter().map(|dye| dye >> 2).eq(composed.iter().map(|dye| dye >> 2)), "the {name} panel");
    }
    let on_record = GatewayRecord::open(&bench.gateway_data()).prints(report.plan.job.as_str());
    let sent = sha256(&job);
    assert_eq!(on_record, [("starting".to_owned(), sent.clone()), ("printed".to_owned(), sent)]);
    assert!(bench.journal.open_jobs().expect("reads").is_empty());
}

#[test]
fn a_printer_that_hangs_up_in_the_middle_leaves_an_uncertain_print_on_record() {
    let bench = TestDesk::new();
    let (_running, mut printer) = printer(Model::default().with(Fault::HangsUpAfter(300_000)));
    printer.profile.port.done_seconds = 1;
    let readers = issued(&bench, 1);
    let workplace = bench.desk(&*readers);
    let preflight = prepare(&workplace, 1, &printer, 0).expect("prepared");
    let report = workplace.print(preflight, &mut |_| {}).expect("begun");
    assert_eq!(report.outcome, Some(PrintOutcome::Uncertain));
    let Ending::Undone { why, by_policy: false, .. } = report.ending else { panic!("{:?}", report.ending) };
    assert!(why.contains("cut in the middle of the job") && why.contains("look at the printer"), "{why}");
    assert_eq!(outcomes(&bench, report.plan.job.as_str()), ["starting", "uncertain"]);
    assert!(bench.journal.open_jobs().expect("reads").is_empty());

    // The officer looked: what they saw goes on record too, once.
    let job = &report.plan.job;
    let (_, ending) = workplace.came_out(job, CameOut::Well, &mut |_| {}).expect("on record");
    assert_eq!(ending, Ending::Done);
    assert_eq!(outcomes(&bench, job.as_str()), ["starting", "uncertain", "printed"]);
    let again = workplace.came_out(job, CameOut::Spoilt, &mut |_| {});
    assert!(matches!(again, Err(OperationError::NothingToConfirm { .. })), "{again:?}");
}

/// A job that went into a file is nobody's card yet: it stays open until the officer says what came out of the printer that
/// the file was brought to.
#[test]
fn a_job_that_nobody_confirms_is_not_done_and_the_officer_says_how_it_came_out() {
    let bench = TestDesk::new();
    let readers = issued(&bench, 1);
    let workplace = bench.desk(&*readers);
    let folder = tempfile::tempdir().expect("a folder");
    let printer = configured("magicard-doh-300-v2", &format!("file:{}", folder.path().join("job.prn").display()));
    for (second, card, last) in
        [(0, CameOut::Well, "printed"), (1, CameOut::Spoilt, "spoilt"), (2, CameOut::Nothing, "not-printed")]
    {
        let report = workplace.print(prepare(&workplace, 1, &printer, second).expect("prepared"), &mut |_| {});
        let report = report.expect("begun");
        assert!(report.asks_officer && report.outcome.is_none(), "{report:?}");
        let Ending::Unfinished { why } = &report.ending else { panic!("{:?}", report.ending) };
        assert!(why.contains("nobody has confirmed"), "{why}");
        // Resuming sends nothing, and knows no more.
        let resumed = desk::resume(&workplace);
        assert!(matches!(resumed.as_slice(), [only] if matches!(only.resumption, Resumption::StillOpen { .. })));
        let job = &report.plan.job;
        assert_eq!(outcomes(&bench, job.as_str()), ["starting"], "{card:?}");
        let (_, ending) = workplace.came_out(job, card, &mut |_| {}).expect("on record");
        assert_eq!(ending == Ending::Done, card == CameOut::Well, "{ending:?}");
        assert_eq!(outcomes(&bench, job.as_str()), ["starting", last]);
        assert!(bench.journal.open_jobs().expect("reads").is_empty(), "{card:?}");
        assert_eq!(bench.journal.broken_at().expect("reads"), None);
    }
}

/// The gateway is lost after the card was printed; resuming records the print, and the printer hears nothing of it.
#[test]
fn a_print_whose_record_was_lost_is_recorded_by_resume_and_never_sent_again() {
    let bench = TestDesk::new();
    let (running, printer) = printer(Model::default());
    let proxy = FaultyProxy::start(bench.gateway.as_ref().expect("running").address());
    let service = impatient(&proxy.url());
    let readers = issued(&bench, 1);
    for (second, harm) in [(0, Harm::Drop), (1, Harm::SwallowReply)] {
        let workplace = bench.desk_with(&service, &*readers);
        let preflight = prepare(&workplace, 1, &printer, second).expect("prepared");
        // The first call asks whether the print may start; the second records how it ended.
        proxy.plan(Calls::From(2), harm);
        let report = workplace.print(preflight, &mut |_| {}).expect("begun");
        proxy.plan(Calls::None, harm);
        let Ending::Unfinished { why } = &report.ending else { panic!("{harm:?}: {:?}", report.ending) };
        assert!(why.contains("stays on record and is resumed"), "{why}");
        assert_eq!(bench.journal.open_jobs().expect("reads").len(), 1, "{harm:?}");
        let resumed = desk::resume(&bench.desk(&*readers));
        assert!(matches!(resumed.as_slice(), [only] if only.resumption == Resumption::Finished), "{resumed:?}");
        assert!(bench.journal.open_jobs().expect("reads").is_empty(), "{harm:?}");
        assert_eq!(outcomes(&bench, report.plan.job.as_str()), ["starting", "printed"], "{harm:?}");
    }
    let workplace = bench.desk(&*readers);
    let last = prepare(&workplace, 1, &printer, 2).expect("prepared");
    workplace.print(last, &mut |_| {}).expect("begun");
    // The printer takes one job after another: two of the lost records, and the last one.
    let seen: Vec<String> = (0..3).map(|_| sha256(&running.receive(LIMIT).expect("a job").job)).collect();
    assert_eq!(seen.iter().collect::<std::collections::HashSet<_>>().len(), 3, "a job was sent twice");
    assert!(running.receive(Duration::ZERO).is_err(), "a job was sent twice");
}

/// The program ends at every journal write of a print, before and after the write: what `resume` then puts on record
/// agrees with what the printer saw.
#[test]
fn cut_at_every_journal_write_the_record_agrees_with_the_printer() {
    let mut bench = TestDesk::new();
    let (running, printer) = printer(Model::default());
    let readers = issued(&bench, 1);
    let whole = bench.journal;
    let (mut on_record, mut second) = (HashMap::new(), 0);
    loop {
        let moments = AtomicU32::new(0);
        let at = u32::try_from(second).expect("few moments");
        let end = move |_| {
            if moments.fetch_add(1, Ordering::Relaxed) == at {
                // Ends this thread's work as a kill would, with nothing more written.
                resume_unwind(Box::new(()));
            }
        };
        bench.journal = desk::observed_journal(&bench.folder.path().join("desk"), Box::new(end));
        let workplace = bench.desk(&*readers);
        let preflight = prepare(&workplace, 1, &printer, second).expect("prepared");
        let (job, sha256) = (preflight.plan.job.clone(), preflight.plan.job_sha256.clone());
        let cut = catch_unwind(AssertUnwindSafe(|| workplace.print(preflight, &mut |_| {}))).is_err();
        let after = Desk { journal: &whole, ..bench.desk(&*readers) };
        for resumed in after.resume(&mut |_| {}).expect("resumes") {
            if matches!(resumed.resumption, Resumption::StillOpen { .. }) {
                // It was cut after the whole job was sent: the officer finds the card in the tray.
                let (_, ending) = after.came_out(&job, CameOut::Well, &mut |_| {}).expect("it is asked about");
                assert_eq!(ending, Ending::Done, "cut {at}");
            }
        }
        assert!(whole.open_jobs().expect("reads").is_empty(), "cut {at}");
        on_record.insert(sha256.clone(), outcomes(&bench, job.as_str()).pop());
        second += 1;
        if !cut {
            // The last job of all: the printer takes them in turn, so everything sent before has arrived with it.
            let mut seen: HashMap<String, u32> = HashMap::new();
            while !seen.contains_key(&sha256) {
                let job = running.receive(LIMIT).expect("a job").job;
                *seen.entry(self::sha256(&job)).or_default() += 1;
            }
            judge(&on_record, &seen);
            break;
        }
    }
    crate::report!("printing: {} cuts at journal writes", second - 1);
    assert!(second > 14, "a print is written down in more than {second} moments");
    assert_eq!(whole.broken_at().expect("reads"), None);
}

/// What is on record of each job against how often the printer saw it.
fn judge(on_record: &HashMap<String, Option<String>>, seen: &HashMap<String, u32>) {
    for (job, outcome) in on_record {
        let times = seen.get(job).copied().unwrap_or(0);
        match outcome.as_deref() {
            None | Some("not-printed") => assert_eq!(times, 0, "{outcome:?} is on record"),
            Some("printed") => assert_eq!(times, 1, "it is on record as printed"),
            Some("uncertain") => assert!(times <= 1, "sent {times} times"),
            other => panic!("{other:?} is on record"),
        }
    }
    for outcome in ["not-printed", "uncertain", "printed"] {
        assert!(on_record.values().any(|o| o.as_deref() == Some(outcome)), "no cut ended {outcome}");
    }
}

#[test]
fn a_reprint_says_why_on_record_and_old_plans_have_no_reason() {
    let bench = TestDesk::new();
    let (_running, printer) = printer(Model::default());
    let readers = issued(&bench, 1);
    let workplace = bench.desk(&*readers);
    let template = Template::nhs_care_identity().expect("bundled");
    let prepare = |reason| {
        let (holder, now) = (&desk::holder(1), OffsetDateTime::now_utc());
        let printer = &printer;
        workplace.prepare_print(&PrintRequest {
            holder,
            serial: None,
            printer,
            template: &template,
            now,
            reprint_reason: reason,
        })
    };
    let wordy = "x".repeat(201);
    assert!(matches!(prepare(Some(&wordy)), Err(OperationError::ReasonTooLong)));
    assert_eq!(prepare(Some("  ")).expect("prepared").plan.reprint_reason, None);
    let report = workplace.print(prepare(Some(&wordy[..200])).expect("prepared"), &mut |_| {}).expect("begun");
    assert_eq!(report.ending, Ending::Done);
    let rows = bench.service.holder_history(&desk::holder(1), 2).expect("the history");
    for (row, outcome) in rows.iter().zip(["printed", "starting"]) {
        assert_eq!((row.event.as_str(), row.detail["outcome"].as_str()), ("print.recorded", Some(outcome)));
        assert_eq!(row.detail["reprint_reason"], wordy[..200]);
    }
    // A journal of an earlier version has plans without the member.
    let mut plan = serde_json::to_value(&report.plan).expect("JSON");
    plan.as_object_mut().expect("an object").remove("reprint_reason");
    let plan: cardwright::operations::print::Plan = serde_json::from_value(plan).expect("an old plan");
    assert_eq!((plan.reprint_reason, plan.job), (None, report.plan.job));
}
