//! A printer of software: takes jobs as the real one does, and shows the cards that would have come out.
//!
//! Its decoder is written from `facts/magicard.md` and uses nothing of the encoder, so that a mistake made in one is
//! seen in the other.

mod decode;
mod header;
mod listener;
mod model;
mod picture;
mod plane;

pub use decode::{DecodeError, decode, decode_on};
pub use header::{Command, Header};
pub use listener::{Received, VirtualPrinter};
pub use model::{Fault, Model};

use crate::face::planes::{PixelBox, Planes};

/// A card as it would come out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedCard {
    /// The side with the holder's face.
    pub front: PrintedSide,
    /// The other side, where the job prints it.
    pub back: Option<PrintedSide>,
    /// How many such cards the job asks for.
    pub copies: u32,
}

/// One side of a printed card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedSide {
    /// What each panel put on the card. The six bits of the printer are spread over 0 to 255. `keep_out` is the first
    /// hole of the overcoat.
    pub planes: Planes,
    /// The commands of the page.
    pub header: Header,
    /// The clear coat.
    pub overcoat: PrintedOvercoat,
}

/// Where the clear coat is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PrintedOvercoat {
    /// The coated area, if the page is coated at all.
    pub area: Option<PixelBox>,
    /// Areas left uncoated.
    pub holes: Vec<PixelBox>,
}
