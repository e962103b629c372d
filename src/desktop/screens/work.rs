//! A piece of card work: its steps as they happen, and what to do with the card afterwards.

mod at_once;
mod ending;
pub(super) mod lines;
mod served;

use std::time::Duration;

use eframe::egui::{self, Frame, Label, Panel, RichText, ScrollArea, Ui, vec2};

pub(super) use served::card_now;

use crate::{
    bench::{WorkEnd, WorkId},
    desktop::{
        command::Command,
        intent::Intent,
        model::{
            Model,
            queue::{self, Action},
            unfinished::is_print_open,
            work::{self, Piece, Served, Stage},
        },
        route::Route,
        theme::{Theme, space},
        view::View,
        widgets::{
            button::{self, Button, Kind},
            page, steps,
        },
    },
    domain::Operation,
    tr,
};

/// How often a running time is drawn anew.
const TICK: Duration = Duration::from_secs(1);

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>, work: WorkId) {
    let Some(piece) = view.model.work.all.get(&work) else {
        page::scrolling(ui, view, &tr!(view, "work-title-unnamed"), |ui| {
            page::weak(ui, view, &tr!(view, "work-not-known"));
        });
        return;
    };
    let stage = view.model.work.stage(piece);
    if matches!(stage, Stage::Running | Stage::Printing) {
        ui.ctx().request_repaint_after(TICK);
    }
    page::fixed(ui, view, &title(view, piece), |ui| {
        if !matches!(stage, Stage::Running | Stage::Asks(_)) {
            let panel = Panel::bottom("work action").resizable(false).show_separator_line(false);
            panel.frame(Frame::new()).show(ui, |ui| actions(ui, view, work, piece, stage));
        }
        let room = ui.available_height();
        ScrollArea::vertical().auto_shrink([false, false]).id_salt(("work", work.0)).show(ui, |ui| {
            ui.set_max_width(ui.available_width() - space::MEDIUM);
            let top = ui.cursor().top();
            // In a low window what to do comes first; the title says whose card it is.
            let low = ui.ctx().content_rect().height() < super::frame::LOW;
            if at_once::draw(ui, view, work, piece, stage) {
                return;
            }
            if !low {
                who(ui, view, piece);
            }
            if let Stage::Asks(_) = stage {
                let words = tr!(view, "work-asks");
                ui.add(Label::new(RichText::new(words).text_style(Theme::large())).wrap());
            } else if stage == Stage::Running {
                let reader = piece.reader.as_deref().map(|reader| view.model.preferences.reader_name(reader));
                let words = match reader {
                    Some(reader) => tr!(view, "work-running", reader = reader),
                    None => tr!(view, "work-running-unplaced"),
                };
                ui.add(Label::new(RichText::new(words).text_style(Theme::large())).wrap());
            } else {
                ending::draw(ui, view, piece, stage);
            }
            ui.add_space(space::SMALL);
            if low {
                who(ui, view, piece);
            }
            // Large while they run and all can be seen; what is over stands close, so that its end is in sight.
            let size = |ui: &Ui, lines: usize| {
                let used = ui.cursor().top() - top;
                let fits = stage == Stage::Running && used + steps::height(ui, lines) <= room;
                if fits { steps::Size::Large } else { steps::Size::Close }
            };
            if !piece.print_steps.is_empty() {
                page::section(ui, &tr!(view, "work-print-steps"));
                let lines = lines::of(view, &piece.print_steps, &[]);
                let size = size(ui, lines.len());
                steps::show(ui, view, &tr!(view, "work-print-steps"), &lines, size);
            }
            let lines = lines::of(view, &piece.steps, if piece.end.is_none() { &piece.expected } else { &[] });
            if !lines.is_empty() {
                page::section(ui, &tr!(view, "work-steps"));
                let size = size(ui, lines.len());
                steps::show(ui, view, &tr!(view, "work-steps"), &lines, size);
            }
        });
    });
}

/// What is done, and for whom.
#[must_use]
pub fn title(view: &View<'_>, piece: &Piece) -> String {
    let name = piece.holder.as_ref().map(|holder| holder.printed_name());
    let Some(name) = name else {
        return match (piece.served, &piece.serial) {
            (Some(Served::AtOnce), _) => tr!(view, "service-unlock-next"),
            (None, Some(serial)) if piece.operation == Operation::Cancel => {
                tr!(view, "work-title-spoilt", serial = serial.as_str())
            }
            _ => tr!(view, "work-title-unnamed"),
        };
    };
    if piece.served == Some(Served::Trial) {
        return tr!(view, "work-title-try", name = name);
    }
    match piece.operation {
        Operation::Issue => tr!(view, "work-title-issue", name = name),
        Operation::Print => tr!(view, "work-title-other", name = name),
        Operation::Unlock => tr!(view, "work-title-unlock", name = name),
        Operation::ChangePasscode => tr!(view, "work-title-change-passcode", name = name),
        Operation::Renew => tr!(view, "work-title-renew", name = name),
        Operation::Repair => tr!(view, "work-title-repair", name = name),
        Operation::Clear => tr!(view, "work-title-clear", name = name),
        Operation::Cancel => tr!(view, "work-title-cancel", name = name),
    }
}

/// Photo, number and card, so that nobody takes one person's work for another's.
fn who(ui: &mut Ui, view: &View<'_>, piece: &Piece) {
    ui.horizontal(|ui| {
        if let Some(portrait) = &piece.portrait {
            let texture = view.pictures.texture(ui.ctx(), portrait);
            let size = texture.size_vec2();
            let shown = vec2(space::PORTRAIT * size.x / size.y.max(1.0), space::PORTRAIT);
            ui.add(egui::Image::new((texture.id(), shown)).alt_text(title(view, piece)));
        }
        ui.vertical(|ui| {
            if let Some(holder) = &piece.holder {
                ui.label(RichText::new(holder.id.grouped()).text_style(Theme::large_strong()));
            }
            ui.horizontal_wrapped(|ui| {
                if let Some(reader) = &piece.reader {
                    page::fact(ui, view, &tr!(view, "work-reader"), view.model.preferences.reader_name(reader));
                }
                if let Some(serial) = &piece.serial {
                    page::fact(ui, view, &tr!(view, "work-serial"), serial.as_str());
                }
            });
        });
    });
    ui.add_space(space::SMALL);
}

/// What the officer may do, the next action first.
fn actions(ui: &mut Ui, view: &View<'_>, work: WorkId, piece: &Piece, stage: Stage<'_>) {
    ui.add_space(space::SMALL);
    button::row(ui, |ui| {
        for (place, (name, intent)) in offers(view, work, piece, stage).into_iter().enumerate() {
            let mut offered = Button::new(name);
            if place == 0 && !matches!(stage, Stage::Printing | Stage::AwaitsCard) {
                let keys = Command::MainAction.keys(ui.ctx());
                offered = offered.kind(Kind::Main).note(keys);
            }
            if offered.show(ui, view).clicked() {
                view.send(intent);
            }
        }
    });
}

fn offers(view: &View<'_>, work: WorkId, piece: &Piece, stage: Stage<'_>) -> Vec<(String, Intent)> {
    let next = || (tr!(view, "end-next"), Intent::Work(work::Intent::NextHolder));
    let list = || (tr!(view, "end-queue"), Intent::Go(Route::Queue));
    let print = || (tr!(view, "end-print"), Intent::Work(work::Intent::Print(work)));
    let again = || (tr!(view, "end-try-again"), Intent::Work(work::Intent::TryAgain(work)));
    let unfinished = || (tr!(view, "end-unfinished-go"), Intent::Go(Route::Unfinished));
    if piece.served.is_some() {
        return served::offers(view, work, piece, stage);
    }
    match stage {
        Stage::Running | Stage::Asks(_) | Stage::AwaitsCard | Stage::Whose => Vec::new(),
        Stage::PutIntoPrinter(_) => vec![print(), next(), list()],
        Stage::Printing => vec![next(), list()],
        Stage::PrintFailed(entry) if is_print_open(view.model, &entry.serial) => vec![unfinished(), list(), next()],
        Stage::PrintFailed(_) => {
            vec![(tr!(view, "end-print-again"), Intent::Work(work::Intent::PrintAgain(work))), list(), next()]
        }
        Stage::PrintSent(_) => vec![list(), next()],
        Stage::Waiting(_) => vec![next(), print(), list()],
        Stage::NotQueued => {
            vec![(tr!(view, "end-enqueue"), Intent::Work(work::Intent::Enqueue(work))), next()]
        }
        Stage::Spoiled => vec![again(), next(), list()],
        Stage::Complete { printed: true } => {
            let entry = piece.entry().unwrap_or_default();
            vec![next(), (tr!(view, "end-reprint"), queue::Intent::Do(entry, Action::Reprint).into())]
        }
        Stage::Complete { printed: false } => vec![next()],
        Stage::Ended(WorkEnd::Unfinished { .. } | WorkEnd::LookAtPrinter { .. }) => vec![unfinished(), next()],
        Stage::Ended(_) if piece.wish.is_some() => vec![again(), next()],
        Stage::Ended(_) => vec![unfinished(), next()],
    }
}

/// The next action, as the button names it.
#[must_use]
pub fn main_action(model: &Model, work: WorkId) -> Option<Intent> {
    let piece = model.work.all.get(&work)?;
    if piece.served.is_some() {
        return served::next(work, piece, model.work.stage(piece));
    }
    let intent = match model.work.stage(piece) {
        Stage::Running | Stage::Asks(_) | Stage::AwaitsCard | Stage::Whose | Stage::Printing => return None,
        Stage::PutIntoPrinter(_) => work::Intent::Print(work).into(),
        Stage::PrintFailed(entry) if is_print_open(model, &entry.serial) => Intent::Go(Route::Unfinished),
        Stage::PrintFailed(_) => work::Intent::PrintAgain(work).into(),
        Stage::PrintSent(_) => Intent::Go(Route::Queue),
        Stage::NotQueued => work::Intent::Enqueue(work).into(),
        Stage::Waiting(_) | Stage::Complete { .. } => work::Intent::NextHolder.into(),
        Stage::Ended(WorkEnd::Unfinished { .. } | WorkEnd::LookAtPrinter { .. }) => Intent::Go(Route::Unfinished),
        Stage::Spoiled | Stage::Ended(_) if piece.wish.is_some() => work::Intent::TryAgain(work).into(),
        Stage::Spoiled | Stage::Ended(_) => Intent::Go(Route::Unfinished),
    };
    Some(intent)
}
