//! What the chosen element is, in fields.

mod look;
mod picture;
mod when;

use eframe::egui::{ComboBox, Id, TextEdit, Ui};

use super::{
    list::{self, kind_of},
    number,
};
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
    if !state.is_shown(&row.id) {
        notice::boxed(ui, view, NoticeKind::Note, &tr!(view, "card-face-not-shown"), |ui| {
            if Button::new(tr!(view, "card-face-show-it")).show(ui, view).clicked() {
                view.send(Intent::ShowChosen);
            }
        });
    }
    if let Some(text) = row.word("text") {
        if let Some(words) = words(ui, "text", &name_of(view, "text"), text) {
            view.send(Intent::Words("text", words));
        }
        let fields = Field::ALL.map(|field| format!("{{{}}}", field.word())).join(", ");
        page::weak(ui, view, &tr!(view, "card-face-fields", fields = &fields));
    }
    if let Some(file) = row.word("file") {
        picture::draw(ui, view, &row.id, file);
    }
    look::draw(ui, view, &row);
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
    place(ui, view, &row);
    list::order(ui, view);
    when::draw(ui, view, &row.when);
    let mut pre_printed = row.pre_printed;
    if ui.checkbox(&mut pre_printed, tr!(view, "card-face-pre-printed")).changed() {
        view.send(Intent::PrePrinted(pre_printed));
    }
    ui.add_space(space::SMALL);
    button::row(ui, |ui| {
        if Button::new(tr!(view, "card-face-duplicate")).kind(Kind::Quiet).show(ui, view).clicked() {
            view.send(Intent::Duplicate);
        }
        if Button::new(tr!(view, "card-face-remove")).kind(Kind::Quiet).show(ui, view).clicked() {
            view.send(Intent::Remove);
        }
    });
}

/// The box, in numbers and by its place on the card.
fn place(ui: &mut Ui, view: &View<'_>, row: &Row) {
    let Some(area) = row.area else { return };
    let mut changed = area;
    let mut any = false;
    let [across, down] = row.spill();
    for (name, value, range) in [
        (tr!(view, "card-face-left"), &mut changed.left, -across..=CARD_WIDTH_MM),
        (tr!(view, "card-face-top"), &mut changed.top, -down..=CARD_HEIGHT_MM),
        (tr!(view, "card-face-width"), &mut changed.width, 0.0..=CARD_WIDTH_MM + 2.0 * across),
        (tr!(view, "card-face-height"), &mut changed.height, 0.0..=CARD_HEIGHT_MM + 2.0 * down),
    ] {
        any |= number(ui, &name, value, range, 0.1);
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

fn field(key: &str) -> Id {
    Id::unique(("card face field", key))
}

/// A field with words; what was typed, when it was changed.
fn words(ui: &mut Ui, key: &str, name: &str, value: &str) -> Option<String> {
    let label = ui.label(name);
    let mut typed = value.to_owned();
    let field = TextEdit::singleline(&mut typed).id(field(key));
    let field = ui.add(field.desired_width(ui.available_width().min(space::DETAILS)));
    field.labelled_by(label.id).changed().then_some(typed)
}

/// One of several under its name; the place of the one that was chosen now.
fn choose(ui: &mut Ui, key: &str, name: &str, shown: &str, options: &[(String, bool)]) -> Option<usize> {
    let mut chosen = None;
    ui.horizontal(|ui| {
        let label = ui.label(name);
        let picker = ComboBox::from_id_salt(("card face choice", key)).width(space::CHOICE);
        let picker = picker.selected_text(shown).show_ui(ui, |ui| {
            for (place, (option, is_so)) in options.iter().enumerate() {
                if ui.selectable_label(*is_so, option).clicked() && !is_so {
                    chosen = Some(place);
                }
            }
        });
        picker.response.labelled_by(label.id);
    });
    chosen
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
