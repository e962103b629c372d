//! From the dyes a face asks for to the dyes this printer is told: one pure function of planes and profile.
//!
//! The face's planes say what the card should look like. What a particular printer has to be told so that its card looks
//! like that is worked out here, on the way into a job: black by its rule, the printer's own ICC profile where there is
//! one, grey balance, and a tone curve for each dye. With nothing set, every value goes through as it is. How the two are
//! shown, [`Separation`](super::separation::Separation) says.

mod icc;

use std::borrow::Cow;

pub use icc::{IccError, IccTable, MOST_BYTES as MOST_ICC_BYTES};

use crate::{
    face::planes::{Planes, WIDTH},
    printer::profile::{Black, Colour, JobFormat, Panels, Profile, Switch},
};

/// Full dye.
const FULL: u8 = 255;
/// Quarters of a step of six bits, in the order of a 2 x 2 Bayer matrix: added before the lower two bits are cut off.
const BAYER: [[u8; 2]; 2] = [[0, 2], [3, 1]];

/// What is done to the planes of a face for one printer.
#[derive(Debug, Clone)]
pub struct Correction {
    panels: Panels,
    black: Black,
    icc: Option<std::sync::Arc<IccTable>>,
    /// Yellow, magenta, cyan.
    balance: Option<[f32; 3]>,
    curves: [[u8; 256]; 3],
    straight: bool,
    dither: bool,
}

impl Correction {
    /// Of a printer with this profile.
    #[must_use]
    pub fn of(profile: &Profile) -> Self {
        let colour = &profile.colour;
        let curves = [
            curve(colour.yellow_gamma, &colour.yellow_curve),
            curve(colour.magenta_gamma, &colour.magenta_curve),
            curve(colour.cyan_gamma, &colour.cyan_curve),
        ];
        Self {
            panels: profile.ribbon.panels,
            black: colour.black,
            icc: profile.icc.clone(),
            balance: (colour.grey_balance != [1.0; 3]).then(|| colour.grey_balance.map(|part| part as f32)),
            straight: curves.iter().all(|curve| curve.iter().enumerate().all(|(at, value)| at == usize::from(*value))),
            curves,
            // Format 2 carries all 256 levels: there is nothing to make up for.
            dither: colour.dither == Switch::On && profile.job_format == JobFormat::Format1,
        }
    }

    /// Whether every dye is told as the face asks for it: then the card looks like what the printer is told.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.icc.is_none() && self.balance.is_none() && self.straight && !self.dither
    }

    /// The planes as the printer is told them. No dye lies under resin, and where a face has no dye, none is printed.
    #[must_use]
    pub fn apply<'a>(&self, planes: &'a Planes) -> Cow<'a, Planes> {
        if self.is_plain() { self.ruled(planes) } else { self.through(planes, |asked, at| self.dyes(asked, at)) }
    }

    /// The planes with the rule for black alone: which panel prints what is black, with every other dye as it is.
    #[must_use]
    pub fn ruled<'a>(&self, planes: &'a Planes) -> Cow<'a, Planes> {
        let composite = self.panels == Panels::Ymc && planes.resin.iter().any(|resin| *resin != 0);
        if !composite && self.black == Black::Text {
            return Cow::Borrowed(planes);
        }
        self.through(planes, |asked, _| asked)
    }

    fn through<'a>(&self, planes: &'a Planes, dyes: impl Fn([u8; 3], (usize, usize)) -> [u8; 3]) -> Cow<'a, Planes> {
        let mut planes = planes.clone();
        let rows = planes.yellow.chunks_mut(WIDTH).zip(planes.magenta.chunks_mut(WIDTH));
        let rows = rows.zip(planes.cyan.chunks_mut(WIDTH)).zip(planes.resin.chunks_mut(WIDTH));
        for (y, (((yellow, magenta), cyan), resin)) in rows.enumerate() {
            if self.panels == Panels::Ymc {
                // Without resin on the ribbon, black text is full dye of all three.
                for (x, resin) in resin.iter_mut().enumerate().filter(|(_, resin)| **resin != 0) {
                    (yellow[x], magenta[x], cyan[x], *resin) = (FULL, FULL, FULL, 0);
                }
            }
            for (x, resin) in resin.iter_mut().enumerate() {
                let asked = [yellow[x], magenta[x], cyan[x]];
                if asked == [0; 3] {
                    continue;
                }
                let told = if self.is_black(asked) {
                    *resin = 1;
                    [0; 3]
                } else {
                    dyes(asked, (x, y))
                };
                [yellow[x], magenta[x], cyan[x]] = told;
            }
        }
        Cow::Owned(planes)
    }

    /// Whether a pixel of a picture is black that resin prints.
    fn is_black(&self, asked: [u8; 3]) -> bool {
        self.black == Black::PureBlack && self.panels == Panels::Ymck && asked == [FULL; 3]
    }

    /// One pixel: yellow, magenta, cyan.
    fn dyes(&self, asked: [u8; 3], (x, y): (usize, usize)) -> [u8; 3] {
        let asked = self.icc.as_ref().map_or(asked, |table| table.dyes(asked));
        let grey = asked.into_iter().min().unwrap_or(0);
        let mut told = [0; 3];
        for (index, told) in told.iter_mut().enumerate() {
            let mut dye = asked[index];
            if let Some(balance) = self.balance {
                // Only what all three share is grey; the rest is colour and stays.
                dye = dye - grey + (f32::from(grey) * balance[index]).round() as u8;
            }
            *told = self.curves[index][usize::from(dye)];
            if self.dither && *told != 0 {
                *told = told.saturating_add(BAYER[y % 2][x % 2]);
            }
        }
        told
    }
}

/// A table of all values: first the exponent, then the points, straight between them.
#[must_use]
pub fn curve(gamma: f64, points: &[[u8; 2]]) -> [u8; 256] {
    std::array::from_fn(|dye| {
        let bent = (dye as f64 / 255.0).powf(gamma) * 255.0;
        let value = match points.windows(2).find(|pair| bent <= f64::from(pair[1][0])) {
            Some([from, to]) => {
                let part = (bent - f64::from(from[0])) / f64::from(to[0].saturating_sub(from[0]).max(1));
                f64::from(from[1]) + part * (f64::from(to[1]) - f64::from(from[1]))
            }
            _ => bent,
        };
        // `as` saturates; a value just under a whole number is that number, so that a straight curve is exact.
        (value + 1e-6) as u8
    })
}

impl Colour {
    /// Every value as it is: what a card for calibration is printed with.
    #[must_use]
    pub fn straight() -> Self {
        Self {
            yellow_gamma: 1.0,
            magenta_gamma: 1.0,
            cyan_gamma: 1.0,
            yellow_curve: Vec::new(),
            magenta_curve: Vec::new(),
            cyan_curve: Vec::new(),
            grey_balance: [1.0; 3],
            black: Black::Text,
            dither: Switch::Off,
            icc_profile: String::new(),
        }
    }
}

#[cfg(test)]
mod tests;
