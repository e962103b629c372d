//! Unlock by telephone: what is asked of the service for a card at another desk, and what it tells.

use super::event::Trouble;
use crate::{
    cis2::wire::{BegunByTelephone, EndedByTelephone},
    domain::{
        CardSerial, HolderId, OfficerId,
        telephone::{Challenge, CompletionCode},
    },
    operations::Need,
};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TelephoneOrder {
    /// Answer a challenge.
    Begin {
        /// Whose card it is.
        holder: HolderId,
        /// Which card.
        serial: CardSerial,
        /// What was heard.
        challenge: Challenge,
        /// Whether the holder is said to have the card in hand.
        delivered: bool,
        /// Whether the officer proves once more who they are, because the service asked for it.
        proved_again: bool,
        /// The second officer who approves it, because the service asked for one: by name, or, where a card proves this order,
        /// with that card.
        approved_by: Option<OfficerId>,
    },
    /// Tell how it ended.
    End {
        /// The challenge it was begun with.
        challenge: Challenge,
        /// What was heard.
        code: CompletionCode,
    },
}

/// What is told.
#[derive(Debug, Clone, PartialEq)]
pub enum TelephoneTold {
    /// This is read back.
    Begun(Box<BegunByTelephone>),
    /// So it ended.
    Ended(Box<EndedByTelephone>),
    /// It came to nothing.
    Failed {
        /// Why, and what to do.
        trouble: Trouble,
        /// What the service asks for before it begins.
        need: Option<Need>,
    },
}
