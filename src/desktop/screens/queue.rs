//! The print queue: what waits, prints, was printed, spoiled or failed, and what can be done with each card.

mod details;
mod printers;

use std::{borrow::Cow, cell::RefCell};

use eframe::egui::{ScrollArea, Sense, Ui, UiBuilder, vec2};

use crate::{
    desktop::{
        format,
        intent::Intent,
        model::{
            Model, NoticeKind,
            queue::{self, Action, Filter, Range},
        },
        theme::space,
        view::View,
        widgets::{
            button::{self, Button},
            notice, page,
            table::{Column, Table},
        },
    },
    domain::HolderId,
    journal::{QueueEntry, QueueState},
    tr,
};

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    page::fixed(ui, view, &tr!(view, "queue-title"), |ui| {
        if ui.available_width() >= space::TWO_COLUMNS {
            above(ui, view);
            let (room, _) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
            let (list, beside) = room.split_left_right_at_x(room.right() - space::DETAILS);
            let list = list.with_max_x(list.right() - space::LARGE);
            ui.scope_builder(UiBuilder::new().max_rect(list), |ui| table(ui, view));
            ui.scope_builder(UiBuilder::new().max_rect(beside), |ui| {
                ScrollArea::vertical().id_salt("queue details").auto_shrink([false, false]).show(ui, |ui| {
                    details::draw(ui, view);
                    printers::draw(ui, view);
                });
            });
        } else {
            ScrollArea::vertical().id_salt("queue page").auto_shrink([false, false]).show(ui, |ui| {
                details::draw(ui, view);
                ui.add_space(space::MEDIUM);
                above(ui, view);
                let list = vec2(ui.available_width(), space::LIST);
                let (place, _) = ui.allocate_exact_size(list, Sense::hover());
                ui.scope_builder(UiBuilder::new().max_rect(place), |ui| table(ui, view));
                printers::draw(ui, view);
            });
        }
    });
}

/// Its main action: the next thing the chosen card needs.
#[must_use]
pub fn main_action(model: &Model) -> Option<Intent> {
    let entry = model.queue.chosen()?;
    let act =
        |action| queue::refusal(model, entry, action).is_none().then(|| queue::Intent::Do(entry.id, action).into());
    match entry.state {
        QueueState::Waiting => act(Action::Print),
        // Something was begun and the card may be printed: no single key prints it a second time.
        QueueState::Failed if entry.job.is_some() => None,
        QueueState::Failed => act(Action::PutBack),
        // Which of the three answers is the right one, only the officer knows.
        QueueState::Sent => None,
        QueueState::Spoiled => act(Action::IssueNew),
        QueueState::Printing | QueueState::Printed | QueueState::Cancelled => {
            model.queue.next_waiting(entry.id).map(|next| queue::Intent::ChooseEntry(next).into())
        }
    }
}

/// The forecast, what went wrong, and the filter.
fn above(ui: &mut Ui, view: &View<'_>) {
    let state = &view.model.queue;
    if let Some(trouble) = &state.trouble {
        notice::boxed(ui, view, NoticeKind::Danger, &format::sentence(&trouble.message), |ui| {
            notice::code(ui, view, trouble.nhs_code);
            if Button::new(tr!(view, "queue-again")).show(ui, view).clicked() {
                view.send(queue::Intent::Again);
            }
        });
    }
    if let Some(trouble) = &state.new_trouble {
        notice::boxed(ui, view, NoticeKind::Danger, &format::sentence(&trouble.message), |ui| {
            notice::code(ui, view, trouble.nhs_code);
            if Button::new(tr!(view, "notice-dismiss")).show(ui, view).clicked() {
                view.send(queue::Intent::DismissNew);
            }
        });
    }
    page::weak(ui, view, &forecast(view));
    button::row(ui, |ui| {
        for filter in Filter::ALL {
            let count = state.count(filter);
            let chosen = state.filter == filter;
            // A state nobody is in needs no button, but for the one that is shown.
            if count == 0 && !chosen && filter != Filter::All {
                continue;
            }
            let name = match filter {
                Filter::All => tr!(view, "queue-filter-all", count = count),
                Filter::Only(QueueState::Waiting) => tr!(view, "queue-filter-waiting", count = count),
                Filter::Only(QueueState::Printing) => tr!(view, "queue-filter-printing", count = count),
                Filter::Only(QueueState::Sent) => tr!(view, "queue-filter-sent", count = count),
                Filter::Only(QueueState::Printed) => tr!(view, "queue-filter-printed", count = count),
                Filter::Only(QueueState::Spoiled) => tr!(view, "queue-filter-spoiled", count = count),
                Filter::Only(QueueState::Failed) => tr!(view, "queue-filter-failed", count = count),
                Filter::Only(QueueState::Cancelled) => tr!(view, "queue-filter-cancelled", count = count),
            };
            if Button::new(name).chosen(chosen).show(ui, view).clicked() {
                view.send(queue::Intent::Filter(filter));
            }
        }
    });
}

fn forecast(view: &View<'_>) -> String {
    let forecast = &view.model.queue.forecast;
    let (count, panels) = (forecast.cards(), forecast.panels());
    match forecast.range() {
        _ if count == 0 => tr!(view, "queue-forecast-none"),
        Range::Minutes(_, 1) => tr!(view, "queue-forecast-minute", count = count, panels = panels),
        Range::Minutes(least, most) => {
            tr!(view, "queue-forecast-minutes", count = count, least = least, most = most, panels = panels)
        }
        Range::Hours(least, most) => {
            tr!(view, "queue-forecast-hours", count = count, least = least, most = most, panels = panels)
        }
    }
}

/// The word of a state.
fn state_word(view: &View<'_>, state: QueueState) -> String {
    match state {
        QueueState::Waiting => tr!(view, "queue-state-waiting"),
        QueueState::Printing => tr!(view, "queue-state-printing"),
        QueueState::Sent => tr!(view, "queue-state-sent"),
        QueueState::Printed => tr!(view, "queue-state-printed"),
        QueueState::Spoiled => tr!(view, "queue-state-spoiled"),
        QueueState::Failed => tr!(view, "queue-state-failed"),
        QueueState::Cancelled => tr!(view, "queue-state-cancelled"),
    }
}

/// What a column of the list shows.
#[derive(Clone, Copy)]
enum Shown {
    Name,
    Card,
    Printer,
    State,
    Changed,
}

fn table(ui: &mut Ui, view: &View<'_>) {
    let state = &view.model.queue;
    if state.rows.is_empty() {
        let words = match (state.told, state.entries.is_empty()) {
            (false, _) if state.trouble.is_some() => return,
            (false, _) => tr!(view, "queue-asking"),
            (true, true) => tr!(view, "queue-empty"),
            (true, false) => tr!(view, "queue-none-in-state"),
        };
        page::weak(ui, view, &words);
        return;
    }
    let name = (Shown::Name, Column::new(tr!(view, "queue-column-name"), 2.8));
    let shown_state = (Shown::State, Column::new(tr!(view, "queue-column-state"), 1.4));
    let columns = if ui.available_width() < space::COLUMN * 0.8 {
        vec![name, shown_state]
    } else {
        let card = (Shown::Card, Column::new(tr!(view, "queue-column-card"), 2.8));
        let printer = (Shown::Printer, Column::new(tr!(view, "queue-column-printer"), 1.8));
        let changed = (Shown::Changed, Column::new(tr!(view, "queue-column-changed"), 2.4));
        // With one printer there is nothing to tell apart, and the numbers of the cards have more room.
        if view.model.bench.printers.len() > 1 {
            vec![name, card, printer, shown_state, changed]
        } else {
            vec![name, card, shown_state, changed]
        }
    };
    let (shown, columns): (Vec<Shown>, Vec<Column>) = columns.into_iter().unzip();
    let unknown: RefCell<Vec<HolderId>> = RefCell::default();
    let portrait = |row: usize| {
        let holder = &state.row(row)?.holder;
        if state.faces.lacks(holder) {
            unknown.borrow_mut().push(holder.clone());
        }
        state.faces.portrait(holder)
    };
    let list = tr!(view, "queue-list");
    let cell = |row: usize, column: usize| match (state.row(row), shown.get(column)) {
        (Some(entry), Some(shown)) => words(view, entry, *shown),
        _ => Cow::Borrowed(""),
    };
    let outcome = Table::new(&list, &columns, state.rows.len())
        .chosen(state.chosen_row())
        .pictures(&portrait)
        .show(ui, view, cell);
    if let Some(row) = outcome.chosen {
        view.send(queue::Intent::Choose(row));
    }
    let unknown = unknown.into_inner();
    if !unknown.is_empty() {
        view.send(queue::Intent::Seen(unknown));
    }
}

fn words<'a>(view: &View<'a>, entry: &'a QueueEntry, shown: Shown) -> Cow<'a, str> {
    match shown {
        Shown::Name => match view.model.queue.faces.name(&entry.holder) {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(entry.holder.grouped()),
        },
        Shown::Card => Cow::Borrowed(entry.serial.as_str()),
        Shown::Printer => Cow::Borrowed(&entry.printer),
        Shown::State => Cow::Owned(state_word(view, entry.state)),
        Shown::Changed => Cow::Owned(format::moment(entry.changed)),
    }
}
