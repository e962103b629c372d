//! The bench: every reader with what is in it and every printer, always in sight.

mod printer;
mod reader;
mod tile;

use eframe::egui::{Color32, ScrollArea, TextStyle, Ui};

use self::tile::{Room, Tile};
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
    if ui.ctx().content_rect().height() < LOW {
        space::TARGET + space::MEDIUM
    } else {
        space::TILE_HEIGHT + space::MEDIUM + space::SMALL
    }
}

/// Width of a tile at which all tiles and their buttons stand beside each other, as far as they can still be read.
fn width(ui: &Ui, view: &View<'_>) -> f32 {
    let bench = &view.model.bench;
    let button = |name: String| {
        let font = TextStyle::Button.resolve(ui.style());
        let words = ui.painter().layout_no_wrap(name, font, Color32::PLACEHOLDER).size().x;
        words + 2.0 * ui.spacing().button_padding.x + space::SMALL
    };
    let menus = bench.readers.iter().filter(|reader| reader.training).count() as f32;
    let mut taken = menus * button(tr!(view, "training-card-menu"));
    taken += bench.printers.len() as f32 * button(tr!(view, "bench-ask-again"));
    if bench.readers.len() > 1 {
        taken += button(tr!(view, "bench-which-reader"));
    }
    let tiles = (bench.readers.len() + bench.printers.len()).max(1) as f32;
    let left = (ui.available_width() - taken) / tiles - space::SMALL;
    left.clamp(space::TILE_LEAST, space::TILE)
}

/// Draws it: tiles beside each other, each of one line where the window is low.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    let low = ui.ctx().content_rect().height() < LOW;
    let bench = &view.model.bench;
    let room = Room { low, width: width(ui, view) };
    ScrollArea::horizontal().id_salt("bench").show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::SMALL;
            if bench.no_card_service {
                no_service(ui, view, room);
            } else if bench.readers.is_empty() {
                Tile::new(tr!(view, "bench-no-reader"), view.theme.colours.raised)
                    .detail(tr!(view, "bench-no-reader-remedy"))
                    .show(ui, view, room);
            }
            for reader in &bench.readers {
                ui.push_id(("reader", &reader.name), |ui| reader::draw(ui, view, reader, room));
            }
            if bench.readers.len() > 1 {
                let which = Button::new(tr!(view, "bench-which-reader")).show(ui, view);
                tile::keep_in_sight(&which);
                if which.clicked() {
                    view.send(bench::Intent::WhichReader);
                }
            }
            for printer in &bench.printers {
                ui.push_id(("printer", &printer.name), |ui| printer::draw(ui, view, printer, room));
            }
        });
    });
}

fn no_service(ui: &mut Ui, view: &View<'_>, room: Room) {
    let (what, why) = (tr!(view, "bench-no-service"), tr!(view, "bench-no-service-remedy"));
    let explain = bench::Intent::Explain { name: what.clone(), why: why.clone() };
    Tile::new(what, notice::colours(view, NoticeKind::Danger))
        .sign(notice::sign(NoticeKind::Danger))
        .detail(why)
        .action(explain)
        .show(ui, view, room);
}
