//! What is different on every card, and the fields of a template that say it.

use serde::Deserialize;
use time::{Date, macros::format_description};

use super::photo::Photo;
use crate::domain::{CardSerial, HolderId, OrganisationCode, Series};

/// Whether the card is a real one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// A card for use.
    Live,
    /// A training card: the template's training text is printed on it.
    Training,
}

/// The card a face is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardFacts {
    /// The chip's serial.
    pub serial: CardSerial,
    /// Its generation.
    pub series: Series,
    /// Whether it is handed over locked.
    pub locked: bool,
    /// Last day its certificates are valid, once it has any.
    pub expires: Option<Date>,
}

/// What is different on every card.
#[derive(Debug, Clone)]
pub struct FaceData {
    /// The name as printed.
    pub name: String,
    /// The holder's number.
    pub number: HolderId,
    /// The organisation the holder's profile belongs to.
    pub organisation: OrganisationCode,
    /// The photo.
    pub photo: Photo,
    /// Whether the training mark is printed.
    pub purpose: Purpose,
    /// The card; `None` while it is not known which.
    pub card: Option<CardFacts>,
    /// The day of printing.
    pub today: Date,
}

/// A field of a template: `{name}` and its like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The holder's name.
    Name,
    /// The holder's number in groups of three.
    Number,
    /// The twelve digits without spaces: for codes.
    Digits,
    /// Code of the holder's organisation.
    Organisation,
    /// The chip's serial.
    Serial,
    /// The card's series in words.
    Series,
    /// Last day of the certificates.
    Expires,
    /// The day of printing.
    Printed,
}

impl Field {
    /// All.
    pub const ALL: [Self; 8] = [
        Self::Name,
        Self::Number,
        Self::Digits,
        Self::Organisation,
        Self::Serial,
        Self::Series,
        Self::Expires,
        Self::Printed,
    ];

    /// Its word, without the braces.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Number => "number",
            Self::Digits => "digits",
            Self::Organisation => "organisation",
            Self::Serial => "serial",
            Self::Series => "series",
            Self::Expires => "expires",
            Self::Printed => "printed",
        }
    }

    /// Whether it says whose card it is: then it is never cut.
    #[must_use]
    pub fn identifies(self) -> bool {
        matches!(self, Self::Name | Self::Number | Self::Digits | Self::Serial)
    }

    /// `None` while the card is not known.
    fn of(self, data: &FaceData) -> Option<String> {
        let card = data.card.as_ref();
        match self {
            Self::Name => Some(data.name.clone()),
            Self::Number => Some(data.number.grouped()),
            Self::Digits => Some(data.number.as_str().to_owned()),
            Self::Organisation => Some(data.organisation.as_str().to_owned()),
            Self::Serial => card.map(|card| card.serial.to_string()),
            Self::Series => card.map(|card| card.series.to_string()),
            Self::Expires => card.and_then(|card| card.expires).map(in_words),
            Self::Printed => Some(in_words(data.today)),
        }
    }
}

fn in_words(date: Date) -> String {
    // The parts of a date always fit this description.
    date.format(format_description!("[day padding:none] [month repr:short] [year]")).unwrap_or_default()
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Words(&'a str),
    Field(Field),
}

/// Takes a text apart.
///
/// # Errors
/// The word in braces that is no field, or the text from a brace on that is not closed.
pub(super) fn parts(text: &str) -> Result<Vec<Part<'_>>, &str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        if open > 0 {
            parts.push(Part::Words(&rest[..open]));
        }
        let Some(close) = rest[open..].find('}').map(|length| open + length) else { return Err(&rest[open..]) };
        let word = &rest[open + 1..close];
        parts.push(Part::Field(Field::ALL.into_iter().find(|field| field.word() == word).ok_or(word)?));
        rest = &rest[close + 1..];
    }
    if !rest.is_empty() {
        parts.push(Part::Words(rest));
    }
    Ok(parts)
}

/// The text with the holder's own words in place of the fields; `None` while one of them waits for the card.
pub(super) fn filled(text: &str, data: &FaceData) -> Option<String> {
    // A template that was read has no other parts; text that has is printed as it is written.
    let Ok(parts) = parts(text) else { return Some(text.to_owned()) };
    parts
        .into_iter()
        .map(|part| match part {
            Part::Words(words) => Some(words.to_owned()),
            Part::Field(field) => field.of(data),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_and_others_are_named() {
        assert_eq!(parts("No. {number}"), Ok(vec![Part::Words("No. "), Part::Field(Field::Number)]));
        assert_eq!(parts("{name}{digits}").map(|parts| parts.len()), Ok(2));
        assert_eq!(parts("plain"), Ok(vec![Part::Words("plain")]));
        assert_eq!(parts("{nmae}"), Err("nmae"));
        assert_eq!(parts("to {name"), Err("{name"));
    }
}
