//! Readers and printers, and what is in them.

use super::{Model, NoticeKind, NoticeText};
use crate::{
    bench::{CardInReader, Event, Order, PrinterView, ReaderCondition, ReaderView, TrainingCardMove},
    desktop::dialogs::{Dialog, NameReader},
    domain::{CardSerial, NhsCode},
};

/// Readers and printers.
#[derive(Debug, Default)]
pub struct State {
    /// Readers, in the order of the system's names.
    pub readers: Vec<ReaderView>,
    /// Printers, in the order of the configuration.
    pub printers: Vec<PrinterView>,
    /// Whether the system's smart card service is missing.
    pub no_card_service: bool,
    /// The reader a card was put into last, until the next card comes or goes.
    pub just_put_in: Option<String>,
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

    /// Whether this card lies in a reader, the officer's own among them.
    #[must_use]
    pub fn lies_here(&self, serial: &CardSerial) -> bool {
        self.readers.iter().any(|reader| match &reader.condition {
            ReaderCondition::Card(card) | ReaderCondition::OwnCard(card) => card.serial == *serial,
            _ => false,
        })
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
    /// Find out which reader is which by putting a card in, and name it.
    WhichReader,
    /// Show what can be done to the card of this training reader.
    TrainingMenu(String),
    /// Do it: the dialogue closes with it.
    MoveTrainingCard {
        /// Which reader.
        reader: String,
        /// What happens to the card in it.
        move_to: TrainingCardMove,
    },
    /// Show the whole of what a tile says.
    Explain {
        /// The reader's or printer's name.
        name: String,
        /// Why it cannot be worked with.
        why: String,
        /// The published code that means the same, if there is one.
        nhs_code: Option<NhsCode>,
    },
}

/// Takes a wish.
pub fn update(model: &mut Model, intent: Intent) {
    match intent {
        Intent::AskPrinter(printer) => model.order(Order::AskPrinter { printer }),
        Intent::WhichReader => model.dialogs.push_back(Dialog::NameReader(NameReader::default())),
        Intent::TrainingMenu(reader) => model.dialogs.push_back(Dialog::TrainingReader(reader)),
        Intent::MoveTrainingCard { reader, move_to } => {
            if matches!(model.dialogs.front(), Some(Dialog::TrainingReader(shown)) if *shown == reader) {
                model.dialogs.pop_front();
            }
            model.order(Order::TrainingCard { reader, move_to });
        }
        Intent::Explain { name, why, nhs_code } => {
            model.dialogs.push_back(Dialog::Explain { name, why, nhs_code });
        }
    }
}

/// Takes an event.
pub fn on_event(model: &mut Model, event: &Event) {
    match event {
        Event::Reader(view) => reader_told(model, view),
        Event::ReaderGone { reader } => {
            model.bench.readers.retain(|known| known.name != *reader);
            if model.bench.just_put_in.as_ref() == Some(reader) {
                model.bench.just_put_in = None;
            }
            // What was asked about a reader that is gone has no answer any more.
            model.dialogs.retain(|dialog| !matches!(dialog, Dialog::TrainingReader(shown) if shown == reader));
        }
        Event::CardService { running } => model.bench.no_card_service = !running,
        Event::Printer(view) => match model.bench.printers.iter_mut().find(|known| known.name == view.name) {
            Some(known) => *known = view.clone(),
            None => model.bench.printers.push(view.clone()),
        },
        Event::PrinterGone { printer } => model.bench.printers.retain(|known| known.name != *printer),
        Event::TrainingTrouble(trouble) => {
            model.notify(NoticeKind::Warning, NoticeText::Words(trouble.message.clone()));
        }
        _ => {}
    }
}

fn reader_told(model: &mut Model, view: &ReaderView) {
    let state = &mut model.bench;
    let empty = matches!(view.condition, ReaderCondition::Empty);
    let was_empty = match state.readers.iter_mut().find(|known| known.name == view.name) {
        Some(known) => {
            let was_empty = matches!(known.condition, ReaderCondition::Empty);
            *known = view.clone();
            was_empty
        }
        None => {
            // A reader that is told for the first time says what is in it already: nothing was put in.
            // Their order is that of their names, so that it is the same every morning.
            let place = state.readers.partition_point(|known| known.name < view.name);
            state.readers.insert(place, view.clone());
            return;
        }
    };
    if empty == was_empty {
        return;
    }
    if !empty {
        state.just_put_in = Some(view.name.clone());
    } else {
        state.just_put_in = None;
    }
    for dialog in &mut model.dialogs {
        if let Dialog::NameReader(asking) = dialog {
            asking.reader_changed(&view.name, &model.preferences);
        }
    }
}
