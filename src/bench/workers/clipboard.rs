//! The clipboard and the system's own dialogue: both belong to the window.

use image::RgbaImage;

use crate::bench::event::Trouble;

/// The picture in the clipboard.
///
/// # Errors
/// There is none, or the clipboard cannot be read.
#[cfg(feature = "desktop")]
pub fn photo() -> Result<RgbaImage, Trouble> {
    let picture = arboard::Clipboard::new().and_then(|mut clipboard| clipboard.get_image());
    let picture = picture.map_err(|error| match error {
        arboard::Error::ContentNotAvailable => {
            Trouble::unchanged("there is no picture in the clipboard: copy the photo first, then paste it here")
        }
        other => Trouble::unchanged(format!(
            "the clipboard cannot be read ({other}): copy the photo again, or open it from a file; nothing was changed"
        )),
    })?;
    let (width, height) = (u32::try_from(picture.width), u32::try_from(picture.height));
    match (width, height) {
        (Ok(width), Ok(height)) => RgbaImage::from_raw(width, height, picture.bytes.into_owned()),
        _ => None,
    }
    .ok_or_else(|| Trouble::unchanged("the picture in the clipboard is damaged: open the photo from its file instead"))
}

/// Lets the officer choose a file; `None` when they close the dialogue. Returns when the dialogue is closed.
#[cfg(feature = "desktop")]
pub fn choose_file() -> Result<Option<std::path::PathBuf>, Trouble> {
    Ok(rfd::FileDialog::new().set_title("Choose a photo").add_filter("Photos", &["jpg", "jpeg", "png"]).pick_file())
}

/// Lets the officer choose a picture for a card face; `None` when they close the dialogue. Returns when it is closed.
#[cfg(feature = "desktop")]
pub fn choose_artwork() -> Result<Option<std::path::PathBuf>, Trouble> {
    let dialogue = rfd::FileDialog::new().set_title("Choose a picture for the card face");
    Ok(dialogue.add_filter("Pictures", &["png", "jpg", "jpeg", "svg"]).pick_file())
}

/// Without a window there is no dialogue.
#[cfg(not(feature = "desktop"))]
pub fn choose_artwork() -> Result<Option<std::path::PathBuf>, Trouble> {
    Err(Trouble::unchanged(
        "this program was built without its window and has no dialogue: put the picture beside the card face template",
    ))
}

/// Lets the officer choose a captured print job; `None` when they close the dialogue.
#[cfg(feature = "desktop")]
pub fn choose_job() -> Result<Option<std::path::PathBuf>, Trouble> {
    Ok(rfd::FileDialog::new().set_title("Choose a captured print job").pick_file())
}

/// Without a window there is no dialogue.
#[cfg(not(feature = "desktop"))]
pub fn choose_job() -> Result<Option<std::path::PathBuf>, Trouble> {
    Err(Trouble::unchanged(
        "this program was built without its window and has no dialogue: use “cardwright printers identify --job FILE”",
    ))
}

/// Without a window there is no clipboard.
#[cfg(not(feature = "desktop"))]
pub fn photo() -> Result<RgbaImage, Trouble> {
    Err(Trouble::unchanged("this program was built without its window and reads no clipboard: name the photo's file"))
}

/// Without a window there is no dialogue.
#[cfg(not(feature = "desktop"))]
pub fn choose_file() -> Result<Option<std::path::PathBuf>, Trouble> {
    Err(Trouble::unchanged("this program was built without its window and has no dialogue: name the photo's file"))
}
