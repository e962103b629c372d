//! Preparing an issue: whose card, what is printed on it, in which reader, on which printer.

mod readiness;

use std::sync::Arc;

use image::RgbaImage;

pub use readiness::{Obstacle, Readiness, decide_print, is_blank, readiness};

use super::{Model, NoticeKind, NoticeText, work};
use crate::{
    bench::{Event, FaceWanted, IssueOrder, Order, PrintWish, Proof, ReaderCondition, Ticket, Trouble},
    cis2::wire::HolderRecord,
    desktop::{
        dialogs::{Dialog, PasscodeEntry},
        route::Route,
    },
    domain::{CardSerial, HolderId, Operation, Passcode, PasscodeRules},
    face::Side,
    printer::separation::Panel,
};

/// State of this page.
#[derive(Debug)]
pub struct State {
    /// For whom it was prepared.
    pub holder: Option<HolderId>,
    /// Their record.
    pub record: Option<HolderRecord>,
    /// Why there is no record.
    pub record_trouble: Option<Trouble>,
    /// Their photo, small.
    pub portrait: Option<Arc<RgbaImage>>,
    /// The face as it will be printed.
    pub proof: Option<Arc<Proof>>,
    /// Which side of it is shown, and which panel alone.
    pub seen: (Side, Option<Panel>),
    /// Why there is no proof.
    pub proof_trouble: Option<Trouble>,
    /// The reader the officer chose; it is forgotten when its card goes.
    pub reader: Option<String>,
    /// How large the face is shown.
    pub zoom: Zoom,
    asked_record: Option<Ticket>,
    asked_proof: Option<Ticket>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            holder: None,
            record: None,
            record_trouble: None,
            portrait: None,
            proof: None,
            seen: (Side::Front, None),
            proof_trouble: None,
            reader: None,
            zoom: Zoom::default(),
            asked_record: None,
            asked_proof: None,
        }
    }
}

impl State {
    /// The picture of the face that is shown.
    #[must_use]
    pub fn shown(&self) -> Option<&Arc<RgbaImage>> {
        let proof = self.proof.as_ref()?;
        proof.picture(self.seen.0, self.seen.1).or(Some(&proof.front))
    }
}

/// How large a picture of a card is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Zoom {
    /// As large as there is room.
    #[default]
    Fit,
    /// One dot of the printer is one pixel of the screen.
    Dots,
    /// One dot of the printer is two pixels of the screen, both ways.
    Twice,
}

impl Zoom {
    /// All, from small to large.
    pub const ALL: [Self; 3] = [Self::Fit, Self::Dots, Self::Twice];

    /// The next larger one.
    #[must_use]
    pub fn larger(self) -> Self {
        if self == Self::Fit { Self::Dots } else { Self::Twice }
    }

    /// The next smaller one.
    #[must_use]
    pub fn smaller(self) -> Self {
        if self == Self::Twice { Self::Dots } else { Self::Fit }
    }
}

/// When the face is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum When {
    /// Straight after the issue.
    #[default]
    Now,
    /// From the queue.
    Later,
    /// Not at this desk.
    No,
    /// In the printer, with the issue: where one has a chip station.
    InPrinter,
}

impl When {
    /// All, in the order of the page.
    pub const ALL: [Self; 4] = [Self::Now, Self::Later, Self::No, Self::InPrinter];

    /// The word it is remembered by.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Later => "later",
            Self::No => "no",
            Self::InPrinter => "in-printer",
        }
    }
}

/// What an officer wants here.
#[derive(Debug, Clone)]
pub enum Intent {
    /// Issue locked, or let the holder choose a passcode.
    Locked(bool),
    /// When the face is printed.
    Print(When),
    /// On which printer.
    Printer(String),
    /// In which reader the card is.
    Reader(String),
    /// How large the face is shown.
    Zoom(Zoom),
    /// Which side of the face is shown, and which panel alone; `None` for all together.
    See(Side, Option<Panel>),
    /// Ask again for what could not be had.
    AskAgain,
    /// Issue the card.
    Start,
}

/// When the face is printed, as it was chosen last.
#[must_use]
pub fn when(model: &Model) -> When {
    let remembered = model.preferences.print.as_deref();
    let usable = |when: &When| *when != When::InPrinter || has_station(model);
    When::ALL.into_iter().find(|when| remembered == Some(when.word())).filter(usable).unwrap_or_default()
}

/// Whether cards can be encoded in a printer of this desk.
#[must_use]
pub fn has_station(model: &Model) -> bool {
    model.bench.printers.iter().any(|printer| printer.station)
}

/// The printers that can be chosen.
pub fn printers(model: &Model) -> impl Iterator<Item = &crate::bench::PrinterView> {
    let in_printer = when(model) == When::InPrinter;
    model.bench.printers.iter().filter(move |printer| printer.station || !in_printer)
}

/// The printer chosen last, if it is there; else the first that can print; else the first.
#[must_use]
pub fn printer(model: &Model) -> Option<&crate::bench::PrinterView> {
    let wanted = model.preferences.printer.as_deref();
    let remembered = printers(model).find(|printer| wanted == Some(printer.name.as_str()));
    let able = || printers(model).find(|printer| decide_print(printer).is_ok());
    remembered.or_else(able).or_else(|| printers(model).next())
}

/// What becomes of the face, as it is chosen; `None` where no printer is there to choose.
#[must_use]
pub fn print_wish(model: &Model) -> Option<PrintWish> {
    match when(model) {
        When::No => Some(PrintWish::No),
        When::Now => printer(model).map(|printer| PrintWish::Now { printer: printer.name.clone() }),
        When::Later => printer(model).map(|printer| PrintWish::Later { printer: printer.name.clone() }),
        When::InPrinter => printer(model).map(|printer| PrintWish::InPrinter { printer: printer.name.clone() }),
    }
}

/// The page is shown: everything on it is asked for anew, for record and photo may have changed.
pub fn arrived(model: &mut Model, holder: &HolderId) {
    if model.issue.holder.as_ref() != Some(holder) {
        model.issue = State { holder: Some(holder.clone()), ..State::default() };
    }
    let (record, proof) = (model.new_ticket(), model.new_ticket());
    model.issue.asked_record = Some(record);
    model.order(Order::OpenProfile { ticket: record, holder: holder.clone() });
    ask_proof(model, proof, holder);
    model.order(Order::Portrait { holder: holder.clone() });
    if let Some(printer) = printer(model).map(|printer| printer.name.clone()) {
        model.order(Order::AskPrinter { printer });
    }
}

fn ask_proof(model: &mut Model, ticket: Ticket, holder: &HolderId) {
    model.issue.asked_proof = Some(ticket);
    let printer = printer(model).map(|printer| printer.name.clone());
    model.order(Order::Proof { ticket, wanted: FaceWanted { holder: holder.clone(), photo: None, printer } });
}

/// Takes a wish.
pub fn update(model: &mut Model, intent: Intent) {
    match intent {
        Intent::Locked(locked) => model.prefer(|p| p.issue_locked = locked),
        Intent::Print(when) => model.prefer(|p| p.print = Some(when.word().to_owned())),
        Intent::Printer(name) => {
            if model.bench.printer(&name).is_some() {
                model.prefer(|p| p.printer = Some(name.clone()));
                model.order(Order::AskPrinter { printer: name });
                // What one printer does not print as it is shown, another may.
                if let Some(holder) = model.issue.holder.clone() {
                    let ticket = model.new_ticket();
                    ask_proof(model, ticket, &holder);
                }
            }
        }
        Intent::Reader(name) => {
            if model.bench.cards().any(|(reader, _)| reader.name == name) {
                model.issue.reader = Some(name);
            }
        }
        Intent::Zoom(zoom) => model.issue.zoom = zoom,
        Intent::See(side, plane) => {
            let there = model.issue.proof.as_ref().is_some_and(|proof| proof.picture(side, plane).is_some());
            if there {
                model.issue.seen = (side, plane);
            }
        }
        Intent::AskAgain => {
            if let Some(holder) = model.issue.holder.clone() {
                arrived(model, &holder);
            }
        }
        Intent::Start => start(model),
    }
}

fn start(model: &mut Model) {
    let Route::Issue(holder) = model.history.here().clone() else { return };
    let ready = readiness(model, &holder);
    if when(model) == When::InPrinter {
        if ready.obstacles.is_empty() {
            start_in_printer(model, &holder);
        }
        return;
    }
    let (Some((reader, serial)), true) = (ready.card, ready.obstacles.is_empty()) else { return };
    if model.preferences.issue_locked {
        begin(model, &holder, &reader, &serial, None);
    } else if let Some(record) = &model.issue.record {
        let name = record.holder.printed_name().to_owned();
        let of_card = model.bench.cards().find(|(at, card)| at.name == reader && card.serial == serial);
        let rules = of_card.map(|(_, card)| card.passcode_rules);
        let id = model.new_number();
        let rules = rules.unwrap_or_default();
        let entry = PasscodeEntry::new(id, holder, name, (reader, serial), rules);
        model.dialogs.push_back(Dialog::Passcode(Box::new(entry)));
    }
}

/// The passcode first, where the holder chooses one: after it nobody has to be at the printer.
fn start_in_printer(model: &mut Model, holder: &HolderId) {
    let Some(printer) = printer(model).map(|printer| printer.name.clone()) else { return };
    if model.preferences.issue_locked {
        begin_in_printer(model, holder, &printer, None);
    } else if let Some(record) = &model.issue.record {
        let name = record.holder.printed_name().to_owned();
        let id = model.new_number();
        let entry = PasscodeEntry::in_printer(id, holder.clone(), name, printer, PasscodeRules::default());
        model.dialogs.push_back(Dialog::Passcode(Box::new(entry)));
    }
}

/// Gives the order to the printer. Where the desk changed since the officer looked, nothing is done and that is said.
pub fn begin_in_printer(model: &mut Model, holder: &HolderId, printer: &str, passcode: Option<Passcode>) {
    let wish = PrintWish::InPrinter { printer: printer.to_owned() };
    let same = print_wish(model).as_ref() == Some(&wish) && readiness(model, holder).obstacles.is_empty();
    if !same {
        model.notify(NoticeKind::Warning, NoticeText::Key("issue-changed-meanwhile"));
        return;
    }
    let work = model.new_work();
    let person = model.issue.record.as_ref().map(|record| record.holder.clone());
    let mut piece = work::Piece::new(Operation::Issue, person, None);
    piece.portrait.clone_from(&model.issue.portrait);
    piece.expected = work::steps_in_printer(passcode.is_none());
    piece.wish = Some(work::IssueWish { holder: holder.clone(), locked: passcode.is_none(), print: wish.clone() });
    model.work.all.insert(work, piece);
    let issue = IssueOrder { holder: holder.clone(), reader: String::new(), passcode, print: wish };
    model.order(Order::Issue { work, issue: Box::new(issue) });
    model.history.replace(Route::Work(work));
}

/// Gives the order. Where the bench changed since the officer looked, nothing is done and that is said.
pub fn begin(model: &mut Model, holder: &HolderId, reader: &str, serial: &CardSerial, passcode: Option<Passcode>) {
    let ready = readiness(model, holder);
    let same = ready.card.as_ref().is_some_and(|(at, card)| at == reader && card == serial);
    let (true, true, Some(print)) = (same, ready.obstacles.is_empty(), print_wish(model)) else {
        model.notify(NoticeKind::Warning, NoticeText::Key("issue-changed-meanwhile"));
        return;
    };
    let work = model.new_work();
    let wish = work::IssueWish { holder: holder.clone(), locked: passcode.is_none(), print: print.clone() };
    let person = model.issue.record.as_ref().map(|record| record.holder.clone());
    let mut piece = work::Piece::new(Operation::Issue, person, Some(reader.to_owned()));
    piece.portrait.clone_from(&model.issue.portrait);
    piece.expected = work::steps_of_issue(wish.locked);
    piece.wish = Some(wish);
    model.work.all.insert(work, piece);
    let issue = IssueOrder { holder: holder.clone(), reader: reader.to_owned(), passcode, print };
    model.order(Order::Issue { work, issue: Box::new(issue) });
    model.issue.reader = None;
    // Back leads to the holder, never to a form whose card has become another.
    model.history.replace(Route::Work(work));
}

/// Takes an event. Only answers to the newest questions are taken.
pub fn on_event(model: &mut Model, event: &Event) {
    let state = &mut model.issue;
    match event {
        Event::Profile { ticket, result } if state.asked_record == Some(*ticket) => {
            state.asked_record = None;
            match result {
                Ok(profile) => {
                    state.record = Some(profile.record.clone());
                    state.record_trouble = None;
                }
                Err(trouble) => state.record_trouble = Some(trouble.clone()),
            }
        }
        Event::Proof { ticket, result } if state.asked_proof == Some(*ticket) => {
            state.asked_proof = None;
            match result {
                Ok(proof) => {
                    if proof.picture(state.seen.0, state.seen.1).is_none() {
                        state.seen = State::default().seen;
                    }
                    state.proof = Some(Arc::clone(proof));
                    state.proof_trouble = None;
                }
                Err(trouble) => {
                    state.proof = None;
                    state.proof_trouble = Some(trouble.clone());
                }
            }
        }
        Event::Portrait { holder, result: Ok(portrait) } if state.holder.as_ref() == Some(holder) => {
            state.portrait.clone_from(portrait);
        }
        Event::Reader(view) if state.reader.as_ref() == Some(&view.name) => {
            // The choice was of a card, not of a place: the next card is chosen anew.
            if matches!(view.condition, ReaderCondition::Empty) {
                state.reader = None;
            }
        }
        Event::ReaderGone { reader } if state.reader.as_ref() == Some(reader) => state.reader = None,
        _ => {}
    }
}
