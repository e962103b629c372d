//! A card that shows by eye whether a printer understood its job: every panel, every direction, every edge.

use super::{
    dots,
    profile::{JobFormat, Profile},
};
use crate::face::planes::{HEIGHT, PixelBox, Planes, WIDTH};

/// Pixels of the frame at the edge, and of the lines of the arrow.
const LINE: usize = 6;
/// Where the fields begin and end, from the top.
const FIELDS: (usize, usize) = (60, 280);
/// The ramp below them.
const RAMP: (usize, usize) = (330, 480);
/// Where the word stands, from the top, and the side of its dots.
const WORD: (usize, usize) = (512, 12);

/// The word on a test card of this language: whoever has two of them in hand knows which one came out.
#[must_use]
pub const fn word(format: JobFormat) -> &'static str {
    match format {
        JobFormat::Format1 => "MAPLE",
        JobFormat::Format2 => "CEDAR",
    }
}

/// Fields of yellow, magenta, cyan and black from left to right, a ramp of all three dyes below, a frame at the edges, and
/// an arrow in the top right corner; at the bottom the [`word`] of the profile's language. Nothing lies where this model's cards have their chip.
#[must_use]
pub fn draw(profile: &Profile) -> Planes {
    let mut planes = Planes::blank();
    let chip = profile.overcoat.keep_out.from_top();
    planes.keep_out = Some(chip);
    let left = chip.right + 4 * LINE;
    let field = (WIDTH - left - 60) / 4;
    for panel in 0..4 {
        let from = left + panel * field;
        fill(
            &mut planes,
            panel,
            PixelBox { left: from, top: FIELDS.0, right: from + field - 10, bottom: FIELDS.1 },
            |_| 255,
        );
    }
    let ramp = PixelBox { left, top: RAMP.0, right: WIDTH - 60, bottom: RAMP.1 };
    for panel in 0..3 {
        fill(&mut planes, panel, ramp, |x| ((x - ramp.left) * 255 / (ramp.right - ramp.left)) as u8);
    }
    for edge in [
        PixelBox { left: 0, top: 0, right: WIDTH, bottom: LINE },
        PixelBox { left: 0, top: HEIGHT - LINE, right: WIDTH, bottom: HEIGHT },
        PixelBox { left: 0, top: 0, right: LINE, bottom: HEIGHT },
        PixelBox { left: WIDTH - LINE, top: 0, right: WIDTH, bottom: HEIGHT },
    ] {
        fill(&mut planes, 3, edge, |_| 1);
    }
    dots::write(&mut planes, word(profile.job_format), (left, WORD.0), WORD.1);
    // Up and to the right.
    for step in 0..40 {
        let (x, y) = (WIDTH - 60, 15 + step / 2);
        fill(&mut planes, 3, PixelBox { left: x + step, top: y, right: x + step + 2, bottom: 52 - step / 2 }, |_| 1);
    }
    planes
}

fn fill(planes: &mut Planes, panel: usize, place: PixelBox, dye: impl Fn(usize) -> u8) {
    let resin = panel == 3;
    let pixels = match panel {
        0 => &mut planes.yellow,
        1 => &mut planes.magenta,
        2 => &mut planes.cyan,
        _ => &mut planes.resin,
    };
    for row in pixels.chunks_exact_mut(WIDTH).take(place.bottom).skip(place.top) {
        for (x, pixel) in row.iter_mut().enumerate().take(place.right).skip(place.left) {
            *pixel = if resin { 1 } else { dye(x) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::printer::{
        magicard::{JobOptions, encoder},
        profile::Profiles,
        virtual_printer::{Model, decode_on},
    };

    #[test]
    fn every_model_takes_it_and_every_panel_is_on_it() {
        for profile in Profiles::bundled().unwrap().iter() {
            let planes = draw(profile);
            let job = encoder(profile).encode(&planes, &JobOptions::one_card(1_795_000_000)).unwrap();
            let cards = decode_on(&Model::default(), &job).unwrap();
            let seen = &cards[0].front.planes;
            for panel in [&seen.yellow, &seen.magenta, &seen.cyan, &seen.resin] {
                assert!(panel.iter().any(|pixel| *pixel != 0), "{}", profile.id);
            }
        }
    }
}
