//! The template of a card face: what stands where on front and back, in millimetres, read from TOML.

mod artwork;
mod check;
mod condition;
mod written;

use std::{collections::BTreeMap, path::Path, sync::Arc};

use image::RgbImage;
use serde::Deserialize;

pub(super) use condition::Answer;
pub use condition::{CardCondition, Condition};

pub(super) use check::LINE_HEIGHT;

use super::measure::Area;

/// The picture of a drawing of the organisation, as large as it goes into this width and height in pixels, for whoever wants to
/// try one without a template.
///
/// # Errors
/// Why it cannot be used.
pub fn drawing(svg: &[u8], within: (u32, u32)) -> Result<RgbImage, String> {
    artwork::draw(svg, within)
}

/// The bytes of a picture of the organisation that a template can use: PNG, JPEG or SVG.
///
/// # Errors
/// Why it cannot be used, with the file's name.
pub fn artwork(file: &Path) -> Result<Vec<u8>, String> {
    artwork::whole(file).map(|(bytes, _)| bytes)
}

/// What is wrong with a template: where, what, and what to do about it.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[error("card face template {file}, line {line}, {key}: {problem}. {remedy}. Nothing was printed.")]
pub struct TemplateError {
    /// The file, or "(text)" when the template did not come from a file.
    pub file: String,
    /// Line in the file, from 1.
    pub line: usize,
    /// The key, as `element.key` or `table.key`, or what is written there for text that is not TOML.
    pub key: String,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub remedy: String,
}

/// How text stands in its box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Align {
    /// At the left edge, whatever the direction of the script.
    Left,
    /// In the middle.
    Centre,
    /// At the right edge.
    Right,
}

/// What becomes of a text that does not fit at its full size on one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fit {
    /// It shrinks to the minimum size, then breaks into lines; what still does not fit is refused.
    Shrink,
    /// It breaks into lines at its full size, and shrinks only where that is not enough.
    Wrap,
    /// As shrink, and what still does not fit is cut with an ellipsis. Refused for names and numbers.
    Ellipsis,
}

/// A bundled face and weight. Scripts that the Latin face lacks are taken from the other bundled fonts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Typeface {
    /// Liberation Sans Regular and its companions.
    SansRegular,
    /// Liberation Sans Bold and its companions.
    SansBold,
}

/// Words and how they are set.
#[derive(Debug, Clone, PartialEq)]
pub struct TextStyle {
    /// The words, with `{name}` and its like where the holder's own stand.
    pub text: String,
    /// Face and weight.
    pub typeface: Typeface,
    /// Largest size in points; used when the text fits.
    pub size: f32,
    /// Smallest size in points.
    pub minimum_size: f32,
    /// Most lines the text may take.
    pub lines: usize,
    /// Where lines stand in the box.
    pub align: Align,
    /// What becomes of a text that is too long.
    pub fit: Fit,
}

/// A kind of code. All are printed in resin, with bars of whole printer dots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symbology {
    /// Code 128 (ISO/IEC 15417): printable ASCII.
    Code128,
    /// QR code (ISO/IEC 18004), error correction M.
    Qr,
    /// PDF417 (ISO/IEC 15438).
    Pdf417,
}

/// What an element is.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Text.
    Text(TextStyle),
    /// The holder's photo.
    Photo,
    /// A picture of the organisation.
    Image {
        /// File name beside the template.
        file: String,
        /// The picture, once [`Template::read`] has loaded it.
        picture: Option<Arc<RgbImage>>,
    },
    /// The whole area filled: a box, or a line where one side is thin.
    Fill,
    /// A code that machines read.
    Code {
        /// Which.
        symbology: Symbology,
        /// What it says, with fields as in texts.
        text: String,
        /// Width of the narrowest bar in dots of 1/300 inch.
        module: u8,
    },
}

/// One element of a side.
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    /// Its own name, unique in the template.
    pub id: String,
    /// The box it stays inside.
    pub area: Area,
    /// Whether it is on the blank card already.
    pub pre_printed: bool,
    /// On which cards it is.
    pub when: Condition,
    /// Red, green, blue; `None` is resin black.
    pub colour: Option<[u8; 3]>,
    /// What it is.
    pub content: Content,
    /// The line of the file at which it begins, from 1.
    pub line: usize,
}

/// Front or back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// With the chip.
    Front,
    /// The other one.
    Back,
}

impl Side {
    /// Both, front first.
    pub const BOTH: [Self; 2] = [Self::Front, Self::Back];

    /// "front" or "back", as in the file.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Back => "back",
        }
    }
}

/// A template that was read and checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// For people.
    pub title: String,
    /// Colours by name.
    pub colours: BTreeMap<String, [u8; 3]>,
    /// Font roles.
    pub fonts: BTreeMap<String, Typeface>,
    /// The chip, on the front: printed by no panel.
    pub keep_out: Area,
    /// Elements of the front, in the order they are drawn.
    pub front: Vec<Element>,
    /// Elements of the back.
    pub back: Vec<Element>,
}

/// Id of the built-in template.
pub const BUILT_IN: &str = "nhs-care-identity";
/// Its text, as `assets/card-faces/nhs-care-identity.toml`.
pub const BUILT_IN_TEXT: &str = include_str!("../../assets/card-faces/nhs-care-identity.toml");

/// Pixels of a portrait where a template has none.
const USUAL_PORTRAIT: (u32, u32) = (279, 348);

/// Longest template that is read, in bytes; the built-in one has under 5,000.
pub const LONGEST: usize = 64 * 1024;

impl Template {
    /// The built-in template of the NHS Care Identity card.
    ///
    /// # Errors
    /// [`TemplateError`], if the file in the tree was damaged; a test reads it.
    pub fn nhs_care_identity() -> Result<Self, TemplateError> {
        Self::parse(BUILT_IN_TEXT).map_err(|error| error.in_file("nhs-care-identity.toml"))
    }

    /// Reads a template from text, and checks every measure in it. Pictures are not loaded.
    ///
    /// # Errors
    /// [`TemplateError`] naming element, key, line and remedy.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        if text.len() > LONGEST {
            return Err(TemplateError::whole(
                format!("it is {} bytes long", text.len()),
                format!("Shorten it to {LONGEST} bytes"),
            ));
        }
        written::read(text)
    }

    /// Reads a template from text, and the pictures it names from a folder.
    ///
    /// # Errors
    /// [`TemplateError`] naming element, key, line and remedy.
    pub fn parse_in(text: &str, folder: &Path) -> Result<Self, TemplateError> {
        let mut template = Self::parse(text)?;
        for element in template.front.iter_mut().chain(&mut template.back) {
            let Content::Image { file, picture } = &mut element.content else { continue };
            let read = artwork::read(&folder.join(&*file)).map_err(|problem| TemplateError {
                file: "(text)".into(),
                line: written::line_of(text, element.line, "file"),
                key: format!("{}.file", element.id),
                problem,
                remedy: "Put a PNG, JPEG or SVG picture of that name beside the template".into(),
            })?;
            *picture = Some(Arc::new(read));
        }
        Ok(template)
    }

    /// Reads a template from a file, and the pictures it names from the same folder.
    ///
    /// # Errors
    /// [`TemplateError`] naming file, element, key, line and remedy.
    pub fn read(path: &Path) -> Result<Self, TemplateError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            TemplateError::whole(format!("it cannot be read ({error})"), "Check the path and that the file may be read")
                .in_file(&name)
        })?;
        Self::parse_in(&text, path.parent().unwrap_or(Path::new("."))).map_err(|error| error.in_file(&name))
    }

    /// The elements of a side, in the order they are drawn.
    #[must_use]
    pub fn elements(&self, side: Side) -> &[Element] {
        match side {
            Side::Front => &self.front,
            Side::Back => &self.back,
        }
    }

    /// The element of that id.
    #[must_use]
    pub fn element(&self, id: &str) -> Option<&Element> {
        self.front.iter().chain(&self.back).find(|element| element.id == id)
    }

    /// Where the holder's photo stands, on the front before the back.
    #[must_use]
    pub fn photo(&self) -> Option<Area> {
        let mut elements = self.front.iter().chain(&self.back);
        elements.find(|element| element.content == Content::Photo).map(|element| element.area)
    }

    /// Width and height in pixels for which a photo is judged: those of its place, or usual ones where it has none.
    #[must_use]
    pub fn portrait(&self) -> (u32, u32) {
        self.photo().map_or(USUAL_PORTRAIT, |area| {
            let place = area.nearest_pixels();
            // A pixel box lies inside the 1016 x 642 image.
            (place.width() as u32, place.height() as u32)
        })
    }
}

impl TemplateError {
    fn whole(problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            file: "(text)".into(),
            line: 1,
            key: "(whole file)".into(),
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// The same, in this file.
    #[must_use]
    pub fn in_file(mut self, file: &str) -> Self {
        self.file = file.into();
        self
    }
}

#[cfg(test)]
mod tests;
