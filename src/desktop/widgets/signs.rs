//! Small drawn signs, and the pattern of each world. Drawn and not taken from a font, so that they look alike everywhere.

use std::f32::consts::PI;

use eframe::egui::{Color32, Painter, Rect, Shape, Stroke, StrokeKind, pos2, vec2};

use crate::{
    desktop::{
        route::Section,
        theme::{Pair, space},
    },
    domain::eligibility::Realm,
};

/// Draws the sign of an entry of the navigation into a box. It only repeats what the word beside it says.
pub fn section(painter: &Painter, place: Rect, section: Section, colour: Color32) {
    let unit = place.width() / 18.0;
    let line = Stroke::new(1.8 * unit, colour);
    let at = |x: f32, y: f32| pos2(place.left() + x * unit, place.top() + y * unit);
    let stroke = |from: (f32, f32), to: (f32, f32)| {
        painter.line_segment([at(from.0, from.1), at(to.0, to.1)], line);
    };
    match section {
        Section::Find => {
            painter.circle_stroke(at(7.5, 7.5), 5.0 * unit, line);
            stroke((11.3, 11.3), (16.0, 16.0));
        }
        Section::Service => {
            // A card with its chip.
            painter.rect_stroke(Rect::from_min_max(at(1.5, 4.0), at(16.5, 14.0)), 1.5, line, StrokeKind::Middle);
            painter.rect_filled(Rect::from_min_max(at(4.0, 7.0), at(8.0, 10.5)), 0.5, colour);
            stroke((10.5, 11.0), (14.0, 11.0));
        }
        Section::Queue => {
            painter.rect_stroke(Rect::from_min_max(at(2.0, 6.5), at(16.0, 13.0)), 1.5, line, StrokeKind::Middle);
            painter.add(Shape::line(vec![at(5.0, 6.5), at(5.0, 2.0), at(13.0, 2.0), at(13.0, 6.5)], line));
            painter.rect_filled(Rect::from_min_max(at(5.0, 10.5), at(13.0, 16.5)), 0.5, colour);
        }
        Section::Unfinished => {
            // A ring that is not closed, and the way on.
            let ring: Vec<_> = (0..=18)
                .map(|step| {
                    let turn = -0.25 * PI + step as f32 / 18.0 * 1.6 * PI;
                    at(9.0 + 6.5 * turn.cos(), 9.0 + 6.5 * turn.sin())
                })
                .collect();
            painter.add(Shape::line(ring, line));
            stroke((9.0, 5.5), (9.0, 9.5));
            stroke((9.0, 9.5), (12.0, 9.5));
        }
        Section::Activity => {
            for y in [4.0, 9.0, 14.0] {
                painter.circle_filled(at(3.0, y), 1.4 * unit, colour);
                stroke((6.5, y), (16.0, y));
            }
        }
        Section::Settings => {
            for (y, knob) in [(5.0, 11.5), (13.0, 6.0)] {
                stroke((2.0, y), (16.0, y));
                painter.circle_filled(at(knob, y), 2.8 * unit, colour);
            }
        }
        Section::Help => {
            painter.circle_stroke(at(9.0, 9.0), 7.0 * unit, line);
            let arc: Vec<_> = (0..=10)
                .map(|step| {
                    let turn = PI + step as f32 / 10.0 * 1.4 * PI;
                    at(9.0 + 2.4 * turn.cos(), 7.3 + 2.4 * turn.sin())
                })
                .chain([at(9.0, 10.8)])
                .collect();
            painter.add(Shape::line(arc, line));
            painter.circle_filled(at(9.0, 13.0), 1.1 * unit, colour);
        }
    }
}

/// Draws the pattern of a world into a strip: slanted bands in training, dots in integration, nothing where it is live.
/// It tells the worlds apart for those who do not tell their colours apart.
pub fn realm(painter: &Painter, strip: Rect, realm: Realm, pair: Pair) {
    painter.rect_filled(strip, 0.0, pair.ground);
    let painter = painter.with_clip_rect(strip.intersect(painter.clip_rect()));
    let step = space::LARGE;
    let count = (strip.width() / step).ceil() as usize + 1;
    for place in 0..count {
        let left = strip.left() + place as f32 * step;
        match realm {
            Realm::Training => {
                let (top, bottom) = (strip.top(), strip.bottom());
                let (slant, half) = (strip.height(), step / 2.0);
                let band = vec![
                    pos2(left, bottom),
                    pos2(left + slant, top),
                    pos2(left + slant + half, top),
                    pos2(left + half, bottom),
                ];
                painter.add(Shape::convex_polygon(band, pair.words, Stroke::NONE));
            }
            Realm::Integration => {
                painter.circle_filled(strip.left_center() + vec2(left - strip.left(), 0.0), 2.0, pair.words);
            }
            Realm::Live => {}
        }
    }
}
