//! What is judged of a holder's photo; the judging itself is the face's.

use std::fmt;

/// What is looked at in a photo, in the order it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PhotoSubject {
    /// One face, and one only.
    OneFace,
    /// How much of the frame the head fills.
    HeadSize,
    /// Where the head is in the frame.
    HeadPosition,
    /// Whether the eyes are level.
    EyesLevel,
    /// Whether the face is sharp.
    Sharpness,
    /// Whether the face is well lit.
    Exposure,
    /// Whether light is thrown back from glasses or skin.
    Glare,
    /// Whether the background is plain.
    Background,
    /// Whether there are enough pixels.
    Resolution,
}

impl PhotoSubject {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::OneFace,
        Self::HeadSize,
        Self::HeadPosition,
        Self::EyesLevel,
        Self::Sharpness,
        Self::Exposure,
        Self::Glare,
        Self::Background,
        Self::Resolution,
    ];

    /// Its name in the audit, in JSON documents and in keys of texts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OneFace => "one-face",
            Self::HeadSize => "head-size",
            Self::HeadPosition => "head-position",
            Self::EyesLevel => "eyes-level",
            Self::Sharpness => "sharpness",
            Self::Exposure => "exposure",
            Self::Glare => "glare",
            Self::Background => "background",
            Self::Resolution => "resolution",
        }
    }

    /// The subject of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|subject| subject.name() == name)
    }
}

impl fmt::Display for PhotoSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OneFace => "One face",
            Self::HeadSize => "Head size",
            Self::HeadPosition => "Head position",
            Self::EyesLevel => "Eyes level",
            Self::Sharpness => "Sharpness",
            Self::Exposure => "Light",
            Self::Glare => "Glare",
            Self::Background => "Background",
            Self::Resolution => "Resolution",
        })
    }
}
