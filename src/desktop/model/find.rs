//! The search.

use std::sync::Arc;

use super::Model;
use crate::{
    bench::{Event, Order, Ticket, Trouble},
    cis2::wire::HolderRecord,
    desktop::route::Route,
    domain::HolderId,
};

/// The search.
#[derive(Debug, Default)]
pub struct State {
    /// What was typed.
    pub query: String,
    /// The newest question; only its answer is shown.
    pub asked: Option<Ticket>,
    /// The holders found.
    pub found: Arc<Vec<HolderRecord>>,
    /// Which row is chosen.
    pub chosen: usize,
    /// Why there is no answer.
    pub trouble: Option<Trouble>,
}

/// What an officer wants here.
#[derive(Debug, Clone)]
pub enum Intent {
    /// This was typed.
    Query(String),
    /// This row was chosen.
    Choose(usize),
    /// This holder's profile.
    Open(HolderId),
}

/// The search is shown.
pub fn arrived(model: &mut Model) {
    ask(model);
}

fn ask(model: &mut Model) {
    let (ticket, query) = (model.new_ticket(), model.find.query.clone());
    model.find.asked = Some(ticket);
    model.order(Order::Find { ticket, query });
}

/// Takes a wish.
pub fn update(model: &mut Model, intent: Intent) {
    match intent {
        Intent::Query(query) => {
            model.find.query = query;
            model.find.chosen = 0;
            ask(model);
        }
        Intent::Choose(row) => model.find.chosen = row.min(model.find.found.len().saturating_sub(1)),
        Intent::Open(holder) => model.go(Route::Holder(holder)),
    }
}

/// Takes an event.
pub fn on_event(model: &mut Model, event: &Event) {
    if let Event::Found { ticket, result } = event
        && model.find.asked == Some(*ticket)
    {
        match result {
            Ok(found) => {
                model.find.found = Arc::clone(found);
                model.find.trouble = None;
                model.find.chosen = model.find.chosen.min(found.len().saturating_sub(1));
            }
            Err(trouble) => {
                model.find.trouble = Some(trouble.clone());
                if trouble.signed_out {
                    model.report(trouble);
                }
            }
        }
    }
}
