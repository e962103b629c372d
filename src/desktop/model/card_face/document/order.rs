//! Elements before and behind each other: moved, and taken away. A comment that stands directly above an element goes with it;
//! one with an empty line below it stays where it is.

use toml_edit::{Item, Table};

use super::Document;
use crate::face::Side;

impl Document {
    /// Where an element is in the order its side is drawn in, from 0.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<(Side, usize)> {
        let at = |side| self.tables(side).position(|table| super::has_id(table, id));
        Side::BOTH.into_iter().find_map(|side| Some((side, at(side)?)))
    }

    /// Moves an element to a place in the order its side is drawn in, from 0 for the first, which all others lie over. A
    /// place behind the last is the last.
    pub fn reorder(&mut self, id: &str, to: usize) {
        let Some((side, from)) = self.position(id) else { return };
        let Some(tables) = self.0.get_mut(side.word()).and_then(Item::as_array_of_tables_mut) else { return };
        let to = to.min(tables.len().saturating_sub(1));
        if from == to {
            return;
        }
        let mut moved: Vec<Table> = tables.iter().cloned().collect();
        let places: Vec<_> = moved.iter().map(|table| (table.position(), parted(&prefix(table)).0)).collect();
        let table = moved.remove(from);
        moved.insert(to, table);
        for (table, (position, stays)) in moved.iter_mut().zip(places) {
            let goes = parted(&prefix(table)).1;
            table.decor_mut().set_prefix(format!("{stays}{goes}"));
            unplace(table);
            table.set_position(position);
        }
        tables.clear();
        tables.extend(moved);
    }

    /// Takes an element away.
    pub fn remove(&mut self, id: &str) {
        let Some((side, at)) = self.position(id) else { return };
        let Some(tables) = self.0.get_mut(side.word()).and_then(Item::as_array_of_tables_mut) else { return };
        let (stays, _) = parted(&prefix(&tables.remove(at)));
        if stays.trim().is_empty() {
            return;
        }
        match tables.get_mut(at) {
            Some(next) => {
                let below = prefix(next);
                next.decor_mut().set_prefix(format!("{stays}{}", below.strip_prefix('\n').unwrap_or(&below)));
            }
            None => {
                let below = self.0.trailing().as_str().unwrap_or_default().to_owned();
                self.0.set_trailing(format!("{stays}{}", below.strip_prefix('\n').unwrap_or(&below)));
            }
        }
    }
}

fn prefix(table: &Table) -> String {
    // What was never read from a file is set off by an empty line.
    table.decor().prefix().map_or("\n", |prefix| prefix.as_str().unwrap_or("\n")).to_owned()
}

/// What stands above an element: what stays, and the comment directly above, which goes with it.
fn parted(above: &str) -> (String, String) {
    let mut at = above.len();
    for line in above.split_inclusive('\n').rev() {
        // What has no end of line stands before the header on its own line.
        if line.ends_with('\n') && line.trim().is_empty() {
            break;
        }
        at -= line.len();
    }
    let (stays, goes) = above.split_at(at);
    (stays.to_owned(), goes.to_owned())
}

/// Tables inside an element follow it, wherever it goes.
pub(super) fn unplace(table: &mut Table) {
    for (_, item) in table.iter_mut() {
        if let Some(inner) = item.as_table_mut() {
            inner.set_position(None);
            unplace(inner);
        }
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
    fn any_order_is_written_and_read_and_every_comment_stays() {
        let count = ids(&Document::parse(BUILT_IN_TEXT).expect("sound")).len();
        let comments = |text: &str| {
            let mut lines: Vec<String> = text.lines().filter(|line| line.starts_with('#')).map(str::to_owned).collect();
            lines.sort();
            lines
        };
        for from in 0..count {
            for to in 0..count + 1 {
                let mut document = Document::parse(BUILT_IN_TEXT).expect("sound");
                let mut expected = ids(&document);
                let id = expected.remove(from);
                expected.insert(to.min(count - 1), id.clone());
                document.reorder(&id, to);
                let text = document.text();
                let again = Document::parse(&text).expect("sound");
                assert_eq!((ids(&document), ids(&again)), (expected.clone(), expected), "{from} to {to}");
                assert_eq!(comments(&text), comments(BUILT_IN_TEXT), "{text}");
                assert!(text.contains("nobody takes one for a real card.\n[[front]]\nid = \"training\""), "{text}");
                let first = text.find("[[front]]").expect("there");
                assert!(text.find("# Elements of the front").is_some_and(|at| at < first), "{text}");
                Template::parse(&text).expect("sound");
                document.reorder(&id, from);
                assert_eq!(document.text(), BUILT_IN_TEXT, "{from} to {to} and back");
            }
        }
    }

    #[test]
    fn tables_of_its_own_go_with_an_element_and_sides_that_are_mixed_stay_apart() {
        let text = format!(
            "{}\n[front.when]\npurpose = \"live\"\n\n[[back]]\nid = \"note\"\nkind = \"box\"\n\
             area = {{ left = 4.0, top = 4.0, width = 5.0, height = 5.0 }}\n\n[[front]]\nid = \"last\"\nkind = \"box\"\n\
             area = {{ left = 24.0, top = 10.4, width = 5.0, height = 5.0 }}\n",
            BUILT_IN_TEXT.trim_end()
        );
        let mut document = Document::parse(&text).expect("sound");
        for (id, to) in [("name", 0), ("last", 1), ("number", 6)] {
            document.reorder(id, to);
        }
        let template = Template::parse(&document.text()).expect("sound");
        let order: Vec<&str> = template.front.iter().map(|element| element.id.as_str()).collect();
        assert_eq!(order, ["name", "last", "band", "band-title", "photo", "training", "number"]);
        let conditions: Vec<&str> = template
            .front
            .iter()
            .filter(|element| element.when != crate::face::template::Condition::default())
            .map(|element| element.id.as_str())
            .collect();
        assert_eq!(conditions, ["name", "training"]);
        let copy = document.duplicate("name").expect("there");
        let again = Document::parse(&document.text()).expect("sound");
        let when = |id: &str| again.row(id).expect("there").when;
        assert_eq!((when(&copy).purpose.as_str(), when(&copy)), ("live", when("name")));
        assert_eq!(document.position(&copy), Some((Side::Front, 1)));
    }
}
