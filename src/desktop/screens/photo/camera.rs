//! What the camera sees, with the card's frame over it, and the way from it to a photo.

use std::sync::Arc;

use eframe::egui::{self, Color32, Rect, Sense, Ui, Vec2, WidgetInfo, accesskit::Role, vec2};
use image::RgbaImage;

use super::editor;
use crate::{
    desktop::{
        format,
        model::{
            NoticeKind,
            photo::{
                self,
                camera::{Intent, Stage, State},
                frame::{self, Canvas},
            },
        },
        theme::space,
        view::View,
        widgets::{
            button::{self, Button, Kind},
            choice::{self, Choice},
            notice, page,
        },
    },
    tr,
};

/// Draws it into this much room.
pub fn draw(ui: &mut Ui, view: &View<'_>, camera: &State, room: Vec2) {
    let name = camera.name.clone().unwrap_or_default();
    match &camera.stage {
        Stage::Failed(trouble) => {
            notice::show(ui, view, NoticeKind::Danger, &format::sentence(&trouble.message));
            ui.add_space(space::SMALL);
        }
        Stage::Opening => status(ui, view, &tr!(view, "photo-camera-opening")),
        Stage::Live(picture) => {
            paint(ui, view, picture, room, &tr!(view, "photo-camera-live", camera = &name));
            page::weak(ui, view, &tr!(view, "photo-camera-guide"));
        }
        Stage::Taking(picture) => {
            paint(ui, view, picture, room, &tr!(view, "photo-camera-live", camera = &name));
            status(ui, view, &tr!(view, "photo-camera-taking"));
        }
        Stage::Taken(_, picture) => {
            paint(ui, view, picture, room, &tr!(view, "photo-camera-taken-alt"));
            status(ui, view, &tr!(view, "photo-camera-taken"));
        }
    }
    if camera.all.len() > 1 && !camera.has_taken() {
        let choices = camera.all.iter().map(|name| Choice::new(name, "").chosen(camera.name.as_ref() == Some(name)));
        let chosen = choice::row(ui, view, &tr!(view, "photo-camera-which"), choices.collect());
        if let Some(name) = chosen.and_then(|place| camera.all.get(place)) {
            view.send(photo::Intent::Camera(Intent::Choose(name.clone())));
        }
    }
}

fn status(ui: &mut Ui, view: &View<'_>, words: &str) {
    let label = page::weak(ui, view, words);
    ui.ctx().accesskit_node_builder(label.id, |node| node.set_role(Role::Status));
}

/// What is always in sight while the camera is open: taking the photo, using it, and closing the camera.
pub fn actions(ui: &mut Ui, view: &View<'_>, camera: &State) {
    let press = |ui: &mut Ui, button: Button, wish: Intent| {
        let pressed = button.show(ui, view);
        if pressed.clicked() {
            view.send(photo::Intent::Camera(wish));
        }
        pressed
    };
    button::row(ui, |ui| {
        let main = match &camera.stage {
            Stage::Failed(_) => {
                press(ui, Button::new(tr!(view, "photo-camera-try-again")).kind(Kind::Main), Intent::Open)
            }
            Stage::Taken(..) => press(ui, Button::new(tr!(view, "photo-camera-use")).kind(Kind::Main), Intent::Use),
            Stage::Opening | Stage::Live(_) | Stage::Taking(_) => {
                let live = matches!(camera.stage, Stage::Live(_));
                let refused = (!live).then(|| tr!(view, "photo-camera-wait"));
                press(ui, Button::new(tr!(view, "photo-camera-take")).kind(Kind::Main).refused(refused), Intent::Take)
            }
        };
        // Whoever came here with the keyboard goes on from here with the keyboard.
        if view.model.dialogs.is_empty() && ui.memory(|memory| memory.focused().is_none()) {
            main.request_focus();
        }
        if camera.has_taken() {
            press(ui, Button::new(tr!(view, "photo-camera-again")), Intent::Open);
        }
        press(ui, Button::new(tr!(view, "photo-camera-close")), Intent::Close);
    });
}

/// The picture, and over it the part that a card would show, with the oval for the head.
fn paint(ui: &mut Ui, view: &View<'_>, picture: &Arc<RgbaImage>, room: Vec2, words: &str) {
    let (across, down) = (picture.width().max(1) as f32, picture.height().max(1) as f32);
    let size = vec2(across, down) * (room.x / across).min(room.y / down);
    let (place, response) = ui.allocate_exact_size(vec2(room.x, size.y), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, words));
    let area = Rect::from_center_size(place.center(), size);
    let texture = view.pictures.texture(ui.ctx(), picture);
    let whole = Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
    ui.painter().image(texture.id(), area, whole, Color32::WHITE);
    let canvas = Canvas { width: across, height: down, proportion: frame::proportion() };
    editor::paint_guides(ui, editor::inside(area, canvas.largest()), area);
}
