//! PWG raster (PWG 5102.4-2012): a header of 1796 bytes a page, numbers big-endian, and lines packed by pixel.

use super::{DPI, HEIGHT, LINE, PageSides, WIDTH};

/// First bytes of a file.
const SYNC: &[u8; 4] = b"RaS2";
/// Bytes of a page's header (4.3).
const HEADER: usize = 1796;
/// `ColorSpace` of sRGB (4.3.1.4).
const SRGB: u32 = 19;
/// Bytes of a pixel.
const PIXEL: usize = 3;

/// Where a page's header says whether both sides are printed, and whether they are turned about the short edge.
const DUPLEX: usize = 272;
const TUMBLE: usize = 368;

/// What the first page of a file says.
pub(super) fn sides(file: &[u8]) -> PageSides {
    let at = SYNC.len() + DUPLEX;
    match file.get(at..at + 4) {
        Some([0, 0, 0, 1]) => PageSides::Both,
        _ => PageSides::One,
    }
}

/// A file of these pages.
pub(super) fn write(pages: &[&[u8]], sides: PageSides) -> Vec<u8> {
    let mut file = SYNC.to_vec();
    for page in pages {
        file.extend(header(pages.len(), sides));
        lines(page, &mut file);
    }
    file
}

fn header(pages: usize, sides: PageSides) -> Vec<u8> {
    let mut header = vec![0; HEADER];
    let mut put = |at: usize, bytes: &[u8]| {
        if let Some(room) = header.get_mut(at..at + bytes.len()) {
            room.copy_from_slice(bytes);
        }
    };
    let number = |value: usize| (value as u32).to_be_bytes();
    let points = |pixels: usize| number((pixels * 72).div_ceil(DPI));
    let both = usize::from(sides == PageSides::Both);
    put(0, b"PwgRaster");
    // The place of each, as the table of 4.3 has it.
    for (at, value) in [
        (DUPLEX, both),
        (276, DPI),
        (280, DPI),
        (TUMBLE, both),
        (372, HEIGHT),
        (376, WIDTH),
        (384, 8),  // BitsPerColor
        (388, 24), // BitsPerPixel
        (392, LINE),
        (400, SRGB as usize),
        (420, 3), // NumColors
        (452, pages),
        (456, 1),      // CrossFeedTransform
        (460, 1),      // FeedTransform
        (472, HEIGHT), // ImageBoxRight
        (476, WIDTH),  // ImageBoxBottom
    ] {
        put(at, &number(value));
    }
    put(352, &points(HEIGHT));
    put(356, &points(WIDTH));
    // PWG 5101.1: a size of its own, in millimetres.
    put(1732, b"custom_card_54.36x86.02mm");
    header
}

/// Each line once, with how often it comes again; in it, runs of one pixel and rows of different ones (4.4).
fn lines(page: &[u8], file: &mut Vec<u8>) {
    let mut rest = page.chunks_exact(LINE).peekable();
    while let Some(line) = rest.next() {
        let mut again = 0_u8;
        while again < u8::MAX && rest.next_if(|next| *next == line).is_some() {
            again += 1;
        }
        file.push(again);
        packed(line, file);
    }
}

fn packed(line: &[u8], file: &mut Vec<u8>) {
    const MOST: usize = 128;
    let pixels: Vec<&[u8]> = line.chunks_exact(PIXEL).collect();
    let mut rest = pixels.as_slice();
    while let Some(first) = rest.first() {
        let same = rest.iter().take(MOST).take_while(|pixel| *pixel == first).count();
        let different = rest.windows(2).take(MOST).take_while(|pair| pair.first() != pair.last()).count();
        let taken = if same > 1 || different < 2 {
            file.push((same - 1) as u8);
            file.extend_from_slice(first);
            same
        } else {
            // 257 less the number of pixels that follow.
            file.push((257 - different) as u8);
            rest.iter().take(different).for_each(|pixel| file.extend_from_slice(pixel));
            different
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Unpacks one line as 4.4 says.
    fn unpacked(mut packed: &[u8]) -> Vec<u8> {
        let mut line = Vec::new();
        while let Some((&count, rest)) = packed.split_first() {
            let (repeat, pixels) =
                if count < 128 { (usize::from(count) + 1, 1) } else { (1, 257 - usize::from(count)) };
            let (pixels, rest) = rest.split_at(pixels * PIXEL);
            (0..repeat).for_each(|_| line.extend_from_slice(pixels));
            packed = rest;
        }
        line
    }

    proptest! {
        #[test]
        fn a_packed_line_is_the_line(values in proptest::collection::vec(0_u8..3, 1..700)) {
            let line: Vec<u8> = values.iter().flat_map(|value| [*value, 7, 255 - value]).collect();
            let mut file = Vec::new();
            packed(&line, &mut file);
            prop_assert_eq!(unpacked(&file), line);
        }
    }

    #[test]
    fn equal_lines_are_written_once() {
        let page = [vec![255; LINE], vec![255; LINE], vec![0; LINE]].concat();
        let mut file = Vec::new();
        lines(&page, &mut file);
        // 642 pixels: five runs of 128 and one of 2.
        let white: Vec<u8> = [[127, 255, 255, 255].repeat(5), vec![1, 255, 255, 255]].concat();
        assert_eq!(file[..1 + white.len()], [vec![1], white].concat());
        assert_eq!(file[25], 0);
    }
}
