//! `issue --in-printer`: one flow in a printer with a chip station.

use serde_json::{Value, json};

use super::super::{
    answer::{Answer, Failure, progress},
    arguments::Issue,
    exit::Exit,
    passcode,
    print::{self, came_out},
    wording,
};
use crate::{
    cis2::wire::PrintOutcome,
    domain::{HolderId, PasscodeRules},
    operations::{
        Ending, PrintReport, Progress,
        in_printer::{End, InPrinterEar, InPrinterReport, InPrinterRequest},
        issue::PasscodeChoice,
        preflight::{FacePrint, IssuePreflight},
    },
    printer::{choice::Printer, spool::Cancel},
    workplace::Workplace,
};

/// Tells the steps, and lets Ctrl+C stop the print.
struct Ear(wording::Teller);

impl InPrinterEar for Ear {
    fn progress(&mut self, news: &Progress) {
        self.0.hear(news);
    }

    fn encoding(&mut self, issue: &IssuePreflight) {
        let plan = &issue.plan;
        progress(&format!("  {} card {} is in “{}”", plan.series, plan.serial, issue.reader));
        issue.photo_advice.iter().for_each(|advice| progress(&format!("  About the photo: {advice}")));
    }

    fn printing(&mut self, cancel: Cancel) {
        print::stop_on_ctrl_c(cancel);
    }
}

pub fn run(workplace: &Workplace, holder: HolderId, printer: &Printer, arguments: &Issue) -> Result<Answer, Failure> {
    let desk = workplace.desk();
    let choice = if arguments.locked { PasscodeChoice::LeftLocked } else { PasscodeChoice::ChosenByHolder };
    let template = workplace.bench.card_faces.in_use();
    let request = InPrinterRequest {
        holder: holder.clone(),
        passcode: choice,
        print: FacePrint { printer, template: &template },
    };
    let preflight = desk.prepare_in_printer(&request)?;
    let name = &printer.choice.name;
    progress(&format!(
        "A card is encoded and printed in “{name}” for {} {}",
        holder.grouped(),
        preflight.holder.printed_name()
    ));
    // The card is not known before it is fed; what it says of its passcodes is held against this one before anything changes.
    let rules = PasscodeRules::default();
    let chosen = match (arguments.locked, arguments.passcode_stdin) {
        (true, _) => None,
        (false, true) => Some(passcode::from_stdin(rules, &holder)?),
        (false, false) => Some(passcode::from_prompt(rules, &holder, super::OTHERWISE)?),
    };
    let mut ear = Ear(wording::Teller::default());
    let report = desk.issue_in_printer(preflight, chosen, &mut ear)?;
    drop(ear);
    wording::witness(workplace);
    answer(workplace, &report)
}

fn answer(workplace: &Workplace, report: &InPrinterReport) -> Result<Answer, Failure> {
    let plan = &report.plan;
    let mut document = json!({
        "job": plan.job,
        "holder": plan.holder,
        "serial": report.serial,
        "printer": plan.printer,
        "locked": plan.passcode == PasscodeChoice::LeftLocked,
        "issue": report.issue.as_ref().map(|issue| json!({
            "job": issue.plan.job,
            "result": issue.ending,
            "apdus": issue.apdus,
            "steps": wording::steps(&issue.steps),
        })),
        "print": report.print.as_ref().map(|print| json!({
            "job": print.plan.job,
            "job_sha256": print.plan.job_sha256,
            "result": print.ending,
            "steps": wording::steps(&print.steps),
        })),
        "card": report.ended.as_ref().map(|(_, place)| json!(place)),
    });
    let fields = |document: &Value| document.as_object().cloned().unwrap_or_default();
    let Some((end, place)) = &report.ended else {
        let why = report.open.clone().unwrap_or_default();
        let why = format!(
            "{why}. The card is still in “{}”, and the job is on record: run “cardwright resume”",
            plan.printer
        );
        return Err(Failure { document: fields(&document), ..Failure::new(Exit::Unfinished, why) });
    };
    let serial = report.serial.as_ref().map(ToString::to_string).unwrap_or_default();
    let holder = plan.holder.grouped();
    let why_of = |why: &str| why.trim_end_matches('.').to_owned();
    Ok(match end {
        End::Complete => {
            let mut text = format!(
                "Card {serial} is issued to {holder}, and its face was printed on “{}”. {} Look at it before you hand it over.",
                plan.printer,
                super::handed_over(plan.passcode)
            );
            if let Some(print) = &report.print
                && workplace.bench.printers.is_virtual(&plan.printer)
                && let Ok(Some(output)) = workplace.bench.printers.keep_output(&plan.printer, print.plan.job.short())
            {
                document["picture"] = json!(output.picture);
                text = format!("{text}\nThe virtual printer's card: {}", output.picture.display());
            }
            Answer::done(text, document)
        }
        End::IssuedOnly { why } => {
            let text = format!("Card {serial} is issued to {holder}. {}", super::handed_over(plan.passcode));
            let why = format!(
                "the card is issued, but not printed: {}; {place}, then print it with “cardwright print”",
                why_of(why)
            );
            Answer::done(text, document).ending(Exit::Warning, why)
        }
        End::LookAtPrinter { why } => {
            let open = report.print.as_ref().is_some_and(|print| matches!(print.ending, Ending::Unfinished { .. }));
            let exit = if open { Exit::Unfinished } else { Exit::Warning };
            let text = format!("Card {serial} is issued to {holder}. {}", super::handed_over(plan.passcode));
            let mut next = format!("the card is issued, and {}; {place}", why_of(why));
            let told = |print: &&PrintReport| print.asks_officer || print.outcome == Some(PrintOutcome::Uncertain);
            // Where the line to the service broke, its record is finished first.
            if let Some(print) = report.print.as_ref().filter(told) {
                next = format!("{next}. {}", came_out::how_to_say(&print.plan.job));
            } else if open {
                next.push_str(". The print is on record: run \u{201c}cardwright resume\u{201d}");
            }
            Answer::done(text, document).ending(exit, next)
        }
        End::NotIssued { why, by_policy } => {
            let exit = if *by_policy { Exit::Refused } else { Exit::Failed };
            let code = report.issue.as_ref().and_then(|issue| issue.ending.nhs_code());
            let why = format!("{}. Nothing was printed; {place}", why_of(why));
            return Err(Failure { document: fields(&document), ..Failure::new(exit, why) }.with_code(code));
        }
    })
}
