//! The card with its elements: chosen, moved and resized with the mouse and with the keyboard.

mod guides;

use eframe::egui::{
    self, CursorIcon, EventFilter, Id, Image, Key, Pos2, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    accesskit::Role, vec2,
};

use crate::{
    desktop::{
        model::card_face::{Intent, document::Row},
        theme::space,
        view::View,
        widgets::page,
    },
    face::{
        Side,
        measure::{
            Area, CARD_HEIGHT_MM, CARD_WIDTH_MM, CORNER_RADIUS_MM, PIXELS_PER_MM, column, row, spill_left, spill_top,
        },
        planes::{HEIGHT, WIDTH},
    },
    tr,
};

/// What an arrow key moves in millimetres, alone and with Shift.
const NUDGE: [f32; 2] = [0.1, 1.0];

/// What the mouse has hold of: the chosen element or its corner, with its box and the place of the pointer at first.
#[derive(Clone, Copy)]
struct Grip {
    corner: bool,
    area: Area,
    from: Pos2,
    /// Where the pointer was when it moved last: a mouse that is held still wants nothing new.
    last: Pos2,
}

/// Where millimetres of the card lie on the screen.
#[derive(Clone, Copy)]
struct Canvas {
    place: Rect,
    dots: f32,
}

impl Canvas {
    fn rect(self, area: &Area) -> Rect {
        let at = |x: f32, y: f32| self.place.min + vec2(column(x), row(y)) * self.dots;
        Rect::from_min_max(at(area.left, area.top), at(area.right(), area.bottom()))
    }

    fn millimetres(self, at: Pos2) -> (f32, f32) {
        let dots = (at - self.place.min) / self.dots;
        ((dots.x - spill_left()) / PIXELS_PER_MM, (dots.y - spill_top()) / PIXELS_PER_MM)
    }
}

/// Draws it this wide.
pub fn draw(ui: &mut Ui, view: &View<'_>, width: f32) {
    let state = &view.model.card_face;
    let dots = width / WIDTH as f32;
    let size = vec2(width, HEIGHT as f32 * dots);
    let id = Id::unique("card face canvas");
    let (_, place) = ui.allocate_space(size);
    let response = ui.interact(place, id, Sense::click_and_drag());
    let canvas = Canvas { place, dots };
    let rows = state.rows();
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, spoken(view)));
    if response.clicked() || response.drag_started() {
        response.request_focus();
    }
    pull(ui, view, &rows, &response, canvas);
    if response.has_focus() {
        let place = rows.iter().position(|row| state.chosen.as_ref() == Some(&row.id));
        keys(ui, view, id, place);
    }
    let colours = view.theme.colours;
    let picture = state.proof.as_ref().and_then(|proof| proof.picture(state.side, None));
    let card = canvas.rect(&Area { left: 0.0, top: 0.0, width: CARD_WIDTH_MM, height: CARD_HEIGHT_MM });
    let corner = CORNER_RADIUS_MM * PIXELS_PER_MM * dots;
    match picture {
        Some(picture) => {
            let texture = view.pictures.texture(ui.ctx(), picture);
            Image::new((texture.id(), size)).paint_at(ui, place);
            ui.painter().rect_stroke(card, corner, Stroke::new(1.0, colours.line), StrokeKind::Outside);
        }
        None => {
            ui.painter().rect(card, corner, colours.page.ground, Stroke::new(1.0, colours.line), StrokeKind::Inside);
        }
    }
    guides::draw(ui, view, canvas);
    for row in &rows {
        let Some(area) = &row.area else { continue };
        let rect = canvas.rect(area);
        let chosen = state.chosen.as_ref() == Some(&row.id);
        let wrong = state.mistake_of(&row.id).is_some();
        let line = match (chosen, wrong) {
            (_, true) => Stroke::new(3.0, colours.danger.words),
            (true, false) => Stroke::new(2.5, colours.focus),
            (false, false) => Stroke::new(1.0, colours.line),
        };
        match state.is_shown(&row.id) {
            true => drop(ui.painter().rect_stroke(rect, 0.0, line, StrokeKind::Outside)),
            false => guides::dashed(ui, rect, line),
        }
        if chosen {
            ui.painter().rect_filled(handle(rect), 2.0, colours.focus);
        }
    }
    if response.has_focus() {
        ui.painter().rect_stroke(place.expand(2.0), space::CORNER, view.theme.focus(), StrokeKind::Outside);
    }
    if state.proof.is_none() {
        page::weak(ui, view, &tr!(view, "card-face-drawing"));
    }
}

/// What a screen reader says of the card.
fn spoken(view: &View<'_>) -> String {
    let state = &view.model.card_face;
    let side = match state.side {
        Side::Front => tr!(view, "card-face-front"),
        Side::Back => tr!(view, "card-face-back"),
    };
    let chosen = match state.row().and_then(|row| Some((row.id, row.area?))) {
        None => tr!(view, "card-face-canvas-none"),
        Some((id, area)) => {
            let [left, top, width, height] =
                [area.left, area.top, area.width, area.height].map(|number| format!("{number:.1}"));
            tr!(view, "card-face-canvas-chosen", id = &id, left = &left, top = &top, width = &width, height = &height)
        }
    };
    tr!(view, "card-face-canvas", side = &side, chosen = &chosen)
}

/// The corner that resizes.
fn handle(rect: Rect) -> Rect {
    Rect::from_center_size(rect.max, vec2(space::HANDLE, space::HANDLE))
}

fn pull(ui: &Ui, view: &View<'_>, rows: &[Row], response: &Response, canvas: Canvas) {
    let state = &view.model.card_face;
    let chosen = rows.iter().find(|row| state.chosen.as_ref() == Some(&row.id));
    let corner = |at: Pos2| {
        chosen.and_then(|row| row.area).is_some_and(|area| handle(canvas.rect(&area)).expand(space::SMALL).contains(at))
    };
    // The smallest of what lies there: a box under a text must not take its clicks.
    let under = |at: Pos2| {
        let there = rows.iter().filter(|row| {
            let rect = row.area.map(|area| canvas.rect(&area).expand(2.0));
            rect.is_some_and(|rect| rect.contains(at))
        });
        let size = |row: &&Row| row.area.map_or(f32::MAX, |area| area.width * area.height);
        there.min_by(|one, other| size(one).total_cmp(&size(other)))
    };
    if let Some(at) = response.hover_pos() {
        let icon = match (corner(at), under(at)) {
            (true, _) => CursorIcon::ResizeNwSe,
            (false, Some(_)) => CursorIcon::Grab,
            (false, None) => CursorIcon::Default,
        };
        ui.ctx().set_cursor_icon(icon);
    }
    if response.clicked()
        && let Some(at) = response.interact_pointer_pos()
    {
        view.send(Intent::Choose(under(at).map(|row| row.id.clone())));
    }
    let id = response.id.with("grip");
    if response.drag_started()
        && let Some(from) = ui.input(|input| input.pointer.press_origin())
    {
        let resizes = corner(from);
        let row = if resizes { chosen } else { under(from) };
        if let Some((row, area)) = row.and_then(|row| Some((row, row.area?))) {
            ui.data_mut(|data| data.insert_temp(id, Grip { corner: resizes, area, from, last: from }));
            view.send(Intent::Choose(Some(row.id.clone())));
            view.send(Intent::Begin);
        }
    }
    if response.drag_stopped() {
        ui.data_mut(|data| data.remove::<Grip>(id));
        return;
    }
    let grip: Option<Grip> = ui.data(|data| data.get_temp(id));
    let (Some(grip), Some(at), true) = (grip, response.interact_pointer_pos(), response.dragged()) else { return };
    if at == grip.last {
        return;
    }
    ui.data_mut(|data| data.insert_temp(id, Grip { last: at, ..grip }));
    let (from, to) = (canvas.millimetres(grip.from), canvas.millimetres(at));
    let (right, down) = (to.0 - from.0, to.1 - from.1);
    let Area { left, top, width, height } = grip.area;
    if grip.corner {
        view.send(Intent::Resize(Area { width: width + right, height: height + down, ..grip.area }));
    } else {
        view.send(Intent::Move(Area { left: left + right, top: top + down, ..grip.area }));
    }
}

/// `place` is that of the chosen element in the order of drawing.
fn keys(ui: &Ui, view: &View<'_>, id: Id, place: Option<usize>) {
    // The arrows belong to the element while the card has the keyboard; Tab leaves it.
    let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    let wishes: Vec<Intent> = ui.input(|input| {
        let pressed = input.events.iter().filter_map(|event| match event {
            egui::Event::Key { key, pressed: true, modifiers, .. } if !modifiers.alt => Some((*key, *modifiers)),
            _ => None,
        });
        pressed
            .filter_map(|(key, modifiers)| {
                let step = NUDGE[usize::from(modifiers.shift)];
                let (right, down) = match key {
                    Key::ArrowLeft => (-step, 0.0),
                    Key::ArrowRight => (step, 0.0),
                    Key::ArrowUp => (0.0, -step),
                    Key::ArrowDown => (0.0, step),
                    Key::Delete if modifiers.is_none() => return Some(Intent::Remove),
                    Key::D if modifiers.command => return Some(Intent::Duplicate),
                    Key::PageUp if modifiers.is_none() => return Some(Intent::Reorder(place? + 1)),
                    Key::PageDown if modifiers.is_none() => return place?.checked_sub(1).map(Intent::Reorder),
                    _ => return None,
                };
                Some(if modifiers.command { Intent::Grow(right, down) } else { Intent::Nudge(right, down) })
            })
            .collect()
    });
    wishes.into_iter().for_each(|wish| view.send(wish));
}

#[cfg(test)]
mod tests {
    use eframe::egui::pos2;

    use super::*;

    #[test]
    fn millimetres_come_back_from_the_screen() {
        let canvas = Canvas { place: Rect::from_min_size(pos2(30.0, 40.0), vec2(508.0, 321.0)), dots: 0.5 };
        let area = Area { left: 4.0, top: 44.5, width: 77.8, height: 7.2 };
        let (x, y) = canvas.millimetres(canvas.rect(&area).max);
        assert!((x - area.right()).abs() < 0.01 && (y - area.bottom()).abs() < 0.01, "{x} {y}");
    }
}
