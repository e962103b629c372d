//! Where a pixel of the head line stands in the bytes of a plane (`facts/magicard.md` 5.1, 5.2).

use crate::printer::profile::HeadTag;

/// Pixels of the head in one line.
pub(super) const HEAD_LINE: usize = 672;
/// Strips of one line of dye: one a bit, least significant first.
pub(super) const DYE_STRIPS: usize = 6;
/// The first pixel of the second half of an interleaved head.
const SECOND_HALF: usize = 288;
/// Index of a pixel that no head has: always empty.
const NOWHERE: u16 = HEAD_LINE as u16;

/// The order of pixels of one head type.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// Eight head pixels for every byte of a strip, the one at 0x80 first.
    sources: Vec<[u16; 8]>,
}

impl Layout {
    pub(super) fn new(tag: HeadTag) -> Self {
        let strip = match tag {
            HeadTag::Kee | HeadTag::Bytes => HEAD_LINE / 8,
            HeadTag::Kge2 | HeadTag::Kee1 | HeadTag::Kee4 | HeadTag::Kge => 96,
        };
        let mut sources = vec![[NOWHERE; 8]; strip];
        for pixel in 0..HEAD_LINE {
            let (byte, bit) = place(tag, pixel);
            sources[byte][bit] = pixel as u16;
        }
        Self { sources }
    }

    /// Bytes of one strip.
    pub(super) fn strip(&self) -> usize {
        self.sources.len()
    }

    /// Appends one line: `STRIPS` strips, the first with the lowest bit of every pixel.
    pub(super) fn write_line<const STRIPS: usize>(&self, line: &[u8; HEAD_LINE], out: &mut Vec<u8>) {
        let mut strips = [[0_u8; 96]; STRIPS];
        for (byte, pixels) in self.sources.iter().enumerate() {
            // Byte n of the sum gathers bit n of eight pixels.
            let mut gathered = 0_u64;
            for &pixel in pixels {
                let value = line.get(usize::from(pixel)).copied().unwrap_or(0);
                gathered = (gathered << 1) | SPREAD[usize::from(value & 0x3F)];
            }
            if gathered != 0 {
                for (strip, bits) in strips.iter_mut().zip(gathered.to_le_bytes()) {
                    strip[byte] = bits;
                }
            }
        }
        for strip in &strips {
            out.extend_from_slice(&strip[..self.sources.len()]);
        }
    }
}

/// Byte of the strip, and bit counted from 0x80.
fn place(tag: HeadTag, pixel: usize) -> (usize, usize) {
    if matches!(tag, HeadTag::Kee | HeadTag::Bytes) {
        return (pixel / 8, pixel % 8);
    }
    let (word, bit) = match pixel.checked_sub(SECOND_HALF) {
        None => (6 + pixel / 16, (pixel % 16) * 2),
        Some(second) => (second / 16, (second % 16) * 2 + 1),
    };
    match tag {
        // Words of 32 bits with the lowest bit in the last byte.
        HeadTag::Kge => (word * 4 + 3 - bit / 8, 7 - bit % 8),
        _ => (word * 4 + bit / 8, bit % 8),
    }
}

/// Bit n of a dye value at the lowest bit of byte n.
static SPREAD: [u64; 64] = {
    let mut table = [0; 64];
    let mut value = 0;
    while value < 64 {
        let mut bit = 0;
        while bit < DYE_STRIPS {
            table[value] |= ((value as u64 >> bit) & 1) << (8 * bit);
            bit += 1;
        }
        value += 1;
    }
    table
};
