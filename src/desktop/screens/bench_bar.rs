//! The bench: every reader with what is in it and every printer, always in sight.

use eframe::egui::Ui;

use crate::desktop::view::View;

/// Draws it into one line.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    ui.horizontal(|ui| {
        for reader in &view.model.bench.readers {
            ui.label(view.model.preferences.reader_name(&reader.name));
        }
        for printer in &view.model.bench.printers {
            ui.label(&printer.name);
        }
    });
}
