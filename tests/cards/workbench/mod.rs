//! A bench of two readers behind a pcscd of its own, for tests that need the real PC/SC service.
//!
//! The service has one socket on a machine, so benches take turns: a lock on the reader driver, the one file they all use, holds
//! the next one back, also across test programs. Nothing is installed or configured; the service runs with a reader folder of its own and ends with the
//! bench.

// Each test program uses its own part of it.
#![allow(dead_code)]

use std::{
    fs::File,
    io,
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread::JoinHandle,
    time::Duration,
};

use cardwright::card::{
    pcsc::PcscReaders,
    reader::{CardReaders, CardWatch, Presence, ReaderEvent},
    virtual_card::vpcd::{self, Chip, Departure},
};
use cardwright_independent_card::{ATR, IndependentCard};
use tempfile::TempDir;
use zeroize::Zeroizing;

/// Longest wait for one event of the service. It polls its readers every 400 ms; a loaded machine needs more.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where Debian's `vsmartcard-vpcd` puts the reader driver.
const DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";

/// pcscd with two readers. Dropping it takes the cards out and ends the service.
pub struct Workbench {
    service: Child,
    readers: PcscReaders,
    watch: CardWatch,
    folder: TempDir,
    first_port: u16,
    cards: [Option<Inserted>; 2],
    _turn: File,
}

struct Inserted {
    stream: TcpStream,
    serving: JoinHandle<io::Result<Departure>>,
}

impl Workbench {
    /// Starts the service and waits until it shows both readers empty.
    pub fn start() -> Self {
        let turn = File::open(DRIVER).expect("the reader driver (Debian package vsmartcard-vpcd)");
        turn.lock().expect("this bench's turn");
        let folder = tempfile::tempdir().expect("a scratch folder");
        let drivers = folder.path().join("readers");
        std::fs::create_dir(&drivers).expect("a reader folder");
        let first_port = two_free_ports();
        let configuration = format!(
            "FRIENDLYNAME \"Workbench\"\nDEVICENAME /dev/null:0x{first_port:04X}\nLIBPATH {DRIVER}\nCHANNELID 0x{first_port:04X}\n"
        );
        std::fs::write(drivers.join("vpcd"), configuration).expect("a reader configuration");
        let service = start_service(folder.path());
        let readers = PcscReaders;
        let watch = readers.watch().expect("a watch");
        let bench = Self { service, readers, watch, folder, first_port, cards: [None, None], _turn: turn };
        bench.wait_until(|present| present == [Some(false), Some(false)]);
        bench
    }

    /// The name of reader 0 or 1 as PC/SC shows it.
    pub fn reader_name(&self, reader: usize) -> String {
        format!("Workbench 00 {reader:02}")
    }

    /// The readers as the program sees them.
    pub fn readers(&self) -> &PcscReaders {
        &self.readers
    }

    /// Puts a card into reader 0 or 1 and waits until the service shows it.
    pub fn insert(&mut self, reader: usize, card: impl Chip + Send + 'static) {
        let port = self.first_port + u16::try_from(reader).expect("0 or 1");
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("an empty reader");
        let other_end = stream.try_clone().expect("the stream twice");
        let serving = std::thread::spawn(move || vpcd::serve(other_end, card));
        self.cards[reader] = Some(Inserted { stream, serving });
        self.wait_until(|present| present[reader] == Some(true));
    }

    /// Takes the card out of reader 0 or 1 and waits until the service shows the reader empty.
    pub fn remove(&mut self, reader: usize) {
        if let Some(card) = self.cards[reader].take() {
            // The card may have left by itself and the stream be closed already.
            drop(card.stream.shutdown(Shutdown::Both));
            drop(card.serving.join().expect("the card did not panic"));
        }
        self.wait_until(|present| present[reader] == Some(false));
    }

    /// Unplugs both readers: their service ends, and the cards in them are gone.
    pub fn unplug(&mut self) {
        for card in self.cards.iter_mut().filter_map(Option::take) {
            drop(card.stream.shutdown(Shutdown::Both));
            drop(card.serving.join());
        }
        drop(self.service.kill());
        drop(self.service.wait());
        self.wait_until(|present| present == [None, None]);
    }

    /// Plugs both readers in again, empty.
    pub fn plug_in(&mut self) {
        self.service = start_service(self.folder.path());
        self.wait_until(|present| present == [Some(false), Some(false)]);
    }

    /// Commands that reached any card, by the service's own log.
    pub fn apdu_count(&self) -> usize {
        self.log().lines().filter(|line| line.contains(" APDU: ")).count()
    }

    /// The service's log.
    pub fn log(&self) -> String {
        let bytes = std::fs::read(self.folder.path().join("pcscd.log")).expect("the log");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Waits for the readers to show this: for each whether a card is in it, `None` for a reader not shown at all.
    pub fn wait_until(&self, wanted: impl Fn([Option<bool>; 2]) -> bool) {
        let shown = || {
            let list = self.readers.list().unwrap_or_default();
            [0, 1].map(|reader| {
                let name = self.reader_name(reader);
                list.iter().find(|status| status.name == name).map(|status| status.card != Presence::Empty)
            })
        };
        while !wanted(shown()) {
            // What happened is looked up above; the event says only that it is worth looking.
            match self.watch.next_within(PATIENCE) {
                Ok(
                    ReaderEvent::Changed(_)
                    | ReaderEvent::Gone { .. }
                    | ReaderEvent::ServiceBack
                    | ReaderEvent::ServiceLost,
                ) => {}
                Err(fault) => panic!("the readers stay at {:?} ({fault})\n{}", shown(), self.log()),
            }
        }
    }
}

impl Drop for Workbench {
    fn drop(&mut self) {
        for card in self.cards.iter_mut().filter_map(Option::take) {
            drop(card.stream.shutdown(Shutdown::Both));
            drop(card.serving.join());
        }
        drop(self.service.kill());
        drop(self.service.wait());
    }
}

/// Starts the service with the reader configuration of this folder.
fn start_service(folder: &Path) -> Child {
    let log = File::create(folder.join("pcscd.log")).expect("a log file");
    Command::new("/usr/sbin/pcscd")
        .args(["--foreground", "--debug", "--apdu", "--config"])
        .arg(folder.join("readers"))
        .stdin(Stdio::null())
        .stdout(log.try_clone().expect("the log file twice"))
        .stderr(log)
        .spawn()
        .expect("pcscd (Debian package pcscd)")
}

/// Two free ports beside each other: vpcd takes the one it is told and the next.
fn two_free_ports() -> u16 {
    loop {
        let first = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).expect("a free port");
        let port = first.local_addr().expect("its number").port();
        if port < u16::MAX && TcpListener::bind((Ipv4Addr::UNSPECIFIED, port + 1)).is_ok() {
            return port;
        }
    }
}

/// The independent card as a reader sees it.
pub struct Independent(pub IndependentCard);

impl Chip for Independent {
    fn atr(&mut self) -> Vec<u8> {
        ATR.to_vec()
    }

    fn power_on(&mut self) {}

    fn power_off(&mut self) {
        self.0.power_cycle();
    }

    fn reset(&mut self) {
        self.0.power_cycle();
    }

    fn transmit(&mut self, command: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        Some(Zeroizing::new(self.0.transmit(command)))
    }
}
