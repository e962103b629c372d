//! The print queue from the command line.

use cardwright::journal::{Journal, NewEntry, QueueState};

use crate::desk::Desk;

#[test]
fn the_queue_is_shown_in_its_order_with_what_became_of_each() {
    let desk = Desk::new();
    assert!(desk.run(&["queue"]).expect(0).stdout.contains("empty"));
    let journal = Journal::open(&desk.path().join("data")).expect("the desk's journal");
    let add = |number: u32| {
        let new = NewEntry {
            holder: format!("55500000000{number}").parse().expect("a number"),
            serial: format!("0A1B2C0{number}").parse().expect("a serial"),
            printer: "Training printer".to_owned(),
            reason: (number == 2).then(|| "the ribbon creased".to_owned()),
        };
        journal.queue_add(new).expect("adds").id
    };
    let [first, second, third] = [1, 2, 3].map(add);
    journal.queue_set(first, QueueState::Cancelled, None, None).expect("cancels");
    journal.queue_move(third, Some(second)).expect("moves");
    journal.queue_set(third, QueueState::Printing, None, None).expect("prints");
    // Another command looks while this process prints, and leaves it alone.
    let shown = desk.run(&["queue", "--json"]).expect(0).json();
    let told: Vec<_> = shown["queue"].as_array().expect("entries").iter().map(|e| (&e["id"], &e["state"])).collect();
    let expected = [(third, "printing"), (second, "waiting"), (first, "cancelled")];
    assert_eq!(told.len(), 3, "{shown}");
    for ((id, state), (expected_id, expected_state)) in told.into_iter().zip(expected) {
        assert_eq!((id.as_i64(), state.as_str()), (Some(expected_id), Some(expected_state)), "{shown}");
    }
    assert_eq!(shown["queue"][1]["reason"], "the ribbon creased");

    drop(journal);
    let text = desk.run(&["queue"]).expect(0).stdout;
    let line = text.lines().find(|line| line.contains("0A1B2C03")).unwrap_or_else(|| panic!("{text}"));
    assert!(line.starts_with(&third.to_string()) && line.contains("failed") && line.contains("output tray"), "{line}");
}
