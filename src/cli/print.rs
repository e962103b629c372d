//! `print`: the face of an issued card.

mod calibration;
pub mod came_out;
mod inspect;

use std::{path::Path, thread};

use async_signal::{Signal, Signals};
use futures_lite::{StreamExt, future::block_on};
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
    operations::{
        Ending,
        preflight::{PrintPreflight, PrintRequest},
    },
    printer::{
        choice::{Destination, Printer},
        spool::Cancel,
    },
    workplace::Workplace,
};

pub fn run(common: &Common, arguments: &Print) -> Result<Answer, Failure> {
    match &arguments.action {
        Some(PrintAction::Inspect(job)) => return inspect::run(job),
        Some(PrintAction::Calibration(card)) => return calibration::run(common, card),
        Some(PrintAction::Confirm(word)) => return came_out::confirm(common, word),
        Some(PrintAction::Stop(stop)) => return came_out::stop(common, stop),
        None => {}
    }
    let workplace = wording::open(common)?;
    let holder = issue::holder(&workplace, arguments.holder.as_deref().unwrap_or_default())?;
    let printer = workplace.bench.printers.choose(arguments.printer.as_deref()).map_err(Failure::usage)?;
    let preflight = prepare(&workplace, &holder, arguments.card.as_ref(), printer)?;
    if let Some(file) = &arguments.proof {
        keep_proof(&preflight, file)?;
    }
    if let Some(folder) = &arguments.planes {
        if printer.choice.destination.has_a_driver() {
            return Err(Failure::usage(format!(
                "“{}” prints through its own driver, which makes the panels itself: leave out --planes, or reach the printer \
                 directly; nothing was printed",
                printer.choice.name
            )));
        }
        inspect::keep_job(&preflight.job_bytes, preflight.head_position, folder)?;
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

/// Ctrl+C stops the print and takes the job back where that can be done; a second time ends the program, and the journal
/// says what was left.
pub fn stop_on_ctrl_c(cancel: Cancel) {
    // Where the system tells of no such key, its own end of the program is on record like every other.
    let Ok(mut keys) = Signals::new([Signal::Int]) else { return };
    let _ = thread::Builder::new().name("ctrl-c".to_owned()).spawn(move || {
        block_on(async {
            let _ = keys.next().await;
            progress("Stopping the print. Press Ctrl+C again to end the program at once.");
            cancel.now();
            let _ = keys.next().await;
            #[allow(clippy::disallowed_methods, reason = "asked for twice: the journal stands as after a crash")]
            std::process::exit(i32::from(Exit::Unfinished.code()));
        });
    });
}

/// What the virtual printer gave out, to look at before somebody says how it came out.
fn keep_picture(workplace: &Workplace, printer: &str, stem: &str, document: &mut Map<String, Value>) {
    if workplace.bench.printers.is_virtual(printer)
        && let Ok(Some(output)) = workplace.bench.printers.keep_output(printer, stem)
    {
        document.insert("picture".to_owned(), json!(output.picture));
    }
}

/// Composes the face and proves that it may be printed.
pub fn prepare(
    workplace: &Workplace,
    holder: &HolderId,
    serial: Option<&CardSerial>,
    printer: &Printer,
) -> Result<PrintPreflight, Failure> {
    let template = workplace.bench.card_faces.in_use();
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
    let marks: Vec<String> = preflight.marks.iter().map(ToString::to_string).collect();
    marks.iter().for_each(|mark| progress(&format!("  About the face: {mark}")));
    let saved_to = match &printer.choice.destination {
        Destination::File(path) => Some(path.display()),
        _ => None,
    };
    progress(&match &saved_to {
        None => format!("Printing the face of card {} on “{name}”", preflight.plan.serial),
        Some(file) => format!("Saving the print job of card {} to {file}", preflight.plan.serial),
    });
    stop_on_ctrl_c(preflight.cancel());
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
        ("marks".to_owned(), json!(marks)),
        ("confirmation".to_owned(), json!(if report.ending == Ending::Done { Some("printer") } else { None })),
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
    if report.asks_officer {
        keep_picture(workplace, name, plan.job.short(), &mut document);
        return came_out::ask(workplace, &plan.job, document, text);
    }
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
