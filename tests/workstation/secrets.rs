//! A passcode is looked for in everything the program leaves and says.

use crate::desk::{Desk, files};

/// Eight digits that turn up nowhere by chance.
const PASSCODE: &str = "90426183";

#[test]
fn the_passcode_is_in_no_file_and_no_answer_but_the_card_itself() {
    let desk = Desk::new();
    let named = desk.run(&["issue", "--holder", "555", "--locked", "--reader", "Training reader 1"]).expect(2).stderr;
    let list = named.split("one of these: ").nth(1).expect("it names holders").trim_end().to_owned();
    let mut said = String::new();
    let issued = list.split("; ").any(|entry| {
        let holder: String = entry.chars().filter(char::is_ascii_digit).take(12).collect();
        let words = ["issue", "--holder", &holder, "--reader", "Training reader 1", "--passcode-stdin"];
        let ran = desk.run_with(&words, &format!("{PASSCODE}\n"));
        said += &format!("{}{}", ran.stdout, ran.stderr);
        ran.code == 0
    });
    assert!(issued, "{said}");
    for words in [&["audit", "export"][..], &["audit", "export", "--json"], &["cards", "--json"], &["resume", "--json"]]
    {
        let ran = desk.run(words).expect(0);
        said += &format!("{}{}", ran.stdout, ran.stderr);
    }
    assert!(!said.contains(PASSCODE), "the program said it");

    let all = files(&desk.path().join("data"));
    assert!(all.iter().any(|file| file.ends_with("journal.sqlite")), "the journal is among {all:?}");
    let in_hexadecimal: String = PASSCODE.bytes().map(|b| format!("{b:02x}")).collect();
    for file in all {
        // The training card is the chip: what it keeps stands for the inside of one.
        if file.parent().is_some_and(|folder| folder.ends_with("training-readers")) {
            continue;
        }
        let content = String::from_utf8_lossy(&std::fs::read(&file).expect("it can be read")).to_lowercase();
        assert!(!content.contains(PASSCODE), "{} holds it", file.display());
        assert!(!content.contains(&in_hexadecimal), "{} holds it in hexadecimal", file.display());
    }
}
