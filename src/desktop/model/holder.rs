//! A holder's profile: what is known of them, and what may be done for them.

mod offers;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use image::RgbaImage;
use time::OffsetDateTime;

pub use offers::{Action, Offer, Why, main_action, offers, printer_for, waiting_print};

use super::Model;
use crate::{
    bench::{Event, Order, ReaderCondition, Ticket, Trouble},
    cis2::wire::{AuditRow, HolderRecord},
    desktop::route::Route,
    domain::{CardSerial, Holder, HolderId},
};

/// Small photos kept, each of 46 kB at most.
const MOST_PORTRAITS: usize = 512;

/// State of this page.
#[derive(Debug, Default)]
pub struct State {
    /// The profile that is open.
    pub open: Option<Open>,
    portraits: BTreeMap<HolderId, Option<Arc<RgbaImage>>>,
    asked_portraits: BTreeSet<HolderId>,
}

/// One profile.
#[derive(Debug)]
pub struct Open {
    /// Whose.
    pub holder: HolderId,
    /// Person and cards, as far as they are known.
    pub record: Option<HolderRecord>,
    /// What happened, newest first; `None` until it is told.
    pub history: Option<Vec<AuditRow>>,
    /// Why it could not be had.
    pub trouble: Option<Trouble>,
    /// Their photo as it is on record, at most 1,000 pixels wide and high.
    pub photo: Option<Arc<RgbaImage>>,
    /// Whether the whole history is shown.
    pub all_history: bool,
    asked: Option<Ticket>,
    asked_photo: Option<Ticket>,
}

impl State {
    /// The profile of this holder, if it is the one that is open.
    #[must_use]
    pub fn of(&self, holder: &HolderId) -> Option<&Open> {
        self.open.as_ref().filter(|open| open.holder == *holder)
    }

    /// The small photo of a holder, where it was fetched.
    #[must_use]
    pub fn portrait(&self, holder: &HolderId) -> Option<&Arc<RgbaImage>> {
        self.portraits.get(holder)?.as_ref()
    }
}

/// What an officer wants here.
#[derive(Debug, Clone)]
pub enum Intent {
    /// Do this for this holder.
    Do(HolderId, Action),
    /// End this card of this holder, wherever it is; asks first.
    CancelCard(HolderId, CardSerial),
    /// Show the whole history, or the newest of it.
    AllHistory(bool),
    /// Ask again for what could not be had.
    AskAgain,
}

/// The page is shown: what the search knew at once, the rest as it comes.
pub fn arrived(model: &mut Model, holder: &HolderId) {
    if model.holder.of(holder).is_none() {
        let record = model.find.found.iter().find(|record| record.holder.id == *holder).cloned();
        model.holder.open = Some(Open {
            holder: holder.clone(),
            record,
            history: None,
            trouble: None,
            photo: None,
            all_history: false,
            asked: None,
            asked_photo: None,
        });
    }
    ask(model, holder);
}

fn ask(model: &mut Model, holder: &HolderId) {
    let ticket = model.new_ticket();
    if let Some(open) = model.holder.open.as_mut().filter(|open| open.holder == *holder) {
        open.asked = Some(ticket);
    }
    model.holder.asked_portraits.insert(holder.clone());
    model.order(Order::Portrait { holder: holder.clone() });
    model.order(Order::OpenProfile { ticket, holder: holder.clone() });
}

/// Fetches the small photo of a holder who has one and whose is not known.
pub fn want_portrait(model: &mut Model, holder: &Holder) {
    let known = model.holder.portraits.contains_key(&holder.id);
    if holder.photo_sha256.is_some() && !known && model.holder.asked_portraits.insert(holder.id.clone()) {
        model.order(Order::Portrait { holder: holder.id.clone() });
    }
}

/// The small photo of a holder: fetched, or of their card in a reader.
#[must_use]
pub fn portrait(model: &Model, holder: &HolderId) -> Option<Arc<RgbaImage>> {
    let in_reader = || {
        let mut cards = model.bench.cards().map(|(_, card)| card);
        let card = cards.find(|card| card.holder.as_ref().is_some_and(|known| known.id == *holder))?;
        card.portrait.clone()
    };
    model.holder.portrait(holder).cloned().or_else(in_reader)
}

/// The system's name of the reader a card is in.
#[must_use]
pub fn reader_with<'a>(model: &'a Model, serial: &CardSerial) -> Option<&'a str> {
    let holds = |condition: &ReaderCondition| match condition {
        ReaderCondition::Card(card) | ReaderCondition::OwnCard(card) => card.serial == *serial,
        ReaderCondition::InWork(work) => {
            model.work.all.get(work).is_some_and(|piece| piece.serial.as_ref() == Some(serial))
        }
        _ => false,
    };
    model.bench.readers.iter().find(|reader| holds(&reader.condition)).map(|reader| reader.name.as_str())
}

/// Takes a wish.
pub fn update(model: &mut Model, intent: Intent) {
    match intent {
        Intent::Do(holder, action) => act(model, &holder, action),
        Intent::CancelCard(holder, serial) => super::service::cancel_from_record(model, &holder, &serial),
        Intent::AllHistory(all) => {
            if let Some(open) = &mut model.holder.open {
                open.all_history = all;
            }
        }
        Intent::AskAgain => {
            if let Route::Holder(holder) = model.history.here().clone() {
                ask(model, &holder);
            }
        }
    }
}

/// Does what is offered; what is refused at this moment is not done, whoever asks.
fn act(model: &mut Model, holder: &HolderId, action: Action) {
    let Some(record) = model.holder.of(holder).and_then(|open| open.record.clone()) else { return };
    let today = OffsetDateTime::now_utc().date();
    let offered = offers(model, &record, today).into_iter().find(|offer| offer.action == action);
    let Some(offer) = offered.filter(|offer| offer.refused.is_none()) else { return };
    match action {
        Action::Issue => model.go(Route::Issue(holder.clone())),
        Action::Photo => model.go(Route::Photo(holder.clone())),
        Action::LookAtQueue => model.go(Route::Queue),
        Action::Print => {
            let Some(serial) = offer.card else { return };
            let series = record.cards.iter().find(|card| card.serial == serial).map(|card| card.series);
            let Some(printer) = series.and_then(|series| printer_for(model, series)) else { return };
            let printer = printer.name.clone();
            model.order(Order::Enqueue { holder: holder.clone(), serial, printer, reprint_reason: None });
            model.go(Route::Queue);
        }
    }
}

/// Takes an event. An answer to another question than the newest, or about another holder, is nobody's.
pub fn on_event(model: &mut Model, event: &Event) {
    match event {
        Event::Profile { ticket, result } => on_profile(model, *ticket, result.as_deref()),
        Event::PhotoRead { ticket, result } => {
            if let Some(open) = model.holder.open.as_mut().filter(|open| open.asked_photo == Some(*ticket)) {
                // Without it the small photo stays in its place.
                open.asked_photo = None;
                open.photo = result.as_ref().ok().and_then(|read| read.as_ref()).map(|(_, picture)| picture.clone());
            }
        }
        Event::Portrait { holder, result } => {
            if model.holder.asked_portraits.remove(holder)
                && let Ok(portrait) = result
            {
                if model.holder.portraits.len() >= MOST_PORTRAITS {
                    model.holder.portraits.clear();
                }
                model.holder.portraits.insert(holder.clone(), portrait.clone());
            }
        }
        Event::PhotoSaved { holder, result: Ok(()), .. } => {
            model.holder.portraits.remove(holder);
            if let Some(open) = model.holder.open.as_mut().filter(|open| open.holder == *holder) {
                open.photo = None;
                open.asked_photo = None;
            }
            if *model.history.here() == Route::Holder(holder.clone()) {
                ask(model, holder);
            }
        }
        _ => {}
    }
}

fn on_profile(model: &mut Model, ticket: Ticket, result: Result<&crate::bench::Profile, &Trouble>) {
    let Some(open) = model.holder.open.as_mut().filter(|open| open.asked == Some(ticket)) else { return };
    open.asked = None;
    match result {
        Ok(profile) if profile.record.holder.id == open.holder => {
            let before = open.record.as_ref().and_then(|record| record.holder.photo_sha256.clone());
            let now = &profile.record.holder.photo_sha256;
            if *now != before {
                open.photo = None;
            }
            let wanted = (now.is_some() && open.photo.is_none()).then(|| open.holder.clone());
            open.record = Some(profile.record.clone());
            open.history = Some(profile.history.clone());
            open.trouble = None;
            if let Some(holder) = wanted {
                let ticket = model.new_ticket();
                if let Some(open) = &mut model.holder.open {
                    open.asked_photo = Some(ticket);
                }
                model.order(Order::LoadPhoto { ticket, holder });
            }
        }
        Ok(_) => {}
        Err(trouble) if trouble.signed_out => model.report(trouble),
        Err(trouble) => open.trouble = Some(trouble.clone()),
    }
}
