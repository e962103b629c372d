//! The client software of the workstation, and its versions.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::domain::Malformed;

/// A version of up to four numbers, such as 4.1 or 2.4.10.0; missing numbers are 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version([u16; 4]);

impl Version {
    /// Smartcard Connect 4.1, the first that manages Series 10 (`facts/nhs.md` 0).
    pub const SMARTCARD_CONNECT_SERIES_10: Self = Self([4, 1, 0, 0]);
    /// Identity Agent 2.4.10.0, the only one allowed since 12 October 2025 (`facts/nhs.md` 4.1).
    pub const IDENTITY_AGENT_CURRENT: Self = Self([2, 4, 10, 0]);
    /// Credential Management 1.3.1.0, the first that reads Series 9 (`facts/nhs.md` 4.1).
    pub const CREDENTIAL_MANAGEMENT_SERIES_9: Self = Self([1, 3, 1, 0]);
    /// Credential Management 1.4.2.0, the last of its line (`facts/nhs.md` 4.1).
    pub const CREDENTIAL_MANAGEMENT_CURRENT: Self = Self([1, 4, 2, 0]);
}

impl FromStr for Version {
    type Err = Malformed;
    fn from_str(input: &str) -> Result<Self, Malformed> {
        let malformed = || Malformed::new(input, "version such as 4.1 or 2.4.10.0");
        let mut numbers = [0; 4];
        for (i, part) in input.split('.').enumerate() {
            *numbers.get_mut(i).ok_or_else(malformed)? = part.parse().map_err(|_| malformed())?;
        }
        Ok(Self(numbers))
    }
}

impl TryFrom<String> for Version {
    type Error = Malformed;
    fn try_from(value: String) -> Result<Self, Malformed> {
        value.parse()
    }
}

impl From<Version> for String {
    fn from(value: Version) -> Self {
        value.to_string()
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch, build] = self.0;
        write!(f, "{major}.{minor}")?;
        if (patch, build) == (0, 0) { Ok(()) } else { write!(f, ".{patch}.{build}") }
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Version({self})")
    }
}

/// What the workstation runs beside this program.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientSoftware {
    /// Smartcard Connect, which brings its own Credential Management of the same version.
    SmartcardConnect(Version),
    /// The legacy pair.
    IdentityAgent {
        /// Identity Agent.
        agent: Version,
        /// Credential Management 1.x beside it.
        credential_management: Version,
    },
    /// It is installed, and a part of it does not answer.
    Silent(SoftwarePart),
    /// Nothing was found.
    NotFound,
}

/// A part of Smartcard Connect (`facts/nhs.md` 4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SoftwarePart {
    /// The NHS Port Service, by which the others are found.
    PortService,
    /// Credential Management, for the user of this computer.
    CredentialManagement,
}

impl fmt::Display for SoftwarePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PortService => "NHS Port Service",
            Self::CredentialManagement => "NHS Credential Management",
        })
    }
}

impl fmt::Display for ClientSoftware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SmartcardConnect(version) => write!(f, "Smartcard Connect {version}"),
            Self::IdentityAgent { agent, credential_management } => {
                write!(f, "Identity Agent {agent} with Credential Management {credential_management}")
            }
            Self::Silent(part) => write!(f, "smartcard software whose {part} does not answer"),
            Self::NotFound => f.write_str("no smartcard software"),
        }
    }
}
