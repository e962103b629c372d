//! The channel as a layer: every command that passes is wrapped by itself, every answer unwrapped.

use super::Channel;
use crate::card::{
    apdu::{Command, Response},
    transport::{Transport, TransportError},
};

/// Wraps and unwraps between a layer that cuts long commands and one that collects long answers. Each piece of a chained
/// command is wrapped by itself, as applications that lean on their security domain expect it; an answer is protected as
/// a whole and cut afterwards.
pub struct SecureChannel<'a, T> {
    inner: T,
    channel: &'a mut Channel,
}

impl<'a, T: Transport> SecureChannel<'a, T> {
    /// Puts this layer on a transport that already collects answers.
    pub fn new(inner: T, channel: &'a mut Channel) -> Self {
        Self { inner, channel }
    }
}

impl<T: Transport> Transport for SecureChannel<'_, T> {
    fn exchange(&mut self, command: &Command) -> Result<Response, TransportError> {
        let wrapped = self.channel.wrap(command)?;
        match self.inner.exchange(&wrapped) {
            Ok(response) => self.channel.unwrap(response),
            Err(error) => {
                self.channel.lose_step();
                Err(error)
            }
        }
    }
}
