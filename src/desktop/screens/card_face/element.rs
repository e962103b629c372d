//! What the chosen element is, in fields.

use eframe::egui::{ComboBox, Id, TextEdit, Ui};

use super::{list::kind_of, number};
use crate::{
    desktop::{
        format,
        model::{
            NoticeKind,
            card_face::{Intent, arrange::Edge, document::Row},
        },
        theme::space,
        view::View,
        widgets::{
            button::{self, Button, Kind},
            notice, page,
        },
    },
    face::{
        fields::Field,
        measure::{Area, CARD_HEIGHT_MM, CARD_WIDTH_MM},
    },
    tr,
};

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    let state = &view.model.card_face;
    page::section(ui, &tr!(view, "card-face-chosen"));
    let Some(row) = state.row() else {
        page::weak(ui, view, &tr!(view, "card-face-choose"));
        return;
    };
    if let Some(mistake) = state.mistake_of(&row.id) {
        let words = format!("{}: {}. {}.", mistake.key, mistake.problem, mistake.remedy);
        notice::show(ui, view, NoticeKind::Danger, &format::sentence(&words));
    }
    page::weak(ui, view, &kind_of(view, &row.kind));
    if let Some(id) = words(ui, "id", &tr!(view, "card-face-id"), &row.id) {
        view.send(Intent::Rename(id));
    }
    place(ui, view, &row);
    for (key, value) in &row.words {
        match *key {
            "text" | "file" => {
                if let Some(words) = words(ui, key, &name_of(view, key), value) {
                    view.send(Intent::Words(key, words));
                }
                if *key == "text" {
                    let fields = Field::ALL.map(|field| format!("{{{}}}", field.word())).join(", ");
                    page::weak(ui, view, &tr!(view, "card-face-fields", fields = &fields));
                }
            }
            _ => choose(ui, view, key, value),
        }
    }
    for (key, value) in &row.numbers {
        let (range, step) = match *key {
            "lines" => (1.0..=4.0, 0.1),
            "module" => (2.0..=12.0, 0.1),
            _ => (4.0..=72.0, 0.25),
        };
        let mut changed = *value;
        if number(ui, &name_of(view, key), &mut changed, range, step) {
            view.send(Intent::Number(key, changed));
        }
    }
    let mut pre_printed = row.pre_printed;
    if ui.checkbox(&mut pre_printed, tr!(view, "card-face-pre-printed")).changed() {
        view.send(Intent::PrePrinted(pre_printed));
    }
    ui.add_space(space::SMALL);
    if Button::new(tr!(view, "card-face-remove")).kind(Kind::Quiet).show(ui, view).clicked() {
        view.send(Intent::Remove);
    }
}

/// The box, in numbers and by its place on the card.
fn place(ui: &mut Ui, view: &View<'_>, row: &Row) {
    let Some(area) = row.area else { return };
    let mut changed = area;
    let mut any = false;
    for (name, value, most) in [
        (tr!(view, "card-face-left"), &mut changed.left, CARD_WIDTH_MM),
        (tr!(view, "card-face-top"), &mut changed.top, CARD_HEIGHT_MM),
        (tr!(view, "card-face-width"), &mut changed.width, CARD_WIDTH_MM),
        (tr!(view, "card-face-height"), &mut changed.height, CARD_HEIGHT_MM),
    ] {
        any |= number(ui, &name, value, 0.0..=most, 0.1);
    }
    if any && changed != area {
        view.send(Intent::Place(Area { ..changed }));
    }
    button::row(ui, |ui| {
        for edge in Edge::ALL {
            let name = match edge {
                Edge::Left => tr!(view, "card-face-edge-left"),
                Edge::Centre => tr!(view, "card-face-edge-centre"),
                Edge::Right => tr!(view, "card-face-edge-right"),
                Edge::Top => tr!(view, "card-face-edge-top"),
                Edge::Middle => tr!(view, "card-face-edge-middle"),
                Edge::Bottom => tr!(view, "card-face-edge-bottom"),
            };
            if Button::new(name).kind(Kind::Quiet).show(ui, view).clicked() {
                view.send(Intent::Align(edge));
            }
        }
    });
}

/// A field with words; what was typed, when it was changed.
fn words(ui: &mut Ui, key: &str, name: &str, value: &str) -> Option<String> {
    let label = ui.label(name);
    let mut typed = value.to_owned();
    let field = TextEdit::singleline(&mut typed).id(Id::unique(("card face field", key)));
    let field = ui.add(field.desired_width(ui.available_width().min(space::DETAILS)));
    field.labelled_by(label.id).changed().then_some(typed)
}

/// One of several: fonts and colours of the template, and what the format knows.
fn choose(ui: &mut Ui, view: &View<'_>, key: &'static str, value: &str) {
    let document = view.model.card_face.document.as_ref();
    let names = |table: &str| document.map(|document| document.names(table)).unwrap_or_default();
    let known = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let options = match key {
        "font" => names("fonts"),
        "colour" => std::iter::once(String::new()).chain(names("colours")).collect(),
        "align" => known(&["left", "centre", "right"]),
        _ => known(&["shrink", "wrap", "ellipsis"]),
    };
    let shown = |option: &str| match (key, option) {
        ("colour", "") => tr!(view, "card-face-resin"),
        ("align", "" | "left") => tr!(view, "card-face-align-left"),
        ("align", "centre") => tr!(view, "card-face-align-centre"),
        ("align", "right") => tr!(view, "card-face-align-right"),
        ("fit", "" | "shrink") => tr!(view, "card-face-fit-shrink"),
        ("fit", "wrap") => tr!(view, "card-face-fit-wrap"),
        ("fit", "ellipsis") => tr!(view, "card-face-fit-ellipsis"),
        (_, other) => other.to_owned(),
    };
    ui.horizontal(|ui| {
        let label = ui.label(name_of(view, key));
        let picker = ComboBox::from_id_salt(("card face choice", key)).width(space::CHOICE);
        let picker = picker.selected_text(shown(value)).show_ui(ui, |ui| {
            for option in &options {
                if ui.selectable_label(option == value, shown(option)).clicked() {
                    view.send(Intent::Words(key, option.clone()));
                }
            }
        });
        picker.response.labelled_by(label.id);
    });
}

fn name_of(view: &View<'_>, key: &str) -> String {
    match key {
        "text" => tr!(view, "card-face-key-text"),
        "font" => tr!(view, "card-face-key-font"),
        "align" => tr!(view, "card-face-key-align"),
        "fit" => tr!(view, "card-face-key-fit"),
        "colour" => tr!(view, "card-face-key-colour"),
        "file" => tr!(view, "card-face-key-file"),
        "size" => tr!(view, "card-face-key-size"),
        "minimum-size" => tr!(view, "card-face-key-minimum-size"),
        "lines" => tr!(view, "card-face-key-lines"),
        _ => tr!(view, "card-face-key-module"),
    }
}
