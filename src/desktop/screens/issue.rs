//! Preparing an issue.

use eframe::egui::Ui;

use crate::{
    desktop::{intent::Intent, model::Model, view::View, widgets::page},
    domain::HolderId,
};

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>, holder: &HolderId) {
    page::scrolling(ui, view, &holder.grouped(), |_ui| {});
}

/// Its main action.
#[must_use]
pub fn main_action(_model: &Model, _holder: &HolderId) -> Option<Intent> {
    None
}
