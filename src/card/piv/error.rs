//! What can go wrong between desk and PIV application, in words for the officer.

use super::objects::ObjectName;
use crate::card::{apdu::StatusWord, transport::TransportError};

/// Why the card did not do what was asked: what failed, what state the card is in, what to do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PivError {
    /// SELECT was refused.
    #[error("this card has no PIV application, so it cannot be used here; nothing was changed: use an NHS smartcard")]
    NoApplication,
    /// The passcode is wrong.
    #[error("the passcode is wrong{}; nothing else was changed: type it again with care", tries(.tries_left))]
    WrongPasscode {
        /// Tries left, where the card tells.
        tries_left: Option<u8>,
    },
    /// The passcode is blocked.
    #[error("the passcode is locked after too many wrong tries; keys and certificates are unharmed: unlock the card")]
    PasscodeBlocked,
    /// The unlock code is wrong.
    #[error(
        "the card does not take the unlock code{}; the passcode was not changed: do not try again, resume the job so \
         that the gateway finds the right code",
        tries(.tries_left)
    )]
    UnlockCodeWrong {
        /// Tries left, where the card tells.
        tries_left: Option<u8>,
    },
    /// The unlock code is blocked.
    #[error("the unlock code is locked for good; this card cannot be unlocked: cancel it and issue another")]
    UnlockCodeBlocked,
    /// The card did not accept what the gateway answered.
    #[error(
        "the card does not accept the gateway's management key; nothing was written: check that the card is stock of \
         this organisation, and ask the gateway's operator"
    )]
    WrongManagementKey,
    /// The card wants something unlocked first.
    #[error(
        "the card did not permit {doing} ({status}); nothing was changed by it: take the card out, put it back and resume"
    )]
    NotPermitted {
        /// What was being done.
        doing: Doing,
        /// The card's answer.
        status: StatusWord,
    },
    /// The card cannot do it.
    #[error(
        "this card cannot do what was asked: {doing} ({status}); nothing was changed by it: check its card profile"
    )]
    Unsupported {
        /// What was being done.
        doing: Doing,
        /// The card's answer.
        status: StatusWord,
    },
    /// An object is too large.
    #[error(
        "the {object} of {bytes} bytes does not fit on this card ({status}); the card keeps what it had: use a smaller one"
    )]
    ObjectTooLarge {
        /// Which.
        object: ObjectName,
        /// Bytes of its content.
        bytes: usize,
        /// The card's answer.
        status: StatusWord,
    },
    /// Any other refusal.
    #[error("the card refused {doing} ({status}): take the card out, put it back and resume")]
    Refused {
        /// What was being done.
        doing: Doing,
        /// The card's answer.
        status: StatusWord,
    },
    /// An answer that does not have the form it must have.
    #[error("the card's answer to {doing} cannot be read: take the card out, put it back and resume")]
    Garbled {
        /// What was being done.
        doing: Doing,
    },
    /// The system gave no random bytes.
    #[error("this computer gives no random numbers, so the card cannot be locked; nothing was changed: restart it")]
    NoRandomness,
    /// The answer did not arrive.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

fn tries(left: &Option<u8>) -> String {
    match left {
        Some(1) => " and one try is left".into(),
        Some(left) => format!(" and {left} tries are left"),
        None => String::new(),
    }
}

/// What was being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// VERIFY.
    CheckingThePasscode,
    /// CHANGE REFERENCE DATA 80.
    ChangingThePasscode,
    /// CHANGE REFERENCE DATA 81.
    ChangingTheUnlockCode,
    /// CHANGE REFERENCE DATA 81 without the old code.
    ReplacingTheUnlockCode,
    /// RESET RETRY COUNTER.
    Unlocking,
    /// GENERAL AUTHENTICATE 9B.
    ManagementKey,
    /// GENERATE.
    MakingAKey,
    /// GENERAL AUTHENTICATE 9A or 9C.
    Signing,
    /// GET DATA.
    Reading(ObjectName),
    /// PUT DATA.
    Writing(ObjectName),
}

impl std::fmt::Display for Doing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::CheckingThePasscode => f.write_str("checking the passcode"),
            Self::ChangingThePasscode => f.write_str("changing the passcode"),
            Self::ChangingTheUnlockCode => f.write_str("changing the unlock code"),
            Self::ReplacingTheUnlockCode => f.write_str("replacing the unlock code"),
            Self::Unlocking => f.write_str("unlocking"),
            Self::ManagementKey => f.write_str("the management-key authentication"),
            Self::MakingAKey => f.write_str("making a key"),
            Self::Signing => f.write_str("signing"),
            Self::Reading(object) => write!(f, "reading the {object}"),
            Self::Writing(object) => write!(f, "writing the {object}"),
        }
    }
}
