//! Unlock by telephone, at the desk with the card whose gateway is silent: what is asked of its reader, and what it tells.

use super::event::Trouble;
use crate::domain::{
    CardSerial, HolderId, JobId, Passcode, PasscodeRules,
    telephone::{Challenge, CompletionCode, Response, TelephoneOutcome},
};

/// What is asked of the reader that holds the card.
#[derive(Debug)]
pub enum OfflineOrder {
    /// Look at this card and make a challenge for it. Another card in the reader is left alone.
    Begin {
        /// Which card.
        serial: CardSerial,
    },
    /// Take a response. The card sees nothing of it yet.
    Hear {
        /// As it was typed.
        response: Response,
    },
    /// Work on the card: what was heard unlocks it, and it gets this passcode, which its holder chose.
    Unlock {
        /// The passcode.
        new: Passcode,
    },
    /// Give it up. Nothing on the card was changed.
    GiveUp,
}

impl OfflineOrder {
    /// Whether the card is needed for it.
    #[must_use]
    pub fn needs_card(&self) -> bool {
        matches!(self, Self::Begin { .. } | Self::Unlock { .. })
    }
}

/// What is told.
#[derive(Debug, Clone)]
pub enum OfflineTold {
    /// This is read aloud.
    Begun(Box<OfflineBegun>),
    /// The response fits this card and this challenge: its holder may choose a passcode.
    Heard,
    /// It does not fit. The card has not seen it.
    Misheard,
    /// Nothing came of what was asked, and nothing was changed. What was begun stands as it was.
    Failed(Trouble),
    /// It is over.
    Ended(OfflineEnded),
}

/// A challenge, and what is said with it.
#[derive(Debug, Clone)]
pub struct OfflineBegun {
    /// The job on record at this desk.
    pub job: JobId,
    /// Whose card it is, as its certificate says.
    pub holder: HolderId,
    /// Which card.
    pub serial: CardSerial,
    /// What is read over the telephone.
    pub challenge: Challenge,
    /// What passcodes this card takes.
    pub rules: PasscodeRules,
}

/// How it ended, for the telephone. How the card is, its work tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfflineEnded {
    /// What the code tells.
    pub outcome: TelephoneOutcome,
    /// What is read over the telephone.
    pub completion: CompletionCode,
}

/// A completion code that the gateway may not have heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untold {
    /// The job on record at this desk.
    pub job: JobId,
    /// Whose card it was, as its certificate said.
    pub holder: HolderId,
    /// Which card.
    pub serial: CardSerial,
    /// What the officer on the telephone typed.
    pub challenge: Challenge,
    /// What is read over the telephone.
    pub completion: CompletionCode,
}
