//! A part of a photo made smaller or larger. Whole blocks of pixels are averaged first and what is left is resampled
//! once: a photo of a telephone has a hundred times the pixels that a card shows, and resampling all of them with a
//! filter takes ten times as long for the same picture.

use image::{DynamicImage, Rgb, RgbImage, imageops::FilterType};

use super::CropBox;

/// Pixels left by the averaging for each that is wanted, along each side: the filter has enough to choose from.
const LEFT: u32 = 2;
/// Largest block: its sums fit 16 bits.
const LARGEST: u32 = 64;

/// This part of the photo at exactly this size, with a Catmull-Rom filter. The part lies inside the photo.
pub(super) fn scaled(photo: &DynamicImage, part: CropBox, (width, height): (u32, u32)) -> RgbImage {
    let block = (part.width / (LEFT * width.max(1))).min(part.height / (LEFT * height.max(1))).min(LARGEST);
    // Every photo is red, green and blue of 8 bits once it is decoded.
    let left = match photo.as_rgb8() {
        Some(photo) if block >= 2 => DynamicImage::ImageRgb8(averaged(photo, part, block)),
        _ => photo.crop_imm(part.left, part.top, part.width, part.height),
    };
    left.resize_exact(width, height, FilterType::CatmullRom).into_rgb8()
}

/// The mean of every block of `block` x `block` pixels; what is left over at the edges is shared between both sides.
fn averaged(photo: &RgbImage, part: CropBox, block: u32) -> RgbImage {
    let (across, down) = (part.width / block, part.height / block);
    let (left, top) = (part.left + part.width % block / 2, part.top + part.height % block / 2);
    let (length, stride) = ((across * block * 3) as usize, photo.width() as usize * 3);
    let pixels = photo.as_raw();
    let mut sums = vec![0u16; length];
    let mut small = RgbImage::new(across, down);
    let area = block * block;
    for (row, line) in small.rows_mut().enumerate() {
        sums.fill(0);
        for y in 0..block as usize {
            let start = (top as usize + row * block as usize + y) * stride + left as usize * 3;
            let Some(source) = pixels.get(start..start + length) else { continue };
            for (sum, value) in sums.iter_mut().zip(source) {
                *sum += u16::from(*value);
            }
        }
        for (pixel, sums) in line.zip(sums.chunks_exact(block as usize * 3)) {
            let mut total = [area / 2; 3];
            for sum in sums.chunks_exact(3) {
                total.iter_mut().zip(sum).for_each(|(total, sum)| *total += u32::from(*sum));
            }
            // A mean of bytes is a byte.
            *pixel = Rgb(total.map(|total| (total / area) as u8));
        }
    }
    small
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_averaged_exactly_and_stay_inside_the_part() {
        let photo = RgbImage::from_fn(40, 30, |x, y| {
            if (10..30).contains(&x) && (5..25).contains(&y) { Rgb([x as u8 * 2, 7, 200]) } else { Rgb([255, 0, 0]) }
        });
        let part = CropBox { left: 10, top: 5, width: 20, height: 20 };
        let small = averaged(&photo, part, 4);
        assert_eq!(small.dimensions(), (5, 5));
        for (x, y, pixel) in small.enumerate_pixels() {
            assert_eq!(pixel.0, [((10 + x * 4) * 2 + 3) as u8, 7, 200], "{x} {y}");
        }
        let uneven = averaged(&photo, CropBox { width: 19, height: 18, ..part }, 5);
        assert_eq!(uneven.dimensions(), (3, 3));
        assert!(uneven.pixels().all(|pixel| pixel.0[1..] == [7, 200]), "nothing of what is around it");
    }

    #[test]
    fn a_large_photo_comes_out_as_it_does_with_the_filter_alone() {
        let photo = RgbImage::from_fn(1500, 1900, |x, y| {
            let wave = |length: f32| ((x as f32 / length).sin() * (y as f32 / length).cos() * 100.0 + 128.0) as u8;
            Rgb([wave(45.0), wave(150.0), (x / 6) as u8])
        });
        let part = CropBox { left: 50, top: 25, width: 1395, height: 1740 };
        let photo = DynamicImage::ImageRgb8(photo);
        let fast = scaled(&photo, part, (279, 348));
        let whole = photo.crop_imm(part.left, part.top, part.width, part.height);
        let slow = whole.resize_exact(279, 348, FilterType::CatmullRom).into_rgb8();
        let off = |(one, other): (&u8, &u8)| u32::from(one.abs_diff(*other));
        let all: Vec<u32> = fast.as_raw().iter().zip(slow.as_raw()).map(off).collect();
        let mean = all.iter().sum::<u32>() as f64 / all.len() as f64;
        assert!(mean < 1.0, "mean difference {mean}");
        assert!(all.iter().max() < Some(&16), "largest difference {:?}", all.iter().max());
    }
}
