//! Jobs over raw TCP: to a plain listener, and to printers with every fault of the network.

use std::{
    io::Read,
    net::TcpListener,
    sync::mpsc::sync_channel,
    thread,
    time::{Duration, Instant},
};

use cardwright::printer::{
    magicard::status::Condition,
    profile::{HeadTag, StatusQuery},
    spool::{CardUsed, RawTcp, Spool, SpoolError, Taken, TimeLimits},
    virtual_printer::{Fault, Model, VirtualPrinter},
};

use crate::faces;

const LIMIT: Duration = Duration::from_secs(30);

/// A way to this port that does not wait long for what never comes.
fn spool(port: u16, query: StatusQuery) -> RawTcp {
    let mut profile = faces::profile(HeadTag::Kge2);
    profile.identity.status = query;
    let limits = TimeLimits { connect: LIMIT, send: LIMIT, hang_up: LIMIT, word: LIMIT };
    RawTcp::new("127.0.0.1", port, &profile).with_limits(limits)
}

fn job() -> Vec<u8> {
    faces::job(&faces::noise(21), &faces::profile(HeadTag::Kge2))
}

#[test]
fn a_plain_listener_gets_the_job_byte_by_byte() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let reader = thread::spawn(move || {
        let mut got = Vec::new();
        listener.accept().unwrap().0.read_to_end(&mut got).unwrap();
        got
    });
    let job = job();
    let receipt = spool(port, StatusQuery::None).send(&job).unwrap();
    assert_eq!((receipt.bytes, receipt.taken), (job.len(), Taken::Printer));
    assert!(reader.join().unwrap() == job, "the bytes differ");
}

#[test]
fn a_printer_that_is_off_gets_nothing_and_no_card_is_used() {
    let printer = VirtualPrinter::start(Model::default().with(Fault::Off)).unwrap();
    for query in [StatusQuery::Inf, StatusQuery::None] {
        let error = spool(printer.port(), query).send(&job()).unwrap_err();
        assert!(matches!(error, SpoolError::NoConnection { .. }), "{error}");
        assert_eq!(error.card_used(), CardUsed::No);
        assert!(error.to_string().contains("switched on"), "{error}");
    }
}

#[test]
fn a_printer_that_hangs_up_in_the_middle_leaves_a_card_that_may_or_may_not_come_out() {
    let printer = VirtualPrinter::start(Model::default().with(Fault::HangsUpAfter(300_000))).unwrap();
    let error = spool(printer.port(), StatusQuery::Inf).send(&job()).unwrap_err();
    assert!(matches!(error, SpoolError::Cut { .. }), "{error}");
    assert_eq!(error.card_used(), CardUsed::Perhaps);
    assert!(error.to_string().contains("may or may not"), "{error}");
}

#[test]
fn a_printer_that_reads_nothing_is_given_up_at_the_time_limit() {
    let printer = VirtualPrinter::start(Model::default().with(Fault::ReadsNothing)).unwrap();
    let limits = TimeLimits { connect: LIMIT, send: Duration::from_millis(400), hang_up: LIMIT, word: LIMIT };
    let begun = Instant::now();
    // Larger than what a system keeps for a reader that does not read.
    let job = vec![5; 64 << 20];
    let error = spool(printer.port(), StatusQuery::Inf).with_limits(limits).send(&job).unwrap_err();
    assert!(matches!(error, SpoolError::Cut { .. }), "{error}");
    assert_eq!(error.card_used(), CardUsed::Perhaps);
    assert!(begun.elapsed() < LIMIT);
}

#[test]
fn a_printer_that_keeps_the_line_has_the_whole_job_but_nobody_says_more() {
    let printer = VirtualPrinter::start(Model::default().with(Fault::KeepsTheLine)).unwrap();
    let limits = TimeLimits { connect: LIMIT, send: LIMIT, hang_up: Duration::from_millis(200), word: LIMIT };
    let job = job();
    let receipt = spool(printer.port(), StatusQuery::Inf).with_limits(limits).send(&job).unwrap();
    assert_eq!(receipt.taken, Taken::Network);
    assert!(printer.receive(LIMIT).unwrap().job == job);
}

#[test]
fn a_printer_of_another_model_is_refused_before_anything_is_sent() {
    let model = Model { name: "DoH 300".to_owned(), ..Model::default() };
    let printer = VirtualPrinter::start(model).unwrap();
    let error = spool(printer.port(), StatusQuery::Inf).send(&job()).unwrap_err();
    assert!(matches!(&error, SpoolError::WrongModel { found, .. } if found == "DoH 300"), "{error}");
    assert!(error.to_string().contains("magicard-doh-300-v2"), "{error}");
    assert!(printer.receive(Duration::from_millis(100)).is_err());
}

#[test]
fn a_printer_that_cannot_print_says_what_to_do() {
    for (fault, condition, action) in [
        (Fault::OUT_OF_CARDS, Condition::OutOfCards, "put cards into the hopper"),
        (Fault::COVER_OPEN, Condition::CoverOpen, "close the printer's cover"),
        (
            Fault::Error { major: 6, minor: 2 },
            Condition::FilmForAnotherRegion,
            "put in a ribbon supplied for this printer",
        ),
    ] {
        let printer = VirtualPrinter::start(Model::default().with(fault)).unwrap();
        let error = spool(printer.port(), StatusQuery::Inf).send(&job()).unwrap_err();
        assert!(matches!(error, SpoolError::NotReady { condition: found } if found == condition), "{error}");
        assert!(error.to_string().contains(action), "{error}");
        assert_eq!(error.card_used(), CardUsed::No);
    }
}

#[test]
fn a_printer_that_does_not_say_how_it_is_can_be_printed_on_without_asking() {
    let printer = VirtualPrinter::start(Model::default().with(Fault::Silent)).unwrap();
    let limits = TimeLimits { connect: Duration::from_millis(300), send: LIMIT, hang_up: LIMIT, word: LIMIT };
    let error = spool(printer.port(), StatusQuery::Inf).with_limits(limits).send(&job()).unwrap_err();
    assert!(matches!(error, SpoolError::Silent { .. }), "{error}");
    assert!(error.to_string().contains("identity.status"), "{error}");
    spool(printer.port(), StatusQuery::None).send(&job()).unwrap();
    assert!(printer.receive(LIMIT).unwrap().cards.is_ok());
}

#[test]
fn something_that_is_no_printer_is_not_printed_on() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let other = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        std::io::Write::write_all(&mut stream, b"@PJL INFO STATUS\x03").unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        rest
    });
    let error = spool(port, StatusQuery::Inf).send(&job()).unwrap_err();
    assert!(matches!(error, SpoolError::Unreadable { .. }), "{error}");
    assert_eq!(error.heard().unwrap().value, "@PJL INFO STATUS\\x03");
    assert_eq!(other.join().unwrap(), b"\x01,REQ,INF,\x1c\x03");
}

#[test]
fn an_answer_that_breaks_off_is_told_as_far_as_it_came() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let other = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        std::io::Write::write_all(&mut stream, b"<reply><error-code>0</error").unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap();
    });
    let error = spool(port, StatusQuery::Xml).status().unwrap_err();
    assert!(matches!(error, SpoolError::Silent { .. }) && error.passes(), "{error}");
    assert_eq!(error.heard().unwrap().value, "<reply><error-code>0</error");
    other.join().unwrap();
}

/// The line alone, with a short job in the place of a card's, so that every byte is cheap. The printer takes so many bytes
/// and the line is gone: only a job that it took whole is said to be taken, and none is sent a second time.
#[test]
fn a_line_that_is_cut_after_every_single_byte_is_never_taken_for_a_whole_job() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let job: Vec<u8> = (0..600_u16).map(|byte| (byte % 251) as u8).collect();
    let (cuts, to_cut) = sync_channel::<usize>(1);
    let (took, taken) = sync_channel::<Vec<u8>>(1);
    let printer = thread::spawn(move || {
        while let Ok(bytes) = to_cut.recv() {
            let (mut line, _) = listener.accept().unwrap();
            // Until something came, letting go would be hanging up.
            line.peek(&mut [0]).unwrap();
            let mut got = vec![0; bytes];
            line.read_exact(&mut got).unwrap();
            // Whoever lets the line go with bytes unread resets it, as a printer does that lost its power.
            drop(line);
            listener.set_nonblocking(true).unwrap();
            assert!(listener.accept().is_err(), "somebody called again after {bytes} bytes");
            listener.set_nonblocking(false).unwrap();
            took.send(got).unwrap();
        }
    });
    let mut cut = 0;
    for bytes in 0..=job.len() {
        cuts.send(bytes).unwrap();
        let outcome = spool(port, StatusQuery::None).send(&job);
        assert!(taken.recv().unwrap() == job[..bytes], "{bytes}: the bytes differ");
        match outcome {
            Ok(receipt) => assert_eq!((bytes, receipt.taken), (job.len(), Taken::Printer)),
            Err(error) => {
                assert!(bytes < job.len(), "it had the whole job: {error}");
                assert_eq!(error.card_used(), CardUsed::Perhaps, "{bytes}: {error}");
                cut += 1;
            }
        }
    }
    drop(cuts);
    printer.join().unwrap();
    assert_eq!(cut, job.len());
}
