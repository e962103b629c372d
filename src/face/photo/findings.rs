//! What can be wrong with a photo, in words.

use std::fmt;

pub use crate::domain::PhotoSubject;

/// One thing an officer should look at before this photo is printed. Advice, never a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhotoAdvice {
    /// Nobody in the frame.
    #[error("No face was found. The face should look straight at the camera with nothing over it.")]
    NoFace,
    /// More than one person in the frame.
    #[error("{count} faces are in the frame. Only the holder's should be.")]
    MoreFaces {
        /// How many.
        count: usize,
    },
    /// The head fills too little of the frame.
    #[error("The head is small: it fills {percent} per cent of the height. Bring the frame closer.")]
    HeadSmall {
        /// Height of the head, as a part of the frame's.
        percent: u32,
    },
    /// The head fills too much of the frame.
    #[error("The head is large: it fills {percent} per cent of the height. Make the frame wider, or step back.")]
    HeadLarge {
        /// Height of the head, as a part of the frame's.
        percent: u32,
    },
    /// The head leaves the frame.
    #[error("Part of the head is outside the frame. Move the frame, or take the photo again with more room around it.")]
    HeadCut,
    /// The head is off the middle.
    #[error("The head is not in the middle: it is too far {0}. Move the frame {0}.")]
    HeadOff(Side),
    /// The head leans.
    #[error("The eyes are not level: the head leans by {degrees} degrees. Take the photo again with the head upright.")]
    Tilted {
        /// Angle between the eyes and the horizon.
        degrees: u32,
    },
    /// Few sharp edges.
    #[error("The face looks blurred. Take the photo again with the camera held still.")]
    Blurred,
    /// Little light.
    #[error("The photo is dark. The face may not be recognised on the card: take it again with more light.")]
    Dark,
    /// Much light.
    #[error("The photo is very bright. The face may look washed out on the card.")]
    Bright,
    /// Light from one side.
    #[error("One half of the face is much darker than the other. Take the photo again with light from the front.")]
    OneSided,
    /// Little difference between dark and light.
    #[error("The photo has little contrast. The face may look flat on the card: take it again with more light.")]
    Flat,
    /// Light thrown back.
    #[error("Light is thrown back from the face or from glasses. Turn the light or the glasses a little.")]
    Glare,
    /// Something behind the head.
    #[error("The background is not plain. Take the photo before a plain wall, with nobody and nothing else in it.")]
    BusyBackground,
    /// Fewer pixels than would look sharp in print.
    #[error("The photo has only {pixels_per_inch} pixels an inch at card size. 250 or more look sharp.")]
    LowResolution {
        /// Pixels of the photo for an inch on the card.
        pixels_per_inch: u32,
    },
}

/// Where to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Side {
    Left,
    Right,
    Up,
    Down,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Left => "to the left",
            Self::Right => "to the right",
            Self::Up => "up",
            Self::Down => "down",
        })
    }
}

/// What came of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing to improve.
    Good,
    /// Something to look at.
    LookAt(PhotoAdvice),
    /// It could not be judged, because no face, no eyes or no background was found.
    NotJudged,
}

/// One check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhotoCheck {
    /// Of what.
    pub subject: PhotoSubject,
    /// What came of it.
    pub verdict: Verdict,
}
