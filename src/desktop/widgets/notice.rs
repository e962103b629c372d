//! A line in a box that says how much it matters by word, sign and colour, never by colour alone.

use eframe::egui::{self, Align, Frame, Layout, Margin, RichText, Stroke, Ui, accesskit::Role};

use crate::desktop::{
    model::NoticeKind,
    theme::{Pair, space},
    view::View,
};

/// Colours of a kind.
#[must_use]
pub fn colours(view: &View<'_>, kind: NoticeKind) -> Pair {
    match kind {
        NoticeKind::Good => view.theme.colours.good,
        NoticeKind::Note => view.theme.colours.note,
        NoticeKind::Warning => view.theme.colours.warning,
        NoticeKind::Danger => view.theme.colours.danger,
    }
}

/// The sign before its words.
#[must_use]
pub fn sign(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Good => "√",
        NoticeKind::Note => "i",
        NoticeKind::Warning => "!",
        NoticeKind::Danger => "×",
    }
}

/// Draws a box with words, and what else belongs into it. A screen reader is told when it appears.
pub fn boxed<R>(ui: &mut Ui, view: &View<'_>, kind: NoticeKind, words: &str, more: impl FnOnce(&mut Ui) -> R) -> R {
    let pair = colours(view, kind);
    let frame = Frame::new()
        .fill(pair.ground)
        .stroke(Stroke::new(1.0, pair.words))
        .corner_radius(6.0)
        .inner_margin(Margin::symmetric(12, 8));
    frame
        .show(ui, |ui| {
            ui.set_min_width((ui.available_width()).min(space::COLUMN));
            ui.horizontal_top(|ui| {
                ui.label(RichText::new(sign(kind)).color(pair.words));
                ui.vertical(|ui| {
                    let label = ui.add(egui::Label::new(RichText::new(words).color(pair.words)).wrap());
                    ui.ctx().accesskit_node_builder(label.id, |node| {
                        node.set_role(if kind == NoticeKind::Danger { Role::Alert } else { Role::Status });
                        node.set_label(words.to_owned());
                    });
                    more(ui)
                })
                .inner
            })
            .inner
        })
        .inner
}

/// A box with words, and what is done with it at its right end, so that it stays one line where there is room.
pub fn with_action(ui: &mut Ui, view: &View<'_>, kind: NoticeKind, words: &str, action: impl FnOnce(&mut Ui)) {
    let pair = colours(view, kind);
    let frame = Frame::new()
        .fill(pair.ground)
        .stroke(Stroke::new(1.0, pair.words))
        .corner_radius(space::CORNER)
        .inner_margin(Margin::symmetric(12, 6));
    frame.show(ui, |ui| {
        // One line high to begin with: it grows with its words only.
        let size = egui::vec2(ui.available_width(), space::TARGET);
        ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
            action(ui);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.label(RichText::new(sign(kind)).color(pair.words));
                let label = ui.add(egui::Label::new(RichText::new(words).color(pair.words)).wrap());
                ui.ctx().accesskit_node_builder(label.id, |node| {
                    node.set_role(if kind == NoticeKind::Danger { Role::Alert } else { Role::Status });
                    node.set_label(words.to_owned());
                });
            });
        });
    });
}

/// A box with words alone.
pub fn show(ui: &mut Ui, view: &View<'_>, kind: NoticeKind, words: &str) {
    boxed(ui, view, kind, words, |_| ());
}
