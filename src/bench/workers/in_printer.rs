//! A card is encoded in a printer and printed: the printer's own worker does it from end to end.

use std::sync::Arc;

use super::{
    card_work::{enqueue, not_done, tell_progress},
    common::Common,
    queue,
    teller::contained,
};
use crate::{
    bench::{
        event::{Event, Trouble, WorkEnd, WorkEvent},
        order::{IssueOrder, WorkId},
    },
    operations::{
        Progress,
        in_printer::{End, InPrinterEar, InPrinterReport, InPrinterRequest},
        issue::PasscodeChoice,
        preflight::{FacePrint, IssuePreflight},
    },
    printer::{choice::Printer, spool::Cancel},
};

/// Tells the window how it goes.
struct Ear<'a> {
    common: &'a Common,
    work: WorkId,
    begun: &'a dyn Fn(Cancel),
    encoding: bool,
}

impl InPrinterEar for Ear<'_> {
    fn progress(&mut self, news: &Progress) {
        tell_progress(self.common, self.work, news);
    }

    fn encoding(&mut self, issue: &IssuePreflight) {
        self.encoding = true;
        let event = WorkEvent::Begun {
            job: issue.plan.job.clone(),
            serial: issue.plan.serial.clone(),
            photo_advice: issue.photo_advice.clone(),
        };
        self.common.tell(Event::Work { work: self.work, event });
    }

    fn printing(&mut self, cancel: Cancel) {
        if self.common.stopping() {
            cancel.leave();
        }
        (self.begun)(cancel);
    }
}

/// Does it, and tells how it ended. `begun` is given what stops the print.
pub fn encode(common: &Arc<Common>, printer: &str, work: WorkId, issue: IssueOrder, begun: &dyn Fn(Cancel)) {
    let mut why = None;
    let mut ear = Ear { common, work, begun, encoding: false };
    let done = contained(|| carry_out(common, printer, issue, &mut ear, &mut why));
    let end = done.unwrap_or_else(|trouble| match ear.encoding {
        true => WorkEnd::Unfinished { why: trouble.message },
        false => WorkEnd::NotBegun(trouble),
    });
    let entry = if let WorkEnd::Done { queued } = &end { *queued } else { None };
    common.tell(Event::Work { work, event: WorkEvent::Ended(end) });
    if let (Some(entry), Some(why)) = (entry, why) {
        queue::trouble(common, Some(entry), Trouble::unchanged(why));
    }
    queue::tell(common);
    common.after_job();
}

fn carry_out(
    common: &Arc<Common>,
    name: &str,
    issue: IssueOrder,
    ear: &mut Ear<'_>,
    why: &mut Option<String>,
) -> WorkEnd {
    let bench = &common.workplace.bench;
    let printer = match bench.printers.choose(Some(name)) {
        Ok(printer) => printer,
        Err(error) => return WorkEnd::NotBegun(Trouble::unchanged(error.to_string())),
    };
    let desk = common.workplace.desk();
    let template = bench.card_faces.in_use();
    let IssueOrder { holder, passcode, .. } = issue;
    let choice = if passcode.is_some() { PasscodeChoice::ChosenByHolder } else { PasscodeChoice::LeftLocked };
    let print = FacePrint { printer, template: &template };
    let request = InPrinterRequest { holder, passcode: choice, print };
    let report = desk.prepare_in_printer(&request).and_then(|ready| desk.issue_in_printer(ready, passcode, ear));
    match report {
        Ok(report) => end_of(common, printer, report, why),
        Err(error) => not_done(&error),
    }
}

fn end_of(common: &Common, printer: &Printer, report: InPrinterReport, why_not: &mut Option<String>) -> WorkEnd {
    let InPrinterReport { plan, ended, open, serial, issue, print } = report;
    let Some((end, place)) = ended else { return WorkEnd::Unfinished { why: open.unwrap_or_default() } };
    match (end, serial) {
        (End::Complete, _) => {
            let printers = &common.workplace.bench.printers;
            if let Some(print) = print.filter(|_| printers.is_virtual(&plan.printer)) {
                // What the virtual printer shows is for the eye: a picture that cannot be kept leaves the print as it is.
                let _ = printers.keep_output(&plan.printer, print.plan.job.short());
            }
            WorkEnd::Done { queued: None }
        }
        // It is the next one to be printed, once it is out and somebody has seen to the printer.
        (End::IssuedOnly { why }, Some(serial)) => {
            *why_not = Some(format!("it was not printed: {}; {place}", why.trim_end_matches('.')));
            WorkEnd::Done { queued: enqueue(common, &plan.holder, &serial, printer, true) }
        }
        (End::IssuedOnly { why } | End::LookAtPrinter { why }, _) => WorkEnd::LookAtPrinter { why },
        (End::NotIssued { why, by_policy }, _) => {
            let nhs_code = issue.and_then(|issue| issue.ending.nhs_code());
            WorkEnd::Undone { why: format!("{}; {place}", why.trim_end_matches('.')), by_policy, nhs_code }
        }
    }
}
