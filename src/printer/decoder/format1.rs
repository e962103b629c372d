//! Format 1: framing, sizes, sides and copies (`facts/magicard.md` 3, 4).

use super::{
    DecodeError, Header, MOST_PAGES, PrintedCard, PrintedOvercoat, PrintedSide, Reader,
    plane::{Order, unpack},
    request,
};
use crate::face::planes::{HEIGHT, PixelBox, Planes, WIDTH};

/// What a driver may send in front of a job, up to twice.
pub(super) const STATUS_REQUEST: &[u8] = b"\x01,REQ,INF,\x1c\x03";
/// Bytes of 05 in front of a page.
const LEAD_IN: usize = 64;

/// What was read.
pub(super) struct Read {
    /// Questions in front of pages, for somebody who looks at the job.
    pub(super) requests: Vec<String>,
    pub(super) cards: Vec<PrintedCard>,
}

/// Reads a whole job.
pub(super) fn decode(margin: usize, job: &[u8], reader: Reader) -> Result<Read, DecodeError> {
    let mut rest = job;
    let mut requests = Vec::new();
    let mut cards: Vec<PrintedCard> = Vec::new();
    let mut pages = 0;
    let mut front: Option<(PrintedSide, u32)> = None;
    loop {
        match reader {
            Reader::Printer => {
                while let Some(after) = rest.strip_prefix(STATUS_REQUEST) {
                    rest = after;
                }
            }
            Reader::Looker => {
                while let Some((asked, after)) = request::of(rest) {
                    requests.push(asked.to_owned());
                    rest = after;
                }
            }
        }
        if rest.is_empty() {
            break;
        }
        if pages > 0 && !rest.starts_with(&[0x05]) {
            return Err(DecodeError::AfterEnd { bytes: rest.len() });
        }
        pages += 1;
        if pages > MOST_PAGES {
            return Err(DecodeError::TooManyPages);
        }
        let (side, after) = page(margin, rest, pages, reader)?;
        rest = after;
        let duplex = one_of(&side.header, "DPX", &["ON", "OFF"], "ON or OFF")? == Some("ON");
        let number = one_of(&side.header, "PAG", &["1", "2"], "1 or 2")?.unwrap_or("1");
        match (duplex, number, front.take()) {
            (false, "1", None) => {
                let copies = copies(&side.header)?;
                cards.push(PrintedCard { front: side, back: None, copies });
            }
            (true, "1", None) => {
                let copies = copies(&side.header)?;
                front = Some((side, copies));
            }
            (true, "2", Some((front, copies))) => cards.push(PrintedCard { front, back: Some(side), copies }),
            _ => return Err(DecodeError::Sides),
        }
    }
    match (front, cards.is_empty()) {
        (Some(_), _) => Err(DecodeError::Sides),
        (None, true) => Err(DecodeError::Empty),
        (None, false) => Ok(Read { requests, cards }),
    }
}

/// One page, and what follows it.
fn page(margin: usize, bytes: &[u8], page: usize, reader: Reader) -> Result<(PrintedSide, &[u8]), DecodeError> {
    let found = bytes.iter().take_while(|byte| **byte == 0x05).count();
    let rest = bytes.get(found..).unwrap_or_default();
    if found != LEAD_IN {
        return Err(DecodeError::LeadIn { page, found });
    }
    let rest = rest.strip_prefix(&[0x01]).ok_or(DecodeError::NoStart { page })?;
    let end = rest.iter().position(|byte| *byte == 0x1C).ok_or(DecodeError::NoHeaderEnd)?;
    let (line, rest) = rest.split_at_checked(end).ok_or(DecodeError::NoHeaderEnd)?;
    let mut rest = rest.strip_prefix(&[0x1C]).ok_or(DecodeError::NoHeaderEnd)?;
    let header = Header::parse(line)?;
    let order = header.head().and_then(Order::of).ok_or(DecodeError::NoHead)?;
    let columns = columns(&header, reader)?;
    exactly(&header, "HGT", "642")?;

    let mut planes = Planes::blank();
    for letter in letters(&header, order, columns)? {
        let strips = strips(letter);
        let (pixels, after) =
            rest.split_at_checked(columns * order.strip() * strips).ok_or(DecodeError::CutOff { letter })?;
        rest = after.strip_prefix(&[0x1C, letter as u8, b':']).ok_or(DecodeError::PlaneEnd { letter })?;
        let mut pixels = unpack(pixels, order, strips, margin, columns);
        if strips == 6 {
            pixels.iter_mut().for_each(|dye| *dye = *dye << 2 | *dye >> 4);
        }
        match letter {
            'B' => planes.yellow = pixels,
            'G' => planes.magenta = pixels,
            'R' => planes.cyan = pixels,
            _ => planes.resin = pixels,
        }
    }
    let rest = rest.strip_prefix(&[0x03]).ok_or(DecodeError::NoEnd { page })?;
    let overcoat = overcoat(&header)?;
    planes.keep_out = overcoat.holes.first().copied();
    Ok((PrintedSide { planes, columns, header, overcoat }, rest))
}

/// Columns of the image, each a line of the head. Drivers of older models give fewer (`facts/magicard.md` 5.2).
fn columns(header: &Header, reader: Reader) -> Result<usize, DecodeError> {
    if reader == Reader::Printer {
        return exactly(header, "WID", "1016").map(|()| WIDTH);
    }
    let value = header.value("WID").unwrap_or("missing");
    let sound = value.parse().ok().filter(|columns| (1..=WIDTH).contains(columns));
    sound.ok_or_else(|| DecodeError::Value { word: "WID", found: super::shown(value), expected: "1 to 1016" })
}

/// One strip of resin, six of a dye.
fn strips(letter: char) -> usize {
    if letter == 'K' { 1 } else { 6 }
}

/// The planes that follow, once their sizes fit the image and the head.
fn letters(header: &Header, order: Order, columns: usize) -> Result<Vec<char>, DecodeError> {
    let sizes: String = header.sizes().map(|(letter, _)| letter).collect();
    if sizes.is_empty() {
        return Err(DecodeError::NoSizes);
    }
    let image = header.value("IMF").unwrap_or_default();
    if sizes != image || !matches!(image, "BGR" | "BGRK" | "K") {
        return Err(DecodeError::SizesAgainstImage { sizes, image: image.to_owned() });
    }
    for (letter, (_, size)) in image.chars().zip(header.sizes()) {
        let expected = columns * order.strip() * strips(letter);
        if size.parse() != Ok(expected) {
            return Err(DecodeError::SizeAgainstLayout { letter, found: size.to_owned(), expected });
        }
    }
    Ok(image.chars().collect())
}

fn overcoat(header: &Header) -> Result<PrintedOvercoat, DecodeError> {
    if one_of(header, "OVR", &["ON", "OFF"], "ON or OFF")? != Some("ON") {
        return Ok(PrintedOvercoat::default());
    }
    let whole = PixelBox { left: 0, top: 0, right: WIDTH, bottom: HEIGHT };
    let area = match header.value("PCT") {
        // The area's last pixel is part of it.
        Some(value) => corners("PCT", value).map(|[left, bottom, right, top]| {
            from_bottom(left, bottom, right.saturating_add(1), top.saturating_add(1))
        })?,
        None => whole,
    };
    let holes = header
        .values("NCT")
        .map(|value| corners("NCT", value).map(|[left, bottom, right, top]| from_bottom(left, bottom, right, top)));
    Ok(PrintedOvercoat { area: Some(area), holes: holes.collect::<Result<_, _>>()? })
}

/// Left, bottom, right, top.
fn corners(word: &'static str, value: &str) -> Result<[usize; 4], DecodeError> {
    let numbers: Vec<usize> = value.split(',').filter_map(|number| number.parse().ok()).collect();
    match numbers.as_slice() {
        [left, bottom, right, top] if left < right && bottom < top && numbers.len() == value.split(',').count() => {
            Ok([*left, *bottom, *right, *top])
        }
        _ => {
            Err(DecodeError::Value { word, found: super::shown(value), expected: "left, bottom, right, top in pixels" })
        }
    }
}

/// A box counted from the bottom left, as one counted from the top left, within the face.
fn from_bottom(left: usize, bottom: usize, right: usize, top: usize) -> PixelBox {
    PixelBox {
        left: left.min(WIDTH),
        top: HEIGHT.saturating_sub(top),
        right: right.min(WIDTH),
        bottom: HEIGHT.saturating_sub(bottom),
    }
}

fn copies(header: &Header) -> Result<u32, DecodeError> {
    let value = header.value("NOC").unwrap_or("1");
    let sound = value.parse().ok().filter(|copies| (1..=1000).contains(copies));
    sound.ok_or_else(|| DecodeError::Value { word: "NOC", found: super::shown(value), expected: "1 to 1000" })
}

fn exactly(header: &Header, word: &'static str, expected: &'static str) -> Result<(), DecodeError> {
    match header.value(word).unwrap_or("missing") {
        value if value == expected => Ok(()),
        value => Err(DecodeError::Value { word, found: super::shown(value), expected }),
    }
}

fn one_of<'a>(
    header: &'a Header,
    word: &'static str,
    values: &[&str],
    expected: &'static str,
) -> Result<Option<&'a str>, DecodeError> {
    match header.value(word) {
        Some(value) if !values.contains(&value) => {
            Err(DecodeError::Value { word, found: super::shown(value), expected })
        }
        value => Ok(value),
    }
}
