//! Help.

use eframe::egui::Ui;

use crate::{
    desktop::{view::View, widgets::page},
    tr,
};

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>, _topic: &str) {
    page::scrolling(ui, view, &tr!(view, "nav-help"), |_ui| {});
}
