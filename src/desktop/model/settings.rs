//! Settings: every choice is in [`crate::desktop::preferences::Preferences`].

use super::Model;
use crate::{
    bench::Event,
    desktop::{preferences::Preferences, theme::Scheme},
};

/// State of this page.
#[derive(Debug, Default)]
pub struct State {}

/// What an officer wants here.
#[derive(Debug, Clone)]
pub enum Intent {
    /// This colour scheme.
    Scheme(Scheme),
    /// This size, in percent.
    TextPercent(u16),
    /// Lock after so many minutes; 0 never.
    LockAfter(u16),
    /// Call a reader this; nothing takes its name away.
    NameReader {
        /// The system's name.
        reader: String,
        /// What officers call it.
        name: String,
    },
    /// Everything as it was at first, but for the names of readers.
    UsualChoices,
}

/// Takes a wish.
pub fn update(model: &mut Model, intent: Intent) {
    match intent {
        Intent::Scheme(scheme) => model.prefer(|p| p.scheme = scheme),
        Intent::TextPercent(percent) => model.prefer(|p| p.text_percent = percent.clamp(100, 200)),
        Intent::LockAfter(minutes) => model.prefer(|p| p.lock_after_minutes = minutes.min(120)),
        Intent::NameReader { reader, name } => model.prefer(|p| {
            let name = name.trim().to_owned();
            if name.is_empty() {
                p.reader_names.remove(&reader);
            } else {
                p.reader_names.insert(reader, name);
            }
        }),
        Intent::UsualChoices => model.prefer(|p| {
            let kept = p.reader_names.clone();
            *p = Preferences { reader_names: kept, window: p.window, ..Preferences::default() };
        }),
    }
}

/// Takes an event.
pub fn on_event(_model: &mut Model, _event: &Event) {}
