//! Words the program does not know, and the form of its answers.

use crate::desk::Desk;

#[test]
fn a_wrong_command_line_ends_with_2_and_names_the_mistake() {
    let desk = Desk::new();
    for (words, named) in [
        (&["isue"][..], "isue"),
        (&["issue"], "--holder"),
        (&["issue", "--holder", "555000000017", "--locked", "--passcode-stdin"], "--passcode-stdin"),
        (&["issue", "--holder", "555000000017", "--passcode", "x"], "--passcode"),
        (&["print", "--holder", "555000000017", "--card", "xyz"], "xyz"),
        (&["cards", "--officer", "12"], "12-digit"),
        (&["gateway", "--listen", "nowhere"], "nowhere"),
        (&["tour"], "--out"),
        (&["audit"], "verify"),
    ] {
        let ran = desk.run(words).expect(2);
        assert!(ran.stderr.contains(named), "{words:?} does not name {named}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{words:?} has no answer");
        let document = desk.run(&[words, &["--json"]].concat()).expect(2).json();
        assert_eq!(document["outcome"], "usage", "{words:?}");
    }
}

#[test]
fn without_a_command_and_without_a_screen_it_says_what_there_is() {
    let desk = Desk::new();
    let mut command = desk.command(&[]);
    let ran = command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").output().expect("the program");
    let message = String::from_utf8(ran.stderr).expect("text");
    assert_eq!(ran.status.code(), Some(1), "{message}");
    for word in ["no window can be opened", "tour", "issue", "print", "resume", "--help"] {
        assert!(message.contains(word), "{word}: {message}");
    }
}

#[test]
fn help_and_version_are_answers() {
    let desk = Desk::new();
    assert!(desk.run(&["--version"]).expect(0).stdout.contains(env!("CARGO_PKG_VERSION")));
    let help = desk.run(&["--help"]).expect(0).stdout;
    for command in [
        "tour",
        "cards",
        "unlock",
        "repair",
        "renew",
        "clear",
        "cancel",
        "passcode",
        "issue",
        "print",
        "printers",
        "queue",
        "resume",
        "audit",
        "gateway",
        "training-card",
        "config",
    ] {
        assert!(help.contains(command), "help does not name {command}");
        assert!(desk.run(&[command, "--help"]).expect(0).stdout.contains("--json"), "{command}");
    }
}

#[test]
fn every_command_answers_with_one_document() {
    let desk = Desk::new();
    for words in [
        &["cards"][..],
        &["printers"],
        &["queue"],
        &["resume"],
        &["audit", "verify"],
        &["audit", "export"],
        &["config"],
        &["config", "--explain"],
    ] {
        let document = desk.run(&[words, &["--json"]].concat()).expect(0).json();
        assert_eq!(document["outcome"], "done", "{words:?}: {document}");
    }
}

#[test]
fn training_readers_and_the_virtual_printer_are_there_from_the_start() {
    let desk = Desk::new();
    let cards = desk.run(&["cards", "--json"]).expect(0).json();
    let readers = cards["readers"].as_array().expect("readers");
    for name in ["Training reader 1", "Training reader 2"] {
        let reader = readers.iter().find(|r| r["reader"] == name).unwrap_or_else(|| panic!("{name} in {cards}"));
        assert!(reader["serial"].is_string() && reader["profile"] == "training", "{reader}");
    }
    assert!(desk.run(&["cards"]).expect(0).stdout.contains("Training reader 1"));
    let printers = desk.run(&["printers", "--json"]).expect(0).json();
    assert_eq!(printers["printers"][0]["destination"], "virtual");
    assert_eq!(printers["printers"][0]["ready"], true);
}
