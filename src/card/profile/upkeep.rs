//! How a card of one kind is cleared and renewed, and how a lost unlock code is replaced. All of it may be left out of a
//! profile.

use serde::{Deserialize, Serialize};

use crate::card::algorithm::KeyAlgorithm;

/// How a card is left when it is cleared for reuse.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ClearSettings {
    /// What becomes of the keys.
    pub keys: ClearedKeys,
    /// Kind of the throw-away keys; none takes the kind of the card's own keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<KeyAlgorithm>,
    /// Which unlock code the card has afterwards.
    pub unlock_code: ClearedUnlockCode,
    /// Which passcode it has afterwards.
    pub passcode: ClearedPasscode,
}

/// What becomes of the keys of a cleared card.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClearedKeys {
    /// A throw-away pair is made over them: PIV has no command that deletes a key (SP 800-73-4 part 2, 3.3.2).
    #[default]
    Overwrite,
    /// They stay, without certificates.
    Leave,
}

/// The unlock code of a cleared card.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClearedUnlockCode {
    /// The one it was delivered with.
    #[default]
    Delivered,
    /// One of its own, which the gateway keeps.
    Keep,
}

/// The passcode of a cleared card. Nobody knows it in either case; the next issue sets one with the unlock code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClearedPasscode {
    /// Random digits.
    #[default]
    Random,
    /// Random digits, and blocked.
    Blocked,
}

/// How an unlock code is replaced that is blocked, or that nobody knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodeRecovery {
    /// Not at all: standard PIV has no command for it (SP 800-73-4 part 2, 3.2), and such a card is cancelled.
    #[default]
    Never,
    /// CHANGE REFERENCE DATA with P1 = FF inside the secure channel sets one without the old one. No standard: one open
    /// PIV applet has it (`facts/piv.md` 4).
    OverChannel,
}

/// How a card is renewed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct RenewalSettings {
    /// Whether new keys are made, or those on the card are certified once more.
    pub keys: RenewalKeys,
}

/// The keys of a renewed pair.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RenewalKeys {
    /// Made for it.
    #[default]
    New,
    /// Those the card has.
    Same,
}
