//! Printers are added to this desk and taken out of it while the program runs.

use std::sync::Arc;

use super::{common::Common, teller::contained};
use crate::{
    bench::event::{Event, PrinterModel, Trouble},
    printer::{choice::PrinterChoice, identify::IdentifyError, profile::Profiles},
    workplace::{Destination, Printer, PrinterListError},
};

/// Every model, as the window offers it.
pub fn models(profiles: &Profiles) -> Vec<PrinterModel> {
    let model = |profile: &crate::printer::profile::Profile| PrinterModel {
        id: profile.id.clone(),
        name: profile.name.clone(),
        series: profile.prints_series.clone(),
    };
    profiles.iter().map(model).collect()
}

/// Adds one, after it was asked who it is.
pub fn add(common: &Arc<Common>, wanted: PrinterChoice) {
    let name = wanted.name.trim().to_owned();
    let added = contained(|| added(common, PrinterChoice { name: name.clone(), ..wanted }));
    common.tell(Event::PrinterAdded(added.and_then(|added| added).map(|words| (name, words))));
}

fn added(common: &Arc<Common>, wanted: PrinterChoice) -> Result<String, Trouble> {
    let printers = &common.workplace.bench.printers;
    let met = wanted.meet(printers.profiles()).map_err(|error| {
        if let IdentifyError::Unconfirmed { found, .. } = &error {
            common.tell(Event::PrinterUnconfirmed { model: found.clone() });
        }
        said(&error)
    })?;
    let name = wanted.name.clone();
    let destination = Destination::At(wanted.destination);
    let file = printers
        .add(Printer { name: wanted.name, profile: wanted.profile, destination, confirmed: wanted.confirmed })
        .map_err(|error| said(&error))?;
    common.follow_printers().map_err(|error| said(&error))?;
    Ok(format!("“{name}” can be used now. {met} It stands in {}.", file.display()))
}

/// Takes one out, unless it prints.
pub fn remove(common: &Arc<Common>, printer: String) {
    let result = contained(|| {
        if common.printer(&printer).is_some_and(|desk| desk.is_printing()) {
            return Err(said(&PrinterListError::Busy(printer.clone())));
        }
        let file = common.workplace.bench.printers.remove(&printer).map_err(|error| said(&error))?;
        common.follow_printers().map_err(|error| said(&error))?;
        Ok(format!("“{printer}” was taken out of {}.", file.display()))
    });
    common.tell(Event::PrinterRemoved { printer, result: result.and_then(|result| result) });
}

fn said(error: &dyn std::fmt::Display) -> Trouble {
    Trouble::unchanged(error.to_string())
}
