//! Help: bundled topics, searched as one types.

use super::Model;
use crate::desktop::route::Route;

/// State of this page.
#[derive(Debug, Default)]
pub struct State {
    /// What was typed into the search of the help.
    pub query: String,
}

/// What an officer wants here.
#[derive(Debug, Clone)]
pub enum Intent {
    /// This was typed.
    Query(String),
}

/// The page is shown.
pub fn arrived(_model: &mut Model, _topic: &str) {}

/// Opens the help of the place shown.
pub fn open_for_here(model: &mut Model) {
    let topic = match model.history.here() {
        Route::Find => "find",
        Route::Holder(_) => "holder",
        Route::Photo(_) => "photo",
        Route::Issue(_) | Route::Work(_) => "issue",
        Route::Queue => "queue",
        Route::Unfinished => "unfinished",
        Route::Activity => "activity",
        Route::Settings => "settings",
        Route::Help(_) => "start",
    };
    model.go(Route::Help(topic.to_owned()));
}

/// Takes a wish.
pub fn update(model: &mut Model, intent: Intent) {
    match intent {
        Intent::Query(query) => model.help.query = query,
    }
}
