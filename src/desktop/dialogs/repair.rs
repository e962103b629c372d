//! How a repaired card is left: with a passcode its holder chooses now, or locked.

use eframe::egui;

use crate::{
    desktop::{
        format,
        intent::Intent,
        model::service,
        theme::space,
        view::View,
        widgets::button::{Button, Kind},
    },
    domain::CardSerial,
    tr,
};

/// The question.
#[derive(Debug, Clone)]
pub struct RepairChoice {
    /// Which card.
    pub serial: CardSerial,
    /// Whose.
    pub name: String,
    /// What is wrong with it.
    pub findings: Vec<String>,
}

pub(super) fn draw(ui: &mut egui::Ui, view: &View<'_>, ask: &RepairChoice) {
    for finding in &ask.findings {
        ui.label(format::sentence(finding));
    }
    ui.label(tr!(view, "repair-what", name = &ask.name));
    ui.add_space(space::SMALL);
    let serial = || ask.serial.clone();
    let chosen = Button::new(tr!(view, "repair-choose")).kind(Kind::Main).wide().show(ui, view);
    if ui.memory(|memory| memory.focused().is_none()) {
        chosen.request_focus();
    }
    if chosen.clicked() {
        view.send(Intent::CloseDialog);
        view.send(service::Intent::Repair { serial: serial(), locked: false });
    }
    if Button::new(tr!(view, "repair-lock")).wide().show(ui, view).clicked() {
        view.send(Intent::CloseDialog);
        view.send(service::Intent::Repair { serial: serial(), locked: true });
    }
    ui.add_space(space::SMALL);
    if Button::new(tr!(view, "cancel")).show(ui, view).clicked() {
        view.send(Intent::CloseDialog);
    }
}
