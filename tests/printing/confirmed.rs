//! A job is done when the printer said so: its own count of cards, in both dialects of status. And however the cable is
//! pulled, at whatever byte, no job is lost and none is printed twice.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    thread,
    time::Duration,
};

use cardwright::printer::{
    profile::{HeadTag, Profile, StatusQuery},
    spool::{CardUsed, FileSpool, RawTcp, Spool, SpoolError, TimeLimits, Word},
    virtual_printer::{AskedIn, Fault, Model, VirtualPrinter},
};

use crate::faces;

const LIMIT: Duration = Duration::from_secs(30);

/// Waits as long for the printer's word as `word` says.
fn spool(profile: &Profile, port: u16, word: Duration) -> RawTcp {
    let limits = TimeLimits { connect: LIMIT, send: LIMIT, hang_up: LIMIT, word };
    RawTcp::new("127.0.0.1", port, profile).with_limits(limits)
}

fn kge2() -> Profile {
    faces::profile(HeadTag::Kge2)
}

fn job() -> Vec<u8> {
    faces::job(&faces::noise(61), &kge2())
}

#[test]
fn the_printer_says_that_the_card_is_finished_in_both_dialects() {
    for (asked_in, query) in [(AskedIn::Line, StatusQuery::Inf), (AskedIn::Xml, StatusQuery::Xml)] {
        let printer = VirtualPrinter::start(Model { asked_in, ..Model::default() }).unwrap();
        let mut profile = kge2();
        profile.identity.status = query;
        let mut spool = spool(&profile, printer.port(), LIMIT);
        for card in 0..2 {
            spool.send(&job()).unwrap();
            assert_eq!(spool.await_word(&mut |_| {}), Word::Done, "card {card}, {asked_in:?}");
        }
        let status = spool.status().unwrap().unwrap();
        assert_eq!(status.cards_printed, Some(2), "{asked_in:?}");
        assert_eq!((status.film.as_str(), status.cards_since_cleaning), ("MC300YMCKO", Some(2)), "{asked_in:?}");
    }
}

#[test]
fn what_cannot_say_it_leaves_it_to_the_officer() {
    let printer = VirtualPrinter::start(Model::default()).unwrap();
    let mut silent = kge2();
    silent.identity.status = StatusQuery::None;
    let mut unasked = spool(&silent, printer.port(), LIMIT);
    unasked.send(&job()).unwrap();
    assert!(matches!(unasked.await_word(&mut |_| {}), Word::CannotSay { .. }));
    // The profile of a printer that counts otherwise switches the question off.
    let mut off = spool(&kge2(), printer.port(), Duration::ZERO);
    off.send(&job()).unwrap();
    assert!(matches!(off.await_word(&mut |_| {}), Word::CannotSay { .. }));
    let folder = tempfile::tempdir().unwrap();
    let mut file = FileSpool::new(folder.path().join("job.prn"));
    file.send(b"job").unwrap();
    let Word::CannotSay { why } = file.await_word(&mut |_| {}) else { panic!("a file printed a card") };
    assert!(why.contains("job.prn"), "{why}");
}

#[test]
fn a_job_that_the_printer_does_not_understand_is_told_as_refused() {
    let printer = VirtualPrinter::start(Model::default()).unwrap();
    let mut spool = spool(&kge2(), printer.port(), LIMIT);
    let mut wrong = job();
    let end = wrong.len() - 1;
    wrong[end] = 0x04;
    spool.send(&wrong).unwrap();
    assert!(matches!(spool.await_word(&mut |_| {}), Word::Refused(_)));
    assert!(printer.receive(LIMIT).unwrap().cards.is_err());
}

#[test]
fn a_print_that_is_stopped_before_it_begins_sends_nothing() {
    let printer = VirtualPrinter::start(Model::default()).unwrap();
    let mut spool = spool(&kge2(), printer.port(), LIMIT);
    spool.cancel().now();
    let error = spool.send(&job()).unwrap_err();
    assert!(matches!(error, SpoolError::Stopped) && error.card_used() == CardUsed::No, "{error}");
}

#[test]
fn a_print_that_is_stopped_in_the_middle_is_given_up_at_once() {
    let printer = VirtualPrinter::start(Model::default().with(Fault::ReadsNothing)).unwrap();
    let mut spool = spool(&kge2(), printer.port(), LIMIT * 20);
    let cancel = spool.cancel();
    // Longer than every buffer on the way, so that it cannot leave this computer.
    let job = job().repeat(16);
    let sender = thread::spawn(move || spool.send(&job));
    cancel.now();
    let error = sender.join().unwrap().unwrap_err();
    assert!(matches!(error, SpoolError::Cut { .. } | SpoolError::NothingSent { .. } | SpoolError::Stopped), "{error}");
}

/// A cable that is pulled once, after so many bytes of a job; the next caller gets through.
struct Cable {
    port: u16,
}

/// The 12 bytes of a question (`facts/magicard.md` 6).
const QUESTION: usize = 12;

impl Cable {
    fn pulled_after(bytes: usize, printer: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        // Lives as long as the test: it waits for callers that no longer come.
        thread::spawn(move || {
            let mut whole = Some(bytes);
            for near in listener.incoming() {
                let (Ok(near), Ok(far)) = (near, TcpStream::connect(printer)) else { return };
                let _ = carry(&near, &far, &mut whole);
            }
        });
        Self { port }
    }
}

/// Carries one conversation. The one that is longer than a question is a job, and loses what comes after `left` bytes: the
/// printer sees the line end, and the sender feels it break.
fn carry(near: &TcpStream, far: &TcpStream, left: &mut Option<usize>) -> io::Result<()> {
    let (mut back_from, mut back_to) = (far.try_clone()?, near.try_clone()?);
    let back = thread::spawn(move || io::copy(&mut back_from, &mut back_to).map(drop));
    let (mut near, mut far, mut sent, mut piece) = (near, far, 0, [0; 8192]);
    loop {
        let read = near.read(&mut piece)?;
        let is_job = sent + read > QUESTION;
        let room = if is_job { left.map_or(usize::MAX, |left| left.saturating_sub(sent)) } else { usize::MAX };
        if room < read {
            far.write_all(&piece[..room])?;
            *left = None;
            // The printer gets what came before; the sender hears nothing more.
            far.shutdown(Shutdown::Write)?;
            let mut rest = Vec::new();
            let _ = far.take(4096).read_to_end(&mut rest);
            far.shutdown(Shutdown::Both)?;
            return near.shutdown(Shutdown::Both);
        }
        if read == 0 {
            far.shutdown(Shutdown::Write)?;
            let _ = back.join();
            return near.shutdown(Shutdown::Both);
        }
        far.write_all(&piece[..read])?;
        sent += read;
    }
}

/// Cards that came out of the printer until now.
fn came_out(printer: &VirtualPrinter) -> u32 {
    // A question is answered after everything that arrived before it.
    let status = spool(&kge2(), printer.port(), LIMIT).status().unwrap().unwrap();
    status.cards_printed.unwrap()
}

#[test]
fn a_cable_pulled_at_any_byte_loses_no_job_and_prints_none_twice() {
    let job = job();
    let header = job.iter().position(|byte| *byte == 0x1c).unwrap();
    let plane = 585_216;
    let mut places = vec![13, 63, 64, 65, 66, header, header + 1, job.len() - 2, job.len() - 1, job.len()];
    // The end of each plane: its last byte, the mark, the letter, the colon.
    places.extend((1..=3).flat_map(|n| [0, 1, 3].map(move |off| header + n * plane + (n - 1) * 3 + off)));
    places.extend((0..job.len()).step_by(480_000).skip(1));
    let (mut told_done, mut unknown) = (0, 0);
    for place in places {
        let printer = VirtualPrinter::start(Model::default()).unwrap();
        let cable = Cable::pulled_after(place, printer.address());
        let mut first = spool(&kge2(), cable.port, Duration::from_secs(2));
        let sent = first.send(&job);
        let word = match &sent {
            Err(error) if error.card_used() == CardUsed::No => None,
            _ => Some(first.await_word(&mut |_| {})),
        };
        let printed = came_out(&printer);
        assert!(printed <= 1, "{place}: printed {printed} times");
        // Whether the same card is sent once more: nothing was sent, the printer refused it, or the officer looked.
        let again = match word {
            None | Some(Word::Refused(_)) => {
                assert_eq!(printed, 0, "{place}: {sent:?}, and a card came out");
                true
            }
            Some(Word::Done) => {
                told_done += 1;
                assert_eq!(printed, 1, "{place}: told as done, and no card came out");
                false
            }
            Some(Word::CannotSay { .. }) => {
                unknown += 1;
                printed == 0
            }
        };
        if again {
            let mut second = spool(&kge2(), printer.port(), LIMIT);
            second.send(&job).unwrap();
            assert_eq!(second.await_word(&mut |_| {}), Word::Done, "{place}");
        }
        assert_eq!(came_out(&printer), 1, "{place}");
    }
    println!("cable pulled: {told_done} told as done, {unknown} left to the officer");
    assert!(told_done > 0, "the whole job arrives before the last cut");
}
