//! The holder's photo: decoded within limits, turned upright, cropped and scaled once.

pub mod checks;
mod edit;
pub mod faces;
mod findings;
mod light;
pub(super) mod scale;

use std::io::Cursor;

use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits, RgbImage,
    codecs::jpeg::JpegEncoder, metadata::Orientation,
};

pub use checks::{HeadPlace, PhotoChecks};
pub use faces::{FoundFace, Spot};
pub use findings::{PhotoAdvice, PhotoCheck, PhotoSubject, Side, Verdict};

use crate::domain::PHOTO_PIXELS_REFUSED;

/// Most bytes a photo file may have.
pub const MOST_BYTES: usize = 32 * 1024 * 1024;
/// Fewest pixels of the photo's width and height after cropping: below, a face of 24 mm shows blocks (100 an inch).
pub const FEWEST_PIXELS: (u32, u32) = (96, 120);

/// Width, height and JPEG quality tried in turn for the chip, best first.
const CHIP_SIZES: [(u32, u32, u8); 8] = [
    (480, 600, 80),
    (360, 450, 75),
    (288, 360, 70),
    (240, 300, 60),
    (192, 240, 55),
    (144, 180, 50),
    (96, 120, 40),
    (64, 80, 25),
];

/// Why a photo cannot be used. Nothing has been printed when one of these is returned.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PhotoError {
    /// Neither JPEG nor PNG.
    #[error("The photo is not a JPEG or PNG picture. No card was changed or printed; put another photo on the record.")]
    NotAPicture,
    /// Too many bytes.
    #[error(
        "The photo file has {bytes} bytes, more than the 32 MB that are read. No card was changed or printed; put a \
         smaller photo on the record."
    )]
    TooManyBytes {
        /// Size of the file.
        bytes: usize,
    },
    /// Too many pixels.
    #[error(
        "The photo has {width} x {height} pixels, and only fewer than 60 million are decoded. No card was changed or \
         printed; put a smaller photo on the record."
    )]
    TooManyPixels {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// Too few pixels.
    #[error(
        "The photo has only {width} x {height} usable pixels, too few to recognise a face on the card. No card was \
         changed or printed; take a new photo."
    )]
    TooSmall {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// It breaks off or is damaged.
    #[error(
        "The photo file is damaged or incomplete ({reason}). No card was changed or printed; put the photo on the \
         record again, or another one."
    )]
    Damaged {
        /// What the decoder said.
        reason: String,
    },
    /// The crop box is outside the photo.
    #[error("The part chosen of the photo lies outside it. No card was changed or printed; choose it again.")]
    CropOutside,
    /// It cannot be made small enough for the chip.
    #[error(
        "The photo cannot be made smaller than {smallest} bytes, but the card takes {allowed}. No card was changed; put a \
         simpler photo on the record, or leave the photo out in the card's profile."
    )]
    DoesNotFitChip {
        /// The smallest JPEG that was reached.
        smallest: usize,
        /// What was asked.
        allowed: usize,
    },
}

/// A part of the upright photo, in its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CropBox {
    /// First column.
    pub left: u32,
    /// First row.
    pub top: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// A decoded photo, upright.
#[derive(Clone, PartialEq)]
pub struct Photo {
    picture: RgbImage,
    crop: Option<CropBox>,
}

impl std::fmt::Debug for Photo {
    /// The size alone: a face does not belong in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Photo({} x {})", self.picture.width(), self.picture.height())
    }
}

impl Photo {
    /// Decodes a JPEG or PNG file and turns it as its EXIF orientation says. The header is judged before any pixel.
    ///
    /// # Errors
    /// [`PhotoError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, PhotoError> {
        let picture = decode_picture(bytes)?;
        if picture.width() < FEWEST_PIXELS.0 || picture.height() < FEWEST_PIXELS.1 {
            return Err(PhotoError::TooSmall { width: picture.width(), height: picture.height() });
        }
        Ok(Self { picture, crop: None })
    }

    /// Uses this part of the photo in place of the automatic one.
    ///
    /// # Errors
    /// [`PhotoError::CropOutside`], [`PhotoError::TooSmall`].
    pub fn cropped(mut self, crop: CropBox) -> Result<Self, PhotoError> {
        let inside = |start: u32, length: u32, size: u32| start.checked_add(length).is_some_and(|end| end <= size);
        if !inside(crop.left, crop.width, self.width()) || !inside(crop.top, crop.height, self.height()) {
            return Err(PhotoError::CropOutside);
        }
        if crop.width < FEWEST_PIXELS.0 || crop.height < FEWEST_PIXELS.1 {
            return Err(PhotoError::TooSmall { width: crop.width, height: crop.height });
        }
        self.crop = Some(crop);
        Ok(self)
    }

    /// Pixels across, upright.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.picture.width()
    }

    /// Pixels down, upright.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.picture.height()
    }

    /// The largest part of the wanted shape: across the middle, and above the middle of a tall photo, where faces are.
    #[must_use]
    pub fn crop_for(&self, width: u32, height: u32) -> CropBox {
        let start = self.crop.unwrap_or(CropBox { left: 0, top: 0, width: self.width(), height: self.height() });
        let (across, down) = (u64::from(width.max(1)), u64::from(height.max(1)));
        let fitting_width = u64::from(start.height) * across / down;
        if fitting_width <= u64::from(start.width) {
            let kept = u32::try_from(fitting_width).unwrap_or(start.width).clamp(1, start.width);
            CropBox { left: start.left + (start.width - kept) / 2, width: kept, ..start }
        } else {
            let kept =
                u32::try_from(u64::from(start.width) * down / across).unwrap_or(start.height).clamp(1, start.height);
            // A third of what is cut off goes from the top, two thirds from the bottom.
            CropBox { top: start.top + (start.height - kept) / 3, height: kept, ..start }
        }
    }

    /// The photo cropped to the shape and scaled to exactly `width` x `height` pixels, once, with a Catmull-Rom
    /// filter over all the pixels that each covers.
    ///
    /// # Errors
    /// [`PhotoError::TooSmall`] when the cropped part has too few pixels.
    pub fn scaled(&self, width: u32, height: u32) -> Result<RgbImage, PhotoError> {
        let crop = self.crop_for(width, height);
        if crop.width < FEWEST_PIXELS.0 || crop.height < FEWEST_PIXELS.1 {
            return Err(PhotoError::TooSmall { width: crop.width, height: crop.height });
        }
        Ok(self.part(crop, (width.max(1), height.max(1))))
    }

    /// The faces in the whole photo, the largest first: about a tenth of a second, so never while drawing.
    #[must_use]
    pub fn faces(&self) -> Vec<FoundFace> {
        faces::find(&self.picture)
    }

    /// Judges the photo, or the part chosen of it, which [`Photo::scaled`] made into `printed`.
    #[must_use]
    pub fn checks(&self, printed: &RgbImage, faces: &[FoundFace]) -> PhotoChecks {
        let crop = self.crop_for(printed.width(), printed.height());
        PhotoChecks::of((self.width(), self.height()), crop, printed, faces)
    }

    /// A part of the photo at this size.
    fn part(&self, part: CropBox, size: (u32, u32)) -> RgbImage {
        scale::scaled(&self.picture, part, size)
    }

    /// The photo as a JPEG of at most `most_bytes`, 4:5 and at most 480 x 600, for the chip's facial image object
    /// (SP 800-73-4 part 1 table 42 gives it 12,710 bytes).
    ///
    /// # Errors
    /// [`PhotoError::DoesNotFitChip`].
    pub fn facial_image(&self, most_bytes: usize) -> Result<Vec<u8>, PhotoError> {
        let mut smallest = usize::MAX;
        for (width, height, quality) in CHIP_SIZES {
            // A tenth of a byte a pixel is less than a portrait ever takes at these qualities: no use in trying.
            if u64::from(width) * u64::from(height) / 10 > most_bytes as u64 && width > 64 {
                continue;
            }
            let crop = self.crop_for(width, height);
            if crop.width < width && width > 96 {
                continue;
            }
            let picture = self.part(crop, (width, height));
            let mut jpeg = Vec::new();
            JpegEncoder::new_with_quality(&mut jpeg, quality)
                .write_image(picture.as_raw(), width, height, ExtendedColorType::Rgb8)
                .map_err(|error| PhotoError::Damaged { reason: error.to_string() })?;
            if jpeg.len() <= most_bytes {
                return Ok(jpeg);
            }
            smallest = smallest.min(jpeg.len());
        }
        Err(PhotoError::DoesNotFitChip { smallest, allowed: most_bytes })
    }
}

/// Decodes a JPEG or PNG within the limits, upright, on white where it is transparent.
pub(super) fn decode_picture(bytes: &[u8]) -> Result<RgbImage, PhotoError> {
    if bytes.len() > MOST_BYTES {
        return Err(PhotoError::TooManyBytes { bytes: bytes.len() });
    }
    let damaged = |error: image::ImageError| PhotoError::Damaged { reason: error.to_string() };
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| PhotoError::NotAPicture)?;
    let format = reader.format().ok_or(PhotoError::NotAPicture)?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png) {
        return Err(PhotoError::NotAPicture);
    }
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) >= PHOTO_PIXELS_REFUSED {
        return Err(PhotoError::TooManyPixels { width, height });
    }
    if width == 0 || height == 0 {
        return Err(PhotoError::TooSmall { width, height });
    }
    if format == ImageFormat::Jpeg && !jpeg_is_whole(bytes) {
        return Err(PhotoError::Damaged { reason: "it breaks off before its end".into() });
    }
    let mut limits = Limits::default();
    // Eight bytes a pixel is the most any supported format decodes to.
    limits.max_alloc = Some(PHOTO_PIXELS_REFUSED * 8);
    decoder.set_limits(limits).map_err(damaged)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    picture.apply_orientation(orientation);
    Ok(if picture.color().has_alpha() { on_white(&picture) } else { picture.into_rgb8() })
}

/// The decoder fills what is missing with grey and says nothing; the end marker after the last scan says it for us.
/// (ITU-T T.81 B.1.1.3: FF DA starts a scan, FF D9 ends the picture, and neither can stand inside coded data.)
fn jpeg_is_whole(bytes: &[u8]) -> bool {
    let last = |marker: [u8; 2]| bytes.windows(2).rposition(|pair| pair == marker);
    match (last([0xFF, 0xDA]), last([0xFF, 0xD9])) {
        (Some(scan), Some(end)) => end > scan,
        _ => false,
    }
}

fn on_white(picture: &DynamicImage) -> RgbImage {
    let source = picture.to_rgba8();
    let mut flat = RgbImage::new(source.width(), source.height());
    for (to, from) in flat.pixels_mut().zip(source.pixels()) {
        let [red, green, blue, alpha] = from.0;
        let mix = |channel: u8| {
            let sum = u32::from(channel) * u32::from(alpha) + 255 * (255 - u32::from(alpha));
            u8::try_from((sum + 127) / 255).unwrap_or(u8::MAX)
        };
        to.0 = [mix(red), mix(green), mix(blue)];
    }
    flat
}

#[cfg(test)]
mod tests;
