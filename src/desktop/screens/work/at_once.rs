//! The next card is unlocked at once: the reader it goes into, then the face, name and number to compare its holder with.

use eframe::egui::{self, Label, RichText, TextStyle, Ui, vec2};

use crate::{
    bench::{Whose, WorkId},
    desktop::{
        intent::Intent,
        model::{
            at_once::{self, AtOnce, cards_in},
            work::{Piece, Stage},
        },
        theme::{Theme, space},
        view::View,
        widgets::{button::Button, page},
    },
    tr,
};

/// Part of the window's height that the face takes: everything else stays in sight.
const FACE: f32 = 0.45;

/// Draws the stage it is at, if it is one of its own.
pub(super) fn draw(ui: &mut Ui, view: &View<'_>, work: WorkId, piece: &Piece, stage: Stage<'_>) -> bool {
    match (stage, &piece.at_once) {
        (Stage::AwaitsCard, _) => awaits(ui, view, work),
        (Stage::Whose, Some(AtOnce::Whose(whose))) => compare(ui, view, whose, piece.reader.as_deref()),
        _ => return false,
    }
    true
}

fn awaits(ui: &mut Ui, view: &View<'_>, work: WorkId) {
    ui.add(Label::new(RichText::new(tr!(view, "service-put-in")).text_style(Theme::subheading())).wrap());
    ui.add_space(space::SMALL);
    page::weak(ui, view, &tr!(view, "next-put-in-explained"));
    let mut first = true;
    for (reader, holder) in cards_in(view.model) {
        if first {
            page::section(ui, &tr!(view, "next-is-in"));
            first = false;
        }
        let place = view.model.preferences.reader_name(reader);
        let name = tr!(view, "next-is-in-reader", name = holder.printed_name(), reader = place);
        if Button::new(name).wide().show(ui, view).clicked() {
            view.send(at_once::Intent::IsIn(work, reader.to_owned()));
        }
    }
}

/// Large enough to be compared across a desk.
fn compare(ui: &mut Ui, view: &View<'_>, whose: &Whose, reader: Option<&str>) {
    let holder = &whose.holder;
    let name = holder.printed_name();
    ui.add(Label::new(RichText::new(tr!(view, "next-whose")).text_style(Theme::large())).wrap());
    ui.add_space(space::SMALL);
    let height = (ui.ctx().content_rect().height() * FACE).clamp(space::PHOTO[0] * 0.6, space::PHOTO[1]);
    ui.horizontal_top(|ui| {
        if let Some(portrait) = &whose.portrait {
            let texture = view.pictures.texture(ui.ctx(), portrait);
            let size = texture.size_vec2();
            let shown = vec2(height * size.x / size.y.max(1.0), height);
            let alt = tr!(view, "holder-photo-of", name = name);
            ui.add(egui::Image::new((texture.id(), shown)).alt_text(alt));
            ui.add_space(space::MEDIUM);
        }
        ui.vertical(|ui| {
            ui.add(Label::new(RichText::new(name).text_style(TextStyle::Heading)).wrap());
            ui.add(Label::new(RichText::new(holder.id.grouped()).text_style(Theme::subheading())).wrap());
            ui.add_space(space::SMALL);
            if whose.portrait.is_none() {
                page::weak(ui, view, &tr!(view, "next-no-photo"));
            }
            if let Some(reader) = reader {
                page::fact(ui, view, &tr!(view, "work-reader"), view.model.preferences.reader_name(reader));
            }
            page::fact(ui, view, &tr!(view, "work-serial"), whose.serial.as_str());
            page::weak(ui, view, &tr!(view, "next-unchanged"));
        });
    });
}

/// What the officer may do while it is at one of its own stages, the next action first.
pub(super) fn offers(view: &View<'_>, work: WorkId, stage: Stage<'_>) -> Vec<(String, Intent)> {
    match stage {
        Stage::AwaitsCard => vec![(tr!(view, "next-stop"), at_once::Intent::Stop(work).into())],
        Stage::Whose => vec![
            (tr!(view, "next-theirs"), at_once::Intent::Theirs(work).into()),
            (tr!(view, "next-not-theirs"), at_once::Intent::NotTheirs(work).into()),
        ],
        _ => Vec::new(),
    }
}
