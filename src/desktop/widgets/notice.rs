//! A line in a box that says how much it matters by word, sign and colour, never by colour alone.

use eframe::egui::{
    self, Align, Frame, Layout, Link, Margin, RichText, Sense, Stroke, TextStyle, TextWrapMode, Ui, WidgetText,
    accesskit::Role,
};

use super::steps::{self, Going};
use crate::{
    desktop::{
        model::{NoticeKind, help},
        theme::{Pair, Theme, space},
        view::View,
    },
    domain::NhsCode,
    tr,
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
                mark(ui, kind, pair);
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

/// The sign in front of the words, drawn where no font of ours has a good one.
pub fn mark(ui: &mut Ui, kind: NoticeKind, pair: Pair) {
    let going = match kind {
        NoticeKind::Good => Going::Done,
        NoticeKind::Danger => Going::Failed,
        NoticeKind::Note | NoticeKind::Warning => {
            ui.label(RichText::new(sign(kind)).text_style(Theme::strong()).color(pair.words));
            return;
        }
    };
    let (place, _) = ui.allocate_exact_size(egui::vec2(space::SIGN, space::SIGN), egui::Sense::hover());
    steps::sign(ui, going, place, pair.words);
}

/// Whether these words stand on one line beside the buttons of a notice.
#[must_use]
pub fn fits(ui: &Ui, words: &str) -> bool {
    let font = egui::TextStyle::Body.resolve(ui.style());
    let line = ui.painter().layout_no_wrap(words.to_owned(), font, egui::Color32::PLACEHOLDER);
    line.size().x < ui.available_width() - space::BESIDE / 2.0
}

/// A box with words, and what is done with it at its right end, so that it stays one line where there is room. Words that
/// are `cut` stay one line in any case: an action shows the whole.
pub fn with_action(
    ui: &mut Ui,
    view: &View<'_>,
    kind: NoticeKind,
    words: &str,
    cut: bool,
    action: impl FnOnce(&mut Ui),
) {
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
                mark(ui, kind, pair);
                let line = egui::Label::new(RichText::new(words).color(pair.words));
                let label = ui.add(if cut { line.truncate() } else { line.wrap() });
                ui.ctx().accesskit_node_builder(label.id, |node| {
                    node.set_role(if kind == NoticeKind::Danger { Role::Alert } else { Role::Status });
                    node.set_label(words.to_owned());
                });
            });
        });
    });
}

/// A published code, small below the words it stands for, and what it says of what failed, of the card and of what to do; a
/// click explains it. Nothing where there is none.
pub fn code(ui: &mut Ui, view: &View<'_>, code: Option<NhsCode>) {
    let Some(code) = code else { return };
    let (name, meaning) = (tr!(view, "nhs-code", code = code.code()), code.explained());
    let link = ui.add(Link::new(RichText::new(&name).text_style(TextStyle::Small)));
    let spoken = tr!(view, "nhs-code-spoken", code = code.code(), meaning = &meaning);
    // The link says all of it; what is seen below is not said once more.
    ui.ctx().accesskit_node_builder(link.id, |node| node.set_label(spoken.clone()));
    let words = WidgetText::from(RichText::new(meaning).text_style(TextStyle::Small));
    let words = words.into_galley(ui, Some(TextWrapMode::Wrap), ui.available_width(), TextStyle::Small);
    let (place, _) = ui.allocate_exact_size(words.size(), Sense::hover());
    ui.painter().galley(place.min, words, ui.visuals().text_color());
    if link.clicked() {
        view.send(help::Intent::ExplainCode);
    }
    link.on_hover_text(spoken);
}

/// Words with the published code behind them, and what it says beyond the words; for places that take words alone.
#[must_use]
pub fn beside(view: &View<'_>, words: &str, code: Option<NhsCode>) -> String {
    let Some(code) = code else { return words.to_owned() };
    let name = tr!(view, "nhs-code", code = code.code());
    match code.beside(words) {
        unsaid if unsaid.is_empty() => format!("{words} ({name})"),
        unsaid => format!("{words} ({name}: {unsaid})"),
    }
}

/// A box with words alone.
pub fn show(ui: &mut Ui, view: &View<'_>, kind: NoticeKind, words: &str) {
    boxed(ui, view, kind, words, |_| ());
}
