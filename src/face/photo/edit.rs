//! What an officer may do to a photo before it goes on record, and the small pictures of it that lists show.

use image::{DynamicImage, ExtendedColorType, ImageEncoder, RgbImage, RgbaImage, codecs::jpeg::JpegEncoder, imageops};

use super::{FEWEST_PIXELS, Photo, PhotoError, on_white, scale};
use crate::domain::PHOTO_PIXELS_REFUSED;

impl Photo {
    /// A photo from pixels that are decoded already, such as those of the clipboard; white where it is transparent.
    ///
    /// # Errors
    /// [`PhotoError::TooManyPixels`], [`PhotoError::TooSmall`].
    pub fn from_pixels(picture: RgbaImage) -> Result<Self, PhotoError> {
        let (width, height) = picture.dimensions();
        if u64::from(width) * u64::from(height) >= PHOTO_PIXELS_REFUSED {
            return Err(PhotoError::TooManyPixels { width, height });
        }
        if width < FEWEST_PIXELS.0 || height < FEWEST_PIXELS.1 {
            return Err(PhotoError::TooSmall { width, height });
        }
        Ok(Self { picture: on_white(&DynamicImage::ImageRgba8(picture)), crop: None })
    }

    /// The photo turned to the right by this many quarters. What was cropped is whole again.
    #[must_use]
    pub fn turned(&self, quarters: u8) -> Self {
        let picture = match quarters % 4 {
            1 => imageops::rotate90(&self.picture),
            2 => imageops::rotate180(&self.picture),
            3 => imageops::rotate270(&self.picture),
            _ => self.picture.clone(),
        };
        Self { picture, crop: None }
    }

    /// The photo with this added to every channel: -100 is black, 100 is white.
    #[must_use]
    pub fn brightened(self, by: i8) -> Self {
        if by == 0 {
            return self;
        }
        let picture = imageops::brighten(&self.picture, i32::from(by.clamp(-100, 100)) * 255 / 100);
        Self { picture, crop: self.crop }
    }

    /// The photo, or the part chosen of it, as a JPEG of at most `longest` pixels along each side.
    ///
    /// # Errors
    /// [`PhotoError::Damaged`] when the encoder fails.
    pub fn to_jpeg(&self, longest: u32, quality: u8) -> Result<Vec<u8>, PhotoError> {
        let picture = self.fitted(longest, longest);
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, quality)
            .write_image(picture.as_raw(), picture.width(), picture.height(), ExtendedColorType::Rgb8)
            .map_err(|error| PhotoError::Damaged { reason: error.to_string() })?;
        Ok(jpeg)
    }

    /// A picture of the photo, or of the part chosen of it, no larger than this and never enlarged.
    #[must_use]
    pub fn picture_within(&self, width: u32, height: u32) -> RgbaImage {
        DynamicImage::ImageRgb8(self.fitted(width, height)).into_rgba8()
    }

    /// The part chosen, in its own shape, as large as it fits.
    fn fitted(&self, width: u32, height: u32) -> RgbImage {
        let part = self.crop.unwrap_or_else(|| scale::whole(&self.picture));
        let shrink =
            (f64::from(width) / f64::from(part.width)).min(f64::from(height) / f64::from(part.height)).min(1.0);
        let side = |length: u32| (f64::from(length) * shrink).round() as u32;
        self.part(part, (side(part.width), side(part.height)))
    }
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;
    use crate::face::CropBox;

    /// 200 x 100 pixels: the left half red, the right half blue.
    fn two_halves() -> Photo {
        let colour = |x, _| if x < 100 { Rgba([200, 0, 0, 255]) } else { Rgba([0, 0, 200, 255]) };
        Photo::from_pixels(RgbaImage::from_fn(200, 150, colour)).expect("large enough")
    }

    #[test]
    fn turning_goes_to_the_right() {
        let turned = two_halves().turned(1);
        assert_eq!((turned.width(), turned.height()), (150, 200));
        let picture = turned.picture_within(1000, 1000);
        assert_eq!(picture.get_pixel(75, 10).0, [200, 0, 0, 255], "what was left is above now");
        assert_eq!(picture.get_pixel(75, 190).0, [0, 0, 200, 255]);
        assert_eq!(two_halves().turned(3).turned(1), two_halves());
    }

    #[test]
    fn brightness_reaches_from_black_to_white() {
        let pixel = |by| two_halves().brightened(by).picture_within(1000, 1000).get_pixel(10, 10).0;
        assert_eq!(pixel(-100), [0, 0, 0, 255]);
        assert_eq!(pixel(0), [200, 0, 0, 255]);
        assert_eq!(pixel(100), [255, 255, 255, 255]);
        assert_eq!(pixel(20), [251, 51, 51, 255]);
    }

    #[test]
    fn a_jpeg_is_the_part_that_was_chosen_and_no_larger_than_asked() {
        let part = CropBox { left: 100, top: 0, width: 100, height: 150 };
        let chosen = two_halves().cropped(part).expect("it lies inside");
        let jpeg = Photo::decode(&chosen.to_jpeg(1600, 92).expect("it encodes")).expect("it decodes");
        assert_eq!((jpeg.width(), jpeg.height()), (100, 150));
        let [red, _, blue, _] = jpeg.picture_within(1000, 1000).get_pixel(50, 75).0;
        assert!(red < 20 && blue > 180, "the right half: {red} {blue}");
        let small = two_halves().to_jpeg(150, 92).expect("it encodes");
        let small = image::load_from_memory(&small).expect("it decodes");
        assert_eq!((small.width(), small.height()), (150, 113));
    }

    #[test]
    fn pixels_have_the_limits_of_a_file() {
        let small = Photo::from_pixels(RgbaImage::new(95, 300));
        assert_eq!(small.err(), Some(PhotoError::TooSmall { width: 95, height: 300 }));
    }
}
