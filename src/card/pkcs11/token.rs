//! A card as the middleware shows it: which reader it is in, which card it is, and a session with it.

use cryptoki::{
    context::Pkcs11,
    error::{Error, RvError},
    session::Session,
    slot::{Slot, TokenInfo},
};

use super::{
    SeenToken,
    error::{Doing, TokenError},
};
use crate::domain::CardSerial;

/// Bytes a module has for the name of a reader (PKCS #11 2.40, CK_SLOT_INFO); a longer name is cut.
const SLOT_DESCRIPTION: usize = 64;

/// Which card it is, as it says itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenIdentity {
    /// The label somebody gave it.
    pub label: String,
    /// Who made it.
    pub manufacturer: String,
    /// What it is called.
    pub model: String,
    /// Its serial; `None` when it tells none.
    pub serial: Option<CardSerial>,
}

impl TokenIdentity {
    fn of(info: &TokenInfo) -> Self {
        Self {
            label: printable(info.label()),
            manufacturer: printable(info.manufacturer_id()),
            model: printable(info.model()),
            serial: serial(info.serial_number()),
        }
    }
}

/// One card that the middleware has open. Its passcode counts until this is dropped.
pub struct Token<'m> {
    pub(super) module: &'m Pkcs11,
    pub(super) slot: Slot,
    pub(super) session: Session,
    identity: TokenIdentity,
    reader: String,
}

impl std::fmt::Debug for Token<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Token").field("reader", &self.reader).field("identity", &self.identity).finish()
    }
}

/// Every card the module knows.
pub(super) fn all(module: &Pkcs11) -> Result<Vec<SeenToken>, TokenError> {
    let slots = module.get_slots_with_token().map_err(finding)?;
    // A slot that fails is of a card that is not known, or that went in this moment.
    let seen = |slot: Slot| {
        let name = module.get_slot_info(slot).ok()?.slot_description().trim().to_owned();
        let info = module.get_token_info(slot).ok()?;
        Some(SeenToken { slot: name, identity: TokenIdentity::of(&info) })
    };
    Ok(slots.into_iter().filter_map(seen).collect())
}

fn finding(error: Error) -> TokenError {
    TokenError::from_answer(Doing::Finding, error)
}

impl<'m> Token<'m> {
    /// Opens the card in a reader.
    pub(super) fn open(module: &'m Pkcs11, reader: &str) -> Result<Self, TokenError> {
        let none = || TokenError::NoToken { reader: reader.to_owned() };
        let mut of_reader = Vec::new();
        for slot in module.get_slots_with_token().map_err(finding)? {
            let named = module.get_slot_info(slot).is_ok_and(|info| names_reader(info.slot_description(), reader));
            // A module that shows one card several times, once for each of its codes, has it under one name.
            if let (true, Ok(info)) = (named, module.get_token_info(slot)) {
                of_reader.push((slot, info));
            }
        }
        let usable = |info: &TokenInfo| info.token_initialized() && info.user_pin_initialized();
        let chosen = of_reader.iter().position(|(_, info)| usable(info)).unwrap_or(0);
        let (slot, info) = of_reader.get(chosen).ok_or_else(none)?;
        let session = match module.open_rw_session(*slot) {
            // A card that cannot be written can still be read.
            Err(Error::Pkcs11(RvError::TokenWriteProtected, _)) => module.open_ro_session(*slot),
            answer => answer,
        };
        let session = session.map_err(|error| match error {
            Error::Pkcs11(RvError::TokenNotRecognized | RvError::TokenNotPresent, _) => none(),
            other => finding(other),
        })?;
        Ok(Self { module, slot: *slot, session, identity: TokenIdentity::of(info), reader: reader.to_owned() })
    }

    /// Which card it is.
    #[must_use]
    pub fn identity(&self) -> &TokenIdentity {
        &self.identity
    }

    /// Its serial.
    ///
    /// # Errors
    /// [`TokenError::NoSerial`].
    pub fn serial(&self) -> Result<&CardSerial, TokenError> {
        self.identity.serial.as_ref().ok_or(TokenError::NoSerial)
    }

    /// Makes sure that it is this card: every group of exchanges that writes begins so.
    ///
    /// # Errors
    /// [`TokenError::OtherCard`] or [`TokenError::NoSerial`].
    pub fn expect(&self, expected: &CardSerial) -> Result<(), TokenError> {
        let found = self.serial()?;
        if found == expected {
            return Ok(());
        }
        let (found, expected) = (found.clone(), expected.clone());
        Err(TokenError::OtherCard { reader: self.reader.clone(), found, expected })
    }
}

/// Whether a module calls a reader by this name: the same but for blanks around it, or its beginning where the name is
/// longer than a module can say.
fn names_reader(description: &str, reader: &str) -> bool {
    let (description, reader) = (description.trim(), reader.trim());
    let cut = reader.len() > SLOT_DESCRIPTION && description.len() + 4 > SLOT_DESCRIPTION;
    !description.is_empty() && (description == reader || cut && reader.starts_with(description))
}

/// The serial as cards are called by: hexadecimal digits as they stand, anything else by the bytes of its text.
fn serial(text: &str) -> Option<CardSerial> {
    let text = text.trim_matches(|c: char| c == ' ' || c == '\0');
    // All zeros were never written.
    if text.bytes().all(|byte| byte == b'0') {
        return None;
    }
    text.parse().ok().or_else(|| CardSerial::from_bytes(text.as_bytes()).ok())
}

/// What an officer may be shown of a text that a card holds.
fn printable(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_is_found_by_its_name_or_the_beginning_of_a_long_one() {
        assert!(names_reader("OMNIKEY CardMan 3x21 0", "OMNIKEY CardMan 3x21 0"));
        assert!(names_reader("OMNIKEY CardMan 3x21 0   ", "OMNIKEY CardMan 3x21 0"));
        assert!(!names_reader("OMNIKEY CardMan 3x21", "OMNIKEY CardMan 3x21 0"), "another reader of the kind");
        assert!(!names_reader("", "OMNIKEY CardMan 3x21 0"));
        let long = "A reader with a very long name that its maker could not resist to give it 00 00";
        assert!(names_reader(&long[..64], long));
        assert!(!names_reader("A reader", long));
        // Cut before a letter of several bytes.
        let umlauts = "ä".repeat(40);
        assert!(names_reader(&umlauts[..64], &umlauts) && names_reader(&"ä".repeat(31), &umlauts));
    }

    #[test]
    fn a_serial_is_hexadecimal_or_becomes_it() {
        let text = |serial: Option<CardSerial>| serial.map(|serial| serial.to_string());
        assert_eq!(text(serial("5f3a9c0011223344")).as_deref(), Some("5F3A9C0011223344"));
        assert_eq!(text(serial("OB-00412")).as_deref(), Some("4F422D3030343132"));
        assert_eq!(text(serial("")), None);
        assert_eq!(text(serial("0000000000000000")), None);
        assert_eq!(text(serial("AB")), None, "two characters name no card");
    }

    #[test]
    fn control_characters_are_not_shown() {
        assert_eq!(printable("\u{1b}[2JNHS card\0 "), "[2JNHS card");
    }
}
