//! What happened to a holder and their cards, as the audit has it.

use eframe::egui::{Grid, Label, RichText, Ui};

use crate::{
    cis2::wire::AuditRow,
    desktop::{
        format,
        model::holder::{Intent, Open},
        theme::space,
        view::View,
        widgets::{button::Button, page},
        wording,
    },
    tr,
};

/// Rows shown until the officer asks for all.
const NEWEST: usize = 8;

/// Draws it, newest first.
pub fn draw(ui: &mut Ui, view: &View<'_>, open: &Open) {
    let Some(history) = &open.history else {
        if open.trouble.is_none() {
            page::weak(ui, view, &tr!(view, "holder-history-loading"));
        }
        return;
    };
    if history.is_empty() {
        page::weak(ui, view, &tr!(view, "holder-history-none"));
        return;
    }
    let shown = if open.all_history { history.len() } else { history.len().min(NEWEST) };
    let rows = history.iter().take(shown);
    if ui.available_width() < space::COLUMN {
        for row in rows {
            ui.add(Label::new(wording::row(view.texts, row)).wrap());
            let when = tr!(view, "history-when-who", when = &format::moment_of(&row.at), who = &who(view, row));
            page::weak(ui, view, &when);
            ui.add_space(space::SMALL);
        }
    } else {
        Grid::new("history").num_columns(3).spacing([space::LARGE, space::SMALL]).show(ui, |ui| {
            for row in rows {
                ui.label(RichText::new(format::moment_of(&row.at)).color(view.theme.colours.weak));
                ui.label(wording::row(view.texts, row));
                ui.label(RichText::new(who(view, row)).color(view.theme.colours.weak));
                ui.end_row();
            }
        });
    }
    if history.len() > NEWEST {
        let name =
            if open.all_history { tr!(view, "history-fewer") } else { tr!(view, "history-all", count = history.len()) };
        if Button::new(name).show(ui, view).clicked() {
            view.send(Intent::AllHistory(!open.all_history));
        }
    }
}

/// Who did it: by name where this window knows it, else by number.
fn who(view: &View<'_>, row: &AuditRow) -> String {
    let Some(id) = &row.officer else { return tr!(view, "history-service") };
    let listed = view.model.session.officers.iter().map(|known| &known.officer);
    let name = listed.chain(view.model.officer()).find(|officer| officer.id == *id).map(|officer| officer.name.clone());
    name.unwrap_or_else(|| id.grouped())
}
