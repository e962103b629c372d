//! One composed side.

use image::{RgbImage, RgbaImage};

use super::{
    FaceError,
    layout::{Layout, Shape},
    photo::Photo,
    planes::Planes,
    preview::png,
    render::{Pictures, pictures, render},
};

/// A side: where everything stands, its pictures as they are printed, and what each panel prints.
#[derive(Clone)]
pub struct FaceSide {
    /// Where everything stands.
    pub layout: Layout,
    /// The pictures as they are printed, before separation.
    pub pictures: Pictures,
    /// What each panel prints.
    pub planes: Planes,
}

impl FaceSide {
    pub(super) fn new(layout: Layout, photo: &Photo) -> Result<Self, FaceError> {
        let pictures = pictures(&layout, photo)?;
        let planes = render(&layout, &pictures);
        Ok(Self { layout, pictures, planes })
    }

    /// The photo as it is printed on this side, before separation.
    #[must_use]
    pub fn photo(&self) -> Option<&RgbImage> {
        let mut elements = self.layout.elements.iter().zip(&self.pictures);
        elements.find(|(element, _)| element.shape == Shape::Photo).and_then(|(_, picture)| picture.as_ref())
    }

    /// Whether any panel prints something here.
    #[must_use]
    pub fn is_printed(&self) -> bool {
        self.planes.is_printed()
    }

    /// The side as it would come out, 1016 x 642 pixels, transparent around the card.
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
}
