//! The bench: every reader with what is in it and every printer, always in sight.

mod printer;
mod reader;
mod tile;

use eframe::egui::{Color32, Rect, ScrollArea, TextStyle, TextWrapMode, Ui, UiBuilder, pos2, vec2};

use self::tile::{Room, Tile};
use super::frame::LOW;
use crate::{
    desktop::{
        model::{NoticeKind, bench},
        theme::space,
        view::View,
        widgets::{button::Button, notice},
    },
    domain::eligibility::Realm,
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

/// Width of a button with this name.
fn button_width(ui: &Ui, name: String) -> f32 {
    let font = TextStyle::Button.resolve(ui.style());
    let words = ui.painter().layout_no_wrap(name, font, Color32::PLACEHOLDER).size().x;
    words + 2.0 * ui.spacing().button_padding.x + space::SMALL
}

fn ask_width(ui: &Ui, view: &View<'_>) -> f32 {
    button_width(ui, tr!(view, "bench-ask-again"))
}

/// Width of a tile at which all tiles and their buttons stand beside each other, as far as they can still be read.
fn width(ui: &Ui, view: &View<'_>) -> f32 {
    let bench = &view.model.bench;
    let menus = bench.readers.iter().filter(|reader| reader.training).count() as f32;
    let mut taken = menus * button_width(ui, tr!(view, "training-card-menu"));
    taken += bench.printers.len() as f32 * ask_width(ui, view);
    if bench.readers.len() > 1 {
        taken += button_width(ui, tr!(view, "bench-which-reader"));
    }
    let tiles = (bench.readers.len() + bench.printers.len()).max(1) as f32;
    let left = (ui.available_width() - taken) / tiles - space::SMALL;
    left.clamp(space::TILE_LEAST, space::TILE)
}

/// Draws it: tiles beside each other, each of one line where the window is low. The printers stand at the right edge, always
/// in sight where there is room for them; the readers scroll in what is left.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    let low = ui.ctx().content_rect().height() < LOW;
    let room = Room { low, width: width(ui, view) };
    let whole = ui.available_rect_before_wrap();
    let taken = if low { 0.0 } else { printers_width(ui, view, room.width) };
    if taken <= 0.0 || whole.width() - taken < space::TILE_LEAST + space::SMALL {
        row(ui, "bench", |ui| {
            readers(ui, view, room);
            printers(ui, view, room);
        });
        return;
    }
    let middle = whole.right() - taken;
    let left = Rect::from_min_max(whole.min, pos2(middle - space::SMALL, whole.bottom()));
    let right = Rect::from_min_max(pos2(middle, whole.top()), whole.max);
    ui.scope_builder(UiBuilder::new().id_salt("readers").max_rect(left), |ui| {
        row(ui, "bench", |ui| readers(ui, view, room));
    });
    ui.scope_builder(UiBuilder::new().id_salt("printers").max_rect(right), |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::SMALL;
            printers(ui, view, room);
        });
    });
    ui.expand_to_include_rect(whole);
}

/// Tiles in a row that scrolls sideways, also by a wheel that turns up and down.
fn row(ui: &mut Ui, name: &str, tiles: impl FnOnce(&mut Ui)) {
    let over = ui.rect_contains_pointer(ui.available_rect_before_wrap());
    let turned = if over { ui.input(|input| input.smooth_scroll_delta.y) } else { 0.0 };
    ScrollArea::horizontal().id_salt(name).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::SMALL;
            // A button at the edge would break its words, grow high and push every tile down.
            ui.style_mut().wrap_mode = Some(TextWrapMode::Extend);
            tiles(ui);
            if turned != 0.0 {
                ui.scroll_with_delta(vec2(turned, 0.0));
            }
        });
    });
}

/// Width that all printers with their buttons take.
fn printers_width(ui: &Ui, view: &View<'_>, tile: f32) -> f32 {
    let all = view.model.bench.printers.len() as f32;
    all * (tile + ask_width(ui, view) + 2.0 * space::SMALL) - space::SMALL
}

fn readers(ui: &mut Ui, view: &View<'_>, room: Room) {
    let bench = &view.model.bench;
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
}

fn printers(ui: &mut Ui, view: &View<'_>, room: Room) {
    for printer in &view.model.bench.printers {
        ui.push_id(("printer", &printer.name), |ui| printer::draw(ui, view, printer, room));
    }
}

fn no_service(ui: &mut Ui, view: &View<'_>, room: Room) {
    let (what, why) = (tr!(view, "bench-no-service"), tr!(view, "bench-no-service-remedy"));
    let explain = bench::Intent::Explain { name: what.clone(), why: why.clone(), nhs_code: None };
    // Who practises with training readers misses nothing: it is said, but calmly and last in size.
    let practising = view.model.realm == Realm::Training && view.model.bench.readers.iter().any(|r| r.training);
    if practising {
        let small = Room { width: space::TILE_LEAST, ..room };
        Tile::new(what, view.theme.colours.raised).detail(why).action(explain).show(ui, view, small);
        return;
    }
    Tile::new(what, notice::colours(view, NoticeKind::Danger))
        .sign(notice::sign(NoticeKind::Danger))
        .detail(why)
        .action(explain)
        .show(ui, view, room);
}
