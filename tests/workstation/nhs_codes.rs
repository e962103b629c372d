//! Published codes on the command line: behind the message on stderr, in a field of their own in the document.

use crate::desk::Desk;

const ISSUE: [&str; 5] = ["issue", "--holder", "555000000017", "--locked", "--reader"];

#[test]
fn a_code_is_beside_the_message_and_in_the_document() {
    let desk = Desk::new();
    let issue = [&ISSUE[..], &["Training reader 1"]].concat();
    // No port service is on the machines that run these tests: it is at none of its five ports.
    let config = desk.file("desk.toml", "realm = \"training\"\n[software]\nask-port-service = true\n");
    let config = config.to_str().expect("a path");
    let ran = desk.run(&[&issue[..], &["--json", "--config", config]].concat()).expect(3);
    assert!(ran.stderr.contains("NHS Port Service does not answer"), "{}", ran.stderr);
    // What the message has not said already is said behind the code.
    assert!(ran.stderr.trim_end().ends_with("(NHS code PR20002: No card has been touched.)"), "{}", ran.stderr);
    let document = ran.json();
    assert_eq!(document["nhs_code"], "PR20002");
    assert_eq!(document["nhs_code_means"]["card_state"], "No card has been touched");
    assert!(!document["message"].as_str().expect("words").contains("PR20002"), "{document}");

    // What has no code has no field for one.
    let unknown = [&ISSUE[..], &["Reader 9", "--json"]].concat();
    let document = desk.run(&unknown).expect(1).json();
    assert!(document.get("nhs_code").is_none(), "{document}");
}
