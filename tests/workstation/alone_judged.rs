//! What holders do alone, and cards that are handed over locked, on a card behind pcscd and in the eyes of OpenSC and
//! OpenSSL: on our virtual card and on a card nobody here wrote.

use cardwright::card::virtual_card::vpcd::Chip;

use crate::{
    judges::{Standing, read_certificates, standing, works_with},
    office::{ANOTHER, Office},
    on_cards_judged::{Service, Stock, independent, virtual_card},
    self_service::unlock_by_code,
};

/// One card through its life: issued locked, handed over, tried, renewed by its holder, given another passcode, locked by
/// wrong tries, unlocked with a code that was sent, repaired and left locked, and handed over again.
pub fn alone(stock: Stock<impl Chip + Send + 'static>) {
    // Three years and 30 days before today's certificates would end: today they have 30 days.
    let office = Office::days_ago(3 * 365 - 30);
    let service = Service::with(&office, stock);
    let gateway = office.service();
    service.run(&["issue", "--holder", ANOTHER, "--locked"], "", 0);
    read_certificates(&service.desk, &service.reader, "issued");
    let needs = service.run(&["unlock", "--passcode-stdin"], "738164\n", 3);
    assert_eq!(needs["needs"], "delivery", "{needs}");
    service.run(&["unlock", "--delivered", "--passcode-stdin"], "738164\n", 0);
    works_with("738164");

    let works = |passcode: &str| {
        let words = ["cards", "--json", "--passcode-stdin", "--try", &service.reader];
        let tried = service.desk.run_with_readers(&words, &format!("{passcode}\n")).expect(0).json();
        assert_eq!((&tried["holder"], &tried["diagnosis"]), (&ANOTHER.into(), &serde_json::json!([])), "{tried}");
    };
    works("738164");
    office.pass(3 * 365 - 30);
    service.run(&["self-service", "renew", "--passcode-stdin"], "738164\n", 0);
    works_with("738164");
    read_certificates(&service.desk, &service.reader, "renewed");
    assert_eq!(standing(&service.desk, &gateway, "issued"), [Standing::Revoked, Standing::Revoked]);
    assert_eq!(standing(&service.desk, &gateway, "renewed"), [Standing::Good, Standing::Good]);

    service.run(&["self-service", "change-passcode", "--passcode-stdin"], "738164\n904261\n", 0);
    works_with("904261");
    for _ in 0..3 {
        service.run(&["self-service", "change-passcode", "--passcode-stdin"], "640182\n735194\n", 1);
    }
    assert_eq!(service.look()["tries_left"], 0);
    let words = ["self-service", "unlock", "--json", "--passcode-stdin", "--reader", &service.reader];
    unlock_by_code(service.desk.command(&words), &office.messages(), "735194");
    works_with("735194");
    assert_eq!(standing(&service.desk, &gateway, "renewed"), [Standing::Good, Standing::Good]);

    let found = service.run(&["repair", "--diagnose", "--passcode-stdin"], "735194\n", 0);
    assert_eq!((&found["found"], &found["keys_tried"]), (&serde_json::json!([]), &true.into()), "{found}");
    let repaired = service.run(&["repair", "--locked"], "", 0);
    assert_eq!((&repaired["locked"], &repaired["which_pair"]), (&true.into(), &"new".into()), "{repaired}");
    assert_eq!(service.look()["standing"], "locked");
    service.run(&["unlock", "--passcode-stdin"], "738164\n", 0);
    works_with("738164");
    works("738164");
    read_certificates(&service.desk, &service.reader, "repaired");
    assert_eq!(standing(&service.desk, &gateway, "renewed"), [Standing::Revoked, Standing::Revoked]);
    assert_eq!(standing(&service.desk, &gateway, "repaired"), [Standing::Good, Standing::Good]);
}

#[test]
fn holders_alone_with_a_card_behind_pcscd() {
    alone((virtual_card(), ""));
}

#[test]
fn holders_alone_with_a_card_nobody_here_wrote() {
    alone((independent(), ""));
}
