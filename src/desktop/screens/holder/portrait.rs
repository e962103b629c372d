//! The photo of a holder, or a drawn figure where there is none.

use std::sync::Arc;

use eframe::egui::{self, Color32, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, pos2, vec2};
use image::RgbaImage;

use crate::{
    desktop::{model::holder, theme::space, view::View},
    domain::Holder,
    tr,
};

/// Draws it into this width and height: the photo on record, before it comes the small one.
pub fn show(ui: &mut Ui, view: &View<'_>, whose: &Holder, photo: Option<&Arc<RgbaImage>>, [width, height]: [f32; 2]) {
    let colours = view.theme.colours;
    let small = holder::portrait(view.model, &whose.id);
    let picture = photo.or(small.as_ref()).filter(|_| whose.photo_sha256.is_some());
    let (area, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    let name = whose.printed_name();
    let words = match (picture, &whose.photo_sha256) {
        (Some(_), _) => tr!(view, "holder-photo-of", name = name),
        (None, Some(_)) => tr!(view, "holder-photo-coming", name = name),
        (None, None) => tr!(view, "holder-photo-none", name = name),
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &words));
    let painter = ui.painter().with_clip_rect(area.intersect(ui.clip_rect()));
    painter.rect(area, space::SMALL, colours.raised.ground, Stroke::new(1.0, colours.line), StrokeKind::Inside);
    match picture {
        Some(picture) => {
            let texture = view.pictures.texture(ui.ctx(), picture);
            let place = area.shrink(2.0);
            let seen = texture.size_vec2();
            let scale = (place.width() / seen.x.max(1.0)).min(place.height() / seen.y.max(1.0));
            let fitted = Rect::from_center_size(place.center(), seen * scale);
            egui::Image::new((texture.id(), fitted.size())).paint_at(ui, fitted);
        }
        None => figure(&painter, area, colours.line),
    }
}

/// Head and shoulders.
fn figure(painter: &egui::Painter, area: Rect, colour: Color32) {
    let at = |right: f32, down: f32| pos2(area.left() + area.width() * right, area.top() + area.height() * down);
    painter.circle_filled(at(0.5, 0.36), area.width() * 0.2, colour);
    let shoulders = Rect::from_min_max(at(0.16, 0.64), at(0.84, 1.4));
    painter.rect_filled(shoulders, area.width() * 0.3, colour);
}
