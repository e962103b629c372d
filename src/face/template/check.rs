//! What a template must keep to, beyond being TOML of the right shape.

use super::{Content, Element, Side, Template, TemplateError, TextStyle, written::Source};
use crate::face::measure::{Area, CARD_HEIGHT_MM, CARD_WIDTH_MM, PIXELS_PER_MM, POINTS_PER_MM, spill_left, spill_top};

/// Text sizes in points that a 300 dpi resin panel prints legibly and that fit on a card.
const SIZES: std::ops::RangeInclusive<f32> = 4.0..=72.0;
const MOST_LINES: usize = 4;
/// Narrowest bars in dots: 2 are 0.17 mm, the finest that prints evenly (`facts/magicard.md` 13).
const MODULES: std::ops::RangeInclusive<u8> = 2..=12;
/// Elements of a side: more than anybody can read, and few enough that each may be compared with each.
const MOST_ELEMENTS: usize = 64;
/// Height of a line in relation to the text size; the layout uses the same.
pub(in crate::face) const LINE_HEIGHT: f32 = 1.16;
/// Letters, digits and hyphens of an id, at most.
const LONGEST_ID: usize = 40;

pub(super) fn check(template: &Template, source: &Source<'_>) -> Result<(), TemplateError> {
    let keep_out = source.table("keep-out");
    box_of(&template.keep_out, 0.0, 0.5)
        .map_err(|(problem, remedy)| source.at(keep_out, "area", "keep-out.area".into(), problem, remedy))?;
    let all = || template.front.iter().chain(&template.back);
    for (place, element) in all().enumerate() {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if element.id.is_empty() || element.id.len() > LONGEST_ID || !element.id.chars().all(plain) {
            let problem = format!("\"{}\" is no id", element.id);
            return Err(source.element(element, "id", problem, "Use letters, digits and hyphens, at most 40"));
        }
        if all().take(place).any(|other| other.id == element.id) {
            return Err(source.element(element, "id", "another element has the same id", "Give each its own"));
        }
        one(element, source)?;
    }
    for side in Side::BOTH {
        places(template, side, source)?;
    }
    Ok(())
}

/// One element by itself.
fn one(element: &Element, source: &Source<'_>) -> Result<(), TemplateError> {
    let wrong = |key: &str, problem: String, remedy: &str| Err(source.element(element, key, problem, remedy));
    // Pictures and boxes may run on to the edge of the head's image, so that no white rim is left; words may not.
    let (spill, least) = match element.content {
        Content::Photo | Content::Image { .. } => (1.0, 0.5),
        // One dot of the head is the thinnest line.
        Content::Fill => (1.0, 1.0 / PIXELS_PER_MM),
        Content::Text(_) | Content::Code { .. } => (0.0, 0.5),
    };
    if let Err((problem, remedy)) = box_of(&element.area, spill, least) {
        return wrong("area", problem.into(), remedy);
    }
    match &element.content {
        Content::Text(style) => text(element, style, source),
        Content::Image { file, .. } => {
            let plain = !file.is_empty() && !file.contains(['/', '\\', ':']) && file != "..";
            if !plain {
                let remedy = "Put the picture beside the template and write its name without a folder";
                return wrong("file", format!("\"{file}\" is not a plain file name"), remedy);
            }
            Ok(())
        }
        Content::Code { module, .. } => {
            if !MODULES.contains(module) {
                return wrong("module", "it is not between 2 and 12 dots".into(), "Use 3, or 2 where room is short");
            }
            if element.pre_printed {
                return wrong("pre-printed", "a code is different on every card".into(), "Leave it out");
            }
            Ok(())
        }
        Content::Photo if element.pre_printed => {
            wrong("pre-printed", "a photo is different on every card".into(), "Leave it out")
        }
        Content::Photo | Content::Fill => Ok(()),
    }
}

fn text(element: &Element, style: &TextStyle, source: &Source<'_>) -> Result<(), TemplateError> {
    let wrong = |key: &str, problem: &str, remedy: &str| Err(source.element(element, key, problem, remedy));
    if !SIZES.contains(&style.size) {
        return wrong("size", "it is not between 4 and 72 points", "Choose a size a card can carry");
    }
    if !SIZES.contains(&style.minimum_size) || style.minimum_size > style.size {
        return wrong("minimum-size", "it is not between 4 points and the size", "Make it at most the size");
    }
    if !(1..=MOST_LINES).contains(&style.lines) {
        return wrong("lines", "it is not between 1 and 4", "Choose 1 to 4 lines");
    }
    if element.pre_printed && style.text.contains('{') {
        return wrong("text", "what is different on every card is not on the blank", "Leave pre-printed out");
    }
    if element.area.height * POINTS_PER_MM < style.minimum_size * LINE_HEIGHT {
        let remedy = "Make the box higher or the minimum size smaller";
        return wrong("area", "not even one line of the minimum size fits", remedy);
    }
    Ok(())
}

/// What the printer puts on a side stays off the chip, off what is there already and off each other.
fn places(template: &Template, side: Side, source: &Source<'_>) -> Result<(), TemplateError> {
    let elements = template.elements(side);
    if let Some(element) = elements.get(MOST_ELEMENTS) {
        return Err(source.element(element, "id", "a side has more than 64 elements", "Leave some out"));
    }
    for (place, element) in elements.iter().enumerate() {
        if !element.pre_printed && side == Side::Front && element.area.overlaps(&template.keep_out) {
            let problem = "the box lies over the chip";
            return Err(source.element(element, "area", problem, "Move it off the box of [keep-out]"));
        }
        let meets = |other: &&Element| {
            !(element.pre_printed && other.pre_printed)
                && element.area.overlaps(&other.area)
                && !element.when.excludes(&other.when)
        };
        if let Some(other) = elements.iter().skip(place + 1).find(meets) {
            let problem = format!("the box lies over {}.area", element.id);
            let remedy = "Move one of the two, or give them conditions that no card fulfils together";
            return Err(source.element(other, "area", problem, remedy));
        }
    }
    Ok(())
}

/// Whether the box can be printed: `spill` is how much of the head's image beyond the card it may take, 0 or 1, and
/// `least` its shortest side in millimetres.
fn box_of(area: &Area, spill: f32, least: f32) -> Result<(), (&'static str, &'static str)> {
    let finite = [area.left, area.top, area.width, area.height].iter().all(|value| value.is_finite());
    let slack = 0.001;
    if !finite || area.width < least - slack || area.height < least - slack {
        return Err(("the box has no size", "Give left, top, width and height in millimetres"));
    }
    let (across, down) = (spill * spill_left() / PIXELS_PER_MM + slack, spill * spill_top() / PIXELS_PER_MM + slack);
    if area.left < -across
        || area.top < -down
        || area.right() > CARD_WIDTH_MM + across
        || area.bottom() > CARD_HEIGHT_MM + down
    {
        return Err(("the box leaves the card", "Keep it inside 85.60 x 53.98 millimetres"));
    }
    Ok(())
}
