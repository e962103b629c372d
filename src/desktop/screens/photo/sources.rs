//! Where a photo comes from: a file, the camera, the clipboard, or dragged in.

use std::path::PathBuf;

use eframe::egui::{self, Align2, Event, Id, Key, Rect, Sense, Stroke, TextEdit, TextStyle, Ui, WidgetInfo};

use crate::{
    desktop::{model::photo, theme::space, view::View, widgets::button::Button},
    tr,
};

fn path_field() -> Id {
    Id::unique("photo path")
}

/// Takes what is dropped on the window and what is pasted while this page is shown.
pub fn listen(ui: &Ui, view: &View<'_>) {
    if !view.model.dialogs.is_empty() {
        return;
    }
    let dropped: Option<PathBuf> = ui.input(|input| input.raw.dropped_files.first().map(|file| file.path().to_owned()));
    if let Some(file) = dropped {
        view.send(photo::Intent::Dropped(file));
    }
    // Text goes into the field that has the keyboard. A picture comes as an event of its own, or as the key press alone
    // where the system gives no text.
    let typing = ui.memory(|memory| memory.has_focus(path_field()));
    let pasted = ui.input(|input| {
        input.events.iter().any(|event| match event {
            Event::PasteImage(_) => true,
            Event::Paste(_) => !typing,
            Event::Key { key: Key::V, pressed: true, repeat: false, modifiers, .. } => modifiers.command && !typing,
            _ => false,
        })
    });
    if pasted {
        view.send(photo::Intent::Paste);
    }
}

/// Buttons, and a field for desktops without a dialogue.
pub fn draw(ui: &mut Ui, view: &View<'_>) {
    let state = &view.model.photo;
    ui.horizontal_wrapped(|ui| {
        if Button::new(tr!(view, "photo-open")).show(ui, view).clicked() {
            view.send(photo::Intent::Choose);
        }
        if Button::new(tr!(view, "photo-camera")).show(ui, view).clicked() {
            view.send(photo::Intent::Camera(photo::camera::Intent::Open));
        }
        if Button::new(tr!(view, "photo-paste")).show(ui, view).clicked() {
            view.send(photo::Intent::Paste);
        }
        let label = ui.label(tr!(view, "photo-path"));
        let mut path = state.path.clone();
        let field = TextEdit::singleline(&mut path)
            .id(path_field())
            .desired_width(space::SLIDER)
            .min_size(egui::vec2(0.0, space::TARGET));
        let field = ui.add(field).labelled_by(label.id);
        if field.changed() {
            view.send(photo::Intent::Path(path));
        }
        let enter = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if Button::new(tr!(view, "photo-read")).show(ui, view).clicked() || enter {
            view.send(photo::Intent::ReadPath);
        }
    });
}

/// Whether a file is held over the window.
pub fn hovered(ui: &Ui) -> bool {
    ui.input(|input| !input.raw.hovered_files.is_empty())
}

/// The place for a photo while there is none.
pub fn drop_area(ui: &mut Ui, view: &View<'_>, size: egui::Vec2) {
    let (area, response) = ui.allocate_exact_size(size, Sense::hover());
    let words = if hovered(ui) { tr!(view, "photo-drop-here") } else { tr!(view, "photo-none") };
    response.widget_info(|| WidgetInfo::labeled(egui::accesskit::Role::Label, true, &words));
    highlight(ui, view, area);
    let font = TextStyle::Body.resolve(ui.style());
    let colour = view.theme.colours.raised.words;
    let galley = ui.painter().layout(words, font, colour, (area.width() - 2.0 * space::LARGE).max(space::LARGE));
    let at = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), area).min;
    ui.painter().galley(at, galley, colour);
}

fn highlight(ui: &Ui, view: &View<'_>, area: Rect) {
    let colours = view.theme.colours;
    let (ground, line) = if hovered(ui) {
        (colours.selected.ground, view.theme.focus())
    } else {
        (colours.raised.ground, Stroke::new(1.0, colours.line))
    };
    ui.painter().rect(area, 8.0, ground, line, egui::StrokeKind::Inside);
}

/// The line around the photo while a file is held over the window, and the words on it.
pub fn invite(ui: &Ui, view: &View<'_>, area: Rect) {
    if !hovered(ui) {
        return;
    }
    let pair = view.theme.colours.selected;
    ui.painter().rect_stroke(area, 8.0, view.theme.focus(), egui::StrokeKind::Inside);
    let font = TextStyle::Button.resolve(ui.style());
    let galley = ui.painter().layout(tr!(view, "photo-drop-here"), font, pair.words, area.width());
    let place = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), area);
    ui.painter().rect_filled(place.expand(space::SMALL), 6.0, pair.ground);
    ui.painter().galley(place.min, galley, pair.words);
}
