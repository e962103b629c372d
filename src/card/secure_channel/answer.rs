//! The answer to INITIALIZE UPDATE (Amendment D, 7.1.1.6).

use super::{CODE, SecurityLevel};

/// The card's half of the opening of a channel. Nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardAnswer {
    /// What the card's keys are diversified with, as its issuer wrote it.
    pub diversification: [u8; 10],
    /// Version of the key set that the card answered with.
    pub key_version: u8,
    /// Options of the protocol, “i” (Amendment D, table 5-1).
    pub options: u8,
    /// The card's challenge.
    pub challenge: [u8; CODE],
    /// The proof of its keys.
    pub cryptogram: [u8; CODE],
    /// Sequence counter of a card whose challenges are computed and not random.
    pub sequence: Option<[u8; 3]>,
}

/// Why an answer to INITIALIZE UPDATE cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnswerFault {
    /// Neither 29 nor 32 bytes.
    #[error("an answer of {0} bytes where 29 or 32 belong")]
    Length(usize),
    /// Not protocol 03.
    #[error("the card speaks secure channel protocol {0:02X}, and this program speaks 03")]
    Protocol(u8),
    /// Options this program does not know, e.g. sixteen-byte challenges.
    #[error("the card's secure channel has options ({0:02X}) that this program does not know")]
    Options(u8),
}

/// Protocol identifier of SCP03 (Card Specification 2.3.1, H.1.4).
const PROTOCOL: u8 = 0x03;
/// Options: challenges are computed; answers may carry a code; answers may be encrypted (Amendment D, table 5-1).
const COMPUTED_CHALLENGE: u8 = 0x10;
const ANSWER_CODE: u8 = 0x20;
const ANSWER_ENCRYPTION: u8 = 0x40;

impl CardAnswer {
    /// Reads the answer without its status word.
    ///
    /// # Errors
    /// It is of another length, protocol or option.
    pub fn parse(answer: &[u8]) -> Result<Self, AnswerFault> {
        let length = AnswerFault::Length(answer.len());
        let (diversification, rest) = answer.split_first_chunk::<10>().ok_or(length)?;
        let ([key_version, protocol, options], rest) = rest.split_first_chunk::<3>().ok_or(length)?;
        if *protocol != PROTOCOL {
            return Err(AnswerFault::Protocol(*protocol));
        }
        if options & !(COMPUTED_CHALLENGE | ANSWER_CODE | ANSWER_ENCRYPTION) != 0 {
            return Err(AnswerFault::Options(*options));
        }
        let (challenge, rest) = rest.split_first_chunk::<CODE>().ok_or(length)?;
        let (cryptogram, rest) = rest.split_first_chunk::<CODE>().ok_or(length)?;
        let sequence = match rest {
            [] => None,
            [first, second, third] => Some([*first, *second, *third]),
            _ => return Err(length),
        };
        Ok(Self {
            diversification: *diversification,
            key_version: *key_version,
            options: *options,
            challenge: *challenge,
            cryptogram: *cryptogram,
            sequence,
        })
    }

    /// The bytes of the answer.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.diversification.to_vec();
        bytes.extend([self.key_version, PROTOCOL, self.options]);
        bytes.extend(self.challenge);
        bytes.extend(self.cryptogram);
        bytes.extend(self.sequence.into_iter().flatten());
        bytes
    }

    /// Whether the card can protect as much as this level wants.
    #[must_use]
    pub fn supports(&self, level: SecurityLevel) -> bool {
        (!level.protects_answers() || self.options & ANSWER_CODE != 0)
            && (!level.encrypts_answers() || self.options & ANSWER_ENCRYPTION != 0)
    }
}
