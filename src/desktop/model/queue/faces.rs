//! Names and small photos of the holders in sight. The journal holds numbers only, so both are asked for, for what is
//! looked at, and forgotten when the session ends.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use image::RgbaImage;

use crate::{
    bench::{Event, Order},
    desktop::model::Model,
    domain::HolderId,
};

/// Portraits that are kept: 120 pixels high they have 46 kB each.
const MOST_PORTRAITS: usize = 256;
/// Names that are kept.
const MOST_NAMES: usize = 20_000;
/// Portraits that are asked for at a time, so that a photo an officer opens does not wait behind a long list.
const PORTRAITS_AT_A_TIME: usize = 6;
/// Names in one question.
const NAMES_AT_A_TIME: usize = 48;

/// What is known of holders.
#[derive(Debug, Default)]
pub struct Faces {
    names: HashMap<HolderId, String>,
    names_asked: HashSet<HolderId>,
    portraits: HashMap<HolderId, Option<Arc<RgbaImage>>>,
    oldest: VecDeque<HolderId>,
    portraits_asked: HashSet<HolderId>,
    refused: HashSet<HolderId>,
}

impl Faces {
    /// The name printed on their card, once it is known.
    #[must_use]
    pub fn name(&self, holder: &HolderId) -> Option<&str> {
        self.names.get(holder).map(String::as_str)
    }

    /// Their portrait, once it is known.
    #[must_use]
    pub fn portrait(&self, holder: &HolderId) -> Option<Arc<RgbaImage>> {
        self.portraits.get(holder).cloned().flatten()
    }

    /// Whether something of a holder in sight is to be asked for at this moment.
    #[must_use]
    pub fn lacks(&self, holder: &HolderId) -> bool {
        self.lacks_name(holder) || self.lacks_portrait(holder)
    }

    fn lacks_name(&self, holder: &HolderId) -> bool {
        !self.names.contains_key(holder) && !self.names_asked.contains(holder)
    }

    fn lacks_portrait(&self, holder: &HolderId) -> bool {
        self.portraits_asked.len() < PORTRAITS_AT_A_TIME
            && !self.portraits.contains_key(holder)
            && !self.portraits_asked.contains(holder)
            && !self.refused.contains(holder)
    }

    fn keep_name(&mut self, holder: &HolderId, name: &str) {
        if self.names.len() >= MOST_NAMES {
            self.names.clear();
        }
        self.names.insert(holder.clone(), name.to_owned());
    }

    fn keep_portrait(&mut self, holder: &HolderId, portrait: Option<Arc<RgbaImage>>) {
        if self.portraits.insert(holder.clone(), portrait).is_none() {
            self.oldest.push_back(holder.clone());
        }
        while self.oldest.len() > MOST_PORTRAITS {
            if let Some(oldest) = self.oldest.pop_front() {
                self.portraits.remove(&oldest);
            }
        }
    }

    /// What was not answered may be asked for again.
    pub fn try_again(&mut self) {
        self.names_asked.clear();
        self.portraits_asked.clear();
        self.refused.clear();
    }

    /// Takes an event: whatever names a holder is welcome, whoever asked.
    pub fn on_event(&mut self, event: &Event) {
        match event {
            Event::Found { result: Ok(found), .. } => {
                for record in found.iter() {
                    self.keep_name(&record.holder.id, record.holder.printed_name());
                }
            }
            Event::Profile { result: Ok(profile), .. } => {
                self.keep_name(&profile.record.holder.id, profile.record.holder.printed_name());
            }
            // What failed stays asked for: the next visit to the page asks again.
            Event::HolderNames { result: Ok(names), .. } => {
                for (holder, name) in names {
                    self.keep_name(holder, name);
                }
            }
            Event::Portrait { holder, result } => {
                self.portraits_asked.remove(holder);
                match result {
                    Ok(portrait) => self.keep_portrait(holder, portrait.clone()),
                    Err(_) => {
                        self.refused.insert(holder.clone());
                    }
                }
            }
            _ => {}
        }
    }
}

/// Asks for the names of holders that are not known.
pub fn ask_names(model: &mut Model, holders: &[HolderId]) {
    let faces = &mut model.queue.faces;
    let mut unknown: Vec<HolderId> = Vec::new();
    for holder in holders {
        if faces.lacks_name(holder) && unknown.len() < NAMES_AT_A_TIME {
            faces.names_asked.insert(holder.clone());
            unknown.push(holder.clone());
        }
    }
    if !unknown.is_empty() {
        model.order(Order::HolderNames { holders: unknown });
    }
}

/// Asks for the portraits of holders that are not known, a few at a time.
pub fn ask_portraits(model: &mut Model, holders: &[HolderId]) {
    for holder in holders {
        if model.queue.faces.lacks_portrait(holder) {
            model.queue.faces.portraits_asked.insert(holder.clone());
            model.order(Order::Portrait { holder: holder.clone() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(number: usize) -> HolderId {
        format!("{number:012}").parse().expect("twelve digits")
    }

    #[test]
    fn a_long_list_does_not_fill_the_memory() {
        let mut faces = Faces::default();
        for number in 0..2 * MOST_PORTRAITS {
            let portrait = Some(Arc::new(RgbaImage::new(1, 1)));
            faces.on_event(&Event::Portrait { holder: holder(number), result: Ok(portrait) });
        }
        assert_eq!((faces.portraits.len(), faces.oldest.len()), (MOST_PORTRAITS, MOST_PORTRAITS));
        assert!(faces.portrait(&holder(0)).is_none());
        assert!(faces.portrait(&holder(2 * MOST_PORTRAITS - 1)).is_some());
        for number in 0..MOST_NAMES + 1 {
            faces.keep_name(&holder(number), "A Name");
        }
        assert!(faces.names.len() <= MOST_NAMES);
    }
}
