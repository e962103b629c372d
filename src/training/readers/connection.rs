//! The card of a training reader while a program has it, and what a hand does to it meanwhile.

use std::fs::File;

use super::{ALL, TrainingReaders};
use crate::card::{
    apdu::{Command, Response},
    reader::CardConnection,
    transport::{Transport, TransportError},
    virtual_card::VirtualCard,
};

/// A reader that is this process's own.
pub(super) struct Hold {
    pub(super) readers: TrainingReaders,
    pub(super) place: usize,
    /// Whether a card was put in or taken out.
    pub(super) moved: bool,
    pub(super) lock: Option<File>,
}

impl Hold {
    /// Gives the reader up and tells the watches that a card was moved.
    pub(super) fn moved(mut self) {
        self.moved = true;
    }

    /// Whether the card was pulled out since it was opened.
    fn is_pulled(&self) -> bool {
        self.readers.shared.doings().pulled.get(self.place).is_some_and(|pulled| *pulled)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let name = ALL.get(self.place).copied().unwrap_or_default();
        if self.lock.is_some() && !self.moved && self.is_pulled() {
            // A card that cannot be put aside stays in, as one that a hand lost hold of.
            self.moved = self.readers.put_aside(name).is_ok_and(|card| card.is_some());
        }
        // The lock goes first: who is told that the reader is free must find it so.
        self.lock = None;
        let mut still_in = false;
        self.readers.shared.note(|doings| {
            let held = doings.held.get_mut(self.place).map_or(0, |held| {
                *held = held.saturating_sub(1);
                *held
            });
            if let Some(moves) = doings.moves.get_mut(self.place).filter(|_| self.moved) {
                *moves = moves.wrapping_add(1);
            }
            if let Some(pulled) = doings.pulled.get_mut(self.place).filter(|_| self.moved || held == 0) {
                still_in = std::mem::take(pulled) && !self.moved;
            }
        });
        if still_in {
            // It was pulled after the look above: nobody else does it.
            let _ = self.readers.take_card_out(name);
        }
    }
}

/// The card of a training reader, opened by one program.
pub(super) struct TrainingConnection {
    pub(super) reader: String,
    pub(super) atr: Vec<u8>,
    pub(super) card: VirtualCard,
    pub(super) hold: Hold,
}

impl CardConnection for TrainingConnection {
    fn reader(&self) -> &str {
        &self.reader
    }

    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn transact(&mut self, work: &mut dyn FnMut(&mut dyn Transport)) -> Result<(), TransportError> {
        let mut card = InReach { card: &mut self.card, hold: &self.hold };
        work(&mut card);
        Ok(())
    }

    fn reconnect(&mut self) -> Result<(), TransportError> {
        if self.hold.is_pulled() {
            return Err(TransportError::Removed);
        }
        self.card.power_on();
        Ok(())
    }
}

/// The card, as long as it is in the reader.
struct InReach<'a> {
    card: &'a mut VirtualCard,
    hold: &'a Hold,
}

impl Transport for InReach<'_> {
    fn exchange(&mut self, command: &Command) -> Result<Response, TransportError> {
        if self.hold.is_pulled() {
            return Err(TransportError::Removed);
        }
        self.card.exchange(command)
    }
}
