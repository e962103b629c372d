//! The secure channel to a card's security domain (GlobalPlatform Card Specification 2.3, Amendment D). The gateway holds
//! every key, those of the session too: the workstation carries what the gateway wrapped to the card, and what the card
//! answered to the gateway.

use serde::{Deserialize, Serialize};

use super::{Base64, SecretBase64, UnlockCodeSettled};
use crate::card::secure_channel::SecurityLevel;

/// Begins to open a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeginChannel {
    /// The key-set scheme of the card profile.
    pub key_set: String,
    /// What is protected on it, as the card profile has it.
    pub level: SecurityLevel,
}

/// The gateway's half of INITIALIZE UPDATE.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelBegun {
    /// The host challenge: 8 bytes, good for one answer of one card.
    pub host_challenge: Base64,
}

/// The card's half.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelAnswer {
    /// Its whole answer to INITIALIZE UPDATE, without the status word: 29 or 32 bytes.
    pub answer: Base64,
}

/// Whose keys a card holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyOwner {
    /// Those it was delivered with.
    Delivered,
    /// The organisation's.
    Organisation,
}

/// The gateway's proof, for a card that gave its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelProof {
    /// EXTERNAL AUTHENTICATE, as it is sent to the card.
    pub external_authenticate: Base64,
    /// Version of the key set, as the card told it.
    pub key_version: u8,
    /// Whose it is.
    pub owner: KeyOwner,
}

/// The next batch through an open channel: what the card answered to the last one, and what it is to do now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeOnChannel {
    /// The card's answers to the commands of the last batch, in order, each with its status word. Fewer than there were
    /// commands where the last of them is a refusal, after which nothing more was sent.
    pub answers: Vec<SecretBase64>,
    /// What the card is to do now; none where only the answers are to be opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<ChannelCommand>,
    /// Most data bytes that one piece of a command may have before it is wrapped: 1 to 255.
    pub longest_piece: u8,
}

/// What a card is to do through its channel. No passcode is ever among it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum ChannelCommand {
    /// A command of the workstation's, of any length, as it would be sent without a channel. Which ones are wrapped, the
    /// job's operation decides.
    Plain {
        /// Its bytes (ISO/IEC 7816-4:2020, 5.2).
        apdu: SecretBase64,
    },
    /// CHANGE REFERENCE DATA of the unlock code, to the next one of those that were released to the job. The gateway puts
    /// both codes in.
    ChangeUnlockCode {
        /// Which of the released codes the card is believed to hold.
        from: UnlockCodeSettled,
    },
    /// The next unlock code without the one the card holds. The gateway puts it in.
    ReplaceUnlockCode,
    /// PUT KEY with the keys that were prepared. The gateway puts them in.
    PutKeys,
}

/// The same, opened and wrapped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelExchanged {
    /// The last answer as the card gave it, with its status word; none where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<SecretBase64>,
    /// The commands to send now, in order, as they are sent. One that is refused ends the batch.
    pub commands: Vec<SecretBase64>,
}

/// Asks for the keys to put on the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutKeys {
    /// Whose keys the card is to hold.
    pub owner: KeyOwner,
}

/// The keys are ready, and [`ChannelCommand::PutKeys`] is good once on the channel that is open now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreparedKeys {
    /// What the card must answer: the new version and the check value of each key.
    pub check_values: Base64,
}

/// The card took the keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeysPut {
    /// What the card answered.
    pub check_values: Base64,
}
