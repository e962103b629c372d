//! Two workstations on one `cardwright gateway`, each a process of its own, want one card or one holder at once: one wins,
//! and the other is told who and when.

use std::process::{Child, Output};

use cardwright::{
    cis2::{HttpService, Service},
    domain::CardState,
};
use serde_json::Value;

use crate::{
    desk::Desk,
    office::{ANOTHER, GatewayProcess, HOLDER, RA_MANAGER, service},
    telephone::{Readers, Talk},
};

/// Name of the RA Agent who signs in where nobody is named, and of the RA Manager.
const AGENT: &str = "Tomos Llewelyn-Pryce";

fn started(desk: &Desk, words: &[&str]) -> Child {
    let mut command = desk.command(words);
    command.env("PCSCLITE_CSOCK_NAME", desk.path().join("no-service")).spawn().expect("it starts")
}

/// Waits for both; gives exit codes and documents.
fn both_ended(children: [Child; 2]) -> [(i32, Value); 2] {
    children.map(|child| {
        let Output { status, stdout, .. } = child.wait_with_output().expect("it ends");
        (status.code().expect("it ended by itself"), serde_json::from_slice(&stdout).expect("one document"))
    })
}

/// Whether a problem says who is at work, and since when and until when.
#[track_caller]
fn says_who_and_when(document: &Value, who: &str) {
    let message = document["message"].as_str().expect("a message");
    assert!(message.contains(who), "{message}");
    assert!(message.contains(" began job ") && message.contains(" UTC, and its time runs out at "), "{message}");
}

fn issue(desk: &Desk, holder: &str, reader: &str) -> String {
    let words = ["issue", "--json", "--holder", holder, "--reader", reader, "--passcode-stdin"];
    desk.run_with(&words, "738164\n").expect(0).json()["serial"].as_str().expect("a serial").to_owned()
}

/// How many rows of this event name the holder.
fn gateway_rows(url: &str, event: &str) -> usize {
    let rows = service(url).holder_history(&HOLDER.parse().expect("a number"), 500).expect("rows");
    rows.iter().filter(|row| row.event == event).count()
}

fn state(service: &HttpService, serial: &str) -> CardState {
    service.card(&serial.parse().expect("a serial")).expect("the card").state
}

#[test]
fn one_card_is_worked_on_by_one_workstation() {
    let gateway = GatewayProcess::start();
    let (first, second) = (Desk::at(&gateway.url), Desk::at(&gateway.url));
    let serial = issue(&first, HOLDER, "Training reader 1");
    // The agent at the second desk answers the challenge of the first one and has the card in work.
    let mut here = Talk::with(&first, &["unlock", "--offline", "--reader", "Training reader 1"], Readers::Training);
    let words = ["unlock", "--telephone", "--holder", HOLDER, "--card", &serial];
    let mut agent = Talk::with(&second, &words, Readers::Training);
    agent.say(&here.hear("Challenge: "));
    let response = agent.hear("Response, to be read back: ");
    // Meanwhile the manager at a third desk wants to end it.
    let third = Desk::at(&gateway.url);
    let lost = [
        "cancel",
        "--json",
        "--yes",
        "--reason",
        "lost",
        "--card",
        &serial,
        "--holder",
        HOLDER,
        "--officer",
        RA_MANAGER,
    ];
    let refused = third.run(&lost).expect(1).json();
    says_who_and_when(&refused, AGENT);
    assert!(refused["message"].as_str().is_some_and(|message| message.contains(&serial)), "{refused}");
    here.say(&response);
    here.say("904261");
    agent.say(&here.hear("Completion code, to be read back: "));
    agent.end(0);
    here.end(0);
    assert_eq!(state(&service(&gateway.url), &serial), CardState::Active);
    third.run(&lost).expect(0);
    assert_eq!(state(&service(&gateway.url), &serial), CardState::Cancelled);
}

#[test]
fn one_holder_is_worked_for_by_one_workstation() {
    let gateway = GatewayProcess::start();
    let (first, second) = (Desk::at(&gateway.url), Desk::at(&gateway.url));
    let serial = issue(&first, HOLDER, "Training reader 1");
    let mut here = Talk::with(&first, &["unlock", "--offline", "--reader", "Training reader 1"], Readers::Training);
    let words = ["unlock", "--telephone", "--holder", HOLDER, "--card", &serial];
    let mut agent = Talk::with(&second, &words, Readers::Training);
    agent.say(&here.hear("Challenge: "));
    agent.hear("Response, to be read back: ");
    // Another card of the same holder: its work would cross the first one's.
    let third = Desk::at(&gateway.url);
    let words = ["issue", "--json", "--holder", HOLDER, "--reader", "Training reader 1", "--locked"];
    let refused = third.run(&[&words[..], &["--officer", RA_MANAGER]].concat());
    assert!(matches!(refused.code, 1 | 3), "{}", refused.stderr);
    says_who_and_when(&refused.json(), AGENT);
    // Another holder is nobody's business.
    issue(&third, ANOTHER, "Training reader 1");
    drop(here.end(1));
    drop(agent.end(4));
}

/// Two processes, begun together, and nothing that orders them.
#[test]
fn of_two_that_begin_together_one_wins() {
    let gateway = GatewayProcess::start();
    let desks = [Desk::at(&gateway.url), Desk::at(&gateway.url)];
    // Both are enrolled before: the race is about the holder alone.
    desks.iter().for_each(|desk| drop(desk.run(&["resume"]).expect(0)));
    let issue = ["issue", "--json", "--holder", HOLDER, "--reader", "Training reader 1", "--locked"];
    let ended = both_ended([started(&desks[0], &issue), started(&desks[1], &issue)]);
    let won: Vec<&Value> = ended.iter().filter(|(code, _)| *code == 0).map(|(_, document)| document).collect();
    let lost: Vec<&(i32, Value)> = ended.iter().filter(|(code, _)| *code != 0).collect();
    assert_eq!((won.len(), lost.len()), (1, 1), "{ended:?}");
    let reserved = gateway_rows(&gateway.url, "issuance.reserved");
    assert_eq!(reserved, 1, "one issue is on record");
    let serial = won[0]["serial"].as_str().expect("a serial");
    let (code, document) = lost[0];
    // Where it came while the other was at work it is told who and when; where it came after, which card the holder has.
    match code {
        1 => says_who_and_when(document, AGENT),
        3 => {
            let why = document["message"].as_str().expect("a message");
            let told = [serial, "issue by ", AGENT, " UTC"];
            assert!(told.iter().all(|told| why.contains(told)), "{document}");
        }
        other => panic!("exit {other}: {document}"),
    }
    let service = service(&gateway.url);
    assert_eq!(state(&service, serial), CardState::Locked);
    let cards = service.holder(&HOLDER.parse().expect("a number")).expect("the holder").cards;
    assert_eq!(cards.iter().filter(|card| card.state != CardState::Blank).count(), 1, "{cards:?}");

    // And both want to end that one card.
    let cancel = ["cancel", "--json", "--yes", "--reason", "left", "--card", serial, "--holder", HOLDER];
    let ended = both_ended([started(&desks[0], &cancel), started(&desks[1], &cancel)]);
    // Whichever began first, the other is told who did it and when; its card was ended by the one job.
    let won: Vec<&Value> = ended.iter().filter(|(code, _)| *code == 0).map(|(_, document)| document).collect();
    let lost: Vec<&(i32, Value)> = ended.iter().filter(|(code, _)| *code != 0).collect();
    assert_eq!((won.len(), lost.len()), (1, 1), "{ended:?}");
    assert_eq!(lost[0].0, 3, "{ended:?}");
    let message = lost[0].1["message"].as_str().expect("a message");
    let today = time::OffsetDateTime::now_utc().date().to_string();
    for told in ["cancelled", serial, "cancel by ", AGENT, &today, " UTC"] {
        assert!(message.contains(told), "{told} is not in: {message}");
    }
    assert_eq!(state(&service, serial), CardState::Cancelled);
    let rows = service.holder_history(&HOLDER.parse().expect("a number"), 500).expect("rows");
    let begun = rows.iter().filter(|row| row.event == "on-card.begun" && row.detail["serial"] == serial).count();
    assert_eq!(begun, 1, "one cancel is on record");
}
