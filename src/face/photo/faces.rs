//! Where faces are in a photo, and where their eyes are.
//!
//! Faces are found by the SeetaFace detector (funnel-structured cascade, 2016) in the pure Rust of the crate `rustface`,
//! with the model its makers publish (`assets/face-detection`, BSD 2-clause). It gives boxes; the eyes inside a box are
//! found by the common centre of the gradients around an iris (F. Timm and E. Barth, "Accurate eye centre localisation
//! by means of gradients", 2011).

use image::{GrayImage, RgbImage, imageops};
use rustface::{ImageData, create_detector_with_model, read_model};

const MODEL: &[u8] = include_bytes!("../../../assets/face-detection/seeta_fd_frontal_v1.0.bin");

/// Longest side of the picture that is searched. A face that fills a tenth of it is still found.
const SEARCHED: u32 = 400;
/// Smallest face looked for, in pixels of the searched picture; the model's own window has 40.
const SMALLEST: u32 = 30;
/// Score from which a box is a face, as in the detector's own examples.
const SCORE: f64 = 2.0;
/// A face beside a larger one counts only when it is at least this part as high; smaller ones are patterns of cloth.
const BESIDE: f32 = 0.25;
/// Score from which a face counts beside another one: chance boxes score 2 to 4.
const SCORE_BESIDE: f64 = 5.0;
/// Width of a face's box while its eyes are looked for, in pixels.
const EYE_SEARCH: f32 = 96.0;
/// Where the eyes of an upright face are in its box: across from either side, and down.
const EYE_PLACE: (f32, f32) = (0.31, 0.40);
/// How far from there an eye is looked for, as a part of the box.
const EYE_REACH: f32 = 0.17;

/// A place in a photo, in its pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// From the left.
    pub x: f32,
    /// From the top.
    pub y: f32,
}

/// A face in a photo, in its pixels: from the middle of the forehead to the chin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FoundFace {
    /// First column.
    pub left: f32,
    /// First row.
    pub top: f32,
    /// Columns.
    pub width: f32,
    /// Rows.
    pub height: f32,
    /// The eye on the left of the picture and the one on its right; `None` when they cannot be told.
    pub eyes: Option<[Spot; 2]>,
}

impl FoundFace {
    /// The middle of the face.
    #[must_use]
    pub fn middle(&self) -> Spot {
        Spot { x: self.left + self.width / 2.0, y: self.top + self.height / 2.0 }
    }

    /// The place between the eyes, from the eyes themselves or, where they cannot be told, from the box.
    #[must_use]
    pub fn between_eyes(&self) -> Spot {
        match self.eyes {
            Some([left, right]) => Spot { x: (left.x + right.x) / 2.0, y: (left.y + right.y) / 2.0 },
            None => Spot { x: self.left + self.width / 2.0, y: self.top + self.height * EYE_PLACE.1 },
        }
    }
}

/// The faces of a photo, the largest first. A photo without a face, or too small to hold one, has none.
#[must_use]
pub fn find(photo: &RgbImage) -> Vec<FoundFace> {
    let longest = photo.width().max(photo.height());
    if photo.width().min(photo.height()) < SMALLEST {
        return Vec::new();
    }
    let scale = (SEARCHED as f32 / longest as f32).min(1.0);
    let side = |pixels: u32| ((pixels as f32 * scale).round() as u32).max(1);
    let (width, height) = (side(photo.width()), side(photo.height()));
    let grey = match scale < 1.0 {
        true => imageops::grayscale(&imageops::thumbnail(photo, width, height)),
        false => imageops::grayscale(photo),
    };
    let mut faces = search(&grey);
    if faces.is_empty() {
        // Dark skin before a light wall has little contrast for a detector: look once more with the shadows lifted.
        faces = search(&lifted(&grey));
    }
    for face in &mut faces {
        face.eyes = eyes(photo, face, scale);
        *face = FoundFace {
            left: face.left / scale,
            top: face.top / scale,
            width: face.width / scale,
            height: face.height / scale,
            eyes: face.eyes,
        };
    }
    faces
}

/// Boxes in the pixels of the searched picture.
fn search(grey: &GrayImage) -> Vec<FoundFace> {
    // The model is part of the program; a test reads it.
    let Ok(model) = read_model(MODEL) else { return Vec::new() };
    if grey.width().min(grey.height()) < SMALLEST {
        return Vec::new();
    }
    let mut detector = create_detector_with_model(model);
    detector.set_min_face_size(SMALLEST);
    detector.set_score_thresh(SCORE);
    detector.set_pyramid_scale_factor(0.8);
    detector.set_slide_window_step(4, 4);
    let mut found = detector.detect(&ImageData::new(grey.as_raw(), grey.width(), grey.height()));
    found.sort_by_key(|face| std::cmp::Reverse(face.bbox().height()));
    let best = found.iter().map(rustface::FaceInfo::score).fold(0.0, f64::max);
    // The surest face is the person; others must be sure enough and large enough beside it.
    let person = found.iter().find(|face| face.score() >= best).map_or(0.0, |face| face.bbox().height() as f32);
    found
        .iter()
        .filter(|face| face.score() >= best || face.score() >= SCORE_BESIDE)
        .filter(|face| face.bbox().height() as f32 >= BESIDE * person)
        .map(|face| {
            let place = face.bbox();
            FoundFace {
                left: place.x() as f32,
                top: place.y() as f32,
                width: place.width() as f32,
                height: place.height() as f32,
                eyes: None,
            }
        })
        .collect()
}

/// The picture with its dark parts made lighter: the square root of every brightness.
fn lifted(grey: &GrayImage) -> GrayImage {
    let table: [u8; 256] = std::array::from_fn(|value| ((value as f32 / 255.0).sqrt() * 255.0).round() as u8);
    let mut out = grey.clone();
    for pixel in out.pixels_mut() {
        pixel.0[0] = table[usize::from(pixel.0[0])];
    }
    out
}

/// The eyes of a face given in pixels of the searched picture, as places in the photo.
fn eyes(photo: &RgbImage, face: &FoundFace, scale: f32) -> Option<[Spot; 2]> {
    let (left, top) = ((face.left / scale).max(0.0), (face.top / scale).max(0.0));
    let width = (face.width / scale).min(photo.width() as f32 - left);
    let height = (face.height / scale).min(photo.height() as f32 - top);
    if width < 20.0 || height < 20.0 {
        return None;
    }
    let part = imageops::crop_imm(photo, left as u32, top as u32, width as u32, height as u32);
    let shrink = (EYE_SEARCH / width).min(1.0);
    let size = |length: u32| ((length as f32 * shrink).round() as u32).max(1);
    let small = match shrink < 1.0 {
        true => imageops::thumbnail(&*part, size(width as u32), size(height as u32)),
        false => part.to_image(),
    };
    let grey = imageops::blur(&imageops::grayscale(&small), 0.8);
    let spot = |across: f32| {
        let at = eye(&grey, across)?;
        Some(Spot { x: left + at.x / shrink, y: top + at.y / shrink })
    };
    let pair = [spot(EYE_PLACE.0)?, spot(1.0 - EYE_PLACE.0)?];
    let apart = (pair[1].x - pair[0].x) / width;
    let slope = (pair[1].y - pair[0].y).abs() / (pair[1].x - pair[0].x).max(1.0);
    ((0.22..0.62).contains(&apart) && slope < 0.7).then_some(pair)
}

/// The common centre of the gradients around an iris, near this part of the face's width.
fn eye(face: &GrayImage, across: f32) -> Option<Spot> {
    let (width, height) = (face.width() as f32, face.height() as f32);
    let begin = |middle: f32, length: f32| (((middle - EYE_REACH) * length) as u32).max(1);
    let end = |middle: f32, length: f32| (((middle + EYE_REACH) * length) as u32).min(length as u32 - 1);
    let columns = begin(across, width)..end(across, width);
    let rows = begin(EYE_PLACE.1, height)..end(EYE_PLACE.1, height);
    let value = |x: u32, y: u32| f32::from(face.get_pixel(x, y).0[0]);
    let mut gradients = Vec::new();
    for y in rows.clone() {
        for x in columns.clone() {
            let (dx, dy) = (value(x + 1, y) - value(x - 1, y), value(x, y + 1) - value(x, y - 1));
            gradients.push((x as f32, y as f32, dx, dy, dx.hypot(dy)));
        }
    }
    let count = gradients.len().max(1) as f32;
    let mean = gradients.iter().map(|gradient| gradient.4).sum::<f32>() / count;
    let spread = (gradients.iter().map(|gradient| (gradient.4 - mean).powi(2)).sum::<f32>() / count).sqrt();
    gradients.retain(|gradient| gradient.4 > mean + 0.3 * spread && gradient.4 > 4.0);
    if gradients.len() < 8 {
        return None;
    }
    let reach = EYE_REACH * width;
    let mut best = (0.0, None);
    for y in rows {
        for x in columns.clone() {
            let (cx, cy) = (x as f32, y as f32);
            let mut sum = 0.0;
            for (gx, gy, dx, dy, length) in &gradients {
                let (right, down) = (gx - cx, gy - cy);
                let distance = right.hypot(down);
                // An iris is about a tenth of the face's width; what is further off is no edge of it.
                if distance > 0.5 && distance < 0.12 * width {
                    let along = (right * dx + down * dy) / (distance * length);
                    sum += along.max(0.0).powi(2);
                }
            }
            // A pupil is dark, and near where eyes usually are.
            let off = ((cx - across * width).powi(2) + (cy - EYE_PLACE.1 * height).powi(2)) / reach.powi(2);
            let score = sum * (255.0 - value(x, y)) * (-0.7 * off).exp();
            if score > best.0 {
                best = (score, Some(Spot { x: cx, y: cy }));
            }
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_is_whole() {
        assert!(read_model(MODEL).is_ok());
    }

    #[test]
    fn a_photo_too_small_for_a_face_has_none() {
        for (width, height) in [(1, 1), (29, 300), (300, 29), (30, 30), (31, 400), (5000, 31)] {
            assert_eq!(find(&RgbImage::new(width, height)), [], "{width} x {height}");
        }
    }
}
