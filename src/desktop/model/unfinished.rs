//! Unfinished work.

use super::Model;
use crate::bench::Event;

/// State of this page.
#[derive(Debug, Default)]
pub struct State {}

impl State {
    /// How many jobs are unfinished.
    #[must_use]
    pub fn count(&self) -> usize {
        0
    }
}

/// What an officer wants here.
#[derive(Debug, Clone)]
pub enum Intent {}

/// The page is shown.
pub fn arrived(_model: &mut Model) {}

/// Takes a wish.
pub fn update(_model: &mut Model, intent: Intent) {
    match intent {}
}

/// Takes an event.
pub fn on_event(_model: &mut Model, _event: &Event) {}
