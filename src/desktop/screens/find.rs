//! Finding a holder.

use std::borrow::Cow;

use eframe::egui::{Id, TextEdit, Ui};

use crate::{
    desktop::{
        intent::Intent,
        model::{Model, NoticeKind, find},
        theme::space,
        view::View,
        widgets::{
            notice, page,
            table::{Column, Table},
        },
    },
    tr,
};

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    page::fixed(ui, view, &tr!(view, "find-title"), |ui| {
        let state = &view.model.find;
        let mut query = state.query.clone();
        let label = ui.label(tr!(view, "find-field"));
        let field = TextEdit::singleline(&mut query).id(Id::unique("find field")).desired_width(space::COLUMN);
        let response = ui.add(field).labelled_by(label.id);
        // Where nothing has the keyboard, typing searches.
        if ui.memory(|memory| memory.focused().is_none()) && view.model.dialogs.is_empty() {
            response.request_focus();
        }
        if response.changed() {
            view.send(find::Intent::Query(query));
        }
        if let Some(trouble) = &state.trouble {
            notice::show(ui, view, NoticeKind::Danger, &trouble.message);
        }
        page::weak(ui, view, &tr!(view, "find-count", count = state.found.len()));
        let columns = [Column::new("Name", 3.0), Column::new("Number", 2.0)];
        let outcome = Table::new("Holders", &columns, state.found.len()).chosen(Some(state.chosen)).show(
            ui,
            view,
            |row, column| {
                let holder = &state.found[row].holder;
                if column == 0 { Cow::Borrowed(holder.printed_name()) } else { Cow::Owned(holder.id.grouped()) }
            },
        );
        if let Some(row) = outcome.chosen {
            view.send(find::Intent::Choose(row));
        }
        if let Some(record) = outcome.opened.and_then(|row| state.found.get(row)) {
            view.send(find::Intent::Open(record.holder.id.clone()));
        }
    });
}

/// Opens the chosen holder.
#[must_use]
pub fn main_action(model: &Model) -> Option<Intent> {
    let record = model.find.found.get(model.find.chosen)?;
    Some(find::Intent::Open(record.holder.id.clone()).into())
}
