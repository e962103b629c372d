//! Every card test runs on two cards: our own model and one we did not write.

use std::sync::{Arc, Mutex};

use cardwright::{
    card::{
        algorithm::{KeyAlgorithm, ManagementAlgorithm},
        apdu::{Command, Response},
        tlv::{self, Tag, Writer},
        transport::{Transport, TransportError},
        virtual_card::{Behaviour, Blueprint, ManagementKey, ProductionData, VirtualCard, vpcd::Chip},
    },
    domain::{Passcode, PasscodeRules, Secret, UnlockCode},
};
use cardwright_independent_card::{FACTORY_MANAGEMENT_KEY, FACTORY_PASSCODE, FACTORY_UNLOCK_CODE, IndependentCard};
use des::{
    TdesEde3,
    cipher::{Array, BlockCipherEncrypt, KeyInit},
};

use crate::workbench::Independent;

/// A new virtual card with the secrets the independent card is delivered with, so that one test drives both.
pub fn virtual_card() -> Arc<Mutex<VirtualCard>> {
    let key = Secret::new(FACTORY_MANAGEMENT_KEY.to_vec());
    let blueprint = Blueprint {
        production: ProductionData::invented([0x55, 0x50, 0x00, 0x02], [0x00, 0x01]),
        management_key: ManagementKey::new(ManagementAlgorithm::TripleDes, key).expect("24 bytes"),
        transport_passcode: Passcode::shaped(Secret::new(FACTORY_PASSCODE.to_vec()), PasscodeRules::default())
            .expect("6 digits"),
        transport_unlock_code: UnlockCode::new(Secret::new(FACTORY_UNLOCK_CODE.to_vec())).expect("8 bytes"),
        domain_keys: Vec::new(),
        behaviour: Behaviour::named("training").expect("it comes along"),
    };
    Arc::new(Mutex::new(VirtualCard::new(&blueprint)))
}

/// A new independent card with an identifier of its own.
pub fn independent_card() -> Independent {
    let mut card = IndependentCard::new();
    let mut identifier = [0; 21];
    identifier[..7].copy_from_slice(&[0xA0, 0x00, 0x00, 0x01, 0x16, 0xFF, 0x02]);
    identifier[17..].copy_from_slice(&[0x55, 0x50, 0x00, 0x03]);
    card.leave_factory(identifier, None);
    Independent(card)
}

/// Runs a test on the one and on the other.
pub fn on_both_cards(test: impl Fn(&mut dyn Transport)) {
    test(&mut *virtual_card().lock().expect("nobody else has it"));
    test(&mut InProcess(independent_card()));
}

/// Any chip as a transport, without a reader between.
pub struct InProcess<C>(pub C);

impl<C: Chip> Transport for InProcess<C> {
    fn exchange(&mut self, command: &Command) -> Result<Response, TransportError> {
        let bytes = command.encode().map_err(|_| TransportError::Garbled)?;
        let answer = self.0.transmit(&bytes).ok_or(TransportError::Removed)?;
        Response::parse(&answer).map_err(|_| TransportError::Garbled)
    }
}

/// Sends a command of any length and gives its whole answer, which must be 9000.
pub fn must(card: &mut dyn Transport, command: Command) -> Vec<u8> {
    let pieces: Vec<&[u8]> = if command.data.is_empty() { vec![&[]] } else { command.data.chunks(255).collect() };
    let (last, first) = pieces.split_last().expect("at least one");
    for piece in first {
        let piece = Command::new(command.cla | 0x10, command.ins, command.p1, command.p2).with_data(*piece);
        assert!(card.exchange(&piece).expect("an answer").status.is_ok());
    }
    let piece = Command::new(command.cla, command.ins, command.p1, command.p2).with_data(*last).expecting_data();
    let mut answer = card.exchange(&piece).expect("an answer");
    let mut data = answer.data.clone();
    while answer.status.sw1() == 0x61 {
        let more = Command::new(0x00, 0xC0, 0x00, 0x00).with_limit(u32::from(answer.status.sw2()));
        answer = card.exchange(&more).expect("an answer");
        data.extend(&answer.data);
    }
    assert!(answer.status.is_ok(), "{command:?}: {}", answer.status);
    data
}

pub fn tag(number: u32) -> Tag {
    Tag::new(number).expect("a tag")
}

pub fn find(bytes: &[u8], number: u32) -> Vec<u8> {
    tlv::find(bytes, tag(number)).expect("whole").unwrap_or_else(|| panic!("no {number:X}")).to_vec()
}

/// SELECT and external authentication with the factory's management key.
pub fn unlock(card: &mut dyn Transport) {
    must(card, Command::new(0x00, 0xA4, 0x04, 0x00).with_data([0xA0, 0x00, 0x00, 0x03, 0x08]));
    let ask = Command::new(0x00, 0x87, 0x03, 0x9B).with_data([0x7C, 0x02, 0x81, 0x00]);
    let challenge = find(&find(&must(card, ask), 0x7C), 0x81);
    let mut block = Array::try_from(challenge.as_slice()).expect("one block");
    TdesEde3::new(&Array::from(FACTORY_MANAGEMENT_KEY)).encrypt_block(&mut block);
    let answer = Writer::new().nest(tag(0x7C), |w| w.put(tag(0x82), &block)).finish();
    must(card, Command::new(0x00, 0x87, 0x03, 0x9B).with_data(answer));
}

pub fn verify(card: &mut dyn Transport) {
    must(card, Command::new(0x00, 0x20, 0x00, 0x80).with_data([FACTORY_PASSCODE.as_slice(), &[0xFF, 0xFF]].concat()));
}

pub fn generate(card: &mut dyn Transport, slot: u8, algorithm: KeyAlgorithm) -> Vec<u8> {
    let template = [0xAC, 0x03, 0x80, 0x01, algorithm.reference()];
    find(&must(card, Command::new(0x00, 0x47, 0x00, slot).with_data(template)), 0x7F49)
}

pub fn sign(card: &mut dyn Transport, slot: u8, algorithm: KeyAlgorithm, input: &[u8]) -> Vec<u8> {
    let request = Writer::new().nest(tag(0x7C), |w| w.put(tag(0x82), &[]).put(tag(0x81), input)).finish();
    let answer = must(card, Command::new(0x00, 0x87, algorithm.reference(), slot).with_data(request));
    find(&find(&answer, 0x7C), 0x82)
}

pub fn put(card: &mut dyn Transport, object: u32, value: &[u8]) {
    let data = Writer::new().put(tag(0x5C), &tag(object).bytes()).put(tag(0x53), value).finish();
    must(card, Command::new(0x00, 0xDB, 0x3F, 0xFF).with_data(data));
}

pub fn get(card: &mut dyn Transport, object: u32) -> Vec<u8> {
    let data = Writer::new().put(tag(0x5C), &tag(object).bytes()).finish();
    find(&must(card, Command::new(0x00, 0xCB, 0x3F, 0xFF).with_data(data)), 0x53)
}

#[test]
fn keys_sign_and_objects_come_back_on_both() {
    use p256::ecdsa::{Signature, VerifyingKey, signature::hazmat::PrehashVerifier};
    on_both_cards(|card| {
        unlock(card);
        let point = find(&generate(card, 0x9A, KeyAlgorithm::P256), 0x86);
        let long: Vec<u8> = (0..1_600u32).map(|i| i.to_le_bytes()[0]).collect();
        let certificate = Writer::new().put(tag(0x70), &long).put(tag(0x71), &[0]).put(tag(0xFE), &[]).finish();
        put(card, 0x5F_C105, &certificate);
        assert_eq!(get(card, 0x5F_C105), certificate);
        verify(card);
        let hash = [0x5A; 32];
        let signature = Signature::from_der(&sign(card, 0x9A, KeyAlgorithm::P256, &hash)).expect("DER");
        VerifyingKey::from_sec1_bytes(&point).expect("a point").verify_prehash(&hash, &signature).expect("its own key");
    });
}

#[test]
fn wrong_passcodes_are_counted_on_both() {
    on_both_cards(|card| {
        must(card, Command::new(0x00, 0xA4, 0x04, 0x00).with_data([0xA0, 0x00, 0x00, 0x03, 0x08]));
        let wrong = Command::new(0x00, 0x20, 0x00, 0x80).with_data(*b"111111\xFF\xFF");
        let words: Vec<u16> = (0..4).map(|_| card.exchange(&wrong).expect("an answer").status.0).collect();
        assert_eq!(words[..2], [0x63C2, 0x63C1]);
        assert_eq!(words[3], 0x6983);
    });
}

#[test]
fn the_independent_card_forgets_what_was_unlocked_and_keeps_what_was_written() {
    let mut card = InProcess(independent_card());
    unlock(&mut card);
    put(&mut card, 0x5F_C102, &[1, 2, 3]);
    verify(&mut card);
    card.0.power_off();
    must(&mut card, Command::new(0x00, 0xA4, 0x04, 0x00).with_data([0xA0, 0x00, 0x00, 0x03, 0x08]));
    assert_eq!(get(&mut card, 0x5F_C102), [1, 2, 3]);
    let query = card.exchange(&Command::new(0x00, 0x20, 0x00, 0x80)).expect("an answer");
    assert_eq!(query.status.0, 0x63C3);
    let template = Command::new(0x00, 0x47, 0x00, 0x9A).with_data([0xAC, 0x03, 0x80, 0x01, 0x11]).expecting_data();
    assert_eq!(card.exchange(&template).expect("an answer").status.0, 0x6982);
}
