//! A card in a real reader of the smart card service, from the command line to OpenSC and OpenSSL.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener},
    process::Command,
    sync::{Arc, Mutex},
};

use cardwright::{
    card::virtual_card::{VirtualCard, vpcd::Chip},
    cis2::Service,
    training::readers::blank_card,
    workplace::{Configuration, Places, Readers, Workplace},
};

use cardwright_independent_card::IndependentCard;

use crate::{
    desk::{Desk, judge},
    workbench::{Independent, Workbench},
};

/// A holder of the training gateway who may have a card.
const HOLDER: &str = "555000000023";

#[test]
fn a_card_behind_pcscd_is_issued_and_accepted_by_opensc() {
    let card = VirtualCard::new(&blank_card().expect("a blank card"));
    let serial = card.production().serial().expect("a serial").to_string();
    issued_and_accepted(Arc::new(Mutex::new(card)), &serial);
}

#[test]
fn a_card_nobody_here_wrote_is_issued_and_accepted_by_opensc() {
    let mut card = IndependentCard::new();
    card.leave_factory([0xC2; 21], None);
    issued_and_accepted(Independent(card), &"C2".repeat(21));
}

fn issued_and_accepted(card: impl Chip + Send + 'static, serial: &str) {
    let desk = Desk::new();
    let mut bench = Workbench::start();
    bench.insert(0, card);
    let reader = bench.reader_name(0);

    let cards = desk.run_with_readers(&["cards", "--json"], "").expect(0).json();
    let seen =
        cards["readers"].as_array().expect("readers").iter().find(|r| r["reader"] == *reader).expect("the reader");
    assert_eq!(seen["serial"], serial);
    let words = ["issue", "--json", "--holder", HOLDER, "--reader", &reader, "--passcode-stdin"];
    let issued = desk.run_with_readers(&words, "738164\n").expect(0).json();
    assert_eq!(issued["serial"], serial);

    let dump = judge("pkcs15-tool", &["--reader", &reader, "-D"], desk.path());
    for expected in ["X.509 Certificate [Certificate for PIV Authentication]", "Private RSA Key [SIGN key]"] {
        assert!(dump.contains(expected), "{expected} is not in\n{dump}");
    }
    let tested = Command::new("pkcs11-tool").args(["--login", "--pin", "738164", "--test"]).output().expect("OpenSC");
    let tested = String::from_utf8_lossy(&tested.stdout).into_owned() + &String::from_utf8_lossy(&tested.stderr);
    for key in ["(PIV AUTH key)", "(SIGN key)"] {
        assert_eq!(tested.matches(key).count(), 3, "each key signs, verifies and decrypts: {key}\n{tested}");
    }
    assert_eq!(tested.matches("RSA-X-509: OK").count(), 6, "both keys decrypt in every round\n{tested}");
    // The independent card has no random numbers to give; that is the one function it may lack.
    let faults: Vec<&str> =
        tested.lines().filter(|line| line.contains("ERR") && !line.contains("C_GenerateRandom")).collect();
    assert!(faults.is_empty(), "{faults:?}\n{tested}");

    // What OpenSC reads from the card stands up to the published chain and revocation lists.
    let places = Places::new(Some(desk.path().join("data")), None).expect("a data folder");
    let place = Workplace::open(&places, Configuration::default(), None, Readers::TrainingOnly).expect("the same desk");
    desk.file("chain.pem", &place.service.chain_pem().expect("a chain"));
    desk.file("crl.pem", &place.service.crl_pem().expect("revocation lists"));
    for (number, file) in [("01", "authentication.pem"), ("02", "signing.pem")] {
        judge("pkcs15-tool", &["--reader", &reader, "--read-certificate", number, "--output", file], desk.path());
        judge(
            "openssl",
            &["verify", "-CAfile", "chain.pem", "-CRLfile", "crl.pem", "-crl_check_all", file],
            desk.path(),
        );
    }
}

#[test]
fn training_card_offers_its_card_to_a_vpcd_reader_and_keeps_it() {
    let desk = Desk::new();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let offer = || {
        let words = ["training-card", "--vpcd", &address, "--card", "kept.card", "--json"];
        let child = desk.command(&words).spawn().expect("it starts");
        let (mut reader, _) = listener.accept().expect("the card comes");
        // 01 powers the card, 04 asks for its answer to reset (vpcd).
        reader.write_all(&[0, 1, 0x01, 0, 1, 0x04]).expect("sent");
        let mut answer = [0; 3];
        reader.read_exact(&mut answer).expect("an answer to reset");
        assert_eq!(answer[2], 0x3B, "direct convention (ISO/IEC 7816-3)");
        drop(reader);
        let output = child.wait_with_output().expect("it ends when the reader does");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one document");
        document["serial"].clone()
    };
    assert_eq!(offer(), offer(), "the same card from its file");

    let before = desk.run(&["cards", "--json"]).expect(0).json();
    let fresh = desk.run(&["training-card", "--reader", "Training reader 1", "--json"]).expect(0).json();
    let after = desk.run(&["cards", "--json"]).expect(0).json();
    assert_ne!(before["readers"][0]["serial"], fresh["serial"]);
    assert_eq!(after["readers"][0]["serial"], fresh["serial"]);
    drop(listener);
    let nobody = desk.run(&["training-card", "--vpcd", &address]).expect(1);
    assert!(nobody.stderr.contains(&address), "{}", nobody.stderr);
}
