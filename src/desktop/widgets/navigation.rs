//! An entry of the navigation: a word, a small sign, and how much waits there.

use eframe::egui::{
    Align2, FontSelection, Response, RichText, Sense, TextStyle, TextWrapMode, Ui, WidgetInfo, WidgetText,
    accesskit::Role, vec2,
};

use super::{button, signs};
use crate::desktop::{
    route::Section,
    theme::{Theme, space},
    view::View,
};

/// An entry.
pub struct Entry<'a> {
    /// Where it leads.
    pub section: Section,
    /// Its word.
    pub word: &'a str,
    /// Its word with what waits, for those who hear it.
    pub name: &'a str,
    /// How many things wait there.
    pub waiting: usize,
    /// Whether this place is shown.
    pub here: bool,
}

impl Entry<'_> {
    /// Draws it: as wide as there is room and with its sign, or as wide as its word.
    pub fn show(&self, ui: &mut Ui, view: &View<'_>, wide: bool) -> Response {
        let colours = view.theme.colours;
        let words = if self.here { colours.selected.words } else { colours.raised.words };
        let style = if self.here { Theme::strong() } else { TextStyle::Body };
        let galley = |ui: &Ui, text: &str, style: TextStyle| {
            let text = WidgetText::from(RichText::new(text));
            text.into_galley(ui, Some(TextWrapMode::Extend), f32::INFINITY, FontSelection::Style(style))
        };
        let word = galley(ui, self.word, style);
        let count = (self.waiting > 0)
            .then(|| galley(ui, &crate::desktop::format::whole_number(self.waiting as f64), TextStyle::Small));
        let pill = count.as_ref().map_or(0.0, |count| count.size().x + 2.0 * space::SMALL + space::SMALL);
        let sign = if wide { space::SIGN + space::MEDIUM } else { 0.0 };
        let content = sign + word.size().x + pill;
        let width = if wide { ui.available_width() } else { content + 2.0 * space::MEDIUM };
        let (area, response) =
            ui.allocate_exact_size(vec2(width, if wide { space::ENTRY } else { space::TARGET }), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, self.here, self.name));
        if !ui.is_rect_visible(area) {
            return response;
        }
        let painter = ui.painter();
        if self.here {
            painter.rect_filled(area, space::CORNER, colours.selected.ground);
            let bar = if wide {
                area.with_max_x(area.left() + space::BAR)
            } else {
                area.with_min_y(area.bottom() - space::BAR)
            };
            painter.rect_filled(bar, 2.0, colours.main.ground);
        } else if response.hovered() {
            painter.rect_filled(area, space::CORNER, colours.hovered);
        }
        let inner = area.shrink2(vec2(space::MEDIUM, 0.0));
        if wide {
            let box_of_sign = Align2::LEFT_CENTER.align_size_within_rect(vec2(space::SIGN, space::SIGN), inner);
            signs::section(painter, box_of_sign, self.section, words);
        }
        let text = inner.with_min_x(inner.left() + sign);
        let height = word.size().y;
        painter.galley(text.left_center() - vec2(0.0, height / 2.0), word, words);
        if let Some(count) = count {
            let size = vec2(count.size().x + 2.0 * space::SMALL, count.size().y + 4.0);
            let pill = Align2::RIGHT_CENTER.align_size_within_rect(size, inner);
            painter.rect_filled(pill, pill.height() / 2.0, colours.main.ground);
            painter.galley(pill.center() - count.size() / 2.0, count, colours.main.words);
        }
        if response.has_focus() {
            button::focus_ring(ui, view, area);
        }
        response
    }
}
