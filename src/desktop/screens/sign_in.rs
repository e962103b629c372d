//! Before anybody is signed in: opening, signing in, and the locked window.

use eframe::egui::Ui;

use crate::desktop::{
    model::session::{Intent, Phase},
    view::View,
    widgets::button::Button,
};

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    let state = &view.model.session;
    ui.heading(view.texts.get("app-title"));
    if let Phase::OpeningFailed(why) = &state.phase {
        ui.label(why);
    }
    for officer in &state.officers {
        if Button::new(&officer.officer.name).show(ui, view).clicked() {
            view.send(Intent::SignIn(officer.officer.id.clone()));
        }
    }
}
