//! What the desk does to a card, and one run of it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::Malformed;

/// Something an officer does to a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// Keys, certificates and passcode onto a blank card for a holder.
    Issue,
    /// The face of a card.
    Print,
    /// A new passcode for a locked card.
    Unlock,
    /// A damaged or mismatched card brought back on the same chip.
    Repair,
    /// New certificates for a card that is about to expire or has expired.
    Renew,
    /// A card emptied for reuse.
    Clear,
    /// A card ended for good.
    Cancel,
    /// A new passcode by someone who knows the old one.
    ChangePasscode,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 8] = [
        Self::Issue,
        Self::Print,
        Self::Unlock,
        Self::Repair,
        Self::Renew,
        Self::Clear,
        Self::Cancel,
        Self::ChangePasscode,
    ];
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Issue => "issue",
            Self::Print => "print",
            Self::Unlock => "unlock",
            Self::Repair => "repair",
            Self::Renew => "renew",
            Self::Clear => "clear",
            Self::Cancel => "cancel",
            Self::ChangePasscode => "change passcode",
        })
    }
}

/// Why a card is cancelled for good. The reason codes of the NHS are not public (`facts/nhs.md` 1.5); these are the
/// desk's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CancelReason {
    /// The holder has lost it.
    Lost,
    /// It was stolen.
    Stolen,
    /// Chip or plastic is broken.
    Damaged,
    /// The holder has left.
    Left,
    /// Its face came out wrong.
    Misprinted,
    /// Something else; the note says what.
    Other,
}

impl CancelReason {
    /// Every reason.
    pub const ALL: [Self; 6] = [Self::Lost, Self::Stolen, Self::Damaged, Self::Left, Self::Misprinted, Self::Other];
}

impl fmt::Display for CancelReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lost => "lost",
            Self::Stolen => "stolen",
            Self::Damaged => "damaged",
            Self::Left => "holder has left",
            Self::Misprinted => "misprinted",
            Self::Other => "other",
        })
    }
}

/// One run of one operation on one card: 32 lower-case hexadecimal digits, random.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct JobId(String);

impl JobId {
    /// From 16 random bytes (the caller has the randomness; this room has none).
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(super::hex(&bytes))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first eight digits: enough to tell today's jobs apart on a screen.
    #[must_use]
    pub fn short(&self) -> &str {
        &self.0[..8]
    }
}

impl FromStr for JobId {
    type Err = Malformed;
    fn from_str(input: &str) -> Result<Self, Malformed> {
        if input.len() == 32 && input.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            Ok(Self(input.to_owned()))
        } else {
            Err(Malformed::new(input, "job number (32 hexadecimal digits)"))
        }
    }
}

impl TryFrom<String> for JobId {
    type Error = Malformed;
    fn try_from(value: String) -> Result<Self, Malformed> {
        value.parse()
    }
}

impl From<JobId> for String {
    fn from(value: JobId) -> Self {
        value.0
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JobId({})", self.0)
    }
}
