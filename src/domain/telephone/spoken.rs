//! The three rows of digits that are read aloud: written in groups of four, read however they are grouped.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::WorkstationNumber;
use crate::domain::Malformed;

/// What the workstation without a gateway shows: its number (4 digits), 8 random digits, 4 check digits. Not secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Challenge(String);

/// The answer: 8 digits for each unlock code the card may hold (one or two), enciphered, and 4 check digits. Of no use
/// without the key of the workstation it is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Response(String);

/// What the workstation shows at the end: 6 digits. Not secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CompletionCode(String);

impl Challenge {
    /// Its digits in all.
    pub const DIGITS: usize = 16;
    /// How many of them, the last, are there to notice a misheard one.
    pub const CHECK_DIGITS: usize = 4;

    pub(super) fn of(open: &str, check: &[u8]) -> Self {
        Self(format!("{open}{}", String::from_utf8_lossy(check)))
    }

    /// The workstation it names; `None` for number 0, which no workstation has.
    #[must_use]
    pub fn workstation(&self) -> Option<WorkstationNumber> {
        let number: u16 = self.0.get(..4)?.parse().ok()?;
        number.try_into().ok()
    }

    /// Everything but the check digits.
    pub(super) fn open_part(&self) -> &str {
        &self.0[..Self::DIGITS - Self::CHECK_DIGITS]
    }

    pub(super) fn check_digits(&self) -> &[u8] {
        &self.0.as_bytes()[Self::DIGITS - Self::CHECK_DIGITS..]
    }

    /// The digits without spaces.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Response {
    /// Digits of a response with one code, and with two.
    pub const DIGITS: [usize; 2] = [12, 20];
    /// How many of them, the last, are there to notice a misheard one.
    pub const CHECK_DIGITS: usize = 4;

    pub(super) fn of(enciphered: &[u8], check: &[u8]) -> Option<Self> {
        String::from_utf8([enciphered, check].concat()).ok()?.parse().ok()
    }

    /// How many unlock codes it carries.
    #[must_use]
    pub fn codes(&self) -> u8 {
        if self.0.len() == Self::DIGITS[0] { 1 } else { 2 }
    }

    pub(super) fn enciphered(&self) -> &[u8] {
        &self.0.as_bytes()[..self.0.len() - Self::CHECK_DIGITS]
    }

    pub(super) fn check_digits(&self) -> &[u8] {
        &self.0.as_bytes()[self.0.len() - Self::CHECK_DIGITS..]
    }
}

impl CompletionCode {
    /// Its digits.
    pub const DIGITS: usize = 6;

    pub(super) fn of(digits: &[u8]) -> Self {
        Self(String::from_utf8_lossy(digits).into_owned())
    }

    pub(super) fn digits(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// The digits of what was typed; spaces, hyphens and full stops between them do not matter.
fn digits_of(input: &str, lengths: &[usize], expected: &'static str) -> Result<String, Malformed> {
    let digits: String =
        input.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2013}' | '.' | ',')).collect();
    if lengths.contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit()) {
        Ok(digits)
    } else {
        Err(Malformed::new(input, expected))
    }
}

fn write_grouped(f: &mut fmt::Formatter<'_>, digits: &str, group: usize) -> fmt::Result {
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && place.is_multiple_of(group) {
            f.write_str(" ")?;
        }
        write!(f, "{digit}")?;
    }
    Ok(())
}

macro_rules! spoken {
    ($name:ident, $lengths:expr, $expected:literal, $group:literal) => {
        impl FromStr for $name {
            type Err = Malformed;
            fn from_str(input: &str) -> Result<Self, Malformed> {
                digits_of(input, &$lengths, $expected).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = Malformed;
            fn try_from(value: String) -> Result<Self, Malformed> {
                value.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_grouped(f, &self.0, $group)
            }
        }
    };
}

spoken!(Challenge, [Self::DIGITS], "challenge (16 digits)", 4);
spoken!(Response, Self::DIGITS, "response (12 or 20 digits)", 4);
spoken!(CompletionCode, [Self::DIGITS], "completion code (6 digits)", 3);
