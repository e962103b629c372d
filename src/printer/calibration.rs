//! What one printer needs so that its cards look as asked, learnt from a card of patches without any instrument.
//!
//! The card shows, for each dye, bands in which a quarter, a half and three quarters of the lines are printed in full
//! dye. From an arm's length a band has a brightness that is known beforehand, whatever the printer does to tones: that
//! part of the card's white is gone. In each band stand nine numbered patches of even dye, weak to strong; the one that
//! vanishes in its band is the dye which that brightness takes on this printer. Three such places make a tone curve. A
//! field of nearly grey patches beside lines of black resin, which are neutral, gives the grey balance the same way.

mod card;

use serde::{Deserialize, Serialize};

use super::profile::{Colour, is_curve};

pub use card::card;

/// Part of the lines of each band that are printed.
pub const COVERAGES: [f64; 3] = [0.25, 0.5, 0.75];
/// Patches in each band; the one in the middle is right for a printer that needs no curve.
pub const PATCHES: u8 = 9;
/// Rows and columns of the field of greys.
pub const GREYS: u8 = 5;
/// Dye that the greys are made around: the middle band's.
const GREY: u8 = 67;
/// Steps of dye between neighbours of the field of greys.
const GREY_STEP: i16 = 8;

/// What was learnt of a printer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Calibration {
    /// Name of the printer at this desk.
    pub printer: String,
    /// As [`Colour::yellow_curve`].
    pub yellow_curve: Vec<[u8; 2]>,
    /// As [`Colour::magenta_curve`].
    pub magenta_curve: Vec<[u8; 2]>,
    /// As [`Colour::cyan_curve`].
    pub cyan_curve: Vec<[u8; 2]>,
    /// As [`Colour::grey_balance`].
    pub grey_balance: [f64; 3],
}

/// What the officer saw on the card.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    /// Numbers of the patches that vanish in the three bands of yellow, 1 to 9; halves lie between two.
    pub yellow: [f64; 3],
    /// The same of magenta.
    pub magenta: [f64; 3],
    /// The same of cyan.
    pub cyan: [f64; 3],
    /// Row (0 is A) and column (0 is 1) of the patch that is as grey as the lines around it; `None` to leave it.
    pub grey: Option<(u8, u8)>,
}

/// Why what was seen makes no calibration. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalibrationError {
    /// A number that is on no patch.
    #[error("there is no patch {0} on the card: the numbers go from 1 to 9; nothing was changed")]
    NoPatch(String),
    /// A place outside the field of greys.
    #[error("there is no grey patch {0} on the card: rows are A to E, columns 1 to 5; nothing was changed")]
    NoGrey(String),
    /// Stronger bands with weaker patches.
    #[error(
        "the three numbers of {0} cannot all be right: a stronger band would take less dye than a weaker one; nothing was \
         changed: hold the card at arm's length and look again"
    )]
    Falls(&'static str),
}

/// Dye that a face asks for where it wants this part of white gone (IEC 61966-2-1, the curve of sRGB).
#[must_use]
pub fn asked(coverage: f64) -> u8 {
    let light = (1.0 - coverage).clamp(0.0, 1.0);
    let encoded = if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    (255.0 - encoded * 255.0).round() as u8
}

/// Dye of a patch of a band: each number is a quarter of an octave stronger than the one before.
#[must_use]
pub fn patch(coverage: f64, number: f64) -> u8 {
    let middle = f64::from(PATCHES / 2 + 1);
    (f64::from(asked(coverage)) * ((number - middle) / 4.0).exp2()).round().clamp(0.0, 255.0) as u8
}

/// Yellow, magenta and cyan of a patch of the field of greys: magenta changes with the row, cyan with the column.
#[must_use]
pub fn grey_patch(row: u8, column: u8) -> [u8; 3] {
    let off = |place: u8| i16::from(GREY) + (i16::from(place) - i16::from(GREYS / 2)) * GREY_STEP;
    [GREY, off(row).clamp(0, 255) as u8, off(column).clamp(0, 255) as u8]
}

impl Seen {
    /// Reads numbers as an officer writes them: `4,5,5.5`.
    ///
    /// # Errors
    /// [`CalibrationError::NoPatch`].
    pub fn numbers(text: &str) -> Result<[f64; 3], CalibrationError> {
        let unfit = || CalibrationError::NoPatch(shown(text));
        let numbers: Vec<f64> =
            text.split(',').map(|part| part.trim().parse()).collect::<Result<_, _>>().map_err(|_| unfit())?;
        let numbers: [f64; 3] = numbers.try_into().map_err(|_| unfit())?;
        let on_card = |number: &f64| (1.0..=f64::from(PATCHES)).contains(number);
        if numbers.iter().all(on_card) { Ok(numbers) } else { Err(unfit()) }
    }

    /// Reads a place of the field of greys: `C3`.
    ///
    /// # Errors
    /// [`CalibrationError::NoGrey`].
    pub fn grey_place(text: &str) -> Result<(u8, u8), CalibrationError> {
        let unfit = || CalibrationError::NoGrey(shown(text));
        let &[row, column] = text.trim().as_bytes() else { return Err(unfit()) };
        let row = row.to_ascii_uppercase().checked_sub(b'A').filter(|row| *row < GREYS).ok_or_else(unfit)?;
        let column = column.checked_sub(b'1').filter(|column| *column < GREYS).ok_or_else(unfit)?;
        Ok((row, column))
    }
}

/// Outside text as it may stand in a message.
fn shown(text: &str) -> String {
    format!("“{}”", text.chars().filter(|c| !c.is_control()).take(30).collect::<String>())
}

impl Calibration {
    /// Makes curves of what was seen on a card of this printer. Where no grey is named, the balance stays as it was.
    ///
    /// # Errors
    /// [`CalibrationError`].
    pub fn of(printer: &str, seen: &Seen, before: Option<&Self>) -> Result<Self, CalibrationError> {
        let curve = |name, numbers: [f64; 3]| {
            let mut points = vec![[0, 0]];
            points.extend(COVERAGES.iter().zip(numbers).map(|(part, number)| [asked(*part), patch(*part, number)]));
            points.push([255, 255]);
            if is_curve(&points) { Ok(points) } else { Err(CalibrationError::Falls(name)) }
        };
        let grey_balance = match seen.grey {
            None => before.map_or([1.0; 3], |before| before.grey_balance),
            Some((row, column)) => balance(grey_patch(row, column)),
        };
        Ok(Self {
            printer: printer.to_owned(),
            yellow_curve: curve("yellow", seen.yellow)?,
            magenta_curve: curve("magenta", seen.magenta)?,
            cyan_curve: curve("cyan", seen.cyan)?,
            grey_balance,
        })
    }

    /// The numbers of the patches that it came from, of yellow, magenta and cyan; to the half.
    #[must_use]
    pub fn bands(&self) -> [[f64; 3]; 3] {
        let middle = f64::from(PATCHES / 2 + 1);
        let number = |point: Option<&[u8; 2]>| {
            let [asked, told] = point.map_or([1.0; 2], |point| point.map(|dye| f64::from(dye.max(1))));
            (((told / asked).log2() * 4.0 + middle) * 2.0).round() / 2.0
        };
        [&self.yellow_curve, &self.magenta_curve, &self.cyan_curve]
            .map(|curve| [1, 2, 3].map(|place| number(curve.get(place)).clamp(1.0, f64::from(PATCHES))))
    }

    /// Puts it in the place of the profile's own curves and balance.
    pub fn apply(&self, colour: &mut Colour) {
        colour.yellow_gamma = 1.0;
        colour.magenta_gamma = 1.0;
        colour.cyan_gamma = 1.0;
        colour.yellow_curve.clone_from(&self.yellow_curve);
        colour.magenta_curve.clone_from(&self.magenta_curve);
        colour.cyan_curve.clone_from(&self.cyan_curve);
        colour.grey_balance = self.grey_balance;
    }

    /// Whether a file that says this can be used.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let curves = [&self.yellow_curve, &self.magenta_curve, &self.cyan_curve];
        curves.into_iter().all(|curve| is_curve(curve))
            && self.grey_balance.iter().all(|part| (0.5..=1.0).contains(part))
    }
}

/// The parts that a neutral patch takes of each dye, the most of them whole.
fn balance(neutral: [u8; 3]) -> [f64; 3] {
    let most = f64::from(neutral.into_iter().max().unwrap_or(1).max(1));
    neutral.map(|dye| (f64::from(dye) / most * 1000.0).round() / 1000.0)
}

#[cfg(test)]
mod tests;
