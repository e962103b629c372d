//! Jobs through a real print server of our own: a raw queue to a printer of the network, a queue with Gutenprint's driver,
//! a queue that is stopped, one that keeps jobs, a printer that is gone, and a line that is cut.

pub mod server;

use std::{
    io::Read,
    net::TcpListener,
    process::Command,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
    time::Duration,
};

use cardwright::printer::{
    choice::{Destination, PrinterChoice},
    find::{self, Places},
    profile::{HeadTag, Profiles},
    spool::{CardUsed, IppQueue, Spool, SpoolError, Taken, TimeLimits},
    virtual_printer::{Model, VirtualPrinter},
};

use self::server::{Cut, PrintServer};
use crate::faces;

const LIMIT: Duration = Duration::from_secs(30);

fn queue(address: &str, send: Duration) -> IppQueue {
    let limits = TimeLimits { connect: LIMIT, send, hang_up: LIMIT, word: LIMIT };
    IppQueue::new(address, &faces::profile(HeadTag::Kge2)).with_limits(limits)
}

/// A queue with the driver of a Tango, under its own profile.
fn tango_queue(address: &str) -> IppQueue {
    let limits = TimeLimits { connect: LIMIT, send: LIMIT, hang_up: LIMIT, word: LIMIT };
    IppQueue::new(address, &faces::tango()).with_limits(limits)
}

fn job(seed: u64) -> Vec<u8> {
    faces::job(&faces::noise(seed), &faces::profile(HeadTag::Kge2))
}

#[test]
fn a_raw_queue_hands_the_job_on_byte_by_byte_also_after_it_was_stopped() {
    let server = PrintServer::start();
    let printer = VirtualPrinter::start(Model::default()).unwrap();
    server.add("cards", &["-v", &format!("socket://127.0.0.1:{}", printer.port()), "-m", "raw"]);
    let mut queue = queue(&server.queue("cards"), LIMIT);
    assert_eq!(queue.status().unwrap(), None);
    let job = job(51);
    let receipt = queue.send(&job).unwrap();
    assert!(matches!(receipt.taken, Taken::Queue { job } if job > 0), "{receipt:?}");
    let received = printer.receive(LIMIT).unwrap();
    assert!(received.job == job && received.cards.is_ok(), "the bytes differ");

    server.run("cupsdisable", &["cards"]);
    let error = queue.send(&job).unwrap_err();
    assert!(matches!(error, SpoolError::QueueStopped { .. }), "{error}");
    assert_eq!(error.card_used(), CardUsed::No);
    assert!(error.to_string().contains("start the queue"), "{error}");
    server.run("cupsenable", &["cards"]);
    queue.send(&job).unwrap();
    assert!(printer.receive(LIMIT).unwrap().job == job);
    assert!(printer.receive(Duration::from_millis(10)).is_err(), "something was printed twice");
    assert_eq!(server.jobs(), "");
}

#[test]
fn a_queue_with_gutenprints_driver_leaves_a_finished_job_as_it_is() {
    let server = PrintServer::start();
    let printer = VirtualPrinter::start(Model::default()).unwrap();
    let device = format!("socket://127.0.0.1:{}", printer.port());
    server.add("driver", &["-v", &device, "-m", "gutenprint.5.3://magicard-tango-2e/expert"]);
    let job = faces::job(&faces::noise(52), &faces::profile(HeadTag::Kee));
    tango_queue(&server.queue("driver")).send(&job).unwrap();
    assert!(printer.receive(LIMIT).unwrap().job == job, "the bytes differ");
}

#[test]
fn a_job_that_the_queue_keeps_is_taken_back_and_no_card_is_used() {
    let server = PrintServer::start();
    let printer = VirtualPrinter::start(Model::default()).unwrap();
    let device = format!("socket://127.0.0.1:{}", printer.port());
    server.add("kept", &["-v", &device, "-m", "raw", "-o", "job-hold-until-default=indefinite"]);
    let error = queue(&server.queue("kept"), Duration::from_secs(1)).send(&job(53)).unwrap_err();
    assert!(matches!(error, SpoolError::TakenBack { .. }), "{error}");
    assert_eq!(error.card_used(), CardUsed::No);
    assert_eq!(server.jobs(), "", "a job was left in the queue");
    assert!(printer.receive(Duration::from_millis(10)).is_err());
}

#[test]
fn a_job_that_the_desk_cancels_is_taken_back() {
    let server = PrintServer::start();
    server.add("kept", &["-v", "socket://127.0.0.1:1", "-m", "raw", "-o", "job-hold-until-default=indefinite"]);
    let mut queue = queue(&server.queue("kept"), 10 * LIMIT);
    let cancel = queue.cancel();
    let sender = std::thread::spawn(move || queue.send(&job(56)));
    while server.jobs().is_empty() {
        assert!(!sender.is_finished(), "it ended by itself");
    }
    cancel.now();
    let error = sender.join().unwrap().unwrap_err();
    assert!(matches!(error, SpoolError::TakenBack { .. }), "{error}");
    assert!(error.to_string().contains("cancelled at this desk"), "{error}");
    assert_eq!(server.jobs(), "");
}

/// A printer that takes the beginning of its first job, says so, and reads on when it is told to; what comes after is read at
/// once. It tells of each job how much came.
fn slow() -> (u16, Receiver<usize>, SyncSender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tells, told) = sync_channel(4);
    let (go_on, waits) = sync_channel(1);
    thread::spawn(move || {
        let mut first = true;
        for line in listener.incoming() {
            let (mut line, mut took) = (line.unwrap(), 0);
            if std::mem::take(&mut first) {
                let mut beginning = [0; 3_000];
                line.read_exact(&mut beginning).unwrap();
                tells.send(beginning.len()).unwrap();
                waits.recv().unwrap();
                took = beginning.len();
            }
            // A line that the other side gives up may end with an error.
            let mut piece = vec![0; 64 << 10];
            while let Ok(read @ 1..) = line.read(&mut piece) {
                took += read;
            }
            if tells.send(took).is_err() {
                return;
            }
        }
    });
    (port, told, go_on)
}

#[test]
fn a_job_that_the_queue_is_handing_over_is_cancelled_and_somebody_looks_at_the_card() {
    let server = PrintServer::start();
    let (port, told, go_on) = slow();
    server.add("slow", &["-v", &format!("socket://127.0.0.1:{port}"), "-m", "raw"]);
    let mut sent = queue(&server.queue("slow"), 10 * LIMIT);
    // More than the two sides of the line hold for a printer that does not read.
    let long = job(58).repeat(16);
    let total = long.len();
    let cancel = sent.cancel();
    let sender = thread::spawn(move || sent.send(&long));
    assert_eq!(told.recv_timeout(LIMIT).unwrap(), 3_000, "the printer has begun");
    cancel.now();
    let error = sender.join().unwrap().unwrap_err();
    assert!(matches!(error, SpoolError::QueueUnsure { .. }), "{error}");
    assert_eq!(error.card_used(), CardUsed::Perhaps);
    assert!(error.to_string().contains("cancelled at this desk"), "{error}");
    assert_eq!(server.jobs(), "", "the job was left in the queue");
    go_on.send(()).unwrap();
    let took = told.recv_timeout(LIMIT).unwrap();
    assert!(took < total, "all {total} bytes came after it was cancelled");
    // The next card comes whole, once, and nothing of the last one does.
    let next = job(59);
    queue(&server.queue("slow"), LIMIT).send(&next).unwrap();
    assert_eq!(told.recv_timeout(LIMIT).unwrap(), next.len());
    assert!(told.recv_timeout(Duration::from_millis(10)).is_err());
}

/// The model that a queue names, in its driver's file or in the words of whoever set it up.
#[test]
fn a_queue_of_the_first_generation_is_refused_under_the_profile_of_the_second() {
    let server = PrintServer::start();
    let device = "socket://127.0.0.1:9";
    let driver = "gutenprint.5.3://magicard-tango-2e/expert";
    for (name, model) in [("first", "DoH 300"), ("second", "DoH 300 v2")] {
        let named = format!("Magicard {model}");
        server.add_named(name, device, driver, [("Magicard Tango 2E", &named), ("RioTango2D", model)]);
    }
    server.add("labelled", &["-v", device, "-m", "raw", "-D", "Magicard DoH 300 (v1), room 4"]);
    server.add("plain", &["-v", device, "-m", "raw"]);
    let profiles = Profiles::bundled().unwrap();
    let add = |queue: &str, document: &str, profile: &str| {
        let destination = format!("{document}{}", server.queue(queue)).parse().unwrap();
        PrinterChoice { name: "Desk".to_owned(), profile: profile.to_owned(), destination, confirmed: None }
            .meet(&profiles)
    };
    let (v1, v2) = ("magicard-doh-300-v1", "magicard-doh-300-v2");
    for (name, document) in [("first", "pwg+"), ("first", ""), ("labelled", "")] {
        // Before a card is made, and before a job is.
        for error in [
            queue(&server.queue(name), LIMIT).status().unwrap_err(),
            queue(&server.queue(name), LIMIT).send(b"job").unwrap_err(),
        ] {
            assert!(matches!(error, SpoolError::WrongModel { .. }), "{name}: {error}");
            assert_eq!(error.card_used(), CardUsed::No);
            assert!(error.to_string().contains("DoH 300") && error.to_string().contains(v2), "{name}: {error}");
        }
        let error = add(name, document, v2).unwrap_err().to_string();
        assert!(error.contains("Series 10") && error.contains(v1), "{name}: {error}");
        assert!(add(name, document, v1).unwrap().contains("Series 10 cards are not printed on it"), "{name}");
    }
    assert_eq!(server.jobs(), "");
    assert_eq!(queue(&server.queue("second"), LIMIT).status().unwrap(), None);
    assert!(add("second", "pwg+", v2).unwrap().contains("described as a “DoH 300 v2”"));
    // Who says nothing is used, and not taken for the right one.
    assert_eq!(queue(&server.queue("plain"), LIMIT).status().unwrap(), None);
    assert!(add("plain", "", v2).unwrap().contains("The model is not known"));
    // Without a profile, a queue is what it is described as.
    let met = |name: &str| find::meet(&server.queue(name).parse().unwrap(), &profiles).profiles;
    assert_eq!(met("first").first().map(String::as_str), Some(v1));
    assert_eq!(met("second").first().map(String::as_str), Some(v2));
    assert_eq!(met("plain"), Vec::<String>::new());

    // And so by the command line: nothing is added.
    let desk = tempfile::tempdir().unwrap();
    std::fs::write(desk.path().join("desk.toml"), "realm = \"training\"\n").unwrap();
    let place = format!("pwg+{}", server.queue("first"));
    let ran = Command::new(env!("CARGO_BIN_EXE_cardwright"))
        .args(["printers", "--config", "desk.toml", "add", "Old", "--destination", &place, "--profile", v2])
        .current_dir(desk.path())
        .env("HOME", desk.path())
        .env("CARDWRIGHT_DATA", desk.path().join("data"))
        .env_remove("CARDWRIGHT_CONFIG")
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(3), "{ran:?}");
    assert!(String::from_utf8_lossy(&ran.stderr).contains("Series 10"), "{ran:?}");
    assert_eq!(std::fs::read_to_string(desk.path().join("desk.toml")).unwrap(), "realm = \"training\"\n");
}

#[test]
fn a_printer_that_is_gone_leaves_no_job_behind_that_would_print_later() {
    let server = PrintServer::start();
    // A port that is taken and answers nobody.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    server.add("gone", &["-v", &format!("socket://127.0.0.1:{port}"), "-m", "raw"]);
    let error = queue(&server.queue("gone"), Duration::from_secs(2)).send(&job(54)).unwrap_err();
    assert!(matches!(error, SpoolError::QueueUnsure { .. } | SpoolError::TakenBack { .. }), "{error}");
    assert_eq!(server.jobs(), "", "a job was left in the queue");
}

/// A printer that takes so many bytes of the first job, is gone, and takes nothing more.
fn gone_after(bytes: usize) -> (u16, thread::JoinHandle<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let taker = thread::spawn(move || {
        let (mut line, _) = listener.accept().unwrap();
        // Nobody who calls again gets through.
        drop(listener);
        let mut took = vec![0; bytes];
        line.read_exact(&mut took).unwrap();
        // What is left unread makes the end of the line a reset, as of a cable that is pulled.
        took.len()
    });
    (port, taker)
}

#[test]
fn a_printer_that_goes_in_the_middle_of_a_job_is_not_taken_for_done_nor_its_card_for_unused() {
    let server = PrintServer::start();
    for (name, bytes) in [("early", 3_000), ("later", 40_000)] {
        let (port, taker) = gone_after(bytes);
        server.add(name, &["-v", &format!("socket://127.0.0.1:{port}"), "-m", "raw"]);
        // More than the kernel holds for a printer that no longer reads: what it holds counts as taken.
        let long = job(57).repeat(4);
        let error = queue(&server.queue(name), Duration::from_secs(3)).send(&long).unwrap_err();
        assert_eq!(taker.join().unwrap(), bytes, "{name}");
        assert!(matches!(error, SpoolError::QueueUnsure { .. }), "{name}: {error}");
        assert_eq!(error.card_used(), CardUsed::Perhaps, "{name}");
        assert_eq!(server.jobs(), "", "{name}: a job was left that would print later");
        // The printer is back at the same place: nothing is sent to it by itself.
        let back = TcpListener::bind(("127.0.0.1", port)).unwrap();
        back.set_nonblocking(true).unwrap();
        server.run("cupsenable", &[name]);
        assert_eq!(server.jobs(), "");
        assert!(back.accept().is_err(), "{name}: the job was sent once more");
    }
}

#[test]
fn a_line_that_is_cut_at_any_byte_prints_nothing_or_once() {
    let server = PrintServer::start();
    let printer = VirtualPrinter::start(Model::default()).unwrap();
    server.add("cards", &["-v", &format!("socket://127.0.0.1:{}", printer.port()), "-m", "raw"]);
    let job = job(55);
    for bytes in [10, 400, 900, 1500, 300_000, job.len() - 1, job.len() + 900] {
        let cut = Cut::after(bytes, server.port());
        let address = format!("ipp://127.0.0.1:{}/printers/cards", cut.port());
        let outcome = queue(&address, LIMIT).send(&job);
        assert_eq!(server.jobs(), "", "a job was left in the queue after {bytes} bytes");
        let printed = printer.receive(Duration::from_millis(200)).is_ok();
        match outcome {
            Ok(_) => assert!(printed, "{bytes}: said to be printed, and was not"),
            Err(error) if error.card_used() == CardUsed::No => assert!(!printed, "{bytes}: {error}, and it printed"),
            Err(error) => assert!(matches!(error, SpoolError::QueueUnsure { .. }), "{bytes}: {error}"),
        }
        assert!(printer.receive(Duration::from_millis(10)).is_err(), "{bytes}: printed twice");
    }
}

#[test]
fn a_queue_that_is_not_there_is_named_with_what_to_do() {
    let server = PrintServer::start();
    for address in [server.queue("none"), "ipp://127.0.0.1:1/printers/cards".to_owned()] {
        let error = queue(&address, LIMIT).send(b"job").unwrap_err();
        assert!(matches!(error, SpoolError::NoQueue { .. }), "{error}");
        assert_eq!(error.card_used(), CardUsed::No);
        assert!(error.to_string().contains(&address), "{error}");
    }
}

#[test]
fn queues_are_found_with_what_their_driver_says_and_a_server_that_is_gone_has_none() {
    let server = PrintServer::start();
    server.add("raw", &["-v", "socket://127.0.0.1:9", "-m", "raw"]);
    server.add("tango", &["-v", "socket://127.0.0.1:9", "-m", "gutenprint.5.3://magicard-tango-2e/expert"]);
    let profiles = Profiles::bundled().unwrap();
    let address = format!("ipp://127.0.0.1:{}/", server.port());
    let look = || find::find(Places { server: Some(&address), network: None, limit: LIMIT }, &profiles);
    let found: Vec<_> = look().into_iter().filter(|found| matches!(found.destination, Destination::Ipp(_))).collect();
    let mut names: Vec<&str> = found.iter().map(|found| found.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["raw", "tango"]);
    let tango = found.iter().find(|found| found.name == "tango").unwrap();
    assert!(tango.model.contains("Tango 2E"), "{tango:?}");
    // What was found is an address that jobs can be sent to.
    let read = tango.destination.to_string().parse::<Destination>().unwrap();
    assert_eq!(read, tango.destination);
    assert_eq!(tango_queue(&read.to_string()).status().unwrap(), None);
    // It is not the printer of the desk's profile.
    let error = queue(&read.to_string(), LIMIT).status().unwrap_err();
    assert!(matches!(error, SpoolError::WrongModel { .. }), "{error}");
    drop(server);
    assert!(look().iter().all(|found| !matches!(found.destination, Destination::Ipp(_))));
}
