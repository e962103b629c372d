//! The proof: a PDF of exactly the card's size, a page a side, made of the same glyphs and the same planes as the print job.

use std::collections::BTreeMap;

use printpdf::{
    Codepoint, Color, DateTime, FontId, ImageCompression, ImageOptimizationOptions, Mm, Op, PaintMode, ParsedFont,
    PdfConformance, PdfDocument, PdfFont, PdfFontHandle, PdfPage, PdfSaveOptions, Pt, RawImage, RawImageData,
    RawImageFormat, Rect, Rgb, TextItem, TextMatrix, XObject, XObjectId, XObjectTransform,
};
use sha2::Digest;
use subsetter::GlyphRemapper;
use time::OffsetDateTime;

use super::{
    FaceError, FaceSide,
    fonts::Font,
    layout::{Ink, Layout, Placed, Shape, TextBlock},
    measure::{Area, CARD_HEIGHT_MM, CARD_WIDTH_MM, POINTS_PER_MM, column_to_mm, row_to_mm},
    planes::{PixelBox, Planes, WIDTH},
    preview::{CONTACTS, GOLD, KEEP_OUT_LINE, KEEP_OUT_LINE_MM},
    render::contained,
};

/// A font cut down to the glyphs of this face, and the numbers they have there.
struct Subset {
    id: FontId,
    glyphs: GlyphRemapper,
}

/// Writes the proof. The same face and date give the same bytes.
///
/// # Errors
/// [`FaceError::Proof`] when a font cannot be embedded.
pub(super) fn write(sides: &[&FaceSide], date: OffsetDateTime) -> Result<Vec<u8>, FaceError> {
    let mut document = PdfDocument::new("Card proof");
    let when = timestamp(date)?;
    let info = &mut document.metadata.info;
    info.creation_date = when;
    info.modification_date = when;
    info.metadata_date = when;
    info.conformance = PdfConformance::Custom(printpdf::CustomPdfConformance {
        identifier: String::new(),
        allows_3d_content: false,
        allows_video_content: false,
        allows_audio_content: false,
        allows_embedded_javascript: false,
        allows_jpeg_content: true,
        requires_xmp_metadata: false,
        allows_default_fonts: false,
        requires_icc_profile: false,
        allows_pdf_layers: false,
    });
    info.creator = format!("Cardwright {}", env!("CARGO_PKG_VERSION"));
    info.producer.clone_from(&info.creator);
    info.subject = "What the printer will put on the card".into();
    let subsets = embed_fonts(&mut document, sides)?;
    for side in sides {
        let ops = page(&mut document, &side.layout, &side.planes, &subsets);
        document.pages.push(PdfPage::new(Mm(CARD_WIDTH_MM), Mm(CARD_HEIGHT_MM), ops));
    }
    let options = PdfSaveOptions {
        image_optimization: Some(ImageOptimizationOptions {
            // Lossless: the proof shows the planes, not a picture of them.
            format: Some(ImageCompression::Flate),
            auto_optimize: Some(false),
            max_image_size: None,
            ..ImageOptimizationOptions::default()
        }),
        ..PdfSaveOptions::default()
    };
    let mut warnings = Vec::new();
    let bytes = document.save(&options, &mut warnings);
    match warnings.iter().find(|warning| warning.severity == printpdf::PdfParseErrorSeverity::Error) {
        Some(warning) => Err(FaceError::Proof(warning.msg.clone())),
        None => Ok(with_own_identifier(bytes)),
    }
}

/// One side: the blank card below, then what the printer puts on it.
fn page(document: &mut PdfDocument, layout: &Layout, planes: &Planes, subsets: &BTreeMap<Font, Subset>) -> Vec<Op> {
    let mut ops = Vec::new();
    let name = |element: &Placed| format!("{}-{}", layout.side.word(), element.id);
    let (blank, printed): (Vec<&Placed>, Vec<&Placed>) =
        layout.elements.iter().partition(|element| !element.ink.is_printed());
    for element in blank {
        match &element.shape {
            Shape::Fill => fill(&mut ops, &element.area, element.ink.rgb()),
            Shape::Text(text) => write_text(&mut ops, text, element.ink, subsets),
            Shape::Image(picture) => {
                let place = element.area.nearest_pixels();
                let fitted = contained(picture, (place.width() as u32, place.height() as u32));
                lay(document, &mut ops, place, fitted.into_raw(), name(element));
            }
            Shape::Photo | Shape::Code(_) => {}
        }
    }
    if let Some(keep_out) = &layout.keep_out {
        fill(&mut ops, &CONTACTS, GOLD);
        outline(&mut ops, keep_out);
    }
    for element in printed {
        match &element.shape {
            Shape::Photo | Shape::Image(_) => {
                let place = element.area.nearest_pixels();
                lay(document, &mut ops, place, read_back(planes, place), name(element));
            }
            // Boxes are drawn as the pixels they are, not as the millimetres they were meant to be.
            Shape::Fill => fill(&mut ops, &millimetres(element.area.nearest_pixels()), element.ink.rgb()),
            Shape::Code(dark) => dark.iter().for_each(|place| fill(&mut ops, &millimetres(*place), [0; 3])),
            Shape::Text(text) => write_text(&mut ops, text, element.ink, subsets),
        }
    }
    ops
}

/// Where the pixels of a box lie on the card.
fn millimetres(place: PixelBox) -> Area {
    let (left, top) = (column_to_mm(place.left), row_to_mm(place.top));
    Area { left, top, width: column_to_mm(place.right) - left, height: row_to_mm(place.bottom) - top }
}

/// The library writes two random identifiers into the trailer. A hash of the file in their place (as ISO 32000-1 section
/// 14.4 proposes) lets the same face give the same bytes. The length stays, so no offset in the file changes.
fn with_own_identifier(mut bytes: Vec<u8>) -> Vec<u8> {
    const MARK: &[u8] = b"/ID[(";
    let Some(start) = bytes.windows(MARK.len()).rposition(|window| window == MARK) else { return bytes };
    let start = start + MARK.len();
    let hash = sha2::Sha256::digest(bytes.get(..start).unwrap_or_default());
    let mut letters = hash.iter().flat_map(|byte| [b'A' + (byte >> 4), b'A' + (byte & 15)]).cycle();
    for place in bytes.iter_mut().skip(start).take_while(|byte| **byte != b']') {
        if place.is_ascii_uppercase() {
            *place = letters.next().unwrap_or(b'A');
        }
    }
    bytes
}

fn timestamp(date: OffsetDateTime) -> Result<DateTime, FaceError> {
    DateTime::from_unix_timestamp(date.unix_timestamp())
        .map_err(|_| FaceError::Proof(format!("{date} is no date for a PDF")))
}

fn embed_fonts(document: &mut PdfDocument, sides: &[&FaceSide]) -> Result<BTreeMap<Font, Subset>, FaceError> {
    let mut subsets: BTreeMap<Font, Subset> = BTreeMap::new();
    let texts = sides.iter().flat_map(|side| &side.layout.elements).filter_map(|element| match &element.shape {
        Shape::Text(text) => Some(text),
        _ => None,
    });
    for run in texts.flat_map(|text| &text.runs) {
        let subset = subsets
            .entry(run.font)
            .or_insert_with(|| Subset { id: FontId(run.font.label().into()), glyphs: GlyphRemapper::new() });
        for glyph in &run.glyphs {
            subset.glyphs.remap(glyph.glyph);
        }
    }
    for (font, subset) in &subsets {
        let broken = |reason: String| FaceError::Proof(format!("font {} cannot be embedded: {reason}", font.label()));
        let bytes = subsetter::subset(font.bytes(), 0, &subset.glyphs).map_err(|error| broken(error.to_string()))?;
        let mut warnings = Vec::new();
        let parsed = ParsedFont::from_bytes(&bytes, 0, &mut warnings)
            .ok_or_else(|| broken("its subset is not a font".into()))?;
        document.resources.fonts.map.insert(subset.id.clone(), PdfFont::new(parsed));
    }
    Ok(subsets)
}

/// Points from the bottom left corner of the page, which is where PDF counts from.
fn across(mm: f32) -> Pt {
    Pt(mm * POINTS_PER_MM)
}

fn up(mm_from_top: f32) -> Pt {
    Pt((CARD_HEIGHT_MM - mm_from_top) * POINTS_PER_MM)
}

fn colour(rgb: [u8; 3]) -> Color {
    let [red, green, blue] = rgb.map(|channel| f32::from(channel) / 255.0);
    Color::Rgb(Rgb { r: red, g: green, b: blue, icc_profile: None })
}

fn rectangle(area: &Area, mode: PaintMode) -> Rect {
    Rect {
        x: across(area.left),
        y: up(area.bottom()),
        width: across(area.width),
        height: across(area.height),
        mode: Some(mode),
        winding_order: None,
    }
}

fn fill(ops: &mut Vec<Op>, area: &Area, rgb: [u8; 3]) {
    ops.push(Op::SetFillColor { col: colour(rgb) });
    ops.push(Op::DrawRectangle { rectangle: rectangle(area, PaintMode::Fill) });
}

fn outline(ops: &mut Vec<Op>, area: &Area) {
    ops.push(Op::SetOutlineColor { col: colour(KEEP_OUT_LINE) });
    ops.push(Op::SetOutlineThickness { pt: across(KEEP_OUT_LINE_MM) });
    ops.push(Op::DrawRectangle { rectangle: rectangle(area, PaintMode::Stroke) });
}

/// The pixels of a box, read back from the separated planes.
fn read_back(planes: &Planes, place: PixelBox) -> Vec<u8> {
    let mut pixels = Vec::with_capacity(place.width() * place.height() * 3);
    for y in place.top..place.bottom {
        for at in y * WIDTH + place.left..y * WIDTH + place.right {
            pixels.extend_from_slice(&planes.rgb(at));
        }
    }
    pixels
}

fn lay(document: &mut PdfDocument, ops: &mut Vec<Op>, place: PixelBox, pixels: Vec<u8>, name: String) {
    let image = RawImage {
        pixels: RawImageData::U8(pixels),
        width: place.width(),
        height: place.height(),
        data_format: RawImageFormat::RGB8,
        tag: Vec::new(),
    };
    let id = XObjectId(name);
    document.resources.xobjects.map.insert(id.clone(), XObject::Image(image));
    ops.push(Op::UseXobject {
        id,
        transform: XObjectTransform {
            translate_x: Some(across(column_to_mm(place.left))),
            translate_y: Some(up(row_to_mm(place.bottom))),
            dpi: Some(300.0),
            ..XObjectTransform::default()
        },
    });
}

fn write_text(ops: &mut Vec<Op>, text: &TextBlock, ink: Ink, subsets: &BTreeMap<Font, Subset>) {
    ops.push(Op::StartTextSection);
    ops.push(Op::SetFillColor { col: colour(ink.rgb()) });
    for run in &text.runs {
        let Some(subset) = subsets.get(&run.font) else { continue };
        ops.push(Op::SetFont { font: PdfFontHandle::External(subset.id.clone()), size: Pt(run.size) });
        for glyph in &run.glyphs {
            let Some(gid) = subset.glyphs.get(glyph.glyph) else { continue };
            // Each glyph names its own place; glyphs of one baseline come out as one string with exact spacing.
            ops.push(Op::SetTextMatrix { matrix: TextMatrix::Translate(across(glyph.x), up(glyph.y)) });
            let codepoint = Codepoint { gid, offset: 0.0, cid: Some(glyph.text.clone()) };
            ops.push(Op::ShowText { items: vec![TextItem::GlyphIds(vec![codepoint])] });
        }
    }
    ops.push(Op::EndTextSection);
}
