//! One printer: which language it takes, its test card, its colours, everything it says, and the way out of this desk.

mod language;

use eframe::egui::{CollapsingHeader, Ui};

use crate::{
    bench::{PrinterCondition, PrinterProof},
    desktop::{
        format,
        model::{
            NoticeKind,
            printers::{self, Intent, Proved},
        },
        route::Route,
        theme::space,
        view::View,
        widgets::{button::Button, notice, page},
    },
    tr,
};

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>, name: &str) {
    page::scrolling(ui, view, name, |ui| {
        ui.set_max_width(ui.available_width().min(space::COLUMN * 1.3));
        let Some(printer) = view.model.bench.printer(name) else {
            page::weak(ui, view, &tr!(view, "printer-gone"));
            return;
        };
        page::fact(ui, view, &tr!(view, "printer-model"), &printer.model);
        if let Some(word) = &printer.confirmed {
            let words = tr!(view, "printer-confirmed-word", called = &word.model, reason = &word.reason);
            page::fact(ui, view, &tr!(view, "printer-confirmed"), &words);
        }
        if let PrinterCondition::CannotPrint { why } = &printer.condition {
            notice::show(ui, view, NoticeKind::Warning, &format::sentence(why));
        }
        let refused = printers::refused(view.model, name).map(|key| view.texts.get(key));
        language::draw(ui, view, name, refused.as_deref());
        page::section(ui, &tr!(view, "printer-test-card"));
        page::weak(ui, view, &tr!(view, "printer-test-card-effect"));
        if Button::new(tr!(view, "settings-printer-card")).refused(refused.clone()).show(ui, view).clicked() {
            view.send(Intent::Prove { printer: name.to_owned(), proof: PrinterProof::TestCard });
        }
        what_came(ui, view, name, |proof| *proof == PrinterProof::TestCard);
        page::section(ui, &tr!(view, "calibration-title"));
        page::weak(ui, view, &tr!(view, "calibration-effect"));
        if Button::new(tr!(view, "printer-calibrate")).show(ui, view).clicked() {
            view.send(Route::Calibration(name.to_owned()));
        }
        if !printer.said.is_empty() {
            ui.add_space(space::MEDIUM);
            let words = match printer.silent_since {
                None => tr!(view, "settings-printer-said", printer = name),
                Some(at) => {
                    let at = format::moment(at);
                    page::weak(ui, view, &tr!(view, "printer-silent-since", at = &at));
                    tr!(view, "printer-said-last", printer = name, at = &at)
                }
            };
            CollapsingHeader::new(words).id_salt(("said", name)).show(ui, |ui| {
                for detail in &printer.said {
                    page::fact(ui, view, &detail.name, &detail.value);
                }
            });
        }
        page::section(ui, &tr!(view, "printer-remove"));
        page::weak(ui, view, &tr!(view, "printer-remove-effect"));
        if Button::new(tr!(view, "printer-remove")).refused(refused).show(ui, view).clicked() {
            view.send(Intent::AskRemove(name.to_owned()));
        }
        if let Some(Err(trouble)) = &view.model.printers.removed {
            notice::show(ui, view, NoticeKind::Danger, &format::sentence(&trouble.message));
        }
        ui.add_space(space::LARGE);
    });
}

/// What the printer does, or what came of it, where it is of this kind.
pub(super) fn what_came(ui: &mut Ui, view: &View<'_>, name: &str, is: impl Fn(&PrinterProof) -> bool) {
    match view.model.printers.proved.get(name) {
        Some(Proved::Now(proof)) if is(proof) => drop(page::weak(ui, view, &tr!(view, "settings-printer-asking"))),
        Some(Proved::Ended(proof, Ok(words))) if is(proof) => notice::show(ui, view, NoticeKind::Good, words),
        Some(Proved::Ended(proof, Err(trouble))) if is(proof) => {
            notice::show(ui, view, NoticeKind::Danger, &format::sentence(&trouble.message));
        }
        _ => {}
    }
}
