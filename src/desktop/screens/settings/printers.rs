//! The printers of this desk: which language each takes, its test card, everything it says; and those that could be added.

use eframe::egui::{CollapsingHeader, Label, RichText, Ui};

use crate::{
    bench::{PrinterCondition, PrinterProof, PrinterView},
    desktop::{
        format,
        model::{
            NoticeKind,
            settings::{Intent, Looked, Proved},
        },
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
        one(ui, view, printer);
    }
    find(ui, view);
}

fn one(ui: &mut Ui, view: &View<'_>, printer: &PrinterView) {
    let name = &printer.name;
    ui.add(Label::new(RichText::new(format!("{name} ({})", printer.model)).text_style(Theme::strong())).wrap());
    let proved = view.model.settings.proved.get(name);
    let busy = matches!(proved, Some(Proved::Now)) || matches!(printer.condition, PrinterCondition::Printing { .. });
    let refused = if busy {
        Some(tr!(view, "settings-printer-busy"))
    } else if view.model.officer().is_none() {
        Some(tr!(view, "settings-printer-nobody"))
    } else {
        None
    };
    button::row(ui, |ui| {
        for (words, spoken, proof) in [
            (
                tr!(view, "settings-printer-language"),
                tr!(view, "settings-printer-language-of", printer = name),
                PrinterProof::Asking,
            ),
            (
                tr!(view, "settings-printer-card"),
                tr!(view, "settings-printer-card-of", printer = name),
                PrinterProof::TestCard,
            ),
        ] {
            if Button::new(words).spoken(spoken).refused(refused.clone()).show(ui, view).clicked() {
                view.send(Intent::Prove { printer: name.clone(), proof });
            }
        }
    });
    match proved {
        None => {}
        Some(Proved::Now) => drop(page::weak(ui, view, &tr!(view, "settings-printer-asking"))),
        Some(Proved::Ended(Ok(words))) => notice::show(ui, view, NoticeKind::Good, words),
        Some(Proved::Ended(Err(trouble))) => {
            notice::show(ui, view, NoticeKind::Danger, &format::sentence(&trouble.message));
        }
    }
    if !printer.said.is_empty() {
        let words = tr!(view, "settings-printer-said", printer = name);
        CollapsingHeader::new(words).id_salt(("said", name)).show(ui, |ui| {
            for detail in &printer.said {
                page::fact(ui, view, &detail.name, &detail.value);
            }
        });
    }
    ui.add_space(space::SMALL);
}

fn find(ui: &mut Ui, view: &View<'_>) {
    let looked = &view.model.settings.found;
    let refused = matches!(looked, Looked::Now).then(|| tr!(view, "settings-find-now"));
    if Button::new(tr!(view, "settings-find")).refused(refused).show(ui, view).clicked() {
        view.send(Intent::FindPrinters);
    }
    match looked {
        Looked::Never => {}
        Looked::Now => drop(page::weak(ui, view, &tr!(view, "settings-find-now"))),
        Looked::Failed(trouble) => notice::show(ui, view, NoticeKind::Danger, &format::sentence(&trouble.message)),
        Looked::Found(found) if found.is_empty() => drop(page::weak(ui, view, &tr!(view, "settings-find-none"))),
        Looked::Found(found) => {
            page::weak(ui, view, &tr!(view, "settings-find-next"));
            for printer in found {
                let unknown = || tr!(view, "settings-find-unknown");
                let model = if printer.model.is_empty() { unknown() } else { printer.model.clone() };
                let profile = printer.profiles.first().cloned().unwrap_or_else(unknown);
                let words = tr!(
                    view,
                    "settings-find-one",
                    model = &model,
                    destination = &printer.destination.to_string(),
                    profile = &profile
                );
                page::fact(ui, view, &printer.name, &words);
            }
        }
    }
}
