//! The band over every window that says in which world it works: by word, colour and pattern.

use eframe::egui::{Frame, Margin, Panel, RichText, Ui, accesskit::Role};

use super::signs;
use crate::{
    desktop::{
        text::Texts,
        theme::{Pair, Theme, space},
    },
    domain::eligibility::Realm,
};

/// Narrowest a band is, in points, to say beside the word what it means.
const NOTE_FROM: f32 = 720.0;

/// Draws it at the top, and what else stands in it.
pub fn show(
    ui: &mut Ui,
    (texts, theme): (&Texts, Theme),
    realm: Realm,
    margin: i8,
    name: &str,
    more: impl FnOnce(&mut Ui, Pair),
) {
    let pair = theme.realm(realm);
    let (word, note) = match realm {
        Realm::Training => ("realm-training", "realm-training-note"),
        Realm::Integration => ("realm-integration", "realm-integration-note"),
        Realm::Live => ("realm-live", "realm-live-note"),
    };
    let frame = Frame::new().fill(pair.ground).inner_margin(Margin::symmetric(14, margin));
    Panel::top("banner").frame(frame).show_separator_line(false).show(ui, |ui| {
        ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
            node.set_role(Role::Banner);
            node.set_label(name);
        });
        ui.horizontal(|ui| {
            // As high with something to press in it as without, so that nothing moves.
            ui.set_min_height(space::TARGET);
            ui.label(RichText::new(texts.get(word)).text_style(Theme::subheading()).color(pair.words));
            if ui.available_width() > NOTE_FROM {
                ui.label(RichText::new(texts.get(note)).color(pair.words));
            }
            more(ui, pair);
        });
    });
    if realm != Realm::Live {
        Panel::top("pattern").exact_size(space::PATTERN).frame(Frame::NONE).show_separator_line(false).show(ui, |ui| {
            let strip = ui.available_rect_before_wrap();
            signs::realm(ui.painter(), strip, realm, pair);
        });
    }
}
