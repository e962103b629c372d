//! The exchanges that open a channel and replace the keys of a domain. Nothing here is tried twice.

use super::{CODE, CardAnswer, Channel, ChannelError, Doing};
use crate::card::{
    apdu::{Command, Response, StatusWord},
    transport::Transport,
};

/// The issuer security domain: GlobalPlatform's own identifier (Card Specification 2.3.1, H.1.3), and the one of the
/// Open Platform era that older chips answer. It is named, because what is selected by default may be another application.
pub const ISSUER_SECURITY_DOMAIN: [[u8; 8]; 2] =
    [[0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00, 0x00], [0xA0, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00]];

/// Selects the issuer security domain.
///
/// # Errors
/// [`ChannelError::NoDomain`], or the answer did not arrive.
pub fn select_domain(card: &mut dyn Transport) -> Result<(), ChannelError> {
    for identifier in ISSUER_SECURITY_DOMAIN {
        let select = Command::new(0x00, 0xA4, 0x04, 0x00).with_data(identifier).expecting_data();
        if card.exchange(&select)?.status.is_ok() {
            return Ok(());
        }
    }
    Err(ChannelError::NoDomain)
}

/// INITIALIZE UPDATE (Amendment D, 7.1.1) with the gateway's challenge. Key version 00 leaves the choice to the card,
/// which names the set it answers with.
///
/// # Errors
/// The domain is blocked or does not answer as it should, or the answer did not arrive.
pub fn initialize_update(card: &mut dyn Transport, host_challenge: [u8; CODE]) -> Result<CardAnswer, ChannelError> {
    let command = Command::new(0x80, 0x50, 0x00, 0x00).with_data(host_challenge).expecting_data();
    let response = card.exchange(&command)?;
    match response.status {
        StatusWord::OK => Ok(CardAnswer::parse(&response.data)?),
        status => Err(refused(status)),
    }
}

/// EXTERNAL AUTHENTICATE: afterwards the channel is open on both sides.
///
/// # Errors
/// [`ChannelError::WrongKeys`] when the card knows the cryptogram to be wrong; or the answer did not arrive.
pub fn external_authenticate(
    card: &mut dyn Transport,
    channel: &mut Channel,
    host_cryptogram: &[u8; CODE],
) -> Result<(), ChannelError> {
    authenticated(card.exchange(&channel.external_authenticate(host_cryptogram))?.status)
}

/// Judges the answer to EXTERNAL AUTHENTICATE.
///
/// # Errors
/// [`ChannelError::WrongKeys`] when the card knows the cryptogram to be wrong, or it refused for another reason.
pub fn authenticated(status: StatusWord) -> Result<(), ChannelError> {
    match status {
        StatusWord::OK => Ok(()),
        // Cryptogram (63xx) or code (6982, 6988) wrong: both are made with the keys.
        status if status.sw1() == 0x63 || matches!(status.0, 0x6982 | 0x6988) => Err(ChannelError::WrongKeys),
        status => Err(refused(status)),
    }
}

fn refused(status: StatusWord) -> ChannelError {
    match status.0 {
        0x6983 => ChannelError::Blocked,
        _ => ChannelError::Refused { doing: Doing::Opening, status },
    }
}

/// PUT KEY for a whole key set: P1 is the version that is replaced, 00 when the set is added; P2 says that several keys
/// come and the first has identifier 1 (Card Specification 2.3.1, 11.8.2).
#[must_use]
pub fn put_key_command(replaced_version: u8, key_blocks: &[u8]) -> Command {
    Command::new(0x80, 0xD8, replaced_version, 0x81).with_data(key_blocks).expecting_data()
}

/// PUT KEY over an open channel to the domain. Gives the check values the card answers.
///
/// # Errors
/// [`ChannelError::WrongCheckValues`] when they are not the expected ones; the card refused, or the answer did not arrive.
pub fn put_key(
    domain: &mut dyn Transport,
    replaced_version: u8,
    key_blocks: &[u8],
    expected: &[u8],
) -> Result<Vec<u8>, ChannelError> {
    put_key_answered(&domain.exchange(&put_key_command(replaced_version, key_blocks))?, expected)
}

/// Judges the answer to PUT KEY; gives the check values in it.
///
/// # Errors
/// [`ChannelError::WrongCheckValues`] when they are not the expected ones; or the card refused.
pub fn put_key_answered(response: &Response, expected: &[u8]) -> Result<Vec<u8>, ChannelError> {
    if !response.status.is_ok() {
        return Err(ChannelError::Refused { doing: Doing::ReplacingKeys, status: response.status });
    }
    if response.data != expected {
        return Err(ChannelError::WrongCheckValues);
    }
    Ok(response.data.clone())
}
