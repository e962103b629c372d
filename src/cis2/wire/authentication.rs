//! What crosses the wire when a card signs its holder in.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Base64, SecretBase64};
use crate::domain::{CardSerial, Holder, Series, eligibility::ClientSoftware};

/// A challenge for a card to sign: good once, and for two minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardChallenge {
    /// 32 random bytes.
    pub challenge: Base64,
    /// Until when it may be answered.
    #[serde(with = "time::serde::rfc3339")]
    pub expires: OffsetDateTime,
}

/// A card's answer to a challenge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardAnswer {
    /// The challenge, as it was given.
    pub challenge: Base64,
    /// The certificate read from the card's authentication slot (9A), DER.
    pub certificate: Base64,
    /// Signature of the key in 9A over the challenge: PKCS#1 v1.5 with SHA-256, or ECDSA (DER) with the hash of its
    /// curve's size.
    pub signature: Base64,
    /// The chip's serial.
    pub serial: CardSerial,
    /// Series as recognised.
    pub series: Series,
    /// The workstation's client software.
    pub client_software: ClientSoftware,
}

/// A card that proved whose it is, and that it is good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardAuthenticated {
    /// Whose card it is.
    pub holder: Holder,
    /// The card.
    pub serial: CardSerial,
    /// Its series, as the service has it.
    pub series: Series,
    /// Last moment both its certificates are valid.
    #[serde(with = "time::serde::rfc3339")]
    pub certificates_expire: OffsetDateTime,
    /// What a sign-in takes: good once, and for two minutes.
    pub proof: SecretBase64,
}

/// Signs in with what a card proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardProof {
    /// [`CardAuthenticated::proof`].
    pub proof: SecretBase64,
}
