//! `queue`: the cards that wait for a printer at this desk, and what became of the others.

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    answer::{Answer, Failure},
    arguments::Common,
    table::Table,
    wording,
};
use crate::journal::{Journal, QueueEntry};

pub fn run(common: &Common) -> Result<Answer, Failure> {
    let places = wording::places(common)?;
    let queue = Journal::open(places.data()).and_then(|journal| journal.queue()).map_err(Failure::failed)?;
    let document = json!({ "queue": queue.iter().map(document).collect::<Vec<_>>() });
    if queue.is_empty() {
        return Ok(Answer::done("The print queue is empty.", document));
    }
    let mut table = Table::new(["State", "Holder", "Card", "Printer", "Printed again because", "What happened"]);
    for entry in &queue {
        table.row([
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
