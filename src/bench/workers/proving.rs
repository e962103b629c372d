//! A printer shows which language it takes, and prints cards that need no holder: the test card and the card of patches.

use std::{fs::File, io::Read, path::Path};

use time::OffsetDateTime;

use super::common::Common;
use crate::{
    bench::{event::Trouble, order::PrinterProof},
    face::planes::Planes,
    printer::{
        calibration,
        choice::{Destination, Printer},
        identify::{self, Verdict, Witness},
        magicard::{
            JobOptions,
            status::{Condition, Status},
        },
        profile::{Colour, JobFormat, Profile},
        spool::{Cancel, Word},
        test_card,
    },
    workplace::own_profiles,
};

/// Longest captured job that is read: a hopper of cards of both sides.
const LONGEST_JOB: u64 = 400 << 20;

/// Does it; what came of it in words.
/// `begun` is given what ends the wait for a card.
pub fn prove(common: &Common, name: &str, proof: &PrinterProof, begun: &dyn Fn(Cancel)) -> Result<String, Trouble> {
    let bench = &common.workplace.bench;
    let printer = bench.printers.choose(Some(name)).map_err(|error| said(&error))?;
    let driven = matches!(printer.choice.destination, Destination::Driver { .. });
    if driven && !matches!(proof, PrinterProof::TestCard) {
        return Err(Trouble::unchanged(format!(
            "“{name}” prints through its own driver, which speaks the printer's language and has colours of its own: nothing has \
             to be found out here, and its colours are set there"
        )));
    }
    let by_card = |format| Verdict { format, head: None, witness: Witness::TestCard };
    match proof {
        PrinterProof::Asking => {
            let (verdict, status) = identify::by_asking(printer).map_err(|error| said(&error))?;
            identify::check_model(&printer.profile, &status.model, bench.printers.profiles())
                .map_err(|error| said(&error))?;
            let kept = keep(common, printer, verdict, Some(&status.model))?;
            Ok(format!("It is a \u{201c}{}\u{201d}. {kept}", status.model))
        }
        PrinterProof::Job(file) => {
            let job = read(file).map_err(|error| {
                Trouble::unchanged(format!("the captured job {} cannot be read ({error})", file.display()))
            })?;
            keep(common, printer, identify::of_job(&job).map_err(|error| said(&error))?, None)
        }
        PrinterProof::CameOut(format) => keep(common, printer, by_card(*format), None),
        PrinterProof::TakeBack => take_back(common, printer),
        PrinterProof::TestCard => {
            print(printer, &test_card::draw(&printer.profile), begun).map(|word| format!("{word} {LOOK}"))
        }
        PrinterProof::Try(format) => {
            let tried = identify::in_language(printer, *format).map_err(|error| said(&error))?;
            print(&tried, &test_card::draw(&tried.profile), begun)
        }
        PrinterProof::CalibrationCard => {
            let before = bench.printers.calibrations().read(name).map_err(|error| said(&error))?;
            let planes = calibration::card(before.as_ref(), printer.profile.overcoat.keep_out.from_top());
            // The card shows what the printer does by itself.
            let profile = Profile { colour: Colour::straight(), icc: None, ..printer.profile.clone() };
            print(&Printer { profile, choice: printer.choice.clone() }, &planes, begun)
        }
    }
}

/// What a good test card looks like.
const LOOK: &str = "Look at the card: fields of yellow, magenta, cyan and black from left to right, a grey ramp below, a word, a \
                    frame at every edge, and an arrow in the top right corner.";

fn said(error: &dyn std::fmt::Display) -> Trouble {
    Trouble::unchanged(error.to_string())
}

fn read(job: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(job)?.take(LONGEST_JOB).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Keeps a verdict as this desk's own profile; it holds for the next job.
fn keep(common: &Common, printer: &Printer, verdict: Verdict, model: Option<&str>) -> Result<String, Trouble> {
    let workplace = &common.workplace;
    let folder = own_profiles(&workplace.data, &workplace.bench.configuration);
    let file = identify::keep(&folder, &printer.profile, verdict, model).map_err(|error| said(&error))?;
    if let Err(error) = workplace.bench.printers.reload() {
        // What the program could not start with is not left behind.
        let _ = identify::take_back(&folder, &printer.profile);
        return Err(said(&error));
    }
    let language = if verdict.format == JobFormat::Format1 { "first" } else { "second" };
    let head = verdict.head.map(|head| format!(", layout {head:?}").to_uppercase().replace("LAYOUT", "layout"));
    Ok(format!(
        "It takes jobs of the {language} language{}: {} says so. Kept in {}, and it holds from the next card on.",
        head.unwrap_or_default(),
        verdict.witness,
        file.display()
    ))
}

fn take_back(common: &Common, printer: &Printer) -> Result<String, Trouble> {
    let workplace = &common.workplace;
    let folder = own_profiles(&workplace.data, &workplace.bench.configuration);
    let was = identify::take_back(&folder, &printer.profile).map_err(|error| said(&error))?;
    workplace.bench.printers.reload().map_err(|error| said(&error))?;
    Ok(match was {
        true => "What was found out last is taken back: what held before holds again.".to_owned(),
        false => "There is nothing to take back.".to_owned(),
    })
}

/// Prints one card without a chip, once the printer says that it is ready; the printer's word in words.
fn print(printer: &Printer, planes: &Planes, begun: &dyn Fn(Cancel)) -> Result<String, Trouble> {
    let mut spool = printer.spool();
    begun(spool.cancel());
    // Who answers in the other language cannot be asked: that is what a test card is for.
    let status = spool.status().ok().flatten();
    let ready = |status: &Status| matches!(status.condition, Condition::Ready | Condition::JobRefused);
    if let Some(status) = status.as_ref().filter(|status| !ready(status)) {
        let condition = &status.condition;
        return Err(Trouble::unchanged(format!("{condition}: {}", condition.next_action())));
    }
    let now = u32::try_from(OffsetDateTime::now_utc().unix_timestamp()).unwrap_or(0);
    let options = JobOptions::one_card(now).told_by(status.as_ref());
    let job = printer.encoder().encode(planes, &options).map_err(|error| said(&error))?;
    spool.send(&job).map_err(|error| said(&error))?;
    match spool.await_word(&mut |_| {}) {
        Word::Done => Ok("The printer says that the card is finished.".to_owned()),
        Word::Refused(condition) => Err(Trouble::unchanged(format!("{condition}: {}", condition.next_action()))),
        Word::CannotSay { why } => Ok(format!("The card was sent, and {why}.")),
    }
}
