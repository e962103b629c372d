//! `printers`: the printers of this desk and how they are, and those that could be.

mod add;
mod identify;

use serde_json::{Value, json};

use super::{
    answer::{Answer, Failure},
    arguments::{Common, Printers, PrintersAction},
    table::Table,
    wording,
};
use crate::{
    printer::{
        choice::Printer,
        find,
        magicard::status::{Condition, Status},
    },
    workplace::{Bench, Readers},
};

pub fn run(common: &Common, arguments: &Printers) -> Result<Answer, Failure> {
    match &arguments.action {
        Some(PrintersAction::Add(wanted)) => {
            return add::change(common, |bench, record| add::add(bench, wanted, record));
        }
        Some(PrintersAction::Remove { printer }) => {
            return add::change(common, |bench, record| add::remove(bench, printer, record));
        }
        _ => {}
    }
    let places = wording::places(common)?;
    let configuration = places.configuration().map_err(Failure::usage)?;
    let bench = Bench::open(&places, configuration, Readers::AsConfigured)?;
    match &arguments.action {
        Some(PrintersAction::Find) => Ok(find(&bench)),
        Some(PrintersAction::Identify(wanted)) => identify::identify(&places, &bench, wanted),
        Some(PrintersAction::TestCard { printer, copies }) => identify::test_card(&bench, printer.as_deref(), *copies),
        _ => show(&bench),
    }
}

/// Everything that is there, with the lines of the configuration that would choose it.
fn find(bench: &Bench) -> Answer {
    let found = find::find(find::Places::usual(), bench.printers.profiles());
    let mut table = Table::new(["Printer", "Says it is", "Destination", "Profile"]);
    let mut documents = Vec::new();
    for printer in &found {
        let profile = printer.profiles.first().cloned().unwrap_or_default();
        table.row([printer.name.clone(), printer.model.clone(), printer.destination.to_string(), profile]);
        documents.push(json!({
            "name": printer.name,
            "model": printer.model,
            "serial": printer.serial,
            "destination": printer.destination,
            "profiles": printer.profiles,
        }));
    }
    let document = json!({ "found": documents });
    if found.is_empty() {
        let remedy = "no printer was found: check cables and switches; one that does not announce itself can be written into \
                      the configuration as tcp:HOST";
        return Answer::done("", document).ending(super::exit::Exit::Warning, remedy);
    }
    let next = "Add the one you want with “cardwright printers add NAME --destination DESTINATION”, then ask “cardwright \
                printers identify”.";
    Answer::done(format!("{}\n{next}", table.render().trim_end()), document)
}

fn show(bench: &Bench) -> Result<Answer, Failure> {
    let mut table = Table::new(["Printer", "Model", "Destination", "State"]);
    let (mut documents, mut more) = (Vec::new(), Vec::new());
    for printer in bench.printers.iter() {
        let name = &printer.choice.name;
        let destination =
            if bench.printers.is_virtual(name) { "virtual".to_owned() } else { printer.choice.destination.to_string() };
        let State { ready, words: state, says, facts } = state(printer);
        if !facts.is_empty() {
            more.push(format!("{name}\n  {}\n", facts.join("\n  ")));
        }
        let confirmed = printer.choice.confirmed.as_ref();
        let model = match confirmed {
            None => printer.profile.name.clone(),
            Some(word) => format!(
                "{}, as confirmed ({}); says it is a “{}”",
                printer.profile.name,
                word.reason.trim(),
                word.model.trim()
            ),
        };
        table.row([name.clone(), model, destination.clone(), state.clone()]);
        documents.push(json!({
            "name": name,
            "profile": printer.profile.id,
            "model": printer.profile.name,
            "confirmed": confirmed,
            "destination": destination,
            "ready": ready,
            "state": state,
            "status": says,
        }));
    }
    if documents.is_empty() {
        let remedy = "no printer is configured: add one under [[printers]] (“cardwright config --explain”)";
        return Ok(Answer::done("", json!({ "printers": [] })).ending(super::exit::Exit::Warning, remedy));
    }
    let shown = format!("{}\n{}", table.render(), more.join("\n"));
    Ok(Answer::done(shown.trim_end(), json!({ "printers": documents })))
}

/// How a printer is.
struct State {
    /// Whether it can print now, as far as it can be asked.
    ready: Option<bool>,
    /// The same in words.
    words: String,
    /// Everything it says, for programs.
    says: Value,
    /// What else it says of itself, one line each.
    facts: Vec<String>,
}

/// Asks a printer.
fn state(printer: &Printer) -> State {
    let unsaid = |ready, words| State { ready, words, says: Value::Null, facts: Vec::new() };
    match printer.spool().status() {
        Ok(Some(status)) => {
            let ready = matches!(status.condition, Condition::Ready | Condition::JobRefused);
            let mut words = match status.condition {
                Condition::Ready => "ready".to_owned(),
                condition => format!("{condition}: {}", condition.next_action()),
            };
            let ribbon = match (status.film.as_str(), status.prints_left) {
                ("", _) => None,
                (film, None) => Some(format!("ribbon {film}")),
                (film, Some(left)) => Some(format!("ribbon {film}, {left} prints left")),
            };
            for more in
                ribbon.into_iter().chain(status.cards_since_cleaning.map(|n| format!("{n} cards since cleaning")))
            {
                words = format!("{words}; {more}");
            }
            State { ready: Some(ready), words, says: document(&status), facts: facts(&status) }
        }
        Ok(None) => unsaid(None, "cannot be asked".to_owned()),
        Err(fault) => match fault.heard() {
            Some(heard) => State {
                says: json!({ "said": [{ "name": heard.name, "value": heard.value }] }),
                facts: vec![format!("{}: {}", heard.name, heard.value)],
                ..unsaid(Some(false), fault.to_string())
            },
            None => unsaid(Some(false), fault.to_string()),
        },
    }
}

/// Who it is, and what it says that nobody has a name for here.
fn facts(status: &Status) -> Vec<String> {
    let said = |name: &str, value: &str| (!value.is_empty()).then(|| format!("{name} {value}"));
    let known = [
        said("model", &status.model),
        said("serial", &status.serial),
        said("firmware", &status.firmware),
        status.head_type.map(|head| format!("head {}", format!("{head:?}").to_uppercase())),
        status.head_position.map(|position| format!("head position {position}")),
        status.cards_printed.map(|cards| format!("{cards} cards printed")),
    ];
    let known = known.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let others = status.details.iter().filter(|detail| !detail.is_known() && !detail.value.is_empty());
    let others = others.map(|detail| format!("also says {}: {}", detail.name, detail.value));
    (!known.is_empty()).then_some(known).into_iter().chain(others).collect()
}

/// What is understood, and beside it everything as the printer said it.
fn document(status: &Status) -> Value {
    let details: Vec<Value> =
        status.details.iter().map(|detail| json!({ "name": detail.name, "value": detail.value })).collect();
    json!({
        "model": status.model,
        "serial": status.serial,
        "firmware": status.firmware,
        "head": status.head_type.map(|head| format!("{head:?}").to_uppercase()),
        "head_position": status.head_position,
        "ribbon": status.film,
        "prints_left": status.prints_left,
        "cards_printed": status.cards_printed,
        "cards_since_cleaning": status.cards_since_cleaning,
        "cards_until_cleaning": status.cards_until_cleaning,
        "condition": status.condition.to_string(),
        "remedy": status.condition.next_action(),
        "said": details,
    })
}
