//! A printer of software: takes jobs as the real one does, and shows the cards that would have come out.

mod listener;
mod model;

pub use super::decoder::{Command, DecodeError, Header, PrintedCard, PrintedOvercoat, PrintedSide, decode};
pub use listener::{CardStation, Received, VirtualPrinter};
pub use model::{AskedIn, Fault, Model};

/// As [`decode`], for a printer whose head stands elsewhere.
///
/// # Errors
/// As [`decode`].
pub fn decode_on(model: &Model, job: &[u8]) -> Result<Vec<PrintedCard>, DecodeError> {
    super::decoder::decode_at(model.margin, job)
}
