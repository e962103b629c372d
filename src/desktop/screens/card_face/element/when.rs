//! On which cards the chosen element is.

use eframe::egui::Ui;

use super::{choose, words};
use crate::{
    desktop::{
        model::card_face::{
            Intent,
            document::when::{When, Word},
        },
        view::View,
        widgets::{button, page},
    },
    tr,
};

/// Series of cards that are issued, as the file calls them.
const SERIES: [&str; 4] = ["series8", "series9", "series10", "generic-piv"];

/// Draws it.
pub(super) fn draw(ui: &mut Ui, view: &View<'_>, when: &When) {
    page::section(ui, &tr!(view, "card-face-when"));
    let told = if when.always() { tr!(view, "card-face-when-always") } else { tr!(view, "card-face-when-some") };
    page::weak(ui, view, &told);
    let purposes = [
        ("", tr!(view, "card-face-when-any-purpose")),
        ("training", tr!(view, "card-face-when-training")),
        ("live", tr!(view, "card-face-when-live")),
    ];
    word(ui, view, Word::Purpose, &tr!(view, "card-face-when-purpose"), &when.purpose, &purposes);
    let cards = [
        ("", tr!(view, "card-face-when-any-card")),
        ("locked", tr!(view, "card-face-when-locked")),
        ("active", tr!(view, "card-face-when-active")),
    ];
    word(ui, view, Word::Card, &tr!(view, "card-face-when-card"), &when.card, &cards);
    ui.label(tr!(view, "card-face-when-series"));
    button::row(ui, |ui| {
        for series in SERIES {
            let name = match series {
                "series8" => tr!(view, "card-face-series-8"),
                "series9" => tr!(view, "card-face-series-9"),
                "series10" => tr!(view, "card-face-series-10"),
                _ => tr!(view, "card-face-series-generic"),
            };
            let mut on = when.series.iter().any(|known| known == series);
            if ui.checkbox(&mut on, name).changed() {
                view.send(Intent::Series(series, on));
            }
        }
    });
    let typed = view.model.card_face.organisations();
    if let Some(typed) = words(ui, "organisations", &tr!(view, "card-face-when-organisations"), &typed) {
        view.send(Intent::Organisations(typed));
    }
}

/// A key with one word, and what its words mean.
fn word(ui: &mut Ui, view: &View<'_>, key: Word, name: &str, now: &str, words: &[(&'static str, String)]) {
    let options: Vec<(String, bool)> = words.iter().map(|(word, said)| (said.clone(), *word == now)).collect();
    let shown = words.iter().find(|(word, _)| *word == now).map_or(now, |(_, said)| said);
    let salt = match key {
        Word::Purpose => "purpose",
        Word::Card => "card",
    };
    if let Some(chosen) = choose(ui, salt, name, shown, &options)
        && let Some((word, _)) = words.get(chosen)
    {
        view.send(Intent::When(key, word));
    }
}
