//! A card pulled out at a chosen moment: the fault every promise is tested with.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Transport, TransportError};
use crate::card::apdu::{Command, Response};

/// On which side of a command's effect a fault happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    /// The command never reaches the card.
    BeforeEffect,
    /// The card has done it and its answer is lost.
    AfterEffect,
}

impl Moment {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::BeforeEffect, Self::AfterEffect];
}

/// Where to cut. Clones share it, so that a test can hold one while the card is deep inside an operation.
#[derive(Debug, Clone, Default)]
pub struct Tear {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    exchanges: u64,
    cut: Option<(u64, Moment)>,
    torn: bool,
}

impl Tear {
    /// Never cuts, until it is armed.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Cuts at the exchange with this number, counted from 0 beginning now. A torn card works again until then.
    pub fn arm(&self, exchange: u64, moment: Moment) {
        self.with(|state| *state = State { exchanges: 0, cut: Some((exchange, moment)), torn: false });
    }

    /// Puts the card back: no cut any more.
    pub fn put_back(&self) {
        self.with(|state| *state = State::default());
    }

    /// Whether the card is out.
    #[must_use]
    pub fn is_torn(&self) -> bool {
        self.with(|state| state.torn)
    }

    /// Exchanges begun since it was armed or put back.
    #[must_use]
    pub fn exchanges(&self) -> u64 {
        self.with(|state| state.exchanges)
    }

    /// Counts an exchange and says whether it is the one to cut.
    fn begin(&self) -> Result<Option<Moment>, TransportError> {
        self.with(|state| {
            if state.torn {
                return Err(TransportError::Removed);
            }
            let number = state.exchanges;
            state.exchanges = number.saturating_add(1);
            match state.cut {
                Some((cut, moment)) if cut == number => {
                    state.torn = true;
                    Ok(Some(moment))
                }
                _ => Ok(None),
            }
        })
    }

    fn with<R>(&self, work: impl FnOnce(&mut State) -> R) -> R {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Takes the card out where its [`Tear`] says, and keeps it out.
pub struct Tearer<T> {
    inner: T,
    tear: Tear,
}

impl<T: Transport> Tearer<T> {
    /// Puts this layer on a transport.
    pub fn new(inner: T, tear: Tear) -> Self {
        Self { inner, tear }
    }
}

impl<T: Transport> Transport for Tearer<T> {
    fn exchange(&mut self, command: &Command) -> Result<Response, TransportError> {
        match self.tear.begin()? {
            None => self.inner.exchange(command),
            Some(Moment::BeforeEffect) => Err(TransportError::Removed),
            Some(Moment::AfterEffect) => self.inner.exchange(command).and(Err(TransportError::Removed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::transport::script::Script;

    #[test]
    fn the_effect_happens_after_and_not_before() {
        for (moment, reached) in [(Moment::BeforeEffect, 1), (Moment::AfterEffect, 2)] {
            let mut script = Script::new().then(&[0x90, 0]).then(&[0x90, 0]).then(&[0x90, 0]);
            let tear = Tear::new();
            tear.arm(1, moment);
            let command = Command::new(0, 0xA4, 4, 0);
            let mut tearer = Tearer::new(&mut script, tear.clone());
            assert!(tearer.exchange(&command).is_ok());
            assert_eq!(tearer.exchange(&command), Err(TransportError::Removed));
            assert_eq!(tearer.exchange(&command), Err(TransportError::Removed));
            assert!(tear.is_torn());
            tear.put_back();
            assert!(tearer.exchange(&command).is_ok());
            assert_eq!(script.sent().len(), reached + 1);
        }
    }
}
