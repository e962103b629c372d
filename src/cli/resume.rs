//! `resume`: finishes or undoes work that was cut off, and says which.

use serde_json::{Value, json};

use super::{
    answer::{self, Answer, Failure, progress},
    arguments::{Common, Resume},
    exit::Exit,
    passcode::{self, Source, is_anybody_there, is_meant},
    print::came_out,
    wording,
};
use crate::{
    domain::Passcode,
    operations::{Desk, OperationError, Progress, Resumed, Resumption, UnfinishedJob, WhatNext},
};

pub fn run(common: &Common, arguments: &Resume) -> Result<Answer, Failure> {
    let workplace = wording::open(common)?;
    let desk = workplace.desk();
    let mut teller = wording::Teller::default();
    let mut resumed = all_here(&desk, arguments, &mut |news| teller.hear(news))?;
    // Cards in the readers that another workstation left unfinished and never came back to.
    resumed.extend(desk.take_over_all(&mut |news| teller.hear(news))?);
    drop(teller);
    if resumed.is_empty() {
        return Ok(Answer::done("Nothing is unfinished.", json!({ "jobs": [] })));
    }
    wording::witness(&workplace);
    let lines: Vec<String> = resumed.iter().map(line).collect();
    let documents: Vec<Value> = resumed.iter().map(document).collect();
    let answer = Answer::done(lines.join("\n"), json!({ "jobs": documents }));
    let still_open = resumed.iter().filter(|job| matches!(job.resumption, Resumption::StillOpen { .. })).count();
    let uncertain = resumed.iter().any(|job| matches!(job.resumption, Resumption::LookAtPrinter { .. }));
    Ok(match still_open {
        0 if uncertain => answer.ending(
            Exit::Warning,
            "a card may or may not have been printed: look at the printer, and print again only if it is not there",
        ),
        0 => answer,
        1 => answer.ending(Exit::Unfinished, "one job is still open: do what is said above, then resume again"),
        count => answer
            .ending(Exit::Unfinished, format!("{count} jobs are still open: do what is said above, then resume again")),
    })
}

/// Every open job of this desk, oldest first. For the ones that go forward only with their holder, and for repairs, the
/// holder is asked.
fn all_here(desk: &Desk<'_>, arguments: &Resume, tell: &mut dyn FnMut(&Progress)) -> Result<Vec<Resumed>, Failure> {
    let mut all = Vec::new();
    for job in desk.look_at_unfinished()? {
        if job.next == WhatNext::NeedsOfficersWord {
            progress(&format!(
                "The face of card {} of {} was sent to the printer (job {}), and nobody has said how it came out.",
                serial_of(&job),
                job.holder.grouped(),
                job.job.short()
            ));
            if let Some(card) = came_out::typed() {
                all.extend(desk.resume_told(&job.job, card, tell)?);
                continue;
            }
        }
        let passcode = match job.next {
            WhatNext::NeedsHolder => holders_passcode(&job, arguments)?,
            WhatNext::WillRepair => new_passcode(&job, arguments)?,
            _ => None,
        };
        match desk.resume_one_with(&job.job, passcode, tell) {
            Ok(resumed) => all.push(resumed),
            // Another window ended it meanwhile.
            Err(OperationError::NothingToResume { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(all)
}

/// The card of a job in words.
fn serial_of(job: &UnfinishedJob) -> String {
    job.serial.as_ref().map_or_else(|| "unknown".to_owned(), ToString::to_string)
}

/// The passcode of the holder whose renewal was cut off; none where nobody is there to type it.
fn holders_passcode(job: &UnfinishedJob, arguments: &Resume) -> Result<Option<Passcode>, Failure> {
    let source = Source::of(arguments.passcode_stdin);
    if source == Source::Prompt && !is_anybody_there() {
        return Ok(None);
    }
    progress(&format!(
        "The {} of card {} of {} was cut off, and goes forward with its holder's passcode.",
        job.operation,
        serial_of(job),
        job.holder.grouped()
    ));
    source.own_passcode(job.rules).map(Some)
}

/// The new passcode that the holder of a card chooses whose repair was cut off; without one it is left locked.
fn new_passcode(job: &UnfinishedJob, arguments: &Resume) -> Result<Option<Passcode>, Failure> {
    let source = Source::of(arguments.passcode_stdin);
    if source == Source::Stdin {
        return passcode::from_stdin_if_any(job.rules, &job.holder);
    }
    if !is_anybody_there() {
        return Ok(None);
    }
    let (serial, holder) = (serial_of(job), job.holder.grouped());
    progress(&format!("The repair of card {serial} of {holder} was cut off, and is finished now."));
    let here = "Is its holder here to choose a new passcode? Without one the card is left locked.";
    if is_meant(here)? { source.new_passcode(job.rules, &job.holder).map(Some) } else { Ok(None) }
}

/// The word of a resumption, and why.
fn ending(resumption: &Resumption) -> (&'static str, Option<&str>) {
    match resumption {
        Resumption::Finished => ("finished", None),
        Resumption::Undone { why } => ("undone", Some(why)),
        Resumption::LookAtPrinter { why } => ("uncertain", Some(why)),
        Resumption::StillOpen { why } => ("still-open", Some(why)),
    }
}

fn of_plan<'a>(job: &'a Resumed, key: &str) -> &'a str {
    job.record.plan.get(key).and_then(Value::as_str).unwrap_or("unknown")
}

fn line(job: &Resumed) -> String {
    let (word, why) = ending(&job.resumption);
    let code = |why: &str| answer::beside(why, job.resumption.nhs_code());
    let why = why.map(|why| format!(": {why}{}", code(why))).unwrap_or_default();
    let pair = job.which_pair.map(|pair| format!(". It works with {pair}")).unwrap_or_default();
    let note = job.note.as_ref().map(|note| format!(". {note}")).unwrap_or_default();
    format!(
        "{} of card {} for holder {}, begun {} (job {}): {}{why}{pair}{note}",
        job.record.operation,
        of_plan(job, "serial"),
        of_plan(job, "holder"),
        job.record.opened,
        job.record.job.short(),
        word.replace('-', " "),
    )
}

/// What a document tells of a job that was resumed.
pub fn document(job: &Resumed) -> Value {
    let (word, why) = ending(&job.resumption);
    let document = json!({
        "job": job.record.job,
        "operation": job.record.operation,
        "holder": of_plan(job, "holder"),
        "serial": of_plan(job, "serial"),
        "begun": job.record.opened,
        "resumption": word,
        "why": why,
        "which_pair": job.which_pair,
        "note": job.note,
    });
    Value::Object(wording::fields(&document).into_iter().chain(answer::of_code(job.resumption.nhs_code())).collect())
}
