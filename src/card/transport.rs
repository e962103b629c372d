//! How a command reaches a chip: one trait and small layers over it.

mod chaining;
mod collecting;
mod recorder;
#[cfg(test)]
pub(crate) mod script;
mod tearer;

pub use chaining::{Chaining, Link, pieces};
pub use collecting::Collecting;
pub use recorder::{ExchangeLine, ExchangeRecord, Recorder};
pub use tearer::{Moment, Tear, Tearer};

use super::{
    apdu::{Command, Response},
    secure_channel::{Channel, ChannelFault, SecureChannel},
};

/// The layers the client stands on, over one card: long commands are cut, long answers collected, and what is really
/// sent is recorded.
pub fn layered<T: Transport>(card: T, link: &Link, record: &ExchangeRecord) -> impl Transport + use<T> {
    Chaining::new(Collecting::new(Recorder::new(card, record.clone())), link.clone())
}

/// The same inside an open secure channel. Extended length is not used there: what of it the code of a command covers is
/// worded differently by every card.
pub fn layered_in_channel<'a, T: Transport>(
    card: T,
    link: &Link,
    record: &ExchangeRecord,
    channel: &'a mut Channel,
) -> impl Transport + use<'a, T> {
    let link = link.short_pieces(channel.level().longest_piece());
    Chaining::new(SecureChannel::new(Collecting::new(Recorder::new(card, record.clone())), channel), link)
}

/// Carries commands to one chip. A PC/SC card, the virtual card and a replay are transports; chaining, response
/// collection, the recorder and the tearer are transports that wrap another.
pub trait Transport {
    /// Sends one command and returns the answer, whatever its status word.
    ///
    /// # Errors
    /// The answer did not arrive. Whether the command took effect is then unknown.
    fn exchange(&mut self, command: &Command) -> Result<Response, TransportError>;
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn exchange(&mut self, command: &Command) -> Result<Response, TransportError> {
        (**self).exchange(command)
    }
}

impl<T: Transport + ?Sized> Transport for &mut T {
    fn exchange(&mut self, command: &Command) -> Result<Response, TransportError> {
        (**self).exchange(command)
    }
}

/// Why an answer did not arrive. What the officer should do is part of each message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The card was taken out, or lost contact.
    #[error(
        "the card was taken out of the reader: put the same card back, then try again, or resume the job that was begun"
    )]
    Removed,
    /// Another program reset the card; what was unlocked on it is locked again.
    #[error(
        "another program reset the card: close other smartcard programs, then try again, or resume the job that was begun"
    )]
    Reset,
    /// Another program holds the card.
    #[error("another program is using the card: close it, or take the card out and put it back, then try again")]
    InUse,
    /// The reader was unplugged.
    #[error("the reader was unplugged: plug it in again, then try again, or resume the job that was begun")]
    ReaderGone,
    /// The smart card service of the system is not running.
    #[error("the computer's smart card service is not running: start it (or ask IT) and try again")]
    NoService,
    /// The bytes that came back are not an answer.
    #[error(
        "the card gave an answer that cannot be read: take it out, put it back, then try again, or resume the job that was begun"
    )]
    Garbled,
    /// The reader cannot carry a command or an answer of this length; the card did not see it.
    #[error("the reader cannot carry a command of this length: use another reader, or ask IT for a newer driver")]
    TooLong,
    /// The secure channel to the card can no longer be used.
    #[error(
        "the protected connection to the card was lost ({0}): take the card out, put it back, then try again, or resume \
         the job that was begun"
    )]
    Channel(#[from] ChannelFault),
    /// Anything else the reader reported.
    #[error(
        "the reader reported a fault ({0}): take the card out, put it back, then try again, or resume the job that was begun"
    )]
    Other(String),
}
