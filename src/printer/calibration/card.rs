//! The card of patches.

use super::{COVERAGES, Calibration, GREYS, PATCHES, grey_patch, patch};
use crate::{
    face::planes::{PixelBox, Planes, WIDTH},
    printer::{colour::curve, dots},
};

/// Left edge, top edge, width and height of the bands' field; right of the chip.
const BANDS: (usize, usize) = (330, 44);
/// Width and height of a patch with the band around it.
const CELL: (usize, usize) = (72, 60);
/// Width of the band that is left around a patch.
const RIM: (usize, usize) = (12, 12);
/// Left and top edge of the field of greys; below the chip.
const GREY_FIELD: (usize, usize) = (52, 388);
/// Width of a grey patch with the lines around it, and of those lines.
const GREY_CELL: (usize, usize) = (42, 6);
/// Pixels of a digit's dots.
const DOT: usize = 3;

/// Draws the card. The bands are what the printer does by itself; the greys go by way of the curves that were learnt
/// already, since they are balanced after the curves. Nothing stands in the chip's keep-out.
#[must_use]
pub fn card(learnt: Option<&Calibration>, keep_out: PixelBox) -> Planes {
    let mut planes = Planes { keep_out: Some(keep_out), ..Planes::blank() };
    let mut top = BANDS.1;
    for (dye, letter) in ["Y", "M", "C"].into_iter().enumerate() {
        for coverage in COVERAGES {
            band(&mut planes, dye, coverage, top);
            dots::write(&mut planes, letter, (BANDS.0 - 40, top + CELL.1 / 2 - 10), DOT);
            top += CELL.1 + 2;
        }
    }
    for number in 0..usize::from(PATCHES) {
        let place = (BANDS.0 + number * CELL.0 + CELL.0 / 2 - 7, BANDS.1 - 28);
        dots::write(&mut planes, &(number + 1).to_string(), place, DOT);
    }
    let curves = |calibration: &Calibration| {
        [&calibration.yellow_curve, &calibration.magenta_curve, &calibration.cyan_curve]
            .map(|points| curve(1.0, points))
    };
    let curves = learnt.map_or_else(|| [curve(1.0, &[]); 3], curves);
    greys(&mut planes, &curves);
    planes
}

/// Lines of full dye, and patches of even dye in them.
fn band(planes: &mut Planes, dye: usize, coverage: f64, top: usize) {
    let lines = (coverage * 4.0).round() as usize;
    let panel = match dye {
        0 => &mut planes.yellow,
        1 => &mut planes.magenta,
        _ => &mut planes.cyan,
    };
    for y in top..top + CELL.1 {
        let line = (y - top) % 4 < lines;
        let inside = (RIM.1..CELL.1 - RIM.1).contains(&(y - top));
        for number in 0..usize::from(PATCHES) {
            let left = BANDS.0 + number * CELL.0;
            for x in left..left + CELL.0 {
                let even = inside && (RIM.0..CELL.0 - RIM.0).contains(&(x - left));
                panel[y * WIDTH + x] = match (even, line) {
                    (true, _) => patch(coverage, (number + 1) as f64),
                    (false, true) => 255,
                    (false, false) => 0,
                };
            }
        }
    }
}

/// Patches that are nearly grey, in lines of resin, every second of which is printed.
fn greys(planes: &mut Planes, curves: &[[u8; 256]; 3]) {
    let (cell, rim) = GREY_CELL;
    for row in 0..usize::from(GREYS) {
        for column in 0..usize::from(GREYS) {
            let dyes = grey_patch(row as u8, column as u8);
            for dy in 0..cell {
                for dx in 0..cell {
                    let at = (GREY_FIELD.1 + row * cell + dy) * WIDTH + GREY_FIELD.0 + column * cell + dx;
                    if (rim..cell - rim).contains(&dx) && (rim..cell - rim).contains(&dy) {
                        planes.yellow[at] = curves[0][usize::from(dyes[0])];
                        planes.magenta[at] = curves[1][usize::from(dyes[1])];
                        planes.cyan[at] = curves[2][usize::from(dyes[2])];
                    } else {
                        planes.resin[at] = u8::from(dy / 2 % 2 == 0);
                    }
                }
            }
        }
        let letter = ["A", "B", "C", "D", "E"][row.min(4)];
        dots::write(planes, letter, (GREY_FIELD.0 - 26, GREY_FIELD.1 + row * cell + cell / 2 - 10), DOT);
        let place = (GREY_FIELD.0 + row * cell + cell / 2 - 7, GREY_FIELD.1 - 28);
        dots::write(planes, &(row + 1).to_string(), place, DOT);
    }
}
