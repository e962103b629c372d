//! Finding a holder.

use std::{borrow::Cow, sync::Arc};

use eframe::egui::{
    self, Id, Key, Modifiers, Response, ScrollArea, TextEdit, Ui,
    text::{CCursor, CCursorRange},
    vec2,
};

use crate::{
    bench::MOST_FOUND,
    cis2::wire::HolderRecord,
    desktop::{
        intent::Intent,
        model::{Model, NoticeKind, find, holder},
        theme::space,
        view::View,
        widgets::{
            button::{self, Button, Kind},
            notice, page,
            table::{Column, Table},
        },
    },
    domain::{CardState, HolderState},
    tr,
};

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    page::fixed(ui, view, &tr!(view, "find-title"), |ui| {
        let room = ui.available_height();
        ScrollArea::vertical().auto_shrink([false, false]).id_salt("find").show(ui, |ui| {
            let top = ui.cursor().top();
            let field = question(ui, view);
            cards_in_readers(ui, view);
            let state = &view.model.find;
            if let Some(trouble) = &state.trouble {
                let words = crate::desktop::format::sentence(&trouble.message);
                notice::boxed(ui, view, NoticeKind::Danger, &words, |ui| {
                    button::row(ui, |ui| {
                        if Button::new(tr!(view, "find-again")).show(ui, view).clicked() {
                            view.send(find::Intent::AskAgain);
                        }
                    });
                });
                return;
            }
            if state.found.is_empty() {
                if state.answered {
                    nothing(ui, view);
                }
                return;
            }
            count(ui, view);
            let left = (room - (ui.cursor().top() - top)).max(if low(ui) { 4.0 * space::ROW } else { space::LIST });
            ui.allocate_ui(vec2(ui.available_width(), left), |ui| {
                ui.set_max_height(left);
                table(ui, view, &field);
            });
        });
    });
}

fn low(ui: &Ui) -> bool {
    ui.ctx().content_rect().height() < super::frame::LOW
}

/// The field, and beside it the main action.
fn question(ui: &mut Ui, view: &View<'_>) -> Response {
    let state = &view.model.find;
    let id = Id::unique("find field");
    let mut query = state.query.clone();
    let low = low(ui);
    let above = (!low).then(|| ui.label(tr!(view, "find-field")));
    let enter = ui.memory(|memory| memory.has_focus(id))
        && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
    let response = ui
        .horizontal_wrapped(|ui| {
            let label = above.unwrap_or_else(|| ui.label(tr!(view, "find-field")));
            let open = tr!(view, "find-open");
            // Beside its name the field leaves room for the action.
            let width = if low {
                (ui.available_size_before_wrap().x - space::CHOICE).max(space::CHOICE)
            } else {
                ui.available_width()
            };
            let field = TextEdit::singleline(&mut query)
                .id(id)
                .desired_width(space::BESIDE.min(width))
                .align(egui::Align2::LEFT_CENTER)
                .min_size(vec2(0.0, space::TARGET));
            let response = ui.add(field).labelled_by(label.id);
            if state.chosen().is_some() && Button::new(open).kind(Kind::Main).show(ui, view).clicked() {
                view.send(find::Intent::OpenChosen);
            }
            response
        })
        .inner;
    // Where nothing has the keyboard, typing searches.
    if ui.memory(|memory| memory.focused().is_none()) && view.model.dialogs.is_empty() {
        response.request_focus();
    }
    if first_of(ui, "visit", state.visits) {
        response.request_focus();
        // What was asked before is marked: the next number replaces it.
        if let Some(mut edit) = TextEdit::load_state(ui.ctx(), id) {
            let whole = CCursorRange::two(CCursor::new(0), CCursor::new(query.chars().count()));
            edit.cursor.set_char_range(Some(whole));
            edit.store(ui.ctx(), id);
        }
    }
    if response.changed() {
        view.send(find::Intent::Query(query));
    }
    if enter {
        view.send(find::Intent::OpenChosen);
        response.request_focus();
    }
    response
}

/// Whether this value is seen here for the first time.
fn first_of(ui: &Ui, what: &str, value: u64) -> bool {
    let id = Id::unique(("find", what));
    let seen = ui.data(|data| data.get_temp::<u64>(id));
    ui.data_mut(|data| data.insert_temp(id, value));
    seen != Some(value)
}

/// Whose cards lie in the readers. Nothing is opened by a card; this only says what could be.
fn cards_in_readers(ui: &mut Ui, view: &View<'_>) {
    let low = low(ui);
    let cards = view.model.bench.cards().filter_map(|(reader, card)| Some((reader, card.holder.as_ref()?)));
    // In a low window the list is worth more than a second offer; the bench has it too.
    for (reader, holder) in cards.take(if low { 1 } else { usize::MAX }) {
        let reader = view.model.preferences.reader_name(&reader.name);
        let words = tr!(view, "find-in-reader", reader = reader, name = holder.printed_name());
        notice::with_action(ui, view, NoticeKind::Note, &words, low, |ui| {
            let open = tr!(view, "find-open-name", name = holder.printed_name());
            if Button::new(open).show(ui, view).clicked() {
                view.send(find::Intent::Open(holder.id.clone()));
            }
        });
        ui.add_space(space::SMALL);
    }
}

fn nothing(ui: &mut Ui, view: &View<'_>) {
    let words = if view.model.find.query.trim().is_empty() {
        tr!(view, "find-nobody")
    } else {
        tr!(view, "find-nothing", query = view.model.find.query.trim())
    };
    notice::show(ui, view, NoticeKind::Note, &words);
    page::weak(ui, view, &tr!(view, "find-nothing-advice"));
}

fn count(ui: &mut Ui, view: &View<'_>) {
    let found = view.model.find.found.len();
    let words = if found == MOST_FOUND {
        tr!(view, "find-count-most", count = found)
    } else {
        tr!(view, "find-count", count = found)
    };
    page::weak(ui, view, &words);
}

fn table(ui: &mut Ui, view: &View<'_>, field: &Response) {
    let state = &view.model.find;
    let found = &state.found;
    let columns = [
        Column::new(tr!(view, "find-column-name"), 3.0),
        Column::new(tr!(view, "find-column-number"), 2.0),
        Column::new(tr!(view, "find-column-organisation"), 1.4),
        Column::new(tr!(view, "find-column-cards"), 1.8),
    ];
    let pictures = |row: usize| found.get(row).and_then(|record| holder::portrait(view.model, &record.holder.id));
    let name = tr!(view, "find-table");
    // The answer is another one: its first row is where to begin to read.
    let fresh = first_of(ui, "answer", Arc::as_ptr(found) as usize as u64);
    let table = Table::new(&name, &columns, found.len())
        .chosen(Some(state.chosen))
        .pictures(&pictures)
        .reveal(fresh.then_some(state.chosen));
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let down = field.has_focus() && pressed(Key::ArrowDown);
    // Up from the first row is the way back to the field.
    if state.chosen == 0 && table.has_keyboard(ui, 0) && pressed(Key::ArrowUp) {
        field.request_focus();
    }
    let outcome = table
        .keyboard_to(down.then_some(state.chosen))
        .show(ui, view, |row, column| found.get(row).map_or(Cow::Borrowed(""), |record| cell(view, record, column)));
    if let Some(row) = outcome.chosen {
        view.send(find::Intent::Choose(row));
    }
    if let Some(record) = outcome.opened.and_then(|row| found.get(row)) {
        view.send(find::Intent::Open(record.holder.id.clone()));
    }
}

fn cell<'a>(view: &View<'_>, record: &'a HolderRecord, column: usize) -> Cow<'a, str> {
    match column {
        0 => Cow::Borrowed(record.holder.printed_name()),
        1 => Cow::Owned(record.holder.id.grouped()),
        2 => Cow::Borrowed(record.holder.organisation.as_str()),
        _ => Cow::Owned(cards(view, record)),
    }
}

/// What matters of a holder's cards, in a word or two.
fn cards(view: &View<'_>, record: &HolderRecord) -> String {
    if record.holder.state == HolderState::Closed {
        return tr!(view, "find-closed");
    }
    let standing = record.cards.iter().find(|card| card.state != CardState::Cancelled);
    match standing.or(record.cards.first()) {
        Some(card) => super::holder::card_state(view, card.state),
        None => tr!(view, "find-no-card"),
    }
}

/// Opens the chosen holder.
#[must_use]
pub fn main_action(model: &Model) -> Option<Intent> {
    model.find.chosen().map(|_| find::Intent::OpenChosen.into())
}
