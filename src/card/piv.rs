//! The PIV client (SP 800-73-4 part 2): what the desk asks of a card's PIV application, with answers judged as
//! independent cards really word them.

mod codes;
mod content;
mod error;
mod keys;
mod management_key;
mod objects;
mod request;
mod status;
#[cfg(test)]
mod tests;

pub use codes::{Tries, change_of_unlock_code, replacement_of_unlock_code, unlock_code_changed, unlock_code_replaced};
pub use content::{
    CardObject, ContentError, PrintedInformation, UniqueIdentifier, card_identifier, certificate_in, identifier_in,
    is_discovery, is_picture, is_whole, unique_identifier_in,
};
pub use error::{Doing, PivError};
pub(crate) use keys::digest_info;
pub use keys::{PublicKey, signature_in};
pub use objects::ObjectName;
pub use request::SignedRequest;

use super::{
    apdu::{Command, Response},
    profile::CardProfile,
    tlv::{self, Tag},
    transport::Transport,
};

/// PIV application identifier with the version of the current application (SP 800-73-4 part 1, 2.2).
const APPLICATION: [u8; 11] = [0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00];

/// What the application says of itself when it is selected (SP 800-73-4 part 2, table 3).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Application {
    /// Its label (tag 50), when it has one.
    pub label: Option<String>,
}

/// Selects the PIV application; `None` when the card has none.
///
/// # Errors
/// The answer did not arrive.
pub fn select(card: &mut dyn Transport) -> Result<Option<Application>, PivError> {
    let command = Command::new(0x00, 0xA4, 0x04, 0x00).with_data(APPLICATION).expecting_data();
    let response = card.exchange(&command)?;
    if !response.status.is_ok() {
        return Ok(None);
    }
    Ok(Some(read_application(&response.data)))
}

/// Reads the answer to SELECT. A template that cannot be read costs the label and nothing else: some cards leave out
/// the outer tag 61.
fn read_application(answer: &[u8]) -> Application {
    const TEMPLATE: Tag = Tag::known(0x61);
    const LABEL: Tag = Tag::known(0x50);
    let template = tlv::find(answer, TEMPLATE).ok().flatten().unwrap_or(answer);
    let label = tlv::find(template, LABEL).ok().flatten();
    Application { label: label.map(|text| String::from_utf8_lossy(text).into_owned()) }
}

/// One card's selected PIV application.
///
/// A transaction begins with [`Piv::select`], which on most cards locks again whatever was unlocked. Only a caller
/// that opened the card exclusively and knows that nothing was selected or reset in between may go on with
/// [`Piv::still_selected`].
pub struct Piv<'a> {
    card: &'a mut dyn Transport,
    profile: &'a CardProfile,
}

impl<'a> Piv<'a> {
    /// Selects the application.
    ///
    /// # Errors
    /// [`PivError::NoApplication`], or the answer did not arrive.
    pub fn select(card: &'a mut dyn Transport, profile: &'a CardProfile) -> Result<Self, PivError> {
        select(card)?.map(|_| Self { card, profile }).ok_or(PivError::NoApplication)
    }

    /// Goes on where an earlier transaction on the same exclusively opened card ended.
    pub fn still_selected(card: &'a mut dyn Transport, profile: &'a CardProfile) -> Self {
        Self { card, profile }
    }

    fn exchange(&mut self, command: &Command) -> Result<Response, PivError> {
        Ok(self.card.exchange(command)?)
    }
}
