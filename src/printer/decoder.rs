//! Reads jobs of both languages, ours and those of other drivers, and shows the cards that would come out.
//!
//! It is written from `facts/magicard.md` and uses nothing of the encoders but the reader of XML and the checksum, so that
//! a mistake made in one is seen in the other.

mod error;
mod format1;
mod format2;
mod header;
mod picture;
mod plane;
mod request;

pub use error::DecodeError;
pub use header::{Command, Header};
pub use picture::Panel;

use crate::face::planes::{PixelBox, Planes};

/// Most pages of one job; a hopper holds 100 cards of two sides.
const MOST_PAGES: usize = 200;
/// Pixels of a head line in front of the image, on a printer whose head stands as usual (`facts/magicard.md` 5).
pub const USUAL_MARGIN: usize = 15;
/// Most pixels in front of the image.
pub const WIDEST_MARGIN: usize = 30;

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
    /// What each panel put on the card. The six bits of format 1 are spread over 0 to 255. `keep_out` is the first
    /// hole of the overcoat.
    pub planes: Planes,
    /// Columns of the image, from the left: all 1016, or those that the header of an older head names.
    pub columns: usize,
    /// The commands of the page; of a job in format 2, the values of its ticket, each named by its place.
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

/// The language of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// 05/SOH jobs.
    Format1,
    /// XML jobs.
    Format2,
}

impl Language {
    /// What the first bytes say.
    ///
    /// # Errors
    /// [`DecodeError::Empty`] or [`DecodeError::NotAJob`].
    pub fn of(job: &[u8]) -> Result<Self, DecodeError> {
        match job {
            [] => Err(DecodeError::Empty),
            [0x05, ..] => Ok(Self::Format1),
            _ if job.starts_with(format1::STATUS_REQUEST) => Ok(Self::Format1),
            _ if job.starts_with(b"<?xml") || job.starts_with(b"<prn>") => Ok(Self::Format2),
            _ => Err(DecodeError::NotAJob),
        }
    }
}

/// Reads a whole job, for a printer whose head stands as usual. Total: any bytes give cards or an error.
///
/// # Errors
/// [`DecodeError`] says what is wrong with it.
pub fn decode(job: &[u8]) -> Result<Vec<PrintedCard>, DecodeError> {
    decode_at(USUAL_MARGIN, job)
}

/// As [`decode`], for a head with so many pixels in front of the image, of which [`WIDEST_MARGIN`] count at most. Jobs in
/// format 2 have none.
///
/// # Errors
/// As [`decode`].
pub fn decode_at(margin: usize, job: &[u8]) -> Result<Vec<PrintedCard>, DecodeError> {
    match Language::of(job)? {
        Language::Format1 => format1::decode(margin.min(WIDEST_MARGIN), job, Reader::Printer).map(|read| read.cards),
        Language::Format2 => format2::decode(job),
    }
}

/// Who reads a job in format 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// A printer of our desks: its image has 1016 columns, and of questions it knows the one about its status.
    Printer,
    /// Somebody who looks at a job that any driver of this language made for any of its models.
    Looker,
}

/// What is in a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// Its language.
    pub language: Language,
    /// What the driver asked the printer before it sent its pages, as it is written.
    pub requests: Vec<String>,
    /// The cards.
    pub cards: Vec<PrintedCard>,
}

/// As [`decode_at`], for whoever looks at a job of any driver and any model: an image of fewer columns and questions in front
/// of a page are shown and not refused.
///
/// # Errors
/// As [`decode`].
pub fn look_at(margin: usize, job: &[u8]) -> Result<Contents, DecodeError> {
    // A question is of the first language, also where its first byte is not that of a page.
    let language = if request::of(job).is_some() { Language::Format1 } else { Language::of(job)? };
    let read = match language {
        Language::Format1 => format1::decode(margin.min(WIDEST_MARGIN), job, Reader::Looker)?,
        Language::Format2 => format1::Read { requests: Vec::new(), cards: format2::decode(job)? },
    };
    Ok(Contents { language, requests: read.requests, cards: read.cards })
}

/// A job without what its driver asked in front of it.
pub(super) fn after_requests(mut job: &[u8]) -> &[u8] {
    while let Some((_, after)) = request::of(job) {
        job = after;
    }
    job
}

/// Outside text as it may stand in a message.
fn shown(value: &str) -> String {
    value.chars().filter(|c| !c.is_control()).take(40).collect()
}
