//! The print queue when a printer fails: a real printer's line over TCP, cut in the middle, and what the officer does next.

use std::{
    io::{self, Read},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use cardwright::{
    bench::{IssueOrder, Order, PrintWish, PrinterCondition, TrainingCardMove, WorkId},
    cis2::Service,
    desktop::{
        model::{Model, queue::Filter},
        preferences::Preferences,
    },
    domain::{CardSerial, CardState, HolderId},
    journal::QueueState,
    printer::virtual_printer::{Fault, Model as Machine, VirtualPrinter},
    workplace::Configuration,
};
use eframe::egui::accesskit::Role;
use egui_kittest::kittest::{By, NodeT, Queryable};

use crate::harness::{LIMIT, RA_AGENT, TestWindow};

const PRINTER: &str = "Desk printer";
const READER: &str = "Training reader 1";
/// Bytes of a job that a line carries before it is cut: far more than a question, far fewer than a job.
const CUT_AFTER: u64 = 20_000;

fn holder() -> HolderId {
    "555000000017".parse().expect("a number")
}

/// One address on the network at which another machine can be put: the printer that fails, then the one that was mended.
struct Socket {
    port: u16,
    machine: Arc<Mutex<VirtualPrinter>>,
    closing: Arc<AtomicBool>,
    cut: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Socket {
    fn new(fault: Fault) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let machine = VirtualPrinter::start(Machine::default().with(fault)).expect("a port");
        let machine = Arc::new(Mutex::new(machine));
        let closing = Arc::new(AtomicBool::new(false));
        let cut = Arc::new(AtomicBool::new(false));
        let (behind, stops, cuts) = (Arc::clone(&machine), Arc::clone(&closing), Arc::clone(&cut));
        let thread = thread::spawn(move || {
            for line in listener.incoming() {
                if stops.load(Ordering::Acquire) {
                    break;
                }
                let Ok(line) = line else { continue };
                let address = behind.lock().expect("no panic").address();
                if let Ok(machine) = TcpStream::connect(address) {
                    carry(&line, &machine, cuts.load(Ordering::Acquire));
                }
            }
        });
        Self { port, machine, closing, cut, thread: Some(thread) }
    }

    /// Another machine stands there from now on.
    fn put(&self, fault: Fault) {
        let machine = VirtualPrinter::start(Machine::default().with(fault)).expect("a port");
        *self.machine.lock().expect("no panic") = machine;
    }

    /// Whether every job from now on is cut in the middle.
    fn cut(&self, cut: bool) {
        self.cut.store(cut, Ordering::Release);
    }

    /// Cards of the next whole job that the machine received.
    fn cards(&self) -> usize {
        let machine = self.machine.lock().expect("no panic");
        loop {
            let received = machine.receive(LIMIT).expect("a whole job");
            if let Ok(cards) = received.cards {
                return cards.len();
            }
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Release);
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Carries bytes both ways until both sides hung up. A line that is cut carries questions and the beginning of a job.
fn carry(line: &TcpStream, machine: &TcpStream, cut: bool) {
    thread::scope(|scope| {
        scope.spawn(|| {
            let carried = io::copy(&mut line.take(if cut { CUT_AFTER } else { u64::MAX }), &mut &*machine);
            if carried.is_ok_and(|bytes| cut && bytes == CUT_AFTER) {
                // Closed over bytes that nobody read, a line is felt as broken at the other end, and not as hung up.
                let _ = line.peek(&mut [0]);
                let _ = machine.shutdown(Shutdown::Both);
            }
            let _ = machine.shutdown(Shutdown::Write);
        });
        let _ = io::copy(&mut &*machine, &mut &*line);
        if !cut {
            let _ = line.shutdown(Shutdown::Both);
        }
    });
}

/// A window with the RA Agent at work and one printer on the network, at this socket.
fn window(socket: &Socket) -> TestWindow {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("cardwright.toml");
    let words = format!(
        "[[printers]]\nname = \"{PRINTER}\"\nprofile = \"magicard-doh-300-v2\"\ndestination = \"tcp:127.0.0.1:{}\"\n",
        socket.port
    );
    std::fs::write(&file, words).expect("it can be written");
    let configuration = Configuration::read(&file).expect("a configuration");
    let mut window = TestWindow::configured_in(folder, configuration, (1280.0, 800.0), Preferences::default());
    window.sign_in(RA_AGENT);
    window
}

fn issue(window: &mut TestWindow, work: u64) {
    window.wait_for("a recognised card", |model| model.bench.cards().any(|(reader, _)| reader.name == READER));
    let print = PrintWish::Later { printer: PRINTER.to_owned() };
    let issue = IssueOrder { holder: holder(), reader: READER.to_owned(), passcode: None, print };
    window.harness.state_mut().model.order(Order::Issue { work: WorkId(work), issue: Box::new(issue) });
    window.wait_for("a waiting card", |model| model.queue.count(Filter::Only(QueueState::Waiting)) == 1);
}

fn chosen(model: &Model) -> Option<QueueState> {
    model.queue.chosen().map(|entry| entry.state)
}

fn ready(window: &mut TestWindow) {
    window.wait_for("a ready printer", |model| {
        matches!(model.bench.printer(PRINTER).map(|printer| &printer.condition), Some(PrinterCondition::Ready { .. }))
    });
}

fn is_refused(window: &TestWindow, action: &str) -> bool {
    let button = window.harness.get(By::new().role(Role::Button).label_contains(action));
    button.accesskit_node().is_disabled()
}

fn card_state(window: &TestWindow, serial: &CardSerial) -> CardState {
    let workplace = window.workplace.as_ref().expect("it runs");
    workplace.service.card(serial).expect("the gateway answers").state
}

/// Revoked certificates on the two lists of the gateway, in OpenSSL's words.
fn revoked(window: &TestWindow) -> usize {
    let lists = window.workplace.as_ref().expect("it runs").service.crl_pem().expect("the lists");
    let end = "-----END X509 CRL-----";
    let one = |list: &str| {
        let path = window.folder.path().join("list.pem");
        std::fs::write(&path, list).expect("it can be written");
        let said = std::process::Command::new("openssl").args(["crl", "-noout", "-text", "-in"]).arg(path).output();
        let said = String::from_utf8(said.expect("openssl runs").stdout).expect("text");
        said.matches("Superseded").count()
    };
    lists.split_inclusive(end).filter(|list| list.contains(end)).map(one).sum()
}

#[test]
fn a_line_cut_in_the_middle_of_a_print_is_told_and_the_card_is_printed_at_the_second_try() {
    let socket = Socket::new(Fault::COVER_OPEN);
    let mut window = window(&socket);
    issue(&mut window, 9_000_001);
    window.click("Print queue (1)");

    // The cover is open: nothing is sent, and the button says why.
    window.wait_for("the printer's answer", |model| {
        matches!(
            model.bench.printer(PRINTER).map(|printer| &printer.condition),
            Some(PrinterCondition::CannotPrint { .. })
        )
    });
    window.run();
    assert!(is_refused(&window, "Print now"));
    assert!(is_refused(&window, "It was printed"), "only a failed one can have been printed after all");

    // Closed, but the line breaks after the first part of the job.
    socket.put(Fault::None);
    socket.cut(true);
    window.click(&format!("Ask {PRINTER} again"));
    ready(&mut window);
    window.click("Print now");
    window.wait_for("the failure", |model| chosen(model) == Some(QueueState::Failed));
    let why = window.model().queue.chosen().expect("it is chosen").why.clone().expect("why");
    assert!(why.contains("look"), "nobody knows whether a card came out, so somebody looks: {why}");
    window.run();
    assert!(!is_refused(&window, "It was printed"));

    // Mended: the same card is printed, once.
    socket.cut(false);
    window.click(&format!("Ask {PRINTER} again"));
    ready(&mut window);
    window.click("Try again");
    window.wait_for("it waits again", |model| chosen(model) == Some(QueueState::Waiting));
    window.click("Print now");
    window.wait_for("the printed card", |model| chosen(model) == Some(QueueState::Printed));
    assert_eq!(socket.cards(), 1);
    assert!(is_refused(&window, "It was printed"), "it counts as printed already");
}

#[test]
fn a_card_found_in_the_tray_is_put_on_record_as_printed() {
    let socket = Socket::new(Fault::None);
    socket.cut(true);
    let mut window = window(&socket);
    issue(&mut window, 9_000_002);
    window.click("Print queue (1)");
    ready(&mut window);
    window.click("Print now");
    window.wait_for("the failure", |model| chosen(model) == Some(QueueState::Failed));
    window.click("It was printed");
    window.wait_for("the printed card", |model| chosen(model) == Some(QueueState::Printed));
    window.wait_for_label("Look at the card");
    let serial = window.model().queue.chosen().expect("it is chosen").serial.clone();
    assert_ne!(card_state(&window, &serial), CardState::Cancelled);
}

#[test]
fn a_spoiled_card_is_revoked_and_its_holder_is_issued_another() {
    let socket = Socket::new(Fault::None);
    let mut window = window(&socket);
    issue(&mut window, 9_000_003);
    window.click("Print queue (1)");
    ready(&mut window);
    window.click("Print now");
    window.wait_for("the printed card", |model| chosen(model) == Some(QueueState::Printed));
    let serial = window.model().queue.chosen().expect("it is chosen").serial.clone();
    assert_eq!(revoked(&window), 0);

    window.click("Printed wrongly…");
    window.click("Wrong or poor photo");
    window.click("End this card");
    window.wait_for("the ended card", |model| chosen(model) == Some(QueueState::Spoiled));
    assert_eq!(card_state(&window, &serial), CardState::Cancelled);
    assert!(revoked(&window) >= 1, "its certificates are on the list");
    let service = &window.workplace.as_ref().expect("it runs").service;
    let history = service.holder_history(&holder(), 20).expect("the gateway answers");
    assert!(history.iter().any(|row| row.event == "card.spoiled"), "it is on the holder's record");

    // Another card for the same holder, on which nothing stands in the way.
    let reader = READER.to_owned();
    let blank = Order::TrainingCard { reader: reader.clone(), move_to: TrainingCardMove::NewBlank };
    window.harness.state_mut().model.order(blank);
    window.wait_for("a new card", |model| {
        model.bench.cards().any(|(reader, card)| reader.name == READER && card.serial != serial)
    });
    issue(&mut window, 9_000_004);
    let next = window.model().queue.entries.iter().find(|entry| entry.state == QueueState::Waiting).expect("it waits");
    assert_ne!(next.serial, serial);
    assert_ne!(card_state(&window, &next.serial.clone()), CardState::Cancelled);
    assert_eq!(card_state(&window, &serial), CardState::Cancelled, "two valid cards never exist");
}
