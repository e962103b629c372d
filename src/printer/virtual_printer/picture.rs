//! The printed card as an image.

use std::io::Cursor;

use image::{ImageFormat, Rgba, RgbaImage};

use super::{PrintedCard, PrintedSide};
use crate::face::planes::{HEIGHT, PixelBox, WIDTH};

/// Where the clear coat is missing, bare plastic is a little darker: light is this much of 255.
const BARE: u16 = 232;

impl PrintedCard {
    /// The front, 1016 x 642 pixels.
    #[must_use]
    pub fn picture(&self) -> RgbaImage {
        self.front.picture()
    }

    /// The front as a PNG file.
    ///
    /// # Errors
    /// What the PNG writer says; writing to memory leaves it nothing to say.
    pub fn png(&self) -> Result<Vec<u8>, image::ImageError> {
        self.front.png()
    }
}

impl PrintedSide {
    /// White plastic less the dyes; resin is black; holes of the overcoat are a shade darker.
    #[must_use]
    pub fn picture(&self) -> RgbaImage {
        let mut picture = RgbaImage::from_pixel(WIDTH as u32, HEIGHT as u32, Rgba([255; 4]));
        let planes = &self.planes;
        let dyes = planes.cyan.iter().zip(&planes.magenta).zip(&planes.yellow).zip(&planes.resin);
        for (pixel, (((cyan, magenta), yellow), resin)) in picture.pixels_mut().zip(dyes) {
            *pixel = match resin {
                0 => Rgba([255 - cyan, 255 - magenta, 255 - yellow, 255]),
                _ => Rgba([0, 0, 0, 255]),
            };
        }
        for hole in &self.overcoat.holes {
            darken(&mut picture, *hole);
        }
        picture
    }

    /// As a PNG file.
    ///
    /// # Errors
    /// What the PNG writer says; writing to memory leaves it nothing to say.
    pub fn png(&self) -> Result<Vec<u8>, image::ImageError> {
        let mut file = Cursor::new(Vec::new());
        self.picture().write_to(&mut file, ImageFormat::Png)?;
        Ok(file.into_inner())
    }
}

fn darken(picture: &mut RgbaImage, hole: PixelBox) {
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let (x, y) = (x as usize, y as usize);
        if (hole.left..hole.right).contains(&x) && (hole.top..hole.bottom).contains(&y) {
            for channel in pixel.0.iter_mut().take(3) {
                *channel = (u16::from(*channel) * BARE / 255) as u8;
            }
        }
    }
}
