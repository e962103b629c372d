//! What crosses the wire for unlock by telephone: one desk has a gateway that answers, the other has the card.

use serde::{Deserialize, Serialize};

use super::{CardRecord, DeliverySaid, Issuance, SecretBase64};
use crate::domain::{
    CardSerial, HolderId, JobId,
    telephone::{Challenge, CompletionCode, Response, TelephoneOutcome, WorkstationNumber},
};

/// A workstation is enrolled, so that it can unlock cards when its gateway is silent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolledWorkstation {
    /// The number it has from now on.
    pub number: WorkstationNumber,
    /// The key it shares with the gateway, 32 bytes.
    pub key: SecretBase64,
}

/// Begins an unlock at another desk, whose challenge was read over the telephone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeginByTelephone {
    /// The job's own number; also its idempotency key.
    pub job: JobId,
    /// Whose card it is.
    pub holder: HolderId,
    /// The chip's serial, from the holder's record.
    pub serial: CardSerial,
    /// The challenge as it was heard.
    pub challenge: Challenge,
    /// Whether the card is known to be in its holder's hands.
    #[serde(default)]
    pub delivery: DeliverySaid,
    /// A second officer's approval, where the gateway asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<SecretBase64>,
}

/// An unlock at another desk has begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BegunByTelephone {
    /// The job: its deadline, and who began it.
    pub job: Issuance,
    /// What is read back: of use at the workstation that made the challenge, for that card, and nowhere else.
    pub response: Response,
}

/// How an unlock at another desk ended: told by the officer who hears it, or by that desk when its gateway is back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndByTelephone {
    /// The challenge it was begun with.
    pub challenge: Challenge,
    /// What the other desk shows.
    pub code: CompletionCode,
}

/// An unlock at another desk has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedByTelephone {
    /// How, by its code.
    pub outcome: TelephoneOutcome,
    /// How the card stands now.
    pub card: CardRecord,
}
