//! One tile of the bench.

use std::sync::Arc;

use eframe::egui::{
    Color32, FontId, Galley, Image, Rect, Response, Sense, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo,
    accesskit::Role, pos2, text::LayoutJob, vec2,
};
use image::RgbaImage;

use crate::desktop::{
    intent::Intent,
    theme::{Pair, Theme, space},
    view::View,
};

/// How much room a tile has.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// Whether it is of one line.
    pub low: bool,
    /// Its width in points, where it is not.
    pub width: f32,
}

/// A tile: a name, what it is about in one line, and what else there is to say.
#[must_use]
pub struct Tile {
    name: String,
    sign: &'static str,
    about: String,
    details: Vec<String>,
    spoken_only: String,
    portrait: Option<Arc<RgbaImage>>,
    pair: Pair,
    mark: Option<String>,
    fenced: bool,
    action: Option<Intent>,
}

impl Tile {
    /// A tile with this name and these colours.
    pub fn new(name: impl Into<String>, pair: Pair) -> Self {
        Self {
            name: name.into(),
            sign: "",
            about: String::new(),
            details: Vec::new(),
            spoken_only: String::new(),
            portrait: None,
            pair,
            mark: None,
            fenced: false,
            action: None,
        }
    }

    /// A sign before its name.
    pub fn sign(mut self, sign: &'static str) -> Self {
        self.sign = sign;
        self
    }

    /// What it is about, in one line.
    pub fn about(mut self, about: impl Into<String>) -> Self {
        self.about = about.into();
        self
    }

    /// One more line; an empty one is none.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        if !detail.is_empty() {
            self.details.push(detail);
        }
        self
    }

    /// What there is no room for: it is in the spoken name and under the pointer, after the last line.
    pub fn spoken_only(mut self, words: String) -> Self {
        self.spoken_only = words;
        self
    }

    /// A photo at its left.
    pub fn portrait(mut self, portrait: Option<Arc<RgbaImage>>) -> Self {
        self.portrait = portrait;
        self
    }

    /// Something just happened here: these words, and a strong line around it.
    pub fn mark(mut self, mark: Option<String>) -> Self {
        self.mark = mark;
        self
    }

    /// Nothing is done to what is in it: a fence around it.
    pub fn fenced(mut self) -> Self {
        self.fenced = true;
        self
    }

    /// What a click does.
    pub fn action(mut self, action: impl Into<Intent>) -> Self {
        self.action = Some(action.into());
        self
    }

    /// The whole tile as one sentence.
    fn spoken(&self) -> String {
        let about = Some(&self.about).filter(|about| !about.is_empty());
        let parts: Vec<&str> = about.into_iter().chain(&self.details).chain(&self.mark).map(String::as_str).collect();
        let more = if self.spoken_only.is_empty() { String::new() } else { format!(": {}", self.spoken_only) };
        if parts.is_empty() { self.name.clone() } else { format!("{}: {}{more}", self.name, parts.join(", ")) }
    }

    /// Draws it; of one line where the window is low. What has no room is in its spoken name and under the pointer.
    pub fn show(self, ui: &mut Ui, view: &View<'_>, room: Room) -> Response {
        let spoken = self.spoken();
        let sense = if self.action.is_some() { Sense::click() } else { Sense::hover() };
        let size = if room.low {
            let words = self.line(ui, &self.one_line(), &TextStyle::Body, f32::INFINITY, 1).size().x;
            let lock = if self.fenced { space::MEDIUM + space::SMALL } else { 0.0 };
            vec2((words + lock + 2.0 * space::MEDIUM).min(space::TILE * 1.2), space::TARGET)
        } else {
            vec2(room.width, space::TILE_HEIGHT)
        };
        let (area, response) = ui.allocate_exact_size(size, sense);
        let role = if self.action.is_some() { Role::Button } else { Role::Label };
        response.widget_info(|| WidgetInfo::labeled(role, true, &spoken));
        keep_in_sight(&response);
        if ui.is_rect_visible(area) {
            self.ground(ui, view, area, &response);
            if room.low { self.low_words(ui, area) } else { self.words(ui, view, area) }
        }
        if response.clicked()
            && let Some(action) = &self.action
        {
            view.send(action.clone());
        }
        response.on_hover_text(spoken)
    }

    fn one_line(&self) -> String {
        let what = if self.about.is_empty() { self.details.first() } else { Some(&self.about) };
        let what = what.map_or_else(String::new, |what| format!(": {what}"));
        format!("{}{}{}{what}", self.sign, if self.sign.is_empty() { "" } else { " " }, self.name)
    }

    fn ground(&self, ui: &Ui, view: &View<'_>, area: Rect, response: &Response) {
        let colours = view.theme.colours;
        let under = self.action.is_some() && response.hovered();
        let line = if response.has_focus() {
            view.theme.focus()
        } else if under || self.mark.is_some() {
            Stroke::new(2.0, colours.focus)
        } else {
            Stroke::new(1.0, colours.line)
        };
        ui.painter().rect(area, 6.0, self.pair.ground, line, StrokeKind::Inside);
        if self.fenced {
            ui.painter().rect_stroke(area.shrink(4.0), 4.0, Stroke::new(1.0, self.pair.words), StrokeKind::Inside);
        }
    }

    fn low_words(&self, ui: &Ui, area: Rect) {
        let mut inner = area.shrink2(vec2(space::MEDIUM, 0.0));
        if self.fenced {
            let size = vec2(space::MEDIUM, space::LARGE);
            let place = pos2(inner.left(), inner.center().y - size.y / 2.0);
            lock(ui, Rect::from_min_size(place, size), self.pair.words);
            inner.min.x += size.x + space::SMALL;
        }
        let words = self.line(ui, &self.one_line(), &TextStyle::Body, inner.width(), 1);
        let top = area.center().y - words.size().y / 2.0;
        ui.painter().galley(pos2(inner.left(), top), words, self.pair.words);
    }

    fn words(&self, ui: &Ui, view: &View<'_>, area: Rect) {
        // A narrow one gives its room to the words.
        let narrow = area.width() < space::TILE * 0.8;
        let side = if narrow { space::SMALL } else { space::MEDIUM };
        let mut inner = area.shrink2(vec2(side, space::SMALL));
        if let Some(portrait) = &self.portrait {
            let texture = view.pictures.texture(ui.ctx(), portrait);
            let seen = texture.size_vec2();
            let height = if narrow { space::PORTRAIT * 0.75 } else { space::PORTRAIT }.min(inner.height());
            let size = seen * (height / seen.y.max(1.0));
            let place = Rect::from_min_size(inner.min + vec2(0.0, (inner.height() - size.y) / 2.0), size);
            Image::new((texture.id(), size)).paint_at(ui, place);
            inner.min.x = place.right() + space::SMALL;
        }
        let mut top = inner.top();
        if self.fenced {
            lock(ui, Rect::from_min_size(inner.min, vec2(space::MEDIUM, space::LARGE)), self.pair.words);
            inner.min.x += space::MEDIUM + space::SMALL;
        }
        let name = if self.sign.is_empty() { self.name.clone() } else { format!("{} {}", self.sign, self.name) };
        let mut put = |galley: Arc<Galley>| {
            let height = galley.size().y;
            if top + height <= inner.bottom() + 1.0 {
                ui.painter().galley(pos2(inner.left(), top), galley, self.pair.words);
                top += height + 1.0;
            }
        };
        put(self.line(ui, &name, &Theme::strong(), inner.width(), 1));
        let mut rows = if self.about.is_empty() { 3 } else { 2 };
        if !self.about.is_empty() {
            let about = self.line(ui, &self.about, &TextStyle::Body, inner.width(), 2);
            rows -= about.rows.len().saturating_sub(1).min(1);
            put(about);
        }
        let details: Vec<&str> = self.details.iter().chain(&self.mark).map(String::as_str).collect();
        if !details.is_empty() {
            put(self.line(ui, &details.join(" · "), &TextStyle::Small, inner.width(), rows));
        }
    }

    fn line(&self, ui: &Ui, text: &str, style: &TextStyle, width: f32, rows: usize) -> Arc<Galley> {
        let font: FontId = style.resolve(ui.style());
        let mut job = LayoutJob::simple(text.to_owned(), font, Color32::PLACEHOLDER, width);
        job.wrap.max_rows = rows;
        job.break_on_newline = false;
        ui.painter().layout_job(job)
    }
}

/// A padlock, in shapes: not every font has one.
fn lock(ui: &Ui, area: Rect, colour: Color32) {
    let middle = area.center().y;
    let body = Rect::from_min_max(pos2(area.left(), middle), pos2(area.right(), area.bottom() - 2.0));
    let radius = body.width() / 3.0;
    ui.painter().circle_stroke(pos2(body.center().x, middle), radius, Stroke::new(2.0, colour));
    ui.painter().rect_filled(body, 2.0, colour);
}

/// What the keyboard comes to is scrolled into sight.
pub fn keep_in_sight(response: &Response) {
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
}
