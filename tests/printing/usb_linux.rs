//! The USB printer class of Linux, with a pseudo terminal in the place of the printer: a device of characters that takes
//! bytes, gives bytes, and stops when nobody reads.

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use cardwright::printer::{
    magicard::status::Condition,
    profile::{HeadTag, Profile, StatusQuery},
    spool::{CardUsed, Spool, SpoolError, Taken, TimeLimits, UsbPort, Word},
    virtual_printer::{AskedIn, Fault, Model, VirtualPrinter},
};

use crate::faces;

const LIMIT: Duration = Duration::from_secs(30);

/// The far end of the cable. It names the device, reads a question of 12 bytes, answers with its second word, and gives
/// on what it reads after, as many bytes as its first word says. Without words it reads nothing until its input ends.
const PRINTER: &str = r#"
import os, pty, sys, tty
far, near = pty.openpty()
tty.setraw(near)
print(os.ttyname(near), flush=True)
def take(count):
    taken = b""
    while len(taken) < count:
        taken += os.read(far, count - len(taken))
    return taken
if len(sys.argv) == 3:
    question = take(12)
    assert question == b"\x01,REQ,INF,\x1c\x03", question
    os.write(far, b"\x01" + sys.argv[2].encode() + b"\x03")
    sys.stdout.buffer.write(take(int(sys.argv[1])))
    sys.stdout.flush()
sys.stdin.read()
"#;

/// For each line of its input the far end of a new cable: it takes as many bytes as the line says, pulls the plug, and
/// says how many it took.
const PULLED: &str = r#"
import os, pty, sys, tty
for line in sys.stdin:
    wanted, taken = int(line), 0
    far, near = pty.openpty()
    tty.setraw(near)
    print(os.ttyname(near), flush=True)
    while taken < wanted:
        taken += len(os.read(far, wanted - taken))
    os.close(far)
    os.close(near)
    print(taken, flush=True)
"#;

/// The cable to the virtual printer, which listens at this port: the device of the name of the first word. Questions and
/// answers are carried as they come, with what a printer may send after an answer in XML; a job is carried to the printer once
/// so many bytes of it came as the third word says. Each line of its input is such a number for the next job, and has the plug
/// pulled after it and put in again: the same name is another device then.
const CABLE: &str = r#"
import os, pty, socket, sys, threading, tty
name, port, whole = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
asks = b"\x01,REQ,INF,\x1c\x03"
asks_in_xml = b"<prn><binary-size>0</binary-size><get>"
def plug():
    far, near = pty.openpty()
    tty.setraw(near)
    os.symlink(os.ttyname(near), name + ".new")
    os.replace(name + ".new", name)
    return far, near
def question(held):
    if held.startswith(asks):
        return len(asks)
    end = held.find(b"\0") + 5
    return end if held.startswith(asks_in_xml) and 5 <= end <= len(held) else 0
def asked(words):
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(words)
        answer = b""
        while not (answer.endswith(b"\x03") or answer.rstrip().endswith(b"</prn>")):
            answer += line.recv(4096)
        return answer if answer.endswith(b"\x03") else answer + b"\r\0\x01<\x03\x04"
def printed(job):
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(job)
        line.shutdown(socket.SHUT_WR)
        while line.recv(4096):
            pass
cuts = []
def orders():
    for line in sys.stdin:
        cuts.append(int(line))
        print("ready", flush=True)
    os._exit(0)
far, near = plug()
threading.Thread(target=orders).start()
print("ready", flush=True)
held = b""
while True:
    begun = held and not asks.startswith(held[:len(asks)]) and not asks_in_xml.startswith(held[:len(asks_in_xml)])
    wanted = (cuts[0] if cuts else whole) - len(held) if begun else 1
    held += os.read(far, min(wanted, 65536))
    while question(held):
        length = question(held)
        os.write(far, asked(held[:length]))
        held = held[length:]
    if held and held[0] == 5 and len(held) >= (cuts[0] if cuts else whole):
        printed(held)
        held = b""
        if cuts:
            cuts.pop()
            old, (far, near) = (far, near), plug()
            for end in old:
                os.close(end)
"#;

/// The virtual printer at a plug.
struct Plugged {
    printer: VirtualPrinter,
    process: Child,
    output: BufReader<ChildStdout>,
    folder: tempfile::TempDir,
}

impl Plugged {
    fn new(model: Model, job: &[u8]) -> Self {
        let printer = VirtualPrinter::start(model).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut process = Command::new("python3")
            .args(["-c", CABLE])
            .arg(folder.path().join("lp0"))
            .args([printer.port().to_string(), job.len().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 plays the cable");
        let output = BufReader::new(process.stdout.take().unwrap());
        let mut plugged = Self { printer, process, output, folder };
        plugged.is_ready();
        plugged
    }

    fn is_ready(&mut self) {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
    }

    fn pulled_after(&mut self, bytes: usize) {
        writeln!(self.process.stdin.as_mut().unwrap(), "{bytes}").unwrap();
        self.is_ready();
    }

    fn port(&self, query: StatusQuery) -> UsbPort {
        let limits = TimeLimits { connect: LIMIT, send: LIMIT, hang_up: LIMIT, word: LIMIT };
        UsbPort::new(&self.folder.path().join("lp0"), &profile(query)).with_limits(limits)
    }

    /// What the printer itself counted.
    fn came_out(&self) -> Option<u32> {
        self.port(StatusQuery::Inf).status().unwrap().unwrap().cards_printed
    }
}

impl Drop for Plugged {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct Printer {
    process: Child,
    output: BufReader<ChildStdout>,
    device: PathBuf,
}

impl Printer {
    fn start(words: &[&str]) -> Self {
        let mut process = Command::new("python3")
            .args(["-c", PRINTER])
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 plays the printer");
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut device = String::new();
        output.read_line(&mut device).unwrap();
        Self { process, output, device: PathBuf::from(device.trim()) }
    }

    /// One that answers with this error number and takes a job of `length` bytes.
    fn answering(error: &str, length: usize) -> Self {
        let line = format!(
            "STA$$0,DoH 300 v2,0,1,2,3,1.0,3829,No,1,1,4,0,4,1,700,50,50,50,{error},0,300,1,MC300YMCKO,0,0,0,0,0,d,m,p,0,0"
        );
        Self::start(&[&length.to_string(), &line])
    }
}

impl Drop for Printer {
    fn drop(&mut self) {
        let _ = self.process.stdin.take().map(|mut end| end.flush());
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn profile(query: StatusQuery) -> Profile {
    let mut profile = faces::profile(HeadTag::Kge2);
    profile.identity.status = query;
    profile
}

#[test]
fn the_printer_is_asked_and_gets_the_job_byte_by_byte() {
    let job = faces::job(&faces::noise(44), &faces::profile(HeadTag::Kge2));
    let mut printer = Printer::answering("0:0", job.len());
    let limits = TimeLimits { connect: LIMIT, send: LIMIT, hang_up: LIMIT, word: LIMIT };
    let receipt = UsbPort::new(&printer.device, &profile(StatusQuery::Inf)).with_limits(limits).send(&job).unwrap();
    assert_eq!((receipt.bytes, receipt.taken), (job.len(), Taken::Cable));
    let mut got = vec![0; job.len()];
    printer.output.read_exact(&mut got).unwrap();
    assert!(got == job, "the bytes differ");
}

#[test]
fn a_printer_that_cannot_print_gets_nothing() {
    let printer = Printer::answering("2:0", 0);
    let error = UsbPort::new(&printer.device, &profile(StatusQuery::Inf)).send(b"job").unwrap_err();
    assert!(matches!(error, SpoolError::NotReady { condition: Condition::OutOfCards }), "{error}");
}

#[test]
fn a_printer_that_stops_reading_is_given_up_at_the_time_limit() {
    let printer = Printer::start(&[]);
    let limits = TimeLimits { connect: LIMIT, send: Duration::from_millis(300), hang_up: LIMIT, word: LIMIT };
    let begun = Instant::now();
    let mut port = UsbPort::new(&printer.device, &profile(StatusQuery::None)).with_limits(limits);
    let error = port.send(&vec![5; 1 << 20]).unwrap_err();
    assert!(matches!(error, SpoolError::Cut { sent, .. } if sent < 1 << 20), "{error}");
    assert_eq!(error.card_used(), CardUsed::Perhaps);
    assert!(begun.elapsed() < LIMIT);
}

#[test]
fn what_is_no_device_is_refused_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lp0");
    std::fs::write(&file, "mine").unwrap();
    for path in [&file, &folder.path().join("none")] {
        let error = UsbPort::new(path, &profile(StatusQuery::None)).send(b"job").unwrap_err();
        assert!(matches!(error, SpoolError::NoCable { .. }), "{error}");
        assert_eq!(error.card_used(), CardUsed::No);
        assert!(error.to_string().contains("check the cable"), "{error}");
    }
    assert_eq!(std::fs::read(&file).unwrap(), b"mine");
}

/// A plug that is pulled after so many bytes, through the same device file and the same code as a printer's. What this
/// computer keeps for a device is not in the printer, so a job that left whole is not done before the printer says so.
#[test]
fn a_plug_that_is_pulled_anywhere_never_leaves_a_job_that_counts_as_done() {
    let mut process = Command::new("python3")
        .args(["-c", PULLED])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 plays the printer");
    let mut input = process.stdin.take().unwrap();
    let mut output = BufReader::new(process.stdout.take().unwrap());
    let mut line = move || {
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        line.trim().to_owned()
    };
    // Several times what a pseudo terminal keeps for a reader.
    let job: Vec<u8> = (0..20_000_u32).map(|byte| (byte % 251) as u8).collect();
    let limits = TimeLimits { connect: LIMIT, send: LIMIT, hang_up: LIMIT, word: Duration::from_millis(1) };
    let (mut cut, mut left_whole) = (0, 0);
    for bytes in (0..80).chain((80..=job.len()).step_by(113)) {
        writeln!(input, "{bytes}").unwrap();
        let mut port = UsbPort::new(&PathBuf::from(line()), &profile(StatusQuery::None)).with_limits(limits);
        let outcome = port.send(&job);
        let took: usize = line().parse().unwrap();
        assert_eq!(took, bytes, "nothing was sent twice");
        match outcome {
            Ok(receipt) => {
                left_whole += 1;
                assert_eq!(receipt.taken, Taken::Cable);
                let word = port.await_word(&mut |_| {});
                assert!(matches!(word, Word::CannotSay { .. }), "{bytes}: {word:?}");
            }
            Err(error) => {
                cut += 1;
                let unused = error.card_used() == CardUsed::No;
                assert!(!unused || bytes == 0, "{bytes} bytes left, and the card is said to be unused: {error}");
                assert!(!matches!(error, SpoolError::Cut { sent, .. } if sent < bytes), "{error}");
            }
        }
    }
    drop(input);
    process.wait().unwrap();
    println!("{cut} jobs cut, {left_whole} that this computer had taken whole");
    assert!(cut > 150 && left_whole > 0, "{cut} {left_whole}");
}

#[test]
fn a_printer_at_a_plug_says_how_it_is_and_when_its_card_is_finished_in_both_dialects() {
    let job = faces::job(&faces::noise(45), &faces::profile(HeadTag::Kge2));
    for (asked_in, query) in [(AskedIn::Line, StatusQuery::Inf), (AskedIn::Xml, StatusQuery::Xml)] {
        let plugged = Plugged::new(Model { asked_in, cards: 2, ..Model::default() }, &job);
        let mut port = plugged.port(query);
        let status = port.status().unwrap().unwrap();
        assert_eq!((status.condition, status.cards_printed), (Condition::Ready, Some(0)), "{query:?}");
        assert_eq!((status.serial.as_str(), status.film.as_str()), ("VIRTUAL0001", "MC300YMCKO"), "{query:?}");
        for card in 1..=2 {
            assert_eq!(port.send(&job).unwrap().taken, Taken::Cable);
            assert_eq!(port.await_word(&mut |_| {}), Word::Done, "{query:?}");
            assert_eq!(port.status().unwrap().unwrap().cards_printed, Some(card), "{query:?}");
            let received = plugged.printer.receive(LIMIT).unwrap();
            assert!(received.job == job && received.cards.unwrap().len() == 1);
        }
        // Its hopper is empty now.
        let error = port.send(&job).unwrap_err();
        assert!(matches!(error, SpoolError::NotReady { condition: Condition::OutOfCards }), "{query:?}: {error}");
        let open = Plugged::new(Model { asked_in, ..Model::default() }.with(Fault::COVER_OPEN), &job);
        let error = open.port(query).send(&job).unwrap_err();
        assert!(matches!(error, SpoolError::NotReady { condition: Condition::CoverOpen }), "{query:?}: {error}");
    }
}

/// By the printer's own count: what was told as done was printed, what was not is sent again, and one card is there in the
/// end.
#[test]
fn a_plug_that_is_pulled_anywhere_loses_no_card_and_prints_none_twice_by_the_printers_own_count() {
    let job = faces::job(&faces::noise(46), &faces::profile(HeadTag::Kge2));
    let header = job.iter().position(|byte| *byte == 0x1c).unwrap();
    let (mut cut, mut done) = (0, 0);
    // Many more places are in the test of the plug alone: here are the ends of the parts of a job.
    for place in [1, 64, header + 1, job.len() / 2, job.len() - 1, job.len()] {
        let mut plugged = Plugged::new(Model::default(), &job);
        plugged.pulled_after(place);
        let mut port = plugged.port(StatusQuery::Inf);
        let sent = port.send(&job);
        let again = match &sent {
            Err(error) if error.card_used() == CardUsed::No => true,
            _ => match port.await_word(&mut |_| {}) {
                Word::Done => {
                    done += 1;
                    assert_eq!(plugged.came_out(), Some(1), "{place}: told as done, and no card came out");
                    false
                }
                word => {
                    cut += 1;
                    assert!(matches!(word, Word::Refused(_)), "{place}: the printer knows it: {word:?}");
                    true
                }
            },
        };
        if again {
            assert_eq!(plugged.came_out(), Some(0), "{place}: {sent:?}, and a card came out");
            port.send(&job).unwrap();
            assert_eq!(port.await_word(&mut |_| {}), Word::Done, "{place}");
        }
        assert_eq!(plugged.came_out(), Some(1), "{place}");
    }
    println!("plug pulled: {cut} cut, {done} told as done");
    assert_eq!((cut, done), (5, 1));
}

#[test]
fn a_command_of_which_bytes_left_is_not_said_to_be_unsent() {
    let printer = Printer::start(&[]);
    let limits = TimeLimits { connect: LIMIT, send: Duration::from_millis(200), hang_up: LIMIT, word: LIMIT };
    let mut port = UsbPort::new(&printer.device, &profile(StatusQuery::None)).with_limits(limits);
    let command = vec![5; 1 << 20];
    let error = port.command(&command).unwrap_err();
    assert!(matches!(error, SpoolError::Cut { sent, total, .. } if sent > 0 && sent < total), "{error}");
    assert_eq!(error.card_used(), CardUsed::Perhaps);
    // Nothing more goes into what this computer keeps for the device.
    let error = port.command(b"\x01EJT,\x1c\x03").unwrap_err();
    assert!(matches!(error, SpoolError::NothingSent { .. }), "{error}");
}
