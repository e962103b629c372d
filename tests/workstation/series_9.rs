//! Series 9, from the first look to OpenSC: the training card that stands in for it, the same behind pcscd, and a card nobody
//! here wrote in its clothes.

use std::sync::{Arc, Mutex};

use cardwright::{
    card::virtual_card::{VirtualCard, vpcd::Chip},
    domain::CardSerial,
    training::{TrainingStock, training_series_9_management_key},
};
use cardwright_independent_card::{IndependentCard, ManagementKey};
use zeroize::Zeroizing;

use crate::{
    alone_judged::alone,
    desk::{Desk, judge},
    judges::works_with,
    office::HOLDER,
    on_cards_judged::{ends, pairs, passcodes},
    workbench::{Independent, Workbench},
};

/// A card of its own serial, with the triple-DES key that the training gateway's key set makes for it. It takes short
/// commands alone, and its label says nothing.
fn series_9() -> VirtualCard {
    VirtualCard::new(&TrainingStock::Series9.blank_card().expect("a blank card"))
}

/// A card nobody here wrote, with the answer to reset of the series and the key its key set has for this card.
struct InItsClothes {
    card: Independent,
    atr: Vec<u8>,
}

/// What the card above says its serial is.
const IDENTIFIER: [u8; 21] = [0xC9; 21];

fn in_its_clothes() -> InItsClothes {
    let serial = CardSerial::from_bytes(&IDENTIFIER).expect("a serial");
    let key = training_series_9_management_key(&serial).expose().try_into().expect("24 bytes");
    let mut card = IndependentCard::new();
    card.leave_factory(IDENTIFIER, Some(ManagementKey::TripleDes(key)));
    InItsClothes { card: Independent(card), atr: series_9().atr().to_vec() }
}

impl Chip for InItsClothes {
    fn atr(&mut self) -> Vec<u8> {
        self.atr.clone()
    }

    fn power_on(&mut self) {
        self.card.power_on();
    }

    fn power_off(&mut self) {
        self.card.power_off();
    }

    fn reset(&mut self) {
        self.card.reset();
    }

    fn transmit(&mut self, command: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.card.transmit(command)
    }
}

/// A folder with the profile of the series as it is corrected with a card in hand: this one tells no production data, and
/// its serial stands in its capability container. With it the line of configuration that names it.
fn corrected_profile() -> (tempfile::TempDir, String) {
    let bundled = include_str!("../../assets/card-profiles/series-9.toml");
    let corrected = bundled.replace("serial-sources = [\"cplc\"]", "serial-sources = [\"cplc\", \"ccc\"]");
    assert_ne!(corrected, bundled);
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("series-9.toml"), corrected).expect("written");
    let line = format!("cards.profiles = '{}'\n", folder.path().display());
    (folder, line)
}

#[test]
fn a_series_9_card_is_recognised_issued_and_accepted_by_opensc() {
    let (desk, mut bench) = (Desk::new(), Workbench::start());
    let card = series_9();
    let serial = card.production().serial().expect("a serial").to_string();
    bench.insert(0, Arc::new(Mutex::new(card)));
    let reader = bench.reader_name(0);

    let cards = desk.run_with_readers(&["cards", "--json"], "").expect(0).json();
    let seen = cards["readers"].as_array().expect("readers").iter().find(|r| r["reader"] == *reader).cloned();
    let seen = seen.expect("the reader");
    assert_eq!((seen["card"].as_str(), seen["profile"].as_str()), (Some("Series 9"), Some("series-9")), "{seen}");
    assert_eq!(seen["serial"].as_str(), Some(serial.as_str()));

    let words = ["issue", "--json", "--holder", HOLDER, "--reader", &reader, "--passcode-stdin"];
    let issued = desk.run_with_readers(&words, "738164\n").expect(0).json();
    assert_eq!(issued["serial"].as_str(), Some(serial.as_str()));

    let dump = judge("pkcs15-tool", &["--reader", &reader, "--dump"], desk.path());
    for expected in ["X.509 Certificate [Certificate for PIV Authentication]", "Private RSA Key [SIGN key]"] {
        assert!(dump.contains(expected), "{expected} is not in\n{dump}");
    }
    works_with("738164");
    let certificates = judge("pkcs15-tool", &["--reader", &reader, "--read-certificate", "01"], desk.path());
    desk.file("authentication.pem", &certificates);
    let said = judge("openssl", &["x509", "-in", "authentication.pem", "-noout", "-subject"], desk.path());
    assert!(said.contains(HOLDER), "{said}");
    // The record says which generation it is.
    let again = desk.run_with_readers(&words, "738164\n").expect(3).json();
    assert_eq!(again["outcome"], "refused", "{again}");
}

#[test]
fn holders_alone_with_a_series_9_card_behind_pcscd() {
    alone((Arc::new(Mutex::new(series_9())), ""));
}

#[test]
fn passcodes_of_a_series_9_card_behind_pcscd() {
    passcodes((Arc::new(Mutex::new(series_9())), ""));
}

#[test]
fn passcodes_of_a_series_9_card_nobody_here_wrote() {
    let (_folder, line) = corrected_profile();
    passcodes((in_its_clothes(), &line));
}

#[test]
fn renew_and_repair_of_a_series_9_card_behind_pcscd() {
    pairs((Arc::new(Mutex::new(series_9())), ""));
}

#[test]
fn renew_and_repair_of_a_series_9_card_nobody_here_wrote() {
    let (_folder, line) = corrected_profile();
    pairs((in_its_clothes(), &line));
}

#[test]
fn clear_and_cancel_of_a_series_9_card_behind_pcscd() {
    ends((Arc::new(Mutex::new(series_9())), ""));
}

#[test]
fn clear_and_cancel_of_a_series_9_card_nobody_here_wrote() {
    let (_folder, line) = corrected_profile();
    ends((in_its_clothes(), &line));
}

const READERS: [&str; 2] = ["Training reader 1", "Training reader 2"];

/// A desk with this configuration: in its first training reader a blank Series 9 card, in the second a Series 10 card.
fn two_series(lines: &str) -> Desk {
    let desk = Desk::configured(lines);
    let put = |reader: &str, series: &str| {
        desk.run(&["training-card", "--json", "--reader", reader, "--series", series]).expect(0).json()["serial"]
            .clone()
    };
    let serials = [put(READERS[0], "9"), put(READERS[1], "10")];
    let seen = desk.run(&["cards", "--json"]).expect(0).json();
    for ((reader, serial), series) in seen["readers"].as_array().expect("two").iter().zip(serials).zip(["9", "10"]) {
        assert_eq!((&reader["serial"], &reader["card"]), (&serial, &format!("Series {series}").into()), "{seen}");
    }
    desk
}

#[test]
fn a_holder_uses_a_series_9_card_of_training() {
    let desk = two_series("");
    let issue = ["issue", "--json", "--holder", HOLDER, "--reader", READERS[0], "--passcode-stdin"];
    desk.run_with(&issue, "738164\n").expect(0);
    let works_with = |passcode: &str| {
        let words = ["cards", "--json", "--try", READERS[0], "--passcode-stdin"];
        let tried = desk.run_with(&words, &format!("{passcode}\n")).expect(0).json();
        assert_eq!((tried["series"].as_str(), tried["holder"].as_str()), (Some("series9"), Some(HOLDER)), "{tried}");
    };
    works_with("738164");
    let own = |action: &str, stdin: &str| {
        desk.run_with(&["self-service", action, "--json", "--reader", READERS[0], "--passcode-stdin"], stdin)
    };
    own("change-passcode", "738164\n295183\n").expect(0);
    works_with("295183");
    let early = own("renew", "295183\n").expect(3);
    assert!(early.stderr.contains("can be renewed from"), "{}", early.stderr);
}

/// The ground rules of Series 10 (`facts/nhs.md` 0) hold for Series 10 alone; those of 4.1 for every series.
#[test]
fn the_rules_of_series_10_are_not_those_of_series_9() {
    let older = "[[printers]]\nname = \"Older\"\nprofile = \"magicard-doh-300-v1\"\ndestination = \"virtual\"\n";
    // Software, what Series 9 may, what Series 10 may, and why not.
    let no_connect = "identity-agent = \"2.4.10.0\"\ncredential-management = \"1.4.2.0\"\n";
    let too_old = "identity-agent = \"2.4.10.0\"\ncredential-management = \"1.3.0.0\"\n";
    let retired = "identity-agent = \"2.4.9.0\"\ncredential-management = \"1.4.2.0\"\n";
    for (software, nine, ten) in [
        (no_connect, None, Some("Smartcard Connect")),
        ("smartcard-connect = \"3.13.5.0\"\n", None, Some("too old")),
        (too_old, Some("too old"), Some("too old")),
        (retired, Some("retired"), Some("retired")),
    ] {
        let desk = two_series(&format!("[software]\n{software}"));
        for (reader, refused, holder) in [(READERS[0], nine, HOLDER), (READERS[1], ten, "555000000017")] {
            let words = ["issue", "--json", "--holder", holder, "--reader", reader, "--locked"];
            let ran = desk.run(&words).expect(if refused.is_some() { 3 } else { 0 });
            assert!(ran.stderr.contains(refused.unwrap_or_default()), "{software}, {reader}: {}", ran.stderr);
        }
    }
    // A printer that may not print Series 10 prints Series 9.
    let desk = two_series(older);
    for (reader, code, holder) in [(READERS[0], 0, HOLDER), (READERS[1], 3, "555000000017")] {
        let words = ["issue", "--json", "--holder", holder, "--reader", reader, "--locked", "--print", "Older"];
        let ran = desk.run(&words).expect(code);
        assert_eq!(ran.stderr.contains("DoH 300 v2"), code == 3, "{reader}: {}", ran.stderr);
    }
}
