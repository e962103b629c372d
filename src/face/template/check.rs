//! What a template must keep to, beyond being TOML of the right shape.

use super::{FixedText, Template, TemplateError, TextPlace};
use crate::face::measure::{Area, CARD_HEIGHT_MM, CARD_WIDTH_MM, POINTS_PER_MM};

/// Text sizes in points that a 300 dpi resin panel prints legibly and that fit on a card.
const SIZES: std::ops::RangeInclusive<f32> = 4.0..=72.0;
const MOST_LINES: usize = 4;
/// Height of a line in relation to the text size; the layout uses the same.
pub(in crate::face) const LINE_HEIGHT: f32 = 1.16;

impl Template {
    /// The colour of that name.
    ///
    /// # Errors
    /// [`TemplateError`] at `key` when there is no such colour or it is not `#RRGGBB`.
    pub(in crate::face) fn colour(&self, name: &str, key: &str) -> Result<[u8; 3], TemplateError> {
        let written = self.colours.get(name).ok_or_else(|| {
            let known = self.colours.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            TemplateError::at(
                key,
                format!("there is no colour \"{name}\""),
                format!("Add it to [colours] or use one of: {known}"),
            )
        })?;
        hexadecimal(written).ok_or_else(|| {
            TemplateError::at(
                format!("colours.{name}"),
                format!("\"{written}\" is not a colour"),
                "Write it as \"#RRGGBB\"",
            )
        })
    }

    pub(super) fn check(&self) -> Result<(), TemplateError> {
        for name in self.colours.keys() {
            self.colour(name, &format!("colours.{name}"))?;
        }
        inside_card(&self.keep_out.area, "keep-out.area")?;
        // Whatever the printer puts on the card stays off the chip and off each other.
        let mut printed = vec![("photo.area", self.photo.area)];
        self.check_text(&self.number, "number")?;
        printed.push(("number.area", self.number.area));
        self.check_text(&self.name, "name")?;
        printed.push(("name.area", self.name.area));
        self.check_fixed(&self.training, "training")?;
        printed.push(("training.area", self.training.area));
        if let Some(artwork) = &self.artwork {
            let plain = !artwork.file.is_empty() && !artwork.file.contains(['/', '\\', ':']) && artwork.file != "..";
            if !plain {
                return Err(TemplateError::at(
                    "artwork.file",
                    format!("\"{}\" is not a plain file name", artwork.file),
                    "Put the picture beside the template and write its name without a folder",
                ));
            }
            printed.push(("artwork.area", artwork.area));
        }
        for (key, area) in &printed {
            inside_card(area, key)?;
            if area.overlaps(&self.keep_out.area) {
                return Err(TemplateError::at(*key, "the box lies over the chip", "Move it off the box of [keep-out]"));
            }
        }
        for (index, (key, area)) in printed.iter().enumerate() {
            if let Some((other, _)) = printed.iter().skip(index + 1).find(|(_, second)| area.overlaps(second)) {
                return Err(TemplateError::at(*other, format!("the box lies over {key}"), "Move one of the two"));
            }
        }
        self.check_band(&printed)
    }

    fn check_band(&self, printed: &[(&str, Area)]) -> Result<(), TemplateError> {
        let Some(band) = &self.band else { return Ok(()) };
        inside_card(&band.area, "band.area")?;
        self.colour(&band.colour, "band.colour")?;
        if let Some((key, _)) = printed.iter().find(|(_, area)| area.overlaps(&band.area)) {
            return Err(TemplateError::at(*key, "the box lies over the pre-printed band", "Move it below [band]"));
        }
        if let Some(title) = &band.title {
            self.check_fixed(title, "band.title")?;
            inside_card(&title.area, "band.title.area")?;
        }
        Ok(())
    }

    fn check_fixed(&self, text: &FixedText, table: &str) -> Result<(), TemplateError> {
        if text.text.trim().is_empty() {
            return Err(TemplateError::at(format!("{table}.text"), "there are no words", "Write the words to show"));
        }
        if let Some(colour) = &text.colour {
            self.colour(colour, &format!("{table}.colour"))?;
        }
        self.check_text(&text.place(), table)
    }

    fn check_text(&self, place: &TextPlace, table: &str) -> Result<(), TemplateError> {
        if !self.fonts.contains_key(&place.font) {
            let known = self.fonts.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(TemplateError::at(
                format!("{table}.font"),
                format!("there is no font role \"{}\"", place.font),
                format!("Add it to [fonts] or use one of: {known}"),
            ));
        }
        if !SIZES.contains(&place.size) {
            return Err(TemplateError::at(
                format!("{table}.size"),
                "it is not between 4 and 72 points",
                "Choose a size a card can carry",
            ));
        }
        if !SIZES.contains(&place.minimum_size) || place.minimum_size > place.size {
            return Err(TemplateError::at(
                format!("{table}.minimum-size"),
                "it is not between 4 points and the size",
                "Make it at most the size",
            ));
        }
        if !(1..=MOST_LINES).contains(&place.lines) {
            return Err(TemplateError::at(
                format!("{table}.lines"),
                "it is not between 1 and 4",
                "Choose 1 to 4 lines",
            ));
        }
        inside_card(&place.area, &format!("{table}.area"))?;
        if place.area.height * POINTS_PER_MM < place.minimum_size * LINE_HEIGHT {
            return Err(TemplateError::at(
                format!("{table}.area"),
                "not even one line of the minimum size fits",
                "Make the box higher or the minimum size smaller",
            ));
        }
        Ok(())
    }
}

fn inside_card(area: &Area, key: &str) -> Result<(), TemplateError> {
    let finite = [area.left, area.top, area.width, area.height].iter().all(|value| value.is_finite());
    // Half a millimetre is the smallest box anything can be seen in; it also keeps every pixel box from being empty.
    if !finite || area.width < 0.5 || area.height < 0.5 {
        return Err(TemplateError::at(key, "the box has no size", "Give left, top, width and height in millimetres"));
    }
    let slack = 0.001;
    if area.left < -slack
        || area.top < -slack
        || area.right() > CARD_WIDTH_MM + slack
        || area.bottom() > CARD_HEIGHT_MM + slack
    {
        return Err(TemplateError::at(key, "the box leaves the card", "Keep it inside 85.60 x 53.98 millimetres"));
    }
    Ok(())
}

fn hexadecimal(written: &str) -> Option<[u8; 3]> {
    let digits = written.strip_prefix('#')?;
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
    Some([red, green, blue])
}
