//! On which cards an element is, as the file says it.

use toml_edit::{Array, InlineTable, Item, Table, Value};

use super::Document;

/// A condition as it is written, also where it has a mistake. Empty: nothing is asked of the card.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct When {
    /// `training` or `live`.
    pub purpose: String,
    /// `locked` or `active`.
    pub card: String,
    /// Series of cards, as the file calls them.
    pub series: Vec<String>,
    /// Codes of organisations.
    pub organisations: Vec<String>,
}

/// A key of a condition with one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// A training card or one for use.
    Purpose,
    /// Handed over locked or ready for use.
    Card,
}

/// A key of a condition with a list of words, of which one must be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Series of cards.
    Series,
    /// Organisations of holders.
    Organisations,
}

impl Word {
    fn key(self) -> &'static str {
        match self {
            Self::Purpose => "purpose",
            Self::Card => "card",
        }
    }
}

impl List {
    fn key(self) -> &'static str {
        match self {
            Self::Series => "series",
            Self::Organisations => "organisation",
        }
    }
}

impl When {
    pub(super) fn of(table: &Table) -> Self {
        let when = table.get("when").and_then(Item::as_table_like);
        let item = |key: &str| when.and_then(|when| when.get(key));
        let word = |key: Word| item(key.key()).and_then(Item::as_str).unwrap_or_default().to_owned();
        let list = |key: List| {
            let values = item(key.key()).and_then(Item::as_array);
            values.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        Self {
            purpose: word(Word::Purpose),
            card: word(Word::Card),
            series: list(List::Series),
            organisations: list(List::Organisations),
        }
    }

    /// Whether nothing is asked of the card.
    #[must_use]
    pub fn always(&self) -> bool {
        *self == Self::default()
    }
}

impl Document {
    /// Asks this of the cards an element is on; an empty word asks nothing.
    pub fn set_when(&mut self, id: &str, key: Word, word: &str) {
        self.put_when(id, key.key(), (!word.is_empty()).then(|| Value::from(word)));
    }

    /// Asks that one of these is so; an empty list asks nothing.
    pub fn set_when_list(&mut self, id: &str, key: List, words: &[String]) {
        let list = || Value::Array(words.iter().map(String::as_str).collect::<Array>());
        self.put_when(id, key.key(), (!words.is_empty()).then(list));
    }

    fn put_when(&mut self, id: &str, key: &str, value: Option<Value>) {
        let Some(table) = self.table_mut(id) else { return };
        if !table.get("when").is_some_and(Item::is_table_like) {
            let Some(value) = value else { return };
            let mut when = InlineTable::new();
            when.insert(key, value);
            super::put(table, "when", Value::InlineTable(when));
            return;
        }
        let Some(when) = table.get_mut("when").and_then(Item::as_table_like_mut) else { return };
        match value {
            Some(value) => super::put(when, key, value),
            None => drop(when.remove(key)),
        }
        if when.is_empty() {
            table.remove("when");
        } else if let Some(when) = table.get_mut("when").and_then(Item::as_inline_table_mut) {
            // A table on one line has no comments to lose, and braces beside its words look like a slip.
            when.fmt();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::Series,
        face::{
            Purpose, Template,
            template::{BUILT_IN_TEXT, CardCondition},
        },
    };

    #[test]
    fn every_condition_is_written_read_and_taken_back() {
        let mut document = Document::parse(BUILT_IN_TEXT).expect("sound");
        document.set_when("name", Word::Purpose, "live");
        document.set_when("name", Word::Card, "locked");
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        document.set_when_list("name", List::Series, &words(&["series9", "series10"]));
        document.set_when_list("name", List::Organisations, &words(&["A1B"]));
        let text = document.text();
        let written =
            r#"when = { purpose = "live", card = "locked", series = ["series9", "series10"], organisation = ["A1B"] }"#;
        assert!(text.contains(written), "{text}");
        let condition = Template::parse(&text).expect("sound").element("name").expect("there").when.clone();
        assert_eq!((condition.purpose, condition.card), (Some(Purpose::Live), Some(CardCondition::Locked)));
        assert_eq!(condition.series, Some(vec![Series::Series9, Series::Series10]));
        assert_eq!(condition.organisation, Some(vec!["A1B".parse().expect("a code")]));
        let when = document.row("name").expect("there").when;
        assert_eq!((when.purpose.as_str(), when.series.len(), when.always()), ("live", 2, false));
        document.set_when("name", Word::Purpose, "");
        document.set_when_list("name", List::Organisations, &[]);
        assert!(document.text().contains(r#"when = { card = "locked", series = ["series9", "series10"] }"#));
        document.set_when("name", Word::Card, "");
        document.set_when_list("name", List::Series, &[]);
        assert_eq!(document.text(), BUILT_IN_TEXT);
    }

    #[test]
    fn a_condition_in_a_table_of_its_own_keeps_its_comments() {
        let own = "[front.when]\n# On cards for use.\npurpose = \"live\"\n";
        let (before, after) = BUILT_IN_TEXT.split_once("[[front]]\nid = \"name\"").expect("there");
        let line = "when = { purpose = \"training\" }\n";
        let before = before.replace(line, "");
        let mut document = Document::parse(&format!("{before}{own}\n[[front]]\nid = \"name\"{after}")).expect("sound");
        document.set_when("number", Word::Card, "active");
        let text = document.text();
        assert!(text.contains("# On cards for use.\npurpose = \"live\"\ncard = \"active\"\n"), "{text}");
        document.set_when("number", Word::Purpose, "");
        document.set_when("number", Word::Card, "");
        assert!(document.row("number").expect("there").when.always());
        assert!(!document.text().contains("[front.when]"));
    }
}
