//! What Cardwright knows of a printer model: one TOML file each, in `printer-profiles/` or a folder of the site's own.
//!
//! Everything that no public source settles for a model is a setting here (`facts/magicard.md` 16), so that one printed
//! test card can correct it without a new program.

mod check;
mod library;
mod naming;
mod settings;

pub(in crate::printer) use check::is_curve;
pub use library::Profiles;
pub use naming::{check_description, named_in};
pub use settings::{
    Black, ChipEncoder, ChipHole, Coercivity, Colour, Head, HeadTag, HoloKote, Identity, Job, JobFormat, Language,
    Overcoat, OvercoatBox, Panels, Port, Power, PrintableSides, ResinQuality, Ribbon, Sides, Station, StatusQuery,
    Switch, Ticket,
};

use std::{path::Path, sync::Arc};

use serde::Deserialize;

use super::colour::IccTable;
use crate::{domain::Series, face::PrintLimits};

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
    /// Series of cards it may print. The gateway's rules decide for live work; a profile can only narrow them.
    pub prints_series: Vec<Series>,
    /// Language of its jobs.
    pub job_format: JobFormat,
    /// How the printer says what it is.
    pub identity: Identity,
    /// The print head.
    pub head: Head,
    /// What the header of a job says, in format 1 only.
    pub job: Option<Job>,
    /// What the ticket of a job says, in format 2 only.
    pub ticket: Option<Ticket>,
    /// The ribbon.
    pub ribbon: Ribbon,
    /// The clear coat.
    pub overcoat: Overcoat,
    /// The watermark in it.
    pub holokote: HoloKote,
    /// Powers of the head.
    pub power: Power,
    /// Tuning of the dyes.
    pub colour: Colour,
    /// Sides it can print.
    pub sides: Sides,
    /// The station that reaches the chip inside it.
    pub encoder: ChipEncoder,
    /// How it is reached.
    pub port: Port,
    /// The ICC profile that [`Colour::icc_profile`] names, once it is read.
    #[serde(skip)]
    pub icc: Option<Arc<IccTable>>,
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
    #[error("the printer profile {file} has {key} = {found} in line {line}: it must be {expected}; correct that line")]
    Value {
        /// The file, or "(text)".
        file: String,
        /// Line of the key, or of the end of the file where the key is missing.
        line: usize,
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
    /// What this model can do for a face.
    #[must_use]
    pub fn limits(&self) -> PrintLimits {
        PrintLimits {
            chip: self.overcoat.keep_out.from_top(),
            dyes: self.ribbon.panels != Panels::K,
            resin: self.ribbon.panels != Panels::Ymc,
            back: self.sides.printable == PrintableSides::FrontAndBack,
        }
    }

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
            Some(check::Fault { key, found, expected }) => {
                let line = check::line_of(text, key);
                Err(ProfileError::Value { file, line, key, found, expected: expected.to_owned() })
            }
        }
    }

    /// Reads the ICC profile that the profile in `text` names, from the folder of its `file`.
    fn with_icc(mut self, file: &Path, text: &str) -> Result<Self, ProfileError> {
        let name = &self.colour.icc_profile;
        if name.is_empty() {
            return Ok(self);
        }
        let read = library::read_icc(&file.with_file_name(name));
        let table = read.map_err(|why| ProfileError::Value {
            file: file.display().to_string(),
            line: check::line_of(text, "colour.icc-profile"),
            key: "colour.icc-profile",
            found: shown(name),
            expected: format!("the name of an ICC profile of RGB beside this file ({why})"),
        })?;
        self.icc = Some(Arc::new(table));
        Ok(self)
    }

    /// Whether it may print a card of this series.
    #[must_use]
    pub fn may_print(&self, series: Series) -> bool {
        self.prints_series.contains(&series)
    }
}

/// Outside text as it may stand in a message.
fn shown(text: &str) -> String {
    format!("“{}”", text.chars().filter(|c| !c.is_control()).take(60).collect::<String>())
}

#[cfg(test)]
mod tests;
