//! Cameras at the desk: which there are, one of them opened, and one picture after the other.
//!
//! A picture is in memory alone: nothing here writes one to a disk. A camera is in use, and its light is on, from
//! [`Cameras::open`] until what that gave is dropped.

#[cfg(feature = "webcam")]
mod webcam;

use std::sync::Arc;

use image::RgbImage;

#[cfg(feature = "webcam")]
pub use self::webcam::Webcams;

/// The cameras of one kind.
pub trait Cameras: Send + Sync {
    /// Their names, each once; none where there is none.
    ///
    /// # Errors
    /// The system does not tell, or this program has no way to cameras.
    fn list(&self) -> Result<Vec<String>, CameraError>;

    /// Opens the camera of this name. Nobody else can use it until the camera is dropped.
    ///
    /// # Errors
    /// There is none of this name, another program uses it, or the system does not give it.
    fn open(&self, camera: &str) -> Result<Box<dyn Camera>, CameraError>;
}

/// A camera in use. It stays in the thread that opened it, as Windows wants it.
pub trait Camera {
    /// Width and height of its pictures, in pixels.
    fn size(&self) -> (u32, u32);

    /// The next picture. It waits until the camera has one: a thirtieth of a second is usual.
    ///
    /// # Errors
    /// The camera was pulled out, or gives no picture.
    fn frame(&mut self) -> Result<RgbImage, CameraError>;
}

/// Why there is no picture. Nothing was changed by any of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CameraError {
    /// No camera is plugged in.
    #[error("no camera was found: plug one in and try again, or take the photo from a file; nothing was changed")]
    NotFound,
    /// This program was compiled without the feature `webcam`.
    #[error(
        "this version of the program cannot use a camera: take the photo with another program and open its file here; \
         nothing was changed"
    )]
    NotBuilt,
    /// A name was given that no camera has.
    #[error("there is no camera “{camera}”; there is {others}: choose one of these; nothing was changed")]
    Unknown {
        /// The name.
        camera: String,
        /// Those that there are.
        others: String,
    },
    /// Another program has it.
    #[error(
        "another program is using the camera “{camera}”: close it there (a video call keeps the camera), then try again; \
         nothing was changed"
    )]
    InUse {
        /// Its name.
        camera: String,
    },
    /// It was there and is not any more.
    #[error("the camera “{camera}” was pulled out: plug it in again and try once more; nothing was changed")]
    Gone {
        /// Its name.
        camera: String,
    },
    /// The system does not let this program use it.
    #[error(
        "this computer does not let the program use the camera “{camera}”: allow it in the privacy settings, or ask who looks \
         after the computer; nothing was changed"
    )]
    Refused {
        /// Its name.
        camera: String,
    },
    /// Anything else.
    #[error(
        "the camera “{camera}” gives no picture ({what}): unplug it, plug it in again and try once more, or take the photo \
         from a file; nothing was changed"
    )]
    Failed {
        /// Its name.
        camera: String,
        /// What it said.
        what: String,
    },
}

/// Cameras of several kinds, in this order.
#[derive(Clone)]
pub struct SeveralCameras(Vec<Arc<dyn Cameras>>);

impl SeveralCameras {
    /// All of these. With no kind at all this program cannot use cameras.
    #[must_use]
    pub fn new(kinds: Vec<Arc<dyn Cameras>>) -> Self {
        Self(kinds)
    }
}

impl Cameras for SeveralCameras {
    fn list(&self) -> Result<Vec<String>, CameraError> {
        let mut names: Vec<String> = Vec::new();
        let mut trouble = if self.0.is_empty() { CameraError::NotBuilt } else { CameraError::NotFound };
        for kind in &self.0 {
            match kind.list() {
                Ok(found) => names.extend(found),
                Err(error) => trouble = error,
            }
        }
        if names.is_empty() { Err(trouble) } else { Ok(names) }
    }

    fn open(&self, camera: &str) -> Result<Box<dyn Camera>, CameraError> {
        // What is listed is what can be opened; the first kind with this name has it.
        let with = self.0.iter().find(|kind| kind.list().is_ok_and(|names| names.iter().any(|name| name == camera)));
        match with {
            Some(kind) => kind.open(camera),
            None => {
                let others = self.list()?.iter().map(|name| format!("“{name}”")).collect::<Vec<_>>().join(", ");
                Err(CameraError::Unknown { camera: camera.to_owned(), others })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(Result<Vec<String>, CameraError>);

    impl Cameras for Fixed {
        fn list(&self) -> Result<Vec<String>, CameraError> {
            self.0.clone()
        }

        fn open(&self, camera: &str) -> Result<Box<dyn Camera>, CameraError> {
            Err(CameraError::InUse { camera: camera.to_owned() })
        }
    }

    #[test]
    fn several_kinds_are_one_list_and_what_is_not_there_is_told() {
        let fixed = |list| Arc::new(Fixed(list)) as Arc<dyn Cameras>;
        assert_eq!(SeveralCameras::new(Vec::new()).list(), Err(CameraError::NotBuilt));
        assert_eq!(SeveralCameras::new(vec![fixed(Ok(Vec::new()))]).list(), Err(CameraError::NotFound));
        let silent = CameraError::Failed { camera: "all".to_owned(), what: "silent".to_owned() };
        let both = SeveralCameras::new(vec![fixed(Err(silent.clone())), fixed(Ok(vec!["Desk".to_owned()]))]);
        assert_eq!(both.list(), Ok(vec!["Desk".to_owned()]), "one kind that fails does not hide the other");
        assert_eq!(SeveralCameras::new(vec![fixed(Err(silent.clone()))]).list(), Err(silent));
        assert_eq!(both.open("Desk").err(), Some(CameraError::InUse { camera: "Desk".to_owned() }));
        let unknown = both.open("Door").err().expect("there is none").to_string();
        assert!(unknown.contains("“Door”; there is “Desk”"), "{unknown}");
    }
}
