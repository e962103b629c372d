//! Settings.

use eframe::egui::Ui;

use crate::{
    desktop::{intent::Intent, model::Model, view::View, widgets::page},
    tr,
};

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    page::scrolling(ui, view, &tr!(view, "nav-settings"), |_ui| {});
}

/// Its main action.
#[must_use]
pub fn main_action(_model: &Model) -> Option<Intent> {
    None
}
