//! The printers of this desk, and the way to one more.

use eframe::egui::{Label, RichText, Ui};

use crate::{
    desktop::{
        format,
        model::NoticeKind,
        route::Route,
        theme::{Theme, space},
        view::View,
        widgets::{
            button::{self, Button},
            notice, page,
        },
    },
    tr,
};

/// Draws it.
pub(super) fn draw(ui: &mut Ui, view: &View<'_>) {
    page::section(ui, &tr!(view, "settings-desk-printers"));
    page::weak(ui, view, &tr!(view, "settings-desk-printers-effect"));
    for printer in &view.model.bench.printers {
        let name = &printer.name;
        ui.add(Label::new(RichText::new(format!("{name} ({})", printer.model)).text_style(Theme::strong())).wrap());
        button::row(ui, |ui| {
            let spoken = tr!(view, "settings-printer-open-of", printer = name);
            if Button::new(tr!(view, "settings-printer-open")).spoken(spoken).show(ui, view).clicked() {
                view.send(Route::Printer(name.clone()));
            }
        });
        ui.add_space(space::SMALL);
    }
    match &view.model.printers.removed {
        None => {}
        Some(Ok(words)) => notice::show(ui, view, NoticeKind::Good, words),
        Some(Err(trouble)) => notice::show(ui, view, NoticeKind::Danger, &format::sentence(&trouble.message)),
    }
    if Button::new(tr!(view, "settings-printer-add")).show(ui, view).clicked() {
        view.send(Route::AddPrinter);
    }
}
