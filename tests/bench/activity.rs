//! The audit in pieces, and files written for officers.

use cardwright::bench::{Activity, Event, Order};

use crate::desk::{RA_AGENT, TestDesk};

fn activity(desk: &mut TestDesk, after: u64) -> Vec<Activity> {
    let asked = desk.ticket();
    desk.order(Order::Activity { ticket: asked, after });
    let mut pieces: Vec<Activity> = Vec::new();
    desk.until("the last piece", |event| match event {
        Event::Activity { ticket, result } if *ticket == asked => {
            pieces.push(result.clone().expect("the gateway answers"));
            pieces.last().is_some_and(|piece| piece.head.is_some()).then_some(())
        }
        _ => None,
    });
    pieces
}

#[test]
fn rows_come_once_and_the_last_piece_says_that_they_fit() {
    let mut desk = TestDesk::signed_in(RA_AGENT);
    let pieces = activity(&mut desk, 0);
    let rows: Vec<u64> = pieces.iter().flat_map(|piece| &piece.rows).map(|row| row.sequence).collect();
    assert!(!rows.is_empty() && rows.iter().copied().eq(1..=rows.len() as u64), "{rows:?}");
    assert_eq!(pieces.last().and_then(|piece| piece.witness.clone()), Some(Ok(())));
    let known = rows.len() as u64;

    desk.sign_in(RA_AGENT);
    let later = activity(&mut desk, known);
    let rows: Vec<u64> = later.iter().flat_map(|piece| &piece.rows).map(|row| row.sequence).collect();
    assert!(rows.first() == Some(&(known + 1)), "only what is new: {rows:?}");
    assert_eq!(later.last().and_then(|piece| piece.witness.clone()), Some(Ok(())));
}

#[test]
fn a_head_that_the_audit_does_not_bear_out_is_told() {
    let mut desk = TestDesk::signed_in(RA_AGENT);
    let pieces = activity(&mut desk, 0);
    let head = pieces.last().and_then(|piece| piece.head.clone()).expect("it comes with the last piece");
    let journal = &desk.workplace.journal;
    let (signature, key) = (&head.signature.0, &head.public_key.0);
    journal
        .keep_head(desk.workplace.gateway_name(), head.rows + 500, &head.hash, signature, key)
        .expect("it is written");
    let pieces = activity(&mut desk, 0);
    let witness = pieces.last().and_then(|piece| piece.witness.clone()).expect("it comes with the last piece");
    assert!(witness.is_err_and(|why| why.contains("cut off")));
}

#[test]
fn a_file_is_written_or_it_is_said_why_not() {
    let mut desk = TestDesk::new();
    let file = desk.data().join("activity.csv");
    let asked = desk.ticket();
    desk.order(Order::Export { ticket: asked, file: file.clone(), text: "when,what\n".to_owned() });
    let elsewhere = desk.ticket();
    let missing = desk.data().join("no folder").join("activity.csv");
    desk.order(Order::Export { ticket: elsewhere, file: missing, text: String::new() });
    let mut exported = |asked| {
        desk.until("an answer", |event| match event {
            Event::Exported { ticket, result } if *ticket == asked => Some(result.clone()),
            _ => None,
        })
    };
    assert_eq!(exported(asked), Ok(()));
    assert!(exported(elsewhere).is_err_and(|why| why.message.contains("no folder")));
    assert_eq!(std::fs::read_to_string(file).expect("it is there"), "when,what\n");
}
