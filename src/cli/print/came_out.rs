//! How a card came out: asked of the officer where the printer does not say it, and the way to stop a print from outside.

use std::io::{self, BufRead, Write};

use serde_json::{Map, Value, json};

use super::super::{
    answer::{Answer, Failure, progress},
    arguments::{Common, ConfirmPrint, HowItCameOut, StopPrint},
    exit::Exit,
    passcode::is_anybody_there,
    wording,
};
use crate::{
    domain::{JobId, Operation},
    journal::Journal,
    operations::{Ending, effect::CameOut},
    workplace::Workplace,
};

/// Asks the officer about a print that was sent and not confirmed; where nobody is there, it stays open and on record.
pub fn ask(workplace: &Workplace, job: &JobId, document: Map<String, Value>, sent: String) -> Result<Answer, Failure> {
    match typed() {
        Some(card) => told(workplace, job, card, document),
        None => Err(not_confirmed(job, document, &sent)),
    }
}

/// `print confirm`.
pub fn confirm(common: &Common, word: &ConfirmPrint) -> Result<Answer, Failure> {
    let workplace = wording::open(common)?;
    let job = find(&workplace.journal, &word.job)?;
    let card = match word.card {
        HowItCameOut::Well => CameOut::Well,
        HowItCameOut::Spoilt => CameOut::Spoilt,
        HowItCameOut::Nothing => CameOut::Nothing,
    };
    told(&workplace, &job, card, Map::new())
}

/// `print stop`.
pub fn stop(common: &Common, stop: &StopPrint) -> Result<Answer, Failure> {
    let places = wording::places(common)?;
    let journal = Journal::open(places.data()).map_err(Failure::failed)?;
    let job = find(&journal, &stop.job)?;
    journal.ask_to_stop(&job).map_err(Failure::failed)?;
    let text = format!("The program that carries out print {} was asked to stop.", job.short());
    let next = "what became of the card is told there, and stands on record: look at it with \u{201c}cardwright resume\u{201d}";
    Ok(Answer::done(text, json!({ "job": job })).ending(Exit::Warning, next))
}

/// What somebody at the terminal says; `None` where nobody is, and for \u{201c}later\u{201d}.
pub fn typed() -> Option<CameOut> {
    if !is_anybody_there() {
        return None;
    }
    loop {
        progress("Did the card come out well?  y: yes   s: no, it is spoilt   n: nothing came out   l: later");
        let _ = io::stderr().flush();
        let mut line = String::new();
        if io::stdin().lock().read_line(&mut line).unwrap_or(0) == 0 {
            return None;
        }
        match line.trim().to_lowercase().as_str() {
            "y" | "yes" => return Some(CameOut::Well),
            "s" | "spoilt" => return Some(CameOut::Spoilt),
            "n" | "nothing" => return Some(CameOut::Nothing),
            "l" | "later" => return None,
            _ => {}
        }
    }
}

/// Puts it on record and says what is to be done next.
fn told(workplace: &Workplace, job: &JobId, card: CameOut, document: Map<String, Value>) -> Result<Answer, Failure> {
    let mut teller = wording::Teller::default();
    let (plan, ending) = workplace.desk().came_out(job, card, &mut |news| teller.hear(news))?;
    drop(teller);
    wording::witness(workplace);
    let mut document = document;
    for (name, value) in [
        ("job", json!(job)),
        ("serial", json!(plan.serial)),
        ("holder", json!(plan.holder)),
        ("confirmation", json!("officer")),
        ("card", json!(card)),
        ("result", json!(ending)),
    ] {
        document.insert(name.to_owned(), value);
    }
    let serial = &plan.serial;
    let answer = |text: String| Answer::done(text, Value::Object(document.clone()));
    match (&ending, card) {
        (Ending::Unfinished { .. }, _) => wording::ended(&ending, String::new(), &Value::Object(document)),
        (_, CameOut::Well) => Ok(answer(format!("Card {serial} is on record as printed. It may be handed over."))),
        (_, CameOut::Spoilt) => Ok(answer(format!("Card {serial} is on record as spoilt.")).ending(
            Exit::Warning,
            format!(
                "the card still works, so end it and issue its holder another one: cardwright cancel --reason \
                 misprinted --card {serial} --holder {}",
                plan.holder
            ),
        )),
        (_, CameOut::Nothing) => Ok(answer(format!("Card {serial} is on record as not printed."))
            .ending(Exit::Warning, "the card has no face yet: print it again")),
    }
}

/// How an officer says what became of the card of a print that was sent.
pub fn how_to_say(job: &JobId) -> String {
    format!(
        "Look at the card, then say it with \u{201c}cardwright print confirm {} well\u{201d}, or spoilt, or nothing in place of \
         well",
        job.short()
    )
}

fn not_confirmed(job: &JobId, mut document: Map<String, Value>, sent: &str) -> Failure {
    document.insert("confirmation".to_owned(), json!("awaited"));
    document.insert("state".to_owned(), json!("sent-not-confirmed"));
    let message =
        format!("sent, not confirmed: nobody has said yet whether the card came out. {}. {sent}", how_to_say(job));
    Failure { document, ..Failure::new(Exit::Unfinished, message.trim_end()) }
}

/// The open or uncertain print whose number begins so.
fn find(journal: &Journal, text: &str) -> Result<JobId, Failure> {
    if let Ok(job) = text.parse::<JobId>() {
        return Ok(job);
    }
    let open = journal.open_jobs().map_err(Failure::failed)?;
    let mut found = open.into_iter().filter(|job| job.operation == Operation::Print);
    let mut found = found.by_ref().filter(|record| !text.is_empty() && record.job.as_str().starts_with(text));
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only.job),
        (None, _) => Err(Failure::usage(format!(
            "no open print begins with \u{201c}{text}\u{201d}: give its whole number, as \u{201c}cardwright resume\u{201d} names it"
        ))),
        (Some(_), Some(_)) => {
            Err(Failure::usage(format!("several prints begin with \u{201c}{text}\u{201d}: give more of the number")))
        }
    }
}
