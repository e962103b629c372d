//! The secure channel of one kind of card.

use serde::{Deserialize, Serialize};

use super::name_shaped;
use crate::card::secure_channel::SecurityLevel;

/// How a card is administered over a secure channel. Its keys are at the gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChannelSettings {
    /// Which protocol it speaks.
    pub protocol: ChannelProtocol,
    /// What is protected.
    pub level: SecurityLevel,
    /// Name of the gateway's key sets for such cards.
    pub key_set: String,
    /// Version of the key set the cards are delivered with: 1 to 127, or 255.
    pub delivered_version: u8,
    /// Version of the organisation's own: 1 to 127.
    pub organisation_version: u8,
    /// When the one takes the place of the other.
    pub key_replacement: KeyReplacement,
}

/// Which protocol a card speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelProtocol {
    /// GlobalPlatform Card Specification 2.3, Amendment D.
    Scp03,
}

/// When the delivered keys and the organisation's take each other's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyReplacement {
    /// Never: the cards keep the keys they are delivered with.
    Never,
    /// The organisation's are put on at issue and stay.
    AtIssue,
    /// The organisation's are put on at issue, and the delivered ones go back when the card is cleared or the issue undone.
    AtIssueAndBack,
}

/// Versions that PUT KEY can give (Card Specification 2.3.1, 11.8.2.3).
const SETTABLE: std::ops::RangeInclusive<u8> = 1..=0x7F;

/// Version of a key set that was there before any was put on the card.
const INITIAL: u8 = 0xFF;

impl ChannelSettings {
    /// What the shape of the file does not say: whether it holds, which key it is about, what to do.
    pub(super) fn rules(&self) -> [(bool, &'static str, &'static str); 5] {
        let delivered = self.delivered_version;
        [
            (name_shaped(&self.key_set), "secure-channel.key-set", "name key sets of the gateway"),
            (
                SETTABLE.contains(&delivered) || delivered == INITIAL,
                "secure-channel.delivered-version",
                "use 1 to 127, or 255 for keys that go with the first that are put on the card",
            ),
            (SETTABLE.contains(&self.organisation_version), "secure-channel.organisation-version", "use 1 to 127"),
            (
                self.organisation_version != delivered,
                "secure-channel.organisation-version",
                "use another than secure-channel.delivered-version: the version tells which keys a card holds",
            ),
            (
                self.key_replacement != KeyReplacement::AtIssueAndBack || delivered != INITIAL,
                "secure-channel.key-replacement",
                "use \"at-issue\": keys of version 255 cannot be put back",
            ),
        ]
    }

    /// Whether a key set of this version is one of the two that such a card may hold.
    #[must_use]
    pub fn knows(&self, version: u8) -> bool {
        version == self.delivered_version || version == self.organisation_version
    }
}
