//! What harms a card: its objects are written over and its keys made anew with plain commands, as somebody with its
//! management key would.

use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use cardwright::{
    card::{algorithm::ManagementAlgorithm, apdu::Command, reader::CardReaders, transport::Transport},
    domain::CardSerial,
    training,
};

use super::judge::plainly;
use crate::desk::Make;

/// The key that a card nobody here wrote leaves its factory with.
const FACTORY_KEY: [u8; 24] = [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8];

/// A card to harm.
#[derive(Clone, Copy)]
pub struct Victim<'a> {
    pub readers: &'a dyn CardReaders,
    pub make: Make,
    pub serial: &'a CardSerial,
}

impl Victim<'_> {
    /// The content of an object that anyone may read; nothing of one that is not there.
    pub fn read(&self, tag: u8) -> Vec<u8> {
        let get = Command::new(0x00, 0xCB, 0x3F, 0xFF).with_data([0x5C, 3, 0x5F, 0xC1, tag]).expecting_data();
        let answer = plainly(self.readers, |card| card.exchange(&get).expect("answers").data.to_vec());
        content(&answer).to_vec()
    }

    /// Writes over an object: what is given is all it holds.
    pub fn write(&self, tag: u8, content: &[u8]) {
        self.put(&[&[0x5C, 3, 0x5F, 0xC1, tag], header(0x53, content.len()).as_slice(), content].concat());
    }

    /// Writes over the discovery object, which stands under its own tag.
    pub fn write_discovery(&self, content: &[u8]) {
        self.put(&[header(0x7E, content.len()).as_slice(), content].concat());
    }

    fn put(&self, data: &[u8]) {
        self.as_administrator(&Command::new(0x00, 0xDB, 0x3F, 0xFF).with_data(data.to_vec()));
    }

    /// Makes another P-256 key in a slot, beside the certificate that is there.
    pub fn make_another_key(&self, slot: u8) {
        let make = Command::new(0x00, 0x47, 0x00, slot).with_data([0xAC, 3, 0x80, 1, 0x11]).expecting_data();
        self.as_administrator(&make);
    }

    fn as_administrator(&self, command: &Command) {
        plainly(self.readers, |card| {
            match self.make {
                Make::Independent => prove_triple_des_key(card, &FACTORY_KEY),
                Make::Series9 => {
                    prove_triple_des_key(card, training::training_series_9_management_key(self.serial).expose());
                }
                _ => prove_training_key(card, self.serial),
            }
            let status = card.exchange(command).expect("answers").status;
            assert!(status.is_ok(), "it is done: {status}");
        });
    }
}

fn prove_training_key(card: &mut dyn Transport, serial: &CardSerial) {
    let key = training::training_stock_management_key(serial);
    let algorithm = ManagementAlgorithm::Aes256.reference();
    let ask = Command::new(0x00, 0x87, algorithm, 0x9B).with_data([0x7C, 2, 0x80, 0]);
    let witness = card.exchange(&ask.expecting_data()).expect("answers").data.clone();
    let mut clear = aes::Block::try_from(&witness[4..]).expect("one block");
    aes::Aes256::new_from_slice(key.expose()).expect("32 bytes").decrypt_block(&mut clear);
    let answer = [&[0x7C, 36, 0x80, 16], clear.as_slice(), &[0x81, 16], [7; 16].as_slice()].concat();
    let tell = Command::new(0x00, 0x87, algorithm, 0x9B).with_data(answer);
    assert!(card.exchange(&tell.expecting_data()).expect("answers").status.is_ok(), "the key is right");
}

/// The card asks and is answered (SP 800-73-4 part 2, A.3: external authenticate).
fn prove_triple_des_key(card: &mut dyn Transport, key: &[u8]) {
    let ask = Command::new(0x00, 0x87, 0x03, 0x9B).with_data([0x7C, 2, 0x81, 0]);
    let challenge = card.exchange(&ask.expecting_data()).expect("answers").data.clone();
    let mut block = des::cipher::Block::<des::TdesEde3>::try_from(&challenge[4..12]).expect("one block");
    des::TdesEde3::new_from_slice(key).expect("24 bytes").encrypt_block(&mut block);
    let answer = [&[0x7C, 10, 0x82, 8], block.as_slice()].concat();
    let tell = Command::new(0x00, 0x87, 0x03, 0x9B).with_data(answer);
    assert!(card.exchange(&tell).expect("answers").status.is_ok(), "the key is right");
}

/// Tag and length, as short as it goes.
pub fn header(tag: u8, length: usize) -> Vec<u8> {
    let [.., high, low] = length.to_be_bytes();
    match length {
        0..0x80 => vec![tag, low],
        0x80..0x100 => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    }
}

/// What stands inside the outermost data object.
fn content(object: &[u8]) -> &[u8] {
    match object {
        [] => &[],
        [_, 0x82, rest @ ..] => &rest[2..],
        [_, 0x81, rest @ ..] => &rest[1..],
        [_, rest @ ..] => &rest[1..],
    }
}
