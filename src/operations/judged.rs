//! What is to be looked at in a photo, found once for each photo: a desk meets the same one at every try of an issue, and
//! finding the face in it takes about a tenth of a second.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use crate::face::{Photo, PhotoError};

/// Size of a portrait on the face at 300 dpi, about 23 x 29 mm: what its photo is judged for before an issue.
const PORTRAIT: (u32, u32) = (272, 340);

/// Photos whose advice is kept.
const MOST: usize = 32;

/// SHA-256 of a photo and the advice on it, the newest first.
static JUDGED: Mutex<VecDeque<(String, Vec<String>)>> = Mutex::new(VecDeque::new());

/// The advice on a photo, in words.
///
/// # Errors
/// [`PhotoError`] where it cannot be scaled.
pub fn advice(photo: &Photo, sha256: Option<&str>) -> Result<Vec<String>, PhotoError> {
    let judged = || JUDGED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, advice)) = judged().iter().find(|(known, _)| Some(known.as_str()) == sha256) {
        return Ok(advice.clone());
    }
    let checks = photo.checks(&photo.scaled(PORTRAIT.0, PORTRAIT.1)?, &photo.faces());
    let advice: Vec<String> = checks.advice().map(|advice| advice.to_string()).collect();
    if let Some(sha256) = sha256 {
        let mut kept = judged();
        kept.truncate(MOST - 1);
        kept.push_front((sha256.to_owned(), advice.clone()));
    }
    Ok(advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advice_of_another_photo_is_never_given_and_the_same_one_is_given_again() {
        let photo = |bytes: &[u8]| Photo::decode(bytes).expect("training photos are sound");
        let good = photo(include_bytes!("../../assets/training/photos/photo-01.jpg"));
        let small = Photo::from_pixels(image::RgbaImage::from_pixel(280, 350, image::Rgba([90, 90, 90, 255])));
        let small = small.expect("large enough");
        let first = [advice(&good, Some("good")).expect("scales"), advice(&small, Some("small")).expect("scales")];
        assert_ne!(first[0], first[1]);
        for number in 0..MOST + 2 {
            assert_eq!(advice(&small, Some("small")).expect("known"), first[1]);
            advice(&small, Some(&format!("another {number}"))).expect("scales");
            if number % 8 == 0 {
                assert_eq!(advice(&good, Some("good")).expect("known or found anew"), first[0]);
            }
        }
        assert!(JUDGED.lock().expect("not poisoned").len() <= MOST);
    }
}
