//! What Cardwright knows of a printer model: one TOML file each, in `printer-profiles/` or a folder of the site's own.
//!
//! Everything that no public source settles for a model is a setting here (`facts/magicard.md` 16), so that one printed
//! test card can correct it without a new program.

mod library;
mod settings;

pub use library::Profiles;
pub use settings::{
    Coercivity, Colour, Head, HeadTag, Identity, Job, JobFormat, Language, Overcoat, OvercoatBox, Port, Power,
    PrintableSides, ResinQuality, Sides, StatusQuery, Switch,
};

use serde::Deserialize;

use crate::face::planes::{HEIGHT, WIDTH};

/// Longest profile that is read, in bytes.
pub const LONGEST_PROFILE: usize = 64 * 1024;

/// One printer model.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Profile {
    /// Name of the profile in configuration and in the rules of who may print what: `a` to `z`, digits and hyphens.
    pub id: String,
    /// Name of the model for people.
    pub name: String,
    /// Language of its jobs.
    pub job_format: JobFormat,
    /// How the printer says what it is.
    pub identity: Identity,
    /// The print head.
    pub head: Head,
    /// What the header of a job says.
    pub job: Job,
    /// The clear coat.
    pub overcoat: Overcoat,
    /// Powers of the head.
    pub power: Power,
    /// Tuning of the dyes.
    pub colour: Colour,
    /// Sides it can print.
    pub sides: Sides,
    /// How it is reached.
    pub port: Port,
}

/// Why a profile cannot be used. Says which file, which key and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Not TOML, a key that does not exist, a key that is missing, or a value of the wrong kind.
    #[error(
        "the printer profile {file} cannot be read: {detail}; correct that line, or delete the file to go without it"
    )]
    Syntax {
        /// The file, or "(text)".
        file: String,
        /// Line, key and fault, as the TOML reader words it.
        detail: String,
    },
    /// A value outside what the printer takes.
    #[error("the printer profile {file} has {key} = {found}: it must be {expected}; correct that key")]
    Value {
        /// The file, or "(text)".
        file: String,
        /// Table and key, as `head.width`.
        key: &'static str,
        /// What stands there.
        found: String,
        /// What may stand there.
        expected: String,
    },
    /// The file or folder could not be read.
    #[error(
        "the printer profile {file} cannot be read from disk ({source}): check that the file is there and may be read"
    )]
    File {
        /// The file or folder.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// More than [`LONGEST_PROFILE`] bytes.
    #[error(
        "the printer profile {file} is larger than 64 KB: a profile is a page of text, so this is another file; remove it"
    )]
    TooLong {
        /// The file, or "(text)".
        file: String,
    },
    /// Two files of one folder carry the same id.
    #[error(
        "two printer profiles have the id “{id}” ({first} and {second}): give one of them another id, or remove it"
    )]
    Twice {
        /// The id.
        id: String,
        /// The file read first.
        first: String,
        /// The file read second.
        second: String,
    },
    /// No profile of this id.
    #[error("there is no printer profile “{id}”: choose one of {known}")]
    Unknown {
        /// What was asked for, shortened to 60 characters.
        id: String,
        /// All known ids.
        known: String,
    },
}

impl Profile {
    /// Reads a profile from the text of its file. Total: any text gives a profile or an error.
    ///
    /// # Errors
    /// [`ProfileError::Syntax`], [`ProfileError::Value`] or [`ProfileError::TooLong`], with "(text)" for the file.
    pub fn parse(text: &str) -> Result<Self, ProfileError> {
        Self::parse_file("(text)", text)
    }

    /// As [`Self::parse`], naming `file` in errors.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_file(file: &str, text: &str) -> Result<Self, ProfileError> {
        let file = file.to_owned();
        if text.len() > LONGEST_PROFILE {
            return Err(ProfileError::TooLong { file });
        }
        let profile: Self = match toml::from_str(text) {
            Ok(profile) => profile,
            Err(error) => return Err(ProfileError::Syntax { file, detail: error.to_string().trim().to_owned() }),
        };
        match profile.fault() {
            None => Ok(profile),
            Some((key, found, expected)) => {
                Err(ProfileError::Value { file, key, found, expected: expected.to_owned() })
            }
        }
    }

    /// The first value that no printer takes: its key, what stands there, what may stand there.
    fn fault(&self) -> Option<(&'static str, String, &'static str)> {
        let id_letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.id.is_empty() || self.id.len() > 60 || !self.id.chars().all(id_letters) {
            return Some(("id", shown(&self.id), "1 to 60 of a to z, 0 to 9 and hyphens"));
        }
        if self.name.trim().is_empty() || self.name.len() > 100 || self.name.chars().any(char::is_control) {
            return Some(("name", shown(&self.name), "the name of the model, up to 100 letters"));
        }
        if self.identity.model_names.len() > 32 || self.identity.model_names.iter().any(|n| n.trim().is_empty()) {
            return Some((
                "identity.model-names",
                format!("{:?}", self.identity.model_names),
                "up to 32 names, none empty",
            ));
        }
        self.head_fault().or_else(|| self.job_fault()).or_else(|| self.port_fault())
    }

    fn head_fault(&self) -> Option<(&'static str, String, &'static str)> {
        let head = &self.head;
        if usize::from(head.lines) != WIDTH {
            return Some(("head.lines", head.lines.to_string(), "1016, the length of the face in pixels"));
        }
        if usize::from(head.width) != HEIGHT {
            return Some(("head.width", head.width.to_string(), "642, the height of the face in pixels"));
        }
        if head.line != 672 {
            return Some(("head.line", head.line.to_string(), "672, the head line of the layouts of format 1"));
        }
        (head.position > 100).then(|| ("head.position", head.position.to_string(), "0 to 100"))
    }

    fn job_fault(&self) -> Option<(&'static str, String, &'static str)> {
        let version = &self.job.driver_version;
        if version.len() > 20 || !version.chars().all(|c| c.is_ascii_alphanumeric() || c == '.') {
            return Some(("job.driver-version", shown(version), "up to 20 letters, digits and dots"));
        }
        if self.job.colour_handling > 4 {
            return Some(("job.colour-handling", self.job.colour_handling.to_string(), "0 to 4"));
        }
        let hundreds = [
            ("job.head-trim", self.job.head_trim),
            ("power.colour", self.power.colour),
            ("power.resin", self.power.resin),
            ("power.overcoat", self.power.overcoat),
        ];
        if let Some((key, value)) = hundreds.into_iter().find(|(_, value)| *value > 100) {
            return Some((key, value.to_string(), "0 to 100"));
        }
        let expected = "left, bottom, right, top with left below right, bottom below top, and at most 1025 by 641";
        if !self.overcoat.area.is_sound(1025, 641) {
            return Some(("overcoat.area", self.overcoat.area.to_string(), expected));
        }
        if let Some(hole) = self.overcoat.chip_hole.filter(|hole| !hole.is_sound(1025, 641)) {
            return Some(("overcoat.chip-hole", hole.to_string(), expected));
        }
        let gammas = [
            ("colour.yellow-gamma", self.colour.yellow_gamma),
            ("colour.magenta-gamma", self.colour.magenta_gamma),
            ("colour.cyan-gamma", self.colour.cyan_gamma),
        ];
        let (key, value) = gammas.into_iter().find(|(_, value)| !(0.2..=5.0).contains(value))?;
        Some((key, value.to_string(), "0.2 to 5.0"))
    }

    fn port_fault(&self) -> Option<(&'static str, String, &'static str)> {
        if self.port.tcp == 0 {
            return Some(("port.tcp", "0".to_owned(), "1 to 65535"));
        }
        let limits = [
            ("port.connect-seconds", self.port.connect_seconds),
            ("port.send-seconds", self.port.send_seconds),
            ("port.hang-up-seconds", self.port.hang_up_seconds),
        ];
        let (key, value) = limits.into_iter().find(|(_, value)| !(1..=600).contains(value))?;
        Some((key, value.to_string(), "1 to 600 seconds"))
    }
}

/// Outside text as it may stand in a message.
fn shown(text: &str) -> String {
    format!("“{}”", text.chars().filter(|c| !c.is_control()).take(60).collect::<String>())
}

#[cfg(test)]
mod tests;
