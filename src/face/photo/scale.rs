//! A part of a picture made smaller or larger, in one step: every pixel that is wanted is weighed from all those that it
//! covers, as printers' drivers do not, which choose some and let the others go.

use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer, images};
use image::RgbImage;

use super::CropBox;

/// This part of a picture at exactly this size, by a Catmull-Rom filter: the nearest pixels count most, and edges stay sharp.
/// Nothing outside of the part counts, and what lies outside of the picture is no part of it.
pub(in crate::face) fn scaled(picture: &RgbImage, part: CropBox, (width, height): (u32, u32)) -> RgbImage {
    let part = inside(picture, part);
    let (width, height) = (width.max(1), height.max(1));
    let mut small = RgbImage::from_pixel(width, height, image::Rgb([255, 255, 255]));
    if part.width == 0 || part.height == 0 {
        return small;
    }
    resample(picture, part, &mut small).expect("both hold three bytes a pixel, and the part lies inside");
    small
}

fn resample(picture: &RgbImage, part: CropBox, small: &mut RgbImage) -> Result<(), Box<dyn std::error::Error>> {
    let (width, height) = small.dimensions();
    let from = images::ImageRef::new(picture.width(), picture.height(), picture.as_raw(), PixelType::U8x3)?;
    let from = images::CroppedImage::new(&from, part.left, part.top, part.width, part.height)?;
    let mut to = images::Image::from_slice_u8(width, height, small, PixelType::U8x3)?;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Ok(Resizer::new().resize(&from, &mut to, &options)?)
}

/// The whole of a picture.
pub(in crate::face) fn whole(picture: &RgbImage) -> CropBox {
    CropBox { left: 0, top: 0, width: picture.width(), height: picture.height() }
}

fn inside(picture: &RgbImage, part: CropBox) -> CropBox {
    let left = part.left.min(picture.width());
    let top = part.top.min(picture.height());
    let width = part.width.min(picture.width() - left);
    let height = part.height.min(picture.height() - top);
    CropBox { left, top, width, height }
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, Rgb, imageops};

    use super::*;

    #[test]
    fn a_part_is_weighed_from_its_own_pixels_alone() {
        let photo = RgbImage::from_fn(40, 30, |x, y| {
            if (10..30).contains(&x) && (5..25).contains(&y) { Rgb([x as u8 * 2, 7, 200]) } else { Rgb([255, 0, 0]) }
        });
        let part = CropBox { left: 10, top: 5, width: 20, height: 20 };
        let whole = scaled(&photo, part, (5, 5));
        for pair in
            whole.as_raw().chunks_exact(15).next().expect("a row").chunks_exact(3).collect::<Vec<_>>().windows(2)
        {
            assert_eq!(pair[1][0].abs_diff(pair[0][0] + 8) / 2, 0, "an even slope stays one");
        }
        let uneven = scaled(&photo, CropBox { width: 19, height: 18, ..part }, (7, 5));
        for pixel in whole.pixels().chain(uneven.pixels()) {
            assert_eq!(pixel.0[1..], [7, 200], "nothing of what is around it");
        }
        let beyond = scaled(&photo, CropBox { left: 25, top: 20, width: 500, height: 500 }, (4, 4));
        assert_eq!(beyond.dimensions(), (4, 4));
        assert_eq!(scaled(&photo, CropBox { left: 40, ..part }, (2, 2)).into_raw(), [255; 12]);
    }

    #[test]
    fn a_large_photo_comes_out_as_an_independent_filter_makes_it() {
        let photo = RgbImage::from_fn(1500, 1900, |x, y| {
            let wave = |length: f32| ((x as f32 / length).sin() * (y as f32 / length).cos() * 100.0 + 128.0) as u8;
            Rgb([wave(45.0), wave(150.0), (x / 6) as u8])
        });
        let part = CropBox { left: 50, top: 25, width: 1395, height: 1740 };
        let fast = scaled(&photo, part, (279, 348));
        let cut = DynamicImage::ImageRgb8(photo).crop_imm(part.left, part.top, part.width, part.height);
        let slow = cut.resize_exact(279, 348, imageops::FilterType::CatmullRom).into_rgb8();
        let most = fast.as_raw().iter().zip(slow.as_raw()).map(|(one, other)| one.abs_diff(*other)).max();
        assert!(most <= Some(2), "largest difference {most:?}");
    }
}
