//! Which card is meant, and what became of it.

use crate::{
    bench::{CardInReader, Event, ReaderCondition, ReaderView},
    desktop::{dialogs, model::Model, route::Route},
    domain::CardSerial,
};

/// What lies before the officer.
#[derive(Debug, Clone, Copy)]
pub enum Shown<'a> {
    /// No reader is connected.
    NoReader,
    /// No reader has a card in it, apart from the officer's own.
    Nothing,
    /// Several have, and the officer says which.
    Which,
    /// This one.
    Reader(&'a ReaderView),
}

/// What happened to the card that was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// It was taken out.
    TakenOut {
        /// Which card.
        serial: CardSerial,
        /// Of which reader.
        reader: String,
    },
    /// Another card is in its place.
    Swapped {
        /// Which card was there.
        serial: CardSerial,
    },
}

fn has_something(reader: &ReaderView) -> bool {
    !matches!(reader.condition, ReaderCondition::Empty | ReaderCondition::OwnCard(_))
}

/// What is shown: the reader the officer chose, or the only one with a card that may be theirs to work on.
#[must_use]
pub fn shown(model: &Model) -> Shown<'_> {
    let readers = &model.bench.readers;
    if let Some(chosen) = model.service.reader.as_deref().and_then(|name| model.bench.reader(name))
        && !matches!(chosen.condition, ReaderCondition::Empty)
    {
        return Shown::Reader(chosen);
    }
    let mut candidates = readers.iter().filter(|reader| has_something(reader));
    match (candidates.next(), candidates.next()) {
        (Some(only), None) => Shown::Reader(only),
        (Some(_), Some(_)) => Shown::Which,
        _ if readers.is_empty() => Shown::NoReader,
        // The officer's own card is named for what it is; nothing is done to it.
        _ => match readers.iter().find(|reader| matches!(reader.condition, ReaderCondition::OwnCard(_))) {
            Some(own) if readers.len() == 1 => Shown::Reader(own),
            _ => Shown::Nothing,
        },
    }
}

/// The card that is shown, and its reader; never the officer's own.
#[must_use]
pub fn here(model: &Model) -> Option<(&ReaderView, &CardInReader)> {
    match shown(model) {
        Shown::Reader(reader) => match &reader.condition {
            ReaderCondition::Card(card) => Some((reader, card)),
            _ => None,
        },
        _ => None,
    }
}

/// From now on the card that is shown is followed.
pub(super) fn now(model: &mut Model) {
    model.service.followed = here(model).map(|(reader, card)| (reader.name.clone(), card.serial.clone()));
}

/// A reader changed.
pub(super) fn told(model: &mut Model, event: &Event) {
    let (name, condition) = match event {
        Event::Reader(view) => (&view.name, &view.condition),
        Event::ReaderGone { reader } => (reader, &ReaderCondition::Empty),
        _ => return,
    };
    let emptied = matches!(condition, ReaderCondition::Empty);
    if emptied && model.service.reader.as_ref() == Some(name) {
        // The choice was of a card, not of a place: the next card is chosen anew.
        model.service.reader = None;
    }
    let known = matches!(condition, ReaderCondition::Card(_) | ReaderCondition::OwnCard(_));
    if emptied || known {
        // Whatever was asked about the card that was here is withdrawn with it.
        dialogs::withdraw_missing(model);
    }
    let there = match condition {
        ReaderCondition::Card(card) | ReaderCondition::OwnCard(card) => Some(&card.serial),
        _ => None,
    };
    match model.service.followed.clone() {
        Some((reader, serial)) if reader == *name => match there {
            Some(same) if *same == serial => return,
            // What is in the reader is being found out, or worked on: it may be the same card.
            None if !emptied => return,
            Some(_) => lost(model, Changed::Swapped { serial }),
            None => lost(model, Changed::TakenOut { serial, reader }),
        },
        _ => {
            let taken = match &model.service.changed {
                Some(Changed::TakenOut { .. }) => there.is_some(),
                _ => false,
            };
            if taken {
                model.service.changed = None;
            }
        }
    }
    if *model.history.here() == Route::Service {
        now(model);
    }
}

/// The card that was followed is there no more, and the page says so.
fn lost(model: &mut Model, changed: Changed) {
    model.service.followed = None;
    if *model.history.here() == Route::Service {
        model.service.changed = Some(changed);
    }
}
