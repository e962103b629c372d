//! The printers of this desk: found, added, taken out, and which language each takes.

mod adding;
mod language;

use std::collections::BTreeMap;

pub use adding::{Adding, Refused};
pub use language::{Language, Step};

use super::Model;
use crate::{
    bench::{Event, Order, PrinterModel, PrinterProof, Trouble},
    desktop::{
        dialogs::{Confirm, Dialog},
        route::Route,
    },
    printer::{find::Found, profile::JobFormat},
};

/// State of these pages.
#[derive(Debug, Default)]
pub struct State {
    /// Printers that were looked for.
    pub found: Looked,
    /// Models that are known here; empty before somebody looked for printers.
    pub models: Vec<PrinterModel>,
    /// The printer that is being added.
    pub adding: Adding,
    /// What a printer does at this moment, and what came of it before.
    pub proved: BTreeMap<String, Proved>,
    /// Where the search for a printer's language is.
    pub languages: BTreeMap<String, Language>,
    /// What came of taking a printer out.
    pub removed: Option<Result<String, Trouble>>,
}

/// What came of looking for printers.
#[derive(Debug, Clone, Default)]
pub enum Looked {
    /// Nobody looked.
    #[default]
    Never,
    /// It is being looked.
    Now,
    /// These are there.
    Found(Vec<Found>),
    /// It was not possible.
    Failed(Trouble),
}

/// What came of a printer's proof.
#[derive(Debug, Clone)]
pub enum Proved {
    /// A file is being chosen.
    Choosing,
    /// It runs.
    Now(PrinterProof),
    /// It is over: what it was, and what came of it, or why nothing did.
    Ended(PrinterProof, Result<String, Trouble>),
}

impl Proved {
    /// Whether something goes on.
    #[must_use]
    pub fn runs(&self) -> bool {
        matches!(self, Self::Choosing | Self::Now(_))
    }
}

/// What an officer wants here.
#[derive(Debug, Clone)]
pub enum Intent {
    /// Look for printers.
    Find,
    /// This one of those that were found, or the one whose address is typed.
    Choose(Option<usize>),
    /// This was typed as its address.
    Address(String),
    /// This was typed as its name.
    Name(String),
    /// It is of this model.
    Profile(String),
    /// This is how the officer knows its model, although it calls itself otherwise.
    Reason(String),
    /// Add it.
    Add,
    /// Ask before a printer is taken out.
    AskRemove(String),
    /// Take it out.
    Remove(String),
    /// This printer shows which language it takes, or prints a card without a holder.
    Prove {
        /// Its name.
        printer: String,
        /// How.
        proof: PrinterProof,
    },
    /// Choose a captured job for this printer.
    ChooseJob(String),
    /// Begin to find out its language with test cards.
    BeginCards(String),
    /// What came out: a card with the right word on it, none, or nobody is sure.
    Saw(String, Saw),
}

/// What the officer saw of a test card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saw {
    /// A good card with this language's word.
    Word,
    /// No such card.
    Nothing,
    /// They are not sure.
    NotSure,
}

/// A printer can only be worked with by somebody who signed in, and does one thing at a time.
#[must_use]
pub fn refused(model: &Model, printer: &str) -> Option<&'static str> {
    use crate::bench::PrinterCondition::Printing;
    let printing = model.bench.printer(printer).is_some_and(|known| matches!(known.condition, Printing { .. }));
    if model.printers.proved.get(printer).is_some_and(Proved::runs) || printing {
        return Some("settings-printer-busy");
    }
    model.officer().is_none().then_some("settings-printer-nobody")
}

/// The page for a new printer is shown: what is there is looked for at once.
pub fn arrived(model: &mut Model) {
    if matches!(model.printers.found, Looked::Never) {
        update(model, Intent::Find);
    }
}

/// Takes a wish.
pub fn update(model: &mut Model, intent: Intent) {
    match intent {
        Intent::Find => {
            if !matches!(model.printers.found, Looked::Now) {
                model.printers.found = Looked::Now;
                model.printers.adding.found = None;
                model.order(Order::FindPrinters);
            }
        }
        Intent::Choose(place) => adding::choose(model, place),
        Intent::Address(address) => {
            model.printers.adding.address = address;
            adding::changed(model);
        }
        Intent::Name(name) => {
            model.printers.adding.name = name;
            model.printers.adding.named = true;
        }
        Intent::Profile(profile) => {
            model.printers.adding.profile = Some(profile);
            adding::changed(model);
        }
        Intent::Reason(reason) => model.printers.adding.reason = reason,
        Intent::Add => adding::add(model),
        Intent::AskRemove(printer) => ask_remove(model, printer),
        Intent::Remove(printer) => {
            if refused(model, &printer).is_none() {
                model.order(Order::RemovePrinter { printer });
            }
        }
        Intent::Prove { printer, proof } => prove(model, printer, proof),
        Intent::ChooseJob(printer) => {
            if refused(model, &printer).is_none() {
                model.printers.proved.insert(printer.clone(), Proved::Choosing);
                model.order(Order::ChooseJob { printer });
            }
        }
        Intent::BeginCards(printer) => language::begin(model, printer),
        Intent::Saw(printer, saw) => language::saw(model, printer, saw),
    }
}

/// Has the printer do this, if it does nothing else.
pub fn prove(model: &mut Model, printer: String, proof: PrinterProof) {
    if refused(model, &printer).is_none() {
        model.printers.proved.insert(printer.clone(), Proved::Now(proof.clone()));
        model.order(Order::ProvePrinter { printer, proof });
    }
}

fn ask_remove(model: &mut Model, printer: String) {
    model.dialogs.push_back(Dialog::Confirm(Confirm {
        title: "printer-remove-title",
        body: vec!["printer-remove-body"],
        words: vec![printer.clone()],
        action: "printer-remove",
        destructive: true,
        then: Box::new(Intent::Remove(printer).into()),
    }));
}

/// Takes an event.
pub fn on_event(model: &mut Model, event: &Event) {
    match event {
        Event::PrinterModels(models) => model.printers.models.clone_from(models),
        Event::PrintersFound(Ok(found)) => {
            model.printers.found = Looked::Found(found.clone());
            adding::found(model);
        }
        Event::PrintersFound(Err(trouble)) => model.printers.found = Looked::Failed(trouble.clone()),
        Event::PrinterUnconfirmed { model: called } => model.printers.adding.unconfirmed = Some(called.clone()),
        Event::PrinterAdded(result) => adding::added(model, result),
        Event::PrinterRemoved { result, .. } => model.printers.removed = Some(result.clone()),
        Event::PrinterGone { printer } => gone(model, printer),
        Event::NoJobChosen { printer } => drop(model.printers.proved.remove(printer)),
        Event::PrinterProved { printer, result } => {
            let proof = match model.printers.proved.get(printer) {
                Some(Proved::Now(proof)) => proof.clone(),
                // A file was chosen, and the rest was done behind the window.
                _ => PrinterProof::Job(std::path::PathBuf::new()),
            };
            language::proved(model, printer, &proof, result.is_ok());
            model.printers.proved.insert(printer.clone(), Proved::Ended(proof, result.clone()));
        }
        _ => {}
    }
}

fn gone(model: &mut Model, printer: &str) {
    model.printers.proved.remove(printer);
    model.printers.languages.remove(printer);
    let about = |route: &Route| matches!(route, Route::Printer(name) | Route::Calibration(name) if name == printer);
    if about(model.history.here()) {
        // Nothing is left to look at there, and Back does not lead there either.
        model.history.replace(Route::Settings);
    }
}

/// The word on the test card of a language.
#[must_use]
pub const fn word(format: JobFormat) -> &'static str {
    crate::printer::test_card::word(format)
}
