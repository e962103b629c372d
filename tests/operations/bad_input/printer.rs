//! Printers that are gone, are another model, or cannot print.

use cardwright::{
    card::reader::CardReaders,
    cis2::wire::PrintOutcome,
    face::Template,
    operations::{
        Ending, OperationError, Standing,
        issue::PasscodeChoice::{ChosenByHolder, LeftLocked},
        preflight::{FacePrint, IssuePreflight, IssueRequest},
    },
    printer::{
        choice::Printer,
        virtual_printer::{Fault, Model},
    },
};

use super::{UNCHANGED, refused};
use crate::{
    desk::{self, Make, TestDesk},
    printing::{configured, issued, prepare, printer},
    promise::GatewayRecord,
};

#[test]
fn a_printer_that_cannot_print() {
    let bench = TestDesk::new();
    let readers = issued(&bench, 1);
    for (model, words) in [
        (
            Model::default().with(Fault::Off),
            ["does not answer", "nothing was sent", "check that it is switched on and on the network"],
        ),
        (
            Model { name: "DoH 300".into(), ..Model::default() },
            ["says it is a “DoH 300”", "nothing was sent", "choose the right printer"],
        ),
        (
            Model::default().with(Fault::OUT_OF_CARDS),
            ["the printer has no cards", "nothing was sent", "put cards into the hopper, then print again"],
        ),
        (
            Model::default().with(Fault::COVER_OPEN),
            ["the printer's cover is open", "nothing was sent", "close the printer's cover, then print again"],
        ),
    ] {
        let (_running, printer) = printer(model);
        let attempt = || prepare(&bench.desk(&*readers), 1, &printer, 0);
        refused(&bench, Some(&*readers), &words, attempt);
    }
}

#[test]
fn a_printer_of_the_first_generation_for_a_series_10_card() {
    let bench = TestDesk::new();
    let readers = issued(&bench, 1);
    let (running, _) = printer(Model { name: "DoH 300".into(), ..Model::default() });
    let first = configured("magicard-doh-300-v1", &format!("tcp:127.0.0.1:{}", running.port()));
    let words = ["only a Magicard DoH 300 v2 may print Series 10", "Choose a DoH 300 v2, or print later", UNCHANGED];
    refused(&bench, Some(&*readers), &words, || prepare(&bench.desk(&*readers), 1, &first, 0));
}

#[test]
fn nothing_to_print_on() {
    let bench = TestDesk::new();
    let readers = desk::card(Make::Virtual, 1);
    let (_running, printer) = printer(Model::default());
    let words = ["has no issued card to print on", "issue a card first", "nothing was changed"];
    refused(&bench, Some(&*readers), &words, || prepare(&bench.desk(&*readers), 1, &printer, 0));
}

/// The printer is switched off between the look at it and the job.
#[test]
fn a_printer_that_goes_before_the_job() {
    let bench = TestDesk::new();
    let readers = issued(&bench, 1);
    let workplace = bench.desk(&*readers);
    let (running, printer) = printer(Model::default());
    let preflight = prepare(&workplace, 1, &printer, 0).expect("prepared");
    drop(running);
    let report = workplace.print(preflight, &mut |_| {}).expect("begun");
    assert_eq!(report.outcome, Some(PrintOutcome::NotPrinted));
    let Ending::Undone { why, by_policy: false, .. } = report.ending else { panic!("{:?}", report.ending) };
    for word in ["does not answer", "nothing was sent", "then print again"] {
        assert!(why.contains(word), "{why}");
    }
    let record = GatewayRecord::open(&bench.gateway_data());
    let outcomes: Vec<_> = record.prints(report.plan.job.as_str()).into_iter().map(|(outcome, _)| outcome).collect();
    assert_eq!(outcomes, ["starting", "not-printed"]);
    assert!(bench.journal.open_jobs().expect("reads").is_empty());
    // The card itself is none the worse for it.
    let again = desk::issue(&workplace, desk::holder(1), LeftLocked).expect_err("it is issued");
    assert!(again.to_string().contains("already issued"), "{again}");
}

/// Prepares an issue to holder 1 whose card is to be printed as well.
fn issue_and_print(
    bench: &TestDesk,
    readers: &dyn CardReaders,
    printer: &Printer,
    template: &Template,
) -> Result<IssuePreflight, OperationError> {
    let print = Some(FacePrint { printer, template });
    let request = IssueRequest { holder: desk::holder(1), reader: None, passcode: ChosenByHolder, print };
    bench.desk(readers).prepare_issue(&request)
}

/// Nothing is issued when the print that was asked for with it cannot be done, and the same card is issued once it can.
#[test]
fn a_card_that_could_not_be_printed_is_not_issued() {
    let bench = TestDesk::new();
    let readers = desk::card(Make::Virtual, 1);
    let template = Template::nhs_care_identity().expect("bundled");
    let folder = tempfile::tempdir().expect("a folder");
    let attempt = |printer: &Printer, words: &[&str]| {
        refused(&bench, Some(&*readers), words, || issue_and_print(&bench, &*readers, printer, &template))
    };
    for (model, words) in [
        (Model::default().with(Fault::Off), ["does not answer", "check that it is switched on"]),
        (Model { name: "DoH 300".into(), ..Model::default() }, ["says it is a “DoH 300”", "choose the right printer"]),
        (Model::default().with(Fault::OUT_OF_CARDS), ["the printer has no cards", "put cards into the hopper"]),
    ] {
        let (_running, printer) = printer(model);
        let words = [&["no card was issued", "Nothing was changed", "issue it now and print it later"], &words[..]];
        assert_eq!(attempt(&printer, &words.concat()).standing(), Standing::Unchanged);
    }
    let taken = configured("magicard-doh-300-v2", &format!("file:{}", folder.path().display()));
    attempt(&taken, &["no card was issued", "is a folder", "name another file"]);
    let (running, _) = printer(Model { name: "DoH 300".into(), ..Model::default() });
    let first = configured("magicard-doh-300-v1", &format!("tcp:127.0.0.1:{}", running.port()));
    let error = attempt(&first, &["only a Magicard DoH 300 v2 may print Series 10", UNCHANGED]);
    assert_eq!(error.standing(), Standing::RefusedByPolicy);

    let (running, ready) = printer(Model::default());
    let preflight = issue_and_print(&bench, &*readers, &ready, &template).expect("prepared");
    let report = bench.desk(&*readers).issue(preflight, Some(desk::passcode()), &mut |_| {}).expect("begun");
    assert_eq!(report.ending, Ending::Done);
    assert!(running.receive(std::time::Duration::ZERO).is_err(), "the look at the printer sent it a job");
}
