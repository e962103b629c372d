//! The printers of this workstation, as its configuration lists them.

use std::{fmt, path::PathBuf, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{
    calibration::Calibration,
    magicard::{self, JobEncoder},
    page::{Document, PageEncoder},
    profile::{Profile, ProfileError, Profiles, Station},
    spool::{FileSpool, IppQueue, RawTcp, Spool},
};
use crate::domain::eligibility::FIRST_GENERATION_PRINTER;

/// One printer of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PrinterChoice {
    /// What the desk calls it.
    pub name: String,
    /// Id of its profile.
    pub profile: String,
    /// `file:PATH`, `tcp:HOST:PORT`, `ipp://HOST:PORT/printers/QUEUE`, `windows:QUEUE` or `usb:/dev/usb/lp0`.
    pub destination: Destination,
    /// An officer's word that it is of this model although it gives itself another's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Confirmed>,
}

/// An officer's word on the model of a printer that gives itself the name of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Confirmed {
    /// What the printer calls itself.
    pub model: String,
    /// How the officer knows what it is.
    pub reason: String,
}

/// Most characters of a reason.
pub const LONGEST_REASON: usize = 200;

impl Confirmed {
    /// Whether a printer that calls itself so may be of this model at all, and a reason is given.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn check(&self, profile: &Profile, all: &Profiles) -> Result<(), String> {
        let (model, name) = (shown(&self.model), &profile.name);
        if !profile.may_say(&self.model, all) {
            return Err(format!(
                "a printer that calls itself “{model}” is not taken for a {name}, whoever confirms it"
            ));
        }
        let reason = self.reason.trim();
        if reason.is_empty() || reason.chars().count() > LONGEST_REASON || reason.chars().any(char::is_control) {
            return Err(format!(
                "how it is known that the printer that calls itself “{model}” is a {name} must be said in one line of 1 to \
                 {LONGEST_REASON} characters"
            ));
        }
        Ok(())
    }
}

impl Profile {
    /// Whether a printer of this model may call itself so although it is another model's name: never by a name of the first
    /// generation.
    #[must_use]
    pub fn may_say(&self, model: &str, all: &Profiles) -> bool {
        let is = |name: &String| name.trim().eq_ignore_ascii_case(model.trim());
        let first = all.iter().filter(|other| other.id == FIRST_GENERATION_PRINTER);
        let firsts = first.flat_map(|first| &first.identity.model_names).any(is);
        self.identity.may_be_called.iter().any(is) && !firsts
    }
}

/// Outside text as it may stand in a message.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}

/// Where jobs go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Destination {
    /// A file, written anew by each job.
    File(PathBuf),
    /// Raw TCP; without a port, the profile's.
    Tcp {
        /// Name or address.
        host: String,
        /// Port.
        port: Option<u16>,
    },
    /// A print queue: its whole address, `ipp://…` or `ipps://…`.
    Ipp(String),
    /// A print queue with the printer's own driver: `pwg+ipp://…` or `pdf+ipp://…`.
    Driver {
        /// What it is given.
        document: Document,
        /// Its whole address, without what stands before the `+`.
        address: String,
    },
    /// The device of a printer at a USB plug; on Linux only.
    Usb(PathBuf),
    /// A print queue of Windows, on Windows only: `windows:QUEUE`, or `bitmap+windows:QUEUE` through its driver.
    Windows {
        /// Its name, as Windows shows it.
        queue: String,
        /// How jobs go through it.
        through: Through,
    },
}

/// How jobs go through a queue of Windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Through {
    /// As they are: the queue's driver changes nothing.
    Raw,
    /// As bitmaps, which the queue's driver makes the printer's language of.
    Driver,
}

/// Why a list of printers cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ChoiceError {
    /// None of the forms.
    #[error(
        "“{0}” is not a place for print jobs: write file:PATH, tcp:HOST or tcp:HOST:PORT, ipp://HOST/printers/QUEUE, \
         pwg+ipp://… or pdf+ipp://… for a queue with the printer's own driver, on Linux usb:/dev/usb/lp0, or on Windows \
         windows:QUEUE, or bitmap+windows:QUEUE through the queue's own driver"
    )]
    Destination(String),
    /// Two printers of one name.
    #[error("two printers are called “{0}”: give one of them another name in the configuration")]
    Twice(String),
    /// A name with nothing in it.
    #[error("a printer in the configuration has no name: give it one")]
    Nameless,
    /// No printer of this name.
    #[error("there is no printer “{name}”: choose {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// All there are.
        known: String,
    },
    /// An officer's word on its model.
    #[error("the printer “{name}” cannot be used: {why}")]
    Confirmed {
        /// The printer.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// Its profile.
    #[error("the printer “{name}” cannot be used: {source}")]
    Profile {
        /// The printer.
        name: String,
        /// What is wrong with its profile.
        source: ProfileError,
    },
}

/// Where a printer's destination and profile come together.
#[derive(Debug, Clone, PartialEq)]
pub struct Printer {
    /// As configured.
    pub choice: PrinterChoice,
    /// Its model.
    pub profile: Profile,
}

/// All printers of this workstation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Printers(Vec<Printer>);

impl FromStr for Destination {
    type Err = ChoiceError;

    fn from_str(text: &str) -> Result<Self, ChoiceError> {
        let fault = || ChoiceError::Destination(text.chars().filter(|c| !c.is_control()).take(100).collect());
        let (kind, place) = text.split_once(':').ok_or_else(fault)?;
        match kind {
            "file" if !place.is_empty() => Ok(Self::File(PathBuf::from(place))),
            "tcp" => {
                let (host, port) = host_and_port(place).ok_or_else(fault)?;
                Ok(Self::Tcp { host: host.to_owned(), port })
            }
            "ipp" | "ipps" => queue(place).map(|()| Self::Ipp(text.to_owned())).ok_or_else(fault),
            "windows" | "bitmap+windows" if cfg!(any(windows, test)) => {
                let through = if kind == "windows" { Through::Raw } else { Through::Driver };
                let sound = !place.trim().is_empty() && !place.chars().any(char::is_control);
                sound.then(|| Self::Windows { queue: place.to_owned(), through }).ok_or_else(fault)
            }
            _ if kind.contains('+') => {
                let (word, scheme) = kind.split_once('+').ok_or_else(fault)?;
                let document = Document::OF_IPP.into_iter().find(|document| document.word() == word);
                let document = document.filter(|_| matches!(scheme, "ipp" | "ipps")).ok_or_else(fault)?;
                queue(place).map(|()| Self::Driver { document, address: format!("{scheme}:{place}") }).ok_or_else(fault)
            }
            "usb" if cfg!(target_os = "linux") && place.starts_with('/') => Ok(Self::Usb(PathBuf::from(place))),
            _ => Err(fault()),
        }
    }
}

/// `//HOST/QUEUE` or `//HOST:PORT/QUEUE`: no name of a person, no password, no question mark.
fn queue(place: &str) -> Option<()> {
    let (server, path) = place.strip_prefix("//")?.split_once('/')?;
    host_and_port(server)?;
    let sound = |c: char| c.is_ascii_graphic() && !matches!(c, '?' | '#' | '@');
    (!path.is_empty() && place.chars().all(sound)).then_some(())
}

/// `HOST`, `HOST:PORT`, `[ADDRESS]` or `[ADDRESS]:PORT`.
fn host_and_port(place: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']')?;
            (host, if after.is_empty() { None } else { Some(after.strip_prefix(':')?) })
        }
        None => match place.split_once(':') {
            None => (place, None),
            Some((host, port)) => (host, Some(port)),
        },
    };
    let sound = !host.is_empty() && !host.chars().any(|c| c.is_whitespace() || c.is_control());
    match port {
        _ if !sound => None,
        None => Some((host, None)),
        Some(port) => Some((host, Some(port.parse().ok().filter(|port| *port != 0)?))),
    }
}

impl Destination {
    /// Whether a driver that is not ours makes the printer's language out of a page.
    #[must_use]
    pub fn has_a_driver(&self) -> bool {
        matches!(self, Self::Driver { .. } | Self::Windows { through: Through::Driver, .. })
    }
}

impl TryFrom<String> for Destination {
    type Error = ChoiceError;

    fn try_from(text: String) -> Result<Self, ChoiceError> {
        text.parse()
    }
}

impl From<Destination> for String {
    fn from(destination: Destination) -> Self {
        destination.to_string()
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Ipp(address) => f.write_str(address),
            Self::Driver { document, address } => write!(f, "{}+{address}", document.word()),
            Self::Usb(path) => write!(f, "usb:{}", path.display()),
            Self::Windows { queue, through: Through::Raw } => write!(f, "windows:{queue}"),
            Self::Windows { queue, through: Through::Driver } => {
                write!(f, "{}+windows:{queue}", Document::Bitmap.word())
            }
            Self::Tcp { host, port } => {
                let (open, close) = if host.contains(':') { ("[", "]") } else { ("", "") };
                write!(f, "tcp:{open}{host}{close}")?;
                port.map_or(Ok(()), |port| write!(f, ":{port}"))
            }
        }
    }
}

impl Printer {
    /// The way to it. Nothing is opened yet.
    #[must_use]
    pub fn spool(&self) -> Box<dyn Spool + Send> {
        match &self.choice.destination {
            Destination::File(path) => Box::new(FileSpool::new(path)),
            Destination::Tcp { host, port } => {
                Box::new(RawTcp::new(host, port.unwrap_or(self.profile.port.tcp), &self.profile))
            }
            Destination::Ipp(address) => Box::new(IppQueue::new(address, &self.profile)),
            Destination::Driver { document, address } => {
                Box::new(IppQueue::new(address, &self.profile).for_documents(*document))
            }
            #[cfg(target_os = "linux")]
            Destination::Usb(path) => Box::new(super::spool::UsbPort::new(path, &self.profile)),
            // No such destination is read there; a file of that name says that it is none.
            #[cfg(not(target_os = "linux"))]
            Destination::Usb(path) => Box::new(FileSpool::new(path)),
            #[cfg(windows)]
            Destination::Windows { queue, through } => {
                Box::new(super::spool::WindowsQueue::new(queue, *through, &self.profile))
            }
            // Nor is such a one; an empty name is no file.
            #[cfg(not(windows))]
            Destination::Windows { .. } => Box::new(FileSpool::new(std::path::Path::new(""))),
        }
    }

    /// The encoder of its language, or of what its driver takes.
    #[must_use]
    pub fn encoder(&self) -> Box<dyn JobEncoder + Send + Sync> {
        match &self.choice.destination {
            // The queue's own driver speaks the printer's language.
            Destination::Driver { document, .. } => Box::new(PageEncoder::new(&self.profile, *document)),
            Destination::Windows { through: Through::Driver, .. } => {
                Box::new(PageEncoder::new(&self.profile, Document::Bitmap))
            }
            _ => magicard::encoder(&self.profile),
        }
    }
}

impl Printers {
    /// Puts each configured printer together with its profile.
    ///
    /// # Errors
    /// The first that has no name, has another's, or whose profile does not exist.
    pub fn new(choices: Vec<PrinterChoice>, profiles: &Profiles) -> Result<Self, ChoiceError> {
        let mut printers: Vec<Printer> = Vec::with_capacity(choices.len());
        for choice in choices {
            if choice.name.trim().is_empty() {
                return Err(ChoiceError::Nameless);
            }
            if printers.iter().any(|other| other.choice.name == choice.name) {
                return Err(ChoiceError::Twice(choice.name));
            }
            let mut profile = match profiles.find(&choice.profile) {
                Ok(profile) => profile.clone(),
                Err(source) => return Err(ChoiceError::Profile { name: choice.name, source }),
            };
            if let Some(confirmed) = &choice.confirmed {
                if let Err(why) = confirmed.check(&profile, profiles) {
                    return Err(ChoiceError::Confirmed { name: choice.name, why });
                }
                // From now on it is known by this name, too.
                profile.identity.model_names.push(confirmed.model.trim().to_owned());
            }
            printers.push(Printer { choice, profile });
        }
        Ok(Self(printers))
    }

    /// Puts what was learnt of a printer in the place of its profile's own curves.
    pub fn calibrate(&mut self, learnt: &Calibration) {
        for printer in self.0.iter_mut().filter(|printer| printer.choice.name == learnt.printer) {
            learnt.apply(&mut printer.profile.colour);
        }
    }

    /// Says of a printer that it carries a chip station, whose reader has this name: an option that its profile leaves open.
    pub fn equip(&mut self, name: &str, reader: &str) {
        for printer in self.0.iter_mut().filter(|printer| printer.choice.name == name) {
            let encoder = &mut printer.profile.encoder;
            (encoder.station, encoder.reader) = (Station::Present, reader.to_owned());
        }
    }

    /// The printer of this name.
    ///
    /// # Errors
    /// [`ChoiceError::Unknown`] names those there are.
    pub fn find(&self, name: &str) -> Result<&Printer, ChoiceError> {
        self.0.iter().find(|printer| printer.choice.name == name).ok_or_else(|| {
            let names: Vec<&str> = self.0.iter().map(|printer| printer.choice.name.as_str()).collect();
            let known = match names.is_empty() {
                true => "one after adding it to the configuration".to_owned(),
                false => names.join(", "),
            };
            ChoiceError::Unknown { name: shown(name), known }
        })
    }

    /// Each of them, as configured.
    pub fn iter(&self) -> impl Iterator<Item = &Printer> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_read_back_as_they_are_written() {
        for text in [
            "file:/tmp/a:b.prn",
            "file:C:\\jobs\\a.prn",
            "tcp:printer.example",
            "tcp:10.0.0.5:9100",
            "tcp:[::1]:9100",
            "ipp://localhost/printers/cards",
            "ipps://[::1]:631/ipp/print",
            "usb:/dev/usb/lp0",
            "pwg+ipp://localhost/printers/cards",
            "pdf+ipps://[::1]:631/ipp/print",
            "windows:Magicard DoH 300 v2",
            "windows:\\\\server\\cards: desk 1",
            "bitmap+windows:Magicard DoH 300 v2",
        ] {
            assert_eq!(text.parse::<Destination>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "file:",
            "tcp:",
            "tcp::9100",
            "tcp:a:0",
            "tcp:a:65536",
            "tcp:[::1",
            "tcp:a b",
            "lpt1",
            "usb:x",
            "ipp:a/b",
            "ipp://a",
            "ipp://b@a/c",
            "ipp:///c",
            "tiff+ipp://a/b",
            "pwg+tcp:a",
            "pwg+ipp://a",
            "bitmap+ipp://a/b",
            "pwg+windows:a",
            "windows:",
            "windows: ",
        ] {
            let error = text.parse::<Destination>().unwrap_err().to_string();
            assert!(error.contains("tcp:HOST:PORT"), "{text}");
        }
    }

    #[test]
    fn a_printer_has_a_name_of_its_own_and_a_profile_that_exists() {
        let profiles = Profiles::bundled().unwrap();
        let desk: PrinterChoice =
            toml::from_str("name = \"Desk 1\"\nprofile = \"magicard-doh-300-v2\"\ndestination = \"tcp:10.0.0.5\"")
                .unwrap();
        let printers = Printers::new(vec![desk.clone()], &profiles).unwrap();
        assert_eq!(printers.find("Desk 1").unwrap().profile.name, "Magicard DoH 300 v2");
        assert!(printers.find("Desk 2").unwrap_err().to_string().contains("Desk 1"));
        assert!(matches!(Printers::new(vec![desk.clone(), desk.clone()], &profiles), Err(ChoiceError::Twice(_))));
        let other = PrinterChoice { profile: "zebra".to_owned(), ..desk };
        let error = Printers::new(vec![other], &profiles).unwrap_err().to_string();
        assert!(error.contains("Desk 1") && error.contains("zebra"), "{error}");
    }

    #[test]
    fn an_officers_word_holds_for_names_the_profile_lists_and_never_for_one_of_the_first_generation() {
        let profiles = Profiles::bundled().unwrap();
        let text = "name = \"Desk\"\nprofile = \"magicard-doh-300-v2\"\ndestination = \"tcp:10.0.0.5\"\n\
                    confirmed = { model = \"Magicard 300\", reason = \"its label\" }";
        let desk: PrinterChoice = toml::from_str(text).unwrap();
        assert_eq!(toml::from_str::<PrinterChoice>(&toml::to_string(&desk).unwrap()).unwrap(), desk);
        let printers = Printers::new(vec![desk.clone()], &profiles).unwrap();
        assert_eq!(printers.find("Desk").unwrap().profile.identity.model_names, ["DoH 300 v2", "Magicard 300"]);
        assert_eq!(
            profiles.find(&desk.profile).unwrap().identity.model_names,
            ["DoH 300 v2"],
            "for this printer alone"
        );
        let said = |profile: &str, model: &str, reason: &str, profiles: &Profiles| {
            let confirmed = Some(Confirmed { model: model.into(), reason: reason.into() });
            let choice = PrinterChoice { profile: profile.into(), confirmed, ..desk.clone() };
            Printers::new(vec![choice], profiles).map(drop).map_err(|error| error.to_string())
        };
        let v2 = "magicard-doh-300-v2";
        assert_eq!(said(v2, " magicard 300 ", "its label", &profiles), Ok(()));
        for (profile, model, reason, words) in [
            (v2, "DoH 300", "its label", "“DoH 300” is not taken for a Magicard DoH 300 v2"),
            (v2, "RioTango2D", "its label", "not taken for"),
            ("magicard-doh-300-v1", "Magicard 300", "its label", "not taken for"),
            (v2, "Magicard 300", " ", "1 to 200 characters"),
            (v2, "Magicard 300", "a\nb", "1 to 200 characters"),
            (v2, "Magicard 300", &"x".repeat(201), "1 to 200 characters"),
        ] {
            let error = said(profile, model, reason, &profiles).unwrap_err();
            assert!(error.contains("Desk") && error.contains(words), "{error}");
        }
        // Not even where a profile of this desk lists such a name.
        let folder = tempfile::tempdir().unwrap();
        let lenient = Profiles::bundled_text(v2).unwrap().replace("[\"Magicard 300\"]", "[\"doh\", \"Magicard 300\"]");
        std::fs::write(folder.path().join("own.toml"), lenient).unwrap();
        let profiles = Profiles::with_folder(folder.path()).unwrap();
        assert_eq!(said(v2, "Magicard 300", "its label", &profiles), Ok(()));
        assert!(said(v2, "DoH", "its label", &profiles).unwrap_err().contains("not taken for"));
    }
}
