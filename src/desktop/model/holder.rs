//! A holder's profile.

use super::Model;
use crate::{bench::Event, domain::HolderId};

/// State of this page.
#[derive(Debug, Default)]
pub struct State {}

/// What an officer wants here.
#[derive(Debug, Clone)]
pub enum Intent {}

/// The page is shown.
pub fn arrived(_model: &mut Model, _holder: &HolderId) {}

/// Takes a wish.
pub fn update(_model: &mut Model, intent: Intent) {
    match intent {}
}

/// Takes an event.
pub fn on_event(_model: &mut Model, _event: &Event) {}
