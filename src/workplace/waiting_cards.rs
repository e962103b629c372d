//! Which cards wait for a printer: those in its queue, and those whose work on it has no end yet.

use std::fmt;

use crate::{
    domain::{CardSerial, HolderId},
    journal::{Journal, JournalError},
};

/// Most cards that a message names.
const MOST_NAMED: usize = 5;

/// A card that waits for a printer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingCard {
    /// Whose.
    pub holder: HolderId,
    /// Which; none where the printer was to take it from its hopper.
    pub serial: Option<CardSerial>,
    /// The holder's name, where it is known to whoever tells it.
    pub name: Option<String>,
}

/// All cards that wait for one printer; never none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingCards {
    /// Name of the printer.
    pub printer: String,
    /// The cards.
    pub cards: Vec<WaitingCard>,
}

impl WaitingCards {
    /// The cards that wait for this printer, if any do. A card that was sent, or failed, or was cut off waits too: somebody
    /// has to say what became of it, or print it again.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn of(journal: &Journal, printer: &str) -> Result<Option<Self>, JournalError> {
        let mut cards: Vec<WaitingCard> = Vec::new();
        let mut add = |holder: HolderId, serial: Option<CardSerial>| {
            let known = |card: &WaitingCard| card.holder == holder && (card.serial == serial || card.serial.is_none());
            if !cards.iter().any(known) {
                cards.push(WaitingCard { holder, serial, name: None });
            }
        };
        for entry in journal.queue()?.into_iter().filter(|entry| entry.state.is_open() && entry.printer == printer) {
            add(entry.holder, Some(entry.serial));
        }
        // Plans of every kind call these things alike.
        for record in journal.open_jobs()? {
            let text = |name: &str| record.plan.get(name).and_then(serde_json::Value::as_str);
            if text("printer") == Some(printer)
                && let Some(holder) = text("holder").and_then(|holder| holder.parse().ok())
            {
                add(holder, text("serial").and_then(|serial| serial.parse().ok()));
            }
        }
        Ok((!cards.is_empty()).then(|| Self { printer: printer.to_owned(), cards }))
    }

    /// The same, with the names of holders where they can be had; of those that are told, no more.
    pub fn call_by_name(&mut self, mut name: impl FnMut(&HolderId) -> Option<String>) {
        for card in self.cards.iter_mut().take(MOST_NAMED) {
            card.name = name(&card.holder);
        }
    }
}

impl fmt::Display for WaitingCards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named: Vec<String> = self.cards.iter().take(MOST_NAMED).map(ToString::to_string).collect();
        let rest = match self.cards.len().saturating_sub(MOST_NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let (count, verb, them) = match self.cards.len() {
            1 => ("1 card".to_owned(), "waits", "it"),
            count => (format!("{count} cards"), "wait", "them"),
        };
        write!(
            f,
            "{count} {verb} for “{}”: {}{rest}; print {them} first, or take {them} out of the print queue, and finish what \
             is unfinished; nothing was changed",
            self.printer,
            named.join(", ")
        )
    }
}

impl fmt::Display for WaitingCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} ({}", self.holder.grouped())?,
            None => write!(f, "holder {} (", self.holder.grouped())?,
        }
        match (&self.serial, &self.name) {
            (Some(serial), Some(_)) => write!(f, ", card {serial})"),
            (Some(serial), None) => write!(f, "card {serial})"),
            (None, Some(_)) => write!(f, ")"),
            (None, None) => write!(f, "a card from the hopper)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        domain::{JobId, Operation},
        journal::{JobState, NewEntry, QueueState},
    };

    const HOLDER: &str = "555000000017";

    #[test]
    fn cards_of_the_queue_and_of_open_work_wait_once_each_and_ended_ones_do_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = Journal::open(folder.path()).expect("a journal");
        let told = |printer: &str| WaitingCards::of(&journal, printer).expect("reads");
        let add = |serial: &str, printer: &str| {
            let (holder, serial) = (HOLDER.parse().expect("a number"), serial.parse().expect("a serial"));
            journal.queue_add(NewEntry { holder, serial, printer: printer.to_owned(), reason: None }).expect("adds").id
        };
        assert_eq!(told("Door"), None);
        let (first, _) = (add("0A1B2C01", "Door"), add("0A1B2C02", "Window"));
        let words = told("Door").expect("one waits").to_string();
        assert!(words.starts_with("1 card waits for “Door”: holder 555 000 000 017 (card 0A1B2C01);"), "{words}");
        // Its own print is the same card; a card that is to be taken from the hopper has no serial yet.
        let job = |byte| JobId::from_random([byte; 16]);
        let plan = json!({ "printer": "Door", "holder": HOLDER, "serial": "0A1B2C01" });
        journal.begin(&job(1), Operation::Print, &plan).expect("begins");
        assert_eq!(told("Door").expect("one waits").cards.len(), 1);
        let plan = json!({ "printer": "Door", "holder": "555000000018", "station": "Station" });
        journal.begin(&job(2), Operation::Issue, &plan).expect("begins");
        let mut both = told("Door").expect("two wait");
        both.call_by_name(|holder| (holder.as_str() == HOLDER).then(|| "Siân Pugh".to_owned()));
        let words = both.to_string();
        assert!(
            words.contains("2 cards wait") && words.contains("Siân Pugh (555 000 000 017, card 0A1B2C01)"),
            "{words}"
        );
        assert!(words.contains("holder 555 000 000 018 (a card from the hopper)"), "{words}");
        journal.queue_set(first, QueueState::Cancelled, None, None).expect("taken out");
        assert_eq!(told("Door").expect("its print is open").cards.len(), 2);
        for job in [job(1), job(2)] {
            journal.close(&job, JobState::Undone).expect("closes");
        }
        assert_eq!(told("Door"), None);
        assert_eq!(told("Window").map(|waiting| waiting.cards.len()), Some(1));
    }
}
