//! Where nothing should stand: around the chip, and near the card's edge.

use eframe::egui::{Pos2, Rect, Shape, Stroke, StrokeKind, Ui, vec2};

use super::Canvas;
use crate::{
    desktop::view::View,
    face::{
        Side,
        marks::EDGE_MM,
        measure::{Area, CARD_HEIGHT_MM, CARD_WIDTH_MM},
        planes::PixelBox,
    },
};

/// A dash and the gap behind it in points.
const DASH: [f32; 2] = [5.0, 4.0];

/// Draws them, as the printer that the face was drawn for has them.
pub(super) fn draw(ui: &Ui, view: &View<'_>, canvas: Canvas) {
    let state = &view.model.card_face;
    if !state.guides {
        return;
    }
    let inside = Area {
        left: EDGE_MM,
        top: EDGE_MM,
        width: CARD_WIDTH_MM - 2.0 * EDGE_MM,
        height: CARD_HEIGHT_MM - 2.0 * EDGE_MM,
    };
    let limits = state.proof.as_ref().and_then(|proof| proof.limits);
    let chip = limits.filter(|_| state.side == Side::Front).map(|limits| dots(canvas, limits.chip));
    for rect in [Some(canvas.rect(&inside)), chip].into_iter().flatten() {
        // A line in the colour of the page under dashes in that of its words is seen on a card of any colour.
        let page = view.theme.colours.page;
        ui.painter().rect_stroke(rect, 0.0, Stroke::new(2.0, page.ground), StrokeKind::Middle);
        dashed(ui, rect, Stroke::new(1.0, page.words));
    }
}

fn dots(canvas: Canvas, place: PixelBox) -> Rect {
    let at = |x: usize, y: usize| canvas.place.min + vec2(x as f32, y as f32) * canvas.dots;
    Rect::from_min_max(at(place.left, place.top), at(place.right, place.bottom))
}

/// A box of dashes.
pub(super) fn dashed(ui: &Ui, rect: Rect, line: Stroke) {
    let corners: [Pos2; 5] =
        [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
    ui.painter().extend(Shape::dashed_line(&corners, line, DASH[0], DASH[1]));
}
