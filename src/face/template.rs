//! The template of a card face: what stands where, in millimetres, read from TOML.

mod check;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Deserialize;

pub(super) use check::LINE_HEIGHT;

use super::{measure::Area, photo::PhotoError};

/// What is wrong with a template: where, what, and what to do about it.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("card face template {file}, {key}: {problem}. {remedy}. Nothing was printed.")]
pub struct TemplateError {
    /// The file, or "(text)" when the template did not come from a file.
    pub file: String,
    /// The key, as `table.key`, or the line for text that is not TOML.
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

/// A bundled face and weight. Scripts that the Latin face lacks are taken from the other bundled fonts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Typeface {
    /// Liberation Sans Regular and its companions.
    SansRegular,
    /// Liberation Sans Bold and its companions.
    SansBold,
}

/// A place for text.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TextPlace {
    /// The box the text must stay inside.
    pub area: Area,
    /// Role in `[fonts]`.
    pub font: String,
    /// Largest size in points; used when the text fits.
    pub size: f32,
    /// Smallest size in points. A text that does not fit at this size is refused.
    pub minimum_size: f32,
    /// Most lines the text may take.
    pub lines: usize,
    /// Where lines stand in the box.
    pub align: Align,
}

/// Text that is the same on every card.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FixedText {
    /// The words.
    pub text: String,
    /// A name in `[colours]`; without it the text is printed in resin black.
    pub colour: Option<String>,
    /// The box the text must stay inside.
    pub area: Area,
    /// Role in `[fonts]`.
    pub font: String,
    /// Largest size in points.
    pub size: f32,
    /// Smallest size in points.
    pub minimum_size: f32,
    /// Most lines.
    pub lines: usize,
    /// Where lines stand in the box.
    pub align: Align,
}

impl FixedText {
    /// The place alone.
    #[must_use]
    pub fn place(&self) -> TextPlace {
        TextPlace {
            area: self.area,
            font: self.font.clone(),
            size: self.size,
            minimum_size: self.minimum_size,
            lines: self.lines,
            align: self.align,
        }
    }
}

/// The band that is already on the blank card.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Band {
    /// Where it is.
    pub area: Area,
    /// A name in `[colours]`.
    pub colour: String,
    /// What is written on it.
    pub title: Option<FixedText>,
}

/// A box and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The box.
    pub area: Area,
}

/// A site's own picture.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArtworkPlace {
    /// File name of a PNG or JPEG beside the template.
    pub file: String,
    /// The box it is fitted into.
    pub area: Area,
}

/// The template as it is written.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Template {
    /// For people.
    pub title: String,
    /// Colours by name, `#RRGGBB`.
    pub colours: BTreeMap<String, String>,
    /// Font roles.
    pub fonts: BTreeMap<String, Typeface>,
    /// Pre-printed band.
    pub band: Option<Band>,
    /// Photo box.
    pub photo: Place,
    /// Where the holder's number stands.
    pub number: TextPlace,
    /// Where the holder's name stands.
    pub name: TextPlace,
    /// The mark of a training card.
    pub training: FixedText,
    /// The chip: printed by no panel.
    pub keep_out: Place,
    /// A site's own picture.
    pub artwork: Option<ArtworkPlace>,
    /// The picture itself, once [`Template::read`] has loaded it.
    #[serde(skip)]
    pub artwork_picture: Option<image::RgbImage>,
}

/// The template that is built in, as `assets/card-faces/nhs-care-identity.toml`.
const NHS_CARE_IDENTITY: &str = include_str!("../../assets/card-faces/nhs-care-identity.toml");

/// Longest template that is read, in bytes; the built-in one has under 3,000.
const LONGEST: usize = 64 * 1024;

impl Template {
    /// The built-in template of the NHS Care Identity card.
    ///
    /// # Errors
    /// [`TemplateError`], if the file in the tree was damaged; a test reads it.
    pub fn nhs_care_identity() -> Result<Self, TemplateError> {
        Self::parse(NHS_CARE_IDENTITY).map_err(|error| error.in_file("nhs-care-identity.toml"))
    }

    /// Reads a template from text, and checks every measure in it.
    ///
    /// # Errors
    /// [`TemplateError`] naming the key and the remedy.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        if text.len() > LONGEST {
            return Err(TemplateError::at(
                "(whole file)",
                format!("it is {} bytes long", text.len()),
                format!("Shorten it to {LONGEST} bytes"),
            ));
        }
        let template: Self = toml::from_str(text).map_err(|error| TemplateError::from_toml(text, &error))?;
        template.check()?;
        Ok(template)
    }

    /// Reads a template from a file, and the artwork it names from the same folder.
    ///
    /// # Errors
    /// [`TemplateError`] naming the file, the key and the remedy.
    pub fn read(path: &Path) -> Result<Self, TemplateError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            TemplateError::at(
                "(whole file)",
                format!("it cannot be read ({error})"),
                "Check the path and that the file may be read",
            )
            .in_file(&name)
        })?;
        let mut template = Self::parse(&text).map_err(|error| error.in_file(&name))?;
        if let Some(artwork) = &template.artwork {
            let file = path.parent().map_or_else(|| PathBuf::from(&artwork.file), |folder| folder.join(&artwork.file));
            template.artwork_picture = Some(read_artwork(&file).map_err(|problem| {
                TemplateError::at("artwork.file", problem, "Put a PNG or JPEG picture of that name beside the template")
                    .in_file(&name)
            })?);
        }
        Ok(template)
    }
}

fn read_artwork(file: &Path) -> Result<image::RgbImage, String> {
    let bytes = std::fs::read(file).map_err(|error| format!("{} cannot be read ({error})", file.display()))?;
    super::photo::decode_picture(&bytes).map_err(|error: PhotoError| format!("{}: {error}", file.display()))
}

impl TemplateError {
    fn at(key: impl Into<String>, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { file: "(text)".into(), key: key.into(), problem: problem.into(), remedy: remedy.into() }
    }

    fn in_file(mut self, file: &str) -> Self {
        self.file = file.into();
        self
    }

    fn from_toml(text: &str, error: &toml::de::Error) -> Self {
        let start = error.span().map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let written = text.lines().nth(line - 1).unwrap_or("").trim();
        let written: String = written.chars().take(60).collect();
        let problem = error.message().trim().replace('\n', " ");
        Self::at(
            format!("line {line} ({written})"),
            problem,
            "Compare the line with assets/card-faces/nhs-care-identity.toml, which has every key",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_template_is_sound() {
        let template = Template::nhs_care_identity().expect("the file in the tree");
        assert!(template.artwork.is_none());
        assert_eq!(template.name.lines, 2);
    }

    #[test]
    fn every_refusal_names_the_key_and_the_remedy() {
        let cases = [
            ("size = 9.5", "size = inf", "number.size"),
            ("size = 9.5", "size = 7.5", "number.minimum-size"),
            ("lines = 2", "lines = 9", "name.lines"),
            ("font = \"plain\"", "font = \"fancy\"", "number.font"),
            ("colour = \"band\"\n", "colour = \"bnad\"\n", "band.colour"),
            ("band = \"#005EB8\"", "band = \"#05EB8\"", "colours.band"),
            ("top = 10.4", "top = 40.4", "photo.area"),
            ("left = 58.2", "left = 10.2", "photo.area"),
            ("width = 23.6", "width = -1.0", "photo.area"),
            ("top = 44.5", "top = 40.5", "name.area"),
            ("left = 7.3", "left = nan", "keep-out.area"),
            ("text = \"TRAINING\"", "text = \"\"", "training.text"),
        ];
        for (from, to, key) in cases {
            assert!(NHS_CARE_IDENTITY.contains(from), "{from} is in the file");
            let error = Template::parse(&NHS_CARE_IDENTITY.replacen(from, to, 1)).expect_err(to);
            assert!(error.key.starts_with(key), "{to}: {error}");
            assert!(!error.remedy.is_empty());
        }
    }

    #[test]
    fn unknown_keys_and_broken_text_name_their_line() {
        let error =
            Template::parse(&NHS_CARE_IDENTITY.replace("lines = 2", "lines = 2\nlinse = 3")).expect_err("unknown key");
        assert!(error.key.contains("linse = 3"), "{error}");
        assert!(error.problem.contains("linse"), "{error}");
        assert!(Template::parse("title = ").expect_err("broken").key.starts_with("line 1"));
        assert!(Template::parse(&"#".repeat(LONGEST + 1)).is_err());
        let missing = Template::parse(&NHS_CARE_IDENTITY.replace("[keep-out]", "[kept-out]")).expect_err("missing");
        assert!(missing.to_string().contains("kept-out") || missing.to_string().contains("keep-out"), "{missing}");
    }

    #[test]
    fn artwork_stays_beside_the_template() {
        for file in ["../logo.png", "/etc/logo.png", "a\\\\b.png", "c:logo.png", ""] {
            let text = format!(
                "{NHS_CARE_IDENTITY}\n[artwork]\nfile = \"{file}\"\narea = {{ left = 26.0, top = 12.0, width = 28.0, height = 18.0 }}\n"
            );
            let error = Template::parse(&text).expect_err(file);
            assert_eq!(error.key, "artwork.file", "{error}");
        }
        let folder = tempfile::tempdir().expect("a scratch folder");
        let path = folder.path().join("face.toml");
        let text = format!(
            "{NHS_CARE_IDENTITY}\n[artwork]\nfile = \"ours.png\"\narea = {{ left = 26.0, top = 12.0, width = 28.0, height = 18.0 }}\n"
        );
        std::fs::write(&path, text).expect("scratch folder takes files");
        let error = Template::read(&path).expect_err("no picture yet");
        assert!(error.to_string().contains("ours.png") && error.file.ends_with("face.toml"), "{error}");
        image::RgbImage::from_pixel(40, 30, image::Rgb([200, 30, 30]))
            .save(folder.path().join("ours.png"))
            .expect("picture");
        let template = Template::read(&path).expect("sound now");
        assert_eq!(template.artwork_picture.map(|picture| picture.dimensions()), Some((40, 30)));
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config { cases: 200, failure_persistence: None, ..Default::default() })]

        #[test]
        fn no_damage_to_the_text_ends_in_a_panic(at in 0usize..3000, cut in 0usize..40, put in "[-0-9a-z.\"=\\[\\]{}#, \n\u{e9}]{0,8}") {
            let start = at.min(NHS_CARE_IDENTITY.len());
            let end = (start + cut).min(NHS_CARE_IDENTITY.len());
            let text = format!("{}{put}{}", &NHS_CARE_IDENTITY[..start], &NHS_CARE_IDENTITY[end..]);
            match Template::parse(&text) {
                // Whatever is accepted can be laid out or is refused in words.
                Ok(template) => drop(crate::face::Layout::new(&template, "Anna Lee", "555 000 000 017", crate::face::Purpose::Training)),
                Err(error) => proptest::prop_assert!(!error.key.is_empty() && !error.remedy.is_empty()),
            }
        }
    }
}
