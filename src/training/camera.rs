//! The virtual camera: a drawn portrait that moves a little, so that taking a photo can be practised with no camera and
//! nobody in front of it.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use image::{Rgb, RgbImage, RgbaImage};

use super::PHOTOS;
use crate::{
    camera::{Camera, CameraError, Cameras},
    face::Photo,
};

/// Its name.
pub const NAME: &str = "Virtual camera";
/// Width and height of its pictures in pixels, as many webcams have them.
const SIZE: (u32, u32) = (1280, 720);
/// Time between two pictures: 15 in a second, as a webcam has in the light of a room.
const BETWEEN: Duration = Duration::from_millis(66);
/// How far the portrait moves to each side and down, in pixels.
const SWAY: u32 = 12;
/// Pictures until it is back where it was.
const ROUND: f32 = 45.0;

/// The virtual camera. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct VirtualCamera(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    pulled_out: bool,
    user: Option<User>,
    frames: u64,
}

/// Who uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum User {
    /// This program.
    Here,
    /// Another program, as somebody practises it.
    Elsewhere,
}

impl VirtualCamera {
    /// It is pulled out of its socket; a picture that is waited for does not come.
    pub fn pull_out(&self) {
        self.change(|state| state.pulled_out = true);
    }

    /// It is plugged in again.
    pub fn plug_in(&self) {
        self.change(|state| state.pulled_out = false);
    }

    /// Another program takes it, where nobody has it.
    pub fn take_elsewhere(&self) {
        self.change(|state| state.user = state.user.or(Some(User::Elsewhere)));
    }

    /// That program gives it back.
    pub fn give_back(&self) {
        self.change(|state| state.user = state.user.filter(|user| *user == User::Here));
    }

    /// Who uses it at this moment: its light is on.
    #[must_use]
    pub fn user(&self) -> Option<User> {
        self.lock().user
    }

    /// Pictures it gave since it was made.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.lock().frames
    }

    /// Waits until nobody uses it, no longer than this; whether that is so.
    #[must_use]
    pub fn wait_until_free(&self, limit: Duration) -> bool {
        let used = |state: &mut State| state.user.is_some();
        let waited = self.0.changed.wait_timeout_while(self.lock(), limit, used);
        waited.unwrap_or_else(PoisonError::into_inner).0.user.is_none()
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.0.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half-way through a change.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cameras for VirtualCamera {
    fn list(&self) -> Result<Vec<String>, CameraError> {
        Ok(if self.lock().pulled_out { Vec::new() } else { vec![NAME.to_owned()] })
    }

    fn open(&self, camera: &str) -> Result<Box<dyn Camera>, CameraError> {
        let mut state = self.lock();
        let camera = camera.to_owned();
        if state.pulled_out || camera != NAME {
            return Err(CameraError::Gone { camera });
        }
        if state.user.is_some() {
            return Err(CameraError::InUse { camera });
        }
        let scene = scene().map_err(|what| CameraError::Failed { camera, what })?;
        state.user = Some(User::Here);
        drop(state);
        Ok(Box::new(Open { camera: self.clone(), scene, due: Instant::now() }))
    }
}

/// The camera in use.
struct Open {
    camera: VirtualCamera,
    scene: RgbImage,
    due: Instant,
}

impl Camera for Open {
    fn size(&self) -> (u32, u32) {
        SIZE
    }

    fn frame(&mut self) -> Result<RgbImage, CameraError> {
        let left = self.due.saturating_duration_since(Instant::now());
        let there = |state: &mut State| !state.pulled_out;
        let waited = self.camera.0.changed.wait_timeout_while(self.camera.lock(), left, there);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner).0;
        if state.pulled_out {
            return Err(CameraError::Gone { camera: NAME.to_owned() });
        }
        let turn = state.frames as f32 / ROUND * std::f32::consts::TAU;
        state.frames += 1;
        drop(state);
        self.due = Instant::now() + BETWEEN;
        let sway = SWAY as f32;
        // Both lie between 0 and twice the sway: that much larger is the scene.
        let (right, down) =
            ((sway + sway * turn.sin()).round() as u32, (sway + sway * (2.0 * turn).cos()).round() as u32);
        Ok(image::imageops::crop_imm(&self.scene, right, down, SIZE.0, SIZE.1).to_image())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.camera.change(|state| state.user = state.user.filter(|user| *user == User::Elsewhere));
    }
}

/// What stands in front of the camera: a training portrait before a wall of its own background, a little larger than a
/// picture.
fn scene() -> Result<RgbImage, String> {
    let (width, height) = (SIZE.0 + 2 * SWAY, SIZE.1 + 2 * SWAY);
    let portrait = Photo::decode(PHOTOS[11].1).map_err(|error| error.to_string())?.picture_within(width, height);
    let left = (width - portrait.width().min(width)) / 2;
    let row = |y: u32| y.min(portrait.height().saturating_sub(1));
    Ok(RgbImage::from_fn(width, height, |x, y| {
        // Beside the portrait goes on what is at its edge.
        let across = x.saturating_sub(left).min(portrait.width().saturating_sub(1));
        rgb(&portrait, across, row(y))
    }))
}

fn rgb(picture: &RgbaImage, x: u32, y: u32) -> Rgb<u8> {
    let [red, green, blue, _] = picture.get_pixel(x, y).0;
    Rgb([red, green, blue])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_moves_has_one_face_and_one_user() {
        let camera = VirtualCamera::default();
        assert_eq!(camera.list(), Ok(vec![NAME.to_owned()]));
        let mut open = camera.open(NAME).expect("nobody has it");
        assert_eq!(camera.open(NAME).err(), Some(CameraError::InUse { camera: NAME.to_owned() }));
        let first = open.frame().expect("a picture");
        assert_eq!(first.dimensions(), open.size());
        assert_ne!(first, open.frame().expect("the next"));
        let photo = Photo::from_pixels(image::DynamicImage::ImageRgb8(first).into_rgba8()).expect("large enough");
        assert_eq!(photo.faces().len(), 1);
        drop(open);
        assert_eq!((camera.user(), camera.frames()), (None, 2));
        camera.take_elsewhere();
        assert_eq!(camera.open(NAME).err(), Some(CameraError::InUse { camera: NAME.to_owned() }));
        camera.give_back();
        let mut open = camera.open(NAME).expect("it was given back");
        camera.pull_out();
        assert_eq!(open.frame(), Err(CameraError::Gone { camera: NAME.to_owned() }));
        assert_eq!(camera.list(), Ok(Vec::new()));
        drop(open);
        camera.plug_in();
        assert!(camera.open(NAME).is_ok());
        assert!(camera.wait_until_free(Duration::ZERO), "dropping it frees it");
    }
}
