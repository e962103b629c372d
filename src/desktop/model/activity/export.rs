//! What is shown, as a file.

use std::path::{Path, PathBuf};

use directories::UserDirs;

use super::{Line, State};
use crate::desktop::{text::Value, wording::TEXTS};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For a spreadsheet: RFC 4180 in UTF-8.
    Csv,
    /// For programs: every row as the service keeps it, so that the chain can be computed again.
    Json,
}

impl Format {
    /// How names of such files end.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

/// The columns of the spreadsheet.
const COLUMNS: [&str; 12] = [
    "activity-column-number",
    "activity-column-at",
    "activity-column-what",
    "activity-column-event",
    "activity-column-who",
    "activity-column-officer",
    "activity-column-holder",
    "activity-column-card",
    "activity-column-job",
    "activity-column-details",
    "activity-column-previous",
    "activity-column-hash",
];

/// Where it is written unless the officer says otherwise: the documents, or the home folder. The day in its name is that
/// of the newest row shown.
pub(super) fn usual_file(state: &State, format: Format) -> String {
    let day = state.shown.first().and_then(|place| state.lines.get(*place)).and_then(|line| line.row.at.get(..10));
    let name = format!("cardwright-activity-{}.{}", day.unwrap_or("empty"), format.ending());
    let folder = UserDirs::new().map(|user| user.document_dir().unwrap_or_else(|| user.home_dir()).to_owned());
    folder.unwrap_or_else(|| PathBuf::from(".")).join(name).to_string_lossy().into_owned()
}

/// Says that a file is there.
pub(super) fn done(file: &Path) -> String {
    TEXTS.with("activity-exported", &[("file", Value::Text(&file.to_string_lossy()))])
}

/// What is shown, newest first.
#[must_use]
pub fn written(state: &State, format: Format) -> String {
    let lines = state.shown.iter().filter_map(|place| state.lines.get(*place));
    match format {
        Format::Csv => csv(lines),
        Format::Json => {
            let rows: Vec<&crate::cis2::wire::AuditRow> = lines.map(|line| &line.row).collect();
            let head = state.head.as_ref().map(|(head, _)| head);
            let whole = serde_json::json!({ "search": state.query, "head": head, "rows": rows });
            let mut text = serde_json::to_string_pretty(&whole).unwrap_or_default();
            text.push('\n');
            text
        }
    }
}

fn csv<'a>(lines: impl Iterator<Item = &'a Line>) -> String {
    // The mark at the start tells spreadsheets that this is UTF-8.
    let mut text = String::from('\u{feff}');
    let mut record = |cells: &[&str]| {
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                text.push(',');
            }
            put_cell(&mut text, cell);
        }
        text.push_str("\r\n");
    };
    let names = COLUMNS.map(|key| TEXTS.get(key));
    record(&names.each_ref().map(String::as_str));
    for line in lines {
        let fact = |name: &str| line.row.detail.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
        record(&[
            &line.row.sequence.to_string(),
            &line.row.at,
            &line.what,
            &line.row.event,
            &line.who,
            line.row.officer.as_ref().map_or("", |officer| officer.as_str()),
            fact("holder"),
            &line.card,
            fact("job"),
            &line.row.detail.to_string(),
            &line.row.previous,
            &line.row.hash,
        ]);
    }
    text
}

/// One cell (RFC 4180, 2.5 to 2.7). What a spreadsheet would take for a formula gets an apostrophe before it.
fn put_cell(text: &mut String, cell: &str) {
    let formula =
        cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    text.push('"');
    if formula {
        text.push('\'');
    }
    for letter in cell.chars() {
        if letter == '"' {
            text.push('"');
        }
        text.push(letter);
    }
    text.push('"');
}
