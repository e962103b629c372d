//! A piece of card work: its steps as they happen, and what to do with the card afterwards.

use eframe::egui::Ui;

use crate::{
    bench::WorkId,
    desktop::{intent::Intent, model::Model, view::View, widgets::page},
};

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>, work: WorkId) {
    let Some(piece) = view.model.work.all.get(&work) else { return };
    page::scrolling(ui, view, &piece.operation.to_string(), |_ui| {});
}

/// Its main action.
#[must_use]
pub fn main_action(_model: &Model, _work: WorkId) -> Option<Intent> {
    None
}
