//! `print`: the face of an issued card.

mod calibration;
mod inspect;

use std::path::Path;

use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::{
    answer::{Answer, Failure, progress},
    arguments::{Common, Print, PrintAction},
    exit::Exit,
    issue, wording,
};
use crate::{
    domain::{CardSerial, HolderId},
    face::Template,
    operations::{
        Ending,
        preflight::{PrintPreflight, PrintRequest},
    },
    printer::choice::{Destination, Printer},
    workplace::Workplace,
};

pub fn run(common: &Common, arguments: &Print) -> Result<Answer, Failure> {
    match &arguments.action {
        Some(PrintAction::Inspect(job)) => return inspect::run(job),
        Some(PrintAction::Calibration(card)) => return calibration::run(common, card),
        None => {}
    }
    let workplace = wording::open(common)?;
    let holder = issue::holder(&workplace, arguments.holder.as_deref().unwrap_or_default())?;
    let printer = workplace.bench.printers.choose(arguments.printer.as_deref()).map_err(Failure::usage)?;
    let preflight = prepare(&workplace, &holder, arguments.card.as_ref(), printer)?;
    if let Some(file) = &arguments.proof {
        keep_proof(&preflight, file)?;
    }
    carry_out(&workplace, preflight, printer)
}

/// Prints a card of a holder on a printer.
pub fn print(
    workplace: &Workplace,
    holder: &HolderId,
    serial: Option<&CardSerial>,
    printer: &Printer,
) -> Result<Answer, Failure> {
    carry_out(workplace, prepare(workplace, holder, serial, printer)?, printer)
}

/// Composes the face and proves that it may be printed.
pub fn prepare(
    workplace: &Workplace,
    holder: &HolderId,
    serial: Option<&CardSerial>,
    printer: &Printer,
) -> Result<PrintPreflight, Failure> {
    let template = Template::nhs_care_identity().map_err(Failure::failed)?;
    let now = OffsetDateTime::now_utc();
    let request = PrintRequest { holder, serial, printer, template: &template, now, reprint_reason: None };
    Ok(workplace.desk().prepare_print(&request)?)
}

fn keep_proof(preflight: &PrintPreflight, file: &Path) -> Result<(), Failure> {
    let proof = preflight.face.proof_pdf(OffsetDateTime::now_utc()).map_err(Failure::failed)?;
    std::fs::write(file, proof).map_err(|e| {
        Failure::failed(format!(
            "the proof cannot be written to {} ({e}): choose another file; nothing was printed",
            file.display()
        ))
    })
}

fn carry_out(workplace: &Workplace, preflight: PrintPreflight, printer: &Printer) -> Result<Answer, Failure> {
    let name = printer.choice.name.as_str();
    let saved_to = match &printer.choice.destination {
        Destination::File(path) => Some(path.display()),
        Destination::Tcp { .. } | Destination::Ipp(_) | Destination::Usb(_) => None,
    };
    progress(&match &saved_to {
        None => format!("Printing the face of card {} on “{name}”", preflight.plan.serial),
        Some(file) => format!("Saving the print job of card {} to {file}", preflight.plan.serial),
    });
    let mut teller = wording::Teller::default();
    let report = workplace.desk().print(preflight, &mut |news| teller.hear(news))?;
    drop(teller);
    wording::witness(workplace);
    let plan = &report.plan;
    let mut document = Map::from_iter([
        ("job".to_owned(), json!(plan.job)),
        ("holder".to_owned(), json!(plan.holder)),
        ("serial".to_owned(), json!(plan.serial)),
        ("printer".to_owned(), json!(plan.printer)),
        ("printer_model".to_owned(), json!(plan.printer_model)),
        ("job_sha256".to_owned(), json!(plan.job_sha256)),
        ("result".to_owned(), json!(&report.ending)),
        ("steps".to_owned(), wording::steps(&report.steps)),
    ]);
    let text = match &saved_to {
        None => {
            format!("The face of card {} was printed on “{name}”. Look at it before you hand it over.", plan.serial)
        }
        Some(file) => {
            document.insert("saved_to".to_owned(), json!(file.to_string()));
            format!(
                "The print job of card {} was saved to {file}. The card has no face yet: bring that file to the printer.",
                plan.serial
            )
        }
    };
    if let Ending::Undone { why, by_policy, nhs_code } = report.ending {
        // A print takes nothing back, so the message alone says what was sent and where to look.
        let exit = if by_policy { Exit::Refused } else { Exit::Failed };
        return Err(Failure { document, ..Failure::new(exit, why) }.with_code(nhs_code));
    }
    let mut answer = wording::ended(&report.ending, text, &Value::Object(document.clone()))?;
    if workplace.bench.printers.is_virtual(name) {
        match workplace.bench.printers.keep_output(name, plan.job.short()) {
            Ok(Some(output)) => {
                document.insert("picture".to_owned(), json!(output.picture));
                answer.text = format!("{}\nThe virtual printer's card: {}", answer.text, output.picture.display());
                answer.document = document;
            }
            Ok(None) => answer = answer.ending(Exit::Warning, "the virtual printer showed no card"),
            Err(why) => answer = answer.ending(Exit::Warning, format!("the virtual printer showed no card: {why}")),
        }
    }
    Ok(answer)
}
