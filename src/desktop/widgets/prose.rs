//! Draws the words of a topic of the help.

use eframe::egui::{self, Label, Link, RichText, Ui};

use super::page;
use crate::desktop::{
    model::help::{Block, Span},
    theme::{Theme, space},
    view::View,
};

/// Draws all parts, no wider than a column that is read with ease; `follow` hears of the topic of a link that was taken.
pub fn show(ui: &mut Ui, view: &View<'_>, blocks: &[Block], mut follow: impl FnMut(&str)) {
    ui.set_max_width(ui.available_width().min(space::COLUMN));
    for block in blocks {
        match block {
            Block::Heading(words) => page::section(ui, words),
            Block::Paragraph(spans) => line(ui, spans, &mut follow),
            Block::Item(spans) => {
                ui.scope(|ui| {
                    ui.spacing_mut().interact_size.y = 0.0;
                    ui.horizontal_top(|ui| {
                        ui.label(RichText::new("•").color(view.theme.colours.weak));
                        ui.vertical(|ui| line(ui, spans, &mut follow));
                    });
                });
            }
        }
        ui.add_space(space::SMALL);
    }
}

fn line(ui: &mut Ui, spans: &[Span], follow: &mut impl FnMut(&str)) {
    // Words alone are one label, so that they are heard as one sentence.
    if let [Span::Plain(words)] = spans {
        ui.add(Label::new(words).wrap());
        return;
    }
    ui.scope(|ui| {
        // Rows as close as those of one label.
        ui.spacing_mut().item_spacing = egui::Vec2::ZERO;
        ui.spacing_mut().interact_size.y = 0.0;
        pieces(ui, spans, follow);
    });
}

fn pieces(ui: &mut Ui, spans: &[Span], follow: &mut impl FnMut(&str)) {
    ui.horizontal_wrapped(|ui| {
        for span in spans {
            match span {
                Span::Plain(words) => {
                    ui.label(words);
                }
                Span::Bold(words) => {
                    ui.label(RichText::new(words).text_style(Theme::strong()));
                }
                Span::Link { words, topic } => {
                    let link = ui.add(Link::new(RichText::new(words).text_style(egui::TextStyle::Body)));
                    if link.clicked() {
                        follow(topic);
                    }
                }
            }
        }
    });
}
