//! The list of shortcuts.

use eframe::egui::{self, Grid, ScrollArea};

use crate::{
    desktop::{
        command::Command,
        intent::Intent,
        theme::{Theme, space},
        view::View,
        widgets::button::Button,
    },
    tr,
};

pub(super) fn draw(ui: &mut egui::Ui, view: &View<'_>) {
    // Lines to read stand closer than things to click.
    ScrollArea::vertical().auto_shrink([false, true]).max_height(ui.ctx().content_rect().height() * 0.6).show(
        ui,
        |ui| {
            Grid::new("shortcuts")
                .num_columns(2)
                .min_row_height(space::SIGN)
                .spacing([space::LARGE, space::SMALL])
                .show(ui, |ui| {
                    for title in [tr!(view, "shortcuts-action"), tr!(view, "shortcuts-keys")] {
                        ui.label(egui::RichText::new(title).text_style(Theme::strong()));
                    }
                    ui.end_row();
                    for command in Command::ALL {
                        ui.label(view.texts.get(command.text_key()));
                        ui.label(command.keys(ui.ctx()));
                        ui.end_row();
                    }
                });
        },
    );
    ui.add_space(space::MEDIUM);
    let close = Button::new(tr!(view, "close")).show(ui, view);
    if ui.memory(|memory| memory.focused().is_none()) {
        close.request_focus();
    }
    if close.clicked() {
        view.send(Intent::CloseDialog);
    }
}
