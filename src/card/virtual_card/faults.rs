//! What can go wrong with a chip in a reader, made to happen at a chosen command.

use crate::card::{algorithm::KeyAlgorithm, apdu::StatusWord, transport::Moment};

/// A fault waits for its command and then happens once. Commands are counted as the reader sends them: each piece of a
/// chain and each GET RESPONSE is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The card is pulled at this command. It stays without power until [`power_on`](super::VirtualCard::power_on).
    Pulled(Moment),
    /// The card answers this status word instead.
    Answers(Moment, StatusWord),
    /// Another program resets the card just before this command, which is not carried out.
    ResetByAnother,
}

/// How long the chip takes. The card asks before it makes a key, so that training can last as long as a real card and a
/// test can hold the card exactly there.
pub trait Pace: Send {
    /// Returns when the chip has been busy long enough.
    fn before_key_generation(&mut self, algorithm: KeyAlgorithm);
}

/// As fast as this computer makes keys.
#[derive(Debug, Clone, Copy, Default)]
pub struct AtOnce;

impl Pace for AtOnce {
    fn before_key_generation(&mut self, _algorithm: KeyAlgorithm) {}
}

impl<F: FnMut(KeyAlgorithm) + Send> Pace for F {
    fn before_key_generation(&mut self, algorithm: KeyAlgorithm) {
        self(algorithm);
    }
}
