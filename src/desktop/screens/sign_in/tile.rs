//! One officer to choose: name, and what tells them apart.

use eframe::egui::{
    Response, RichText, Sense, Stroke, StrokeKind, TextStyle, TextWrapMode, Ui, WidgetInfo, WidgetText,
    accesskit::Role, pos2, vec2,
};

use crate::desktop::{
    theme::{Theme, space},
    view::View,
};

/// Draws it as wide as there is room. `mark` stands at the right of the name; empty for none.
pub fn show(ui: &mut Ui, view: &View<'_>, name: &str, lines: &[String], mark: &str) -> Response {
    let colours = view.theme.colours;
    let room = ui.available_width() - 2.0 * space::MEDIUM;
    let set = |text: &str, style: TextStyle, width: f32| {
        WidgetText::from(RichText::new(text)).into_galley(ui, Some(TextWrapMode::Wrap), width, style)
    };
    let mark = (!mark.is_empty()).then(|| set(mark, TextStyle::Small, room / 2.0));
    let beside = mark.as_ref().map_or(0.0, |mark| mark.size().x + space::MEDIUM);
    let mut words = vec![(set(name, Theme::subheading(), room - beside), colours.button.words)];
    words.extend(lines.iter().map(|line| (set(line, TextStyle::Body, room), colours.button.words)));
    let high: f32 = words.iter().map(|(galley, _)| galley.size().y).sum();
    let size = vec2(ui.available_width(), (high + 2.0 * space::MEDIUM).max(space::TARGET));
    let (area, response) = ui.allocate_exact_size(size, Sense::click());
    let spoken = std::iter::once(name).chain(lines.iter().map(String::as_str)).collect::<Vec<_>>().join(", ");
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    if ui.is_rect_visible(area) {
        let line = if response.has_focus() {
            view.theme.focus()
        } else if response.hovered() {
            Stroke::new(2.0, colours.focus)
        } else {
            Stroke::new(1.0, colours.line)
        };
        let ground = if response.hovered() { colours.hovered } else { colours.button.ground };
        ui.painter().rect(area, space::SMALL, ground, line, StrokeKind::Inside);
        if let Some(mark) = mark {
            let place = pos2(area.right() - space::MEDIUM - mark.size().x, area.top() + space::MEDIUM);
            ui.painter().galley(place, mark, colours.button.words);
        }
        let mut top = area.top() + space::MEDIUM;
        for (galley, colour) in words {
            let height = galley.size().y;
            ui.painter().galley(pos2(area.left() + space::MEDIUM, top), galley, colour);
            top += height;
        }
    }
    response
}
