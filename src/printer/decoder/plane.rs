//! From the bits of a plane back to pixels of the landscape face (`facts/magicard.md` 5).

use crate::face::planes::{HEIGHT, WIDTH};

/// How a head orders its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// `KEE`: in order, 84 bytes a strip.
    Straight,
    /// `KGE`: two halves, in words whose last byte is the lowest; 96 bytes a strip.
    HalvesLowLast,
    /// `KGE2`, `KEE1`, `KEE4`: two halves, lowest byte first, its highest bit first; 96 bytes a strip.
    HalvesLowFirst,
}

impl Order {
    pub(super) fn of(head: &str) -> Option<Self> {
        match head {
            "KEE" => Some(Self::Straight),
            "KGE" => Some(Self::HalvesLowLast),
            "KGE2" | "KEE1" | "KEE4" => Some(Self::HalvesLowFirst),
            _ => None,
        }
    }

    /// Bytes of one strip.
    pub(super) fn strip(self) -> usize {
        if self == Self::Straight { 84 } else { 96 }
    }

    /// Byte of a strip, and bit in it, of head pixel `p`.
    fn place(self, p: usize) -> (usize, u8) {
        let (word, bit) = if p < 288 { (6 + p / 16, p % 16 * 2) } else { ((p - 288) / 16, (p - 288) % 16 * 2 + 1) };
        match self {
            Self::Straight => (p / 8, 1 << (7 - p % 8)),
            Self::HalvesLowFirst => (word * 4 + bit / 8, 0x80 >> (bit % 8)),
            Self::HalvesLowLast => (word * 4 + 3 - bit / 8, 1 << (bit % 8)),
        }
    }
}

/// The face in a plane of `strips` strips a line: one value a pixel, row by row, bits of the first strip lowest. An image of
/// fewer columns than the face stands at its left.
pub(super) fn unpack(plane: &[u8], order: Order, strips: usize, margin: usize, columns: usize) -> Vec<u8> {
    let places: Vec<(usize, u8)> = (margin..margin + HEIGHT).map(|p| order.place(p)).collect();
    let mut face = vec![0; WIDTH * HEIGHT];
    let columns = columns.min(WIDTH);
    for (line, x) in plane.chunks_exact(order.strip() * strips).zip((0..columns).rev()) {
        for (bit, strip) in line.chunks_exact(order.strip()).enumerate() {
            if strip.iter().all(|byte| *byte == 0) {
                continue;
            }
            for (pixel, &(byte, mask)) in face.iter_mut().skip(x).step_by(WIDTH).zip(&places) {
                if strip.get(byte).is_some_and(|bits| bits & mask != 0) {
                    *pixel |= 1 << bit;
                }
            }
        }
    }
    face
}
