//! One chip, as the desk speaks of it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::Malformed;

/// A chip's own serial, read from the chip and never typed: 8 to 64 upper-case hexadecimal digits.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CardSerial(String);

impl CardSerial {
    /// From the bytes the chip gave.
    ///
    /// # Errors
    /// Fewer than 4 or more than 32 bytes cannot name a card.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        super::upper_hex(bytes).parse()
    }

    /// The hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CardSerial {
    type Err = Malformed;
    fn from_str(input: &str) -> Result<Self, Malformed> {
        let digits = input.to_ascii_uppercase();
        let shape = (8..=64).contains(&digits.len()) && digits.len().is_multiple_of(2);
        if shape && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            Ok(Self(digits))
        } else {
            Err(Malformed::new(input, "card serial (8 to 64 hexadecimal digits)"))
        }
    }
}

impl TryFrom<String> for CardSerial {
    type Error = Malformed;
    fn try_from(value: String) -> Result<Self, Malformed> {
        value.parse()
    }
}

impl From<CardSerial> for String {
    fn from(value: CardSerial) -> Self {
        value.0
    }
}

impl fmt::Display for CardSerial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CardSerial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CardSerial({})", self.0)
    }
}

/// The identifier a card got with its certificates, which Windows knows it by: the GUID of its card holder unique
/// identifier (SP 800-73-4 part 1, 3.1.2), 16 bytes as 32 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CardIdentifier(String);

impl CardIdentifier {
    /// From the bytes on the card.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(super::hex(&bytes))
    }

    /// The hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CardIdentifier {
    type Err = Malformed;
    fn from_str(input: &str) -> Result<Self, Malformed> {
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if input.len() == 32 && input.bytes().all(digit) {
            Ok(Self(input.to_owned()))
        } else {
            Err(Malformed::new(input, "card identifier (32 lower-case hexadecimal digits)"))
        }
    }
}

impl TryFrom<String> for CardIdentifier {
    type Error = Malformed;
    fn try_from(value: String) -> Result<Self, Malformed> {
        value.parse()
    }
}

impl From<CardIdentifier> for String {
    fn from(value: CardIdentifier) -> Self {
        value.0
    }
}

/// The generation of an NHS smartcard (`facts/nhs.md` 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Series {
    /// Gemplus or JCOP; permanently blocked.
    Series4,
    /// Gemplus or JCOP; permanently blocked.
    Series5,
    /// JCOP 41; permanently blocked.
    Series6,
    /// Oberthur with its own middleware; answers no PIV application.
    Series8,
    /// IDEMIA, PIV.
    Series9,
    /// IDEMIA, PIV; issued from July 2026.
    Series10,
    /// A PIV card that is no NHS stock. Training may use it; live work refuses it.
    GenericPiv,
    /// Not recognised.
    Unknown,
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Series4 => "Series 4",
            Self::Series5 => "Series 5",
            Self::Series6 => "Series 6",
            Self::Series8 => "Series 8",
            Self::Series9 => "Series 9",
            Self::Series10 => "Series 10",
            Self::GenericPiv => "generic PIV card",
            Self::Unknown => "unknown card",
        })
    }
}

/// What the service knows of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CardState {
    /// Never issued, or cleared for reuse.
    Blank,
    /// A job is open on it.
    InWork,
    /// Issued and usable with its passcode.
    Active,
    /// Issued locked, or locked by wrong tries: must be unlocked before use.
    Locked,
    /// A job on it was stopped and the chip has not been brought back to a known state yet.
    Unfinished,
    /// Cancelled for good.
    Cancelled,
}

/// One half of the certificate pair and the PIV slot it lives in (SP 800-73-4 part 1, table 4b).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateSlot {
    /// Slot 9A, PIV authentication.
    Authentication,
    /// Slot 9C, digital signature.
    Signing,
}

impl CertificateSlot {
    /// Both, in the order they are made.
    pub const BOTH: [Self; 2] = [Self::Authentication, Self::Signing];
}

impl fmt::Display for CertificateSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Authentication => "authentication",
            Self::Signing => "signing",
        })
    }
}
