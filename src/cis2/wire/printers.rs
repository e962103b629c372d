//! What crosses the wire when the list of printers of a desk was changed.

use serde::{Deserialize, Serialize};

use crate::domain::{OfficerId, telephone::WorkstationNumber};

/// The list of printers of a desk was changed. The desk keeps it until a gateway was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrinterChange {
    /// Which desk.
    pub workstation: WorkstationNumber,
    /// What was done.
    pub change: ListChange,
    /// The name officers know the printer by, at most [`super::LONGEST_NOTE`] characters.
    pub printer: String,
    /// Its profile, at most [`super::LONGEST_NOTE`] characters.
    pub printer_model: String,
    /// Where it is, as the configuration writes it, at most [`super::LONGEST_NOTE`] characters; of a file the word alone,
    /// for its path may name a person.
    pub destination: String,
    /// Where the printer gives itself another model's name: that name and how the officer knows what it is, at most
    /// [`super::LONGEST_NOTE`] characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<String>,
    /// When, by the desk's own clock, RFC 3339 in UTC.
    pub changed: String,
    /// Who was signed in at the desk then, as it says; none where nobody was.
    pub signed_in: Option<OfficerId>,
}

/// What is done to a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListChange {
    /// Something is in it that was not.
    Added,
    /// Something is in it no longer.
    Removed,
}
