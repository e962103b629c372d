//! Jobs in format 2: a ticket in XML, a zero byte, planes of a byte a pixel, a checksum (`facts/magicard.md` 7).

mod ticket;

use super::{EncodeError, JobEncoder, JobOptions, Separation, check, checksum, has_ink, separated};
use crate::{
    face::planes::{HEIGHT, PixelBox, Planes, WIDTH},
    printer::{
        colour::Correction,
        profile::{OvercoatBox, Panels, Profile},
    },
};

/// Lines of a plane, one a column of the card.
const LINES: usize = 1013;
/// Bytes of a plane.
const PLANE: usize = LINES * HEIGHT;
/// Column of the face that is the first line. A face is three columns longer than an image of this format: one is left
/// out at the left and two at the right, all of them in the overspill around the card.
const FIRST_COLUMN: usize = 1;

/// A panel that a side uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Panel {
    Yellow,
    Magenta,
    Cyan,
    Black,
}

impl Panel {
    /// In the order of their planes.
    const ALL: [Self; 4] = [Self::Yellow, Self::Magenta, Self::Cyan, Self::Black];

    fn pixels(self, planes: &Planes) -> &[u8] {
        match self {
            Self::Yellow => &planes.yellow,
            Self::Magenta => &planes.magenta,
            Self::Cyan => &planes.cyan,
            Self::Black => &planes.resin,
        }
    }
}

/// One side of a card, and the panels that print on it.
#[derive(Debug)]
struct Side<'a> {
    planes: &'a Planes,
    panels: Vec<Panel>,
}

impl<'a> Side<'a> {
    /// Only panels with ink are sent, and a side without any sends an empty black one.
    fn new(planes: &'a Planes, ribbon: Panels) -> Self {
        let mut panels: Vec<Panel> = Panel::ALL.into_iter().filter(|panel| has_ink(panel.pixels(planes))).collect();
        if panels.is_empty() {
            panels.push(if ribbon == Panels::Ymc { Panel::Yellow } else { Panel::Black });
        }
        Self { planes, panels }
    }
}

/// The encoder of one model.
#[derive(Debug, Clone)]
pub(super) struct Format2 {
    profile: Profile,
    colour: Correction,
}

impl Format2 {
    pub(super) fn new(profile: &Profile) -> Self {
        Self { profile: profile.clone(), colour: Correction::of(profile) }
    }

    /// Column after column from the left, each from the top.
    fn plane(&self, job: &mut Vec<u8>, panel: Panel, planes: &Planes) {
        let full = |pixel: u8| if pixel == 0 { 0 } else { 255 };
        let pixels = panel.pixels(planes);
        for x in (0..WIDTH).skip(FIRST_COLUMN).take(LINES) {
            let column = pixels.iter().skip(x).step_by(WIDTH);
            match panel {
                Panel::Black => job.extend(column.map(|&pixel| full(pixel))),
                Panel::Yellow | Panel::Magenta | Panel::Cyan => job.extend(column),
            }
        }
    }
}

/// The whole card of an overcoat, which a ticket does not mention.
fn whole_coat() -> OvercoatBox {
    OvercoatBox::from([0, 0, LINES as u16, HEIGHT as u16])
}

impl JobEncoder for Format2 {
    fn separate(&self, planes: &Planes) -> Separation {
        let area = self.profile.overcoat.area;
        let whole = PixelBox { left: 0, top: 0, right: WIDTH, bottom: HEIGHT };
        let coat = if area == whole_coat() { whole } else { area.from_top() };
        separated(&self.profile, &self.colour, planes, coat, |told| {
            for panel in [&mut told.yellow, &mut told.magenta, &mut told.cyan, &mut told.resin] {
                for row in panel.chunks_exact_mut(WIDTH) {
                    row[..FIRST_COLUMN].fill(0);
                    row[FIRST_COLUMN + LINES..].fill(0);
                }
            }
        })
    }

    fn encode(&self, planes: &Planes, options: &JobOptions<'_>) -> Result<Vec<u8>, EncodeError> {
        check(&self.profile, planes, options)?;
        let printed: Vec<_> = std::iter::once(planes).chain(options.back).map(|side| self.colour.apply(side)).collect();
        let sides: Vec<Side<'_>> = printed.iter().map(|side| Side::new(side, self.profile.ribbon.panels)).collect();
        let count: usize = sides.iter().map(|side| side.panels.len()).sum();
        let mut job = ticket::write(&self.profile, &sides, count * PLANE, options).into_bytes();
        job.push(0);
        job.reserve(count * PLANE + 4);
        for side in &sides {
            for panel in &side.panels {
                self.plane(&mut job, *panel, side.planes);
            }
        }
        job.extend(checksum::of(&job).to_le_bytes());
        Ok(job)
    }
}

#[cfg(test)]
mod tests;
