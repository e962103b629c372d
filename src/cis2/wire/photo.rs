//! A photo on its way to a record.

use crate::domain::PhotoSubject;

/// What an officer was told of a photo before it went on record, and why they took it all the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PhotoReview {
    /// What there was to look at; empty where every check was good.
    pub look_at: Vec<PhotoSubject>,
    /// The officer's reason, at most [`LONGEST_NOTE`](super::LONGEST_NOTE) characters and no name; needed where there was something.
    pub reason: Option<String>,
}

impl PhotoReview {
    /// Name of the header with the names of what there was to look at, divided by commas.
    pub const LOOK_AT: &'static str = "photo-look-at";
    /// Name of the header with the reason, UTF-8 in Base64: a header takes ASCII only.
    pub const REASON: &'static str = "photo-reason";

    /// The names of what there was to look at, divided by commas.
    #[must_use]
    pub fn names(&self) -> String {
        self.look_at.iter().map(|subject| subject.name()).collect::<Vec<_>>().join(", ")
    }
}
