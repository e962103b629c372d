//! The card face: template, layout, photo, pixels, the dye planes and the proof.
//!
//! A face is composed once ([`Face::compose`]); the window's preview, the proof PDF and the print job are all painted
//! from its one layout and its one set of separated planes, so they cannot differ.

mod codes;
pub mod fields;
pub mod fonts;
mod glyphs;
pub mod layout;
pub mod marks;
pub mod measure;
pub mod photo;
pub mod planes;
mod preview;
mod proof;
mod render;
pub mod samples;
mod side;
pub mod template;

use image::{RgbImage, RgbaImage};
use time::OffsetDateTime;

pub use fields::{CardFacts, FaceData, Purpose};
pub use layout::{Layout, LayoutError};
pub use marks::{Mark, PrintLimits};
pub use photo::{CropBox, Photo, PhotoChecks, PhotoError};
pub use planes::{Plane, Planes};
pub use preview::png;
pub use render::{Pictures, pictures, render};
pub use side::FaceSide;
pub use template::{Side, Template, TemplateError};

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
    /// The picture could not be written.
    #[error("The picture of the card could not be written ({0}). Nothing was printed; try again.")]
    Picture(String),
    /// The proof could not be written.
    #[error("The proof could not be written ({0}). Nothing was printed; try again, and report it if it stays.")]
    Proof(String),
}

/// A composed face.
#[derive(Clone)]
pub struct Face {
    front: FaceSide,
    back: Option<FaceSide>,
}

impl std::fmt::Debug for Face {
    /// Neither face nor name: they do not belong in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Face(..)")
    }
}

impl Face {
    /// Lays out the sides of the template, scales the photo once a place and separates it.
    ///
    /// # Errors
    /// [`FaceError`].
    pub fn compose(template: &Template, data: &FaceData) -> Result<Self, FaceError> {
        let front = FaceSide::new(Layout::new(template, Side::Front, data)?, &data.photo)?;
        let back = match template.back.is_empty() {
            true => None,
            false => Some(FaceSide::new(Layout::new(template, Side::Back, data)?, &data.photo)?),
        };
        Ok(Self { front, back })
    }

    /// The same face with the planes that one printer prints of it: preview, proof and marks are those of what comes out.
    #[must_use]
    pub fn as_printed(mut self, mut printed: impl FnMut(Side, &Planes) -> Planes) -> Self {
        for side in std::iter::once(&mut self.front).chain(&mut self.back) {
            side.planes = printed(side.layout.side, &side.planes);
        }
        self
    }

    /// The front.
    #[must_use]
    pub fn front(&self) -> &FaceSide {
        &self.front
    }

    /// The back, where the template has one.
    #[must_use]
    pub fn back(&self) -> Option<&FaceSide> {
        self.back.as_ref()
    }

    /// The sides there are, front first.
    #[must_use]
    pub fn sides(&self) -> Vec<&FaceSide> {
        std::iter::once(&self.front).chain(&self.back).collect()
    }

    /// Where everything stands on the front.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.front.layout
    }

    /// What each panel prints on the front.
    #[must_use]
    pub fn planes(&self) -> &Planes {
        &self.front.planes
    }

    /// What each panel prints on the back; `None` when nothing is printed there.
    #[must_use]
    pub fn back_planes(&self) -> Option<&Planes> {
        self.back.as_ref().filter(|back| back.is_printed()).map(|back| &back.planes)
    }

    /// The photo as it is printed on the front, before separation.
    #[must_use]
    pub fn photo(&self) -> Option<&RgbImage> {
        self.front.photo()
    }

    /// Ids of elements that depend on a card which is not known yet, and are left out.
    #[must_use]
    pub fn waiting(&self) -> Vec<&str> {
        self.sides().into_iter().flat_map(|side| &side.layout.waiting).map(String::as_str).collect()
    }

    /// The front as it would come out, 1016 x 642 pixels, transparent around the card.
    #[must_use]
    pub fn preview(&self) -> RgbaImage {
        self.front.preview()
    }

    /// The preview of the front as a PNG file.
    ///
    /// # Errors
    /// [`FaceError::Picture`].
    pub fn preview_png(&self) -> Result<Vec<u8>, FaceError> {
        self.front.preview_png()
    }

    /// The proof as a PDF of 85.60 x 53.98 mm, a page a side. The same face and date give the same bytes.
    ///
    /// # Errors
    /// [`FaceError::Proof`].
    pub fn proof_pdf(&self, date: OffsetDateTime) -> Result<Vec<u8>, FaceError> {
        proof::write(&self.sides(), date)
    }
}

#[cfg(test)]
mod tests;
