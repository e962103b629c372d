//! A topic of the help in front of what is being done.

use eframe::egui::{self, ScrollArea};

use super::DialogIntent;
use crate::{
    desktop::{
        intent::Intent,
        model::help,
        theme::space,
        view::View,
        widgets::{button::Button, prose},
    },
    tr,
};

pub(super) fn draw(ui: &mut egui::Ui, view: &View<'_>, topic: &str) {
    ScrollArea::vertical().id_salt(topic).max_height(ui.ctx().content_rect().height() * 0.5).show(ui, |ui| {
        prose::show(ui, view, &help::topic(topic).blocks, |to| {
            view.send(DialogIntent::HelpTopic(to.to_owned()));
        });
    });
    ui.add_space(space::MEDIUM);
    let close = Button::new(tr!(view, "close")).show(ui, view);
    if ui.memory(|memory| memory.focused().is_none()) {
        close.request_focus();
    }
    if close.clicked() {
        view.send(Intent::CloseDialog);
    }
}
