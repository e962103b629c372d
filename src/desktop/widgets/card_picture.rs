//! A card as it will be printed, drawn from the printer's own dots.

use std::sync::Arc;

use eframe::egui::{
    self, CornerRadius, Image, Key, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, vec2,
};
use image::RgbaImage;

use crate::desktop::{
    model::issue::Zoom,
    theme::{clear, space},
    view::View,
};

/// Draws the card no wider than there is room and no higher than `most` (points), and says which size was asked for by
/// the keys + and - while it has the keyboard. Larger than its room it scrolls both ways.
pub fn show(ui: &mut Ui, view: &View<'_>, picture: &Arc<RgbaImage>, name: &str, zoom: Zoom, most: f32) -> Option<Zoom> {
    let texture = view.pictures.texture(ui.ctx(), picture);
    let dots = texture.size_vec2();
    let room = vec2(ui.available_width(), most);
    let fitted = dots * (room.x / dots.x).min(room.y / dots.y);
    let pixel = 1.0 / ui.ctx().pixels_per_point();
    let size = match zoom {
        Zoom::Fit => fitted,
        Zoom::Dots => dots * pixel,
        Zoom::Twice => dots * pixel * 2.0,
    };
    let window = size.min(room);
    let id = ui.scope_id().with("card picture");
    let response = ui
        .allocate_ui(window, |ui| {
            let area = ScrollArea::both().id_salt("card").max_width(window.x).max_height(window.y);
            area.show(ui, |ui| {
                if ui.memory(|memory| memory.has_focus(id)) && size.x > window.x {
                    scroll_by_keys(ui, id);
                }
                let (area, _) = ui.allocate_exact_size(size, Sense::hover());
                Image::new((texture.id(), size)).bg_fill(clear()).paint_at(ui, area);
            });
            ui.interact(ui.min_rect(), id, Sense::focusable_noninteractive())
        })
        .inner;
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    let line = if response.has_focus() { view.theme.focus() } else { Stroke::new(1.0, view.theme.colours.line) };
    ui.painter().rect_stroke(response.rect, CornerRadius::same(space::SMALL as u8), line, StrokeKind::Outside);
    if !response.has_focus() {
        return None;
    }
    let pressed = |keys: [Key; 2]| ui.input(|input| keys.into_iter().any(|key| input.key_pressed(key)));
    let none = ui.input(|input| input.modifiers.is_none() || input.modifiers == egui::Modifiers::SHIFT);
    if none && pressed([Key::Plus, Key::Equals]) {
        Some(zoom.larger())
    } else if none && pressed([Key::Minus, Key::Num0]) {
        Some(zoom.smaller())
    } else {
        None
    }
}

/// The arrow keys move what is seen of a card that is larger than its room.
fn scroll_by_keys(ui: &Ui, id: egui::Id) {
    let filter = egui::EventFilter { horizontal_arrows: true, vertical_arrows: true, ..egui::EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    let keys = [Key::ArrowLeft, Key::ArrowRight, Key::ArrowUp, Key::ArrowDown];
    let [left, right, up, down] = keys.map(|key| ui.input(|input| f32::from(u8::from(input.key_pressed(key)))));
    let delta = vec2(left - right, up - down) * space::KEY;
    if delta != egui::Vec2::ZERO {
        ui.scroll_with_delta(delta);
    }
}
