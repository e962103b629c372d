//! The card face laid out once: boxes and positioned glyphs in millimetres. Planes, preview and proof are painted from it.

mod fit;

use super::{
    fonts::Font,
    measure::Area,
    template::{Template, TemplateError},
};

/// Why a text cannot stand on the card.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LayoutError {
    /// The template refers to a colour or font it does not define.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// There is nothing to print.
    #[error(
        "The {what} for the card is empty. Nothing was printed; check the holder's record in the Care Identity Service."
    )]
    Empty {
        /// Which text.
        what: &'static str,
    },
    /// Characters no bundled font has.
    #[error(
        "The {what} has characters this program cannot print: {characters}. Nothing was printed; enter a name on \
         smartcard in letters that can be printed."
    )]
    Unprintable {
        /// Which text.
        what: &'static str,
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
        what: &'static str,
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
        what: &'static str,
        /// The text.
        text: String,
        /// Smallest allowed size in points, rounded up.
        minimum: u32,
        /// Most allowed lines.
        lines: usize,
    },
    /// The shaping engine answered with something that was not given to it.
    #[error("The {what} could not be set in type (unknown font in the result). Nothing was printed; report this.")]
    Engine {
        /// Which text.
        what: &'static str,
    },
}

/// What a text on the face is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextRole {
    /// On the pre-printed band.
    BandTitle,
    /// The holder's number.
    Number,
    /// The holder's name.
    Name,
    /// The mark of a training card.
    Training,
}

/// How a text gets on the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// On the blank card already; red, green, blue.
    PrePrinted([u8; 3]),
    /// Resin black, by the K panel.
    Resin,
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
    /// What it is.
    pub role: TextRole,
    /// How it gets on the card.
    pub ink: Ink,
    /// The box it stays inside.
    pub area: Area,
    /// The text.
    pub text: String,
    /// The size that was chosen, in points.
    pub size: f32,
    /// How many lines it took.
    pub lines: usize,
    /// The glyphs.
    pub runs: Vec<GlyphRun>,
}

/// A plain filled box of the blank card.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Panel {
    /// Where.
    pub area: Area,
    /// Red, green, blue.
    pub colour: [u8; 3],
}

/// Everything on the face and where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// The pre-printed band.
    pub band: Option<Panel>,
    /// The photo's box.
    pub photo: Area,
    /// The box of the site's own artwork.
    pub artwork: Option<Area>,
    /// Printed by no panel.
    pub keep_out: Area,
    /// All text.
    pub texts: Vec<TextBlock>,
}

/// Whether the card is a real one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A card for use.
    Live,
    /// A training card: the template's training text is printed on it.
    Training,
}

impl Layout {
    /// Lays out a face.
    ///
    /// # Errors
    /// [`LayoutError`] when a text cannot be set.
    pub fn new(template: &Template, name: &str, number: &str, purpose: Purpose) -> Result<Self, LayoutError> {
        let mut texts = Vec::new();
        let mut band = None;
        if let Some(written) = &template.band {
            band = Some(Panel { area: written.area, colour: template.colour(&written.colour, "band.colour")? });
            if let Some(title) = &written.title {
                let ink = match &title.colour {
                    Some(colour) => Ink::PrePrinted(template.colour(colour, "band.title.colour")?),
                    None => Ink::PrePrinted([0, 0, 0]),
                };
                texts.push(fit::text_block(template, &title.place(), &title.text, TextRole::BandTitle, ink)?);
            }
        }
        if purpose == Purpose::Training {
            let mark = &template.training;
            texts.push(fit::text_block(template, &mark.place(), &mark.text, TextRole::Training, Ink::Resin)?);
        }
        texts.push(fit::text_block(template, &template.number, number, TextRole::Number, Ink::Resin)?);
        texts.push(fit::text_block(template, &template.name, name, TextRole::Name, Ink::Resin)?);
        Ok(Self {
            band,
            photo: template.photo.area,
            artwork: template.artwork.as_ref().map(|artwork| artwork.area),
            keep_out: template.keep_out.area,
            texts,
        })
    }

    /// The text of that role.
    #[must_use]
    pub fn text(&self, role: TextRole) -> Option<&TextBlock> {
        self.texts.iter().find(|text| text.role == role)
    }
}

impl TextRole {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::BandTitle => "band title of the card template",
            Self::Number => "number",
            Self::Name => "name",
            Self::Training => "training mark of the card template",
        }
    }
}
