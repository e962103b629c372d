//! Buttons. One that is refused stays where it is, with the reason on it.

use eframe::egui::{
    self, Align, Color32, Layout, Response, RichText, Sense, Stroke, TextStyle, TextWrapMode, Ui, Vec2, WidgetInfo,
    WidgetText, accesskit::Role, vec2,
};

use crate::desktop::{
    theme::{Pair, clear, space},
    view::View,
};

/// How much a button matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// One of several.
    #[default]
    Plain,
    /// The one main action of a page.
    Main,
    /// Cannot be undone.
    Destructive,
    /// Beside the matter: words alone until the pointer or the keyboard is on it.
    Quiet,
}

/// A button.
#[must_use]
pub struct Button {
    name: String,
    note: Option<String>,
    kind: Kind,
    chosen: bool,
    wide: bool,
    on: Option<Pair>,
    refused: Option<String>,
    spoken: Option<String>,
}

impl Button {
    /// A plain button.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            note: None,
            kind: Kind::Plain,
            chosen: false,
            wide: false,
            on: None,
            refused: None,
            spoken: None,
        }
    }

    /// How much it matters.
    pub fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// A short remark at its right end, e.g. its shortcut.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Whether it is the chosen one of several.
    pub fn chosen(mut self, chosen: bool) -> Self {
        self.chosen = chosen;
        self
    }

    /// As wide as there is room.
    pub fn wide(mut self) -> Self {
        self.wide = true;
        self
    }

    /// Drawn in these colours, on a coloured ground such as the banner.
    pub fn on(mut self, pair: Pair) -> Self {
        self.on = Some(pair);
        self
    }

    /// Refused, and why, with the remedy. `None` leaves it usable.
    pub fn refused(mut self, reason: Option<String>) -> Self {
        self.refused = reason;
        self
    }

    /// What a screen reader says instead of its name, where several buttons of one name stand in sight. It should begin
    /// with the name.
    pub fn spoken(mut self, spoken: impl Into<String>) -> Self {
        self.spoken = Some(spoken.into());
        self
    }

    /// Draws it. A refused one never answers that it was clicked, but can have the keyboard, so that its reason is read.
    pub fn show(self, ui: &mut Ui, view: &View<'_>) -> Response {
        let colours = self.colours(view);
        let padding = ui.spacing().button_padding;
        // In a row that scrolls sideways there is always room for the name on one line.
        let one_line = ui.style().wrap_mode == Some(TextWrapMode::Extend) && !self.wide;
        let most = if one_line { f32::INFINITY } else { (ui.available_width() - 2.0 * padding.x).max(40.0) };
        let galley = |ui: &Ui, text: &str, style: TextStyle, wrap: TextWrapMode, width: f32| {
            WidgetText::from(RichText::new(text)).into_galley(ui, Some(wrap), width, style)
        };
        let note = self.note.as_deref().filter(|note| !note.is_empty());
        let note = note.map(|note| galley(ui, note, TextStyle::Small, TextWrapMode::Extend, most));
        let note_width = note.as_ref().map_or(0.0, |note| note.size().x + space::MEDIUM);
        let name = galley(ui, &self.name, TextStyle::Button, TextWrapMode::Wrap, (most - note_width).max(40.0));
        let reason = self.refused.as_deref().filter(|reason| !reason.is_empty());
        let reason =
            reason.map(|reason| galley(ui, reason, TextStyle::Small, TextWrapMode::Wrap, most.min(space::COLUMN)));
        let reason_size = reason.as_ref().map_or(Vec2::ZERO, |reason| reason.size() + vec2(0.0, 2.0));
        let inner = vec2((name.size().x + note_width).max(reason_size.x), name.size().y + reason_size.y);
        let width = if self.wide { most } else { inner.x };
        let size = vec2(width, inner.y) + 2.0 * padding;
        let size = vec2(size.x, size.y.max(space::TARGET));
        let usable = self.refused.is_none();
        // A refused one can have the keyboard, so that its reason is read, and is never clicked.
        let sense = if usable { Sense::click() } else { Sense::focusable_noninteractive() };
        let (area, response) = ui.allocate_exact_size(size, sense);
        let called = self.spoken.as_ref().unwrap_or(&self.name);
        let label = match (&self.refused, &self.note) {
            (Some(reason), _) if !reason.is_empty() => format!("{called}. {reason}"),
            _ => called.clone(),
        };
        response.widget_info(|| {
            if self.chosen {
                WidgetInfo::selected(Role::Button, usable, true, &label)
            } else {
                WidgetInfo::labeled(Role::Button, usable, &label)
            }
        });
        if ui.is_rect_visible(area) {
            let pressed = response.is_pointer_button_down_on() && usable;
            let under = usable && response.hovered();
            let theme = &view.theme;
            let edge = self.on.map_or(theme.colours.line, |pair| pair.words);
            let line = match self.kind {
                _ if under => Stroke::new(2.0, self.on.map_or(theme.colours.focus, |pair| pair.words)),
                Kind::Quiet if self.on.is_none() => Stroke::NONE,
                Kind::Main | Kind::Destructive if usable => Stroke::NONE,
                _ => Stroke::new(1.0, edge),
            };
            let ground = match self.kind {
                Kind::Plain | Kind::Quiet if under && !self.chosen && self.on.is_none() => theme.colours.hovered,
                _ => colours.ground,
            };
            let drawn = if pressed { area.shrink(1.0) } else { area };
            ui.painter().rect(drawn, space::CORNER, ground, line, egui::StrokeKind::Inside);
            if response.has_focus() {
                match self.on {
                    Some(pair) => {
                        let line = Stroke::new(theme.focus().width, pair.words);
                        ui.painter().rect_stroke(drawn, space::CORNER, line, egui::StrokeKind::Inside);
                    }
                    None => focus_ring(ui, view, drawn),
                }
            }
            let top = area.center().y - inner.y / 2.0;
            let left =
                if self.wide || reason.is_some() { area.left() + padding.x } else { area.center().x - inner.x / 2.0 };
            let name_height = name.size().y;
            ui.painter().galley(egui::pos2(left, top), name, colours.words);
            if let Some(note) = note {
                let place =
                    egui::pos2(area.right() - padding.x - note.size().x, top + (name_height - note.size().y) / 2.0);
                ui.painter().galley(place, note, weak(&colours, view, self.kind, self.chosen));
            }
            if let Some(reason) = reason {
                ui.painter().galley(egui::pos2(left, top + name_height + 2.0), reason, colours.words);
            }
        }
        response
    }

    fn colours(&self, view: &View<'_>) -> Pair {
        let colours = view.theme.colours;
        if let Some(pair) = self.on {
            return pair;
        }
        match (self.refused.is_some(), self.chosen, self.kind) {
            (true, ..) => colours.refused,
            (_, true, _) => colours.selected,
            (_, _, Kind::Main) => colours.main,
            (_, _, Kind::Destructive) => colours.destructive,
            (_, _, Kind::Plain) => colours.button,
            (_, _, Kind::Quiet) => Pair { ground: clear(), words: colours.link },
        }
    }
}

/// Colour of a note: on a ground of its own kind it is the words' colour, for no other is sure to be read there.
fn weak(colours: &Pair, view: &View<'_>, kind: Kind, chosen: bool) -> Color32 {
    if chosen || kind != Kind::Plain { colours.words } else { view.theme.colours.page.words }
}

/// The ring around what has the keyboard: one line in the colour of the focus and one in that of the page, so that it is
/// seen on a ground of any colour.
pub fn focus_ring(ui: &Ui, view: &View<'_>, area: egui::Rect) {
    let line = view.theme.focus();
    let inner = Stroke::new(2.0, view.theme.colours.page.ground);
    ui.painter().rect_stroke(area, space::CORNER, line, egui::StrokeKind::Inside);
    ui.painter().rect_stroke(area.shrink(line.width), space::CORNER - 2.0, inner, egui::StrokeKind::Inside);
}

/// Buttons in a row that breaks where there is no room.
pub fn row<R>(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> R {
    ui.with_layout(Layout::left_to_right(Align::Min).with_main_wrap(true), contents).inner
}
