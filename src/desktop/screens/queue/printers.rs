//! How the printers are, and the way to ask them again.

use eframe::egui::{self, RichText, Ui};

use crate::{
    bench::PrinterCondition,
    desktop::{
        format,
        model::bench,
        theme::Theme,
        view::View,
        widgets::{button::Button, page},
    },
    tr,
};

/// Draws them.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    let printers = &view.model.bench.printers;
    if printers.is_empty() {
        return;
    }
    page::section(ui, &tr!(view, "queue-printers"));
    for printer in printers {
        ui.add(egui::Label::new(RichText::new(&printer.name).text_style(Theme::strong())).wrap());
        let condition = match &printer.condition {
            PrinterCondition::Asking => tr!(view, "queue-printer-asking"),
            PrinterCondition::Ready { supplies } => std::iter::once(tr!(view, "queue-printer-ready"))
                .chain(supplies.iter().cloned())
                .collect::<Vec<_>>()
                .join("\n"),
            PrinterCondition::Printing { entry } => {
                let name = view.model.queue.entry(*entry).map(|entry| view.model.queue.name(&entry.holder));
                tr!(view, "queue-printer-printing", name = &name.unwrap_or_default())
            }
            PrinterCondition::CannotPrint { why } => format::sentence(why),
            PrinterCondition::CannotBeAsked => tr!(view, "queue-printer-unknown"),
        };
        page::weak(ui, view, &condition);
        let waiting = view.model.queue.forecast.by_printer.get(&printer.name).copied().unwrap_or(0);
        if waiting > 0 {
            page::weak(ui, view, &tr!(view, "queue-printer-waiting", count = waiting));
        }
        if Button::new(tr!(view, "queue-ask-printer", printer = &printer.name)).show(ui, view).clicked() {
            view.send(bench::Intent::AskPrinter(printer.name.clone()));
        }
    }
}
