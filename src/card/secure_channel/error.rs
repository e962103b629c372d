//! What can go wrong while a channel is opened or used for keys, in words for the officer.

use super::AnswerFault;
use crate::card::{apdu::StatusWord, transport::TransportError};

/// Why a channel was not opened, or the card's keys were not replaced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// No security domain answers.
    #[error("this card has no administration keys of its own; nothing was changed: check its card profile")]
    NoDomain,
    /// INITIALIZE UPDATE was answered with something else.
    #[error("the protected connection to the card was not opened ({0}); nothing was changed: check its card profile")]
    Answer(#[from] AnswerFault),
    /// The card cannot protect as much as its profile wants.
    #[error("the card cannot protect its answers as its card profile wants; nothing was changed: check the profile")]
    Level,
    /// The card told a key version that its profile does not have.
    #[error(
        "the card holds administration keys (version {version}) that its card profile does not know; nothing was changed: \
         put the card aside, or have its profile corrected"
    )]
    UnknownKeys {
        /// The version it told.
        version: u8,
    },
    /// The card knows the host's keys to be wrong.
    #[error(
        "the card does not accept the gateway's administration keys; nothing was written and they are not tried again: \
         put the card aside and tell the gateway's operator its serial"
    )]
    WrongKeys,
    /// Too many wrong keys.
    #[error(
        "the card's administration keys are locked after too many wrong tries; nothing was changed: put the card aside \
         and tell the gateway's operator its serial"
    )]
    Blocked,
    /// The card took the keys and shows other check values than theirs.
    #[error(
        "the card's answer does not fit the administration keys it was given: put the card aside and tell the gateway's \
         operator its serial"
    )]
    WrongCheckValues,
    /// Any other refusal.
    #[error("the card refused {doing} ({status}): take the card out, put it back and resume")]
    Refused {
        /// What was being done.
        doing: Doing,
        /// The card's answer.
        status: StatusWord,
    },
    /// The answer did not arrive, or the channel broke.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

/// What was being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// INITIALIZE UPDATE and EXTERNAL AUTHENTICATE.
    Opening,
    /// PUT KEY.
    ReplacingKeys,
}

impl std::fmt::Display for Doing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Opening => "opening the protected connection",
            Self::ReplacingKeys => "replacing its administration keys",
        })
    }
}
