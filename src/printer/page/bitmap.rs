//! The pages as Windows bitmaps, one after another, for a printer's own driver on Windows: GDI draws each as it is.
//!
//! A file of them is a picture of the front to every viewer, and of both sides to [`sheets`].

use super::{DPI, HEIGHT, WIDTH};

/// Bytes before the pixels: `BITMAPFILEHEADER`, 14, and `BITMAPINFOHEADER`, 40 (Windows SDK, wingdi.h). Numbers are
/// little-endian.
const HEAD: usize = 14 + 40;
/// Blue, green and red.
const DEPTH: u16 = 24;
/// Dots a metre: 300 an inch.
const DOTS_A_METRE: u32 = (DPI as u32 * 10_000 + 127) / 254;
/// Widest and highest page that is read, pixels; four times the image of the head.
const LARGEST: u32 = 4 * 1016;
/// Sides of a card, and more copies than a job has.
const MOST_SHEETS: usize = 200;

/// One page as it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sheet<'a> {
    /// Pixels of a line.
    pub width: u32,
    /// Lines.
    pub height: u32,
    /// Blue, green and red of each pixel, the lowest line first, each line filled up to a multiple of four bytes.
    pub lines: &'a [u8],
}

/// Why bytes are not pages for a Windows driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "page {page} of the job is no bitmap of the kind that is printed ({what}); nothing was sent: print the card again"
)]
pub struct BitmapError {
    /// Which page, from 1.
    pub page: usize,
    /// What is wrong.
    pub what: &'static str,
}

/// A job of these pages, each in red, green and blue.
pub(super) fn write(pages: &[&[u8]]) -> Vec<u8> {
    let line = (3 * HEIGHT).next_multiple_of(4);
    let size = HEAD + line * WIDTH;
    let mut job = Vec::with_capacity(size * pages.len());
    for page in pages {
        let long = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes();
        job.extend(b"BM");
        for number in [long(size), [0; 4], long(HEAD), long(40), long(HEIGHT), long(WIDTH)] {
            job.extend(number);
        }
        job.extend(1_u16.to_le_bytes());
        job.extend(DEPTH.to_le_bytes());
        // Not compressed; how many bytes; dots both ways; no palette.
        for number in [0, (line * WIDTH) as u32, DOTS_A_METRE, DOTS_A_METRE, 0, 0] {
            job.extend(number.to_le_bytes());
        }
        for row in page.chunks_exact(3 * HEIGHT).rev() {
            for pixel in row.as_chunks::<3>().0 {
                let [red, green, blue] = *pixel;
                job.extend([blue, green, red]);
            }
            job.extend(std::iter::repeat_n(0, line - 3 * HEIGHT));
        }
    }
    job
}

/// The pages of a job.
///
/// # Errors
/// [`BitmapError`] names the page that is none.
pub fn sheets(job: &[u8]) -> Result<Vec<Sheet<'_>>, BitmapError> {
    let (mut sheets, mut rest) = (Vec::new(), job);
    while !rest.is_empty() || sheets.is_empty() {
        let page = sheets.len() + 1;
        let fault = |what| BitmapError { page, what };
        if page > MOST_SHEETS {
            return Err(fault("there are too many pages"));
        }
        let head = rest.get(..HEAD).ok_or(fault("it ends in the middle of its header"))?;
        if !head.starts_with(b"BM") {
            return Err(fault("it does not begin with BM"));
        }
        let number = |at: usize| {
            let bytes = head.get(at..at + 4).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
            bytes.map_or(0, u32::from_le_bytes)
        };
        let (width, height) = (number(18), number(22));
        if !(1..=LARGEST).contains(&width) || !(1..=LARGEST).contains(&height) {
            return Err(fault("its size is not that of a card"));
        }
        // Planes 1 and depth 24 in one number, and no compression.
        if number(26) != 1 | u32::from(DEPTH) << 16 || number(30) != 0 || number(10) as usize != HEAD {
            return Err(fault("it is not plain red, green and blue"));
        }
        let length = (width as usize * 3).next_multiple_of(4) * height as usize;
        if number(2) as usize != HEAD + length {
            return Err(fault("its length is not that of its size"));
        }
        let lines = rest.get(HEAD..HEAD + length).ok_or(fault("it is cut short"))?;
        sheets.push(Sheet { width, height, lines });
        rest = rest.get(HEAD + length..).unwrap_or_default();
    }
    Ok(sheets)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(seed: u8) -> Vec<u8> {
        (0..3 * HEIGHT * WIDTH).map(|at| (at as u8).wrapping_mul(31).wrapping_add(seed)).collect()
    }

    #[test]
    fn both_sides_are_read_back() {
        let (front, back) = (page(1), page(2));
        let job = write(&[&front, &back]);
        let sheets = sheets(&job).unwrap();
        assert_eq!(sheets.len(), 2);
        for (sheet, page) in sheets.iter().zip([&front, &back]) {
            assert_eq!((sheet.width as usize, sheet.height as usize), (HEIGHT, WIDTH));
            let line = (3 * HEIGHT).next_multiple_of(4);
            let upright: Vec<u8> = sheet
                .lines
                .chunks_exact(line)
                .rev()
                .flat_map(|line| line[..3 * HEIGHT].chunks_exact(3).flat_map(|p| [p[2], p[1], p[0]]))
                .collect();
            assert_eq!(&upright, page);
        }
    }

    #[test]
    fn what_is_no_page_is_named() {
        let job = write(&[&page(1), &page(2)]);
        let one = job.len() / 2;
        let broken = |at: usize, to: u8| {
            let mut job = job.clone();
            job[at] = to;
            sheets(&job).map(|sheets| sheets.len())
        };
        assert_eq!(sheets(&[]).unwrap_err().what, "it ends in the middle of its header");
        assert_eq!(sheets(&job[..job.len() - 1]), Err(BitmapError { page: 2, what: "it is cut short" }));
        assert_eq!(broken(one, b'X'), Err(BitmapError { page: 2, what: "it does not begin with BM" }));
        assert_eq!(broken(25, 0xFF), Err(BitmapError { page: 1, what: "its size is not that of a card" }));
        assert_eq!(broken(28, 8), Err(BitmapError { page: 1, what: "it is not plain red, green and blue" }));
        assert_eq!(broken(2, 1), Err(BitmapError { page: 1, what: "its length is not that of its size" }));
        let mut more = job.clone();
        more.push(0);
        assert_eq!(sheets(&more), Err(BitmapError { page: 3, what: "it ends in the middle of its header" }));
    }
}
