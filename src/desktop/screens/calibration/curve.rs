//! A tone curve: what a face asks for, from left to right, and what the printer is told for it, upwards.

use eframe::egui::{Color32, Pos2, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use crate::{
    desktop::{theme::space, view::View},
    printer::calibration::Calibration,
    tr,
};

/// Height and width of the square of a curve.
const SIDE: f32 = 170.0;
/// Full dye.
const FULL: f32 = 255.0;

/// Draws the curve that would hold, and thinner the one that holds. `of` is the one and the other.
pub(super) fn draw(
    ui: &mut Ui,
    view: &View<'_>,
    dye: usize,
    name: &str,
    of: (Option<&Calibration>, Option<&Calibration>),
) {
    let points = |calibration: &Calibration| -> Vec<[u8; 2]> {
        [&calibration.yellow_curve, &calibration.magenta_curve, &calibration.cyan_curve][dye.min(2)].clone()
    };
    let (after, before) = (of.0.map(points), of.1.map(points));
    let told = after.as_deref().unwrap_or_default();
    let inner = told.iter().skip(1).take(told.len().saturating_sub(2));
    let pairs: Vec<String> = inner.map(|[asked, told]| format!("{asked}: {told}")).collect();
    let spoken = tr!(view, "calibration-curve", dye = name, points = &pairs.join(", "));
    let (area, response) = ui.allocate_exact_size(vec2(SIDE, SIDE), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    let colours = view.theme.colours;
    let painter = ui.painter();
    painter.rect(area, 0.0, colours.raised.ground, Stroke::new(1.0, colours.line), StrokeKind::Inside);
    let inside = area.shrink(space::SMALL);
    let place = |[asked, told]: [u8; 2]| -> Pos2 {
        let part = |value: u8| f32::from(value) / FULL;
        pos2(inside.left() + part(asked) * inside.width(), inside.bottom() - part(told) * inside.height())
    };
    let line = |points: &[[u8; 2]], width: f32, colour: Color32| {
        painter.add(Shape::line(points.iter().copied().map(place).collect(), Stroke::new(width, colour)));
    };
    // Every value as it is: the printer that needs no curve.
    painter.extend(Shape::dashed_line(&[place([0, 0]), place([255, 255])], Stroke::new(1.0, colours.line), 4.0, 4.0));
    if let Some(before) = before {
        line(&before, 1.0, colours.weak);
    }
    line(told, 2.5, colours.focus);
    for point in told {
        painter.circle_filled(place(*point), 3.5, colours.page.words);
    }
    response.on_hover_text(spoken);
}
