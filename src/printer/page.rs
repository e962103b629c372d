//! A face as a page, for queues that have the printer's own driver: PWG raster or PDF for queues of IPP, a bitmap for those
//! of Windows, from the same planes as every job.
//!
//! The driver turns the page into the printer's language, so its options (ribbon, overcoat, chip hole) are those of the
//! queue, and so is its colour: tone curves, grey balance and ICC profile of the printer's own profile are for finished
//! jobs and are not applied, because the driver has its own and both together would correct twice. What is black stays as
//! the profile rules: drivers print pure black (0, 0, 0) with resin, as far as the printer's 64 steps tell it apart, and make
//! any other black of the dyes. So a page has pure black where the rule wants resin and nowhere else; black of the dyes is
//! one of those steps lighter. The page is the whole image of the head, 642 x 1016 pixels at 300 dpi, long side down.

mod bitmap;
mod pdf;
mod pwg_raster;

use std::fmt;

pub use bitmap::{BitmapError, Sheet, sheets};

use super::{
    colour::Correction,
    magicard::{EncodeError, JobEncoder, JobOptions, check},
    profile::{Panels, Profile},
    separation::Separation,
};
use crate::face::planes::{HEIGHT, Planes, WIDTH};

/// Dots an inch of a page, both ways.
pub const DOTS_AN_INCH: u32 = 300;
const DPI: usize = DOTS_AN_INCH as usize;
/// One of the 64 steps of a dye. Gutenprint's backend takes for resin what is darker than this in red, green and blue
/// (`tests/printing/gutenprint_filter.rs` asks it).
const STEP: u8 = 4;
/// Bytes of one line: red, green and blue.
const LINE: usize = 3 * HEIGHT;

/// What a driver queue is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Document {
    /// PWG raster (PWG 5102.4): what IPP Everywhere printers take, and CUPS for every driver.
    PwgRaster,
    /// PDF, for queues that take no raster.
    Pdf,
    /// Windows bitmaps, one after another: what is drawn through a driver of Windows.
    Bitmap,
}

impl Document {
    /// Those that queues of IPP take.
    pub const OF_IPP: [Self; 2] = [Self::PwgRaster, Self::Pdf];

    /// What a queue calls it.
    #[must_use]
    pub fn format(self) -> &'static str {
        match self {
            Self::PwgRaster => "image/pwg-raster",
            Self::Pdf => "application/pdf",
            Self::Bitmap => "image/bmp",
        }
    }

    /// Its word in a destination.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::PwgRaster => "pwg",
            Self::Pdf => "pdf",
            Self::Bitmap => "bitmap",
        }
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PwgRaster => "PWG raster",
            Self::Pdf => "PDF",
            Self::Bitmap => "bitmap",
        })
    }
}

/// Sides of the cards of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageSides {
    /// Each page is a card.
    One,
    /// Each two pages are a card, which is turned over like the page of a book: both of its faces are landscape and stand
    /// upright when it is turned about its left edge, which is a short one. A page stands on that edge.
    Both,
}

impl PageSides {
    /// What a queue calls them (RFC 8011, 5.2.8).
    #[must_use]
    pub fn keyword(self) -> &'static str {
        match self {
            Self::One => "one-sided",
            Self::Both => "two-sided-short-edge",
        }
    }
}

impl Document {
    /// What a document of ours says of its cards.
    #[must_use]
    pub fn sides(self, job: &[u8]) -> PageSides {
        match self {
            Self::PwgRaster => pwg_raster::sides(job),
            Self::Pdf => pdf::sides(job),
            Self::Bitmap => PageSides::One,
        }
    }
}

/// Writes faces as pages.
#[derive(Debug, Clone, PartialEq)]
pub struct PageEncoder {
    profile: Profile,
    document: Document,
}

impl PageEncoder {
    /// Pages of this kind, for a printer of this profile.
    #[must_use]
    pub fn new(profile: &Profile, document: Document) -> Self {
        Self { profile: profile.clone(), document }
    }
}

impl JobEncoder for PageEncoder {
    fn separate(&self, planes: &Planes) -> Separation {
        Separation { look: Correction::of(&self.profile).ruled(planes).into_owned(), told: None, coat: None }
    }

    fn encode(&self, planes: &Planes, options: &JobOptions<'_>) -> Result<Vec<u8>, EncodeError> {
        check(&self.profile, planes, options)?;
        let sides = std::iter::once(planes).chain(options.back);
        let card: Vec<Vec<u8>> = sides.map(|side| page_of(&self.profile, side)).collect();
        // Every driver prints every page; what it makes of a number of copies is its own.
        let sides = if options.back.is_some() { PageSides::Both } else { PageSides::One };
        let pages: Vec<&[u8]> = (0..options.copies).flat_map(|_| card.iter().map(Vec::as_slice)).collect();
        Ok(match self.document {
            Document::PwgRaster => pwg_raster::write(&pages, sides),
            Document::Pdf => pdf::write(&pages, sides),
            Document::Bitmap => bitmap::write(&pages),
        })
    }
}

/// One side for a printer of this profile.
pub(super) fn page_of(profile: &Profile, side: &Planes) -> Vec<u8> {
    page(&Correction::of(profile).ruled(side), profile.ribbon.panels != Panels::Ymc)
}

/// One side in red, green and blue: column x and row y of the page show what the landscape face has at column 1015 - y and
/// row x, so that both leave the printer the same way round (`facts/magicard.md` 5). Resin is pure black; where the ribbon
/// has resin, nothing else is.
fn page(planes: &Planes, resin: bool) -> Vec<u8> {
    let mut page = Vec::with_capacity(LINE * WIDTH);
    for y in 0..WIDTH {
        for x in 0..HEIGHT {
            let at = x * WIDTH + (WIDTH - 1 - y);
            let dye = |panel: &[u8]| 255 - panel.get(at).copied().unwrap_or(0);
            match planes.resin.get(at) {
                Some(1..) => page.extend([0; 3]),
                _ => match [dye(&planes.cyan), dye(&planes.magenta), dye(&planes.yellow)] {
                    dark if resin && dark.iter().all(|channel| *channel < STEP) => page.extend([STEP; 3]),
                    colour => page.extend(colour),
                },
            }
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::printer::profile::{PrintableSides, Profiles};

    #[test]
    fn a_document_says_how_many_sides_its_cards_have_also_in_several_copies() {
        let mut profile = Profiles::bundled().unwrap().find("magicard-doh-300-v2").unwrap().clone();
        profile.sides.printable = PrintableSides::FrontAndBack;
        let face = Planes::blank();
        for document in Document::OF_IPP {
            let encoder = PageEncoder::new(&profile, document);
            for (back, sides) in [(None, PageSides::One), (Some(&face), PageSides::Both)] {
                let job = encoder.encode(&face, &JobOptions { copies: 2, back, ..JobOptions::one_card(1) }).unwrap();
                assert_eq!(document.sides(&job), sides, "{document}");
            }
            assert_eq!(document.sides(b"RaS2"), PageSides::One, "any bytes have an answer");
        }
    }
}
