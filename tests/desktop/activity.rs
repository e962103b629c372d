//! Activity: searched, judged and written to files.

use std::{process::Command, time::Instant};

use cardwright::{
    bench::{Activity, Event, Order, Ticket, Trouble},
    cis2::wire::{AuditHead, AuditRow, Base64},
    desktop::{
        model::{
            Model,
            activity::{self, Chain, Format, written},
        },
        route::Route,
    },
};
use eframe::egui::{Key, accesskit::Role};
use egui_kittest::kittest::{By, NodeT, Queryable};
use serde_json::json;

use crate::{
    bench_bar::at_work,
    harness::{TestWindow, pure},
};

pub fn row(sequence: u64) -> AuditRow {
    let events = ["session.begun", "issuance.reserved", "issuance.confirmed", "print.recorded"];
    AuditRow {
        sequence,
        at: "2026-11-24T09:15:00Z".into(),
        officer: Some("555000000003".parse().expect("a number")),
        event: events[sequence as usize % events.len()].into(),
        detail: json!({
            "holder": format!("5550000{sequence:05}"), "serial": format!("0A1B2C{sequence:06}"), "outcome": "printed",
        }),
        previous: AuditHead::EMPTY.into(),
        hash: AuditHead::EMPTY.into(),
    }
}

pub fn shown(rows: u64) -> Model {
    let mut model = at_work();
    model.go(Route::Activity);
    let ticket = asked(&mut model);
    let piece = Activity { rows: (1..=rows).map(row).collect(), head: None, witness: None };
    model.on_event(&Event::Activity { ticket, result: Ok(piece) });
    model
}

fn asked(model: &mut Model) -> Ticket {
    let asked = model.take_orders().into_iter().rev().find_map(|order| match order {
        Order::Activity { ticket, .. } => Some(ticket),
        _ => None,
    });
    asked.expect("the audit was asked for")
}

fn type_query(model: &mut Model, query: &str) {
    model.update(activity::Intent::Query(query.into()).into());
}

#[test]
fn every_word_typed_narrows_by_who_what_number_serial_and_date() {
    let mut model = shown(10_000);
    assert_eq!(model.activity.shown.len(), 10_000);
    assert_eq!(model.activity.chosen_line().map(|line| line.row.sequence), Some(10_000), "newest first");
    for (query, rows) in [
        ("certificates made good", 2_500),
        ("Sam Agent", 10_000),
        ("555 000 000 003", 10_000),
        ("555000004242", 1),
        ("555 000 004 242", 1),
        ("0a1b2c004242", 1),
        ("24 nov 2026", 10_000),
        ("nobody was here", 0),
    ] {
        let begun = Instant::now();
        type_query(&mut model, query);
        assert_eq!(model.activity.shown.len(), rows, "{query}");
        assert!(begun.elapsed().as_millis() < 500, "{query} took {:?}", begun.elapsed());
    }
}

#[test]
fn newer_rows_come_on_top_and_nothing_that_was_not_asked_for_comes_at_all() {
    let mut model = shown(3);
    type_query(&mut model, "signed in");
    assert_eq!(model.activity.shown.len(), 0);
    model.on_event(&Event::Activity {
        ticket: Ticket(u64::MAX),
        result: Ok(Activity { rows: vec![row(4)], head: None, witness: None }),
    });
    assert_eq!(model.activity.lines.len(), 3);
    model.update(activity::Intent::Refresh.into());
    let orders = model.take_orders();
    let [Order::Activity { ticket, after: 3 }] = orders.as_slice() else { panic!("{orders:?}") };
    let piece = Activity { rows: vec![row(3), row(4), row(5)], head: None, witness: None };
    model.on_event(&Event::Activity { ticket: *ticket, result: Ok(piece) });
    assert_eq!(model.activity.lines.len(), 5, "a row that is known does not come twice");
    assert_eq!(model.activity.shown.len(), 1);
    model.on_event(&Event::Activity { ticket: *ticket, result: Err(Trouble::unchanged("no answer")) });
    assert_eq!(model.activity.trouble.as_ref().map(|trouble| trouble.message.as_str()), Some("no answer"));
}

#[test]
fn a_broken_chain_a_wrong_signature_and_another_record_are_said_with_what_to_do() {
    let mut model = shown(2);
    let ticket = Ticket(model.activity.asked.expect("still being answered").0);
    let head = |broken_at| AuditHead {
        rows: 2,
        hash: AuditHead::EMPTY.into(),
        broken_at,
        signature: Base64(vec![0; 64]),
        public_key: Base64(vec![0; 32]),
    };
    let told = |head, witness| Event::Activity {
        ticket,
        result: Ok(Activity { rows: Vec::new(), head: Some(head), witness: Some(witness) }),
    };
    model.on_event(&told(head(None), Ok(())));
    assert_eq!(model.activity.chain(), Chain::NotSigned);
    model.activity.asked = Some(ticket);
    model.on_event(&told(head(Some(2)), Ok(())));
    assert_eq!(model.activity.chain(), Chain::BrokenAt(2));
    let harness = pure(model, (640.0, 400.0));
    let said = harness.get_by_label_contains("Entry 2 does not fit the one before it");
    assert!({
        let node = said.accesskit_node();
        node.label().or_else(|| node.value()).unwrap_or_default().contains("tell your RA Manager")
    });
}

#[test]
fn a_spreadsheet_reads_what_was_written_and_never_a_formula() {
    let mut model = shown(2);
    let ticket = {
        model.update(activity::Intent::Refresh.into());
        asked(&mut model)
    };
    let mut evil = row(3);
    evil.event = "=HYPERLINK(\"http://x\")".into();
    evil.detail = json!({ "note": "a \"quoted\", line\r\nand another", "serial": "+1+1" });
    model.on_event(&Event::Activity { ticket, result: Ok(Activity { rows: vec![evil], head: None, witness: None }) });
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("activity.csv");
    std::fs::write(&file, written(&model.activity, Format::Csv)).expect("written");
    let script = "import csv,json,sys\nprint(json.dumps(list(csv.reader(open(sys.argv[1], encoding='utf-8-sig', newline=''), strict=True))))";
    let read = Command::new("python3").args(["-c", script]).arg(&file).output().expect("python3");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let rows: Vec<Vec<String>> = serde_json::from_slice(&read.stdout).expect("rows");
    assert_eq!(rows.len(), 4);
    assert!(rows.iter().all(|row| row.len() == rows[0].len()));
    assert_eq!(rows[1][3], "'=HYPERLINK(\"http://x\")");
    assert_eq!(rows[1][7], "'+1+1");
    let detail: serde_json::Value = serde_json::from_str(&rows[1][9]).expect("the details whole");
    assert_eq!(detail["note"], "a \"quoted\", line\r\nand another");
    assert!(rows.iter().flatten().all(|cell| !cell.starts_with(['=', '+', '-', '@'])));
    let json: serde_json::Value = serde_json::from_str(&written(&model.activity, Format::Json)).expect("JSON");
    let back: AuditRow = serde_json::from_value(json["rows"][2].clone()).expect("a row");
    assert_eq!(back, row(1));
}

#[test]
fn the_real_record_is_whole_searched_by_keyboard_and_exported() {
    let mut window = TestWindow::signed_in();
    window.click("Activity");
    window.wait_for("the end of the record", |model| model.activity.head.is_some());
    window.wait_for_label("The record is whole");
    let all = window.model().activity.lines.len();
    window.harness.get_by_label("Search").focus();
    window.run();
    window.harness.get_by_label("Search").type_text("signed in");
    window.run();
    let found = window.model().activity.shown.len();
    assert!(found >= 1 && found < all, "{found} of {all}");
    window.harness.get(By::new().role(Role::Button).label("Export as CSV…")).focus();
    window.run();
    window.harness.key_press(Key::Enter);
    window.run();
    let file = window.folder.path().join("out.csv");
    window
        .harness
        .state_mut()
        .model
        .update(activity::Intent::Export { format: Format::Csv, file: file.clone() }.into());
    window.wait_for_label("Written to");
    let text = std::fs::read_to_string(&file).expect("the file");
    assert_eq!(text, written(&window.model().activity, Format::Csv));
    assert_eq!(text.lines().count(), found + 1);
    // A file that cannot be written is said.
    let nowhere = window.folder.path().join("no").join("such").join("out.json");
    window.harness.state_mut().model.update(activity::Intent::Export { format: Format::Json, file: nowhere }.into());
    window.wait_for_label("cannot be written");
}
