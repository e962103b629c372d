//! The elements of a side, and what can be added to it.

use eframe::egui::Ui;

use crate::{
    desktop::{
        model::card_face::{Intent, document::KINDS},
        view::View,
        widgets::{
            button::{self, Button, Kind},
            page,
        },
    },
    tr,
};

/// Draws them.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    let state = &view.model.card_face;
    page::section(ui, &tr!(view, "card-face-elements"));
    let rows = state.rows();
    if rows.is_empty() {
        page::weak(ui, view, &tr!(view, "card-face-none"));
    }
    ui.horizontal_wrapped(|ui| {
        for row in &rows {
            let kind = kind_of(view, &row.kind);
            let wrong = state.mistake_of(&row.id).is_some();
            let spoken = match wrong {
                true => tr!(view, "card-face-element-wrong", id = &row.id, kind = &kind),
                false => tr!(view, "card-face-element", id = &row.id, kind = &kind),
            };
            let name = if wrong { format!("! {}", row.id) } else { row.id.clone() };
            let chosen = state.chosen.as_ref() == Some(&row.id);
            if Button::new(name).chosen(chosen).spoken(spoken).show(ui, view).clicked() {
                view.send(Intent::Choose(Some(row.id.clone())));
            }
        }
    });
}

/// Draws what can be added.
pub fn add(ui: &mut Ui, view: &View<'_>) {
    page::section(ui, &tr!(view, "card-face-add"));
    button::row(ui, |ui| {
        for kind in KINDS {
            let name = kind_of(view, kind);
            let spoken = tr!(view, "card-face-add-kind", kind = &name);
            if Button::new(format!("+ {name}")).kind(Kind::Quiet).spoken(spoken).show(ui, view).clicked() {
                view.send(Intent::Add(kind));
            }
        }
    });
}

/// A kind in the officer's words.
pub fn kind_of(view: &View<'_>, kind: &str) -> String {
    match kind {
        "text" => tr!(view, "card-face-kind-text"),
        "photo" => tr!(view, "card-face-kind-photo"),
        "image" => tr!(view, "card-face-kind-image"),
        "box" => tr!(view, "card-face-kind-box"),
        "line" => tr!(view, "card-face-kind-line"),
        "code-128" => tr!(view, "card-face-kind-code-128"),
        "qr" => tr!(view, "card-face-kind-qr"),
        "pdf417" => tr!(view, "card-face-kind-pdf417"),
        other => other.to_owned(),
    }
}
