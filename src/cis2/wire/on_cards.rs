//! What crosses the wire for a card that lies at a desk, and for the operations on cards in use: unlock, change of
//! passcode, clear, cancel.

use serde::{Deserialize, Serialize};

use super::{Base64, CardRecord, HolderRecord, Issuance, SecretBase64, UnlockCodeSettled, UnlockCodes};
use crate::domain::{
    CancelReason, CardSerial, HolderId, JobId, Officer, OfficerId, Operation, Series, eligibility::ClientSoftware,
};

/// Everything the service says of a card that was put into a reader, in one answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardAtDesk {
    /// The card.
    pub card: CardRecord,
    /// Whose it is, with their other cards; none where it is nobody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<HolderRecord>,
    /// The officer who asks; none where a holder asks for their own card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub officer: Option<Officer>,
    /// The holder's photo as stored (JPEG or PNG), where it was asked for and has at most [`LARGEST_PHOTO_AT_DESK`] bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<Base64>,
}

/// Whether the photo comes with a [`CardAtDesk`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoAtDesk {
    /// It does, where it is small.
    Wanted,
    /// It does not.
    NotWanted,
}

/// Largest photo that comes with a [`CardAtDesk`], in bytes; a larger one is asked for by itself.
pub const LARGEST_PHOTO_AT_DESK: usize = 256 * 1024;

/// Begins an operation on a card in use. What it ends at once is ended with this call: for clear and cancel every
/// certificate of the card is revoked before the chip is touched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeginOnCard {
    /// The job's own number; also its idempotency key.
    pub job: JobId,
    /// Unlock, change passcode, clear or cancel.
    pub operation: Operation,
    /// Whose card it is.
    pub holder: HolderId,
    /// The chip's serial.
    pub serial: CardSerial,
    /// Series as recognised.
    pub series: Series,
    /// The management-key scheme of its card profile.
    pub profile: String,
    /// The workstation's client software.
    pub client_software: ClientSoftware,
    /// Where the chip is: a card can be cancelled without it.
    pub chip: Chip,
    /// Whether the card is known to be in its holder's hands: asked for before a card that was issued locked is unlocked.
    #[serde(default)]
    pub delivery: DeliverySaid,
    /// Why a card is cancelled; needed for that and for nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<CancelReason>,
    /// More about it for the audit, at most [`super::LONGEST_NOTE`] characters; no name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// A second officer's approval, where the gateway asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<SecretBase64>,
    /// What the answer is to tell of the card, for a workstation that did not ask before.
    #[serde(default)]
    pub tell: Tell,
}

/// What the answer to a call that begins a job tells besides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tell {
    /// Nothing.
    #[default]
    Nothing,
    /// Card and holder as they were before the job.
    Record,
    /// And the holder's photo, where it is small.
    RecordAndPhoto,
}

/// Where the chip is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Chip {
    /// In a reader of this workstation: the job stays open until it is worked on.
    InReader,
    /// Not here: the job ends with the call.
    NotHere,
}

/// What the officer says of a card's delivery.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeliverySaid {
    /// Nothing.
    #[default]
    NotSaid,
    /// The holder has the card in hand.
    Confirmed,
}

/// An operation on a card in use has begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnCardBegun {
    /// The job: its deadline, and who began it.
    pub job: Issuance,
    /// The codes of this card, released for this job alone: for unlock and clear. A clear changes to the code the card
    /// was delivered with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codes: Option<UnlockCodes>,
    /// Card and holder as they were before the job, where the request asked for them. An answer that is given again leaves
    /// the photo out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_desk: Option<Box<CardAtDesk>>,
}

/// Ends an operation on a card in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndOnCard {
    /// What became of the card.
    pub outcome: OnCardOutcome,
    /// Which unlock code the card holds, where that was found out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlock_code: Option<UnlockCodeSettled>,
}

/// What became of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnCardOutcome {
    /// Done: the card has its new passcode, or its chip is emptied.
    Done,
    /// The card has no passcode its holder knows: it is to be unlocked.
    Locked,
    /// The card is as it was before.
    AsBefore,
    /// The unlock code is blocked: nothing but a repair or another card helps.
    UnlockCodeBlocked,
    /// The chip could not be brought where it should be; for a cancelled card that is the end of it.
    NotReached,
}

/// A second officer approves one operation on one card for a colleague.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approve {
    /// The second officer, who proves who they are as at a sign-in.
    pub officer: OfficerId,
    /// What is approved.
    pub operation: Operation,
    /// On which card.
    pub serial: CardSerial,
}

/// The same, where the second officer's own card proved who they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApproveWithCard {
    /// [`super::CardAuthenticated::proof`] of the second officer's card.
    pub proof: SecretBase64,
    /// What is approved.
    pub operation: Operation,
    /// On which card.
    pub serial: CardSerial,
}

/// An approval: good for one operation on one card by the officer who asked, once, and for five minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// What [`BeginOnCard::approval`] takes.
    pub token: SecretBase64,
    /// Who approved.
    pub officer: OfficerId,
}
