//! Holders at the command line: their own card, no officer.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::Command,
};

use crate::desk::Desk;

const READER: &str = "Training reader 1";

fn issue(desk: &Desk, holder: &str, reader: &str) {
    let words = ["issue", "--json", "--holder", holder, "--reader", reader, "--passcode-stdin"];
    desk.run_with(&words, "738164\n").expect(0);
}

fn works_with(desk: &Desk, passcode: &str) {
    desk.run_with(&["cards", "--try", READER, "--passcode-stdin"], &format!("{passcode}\n")).expect(0);
}

/// Runs an unlock by code: takes the code out of the message as it comes, and types it and the new passcode.
pub fn unlock_by_code(mut command: Command, messages: &Path, passcode: &str) {
    let mut child = command.spawn().expect("the binary starts");
    let mut told = BufReader::new(child.stderr.take().expect("piped"));
    let mut seen = String::new();
    // It says where the code went, and then waits for it.
    while !seen.contains("A code was sent to h•••@people.training.invalid") {
        assert!(told.read_line(&mut seen).expect("text") > 0, "{seen}");
    }
    let file = fs::read_dir(messages).expect("messages").flatten().next().expect("one message");
    let text = fs::read_to_string(file.path()).expect("a message");
    let digits = |word: &&str| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit());
    let code = text.split_whitespace().find(digits).expect("a code");
    let answers = format!("{code}\n{passcode}\n");
    child.stdin.take().expect("piped").write_all(answers.as_bytes()).expect("written");
    told.read_to_string(&mut seen).expect("text");
    let mut document = String::new();
    child.stdout.take().expect("piped").read_to_string(&mut document).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(0), "{seen}");
    assert!(!seen.contains(code) && !document.contains(code), "{seen}{document}");
}

#[test]
fn a_holder_changes_the_passcode_and_is_told_when_to_renew() {
    let desk = Desk::new();
    issue(&desk, "555000000017", READER);
    let own = |action: &str, stdin: &str| {
        desk.run_with(&["self-service", action, "--json", "--reader", READER, "--passcode-stdin"], stdin)
    };
    let changed = own("change-passcode", "738164\n295183\n").expect(0).json();
    assert_eq!(changed["operation"], "change-passcode");
    works_with(&desk, "295183");
    let early = own("renew", "295183\n").expect(3);
    assert!(early.stderr.contains("can be renewed from"), "{}", early.stderr);
    let wrong = own("change-passcode", "111992\n295183\n").expect(1);
    assert!(wrong.stderr.contains("2 tries are left"), "{}", wrong.stderr);
    let help = desk.run(&["self-service", "--help"]).expect(0);
    assert!(["change-passcode", "renew", "unlock"].iter().all(|word| help.stdout.contains(word)), "{}", help.stdout);
}

#[test]
fn a_holder_unlocks_with_a_code_that_was_sent() {
    let desk = Desk::new();
    issue(&desk, "555000000017", READER);
    let mut command = desk.command(&["self-service", "unlock", "--json", "--reader", READER, "--passcode-stdin"]);
    command.env("PCSCLITE_CSOCK_NAME", desk.path().join("no-service"));
    unlock_by_code(command, &desk.path().join("data/gateway/messages"), "295183");
    works_with(&desk, "295183");
}

#[test]
fn who_has_no_address_is_sent_to_the_desk_with_their_card() {
    let desk = Desk::new();
    issue(&desk, "555000000019", READER);
    let refused = desk.run_with(&["self-service", "unlock", "--json", "--reader", READER, "--passcode-stdin"], "");
    let refused = refused.expect(3).json();
    let remedy = refused["reasons"][0]["remedy"].as_str().expect("a remedy");
    assert!(remedy.contains("take the card to its desk"), "{refused}");
}
