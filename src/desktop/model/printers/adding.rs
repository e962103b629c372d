//! A printer that is being added.

use super::{Looked, Model};
use crate::{
    bench::{Order, Trouble},
    desktop::model::printers::Intent,
    printer::{
        choice::{Confirmed, Destination, LONGEST_REASON, PrinterChoice},
        find::Found,
    },
};

/// What was chosen of it so far.
#[derive(Debug, Clone, Default)]
pub struct Adding {
    /// Which of those that were found; `None` for the one whose address is typed.
    pub found: Option<usize>,
    /// The address that was typed.
    pub address: String,
    /// What officers will call it.
    pub name: String,
    /// Whether the name was typed: then nothing else is put into its place.
    pub named: bool,
    /// Its model.
    pub profile: Option<String>,
    /// The name that it gives itself, where another model has that name and an officer may say that it is this one.
    pub unconfirmed: Option<String>,
    /// How the officer knows that it is this model.
    pub reason: String,
    /// Whether it is being added.
    pub runs: bool,
    /// Its name and what came of it.
    pub ended: Option<Result<(String, String), Trouble>>,
}

/// Why it cannot be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Nobody is signed in.
    Nobody,
    /// It is being added.
    Runs,
    /// No address.
    NoPlace,
    /// The address is none.
    BadPlace,
    /// No name.
    NoName,
    /// A printer has this name.
    Name,
    /// No model.
    NoModel,
    /// It calls itself as another model does, and nobody says how they know that it is this one.
    NoReason,
    /// That is too long.
    LongReason,
}

impl Refused {
    /// Key of its words.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Nobody => "settings-printer-nobody",
            Self::Runs => "add-printer-now",
            Self::NoPlace => "add-printer-no-place",
            Self::BadPlace => "add-printer-bad-place",
            Self::NoName => "add-printer-no-name",
            Self::Name => "add-printer-name-taken",
            Self::NoModel => "add-printer-no-model",
            Self::NoReason => "add-printer-no-reason",
            Self::LongReason => "add-printer-long-reason",
        }
    }
}

/// The printer as it would be added.
///
/// # Errors
/// What is missing.
pub fn wanted(model: &Model) -> Result<PrinterChoice, Refused> {
    let adding = &model.printers.adding;
    if model.officer().is_none() {
        return Err(Refused::Nobody);
    }
    if adding.runs {
        return Err(Refused::Runs);
    }
    let destination = match chosen(model) {
        Some(found) => found.destination.clone(),
        None if adding.address.trim().is_empty() => return Err(Refused::NoPlace),
        None => address(&adding.address).ok_or(Refused::BadPlace)?,
    };
    let name = adding.name.trim().to_owned();
    if name.is_empty() {
        return Err(Refused::NoName);
    }
    if model.bench.printer(&name).is_some() {
        return Err(Refused::Name);
    }
    let profile = adding.profile.clone().ok_or(Refused::NoModel)?;
    let reason = adding.reason.trim().to_owned();
    let confirmed = match &adding.unconfirmed {
        Some(_) if reason.is_empty() => return Err(Refused::NoReason),
        Some(_) if reason.chars().count() > LONGEST_REASON => return Err(Refused::LongReason),
        unconfirmed => unconfirmed.clone().map(|model| Confirmed { model, reason }),
    };
    Ok(PrinterChoice { name, profile, destination, confirmed })
}

impl Model {
    /// Why the new printer cannot be added; `None` when it can.
    #[must_use]
    pub fn add_printer_refused(&self) -> Option<Refused> {
        wanted(self).err()
    }
}

/// An address alone is one on the network.
fn address(typed: &str) -> Option<Destination> {
    let typed = typed.trim();
    typed.parse().ok().or_else(|| format!("tcp:{typed}").parse().ok())
}

/// The one that was chosen of those found.
fn chosen(model: &Model) -> Option<&Found> {
    let Looked::Found(found) = &model.printers.found else { return None };
    found.get(model.printers.adding.found?)
}

pub(super) fn choose(model: &mut Model, place: Option<usize>) {
    model.printers.adding.found = place;
    model.printers.adding.ended = None;
    changed(model);
    let Some(found) = chosen(model).cloned() else { return };
    let adding = &mut model.printers.adding;
    adding.profile = found.profiles.first().cloned();
    if !adding.named {
        adding.name = found.name;
    }
}

/// It is another printer or another model now: what was said of the one before says nothing of it.
pub(super) fn changed(model: &mut Model) {
    let adding = &mut model.printers.adding;
    (adding.unconfirmed, adding.reason) = (None, String::new());
}

/// The first that is surely a card printer is chosen beforehand.
pub(super) fn found(model: &mut Model) {
    if let Looked::Found(found) = &model.printers.found
        && let Some(place) = found.iter().position(|found| !found.profiles.is_empty())
    {
        super::update(model, Intent::Choose(Some(place)));
    }
}

pub(super) fn add(model: &mut Model) {
    if let Ok(printer) = wanted(model) {
        model.printers.adding.runs = true;
        model.printers.adding.ended = None;
        model.printers.removed = None;
        model.order(Order::AddPrinter { printer });
    }
}

pub(super) fn added(model: &mut Model, result: &Result<(String, String), Trouble>) {
    let adding = &mut model.printers.adding;
    adding.runs = false;
    if result.is_ok() {
        *adding = Adding::default();
    }
    adding.ended = Some(result.clone());
}
