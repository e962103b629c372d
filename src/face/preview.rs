//! What will come out of the printer, as a picture: dyes and resin on the blank card with its band and chip.

use std::io::Cursor;

use image::{ExtendedColorType, ImageEncoder, ImageError, RgbImage, RgbaImage, codecs::png::PngEncoder};
use tiny_skia::{Color, FillRule, Paint, PathBuilder, Pixmap, Rect, Shader, Stroke, Transform};

use super::{
    FaceError, glyphs,
    layout::{Ink, Layout, Shape},
    measure::{Area, CARD_HEIGHT_MM, CARD_WIDTH_MM, CORNER_RADIUS_MM, PIXELS_PER_MM, column, row},
    planes::{HEIGHT, Planes, WIDTH},
    render::contained,
};

/// Outer bounds of the eight contacts in millimetres (ISO/IEC 7816-2, figure 2).
pub(super) const CONTACTS: Area = Area { left: 10.25, top: 19.23, width: 9.62, height: 9.32 };
/// Gold of a contact plate, for show.
pub(super) const GOLD: [u8; 3] = [0xD8, 0xBE, 0x74];
/// The line around the keep-out, for show.
pub(super) const KEEP_OUT_LINE: [u8; 3] = [0xB9, 0xC0, 0xC6];
/// Width of that line in millimetres.
pub(super) const KEEP_OUT_LINE_MM: f32 = 0.15;

impl Planes {
    /// Shows the card as it would come out: 1016 x 642 pixels, transparent outside the card's rounded edge. Built from
    /// the planes alone and, for what is on the blank card already, the layout's pre-printed elements.
    #[must_use]
    pub fn preview(&self, layout: &Layout) -> RgbaImage {
        let bytes = blank_card(layout).map(|mut card| {
            self.lay_on(card.data_mut());
            round_corners(&mut card);
            card.take()
        });
        bytes
            .and_then(|bytes| RgbaImage::from_raw(WIDTH as u32, HEIGHT as u32, bytes))
            .unwrap_or_else(|| RgbaImage::new(WIDTH as u32, HEIGHT as u32))
    }

    /// Dyes let the card shine through; resin covers it. `card` has four bytes a pixel, opaque.
    fn lay_on(&self, card: &mut [u8]) {
        let width = WIDTH * 4;
        for (y, line) in card.chunks_exact_mut(width).enumerate() {
            let span = y * WIDTH..(y + 1) * WIDTH;
            let (cyan, magenta) = (&self.cyan[span.clone()], &self.magenta[span.clone()]);
            let (yellow, resin) = (&self.yellow[span.clone()], &self.resin[span]);
            let unprinted = |panel: &[u8]| panel.iter().all(|value| *value == 0);
            if unprinted(cyan) && unprinted(magenta) && unprinted(yellow) && unprinted(resin) {
                continue;
            }
            for (x, pixel) in line.chunks_exact_mut(4).enumerate() {
                if resin[x] != 0 {
                    pixel[..3].fill(0);
                } else if cyan[x] | magenta[x] | yellow[x] != 0 {
                    pixel[0] = through(pixel[0], cyan[x]);
                    pixel[1] = through(pixel[1], magenta[x]);
                    pixel[2] = through(pixel[2], yellow[x]);
                }
            }
        }
    }

    /// One pixel of the planes as red, green, blue on a white card.
    pub(super) fn rgb(&self, at: usize) -> [u8; 3] {
        if self.resin[at] != 0 {
            return [0, 0, 0];
        }
        [255 - self.cyan[at], 255 - self.magenta[at], 255 - self.yellow[at]]
    }
}

fn through(card: u8, dye: u8) -> u8 {
    if card == 255 { 255 - dye } else { (u16::from(card) * u16::from(255 - dye) / 255) as u8 }
}

/// A picture as a PNG file.
///
/// # Errors
/// [`FaceError::Picture`] when the encoder fails.
pub fn png(picture: &RgbaImage) -> Result<Vec<u8>, FaceError> {
    let mut bytes = Cursor::new(Vec::new());
    PngEncoder::new(&mut bytes)
        .write_image(picture.as_raw(), picture.width(), picture.height(), ExtendedColorType::Rgba8)
        .map_err(|error: ImageError| FaceError::Picture(error.to_string()))?;
    Ok(bytes.into_inner())
}

fn paint(rgb: [u8; 3]) -> Paint<'static> {
    let [red, green, blue] = rgb;
    Paint { shader: Shader::SolidColor(Color::from_rgba8(red, green, blue, 255)), anti_alias: true, ..Paint::default() }
}

fn rectangle(area: &Area) -> Option<Rect> {
    Rect::from_ltrb(column(area.left), row(area.top), column(area.right()), row(area.bottom()))
}

/// The card before printing: white, its band, its contacts, and the line around what is not printed.
fn blank_card(layout: &Layout) -> Option<Pixmap> {
    let mut card = Pixmap::new(WIDTH as u32, HEIGHT as u32)?;
    card.fill(Color::WHITE);
    let still = Transform::identity();
    for element in &layout.elements {
        let Ink::PrePrinted(colour) = element.ink else { continue };
        match &element.shape {
            Shape::Fill => {
                card.fill_rect(rectangle(&on_into_spill(element.area))?, &paint(colour), still, None);
            }
            Shape::Text(text) => {
                if let Some(path) = glyphs::outline(text) {
                    card.fill_path(&path, &paint(colour), FillRule::Winding, still, None);
                }
            }
            Shape::Image(picture) => lay_picture(&mut card, &element.area, picture),
            Shape::Photo | Shape::Code(_) => {}
        }
    }
    let Some(keep_out) = &layout.keep_out else { return Some(card) };
    card.fill_rect(rectangle(&CONTACTS)?, &paint(GOLD), still, None);
    let stroke = Stroke { width: KEEP_OUT_LINE_MM * PIXELS_PER_MM, ..Stroke::default() };
    let outline = PathBuilder::from_rect(rectangle(keep_out)?);
    card.stroke_path(&outline, &paint(KEEP_OUT_LINE), &stroke, still, None);
    Some(card)
}

/// A pre-printed box that touches the card's edge runs on into the spill, as ink on a cut card does.
fn on_into_spill(mut area: Area) -> Area {
    if area.left <= 0.0 {
        area.left -= 1.0;
        area.width += 1.0;
    }
    if area.top <= 0.0 {
        area.top -= 1.0;
        area.height += 1.0;
    }
    if area.right() >= CARD_WIDTH_MM {
        area.width += 1.0;
    }
    if area.bottom() >= CARD_HEIGHT_MM {
        area.height += 1.0;
    }
    area
}

/// A pre-printed picture, as the printed ones are fitted.
fn lay_picture(card: &mut Pixmap, area: &Area, picture: &RgbImage) {
    let place = area.nearest_pixels();
    let fitted = contained(picture, (place.width() as u32, place.height() as u32));
    for (line, y) in fitted.rows().zip(place.top..place.bottom) {
        let start = (y * WIDTH + place.left) * 4;
        let pixels = card.data_mut().get_mut(start..).unwrap_or_default();
        for (to, from) in pixels.chunks_exact_mut(4).zip(line) {
            to[..3].copy_from_slice(&from.0);
        }
    }
}

fn round_corners(card: &mut Pixmap) {
    let Some(edge) = card_outline() else { return };
    let Some(mut mask) = tiny_skia::Mask::new(WIDTH as u32, HEIGHT as u32) else { return };
    mask.fill_path(&edge, FillRule::Winding, true, Transform::identity());
    card.apply_mask(&mask);
    // Only the edge is partly transparent; unmultiplying it keeps the picture's colours plain. Away from the corners the
    // edge is in the first and last four pixels of a line.
    let corner = (row(0.0) + CORNER_RADIUS_MM * PIXELS_PER_MM).ceil() as usize;
    for (y, line) in card.data_mut().chunks_exact_mut(WIDTH * 4).enumerate() {
        if y < corner || y >= HEIGHT - corner {
            unmultiply(line);
        } else {
            let (start, rest) = line.split_at_mut(16);
            unmultiply(start);
            let last = rest.len().saturating_sub(16);
            unmultiply(rest.split_at_mut(last).1);
        }
    }
}

/// The card's rounded edge, in pixels of the head's image.
pub(super) fn card_outline() -> Option<tiny_skia::Path> {
    // A quarter circle is a cubic curve with its controls at 0.5523 of the radius.
    let radius = CORNER_RADIUS_MM * PIXELS_PER_MM;
    let slack = radius * (1.0 - 0.552_285);
    let (left, top, right, bottom) = (column(0.0), row(0.0), column(CARD_WIDTH_MM), row(CARD_HEIGHT_MM));
    let mut edge = PathBuilder::new();
    edge.move_to(left + radius, top);
    edge.line_to(right - radius, top);
    edge.cubic_to(right - slack, top, right, top + slack, right, top + radius);
    edge.line_to(right, bottom - radius);
    edge.cubic_to(right, bottom - slack, right - slack, bottom, right - radius, bottom);
    edge.line_to(left + radius, bottom);
    edge.cubic_to(left + slack, bottom, left, bottom - slack, left, bottom - radius);
    edge.line_to(left, top + radius);
    edge.cubic_to(left, top + slack, left + slack, top, left + radius, top);
    edge.close();
    edge.finish()
}

fn unmultiply(pixels: &mut [u8]) {
    for pixel in pixels.chunks_exact_mut(4) {
        let alpha = u16::from(pixel[3]);
        if alpha != 0 && alpha != 255 {
            for channel in &mut pixel[..3] {
                *channel = u8::try_from((u16::from(*channel) * 255 / alpha).min(255)).unwrap_or(255);
            }
        }
    }
}
