//! What each panel of the ribbon puts on the card. Preview, proof and print job all come from here.

use image::{Rgba, RgbaImage};

/// Pixels along the long side of the card at 300 dpi (`facts/magicard.md` 5).
pub const WIDTH: usize = 1016;
/// Pixels along the short side.
pub const HEIGHT: usize = 642;

/// The separated face of one side, landscape, row by row from the top left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planes {
    /// Yellow dye, one byte a pixel: 0 none, 255 full. `WIDTH * HEIGHT` bytes.
    pub yellow: Vec<u8>,
    /// Magenta dye, as yellow.
    pub magenta: Vec<u8>,
    /// Cyan dye, as yellow.
    pub cyan: Vec<u8>,
    /// Resin black, one byte a pixel: 0 none, 1 resin. No grey.
    pub resin: Vec<u8>,
    /// The chip keep-out: no panel prints here, and the overcoat leaves a hole.
    pub keep_out: Option<PixelBox>,
}

/// A box of pixels; `right` and `bottom` are not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PixelBox {
    /// First column.
    pub left: usize,
    /// First row.
    pub top: usize,
    /// Column after the last.
    pub right: usize,
    /// Row after the last.
    pub bottom: usize,
}

impl Planes {
    /// Nothing on any panel.
    #[must_use]
    pub fn blank() -> Self {
        let panel = || vec![0; WIDTH * HEIGHT];
        Self { yellow: panel(), magenta: panel(), cyan: panel(), resin: panel(), keep_out: None }
    }

    /// Whether any panel prints something.
    #[must_use]
    pub fn is_printed(&self) -> bool {
        Plane::ALL.into_iter().any(|plane| self.is_used(plane))
    }

    /// Whether this panel prints something.
    #[must_use]
    pub fn is_used(&self, plane: Plane) -> bool {
        self.plane(plane).iter().any(|pixel| *pixel != 0)
    }

    /// One panel, `WIDTH * HEIGHT` bytes.
    #[must_use]
    pub fn plane(&self, plane: Plane) -> &[u8] {
        match plane {
            Plane::Yellow => &self.yellow,
            Plane::Magenta => &self.magenta,
            Plane::Cyan => &self.cyan,
            Plane::Resin => &self.resin,
        }
    }

    /// Whether any panel prints at this dot.
    pub(super) fn has_ink(&self, at: usize) -> bool {
        Plane::ALL.into_iter().any(|plane| self.plane(plane).get(at).is_some_and(|pixel| *pixel != 0))
    }

    /// One panel alone, in its own colour on white: 1016 x 642 pixels.
    #[must_use]
    pub fn alone(&self, plane: Plane) -> RgbaImage {
        let mut picture = RgbaImage::from_pixel(WIDTH as u32, HEIGHT as u32, Rgba([255; 4]));
        for (pixel, dye) in picture.pixels_mut().zip(self.plane(plane)) {
            let left = 255 - dye;
            match plane {
                Plane::Yellow => pixel.0[2] = left,
                Plane::Magenta => pixel.0[1] = left,
                Plane::Cyan => pixel.0[0] = left,
                Plane::Resin if *dye != 0 => pixel.0[..3].fill(0),
                Plane::Resin => {}
            }
        }
        picture
    }
}

/// A panel of the ribbon that carries a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Plane {
    /// Yellow dye.
    Yellow,
    /// Magenta dye.
    Magenta,
    /// Cyan dye.
    Cyan,
    /// Black resin.
    Resin,
}

impl Plane {
    /// All, in the order they are printed.
    pub const ALL: [Self; 4] = [Self::Yellow, Self::Magenta, Self::Cyan, Self::Resin];
}

impl PixelBox {
    /// Whether a dot lies in it.
    #[must_use]
    pub fn holds(&self, x: usize, y: usize) -> bool {
        (self.left..self.right).contains(&x) && (self.top..self.bottom).contains(&y)
    }
}
