//! The person signed in at the desk.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{HolderId, Malformed};

/// An Organisation Data Service (ODS) code: 3 to 12 upper-case letters and digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrganisationCode(String);

impl OrganisationCode {
    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OrganisationCode {
    type Err = Malformed;
    fn from_str(input: &str) -> Result<Self, Malformed> {
        let code = input.trim().to_ascii_uppercase();
        if (3..=12).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric()) {
            Ok(Self(code))
        } else {
            Err(Malformed::new(input, "organisation (ODS) code"))
        }
    }
}

impl TryFrom<String> for OrganisationCode {
    type Error = Malformed;
    fn try_from(value: String) -> Result<Self, Malformed> {
        value.parse()
    }
}

impl From<OrganisationCode> for String {
    fn from(value: OrganisationCode) -> Self {
        value.0
    }
}

impl fmt::Display for OrganisationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An officer is a card holder too: the same 12-digit number.
pub type OfficerId = HolderId;

/// What the signed-in person may do (`facts/nhs.md` 1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// RA Manager.
    RaManager,
    /// Advanced RA Agent.
    AdvancedRaAgent,
    /// RA Agent.
    RaAgent,
    /// RA ID Checker.
    IdChecker,
    /// Sponsor.
    Sponsor,
    /// Local Smartcard Administrator.
    LocalSmartcardAdministrator,
}

impl Role {
    /// Every role, the most trusted first.
    pub const ALL: [Self; 6] = [
        Self::RaManager,
        Self::AdvancedRaAgent,
        Self::RaAgent,
        Self::IdChecker,
        Self::Sponsor,
        Self::LocalSmartcardAdministrator,
    ];
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RaManager => "RA Manager",
            Self::AdvancedRaAgent => "Advanced RA Agent",
            Self::RaAgent => "RA Agent",
            Self::IdChecker => "RA ID Checker",
            Self::Sponsor => "Sponsor",
            Self::LocalSmartcardAdministrator => "Local Smartcard Administrator",
        })
    }
}

/// The signed-in officer, with the role they chose at sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Officer {
    /// Their own 12-digit number: no operation may be done on this record or its cards.
    pub id: OfficerId,
    /// Their name, for the screen and the audit.
    pub name: String,
    /// The selected role.
    pub role: Role,
    /// The organisation they act for.
    pub organisation: OrganisationCode,
}
