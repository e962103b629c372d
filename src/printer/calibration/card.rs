//! The card of patches.

use super::{COVERAGES, Calibration, GREYS, PATCHES, grey_patch, patch};
use crate::{
    face::planes::{PixelBox, Planes, WIDTH},
    printer::colour::curve,
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
            write(&mut planes, letter, BANDS.0 - 40, top + CELL.1 / 2 - 10);
            top += CELL.1 + 2;
        }
    }
    for number in 0..usize::from(PATCHES) {
        write(&mut planes, &(number + 1).to_string(), BANDS.0 + number * CELL.0 + CELL.0 / 2 - 7, BANDS.1 - 28);
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
        write(planes, letter, GREY_FIELD.0 - 26, GREY_FIELD.1 + row * cell + cell / 2 - 10);
        write(planes, &(row + 1).to_string(), GREY_FIELD.0 + row * cell + cell / 2 - 7, GREY_FIELD.1 - 28);
    }
}

/// Letters and digits of 5 x 7 dots, in resin.
fn write(planes: &mut Planes, text: &str, left: usize, top: usize) {
    for (place, sign) in text.chars().enumerate() {
        for (row, dots) in dots(sign).into_iter().enumerate() {
            for column in 0..5 {
                if dots >> (4 - column) & 1 == 0 {
                    continue;
                }
                for y in top + row * DOT..top + (row + 1) * DOT {
                    let x = left + (place * 6 + column) * DOT;
                    planes.resin[y * WIDTH + x..y * WIDTH + x + DOT].fill(1);
                }
            }
        }
    }
}

/// Rows of a sign, the leftmost dot in the highest of five bits.
fn dots(sign: char) -> [u8; 7] {
    match sign {
        '1' => [0x04, 0x0C, 0x04, 0x04, 0x04, 0x04, 0x0E],
        '2' => [0x0E, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1F],
        '3' => [0x1F, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0E],
        '4' => [0x02, 0x06, 0x0A, 0x12, 0x1F, 0x02, 0x02],
        '5' => [0x1F, 0x10, 0x1E, 0x01, 0x01, 0x11, 0x0E],
        '6' => [0x06, 0x08, 0x10, 0x1E, 0x11, 0x11, 0x0E],
        '7' => [0x1F, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08],
        '8' => [0x0E, 0x11, 0x11, 0x0E, 0x11, 0x11, 0x0E],
        '9' => [0x0E, 0x11, 0x11, 0x0F, 0x01, 0x02, 0x0C],
        'A' => [0x0E, 0x11, 0x11, 0x11, 0x1F, 0x11, 0x11],
        'B' => [0x1E, 0x11, 0x11, 0x1E, 0x11, 0x11, 0x1E],
        'C' => [0x0E, 0x11, 0x10, 0x10, 0x10, 0x11, 0x0E],
        'D' => [0x1C, 0x12, 0x11, 0x11, 0x11, 0x12, 0x1C],
        'E' => [0x1F, 0x10, 0x10, 0x1E, 0x10, 0x10, 0x1F],
        'M' => [0x11, 0x1B, 0x15, 0x15, 0x11, 0x11, 0x11],
        'Y' => [0x11, 0x11, 0x11, 0x0A, 0x04, 0x04, 0x04],
        _ => [0; 7],
    }
}
