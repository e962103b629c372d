//! Operations on cards in use, from the command line on training readers: exit codes, documents, what is asked first.

use cardwright::cis2::wire::ApprovalsBy;
use serde_json::Value;

use crate::{
    desk::Desk,
    office::{HOLDER, Office, RA_MANAGER},
    telephone::{Readers, Talk},
};

const READER: [&str; 2] = ["--reader", "Training reader 1"];

fn issue(desk: &Desk, rest: &[&str], stdin: &str) -> Value {
    desk.run_with(&[&["issue", "--json", "--holder", HOLDER], &READER[..], rest].concat(), stdin).expect(0).json()
}

fn standing(desk: &Desk) -> Value {
    let cards = desk.run(&["cards", "--json", READER[0], READER[1]]).expect(0).json();
    cards["readers"][0].clone()
}

/// Members that every document of an operation on a card in use has.
const MEMBERS: [&str; 13] = [
    "outcome",
    "job",
    "operation",
    "holder",
    "serial",
    "result",
    "note",
    "needs",
    "which_pair",
    "tries_left",
    "apdus",
    "gateway_calls",
    "steps",
];

#[track_caller]
fn is_whole(document: &Value, operation: &str) {
    let members = document.as_object().expect("an object");
    assert!(MEMBERS.iter().all(|name| members.contains_key(*name)), "{document}");
    assert_eq!(document["operation"], operation);
    assert_eq!(document["holder"], HOLDER);
    assert!(document["steps"].as_array().is_some_and(|steps| !steps.is_empty()), "{document}");
}

#[test]
fn a_card_that_was_issued_locked_waits_for_its_holder() {
    let desk = Desk::new();
    issue(&desk, &["--locked"], "");
    let words = [&["unlock", "--json", "--passcode-stdin"], &READER[..]].concat();
    let needs = desk.run_with(&words, "738164\n").expect(3).json();
    assert_eq!(needs["needs"], "delivery", "{needs}");
    assert!(needs["message"].as_str().expect("why").contains("--delivered"), "{needs}");
    let unlocked = desk.run_with(&[&words[..], &["--delivered"]].concat(), "738164\n").expect(0).json();
    is_whole(&unlocked, "unlock");
    assert_eq!(standing(&desk)["standing"], "in-order");
    // Once the holder has it, nobody is asked again.
    desk.run_with(&words, "904261\n").expect(0);
}

#[test]
fn what_ends_a_card_is_asked_first_and_says_that_it_cannot_be_undone() {
    let desk = Desk::new();
    let serial = issue(&desk, &["--passcode-stdin"], "738164\n")["serial"].as_str().expect("a serial").to_owned();
    for words in [&["clear"][..], &["cancel", "--reason", "lost"]] {
        let asked = desk.run(&[words, &READER[..]].concat()).expect(2);
        assert!(asked.stderr.contains("--yes") && asked.stderr.contains("nothing was changed"), "{}", asked.stderr);
    }
    assert_eq!(standing(&desk)["standing"], "in-order");
    let cleared = desk.run(&[&["clear", "--yes", "--json"], &READER[..]].concat()).expect(0);
    assert!(cleared.stderr.contains("cannot be undone"), "{}", cleared.stderr);
    is_whole(&cleared.json(), "clear");
    assert_eq!(standing(&desk)["standing"], "empty");

    issue(&desk, &["--passcode-stdin"], "738164\n");
    // The card is gone: it is ended on record, by its serial and its holder.
    let lost = ["cancel", "--json", "--yes", "--reason", "lost", "--card", &serial, "--holder", HOLDER];
    let cancelled = desk.run(&lost).expect(0).json();
    is_whole(&cancelled, "cancel");
    assert_eq!((&cancelled["reason"], &cancelled["apdus"]), (&"lost".into(), &0.into()));
    let again = desk.run(&lost).expect(3).json();
    assert!(again["message"].is_string(), "{again}");
    assert_eq!(standing(&desk)["standing"], "cancelled");
    let audit = desk.run(&["audit", "verify", "--json"]).expect(0).json();
    assert_eq!(audit["outcome"], "done");
}

#[test]
fn reasons_and_places_of_a_cancel_are_checked_before_anything_is_asked() {
    let desk = Desk::new();
    let long = "x".repeat(201);
    for (words, why) in [
        (&["cancel", "--yes"][..], "--reason"),
        (&["cancel", "--yes", "--reason", "gone"], "misprinted"),
        (&["cancel", "--yes", "--reason", "lost", "--card", "0A1B2C3D"], "--holder"),
        (&["cancel", "--yes", "--reason", "lost", "--note", &long], "200 characters"),
        (&["unlock", "--telephone"], "--holder"),
        (&["unlock", "--telephone", "--offline"], "cannot be used with"),
        (&["repair", "--locked", "--passcode-stdin"], "cannot be used with"),
    ] {
        let ran = desk.run(words).expect(2);
        assert!(ran.stderr.contains(why), "{words:?}: {}", ran.stderr);
    }
    for words in [&["unlock"][..], &["renew"], &["passcode"], &["repair", "--locked"], &["clear", "--yes"]] {
        let ran = desk.run(&[words, &READER[..]].concat());
        assert_eq!(ran.code, 1, "a blank card is nobody's: {words:?}: {}", ran.stderr);
    }
}

/// Another RA Agent's colleague may be asked for at the gateway that is started with the program, too.
#[test]
fn what_wants_a_second_officer_is_a_setting() {
    let desk = Desk::new();
    let file = desk.file("two.toml", "gateway.second-officer = [\"unlock\", \"cancel\"]\n");
    let file = file.to_str().expect("UTF-8");
    let run = |words: &[&str], stdin: &str| desk.run_with(&[&["--config", file, "--json"], words].concat(), stdin);
    let issued = [&["issue", "--holder", HOLDER, "--passcode-stdin"], &READER[..]].concat();
    run(&issued, "738164\n").expect(0);
    for (words, stdin) in [
        ([&["unlock", "--passcode-stdin"], &READER[..]].concat(), "904261\n"),
        ([&["cancel", "--yes", "--reason", "damaged"], &READER[..]].concat(), ""),
    ] {
        let needs = run(&words, stdin).expect(3).json();
        assert_eq!(needs["needs"], "second-officer", "{needs}");
        let own = run(&[&words[..], &["--second-officer", "555000000003"]].concat(), stdin);
        assert_ne!(own.code, 0, "nobody approves their own work: {}", own.stderr);
        let done = run(&[&words[..], &["--second-officer", RA_MANAGER]].concat(), stdin).expect(0).json();
        is_whole(&done, words[0]);
    }
    let wrong = desk.file("wrong.toml", "gateway.second-officer = [\"renew\"]\n");
    let refused = desk.run(&["--config", wrong.to_str().expect("UTF-8"), "cards"]).expect(2);
    assert!(refused.stderr.contains("gateway.second-officer"), "{}", refused.stderr);
}

#[test]
fn a_second_officer_approves_at_the_desk() {
    let office = Office::with(0, |config| config.second_officer = vec![cardwright::domain::Operation::Clear]);
    let desk = office.desk();
    issue(&desk, &["--passcode-stdin"], "738164\n");
    let words = [&["clear", "--yes", "--json"], &READER[..]].concat();
    let needs = desk.run(&words).expect(3).json();
    assert_eq!(needs["needs"], "second-officer", "{needs}");
    assert!(needs["message"].as_str().expect("why").contains("--second-officer"), "{needs}");
    assert_eq!(standing(&desk)["standing"], "in-order");
    let officer = |number: &str| desk.run(&[&words[..], &["--second-officer", number]].concat());
    // Nobody approves their own work, and neither does somebody who may not do it.
    let own = officer("555000000003");
    assert!(own.code != 0 && own.stderr.contains("their own"), "{}", own.stderr);
    let sponsor = officer("555000000005");
    assert!(sponsor.code != 0 && sponsor.stderr.contains("may not"), "{}", sponsor.stderr);
    is_whole(&officer(RA_MANAGER).expect(0).json(), "clear");
    assert_eq!(standing(&desk)["standing"], "empty");
}

#[test]
fn a_second_officer_approves_with_their_own_card() {
    let office = Office::with(0, |config| {
        config.second_officer = vec![cardwright::domain::Operation::Clear];
        config.approvals = ApprovalsBy::Card;
    });
    let desk = office.desk();
    let theirs = "Training reader 2";
    let manager = ["issue", "--holder", RA_MANAGER, "--reader", theirs, "--passcode-stdin"];
    desk.run_with(&manager, "295183\n").expect(0);
    issue(&desk, &["--passcode-stdin"], "738164\n");
    let words = [&["clear", "--yes", "--json"], &READER[..]].concat();
    let needs = desk.run(&words).expect(3);
    assert!(needs.stderr.contains("--second-officer-card"), "{}", needs.stderr);
    assert!(needs.stderr.contains("is being read (NHS code INF1014)"), "{}", needs.stderr);
    let by_name = desk.run(&[&words[..], &["--second-officer", RA_MANAGER]].concat());
    assert!(by_name.code != 0 && by_name.stderr.contains("with their own card"), "{}", by_name.stderr);
    let with = |reader: &str, passcode: &str| {
        desk.run_with(&[&words[..], &["--second-officer-card", reader]].concat(), &format!("{passcode}\n"))
    };
    let wrong = with(theirs, "918273").expect(1);
    assert!(wrong.stderr.contains("2 tries are left"), "{}", wrong.stderr);
    // The card that is to be cleared approves nothing: its holder does not work here.
    let target = with(READER[1], "738164");
    assert!(target.code != 0 && target.stderr.contains("nobody who works at the desk"), "{}", target.stderr);
    assert_eq!(standing(&desk)["standing"], "in-order");
    is_whole(&with(theirs, "295183").expect(0).json(), "clear");
    assert_eq!(standing(&desk)["standing"], "empty");
}

#[test]
fn a_repaired_card_may_be_left_locked() {
    let desk = Desk::new();
    issue(&desk, &["--passcode-stdin"], "738164\n");
    let repaired = desk.run(&[&["repair", "--locked", "--json"], &READER[..]].concat()).expect(0).json();
    is_whole(&repaired, "repair");
    assert_eq!((&repaired["locked"], &repaired["which_pair"]), (&true.into(), &"new".into()), "{repaired}");
    assert!(repaired["found"].is_array(), "{repaired}");
    assert_eq!(standing(&desk)["standing"], "locked");
    desk.run_with(&[&["unlock", "--passcode-stdin"], &READER[..]].concat(), "904261\n").expect(0);
    assert_eq!(standing(&desk)["standing"], "in-order");
}

#[test]
fn cards_tells_what_may_be_done_and_why_not() {
    let desk = Desk::new();
    issue(&desk, &["--passcode-stdin"], "738164\n");
    let look = standing(&desk);
    assert_eq!(
        (&look["card"], &look["profile"], &look["state"]),
        (&"Series 10".into(), &"training".into(), &"active".into())
    );
    assert_eq!(look["certificates"].as_array().map(Vec::len), Some(2), "{look}");
    let offers = look["offers"].as_array().expect("offers");
    let offer = |name: &str| {
        offers.iter().find(|offer| offer["operation"] == name).unwrap_or_else(|| panic!("{name} in {look}"))
    };
    for may in ["unlock", "repair", "clear", "cancel", "change-passcode"] {
        assert_eq!(offer(may)["allowed"], true, "{may}");
    }
    for not in ["issue", "renew"] {
        assert_eq!(offer(not)["allowed"], false, "{not}");
        let reasons = offer(not)["reasons"].as_array().expect("reasons");
        assert!(!reasons.is_empty() && reasons.iter().all(|one| one["why"].is_string() && one["remedy"].is_string()));
    }
    let text = desk.run(&["cards", READER[0], READER[1]]).expect(0).stdout;
    assert!(
        text.contains("days left") && text.contains("tries left") && text.contains("unlock: may be done now"),
        "{text}"
    );
    // Without a gateway, what stands on the card is told all the same.
    let alone = desk.run(&["cards", "--offline", "--json", READER[0], READER[1]]).expect(0).json();
    assert_eq!((&alone["readers"][0]["serial"], &alone["readers"][0]["holder"]), (&look["serial"], &Value::Null));
    let silent = Desk::at("http://127.0.0.1:9");
    let told = silent.run(&["cards", "--json"]).expect(5).json();
    assert_eq!(told["readers"].as_array().map(Vec::len), Some(2), "{told}");
}

/// Renews the card of this reader and kills the program once it has told this step.
fn renewal_killed_after(desk: &Desk, step: &str) {
    killed_after(desk, &["renew"], step);
}

/// Does it to the card of this reader, with one passcode, and kills the program once it has told this step.
fn killed_after(desk: &Desk, command: &[&str], step: &str) {
    let mut program = Talk::with(desk, &[command, &READER[..]].concat(), Readers::Training);
    program.say("738164");
    program.hear(step);
    program.kill();
}

#[test]
fn a_holder_finishes_their_own_renewal_that_was_cut_off_with_the_same_command() {
    for step in ["Making new keys on the card", "Writing the card"] {
        // Issued long ago: 30 days are left.
        let office = Office::days_ago(3 * 365 - 30);
        let desk = office.desk();
        issue(&desk, &["--passcode-stdin"], "738164\n");
        office.pass(3 * 365 - 30);
        killed_after(&desk, &["self-service", "renew"], step);
        let words = [&["self-service", "renew", "--json", "--passcode-stdin"], &READER[..]].concat();
        let wrong = desk.run_with(&words, "738165\n").expect(1);
        assert!(wrong.stderr.contains("Your renewal was interrupted"), "{step}: {}", wrong.stderr);
        assert!(wrong.stderr.contains("2 tries are left"), "{step}: {}", wrong.stderr);
        let renewed = desk.run_with(&words, "738164\n").expect(0);
        let answer = renewed.json();
        assert_eq!(
            (&answer["resumption"], &answer["which_pair"]),
            (&"finished".into(), &"new".into()),
            "{step}: {answer}"
        );
        let look = standing(&desk);
        assert_eq!(look["standing"], "in-order", "{step}: {look}");
        assert!(look["certificates"][0]["days_left"].as_i64().expect("days") > 100, "{step}: {look}");
        desk.run_with(&[&["cards", "--passcode-stdin", "--try"], &READER[1..]].concat(), "738164\n").expect(0);
    }
}

#[test]
fn a_repair_that_was_cut_off_goes_on_with_the_passcode_its_holder_chooses() {
    let desk = Desk::new();
    issue(&desk, &["--passcode-stdin"], "738164\n");
    for (chosen, locked) in [("904261\n", false), ("", true)] {
        killed_after(&desk, &["repair"], "Making new keys on the card");
        let resumed = desk.run_with(&["resume", "--json", "--passcode-stdin"], chosen).expect(0).json();
        let job = &resumed["jobs"][0];
        assert_eq!((&job["resumption"], &job["which_pair"]), (&"finished".into(), &"new".into()), "{job}");
        assert_eq!(job["note"].is_null(), !locked, "{job}");
        let look = standing(&desk);
        assert_eq!(look["standing"] == "locked", locked, "{look}");
        if !locked {
            desk.run_with(&[&["cards", "--passcode-stdin", "--try"], &READER[1..]].concat(), chosen).expect(0);
        }
    }
}

#[test]
fn a_renewal_that_was_cut_off_goes_on_and_says_which_pair_works() {
    for step in ["Checking that the card is ours", "Making new keys on the card", "Writing the card"] {
        // Issued long ago: 30 days are left.
        let office = Office::days_ago(3 * 365 - 30);
        let desk = office.desk();
        issue(&desk, &["--passcode-stdin"], "738164\n");
        office.pass(3 * 365 - 30);
        renewal_killed_after(&desk, step);
        let words = ["resume", "--json"];
        let mut resumed = desk.run(&words);
        if resumed.code == 4 {
            // There is no way back, and nobody was there to type the passcode: it says so, and waits.
            let job = resumed.json()["jobs"][0].clone();
            assert!(job["resumption"] == "still-open" && job["why"].is_string(), "{step}: {job}");
            assert_eq!(job["nhs_code"], "ERR5022", "{step}: {job}");
            resumed = desk.run_with(&["resume", "--json", "--passcode-stdin"], "738164\n");
        }
        let job = resumed.expect(0).json()["jobs"][0].clone();
        let pair = if job["resumption"] == "finished" { "new" } else { "old" };
        assert_eq!((&job["operation"], &job["which_pair"]), (&"renew".into(), &pair.into()), "{step}: {job}");
        assert!(job.get("nhs_code").is_none(), "{step}: {job}");
        // The card and the gateway have the same pair, and the holder's passcode is the one it was.
        let look = standing(&desk);
        assert_eq!(
            (&look["standing"], &look["diagnosis"]),
            (&"in-order".into(), &serde_json::json!([])),
            "{step}: {look}"
        );
        let days = look["certificates"][0]["days_left"].as_i64().expect("days");
        assert_eq!(days > 100, pair == "new", "{step}: {look}");
        let words = [&["passcode", "--passcode-stdin"], &READER[..]].concat();
        desk.run_with(&words, "738164\n904261\n").expect(0);
    }
}

#[test]
fn secrets_of_these_operations_are_nowhere() {
    let desk = Desk::new();
    issue(&desk, &["--passcode-stdin"], "73816429\n");
    let secrets = ["73816429", "90426183", "64018273"];
    let mut said = String::new();
    for (words, stdin) in [
        (&["passcode", "--passcode-stdin"][..], "73816429\n90426183\n"),
        (&["unlock", "--passcode-stdin"], "64018273\n"),
        (&["repair", "--passcode-stdin"], "90426183\n"),
        (&["audit", "export"], ""),
    ] {
        let reader: &[&str] = if words[0] == "audit" { &[] } else { &READER };
        let ran = desk.run_with(&[words, reader].concat(), stdin).expect(0);
        said += &format!("{}{}", ran.stdout, ran.stderr);
    }
    assert!(secrets.iter().all(|secret| !said.contains(secret)), "the program said one");
    for file in crate::desk::files(&desk.path().join("data")) {
        if file.parent().is_some_and(|folder| folder.ends_with("training-readers")) {
            continue;
        }
        let content = String::from_utf8_lossy(&std::fs::read(&file).expect("it can be read")).into_owned();
        assert!(secrets.iter().all(|secret| !content.contains(secret)), "{} holds one", file.display());
    }
}
