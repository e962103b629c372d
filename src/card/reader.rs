//! Readers and the cards in them, as the rest of the house sees them: two traits, whatever stands behind them.
//!
//! PC/SC readers, the virtual card and the training bench all implement [`CardReaders`], so that nothing above can
//! tell them apart.

use std::{
    fmt,
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::Duration,
};

use super::{
    pkcs11::Middleware,
    transport::{Transport, TransportError},
};
use crate::domain::{NhsCode, upper_hex};

/// The readers of this workstation.
pub trait CardReaders: Send + Sync {
    /// Every reader and what is in it now. No reader is an empty list, not an error.
    ///
    /// # Errors
    /// [`ReaderError::NoService`] when the system's smart card service cannot be reached.
    fn list(&self) -> Result<Vec<ReaderStatus>, ReaderError>;

    /// Powers the card in this reader and opens it.
    ///
    /// # Errors
    /// No such reader, no card in it, another program holds it, or the card does not answer.
    fn connect(&self, reader: &str, access: Access) -> Result<Box<dyn CardConnection>, ReaderError>;

    /// Tells about readers and cards coming and going, beginning with one [`ReaderEvent::Changed`] for every reader
    /// there is. Ends when the watch is dropped.
    ///
    /// # Errors
    /// The watch could not be set up at all. A smart card service that is not running is no such error: the watch
    /// reports it as [`ReaderEvent::ServiceLost`] and goes on when the service is back.
    fn watch(&self) -> Result<CardWatch, ReaderError>;

    /// The middleware of this workstation, for cards that are reached through it alone; `None` where none is set up.
    fn middleware(&self) -> Option<&Middleware> {
        None
    }
}

/// One open card. Dropping it closes it and resets the card, so that nothing stays unlocked.
pub trait CardConnection: Send {
    /// Name of the reader it is in.
    fn reader(&self) -> &str;

    /// The card's answer to reset (ISO/IEC 7816-3:2006, 8).
    fn atr(&self) -> &[u8];

    /// Runs one logical step: no other program reaches the card between its first and its last command. What an
    /// earlier step selected or unlocked may be gone: a step selects its application again.
    ///
    /// # Errors
    /// The step did not begin. What happened inside it is the work's own to keep.
    fn transact(&mut self, work: &mut dyn FnMut(&mut dyn Transport)) -> Result<(), TransportError>;

    /// Resets the card and opens it again: for a card another program reset, or one that was put back.
    ///
    /// # Errors
    /// The card is not there, or does not answer.
    fn reconnect(&mut self) -> Result<(), TransportError>;
}

/// How a card is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// No other program may open the card meanwhile: for everything that writes.
    Exclusive,
    /// Others may read between our steps: for looking.
    Shared,
}

/// One reader and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderStatus {
    /// The reader's name, as the system gives it.
    pub name: String,
    /// What is in it.
    pub card: Presence,
}

/// What is in a reader.
#[derive(Clone, PartialEq, Eq)]
pub enum Presence {
    /// No card.
    Empty,
    /// A card that nobody holds for themselves.
    Present {
        /// Its answer to reset.
        atr: Vec<u8>,
    },
    /// A card that another program holds for itself alone.
    InUse {
        /// Its answer to reset.
        atr: Vec<u8>,
    },
    /// A card that does not answer: upside down, dirty, broken, or not a chip card.
    Unreadable,
}

impl fmt::Debug for Presence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Present { atr } => write!(f, "Present({})", upper_hex(atr)),
            Self::InUse { atr } => write!(f, "InUse({})", upper_hex(atr)),
            Self::Unreadable => f.write_str("Unreadable"),
        }
    }
}

/// Why a reader or its card cannot be used, with what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReaderError {
    /// The smart card service of the system is not running.
    #[error(
        "the computer's smart card service is not running, so no card was touched: plug a reader in, or start the service (or ask IT)"
    )]
    NoService,
    /// No reader has this name.
    #[error("there is no reader called “{reader}”, so no card was touched: plug it in, or choose another reader")]
    UnknownReader {
        /// The name that was asked for.
        reader: String,
    },
    /// The reader is empty.
    #[error(
        "there is no card in “{reader}”, so nothing was changed: put the card in with the chip first, then try again"
    )]
    NoCard {
        /// Its name.
        reader: String,
    },
    /// Another program holds the card.
    #[error(
        "another program is using the card in “{reader}”, so nothing on it was changed: close that program, or take the card out and put it back"
    )]
    InUse {
        /// Its name.
        reader: String,
    },
    /// The card does not answer.
    #[error(
        "the card in “{reader}” does not answer; nothing on it was changed: turn it so that the chip goes in first, \
         wipe the chip, or try another card"
    )]
    Unreadable {
        /// Its name.
        reader: String,
    },
    /// Anything else.
    #[error("“{reader}” reported a fault ({fault}); nothing on the card was changed: unplug the reader and plug it in")]
    Fault {
        /// Its name.
        reader: String,
        /// The system's own words.
        fault: String,
    },
}

impl ReaderError {
    /// The published code that means the same: the card cannot be read. A name that fits no reader is none.
    #[must_use]
    pub fn nhs_code(&self) -> Option<NhsCode> {
        match self {
            Self::NoService
            | Self::NoCard { .. }
            | Self::InUse { .. }
            | Self::Unreadable { .. }
            | Self::Fault { .. } => Some(NhsCode::CardUnreadable),
            Self::UnknownReader { .. } => None,
        }
    }
}

/// Something came or went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReaderEvent {
    /// A reader appeared, or what is in it changed.
    Changed(ReaderStatus),
    /// A reader was unplugged.
    Gone {
        /// Its name.
        reader: String,
    },
    /// The smart card service stopped; every reader known so far is gone. The watch goes on.
    ServiceLost,
    /// The smart card service is back; a [`ReaderEvent::Changed`] for every reader follows.
    ServiceBack,
}

/// A row of [`ReaderEvent`]s. Dropping it ends the watch.
pub struct CardWatch {
    events: Receiver<ReaderEvent>,
    /// Runs when the watch is dropped, after the receiving end is gone.
    stop: Option<Box<dyn FnOnce() + Send>>,
}

impl CardWatch {
    /// A watch over events that something else sends; `stop` ends that something and runs once.
    #[must_use]
    pub fn new(events: Receiver<ReaderEvent>, stop: impl FnOnce() + Send + 'static) -> Self {
        Self { events, stop: Some(Box::new(stop)) }
    }

    /// Takes what ends the sender out of the watch, for an owner who waits for its events in one thread and ends it from
    /// another: once it has run, the events end. Without it, dropping the watch ends nothing but the watch.
    #[must_use]
    pub fn take_stop(&mut self) -> Option<Box<dyn FnOnce() + Send>> {
        self.stop.take()
    }

    /// Waits for the next event; `None` when the watch has ended.
    #[must_use]
    pub fn next(&self) -> Option<ReaderEvent> {
        self.events.recv().ok()
    }

    /// Waits for the next event no longer than this.
    ///
    /// # Errors
    /// Nothing happened in that time, or the watch has ended.
    pub fn next_within(&self, limit: Duration) -> Result<ReaderEvent, RecvTimeoutError> {
        self.events.recv_timeout(limit)
    }
}

impl Drop for CardWatch {
    fn drop(&mut self) {
        // A sender that waits for room must see the receiver gone before it is asked to stop.
        let (_, closed) = std::sync::mpsc::sync_channel(0);
        drop(std::mem::replace(&mut self.events, closed));
        if let Some(stop) = self.stop.take() {
            stop();
        }
    }
}

impl fmt::Debug for CardWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardWatch")
    }
}
