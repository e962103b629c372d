//! Where an element comes to lie: snapped to what is near, aligned to the card.

use crate::face::measure::{Area, CARD_HEIGHT_MM, CARD_WIDTH_MM};

/// How near an edge must come to another to snap to it, in millimetres.
const NEAR_MM: f32 = 0.7;
/// The grid where nothing is near, in millimetres.
const GRID_MM: f32 = 0.5;
/// Aligned elements keep this much from the card's edge in millimetres, so that nothing is cut off.
const MARGIN_MM: f32 = 4.0;

/// Where an element is aligned on the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// 4 mm from the left edge.
    Left,
    /// In the middle of the long side.
    Centre,
    /// 4 mm from the right edge.
    Right,
    /// 4 mm from the top edge.
    Top,
    /// In the middle of the short side.
    Middle,
    /// 4 mm from the bottom edge.
    Bottom,
}

impl Edge {
    /// All, in the order of their buttons.
    pub const ALL: [Self; 6] = [Self::Left, Self::Centre, Self::Right, Self::Top, Self::Middle, Self::Bottom];

    /// The box aligned so.
    #[must_use]
    pub fn of(self, area: Area) -> Area {
        match self {
            Self::Left => Area { left: MARGIN_MM, ..area },
            Self::Centre => Area { left: (CARD_WIDTH_MM - area.width) / 2.0, ..area },
            Self::Right => Area { left: CARD_WIDTH_MM - MARGIN_MM - area.width, ..area },
            Self::Top => Area { top: MARGIN_MM, ..area },
            Self::Middle => Area { top: (CARD_HEIGHT_MM - area.height) / 2.0, ..area },
            Self::Bottom => Area { top: CARD_HEIGHT_MM - MARGIN_MM - area.height, ..area },
        }
    }
}

/// A moved box, drawn to the edges and middles of others, of the card and of its margin where they are near, and else to a
/// grid of half millimetres.
#[must_use]
pub fn snapped(area: Area, others: &[Area]) -> Area {
    let across = lines(others, |other| (other.left, other.width), CARD_WIDTH_MM);
    let down = lines(others, |other| (other.top, other.height), CARD_HEIGHT_MM);
    Area { left: drawn(area.left, area.width, &across), top: drawn(area.top, area.height, &down), ..area }
}

/// A resized box: its right and bottom edge are drawn in the same way.
#[must_use]
pub fn snapped_size(area: Area, others: &[Area]) -> Area {
    let across = lines(others, |other| (other.left, other.width), CARD_WIDTH_MM);
    let down = lines(others, |other| (other.top, other.height), CARD_HEIGHT_MM);
    let right = drawn(area.right(), 0.0, &across);
    let bottom = drawn(area.bottom(), 0.0, &down);
    Area { width: right - area.left, height: bottom - area.top, ..area }
}

fn lines(others: &[Area], span: impl Fn(&Area) -> (f32, f32), card: f32) -> Vec<f32> {
    let of = |(start, length): (f32, f32)| [start, start + length / 2.0, start + length];
    let own = [0.0, MARGIN_MM, card / 2.0, card - MARGIN_MM, card];
    others.iter().map(span).flat_map(of).chain(own).collect()
}

fn drawn(start: f32, length: f32, lines: &[f32]) -> f32 {
    let places = [start, start + length / 2.0, start + length];
    let moves = places.iter().flat_map(|place| lines.iter().map(move |line| line - place));
    let nearest = moves.filter(|by| by.abs() <= NEAR_MM).min_by(|one, other| one.abs().total_cmp(&other.abs()));
    match nearest {
        Some(by) => start + by,
        None => (start / GRID_MM).round() * GRID_MM,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: Area = Area { left: 20.3, top: 30.3, width: 10.0, height: 5.0 };

    #[test]
    fn near_edges_draw_and_far_ones_leave_the_grid() {
        let other = Area { left: 20.0, top: 10.0, width: 20.0, height: 7.0 };
        assert_eq!(snapped(BOX, &[other]).left, 20.0);
        assert_eq!(snapped(BOX, &[]).top, 30.5);
        let right = snapped(Area { left: 29.6, ..BOX }, &[other]);
        assert!((right.right() - 40.0).abs() < 0.001 || (right.left - 30.0).abs() < 0.001, "{right:?}");
        let wider = snapped_size(Area { width: 19.3, ..BOX }, &[other]);
        assert!((wider.right() - 40.0).abs() < 0.001, "{wider:?}");
    }

    #[test]
    fn aligned_boxes_keep_their_size_and_stand_on_the_card() {
        for edge in Edge::ALL {
            let placed = edge.of(BOX);
            assert_eq!((placed.width, placed.height), (BOX.width, BOX.height));
            assert!(placed.left >= 3.99 && placed.right() <= CARD_WIDTH_MM - 3.99 && placed.top >= 3.99);
        }
    }
}
