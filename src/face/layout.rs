//! A side of the card laid out once: boxes and positioned glyphs in millimetres, codes in dots. Planes, preview and proof
//! are painted from it.

mod fit;

use std::sync::Arc;

use image::RgbImage;

use super::{
    codes,
    fields::{FaceData, filled},
    fonts::Font,
    measure::Area,
    planes::PixelBox,
    template::{Answer, Content, Element, Side, Template, TextStyle},
};

/// Why something cannot stand on the card.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LayoutError {
    /// There is nothing to print.
    #[error(
        "The {what} for the card is empty. Nothing was printed; check the holder's record in the Care Identity Service."
    )]
    Empty {
        /// Which text.
        what: String,
    },
    /// Characters no bundled font has.
    #[error(
        "The {what} has characters this program cannot print: {characters}. Nothing was printed; enter a name on \
         smartcard in letters that can be printed: Latin, Greek, Cyrillic, Hebrew, Arabic, Chinese, Japanese or Korean."
    )]
    Unprintable {
        /// Which text.
        what: String,
        /// The characters and their Unicode numbers.
        characters: String,
    },
    /// Line breaks, control codes or characters that turn the direction of writing.
    #[error(
        "The {what} holds a hidden control character ({character}). Nothing was printed; type the name again in the \
         holder's record."
    )]
    Control {
        /// Which text.
        what: String,
        /// The Unicode number.
        character: String,
    },
    /// It does not fit at the smallest size.
    #[error(
        "The {what} \"{text}\" is too long for the card, even at {minimum} points on {lines} line(s). Nothing was \
         printed; enter a shorter name on smartcard."
    )]
    TooLong {
        /// Which text.
        what: String,
        /// The text.
        text: String,
        /// Smallest allowed size in points, rounded up.
        minimum: u32,
        /// Most allowed lines.
        lines: usize,
    },
    /// A code cannot say this.
    #[error("The {what} cannot be written as a code: {why}. Nothing was printed; change the card face template.")]
    Uncodable {
        /// Which code.
        what: String,
        /// Why.
        why: String,
    },
    /// A code has no room.
    #[error(
        "The {what} does not fit its area: it takes {width} x {height} mm with the light margin around it. Nothing was \
         printed; make the area larger or the modules smaller in the card face template."
    )]
    CodeTooLarge {
        /// Which code.
        what: String,
        /// Millimetres across.
        width: String,
        /// Millimetres down.
        height: String,
    },
    /// A picture that was not read with its template.
    #[error(
        "The {what} names a picture, but the template was read without its folder. Nothing was printed; open the \
         template from its file."
    )]
    PictureMissing {
        /// Which element.
        what: String,
    },
    /// The shaping engine answered with something that was not given to it.
    #[error("The {what} could not be set in type (unknown font in the result). Nothing was printed; report this.")]
    Engine {
        /// Which text.
        what: String,
    },
}

/// How something gets on the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// On the blank card already; red, green, blue.
    PrePrinted([u8; 3]),
    /// The three dyes; red, green, blue.
    Dye([u8; 3]),
    /// Resin black, by the K panel.
    Resin,
}

impl Ink {
    /// As it is seen on white.
    #[must_use]
    pub fn rgb(self) -> [u8; 3] {
        match self {
            Self::PrePrinted(rgb) | Self::Dye(rgb) => rgb,
            Self::Resin => [0, 0, 0],
        }
    }

    /// Whether the printer puts it there.
    #[must_use]
    pub fn is_printed(self) -> bool {
        !matches!(self, Self::PrePrinted(_))
    }
}

/// One glyph in its place.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedGlyph {
    /// Glyph number in the font.
    pub glyph: u16,
    /// Origin, millimetres from the left edge of the card.
    pub x: f32,
    /// Baseline, millimetres from the top edge of the card.
    pub y: f32,
    /// The characters it stands for; empty when an earlier glyph of the cluster carries them.
    pub text: String,
}

/// Glyphs of one font on one line, from left to right.
#[derive(Debug, Clone, PartialEq)]
pub struct GlyphRun {
    /// Where the glyphs are.
    pub font: Font,
    /// Size in points.
    pub size: f32,
    /// From left to right, whatever the direction of the script.
    pub glyphs: Vec<PlacedGlyph>,
}

/// A laid-out text.
#[derive(Debug, Clone, PartialEq)]
pub struct TextBlock {
    /// The text.
    pub text: String,
    /// The size that was chosen, in points.
    pub size: f32,
    /// How many lines it took.
    pub lines: usize,
    /// The glyphs.
    pub runs: Vec<GlyphRun>,
}

/// What stands in a place.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Text.
    Text(TextBlock),
    /// The holder's photo.
    Photo,
    /// A picture of the organisation, whole and in the middle of its area.
    Image(Arc<RgbImage>),
    /// The whole area filled.
    Fill,
    /// A code: its dark boxes, in dots of the head's image.
    Code(Vec<PixelBox>),
}

/// An element in its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// Its id in the template.
    pub id: String,
    /// The box it stays inside.
    pub area: Area,
    /// How it gets on the card; pictures are of dye where they are printed.
    pub ink: Ink,
    /// What it is.
    pub shape: Shape,
}

/// Everything on a side and where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// Which side.
    pub side: Side,
    /// The chip, on the front: printed by no panel.
    pub keep_out: Option<Area>,
    /// In the order they are drawn.
    pub elements: Vec<Placed>,
    /// Ids of elements that depend on a card which is not known yet, and are left out.
    pub waiting: Vec<String>,
}

impl Layout {
    /// Lays out a side.
    ///
    /// # Errors
    /// [`LayoutError`] when a text cannot be set or a code does not fit.
    pub fn new(template: &Template, side: Side, data: &FaceData) -> Result<Self, LayoutError> {
        let mut elements = Vec::new();
        let mut waiting = Vec::new();
        for element in template.elements(side) {
            match element.when.holds(data) {
                Answer::No => {}
                Answer::WaitsForCard => waiting.push(element.id.clone()),
                Answer::Yes => match shape(element, data)? {
                    None => waiting.push(element.id.clone()),
                    Some(shape) => {
                        let ink = ink(element);
                        elements.push(Placed { id: element.id.clone(), area: element.area, ink, shape });
                    }
                },
            }
        }
        let keep_out = (side == Side::Front).then_some(template.keep_out);
        Ok(Self { side, keep_out, elements, waiting })
    }

    /// The element of that id.
    #[must_use]
    pub fn element(&self, id: &str) -> Option<&Placed> {
        self.elements.iter().find(|element| element.id == id)
    }

    /// The text of that id.
    #[must_use]
    pub fn text(&self, id: &str) -> Option<&TextBlock> {
        match self.element(id).map(|element| &element.shape) {
            Some(Shape::Text(text)) => Some(text),
            _ => None,
        }
    }
}

fn ink(element: &Element) -> Ink {
    match (element.pre_printed, element.colour, &element.content) {
        (true, colour, _) => Ink::PrePrinted(colour.unwrap_or_default()),
        (false, Some(colour), _) => Ink::Dye(colour),
        // The colours of a picture are its own.
        (false, None, Content::Photo | Content::Image { .. }) => Ink::Dye([0; 3]),
        (false, None, _) => Ink::Resin,
    }
}

/// What an element shows on this face; `None` while its text waits for the card.
fn shape(element: &Element, data: &FaceData) -> Result<Option<Shape>, LayoutError> {
    Ok(Some(match &element.content {
        Content::Photo => Shape::Photo,
        Content::Fill => Shape::Fill,
        Content::Image { picture: Some(picture), .. } => Shape::Image(picture.clone()),
        Content::Image { picture: None, .. } => {
            return Err(LayoutError::PictureMissing { what: named(element) });
        }
        Content::Code { symbology, text, module } => {
            let Some(text) = filled(text, data) else { return Ok(None) };
            Shape::Code(codes::boxes(*symbology, &text, *module, &element.area, &named(element))?)
        }
        Content::Text(style) => {
            let Some(text) = filled(&style.text, data) else { return Ok(None) };
            Shape::Text(fit::text_block(style, &element.area, &text, &what(element, style))?)
        }
    }))
}

fn named(element: &Element) -> String {
    format!("element \"{}\" of the card face template", element.id)
}

/// How messages call a text: a holder's own by what it is, any other by its element.
fn what(element: &Element, style: &TextStyle) -> String {
    match style.text.as_str() {
        "{name}" => "name".to_owned(),
        "{number}" => "number".to_owned(),
        _ => named(element),
    }
}
