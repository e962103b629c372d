//! The photo on a holder's record: where it comes from, the frame, and the card as it will print.

mod camera;
mod editor;
mod proof;
mod sources;
mod tools;

use eframe::egui::{self, Frame, Id, Key, Margin, Modifiers, Panel, ScrollArea, Ui, vec2};

use crate::{
    desktop::{
        format,
        intent::Intent,
        model::{
            Model, NoticeKind,
            photo::{self, From, camera::Stage},
        },
        route::Route,
        theme::space,
        view::View,
        widgets::{
            button::{self, Button, Kind},
            notice, page,
        },
    },
    domain::HolderId,
    tr,
};

/// Draws it.
pub fn draw(ui: &mut Ui, view: &View<'_>, holder: &HolderId) {
    let name = view.model.queue.name(holder);
    sources::listen(ui, view);
    page::fixed(ui, view, &tr!(view, "photo-title", name = &name), |ui| {
        let frame = Frame::new().inner_margin(Margin::symmetric(0, 4));
        Panel::bottom(Id::unique("photo actions")).frame(frame).resizable(false).show(ui, |ui| {
            match &view.model.photo.camera {
                Some(open) => camera::actions(ui, view, open),
                None => actions(ui, view, holder),
            }
        });
        ScrollArea::vertical().id_salt("photo page").auto_shrink([false, false]).show(ui, |ui| {
            let room = vec2(ui.available_width(), ui.clip_rect().height());
            troubles(ui, view);
            match &view.model.photo.camera {
                Some(open) => {
                    let [least, most] = space::PHOTO;
                    let height = (room.y - 2.0 * space::TARGET).clamp(least, most);
                    camera::draw(ui, view, open, vec2(room.x, height));
                }
                None => {
                    sources::draw(ui, view);
                    ui.add_space(space::SMALL);
                    work(ui, view, &name, room);
                }
            }
        });
    });
}

/// Saves; with the camera open, takes the photo and then uses it.
#[must_use]
pub fn main_action(model: &Model, holder: &HolderId) -> Option<Intent> {
    if let Some(open) = &model.photo.camera {
        let wish = match open.stage {
            Stage::Live(_) => photo::camera::Intent::Take,
            Stage::Taken(..) => photo::camera::Intent::Use,
            Stage::Failed(_) => photo::camera::Intent::Open,
            Stage::Opening | Stage::Taking(_) => return None,
        };
        return Some(photo::Intent::Camera(wish).into());
    }
    let allowed = model.photo.unsaved() && !model.photo.saving() && photo::refused(model, holder).is_none();
    allowed.then(|| photo::Intent::Save.into())
}

fn troubles(ui: &mut Ui, view: &View<'_>) {
    let state = &view.model.photo;
    for trouble in [&state.trouble, &state.save_trouble].into_iter().flatten() {
        // With nothing in work it is often only that there is no photo on record yet.
        let kind = if state.current.is_none() { NoticeKind::Warning } else { NoticeKind::Danger };
        notice::show(ui, view, kind, &format::sentence(&trouble.message));
        ui.add_space(space::SMALL);
    }
}

/// The frame, what changes it, and the card: side by side where there is room.
fn work(ui: &mut Ui, view: &View<'_>, name: &str, room: egui::Vec2) {
    let [least, most] = space::PHOTO;
    let waiting = match view.model.photo.reading() {
        Some(From::Dialogue) => Some(tr!(view, "photo-dialogue-open")),
        Some(From::Record | From::Elsewhere) => Some(tr!(view, "photo-reading")),
        None => None,
    };
    if let Some(waiting) = waiting {
        let label = page::weak(ui, view, &waiting);
        ui.ctx().accesskit_node_builder(label.id, |node| node.set_role(egui::accesskit::Role::Status));
    }
    let Some(current) = &view.model.photo.current else {
        sources::drop_area(ui, view, vec2(room.x, least));
        return;
    };
    let height = (room.y - 4.0 * space::TARGET).clamp(least, most);
    if room.x >= space::TWO_COLUMNS {
        let editor = ((room.x - space::SLIDER - 3.0 * space::LARGE) * 0.42).min(height * 1.4);
        ui.horizontal_top(|ui| {
            ui.vertical(|ui| {
                ui.set_width(editor);
                editor::draw(ui, view, current, vec2(editor, height));
            });
            ui.add_space(space::MEDIUM);
            ui.vertical(|ui| {
                ui.set_width(space::SLIDER);
                tools::draw(ui, view, current);
            });
            ui.add_space(space::MEDIUM);
            ui.vertical(|ui| {
                ui.set_width(ui.available_width().min(space::CARD));
                proof::draw(ui, view, name);
            });
        });
    } else {
        let beside = room.x >= 2.0 * space::SLIDER + space::LARGE;
        if beside {
            ui.horizontal_top(|ui| {
                let width = room.x - space::SLIDER - space::LARGE - space::MEDIUM;
                ui.vertical(|ui| {
                    ui.set_width(width);
                    editor::draw(ui, view, current, vec2(width, height));
                });
                ui.add_space(space::SMALL);
                ui.vertical(|ui| {
                    ui.set_width(space::SLIDER);
                    tools::draw(ui, view, current);
                });
            });
        } else {
            editor::draw(ui, view, current, vec2(room.x, height));
            tools::draw(ui, view, current);
        }
        proof::draw(ui, view, name);
    }
}

/// What is always in sight: saving, and the ways back.
fn actions(ui: &mut Ui, view: &View<'_>, holder: &HolderId) {
    let state = &view.model.photo;
    button::row(ui, |ui| {
        let refused = if state.saving() {
            Some(tr!(view, "photo-saving"))
        } else if let Some(key) = photo::refused(view.model, holder) {
            Some(view.texts.get(key))
        } else {
            (!state.unsaved()).then(|| tr!(view, "photo-save-nothing"))
        };
        let save = Button::new(tr!(view, "photo-save")).kind(Kind::Main).refused(refused);
        if save.show(ui, view).clicked() {
            view.send(photo::Intent::Save);
        }
        let no_step = || (!state.can_undo()).then(|| tr!(view, "photo-undo-none"));
        let undo = Button::new(tr!(view, "photo-undo")).refused(no_step().map(|_| String::new())).show(ui, view);
        if undo.clicked() || (state.can_undo() && undo_pressed(ui)) {
            view.send(photo::Intent::Undo);
        }
        if let Some(why) = no_step() {
            undo.on_hover_text(why);
        }
        let again = Button::new(tr!(view, "photo-start-again")).refused(no_step().map(|_| String::new()));
        if again.show(ui, view).clicked() {
            view.send(photo::Intent::StartAgain);
        }
        if state.saved && !state.unsaved() {
            if Button::new(tr!(view, "photo-profile")).show(ui, view).clicked() {
                view.send(Route::Holder(holder.clone()));
            }
        } else if state.unsaved() {
            page::weak(ui, view, &tr!(view, "photo-unsaved"));
        }
    });
}

/// Ctrl+Z, unless somebody is typing.
fn undo_pressed(ui: &Ui) -> bool {
    !ui.ctx().text_edit_focused() && ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Z))
}
