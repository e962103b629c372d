//! `print calibration`: a card of patches, and what the officer saw on it.

use std::path::Path;

use serde_json::json;
use time::OffsetDateTime;

use super::super::{
    answer::{Answer, Failure, progress},
    arguments::{Calibration as Arguments, Common},
    exit::Exit,
    wording,
};
use crate::{
    face::planes::Planes,
    operations::OperationError,
    printer::{
        calibration::{Calibration, Seen, card},
        choice::Printer,
        decoder::decode,
        magicard::{JobOptions, encoder, status::Condition},
        profile::{Colour, Profile},
    },
    workplace::{Bench, Calibrations, Readers},
};

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    let places = wording::places(common)?;
    let configuration = places.configuration().map_err(Failure::usage)?;
    // No card is read here.
    let bench = Bench::open(&places, configuration, Readers::TrainingOnly)?;
    let printer = bench.printers.choose(arguments.printer.as_deref()).map_err(Failure::usage)?;
    let name = printer.choice.name.as_str();
    let files = bench.printers.calibrations();
    if arguments.forget {
        let was = files.forget(name).map_err(Failure::failed)?;
        let text = match was {
            true => format!("What was learnt of “{name}” is forgotten: it prints by its profile again."),
            false => format!("Nothing was learnt of “{name}” yet: it prints by its profile."),
        };
        return Ok(Answer::done(text, json!({ "printer": name, "forgotten": was })));
    }
    let before = files.read(name).map_err(Failure::failed)?;
    match (&arguments.yellow, &arguments.magenta, &arguments.cyan) {
        (Some(yellow), Some(magenta), Some(cyan)) => {
            let numbers = |text: &str| Seen::numbers(text).map_err(Failure::usage);
            let grey = arguments.grey.as_deref().map(Seen::grey_place).transpose().map_err(Failure::usage)?;
            let seen = Seen { yellow: numbers(yellow)?, magenta: numbers(magenta)?, cyan: numbers(cyan)?, grey };
            learn(files, &Calibration::of(name, &seen, before.as_ref()).map_err(Failure::usage)?)
        }
        _ => print(&bench, printer, before.as_ref(), arguments.picture.as_deref(), arguments.copies),
    }
}

fn learn(files: &Calibrations, learnt: &Calibration) -> Result<Answer, Failure> {
    let file = files.keep(learnt).map_err(Failure::failed)?;
    let text = format!(
        "“{}” prints by what was seen on its card from now on ({}). Print the card again to choose the \
         grey, which is printed with these curves.",
        learnt.printer,
        file.display()
    );
    let document = json!({
        "printer": learnt.printer,
        "file": file,
        "yellow_curve": learnt.yellow_curve,
        "magenta_curve": learnt.magenta_curve,
        "cyan_curve": learnt.cyan_curve,
        "grey_balance": learnt.grey_balance,
    });
    Ok(Answer::done(text, document))
}

fn print(
    bench: &Bench,
    printer: &Printer,
    before: Option<&Calibration>,
    picture: Option<&Path>,
    copies: u16,
) -> Result<Answer, Failure> {
    let name = printer.choice.name.as_str();
    if printer.choice.destination.has_a_driver() && picture.is_none() {
        return Err(Failure::usage(format!(
            "“{name}” prints through its own driver, which has colours of its own: set them there, or reach the printer \
             directly; nothing was printed"
        )));
    }
    let planes = card(before, printer.profile.overcoat.keep_out.from_top());
    // The card shows what the printer does by itself.
    let raw = Profile { colour: Colour::straight(), icc: None, ..printer.profile.clone() };
    if let Some(file) = picture {
        draw(&raw, &planes, file)?;
        let text = format!("The calibration card of “{name}” is drawn in {}. Nothing was printed.", file.display());
        return Ok(Answer::done(text, json!({ "printer": name, "picture": file })));
    }
    let cards = if copies == 1 { "a calibration card".to_owned() } else { format!("{copies} calibration cards") };
    progress(&format!("Printing {cards} on “{name}”: a blank card without a chip is best"));
    let mut spool = printer.spool();
    let status = spool.status().map_err(Failure::failed)?;
    let ready = |condition: &Condition| matches!(condition, Condition::Ready | Condition::JobRefused);
    if let Some(condition) = status.as_ref().map(|status| status.condition).filter(|condition| !ready(condition)) {
        return Err(Failure::failed(OperationError::PrinterNotReady { condition }));
    }
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let mut options = JobOptions::one_card(u32::try_from(now).unwrap_or(0)).told_by(status.as_ref());
    options.copies = copies;
    spool.copies(copies);
    let job = encoder(&raw).encode(&planes, &options).map_err(Failure::failed)?;
    spool.send(&job).map_err(Failure::failed)?;
    let text = format!(
        "The calibration card went to “{name}”. Hold it at arm's length. In each of the nine bands find the number of the \
         patch that vanishes (4.5 lies between 4 and 5), and beside the lines on the left the patch that is as grey as \
         they are. Then enter them, weakest band first:\n\n  cardwright print calibration --printer \"{name}\" --yellow \
         5,5,5 --magenta 5,5,5 --cyan 5,5,5 --grey C3"
    );
    let mut answer = Answer::done(text, json!({ "printer": name, "bytes": job.len() }));
    if bench.printers.is_virtual(name) {
        match bench.printers.keep_output(name, "calibration") {
            Ok(Some(output)) => {
                answer.document.insert("picture".to_owned(), json!(output.picture));
                answer.text = format!("{}\n\nThe virtual printer's card: {}", answer.text, output.picture.display());
            }
            Ok(None) => answer = answer.ending(Exit::Warning, "the virtual printer showed no card"),
            Err(why) => answer = answer.ending(Exit::Warning, format!("the virtual printer showed no card: {why}")),
        }
    }
    Ok(answer)
}

/// The card as this printer would be told it, as a picture.
fn draw(profile: &Profile, planes: &Planes, file: &Path) -> Result<(), Failure> {
    let job = encoder(profile).encode(planes, &JobOptions::one_card(0)).map_err(Failure::failed)?;
    let cards = decode(&job).map_err(Failure::failed)?;
    let side = &cards.first().ok_or_else(|| Failure::failed("the card is empty; report this"))?.front;
    let written = side.picture().save_with_format(file, image::ImageFormat::Png);
    written.map_err(|e| Failure::failed(format!("{} cannot be written ({e}): choose another", file.display())))
}
