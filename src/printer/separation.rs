//! What one printer puts on one side of a card: preview, proof and job are made of it, so that none shows what another
//! does not print.
//!
//! The panels told to the printer are dye amounts: with a tone curve, a grey balance or an ICC profile they differ from
//! the colours that come out. So there are two sets of planes, both of one run of
//! [`Correction`](super::colour::Correction): `told`, pixel for pixel the job's own, which is shown panel by panel; and
//! `look`, how the card is expected to come out, which preview and proof are painted from. Where nothing corrects the dyes,
//! the two are the same.

use image::{Rgba, RgbaImage};

use super::profile::{Profile, Switch};
use crate::face::{
    Plane, Planes,
    planes::{HEIGHT, PixelBox, WIDTH},
};

pub use super::decoder::Panel;

/// One side as one printer prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Separation {
    /// How it is expected to look.
    pub look: Planes,
    /// The panels of the job, in the printer's own steps; `None` where the queue's own driver makes the panels.
    pub told: Option<Planes>,
    /// The clear coat the job asks for; `None` where it asks for none, or the queue's own driver decides.
    pub coat: Option<Coat>,
}

impl Separation {
    /// With no printer to ask: the panels as the face wants them.
    #[must_use]
    pub fn unprinted(planes: &Planes) -> Self {
        Self { look: planes.clone(), told: Some(planes.clone()), coat: None }
    }

    /// One panel alone, in its own colour on white, 1016 x 642 pixels; `None` where it prints nothing, or nobody here knows
    /// what it prints.
    #[must_use]
    pub fn alone(&self, panel: Panel) -> Option<RgbaImage> {
        let plane = match panel {
            Panel::Yellow => Plane::Yellow,
            Panel::Magenta => Plane::Magenta,
            Panel::Cyan => Plane::Cyan,
            Panel::Resin => Plane::Resin,
            Panel::Overcoat => return self.coat.as_ref().map(Coat::alone),
        };
        self.told.as_ref().filter(|told| told.is_used(plane)).map(|told| told.alone(plane))
    }
}

/// Where the clear coat is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coat {
    /// What is coated.
    pub area: PixelBox,
    /// What of it is left uncoated: the chip's place first, where the side has one.
    pub holes: Vec<PixelBox>,
}

impl Coat {
    /// Clear plastic has no colour: a coated dot is shown in this one.
    pub const SHOWN: [u8; 3] = [0xA9, 0xC4, 0xDE];

    /// As a profile wants it over this side, with its area as the job's language counts it.
    #[must_use]
    pub fn of(profile: &Profile, planes: &Planes, area: PixelBox) -> Option<Self> {
        let coat = &profile.overcoat;
        let over_chip = coat.chip_hole().filter(|_| planes.keep_out.is_some());
        let holes = over_chip.iter().chain(&coat.holes).map(|hole| hole.from_top());
        (coat.panel == Switch::On).then(|| Self { area, holes: holes.collect() })
    }

    /// Whether a dot is coated.
    #[must_use]
    pub fn covers(&self, x: usize, y: usize) -> bool {
        self.area.holds(x, y) && !self.holes.iter().any(|hole| hole.holds(x, y))
    }

    /// Coated dots in [`Self::SHOWN`], the others white: 1016 x 642 pixels.
    #[must_use]
    pub fn alone(&self) -> RgbaImage {
        let [red, green, blue] = Self::SHOWN;
        RgbaImage::from_fn(WIDTH as u32, HEIGHT as u32, |x, y| {
            Rgba(if self.covers(x as usize, y as usize) { [red, green, blue, 255] } else { [255; 4] })
        })
    }
}

#[cfg(test)]
mod tests;
