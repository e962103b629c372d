//! The command palette: every command by its name.

use eframe::egui::{self, Id, Key, TextEdit};

use super::{Dialog, DialogIntent};
use crate::{
    desktop::{
        command::Command,
        model::{Model, help},
        theme::space,
        view::View,
        widgets::button::{Button, Kind},
    },
    domain::NhsCode,
    tr,
};

/// The palette.
#[derive(Debug, Clone, Default)]
pub struct Palette {
    /// What was typed.
    pub query: String,
    /// Which of the commands that fit is chosen.
    pub chosen: usize,
}

/// Something in the palette.
#[derive(Debug, Clone)]
pub enum Wish {
    /// This was typed.
    Query(String),
    /// This row is chosen.
    Choose(usize),
    /// This is wanted.
    Run(Entry),
}

/// What the palette offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// A command.
    Command(Command),
    /// A topic of the help, by its id.
    Topic(&'static str),
}

/// The commands, and then the topics of the help, whose names hold every word that was typed. The topic about codes goes by
/// each of them too.
fn fitting(view: &View<'_>, query: &str) -> Vec<(Entry, String)> {
    let words: Vec<String> = query.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let signed_in = view.model.officer().is_some();
    let commands = Command::ALL
        .into_iter()
        .filter(|command| *command != Command::Palette && (signed_in || command.works_signed_out()))
        .map(|command| (Entry::Command(command), view.texts.get(command.text_key())));
    let topics = help::topics()
        .iter()
        .map(|topic| (Entry::Topic(topic.id), tr!(view, "command-topic", title = topic.title.as_str())));
    let codes = NhsCode::ALL.map(|code| code.code().to_lowercase()).join(" ");
    commands
        .chain(topics)
        .filter(|(entry, name)| {
            let name = name.to_lowercase();
            let is_codes = *entry == Entry::Topic(help::CODES);
            words.iter().all(|word| name.contains(word) || (is_codes && codes.contains(word)))
        })
        .collect()
}

pub(super) fn update(model: &mut Model, wish: Wish) {
    match (model.dialogs.front_mut(), wish) {
        (Some(Dialog::Palette(palette)), Wish::Query(query)) => *palette = Palette { query, chosen: 0 },
        (Some(Dialog::Palette(palette)), Wish::Choose(row)) => palette.chosen = row,
        (_, Wish::Run(entry)) => {
            super::cancel(model);
            match entry {
                Entry::Command(command) => model.update(command.into()),
                Entry::Topic(topic) => model.update(help::Intent::Open(topic.to_owned()).into()),
            }
        }
        _ => {}
    }
}

pub(super) fn draw(ui: &mut egui::Ui, view: &View<'_>, palette: &Palette) {
    let fitting = fitting(view, &palette.query);
    let mut query = palette.query.clone();
    let label = ui.label(tr!(view, "command-palette-hint"));
    let field = TextEdit::singleline(&mut query).id(Id::unique("palette field")).desired_width(f32::INFINITY);
    // Up, down and Enter are the list's, before the field sees them.
    let (up, down, enter) = ui.input_mut(|input| {
        let none = egui::Modifiers::NONE;
        (
            input.consume_key(none, Key::ArrowUp),
            input.consume_key(none, Key::ArrowDown),
            input.consume_key(none, Key::Enter),
        )
    });
    let response = ui.add(field).labelled_by(label.id);
    response.request_focus();
    if response.changed() {
        view.send(DialogIntent::Palette(Wish::Query(query)));
    }
    let last = fitting.len().saturating_sub(1);
    let chosen = palette.chosen.min(last);
    if up || down {
        let next = if up { chosen.saturating_sub(1) } else { (chosen + 1).min(last) };
        view.send(DialogIntent::Palette(Wish::Choose(next)));
    }
    if enter && let Some((entry, _)) = fitting.get(chosen) {
        view.send(DialogIntent::Palette(Wish::Run(*entry)));
    }
    ui.add_space(space::SMALL);
    if fitting.is_empty() {
        ui.label(tr!(view, "command-palette-none"));
    }
    egui::ScrollArea::vertical().max_height(ui.ctx().content_rect().height() * 0.5).show(ui, |ui| {
        for (row, (entry, name)) in fitting.iter().enumerate() {
            let mut button = Button::new(name).kind(Kind::Quiet).chosen(row == chosen).wide();
            if let Entry::Command(command) = entry {
                button = button.note(command.keys(ui.ctx()));
            }
            let button = button.show(ui, view);
            // The keys move the choice in the next frame: the row it goes to is brought into sight now.
            if (up && row == chosen.saturating_sub(1)) || (down && row == (chosen + 1).min(last)) {
                button.scroll_to_me(None);
            }
            if button.clicked() {
                view.send(DialogIntent::Palette(Wish::Run(*entry)));
            }
        }
    });
}
