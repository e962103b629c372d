//! The chip: APDUs, readers, recognition, profiles, the PIV client and the virtual card.

pub mod algorithm;
pub mod apdu;
pub mod atr;
pub mod pcsc;
pub mod piv;
pub mod pkcs11;
pub mod profile;
pub mod reader;
pub mod recognise;
pub mod secure_channel;
pub mod tlv;
pub mod transport;
pub mod virtual_card;
