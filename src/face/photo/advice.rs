//! What an officer should look at before printing a photo. Advice, never a refusal.

use image::RgbImage;

use super::Photo;

/// One thing to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhotoAdvice {
    /// Fewer pixels than would look sharp in print.
    #[error("The photo has only {pixels_per_inch} pixels an inch at card size; 250 or more look sharp.")]
    LowResolution {
        /// Pixels of the photo for an inch on the card.
        pixels_per_inch: u32,
    },
    /// Much is cut off to fit the box.
    #[error("{percent} per cent of the photo is cut off to fit the card; check that the whole face is left.")]
    CutOff {
        /// Part of the area that is not printed.
        percent: u32,
    },
    /// Little light.
    #[error("The photo is dark; the face may not be recognised on the card.")]
    Dark,
    /// Much light.
    #[error("The photo is very bright; the face may look washed out on the card.")]
    Bright,
    /// Little difference between dark and light.
    #[error("The photo has little contrast; the face may look flat on the card.")]
    Flat,
    /// Few sharp edges.
    #[error("The photo looks blurred; take it again if you can.")]
    Blurred,
}

/// Mean brightness (0 to 255) outside of which a portrait on a plain light background is rarely well lit.
const WELL_LIT: std::ops::RangeInclusive<u32> = 70..=225;
/// Standard deviation of brightness below which a portrait looks flat.
const FLAT_BELOW: f64 = 18.0;
/// Variance of the Laplacian at print size (about 280 x 350 pixels) below which edges are soft.
const BLURRED_BELOW: f64 = 25.0;

pub(super) fn advise(photo: &Photo, scaled: &RgbImage) -> Vec<PhotoAdvice> {
    let mut advice = Vec::new();
    let (width, height) = scaled.dimensions();
    let crop = photo.crop_for(width, height);
    let pixels_per_inch = u32::try_from(u64::from(crop.width) * 300 / u64::from(width.max(1))).unwrap_or(u32::MAX);
    if pixels_per_inch < 250 {
        advice.push(PhotoAdvice::LowResolution { pixels_per_inch });
    }
    let whole = u64::from(photo.width()) * u64::from(photo.height());
    let kept = u64::from(crop.width) * u64::from(crop.height);
    let percent = 100u64.saturating_sub(kept * 100 / whole.max(1));
    if photo.crop.is_none() && percent > 25 {
        advice.push(PhotoAdvice::CutOff { percent: u32::try_from(percent).unwrap_or(100) });
    }
    // Rec. 601 weights in 256ths.
    let grey: Vec<i32> = scaled
        .pixels()
        .map(|pixel| (i32::from(pixel.0[0]) * 77 + i32::from(pixel.0[1]) * 150 + i32::from(pixel.0[2]) * 29) >> 8)
        .collect();
    let (mean, variance) = spread(grey.iter().copied());
    if mean < f64::from(*WELL_LIT.start()) {
        advice.push(PhotoAdvice::Dark);
    } else if mean > f64::from(*WELL_LIT.end()) {
        advice.push(PhotoAdvice::Bright);
    }
    if variance.sqrt() < FLAT_BELOW {
        advice.push(PhotoAdvice::Flat);
    }
    let rows: Vec<&[i32]> = grey.chunks_exact(scaled.width().max(1) as usize).collect();
    let laplacian = rows.windows(3).flat_map(|rows| {
        let (above, here, below) = (rows[0], rows[1], rows[2]);
        here.windows(3)
            .zip(above.iter().skip(1).zip(below.iter().skip(1)))
            .map(|(line, (up, down))| up + down + line[0] + line[2] - 4 * line[1])
    });
    if spread(laplacian).1 < BLURRED_BELOW {
        advice.push(PhotoAdvice::Blurred);
    }
    advice
}

/// Mean and variance.
fn spread(values: impl Iterator<Item = i32>) -> (f64, f64) {
    let (mut count, mut sum, mut squares) = (0u64, 0i64, 0i64);
    for value in values {
        count += 1;
        sum += i64::from(value);
        squares += i64::from(value) * i64::from(value);
    }
    let count = count.max(1) as f64;
    let mean = sum as f64 / count;
    (mean, squares as f64 / count - mean * mean)
}
