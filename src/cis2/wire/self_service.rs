//! What crosses the wire when holders help themselves, without an officer.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Base64, SecretBase64};
use crate::domain::{CardSerial, Holder, JobId, Operation, Series, eligibility::ClientSoftware};

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
    /// With keys of a card on which a job of theirs was cut off, so that it may be gone on with.
    Unfinished {
        /// The card in the reader.
        serial: CardSerial,
        /// [`super::CardChallenge::challenge`].
        challenge: Base64,
        /// What its keys signed of it, at most two: one of them must be a key the gateway knows of this card.
        signatures: Vec<Base64>,
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
    /// The job of theirs that was cut off on this card and may be gone on with; in the answer to sign-in alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unfinished: Option<JobId>,
    /// When it ends.
    #[serde(with = "time::serde::rfc3339")]
    pub expires: OffsetDateTime,
}
