//! The virtual card against the standard, in every behaviour.

use std::sync::mpsc::sync_channel;

use rsa::{BigUint, Pkcs1v15Sign, RsaPublicKey};

use super::*;
use crate::{
    card::{
        algorithm::{KeyAlgorithm, ManagementAlgorithm},
        tlv::{self, Tag},
    },
    domain::{Passcode, PasscodeRules, Secret, UnlockCode},
};

const SELECT: &str = "00A4040005A00000030800";
const VERIFY: &str = "0020008008373338313634FFFF00";

fn blueprint(behaviour: &str, algorithm: ManagementAlgorithm, key_bytes: u8) -> Blueprint {
    Blueprint {
        production: ProductionData::invented([0x55, 0x50, 0x00, 0x01], [0x00, 0x07]),
        management_key: ManagementKey::new(algorithm, Secret::new((1..=key_bytes).collect())).expect("right length"),
        transport_passcode: Passcode::shaped(Secret::new(b"738164".to_vec()), PasscodeRules::default())
            .expect("digits"),
        transport_unlock_code: UnlockCode::new(Secret::new(b"90426183".to_vec())).expect("8 bytes"),
        domain_keys: Vec::new(),
        behaviour: Behaviour::named(behaviour).expect("it comes along"),
    }
}

fn card(behaviour: &str) -> VirtualCard {
    VirtualCard::new(&blueprint(behaviour, ManagementAlgorithm::Aes192, 24))
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    let digits: Vec<char> = hexadecimal.chars().filter(|c| !c.is_whitespace()).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).expect("hexadecimal"))
        .collect()
}

/// Sends one command, collects its whole answer, and gives data and status word.
fn send(card: &mut VirtualCard, command: &[u8]) -> (Vec<u8>, u16) {
    let mut data = Vec::new();
    let mut answer = card.transmit(command).expect("the card is in");
    loop {
        let status = answer.split_off(answer.len() - 2);
        data.extend(answer);
        if status[0] != 0x61 {
            return (data, u16::from_be_bytes([status[0], status[1]]));
        }
        answer = card.transmit(&[0x00, 0xC0, 0x00, 0x00, status[1]]).expect("the card is in");
    }
}

fn status(card: &mut VirtualCard, command: &str) -> u16 {
    send(card, &bytes(command)).1
}

/// SELECT and mutual authentication with the key of [`blueprint`].
fn unlock(card: &mut VirtualCard) {
    assert_eq!(status(card, SELECT), 0x9000);
    let key = card.memory.management_key().expect("whole");
    let reference = key.algorithm().reference();
    let (witness, _) = send(card, &[0x00, 0x87, reference, 0x9B, 0x04, 0x7C, 0x02, 0x80, 0x00, 0x00]);
    let enciphered = witness.get(4..).expect("7C len 80 len");
    // The witness the card expects is inside its session; the cipher itself is held against published answers elsewhere.
    let expected = match &card.session.management {
        state::ManagementStatus::WitnessGiven(witness) => witness.expose().to_vec(),
        other => panic!("no witness: {other:?}"),
    };
    assert_eq!(cipher::encipher(&key, &expected).expect("one block"), enciphered);
    let challenge = vec![0xA5; key.algorithm().block_bytes()];
    let answer = tlv::Writer::new()
        .nest(Tag::known(0x7C), |w| w.put(Tag::known(0x80), &expected).put(Tag::known(0x81), &challenge))
        .finish();
    let (response, ok) = send(card, &command(0x87, reference, 0x9B, &answer));
    assert_eq!(ok, 0x9000);
    assert_eq!(response.get(4..).expect("7C len 82 len"), cipher::encipher(&key, &challenge).expect("one block"));
}

fn command(ins: u8, p1: u8, p2: u8, data: &[u8]) -> Vec<u8> {
    [&[0x00, ins, p1, p2, u8::try_from(data.len()).expect("short")], data, &[0x00]].concat()
}

/// Cuts data into pieces of 255 bytes; all but the last go as chain.
fn send_chained(card: &mut VirtualCard, ins: u8, p1: u8, p2: u8, data: &[u8]) -> (Vec<u8>, u16) {
    let mut pieces = data.chunks(255).peekable();
    while let Some(piece) = pieces.next() {
        let mut raw = command(ins, p1, p2, piece);
        if pieces.peek().is_none() {
            return send(card, &raw);
        }
        raw[0] = 0x10;
        raw.pop();
        assert_eq!(send(card, &raw).1, 0x9000);
    }
    unreachable!("data is not empty")
}

fn generate(card: &mut VirtualCard, slot: u8, algorithm: KeyAlgorithm) -> Vec<u8> {
    let (public, ok) = send(card, &command(0x47, 0x00, slot, &[0xAC, 0x03, 0x80, 0x01, algorithm.reference()]));
    assert_eq!(ok, 0x9000);
    public
}

fn part(template: &[u8], outer: u32, inner: u32) -> Vec<u8> {
    let outer = tlv::find(template, Tag::known(outer)).expect("whole").expect("there");
    tlv::find(outer, Tag::known(inner)).expect("whole").expect("there").to_vec()
}

#[test]
fn every_management_algorithm_unlocks_writing() {
    for (algorithm, key_bytes) in ManagementAlgorithm::ALL.into_iter().zip([24, 16, 24, 32]) {
        let mut card = VirtualCard::new(&blueprint("training", algorithm, key_bytes));
        assert_eq!(status(&mut card, SELECT), 0x9000);
        assert_eq!(status(&mut card, "00DB3FFF0A5C035FC10253030102 0300"), 0x6982);
        unlock(&mut card);
        assert_eq!(status(&mut card, "00DB3FFF0A5C035FC10253030102 0300"), 0x9000, "{algorithm:?}");
        assert_eq!(send(&mut card, &bytes("00CB3FFF055C035FC10200")).0, bytes("5303010203"));
    }
}

#[test]
fn a_wrong_witness_locks_and_is_worded_by_the_behaviour() {
    for (behaviour, word) in [("training", 0x6982), ("column-c2", 0x6982), ("column-c3", 0x6A80), ("column-c4", 0x6982)]
    {
        let mut card = card(behaviour);
        unlock(&mut card);
        assert_eq!(send(&mut card, &bytes("00870A9B047C02800000")).1, 0x9000);
        let wrong = format!("00870A9B267C24 8010{} 8110{}00", "00".repeat(16), "11".repeat(16));
        assert_eq!(status(&mut card, &wrong), word, "{behaviour}");
        assert_eq!(status(&mut card, "0047009A05AC0380011100"), 0x6982, "{behaviour}");
        assert_eq!(status(&mut card, "0087039B047C02800000"), 0x6A86, "{behaviour}");
    }
}

#[test]
fn rsa_signatures_verify_and_the_signing_key_asks_each_time() {
    let mut card = card("training");
    unlock(&mut card);
    let public = generate(&mut card, 0x9C, KeyAlgorithm::Rsa2048);
    let modulus = part(&public, 0x7F49, 0x81);
    let exponent = part(&public, 0x7F49, 0x82);
    let key = RsaPublicKey::new(BigUint::from_bytes_be(&modulus), BigUint::from_bytes_be(&exponent)).expect("a key");
    let hash = [0x5A; 32];
    let prefix = bytes("3031300D060960864801650304020105000420");
    let mut block = vec![0x00, 0x01];
    block.extend(vec![0xFF; 256 - 3 - prefix.len() - hash.len()]);
    block.push(0x00);
    block.extend(&prefix);
    block.extend(hash);
    let request = tlv::Writer::new()
        .nest(Tag::known(0x7C), |w| w.put(Tag::known(0x82), &[]).put(Tag::known(0x81), &block))
        .finish();
    assert_eq!(send_chained(&mut card, 0x87, 0x07, 0x9C, &request).1, 0x6982);
    assert_eq!(status(&mut card, VERIFY), 0x9000);
    let (answer, ok) = send_chained(&mut card, 0x87, 0x07, 0x9C, &request);
    assert_eq!(ok, 0x9000);
    let padding = Pkcs1v15Sign { hash_len: Some(32), prefix: prefix.into() };
    key.verify(padding, &hash, &part(&answer, 0x7C, 0x82)).expect("the card holds the key");
    assert_eq!(send_chained(&mut card, 0x87, 0x07, 0x9C, &request).1, 0x6982, "once more without the passcode");
}

#[test]
fn curve_signatures_verify() {
    use p256::ecdsa::signature::hazmat::PrehashVerifier;
    let mut card = card("training");
    unlock(&mut card);
    assert_eq!(status(&mut card, VERIFY), 0x9000);
    let hash = [0x5A; 32];
    let request = tlv::Writer::new()
        .nest(Tag::known(0x7C), |w| w.put(Tag::known(0x82), &[]).put(Tag::known(0x81), &hash))
        .finish();
    let point = part(&generate(&mut card, 0x9A, KeyAlgorithm::P256), 0x7F49, 0x86);
    let signature = part(&send(&mut card, &command(0x87, 0x11, 0x9A, &request)).0, 0x7C, 0x82);
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).expect("a point");
    key.verify_prehash(&hash, &p256::ecdsa::Signature::from_der(&signature).expect("DER")).expect("P-256");
    let point = part(&generate(&mut card, 0x9A, KeyAlgorithm::P384), 0x7F49, 0x86);
    let signature = part(&send(&mut card, &command(0x87, 0x14, 0x9A, &request)).0, 0x7C, 0x82);
    let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(&point).expect("a point");
    let padded = [[0; 16].as_slice(), &hash].concat();
    key.verify_prehash(&padded, &p384::ecdsa::Signature::from_der(&signature).expect("DER")).expect("P-384");
}

#[test]
fn tries_are_counted_as_each_column_counts_them() {
    for (behaviour, tries, misshapen, query) in [
        ("training", 3, 0x6A80, 0x63C0),
        ("column-c2", 3, 0x63C2, 0x63C0),
        ("column-c3", 5, 0x63C4, 0x6983),
        ("column-c4", 6, 0x6A80, 0x6983),
    ] {
        let mut card = card(behaviour);
        status(&mut card, SELECT);
        assert_eq!(status(&mut card, "0020008000"), 0x63C0 | tries, "{behaviour}");
        assert_eq!(status(&mut card, "00200080083733383136FFFFFF"), misshapen, "{behaviour}");
        while status(&mut card, "0020008008313131313131FFFF") & 0xFFF0 == 0x63C0 {}
        assert_eq!(status(&mut card, VERIFY), 0x6983, "{behaviour}: the right one comes too late");
        assert_eq!(status(&mut card, "0020008000"), query, "{behaviour}");
        assert_eq!(status(&mut card, "002C0080103930343236313833363237313833FFFF"), 0x9000, "{behaviour}");
        assert_eq!(status(&mut card, "0020008008363237313833FFFF"), 0x9000, "{behaviour}");
    }
}

#[test]
fn what_is_private_needs_the_passcode_also_for_who_wrote_it() {
    let mut card = card("training");
    unlock(&mut card);
    assert_eq!(status(&mut card, "00DB3FFF085C035FC109530101"), 0x9000);
    assert_eq!(status(&mut card, "00CB3FFF055C035FC10900"), 0x6982);
    status(&mut card, VERIFY);
    assert_eq!(status(&mut card, "00CB3FFF055C035FC10900"), 0x9000);
    card.reset();
    status(&mut card, SELECT);
    assert_eq!(status(&mut card, "00CB3FFF055C035FC10900"), 0x6982, "a reset locks");
}

#[test]
fn long_objects_go_in_and_out_in_pieces() {
    let mut card = card("training");
    unlock(&mut card);
    let value: Vec<u8> = (0..2_900u32).map(|i| i.to_le_bytes()[0]).collect();
    let object = tlv::Writer::new().put(Tag::known(0x53), &value).finish();
    let data = [bytes("5C035FC105"), object.clone()].concat();
    assert_eq!(send_chained(&mut card, 0xDB, 0x3F, 0xFF, &data).1, 0x9000);
    let before = card.command_count();
    assert_eq!(send(&mut card, &bytes("00CB3FFF055C035FC10500")), (object, 0x9000));
    assert_eq!(card.command_count() - before, 12, "256 bytes a piece");
}

#[test]
fn the_security_domain_tells_the_serial_and_locks_the_rest() {
    let mut card = card("training");
    unlock(&mut card);
    assert_eq!(status(&mut card, "80CA9F7F00"), 0x6E00, "the PIV application does not know it");
    for identifier in ["00A4040008A000000151000000", "00A4040008A000000003000000", "00A40400"] {
        assert_eq!(status(&mut card, identifier), 0x9000);
        let (data, ok) = send(&mut card, &bytes("80CA9F7F00"));
        assert_eq!((ok, data.len()), (0x9000, 45));
        assert_eq!(data.get(3 + 12..3 + 18), Some(bytes("555000010007").as_slice()));
    }
    assert_eq!(status(&mut card, SELECT), 0x9000);
    assert_eq!(status(&mut card, "0047009A05AC0380011100"), 0x6982);
}

#[test]
fn faults_happen_once_and_where_they_were_armed() {
    let mut card = card("training");
    status(&mut card, SELECT);
    let wrong = bytes("0020008008313131313131FFFF");
    card.arm(1, Fault::Pulled(Moment::BeforeEffect));
    assert_eq!(card.transmit(&wrong), Err(TransportError::Removed));
    assert_eq!(card.transmit(&wrong), Err(TransportError::Removed), "it is still out");
    card.power_on();
    status(&mut card, SELECT);
    assert_eq!(status(&mut card, "0020008000"), 0x63C3, "no try was lost");
    card.arm(1, Fault::Pulled(Moment::AfterEffect));
    assert_eq!(card.transmit(&wrong), Err(TransportError::Removed));
    card.power_on();
    status(&mut card, SELECT);
    assert_eq!(status(&mut card, "0020008000"), 0x63C2, "a try was lost");
    card.arm(2, Fault::Answers(Moment::BeforeEffect, StatusWord(0x6F00)));
    assert_eq!(status(&mut card, VERIFY), 0x9000);
    assert_eq!(status(&mut card, "0020008000"), 0x6F00);
    card.arm(1, Fault::ResetByAnother);
    assert_eq!(card.transmit(&bytes("0020008000")), Err(TransportError::Reset));
    status(&mut card, SELECT);
    assert_eq!(status(&mut card, "0020008000"), 0x63C3, "the reset locked it");
}

#[test]
fn a_slow_card_is_held_exactly_at_key_generation() {
    let mut card = card("training");
    unlock(&mut card);
    let (asked, asking) = sync_channel(0);
    let (go, going) = sync_channel(0);
    card.set_pace(move |algorithm| {
        asked.send(algorithm).expect("the test listens");
        going.recv().expect("the test says when");
    });
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| generate(&mut card, 0x9A, KeyAlgorithm::P256));
        assert_eq!(asking.recv(), Ok(KeyAlgorithm::P256));
        assert!(!worker.is_finished());
        go.send(()).expect("the card waits");
        assert!(!worker.join().expect("no panic").is_empty());
    });
}

#[test]
fn a_card_file_holds_what_the_last_command_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("card.json");
    let new = || blueprint("training", ManagementAlgorithm::Aes192, 24);
    let mut card = VirtualCard::open(&file, new).expect("a new card");
    unlock(&mut card);
    let public = generate(&mut card, 0x9A, KeyAlgorithm::P256);
    status(&mut card, "0020008008313131313131FFFF");
    // As after a kill: nothing of the object is asked to save anything.
    std::mem::forget(card);
    let mut card = VirtualCard::open(&file, || unreachable!("it is there")).expect("the same card");
    assert_eq!(card.memory.keys.get(&0x9A).and_then(|key| key.public_template().ok()), Some(public));
    status(&mut card, SELECT);
    assert_eq!(status(&mut card, "0020008000"), 0x63C2);
    assert_eq!(status(&mut card, "0047009A05AC0380011100"), 0x6982, "a power cut locks");
    std::fs::write(&file, "{}").expect("written");
    assert!(matches!(VirtualCard::open(&file, new), Err(CardFileError::Unreadable { .. })));
}

#[test]
fn nothing_printed_shows_a_secret() {
    let card = card("training");
    let shown = format!("{card:?} {:?}", blueprint("training", ManagementAlgorithm::Aes192, 24));
    assert!(!shown.contains("738164") && !shown.contains("90426183"), "{shown}");
}
