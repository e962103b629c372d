//! Magicard printers: the encoders of their job languages, and their status line.

pub(in crate::printer) mod checksum;
mod format1;
mod format2;
pub mod status;
pub mod xml;

use crate::{
    domain::Series,
    face::planes::{HEIGHT, PixelBox, Planes, WIDTH},
    printer::{
        colour::Correction,
        profile::{HeadTag, JobFormat, Panels, PrintableSides, Profile},
        separation::{Coat, Separation},
    },
};

use format1::Format1;
use format2::Format2;

/// Most cards one job may ask for: what the hopper holds (`facts/magicard.md` 11).
pub const MOST_COPIES: u16 = 100;

/// What a job says beyond the face itself.
#[derive(Debug, Clone)]
pub struct JobOptions<'a> {
    /// Cards to print, 1 to [`MOST_COPIES`].
    pub copies: u16,
    /// Time of the job, in seconds since 1970 (`TDT`).
    pub time: u32,
    /// Firmware version the printer gave in its status; empty when it was not asked. What may not stand in a header is left out.
    pub firmware: &'a str,
    /// Head position the printer gave in its status, 0 to 100; without it the profile's is used.
    pub head_position: Option<u8>,
    /// Head type the printer gave in its status; it goes before the profile's where both are of the Enduro class.
    pub head_type: Option<HeadTag>,
    /// The other side, on printers that turn the card.
    pub back: Option<&'a Planes>,
}

impl JobOptions<'_> {
    /// One card, front only, from a printer that was not asked for its status.
    #[must_use]
    pub fn one_card(time: u32) -> Self {
        Self { copies: 1, time, firmware: "", head_position: None, head_type: None, back: None }
    }
}

impl<'a> JobOptions<'a> {
    /// The same for a printer that said this of itself.
    #[must_use]
    pub fn told_by(self, status: Option<&'a status::Status>) -> Self {
        let Some(status) = status else { return self };
        Self { firmware: &status.firmware, head_position: status.head_position, head_type: status.head_type, ..self }
    }
}

/// Turns the planes of a face into the bytes a printer takes.
pub trait JobEncoder {
    /// The whole job. Nothing is printed by this.
    ///
    /// # Errors
    /// [`EncodeError`] when the printer could not, or must not, print this face.
    fn encode(&self, planes: &Planes, options: &JobOptions<'_>) -> Result<Vec<u8>, EncodeError>;

    /// What the job has of one side, and how that is expected to look. Preview and proof are made of it.
    fn separate(&self, planes: &Planes) -> Separation;
}

/// Why a face was not turned into a job. Nothing was sent and no card was used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// A face with colour, on a ribbon of resin only.
    #[error(
        "the face has {panel} dye (first at {x}, {y} pixels from the top left) and the profile “{profile}” prints black \
         resin only; nothing was printed: choose a printer with a colour ribbon, or set ribbon.panels in the profile"
    )]
    ColourOnResin {
        /// Which panel.
        panel: &'static str,
        /// Column of the first pixel.
        x: usize,
        /// Row of the first pixel.
        y: usize,
        /// Id of the profile.
        profile: String,
    },
    /// A card of a series that the profile does not list.
    #[error(
        "the printer profile “{profile}” does not print {series} cards; nothing was printed: choose a printer that does, or \
         correct prints-series if this model may"
    )]
    Series {
        /// Id of the profile.
        profile: String,
        /// Of the card.
        series: Series,
    },
    /// A panel does not have 1016 x 642 pixels.
    #[error(
        "the {panel} panel of the face has {found} pixels and the printer takes 652272; nothing was printed: draw the face again"
    )]
    Size {
        /// Which panel.
        panel: &'static str,
        /// Its pixels.
        found: usize,
    },
    /// Ink over the contacts wears the head and dirties the chip.
    #[error(
        "the face has {panel} ink over the chip (first at {x}, {y} pixels from the top left); nothing was printed: \
         keep the chip area of the card face template empty"
    )]
    InkOnChip {
        /// Which panel.
        panel: &'static str,
        /// Column of the first pixel.
        x: usize,
        /// Row of the first pixel.
        y: usize,
    },
    /// Too few or too many cards.
    #[error("a job prints 1 to 100 cards and this one asks for {0}; nothing was printed: choose another number")]
    Copies(u16),
    /// A back for a printer that does not turn cards.
    #[error(
        "the printer profile “{profile}” prints the front only and this card has a back; nothing was printed: \
         choose a printer that prints both sides"
    )]
    NoBack {
        /// Id of the profile.
        profile: String,
    },
    /// A side on which no panel prints: whether printers take a page without panels is not known.
    #[error(
        "the {0} of the card has nothing to print and no overcoat; nothing was printed: leave that side out of the job"
    )]
    Empty(&'static str),
}

/// The encoder of this model's language.
#[must_use]
pub fn encoder(profile: &Profile) -> Box<dyn JobEncoder + Send + Sync> {
    match profile.job_format {
        JobFormat::Format1 => Box::new(Format1::new(profile)),
        JobFormat::Format2 => Box::new(Format2::new(profile)),
    }
}

/// A side as a job has it: `steps` brings the planes to what the language can say, and `coat` is the coated area as it counts.
fn separated(
    profile: &Profile,
    colour: &Correction,
    planes: &Planes,
    coat: PixelBox,
    steps: impl Fn(&mut Planes),
) -> Separation {
    let mut told = colour.apply(planes).into_owned();
    steps(&mut told);
    let look = if colour.is_plain() {
        told.clone()
    } else {
        let mut look = colour.ruled(planes).into_owned();
        steps(&mut look);
        look
    };
    Separation { look, told: Some(told), coat: Coat::of(profile, planes, coat) }
}

/// Whether this model prints cards of this series.
///
/// # Errors
/// [`EncodeError::Series`].
pub fn check_series(profile: &Profile, series: Series) -> Result<(), EncodeError> {
    match profile.may_print(series) {
        true => Ok(()),
        false => Err(EncodeError::Series { profile: profile.id.clone(), series }),
    }
}

/// What holds for every language: sizes, copies, sides, and no ink on the chip.
pub(in crate::printer) fn check(
    profile: &Profile,
    planes: &Planes,
    options: &JobOptions<'_>,
) -> Result<(), EncodeError> {
    if !(1..=MOST_COPIES).contains(&options.copies) {
        return Err(EncodeError::Copies(options.copies));
    }
    if options.back.is_some() && profile.sides.printable == PrintableSides::Front {
        return Err(EncodeError::NoBack { profile: profile.id.clone() });
    }
    for side in std::iter::once(planes).chain(options.back) {
        let model = side.keep_out.map(|_| profile.overcoat.keep_out.from_top());
        for (panel, pixels) in panels(side) {
            if pixels.len() != WIDTH * HEIGHT {
                return Err(EncodeError::Size { panel, found: pixels.len() });
            }
            // What the face keeps free, and what this model needs free.
            for keep_out in side.keep_out.into_iter().chain(model) {
                if let Some((x, y)) = first_ink(pixels, keep_out) {
                    return Err(EncodeError::InkOnChip { panel, x, y });
                }
            }
            if profile.ribbon.panels == Panels::K && panel != RESIN {
                let whole = PixelBox { left: 0, top: 0, right: WIDTH, bottom: HEIGHT };
                if let Some((x, y)) = first_ink(pixels, whole) {
                    return Err(EncodeError::ColourOnResin { panel, x, y, profile: profile.id.clone() });
                }
            }
        }
    }
    Ok(())
}

/// What messages call the resin panel.
const RESIN: &str = "black resin";

fn panels(planes: &Planes) -> [(&'static str, &[u8]); 4] {
    [("yellow", &planes.yellow), ("magenta", &planes.magenta), ("cyan", &planes.cyan), (RESIN, &planes.resin)]
}

pub(in crate::printer) fn has_dye(planes: &Planes) -> bool {
    has_ink(&planes.yellow) || has_ink(&planes.magenta) || has_ink(&planes.cyan)
}

pub(in crate::printer) fn has_ink(pixels: &[u8]) -> bool {
    pixels.iter().any(|&pixel| pixel != 0)
}

/// The first pixel inside the box that is not empty. `pixels` has one row after the other.
fn first_ink(pixels: &[u8], keep_out: PixelBox) -> Option<(usize, usize)> {
    let rows = pixels.chunks_exact(WIDTH).enumerate().take(keep_out.bottom).skip(keep_out.top);
    rows.filter_map(|(y, row)| {
        let ink = row.iter().take(keep_out.right).skip(keep_out.left).position(|&pixel| pixel != 0)?;
        Some((keep_out.left + ink, y))
    })
    .next()
}
