//! Work on cards that are in use: what is asked for, what the service may ask first, and how the card is afterwards.

use crate::{
    cis2::wire::DeliverySaid,
    domain::{CancelReason, CardSerial, HolderId, Operation, Passcode},
    operations::WhichPair,
};

/// What is done to a card in use: unlock, change of passcode, repair, renew, clear or cancel. Its passcodes stay with the
/// workers: nothing of them is told back.
#[derive(Debug)]
pub struct CardOrder {
    /// What.
    pub operation: Operation,
    /// The reader the card is in; `None` cancels a card that is not here.
    pub reader: Option<String>,
    /// The card the officer looked at: another one in that reader is left alone.
    pub serial: CardSerial,
    /// Whose card it is.
    pub holder: HolderId,
    /// What the officer said of its delivery; for an unlock.
    pub delivery: DeliverySaid,
    /// Why it is cancelled; for a cancel.
    pub reason: Option<CancelReason>,
    /// More about that, in the officer's words and without a name.
    pub note: Option<String>,
    /// What the holder typed.
    pub passcodes: Passcodes,
}

/// What the holder typed for a piece of work.
#[derive(Debug, Clone, Default)]
pub struct Passcodes {
    /// The passcode the card has now.
    pub current: Option<Passcode>,
    /// The one it is to have; a repair without one leaves the card locked.
    pub new: Option<Passcode>,
}

/// What the service wants before it lets work begin. Until it has it, the work waits and nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// The officer proves once more who they are.
    StepUp,
    /// A second officer approves it.
    SecondOfficer,
}

/// How a card is after work on it, as far as that is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CardNow {
    /// Which pair of certificates works, where a new one was being made.
    pub pair: Option<WhichPair>,
    /// Tries left of its passcode, as the card itself said.
    pub tries_left: Option<u8>,
    /// What else the officer should know of it.
    pub note: Option<String>,
}
