//! How the chosen element is set and coloured, and which panels of the ribbon print it.

use eframe::egui::{Color32, Sense, Stroke, StrokeKind, Ui, vec2};

use super::{choose, name_of, words};
use crate::{
    desktop::{
        format,
        model::{
            NoticeKind,
            card_face::{Intent, State, document::Row},
        },
        theme::space,
        view::View,
        widgets::{notice, page},
    },
    tr,
};

/// Bundled faces, as the file calls them.
const FACES: [&str; 2] = ["sans-regular", "sans-bold"];

/// Draws it.
pub(super) fn draw(ui: &mut Ui, view: &View<'_>, row: &Row) {
    for (key, value) in &row.words {
        match *key {
            "font" => font(ui, view, value),
            "align" => {
                let said = [
                    ("left", tr!(view, "card-face-align-left")),
                    ("centre", tr!(view, "card-face-align-centre")),
                    ("right", tr!(view, "card-face-align-right")),
                ];
                known(ui, view, key, value, &said);
            }
            "fit" => {
                let said = [
                    ("shrink", tr!(view, "card-face-fit-shrink")),
                    ("wrap", tr!(view, "card-face-fit-wrap")),
                    ("ellipsis", tr!(view, "card-face-fit-ellipsis")),
                ];
                known(ui, view, key, value, &said);
            }
            "colour" => colour(ui, view, value),
            _ => {}
        }
    }
    page::weak(ui, view, &printed_with(view, row));
}

/// Words the format knows; the first of them is so where none is written.
fn known(ui: &mut Ui, view: &View<'_>, key: &'static str, value: &str, said: &[(&str, String)]) {
    let now = said.iter().position(|(word, _)| *word == value).or_else(|| value.is_empty().then_some(0));
    let options: Vec<_> = said.iter().enumerate().map(|(at, (_, said))| (said.clone(), now == Some(at))).collect();
    let shown = now.and_then(|at| said.get(at)).map_or(value, |(_, said)| said);
    if let Some((word, _)) = choose(ui, key, &name_of(view, key), shown, &options).and_then(|at| said.get(at)) {
        view.send(Intent::Words(key, (*word).to_owned()));
    }
}

/// The fonts of the template with their weight, and the bundled faces that it has no name for.
fn font(ui: &mut Ui, view: &View<'_>, value: &str) {
    let named = fonts(&view.model.card_face);
    let said = |name: &str, face: &str| match face {
        "sans-regular" => tr!(view, "card-face-font-regular", name = name),
        "sans-bold" => tr!(view, "card-face-font-bold", name = name),
        _ => name.to_owned(),
    };
    let more = FACES.into_iter().filter(|face| !named.iter().any(|(_, known)| known == face));
    let more: Vec<&'static str> = more.collect();
    let unnamed = |face: &str| match face {
        "sans-bold" => tr!(view, "card-face-font-add-bold"),
        _ => tr!(view, "card-face-font-add-regular"),
    };
    let options: Vec<(String, bool)> = named
        .iter()
        .map(|(name, face)| (said(name, face), name == value))
        .chain(more.iter().map(|face| (unnamed(face), false)))
        .collect();
    let shown = named.iter().find(|(name, _)| name == value).map_or(value.to_owned(), |(name, face)| said(name, face));
    let Some(chosen) = choose(ui, "font", &name_of(view, "font"), &shown, &options) else { return };
    match (named.get(chosen), more.get(chosen.saturating_sub(named.len()))) {
        (Some((name, _)), _) => view.send(Intent::Words("font", name.clone())),
        (None, Some(face)) => view.send(Intent::Typeface(face)),
        (None, None) => {}
    }
}

fn fonts(state: &State) -> Vec<(String, String)> {
    state.document.as_ref().map(|document| document.named("fonts")).unwrap_or_default()
}

/// Black resin, a colour of the template, or a new one; and the value of the one that is chosen.
fn colour(ui: &mut Ui, view: &View<'_>, value: &str) {
    let state = &view.model.card_face;
    let named = state.document.as_ref().map(|document| document.named("colours")).unwrap_or_default();
    let said = |name: &str, hex: &str| tr!(view, "card-face-colour-named", name = name, value = hex);
    let options: Vec<(String, bool)> = std::iter::once((tr!(view, "card-face-resin"), value.is_empty()))
        .chain(named.iter().map(|(name, hex)| (said(name, hex), name == value)))
        .chain(std::iter::once((tr!(view, "card-face-colour-own"), false)))
        .collect();
    let now = named.iter().find(|(name, _)| name == value);
    let shown = match now {
        Some((name, hex)) => said(name, hex),
        None if value.is_empty() => tr!(view, "card-face-resin"),
        None => value.to_owned(),
    };
    match choose(ui, "colour", &name_of(view, "colour"), &shown, &options) {
        Some(0) => view.send(Intent::Words("colour", String::new())),
        Some(chosen) => match named.get(chosen - 1) {
            Some((name, _)) => view.send(Intent::Words("colour", name.clone())),
            None => view.send(Intent::OwnColour),
        },
        None => {}
    }
    let Some((name, hex)) = now else { return };
    if let Some(mistake) = state.mistake.as_ref().filter(|mistake| mistake.key == format!("colours.{name}")) {
        let told = format!("{}: {}. {}.", mistake.key, mistake.problem, mistake.remedy);
        notice::show(ui, view, NoticeKind::Danger, &format::sentence(&told));
    }
    let typed = ui.horizontal(|ui| {
        swatch(ui, view, hex);
        words(ui, "value of the colour", &tr!(view, "card-face-colour-value", name = name), hex)
    });
    if let Some(typed) = typed.inner {
        view.send(Intent::Colour(name.clone(), typed));
    }
}

/// The colour itself, beside the words that say it.
fn swatch(ui: &mut Ui, view: &View<'_>, hex: &str) {
    let (place, _) = ui.allocate_exact_size(vec2(space::SIGN, space::SIGN), Sense::hover());
    if let Ok(colour) = Color32::from_hex(hex) {
        let line = Stroke::new(1.0, view.theme.colours.line);
        ui.painter().rect(place, 0.0, colour, line, StrokeKind::Inside);
    }
}

/// Which panels print it, in plain words.
fn printed_with(view: &View<'_>, row: &Row) -> String {
    match (row.pre_printed, row.kind.as_str(), row.word("colour")) {
        (true, ..) => tr!(view, "card-face-ink-none"),
        (_, "code-128" | "qr" | "pdf417", _) => tr!(view, "card-face-ink-code"),
        (_, "photo" | "image", _) => tr!(view, "card-face-ink-picture"),
        (_, _, None | Some("")) => tr!(view, "card-face-ink-resin"),
        _ => tr!(view, "card-face-ink-dyes"),
    }
}
