//! What each panel of the ribbon puts on the card. Preview, proof and print job all come from here.

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
}
