//! The worker of the camera: it alone holds the one that is in use, and a picture that nobody asks for is not made.

use std::sync::Arc;

use image::{DynamicImage, RgbImage, RgbaImage};

use super::{
    common::Common,
    pictures::{LARGEST_SHOWN, trouble},
    question::Question,
    teller::serve,
};
use crate::{
    bench::{
        camera::{CameraOrder, CameraTold},
        event::{Event, Trouble},
        order::{Order, Ticket},
    },
    camera::{Camera, CameraError},
    face::Photo,
};

/// Width and height of a picture of the preview at most: it moves, so fewer pixels are seen than in a photo.
const LARGEST_MOVING: u32 = 800;

/// Runs until the lane is closed; then the camera is free.
pub fn run(common: &Common) {
    let mut open = None;
    serve(&common.camera, &common.teller, Question::of, |order| {
        if let Order::Camera { ticket, order } = order {
            carry_out(common, &mut open, ticket, order);
        }
    });
}

/// A camera in use.
struct Open {
    /// The question that opened it.
    ticket: Ticket,
    camera: Box<dyn Camera>,
    /// The picture that was given last, as the camera gave it.
    newest: Option<RgbImage>,
}

fn carry_out(common: &Common, open: &mut Option<Open>, ticket: Ticket, order: CameraOrder) {
    if matches!(order, CameraOrder::Open(_) | CameraOrder::Close) {
        *open = None;
    }
    let result = match order {
        CameraOrder::Open(wanted) => start(common, wanted).map(|(camera, told)| {
            *open = Some(Open { ticket, camera, newest: None });
            told
        }),
        CameraOrder::Close => return,
        CameraOrder::Next | CameraOrder::Take => match open.take().filter(|open| open.ticket == ticket) {
            // Of a camera that was released meanwhile.
            None => return,
            Some(now) if order == CameraOrder::Take => take(now.newest),
            Some(mut now) => match now.camera.frame() {
                Ok(frame) => {
                    let shown = small(&frame);
                    *open = Some(Open { newest: Some(frame), ..now });
                    Ok(CameraTold::Frame(Arc::new(shown)))
                }
                Err(error) => Err(told(&error)),
            },
        },
    };
    common.tell(Event::Camera { ticket, result });
}

fn start(common: &Common, wanted: Option<String>) -> Result<(Box<dyn Camera>, CameraTold), Trouble> {
    let cameras = &common.workplace.bench.cameras;
    let all = cameras.list().map_err(|error| told(&error))?;
    let camera = match wanted {
        Some(name) => name,
        None => all.first().cloned().ok_or_else(|| told(&CameraError::NotFound))?,
    };
    let opened = cameras.open(&camera).map_err(|error| told(&error))?;
    Ok((opened, CameraTold::Open { camera, all }))
}

/// A photo of the picture that was seen last.
fn take(newest: Option<RgbImage>) -> Result<CameraTold, Trouble> {
    let newest = newest.ok_or_else(|| {
        Trouble::unchanged("the camera has shown no picture yet: wait until it does, then take the photo")
    })?;
    let photo = Photo::from_pixels(DynamicImage::ImageRgb8(newest).into_rgba8()).map_err(trouble)?;
    let picture = photo.picture_within(LARGEST_SHOWN, LARGEST_SHOWN);
    Ok(CameraTold::Taken(Arc::new(photo), Arc::new(picture)))
}

fn small(frame: &RgbImage) -> RgbaImage {
    let larger = frame.width().max(frame.height());
    if larger <= LARGEST_MOVING {
        return DynamicImage::ImageRgb8(frame.clone()).into_rgba8();
    }
    let part = |side: u32| (u64::from(side) * u64::from(LARGEST_MOVING) / u64::from(larger)).max(1) as u32;
    let shown = image::imageops::thumbnail(frame, part(frame.width()), part(frame.height()));
    DynamicImage::ImageRgb8(shown).into_rgba8()
}

fn told(error: &CameraError) -> Trouble {
    Trouble::unchanged(error.to_string())
}
