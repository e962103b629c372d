//! The template as it is written, and its way to a checked [`Template`].

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{Align, Condition, Content, Element, Fit, Symbology, Template, TemplateError, TextStyle, Typeface, check};
use crate::face::{
    fields::{Part, parts},
    measure::Area,
};

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    title: String,
    #[serde(default)]
    colours: BTreeMap<String, String>,
    fonts: BTreeMap<String, Typeface>,
    keep_out: Place,
    #[serde(default)]
    front: Vec<Spanned<WrittenElement>>,
    #[serde(default)]
    back: Vec<Spanned<WrittenElement>>,
}

/// A box and nothing else.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    area: Area,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Text,
    Photo,
    Image,
    Box,
    Line,
    #[serde(rename = "code-128")]
    Code128,
    Qr,
    Pdf417,
}

impl Kind {
    /// The keys it takes beyond id, kind, area, when and pre-printed.
    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Text => &["text", "font", "size", "minimum-size", "lines", "align", "fit", "colour"],
            Self::Photo => &[],
            Self::Image => &["file"],
            Self::Box | Self::Line => &["colour"],
            Self::Code128 | Self::Qr | Self::Pdf417 => &["text", "module"],
        }
    }
}

/// Every key an element may have; which ones it takes depends on its kind. One flat table keeps the line of every mistake.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenElement {
    id: String,
    kind: Kind,
    area: Area,
    #[serde(default)]
    pre_printed: bool,
    #[serde(default)]
    when: Condition,
    text: Option<String>,
    font: Option<String>,
    size: Option<f32>,
    minimum_size: Option<f32>,
    lines: Option<usize>,
    align: Option<Align>,
    fit: Option<Fit>,
    colour: Option<String>,
    file: Option<String>,
    module: Option<u8>,
}

/// Narrowest bar where none is said: 3 dots are 0.254 mm, which common readers take (`facts/magicard.md` 13).
const USUAL_MODULE: u8 = 3;

/// Understands and checks a template.
pub(super) fn read(text: &str) -> Result<Template, TemplateError> {
    let written: Written = toml::from_str(text).map_err(|error| from_toml(text, &error))?;
    let source = Source { text };
    let mut colours = BTreeMap::new();
    for (name, value) in &written.colours {
        let colour = hexadecimal(value).ok_or_else(|| {
            let problem = format!("\"{value}\" is not a colour");
            source.at(source.table("colours"), name, format!("colours.{name}"), problem, "Write it as \"#RRGGBB\"")
        })?;
        colours.insert(name.clone(), colour);
    }
    let tables = Tables { source: &source, colours: &colours, fonts: &written.fonts };
    let side = |elements: Vec<Spanned<WrittenElement>>| {
        elements
            .into_iter()
            .map(|element| {
                let line = line_at(text, element.span().start);
                tables.element(element.into_inner(), line)
            })
            .collect::<Result<Vec<_>, _>>()
    };
    let (front, back) = (side(written.front)?, side(written.back)?);
    let template =
        Template { title: written.title, front, back, keep_out: written.keep_out.area, fonts: written.fonts, colours };
    check::check(&template, &source)?;
    Ok(template)
}

/// The text of a template, to say where a mistake is.
pub(super) struct Source<'a> {
    text: &'a str,
}

impl Source<'_> {
    /// An error at a key of the table that begins at `line`.
    pub(super) fn at(
        &self,
        line: usize,
        written_key: &str,
        key: String,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> TemplateError {
        TemplateError {
            file: "(text)".into(),
            line: line_of(self.text, line, written_key),
            key,
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// An error at a key of an element.
    pub(super) fn element(
        &self,
        element: &Element,
        key: &str,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> TemplateError {
        self.at(element.line, key, format!("{}.{key}", element.id), problem, remedy)
    }

    /// The line at which a table begins.
    pub(super) fn table(&self, name: &str) -> usize {
        let header = format!("[{name}]");
        self.text.lines().position(|line| line.trim() == header).map_or(1, |line| line + 1)
    }
}

/// The line of a key in the table that begins at `line`; the table's own where the key is not there.
pub(super) fn line_of(text: &str, line: usize, key: &str) -> usize {
    let starts =
        |written: &str| written.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='));
    text.lines()
        .enumerate()
        .skip(line)
        .take_while(|(_, written)| !written.trim_start().starts_with('['))
        .find(|(_, written)| starts(written))
        .map_or(line, |(number, _)| number + 1)
}

fn line_at(text: &str, offset: usize) -> usize {
    text.get(..offset).unwrap_or(text).matches('\n').count() + 1
}

fn from_toml(text: &str, error: &toml::de::Error) -> TemplateError {
    let line = line_at(text, error.span().map_or(0, |span| span.start));
    let written: String = text.lines().nth(line - 1).unwrap_or("").trim().chars().take(60).collect();
    let problem = error.message().trim().replace('\n', " ");
    TemplateError {
        file: "(text)".into(),
        line,
        key: key_at(text, line, &problem).unwrap_or_else(|| format!("({written})")),
        problem,
        remedy: "Compare it with the built-in template, which explains every key".into(),
    }
}

/// The element and its key at a line of the file; `None` where no element is there.
fn key_at(text: &str, line: usize, problem: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let header = lines.iter().take(line).rposition(|line| line.starts_with("[["))?;
    let table = lines.iter().take(line).rposition(|line| line.starts_with('['))?;
    let of_element =
        table == header || lines.get(table)?.starts_with("[front.") || lines.get(table)?.starts_with("[back.");
    let pair = |line: &&str| {
        let (key, value) = line.split_once('=')?;
        Some((key.trim().to_owned(), value.trim().to_owned()))
    };
    let own = || lines.iter().skip(header + 1).take_while(|line| !line.starts_with('['));
    let (_, id) = own().filter_map(pair).find(|(key, _)| key == "id")?;
    let id = id.strip_prefix('"')?.split('"').next()?;
    // A list may be broken over lines: its key stands above. What is missing is told at the head of the element.
    let written = lines.iter().take(line).skip(header + 1).rev().find_map(pair).map(|(key, _)| key);
    let key = written.or_else(|| problem.split('`').nth(1).map(str::to_owned))?;
    of_element.then(|| format!("{id}.{key}"))
}

fn hexadecimal(written: &str) -> Option<[u8; 3]> {
    let digits = written.strip_prefix('#')?;
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let value = u32::from_str_radix(digits, 16).ok()?;
    let [_, red, green, blue] = value.to_be_bytes();
    Some([red, green, blue])
}

/// What elements refer to.
struct Tables<'a> {
    source: &'a Source<'a>,
    colours: &'a BTreeMap<String, [u8; 3]>,
    fonts: &'a BTreeMap<String, Typeface>,
}

impl Tables<'_> {
    fn element(&self, written: WrittenElement, line: usize) -> Result<Element, TemplateError> {
        let id = if written.id.trim().is_empty() { "(no id)".to_owned() } else { written.id.clone() };
        let wrong = |key: &str, problem: String, remedy: &str| {
            self.source.at(line, key, format!("{id}.{key}"), problem, remedy)
        };
        let present = [
            ("text", written.text.is_some()),
            ("font", written.font.is_some()),
            ("size", written.size.is_some()),
            ("minimum-size", written.minimum_size.is_some()),
            ("lines", written.lines.is_some()),
            ("align", written.align.is_some()),
            ("fit", written.fit.is_some()),
            ("colour", written.colour.is_some()),
            ("file", written.file.is_some()),
            ("module", written.module.is_some()),
        ];
        let keys = written.kind.keys();
        if let Some((key, _)) = present.iter().find(|(key, there)| *there && !keys.contains(key)) {
            let known = if keys.is_empty() { "only an area".to_owned() } else { keys.join(", ") };
            return Err(wrong(
                key,
                format!("this kind of element has no {key}"),
                &format!("Leave it out; it has {known}"),
            ));
        }
        let missing = |key: &str| wrong(key, "it is missing".into(), "Add it");
        let colour = match &written.colour {
            None => None,
            Some(name) => Some(*self.colours.get(name).ok_or_else(|| {
                let known = self.colours.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                let remedy = format!("Add it to [colours] or use one of: {known}");
                wrong("colour", format!("there is no colour \"{name}\""), &remedy)
            })?),
        };
        let text = || {
            let text = written.text.clone().ok_or_else(|| missing("text"))?;
            let known = "Write {name}, {number}, {digits}, {organisation}, {serial}, {series}, {expires} or {printed}";
            match parts(&text) {
                _ if text.trim().is_empty() => {
                    Err(wrong("text", "there are no words".into(), "Write the words to show"))
                }
                Err(word) => Err(wrong("text", format!("there is no field \"{word}\""), known)),
                Ok(_) => Ok(text),
            }
        };
        let content = match written.kind {
            Kind::Photo => Content::Photo,
            Kind::Box | Kind::Line => Content::Fill,
            Kind::Image => Content::Image { file: written.file.clone().ok_or_else(|| missing("file"))?, picture: None },
            Kind::Code128 | Kind::Qr | Kind::Pdf417 => Content::Code {
                symbology: match written.kind {
                    Kind::Code128 => Symbology::Code128,
                    Kind::Qr => Symbology::Qr,
                    _ => Symbology::Pdf417,
                },
                text: text()?,
                module: written.module.unwrap_or(USUAL_MODULE),
            },
            Kind::Text => {
                let role = written.font.as_ref().ok_or_else(|| missing("font"))?;
                let typeface = *self.fonts.get(role).ok_or_else(|| {
                    let known = self.fonts.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                    let remedy = format!("Add it to [fonts] or use one of: {known}");
                    wrong("font", format!("there is no font role \"{role}\""), &remedy)
                })?;
                let size = written.size.ok_or_else(|| missing("size"))?;
                let text = text()?;
                let fit = written.fit.unwrap_or(Fit::Shrink);
                let names = |part: &Part<'_>| matches!(part, Part::Field(field) if field.identifies());
                if fit == Fit::Ellipsis && parts(&text).is_ok_and(|parts| parts.iter().any(names)) {
                    let problem = "a text that says whose card it is would be cut".into();
                    return Err(wrong("fit", problem, "Use \"shrink\" or \"wrap\""));
                }
                Content::Text(TextStyle {
                    text,
                    typeface,
                    size,
                    minimum_size: written.minimum_size.unwrap_or(size),
                    lines: written.lines.unwrap_or(1),
                    align: written.align.unwrap_or(Align::Left),
                    fit,
                })
            }
        };
        Ok(Element {
            id: written.id,
            area: written.area,
            pre_printed: written.pre_printed,
            when: written.when,
            colour,
            content,
            line,
        })
    }
}
