//! A question with one action.

use eframe::egui;

use super::DialogIntent;
use crate::{
    desktop::{
        intent::Intent,
        theme::space,
        view::View,
        widgets::button::{Button, Kind},
    },
    tr,
};

/// The question.
#[derive(Debug, Clone)]
pub struct Confirm {
    /// Key of its title.
    pub title: &'static str,
    /// Keys of its lines.
    pub body: Vec<&'static str>,
    /// More lines, as they are.
    pub words: Vec<String>,
    /// Key of the action's name.
    pub action: &'static str,
    /// Whether the action cannot be undone.
    pub destructive: bool,
    /// What the action is.
    pub then: Box<Intent>,
}

pub(super) fn draw(ui: &mut egui::Ui, view: &View<'_>, confirm: &Confirm) {
    for key in &confirm.body {
        ui.label(view.texts.get(key));
    }
    for words in &confirm.words {
        ui.label(words);
    }
    ui.add_space(space::MEDIUM);
    ui.horizontal(|ui| {
        let kind = if confirm.destructive { Kind::Destructive } else { Kind::Main };
        let action = Button::new(view.texts.get(confirm.action)).kind(kind).show(ui, view);
        let cancel = Button::new(tr!(view, "cancel")).show(ui, view);
        // What cannot be undone is never one Enter away.
        let first = if confirm.destructive { &cancel } else { &action };
        if ui.memory(|memory| memory.focused().is_none()) {
            first.request_focus();
        }
        if action.clicked() {
            view.send(DialogIntent::Confirmed);
        }
        if cancel.clicked() {
            view.send(Intent::CloseDialog);
        }
    });
}
