//! Steps of a job, one line each, large enough to be read from two metres: a sign, the words, how it goes.

use eframe::egui::{
    self, Align2, FontSelection, RichText, Sense, TextStyle, TextWrapMode, Ui, WidgetInfo, WidgetText, accesskit::Role,
    pos2, vec2,
};

use crate::desktop::{
    theme::{Theme, space},
    view::View,
};

/// How a step goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Going {
    /// It is still to come.
    Ahead,
    /// It runs.
    Running,
    /// It is done.
    Done,
    /// It failed.
    Failed,
}

/// One line.
#[derive(Debug, Clone)]
pub struct Line {
    /// What is done.
    pub name: String,
    /// How it goes.
    pub going: Going,
    /// The same in words, with the time.
    pub state: String,
}

fn sign(going: Going) -> &'static str {
    match going {
        Going::Ahead => "○",
        Going::Running => "►",
        Going::Done => "√",
        Going::Failed => "×",
    }
}

/// Draws the lines.
pub fn show(ui: &mut Ui, view: &View<'_>, name: &str, lines: &[Line]) {
    let builder = egui::UiBuilder::new().accessibility_role(Role::List).accessibility_label(name.to_owned());
    ui.scope_builder(builder, |ui| {
        for line in lines {
            draw(ui, view, line);
        }
    });
}

fn draw(ui: &mut Ui, view: &View<'_>, line: &Line) {
    let colours = view.theme.colours;
    let (style, pair) = match line.going {
        Going::Running => (Theme::large_strong(), colours.note),
        Going::Failed => (Theme::large_strong(), colours.danger),
        Going::Done | Going::Ahead => (Theme::large(), colours.page),
    };
    let ink = if line.going == Going::Ahead { colours.weak } else { pair.words };
    let width = ui.available_width();
    let galley = |ui: &Ui, text: &str, style: TextStyle, width: f32| {
        let text = WidgetText::from(RichText::new(text).text_style(style));
        text.into_galley(ui, Some(TextWrapMode::Wrap), width, FontSelection::Default)
    };
    let state = galley(ui, &line.state, TextStyle::Body, (width * 0.45).max(space::KEY));
    let words = width - space::KEY - state.size().x - 2.0 * space::MEDIUM;
    let name = galley(ui, &line.name, style.clone(), words.max(space::KEY));
    let height = name.size().y.max(state.size().y) + space::SMALL;
    let (area, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, format!("{}: {}", line.name, line.state)));
    if !ui.is_rect_visible(area) {
        return;
    }
    if matches!(line.going, Going::Running | Going::Failed) {
        ui.painter().rect_filled(area, 6.0, pair.ground);
    }
    let mark = galley(ui, sign(line.going), style, space::KEY);
    let place = egui::Rect::from_min_size(area.min, vec2(space::KEY, area.height()));
    ui.painter().galley(Align2::CENTER_CENTER.align_size_within_rect(mark.size(), place).min, mark, ink);
    let middle = area.center().y;
    ui.painter().galley(pos2(area.left() + space::KEY, middle - name.size().y / 2.0), name, ink);
    let right = area.right() - space::MEDIUM - state.size().x;
    ui.painter().galley(pos2(right, middle - state.size().y / 2.0), state, ink);
}
