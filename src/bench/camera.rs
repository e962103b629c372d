//! The camera at the desk: what is asked of its worker, and what it tells.

use std::sync::Arc;

use image::RgbaImage;

use crate::face::Photo;

/// What is asked. At most one camera is in use; each order after the first carries the number of the one that opened it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CameraOrder {
    /// Open a camera: this one, or the first. Another that is open is released before.
    Open(Option<String>),
    /// Give the next picture. Whoever shows them asks for one after the other, so that none waits to be shown.
    Next,
    /// Make a photo of the picture that was given last, and release the camera.
    Take,
    /// Release the camera.
    Close,
}

/// What is told.
#[derive(Debug, Clone)]
pub enum CameraTold {
    /// The camera is in use from now on.
    Open {
        /// Its name.
        camera: String,
        /// All cameras there are.
        all: Vec<String>,
    },
    /// What it sees now: 800 pixels wide and high at most.
    Frame(Arc<RgbaImage>),
    /// The photo and a picture of it, at most 1,000 pixels wide and high. The camera is released.
    Taken(Arc<Photo>, Arc<RgbaImage>),
}
