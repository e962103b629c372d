//! `printers`: the printers of this desk and how they are.

use serde_json::json;

use super::{
    answer::{Answer, Failure},
    arguments::Common,
    table::Table,
    wording,
};
use crate::{
    printer::choice::Printer,
    workplace::{Bench, Readers},
};

pub fn run(common: &Common) -> Result<Answer, Failure> {
    let places = wording::places(common)?;
    let configuration = places.configuration().map_err(Failure::usage)?;
    let bench = Bench::open(&places, configuration, Readers::AsConfigured)?;
    let mut table = Table::new(["Printer", "Model", "Destination", "State"]);
    let mut documents = Vec::new();
    for printer in bench.printers.iter() {
        let name = &printer.choice.name;
        let destination =
            if bench.printers.is_virtual(name) { "virtual".to_owned() } else { printer.choice.destination.to_string() };
        let (ready, state) = state(printer);
        table.row([name.clone(), printer.profile.name.clone(), destination.clone(), state.clone()]);
        documents.push(json!({
            "name": name,
            "profile": printer.profile.id,
            "model": printer.profile.name,
            "destination": destination,
            "ready": ready,
            "state": state,
        }));
    }
    if documents.is_empty() {
        let remedy = "no printer is configured: add one under [[printers]] (“cardwright config --explain”)";
        return Ok(Answer::done("", json!({ "printers": [] })).ending(super::exit::Exit::Warning, remedy));
    }
    Ok(Answer::done(table.render(), json!({ "printers": documents })))
}

/// Whether it can print now, as far as it can be asked, and in words.
fn state(printer: &Printer) -> (Option<bool>, String) {
    match printer.spool().status() {
        Ok(Some(_)) => (Some(true), "ready".to_owned()),
        Ok(None) => (None, "cannot be asked".to_owned()),
        Err(fault) => (Some(false), fault.to_string()),
    }
}
