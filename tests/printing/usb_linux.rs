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
