//! Setting one text in its box: shaped, shrunk, wrapped, and refused rather than cut.

use std::borrow::Cow;

use parley::{
    Alignment, AlignmentOptions, Layout as Shaped, PositionedLayoutItem, StyleProperty,
    style::{FontFamily, FontFamilyName, LineHeight},
};

use super::{GlyphRun, Ink, LayoutError, PlacedGlyph, TextBlock, TextRole};
use crate::face::{
    fonts::{ARABIC, HAN, LATIN, Shelf, shelf},
    measure::POINTS_PER_MM,
    template::{Align, LINE_HEIGHT, Template, TextPlace, Typeface},
};

/// Points by which a text shrinks at each try: a quarter point is 1 pixel in the height of a capital at 300 dpi.
const STEP: f32 = 0.25;

/// Characters after which a text is not even tried: four lines of the smallest letters hold fewer.
const MOST_CHARACTERS: usize = 300;

const FAMILIES: [FontFamilyName<'static>; 3] =
    [FontFamilyName::named(LATIN), FontFamilyName::named(ARABIC), FontFamilyName::named(HAN)];

pub(super) fn text_block(
    template: &Template,
    place: &TextPlace,
    written: &str,
    role: TextRole,
    ink: Ink,
) -> Result<TextBlock, LayoutError> {
    let what = role.words();
    let text = tidy(written, what)?;
    let typeface = template.fonts.get(&place.font).copied().unwrap_or(Typeface::SansRegular);
    let too_long = || LayoutError::TooLong {
        what,
        text: text.chars().take(MOST_CHARACTERS).collect(),
        minimum: place.minimum_size.ceil() as u32,
        lines: place.lines,
    };
    if text.chars().count() > MOST_CHARACTERS {
        return Err(too_long());
    }
    let mut shelf = shelf();
    let (size, mut shaped) = fit(&mut shelf, &text, typeface, place).ok_or_else(too_long)?;
    // Lines start at the left edge for the engine; standing in the box is decided below, so that a right-to-left name
    // follows the template's alignment and not the script's.
    shaped.align(Alignment::Left, AlignmentOptions::default());
    let runs = place_glyphs(&shelf, &shaped, &text, place, what)?;
    Ok(TextBlock { role, ink, area: place.area, size, lines: shaped.len(), runs, text })
}

/// Runs of white space become one space; what could hide or turn text is refused.
fn tidy(written: &str, what: &'static str) -> Result<String, LayoutError> {
    let text = written.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return Err(LayoutError::Empty { what });
    }
    // U+202A to U+202E and U+2066 to U+2069 turn the direction of what follows (Unicode UAX 9, section 2): with them a
    // name could read otherwise on the card than in the record.
    let hidden = |c: &char| {
        c.is_control()
            || matches!(*c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{2028}' | '\u{2029}')
    };
    match text.chars().find(hidden) {
        Some(character) => Err(LayoutError::Control { what, character: format!("U+{:04X}", u32::from(character)) }),
        None => Ok(text),
    }
}

/// The largest size at which the text fits on one line; where none does, the largest at which it fits on several.
fn fit(shelf: &mut Shelf, text: &str, typeface: Typeface, place: &TextPlace) -> Option<(f32, Shaped<()>)> {
    let width = place.area.width * POINTS_PER_MM;
    let height = place.area.height * POINTS_PER_MM;
    for lines in 1..=place.lines {
        let mut size = place.size;
        while size >= place.minimum_size {
            let mut shaped = shape(shelf, text, typeface, size);
            let wrap_at = if lines == 1 { None } else { Some(width) };
            shaped.break_all_lines(wrap_at);
            // A hundredth of a point is far below a pixel and above the rounding of the sums.
            if shaped.width() <= width + 0.01 && shaped.height() <= height + 0.01 && shaped.len() <= lines {
                if lines > 1 {
                    balance(&mut shaped, width);
                }
                return Some((size, shaped));
            }
            size -= STEP;
        }
    }
    None
}

/// Makes the lines of about equal length, without adding one: a single short word on the last line looks like a mistake.
fn balance(shaped: &mut Shaped<()>, width: f32) {
    let lines = shaped.len();
    let (mut short, mut long) = (width / lines.max(1) as f32 * 0.8, width);
    for _ in 0..7 {
        let middle = f32::midpoint(short, long);
        shaped.break_all_lines(Some(middle));
        if shaped.len() <= lines && shaped.width() <= middle + 0.01 {
            long = middle;
        } else {
            short = middle;
        }
    }
    shaped.break_all_lines(Some(long));
}

fn shape(shelf: &mut Shelf, text: &str, typeface: Typeface, size: f32) -> Shaped<()> {
    let mut builder = shelf.scratch.ranged_builder(&mut shelf.fonts, text, 1.0, false);
    builder.push_default(StyleProperty::FontFamily(FontFamily::List(Cow::Borrowed(&FAMILIES))));
    builder.push_default(StyleProperty::FontWeight(typeface.weight()));
    builder.push_default(StyleProperty::FontSize(size));
    builder.push_default(StyleProperty::LineHeight(LineHeight::FontSizeRelative(LINE_HEIGHT)));
    builder.build(text)
}

fn place_glyphs(
    shelf: &Shelf,
    shaped: &Shaped<()>,
    text: &str,
    place: &TextPlace,
    what: &'static str,
) -> Result<Vec<GlyphRun>, LayoutError> {
    let mut runs = Vec::new();
    let mut missing: Vec<char> = Vec::new();
    for line in shaped.lines() {
        let metrics = line.metrics();
        // Trailing white space hangs past the end of a wrapped line and is not part of what is seen.
        let seen = metrics.advance - metrics.hanging_advance;
        let room = place.area.width * POINTS_PER_MM - seen;
        let hang = if shaped.is_rtl() { metrics.hanging_advance } else { 0.0 };
        let indent = match place.align {
            Align::Left => 0.0,
            Align::Centre => room / 2.0,
            Align::Right => room,
        } - hang;
        for item in line.items() {
            let PositionedLayoutItem::GlyphRun(run) = item else { continue };
            let font = shelf.font(run.run().font().data.id()).ok_or(LayoutError::Engine { what })?;
            let mut clusters: Vec<(String, Vec<parley::Glyph>)> = Vec::new();
            for cluster in run.run().clusters() {
                let glyphs: Vec<_> = cluster.glyphs().collect();
                let part = text.get(cluster.text_range()).unwrap_or("");
                if glyphs.iter().any(|glyph| glyph.id == 0) {
                    missing.extend(part.chars());
                }
                match clusters.last_mut() {
                    // The rest of a ligature has no glyph of its own; its characters belong to the ligature's.
                    Some((known, _)) if glyphs.is_empty() => known.push_str(part),
                    _ => clusters.push((part.to_owned(), glyphs)),
                }
            }
            if run.run().is_rtl() {
                clusters.reverse();
            }
            let mut pen = run.offset() - metrics.offset + indent;
            let mut glyphs = Vec::new();
            for (part, shaped_glyphs) in clusters {
                for (index, glyph) in shaped_glyphs.into_iter().enumerate() {
                    glyphs.push(PlacedGlyph {
                        glyph: u16::try_from(glyph.id).map_err(|_| LayoutError::Engine { what })?,
                        x: place.area.left + (pen + glyph.x) / POINTS_PER_MM,
                        y: place.area.top + (run.baseline() + glyph.y) / POINTS_PER_MM,
                        text: if index == 0 { part.clone() } else { String::new() },
                    });
                    pen += glyph.advance;
                }
            }
            runs.push(GlyphRun { font, size: run.run().font_size(), glyphs });
        }
    }
    if missing.is_empty() {
        return Ok(runs);
    }
    missing.sort_unstable();
    missing.dedup();
    let characters = missing.iter().map(|c| format!("{c} (U+{:04X})", u32::from(*c))).collect::<Vec<_>>().join(", ");
    Err(LayoutError::Unprintable { what, characters })
}
