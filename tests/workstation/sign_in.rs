//! An officer's own card: issued by a colleague, tried, and signed in with.

use crate::desk::Desk;

const MANAGER: &str = "555000000001";
const READER: &str = "Training reader 1";

#[test]
fn an_officer_signs_in_with_their_own_card_and_works_with_another_reader() {
    let desk = Desk::new();
    let issue = ["issue", "--json", "--holder", MANAGER, "--reader", READER, "--passcode-stdin"];
    let own = desk.run_with(&issue, "738164\n").expect(0).json();
    let tried = ["cards", "--json", "--try", READER, "--passcode-stdin"];
    let works = desk.run_with(&tried, "738164\n").expect(0).json();
    assert_eq!((&works["holder"], &works["serial"]), (&MANAGER.into(), &own["serial"]));
    let wrong = desk.run_with(&tried, "918273\n").expect(1);
    assert!(wrong.stderr.contains("2 tries are left"), "{}", wrong.stderr);
    let nothing = desk.run(&tried).expect(2);
    assert!(nothing.stderr.contains("no passcode came"), "{}", nothing.stderr);
    let blank = desk.run_with(&["cards", "--try", "Training reader 2", "--passcode-stdin"], "738164\n").expect(1);
    assert!(blank.stderr.contains("no certificate on this card"), "{}", blank.stderr);

    let with_card = |target: &str, stdin: &str| {
        let words = ["issue", "--json", "--holder", "555000000017", "--reader", target, "--passcode-stdin"];
        desk.run_with(&[&words[..], &["--sign-in-card", READER]].concat(), stdin)
    };
    let own_card = with_card(READER, "738164\n295183\n").expect(3);
    assert!(own_card.stderr.contains("your own card"), "{}", own_card.stderr);
    with_card("Training reader 2", "738164\n295183\n").expect(0);
    let rows = desk.run(&["audit", "export"]).expect(0).stdout;
    let confirmed = rows.lines().rfind(|row| row.contains("issuance.confirmed")).expect("on record");
    assert!(confirmed.contains(&format!("\"officer\":\"{MANAGER}\"")), "{confirmed}");
    assert!(rows.contains("session.card"));
    for secret in ["738164", "295183", "918273"] {
        assert!(!rows.contains(secret));
    }
}
