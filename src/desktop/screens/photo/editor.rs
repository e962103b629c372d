//! The photo with its frame: moved and resized with the mouse and with the keyboard.

use eframe::egui::{
    self, Color32, CursorIcon, EventFilter, Id, Key, Mesh, Pos2, Rect, Response, Sense, Shape, Stroke, StrokeKind, Ui,
    Vec2, WidgetInfo, accesskit::Role, epaint::EllipseShape, pos2, vec2,
};

use super::sources;
use crate::{
    bench::Looked,
    desktop::{
        model::photo::{self, GROWTH, InWork, NUDGE, frame::Frame},
        theme::{self, space},
        view::View,
        widgets::page,
    },
    tr,
};

/// Where a head of the usual size stands in the frame, as parts of it: left, top, right and bottom of the oval
/// (ISO/IEC 19794-5 asks for a head of 70 to 80 % of a portrait's height with hair, here without).
const HEAD: [f32; 4] = [0.19, 0.14, 0.81, 0.80];
/// Height of the eyes in the frame, as a part of it.
const EYES: f32 = 0.45;

/// What the mouse has hold of.
#[derive(Clone, Copy)]
enum Grip {
    /// The whole frame, with the frame and the place of the pointer at the beginning.
    Frame(Frame, Pos2),
    /// A corner: whether it is the right one, whether it is the lower one.
    Corner(bool, bool),
}

/// Draws it into this much room.
pub fn draw(ui: &mut Ui, view: &View<'_>, work: &InWork, room: Vec2) {
    let canvas = work.canvas();
    let scale = (room.x / canvas.width).min(room.y / canvas.height);
    let size = vec2(canvas.width, canvas.height) * scale;
    let id = Id::unique("photo editor");
    let (_, place) = ui.allocate_space(vec2(room.x, size.y));
    let area = Rect::from_center_size(place.center(), size);
    let response = ui.interact(area, id, Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, tr!(view, "photo-editor")));
    if response.clicked() || response.drag_started() {
        response.request_focus();
    }
    pull(ui, view, work, &response, area);
    if response.has_focus() {
        keys(ui, view, id);
    }
    paint_photo(ui, view, work, area);
    paint_frame(ui, view, inside(area, work.frame()), area);
    if let Some(looked) = view.model.photo.looked() {
        paint_found(ui, looked, area);
    }
    if response.has_focus() {
        ui.painter().rect_stroke(area.expand(2.0), 2.0, view.theme.focus(), StrokeKind::Outside);
    }
    sources::invite(ui, view, area);
    page::weak(ui, view, &tr!(view, "photo-guide"));
}

/// The frame on the screen.
pub(super) fn inside(area: Rect, [left, top, width, height]: Frame) -> Rect {
    Rect::from_min_size(area.min + vec2(left, top) * area.size(), vec2(width, height) * area.size())
}

fn pull(ui: &Ui, view: &View<'_>, work: &InWork, response: &Response, area: Rect) {
    let frame = inside(area, work.frame());
    let id = response.id.with("grip");
    let grip_at = |at: Pos2| {
        let corners = [(false, false), (true, false), (false, true), (true, true)];
        let corner = corners.into_iter().find(|(right, down)| {
            let x = if *right { frame.right() } else { frame.left() };
            let y = if *down { frame.bottom() } else { frame.top() };
            Rect::from_center_size(pos2(x, y), Vec2::splat(2.0 * space::HANDLE)).contains(at)
        });
        match corner {
            Some((right, down)) => Some(Grip::Corner(right, down)),
            None => frame.contains(at).then_some(Grip::Frame(work.frame(), at)),
        }
    };
    if let Some(at) = response.hover_pos() {
        let icon = match grip_at(at) {
            Some(Grip::Corner(right, down)) if right == down => CursorIcon::ResizeNwSe,
            Some(Grip::Corner(..)) => CursorIcon::ResizeNeSw,
            Some(Grip::Frame(..)) => CursorIcon::Grab,
            None => CursorIcon::Default,
        };
        ui.ctx().set_cursor_icon(icon);
    }
    if response.drag_started()
        && let Some(at) = ui.input(|input| input.pointer.press_origin())
        && let Some(grip) = grip_at(at)
    {
        ui.data_mut(|data| data.insert_temp(id, grip));
        view.send(photo::Intent::Begin);
    }
    if response.drag_stopped() {
        ui.data_mut(|data| data.remove::<Grip>(id));
        return;
    }
    let grip: Option<Grip> = ui.data(|data| data.get_temp(id));
    let (Some(grip), Some(at), true) = (grip, response.interact_pointer_pos(), response.dragged()) else { return };
    let canvas = work.canvas();
    let wanted = match grip {
        Grip::Frame(start, from) => {
            let moved = (at - from) / area.size();
            let tall = start[3].max(f32::EPSILON);
            let wide = tall * canvas.height / canvas.width.max(1.0);
            canvas.moved(start, moved.x / wide, moved.y / tall)
        }
        Grip::Corner(right, down) => {
            let to = (at - area.min) / area.size();
            canvas.pulled(work.frame(), (right, down), [to.x, to.y])
        }
    };
    if wanted != work.frame() {
        view.send(photo::Intent::Frame(wanted));
    }
}

fn keys(ui: &Ui, view: &View<'_>, id: Id) {
    // The arrows belong to the frame while it has the keyboard; Tab leaves it.
    let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    let wishes: Vec<photo::Intent> = ui.input(|input| {
        let pressed = input.events.iter().filter_map(|event| match event {
            egui::Event::Key { key, pressed: true, modifiers, .. } if !modifiers.command && !modifiers.alt => {
                Some((*key, modifiers.shift))
            }
            _ => None,
        });
        pressed
            .filter_map(|(key, shift)| {
                Some(match (key, shift) {
                    (Key::ArrowUp | Key::ArrowRight, true) | (Key::Plus | Key::Equals, _) => {
                        photo::Intent::Grow(GROWTH)
                    }
                    (Key::ArrowDown | Key::ArrowLeft, true) | (Key::Minus, _) => photo::Intent::Grow(1.0 / GROWTH),
                    (Key::ArrowLeft, false) => photo::Intent::Move(-NUDGE, 0.0),
                    (Key::ArrowRight, false) => photo::Intent::Move(NUDGE, 0.0),
                    (Key::ArrowUp, false) => photo::Intent::Move(0.0, -NUDGE),
                    (Key::ArrowDown, false) => photo::Intent::Move(0.0, NUDGE),
                    _ => return None,
                })
            })
            .collect()
    });
    for wish in wishes {
        view.send(wish);
    }
}

/// The photo, turned on its way to the screen: the picture itself stays as it was read.
fn paint_photo(ui: &Ui, view: &View<'_>, work: &InWork, area: Rect) {
    let texture = view.pictures.texture(ui.ctx(), &work.picture);
    // Corners of the picture in the order left top, right top, right bottom, left bottom of the turned one.
    let corners = [pos2(0.0, 0.0), pos2(1.0, 0.0), pos2(1.0, 1.0), pos2(0.0, 1.0)];
    let first = (4 - usize::from(work.edit.quarter_turns % 4)) % 4;
    let mut mesh = Mesh::with_texture(texture.id());
    let places = [area.left_top(), area.right_top(), area.right_bottom(), area.left_bottom()];
    for (place, at) in places.into_iter().enumerate() {
        let uv = corners[(place + first) % 4];
        mesh.vertices.push(egui::epaint::Vertex { pos: at, uv, color: Color32::WHITE });
    }
    mesh.add_triangle(0, 1, 2);
    mesh.add_triangle(0, 2, 3);
    ui.painter().add(Shape::mesh(mesh));
}

/// The head that was found, and the line through its eyes.
fn paint_found(ui: &Ui, looked: &Looked, area: Rect) {
    let painter = ui.painter().with_clip_rect(area);
    let at = |[x, y]: [f32; 2]| area.min + vec2(x, y) * area.size();
    for line in theme::found() {
        if let Some([left, top, width, height]) = looked.head {
            let head = Rect::from_min_size(at([left, top]), vec2(width, height) * area.size());
            painter.rect_stroke(head, space::CORNER, line, StrokeKind::Middle);
        }
        if let Some([left, right]) = looked.eyes {
            let (left, right) = (at(left), at(right));
            // A little beyond the eyes, so that a lean is seen.
            let beyond = (right - left) * 0.35;
            painter.line_segment([left - beyond, right + beyond], line);
            for eye in [left, right] {
                painter.circle_stroke(eye, space::SMALL / 2.0, line);
            }
        }
    }
}

/// What is outside the frame darker, and in it the oval for the head and the line for the eyes.
pub(super) fn paint_guides(ui: &Ui, frame: Rect, area: Rect) {
    let painter = ui.painter();
    let shade = theme::shade();
    for part in [
        Rect::from_min_max(area.min, pos2(area.right(), frame.top())),
        Rect::from_min_max(pos2(area.left(), frame.bottom()), area.max),
        Rect::from_min_max(pos2(area.left(), frame.top()), pos2(frame.left(), frame.bottom())),
        Rect::from_min_max(pos2(frame.right(), frame.top()), pos2(area.right(), frame.bottom())),
    ] {
        painter.rect_filled(part, 0.0, shade);
    }
    let at = |x: f32, y: f32| frame.min + vec2(x, y) * frame.size();
    let [left, top, right, bottom] = HEAD;
    let head = Rect::from_min_max(at(left, top), at(right, bottom));
    for line in theme::guides() {
        painter.add(EllipseShape::stroke(head.center(), head.size() / 2.0, line));
        painter.line_segment([at(left, EYES), at(right, EYES)], line);
        painter.rect_stroke(frame, 0.0, line, StrokeKind::Inside);
    }
}

fn paint_frame(ui: &Ui, view: &View<'_>, frame: Rect, area: Rect) {
    paint_guides(ui, frame, area);
    let painter = ui.painter();
    let colours = view.theme.colours;
    for corner in [frame.left_top(), frame.right_top(), frame.left_bottom(), frame.right_bottom()] {
        let handle = Rect::from_center_size(corner, Vec2::splat(space::HANDLE));
        painter.rect(handle, 2.0, colours.main.ground, Stroke::new(1.5, colours.main.words), StrokeKind::Inside);
    }
}
