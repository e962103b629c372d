//! One of several: a row of boxes, each with its name and what it means. One that cannot be chosen says why.

use std::sync::Arc;

use eframe::egui::{
    self, CornerRadius, FontSelection, Galley, RichText, Sense, Stroke, StrokeKind, TextStyle, TextWrapMode, Ui,
    UiBuilder, WidgetInfo, WidgetText, accesskit::Role, pos2, vec2,
};

use crate::desktop::{
    theme::{Theme, space},
    view::View,
};

/// One of several.
#[must_use]
pub struct Choice {
    name: String,
    note: String,
    chosen: bool,
    usable: bool,
}

impl Choice {
    /// A choice and what it means.
    pub fn new(name: impl Into<String>, note: impl Into<String>) -> Self {
        Self { name: name.into(), note: note.into(), chosen: false, usable: true }
    }

    /// Whether it is the chosen one.
    pub fn chosen(mut self, chosen: bool) -> Self {
        self.chosen = chosen;
        self
    }

    /// Whether it can be chosen; its note says why not.
    pub fn usable(mut self, usable: bool) -> Self {
        self.usable = usable;
        self
    }
}

struct Laid {
    name: Arc<Galley>,
    note: Arc<Galley>,
}

impl Laid {
    fn height(&self) -> f32 {
        self.name.size().y + if self.note.text().is_empty() { 0.0 } else { self.note.size().y }
    }
}

/// Draws the choices side by side as far as there is room, and says which was chosen now.
pub fn row(ui: &mut Ui, view: &View<'_>, label: &str, choices: Vec<Choice>) -> Option<usize> {
    let most = (ui.available_width() / space::CHOICE).floor().max(1.0) as usize;
    show(ui, view, label, choices, most)
}

/// Draws the choices one below the other, and says which was chosen now.
pub fn column(ui: &mut Ui, view: &View<'_>, label: &str, choices: Vec<Choice>) -> Option<usize> {
    show(ui, view, label, choices, 1)
}

fn show(ui: &mut Ui, view: &View<'_>, label: &str, choices: Vec<Choice>, most: usize) -> Option<usize> {
    let across = choices.len().clamp(1, most);
    let gap = space::SMALL;
    let width = ((ui.available_width() - gap * (across - 1) as f32) / across as f32).max(space::KEY);
    let mut chosen = None;
    let builder = UiBuilder::new().accessibility_role(Role::RadioGroup).accessibility_label(label.to_owned());
    ui.scope_builder(builder, |ui| {
        let words = width - space::CIRCLE - 3.0 * space::MEDIUM;
        let laid: Vec<Laid> = choices.iter().map(|choice| lay(ui, choice, words)).collect();
        for (line, (choices, laid)) in choices.chunks(across).zip(laid.chunks(across)).enumerate() {
            let height = laid.iter().map(Laid::height).fold(0.0, f32::max) + 2.0 * space::SMALL;
            let size = vec2(width, height.max(space::TARGET));
            ui.horizontal(|ui| {
                for (place, (choice, laid)) in choices.iter().zip(laid).enumerate() {
                    if draw(ui, view, choice, laid, size) {
                        chosen = Some(line * across + place);
                    }
                }
            });
        }
    });
    chosen
}

fn lay(ui: &Ui, choice: &Choice, width: f32) -> Laid {
    let galley = |text: &str, style: TextStyle| {
        let text = WidgetText::from(RichText::new(text).text_style(style));
        text.into_galley(ui, Some(TextWrapMode::Wrap), width, FontSelection::Default)
    };
    Laid { name: galley(&choice.name, Theme::strong()), note: galley(&choice.note, TextStyle::Small) }
}

fn draw(ui: &mut Ui, view: &View<'_>, choice: &Choice, laid: &Laid, size: egui::Vec2) -> bool {
    let sense = if choice.usable { Sense::click() } else { Sense::focusable_noninteractive() };
    let (area, response) = ui.allocate_exact_size(size, sense);
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, choice.usable, choice.chosen, &choice.name));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(choice.note.as_str()));
    let colours = view.theme.colours;
    let pair = match (choice.usable, choice.chosen) {
        (_, true) => colours.selected,
        (false, _) => colours.refused,
        _ => colours.raised,
    };
    let line = if response.has_focus() {
        view.theme.focus()
    } else if choice.chosen || (choice.usable && response.hovered()) {
        Stroke::new(2.0, colours.focus)
    } else {
        Stroke::new(1.0, colours.line)
    };
    ui.painter().rect(area, CornerRadius::same(6), pair.ground, line, StrokeKind::Inside);
    let circle = pos2(area.left() + space::MEDIUM + space::CIRCLE / 2.0, area.center().y);
    if choice.usable || choice.chosen {
        ui.painter().circle_stroke(circle, space::CIRCLE / 2.0, Stroke::new(2.0, pair.words));
        if choice.chosen {
            ui.painter().circle_filled(circle, space::CIRCLE / 4.0, pair.words);
        }
    } else {
        let half = vec2(space::CIRCLE / 3.0, 0.0);
        ui.painter().line_segment([circle - half, circle + half], Stroke::new(2.0, pair.words));
    }
    let left = area.left() + 2.0 * space::MEDIUM + space::CIRCLE;
    let top = area.center().y - laid.height() / 2.0;
    let under = top + laid.name.size().y;
    ui.painter().galley(pos2(left, top), Arc::clone(&laid.name), pair.words);
    ui.painter().galley(pos2(left, under), Arc::clone(&laid.note), pair.words);
    response.clicked()
}
