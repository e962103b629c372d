//! Which reader is which: the officer moves a card in the one they mean, and gives it a name.

use eframe::egui::{self, Key, TextEdit};

use super::{Dialog, DialogIntent};
use crate::{
    desktop::{
        intent::Intent,
        model::{Model, settings},
        preferences::Preferences,
        theme::space,
        view::View,
        widgets::{
            button::{self, Button, Kind},
            page,
        },
    },
    tr,
};

/// Longest name an officer may give a reader, in characters: it stands on a tile.
const LONGEST_NAME: usize = 30;

/// The dialogue.
#[derive(Debug, Clone, Default)]
pub struct NameReader {
    /// The reader it is, once a card was moved in it.
    pub reader: Option<String>,
    /// The name so far.
    pub name: String,
}

impl NameReader {
    /// A card came or went. The first reader is the one that was meant; later ones change nothing.
    pub fn reader_changed(&mut self, reader: &str, preferences: &Preferences) {
        if self.reader.is_none() {
            self.name = preferences.reader_names.get(reader).cloned().unwrap_or_default();
            self.reader = Some(reader.to_owned());
        }
    }
}

/// Something in this dialogue.
#[derive(Debug, Clone)]
pub enum Wish {
    /// It is this reader, chosen from the list.
    Reader(String),
    /// It was another: wait for a card again.
    Again,
    /// This was typed.
    Name(String),
    /// Keep the name.
    Keep,
}

pub(super) fn update(model: &mut Model, wish: Wish) {
    let Some(Dialog::NameReader(asking)) = model.dialogs.front_mut() else { return };
    match wish {
        Wish::Reader(reader) => asking.reader_changed(&reader, &model.preferences),
        Wish::Again => *asking = NameReader::default(),
        Wish::Name(name) => asking.name = name.chars().take(LONGEST_NAME).collect(),
        Wish::Keep => {
            if let NameReader { reader: Some(reader), name } = asking.clone() {
                model.dialogs.pop_front();
                model.update(settings::Intent::NameReader { reader, name }.into());
            }
        }
    }
}

pub(super) fn draw(ui: &mut egui::Ui, view: &View<'_>, asking: &NameReader) {
    match &asking.reader {
        None => wait(ui, view),
        Some(reader) => name(ui, view, asking, reader),
    }
}

fn wait(ui: &mut egui::Ui, view: &View<'_>) {
    ui.label(tr!(view, "name-reader-move-a-card"));
    ui.add_space(space::SMALL);
    page::weak(ui, view, &tr!(view, "name-reader-or-choose"));
    let room = ui.ctx().content_rect().height() * 0.3;
    egui::ScrollArea::vertical().max_height(room).show(ui, |ui| {
        for reader in &view.model.bench.readers {
            let called = view.model.preferences.reader_name(&reader.name);
            let mut button = Button::new(called).wide();
            if called != reader.name {
                button = button.note(&reader.name);
            }
            if button.show(ui, view).clicked() {
                view.send(DialogIntent::NameReader(Wish::Reader(reader.name.clone())));
            }
        }
    });
    ui.add_space(space::MEDIUM);
    let cancel = Button::new(tr!(view, "cancel")).show(ui, view);
    if ui.memory(|memory| memory.focused().is_none()) {
        cancel.request_focus();
    }
    if cancel.clicked() {
        view.send(Intent::CloseDialog);
    }
}

fn name(ui: &mut egui::Ui, view: &View<'_>, asking: &NameReader, reader: &str) {
    ui.label(tr!(view, "name-reader-it-is", reader = reader));
    ui.add_space(space::SMALL);
    let label = ui.label(tr!(view, "name-reader-field"));
    let mut typed = asking.name.clone();
    let id = egui::Id::unique("name of a reader");
    let field = TextEdit::singleline(&mut typed)
        .id(id)
        .hint_text(tr!(view, "name-reader-hint"))
        .desired_width(f32::INFINITY)
        .char_limit(LONGEST_NAME);
    let response = ui.add(field).labelled_by(label.id);
    let enter = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    // The field has the keyboard when it appears, and not again when the officer goes on with Tab.
    let begun = ui.data(|data| data.get_temp::<String>(id));
    if begun.as_deref() != Some(reader) || ui.memory(|memory| memory.focused().is_none()) {
        response.request_focus();
        ui.data_mut(|data| data.insert_temp(id, reader.to_owned()));
    }
    if response.changed() {
        view.send(DialogIntent::NameReader(Wish::Name(typed)));
    }
    page::weak(ui, view, &tr!(view, "name-reader-empty"));
    ui.add_space(space::MEDIUM);
    button::row(ui, |ui| {
        let keep = Button::new(tr!(view, "name-reader-keep")).kind(Kind::Main).show(ui, view);
        if keep.clicked() || enter {
            view.send(DialogIntent::NameReader(Wish::Keep));
        }
        if Button::new(tr!(view, "name-reader-again")).show(ui, view).clicked() {
            view.send(DialogIntent::NameReader(Wish::Again));
        }
        if Button::new(tr!(view, "cancel")).show(ui, view).clicked() {
            view.send(Intent::CloseDialog);
        }
    });
}
