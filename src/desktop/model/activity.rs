//! The audit: its rows, what is shown of them, and whether the chain is whole.

mod export;
mod line;

use std::path::PathBuf;

pub use export::{Format, written};
pub use line::Line;

use super::{Model, NoticeKind, NoticeText};
use crate::{
    bench::{Activity, Event, Order, Ticket, Trouble},
    cis2::wire::AuditHead,
    desktop::dialogs::{Dialog, Export},
};

/// State of this page.
#[derive(Debug, Default)]
pub struct State {
    /// Every row that is known, oldest first.
    pub lines: Vec<Line>,
    /// What was typed.
    pub query: String,
    /// The rows that hold every word typed, by their places in `lines`, newest first.
    pub shown: Vec<usize>,
    /// Which of the rows shown is chosen.
    pub chosen: usize,
    /// Whether the details of the chosen row stand in the list's place, where there is no room for both.
    pub details: bool,
    /// The question that is being answered.
    pub asked: Option<Ticket>,
    /// The newest head, and whether its signature fits.
    pub head: Option<(AuditHead, bool)>,
    /// Whether this desk's own record of earlier heads agrees; the sentence says what does not.
    pub witness: Option<Result<(), String>>,
    /// Why there is no answer.
    pub trouble: Option<Trouble>,
    /// The file that is being written.
    pub exporting: Option<(Ticket, PathBuf)>,
}

/// What the head and this desk's witness say together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chain {
    /// It is still being read.
    Reading,
    /// Every row fits the one before, the head is signed, and this desk remembers nothing else.
    Whole {
        /// Number of rows.
        rows: u64,
    },
    /// A row does not fit the one before.
    BrokenAt(u64),
    /// The head is not signed by the key beside it.
    NotSigned,
    /// This desk remembers something else.
    NotAsRemembered(String),
}

impl State {
    /// The chosen row.
    #[must_use]
    pub fn chosen_line(&self) -> Option<&Line> {
        self.lines.get(*self.shown.get(self.chosen)?)
    }

    /// The state of the chain. What is worst comes first.
    #[must_use]
    pub fn chain(&self) -> Chain {
        let Some((head, signed)) = &self.head else { return Chain::Reading };
        if let Some(row) = head.broken_at {
            return Chain::BrokenAt(row);
        }
        match &self.witness {
            _ if !signed => Chain::NotSigned,
            Some(Err(why)) => Chain::NotAsRemembered(why.clone()),
            _ => Chain::Whole { rows: head.rows },
        }
    }

    fn newest(&self) -> u64 {
        self.lines.last().map_or(0, |line| line.row.sequence)
    }

    /// Works out what is shown, from this place of `lines` on: what came before it was looked at already.
    fn filter(&mut self, from: usize) {
        let words: Vec<String> = self.query.to_lowercase().split_whitespace().map(str::to_owned).collect();
        let fits = |line: &Line| words.iter().all(|word| line.search.contains(word.as_str()));
        let new = self.lines.iter().enumerate().skip(from).rev().filter(|(_, line)| fits(line)).map(|(place, _)| place);
        let mut shown: Vec<usize> = new.collect();
        if from > 0 {
            // The chosen row stays the chosen one when newer rows come in above it; the top one stays the top one.
            if self.chosen > 0 || self.details {
                self.chosen += shown.len();
            }
            shown.append(&mut self.shown);
        }
        self.shown = shown;
        self.chosen = self.chosen.min(self.shown.len().saturating_sub(1));
    }
}

/// What an officer wants here.
#[derive(Debug, Clone)]
pub enum Intent {
    /// This was typed.
    Query(String),
    /// This row of those shown was chosen.
    Choose(usize),
    /// The details of this row, in the list's place where there is no room beside it.
    Open(usize),
    /// Back to the list.
    CloseDetails,
    /// Ask for newer rows.
    Refresh,
    /// Ask where what is shown is to be written.
    AskExport(Format),
    /// Write what is shown to this file.
    Export {
        /// How.
        format: Format,
        /// Where to.
        file: PathBuf,
    },
}

/// The page is shown.
pub fn arrived(model: &mut Model) {
    ask(model);
}

fn ask(model: &mut Model) {
    let ticket = model.new_ticket();
    model.activity.asked = Some(ticket);
    model.order(Order::Activity { ticket, after: model.activity.newest() });
}

/// Takes a wish.
pub fn update(model: &mut Model, intent: Intent) {
    let state = &mut model.activity;
    match intent {
        Intent::Query(query) => {
            state.query = query;
            state.chosen = 0;
            state.details = false;
            state.filter(0);
        }
        Intent::Choose(row) => state.chosen = row.min(state.shown.len().saturating_sub(1)),
        Intent::Open(row) => {
            state.chosen = row.min(state.shown.len().saturating_sub(1));
            state.details = !state.shown.is_empty();
        }
        Intent::CloseDetails => state.details = false,
        Intent::Refresh => ask(model),
        Intent::AskExport(format) => {
            let file = export::usual_file(state, format);
            model.dialogs.push_back(Dialog::Export(Export { format, path: file }));
        }
        Intent::Export { format, file } => {
            let text = written(state, format);
            let ticket = model.new_ticket();
            model.activity.exporting = Some((ticket, file.clone()));
            model.order(Order::Export { ticket, file, text });
        }
    }
}

/// Takes an event. A piece that nobody asked for, or that was asked for before, is nobody's.
pub fn on_event(model: &mut Model, event: &Event) {
    match event {
        Event::Activity { ticket, result } if model.activity.asked == Some(*ticket) => match result {
            Ok(piece) => take(model, piece),
            Err(trouble) => {
                model.activity.asked = None;
                model.activity.trouble = Some(trouble.clone());
                if trouble.signed_out {
                    model.report(trouble);
                }
            }
        },
        Event::Exported { ticket, result } => {
            let asked = model.activity.exporting.take_if(|(asked, _)| asked == ticket);
            let Some((_, file)) = asked else { return };
            match result {
                Ok(()) => {
                    let words = export::done(&file);
                    model.notify(NoticeKind::Good, NoticeText::Words(words));
                }
                Err(trouble) => model.report(trouble),
            }
        }
        _ => {}
    }
}

fn take(model: &mut Model, piece: &Activity) {
    let names = line::officer_names(model);
    let state = &mut model.activity;
    state.trouble = None;
    let (from, newest) = (state.lines.len(), state.newest());
    state.lines.extend(piece.rows.iter().filter(|row| row.sequence > newest).map(|row| Line::new(row, &names)));
    if state.lines.len() > from {
        state.filter(from);
    }
    if let Some(head) = &piece.head {
        state.head = Some((head.clone(), head.signature_fits()));
        state.witness.clone_from(&piece.witness);
        state.asked = None;
    }
}
