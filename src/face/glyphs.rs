//! Glyph outlines as paths in pixels of the head image.

use std::collections::{BTreeMap, btree_map::Entry};

use skrifa::{
    FontRef, GlyphId, MetadataProvider,
    instance::{LocationRef, Size},
    outline::{DrawSettings, OutlinePen},
};
use tiny_skia::{Path, PathBuilder};

use super::{
    fonts::Font,
    layout::TextBlock,
    measure::{PIXELS_PER_MM, POINTS_PER_MM, column, row},
};

/// Every glyph of the text as one path, in pixels of the head image. `None` when nothing of it is visible.
pub(super) fn outline(text: &TextBlock) -> Option<Path> {
    let mut faces: BTreeMap<Font, FontRef<'static>> = BTreeMap::new();
    let mut builder = PathBuilder::new();
    for run in &text.runs {
        let face = match faces.entry(run.font) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => match FontRef::new(run.font.bytes()) {
                Ok(face) => place.insert(face),
                Err(_) => continue,
            },
        };
        let outlines = face.outline_glyphs();
        let size = Size::new(run.size / POINTS_PER_MM * PIXELS_PER_MM);
        for glyph in &run.glyphs {
            let Some(outline) = outlines.get(GlyphId::from(glyph.glyph)) else { continue };
            let mut pen = Pen { builder: &mut builder, x: column(glyph.x), y: row(glyph.y) };
            // A glyph whose outline is damaged is left out; the fonts are bundled, and a test draws from each of them.
            let _ = outline.draw(DrawSettings::unhinted(size, LocationRef::default()), &mut pen);
        }
    }
    builder.finish()
}

/// Moves an outline to its place and turns it over: fonts count upwards, pixels downwards.
struct Pen<'a> {
    builder: &'a mut PathBuilder,
    x: f32,
    y: f32,
}

impl OutlinePen for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.builder.move_to(self.x + x, self.y - y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.builder.line_to(self.x + x, self.y - y);
    }

    fn quad_to(&mut self, control_x: f32, control_y: f32, x: f32, y: f32) {
        self.builder.quad_to(self.x + control_x, self.y - control_y, self.x + x, self.y - y);
    }

    fn curve_to(&mut self, first_x: f32, first_y: f32, second_x: f32, second_y: f32, x: f32, y: f32) {
        let (left, top) = (self.x, self.y);
        self.builder.cubic_to(left + first_x, top - first_y, left + second_x, top - second_y, left + x, top - y);
    }

    fn close(&mut self) {
        self.builder.close();
    }
}
