//! Where the activity shown is to be written.

use eframe::egui::{self, Key, TextEdit};

use super::{Dialog, DialogIntent};
use crate::{
    desktop::{
        intent::Intent,
        model::{
            Model,
            activity::{self, Format},
        },
        theme::space,
        view::View,
        widgets::{
            button::{self, Button, Kind},
            page,
        },
    },
    tr,
};

/// The dialogue.
#[derive(Debug, Clone)]
pub struct Export {
    /// How it is written.
    pub format: Format,
    /// The file so far.
    pub path: String,
}

/// Something in this dialogue.
#[derive(Debug, Clone)]
pub enum Wish {
    /// This was typed.
    Path(String),
    /// Write it.
    Write,
}

pub(super) fn update(model: &mut Model, wish: Wish) {
    let Some(Dialog::Export(export)) = model.dialogs.front_mut() else { return };
    match wish {
        Wish::Path(path) => export.path = path,
        Wish::Write => {
            let (format, file) = (export.format, export.path.trim().to_owned());
            if !file.is_empty() {
                model.dialogs.pop_front();
                model.update(activity::Intent::Export { format, file: file.into() }.into());
            }
        }
    }
}

pub(super) fn draw(ui: &mut egui::Ui, view: &View<'_>, export: &Export) {
    let rows = view.model.activity.shown.len();
    ui.label(match export.format {
        Format::Csv => tr!(view, "activity-export-csv-explained", rows = rows),
        Format::Json => tr!(view, "activity-export-json-explained", rows = rows),
    });
    ui.add_space(space::SMALL);
    let label = ui.label(tr!(view, "activity-export-file"));
    let mut typed = export.path.clone();
    let id = egui::Id::unique("file of an export");
    let response = ui.add(TextEdit::singleline(&mut typed).id(id).desired_width(f32::INFINITY)).labelled_by(label.id);
    let enter = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if ui.memory(|memory| memory.focused().is_none()) {
        response.request_focus();
    }
    if response.changed() {
        view.send(DialogIntent::Export(Wish::Path(typed)));
    }
    page::weak(ui, view, &tr!(view, "activity-export-replaces"));
    ui.add_space(space::MEDIUM);
    button::row(ui, |ui| {
        let refused = export.path.trim().is_empty().then(|| tr!(view, "activity-export-no-file"));
        let write = Button::new(tr!(view, "activity-export-write")).kind(Kind::Main).refused(refused).show(ui, view);
        if write.clicked() || enter {
            view.send(DialogIntent::Export(Wish::Write));
        }
        if Button::new(tr!(view, "cancel")).show(ui, view).clicked() {
            view.send(Intent::CloseDialog);
        }
    });
}
