//! The colours and fonts of a template, which its elements call by name.

use toml_edit::{Item, Value, table};

use super::Document;

/// The colour a new name begins with: the blue of the NHS.
const FIRST: &str = "#005EB8";

impl Document {
    /// Names that `[colours]` or `[fonts]` define.
    #[must_use]
    pub fn names(&self, table: &str) -> Vec<String> {
        self.named(table).into_iter().map(|(name, _)| name).collect()
    }

    /// Names that `[colours]` or `[fonts]` define, and what each stands for.
    #[must_use]
    pub fn named(&self, table: &str) -> Vec<(String, String)> {
        let table = self.0.get(table).and_then(Item::as_table_like);
        let pair = |(name, item): (&str, &Item)| (name.to_owned(), item.as_str().unwrap_or_default().to_owned());
        table.map(|table| table.iter().map(pair).collect()).unwrap_or_default()
    }

    /// What a name of `[colours]` or `[fonts]` stands for.
    #[must_use]
    pub fn meaning(&self, table: &str, name: &str) -> Option<String> {
        self.named(table).into_iter().find(|(known, _)| known == name).map(|(_, meaning)| meaning)
    }

    /// Gives a colour another value, for everything that has it.
    pub fn set_colour(&mut self, name: &str, value: &str) {
        self.define("colours", name, value);
    }

    /// Gives an element a colour that nothing else has, beginning with the one it has.
    pub fn own_colour(&mut self, id: &str) {
        let Some(row) = self.row(id) else { return };
        let now = row.word("colour").and_then(|name| self.meaning("colours", name));
        let name = self.fresh_name("colours", "colour");
        self.define("colours", &name, now.as_deref().unwrap_or(FIRST));
        self.set_words(id, "colour", &name);
    }

    /// Sets a text in this bundled face, under the name the template has for it or a new one.
    pub fn set_typeface(&mut self, id: &str, face: &str) {
        if self.row(id).is_none() {
            return;
        }
        let known = self.named("fonts").into_iter().find(|(_, meaning)| meaning == face);
        let name = known.map(|(name, _)| name).unwrap_or_else(|| {
            let name = self.fresh_name("fonts", face.rsplit('-').next().unwrap_or(face));
            self.define("fonts", &name, face);
            name
        });
        self.set_words(id, "font", &name);
    }

    fn define(&mut self, table_name: &str, name: &str, value: &str) {
        let table = self.0.entry(table_name).or_insert_with(table);
        let Some(table) = table.as_table_like_mut() else { return };
        super::put(table, name, Value::from(value));
    }

    fn fresh_name(&self, table: &str, stem: &str) -> String {
        let known = self.names(table);
        let names = (1..).map(|number| if number == 1 { stem.to_owned() } else { format!("{stem}-{number}") });
        // One more than there are is free among them.
        names.take(known.len() + 1).find(|name| !known.contains(name)).unwrap_or_else(|| stem.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::{
        Template,
        template::{BUILT_IN_TEXT, Content, Typeface},
    };

    #[test]
    fn a_colour_of_its_own_is_named_used_and_changed() {
        let mut document = Document::parse(BUILT_IN_TEXT).expect("sound");
        document.own_colour("training");
        document.own_colour("band");
        document.set_colour("colour", "#B3231A");
        let template = Template::parse(&document.text()).expect("sound");
        let colour = |id: &str| template.element(id).expect("there").colour;
        assert_eq!(colour("training"), Some([0xB3, 0x23, 0x1A]));
        assert_eq!(colour("band"), Some([0x00, 0x5E, 0xB8]), "it begins with the one it had");
        assert_eq!(document.names("colours"), ["band", "band-text", "colour", "colour-2"]);
        document.set_colour("band", "no colour");
        assert_eq!(Template::parse(&document.text()).expect_err("no colour").key, "colours.band");
    }

    #[test]
    fn a_face_is_found_under_its_name_or_gets_one() {
        let mut document = Document::parse(BUILT_IN_TEXT).expect("sound");
        document.set_typeface("number", "sans-bold");
        assert_eq!(
            document.row("number").and_then(|row| row.word("font").map(str::to_owned)).as_deref(),
            Some("strong")
        );
        let one = BUILT_IN_TEXT.replace("strong = \"sans-bold\"\n", "").replace("\"strong\"", "\"plain\"");
        let mut document = Document::parse(&one).expect("sound");
        document.set_typeface("name", "sans-bold");
        let template = Template::parse(&document.text()).expect("sound");
        let bold = |id: &str| matches!(&template.element(id).expect("there").content, Content::Text(style) if style.typeface == Typeface::SansBold);
        assert!(bold("name") && !bold("number"));
        assert_eq!(document.names("fonts"), ["plain", "bold"]);
        let bare = one.replace("[colours]\nband = \"#005EB8\"\nband-text = \"#FFFFFF\"\n", "");
        let mut document = Document::parse(&bare).expect("sound");
        document.own_colour("name");
        assert_eq!(document.meaning("colours", "colour").as_deref(), Some(FIRST));
        assert!(Document::parse(&document.text()).is_ok());
    }
}
