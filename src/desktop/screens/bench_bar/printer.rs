//! The tile of a printer.

use eframe::egui::Ui;

use super::tile::{self, Room, Tile};
use crate::{
    bench::{PrinterCondition, PrinterView},
    desktop::{
        model::{NoticeKind, bench},
        route::Route,
        view::View,
        widgets::{button::Button, notice},
    },
    tr,
};

pub fn draw(ui: &mut Ui, view: &View<'_>, printer: &PrinterView, room: Room) {
    tile(view, printer).show(ui, view, room);
    let may_ask = !matches!(printer.condition, PrinterCondition::Asking | PrinterCondition::Printing { .. });
    if may_ask {
        let ask = Button::new(tr!(view, "bench-ask-again"))
            .spoken(tr!(view, "bench-ask-again-of", printer = &printer.name))
            .show(ui, view);
        tile::keep_in_sight(&ask);
        if ask.clicked() {
            view.send(bench::Intent::AskPrinter(printer.name.clone()));
        }
    }
}

fn tile(view: &View<'_>, printer: &PrinterView) -> Tile {
    let colours = view.theme.colours;
    let plain = |pair| Tile::new(&printer.name, pair);
    match &printer.condition {
        PrinterCondition::Asking => plain(colours.raised).about(tr!(view, "bench-printer-asking")),
        PrinterCondition::Ready { supplies } => {
            let tile = plain(colours.page).about(tr!(view, "bench-printer-ready"));
            supplies.iter().fold(tile, |tile, supply| tile.detail(supply))
        }
        PrinterCondition::Printing { .. } => plain(colours.selected)
            .sign("►")
            .about(tr!(view, "bench-printer-printing"))
            .detail(&printer.model)
            .action(Route::Queue),
        PrinterCondition::CannotPrint { why } => {
            let explain = bench::Intent::Explain { name: printer.name.clone(), why: why.clone(), nhs_code: None };
            Tile::new(&printer.name, notice::colours(view, NoticeKind::Danger))
                .sign(notice::sign(NoticeKind::Danger))
                .about(tr!(view, "bench-printer-cannot"))
                .detail(why)
                .action(explain)
        }
        PrinterCondition::CannotBeAsked => {
            plain(colours.page).about(tr!(view, "bench-printer-silent")).detail(tr!(view, "bench-printer-silent-why"))
        }
    }
}
