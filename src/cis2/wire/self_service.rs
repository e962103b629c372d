//! What crosses the wire when holders help themselves, without an officer.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::SecretBase64;
use crate::domain::{CardSerial, Holder, Operation, Series, eligibility::ClientSoftware};

/// Asks for a one-time code for a locked card. Nobody is signed in when this is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskForCode {
    /// The chip's serial.
    pub serial: CardSerial,
    /// Series as recognised.
    pub series: Series,
    /// The workstation's client software.
    pub client_software: ClientSoftware,
}

/// A one-time code is on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeSent {
    /// The number of this request: 32 lower-case hexadecimal digits. The code is good with it alone.
    pub request: String,
    /// Where the code went, with most of it hidden, e.g. `j•••@nhs.net`.
    pub sent_to: String,
    /// Until when it may be entered.
    #[serde(with = "time::serde::rfc3339")]
    pub expires: OffsetDateTime,
}

/// How a holder shows that they may work on their own card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HolderSignIn {
    /// With what the card proved: for a change of passcode and for a renewal.
    Card {
        /// [`super::CardAuthenticated::proof`].
        proof: SecretBase64,
    },
    /// With a one-time code: for an unlock.
    Code {
        /// [`CodeSent::request`].
        request: String,
        /// The card in the reader; it must be the one the code was sent for.
        serial: CardSerial,
        /// The six digits, as text in base64: so that they cannot be printed.
        code: SecretBase64,
    },
}

/// A holder's session: for their own card alone, and for ten minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolderSession {
    /// Bearer token; only in the answer to sign-in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub token: Option<SecretBase64>,
    /// Whose session it is.
    pub holder: Holder,
    /// The one card it is for.
    pub serial: CardSerial,
    /// What may be done in it.
    pub operations: Vec<Operation>,
    /// When it ends.
    #[serde(with = "time::serde::rfc3339")]
    pub expires: OffsetDateTime,
}
