//! Colours, gradients and outlines.

use tiny_skia::{
    Color, GradientStop, LinearGradient, Paint, Path, PathBuilder, Point, RadialGradient, Rect, Shader, SpreadMode,
    Transform,
};

use crate::people::Rgb;

pub fn colour(rgb: Rgb, alpha: f32) -> Color {
    let part = |shift: u32| ((rgb >> shift) & 0xFF) as f32 / 255.0;
    Color::from_rgba(part(16), part(8), part(0), alpha.clamp(0.0, 1.0)).unwrap_or(Color::BLACK)
}

/// `rgb` moved towards white (`amount` > 0) or black (< 0).
pub fn shade(rgb: Rgb, amount: f32) -> Rgb {
    let part = |shift: u32| {
        let value = ((rgb >> shift) & 0xFF) as f32;
        let goal = if amount > 0.0 { 255.0 } else { 0.0 };
        ((value + (goal - value) * amount.abs()) as u32) << shift
    };
    part(16) | part(8) | part(0)
}

pub fn paint(shader: Shader<'_>) -> Paint<'_> {
    Paint { shader, anti_alias: true, ..Paint::default() }
}

pub fn solid(rgb: Rgb, alpha: f32) -> Paint<'static> {
    paint(Shader::SolidColor(colour(rgb, alpha)))
}

pub fn glow(x: f32, y: f32, radius: f32, inner: Color, outer: Color) -> Paint<'static> {
    let stops = vec![GradientStop::new(0.0, inner), GradientStop::new(1.0, outer)];
    let at = Point::from_xy(x, y);
    let gradient = RadialGradient::new(at, 0.0, at, radius, stops, SpreadMode::Pad, Transform::identity());
    gradient.map_or_else(|| paint(Shader::SolidColor(inner)), paint)
}

pub fn downwards(top: f32, bottom: f32, first: Rgb, last: Rgb) -> Paint<'static> {
    let stops = vec![GradientStop::new(0.0, colour(first, 1.0)), GradientStop::new(1.0, colour(last, 1.0))];
    let (from, to) = (Point::from_xy(300.0, top), Point::from_xy(300.0, bottom));
    LinearGradient::new(from, to, stops, SpreadMode::Pad, Transform::identity())
        .map_or_else(|| solid(first, 1.0), paint)
}

/// A closed outline through Bezier pieces: a start, then (control, control, end) triples.
pub fn outline(start: (f32, f32), pieces: &[[(f32, f32); 3]]) -> Option<Path> {
    let mut builder = PathBuilder::new();
    builder.move_to(start.0, start.1);
    for [a, b, c] in pieces {
        builder.cubic_to(a.0, a.1, b.0, b.1, c.0, c.1);
    }
    builder.close();
    builder.finish()
}

/// The right half mirrored: pieces are given for the right side from top to bottom around x = 300.
pub fn symmetric(top: f32, right: &[[(f32, f32); 3]]) -> Option<Path> {
    let mirror = |point: (f32, f32)| (600.0 - point.0, point.1);
    let mut pieces = right.to_vec();
    for index in (0..right.len()).rev() {
        let [a, b, _] = right[index];
        let end = if index == 0 { (300.0, top) } else { right[index - 1][2] };
        pieces.push([mirror(b), mirror(a), mirror(end)]);
    }
    outline((300.0, top), &pieces)
}

pub fn oval(x: f32, y: f32, half_width: f32, half_height: f32) -> Option<Path> {
    Rect::from_ltrb(x - half_width, y - half_height, x + half_width, y + half_height).and_then(PathBuilder::from_oval)
}

pub fn curve(points: [(f32, f32); 4]) -> Option<Path> {
    let mut builder = PathBuilder::new();
    builder.move_to(points[0].0, points[0].1);
    builder.cubic_to(points[1].0, points[1].1, points[2].0, points[2].1, points[3].0, points[3].1);
    builder.finish()
}
