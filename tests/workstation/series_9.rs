//! A card that shows itself as Series 9, from its first look to OpenSC.

use std::{
    process::Command,
    sync::{Arc, Mutex},
};

use cardwright::{
    card::{
        algorithm::ManagementAlgorithm,
        virtual_card::{Behaviour, Blueprint, ManagementKey, ProductionData, VirtualCard, behaviour::ExtendedLength},
    },
    training::{readers::blank_card, training_series_9_management_key},
};

use crate::{
    desk::{Desk, judge},
    workbench::Workbench,
};

/// Answer to reset of ID-One PIV 2.4.1 as the profile names it (`facts/piv.md` 5.1), with its check byte.
const ATR: [u8; 17] =
    [0x3B, 0xD6, 0x97, 0x00, 0x81, 0xB1, 0xFE, 0x45, 0x1F, 0x87, 0x80, 0x31, 0xC1, 0x52, 0x41, 0x1A, 0x2B];

/// A holder of the training gateway who may have a card.
const HOLDER: &str = "555000000023";

/// A card of its own serial, with the triple-DES key that the training gateway's key set makes for it. It takes short
/// commands alone, and its label says nothing.
fn series_9() -> VirtualCard {
    let production = ProductionData::invented([0x59, 0x00, 0x00, 0x09], [0x00, 0x09]);
    let key = training_series_9_management_key(&production.serial().expect("a serial"));
    let mut behaviour = Behaviour::named("training").expect("bundled");
    behaviour.atr = ATR.to_vec();
    behaviour.label = "Personal Identity Verification".into();
    behaviour.extended_length = ExtendedLength::Refused;
    let management_key = ManagementKey::new(ManagementAlgorithm::TripleDes, key).expect("24 bytes");
    VirtualCard::new(&Blueprint { production, management_key, behaviour, ..blank_card().expect("a blank card") })
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
    let tested = Command::new("pkcs11-tool").args(["--login", "--pin", "738164", "--test"]).output().expect("OpenSC");
    let tested = String::from_utf8_lossy(&tested.stdout).into_owned() + &String::from_utf8_lossy(&tested.stderr);
    for key in ["(PIV AUTH key)", "(SIGN key)"] {
        assert_eq!(tested.matches(key).count(), 3, "each key signs, verifies and decrypts: {key}\n{tested}");
    }
    let certificates = judge("pkcs15-tool", &["--reader", &reader, "--read-certificate", "01"], desk.path());
    desk.file("authentication.pem", &certificates);
    let said = judge("openssl", &["x509", "-in", "authentication.pem", "-noout", "-subject"], desk.path());
    assert!(said.contains(HOLDER), "{said}");
    // The record says which generation it is.
    let again = desk.run_with_readers(&words, "738164\n").expect(3).json();
    assert_eq!(again["outcome"], "refused", "{again}");
}
