//! Printers are added to this desk and taken out of it while the program runs.

use std::sync::Arc;

use super::{common::Common, teller::contained};
use crate::{
    bench::event::{Event, PrinterModel, Trouble},
    cis2::Service,
    domain::{HolderId, OfficerId},
    printer::{choice::PrinterChoice, identify::IdentifyError, profile::Profiles},
    workplace::{ChangeRecord, Destination, Printer, PrinterListError},
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
    let signed_in = signed_in(common);
    let met = wanted.meet(printers.profiles()).map_err(|error| {
        if let IdentifyError::Unconfirmed { found, .. } = &error {
            common.tell(Event::PrinterUnconfirmed { model: found.clone() });
        }
        said(&error)
    })?;
    let name = wanted.name.clone();
    let destination = Destination::At(wanted.destination);
    let added = Printer { name: wanted.name, profile: wanted.profile, destination, confirmed: wanted.confirmed };
    let file = printers.add(added, record(common, signed_in.as_ref())).map_err(|error| said(&error))?;
    common.follow_printers().map_err(|error| said(&error))?;
    Ok(format!("“{name}” can be used now. {met} It stands in {}.{}", file.display(), told(common)))
}

/// Takes one out, unless it prints or cards wait for it.
pub fn remove(common: &Arc<Common>, printer: String) {
    let result = contained(|| {
        if common.printer(&printer).is_some_and(|desk| desk.is_printing()) {
            return Err(said(&PrinterListError::Busy(printer.clone())));
        }
        let signed_in = signed_in(common);
        let removed = common.workplace.bench.printers.remove(&printer, record(common, signed_in.as_ref()));
        let file = removed.map_err(|mut error| {
            if let PrinterListError::CardsWait(waiting) = &mut error {
                let holder = |id: &HolderId| common.workplace.service.holder(id).ok();
                waiting.call_by_name(|id| holder(id).map(|record| record.holder.printed_name().to_owned()));
            }
            said(&error)
        })?;
        common.follow_printers().map_err(|error| said(&error))?;
        Ok(format!("“{printer}” was taken out of {}.{}", file.display(), told(common)))
    });
    common.tell(Event::PrinterRemoved { printer, result: result.and_then(|result| result) });
}

fn signed_in(common: &Common) -> Option<OfficerId> {
    common.session().map(|session| session.officer.id)
}

/// Where a change goes on record: in the journal first.
fn record<'a>(common: &'a Common, signed_in: Option<&'a OfficerId>) -> ChangeRecord<'a> {
    ChangeRecord { journal: &common.workplace.journal, signed_in }
}

/// Has the gateway put it on record; words where that waits.
fn told(common: &Common) -> String {
    match common.workplace.tell_printer_changes() {
        Ok(()) => String::new(),
        Err(error) => format!(" It is on record at this desk; the gateway is told at the next sign-in ({error})."),
    }
}

fn said(error: &dyn std::fmt::Display) -> Trouble {
    Trouble::unchanged(error.to_string())
}
