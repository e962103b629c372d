//! Elements that are added, new or like another, where there is room for them.

use toml_edit::{ArrayOfTables, Item, Table, value};

use super::{Document, order::unplace};
use crate::face::{
    Side,
    measure::{Area, CARD_HEIGHT_MM, CARD_WIDTH_MM},
};

/// Longest id that is made of another, so that there is room for a number.
const LONGEST_STEM: usize = 34;

impl Document {
    /// Adds an element where there is room on the side, and says its id.
    pub fn add(&mut self, side: Side, kind: &str) -> String {
        let id = self.fresh_id(kind);
        let mut table = Table::new();
        table.insert("id", value(id.as_str()));
        table.insert("kind", value(kind));
        let (width, height) = match kind {
            "photo" => (18.0, 22.5),
            "line" => (30.0, 0.4),
            "qr" => (14.0, 14.0),
            // Beside the chip, before the photo of the built-in face.
            "pdf417" | "code-128" => (34.0, 9.0),
            _ => (28.0, 6.0),
        };
        let place = self.free_place(side, width, height);
        match kind {
            "text" => {
                table.insert("text", value("Text"));
                table.insert("font", value(self.names("fonts").first().map_or("plain", String::as_str)));
                table.insert("size", value(9.0));
                table.insert("minimum-size", value(6.0));
            }
            "image" => drop(table.insert("file", value("picture.png"))),
            "code-128" | "qr" | "pdf417" => {
                table.insert("text", value("{digits}"));
                table.insert("module", value(if kind == "qr" { 4 } else { 2 }));
            }
            _ => {}
        }
        let tables = self.0.entry(side.word()).or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
        if let Some(tables) = tables.as_array_of_tables_mut() {
            table.decor_mut().set_prefix("\n");
            tables.push(table);
        }
        self.place(&id, place);
        id
    }

    /// Adds another element like this one, next in the order, where there is room on the side, and says its id.
    pub fn duplicate(&mut self, id: &str) -> Option<String> {
        let (side, at) = self.position(id)?;
        let mut table = self.table(id)?.clone();
        let stem = id.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('-');
        let fresh = self.fresh_id(if stem.is_empty() { id } else { stem });
        let place = super::area(&table).map(|area| self.free_place(side, area.width, area.height));
        super::put(&mut table, "id", fresh.as_str().into());
        unplace(&mut table);
        table.set_position(None);
        table.decor_mut().set_prefix("\n");
        let tables = self.0.get_mut(side.word())?.as_array_of_tables_mut()?;
        tables.insert(at + 1, table);
        if let Some(place) = place {
            self.place(&fresh, place);
        }
        Some(fresh)
    }

    /// An id that is free, of these letters.
    fn fresh_id(&self, stem: &str) -> String {
        let stem: String = stem.chars().take(LONGEST_STEM).collect();
        let mut ids = (1..=1000).map(|number| if number == 1 { stem.clone() } else { format!("{stem}-{number}") });
        let free = |id: &String| self.table(id).is_none();
        ids.clone().find(free).or_else(|| ids.next_back()).unwrap_or(stem)
    }

    /// The first place of a coarse grid that overlaps nothing; the middle where there is none.
    fn free_place(&self, side: Side, width: f32, height: f32) -> Area {
        let mut taken: Vec<Area> = self.tables(side).filter_map(super::area).collect();
        let chip = self.0.get("keep-out").and_then(Item::as_table).and_then(super::area);
        taken.extend(chip.filter(|_| side == Side::Front));
        let steps = |most: f32| (0_u8..).map(|step| 3.0 + f32::from(step) * 2.0).take_while(move |at| *at <= most);
        let (right, bottom) = (CARD_WIDTH_MM - 3.0 - width, CARD_HEIGHT_MM - 3.0 - height);
        steps(bottom)
            .flat_map(|top| steps(right).map(move |left| Area { left, top, width, height }))
            .find(|place| !taken.iter().any(|other| other.overlaps(place)))
            .unwrap_or(Area {
                left: (CARD_WIDTH_MM - width) / 2.0,
                top: (CARD_HEIGHT_MM - height) / 2.0,
                width,
                height,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::{Template, template::BUILT_IN_TEXT};

    fn ids(document: &Document) -> Vec<String> {
        document.rows(Side::Front).into_iter().map(|row| row.id).collect()
    }

    #[test]
    fn every_kind_can_be_added_to_both_sides_of_the_built_in_face() {
        for side in Side::BOTH {
            for kind in super::super::KINDS {
                let mut document = Document::parse(BUILT_IN_TEXT).expect("sound");
                let id = document.add(side, kind);
                let text = document.text();
                assert_eq!(document.row(&id).map(|row| row.kind), Some(kind.to_owned()));
                let template = Template::parse(&text).unwrap_or_else(|error| panic!("{kind}: {error}\n{text}"));
                assert!(template.elements(side).iter().any(|element| element.id == id));
                document.remove(&id);
                assert_eq!(document.text(), BUILT_IN_TEXT);
            }
        }
    }

    #[test]
    fn every_element_can_be_doubled_and_taken_away() {
        for id in ids(&Document::parse(BUILT_IN_TEXT).expect("sound")) {
            let mut document = Document::parse(BUILT_IN_TEXT).expect("sound");
            let copy = document.duplicate(&id).expect("there");
            assert_eq!(copy, format!("{id}-2"));
            let like = |row: super::super::Row| (row.kind, row.words, row.numbers, row.when, row.pre_printed);
            assert_eq!(document.row(&copy).map(like), document.row(&id).map(like));
            assert_eq!(document.duplicate(&copy), Some(format!("{id}-3")));
            document.remove(&copy);
            document.remove(&format!("{id}-3"));
            assert_eq!(document.text(), BUILT_IN_TEXT);
            document.remove(&id);
            let text = document.text();
            assert!(text.contains("# Elements of the front") && text.contains("# A back is written"), "{text}");
            assert_eq!(text.contains("nobody takes one"), id != "training");
            Template::parse(&text).unwrap_or_else(|error| panic!("{id}: {error}"));
        }
        let mut document = Document::parse(BUILT_IN_TEXT).expect("sound");
        ids(&document).iter().for_each(|id| document.remove(id));
        assert!(document.text().contains("# Elements of the front"));
        assert_eq!(document.duplicate("name"), None);
    }
}
