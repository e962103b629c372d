//! Millimetres on the card and pixels of the print head, and the one formula between them.

use serde::Deserialize;

use super::planes::{HEIGHT, PixelBox, WIDTH};

/// Long side of an ID-1 card in millimetres (ISO/IEC 7810).
pub const CARD_WIDTH_MM: f32 = 85.60;
/// Short side of an ID-1 card in millimetres (ISO/IEC 7810).
pub const CARD_HEIGHT_MM: f32 = 53.98;
/// Radius of the card's corners in millimetres (ISO/IEC 7810: 3.18).
pub const CORNER_RADIUS_MM: f32 = 3.18;
/// Pixels a millimetre at the head's 300 dpi.
pub const PIXELS_PER_MM: f32 = 300.0 / 25.4;
/// Points (1/72 inch) a millimetre.
pub const POINTS_PER_MM: f32 = 72.0 / 25.4;

/// Pixels by which the 1016-pixel image begins before the left edge of the card: the image is 86.02 mm wide, the card
/// 85.60, and the card lies in the middle.
#[must_use]
pub fn spill_left() -> f32 {
    (WIDTH as f32 - CARD_WIDTH_MM * PIXELS_PER_MM) / 2.0
}

/// As [`spill_left`] for the 642-pixel side: 54.36 mm against 53.98.
#[must_use]
pub fn spill_top() -> f32 {
    (HEIGHT as f32 - CARD_HEIGHT_MM * PIXELS_PER_MM) / 2.0
}

/// Column of the head image, as a real number, at `millimetres` from the left edge of the card:
/// `x mm * 300 / 25.4 + (1016 - 85.60 * 300 / 25.4) / 2`.
#[must_use]
pub fn column(millimetres: f32) -> f32 {
    millimetres * PIXELS_PER_MM + spill_left()
}

/// Row of the head image, as a real number, at `millimetres` from the top edge of the card:
/// `y mm * 300 / 25.4 + (642 - 53.98 * 300 / 25.4) / 2`.
#[must_use]
pub fn row(millimetres: f32) -> f32 {
    millimetres * PIXELS_PER_MM + spill_top()
}

/// Millimetres from the left edge of the card at which a column of the head image begins.
#[must_use]
pub fn column_to_mm(column: usize) -> f32 {
    (column as f32 - spill_left()) / PIXELS_PER_MM
}

/// Millimetres from the top edge of the card at which a row of the head image begins.
#[must_use]
pub fn row_to_mm(row: usize) -> f32 {
    (row as f32 - spill_top()) / PIXELS_PER_MM
}

/// A box on the card, in millimetres from its top left corner.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// From the left edge of the card.
    pub left: f32,
    /// From the top edge of the card.
    pub top: f32,
    /// Along the long side.
    pub width: f32,
    /// Along the short side.
    pub height: f32,
}

impl Area {
    /// Right edge in millimetres from the left edge of the card.
    #[must_use]
    pub fn right(&self) -> f32 {
        self.left + self.width
    }

    /// Bottom edge in millimetres from the top edge of the card.
    #[must_use]
    pub fn bottom(&self) -> f32 {
        self.top + self.height
    }

    /// Whether the two boxes share more than an edge.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right() && other.left < self.right() && self.top < other.bottom() && other.top < self.bottom()
    }

    /// The whole pixels that lie nearest to the box; at least one, never outside the head image.
    #[must_use]
    pub fn nearest_pixels(&self) -> PixelBox {
        PixelBox::between(
            column(self.left).round(),
            row(self.top).round(),
            column(self.right()).round(),
            row(self.bottom()).round(),
        )
    }

    /// Every pixel the box touches: for a keep-out, which must never be too small.
    #[must_use]
    pub fn touched_pixels(&self) -> PixelBox {
        PixelBox::between(
            column(self.left).floor(),
            row(self.top).floor(),
            column(self.right()).ceil(),
            row(self.bottom()).ceil(),
        )
    }
}

impl PixelBox {
    fn between(left: f32, top: f32, right: f32, bottom: f32) -> Self {
        // A float cast to usize saturates: below zero and NaN become 0.
        let left = (left as usize).min(WIDTH - 1);
        let top = (top as usize).min(HEIGHT - 1);
        Self {
            left,
            top,
            right: (right as usize).clamp(left + 1, WIDTH),
            bottom: (bottom as usize).clamp(top + 1, HEIGHT),
        }
    }

    /// Columns of the box.
    #[must_use]
    pub fn width(&self) -> usize {
        self.right.saturating_sub(self.left)
    }

    /// Rows of the box.
    #[must_use]
    pub fn height(&self) -> usize {
        self.bottom.saturating_sub(self.top)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_card_lies_in_the_middle_of_the_head_image() {
        assert!((column(0.0) - 2.488).abs() < 0.001, "{}", column(0.0));
        assert!((column(CARD_WIDTH_MM) - (1016.0 - 2.488)).abs() < 0.001);
        assert!((row(0.0) - 2.2205).abs() < 0.001);
        assert!((column_to_mm(500) - 42.122).abs() < 0.001);
        assert!((row(row_to_mm(321)) - 321.0).abs() < 0.001);
    }

    #[test]
    fn keep_out_pixels_never_shrink() {
        let area = Area { left: 7.3, top: 16.0, width: 15.0, height: 13.8 };
        let pixels = area.touched_pixels();
        // The driver's "chip normal" hole (columns 90 to 260, rows 192 to 347) lies inside with and without the spill.
        assert!(pixels.left <= 90 && pixels.right >= 263, "{pixels:?}");
        assert!(pixels.top <= 192 && pixels.bottom >= 350, "{pixels:?}");
    }
}
