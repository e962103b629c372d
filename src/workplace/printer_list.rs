//! The list of printers in the configuration file, changed in its place: comments, order and all other keys stay.

use std::{fs, io, path::Path};

use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, value};

use super::{Configuration, ConfigurationError, Destination, Printer, WaitingCards};
use crate::{
    journal::JournalError,
    printer::{choice::Confirmed, former},
};

/// Key of the list.
const KEY: &str = "printers";

/// Why the list was not changed. The file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum PrinterListError {
    /// There is no place for a configuration file.
    #[error("there is no place for a configuration file: name one with --config; nothing was changed")]
    NoFile,
    /// It cannot be read or written.
    #[error(
        "the configuration file {file} cannot be changed ({source}): ask whoever looks after this computer to let you write it, \
         or to add the printer; nothing was changed"
    )]
    File {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// It is no configuration, or would be none.
    #[error("{0}; nothing was changed")]
    Configuration(#[from] ConfigurationError),
    /// Its list of printers is written in a form that is not changed here.
    #[error("the list of printers in {file} is written in a way that is not changed here: add the printer by hand")]
    Form {
        /// The file.
        file: String,
    },
    /// Another printer has this name.
    #[error("a printer is called “{0}” already: choose another name; nothing was changed")]
    Name(String),
    /// Nothing to call it by.
    #[error("give the printer a name that officers know it by; nothing was changed")]
    Nameless,
    /// Another printer is there.
    #[error("{destination} is where “{name}” is reached already: a printer is added once; nothing was changed")]
    Place {
        /// The destination.
        destination: String,
        /// The printer there.
        name: String,
    },
    /// Not in the list.
    #[error("there is no printer “{0}” in the configuration file; nothing was changed")]
    Unknown(String),
    /// It prints.
    #[error("“{0}” is in use: wait until it has finished; nothing was changed")]
    Busy(String),
    /// Cards wait for it.
    #[error("{0}")]
    CardsWait(WaitingCards),
    /// It could not be put on record.
    #[error("{0}; the list of printers was not changed")]
    Journal(#[from] JournalError),
    /// Its profile, or what else a printer needs.
    #[error("{0}; nothing was changed")]
    Unusable(String),
}

/// The text of the file with these printers at the end of its list.
pub(super) fn with_printers(text: &str, file: &str, added: &[Printer]) -> Result<String, PrinterListError> {
    let mut document = parse(text, file)?;
    // What stands below everything is about what is above it, and stays there.
    let below = document.trailing().as_str().unwrap_or_default().to_owned();
    let list = document.entry(KEY).or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    match list {
        Item::ArrayOfTables(tables) => {
            for (place, printer) in added.iter().enumerate() {
                let mut table = Table::new();
                fields(printer).into_iter().for_each(|(key, field)| drop(table.insert(key, value(field))));
                let before = if place == 0 { below.as_str() } else { "" };
                let blank = if text.is_empty() && place == 0 { "" } else { "\n" };
                table.decor_mut().set_prefix(format!("{before}{blank}"));
                tables.push(table);
            }
            document.set_trailing("");
        }
        Item::Value(toml_edit::Value::Array(array)) => {
            for printer in added {
                let mut table = InlineTable::new();
                fields(printer).into_iter().for_each(|(key, field)| drop(table.insert(key, field)));
                array.push(table);
            }
        }
        _ => return Err(PrinterListError::Form { file: file.to_owned() }),
    }
    Ok(document.to_string())
}

/// The text of the file without this printer.
pub(super) fn without_printer(text: &str, file: &str, name: &str) -> Result<String, PrinterListError> {
    let mut document = parse(text, file)?;
    let unknown = || PrinterListError::Unknown(name.to_owned());
    let is = |found: Option<&str>| found == Some(name);
    match document.get_mut(KEY) {
        Some(Item::ArrayOfTables(tables)) => {
            let found = tables.iter().position(|table| is(table.get("name").and_then(Item::as_str)));
            let found = found.ok_or_else(unknown)?;
            // What somebody wrote above it is kept, at the end: it may be about more than this printer.
            let above = tables.get(found).and_then(|table| table.decor().prefix()?.as_str()).unwrap_or_default().trim();
            let above = if above.is_empty() { String::new() } else { format!("{above}\n") };
            tables.remove(found);
            if tables.is_empty() {
                document.remove(KEY);
            }
            let below = document.trailing().as_str().unwrap_or_default().to_owned();
            document.set_trailing(format!("{above}{below}"));
        }
        Some(Item::Value(toml_edit::Value::Array(array))) => {
            let named = |value: &toml_edit::Value| value.as_inline_table()?.get("name")?.as_str().map(str::to_owned);
            let found = array.iter().position(|value| is(named(value).as_deref()));
            array.remove(found.ok_or_else(unknown)?);
        }
        Some(_) => return Err(PrinterListError::Form { file: file.to_owned() }),
        None => return Err(unknown()),
    }
    Ok(document.to_string())
}

fn fields(printer: &Printer) -> Vec<(&'static str, toml_edit::Value)> {
    let text = |text: &str| toml_edit::Value::from(text);
    let destination = String::from(printer.destination.clone());
    let mut fields =
        vec![("name", text(&printer.name)), ("profile", text(&printer.profile)), ("destination", text(&destination))];
    if let Some(Confirmed { model, reason }) = &printer.confirmed {
        let word = InlineTable::from_iter([("model", text(model.trim())), ("reason", text(reason.trim()))]);
        fields.push(("confirmed", word.into()));
    }
    fields
}

fn parse(text: &str, file: &str) -> Result<DocumentMut, PrinterListError> {
    // The reader of configurations names line and key of a mistake.
    Configuration::parse(text, file)?;
    text.parse().map_err(|error: toml_edit::TomlError| PrinterListError::File {
        file: file.to_owned(),
        source: io::Error::other(error),
    })
}

/// The text of the file; a file that is not there yet is empty.
pub(super) fn read(file: &Path) -> Result<String, PrinterListError> {
    match fs::read_to_string(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        other => other.map_err(|source| PrinterListError::File { file: file.display().to_string(), source }),
    }
}

/// Writes it, and keeps the former one beside it.
pub(super) fn write(file: &Path, text: &str) -> Result<(), PrinterListError> {
    former::change(file, text).map_err(|source| PrinterListError::File { file: file.display().to_string(), source })
}

/// Whether a printer of this list is in the way of a new one.
pub(super) fn fits(list: &[Printer], printer: &Printer) -> Result<(), PrinterListError> {
    if printer.name.trim().is_empty() {
        return Err(PrinterListError::Nameless);
    }
    if list.iter().any(|other| other.name == printer.name) {
        return Err(PrinterListError::Name(printer.name.clone()));
    }
    let there =
        |other: &&Printer| other.destination == printer.destination && printer.destination != Destination::Virtual;
    match list.iter().find(there) {
        None => Ok(()),
        Some(other) => Err(PrinterListError::Place {
            destination: String::from(printer.destination.clone()),
            name: other.name.clone(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printer(name: &str, place: &str) -> Printer {
        Printer {
            name: name.to_owned(),
            profile: "magicard-doh-300-v2".to_owned(),
            destination: place.to_owned().try_into().unwrap(),
            confirmed: None,
        }
    }

    const DESK: &str = "# The front desk.\nrealm = \"training\" # never live\n\n[gateway]\nurl = \"https://gateway.example\"   # ours\n\n\
                        # By the window.\n[[printers]]\nname = \"Window\"\nprofile = \"magicard-doh-300-v2\"\n\
                        destination = \"tcp:10.0.0.5\" # fixed address\n\n[training]\nreaders = false\n# The end.\n";

    #[test]
    fn a_printer_comes_and_goes_and_everything_else_stays_byte_for_byte() {
        let more = with_printers(DESK, "desk.toml", &[printer("Door", "usb:/dev/usb/lp0")]).unwrap();
        let read = Configuration::parse(&more, "desk.toml").unwrap();
        let names: Vec<&str> = read.printers.iter().map(|printer| printer.name.as_str()).collect();
        assert_eq!(names, ["Window", "Door"], "{more}");
        for line in DESK.lines() {
            assert!(more.lines().any(|kept| kept == line), "“{line}” is gone from {more}");
        }
        let before = Configuration { printers: Vec::new(), ..Configuration::parse(DESK, "desk.toml").unwrap() };
        assert_eq!(Configuration { printers: Vec::new(), ..read }, before, "no other key changed");
        let again = without_printer(&more, "desk.toml", "Door").unwrap();
        assert_eq!(Configuration::parse(&again, "desk.toml").unwrap().printers.len(), 1);
        let kept = |text: &str| text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        let (mut first, mut last) = (kept(DESK), kept(&again));
        first.sort();
        last.sort();
        assert_eq!(first, last);
        assert!(matches!(without_printer(DESK, "desk.toml", "Door"), Err(PrinterListError::Unknown(_))));
        let none = without_printer(DESK, "desk.toml", "Window").unwrap();
        assert!(none.contains("# By the window.") && !none.contains("name = \"Window\""), "{none}");
        assert!(Configuration::parse(&none, "desk.toml").unwrap().printers.is_empty());
    }

    #[test]
    fn empty_files_and_lists_in_one_line_are_added_to_as_well() {
        let mut two = [printer("V", "virtual"), printer("A \"quoted\" name", "file:C:\\cards\\a.prn")];
        let (model, reason) = ("Magicard 300".to_owned(), "its \"label\" says so".to_owned());
        two[1].confirmed = Some(Confirmed { model, reason });
        for text in ["", "printers = []\n", "# nothing\n", "[training]\nreaders = true\n"] {
            let more = with_printers(text, "desk.toml", &two).unwrap();
            let read = Configuration::parse(&more, "desk.toml").unwrap();
            assert_eq!(read.printers, two, "{more}");
        }
        let one = "printers = [{ name = \"X\", profile = \"magicard-300\", destination = \"virtual\" }] # short\n";
        let none = without_printer(one, "desk.toml", "X").unwrap();
        assert!(none.contains("# short") && Configuration::parse(&none, "desk.toml").unwrap().printers.is_empty());
        let error = with_printers("realm = 3", "desk.toml", &two).unwrap_err().to_string();
        assert!(error.contains("line 1"), "{error}");
    }

    #[test]
    fn one_name_and_one_place_belong_to_one_printer() {
        let list = [printer("Window", "tcp:10.0.0.5")];
        for (name, place, word) in
            [("", "tcp:10.0.0.6", "name"), ("Window", "tcp:10.0.0.6", "“Window”"), ("Door", "tcp:10.0.0.5", "once")]
        {
            assert!(fits(&list, &printer(name, place)).unwrap_err().to_string().contains(word));
        }
        fits(&list, &printer("Door", "tcp:10.0.0.6")).unwrap();
    }
}
