//! Judges a card from outside: the gateway's database by SQL, the chip by plain commands, its signatures with a library
//! that knows nothing of cards.

use cardwright::{
    card::{
        algorithm::ManagementAlgorithm,
        apdu::Command,
        reader::{Access, CardReaders},
        transport::{ExchangeRecord, Link, Transport, layered},
    },
    domain::{CardSerial, HolderId, Passcode},
    operations::{CardWish, Ending},
    training,
};
use p256::ecdsa::{DerSignature, VerifyingKey, signature::hazmat::PrehashVerifier};

use super::{Bench, Task, new_passcode, run_wish};
use crate::{
    desk::{self, READER},
    promise::{Chip, Ended, GatewayRecord},
};

/// How a card was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stands {
    /// In use; it signs with this passcode.
    Old,
    /// In use; it signs with the holder's new passcode.
    New,
    /// Locked, on record as that; it was unlocked and signs.
    Locked,
    Blank,
    Cancelled,
}

impl From<Stands> for Ended {
    fn from(stands: Stands) -> Self {
        if stands == Stands::Blank { Self::Blank } else { Self::Issued }
    }
}

/// Runs plain commands on the selected PIV application.
pub fn plainly<R>(readers: &dyn CardReaders, work: impl FnOnce(&mut dyn Transport) -> R) -> R {
    let mut connection = readers.connect(READER, Access::Exclusive).expect("the card opens");
    let (mut work, mut answer) = (Some(work), None);
    connection
        .transact(&mut |card| {
            let (link, record) = (Link::in_pieces(255), ExchangeRecord::default());
            let mut card = layered(card, &link, &record);
            let aid = [0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00];
            let select = Command::new(0x00, 0xA4, 0x04, 0x00).with_data(aid).expecting_data();
            assert!(card.exchange(&select).expect("answers").status.is_ok(), "the PIV application is there");
            answer = work.take().map(|work| work(&mut card));
        })
        .expect("a transaction");
    answer.expect("the step ran")
}

/// Whether the card takes this passcode. A wrong one costs a try.
pub fn verify(card: &mut dyn Transport, passcode: &Passcode) -> bool {
    let mut data = passcode.expose().to_vec();
    data.resize(8, 0xFF);
    card.exchange(&Command::new(0x00, 0x20, 0x00, 0x80).with_data(data)).expect("answers").status.is_ok()
}

/// Three wrong tries by an unlucky holder.
pub fn lock_with_wrong_tries(readers: &dyn CardReaders) {
    plainly(readers, |card| {
        for _ in 0..16 {
            if verify(card, &super::digits(b"000000")) || tries(card) == 0 {
                break;
            }
        }
        assert_eq!(tries(card), 0, "it is locked");
    });
}

/// Wrong unlock codes until the card takes none any more.
pub fn block_unlock_code(readers: &dyn CardReaders) {
    plainly(readers, |card| {
        // RESET RETRY COUNTER, which a card of a secure channel takes outside it too.
        let reset = Command::new(0x00, 0x2C, 0x00, 0x80).with_data(*b"00000000123456\xFF\xFF");
        let blocks = (0..16).any(|_| matches!(card.exchange(&reset).expect("answers").status.0, 0x6983 | 0x63C0));
        assert!(blocks, "it blocks");
    });
}

/// Empties one object of a virtual card, as a stranger with its management key would.
pub fn erase(readers: &dyn CardReaders, serial: &CardSerial, tag: u8) {
    let put = Command::new(0x00, 0xDB, 0x3F, 0xFF).with_data([0x5C, 0x03, 0x5F, 0xC1, tag, 0x53, 0x00]);
    as_administrator(readers, serial, &put);
}

/// Puts something that is no certificate in the place of both, as a stranger with its management key would.
pub fn spoil_certificates(readers: &dyn CardReaders, serial: &CardSerial) {
    for tag in [0x05, 0x0A] {
        let data = [0x5C, 0x03, 0x5F, 0xC1, tag, 0x53, 0x02, 0xDE, 0xAD];
        as_administrator(readers, serial, &Command::new(0x00, 0xDB, 0x3F, 0xFF).with_data(data));
    }
}

fn as_administrator(readers: &dyn CardReaders, serial: &CardSerial, command: &Command) {
    let key = training::training_stock_management_key(serial);
    plainly(readers, |card| {
        let algorithm = ManagementAlgorithm::Aes256.reference();
        let ask = Command::new(0x00, 0x87, algorithm, 0x9B).with_data([0x7C, 2, 0x80, 0]);
        let witness = card.exchange(&ask.expecting_data()).expect("answers").data.clone();
        let clear = aes_decrypt(key.expose(), &witness[4..]);
        let answer = [&[0x7C, 36, 0x80, 16], clear.as_slice(), &[0x81, 16], [7; 16].as_slice()].concat();
        let tell = Command::new(0x00, 0x87, algorithm, 0x9B).with_data(answer);
        assert!(card.exchange(&tell.expecting_data()).expect("answers").status.is_ok(), "the key is right");
        assert!(card.exchange(command).expect("answers").status.is_ok(), "it is done");
    });
}

fn aes_decrypt(key: &[u8], block: &[u8]) -> Vec<u8> {
    use aes::cipher::{BlockCipherDecrypt, KeyInit};
    let mut bytes = aes::Block::try_from(block).expect("one block");
    aes::Aes256::new_from_slice(key).expect("32 bytes").decrypt_block(&mut bytes);
    bytes.to_vec()
}

/// The card's own counter; as many as it says when it is not verified.
pub fn tries(card: &mut dyn Transport) -> u16 {
    let status = card.exchange(&Command::new(0x00, 0x20, 0x00, 0x80)).expect("answers").status;
    if status.0 == 0x6983 { 0 } else { status.0 & 0x000F }
}

pub fn tries_of(readers: &dyn CardReaders) -> u16 {
    plainly(readers, tries)
}

/// Whether both keys sign for the certificates beside them.
fn signs(readers: &dyn CardReaders, passcode: &Passcode, what: &str) {
    let chip = Chip::read(readers, READER);
    plainly(readers, |card| {
        for (slot, certificate) in [0x9A, 0x9C].into_iter().zip(&chip.certificates) {
            assert!(verify(card, passcode), "{what}: the passcode is taken");
            let digest = [0x5A; 32];
            let request = [&[0x7C, 36, 0x82, 0, 0x81, 32], digest.as_slice()].concat();
            let sign = Command::new(0x00, 0x87, 0x11, slot).with_data(request).expecting_data();
            let answer = card.exchange(&sign).expect("answers");
            assert!(answer.status.is_ok(), "{what}: {slot:02X} signs, {}", answer.status);
            let der = certificate.as_deref().unwrap_or_else(|| panic!("{what}: a certificate in {slot:02X}"));
            let (_, parsed) = x509_parser::parse_x509_certificate(der).expect("a certificate");
            let point = &parsed.tbs_certificate.subject_pki.subject_public_key.data;
            let key = VerifyingKey::from_sec1_bytes(point).expect("a P-256 key");
            let signature = DerSignature::try_from(&answer.data[4..]).expect("a signature");
            assert!(
                key.verify_prehash(&digest, &signature).is_ok(),
                "{what}: the key in {slot:02X} fits its certificate"
            );
        }
    });
}

/// Holds the promise against gateway and chip, and says how the card stands.
pub fn held(bench: &Bench, readers: &dyn CardReaders, serial: &CardSerial, holder: &HolderId, what: &str) -> Stands {
    let record = GatewayRecord::open(&bench.data());
    let chip = Chip::read(readers, READER);
    assert_eq!(record.open_issuances(serial), 0, "{what}: a job is still open");
    assert_eq!(record.on_hold(serial), 0, "{what}: a certificate is still on hold");
    assert!(bench.journal.open_jobs().expect("reads").is_empty(), "{what}: a job is open at the desk");
    let good = record.good_certificates(serial);
    let state = record.card_state(serial);
    if state != "cancelled" {
        assert!(!record.code_in_doubt(serial), "{what}: the escrow is in doubt");
    }
    match state.as_str() {
        "active" | "locked" => {
            assert_eq!(state == "locked", chip.tries == 0, "{what}: {state} on record, {} tries left", chip.tries);
            let ders: Vec<Option<Vec<u8>>> = good.into_iter().map(|(_, der)| Some(der)).collect();
            assert_eq!(ders, chip.certificates, "{what}: the good pair is the pair on the card");
        }
        "blank" => {
            assert!(good.is_empty(), "{what}: a certificate is good without a card");
            assert_eq!(chip.certificates, [None, None], "{what}: it is not blank");
            return Stands::Blank;
        }
        "cancelled" => {
            assert!(good.is_empty(), "{what}: a certificate of a cancelled card is good");
            return Stands::Cancelled;
        }
        other => panic!("{what}: the card is {other} on record"),
    }
    if state == "locked" {
        let wish = CardWish {
            serial: Some(serial.clone()),
            holder: Some(holder.clone()),
            reader: Some(READER.into()),
            // A card that was issued locked is still waiting for its holder.
            ..super::wish(Task::UnlockDelivered)
        };
        let unlocked = run_wish(&bench.desk(readers), Task::Unlock, &wish).expect(what);
        assert_eq!(unlocked.ending, Ending::Done, "{what}: nobody is locked out");
        signs(readers, &new_passcode(), what);
        return Stands::Locked;
    }
    if plainly(readers, |card| verify(card, &new_passcode())) {
        signs(readers, &new_passcode(), what);
        return Stands::New;
    }
    signs(readers, &desk::passcode(), what);
    Stands::Old
}
