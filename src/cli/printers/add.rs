//! `printers add` and `printers remove`: the list of printers in the configuration file.

use serde_json::json;

use super::super::{
    answer::{Answer, Failure},
    arguments::{AddPrinter, Common},
    exit::Exit,
    wording,
};
use crate::{
    journal::Journal,
    printer::{
        choice::{Confirmed, PrinterChoice},
        find::{self, Found},
        identify::IdentifyError,
    },
    workplace::{Bench, ChangeRecord, Destination, Printer, PrinterListError, Readers},
};

/// Changes the list. Who named an officer has it put on record at the gateway; otherwise it is on record at this desk, and the
/// gateway is told at the next sign-in.
pub fn change(
    common: &Common,
    make: impl FnOnce(&Bench, ChangeRecord<'_>) -> Result<Answer, Failure>,
) -> Result<Answer, Failure> {
    if common.officer.is_none() && common.sign_in_card.is_none() {
        let places = wording::places(common)?;
        let configuration = places.configuration().map_err(Failure::usage)?;
        let bench = Bench::open(&places, configuration, Readers::AsConfigured)?;
        let journal = Journal::open(places.data()).map_err(Failure::failed)?;
        let mut answer = make(&bench, ChangeRecord { journal: &journal, signed_in: None })?;
        answer.document.insert("recorded".to_owned(), "desk".into());
        answer.text.push_str(
            " Nobody is signed in, so it is on record at this desk; the gateway is told at the next sign-in.",
        );
        return Ok(answer);
    }
    let workplace = wording::open(common)?;
    let signed_in = workplace.session.as_ref().map(|session| &session.officer.id);
    let mut answer = make(&workplace.bench, ChangeRecord { journal: &workplace.journal, signed_in })?;
    match workplace.tell_printer_changes() {
        Ok(()) => {
            answer.document.insert("recorded".to_owned(), "gateway".into());
            Ok(answer)
        }
        Err(error) => {
            answer.document.insert("recorded".to_owned(), "desk".into());
            let later = format!("it is on record at this desk; the gateway is told at the next sign-in ({error})");
            Ok(answer.ending(Exit::Warning, later))
        }
    }
}

/// `printers add`.
pub fn add(bench: &Bench, wanted: &AddPrinter, record: ChangeRecord<'_>) -> Result<Answer, Failure> {
    let printers = &bench.printers;
    // What is said by the officer is not looked for.
    let found = match (&wanted.destination, &wanted.profile) {
        (Some(_), Some(_)) => None,
        (Some(destination), None) => Some(find::meet(destination, printers.profiles())),
        (None, _) => Some(only_new_one(bench)?),
    };
    let found_profile = found.as_ref().and_then(|found| found.profiles.first().cloned());
    let profile = wanted.profile.clone().or(found_profile).ok_or_else(|| {
        let known: Vec<&str> = printers.profiles().iter().map(|profile| profile.id.as_str()).collect();
        Failure::usage(format!(
            "this printer does not say which model it is: name it with --profile, one of {}; nothing was changed",
            known.join(", ")
        ))
    })?;
    let destination = wanted.destination.clone().or_else(|| found.map(|found| found.destination));
    let destination = destination.ok_or_else(|| Failure::usage("name the printer's place with --destination"))?;
    let word = wanted.confirm_model.clone().zip(wanted.reason.clone());
    let confirmed = word.map(|(model, reason)| Confirmed { model, reason });
    let choice = PrinterChoice { name: wanted.name.trim().to_owned(), profile, destination, confirmed };
    let met = choice.meet(printers.profiles()).map_err(|error| match error {
        IdentifyError::Unconfirmed { ref found, .. } => {
            Failure::new(Exit::Refused, format!("{error} (--confirm-model \"{found}\" --reason TEXT confirms it)"))
        }
        IdentifyError::OtherModel { .. } | IdentifyError::Confirmation(_) => Failure::new(Exit::Refused, error),
        other => Failure::usage(other),
    })?;
    let (name, profile) = (choice.name.clone(), choice.profile.clone());
    let document = json!({
        "name": name,
        "profile": profile,
        "destination": choice.destination,
        "confirmed": choice.confirmed,
        "said": met,
    });
    let destination = Destination::At(choice.destination);
    let confirmed = choice.confirmed;
    let printer = Printer { name: choice.name, profile: choice.profile, destination, confirmed };
    let file = printers.add(printer, record).map_err(failure)?;
    let mut document = document;
    document["file"] = json!(file);
    let text = format!("“{name}” was added to {} as “{profile}”. {met}", file.display());
    Ok(Answer::done(text, document))
}

/// `printers remove`.
pub fn remove(bench: &Bench, name: &str, record: ChangeRecord<'_>) -> Result<Answer, Failure> {
    let file = bench.printers.remove(name, record).map_err(failure)?;
    let text = format!("“{name}” was taken out of {}; what it said before stands beside it.", file.display());
    Ok(Answer::done(text, json!({ "name": name, "file": file })))
}

fn failure(error: PrinterListError) -> Failure {
    match error {
        PrinterListError::File { .. } | PrinterListError::Journal(_) => Failure::failed(error),
        PrinterListError::CardsWait(_) => Failure::new(Exit::Refused, error),
        _ => Failure::usage(error),
    }
}

/// The one card printer that is found and is not at this desk already.
fn only_new_one(bench: &Bench) -> Result<Found, Failure> {
    let known = |found: &Found| bench.printers.iter().any(|printer| printer.choice.destination == found.destination);
    let mut found = find::find(find::Places::usual(), bench.printers.profiles());
    found.retain(|found| !found.profiles.is_empty() && !known(found));
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(Failure::usage("no new card printer was found: name its place with --destination")),
        (Some(first), Some(second)) => Err(Failure::usage(format!(
            "more than one new card printer was found, {} and {} among them: name one with --destination",
            first.destination, second.destination
        ))),
    }
}
