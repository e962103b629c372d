//! `issue`: a blank card for a holder, and its face if asked.

mod in_printer;

use serde_json::json;

use super::{
    answer::{Answer, Failure, progress},
    arguments::{Common, Issue},
    exit::Exit,
    passcode, print, wording,
};
use crate::{
    cis2::Service,
    domain::{HolderId, PasscodeRules},
    operations::{
        IssueReport,
        issue::PasscodeChoice,
        preflight::{FacePrint, IssuePreflight, IssueRequest},
    },
    workplace::Workplace,
};

/// What an issue can do without a passcode.
const OTHERWISE: &str = ", or --locked to leave the card locked";

/// Most holders named when a search is answered instead of a number.
const NAMED_HOLDERS: usize = 10;

pub fn run(common: &Common, arguments: &Issue) -> Result<Answer, Failure> {
    let workplace = wording::open(common)?;
    let holder = holder(&workplace, &arguments.holder)?;
    let printer = arguments.print.as_deref().map(|name| workplace.bench.printers.choose(Some(name))).transpose();
    let printer = printer.map_err(Failure::usage)?;
    if let (Some(printer), true) = (printer, arguments.in_printer) {
        return in_printer::run(&workplace, holder, printer, arguments);
    }
    let desk = workplace.desk();
    let choice = if arguments.locked { PasscodeChoice::LeftLocked } else { PasscodeChoice::ChosenByHolder };
    let template = workplace.bench.card_faces.in_use();
    let request = IssueRequest {
        holder: holder.clone(),
        reader: arguments.reader.clone(),
        passcode: choice,
        // A card that cannot be printed on this printer is not issued either.
        print: printer.map(|printer| FacePrint { printer, template: &template }),
    };
    wording::reading(request.reader.as_deref());
    let preflight = desk.prepare_issue(&request)?;
    announce(&workplace, &preflight);
    let rules = PasscodeRules {
        min_digits: preflight.profile.passcode.min_digits,
        max_digits: preflight.profile.passcode.max_digits,
    };
    let passcode = match (arguments.locked, arguments.passcode_stdin) {
        (true, _) => None,
        (false, true) => Some(passcode::from_stdin(rules, &holder)?),
        (false, false) => Some(passcode::from_prompt(rules, &holder, OTHERWISE)?),
    };
    let mut teller = wording::Teller::default();
    let report = desk.issue(preflight, passcode, &mut |news| teller.hear(news))?;
    drop(teller);
    wording::witness(&workplace);
    let answer = answer(&report)?;
    match printer {
        None => Ok(answer),
        Some(printer) => {
            Ok(also_printed(answer, print::print(&workplace, &holder, Some(&report.plan.serial), printer)))
        }
    }
}

/// The holder with this number. Anything else is a search, answered with the numbers it finds: a card is issued to a
/// number, never to a name that fits.
pub fn holder(workplace: &Workplace, words: &str) -> Result<HolderId, Failure> {
    let malformed = match words.parse::<HolderId>() {
        Ok(number) => return Ok(number),
        Err(malformed) => malformed,
    };
    let found = workplace.service.find_holders(words, NAMED_HOLDERS)?;
    if found.is_empty() {
        return Err(Failure::usage(format!(
            "{malformed}, and no holder has it in name or number; nothing was changed"
        )));
    }
    let found: Vec<String> =
        found.iter().map(|record| format!("{} {}", record.holder.id.grouped(), record.holder.printed_name())).collect();
    Err(Failure::usage(format!("{malformed}. Give the number of one of these: {}", found.join("; "))))
}

fn announce(workplace: &Workplace, preflight: &IssuePreflight) {
    let IssuePreflight { plan, holder, reader, photo_advice, .. } = preflight;
    let officer = workplace.session.as_ref().map(|session| &session.officer);
    progress(&format!(
        "{} issues {} card {} in “{reader}” to {} {}",
        officer.map_or_else(String::new, |officer| format!("{} ({})", officer.name, officer.role)),
        plan.series,
        plan.serial,
        holder.id.grouped(),
        holder.printed_name(),
    ));
    photo_advice.iter().for_each(|advice| progress(&format!("  About the photo: {advice}")));
}

/// What the holder has with it.
fn handed_over(passcode: PasscodeChoice) -> &'static str {
    match passcode {
        PasscodeChoice::ChosenByHolder => "It has the passcode its holder chose.",
        PasscodeChoice::LeftLocked => "It is locked: unlock it in front of its holder, who then chooses the passcode.",
    }
}

fn answer(report: &IssueReport) -> Result<Answer, Failure> {
    let plan = &report.plan;
    let handed_over = handed_over(plan.passcode);
    let document = json!({
        "job": plan.job,
        "holder": plan.holder,
        "serial": plan.serial,
        "series": plan.series,
        "locked": plan.passcode == PasscodeChoice::LeftLocked,
        "result": &report.ending,
        "apdus": report.apdus,
        "steps": wording::steps(&report.steps),
    });
    let text = format!("Card {} is issued to {}. {handed_over}", plan.serial, plan.holder.grouped());
    wording::ended(&report.ending, text, &document)
}

/// An issued card whose print failed is issued all the same.
fn also_printed(mut issued: Answer, printed: Result<Answer, Failure>) -> Answer {
    match printed {
        Ok(print) => {
            issued.text = format!("{}\n{}", issued.text, print.text);
            issued.document.insert("print".to_owned(), print.document.into());
            issued.message = print.message;
            issued.exit = print.exit;
            issued
        }
        Err(failure) => {
            issued.document.insert("print".to_owned(), failure.document.into());
            let exit = if failure.exit == Exit::Unfinished { Exit::Unfinished } else { Exit::Warning };
            issued.ending(exit, format!("the card is issued, but not printed: {}", failure.message))
        }
    }
}
