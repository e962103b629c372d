//! A training card that wants a secure channel: got with one command, issued, unlocked and cleared like any other, refused
//! where no gateway answers, and every operation on it behind pcscd.

use std::sync::{Arc, Mutex};

use cardwright::{card::virtual_card::VirtualCard, training::TrainingStock};
use serde_json::Value;

use crate::{
    desk::Desk,
    office::HOLDER,
    on_cards_judged::{ends, pairs, passcodes_over_channel},
};

const READER: &str = "Training reader 1";

/// A desk with such a card in its first reader.
fn desk() -> (Desk, String) {
    let desk = Desk::new();
    let put = desk.run(&["training-card", "--json", "--reader", READER, "--secure-channel"]).expect(0).json();
    (desk, put["serial"].as_str().expect("a serial").to_owned())
}

fn run(desk: &Desk, words: &[&str], stdin: &str) -> Value {
    desk.run_with(&[words, &["--json", "--reader", READER]].concat(), stdin).expect(0).json()
}

fn names(document: &Value) -> Vec<&str> {
    let steps = document["steps"].as_array().expect("steps");
    steps.iter().map(|step| step["step"].as_str().expect("a name")).collect()
}

#[test]
fn it_is_issued_unlocked_and_cleared_over_its_channel() {
    let (desk, serial) = desk();
    let issued = run(&desk, &["issue", "--holder", HOLDER, "--locked"], "");
    assert_eq!(issued["serial"], serial.as_str());
    for (words, stdin) in [
        (&["unlock", "--delivered", "--passcode-stdin"][..], "738164\n"),
        (&["unlock", "--passcode-stdin"], "904261\n"),
        (&["clear", "--yes"], ""),
    ] {
        let done = run(&desk, words, stdin);
        assert!(names(&done).contains(&"open-channel"), "{words:?}: {done}");
        assert_eq!(done["serial"], serial.as_str());
    }
    let cards = desk.run(&["cards", "--json", "--reader", READER]).expect(0).json();
    assert_eq!(cards["readers"][0]["standing"], "empty", "{cards}");
    assert!(names(&issued).contains(&"open-channel"), "{issued}");
    // The usual card wants none.
    desk.run(&["training-card", "--reader", READER]).expect(0);
    let usual = run(&desk, &["issue", "--holder", HOLDER, "--passcode-stdin"], "738164\n");
    assert!(!names(&usual).contains(&"open-channel"), "{usual}");
}

#[test]
fn it_is_not_unlocked_by_telephone_and_that_is_said_before_anybody_is_called() {
    let (desk, serial) = desk();
    run(&desk, &["issue", "--holder", HOLDER, "--passcode-stdin"], "738164\n");
    let refused = desk.run(&["unlock", "--offline", "--json", "--reader", READER]).expect(1);
    assert!(!refused.stderr.contains("Challenge"), "{}", refused.stderr);
    let message = refused.json()["message"].as_str().expect("why").to_owned();
    for words in [&serial, "secure channel", "when the gateway answers", "nothing was changed"] {
        assert!(message.contains(words), "{message}");
    }
    // Nothing of it is on record, and the card works as it did.
    assert_eq!(desk.run(&["resume", "--json"]).expect(0).json()["jobs"], serde_json::json!([]));
    desk.run_with(&["passcode", "--passcode-stdin", "--reader", READER], "738164\n904261\n").expect(0);
}

/// Such a card for a reader of pcscd.
fn card() -> Arc<Mutex<VirtualCard>> {
    Arc::new(Mutex::new(VirtualCard::new(&TrainingStock::SecureChannel.blank_card().expect("a blank card"))))
}

#[test]
fn passcodes_of_a_card_of_a_secure_channel_behind_pcscd() {
    passcodes_over_channel((card(), ""));
}

#[test]
fn renew_and_repair_of_a_card_of_a_secure_channel_behind_pcscd() {
    pairs((card(), ""));
}

#[test]
fn clear_and_cancel_of_a_card_of_a_secure_channel_behind_pcscd() {
    ends((card(), ""));
}
