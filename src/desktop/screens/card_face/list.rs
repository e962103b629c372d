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
        for (place, row) in rows.iter().enumerate() {
            let kind = kind_of(view, &row.kind);
            let place = (place + 1).to_string();
            let wrong = state.mistake_of(&row.id).is_some();
            let marked = state.marks_of(&row.id).next().is_some();
            let spoken = match (wrong, marked) {
                (true, _) => tr!(view, "card-face-element-wrong", place = &place, id = &row.id, kind = &kind),
                (false, true) => tr!(view, "card-face-element-marked", place = &place, id = &row.id, kind = &kind),
                (false, false) => tr!(view, "card-face-element", place = &place, id = &row.id, kind = &kind),
            };
            let sign = if wrong || marked { "! " } else { "" };
            let name = format!("{sign}{place} {}", row.id);
            let chosen = state.chosen.as_ref() == Some(&row.id);
            if Button::new(name).chosen(chosen).spoken(spoken).show(ui, view).clicked() {
                view.send(Intent::Choose(Some(row.id.clone())));
            }
        }
    });
}

/// Where the chosen element is in the order, and how it gets elsewhere.
pub fn order(ui: &mut Ui, view: &View<'_>) {
    let state = &view.model.card_face;
    let rows = state.rows();
    let Some(place) = rows.iter().position(|row| state.chosen.as_ref() == Some(&row.id)) else { return };
    let (number, count) = ((place + 1).to_string(), rows.len().to_string());
    page::weak(ui, view, &tr!(view, "card-face-order", place = &number, count = &count));
    let last = rows.len() - 1;
    button::row(ui, |ui| {
        for (name, to) in [
            (tr!(view, "card-face-forward"), place + 1),
            (tr!(view, "card-face-backward"), place.saturating_sub(1)),
            (tr!(view, "card-face-above-all"), last),
            (tr!(view, "card-face-below-all"), 0),
        ] {
            let refused = (to == place || to > last).then(String::new);
            if Button::new(name).kind(Kind::Quiet).refused(refused).show(ui, view).clicked() {
                view.send(Intent::Reorder(to));
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
