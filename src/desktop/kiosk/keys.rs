//! Keys on the screen for whoever stands at a kiosk with a touch screen.
//!
//! They are no part of what is read aloud, and Tab passes them by: who hears the screen types on the keyboard, and nobody
//! near by hears a passcode. A key is not marked while it is pressed, for whoever looks on.

use eframe::egui::{
    Align2, Color32, Rect, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, accesskit::Role, pos2, vec2,
};

use crate::desktop::{
    dialogs::Digit,
    theme::{Theme, space},
};

/// Side of a key, in points; a fingertip needs 44 (WCAG 2.2, 2.5.5).
pub const SIDE: f32 = 68.0;
/// Between two keys, in points.
const GAP: f32 = 8.0;
/// Width and height of all of them, in points.
pub const SIZE: Vec2 = vec2(3.0 * SIDE + 2.0 * GAP, 4.0 * SIDE + 3.0 * GAP);

/// A key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Digit(char),
    /// Takes the last digit back.
    Rub,
}

/// As on a telephone.
const KEYS: [[Option<Key>; 3]; 4] = [
    [Some(Key::Digit('1')), Some(Key::Digit('2')), Some(Key::Digit('3'))],
    [Some(Key::Digit('4')), Some(Key::Digit('5')), Some(Key::Digit('6'))],
    [Some(Key::Digit('7')), Some(Key::Digit('8')), Some(Key::Digit('9'))],
    [None, Some(Key::Digit('0')), Some(Key::Rub)],
];

/// What was pressed.
pub enum Pressed {
    /// A digit.
    Digit(Digit),
    /// The last digit is taken back.
    Rub,
}

/// Draws them, and gives what was pressed. `name` is what is said of all of them.
pub fn show(ui: &mut Ui, theme: Theme, name: &str) -> Option<Pressed> {
    let (area, all) = ui.allocate_exact_size(SIZE, Sense::hover());
    all.widget_info(|| WidgetInfo::labeled(Role::Group, true, name));
    let mut pressed = None;
    for (row, keys) in KEYS.iter().enumerate() {
        for (column, key) in keys.iter().enumerate() {
            let Some(key) = key else { continue };
            let corner = vec2(column as f32, row as f32) * (SIDE + GAP);
            let place = Rect::from_min_size(area.min + corner, Vec2::splat(SIDE));
            // No focus, and so no name: it is pressed by hand alone.
            let response = ui.interact(place, all.id.with((row, column)), Sense::CLICK);
            draw(ui, theme, *key, place);
            if response.clicked() {
                pressed = match key {
                    Key::Digit(digit) => Digit::of(*digit).map(Pressed::Digit),
                    Key::Rub => Some(Pressed::Rub),
                };
            }
        }
    }
    pressed
}

fn draw(ui: &Ui, theme: Theme, key: Key, place: Rect) {
    let (colours, painter) = (theme.colours, ui.painter());
    painter.rect(place, space::CORNER, colours.button.ground, Stroke::new(1.0, colours.line), StrokeKind::Inside);
    match key {
        Key::Digit(digit) => {
            let font = Theme::large_strong().resolve(ui.style());
            painter.text(place.center(), Align2::CENTER_CENTER, digit, font, colours.button.words);
        }
        Key::Rub => arrow(ui, place, colours.button.words),
    }
}

/// An arrow to the left, in lines: not every font has one.
fn arrow(ui: &Ui, place: Rect, colour: Color32) {
    let (line, middle) = (Stroke::new(2.5, colour), place.center());
    let (left, right) = (middle.x - 12.0, middle.x + 12.0);
    ui.painter().line_segment([pos2(left, middle.y), pos2(right, middle.y)], line);
    for end in [middle.y - 8.0, middle.y + 8.0] {
        ui.painter().line_segment([pos2(left, middle.y), pos2(left + 8.0, end)], line);
    }
}
