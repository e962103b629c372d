//! The bench: every reader with what is in it and every printer, always in sight.

mod printer;
mod reader;
mod tile;

use eframe::egui::{ScrollArea, Ui};

use self::tile::Tile;
use super::frame::LOW;
use crate::{
    desktop::{
        model::{NoticeKind, bench},
        theme::space,
        view::View,
        widgets::{button::Button, notice},
    },
    tr,
};

/// Height of it with the room around it, in points: no more is taken from the page.
pub fn height(ui: &Ui) -> f32 {
    let tiles = if ui.ctx().content_rect().height() < LOW { space::TARGET } else { space::TILE_HEIGHT };
    tiles + 2.0 * space::MEDIUM
}

/// Draws it: tiles beside each other, each of one line where the window is low.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    let low = ui.ctx().content_rect().height() < LOW;
    let bench = &view.model.bench;
    ScrollArea::horizontal().id_salt("bench").show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::SMALL;
            if bench.no_card_service {
                no_service(ui, view, low);
            } else if bench.readers.is_empty() {
                Tile::new(tr!(view, "bench-no-reader"), view.theme.colours.raised)
                    .detail(tr!(view, "bench-no-reader-remedy"))
                    .show(ui, view, low);
            }
            for reader in &bench.readers {
                ui.push_id(("reader", &reader.name), |ui| reader::draw(ui, view, reader, low));
            }
            if bench.readers.len() > 1 {
                let which = Button::new(tr!(view, "bench-which-reader")).show(ui, view);
                tile::keep_in_sight(&which);
                if which.clicked() {
                    view.send(bench::Intent::WhichReader);
                }
            }
            for printer in &bench.printers {
                ui.push_id(("printer", &printer.name), |ui| printer::draw(ui, view, printer, low));
            }
        });
    });
}

fn no_service(ui: &mut Ui, view: &View<'_>, low: bool) {
    let (what, why) = (tr!(view, "bench-no-service"), tr!(view, "bench-no-service-remedy"));
    let explain = bench::Intent::Explain { name: what.clone(), why: why.clone() };
    Tile::new(what, notice::colours(view, NoticeKind::Danger))
        .sign(notice::sign(NoticeKind::Danger))
        .detail(why)
        .action(explain)
        .show(ui, view, low);
}
