//! The next card is unlocked at once: it is not looked at first, so that the service is called twice and no more.

use std::sync::Arc;

use image::RgbaImage;

use crate::domain::{CardSerial, Holder, PasscodeRules};

/// Whose card lies in the reader, told once its job has begun and before anything was sent to it. The job waits for
/// [`super::Order::HolderSays`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whose {
    /// Who the service says the holder is.
    pub holder: Holder,
    /// Their photo, [`Whose::LARGEST_PORTRAIT`] pixels wide and high at most; none where none is on record.
    pub portrait: Option<Arc<RgbaImage>>,
    /// The card.
    pub serial: CardSerial,
    /// What a passcode of this card looks like.
    pub passcode_rules: PasscodeRules,
    /// Tries left of the passcode, where the card tells.
    pub tries_left: Option<u8>,
}

impl Whose {
    /// Width and height of the portrait at most, in pixels: a face is compared at arm's length.
    pub const LARGEST_PORTRAIT: u32 = 480;
}
