//! Sharpness, light, glare and background, measured on the photo as it is printed.

use image::RgbImage;

use super::findings::PhotoAdvice;

/// Brightness (0 to 255) that the lighter parts of a face and its surroundings reach when there is light enough. The
/// lighter parts and not the mean, so that dark skin is not taken for a dark photo.
const LIGHT_ENOUGH: u8 = 105;
/// Part of a face's pixels that may be white before it looks washed out.
const WASHED_OUT: f32 = 0.15;
/// How many times as bright one half of a face may be as the other.
const ONE_SIDED: f32 = 1.9;
/// Standard deviation of brightness below which a portrait looks flat.
const FLAT_BELOW: f32 = 18.0;
/// Steepest slope of brightness in a face, from a pixel to the next, as a part of its whole range, below which it is
/// soft. Sharp photos reach 0.3 in print; a Gaussian blur of two printed pixels leaves 0.17.
const SOFT_BELOW: f32 = 0.18;
/// Part of the slopes that count as the steepest.
const STEEPEST: f32 = 0.004;
/// Brightness of every colour from which a pixel is light thrown back.
const GLARING: u8 = 250;
/// Area of one spot of it, as a part of the face's box. A catchlight in an eye is a tenth of this.
const GLARE_AREA: f32 = 0.010;
/// Difference of two pixels, two apart, from which there is something in the background.
const BACKGROUND_EDGE: i32 = 14;
/// Part of the background that may have edges.
const BACKGROUND_BUSY: f32 = 0.04;
/// Fewest pixels by which a background is judged.
const BACKGROUND_PIXELS: usize = 1500;

/// A box of printed pixels; right and bottom are not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub left: u32,
    pub top: u32,
    pub right: u32,
    pub bottom: u32,
}

/// Brightness of every pixel.
pub(super) struct Grey {
    width: usize,
    values: Vec<u8>,
}

impl Grey {
    /// By the weights of Rec. 601, in 256ths.
    pub fn of(picture: &RgbImage) -> Self {
        let values = picture.pixels().map(|pixel| brightness(pixel.0)).collect();
        Self { width: picture.width() as usize, values }
    }

    fn at(&self, x: usize, y: usize) -> i32 {
        self.values.get(y * self.width + x).map_or(0, |value| i32::from(*value))
    }

    fn whole(&self) -> Area {
        let height = self.values.len() / self.width.max(1);
        Area { left: 0, top: 0, right: self.width as u32, bottom: height as u32 }
    }

    fn of_area(&self, area: &Area) -> impl Iterator<Item = u8> {
        let columns = area.left as usize..area.right as usize;
        (area.top as usize..area.bottom as usize).flat_map(move |y| columns.clone().map(move |x| self.at(x, y) as u8))
    }
}

fn brightness([red, green, blue]: [u8; 3]) -> u8 {
    ((u32::from(red) * 77 + u32::from(green) * 150 + u32::from(blue) * 29) >> 8) as u8
}

/// The value below which this part of the sorted values lies.
fn quantile(values: impl Iterator<Item = u8>, part: f32) -> u8 {
    let mut counts = [0u32; 256];
    let mut total = 0u32;
    for value in values {
        counts[usize::from(value)] += 1;
        total += 1;
    }
    let wanted = (part * total as f32) as u32;
    let mut seen = 0;
    for (value, count) in (0..=u8::MAX).zip(counts) {
        seen += count;
        if seen > wanted {
            return value;
        }
    }
    u8::MAX
}

/// Whether the face, or without one the whole picture, has no sharp edge.
pub(super) fn blurred(grey: &Grey, face: Option<&Area>) -> Option<PhotoAdvice> {
    let whole = grey.whole();
    let area = face.unwrap_or(&whole);
    (edge_slope(grey, area) < SOFT_BELOW).then_some(PhotoAdvice::Blurred)
}

/// The slope that only the steepest places of an area exceed, as a part of its range of brightness.
pub(super) fn edge_slope(grey: &Grey, area: &Area) -> f32 {
    let (right, bottom) = (area.right.saturating_sub(1) as usize, area.bottom.saturating_sub(1) as usize);
    let slopes = (area.top as usize..bottom).flat_map(|y| {
        (area.left as usize..right).map(move |x| {
            let here = grey.at(x, y);
            ((here - grey.at(x + 1, y)).abs()).max((here - grey.at(x, y + 1)).abs()) as u8
        })
    });
    let steepest = f32::from(quantile(slopes, 1.0 - STEEPEST));
    let range = quantile(grey.of_area(area), 0.99).saturating_sub(quantile(grey.of_area(area), 0.01));
    // In a picture of one brightness nothing can be sharp.
    if range < 8 { 0.0 } else { steepest / f32::from(range) }
}

/// Brightness above which the lightest tenth of an area lies.
pub(super) fn lightest(grey: &Grey, area: &Area) -> u8 {
    quantile(grey.of_area(area), 0.9)
}

/// What is wrong with the light.
pub(super) fn exposure(grey: &Grey, face: Option<&Area>) -> Option<PhotoAdvice> {
    let whole = grey.whole();
    let area = face.unwrap_or(&whole);
    // The lightest tenth of face or picture, whichever is lighter.
    let light = lightest(grey, area).max(lightest(grey, &whole));
    if light < LIGHT_ENOUGH {
        return Some(PhotoAdvice::Dark);
    }
    let count = grey.of_area(area).count().max(1) as f32;
    let white = grey.of_area(area).filter(|value| *value >= GLARING).count() as f32;
    if white / count > WASHED_OUT {
        return Some(PhotoAdvice::Bright);
    }
    let mean = |area: &Area| {
        let count = grey.of_area(area).count().max(1) as f32;
        grey.of_area(area).map(f32::from).sum::<f32>() / count
    };
    if face.is_some() {
        // The outer sixths are hair.
        let width = area.right - area.left;
        let middle = area.left + width / 2;
        let left = mean(&Area { left: area.left + width / 6, right: middle, ..*area }).max(1.0);
        let right = mean(&Area { left: middle, right: area.right - width / 6, ..*area }).max(1.0);
        if left.max(right) / left.min(right) > ONE_SIDED {
            return Some(PhotoAdvice::OneSided);
        }
    }
    let middle = mean(&whole);
    let count = grey.values.len().max(1) as f32;
    let variance = grey.values.iter().map(|value| (f32::from(*value) - middle).powi(2)).sum::<f32>() / count;
    (variance.sqrt() < FLAT_BELOW).then_some(PhotoAdvice::Flat)
}

/// Whether one spot of the face throws light back.
pub(super) fn glare(picture: &RgbImage, face: &Area) -> Option<PhotoAdvice> {
    let (width, height) = ((face.right - face.left) as usize, (face.bottom - face.top) as usize);
    let mut white: Vec<bool> = (0..height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .map(|(x, y)| {
            let pixel = picture.get_pixel(face.left + x as u32, face.top + y as u32);
            pixel.0.iter().all(|channel| *channel >= GLARING)
        })
        .collect();
    let all = white.iter().filter(|white| **white).count() as f32 / white.len().max(1) as f32;
    // A face that is white all over is too bright, which is said elsewhere.
    if all > WASHED_OUT {
        return None;
    }
    let least = (GLARE_AREA * (width * height) as f32) as usize;
    for start in 0..white.len() {
        if white[start] && spot(&mut white, width, start) > least {
            return Some(PhotoAdvice::Glare);
        }
    }
    None
}

/// Pixels of the spot this one belongs to. They are white no more afterwards.
fn spot(white: &mut [bool], width: usize, start: usize) -> usize {
    let (mut open, mut count) = (vec![start], 0);
    white[start] = false;
    while let Some(at) = open.pop() {
        count += 1;
        let x = at % width;
        let beside =
            [(x > 0).then(|| at - 1), (x + 1 < width).then(|| at + 1), at.checked_sub(width), Some(at + width)];
        for next in beside.into_iter().flatten() {
            if white.get(next).copied().unwrap_or(false) {
                white[next] = false;
                open.push(next);
            }
        }
    }
    count
}

/// Whether something is in the background: beside the head down to the chin, and above it. `None` where too little of it
/// is in the picture.
pub(super) fn background(picture: &RgbImage, head: &Area) -> Option<bool> {
    let (pixels, edges) = background_edges(picture, head);
    (pixels >= BACKGROUND_PIXELS).then(|| edges as f32 / pixels as f32 > BACKGROUND_BUSY)
}

/// Pixels of the background, and those of them where there is something.
pub(super) fn background_edges(picture: &RgbImage, head: &Area) -> (usize, usize) {
    let (width, height) = picture.dimensions();
    let tall = head.bottom.saturating_sub(head.top);
    // Hair may stand a sixth of the head's height off at either side, and a tenth above.
    let (left, right) = (head.left.saturating_sub(tall / 6), head.right + tall / 6);
    let top = head.top.saturating_sub(tall / 10);
    // Shoulders begin below the chin; some stand as high as it.
    let bottom = (head.bottom.saturating_sub(tall / 5)).min(height);
    let (mut pixels, mut edges) = (0, 0);
    for y in 0..bottom.saturating_sub(2) {
        for x in 0..width.saturating_sub(2) {
            if y + 2 >= top && x + 2 >= left && x < right {
                continue;
            }
            let here = picture.get_pixel(x, y).0;
            let differs = |other: [u8; 3]| {
                here.iter().zip(other).any(|(one, other)| (i32::from(*one) - i32::from(other)).abs() > BACKGROUND_EDGE)
            };
            pixels += 1;
            if differs(picture.get_pixel(x + 2, y).0) || differs(picture.get_pixel(x, y + 2).0) {
                edges += 1;
            }
        }
    }
    (pixels, edges)
}
