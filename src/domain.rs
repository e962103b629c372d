//! The words of the Registration Authority desk and the rules between them.
//!
//! Nothing in this room reads a file, a card, a network or a clock: every fact comes in as an argument.

mod card;
pub mod eligibility;
mod hexadecimal;
mod holder;
mod nhs_code;
mod officer;
mod operation;
mod passcode;
mod photo_subject;
mod secret;
pub mod telephone;

pub use card::{CardIdentifier, CardSerial, CardState, CertificateSlot, Series};
pub use hexadecimal::{hex, sha256_hex, upper_hex};
pub use holder::{Holder, HolderId, HolderState, NameOnCard};
pub use nhs_code::NhsCode;
pub use officer::{Officer, OfficerId, OrganisationCode, Role};
pub use operation::{CancelReason, JobId, Operation};
pub use passcode::{Passcode, PasscodeFault, PasscodeRules, UnlockCode, Weakness};
pub use photo_subject::PhotoSubject;
pub use secret::Secret;

/// A photo of this many pixels, or more, is refused by the gateway and by the face alike. A passport photo from a
/// telephone has 12 to 50 million; 60 million decoded are 180 MB.
pub const PHOTO_PIXELS_REFUSED: u64 = 60_000_000;

/// A word that does not have the shape it must have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{input}” is not a {expected}")]
pub struct Malformed {
    /// What was given, shortened to 40 characters.
    pub input: String,
    /// What it should have been, in words an officer understands.
    pub expected: &'static str,
}

impl Malformed {
    pub(crate) fn new(input: &str, expected: &'static str) -> Self {
        Self { input: input.chars().take(40).collect(), expected }
    }
}
