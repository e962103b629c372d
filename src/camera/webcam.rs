//! Webcams through the system: Video4Linux on Linux, Media Foundation on Windows (crate `nokhwa`).

use image::{DynamicImage, ImageFormat, RgbImage};
use nokhwa::{
    Buffer, Camera as Device, NokhwaError,
    pixel_format::RgbFormat,
    query,
    utils::{ApiBackend, CameraIndex, FrameFormat, RequestedFormat, RequestedFormatType, Resolution},
};

use super::{Camera, CameraError, Cameras};

/// What is asked for: more makes the preview slow and shows no more on a card, whose photo is a few hundred pixels high.
const WANTED: Resolution = Resolution { width_x: 1280, height_y: 720 };
/// Pictures that are not used after opening, until the camera has found its exposure: about a third of a second.
const WARM_UP: usize = 10;
/// Damaged pictures in a row until the camera counts as failed: some cameras begin with a few.
const MOST_DAMAGED: usize = 20;

/// The webcams of this computer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Webcams;

impl Webcams {
    /// Names and places; two cameras of one name are told apart by a number.
    fn found() -> Result<Vec<(String, CameraIndex)>, CameraError> {
        let found = query(ApiBackend::Auto).map_err(|error| failed("all", &error.to_string()))?;
        let mut named: Vec<(String, CameraIndex)> = Vec::with_capacity(found.len());
        for camera in found {
            let name = camera.human_name().trim().to_owned();
            let same = |known: &str| named.iter().any(|(other, _)| other == known);
            let mut unique = name.clone();
            let mut number = 2;
            while same(&unique) {
                unique = format!("{name} ({number})");
                number += 1;
            }
            named.push((unique, camera.index().clone()));
        }
        Ok(named)
    }
}

impl Cameras for Webcams {
    fn list(&self) -> Result<Vec<String>, CameraError> {
        Ok(Self::found()?.into_iter().map(|(name, _)| name).collect())
    }

    fn open(&self, camera: &str) -> Result<Box<dyn Camera>, CameraError> {
        let index = Self::found()?.into_iter().find(|(name, _)| name == camera).map(|(_, index)| index);
        let index = index.ok_or_else(|| CameraError::Gone { camera: camera.to_owned() })?;
        let told = |error: NokhwaError| failed(camera, &error.to_string());
        let wanted = RequestedFormat::new::<RgbFormat>(RequestedFormatType::HighestResolution(WANTED));
        let any = RequestedFormat::new::<RgbFormat>(RequestedFormatType::AbsoluteHighestResolution);
        // A camera without the resolution asked for has others.
        let mut device = Device::new(index.clone(), wanted).or_else(|_| Device::new(index, any)).map_err(told)?;
        device.open_stream().map_err(told)?;
        let mut webcam = Webcam { name: camera.to_owned(), device };
        for _ in 0..WARM_UP {
            webcam.device.frame().map_err(told)?;
        }
        Ok(Box::new(webcam))
    }
}

/// A webcam in use; dropping it stops its stream.
struct Webcam {
    name: String,
    device: Device,
}

impl Camera for Webcam {
    fn size(&self) -> (u32, u32) {
        let Resolution { width_x, height_y } = self.device.resolution();
        (width_x, height_y)
    }

    fn frame(&mut self) -> Result<RgbImage, CameraError> {
        let mut damaged = String::new();
        for _ in 0..MOST_DAMAGED {
            let frame = self.device.frame().map_err(|error| failed(&self.name, &error.to_string()))?;
            match decoded(&frame) {
                Ok(picture) => return Ok(picture),
                Err(error) => damaged = error,
            }
        }
        Err(failed(&self.name, &damaged))
    }
}

/// A picture as the camera gave it: most give each as a JPEG file of its own, the others colours without compression.
fn decoded(frame: &Buffer) -> Result<RgbImage, String> {
    match frame.source_frame_format() {
        FrameFormat::MJPEG => image::load_from_memory_with_format(frame.buffer(), ImageFormat::Jpeg)
            .map(DynamicImage::into_rgb8)
            .map_err(|error| error.to_string()),
        _ => frame.decode_image::<RgbFormat>().map_err(|error| error.to_string()),
    }
}

/// What the system said, in the words of this program. `nokhwa` hands the system's own sentence on: on Linux it ends with
/// the number of errno(3) (EACCES 13, EBUSY 16, ENODEV 19), on Windows it has the code of mferror.h or winerror.h.
fn failed(camera: &str, what: &str) -> CameraError {
    let says = |words: &[&str]| words.iter().any(|word| what.contains(word));
    let camera = camera.to_owned();
    // MF_E_HW_MFT_FAILED_START_STREAMING and MF_E_VIDEO_RECORDING_DEVICE_PREEMPTED.
    if says(&["os error 16)", "0xC00D3704", "0xC00D3EA3"]) {
        CameraError::InUse { camera }
    // MF_E_VIDEO_RECORDING_DEVICE_INVALIDATED.
    } else if says(&["os error 19)", "os error 2)", "0xC00D3EA2"]) {
        CameraError::Gone { camera }
    // E_ACCESSDENIED.
    } else if says(&["os error 13)", "0x80070005"]) {
        CameraError::Refused { camera }
    } else {
        CameraError::Failed { camera, what: what.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_is_told_in_plain_words() {
        let of = |what: &str| failed("Desk", what);
        let camera = "Desk".to_owned();
        let busy = std::io::Error::from_raw_os_error(16).to_string();
        assert_eq!(of(&format!("Could not open device stream: {busy}")), CameraError::InUse { camera: camera.clone() });
        let gone = std::io::Error::from_raw_os_error(19).to_string();
        assert_eq!(of(&format!("Could not capture frame: {gone}")), CameraError::Gone { camera: camera.clone() });
        assert_eq!(of("V4L2 Error: Permission denied (os error 13)"), CameraError::Refused { camera: camera.clone() });
        assert_eq!(of("odd"), CameraError::Failed { camera, what: "odd".to_owned() });
    }

    #[test]
    fn the_system_is_asked_for_its_cameras() {
        // Whatever is plugged in here: it answers, and a name no camera has is told as gone.
        let names = Webcams.list().expect("the system answers");
        let name = "a camera nobody has";
        assert!(!names.iter().any(|known| known == name));
        assert_eq!(Webcams.open(name).err(), Some(CameraError::Gone { camera: name.to_owned() }));
    }
}
