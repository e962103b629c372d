//! Format 2: ticket, planes of a byte a pixel, checksum (`facts/magicard.md` 7).

use super::{Command, DecodeError, Header, MOST_PAGES, PrintedCard, PrintedOvercoat, PrintedSide, shown};
use crate::{
    face::planes::{HEIGHT, PixelBox, Planes, WIDTH},
    printer::magicard::{checksum, xml::Element},
};

/// Lines of a plane.
const LINES: usize = 1013;
/// Bytes of a plane.
const PLANE: usize = LINES * HEIGHT;
/// Column of our landscape face on which the first line lies: the three columns that it has more are overspill.
const FIRST_COLUMN: usize = 1;
/// Longest ticket that is read; real ones have about 2,000 bytes.
const LONGEST_TICKET: usize = 64 * 1024;

/// Reads a whole job.
pub(super) fn decode(job: &[u8]) -> Result<Vec<PrintedCard>, DecodeError> {
    let mut rest = job;
    let mut cards = Vec::new();
    while !rest.is_empty() {
        if !cards.is_empty() && !rest.starts_with(b"<") {
            return Err(DecodeError::AfterEnd { bytes: rest.len() });
        }
        if cards.len() == MOST_PAGES {
            return Err(DecodeError::TooManyPages);
        }
        let (printed, after) = card(rest)?;
        cards.extend(printed);
        rest = after;
    }
    if cards.is_empty() { Err(DecodeError::Empty) } else { Ok(cards) }
}

/// One ticket with its planes, and what follows. A ticket that only asks the printer something prints no card.
fn card(bytes: &[u8]) -> Result<(Option<PrintedCard>, &[u8]), DecodeError> {
    let end = bytes.iter().take(LONGEST_TICKET).position(|byte| *byte == 0).ok_or(DecodeError::NoTicketEnd)?;
    let (ticket, rest) = bytes.split_at_checked(end + 1).ok_or(DecodeError::NoTicketEnd)?;
    let text = ticket.strip_suffix(&[0]).and_then(|text| std::str::from_utf8(text).ok()).ok_or(DecodeError::NotText)?;
    let root = Element::parse(text).map_err(DecodeError::Ticket)?;
    if root.name != "prn" {
        return Err(DecodeError::Value { word: "the first element", found: shown(&root.name), expected: "prn" });
    }
    let size = number(&root, "binary-size", 0, usize::MAX - 4, "a number of bytes")?;
    let asks = root.child("get").is_some();
    let sides = match root.child("card") {
        Some(card) => Some((card, sides(card)?)),
        None if asks => None,
        None => return Err(DecodeError::Missing("card")),
    };
    let expected = sides.iter().flat_map(|(_, sides)| sides).map(|side| side.panels.len() * PLANE).sum();
    if size != expected {
        return Err(DecodeError::PlaneBytes { found: size, expected });
    }
    let whole = size + 4;
    let cut = DecodeError::CutOffPlanes { found: rest.len(), expected: whole };
    let (planes, rest) = rest.split_at_checked(size).ok_or(cut.clone())?;
    let (sum, rest) = rest.split_first_chunk::<4>().ok_or(cut)?;
    let (found, expected) =
        (u32::from_le_bytes(*sum), checksum::of(bytes.get(..ticket.len() + size).unwrap_or_default()));
    if found != expected {
        return Err(DecodeError::Checksum { found, expected });
    }
    let Some((card, sides)) = sides else { return Ok((None, rest)) };
    let mut planes = planes.chunks_exact(PLANE);
    let mut printed = Vec::new();
    for side in &sides {
        printed.push(side.print(card, &mut planes)?);
    }
    let copies = match card.child("card-options") {
        Some(options) => number(options, "num-copies", 1, 1000, "1 to 1000")?,
        None => return Err(DecodeError::Missing("card-options")),
    };
    let mut printed = printed.into_iter();
    let front = printed.next().ok_or(DecodeError::Missing("side-options"))?;
    Ok((Some(PrintedCard { front, back: printed.next(), copies: copies as u32 }), rest))
}

/// One side of the ticket.
struct Side<'a> {
    options: &'a Element,
    /// Letters of the planes it sends, in their order.
    panels: Vec<char>,
}

/// The sides of a card: the front alone, or front and back.
fn sides(card: &Element) -> Result<Vec<Side<'_>>, DecodeError> {
    let options = card.child("card-options").ok_or(DecodeError::Missing("card-options"))?;
    number(options, "width", LINES, LINES, "1013")?;
    let size = options.value("card-size").unwrap_or("cr80");
    if size != "cr80" {
        return Err(DecodeError::Value { word: "card-size", found: shown(size), expected: "cr80" });
    }
    let mut sides = Vec::new();
    for (index, options) in card.all("side-options").enumerate() {
        if options.attribute("side") != ["0", "1"].get(index).copied() {
            return Err(DecodeError::Sides);
        }
        let has = |letter: &str| options.all("panel-options").any(|panel| panel.attribute("panel") == Some(letter));
        let panels = ["y", "m", "c", "k"].into_iter().filter(|letter| has(letter)).filter_map(|one| one.chars().next());
        sides.push(Side { options, panels: panels.collect() });
    }
    if sides.is_empty() { Err(DecodeError::Missing("side-options")) } else { Ok(sides) }
}

impl Side<'_> {
    fn print<'b>(
        &self,
        card: &Element,
        planes_of_job: &mut impl Iterator<Item = &'b [u8]>,
    ) -> Result<PrintedSide, DecodeError> {
        let mut planes = Planes::blank();
        for &letter in &self.panels {
            let plane = planes_of_job.next().ok_or(DecodeError::CutOff { letter })?;
            let panel = match letter {
                'y' => &mut planes.yellow,
                'm' => &mut planes.magenta,
                'c' => &mut planes.cyan,
                _ => &mut planes.resin,
            };
            for (line, pixels) in plane.chunks_exact(HEIGHT).enumerate() {
                let column = panel.iter_mut().skip(FIRST_COLUMN + line).step_by(WIDTH);
                for (pixel, &value) in column.zip(pixels) {
                    *pixel = if letter == 'k' { u8::from(value != 0) } else { value };
                }
            }
        }
        let overcoat = self.overcoat()?;
        planes.keep_out = overcoat.holes.first().copied();
        let mut commands = Vec::new();
        for part in card.children.iter().filter(|part| part.name != "side-options") {
            flatten(part, "", &mut commands);
        }
        flatten(self.options, "", &mut commands);
        Ok(PrintedSide { planes, columns: WIDTH, header: Header::of(commands), overcoat })
    }

    fn overcoat(&self) -> Result<PrintedOvercoat, DecodeError> {
        let coat = self.options.all("panel-options").find(|panel| panel.attribute("panel") == Some("o"));
        let Some(coat) = coat else { return Ok(PrintedOvercoat::default()) };
        let area = match coat.child("area") {
            Some(area) => place(area)?,
            None => PixelBox { left: 0, top: 0, right: WIDTH, bottom: HEIGHT },
        };
        Ok(PrintedOvercoat { area: Some(area), holes: coat.all("hole").map(place).collect::<Result<_, _>>()? })
    }
}

/// A box of the overcoat on our face.
fn place(area: &Element) -> Result<PixelBox, DecodeError> {
    let part = |name| number(area, name, 0, 2000, "0 to 2000 pixels");
    let (left, top) = (part("x")?, part("y")?);
    let (right, bottom) = (left + part("width")?, top + part("height")?);
    Ok(PixelBox { left: left.min(WIDTH), top: top.min(HEIGHT), right: right.min(WIDTH), bottom: bottom.min(HEIGHT) })
}

fn number(
    of: &Element,
    word: &'static str,
    least: usize,
    most: usize,
    expected: &'static str,
) -> Result<usize, DecodeError> {
    let found = of.value(word).ok_or(DecodeError::Missing(word))?;
    let value = found.parse().ok().filter(|value| (least..=most).contains(value));
    value.ok_or_else(|| DecodeError::Value { word, found: shown(found), expected })
}

/// Every value of the ticket, named by its place.
fn flatten(element: &Element, outside: &str, commands: &mut Vec<Command>) {
    let mut word = if outside.is_empty() { element.name.clone() } else { format!("{outside}/{}", element.name) };
    for (_, value) in &element.attributes {
        word.push_str(&format!("[{}]", shown(value)));
    }
    if element.children.is_empty() {
        commands.push(Command { word: word.clone(), value: shown(&element.text) });
    }
    for child in &element.children {
        flatten(child, &word, commands);
    }
}
