//! Readers and printers, and what is in them.

use super::Model;
use crate::bench::{CardInReader, Event, PrinterView, ReaderCondition, ReaderView};

/// Readers and printers.
#[derive(Debug, Default)]
pub struct State {
    /// Readers, in the order they appeared.
    pub readers: Vec<ReaderView>,
    /// Printers, in the order of the configuration.
    pub printers: Vec<PrinterView>,
    /// Whether the system's smart card service is missing.
    pub no_card_service: bool,
}

impl State {
    /// A reader by the system's name.
    #[must_use]
    pub fn reader(&self, name: &str) -> Option<&ReaderView> {
        self.readers.iter().find(|reader| reader.name == name)
    }

    /// A printer by its name.
    #[must_use]
    pub fn printer(&self, name: &str) -> Option<&PrinterView> {
        self.printers.iter().find(|printer| printer.name == name)
    }

    /// The recognised cards that may be worked on, with their readers: never the officer's own.
    pub fn cards(&self) -> impl Iterator<Item = (&ReaderView, &CardInReader)> {
        self.readers.iter().filter_map(|reader| match &reader.condition {
            ReaderCondition::Card(card) => Some((reader, &**card)),
            _ => None,
        })
    }
}

/// What an officer wants here.
#[derive(Debug, Clone)]
pub enum Intent {
    /// Ask a printer how it is, now.
    AskPrinter(String),
}

/// Takes a wish.
pub fn update(model: &mut Model, intent: Intent) {
    match intent {
        Intent::AskPrinter(printer) => model.order(crate::bench::Order::AskPrinter { printer }),
    }
}

/// Takes an event.
pub fn on_event(model: &mut Model, event: &Event) {
    let state = &mut model.bench;
    match event {
        Event::Reader(view) => match state.readers.iter_mut().find(|known| known.name == view.name) {
            Some(known) => *known = view.clone(),
            None => state.readers.push(view.clone()),
        },
        Event::ReaderGone { reader } => state.readers.retain(|known| known.name != *reader),
        Event::CardService { running } => state.no_card_service = !running,
        Event::Printer(view) => match state.printers.iter_mut().find(|known| known.name == view.name) {
            Some(known) => *known = view.clone(),
            None => state.printers.push(view.clone()),
        },
        _ => {}
    }
}
