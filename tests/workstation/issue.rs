//! Issue and print from the command line, and every way they are refused.

use serde_json::Value;

use crate::desk::Desk;

const STRONG: &str = "738164\n";

/// Numbers of holders who may have a card, as the search of `issue` names them.
fn holders(desk: &Desk) -> Vec<String> {
    let named = desk.run(&["issue", "--holder", "555", "--locked", "--reader", "Training reader 1"]).expect(2).stderr;
    let list = named.split("one of these: ").nth(1).expect("it names holders").trim_end();
    list.split("; ").map(|entry| entry.chars().filter(char::is_ascii_digit).take(12).collect()).collect()
}

/// Issues to the first holder it may be issued to, and says to whom.
pub fn issue(desk: &Desk, reader: &str, rest: &[&str], stdin: &str) -> (String, Value) {
    for holder in holders(desk) {
        let words = [&["issue", "--json", "--holder", &holder, "--reader", reader], rest].concat();
        let ran = desk.run_with(&words, stdin);
        match ran.code {
            // With the face left to be confirmed, the card is issued all the same.
            0 | 4 => return (holder, ran.json()),
            3 => {}
            other => panic!("exit {other}: {}", ran.stderr),
        }
    }
    panic!("no holder may have a card");
}

#[test]
fn a_card_is_issued_printed_and_on_record() {
    let desk = Desk::new();
    let (holder, issued) = issue(&desk, "Training reader 1", &["--passcode-stdin"], STRONG);
    assert_eq!(issued["locked"], false);
    assert!(issued["apdus"].as_u64().is_some_and(|n| n > 10), "{issued}");

    let printed = desk
        .run(&["print", "--json", "--holder", &holder, "--proof", "proof.pdf", "--planes", "panels"])
        .expect(0)
        .json();
    for picture in ["front", "front-yellow", "front-magenta", "front-cyan"] {
        let picture = std::fs::read(desk.path().join(format!("panels/{picture}.png"))).expect("a picture");
        assert!(picture.starts_with(b"\x89PNG"));
    }
    assert_eq!(printed["marks"], serde_json::json!([]), "the built-in card face prints as it is shown");
    assert_eq!(printed["serial"], issued["serial"]);
    let picture = std::fs::read(printed["picture"].as_str().expect("a picture")).expect("it is there");
    assert!(picture.starts_with(b"\x89PNG"), "the card as it came out");
    assert!(std::fs::read(desk.path().join("proof.pdf")).expect("a proof").starts_with(b"%PDF"));

    // The same card and the same holder cannot be issued again.
    let again = desk.run(&["issue", "--json", "--holder", &holder, "--reader", "Training reader 1", "--locked"]);
    let refusal = again.expect(3).json();
    assert_eq!(refusal["outcome"], "refused");
    assert!(refusal["reasons"].as_array().is_some_and(|all| all.iter().all(|r| r["remedy"].is_string())), "{refusal}");

    let nothing = desk.run(&["resume", "--json"]).expect(0).json();
    assert_eq!(nothing["jobs"], serde_json::json!([]));
    let audit = desk.run(&["audit", "verify", "--json"]).expect(0).json();
    assert!(audit["rows"].as_u64().is_some_and(|rows| rows > 3), "{audit}");
}

#[test]
fn issue_and_print_in_one_go_and_left_locked() {
    let desk = Desk::new();
    let (_, issued) = issue(&desk, "Training reader 2", &["--locked", "--print", "Virtual printer"], "");
    assert_eq!(issued["locked"], true);
    assert_eq!(issued["print"]["serial"], issued["serial"]);
}

/// A printer of the configuration that is this destination.
fn configured(profile: &str, destination: &str) -> String {
    format!("[[printers]]\nname = \"Desk printer\"\nprofile = \"{profile}\"\ndestination = \"{destination}\"\n")
}

#[test]
fn a_printer_that_cannot_print_leaves_the_card_blank() {
    let desk = Desk::new();
    let free = holders(&desk);
    // A port that was free a moment ago: nobody answers there.
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    for (profile, code, why) in
        [("magicard-doh-300-v2", 1, "does not answer"), ("magicard-doh-300-v1", 3, "only a Magicard DoH 300 v2")]
    {
        desk.file("desk.toml", &configured(profile, &format!("tcp:127.0.0.1:{port}")));
        let attempt = |holder: &String| {
            let words =
                ["issue", "--config", "desk.toml", "--holder", holder, "--reader", "Training reader 1", "--locked"];
            desk.run(&[&words[..], &["--print", "Desk printer"]].concat())
        };
        // Some holders may have no card at all; the others are refused for the printer alone.
        let refused = free.iter().map(attempt).find(|ran| ran.stderr.contains(why)).expect(why).expect(code);
        assert!(refused.stderr.to_lowercase().contains("nothing was changed"), "{}", refused.stderr);
    }
    // The same card is issued without a hitch: it is blank, and nobody has one.
    issue(&desk, "Training reader 1", &["--locked"], "");
}

#[test]
fn a_job_in_a_file_is_saved_and_not_told_as_printed() {
    let desk = Desk::new();
    desk.file("desk.toml", &configured("magicard-doh-300-v2", "file:card.prn"));
    let words = ["--locked", "--print", "Desk printer", "--config", "desk.toml"];
    // The card is issued, and of its face there is nobody's word yet.
    let (holder, issued) = issue(&desk, "Training reader 1", &words, "");
    assert_eq!(issued["outcome"], "unfinished", "{issued}");
    assert_eq!(issued["print"]["saved_to"], "card.prn");
    assert_eq!(issued["print"]["state"], "sent-not-confirmed");
    let first = issued["print"]["job"].as_str().expect("a job");
    let ran = desk.run(&["print", "confirm", &first[..8], "nothing"]).expect(5);
    assert!(ran.stderr.contains("no face yet"), "{}", ran.stderr);
    let ran = desk.run(&["print", "--config", "desk.toml", "--holder", &holder]).expect(4);
    assert!(ran.stderr.contains("was saved to card.prn") && !ran.stderr.contains("was printed"), "{}", ran.stderr);
    assert!(ran.stderr.contains("sent, not confirmed") && ran.stderr.contains("print confirm"), "{}", ran.stderr);
    assert!(desk.run(&["resume"]).expect(4).stdout.contains("still open"));
    // Before the next card somebody says what became of this one.
    let refused = desk.run(&["print", "--config", "desk.toml", "--holder", &holder]).expect(1).stderr;
    assert!(refused.contains("say first how the card of"), "{refused}");
    let waits = refused.split("print confirm ").nth(1).and_then(|rest| rest.split(' ').next()).expect("its job");
    desk.run(&["print", "confirm", waits, "nothing"]).expect(5);
    let document = desk.run(&["print", "--json", "--config", "desk.toml", "--holder", &holder]).expect(4).json();
    let job = document["job"].as_str().expect("a job");
    let confirmed = desk.run(&["--json", "print", "confirm", job, "well"]).expect(0).json();
    assert_eq!((&confirmed["confirmation"], &confirmed["card"]), (&"officer".into(), &"well".into()), "{confirmed}");
    desk.run(&["print", "confirm", job, "spoilt"]).expect(1);
    assert!(!ran.stderr.contains("Printing the face"), "{}", ran.stderr);
    assert!(std::fs::metadata(desk.path().join("card.prn")).expect("the job").len() > 1000);
}

#[test]
fn a_passcode_of_the_wrong_shape_never_reaches_the_card() {
    let desk = Desk::new();
    let holder = &holders(&desk)[0];
    let words = ["issue", "--holder", holder, "--reader", "Training reader 1", "--passcode-stdin"];
    for (typed, why) in [
        ("12345\n", "6 to 8 digits"),
        ("123456789\n", "6 to 8 digits"),
        ("73a164\n", "digits only"),
        ("123456\n", "counts up"),
        ("777777\n", "repeats one digit"),
    ] {
        let ran = desk.run_with(&words, typed).expect(1);
        assert!(ran.stderr.contains(why) && ran.stderr.contains("nothing was changed"), "{}", ran.stderr);
    }
    let ran = desk.run_with(&words, "").expect(2);
    assert!(ran.stderr.contains("no passcode came"), "{}", ran.stderr);
    let ran = desk.run(&words[..words.len() - 1]).expect(2);
    assert!(ran.stderr.contains("--passcode-stdin"), "nobody is at a keyboard: {}", ran.stderr);
}

#[test]
fn policy_says_no_with_3_and_a_remedy() {
    let desk = Desk::new();
    let holder = &holders(&desk)[0];
    let words = ["issue", "--holder", holder, "--reader", "Training reader 1", "--locked"];
    // Every officer who signs in may be tried; those without the right are refused, each with a reason and a remedy.
    let named = desk.run(&[&words[..], &["--officer", "999999999999"]].concat()).expect(2).stderr;
    let officer = |role: &str| {
        let at = named.find(&format!("({role})")).unwrap_or_else(|| panic!("no {role} in {named}"));
        named[..at].trim_end().rsplit(' ').next().expect("a number").to_owned()
    };
    for role in ["RA ID Checker", "Sponsor"] {
        let ran = desk.run(&[&words[..], &["--officer", &officer(role)]].concat()).expect(3);
        assert!(ran.stderr.contains(role) && ran.stderr.contains("Ask an RA"), "{}", ran.stderr);
    }
    let agent = officer("RA Agent");
    let own =
        desk.run(&["issue", "--holder", &agent, "--officer", &agent, "--locked", "--reader", "Training reader 1"]);
    assert!(own.expect(3).stderr.contains("your own"), "an officer never works on their own record");

    let old = desk.file("old.toml", "[software]\nidentity-agent = \"2.4.10.0\"\ncredential-management = \"1.4.2.0\"\n");
    let ran = desk.run(&[&words[..], &["--config", old.to_str().expect("UTF-8")]].concat()).expect(3);
    assert!(ran.stderr.contains("Smartcard Connect 4.1"), "{}", ran.stderr);
}

#[test]
fn what_is_missing_is_named_and_nothing_changes() {
    let desk = Desk::new();
    let holder = &holders(&desk)[0];
    for (words, code, named) in [
        (&["issue", "--holder", holder, "--reader", "Reader 9", "--locked"][..], 1, "Reader 9"),
        (&["issue", "--holder", holder, "--locked"], 1, "name the reader"),
        (&["issue", "--holder", "555999999999", "--reader", "Training reader 1", "--locked"], 1, "holder"),
        (&["issue", "--holder", holder, "--locked", "--print", "No printer"], 2, "Virtual printer"),
        (&["print", "--holder", holder], 1, "issue a card first"),
        (&["print", "--holder", holder, "--printer", "No printer"], 2, "Virtual printer"),
    ] {
        let ran = desk.run(words).expect(code);
        assert!(ran.stderr.contains(named), "{words:?}: {}", ran.stderr);
    }
}

#[test]
fn encoded_and_printed_in_the_printer() {
    let desk = Desk::new();
    let holder = holders(&desk).into_iter().find_map(|holder| {
        let words = ["issue", "--json", "--holder", &holder, "--in-printer", "--print", "Virtual printer", "--locked"];
        let ran = desk.run(&words);
        (ran.code != 3).then(|| ran.expect(0).json())
    });
    let done = holder.expect("a holder who may have a card");
    assert_eq!(done["card"]["out"]["rejected"], false, "{done}");
    assert_eq!(
        (&done["issue"]["result"]["ending"], &done["print"]["result"]["ending"]),
        (&"done".into(), &"done".into())
    );
    let picture = std::fs::read(done["picture"].as_str().expect("a picture")).expect("it is there");
    assert!(picture.starts_with(b"\x89PNG"));
    // The station's reader went with its card.
    let cards = desk.run(&["cards", "--json"]).expect(0).json().to_string();
    assert!(!cards.contains("Virtual printer station"), "{cards}");
    let wrong = desk.run(&["issue", "--holder", "555000000023", "--in-printer", "--locked"]);
    assert_eq!(wrong.code, 2, "the printer is named: {}", wrong.stderr);
}
