//! The person a card is for.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{Malformed, OrganisationCode};

/// The 12-digit NHS number of a card holder (the "UUID" printed under the photo; `facts/nhs.md` 2.1).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HolderId(String);

impl HolderId {
    /// The twelve digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digits in groups of three, as they are printed and read aloud.
    #[must_use]
    pub fn grouped(&self) -> String {
        [&self.0[0..3], &self.0[3..6], &self.0[6..9], &self.0[9..12]].join(" ")
    }
}

impl FromStr for HolderId {
    type Err = Malformed;

    /// Takes twelve digits; spaces between groups are allowed.
    fn from_str(input: &str) -> Result<Self, Malformed> {
        let digits: String = input.chars().filter(|c| *c != ' ').collect();
        if digits.len() == 12 && digits.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(digits))
        } else {
            Err(Malformed::new(input, "12-digit NHS card holder number"))
        }
    }
}

impl TryFrom<String> for HolderId {
    type Error = Malformed;
    fn try_from(value: String) -> Result<Self, Malformed> {
        value.parse()
    }
}

impl From<HolderId> for String {
    fn from(value: HolderId) -> Self {
        value.0
    }
}

impl fmt::Display for HolderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for HolderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HolderId({})", self.0)
    }
}

/// Whether a holder's profile may receive cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HolderState {
    /// The profile is open.
    Open,
    /// The profile was closed; its cards were cancelled. It must be reopened before a new card.
    Closed,
}

/// The name as it is printed: the "name on smartcard" where there is one, else the official name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NameOnCard(pub String);

/// A card holder as the Care Identity Service knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The 12-digit number.
    pub id: HolderId,
    /// The name on the identity document.
    pub official_name: String,
    /// Overrides what is printed; `None` prints the official name (`facts/nhs.md` 1.6).
    pub name_on_card: Option<NameOnCard>,
    /// Organisation the profile belongs to.
    pub organisation: OrganisationCode,
    /// Open or closed.
    pub state: HolderState,
    /// SHA-256 of the photo on record, lower-case hexadecimal; `None` when there is no photo.
    pub photo_sha256: Option<String>,
}

impl Holder {
    /// The name that goes on the card face.
    #[must_use]
    pub fn printed_name(&self) -> &str {
        self.name_on_card.as_ref().map_or(&self.official_name, |name| &name.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_digits_with_or_without_spaces() {
        let id: HolderId = "555 000 000 017".parse().expect("grouped digits are accepted");
        assert_eq!(id.as_str(), "555000000017");
        assert_eq!(id.grouped(), "555 000 000 017");
        for wrong in ["", "55500000001", "5550000000170", "55500000001x", "٥٥٥٠٠٠٠٠٠٠١٧"] {
            assert!(wrong.parse::<HolderId>().is_err(), "{wrong} must be refused");
        }
    }
}
