//! A card face template under the hand of its editor: the text as it will be saved, comments and order kept.

pub mod add;
pub mod order;
pub mod palette;
pub mod when;

use toml_edit::{DocumentMut, InlineTable, Item, Table, TableLike, Value};

use crate::face::{
    Side,
    measure::{Area, CARD_HEIGHT_MM, CARD_WIDTH_MM},
};
use when::When;

/// Smallest box an editor makes, in millimetres: what a line may be thin.
const LEAST_MM: f32 = 0.1;
/// How far what may run on beyond the card's edges does so, across and down in millimetres: to the edge of the head's image,
/// rounded down.
pub const SPILL_MM: [f32; 2] = [0.21, 0.18];
/// Kinds of elements that can be added, as the file calls them.
pub const KINDS: [&str; 8] = ["text", "photo", "image", "box", "line", "code-128", "qr", "pdf417"];

/// An element as its row in the list shows it, also where the template has a mistake elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Its kind, as the file calls it.
    pub kind: String,
    /// Its box; `None` where that is what is wrong.
    pub area: Option<Area>,
    /// Whether it is on the blank card already.
    pub pre_printed: bool,
    /// Its text, file or colour: keys that hold words.
    pub words: Vec<(&'static str, String)>,
    /// Keys that hold numbers.
    pub numbers: Vec<(&'static str, f32)>,
    /// On which cards it is.
    pub when: When,
}

impl Row {
    /// What a key with words says, where the kind has it.
    #[must_use]
    pub fn word(&self, key: &str) -> Option<&str> {
        self.words.iter().find(|(known, _)| *known == key).map(|(_, word)| word.as_str())
    }

    /// How far it may run on beyond the card, across and down in millimetres: words and codes may not.
    #[must_use]
    pub fn spill(&self) -> [f32; 2] {
        spill(&self.kind)
    }
}

fn spill(kind: &str) -> [f32; 2] {
    match kind {
        "photo" | "image" | "box" | "line" => SPILL_MM,
        _ => [0.0; 2],
    }
}

/// Keys with words that the editor offers for a kind.
fn words_of(kind: &str) -> &'static [&'static str] {
    match kind {
        "text" => &["text", "font", "align", "fit", "colour"],
        "image" => &["file"],
        "box" | "line" => &["colour"],
        "code-128" | "qr" | "pdf417" => &["text"],
        _ => &[],
    }
}

/// Keys with numbers that the editor offers for a kind.
fn numbers_of(kind: &str) -> &'static [&'static str] {
    match kind {
        "text" => &["size", "minimum-size", "lines"],
        "code-128" | "qr" | "pdf417" => &["module"],
        _ => &[],
    }
}

/// The document.
#[derive(Debug, Clone, Default)]
pub struct Document(DocumentMut);

impl Document {
    /// Takes a text apart.
    ///
    /// # Errors
    /// It is not TOML: what is wrong, with its line.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|error: toml_edit::TomlError| error.to_string().trim().replace('\n', " "))
    }

    /// The text as it will be saved.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.to_string()
    }

    fn tables(&self, side: Side) -> impl Iterator<Item = &Table> {
        self.0.get(side.word()).and_then(Item::as_array_of_tables).into_iter().flatten()
    }

    fn table(&self, id: &str) -> Option<&Table> {
        Side::BOTH.into_iter().flat_map(|side| self.tables(side)).find(|table| has_id(table, id))
    }

    fn table_mut(&mut self, id: &str) -> Option<&mut Table> {
        let side = Side::BOTH.into_iter().find(|side| self.tables(*side).any(|table| has_id(table, id)))?;
        let tables = self.0.get_mut(side.word())?.as_array_of_tables_mut()?;
        tables.iter_mut().find(|table| has_id(table, id))
    }

    /// The elements of a side, in the order they are drawn.
    #[must_use]
    pub fn rows(&self, side: Side) -> Vec<Row> {
        self.tables(side).map(row).collect()
    }

    /// The element of that id.
    #[must_use]
    pub fn row(&self, id: &str) -> Option<Row> {
        self.table(id).map(row)
    }

    /// Puts an element elsewhere. The box stays on the card and is never turned inside out.
    pub fn place(&mut self, id: &str, area: Area) {
        let Some(table) = self.table_mut(id) else { return };
        let area = kept_on_card(area, spill(table.get("kind").and_then(Item::as_str).unwrap_or_default()));
        let mut inline = InlineTable::new();
        for (key, number) in [("left", area.left), ("top", area.top), ("width", area.width), ("height", area.height)] {
            inline.insert(key, Value::from(hundredths(number)));
        }
        put(table, "area", Value::InlineTable(inline));
    }

    /// Sets a key with words; empty words take a key away that may be left out.
    pub fn set_words(&mut self, id: &str, key: &str, words: &str) {
        let Some(table) = self.table_mut(id) else { return };
        if words.is_empty() && matches!(key, "colour" | "fit" | "align") {
            table.remove(key);
        } else {
            put(table, key, Value::from(words));
        }
    }

    /// Sets a key with a number.
    pub fn set_number(&mut self, id: &str, key: &str, number: f32) {
        let Some(table) = self.table_mut(id) else { return };
        let whole = matches!(key, "lines" | "module");
        let number =
            if whole { Value::from(number.round().clamp(0.0, 1000.0) as i64) } else { Value::from(hundredths(number)) };
        put(table, key, number);
    }

    /// Says that an element is on the blank card already, or that it is printed.
    pub fn set_pre_printed(&mut self, id: &str, pre_printed: bool) {
        let Some(table) = self.table_mut(id) else { return };
        if pre_printed {
            put(table, "pre-printed", Value::from(true));
        } else {
            table.remove("pre-printed");
        }
    }

    /// Gives an element another id.
    pub fn rename(&mut self, id: &str, to: &str) {
        if let Some(table) = self.table_mut(id) {
            put(table, "id", Value::from(to));
        }
    }
}

fn has_id(table: &Table, id: &str) -> bool {
    table.get("id").and_then(Item::as_str) == Some(id)
}

/// Sets a value and keeps the comments beside the one it replaces.
fn put(table: &mut dyn TableLike, key: &str, mut new: Value) {
    if let Some(old) = table.get_mut(key).and_then(Item::as_value_mut) {
        *new.decor_mut() = old.decor().clone();
        *old = new;
        return;
    }
    table.insert(key, Item::Value(new));
}

/// Millimetres and points to two places: the head's dot is 0.085 mm wide.
fn hundredths(number: f32) -> f64 {
    (f64::from(number) * 100.0).round() / 100.0
}

fn number(item: &Item) -> Option<f32> {
    let number = item.as_float().or_else(|| item.as_integer().map(|whole| whole as f64))?;
    Some(number as f32)
}

fn area(table: &Table) -> Option<Area> {
    let area = table.get("area")?.as_table_like()?;
    let side = |key: &str| area.get(key).and_then(number).filter(|number| number.is_finite());
    Some(Area { left: side("left")?, top: side("top")?, width: side("width")?, height: side("height")? })
}

fn row(table: &Table) -> Row {
    let words = |key: &str| table.get(key).and_then(Item::as_str).unwrap_or_default().to_owned();
    let kind = words("kind");
    Row {
        id: words("id"),
        area: area(table),
        pre_printed: table.get("pre-printed").and_then(Item::as_bool).unwrap_or(false),
        words: words_of(&kind).iter().map(|key| (*key, words(key))).collect(),
        when: When::of(table),
        numbers: numbers_of(&kind)
            .iter()
            .map(|key| (*key, table.get(key).and_then(number).unwrap_or(if *key == "lines" { 1.0 } else { 0.0 })))
            .collect(),
        kind,
    }
}

/// The nearest box that lies on the card and so far beyond it, across and down.
fn kept_on_card(area: Area, [across, down]: [f32; 2]) -> Area {
    let width = area.width.clamp(LEAST_MM, CARD_WIDTH_MM + 2.0 * across);
    let height = area.height.clamp(LEAST_MM, CARD_HEIGHT_MM + 2.0 * down);
    // The sums are rounded: what is as wide as may be starts at the first place, and not a millionth before it.
    let last = |first: f32, most: f32| most.max(first);
    Area {
        left: area.left.clamp(-across, last(-across, CARD_WIDTH_MM + across - width)),
        top: area.top.clamp(-down, last(-down, CARD_HEIGHT_MM + down - height)),
        width,
        height,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::{Template, template::BUILT_IN_TEXT};

    #[test]
    fn what_is_not_touched_is_written_back_letter_by_letter() {
        let mut document = Document::parse(BUILT_IN_TEXT).expect("sound");
        assert_eq!(document.text(), BUILT_IN_TEXT);
        document.place("number", Area { left: 57.204, top: 40.5, width: 24.6, height: 4.0 });
        let text = document.text();
        assert!(text.contains("area = { left = 57.2, top = 40.5, width = 24.6, height = 4.0 }"), "{text}");
        let changed = text.lines().zip(BUILT_IN_TEXT.lines()).filter(|(new, old)| new != old).count();
        assert_eq!((changed, text.lines().count()), (1, BUILT_IN_TEXT.lines().count()));
        assert!(text.contains("# Printed only on training cards"));
    }

    #[test]
    fn pictures_and_boxes_may_run_on_to_the_edge_of_the_heads_image_and_words_may_not() {
        let mut document = Document::parse(BUILT_IN_TEXT).expect("sound");
        let all = Area { left: -9.0, top: -9.0, width: 200.0, height: 200.0 };
        let kept = |document: &mut Document, id: &str| {
            document.place(id, all);
            document.row(id).and_then(|row| row.area).expect("a box")
        };
        assert_eq!(kept(&mut document, "name"), Area { left: 0.0, top: 0.0, width: 85.6, height: 53.98 });
        assert_eq!(kept(&mut document, "photo"), Area { left: -0.21, top: -0.18, width: 86.02, height: 54.34 });
        let mut document = Document::parse(BUILT_IN_TEXT).expect("sound");
        document.place("band", Area { height: 8.4, ..all });
        Template::parse(&document.text()).expect("the template takes it");
    }

    #[test]
    fn words_numbers_and_ids_change_and_boxes_stay_on_the_card() {
        let mut document = Document::parse(BUILT_IN_TEXT).expect("sound");
        document.set_words("training", "text", "SAMPLE");
        document.set_words("training", "colour", "band");
        document.set_number("training", "size", 18.0);
        document.set_number("training", "lines", 2.0);
        document.rename("training", "mark");
        document.place("mark", Area { left: -20.0, top: 600.0, width: -4.0, height: 9.0 });
        let row = document.row("mark").expect("renamed");
        assert_eq!(row.area, Some(Area { left: 0.0, top: 44.98, width: 0.1, height: 9.0 }));
        assert!(row.words.contains(&("text", "SAMPLE".to_owned())) && row.numbers.contains(&("size", 18.0)));
        document.set_words("mark", "colour", "");
        assert!(!document.text().contains("SAMPLE\"\ncolour"));
        assert_eq!(document.names("fonts"), ["plain", "strong"]);
        assert!(Document::parse("[[front]\n").is_err());
    }
}
