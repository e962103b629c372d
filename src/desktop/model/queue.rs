//! The print queue: the journal's list as it was told last, what was asked of it, and how the running print goes.

mod actions;
mod faces;
mod forecast;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

pub use self::{
    actions::{Action, Refusal, refusal},
    faces::{Faces, ask_names},
    forecast::{Forecast, Range},
};
use super::{
    Model,
    session::Phase,
    work::{self, Piece},
};
use crate::{
    bench::{Event, Order, Trouble, WorkEnd, WorkEvent, WorkId},
    desktop::{
        dialogs::{Dialog, Reason},
        route::Route,
    },
    domain::{CardSerial, HolderId, Operation},
    journal::{QueueEntry, QueueState},
    operations::{Progress, Step, Verdict},
};

/// State of this page.
#[derive(Debug, Default)]
pub struct State {
    /// Every entry: open ones in their order, then the others, newest first.
    pub entries: Arc<Vec<QueueEntry>>,
    /// Whether the list was told at all.
    pub told: bool,
    /// Why there is no list.
    pub trouble: Option<Trouble>,
    /// Which entries are shown.
    pub filter: Filter,
    /// Places in `entries` of those that are shown.
    pub rows: Vec<usize>,
    /// The entry that is chosen.
    pub chosen: Option<i64>,
    /// Why an order about an entry was not carried out.
    pub troubles: BTreeMap<i64, Trouble>,
    /// Why a card was not added.
    pub new_trouble: Option<Trouble>,
    /// Steps of prints that run, and how each went; `None` while it runs.
    pub steps: BTreeMap<i64, Vec<(Step, Option<Verdict>)>>,
    /// What the printer said last of a print that runs.
    pub said: BTreeMap<i64, String>,
    /// Names and portraits.
    pub faces: Faces,
    /// How long the waiting cards take.
    pub forecast: Forecast,
    counts: HashMap<QueueState, usize>,
    /// The open entry of a card.
    open: HashMap<CardSerial, i64>,
    /// Cards that were spoiled.
    spoiled: HashSet<CardSerial>,
    /// Entries with an order that was not answered.
    in_hand: HashSet<i64>,
    /// Cards that are being ended because they were printed wrongly: the work, and the entry.
    spoiling: BTreeMap<WorkId, i64>,
}

/// Which entries are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Filter {
    /// All.
    #[default]
    All,
    /// Those in one state.
    Only(QueueState),
}

impl Filter {
    /// All, in the order of the page.
    pub const ALL: [Self; 8] = [
        Self::All,
        Self::Only(QueueState::Waiting),
        Self::Only(QueueState::Printing),
        Self::Only(QueueState::Sent),
        Self::Only(QueueState::Failed),
        Self::Only(QueueState::Printed),
        Self::Only(QueueState::Spoiled),
        Self::Only(QueueState::Cancelled),
    ];

    fn shows(self, state: QueueState) -> bool {
        match self {
            Self::All => true,
            Self::Only(only) => only == state,
        }
    }
}

impl State {
    /// How many cards wait to be printed, for a word on how they came out, or failed to be printed.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let open = [QueueState::Waiting, QueueState::Sent, QueueState::Failed];
        open.into_iter().map(|state| self.count(Filter::Only(state))).sum()
    }

    /// Whether a card is being printed.
    #[must_use]
    pub fn is_printing(&self) -> bool {
        self.count(Filter::Only(QueueState::Printing)) > 0
    }

    /// How many entries a filter shows.
    #[must_use]
    pub fn count(&self, filter: Filter) -> usize {
        match filter {
            Filter::All => self.entries.len(),
            Filter::Only(state) => self.counts.get(&state).copied().unwrap_or(0),
        }
    }

    /// An entry by its number.
    #[must_use]
    pub fn entry(&self, id: i64) -> Option<&QueueEntry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// The entry that is chosen.
    #[must_use]
    pub fn chosen(&self) -> Option<&QueueEntry> {
        self.entry(self.chosen?)
    }

    /// The entry of a row.
    #[must_use]
    pub fn row(&self, row: usize) -> Option<&QueueEntry> {
        self.entries.get(*self.rows.get(row)?)
    }

    /// The row of the entry that is chosen.
    #[must_use]
    pub fn chosen_row(&self) -> Option<usize> {
        let chosen = self.chosen?;
        self.rows.iter().position(|place| self.entries.get(*place).is_some_and(|entry| entry.id == chosen))
    }

    /// Name of a holder, or their number while it is not known.
    #[must_use]
    pub fn name(&self, holder: &HolderId) -> String {
        self.faces.name(holder).map_or_else(|| holder.grouped(), str::to_owned)
    }

    /// The first card that waits, but for this one.
    #[must_use]
    pub fn next_waiting(&self, but: i64) -> Option<i64> {
        self.waiting_entries().find(|entry| entry.id != but).map(|entry| entry.id)
    }

    fn waiting_entries(&self) -> impl Iterator<Item = &QueueEntry> {
        self.entries.iter().filter(|entry| entry.state == QueueState::Waiting)
    }

    /// The waiting entry before or after a waiting one.
    fn neighbour(&self, id: i64, before: bool) -> Option<i64> {
        let mut previous = None;
        let mut found = false;
        for entry in self.waiting_entries() {
            if found {
                return Some(entry.id);
            }
            if entry.id == id {
                if before {
                    return previous;
                }
                found = true;
            }
            previous = Some(entry.id);
        }
        None
    }

    fn filtered(&mut self) {
        let filter = self.filter;
        let places = self.entries.iter().enumerate();
        self.rows = places.filter(|(_, entry)| filter.shows(entry.state)).map(|(place, _)| place).collect();
    }

    fn take(&mut self, entries: &Arc<Vec<QueueEntry>>) {
        self.entries = Arc::clone(entries);
        self.told = true;
        self.trouble = None;
        self.in_hand.clear();
        self.counts.clear();
        self.open.clear();
        self.spoiled.clear();
        for entry in entries.iter() {
            *self.counts.entry(entry.state).or_default() += 1;
            match entry.state {
                QueueState::Waiting | QueueState::Printing | QueueState::Sent | QueueState::Failed => {
                    self.open.entry(entry.serial.clone()).or_insert(entry.id);
                }
                QueueState::Spoiled => {
                    self.spoiled.insert(entry.serial.clone());
                }
                QueueState::Printed | QueueState::Cancelled => {}
            }
        }
        self.forecast = Forecast::of(entries);
        let printing = |id: &i64| entries.iter().any(|entry| entry.id == *id && entry.state == QueueState::Printing);
        self.steps.retain(|id, _| printing(id));
        self.said.retain(|id, _| printing(id));
        self.filtered();
        if self.chosen().is_none() {
            self.chosen = self.next_waiting(i64::MIN).or_else(|| self.row(0).map(|entry| entry.id));
        }
    }

    fn progress(&mut self, id: i64, progress: &Progress) {
        if self.entry(id).is_none_or(|entry| entry.state != QueueState::Printing) {
            return;
        }
        let (step, verdict) = match progress {
            Progress::Started { step, .. } => (*step, None),
            Progress::Finished { step, good, .. } => (*step, Some(*good)),
            Progress::Said { words, .. } => {
                self.said.insert(id, words.clone());
                return;
            }
        };
        let steps = self.steps.entry(id).or_default();
        match steps.iter_mut().find(|(known, _)| *known == step) {
            Some((_, known)) => *known = verdict,
            None => steps.push((step, verdict)),
        }
    }
}

/// What an officer wants here.
#[derive(Debug, Clone)]
pub enum Intent {
    /// Show only these.
    Filter(Filter),
    /// This row was chosen.
    Choose(usize),
    /// This entry was chosen.
    ChooseEntry(i64),
    /// These holders are in sight, and something of them is not known.
    Seen(Vec<HolderId>),
    /// Do this with an entry; what needs a reason asks for it first.
    Do(i64, Action),
    /// The card goes through the printer once more, for this reason.
    Reprint(i64, String),
    /// The card was printed wrongly, for this reason.
    Spoil(i64, String),
    /// The trouble of an entry was read.
    Dismiss(i64),
    /// The trouble of a new entry was read.
    DismissNew,
    /// Ask for the list again.
    Again,
}

/// The page is shown.
pub fn arrived(model: &mut Model) {
    model.queue.faces.try_again();
    model.order(Order::ListQueue);
}

/// Nobody is signed in any more: names and faces leave the window; what waits is the workstation's and stays.
pub fn session_ended(model: &mut Model) {
    model.queue.faces = Faces::default();
    model.queue.troubles.clear();
    model.queue.new_trouble = None;
}

/// Takes a wish.
pub fn update(model: &mut Model, intent: Intent) {
    match intent {
        Intent::Filter(filter) => {
            let state = &mut model.queue;
            state.filter = filter;
            state.filtered();
            if state.chosen_row().is_none() {
                state.chosen = state.row(0).map(|entry| entry.id);
            }
        }
        Intent::Choose(row) => model.queue.chosen = model.queue.row(row).map(|entry| entry.id),
        Intent::ChooseEntry(id) => {
            let state = &mut model.queue;
            state.chosen = Some(id);
            if state.chosen_row().is_none() {
                update(model, Intent::Filter(Filter::All));
                model.queue.chosen = Some(id);
            }
        }
        Intent::Seen(holders) => {
            faces::ask_names(model, &holders);
            faces::ask_portraits(model, &holders);
        }
        Intent::Do(id, action) => act(model, id, action),
        Intent::Reprint(entry, reason) => {
            let _ = give(model, entry, Action::Reprint, Order::Reprint { entry, reason });
        }
        Intent::Spoil(entry, reason) => {
            let work = model.new_work();
            if give(model, entry, Action::Spoil, Order::SpoilPrint { work, entry, reason }) {
                model.queue.spoiling.insert(work, entry);
            }
        }
        Intent::Dismiss(id) => {
            model.queue.troubles.remove(&id);
        }
        Intent::DismissNew => model.queue.new_trouble = None,
        Intent::Again => {
            model.queue.trouble = None;
            model.order(Order::ListQueue);
        }
    }
}

fn act(model: &mut Model, id: i64, action: Action) {
    let Some(entry) = model.queue.entry(id).cloned() else { return };
    if refusal(model, &entry, action).is_some() {
        return;
    }
    let order = match action {
        Action::Print => Order::Print { entry: id },
        Action::PutBack if entry.state != QueueState::Cancelled => Order::RetryPrint { entry: id },
        Action::PutBack => Order::Enqueue {
            holder: entry.holder,
            serial: entry.serial,
            printer: entry.printer,
            reprint_reason: entry.reason,
        },
        Action::MarkPrinted => Order::MarkPrinted { entry: id },
        Action::Cancel => Order::CancelPrint { entry: id },
        Action::Stop => Order::StopPrint { entry: id },
        Action::First => {
            let first = model.queue.next_waiting(id);
            Order::MovePrint { entry: id, before: first }
        }
        Action::Up => Order::MovePrint { entry: id, before: model.queue.neighbour(id, true) },
        Action::Down => {
            // Behind the next one is before the one after it.
            let next = model.queue.neighbour(id, false);
            Order::MovePrint { entry: id, before: next.and_then(|next| model.queue.neighbour(next, false)) }
        }
        Action::Reprint | Action::Spoil => {
            let name = model.queue.name(&entry.holder);
            model.dialogs.push_back(Dialog::Reason(Reason::new(&entry, name, action == Action::Spoil)));
            return;
        }
        Action::IssueNew => {
            model.go(Route::Issue(entry.holder));
            return;
        }
    };
    let _ = give(model, id, action, order);
}

/// Orders it, where it can be done now; whether it can.
fn give(model: &mut Model, id: i64, action: Action, order: Order) -> bool {
    let Some(entry) = model.queue.entry(id) else { return false };
    if refusal(model, entry, action).is_some() {
        return false;
    }
    model.queue.troubles.remove(&id);
    model.queue.in_hand.insert(id);
    model.order(order);
    true
}

/// The end of a spoilt card waits for the officer, or is over. Only what asks is a piece of work that is seen.
fn on_spoiling(model: &mut Model, work: WorkId, event: &WorkEvent, told: &Event) {
    let Some(entry) = model.queue.spoiling.get(&work).copied() else { return };
    match event {
        WorkEvent::Asks { .. } if !model.work.all.contains_key(&work) => {
            let mut piece = Piece::new(Operation::Cancel, None, None);
            piece.serial = model.queue.entry(entry).map(|entry| entry.serial.clone());
            model.work.all.insert(work, piece);
            work::on_event(model, told);
        }
        WorkEvent::Ended(end) => {
            model.queue.spoiling.remove(&work);
            model.work.all.remove(&work);
            if let WorkEnd::NotBegun(trouble) = end {
                model.queue.in_hand.remove(&entry);
                model.queue.troubles.insert(entry, trouble.clone());
            }
        }
        _ => {}
    }
}

/// Takes an event.
pub fn on_event(model: &mut Model, event: &Event) {
    if let Event::Work { work, event: of_work } = event {
        on_spoiling(model, *work, of_work, event);
    }
    // An answer that comes after its session ended leaves no name and no face in the window.
    let of_a_session = matches!(model.session.phase, Phase::SignedIn(_) | Phase::Locked(_));
    let state = &mut model.queue;
    if of_a_session {
        state.faces.on_event(event);
    }
    match event {
        Event::Queue(Ok(entries)) => state.take(entries),
        Event::Queue(Err(trouble)) => {
            state.trouble = Some(trouble.clone());
            state.in_hand.clear();
        }
        Event::PrintProgress { entry, progress } => state.progress(*entry, progress),
        Event::QueueTrouble { entry, trouble } => {
            match entry {
                Some(id) => {
                    state.in_hand.remove(id);
                    state.troubles.insert(*id, trouble.clone());
                }
                None => state.new_trouble = Some(trouble.clone()),
            }
            if trouble.signed_out {
                model.report(trouble);
            }
        }
        _ => {}
    }
}
