//! Steps of a job, one line each, large enough to be read from two metres: a sign, the words, how it goes.

use eframe::egui::{
    self, Color32, FontSelection, RichText, Sense, Shape, Stroke, TextStyle, TextWrapMode, Ui, WidgetInfo, WidgetText,
    accesskit::Role, pos2, vec2,
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

/// Most room between steps, and least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// To be read from two metres.
    Large,
    /// To be read at the desk: all of them in sight.
    Close,
}

/// Steps that are over stand in one column up to this many.
const MOST_IN_A_COLUMN: usize = 5;

/// Height of this many lines, in points.
#[must_use]
pub fn height(ui: &Ui, lines: usize) -> f32 {
    let line = Theme::large().resolve(ui.style()).size * 1.2 + 2.0 * space::SMALL;
    line * lines as f32
}

/// The sign before a line, in the middle of this place. Each has a shape of its own, so that colour says nothing alone.
pub fn sign(ui: &Ui, going: Going, place: egui::Rect, ink: Color32) {
    let (middle, size) = (place.center(), space::DOT);
    let line = Stroke::new(2.5, ink);
    let at = |x: f32, y: f32| middle + vec2(x, y) * size;
    let painter = ui.painter();
    match going {
        Going::Ahead => drop(painter.circle_stroke(middle, size * 0.7, Stroke::new(1.5, ink))),
        Going::Running => {
            let corners = vec![at(-0.7, -1.0), at(1.0, 0.0), at(-0.7, 1.0)];
            painter.add(Shape::convex_polygon(corners, ink, Stroke::NONE));
        }
        Going::Done => drop(painter.line(vec![at(-1.0, 0.1), at(-0.3, 0.8), at(1.0, -0.8)], line)),
        Going::Failed => {
            painter.line_segment([at(-0.8, -0.8), at(0.8, 0.8)], line);
            painter.line_segment([at(-0.8, 0.8), at(0.8, -0.8)], line);
        }
    }
}

/// Draws the lines.
pub fn show(ui: &mut Ui, view: &View<'_>, name: &str, lines: &[Line], size: Size) {
    let builder = egui::UiBuilder::new().accessibility_role(Role::List).accessibility_label(name.to_owned());
    let running = lines.iter().position(|line| line.going == Going::Running);
    let id = egui::Id::unique(("steps", name));
    let seen = ui.data(|data| data.get_temp::<Option<usize>>(id)).flatten();
    ui.data_mut(|data| data.insert_temp(id, running));
    let all = |ui: &mut Ui, from: usize, lines: &[Line]| {
        if size == Size::Close {
            ui.spacing_mut().item_spacing.y = space::CLOSE;
        }
        for (place, line) in lines.iter().enumerate() {
            let response = draw(ui, view, line, size);
            // A step that begins comes into sight; afterwards the page stays where it is put.
            if running == Some(from + place) && seen != running {
                response.scroll_to_me(None);
            }
        }
    };
    ui.scope_builder(builder, |ui| {
        let over =
            lines.len() > MOST_IN_A_COLUMN && running.is_none() && lines.iter().all(|line| line.going != Going::Ahead);
        if size == Size::Close && over && ui.available_width() >= space::TWO_COLUMNS {
            let half = lines.len().div_ceil(2);
            ui.columns(2, |columns| {
                all(&mut columns[0], 0, &lines[..half]);
                all(&mut columns[1], half, &lines[half..]);
            });
        } else {
            all(ui, 0, lines);
        }
    });
}

fn draw(ui: &mut Ui, view: &View<'_>, line: &Line, size: Size) -> egui::Response {
    let colours = view.theme.colours;
    let (plain, strong) = match size {
        Size::Large => (Theme::large(), Theme::large_strong()),
        Size::Close => (TextStyle::Body, Theme::strong()),
    };
    let (style, pair) = match line.going {
        Going::Running => (strong, colours.note),
        Going::Failed => (strong, colours.danger),
        Going::Done | Going::Ahead => (plain, colours.page),
    };
    let ink = if line.going == Going::Ahead { colours.weak } else { pair.words };
    let width = ui.available_width();
    let galley = |ui: &Ui, text: &str, style: TextStyle, width: f32| {
        let text = WidgetText::from(RichText::new(text).text_style(style));
        text.into_galley(ui, Some(TextWrapMode::Wrap), width, FontSelection::Default)
    };
    let state = galley(ui, &line.state, TextStyle::Body, (width * 0.45).max(space::KEY));
    let words = width - space::KEY - state.size().x - 2.0 * space::MEDIUM;
    let name = galley(ui, &line.name, style, words.max(space::KEY));
    let around = if size == Size::Large { space::SMALL } else { space::CLOSE };
    let height = name.size().y.max(state.size().y) + around;
    let (area, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, format!("{}: {}", line.name, line.state)));
    if !ui.is_rect_visible(area) {
        return response;
    }
    if matches!(line.going, Going::Running | Going::Failed) {
        ui.painter().rect_filled(area, 6.0, pair.ground);
    }
    let place = egui::Rect::from_min_size(area.min, vec2(space::KEY, area.height()));
    sign(ui, line.going, place, ink);
    let middle = area.center().y;
    ui.painter().galley(pos2(area.left() + space::KEY, middle - name.size().y / 2.0), name, ink);
    let right = area.right() - space::MEDIUM - state.size().x;
    ui.painter().galley(pos2(right, middle - state.size().y / 2.0), state, ink);
    response
}
