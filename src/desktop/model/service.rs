//! Servicing a card: the card that lies before the officer, what it is, what may be done to it, and the work on it.
//!
//! The card is followed by its serial. What was begun for one card is never done to another: when the card goes, every
//! question about it goes too.

mod begin;
mod follow;
mod offers;

pub use begin::{cancel_from_record, end_card, may_approve, typed, why_not_cancelled};
pub use follow::{Changed, Shown, here, shown};
pub use offers::{OPERATIONS, Offer, Standing, days_left, is_damage, main_operation, offers, standing, trial};

use super::Model;
use crate::{
    bench::Event,
    desktop::route::Route,
    domain::{CardSerial, Operation, eligibility::Refusal},
};

/// State of this page.
#[derive(Debug, Default)]
pub struct State {
    /// The reader the officer chose; it is forgotten when its card goes.
    pub reader: Option<String>,
    /// What happened to the card that was shown.
    pub changed: Option<Changed>,
    /// The card that is followed, and the reader it is in.
    followed: Option<(String, CardSerial)>,
}

/// What an officer wants here.
#[derive(Debug, Clone)]
pub enum Intent {
    /// Show the card in this reader.
    Reader(String),
    /// Come here with the card in this reader.
    Open(String),
    /// Begin this with the card that is shown.
    Start(Operation),
    /// Begin it: the holder has said that they have the card in hand.
    Delivered(CardSerial),
    /// Repair the card with this serial: its holder chooses a passcode now, or it is left locked.
    Repair {
        /// Which card.
        serial: CardSerial,
        /// Whether it is left locked.
        locked: bool,
    },
    /// Does this card work?
    Try,
}

/// The page is shown.
pub fn arrived(model: &mut Model) {
    model.service.changed = None;
    follow::now(model);
}

/// Takes a wish. What is refused at this moment is not done, whoever asks.
pub fn update(model: &mut Model, intent: Intent) {
    match intent {
        Intent::Reader(name) => {
            if model.bench.reader(&name).is_some() {
                model.service.reader = Some(name);
                model.service.changed = None;
                follow::now(model);
            }
        }
        Intent::Open(name) => {
            model.service.reader = Some(name);
            model.go(Route::Service);
        }
        Intent::Start(operation) => begin::start(model, operation),
        Intent::Delivered(serial) => begin::delivered(model, &serial),
        Intent::Repair { serial, locked } => begin::repair(model, &serial, locked),
        Intent::Try => begin::try_card(model),
    }
}

/// Takes an event.
pub fn on_event(model: &mut Model, event: &Event) {
    match event {
        Event::Reader(_) | Event::ReaderGone { .. } => follow::told(model, event),
        _ => {}
    }
}

/// Why an operation may not be done with the card that is shown, as the rules of the service say.
#[must_use]
pub fn refusal(model: &Model, operation: Operation) -> Option<Refusal> {
    let (_, card) = here(model)?;
    offers(model, card, time::OffsetDateTime::now_utc().date())
        .into_iter()
        .find(|offer| offer.operation == operation)
        .and_then(|offer| offer.refused)
}
