//! Which card is meant, and what became of it.

use crate::{
    bench::{CardInReader, Event, ReaderCondition, ReaderView},
    desktop::{
        dialogs,
        model::{Model, issue},
        route::Route,
    },
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

fn is_stock(reader: &ReaderView) -> bool {
    matches!(&reader.condition, ReaderCondition::Card(card) if issue::is_blank(card))
}

/// What is shown: the reader the officer chose, or the only one with a card that may be theirs to work on; of several the
/// one a card was just put into, or the only one whose card is not blank stock.
#[must_use]
pub fn shown(model: &Model) -> Shown<'_> {
    let readers = &model.bench.readers;
    if let Some(chosen) = model.service.reader.as_deref().and_then(|name| model.bench.reader(name))
        && !matches!(chosen.condition, ReaderCondition::Empty)
    {
        return Shown::Reader(chosen);
    }
    let candidates: Vec<&ReaderView> = readers.iter().filter(|reader| has_something(reader)).collect();
    let just = model.bench.just_put_in.as_deref();
    match candidates.as_slice() {
        [only] => Shown::Reader(only),
        [_, _, ..] => {
            let in_use: Vec<&&ReaderView> = candidates.iter().filter(|reader| !is_stock(reader)).collect();
            match (candidates.iter().find(|reader| just == Some(&reader.name)), in_use.as_slice()) {
                (Some(reader), _) => Shown::Reader(reader),
                (None, [only]) => Shown::Reader(only),
                (None, _) => Shown::Which,
            }
        }
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

/// From now on the card that is shown is followed; another one in another reader does not take its place. Blank stock that
/// lies about is not what anybody brought.
pub(super) fn now(model: &mut Model) {
    let found = here(model).filter(|(_, card)| !issue::is_blank(card));
    model.service.followed = found.map(|(reader, card)| (reader.name.clone(), card.serial.clone()));
    if let Some((reader, _)) = &model.service.followed {
        model.service.reader = Some(reader.clone());
    }
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
