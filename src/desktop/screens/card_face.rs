//! The editor of card faces: the card, its elements, and what the chosen one is.

mod canvas;
mod element;
mod list;

use std::path::PathBuf;

use eframe::egui::{
    self, Color32, ComboBox, Frame, Id, Key, Label, Margin, Modifiers, Panel, Response, ScrollArea, TextEdit,
    TextStyle, Ui, vec2,
};

use crate::{
    desktop::{
        format,
        intent::Intent as Wish,
        model::{Model, NoticeKind, card_face::Intent},
        theme::space,
        view::View,
        widgets::{
            button::{self, Button, Kind},
            notice, page,
        },
    },
    face::{Purpose, Side, samples},
    tr,
};

/// Part of the width that the card takes beside what is said of the chosen element.
const CARD_PART: f32 = 0.55;

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    page::fixed(ui, view, &tr!(view, "card-face-title"), |ui| {
        let frame = Frame::new().inner_margin(Margin::symmetric(0, 4));
        Panel::bottom(Id::unique("card face actions")).frame(frame).resizable(false).show(ui, |ui| actions(ui, view));
        keys(ui, view);
        dropped(ui, view);
        let state = &view.model.card_face;
        if let Some(trouble) = &state.trouble {
            notice::show(ui, view, NoticeKind::Danger, &format::sentence(&trouble.message));
        }
        if state.document.is_none() {
            page::weak(ui, view, &tr!(view, "card-face-opening"));
            return;
        }
        let width = ui.available_width() - space::SMALL;
        let scroll = |name: &str| ScrollArea::vertical().id_salt(name).auto_shrink([false, false]);
        if width < space::TWO_COLUMNS {
            scroll("card face").show(ui, |ui| {
                card(ui, view, width - space::SMALL);
                list::draw(ui, view);
                element::draw(ui, view);
                list::add(ui, view);
            });
            return;
        }
        let left = width * CARD_PART;
        let room = vec2(0.0, ui.available_height());
        ui.horizontal_top(|ui| {
            let column = egui::Layout::top_down(egui::Align::Min);
            ui.allocate_ui_with_layout(vec2(left, room.y), column, |ui| {
                scroll("card").show(ui, |ui| card(ui, view, left - space::MEDIUM));
            });
            ui.allocate_ui_with_layout(vec2(width - left, room.y), column, |ui| {
                scroll("element").show(ui, |ui| {
                    list::draw(ui, view);
                    element::draw(ui, view);
                    list::add(ui, view);
                });
            });
        });
    });
}

/// Saves.
#[must_use]
pub fn main_action(model: &Model) -> Option<Wish> {
    model.card_face.refused().is_none().then(|| Intent::Save.into())
}

/// What is shown, and the card itself with what is wrong with it.
fn card(ui: &mut Ui, view: &View<'_>, width: f32) {
    let state = &view.model.card_face;
    shown(ui, view);
    ui.add_space(space::SMALL);
    canvas::draw(ui, view, width);
    helps(ui, view);
    if state.guides {
        let usual = || tr!(view, "card-face-usual-printer");
        let printer = state.proof.as_ref().and_then(|proof| proof.printer.clone()).unwrap_or_else(usual);
        page::weak(ui, view, &tr!(view, "card-face-guides-told", printer = &printer));
    }
    page::weak(ui, view, &tr!(view, "card-face-keys"));
    if let Some(mistake) = &state.mistake {
        notice::show(ui, view, NoticeKind::Danger, &format::sentence(&mistake.to_string()));
    } else if let Some(trouble) = &state.proof_trouble {
        notice::show(ui, view, NoticeKind::Danger, &format::sentence(&trouble.message));
    } else if let Some(proof) = &state.proof {
        for mark in &proof.marks {
            notice::show(ui, view, NoticeKind::Warning, &tr!(view, "card-face-mark", mark = &mark.to_string()));
        }
    }
}

/// Which template, which side, which sample holder.
fn shown(ui: &mut Ui, view: &View<'_>) {
    let state = &view.model.card_face;
    ui.horizontal_wrapped(|ui| {
        let label = picker_name(ui, tr!(view, "card-face-template"));
        if let Some(list) = &state.list {
            let named = |name: &str| match name == list.in_use {
                true => tr!(view, "card-face-in-use", name = name),
                false => name.to_owned(),
            };
            let picker = ComboBox::from_id_salt("card face template")
                .selected_text(short(&named(&state.name)))
                .width(space::CHOICE);
            let picker = picker.show_ui(ui, |ui| {
                for name in &list.names {
                    if ui.selectable_label(*name == state.name, named(name)).clicked() && *name != state.name {
                        view.send(Intent::Open(name.clone()));
                    }
                }
            });
            picker.response.labelled_by(label.id);
        }
        let label = picker_name(ui, tr!(view, "card-face-sample"));
        let picker = ComboBox::from_id_salt("card face sample").width(space::CHOICE);
        let name = samples::NAMES.get(state.sample.holder).copied().unwrap_or_default();
        let picker = picker.selected_text(short(name)).show_ui(ui, |ui| {
            for (place, name) in samples::NAMES.iter().enumerate() {
                if ui.selectable_label(place == state.sample.holder, *name).clicked() {
                    view.send(Intent::Sample(place));
                }
            }
        });
        picker.response.labelled_by(label.id);
        sample_card(ui, view);
        printer(ui, view);
        for (side, name) in [(Side::Front, tr!(view, "card-face-front")), (Side::Back, tr!(view, "card-face-back"))] {
            if Button::new(name).chosen(state.side == side).show(ui, view).clicked() {
                view.send(Intent::See(side));
            }
        }
    });
}

/// What helps with placing, below the card.
fn helps(ui: &mut Ui, view: &View<'_>) {
    let state = &view.model.card_face;
    ui.horizontal_wrapped(|ui| {
        let mut snap = state.snap;
        if ui.checkbox(&mut snap, tr!(view, "card-face-snap")).changed() {
            view.send(Intent::Snap(snap));
        }
        let mut guides = state.guides;
        if ui.checkbox(&mut guides, tr!(view, "card-face-guides")).changed() {
            view.send(Intent::Guides(guides));
        }
    });
}

/// The name of a picker: whole, and on the next line where both do not fit on this one.
fn picker_name(ui: &mut Ui, name: String) -> Response {
    let font = TextStyle::Body.resolve(ui.style());
    let wide = ui.painter().layout_no_wrap(name.clone(), font, Color32::PLACEHOLDER).size().x;
    if wide + ui.spacing().item_spacing.x + space::CHOICE > ui.available_size_before_wrap().x {
        ui.end_row();
        // Only the first row knows how high a picker is.
        ui.set_row_height(ui.spacing().interact_size.y);
    }
    ui.add(Label::new(name).extend())
}

/// Which card the sample holder gets.
fn sample_card(ui: &mut Ui, view: &View<'_>) {
    let sample = &view.model.card_face.sample;
    let named = |purpose, locked| match (purpose, locked) {
        (Purpose::Training, false) => tr!(view, "card-face-card-training"),
        (Purpose::Training, true) => tr!(view, "card-face-card-training-locked"),
        (Purpose::Live, false) => tr!(view, "card-face-card-live"),
        (Purpose::Live, true) => tr!(view, "card-face-card-live-locked"),
    };
    let label = picker_name(ui, tr!(view, "card-face-card"));
    let picker = ComboBox::from_id_salt("card face card").width(space::CHOICE);
    let picker = picker.selected_text(named(sample.purpose, sample.locked)).show_ui(ui, |ui| {
        for purpose in [Purpose::Training, Purpose::Live] {
            for locked in [false, true] {
                let chosen = (purpose, locked) == (sample.purpose, sample.locked);
                if ui.selectable_label(chosen, named(purpose, locked)).clicked() {
                    view.send(Intent::SampleCard(purpose, locked));
                }
            }
        }
    });
    picker.response.labelled_by(label.id);
}

/// For which printer it is drawn, where there are several.
fn printer(ui: &mut Ui, view: &View<'_>) {
    let state = &view.model.card_face;
    let printers = &view.model.bench.printers;
    if printers.len() < 2 {
        return;
    }
    let first = || printers.first().map(|printer| printer.name.clone());
    let drawn = state.proof.as_ref().and_then(|proof| proof.printer.clone());
    let name = state.printer.clone().or(drawn).or_else(first).unwrap_or_default();
    let label = picker_name(ui, tr!(view, "card-face-printer"));
    let picker = ComboBox::from_id_salt("card face printer").width(space::CHOICE);
    let picker = picker.selected_text(short(&name)).show_ui(ui, |ui| {
        for printer in printers {
            if ui.selectable_label(printer.name == name, &printer.name).clicked() {
                view.send(Intent::Printer(printer.name.clone()));
            }
        }
    });
    picker.response.labelled_by(label.id);
}

/// Takes a picture that is dropped on the window, and says so while one is held over it.
fn dropped(ui: &mut Ui, view: &View<'_>) {
    if !view.model.dialogs.is_empty() {
        return;
    }
    let dropped: Option<PathBuf> = ui.input(|input| input.raw.dropped_files.first().map(|file| file.path().to_owned()));
    if let Some(file) = dropped {
        view.send(Intent::Dropped(file));
    }
    if ui.input(|input| !input.raw.hovered_files.is_empty()) {
        notice::show(ui, view, NoticeKind::Note, &tr!(view, "card-face-drop"));
    }
}

/// A name as far as a field shows it.
fn short(name: &str) -> String {
    const SHOWN: usize = 20;
    match name.chars().count() > SHOWN {
        true => format!("{}…", name.chars().take(SHOWN).collect::<String>().trim_end()),
        false => name.to_owned(),
    }
}

/// Undo, redo and save.
fn actions(ui: &mut Ui, view: &View<'_>) {
    let state = &view.model.card_face;
    button::row(ui, |ui| {
        let label = ui.label(tr!(view, "card-face-save-as"));
        let mut name = state.save_as.clone();
        let field = TextEdit::singleline(&mut name).id(Id::unique("card face name")).desired_width(space::CHOICE);
        if ui.add(field).labelled_by(label.id).changed() {
            view.send(Intent::SaveAs(name));
        }
        let refused = state.refused().map(|key| view.texts.get(key));
        let save = Button::new(tr!(view, "card-face-save")).kind(Kind::Main).refused(refused);
        if save.show(ui, view).clicked() {
            view.send(Intent::Save);
        }
        let refused = |can: bool| (!can).then(String::new);
        if Button::new(tr!(view, "card-face-undo")).refused(refused(state.can_undo())).show(ui, view).clicked() {
            view.send(Intent::Undo);
        }
        if Button::new(tr!(view, "card-face-redo")).refused(refused(state.can_redo())).show(ui, view).clicked() {
            view.send(Intent::Redo);
        }
    });
    if let Some(file) = &state.saved_to {
        let used = state.list.as_ref().is_some_and(|list| list.in_use == state.name);
        let next = match used {
            true => tr!(view, "card-face-saved-in-use"),
            false => tr!(view, "card-face-saved-use", name = &state.name),
        };
        let saved = tr!(view, "card-face-saved", file = file);
        notice::show(ui, view, NoticeKind::Good, &format!("{saved} {next}"));
    }
}

/// Undo and redo by keys, unless they belong to a field that is being typed in.
fn keys(ui: &mut Ui, view: &View<'_>) {
    if ui.ctx().text_edit_focused() {
        return;
    }
    let pressed = |modifiers: Modifiers, key: Key| ui.input_mut(|input| input.consume_key(modifiers, key));
    let shifted = Modifiers::COMMAND | Modifiers::SHIFT;
    let wish = if pressed(shifted, Key::Z) || pressed(Modifiers::COMMAND, Key::Y) {
        Some(Intent::Redo)
    } else if pressed(Modifiers::COMMAND, Key::Z) {
        Some(Intent::Undo)
    } else {
        None
    };
    if let Some(wish) = wish {
        view.send(wish);
    }
}

/// A field with a number of millimetres or points.
fn number(ui: &mut Ui, name: &str, value: &mut f32, range: std::ops::RangeInclusive<f32>, step: f32) -> bool {
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), space::ROW),
        egui::Layout::left_to_right(egui::Align::Center),
        |ui| {
            let room = vec2(space::CHOICE, ui.available_height());
            let words = egui::Layout::left_to_right(egui::Align::Center);
            let label = ui.allocate_ui_with_layout(room, words, |ui| {
                ui.set_min_width(space::CHOICE);
                ui.label(name)
            });
            let label = label.inner;
            let field =
                egui::DragValue::new(value).range(range).speed(step).max_decimals(2).update_while_editing(false);
            ui.add_sized(vec2(space::KEY * 2.0, space::ROW - space::SMALL), field).labelled_by(label.id).changed()
        },
    )
    .inner
}
