//! Which language a printer takes, found out with test cards: one language after the other, and a way back when nobody is sure.

use super::{Model, Saw, prove};
use crate::{bench::PrinterProof, printer::profile::JobFormat};

/// Where the search is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language {
    /// The language in hand.
    pub format: JobFormat,
    /// Languages in which no card came out.
    pub without: Vec<JobFormat>,
    /// What is waited for.
    pub step: Step,
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The printer prints a test card.
    Printing,
    /// The officer looks at it.
    Look,
    /// No card came out in either language.
    Neither,
    /// The officer was not sure; nothing was kept.
    NotSure,
}

pub(super) fn begin(model: &mut Model, printer: String) {
    attempt(model, printer, JobFormat::Format1, Vec::new());
}

fn attempt(model: &mut Model, printer: String, format: JobFormat, without: Vec<JobFormat>) {
    if super::refused(model, &printer).is_none() {
        model.printers.languages.insert(printer.clone(), Language { format, without, step: Step::Printing });
        prove(model, printer, PrinterProof::Try(format));
    }
}

pub(super) fn saw(model: &mut Model, printer: String, saw: Saw) {
    let Some(language) = model.printers.languages.get_mut(&printer).filter(|known| known.step == Step::Look) else {
        return;
    };
    let format = language.format;
    match saw {
        Saw::NotSure => {
            language.step = Step::NotSure;
            model.printers.proved.remove(&printer);
        }
        Saw::Word => {
            model.printers.languages.remove(&printer);
            prove(model, printer, PrinterProof::CameOut(format));
        }
        Saw::Nothing => {
            language.without.push(format);
            let without = language.without.clone();
            match [JobFormat::Format1, JobFormat::Format2].into_iter().find(|other| !without.contains(other)) {
                Some(other) => attempt(model, printer, other, without),
                None => {
                    language.step = Step::Neither;
                    model.printers.proved.remove(&printer);
                }
            }
        }
    }
}

/// A printer's card ended: now it is looked at. Where it could not be sent at all, the trouble is shown, and nothing was tried.
pub(super) fn proved(model: &mut Model, printer: &str, proof: &PrinterProof, sent: bool) {
    if let PrinterProof::Try(_) = proof {
        match model.printers.languages.get_mut(printer) {
            Some(language) if sent => language.step = Step::Look,
            _ => drop(model.printers.languages.remove(printer)),
        }
    }
}
