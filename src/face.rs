//! The card face: template, layout, photo, pixels, the dye planes and the proof.
//!
//! A face is composed once ([`Face::compose`]); the window's preview, the proof PDF and the print job are all painted
//! from its one layout and its one set of separated planes, so they cannot differ.

pub mod fonts;
mod glyphs;
pub mod layout;
pub mod measure;
pub mod photo;
pub mod planes;
mod preview;
mod proof;
mod render;
pub mod template;

use image::{RgbImage, RgbaImage};
use time::OffsetDateTime;

pub use layout::{Layout, LayoutError, Purpose};
pub use photo::{CropBox, Photo, PhotoChecks, PhotoError};
pub use planes::Planes;
pub use preview::png;
pub use render::{Pictures, render};
pub use template::{Template, TemplateError};

use crate::domain::HolderId;

/// Why there is no face. Nothing was printed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FaceError {
    /// A text does not stand on the card.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// The photo cannot be used.
    #[error(transparent)]
    Photo(#[from] PhotoError),
    /// The template is wrong.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The template names artwork that was not read with it.
    #[error(
        "The card face template names artwork, but was read without its folder. Nothing was printed; open the template from its file."
    )]
    ArtworkMissing,
    /// The picture could not be written.
    #[error("The picture of the card could not be written ({0}). Nothing was printed; try again.")]
    Picture(String),
    /// The proof could not be written.
    #[error("The proof could not be written ({0}). Nothing was printed; try again, and report it if it stays.")]
    Proof(String),
}

/// What is different on every card.
#[derive(Debug, Clone)]
pub struct FaceData {
    /// The name as printed.
    pub name: String,
    /// The holder's number.
    pub number: HolderId,
    /// The photo.
    pub photo: Photo,
    /// Whether the training mark is printed.
    pub purpose: Purpose,
}

/// A composed face.
#[derive(Clone)]
pub struct Face {
    layout: Layout,
    photo: RgbImage,
    artwork: Option<RgbImage>,
    planes: Planes,
}

impl std::fmt::Debug for Face {
    /// Neither face nor name: they do not belong in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Face(..)")
    }
}

impl Face {
    /// Lays out the face, scales the photo once and separates it.
    ///
    /// # Errors
    /// [`FaceError`].
    pub fn compose(template: &Template, data: &FaceData) -> Result<Self, FaceError> {
        let layout = Layout::new(template, &data.name, &data.number.grouped(), data.purpose)?;
        let (width, height) = pixels(&layout.photo);
        let photo = data.photo.scaled(width, height)?;
        let artwork = match (&layout.artwork, &template.artwork_picture) {
            (None, _) => None,
            (Some(_), None) => return Err(FaceError::ArtworkMissing),
            (Some(area), Some(picture)) => Some(contained(picture, pixels(area))),
        };
        let planes = render(&layout, Pictures { photo: &photo, artwork: artwork.as_ref() });
        Ok(Self { layout, photo, artwork, planes })
    }

    /// Where everything stands.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// What each panel prints.
    #[must_use]
    pub fn planes(&self) -> &Planes {
        &self.planes
    }

    /// The photo as it is printed, before separation.
    #[must_use]
    pub fn photo(&self) -> &RgbImage {
        &self.photo
    }

    /// The site's artwork as it is printed, before separation.
    #[must_use]
    pub fn artwork(&self) -> Option<&RgbImage> {
        self.artwork.as_ref()
    }

    /// The card as it would come out, 1016 x 642 pixels, transparent around the card.
    #[must_use]
    pub fn preview(&self) -> RgbaImage {
        self.planes.preview(&self.layout)
    }

    /// The preview as a PNG file.
    ///
    /// # Errors
    /// [`FaceError::Picture`].
    pub fn preview_png(&self) -> Result<Vec<u8>, FaceError> {
        png(&self.preview())
    }

    /// The proof as a PDF of 85.60 x 53.98 mm. The same face and date give the same bytes.
    ///
    /// # Errors
    /// [`FaceError::Proof`].
    pub fn proof_pdf(&self, date: OffsetDateTime) -> Result<Vec<u8>, FaceError> {
        proof::write(&self.layout, &self.planes, date)
    }
}

fn pixels(area: &measure::Area) -> (u32, u32) {
    let place = area.nearest_pixels();
    // A pixel box lies inside the 1016 x 642 image.
    (place.width() as u32, place.height() as u32)
}

/// The whole picture, as large as it fits, on white.
fn contained(picture: &RgbImage, (width, height): (u32, u32)) -> RgbImage {
    let fitted = image::DynamicImage::ImageRgb8(picture.clone())
        .resize(width.max(1), height.max(1), image::imageops::FilterType::CatmullRom)
        .into_rgb8();
    let mut place = RgbImage::from_pixel(width, height, image::Rgb([255, 255, 255]));
    let left = i64::from(width.saturating_sub(fitted.width()) / 2);
    let top = i64::from(height.saturating_sub(fitted.height()) / 2);
    image::imageops::replace(&mut place, &fitted, left, top);
    place
}

#[cfg(test)]
mod tests;
