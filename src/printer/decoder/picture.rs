//! The printed card as an image.

use std::io::Cursor;

use image::{GrayImage, ImageFormat, Luma, Rgba, RgbaImage, imageops::crop_imm};

use super::{PrintedCard, PrintedSide};
use crate::face::planes::{HEIGHT, PixelBox, WIDTH};

/// Where the clear coat is missing, bare plastic is a little darker: light is this much of 255.
const BARE: u16 = 232;

/// One panel of the ribbon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Panel {
    Yellow,
    Magenta,
    Cyan,
    Resin,
    Overcoat,
}

impl Panel {
    /// In the order in which they print.
    pub const ALL: [Self; 5] = [Self::Yellow, Self::Magenta, Self::Cyan, Self::Resin, Self::Overcoat];

    /// Its name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Yellow => "yellow",
            Self::Magenta => "magenta",
            Self::Cyan => "cyan",
            Self::Resin => "resin",
            Self::Overcoat => "overcoat",
        }
    }
}

impl PrintedCard {
    /// The front, 1016 x 642 pixels on every head of ours.
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
        crop_imm(&picture, 0, 0, self.width(), HEIGHT as u32).to_image()
    }

    /// Of the pictures.
    fn width(&self) -> u32 {
        self.columns.min(WIDTH) as u32
    }

    /// One panel alone, black where it prints in full; `None` where it prints nothing.
    #[must_use]
    pub fn panel(&self, panel: Panel) -> Option<GrayImage> {
        let planes = &self.planes;
        let (values, full) = match panel {
            Panel::Yellow => (&planes.yellow, 255),
            Panel::Magenta => (&planes.magenta, 255),
            Panel::Cyan => (&planes.cyan, 255),
            Panel::Resin => (&planes.resin, 1),
            Panel::Overcoat => return self.coat(),
        };
        if values.iter().all(|value| *value == 0) {
            return None;
        }
        let mut picture = GrayImage::new(WIDTH as u32, HEIGHT as u32);
        for (pixel, value) in picture.pixels_mut().zip(values) {
            *pixel = Luma([255 - (value * (255 / full))]);
        }
        Some(crop_imm(&picture, 0, 0, self.width(), HEIGHT as u32).to_image())
    }

    fn coat(&self) -> Option<GrayImage> {
        let area = self.overcoat.area?;
        Some(GrayImage::from_fn(self.width(), HEIGHT as u32, |x, y| {
            let hole = self.overcoat.holes.iter().any(|hole| contains(*hole, x, y));
            Luma([if contains(area, x, y) && !hole { 0 } else { 255 }])
        }))
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

fn contains(area: PixelBox, x: u32, y: u32) -> bool {
    (area.left..area.right).contains(&(x as usize)) && (area.top..area.bottom).contains(&(y as usize))
}

fn darken(picture: &mut RgbaImage, hole: PixelBox) {
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        if contains(hole, x, y) {
            for channel in pixel.0.iter_mut().take(3) {
                *channel = (u16::from(*channel) * BARE / 255) as u8;
            }
        }
    }
}
