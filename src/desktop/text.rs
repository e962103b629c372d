//! Every word of the window, in one place: `assets/text/en-GB/*.ftl` (Fluent). Another language is another folder.

use std::borrow::Cow;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

/// The files of British English, one an area of the window.
const EN_GB: [(&str, &str); 16] = [
    ("activity", include_str!("../../assets/text/en-GB/activity.ftl")),
    ("bench", include_str!("../../assets/text/en-GB/bench.ftl")),
    ("find", include_str!("../../assets/text/en-GB/find.ftl")),
    ("frame", include_str!("../../assets/text/en-GB/frame.ftl")),
    ("help", include_str!("../../assets/text/en-GB/help.ftl")),
    ("issue", include_str!("../../assets/text/en-GB/issue.ftl")),
    ("kiosk", include_str!("../../assets/text/en-GB/kiosk.ftl")),
    ("photo", include_str!("../../assets/text/en-GB/photo.ftl")),
    ("printers", include_str!("../../assets/text/en-GB/printers.ftl")),
    ("queue", include_str!("../../assets/text/en-GB/queue.ftl")),
    ("service", include_str!("../../assets/text/en-GB/service.ftl")),
    ("card-face", include_str!("../../assets/text/en-GB/card-face.ftl")),
    ("settings", include_str!("../../assets/text/en-GB/settings.ftl")),
    ("sign-in", include_str!("../../assets/text/en-GB/sign-in.ftl")),
    ("telephone", include_str!("../../assets/text/en-GB/telephone.ftl")),
    ("unfinished", include_str!("../../assets/text/en-GB/unfinished.ftl")),
];

/// The texts of one language.
pub struct Texts {
    bundle: FluentBundle<FluentResource>,
}

impl Default for Texts {
    fn default() -> Self {
        Self::british_english()
    }
}

impl Texts {
    /// British English.
    #[must_use]
    pub fn british_english() -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec!["en-GB".parse::<LanguageIdentifier>().unwrap_or_default()]);
        // Isolation marks around every value would be drawn as boxes, and nothing here mixes directions in one line.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(|value, _| match value {
            FluentValue::Number(number) => Some(super::format::whole_number(number.value)),
            _ => None,
        }));
        for (_, source) in EN_GB {
            // A file with a mistake still gives the messages that are right; a test refuses any mistake.
            let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(rest, _)| rest);
            let _ = bundle.add_resource(resource);
        }
        Self { bundle }
    }

    /// A text without values.
    #[must_use]
    pub fn get(&self, key: &str) -> String {
        self.with(key, &[])
    }

    /// A text with values. A key that does not exist is shown itself: a test refuses that too.
    #[must_use]
    pub fn with(&self, key: &str, values: &[(&'static str, Value<'_>)]) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let mut arguments = FluentArgs::with_capacity(values.len());
        for (name, value) in values {
            match value {
                Value::Text(text) => arguments.set(*name, FluentValue::String(Cow::Borrowed(*text))),
                Value::Number(number) => arguments.set(*name, FluentValue::from(*number)),
            }
        }
        self.bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned()
    }
}

/// A value in a text.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    /// As it is.
    Text(&'a str),
    /// A whole number: it chooses singular or plural.
    Number(i64),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<usize> for Value<'_> {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::Number(i64::from(number))
    }
}

/// The text of a key of the view's texts, with named values after it where the text has some.
#[macro_export]
macro_rules! tr {
    ($view:expr, $key:literal) => { $view.texts.get($key) };
    ($view:expr, $key:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $view.texts.with($key, &[$((stringify!($name), $crate::desktop::text::Value::from($value))),+])
    };
}

#[cfg(test)]
pub(super) mod tests {
    use std::{
        collections::{BTreeMap, BTreeSet},
        path::Path,
    };

    use super::*;

    /// Every key and the names of its values.
    fn keys() -> BTreeMap<String, BTreeSet<String>> {
        let mut keys = BTreeMap::new();
        for (name, source) in EN_GB {
            FluentResource::try_new(source.to_owned()).unwrap_or_else(|(_, errors)| panic!("{name}.ftl: {errors:?}"));
            let mut newest = String::new();
            for line in source.lines() {
                if let Some((key, _)) = line.split_once(" =")
                    && line.starts_with(|c: char| c.is_ascii_lowercase())
                {
                    newest = key.to_owned();
                    assert!(keys.insert(newest.clone(), BTreeSet::new()).is_none(), "{name}.ftl: “{key}” comes twice");
                }
                for part in line.split('$').skip(1) {
                    let value: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                    keys.get_mut(&newest).expect("a key comes first").insert(value);
                }
            }
        }
        keys
    }

    /// Everything that is written in the sources below a folder.
    pub fn sources(folder: &Path, all: &mut String) {
        for entry in std::fs::read_dir(folder).expect("the sources").flatten() {
            let path = entry.path();
            if path.is_dir() {
                sources(&path, all);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                all.push_str(&std::fs::read_to_string(path).expect("a source"));
            }
        }
    }

    #[test]
    fn every_text_that_is_asked_for_exists_and_every_text_is_asked_for() {
        let mut all = String::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/desktop"), &mut all);
        let keys = keys();
        let call = ["tr!", "("].concat();
        for (place, _) in all.match_indices(&call) {
            // `include_str!` ends the same way.
            let (before, asked) = (&all[..place], &all[place + call.len()..]);
            if before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_') || asked.starts_with('$') {
                continue;
            }
            let call = asked.split(';').next().unwrap_or_default();
            let Some(key) = call.split('"').nth(1) else { continue };
            assert!(keys.contains_key(key), "no text “{key}”");
        }
        for key in keys.keys() {
            assert!(all.contains(&format!("\"{key}\"")), "nothing asks for the text “{key}”");
        }
    }

    #[test]
    fn values_and_plurals_are_put_in() {
        let texts = Texts::british_english();
        assert_eq!(texts.with("find-count", &[("count", Value::Number(1))]), "1 holder");
        assert_eq!(texts.with("find-count", &[("count", Value::Number(12_000))]), "12,000 holders");
    }
}
