//! The search.

use std::sync::Arc;

use super::{Model, holder};
use crate::{
    bench::{Event, Order, Ticket, Trouble},
    cis2::wire::HolderRecord,
    desktop::route::Route,
    domain::HolderId,
};

/// Photos are fetched for so few holders found, to tell people of one name apart.
const FEW: usize = 8;

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
    /// Whether the newest question has its answer.
    pub answered: bool,
    /// How often the page was come to: each time the field takes the keyboard once.
    pub visits: u64,
    /// Enter was pressed before the answer came: if it holds one holder only, they are opened.
    open_the_only_one: bool,
}

impl State {
    /// The chosen holder.
    #[must_use]
    pub fn chosen(&self) -> Option<&HolderRecord> {
        self.found.get(self.chosen)
    }
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
    /// The profile of the chosen holder of the answer to what was typed last.
    OpenChosen,
    /// Ask again what was asked last.
    AskAgain,
}

/// The search is shown.
pub fn arrived(model: &mut Model) {
    model.find.visits += 1;
    ask(model);
}

fn ask(model: &mut Model) {
    let (ticket, query) = (model.new_ticket(), model.find.query.clone());
    model.find.asked = Some(ticket);
    model.find.answered = false;
    model.find.open_the_only_one = false;
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
        // What is in sight still answers an older question: Enter after a quickly typed number must not open its first row.
        Intent::OpenChosen if !model.find.answered => model.find.open_the_only_one = true,
        Intent::OpenChosen => {
            if let Some(holder) = model.find.chosen().map(|record| record.holder.id.clone()) {
                model.go(Route::Holder(holder));
            }
        }
        Intent::AskAgain => ask(model),
    }
}

/// Takes an event.
pub fn on_event(model: &mut Model, event: &Event) {
    if let Event::Found { ticket, result } = event
        && model.find.asked == Some(*ticket)
    {
        model.find.answered = true;
        let open = std::mem::take(&mut model.find.open_the_only_one);
        match result {
            Ok(found) => {
                model.find.found = Arc::clone(found);
                model.find.trouble = None;
                model.find.chosen = model.find.chosen.min(found.len().saturating_sub(1));
                if found.len() <= FEW {
                    for record in found.iter() {
                        holder::want_portrait(model, &record.holder);
                    }
                }
                let only = found.first().filter(|_| found.len() == 1);
                if let Some(record) = only.filter(|_| open && *model.history.here() == Route::Find) {
                    model.go(Route::Holder(record.holder.id.clone()));
                }
            }
            Err(trouble) if trouble.signed_out => model.report(trouble),
            Err(trouble) => {
                // Rows of an older answer beside this trouble would be taken for this one's.
                model.find.found = Arc::default();
                model.find.chosen = 0;
                model.find.trouble = Some(trouble.clone());
            }
        }
    }
}
