//! From layout and photo to the panels of the ribbon.

use image::RgbImage;
use tiny_skia::{FillRule, Mask, Transform};

use super::{
    glyphs,
    layout::{Ink, Layout},
    planes::{HEIGHT, PixelBox, Planes, WIDTH},
};

/// Pictures already scaled to the pixels of their boxes.
#[derive(Debug, Clone, Copy)]
pub struct Pictures<'a> {
    /// The photo, as many pixels as [`Layout::photo`] has.
    pub photo: &'a RgbImage,
    /// The site's artwork, as many pixels as [`Layout::artwork`] has.
    pub artwork: Option<&'a RgbImage>,
}

/// Separates the face: pictures into yellow, magenta and cyan, text into resin without grey; no panel prints on the
/// chip's keep-out, and no dye lies under resin.
#[must_use]
pub fn render(layout: &Layout, pictures: Pictures<'_>) -> Planes {
    let mut planes = Planes::blank();
    if let (Some(area), Some(artwork)) = (layout.artwork, pictures.artwork) {
        dye(&mut planes, area.nearest_pixels(), artwork);
    }
    dye(&mut planes, layout.photo.nearest_pixels(), pictures.photo);
    resin(&mut planes, layout);
    let keep_out = layout.keep_out.touched_pixels();
    for y in keep_out.top..keep_out.bottom {
        let row = y * WIDTH + keep_out.left..y * WIDTH + keep_out.right;
        for panel in [&mut planes.yellow, &mut planes.magenta, &mut planes.cyan, &mut planes.resin] {
            panel[row.clone()].fill(0);
        }
    }
    planes.keep_out = Some(keep_out);
    planes
}

/// Cyan is 255 - red, magenta 255 - green, yellow 255 - blue, with no gamma (facts of format 1: the firmware has its own).
fn dye(planes: &mut Planes, place: PixelBox, picture: &RgbImage) {
    let across = place.width().min(picture.width() as usize);
    let lines = picture.as_raw().chunks_exact(picture.width().max(1) as usize * 3).take(place.height());
    for (line, y) in lines.zip(place.top..HEIGHT) {
        let start = y * WIDTH + place.left;
        let span = start..start + across;
        let yellow = &mut planes.yellow[span.clone()];
        let magenta = &mut planes.magenta[span.clone()];
        let cyan = &mut planes.cyan[span];
        for (index, pixel) in line.chunks_exact(3).take(across).enumerate() {
            cyan[index] = 255 - pixel[0];
            magenta[index] = 255 - pixel[1];
            yellow[index] = 255 - pixel[2];
        }
    }
}

fn resin(planes: &mut Planes, layout: &Layout) {
    let Some(mut mask) = Mask::new(WIDTH as u32, HEIGHT as u32) else { return };
    let mut boxes = Vec::new();
    for text in layout.texts.iter().filter(|text| text.ink == Ink::Resin) {
        let Some(path) = glyphs::outline(text) else { continue };
        mask.fill_path(&path, FillRule::Winding, false, Transform::identity());
        let bounds = path.bounds();
        // Float to usize saturates, so a bound off the card ends at its edge.
        let columns = (bounds.left().floor() as usize).min(WIDTH)..(bounds.right().ceil() as usize).min(WIDTH);
        boxes.push((
            columns,
            (bounds.top().floor() as usize).min(HEIGHT)..(bounds.bottom().ceil() as usize).min(HEIGHT),
        ));
    }
    let covered = mask.data();
    for (columns, rows) in boxes {
        for y in rows {
            let start = y * WIDTH + columns.start;
            for (offset, coverage) in covered[start..y * WIDTH + columns.end].iter().enumerate() {
                // Without anti-aliasing a pixel is covered or it is not.
                if *coverage != 0 {
                    let at = start + offset;
                    planes.resin[at] = 1;
                    planes.yellow[at] = 0;
                    planes.magenta[at] = 0;
                    planes.cyan[at] = 0;
                }
            }
        }
    }
}
