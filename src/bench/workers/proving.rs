//! A printer shows which language it takes: it is asked in both, or prints a test card.

use time::OffsetDateTime;

use super::common::Common;
use crate::{
    bench::{event::Trouble, order::PrinterProof},
    printer::{
        choice::Printer,
        identify,
        magicard::JobOptions,
        profile::JobFormat,
        spool::{Cancel, Word},
        test_card,
    },
    workplace::own_profiles,
};

/// Does it; what came of it in words.
/// `begun` is given what ends the wait for a test card.
pub fn prove(common: &Common, name: &str, proof: PrinterProof, begun: &dyn Fn(Cancel)) -> Result<String, Trouble> {
    let bench = &common.workplace.bench;
    let printer = bench.printers.choose(Some(name)).map_err(|error| said(&error))?;
    match proof {
        PrinterProof::Asking => ask(common, printer),
        PrinterProof::TestCard => print(printer, begun),
    }
}

fn said(error: &dyn std::fmt::Display) -> Trouble {
    Trouble::unchanged(error.to_string())
}

fn ask(common: &Common, printer: &Printer) -> Result<String, Trouble> {
    let workplace = &common.workplace;
    let (verdict, status) = identify::by_asking(printer).map_err(|error| said(&error))?;
    let all = workplace.bench.printers.profiles();
    identify::check_model(&printer.profile, &status.model, all).map_err(|error| said(&error))?;
    let folder = own_profiles(&workplace.data, &workplace.bench.configuration);
    let kept = identify::keep(&folder, &printer.profile, verdict, Some(&status.model));
    let file = kept.map_err(|error| said(&error))?;
    let language = if verdict.format == JobFormat::Format1 { "format 1" } else { "format 2" };
    let head =
        verdict.head.map(|head| format!(", head {head:?}").to_uppercase().replace("HEAD", "head")).unwrap_or_default();
    Ok(format!(
        "It is a \u{201c}{}\u{201d} and takes jobs of {language}{head}. Kept in {}; it holds from the next start of the program.",
        status.model,
        file.display()
    ))
}

fn print(printer: &Printer, begun: &dyn Fn(Cancel)) -> Result<String, Trouble> {
    let now = u32::try_from(OffsetDateTime::now_utc().unix_timestamp()).unwrap_or(0);
    let planes = test_card::draw(&printer.profile);
    let mut spool = printer.spool();
    begun(spool.cancel());
    let status = spool.status().map_err(|error| said(&error))?;
    let options = JobOptions::one_card(now).told_by(status.as_ref());
    let job = printer.encoder().encode(&planes, &options).map_err(|error| said(&error))?;
    spool.send(&job).map_err(|error| said(&error))?;
    let look = "Look at the card: fields of yellow, magenta, cyan and black from left to right, a grey ramp below, a frame at \
                every edge, and an arrow in the top right corner.";
    match spool.await_word(&mut |_| {}) {
        Word::Done => Ok(format!("The printer says that the test card is finished. {look}")),
        Word::Refused(condition) => Err(Trouble::unchanged(format!("{condition}: {}", condition.next_action()))),
        Word::CannotSay { why } => Ok(format!("The test card was sent, and {why}. {look}")),
    }
}
