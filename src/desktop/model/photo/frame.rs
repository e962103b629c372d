//! The frame over a photo: always of the card's proportion, always inside the photo, never so small that the face on the
//! card would show blocks.

use crate::face::{Template, photo::FEWEST_PIXELS};

/// A frame: left, top, width and height as parts of the turned photo's width and height.
pub type Frame = [f32; 4];

/// A little more than the fewest pixels, so that rounding never falls below them.
const SPARE_PIXELS: f32 = 2.0;
/// Proportion where the built-in template cannot be read; a test reads it.
const USUAL_PROPORTION: f32 = 0.8;

/// Width over height of the photo on the built-in card face, in pixels of the print head.
#[must_use]
pub fn proportion() -> f32 {
    Template::nhs_care_identity().map_or(USUAL_PROPORTION, |template| proportion_of(template.portrait()))
}

/// Width over height of a photo's place on a card face.
#[must_use]
pub fn proportion_of((width, height): (u32, u32)) -> f32 {
    width as f32 / height.max(1) as f32
}

/// A turned photo and the proportion of its frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Canvas {
    /// Pixels across, after turning.
    pub width: f32,
    /// Pixels down, after turning.
    pub height: f32,
    /// Width over height of the frame, in pixels.
    pub proportion: f32,
}

impl Canvas {
    /// Width of a frame as a part, for its height as a part.
    fn width_for(&self, height: f32) -> f32 {
        height * self.proportion * self.height / self.width.max(1.0)
    }

    /// Height of the largest frame.
    fn most(&self) -> f32 {
        (1.0 / self.width_for(1.0).max(f32::EPSILON)).min(1.0)
    }

    /// Height of the smallest frame.
    fn least(&self) -> f32 {
        let (fewest_across, fewest_down) = FEWEST_PIXELS;
        let down = (fewest_down as f32 + SPARE_PIXELS) / self.height.max(1.0);
        let across = (fewest_across as f32 + SPARE_PIXELS) / (self.proportion * self.height).max(1.0);
        down.max(across).min(self.most())
    }

    /// The largest frame: across the middle, and above the middle of a tall photo, where faces are.
    #[must_use]
    pub fn largest(&self) -> Frame {
        let height = self.most();
        let width = self.width_for(height).min(1.0);
        [(1.0 - width) / 2.0, (1.0 - height) / 3.0, width, height]
    }

    /// The frame pushed by parts of its own height, as far as the photo goes.
    #[must_use]
    pub fn moved(&self, frame: Frame, right: f32, down: f32) -> Frame {
        let [left, top, width, height] = frame;
        let across = height * self.height / self.width.max(1.0);
        self.placed([left + right * across, top + down * height, width, height])
    }

    /// The frame made this many times as large around its middle, as far as the photo goes.
    #[must_use]
    pub fn resized(&self, frame: Frame, times: f32) -> Frame {
        let [left, top, width, height] = frame;
        let tall = (height * times).clamp(self.least(), self.most());
        let wide = self.width_for(tall).min(1.0);
        self.placed([left + (width - wide) / 2.0, top + (height - tall) / 2.0, wide, tall])
    }

    /// How large the frame is between the smallest (0) and the largest (1).
    #[must_use]
    pub fn size(&self, frame: Frame) -> f32 {
        let (least, most) = (self.least(), self.most());
        if most <= least + f32::EPSILON { 1.0 } else { ((frame[3] - least) / (most - least)).clamp(0.0, 1.0) }
    }

    /// The frame of that size, around the same middle.
    #[must_use]
    pub fn of_size(&self, frame: Frame, size: f32) -> Frame {
        let wanted = self.least() + size.clamp(0.0, 1.0) * (self.most() - self.least());
        self.resized(frame, wanted / frame[3].max(f32::EPSILON))
    }

    /// The frame whose corner was pulled to a place; the corner across stays. `right` and `down` say which corner.
    #[must_use]
    pub fn pulled(&self, frame: Frame, (right, down): (bool, bool), to: [f32; 2]) -> Frame {
        let [left, top, width, height] = frame;
        let still = [if right { left } else { left + width }, if down { top } else { top + height }];
        let reach = [(to[0] - still[0]) * sign(right), (to[1] - still[1]) * sign(down)];
        let room = [if right { 1.0 - still[0] } else { still[0] }, if down { 1.0 - still[1] } else { still[1] }];
        let one = self.width_for(1.0).max(f32::EPSILON);
        let most = room[1].min(room[0] / one);
        let tall = reach[1].max(reach[0] / one).clamp(self.least().min(most), most.max(f32::EPSILON));
        let wide = self.width_for(tall);
        let corner = |at: f32, length: f32, ahead: bool| if ahead { at } else { at - length };
        self.placed([corner(still[0], wide, right), corner(still[1], tall, down), wide, tall])
    }

    /// The frame on the photo turned by a quarter: around the same spot, as tall in pixels as there is room.
    #[must_use]
    pub fn turned(&self, frame: Frame, to_the_right: bool) -> (Self, Frame) {
        let after = Self { width: self.height, height: self.width, proportion: self.proportion };
        let middle = [frame[0] + frame[2] / 2.0, frame[1] + frame[3] / 2.0];
        let middle = if to_the_right { [1.0 - middle[1], middle[0]] } else { [middle[1], 1.0 - middle[0]] };
        let tall = (frame[3] * self.height / after.height.max(1.0)).clamp(after.least(), after.most());
        let wide = after.width_for(tall).min(1.0);
        (after, after.placed([middle[0] - wide / 2.0, middle[1] - tall / 2.0, wide, tall]))
    }

    /// The frame with its sizes, put inside the photo.
    fn placed(&self, [left, top, width, height]: Frame) -> Frame {
        let (width, height) = (width.min(1.0), height.min(1.0));
        [left.clamp(0.0, 1.0 - width), top.clamp(0.0, 1.0 - height), width, height]
    }
}

fn sign(ahead: bool) -> f32 {
    if ahead { 1.0 } else { -1.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_proportion_is_the_card_faces() {
        let place =
            Template::nhs_care_identity().expect("the built-in template").photo().expect("a photo").nearest_pixels();
        assert!((proportion() - place.width() as f32 / place.height() as f32).abs() < 1e-6);
        assert!((0.78..0.82).contains(&proportion()), "portrait, about 4 to 5: {}", proportion());
    }

    #[test]
    fn the_first_frame_is_the_part_that_would_be_printed_by_itself() {
        let near = |one: Frame, other: Frame| one.iter().zip(other).all(|(one, other)| (one - other).abs() < 1e-6);
        let wide = Canvas { width: 4000.0, height: 3000.0, proportion: 0.8 };
        assert!(near(wide.largest(), [0.2, 0.0, 0.6, 1.0]), "{:?}", wide.largest());
        let tall = Canvas { width: 1000.0, height: 2500.0, proportion: 0.8 };
        assert!(near(tall.largest(), [0.0, 1.0 / 6.0, 1.0, 0.5]), "{:?}", tall.largest());
    }

    fn sound(canvas: &Canvas, [left, top, width, height]: Frame) {
        assert!(left >= 0.0 && top >= 0.0 && left + width <= 1.0001 && top + height <= 1.0001);
        let (across, down) = (width * canvas.width, height * canvas.height);
        assert!((across / down - canvas.proportion).abs() < 0.01, "{across} x {down}");
        assert!(across >= FEWEST_PIXELS.0 as f32 && down >= FEWEST_PIXELS.1 as f32, "{across} x {down}");
    }

    proptest! {
        #[test]
        fn whatever_is_done_the_frame_stays_a_frame(
            size in (150u32..8000, 150u32..8000),
            steps in proptest::collection::vec((0u8..6, -2.0f32..2.0, -2.0f32..2.0), 0..40),
        ) {
            let mut canvas = Canvas { width: size.0 as f32, height: size.1 as f32, proportion: proportion() };
            let mut frame = canvas.largest();
            for (what, one, other) in steps {
                frame = match what {
                    0 => canvas.moved(frame, one, other),
                    1 => canvas.resized(frame, one.abs()),
                    2 => canvas.of_size(frame, one),
                    3 => canvas.pulled(frame, (one > 0.0, other > 0.0), [one, other]),
                    _ => {
                        let (after, turned) = canvas.turned(frame, what == 4);
                        canvas = after;
                        turned
                    }
                };
                sound(&canvas, frame);
            }
        }
    }
}
