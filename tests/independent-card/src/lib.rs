//! A PIV card that Cardwright did not write: Nitrokey's `piv-authenticator`, with the operating system around it that a
//! card needs. Tests run on it to find what the virtual card and the program have wrong in the same way.
//!
//! Its random numbers come from the system, not from the framework's fixed seed, so keys never repeat.

mod card_system;
mod dispatch;

use std::{
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread::JoinHandle,
};

use des::{
    TdesEde3,
    cipher::{Array, BlockCipherEncrypt, KeyInit},
};
use piv_authenticator::{Authenticator, Options};
use rand_core::OsRng;
use trussed::{
    ClientImplementation,
    pipe::TrussedChannel,
    platform::Platform,
    virt::{Runner, StorageConfig, Store, StoreConfig, Syscall, UserInterface},
};

use card_system::CardSystem;
use dispatch::{BACKENDS, Parts};

/// Passcode the application is delivered with.
pub const FACTORY_PASSCODE: &[u8; 6] = b"123456";
/// Unlock code the application is delivered with.
pub const FACTORY_UNLOCK_CODE: &[u8; 8] = b"12345678";
/// Management key (triple DES) the application is delivered with: 01 to 08, three times.
pub const FACTORY_MANAGEMENT_KEY: [u8; 24] = [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8];

/// Answer to reset of our own: T=1, historical bytes `INDEPENDENT`.
pub const ATR: [u8; 16] =
    [0x3B, 0x8B, 0x80, 0x01, b'I', b'N', b'D', b'E', b'P', b'E', b'N', b'D', b'E', b'N', b'T', check_byte()];

/// ISO/IEC 7816-3, 8.2.5: all bytes after the first sum (by XOR) to zero.
const fn check_byte() -> u8 {
    let counted = b"\x8B\x80\x01INDEPENDENT";
    let (mut sum, mut at) = (0, 0);
    while at < counted.len() {
        sum ^= counted[at];
        at += 1;
    }
    sum
}

/// A management key the factory can put on the card.
pub enum ManagementKey {
    /// Three-key triple DES.
    TripleDes([u8; 24]),
    /// AES-256.
    Aes256([u8; 32]),
}

/// One card. It runs on a thread of its own; several live side by side.
pub struct IndependentCard {
    orders: Option<SyncSender<Order>>,
    answers: Receiver<Vec<u8>>,
    thread: Option<JoinHandle<()>>,
    /// Where a card without a folder of its own keeps its memory.
    scratch: Option<tempfile::TempDir>,
}

enum Order {
    Transmit(Vec<u8>),
    PowerCycle,
}

impl IndependentCard {
    /// A factory-new card that is gone when it is dropped.
    ///
    /// # Panics
    /// The system gives no scratch folder.
    #[must_use]
    pub fn new() -> Self {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let mut card = Self::open(scratch.path());
        card.scratch = Some(scratch);
        card
    }

    /// The card kept in this folder, or a factory-new one there.
    ///
    /// # Panics
    /// The system gives no thread.
    #[must_use]
    pub fn open(folder: &Path) -> Self {
        let (orders, incoming) = sync_channel(0);
        let (outgoing, answers) = sync_channel(0);
        let folder = folder.to_owned();
        let life = move || live(&folder, &incoming, &outgoing);
        let thread = std::thread::Builder::new().name("independent card".into()).stack_size(16 << 20).spawn(life);
        let thread = Some(thread.expect("a thread for the card"));
        Self { orders: Some(orders), answers, thread, scratch: None }
    }

    /// What a factory does before delivery: gives the card an identifier of its own (the first 21 bytes of the card
    /// capability container, by which it has a serial), and another management key when asked.
    ///
    /// # Panics
    /// The card refuses, which a factory-new one does not.
    pub fn leave_factory(&mut self, card_identifier: [u8; 21], management_key: Option<ManagementKey>) {
        self.must(&[0x00, 0xA4, 0x04, 0x00, 0x05, 0xA0, 0x00, 0x00, 0x03, 0x08, 0x00]);
        let challenge = self.must(&[0x00, 0x87, 0x03, 0x9B, 0x04, 0x7C, 0x02, 0x81, 0x00, 0x00]);
        let block: [u8; 8] = challenge.get(4..12).and_then(|b| b.try_into().ok()).expect("a challenge of one block");
        let mut block = Array::from(block);
        TdesEde3::new(&Array::from(FACTORY_MANAGEMENT_KEY)).encrypt_block(&mut block);
        let mut answer = vec![0x00, 0x87, 0x03, 0x9B, 0x0C, 0x7C, 0x0A, 0x82, 0x08];
        answer.extend(block);
        self.must(&answer);
        let mut container = vec![0xF0, 21];
        container.extend(card_identifier);
        container.extend([0xF1, 1, 0x21, 0xF2, 1, 0x21, 0xF3, 0, 0xF4, 1, 0, 0xF5, 1, 0x10]);
        container.extend([0xF6, 0, 0xF7, 0, 0xFA, 0, 0xFB, 0, 0xFC, 0, 0xFD, 0, 0xFE, 0]);
        let length = |bytes: &[u8]| u8::try_from(bytes.len()).expect("less than 256 bytes");
        let mut data = vec![0x5C, 0x03, 0x5F, 0xC1, 0x07, 0x53, length(&container)];
        data.extend(container);
        let mut put = vec![0x00, 0xDB, 0x3F, 0xFF, length(&data)];
        put.extend(data);
        self.must(&put);
        let (algorithm, key) = match &management_key {
            None => return self.power_cycle(),
            Some(ManagementKey::TripleDes(key)) => (0x03, key.as_slice()),
            Some(ManagementKey::Aes256(key)) => (0x0C, key.as_slice()),
        };
        let mut set = vec![0x00, 0xFF, 0xFF, 0xFE, length(key) + 3, algorithm, 0x9B, length(key)];
        set.extend(key);
        self.must(&set);
        self.power_cycle();
    }

    fn must(&mut self, command: &[u8]) -> Vec<u8> {
        let mut answer = self.transmit(command);
        let status = answer.split_off(answer.len().saturating_sub(2));
        assert_eq!(status, [0x90, 0x00], "the factory's command {:02X?} failed", command.get(..4));
        answer
    }

    /// Sends one command and waits for its answer.
    ///
    /// # Panics
    /// The application panicked.
    pub fn transmit(&mut self, command: &[u8]) -> Vec<u8> {
        self.order(Order::Transmit(command.to_vec()));
        self.answers.recv().expect("the card's thread answers")
    }

    /// Power off and on, or a reset: everything that was unlocked is locked.
    ///
    /// # Panics
    /// The application panicked.
    pub fn power_cycle(&mut self) {
        self.order(Order::PowerCycle);
    }

    fn order(&self, order: Order) {
        self.orders.as_ref().and_then(|orders| orders.send(order).ok()).expect("the card's thread lives");
    }
}

impl Default for IndependentCard {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for IndependentCard {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the application was reported where it was noticed.
            drop(thread.join());
        }
        // Only after the card's life has ended may its memory go.
        drop(self.scratch.take());
    }
}

/// One life of the card after another. The application keeps what was unlocked until it is built anew, so a power cut
/// ends it and starts it again over the same files.
fn live(folder: &Path, orders: &Receiver<Order>, answers: &SyncSender<Vec<u8>>) {
    loop {
        let file = |name: &str| -> PathBuf { folder.join(name) };
        let mut store = StoreConfig {
            internal: StorageConfig::filesystem(file("internal")),
            external: StorageConfig::filesystem(file("external")),
            volatile: StorageConfig::ram(),
        };
        let ended = store.with_store(|store| {
            let channel = TrussedChannel::new();
            let (requester, responder) = channel.split().expect("a channel is split once");
            let mut runner = Runner::new();
            runner.add_endpoint(responder, "piv", BACKENDS);
            let client: ClientImplementation<'_, Syscall, Parts> =
                ClientImplementation::new(requester, runner.syscall(), None);
            let chip = Chip { random: OsRng, store, contacts: UserInterface::new() };
            runner.run(chip, Parts::new(), || {
                let mut card = CardSystem::new(Authenticator::new(client, Options::new()));
                loop {
                    match orders.recv() {
                        Ok(Order::Transmit(command)) if answers.send(card.transmit(&command)).is_ok() => {}
                        Ok(Order::PowerCycle) => return Ended::Power,
                        _ => return Ended::Card,
                    }
                }
            })
        });
        if ended == Ended::Card {
            return;
        }
    }
}

#[derive(PartialEq, Eq)]
enum Ended {
    Power,
    Card,
}

struct Chip<'a> {
    random: OsRng,
    store: Store<'a>,
    contacts: UserInterface,
}

impl<'a> Platform for Chip<'a> {
    type R = OsRng;
    type S = Store<'a>;
    type UI = UserInterface;

    fn rng(&mut self) -> &mut OsRng {
        &mut self.random
    }

    fn store(&self) -> Store<'a> {
        self.store
    }

    fn user_interface(&mut self) -> &mut UserInterface {
        &mut self.contacts
    }
}
