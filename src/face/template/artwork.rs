//! The organisation's own pictures: PNG, JPEG and SVG files beside a template.

use std::{fs::File, io::Read, path::Path};

use image::RgbImage;
use resvg::{
    tiny_skia::{Color, Pixmap, Transform},
    usvg::{Options, Tree, roxmltree},
};

use crate::face::{
    photo::{MOST_BYTES, PhotoError, decode_picture},
    planes::{HEIGHT, WIDTH},
};

/// Most bytes of a drawing: an elaborate one has a tenth of it.
const MOST_DRAWING_BYTES: usize = 4 * 1024 * 1024;
/// Width and height that a drawing is drawn into, in pixels: twice the card's, to be scaled down once. It stands whole in its
/// area, so one that is higher than it is wide needs no more than the card's height.
const DRAWN: (u32, u32) = (2 * WIDTH as u32, 2 * HEIGHT as u32);

/// Reads a picture.
///
/// # Errors
/// Why it cannot be used, with the file's name.
pub(super) fn read(file: &Path) -> Result<RgbImage, String> {
    whole(file).map(|(_, picture)| picture)
}

/// Reads a picture, and its file as it is.
///
/// # Errors
/// As [`read`].
pub(super) fn whole(file: &Path) -> Result<(Vec<u8>, RgbImage), String> {
    let named = |problem: String| format!("{}: {problem}", file.display());
    let drawing = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("svg"));
    let most = if drawing { MOST_DRAWING_BYTES } else { MOST_BYTES };
    let mut bytes = Vec::new();
    // One byte more than is taken: what is longer is refused below, and never held whole.
    let read = File::open(file).and_then(|file| file.take(most as u64 + 1).read_to_end(&mut bytes));
    read.map_err(|error| format!("{} cannot be read ({error})", file.display()))?;
    let picture = match drawing {
        true => draw(&bytes, DRAWN).map_err(named)?,
        false => decode_picture(&bytes).map_err(|error| named(in_words(&error)))?,
    };
    Ok((bytes, picture))
}

/// Why it cannot be used: what photos are told of holders and their records is not so of artwork.
fn in_words(error: &PhotoError) -> String {
    match error {
        PhotoError::NotAPicture => "it is not a JPEG or PNG picture".to_owned(),
        PhotoError::Damaged { reason } => format!("it is damaged ({reason})"),
        PhotoError::TooManyBytes { .. } => format!("it has more than {} MB", MOST_BYTES / (1024 * 1024)),
        other => other.to_string(),
    }
}

/// Draws an SVG on white, as large as it goes into this width and height. Nothing outside the file is read: no fonts, no other
/// pictures.
pub(super) fn draw(svg: &[u8], (most_wide, most_high): (u32, u32)) -> Result<RgbImage, String> {
    if svg.len() > MOST_DRAWING_BYTES {
        return Err(format!("the drawing has {} bytes, more than the 4 MB that are read", svg.len()));
    }
    let text = std::str::from_utf8(svg).map_err(|_| "the drawing is not UTF-8 text".to_owned())?;
    let unfit = |error: &dyn std::fmt::Display| format!("it is no SVG drawing ({error})");
    let parsing = roxmltree::ParsingOptions { allow_dtd: true, ..roxmltree::ParsingOptions::default() };
    let document = roxmltree::Document::parse_with_options(text, parsing).map_err(|error| unfit(&error))?;
    // What would be left out in silence is refused, whatever prefix its namespace has.
    let pictures = "use the picture itself, as PNG or JPEG";
    for (tag, remedy) in [("text", "turn its text into paths"), ("image", pictures), ("feImage", pictures)] {
        if document.descendants().any(|node| node.tag_name().name() == tag) {
            return Err(format!("the drawing has a <{tag}> element, which is not drawn: {remedy}"));
        }
    }
    let tree = Tree::from_xmltree(&document, &Options::default()).map_err(|error| unfit(&error))?;
    let size = tree.size();
    let scale = (most_wide as f32 / size.width()).min(most_high as f32 / size.height());
    let (width, height) = ((size.width() * scale).ceil() as u32, (size.height() * scale).ceil() as u32);
    let mut pixels = Pixmap::new(width.max(1), height.max(1)).ok_or_else(|| "the drawing has no size".to_owned())?;
    pixels.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    let (width, height) = (pixels.width(), pixels.height());
    // The same memory becomes the picture: a second one of its size is slower to have than to fill.
    let mut rgb = pixels.take();
    let count = rgb.len() / 4;
    for pixel in 0..count {
        rgb.copy_within(4 * pixel..4 * pixel + 3, 3 * pixel);
    }
    rgb.truncate(3 * count);
    RgbImage::from_raw(width, height, rgb).ok_or_else(|| "the drawing has no size".to_owned())
}
