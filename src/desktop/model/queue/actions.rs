//! What may be done with a row of the queue, and why not. A card that something was printed on is never printed again:
//! it is spoiled, so that two valid cards never exist.

use super::State;
use crate::{
    bench::PrinterCondition,
    desktop::model::{Model, unfinished::is_print_open},
    domain::{Operation, Role, eligibility::Reason},
    journal::{QueueEntry, QueueState},
};

/// Something an officer can do with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Print it now: its card is in the printer.
    Print,
    /// Stop it while it is being printed.
    Stop,
    /// Back among those that wait; of a card that was sent: it did not come out.
    PutBack,
    /// It was printed: the officer found the card in the tray, printed as it should be.
    MarkPrinted,
    /// Once more, for nothing was printed on the card.
    Reprint,
    /// End the card: it was printed wrongly.
    Spoil,
    /// Before all others.
    First,
    /// One place up.
    Up,
    /// One place down.
    Down,
    /// Out of the queue.
    Cancel,
    /// A new card for its holder.
    IssueNew,
}

/// Why an action cannot be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The key of a text.
    Key(&'static str),
    /// Words of a room below.
    Words(String),
}

/// Why this cannot be done with this row now; `None` when it can.
#[must_use]
pub fn refusal(model: &Model, entry: &QueueEntry, action: Action) -> Option<Refusal> {
    let state = &model.queue;
    let does_not_fit = fit(state, entry, action);
    if does_not_fit.is_some() {
        return does_not_fit.map(Refusal::Key);
    }
    if let Some(refused) = person(model, entry, action) {
        return Some(Refusal::Words(refused));
    }
    // Of a card that was sent, these are the answers that end the open print.
    let again = matches!(action, Action::Print | Action::PutBack | Action::Reprint) && entry.state != QueueState::Sent;
    if again && is_print_open(model, &entry.serial) {
        return Some(Refusal::Key("queue-refused-unfinished"));
    }
    if state.in_hand.contains(&entry.id) {
        return Some(Refusal::Key("queue-refused-in-hand"));
    }
    (action == Action::Print).then(|| printer(model, entry)).flatten()
}

/// As the service decides (`facts/nhs.md` 1.2); it has the last word.
fn person(model: &Model, entry: &QueueEntry, action: Action) -> Option<String> {
    let operation = match action {
        Action::Print | Action::Reprint => Operation::Print,
        Action::Spoil => Operation::Cancel,
        Action::IssueNew => Operation::Issue,
        Action::PutBack
        | Action::MarkPrinted
        | Action::First
        | Action::Up
        | Action::Down
        | Action::Stop
        | Action::Cancel => return None,
    };
    let officer = model.officer()?;
    let reason = if !matches!(officer.role, Role::RaManager | Role::AdvancedRaAgent | Role::RaAgent) {
        Reason::Role { role: officer.role, operation, expired: false }
    } else if officer.id.as_str() == entry.holder.as_str() {
        Reason::OwnRecord
    } else {
        return None;
    };
    Some(format!("{reason}. {}.", reason.remedy()))
}

fn fit(state: &State, entry: &QueueEntry, action: Action) -> Option<&'static str> {
    use QueueState::{Cancelled, Failed, Printed, Printing, Sent, Spoiled, Waiting};
    let spoiled = state.spoiled.contains(&entry.serial);
    let other_open = state.open.get(&entry.serial).is_some_and(|open| *open != entry.id);
    match (action, entry.state) {
        (Action::Print, Waiting) if spoiled => Some("queue-refused-spoiled"),
        (Action::Print, Waiting) => None,
        (Action::Print, _) => Some("queue-refused-not-waiting"),
        (Action::Stop, Printing) => None,
        (Action::Stop, _) => Some("queue-refused-not-printing"),
        (Action::PutBack | Action::MarkPrinted | Action::Spoil, Sent) => None,
        (Action::Reprint, Sent) => Some("queue-refused-say-first"),
        (Action::Cancel, Sent) => Some("queue-refused-say-first"),
        (Action::PutBack, Failed | Cancelled) if spoiled => Some("queue-refused-spoiled"),
        (Action::PutBack, Failed | Cancelled) if other_open => Some("queue-refused-in-queue"),
        (Action::PutBack, Failed | Cancelled) => None,
        (Action::PutBack, _) => Some("queue-refused-not-failed"),
        (Action::MarkPrinted, Failed) if spoiled => Some("queue-refused-spoiled"),
        (Action::MarkPrinted, Failed) => None,
        (Action::MarkPrinted, Printed) => Some("queue-refused-printed-already"),
        (Action::MarkPrinted, _) => Some("queue-refused-not-uncertain"),
        (Action::Reprint, Printed | Failed) if spoiled => Some("queue-refused-spoiled"),
        (Action::Reprint, Printed | Failed) if other_open => Some("queue-refused-in-queue"),
        (Action::Reprint, Printed | Failed) => None,
        (Action::Spoil, Printed | Failed) if spoiled => Some("queue-refused-spoiled"),
        (Action::Spoil, Printed | Failed) => None,
        (Action::Reprint | Action::Spoil, Spoiled) => Some("queue-refused-spoiled"),
        (Action::Reprint | Action::Spoil, _) => Some("queue-refused-not-printed"),
        (Action::First | Action::Up, Waiting) if state.neighbour(entry.id, true).is_none() => {
            Some("queue-refused-first")
        }
        (Action::Down, Waiting) if state.neighbour(entry.id, false).is_none() => Some("queue-refused-last"),
        (Action::First | Action::Up | Action::Down, Waiting) => None,
        (Action::First | Action::Up | Action::Down, _) => Some("queue-refused-not-waiting"),
        (Action::Cancel, Waiting | Failed) => None,
        (Action::Cancel, Printing) => Some("queue-refused-printing"),
        (Action::Cancel, _) => Some("queue-refused-ended"),
        (Action::IssueNew, Spoiled) => None,
        (Action::IssueNew, _) => Some("queue-refused-not-spoiled"),
    }
}

fn printer(model: &Model, entry: &QueueEntry) -> Option<Refusal> {
    match model.bench.printer(&entry.printer).map(|printer| &printer.condition) {
        None => Some(Refusal::Key("queue-refused-no-printer")),
        Some(PrinterCondition::Printing { .. }) => Some(Refusal::Key("queue-refused-busy")),
        Some(PrinterCondition::CannotPrint { why }) => Some(Refusal::Words(crate::desktop::format::sentence(why))),
        Some(PrinterCondition::Asking | PrinterCondition::Ready { .. } | PrinterCondition::CannotBeAsked) => None,
    }
}
