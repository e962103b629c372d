//! `printers identify` and `printers test-card`: which language a printer takes.

use std::{fs::File, io::Read, path::Path};

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::super::{
    answer::{Answer, Failure, progress},
    arguments::IdentifyPrinter,
    exit::Exit,
    print::came_out,
};
use crate::{
    operations::effect::CameOut,
    printer::{
        choice::Printer,
        identify::{self, IdentifyError, Verdict, Witness},
        magicard::{EncodeError, JobOptions, status::Status},
        profile::JobFormat,
        spool::{CardUsed, Spool, SpoolError, Word},
        test_card,
    },
    workplace::{Bench, Places, own_profiles},
};

/// Longest captured job that is read: a hopper of cards of both sides.
const LONGEST_JOB: u64 = 400 << 20;

/// `printers identify`.
pub fn identify(places: &Places, bench: &Bench, arguments: &IdentifyPrinter) -> Result<Answer, Failure> {
    let printer = bench.printers.choose(arguments.printer.as_deref()).map_err(Failure::usage)?;
    if printer.choice.destination.has_a_driver() {
        return Err(Failure::usage(format!(
            "“{}” is a queue with a driver of its own, which speaks the printer's language: nothing has to be found out",
            printer.choice.name
        )));
    }
    let profiles = bench.printers.profiles();
    let (verdict, model) = match (&arguments.job, arguments.test_card) {
        (Some(job), _) => (identify::of_job(&read(job)?).map_err(Failure::failed)?, None),
        (None, true) => (by_test_card(printer)?, None),
        (None, false) => {
            let (verdict, status) = identify::by_asking(printer).map_err(Failure::failed)?;
            (verdict, Some(status.model))
        }
    };
    if let Some(model) = &model {
        identify::check_model(&printer.profile, model, profiles).map_err(|error| Failure::new(Exit::Refused, error))?;
    }
    let folder = own_profiles(places.data(), &bench.configuration);
    let file = identify::keep(&folder, &printer.profile, verdict, model.as_deref()).map_err(Failure::failed)?;
    let (language, head) = words(verdict);
    let document = json!({
        "printer": printer.choice.name,
        "profile": printer.profile.id,
        "job_format": language,
        "head": head,
        "model": model,
        "witness": verdict.witness.to_string(),
        "kept_in": file,
    });
    let head = head.map(|head| format!(", head {head}")).unwrap_or_default();
    let text = format!(
        "“{}” takes jobs of {language}{head}: {} says so.\nKept in {}; it holds from the next card on, and in a window that is \
         open already from its next start.",
        printer.choice.name,
        verdict.witness,
        file.display()
    );
    Ok(Answer::done(text, document))
}

fn words(verdict: Verdict) -> (&'static str, Option<String>) {
    let language = match verdict.format {
        JobFormat::Format1 => "format-1",
        JobFormat::Format2 => "format-2",
    };
    (language, verdict.head.map(|head| format!("{head:?}").to_uppercase()))
}

fn read(job: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = File::open(job).and_then(|file| file.take(LONGEST_JOB).read_to_end(&mut bytes));
    read.map_err(|e| Failure::usage(format!("the captured job {} cannot be read ({e})", job.display())))?;
    Ok(bytes)
}

/// Prints the test card in one language after the other, until one came out well.
fn by_test_card(printer: &Printer) -> Result<Verdict, Failure> {
    let mut formats = [JobFormat::Format1, JobFormat::Format2];
    if printer.profile.job_format == JobFormat::Format2 {
        formats.reverse();
    }
    let mut last = None;
    for format in formats {
        let Ok(tried) = identify::in_language(printer, format) else { continue };
        let verdict = Verdict { format, head: None, witness: Witness::TestCard };
        progress(&format!("Printing the test card as {}", words(verdict).0));
        let mut spool = tried.spool();
        // Who answers in the other language cannot be asked: that is what a test card is for.
        let status = spool.status().ok().flatten();
        match send(&tried, &mut *spool, 1, status.as_ref()) {
            Ok(Word::Done) => return Ok(verdict),
            // It says itself that it did not understand this language.
            Ok(Word::Refused(condition)) => {
                progress(&format!("  {condition}"));
                continue;
            }
            Ok(Word::CannotSay { .. }) => {}
            Err(SendError::Spool(error)) if error.card_used() == CardUsed::No => {
                // Nothing was printed: the other language may get through.
                progress(&format!("  {error}"));
                last = Some(error.to_string());
                continue;
            }
            // A card may have come out all the same: the officer looks.
            Err(SendError::Spool(error)) => progress(&format!("  {error}")),
            Err(SendError::Encode(error)) => return Err(Failure::failed(error)),
        }
        match came_out::typed() {
            Some(CameOut::Well) => return Ok(verdict),
            Some(CameOut::Spoilt | CameOut::Nothing) => {}
            None => {
                return Err(Failure::usage(
                    "a test card was sent, and somebody has to look whether it came out: run this at a terminal; nothing was \
                     kept",
                ));
            }
        }
    }
    let none = "no test card came out in either language";
    let why = last.map_or_else(|| none.to_owned(), |last| format!("{none}; at last: {last}"));
    Err(Failure::failed(IdentifyError::CannotBeAsked { why }))
}

/// `printers test-card`.
pub fn test_card(bench: &Bench, printer: Option<&str>, copies: u16) -> Result<Answer, Failure> {
    let printer = bench.printers.choose(printer).map_err(Failure::usage)?;
    let name = &printer.choice.name;
    let mut spool = printer.spool();
    let status = spool.status().map_err(Failure::failed)?;
    let word = send(printer, &mut *spool, copies, status.as_ref()).map_err(Failure::failed)?;
    let confirmed = match &word {
        Word::Done => Some("printer"),
        Word::Refused(condition) => {
            return Err(Failure::failed(format!("{condition}: {}", condition.next_action())));
        }
        Word::CannotSay { .. } => match came_out::typed() {
            Some(CameOut::Well) => Some("officer"),
            Some(CameOut::Spoilt | CameOut::Nothing) => {
                return Err(Failure::failed(format!(
                    "the test card of “{name}” did not come out well: find out which language the printer takes with “cardwright \
                     printers identify”"
                )));
            }
            None => None,
        },
    };
    let document =
        json!({ "printer": name, "confirmation": confirmed.map_or(Value::String("awaited".to_owned()), Value::from) });
    let text = format!(
        "The test card was sent to “{name}”. On a good one stand yellow, magenta, cyan and black fields from left to right, a \
         grey ramp below, a frame at every edge, and an arrow in the top right corner."
    );
    let answer = Answer::done(text, document);
    match (confirmed, word) {
        (None, Word::CannotSay { why }) => {
            Ok(answer.ending(Exit::Warning, format!("sent, not confirmed: {why}; look whether the card came out")))
        }
        _ => Ok(answer),
    }
}

/// Why a test card was not handed over.
#[derive(Debug, thiserror::Error)]
enum SendError {
    #[error("{0}")]
    Encode(#[from] EncodeError),
    #[error("{0}")]
    Spool(#[from] SpoolError),
}

/// Sends the test card to a printer that said how it is, where it can; its word for the card.
fn send(printer: &Printer, spool: &mut dyn Spool, copies: u16, status: Option<&Status>) -> Result<Word, SendError> {
    let now = u32::try_from(OffsetDateTime::now_utc().unix_timestamp()).unwrap_or(0);
    let planes = test_card::draw(&printer.profile);
    let options = JobOptions { copies, ..JobOptions::one_card(now).told_by(status) };
    let job = printer.encoder().encode(&planes, &options)?;
    spool.copies(copies);
    spool.send(&job)?;
    Ok(spool.await_word(&mut |words| progress(&format!("  {words}"))))
}
