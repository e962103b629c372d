//! `queue`: the cards that wait for a printer at this desk, and what became of the others.

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    answer::{Answer, Failure},
    arguments::{Common, Queue, QueueAction},
    exit::Exit,
    table::Table,
    wording,
};
use crate::journal::{Journal, JournalError, QueueEntry, QueueState};

pub fn run(common: &Common, arguments: &Queue) -> Result<Answer, Failure> {
    let places = wording::places(common)?;
    let journal = Journal::open(places.data()).map_err(Failure::failed)?;
    match arguments.action {
        None => show(&journal),
        Some(QueueAction::Cancel { entry }) => cancel(&journal, entry),
    }
}

/// Takes an entry out; whoever prints it at this moment is asked to stop.
fn cancel(journal: &Journal, id: i64) -> Result<Answer, Failure> {
    let queue = journal.queue().map_err(Failure::failed)?;
    let entry = queue.into_iter().find(|entry| entry.id == id);
    let entry = entry.ok_or_else(|| Failure::usage(JournalError::QueueEntryUnknown(id)))?;
    match (entry.state, &entry.job) {
        (QueueState::Printing, Some(job)) => {
            journal.ask_to_stop(job).map_err(Failure::failed)?;
            let told = format!("The program that prints card {} was asked to stop.", entry.serial);
            let next = "what became of the card stands in the queue as soon as it has stopped: look again";
            Ok(Answer::done(told, json!({ "entry": document(&entry) })).ending(Exit::Warning, next))
        }
        _ => {
            let changed = journal.queue_set(id, QueueState::Cancelled, None, None).map_err(Failure::failed)?;
            let told = format!("Card {} was taken out of the queue; its face is not printed.", changed.serial);
            Ok(Answer::done(told, json!({ "entry": document(&changed) })))
        }
    }
}

fn show(journal: &Journal) -> Result<Answer, Failure> {
    let queue = journal.queue().map_err(Failure::failed)?;
    let document = json!({ "queue": queue.iter().map(document).collect::<Vec<_>>() });
    if queue.is_empty() {
        return Ok(Answer::done("The print queue is empty.", document));
    }
    let mut table =
        Table::new(["Number", "State", "Holder", "Card", "Printer", "Printed again because", "What happened"]);
    for entry in &queue {
        table.row([
            entry.id.to_string(),
            entry.state.to_string(),
            entry.holder.grouped(),
            entry.serial.to_string(),
            entry.printer.clone(),
            entry.reason.clone().unwrap_or_default(),
            entry.why.clone().unwrap_or_default(),
        ]);
    }
    Ok(Answer::done(table.render(), document))
}

fn document(entry: &QueueEntry) -> Value {
    json!({
        "id": entry.id,
        "state": entry.state,
        "holder": entry.holder,
        "serial": entry.serial,
        "printer": entry.printer,
        "reason": entry.reason,
        "why": entry.why,
        "job": entry.job,
        "added": moment(entry.added),
        "changed": moment(entry.changed),
    })
}

/// A time of the journal; nothing but a year beyond 9999 cannot be written.
fn moment(at: OffsetDateTime) -> Option<String> {
    at.format(&Rfc3339).ok()
}
