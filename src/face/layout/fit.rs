//! Setting one text in its box: shaped, shrunk, wrapped, and refused rather than cut.

use std::borrow::Cow;

use parley::{
    Alignment, AlignmentOptions, Layout as Shaped, PositionedLayoutItem, StyleProperty,
    style::{FontFamily, FontFamilyName, LineHeight},
};

use unicode_normalization::char::is_combining_mark;

use super::{GlyphRun, LayoutError, PlacedGlyph, TextBlock};
use crate::face::{
    fonts::{ARABIC, HAN, LATIN, Shelf, shelf},
    glyphs::outline,
    measure::{Area, PIXELS_PER_MM, POINTS_PER_MM, column, row},
    template::{Align, Fit, LINE_HEIGHT, TextStyle, Typeface},
};

/// Points by which a text shrinks at each try: a quarter point is 1 pixel in the height of a capital at 300 dpi.
const STEP: f32 = 0.25;

/// Characters after which a text is not even tried: four lines of the smallest letters hold fewer.
const MOST_CHARACTERS: usize = 300;

const FAMILIES: [FontFamilyName<'static>; 3] =
    [FontFamilyName::named(LATIN), FontFamilyName::named(ARABIC), FontFamilyName::named(HAN)];

/// Sets a text in its box; `what` is how messages call it.
pub(super) fn text_block(style: &TextStyle, area: &Area, written: &str, what: &str) -> Result<TextBlock, LayoutError> {
    let text = tidy(written, what)?;
    let too_long = || LayoutError::TooLong {
        what: what.to_owned(),
        text: text.chars().take(MOST_CHARACTERS).collect(),
        minimum: style.minimum_size.ceil() as u32,
        lines: style.lines,
    };
    if text.chars().count() > MOST_CHARACTERS {
        return Err(too_long());
    }
    let mut shelf = shelf();
    let fitted = match fit(&mut shelf, &text, style, area, what)? {
        None if style.fit == Fit::Ellipsis => cut(&mut shelf, &text, style, area, what)?,
        fitted => fitted,
    };
    fitted.ok_or_else(too_long)
}

/// As much of the text as fits, and an ellipsis. A letter keeps the marks that belong to it.
fn cut(
    shelf: &mut Shelf,
    text: &str,
    style: &TextStyle,
    area: &Area,
    what: &str,
) -> Result<Option<TextBlock>, LayoutError> {
    let ends: Vec<usize> = text.char_indices().filter(|(_, c)| !is_combining_mark(*c)).map(|(at, _)| at).collect();
    let (mut fits, mut least, mut most) = (None, 1, ends.len().saturating_sub(1));
    while least <= most {
        let middle = usize::midpoint(least, most);
        let kept = ends.get(middle).and_then(|end| text.get(..*end)).unwrap_or(text);
        match fit(shelf, &format!("{}\u{2026}", kept.trim_end()), style, area, what)? {
            Some(block) => {
                fits = Some(block);
                least = middle + 1;
            }
            None => most = middle - 1,
        }
    }
    Ok(fits)
}

/// Runs of white space become one space; what could hide or turn text is refused.
fn tidy(written: &str, what: &str) -> Result<String, LayoutError> {
    let text = written.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return Err(LayoutError::Empty { what: what.to_owned() });
    }
    // U+202A to U+202E and U+2066 to U+2069 turn the direction of what follows (Unicode UAX 9, section 2): with them a
    // name could read otherwise on the card than in the record.
    let hidden = |c: &char| {
        c.is_control()
            || matches!(*c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{2028}' | '\u{2029}')
    };
    match text.chars().find(hidden) {
        Some(character) => {
            Err(LayoutError::Control { what: what.to_owned(), character: format!("U+{:04X}", u32::from(character)) })
        }
        None => Ok(text),
    }
}

/// The text at the largest size at which it fits: on one line before several, or where it shall wrap at its size before a
/// smaller one.
fn fit(
    shelf: &mut Shelf,
    text: &str,
    style: &TextStyle,
    area: &Area,
    what: &str,
) -> Result<Option<TextBlock>, LayoutError> {
    let sizes = || {
        std::iter::successors(Some(style.size), |size| Some(size - STEP)).take_while(|size| *size >= style.minimum_size)
    };
    let tries: Vec<(f32, usize)> = match style.fit {
        Fit::Shrink | Fit::Ellipsis => {
            (1..=style.lines).flat_map(|lines| sizes().map(move |size| (size, lines))).collect()
        }
        Fit::Wrap => sizes().flat_map(|size| (1..=style.lines).map(move |lines| (size, lines))).collect(),
    };
    for (size, lines) in tries {
        let Some(shaped) = fitting(shelf, text, style, area, (size, lines)) else { continue };
        let runs = place_glyphs(shelf, &shaped, text, (area, style.align), what)?;
        let mut block = TextBlock { size, lines: shaped.len(), runs, text: text.to_owned() };
        if drawn_into(&mut block, area) {
            return Ok(Some(block));
        }
    }
    Ok(None)
}

/// Marks above tall letters and below deep ones reach out of the line that a font foresees: where what is inked leaves the
/// box, the text moves into it. Says whether it has room there.
fn drawn_into(block: &mut TextBlock, area: &Area) -> bool {
    let Some(inked) = outline(block).map(|path| path.bounds()) else { return true };
    // Half a dot more is no dot more.
    let room = |length: f32, millimetres: f32| length <= millimetres * PIXELS_PER_MM + 0.5;
    if !room(inked.width(), area.width) || !room(inked.height(), area.height) {
        return false;
    }
    let by = |start: f32, end: f32, first: f32, last: f32| match () {
        () if start < first => first - start,
        () if end > last => last - end,
        () => 0.0,
    };
    let right = by(inked.left(), inked.right(), column(area.left), column(area.right())) / PIXELS_PER_MM;
    let down = by(inked.top(), inked.bottom(), row(area.top), row(area.bottom())) / PIXELS_PER_MM;
    if right != 0.0 || down != 0.0 {
        for glyph in block.runs.iter_mut().flat_map(|run| &mut run.glyphs) {
            glyph.x += right;
            glyph.y += down;
        }
    }
    true
}

/// The text at this size on at most so many lines, where its lines fit.
fn fitting(
    shelf: &mut Shelf,
    text: &str,
    style: &TextStyle,
    area: &Area,
    (size, lines): (f32, usize),
) -> Option<Shaped<()>> {
    let (width, height) = (area.width * POINTS_PER_MM, area.height * POINTS_PER_MM);
    let mut shaped = shape(shelf, text, style.typeface, size);
    shaped.break_all_lines((lines > 1).then_some(width));
    // A hundredth of a point is far below a pixel and above the rounding of the sums.
    if shaped.width() > width + 0.01 || shaped.height() > height + 0.01 || shaped.len() > lines {
        return None;
    }
    if lines > 1 {
        balance(&mut shaped, width);
    }
    // Lines start at the left edge for the engine; standing in the box is decided when glyphs are placed, so that a
    // right-to-left name follows the template's alignment and not the script's.
    shaped.align(Alignment::Left, AlignmentOptions::default());
    Some(shaped)
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
    (area, align): (&Area, Align),
    what: &str,
) -> Result<Vec<GlyphRun>, LayoutError> {
    let mut runs = Vec::new();
    let mut missing: Vec<char> = Vec::new();
    for line in shaped.lines() {
        let metrics = line.metrics();
        // Trailing white space hangs past the end of a wrapped line and is not part of what is seen.
        let seen = metrics.advance - metrics.hanging_advance;
        let room = area.width * POINTS_PER_MM - seen;
        let hang = if shaped.is_rtl() { metrics.hanging_advance } else { 0.0 };
        let indent = match align {
            Align::Left => 0.0,
            Align::Centre => room / 2.0,
            Align::Right => room,
        } - hang;
        for item in line.items() {
            let PositionedLayoutItem::GlyphRun(run) = item else { continue };
            let font = shelf.font(run.run().font().data.id()).ok_or(LayoutError::Engine { what: what.to_owned() })?;
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
                        glyph: u16::try_from(glyph.id).map_err(|_| LayoutError::Engine { what: what.to_owned() })?,
                        x: area.left + (pen + glyph.x) / POINTS_PER_MM,
                        y: area.top + (run.baseline() + glyph.y) / POINTS_PER_MM,
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
    Err(LayoutError::Unprintable { what: what.to_owned(), characters })
}
