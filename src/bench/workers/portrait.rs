//! Small photos for lists and tiles, decoded once each.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use image::RgbaImage;

use super::common::locked;
use crate::{
    bench::event::Trouble,
    cis2::Service,
    domain::{Holder, HolderId},
    face::Photo,
};

/// Height and width of a portrait at most, in pixels.
const LARGEST: u32 = 120;
/// Portraits kept: 120 pixels high they have 46 kB each.
const MOST_KEPT: usize = 512;

/// Whose photo, and the hash of its file.
type Key = (HolderId, String);

/// Portraits that were decoded. A photo that is replaced has another hash, so that no old one is shown for it.
#[derive(Default)]
pub struct Portraits(Mutex<BTreeMap<Key, Arc<RgbaImage>>>);

impl Portraits {
    /// The portrait of a holder; `None` when there is no photo on record.
    ///
    /// # Errors
    /// The service does not give the photo, or it cannot be decoded.
    pub fn of(&self, service: &dyn Service, holder: &Holder) -> Result<Option<Arc<RgbaImage>>, Trouble> {
        self.with(holder, || service.photo(&holder.id).map_err(|error| Trouble::from(&error)))
    }

    /// The same, with a way of its own to the photo.
    ///
    /// # Errors
    /// There is no way to the photo, or it cannot be decoded.
    pub fn with(
        &self,
        holder: &Holder,
        photo: impl FnOnce() -> Result<Vec<u8>, Trouble>,
    ) -> Result<Option<Arc<RgbaImage>>, Trouble> {
        let Some(hash) = &holder.photo_sha256 else { return Ok(None) };
        let key = (holder.id.clone(), hash.clone());
        if let Some(known) = locked(&self.0).get(&key) {
            return Ok(Some(known.clone()));
        }
        let bytes = photo()?;
        let photo = Photo::decode(&bytes).map_err(|error| Trouble::unchanged(error.to_string()))?;
        let portrait = Arc::new(photo.picture_within(LARGEST, LARGEST));
        let mut kept = locked(&self.0);
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(key, portrait.clone());
        Ok(Some(portrait))
    }
}
