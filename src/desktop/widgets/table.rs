//! A table of any length: only the rows in sight are drawn. Arrow keys walk, Enter opens, every row and cell has a name.

use std::{borrow::Cow, sync::Arc};

use eframe::egui::{
    self, Align2, FontSelection, Key, Rect, RichText, ScrollArea, Sense, Stroke, TextStyle, TextWrapMode, Ui,
    UiBuilder, WidgetInfo, WidgetText, accesskit::Role, pos2, vec2,
};
use image::RgbaImage;

use crate::desktop::{
    theme::{Theme, space},
    view::View,
};

/// A column.
pub struct Column {
    /// Its title.
    pub title: String,
    /// Its share of the width.
    pub share: f32,
}

impl Column {
    /// A column with a share of the width.
    #[must_use]
    pub fn new(title: impl Into<String>, share: f32) -> Self {
        Self { title: title.into(), share }
    }
}

/// What came of a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TableOutcome {
    /// This row was chosen.
    pub chosen: Option<usize>,
    /// This row was opened: a double click, or Enter on it.
    pub opened: Option<usize>,
}

/// A table.
pub struct Table<'a> {
    name: &'a str,
    columns: &'a [Column],
    rows: usize,
    chosen: Option<usize>,
    pictures: Option<&'a dyn Fn(usize) -> Option<Arc<RgbaImage>>>,
    opens_at_once: bool,
    keyboard_to: Option<usize>,
    reveal: Option<usize>,
}

impl<'a> Table<'a> {
    /// A table with this name and so many rows.
    #[must_use]
    pub fn new(name: &'a str, columns: &'a [Column], rows: usize) -> Self {
        Self {
            name,
            columns,
            rows,
            chosen: None,
            pictures: None,
            opens_at_once: false,
            keyboard_to: None,
            reveal: None,
        }
    }

    /// Which row is chosen.
    #[must_use]
    pub fn chosen(mut self, chosen: Option<usize>) -> Self {
        self.chosen = chosen;
        self
    }

    /// A small picture before each row.
    #[must_use]
    pub fn pictures(mut self, pictures: &'a dyn Fn(usize) -> Option<Arc<RgbaImage>>) -> Self {
        self.pictures = Some(pictures);
        self
    }

    /// A single click opens a row.
    #[must_use]
    pub fn opens_at_once(mut self) -> Self {
        self.opens_at_once = true;
        self
    }

    /// The keyboard goes to this row now, e.g. from the field above.
    #[must_use]
    pub fn keyboard_to(mut self, row: Option<usize>) -> Self {
        self.keyboard_to = row.filter(|row| *row < self.rows);
        self
    }

    /// This row comes into sight now, e.g. the first one of a new answer.
    #[must_use]
    pub fn reveal(mut self, row: Option<usize>) -> Self {
        self.reveal = row;
        self
    }

    /// Whether this row has the keyboard.
    #[must_use]
    pub fn has_keyboard(&self, ui: &Ui, row: usize) -> bool {
        ui.memory(|memory| memory.has_focus(row_id(self.name, row)))
    }

    /// Draws it into the room there is. `cell` gives the words of a row and column.
    pub fn show<'c>(self, ui: &mut Ui, view: &View<'_>, cell: impl Fn(usize, usize) -> Cow<'c, str>) -> TableOutcome {
        let mut outcome = TableOutcome::default();
        let builder = UiBuilder::new().accessibility_role(Role::Table).accessibility_label(self.name.to_owned());
        ui.scope_builder(builder, |ui| {
            let left = if self.pictures.is_some() { space::ROW } else { 0.0 };
            let width = ui.available_width();
            let edges = self.edges(width - left);
            self.head(ui, left, &edges);
            let height = if self.pictures.is_some() { space::ROW * 1.3 } else { space::ROW };
            let moved = self.walk(ui, &mut outcome).or(self.keyboard_to);
            let gap = ui.spacing().item_spacing.y;
            let mut area = ScrollArea::vertical().id_salt(self.name).auto_shrink([false, false]);
            if let Some(row) = moved.or(self.reveal) {
                // The row may not be in sight yet, so its place is computed.
                let id = ui.scope_id().with("place");
                let seen: f32 = ui.data(|data| data.get_temp(id)).unwrap_or(0.0);
                let (top, room) = (row as f32 * (height + gap), ui.available_height());
                if top < seen {
                    area = area.vertical_scroll_offset(top);
                } else if top + height > seen + room {
                    area = area.vertical_scroll_offset(top + height - room);
                }
            }
            let shown = area.show_rows(ui, height, self.rows, |ui, visible| {
                for row in visible {
                    self.row(ui, view, (row, height, left), &edges, &cell, &mut outcome, moved == Some(row));
                }
            });
            let id = ui.scope_id().with("place");
            ui.data_mut(|data| data.insert_temp(id, shown.state.clamped_offset().y));
        });
        outcome
    }

    /// Right edges of the columns.
    fn edges(&self, width: f32) -> Vec<f32> {
        let whole: f32 = self.columns.iter().map(|column| column.share).sum::<f32>().max(f32::EPSILON);
        let mut edge = 0.0;
        let mut place = |column: &Column| {
            edge += width * column.share / whole;
            edge
        };
        self.columns.iter().map(&mut place).collect()
    }

    fn head(&self, ui: &mut Ui, left: f32, edges: &[f32]) {
        let (area, _) = ui.allocate_exact_size(vec2(ui.available_width(), space::ROW * 0.8), Sense::hover());
        for (place, column) in self.columns.iter().enumerate() {
            let cell = column_area(area, left, edges, place);
            let words = words(ui, &column.title, Theme::strong(), cell.width());
            ui.painter().galley(
                Align2::LEFT_CENTER.align_size_within_rect(words.size(), cell).min,
                words,
                ui.visuals().text_color(),
            );
            let response = ui.interact(cell, ui.scope_id().with(("head", place)), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::ColumnHeader, true, &column.title));
        }
    }

    /// What the keyboard does while a row has it: the row it went to.
    fn walk(&self, ui: &Ui, outcome: &mut TableOutcome) -> Option<usize> {
        let last = self.rows.checked_sub(1)?;
        let chosen = self.chosen.unwrap_or(0).min(last);
        if !ui.memory(|memory| memory.has_focus(row_id(self.name, chosen))) {
            return None;
        }
        let page = 10;
        let pressed = |key| ui.input(|input| input.key_pressed(key));
        let next = if pressed(Key::ArrowDown) {
            (chosen + 1).min(last)
        } else if pressed(Key::ArrowUp) {
            chosen.saturating_sub(1)
        } else if pressed(Key::PageDown) {
            (chosen + page).min(last)
        } else if pressed(Key::PageUp) {
            chosen.saturating_sub(page)
        } else if pressed(Key::Home) {
            0
        } else if pressed(Key::End) {
            last
        } else {
            return None;
        };
        outcome.chosen = Some(next);
        (next != chosen).then_some(next)
    }

    #[allow(clippy::too_many_arguments)]
    fn row<'c>(
        &self,
        ui: &mut Ui,
        view: &View<'_>,
        (row, height, left): (usize, f32, f32),
        edges: &[f32],
        cell: &impl Fn(usize, usize) -> Cow<'c, str>,
        outcome: &mut TableOutcome,
        take_keyboard: bool,
    ) {
        let chosen = self.chosen.unwrap_or(0) == row;
        // One row is reached by Tab, the others from it by the arrow keys.
        let sense = if chosen || take_keyboard { Sense::click() } else { Sense::CLICK };
        let (_, area) = ui.allocate_space(vec2(ui.available_width(), height));
        let response = ui.interact(area, row_id(self.name, row), sense);
        let name = || {
            let mut name = String::new();
            for place in 0..self.columns.len() {
                let words = cell(row, place);
                if !words.is_empty() {
                    name.push_str(if name.is_empty() { "" } else { ", " });
                    name.push_str(&words);
                }
            }
            name
        };
        response.widget_info(|| WidgetInfo::selected(Role::Row, true, self.chosen == Some(row), name()));
        if take_keyboard {
            response.request_focus();
        }
        if response.has_focus() {
            // Up and down walk the rows here; elsewhere they move the keyboard between widgets.
            let filter = egui::EventFilter { vertical_arrows: true, ..egui::EventFilter::default() };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        }
        let colours = view.theme.colours;
        let pair = if self.chosen == Some(row) { colours.selected } else { colours.page };
        let line = if response.has_focus() {
            view.theme.focus()
        } else if response.hovered() {
            Stroke::new(1.0, colours.focus)
        } else {
            Stroke::NONE
        };
        ui.painter().rect(area, 4.0, pair.ground, line, egui::StrokeKind::Inside);
        if let Some(picture) = self.pictures.and_then(|picture| picture(row)) {
            let texture = view.pictures.texture(ui.ctx(), &picture);
            let place = Rect::from_min_size(area.min, vec2(left, height)).shrink(3.0);
            let fitted = fit(texture.size_vec2(), place);
            egui::Image::new((texture.id(), fitted.size())).paint_at(ui, fitted);
        }
        let mut cells = Vec::with_capacity(self.columns.len());
        for (place, column) in self.columns.iter().enumerate() {
            let text = cell(row, place);
            let here = column_area(area, left, edges, place);
            let words = words(ui, &text, TextStyle::Body, here.width());
            let at = Align2::LEFT_CENTER.align_size_within_rect(words.size(), here).min;
            ui.painter().galley(at, words, pair.words);
            cells.push((here, format!("{}: {text}", column.title)));
        }
        let inside = UiBuilder::new().max_rect(area).accessibility_parent(response.id);
        // A child of its own, which moves nothing: the next row begins where this one ends.
        let inside = ui.new_child(inside);
        for (place, (here, name)) in cells.into_iter().enumerate() {
            let cell = inside.interact(here, response.id.with(place), Sense::hover());
            cell.widget_info(|| WidgetInfo::labeled(Role::Cell, true, &name));
        }
        if response.clicked() {
            outcome.chosen = Some(row);
            if self.opens_at_once {
                outcome.opened = Some(row);
            }
            response.request_focus();
        }
        let enter = response.has_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if response.double_clicked() || enter {
            outcome.opened = Some(row);
        }
    }
}

/// The name under which a row has the keyboard.
fn row_id(table: &str, row: usize) -> egui::Id {
    egui::Id::unique(("table row", table, row))
}

fn column_area(row: Rect, left: f32, edges: &[f32], place: usize) -> Rect {
    let begin = place.checked_sub(1).and_then(|before| edges.get(before)).copied().unwrap_or(0.0);
    let end = edges.get(place).copied().unwrap_or(begin);
    Rect::from_min_max(
        pos2(row.left() + left + begin + space::SMALL, row.top()),
        pos2(row.left() + left + end - 2.0, row.bottom()),
    )
}

fn words(ui: &Ui, text: &str, style: TextStyle, width: f32) -> Arc<egui::Galley> {
    let text = WidgetText::from(RichText::new(text));
    text.into_galley(ui, Some(TextWrapMode::Truncate), width.max(0.0), FontSelection::Style(style))
}

/// The largest box of this proportion inside another.
fn fit(size: egui::Vec2, place: Rect) -> Rect {
    let scale = (place.width() / size.x.max(1.0)).min(place.height() / size.y.max(1.0));
    Rect::from_center_size(place.center(), size * scale)
}
