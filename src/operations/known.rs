//! A card that was looked at: what was learnt then is not asked again by the work that follows.
//!
//! Nothing here makes a card the right one: the work reads the serial again before it does anything, in the connection it
//! then keeps. Another card is recognised from the beginning.

use super::diagnosis::CardContents;
use crate::{
    card::{
        profile::Profiles,
        recognise::{self, NotRecognised, Recognised},
        transport::Transport,
    },
    domain::CardSerial,
};

/// A card that was looked at, with its contents, and what that has cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownCard {
    /// What it is.
    pub card: Recognised,
    /// What was read of it.
    pub contents: CardContents,
    /// Questions that the gateway was asked about it.
    pub gateway_calls: u32,
}

impl KnownCard {
    /// A card that was read closely with commands; `None` for any other: what is reached through middleware is found by
    /// its serial every time anyway.
    #[must_use]
    pub fn of(card: &Recognised, gateway_calls: u32) -> Option<Self> {
        let contents = card.contents.clone()?;
        let reached_by_commands = card.place != recognise::SerialPlace::Token;
        reached_by_commands.then(|| Self { card: card.clone(), contents, gateway_calls })
    }

    /// Its serial.
    #[must_use]
    pub fn serial(&self) -> &CardSerial {
        &self.card.serial
    }

    /// Finds out with two commands that this is it; a card that is another one, or that does not say so, is recognised from
    /// the beginning.
    pub(super) fn again(&self, card: &mut dyn Transport, profiles: &Profiles) -> Result<Recognised, NotRecognised> {
        match recognise::confirm(card, &self.card.profile, self.card.place)? {
            Some(serial) if serial == self.card.serial => Ok(self.card.clone()),
            _ => recognise::recognise(card, &self.card.atr, profiles),
        }
    }
}
