//! From layout and pictures to the panels of the ribbon.

use image::RgbImage;
use tiny_skia::{FillRule, Mask, Transform};

use super::{
    glyphs,
    layout::{Ink, Layout, Placed, Shape, TextBlock},
    measure::Area,
    photo::{Photo, PhotoError, scale},
    planes::{HEIGHT, PixelBox, Planes, WIDTH},
};

/// The pictures of a layout, each scaled to the pixels of its box; `None` beside elements that are no picture.
pub type Pictures = Vec<Option<RgbImage>>;

/// Scales the pictures that a side prints, once.
///
/// # Errors
/// [`PhotoError`] when the photo has too few pixels.
pub fn pictures(layout: &Layout, photo: &Photo) -> Result<Pictures, PhotoError> {
    let scaled = |element: &Placed| {
        let (width, height) = pixels(&element.area);
        match &element.shape {
            Shape::Photo => photo.scaled(width, height).map(Some),
            Shape::Image(picture) if element.ink.is_printed() => Ok(Some(contained(picture, (width, height)))),
            _ => Ok(None),
        }
    };
    layout.elements.iter().map(scaled).collect()
}

/// Pixels across and down of a box.
pub(super) fn pixels(area: &Area) -> (u32, u32) {
    let place = area.nearest_pixels();
    // A pixel box lies inside the 1016 x 642 image.
    (place.width() as u32, place.height() as u32)
}

/// The whole picture, as large as it fits, on white.
pub(super) fn contained(picture: &RgbImage, (width, height): (u32, u32)) -> RgbImage {
    let (across, down) = (f64::from(picture.width().max(1)), f64::from(picture.height().max(1)));
    let scale = (f64::from(width) / across).min(f64::from(height) / down);
    let fit = |side: f64, most: u32| ((side * scale).round() as u32).clamp(1, most.max(1));
    let fitted = scale::scaled(picture, scale::whole(picture), (fit(across, width), fit(down, height)));
    let mut place = RgbImage::from_pixel(width, height, image::Rgb([255, 255, 255]));
    let left = i64::from(width.saturating_sub(fitted.width()) / 2);
    let top = i64::from(height.saturating_sub(fitted.height()) / 2);
    image::imageops::replace(&mut place, &fitted, left, top);
    place
}

/// Separates a side: pictures and colours into yellow, magenta and cyan, black texts and codes into resin without grey; no
/// panel prints on the chip's keep-out, and no dye lies under resin.
#[must_use]
pub fn render(layout: &Layout, pictures: &Pictures) -> Planes {
    let mut planes = Planes::blank();
    for (element, picture) in layout.elements.iter().zip(pictures) {
        match (&element.shape, element.ink, picture) {
            (Shape::Photo | Shape::Image(_), _, Some(picture)) => {
                dye(&mut planes, element.area.nearest_pixels(), picture);
            }
            (Shape::Fill, Ink::Dye(rgb), _) => fill(&mut planes, element.area.nearest_pixels(), rgb),
            (Shape::Text(text), Ink::Dye(rgb), _) => dyed_text(&mut planes, text, rgb),
            _ => {}
        }
    }
    resin(&mut planes, layout);
    if let Some(area) = &layout.keep_out {
        let keep_out = area.touched_pixels();
        for y in keep_out.top..keep_out.bottom {
            let row = y * WIDTH + keep_out.left..y * WIDTH + keep_out.right;
            for panel in [&mut planes.yellow, &mut planes.magenta, &mut planes.cyan, &mut planes.resin] {
                panel[row.clone()].fill(0);
            }
        }
        planes.keep_out = Some(keep_out);
    }
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

fn fill(planes: &mut Planes, place: PixelBox, [red, green, blue]: [u8; 3]) {
    for y in place.top..place.bottom {
        let span = y * WIDTH + place.left..y * WIDTH + place.right;
        planes.cyan[span.clone()].fill(255 - red);
        planes.magenta[span.clone()].fill(255 - green);
        planes.yellow[span].fill(255 - blue);
    }
}

/// Text in colour: its edges are as light as they are thin, for dyes have shades.
fn dyed_text(planes: &mut Planes, text: &TextBlock, [red, green, blue]: [u8; 3]) {
    let (Some(path), Some(mut mask)) = (glyphs::outline(text), Mask::new(WIDTH as u32, HEIGHT as u32)) else { return };
    mask.fill_path(&path, FillRule::Winding, true, Transform::identity());
    let shade = |dye: u8, coverage: u8| (u16::from(255 - dye) * u16::from(coverage) / 255) as u8;
    for (at, coverage) in mask.data().iter().enumerate().filter(|(_, coverage)| **coverage != 0) {
        planes.cyan[at] = shade(red, *coverage);
        planes.magenta[at] = shade(green, *coverage);
        planes.yellow[at] = shade(blue, *coverage);
    }
}

fn resin(planes: &mut Planes, layout: &Layout) {
    let black = |element: &&Placed| element.ink == Ink::Resin;
    let Some(mut mask) = Mask::new(WIDTH as u32, HEIGHT as u32) else { return };
    let mut boxes = Vec::new();
    for element in layout.elements.iter().filter(black) {
        match &element.shape {
            Shape::Text(text) => {
                let Some(path) = glyphs::outline(text) else { continue };
                mask.fill_path(&path, FillRule::Winding, false, Transform::identity());
                let bounds = path.bounds();
                // Float to usize saturates, so a bound off the card ends at its edge.
                boxes.push(PixelBox {
                    left: (bounds.left().floor() as usize).min(WIDTH),
                    top: (bounds.top().floor() as usize).min(HEIGHT),
                    right: (bounds.right().ceil() as usize).min(WIDTH),
                    bottom: (bounds.bottom().ceil() as usize).min(HEIGHT),
                });
            }
            Shape::Fill => solid(planes, element.area.nearest_pixels()),
            Shape::Code(dark) => dark.iter().for_each(|place| solid(planes, *place)),
            Shape::Photo | Shape::Image(_) => {}
        }
    }
    let covered = mask.data();
    for place in boxes {
        for y in place.top..place.bottom {
            let start = y * WIDTH + place.left;
            for (offset, coverage) in covered[start..y * WIDTH + place.right].iter().enumerate() {
                // Without anti-aliasing a pixel is covered or it is not.
                if *coverage != 0 {
                    black_dot(planes, start + offset);
                }
            }
        }
    }
}

fn solid(planes: &mut Planes, place: PixelBox) {
    for y in place.top..place.bottom.min(HEIGHT) {
        (y * WIDTH + place.left..y * WIDTH + place.right.min(WIDTH)).for_each(|at| black_dot(planes, at));
    }
}

fn black_dot(planes: &mut Planes, at: usize) {
    planes.resin[at] = 1;
    planes.yellow[at] = 0;
    planes.magenta[at] = 0;
    planes.cyan[at] = 0;
}
