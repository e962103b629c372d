//! Everything that changes a photo, as buttons and sliders.

use eframe::egui::{Slider, Ui};

use crate::{
    desktop::{
        model::photo::{self, GROWTH, InWork, NUDGE},
        theme::space,
        view::View,
        widgets::button::{self, Button},
    },
    tr,
};

/// Draws them.
pub fn draw(ui: &mut Ui, view: &View<'_>, work: &InWork) {
    ui.spacing_mut().slider_width = space::SLIDER - 2.0 * space::TARGET;
    let press = |ui: &mut Ui, name: String, wish: photo::Intent| {
        if Button::new(name).show(ui, view).clicked() {
            view.send(photo::Intent::Begin);
            view.send(wish);
        }
    };
    let state = &view.model.photo;
    let none = match (state.proposed(), state.looked().and_then(|looked| looked.proposed)) {
        (Some(_), _) => None,
        (None, Some(_)) => Some(tr!(view, "photo-proposed-there")),
        (None, None) => Some(tr!(view, "photo-proposed-none")),
    };
    if Button::new(tr!(view, "photo-proposed")).refused(none).show(ui, view).clicked() {
        view.send(photo::Intent::UseProposed);
    }
    press(ui, tr!(view, "photo-rotate-left"), photo::Intent::Turn { right: false });
    press(ui, tr!(view, "photo-rotate-right"), photo::Intent::Turn { right: true });
    button::row(ui, |ui| {
        press(ui, tr!(view, "photo-smaller"), photo::Intent::Grow(1.0 / GROWTH));
        press(ui, tr!(view, "photo-larger"), photo::Intent::Grow(GROWTH));
    });
    // A whole number: a slider rounds what it is given, and would take the rest for a change in every frame.
    let mut size = (work.canvas().size(work.frame()) * 100.0).round() as i32;
    let label = ui.label(tr!(view, "photo-size"));
    let slider = Slider::new(&mut size, 0..=100).suffix(" %");
    let slider = ui.add(slider).labelled_by(label.id);
    if slider.drag_started() {
        view.send(photo::Intent::Begin);
    }
    if slider.changed() {
        view.send(photo::Intent::Size(size as f32 / 100.0));
    }
    button::row(ui, |ui| {
        for (sign, name, right, down) in [
            ("←", tr!(view, "photo-move-left"), -NUDGE, 0.0),
            ("→", tr!(view, "photo-move-right"), NUDGE, 0.0),
            ("↑", tr!(view, "photo-move-up"), 0.0, -NUDGE),
            ("↓", tr!(view, "photo-move-down"), 0.0, NUDGE),
        ] {
            let button = Button::new(sign).show(ui, view);
            ui.ctx().accesskit_node_builder(button.id, |node| node.set_label(name.as_str()));
            if button.clicked() {
                view.send(photo::Intent::Move(right, down));
            }
            button.on_hover_text(name);
        }
    });
    let mut brightness = work.edit.brightness;
    let label = ui.label(tr!(view, "photo-brightness"));
    let slider = ui.add(Slider::new(&mut brightness, -100..=100)).labelled_by(label.id);
    if slider.drag_started() {
        view.send(photo::Intent::Begin);
    }
    if slider.changed() {
        view.send(photo::Intent::Brightness(brightness));
    }
}
