//! The command palette: every command by its name.

use eframe::egui::{self, Key, TextEdit};

use super::{Dialog, DialogIntent};
use crate::{
    desktop::{command::Command, model::Model, text::Texts, theme::space, view::View, widgets::button::Button},
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
    /// This command is wanted.
    Run(Command),
}

/// The commands whose names hold every word that was typed.
fn fitting(texts: &Texts, model: &Model, query: &str) -> Vec<(Command, String)> {
    let words: Vec<String> = query.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let signed_in = model.officer().is_some();
    Command::ALL
        .into_iter()
        .filter(|command| *command != Command::Palette && (signed_in || command.works_signed_out()))
        .map(|command| (command, texts.get(command.text_key())))
        .filter(|(_, name)| words.iter().all(|word| name.to_lowercase().contains(word)))
        .collect()
}

pub(super) fn update(model: &mut Model, wish: Wish) {
    match (model.dialogs.front_mut(), wish) {
        (Some(Dialog::Palette(palette)), Wish::Query(query)) => *palette = Palette { query, chosen: 0 },
        (Some(Dialog::Palette(palette)), Wish::Choose(row)) => palette.chosen = row,
        (_, Wish::Run(command)) => {
            super::cancel(model);
            model.update(command.into());
        }
        _ => {}
    }
}

pub(super) fn draw(ui: &mut egui::Ui, view: &View<'_>, palette: &Palette) {
    let fitting = fitting(view.texts, view.model, &palette.query);
    let mut query = palette.query.clone();
    let field =
        TextEdit::singleline(&mut query).hint_text(tr!(view, "command-palette-hint")).desired_width(f32::INFINITY);
    // Up, down and Enter are the list's, before the field sees them.
    let (up, down, enter) = ui.input_mut(|input| {
        let none = egui::Modifiers::NONE;
        (
            input.consume_key(none, Key::ArrowUp),
            input.consume_key(none, Key::ArrowDown),
            input.consume_key(none, Key::Enter),
        )
    });
    let response = ui.add(field);
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
    if enter && let Some((command, _)) = fitting.get(chosen) {
        view.send(DialogIntent::Palette(Wish::Run(*command)));
    }
    ui.add_space(space::SMALL);
    if fitting.is_empty() {
        ui.label(tr!(view, "command-palette-none"));
    }
    egui::ScrollArea::vertical().max_height(ui.ctx().content_rect().height() * 0.5).show(ui, |ui| {
        for (row, (command, name)) in fitting.iter().enumerate() {
            let keys = ui.ctx().format_shortcut(&command.shortcut());
            let button = Button::new(name).note(keys).chosen(row == chosen).wide().show(ui, view);
            if row == chosen && (up || down) {
                button.scroll_to_me(None);
            }
            if button.clicked() {
                view.send(DialogIntent::Palette(Wish::Run(*command)));
            }
        }
    });
}
