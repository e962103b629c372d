//! A job over raw TCP, port 9100 as a rule.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs},
    time::{Duration, Instant},
};

use super::{
    Cancel, Receipt, Spool, SpoolError, Taken, Word,
    asked::{Asked, may_print},
    cancel::Wish,
    word::Before,
};
use crate::printer::{
    magicard::status::Status,
    profile::{Profile, StatusQuery},
};

/// Bytes handed to the system at a time, so that a slow printer is noticed between two of them.
const PIECE: usize = 16 * 1024;
/// A wait for the line is broken off this often, to see whether somebody wants the job stopped.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(250);

/// How long each step may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeLimits {
    /// For the connection, and for the answer to a status request.
    pub connect: Duration,
    /// For the whole job to leave this computer.
    pub send: Duration,
    /// For the printer to hang up after the job.
    pub hang_up: Duration,
    /// For the printer's own word that the card is finished; zero leaves that to the officer.
    pub word: Duration,
}

impl TimeLimits {
    /// Those of a profile.
    #[must_use]
    pub fn of(profile: &Profile) -> Self {
        Self {
            connect: Duration::from_secs(profile.port.connect_seconds),
            send: Duration::from_secs(profile.port.send_seconds),
            hang_up: Duration::from_secs(profile.port.hang_up_seconds),
            word: Duration::from_secs(profile.port.done_seconds),
        }
    }
}

/// A printer on the network.
#[derive(Debug, Clone)]
pub struct RawTcp {
    host: String,
    port: u16,
    limits: TimeLimits,
    asked: Asked,
    cancel: Cancel,
    /// What the printer said before the last job.
    before: Before,
    /// Cards of one job.
    copies: u16,
}

impl RawTcp {
    /// The printer at `host`, of the model of `profile`.
    #[must_use]
    pub fn new(host: &str, port: u16, profile: &Profile) -> Self {
        let (limits, asked) = (TimeLimits::of(profile), Asked::new(profile));
        Self {
            host: host.to_owned(),
            port,
            limits,
            asked,
            cancel: Cancel::default(),
            before: Before::default(),
            copies: 1,
        }
    }

    /// With other time limits than the profile's.
    #[must_use]
    pub fn with_limits(self, limits: TimeLimits) -> Self {
        Self { limits, ..self }
    }

    fn address(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    fn connect(&self) -> Result<TcpStream, SpoolError> {
        let wrong = |source| SpoolError::Address { address: self.address(), source };
        let addresses: Vec<SocketAddr> = (self.host.as_str(), self.port).to_socket_addrs().map_err(wrong)?.collect();
        let mut failure = io::Error::from(io::ErrorKind::NotFound);
        for address in addresses {
            match TcpStream::connect_timeout(&address, self.limits.connect) {
                Ok(stream) => return Ok(stream),
                Err(error) => failure = error,
            }
        }
        Err(SpoolError::NoConnection { address: self.address(), source: failure })
    }

    /// Asks, and reads to the end of the answer.
    fn ask(&self) -> Result<Vec<u8>, SpoolError> {
        let mut stream = self.connect()?;
        let deadline = Instant::now() + self.limits.connect;
        let mut answer = Vec::new();
        let asked =
            send_all(&mut stream, &self.asked.question(), deadline, &Cancel::default(), |_| {}).and_then(|()| {
                let mut piece = [0; 512];
                while !self.asked.ended(&answer) {
                    stream.set_read_timeout(Some(left(deadline)?))?;
                    match stream.read(&mut piece)? {
                        0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                        read => answer.extend_from_slice(piece.get(..read).unwrap_or_default()),
                    }
                }
                Ok(())
            });
        self.asked.heard(&self.address(), asked, answer)
    }
}

impl Spool for RawTcp {
    fn status(&mut self) -> Result<Option<Status>, SpoolError> {
        if self.asked.query == StatusQuery::None {
            return Ok(None);
        }
        self.asked.read(&self.address(), &self.ask()?).map(Some)
    }

    fn send(&mut self, job: &[u8]) -> Result<Receipt, SpoolError> {
        let status = self.status()?;
        may_print(status.as_ref())?;
        self.before = Before::of(status.as_ref()).copies(self.copies);
        let mut stream = self.connect()?;
        if self.cancel.wish() == Wish::Stop {
            return Err(SpoolError::Stopped);
        }
        let mut sent = 0;
        let deadline = Instant::now() + self.limits.send;
        let outcome = send_all(&mut stream, job, deadline, &self.cancel, |bytes| sent += bytes)
            .and_then(|()| stream.shutdown(Shutdown::Write))
            .and_then(|()| hung_up(&mut stream, Instant::now() + self.limits.hang_up, &self.cancel));
        match outcome {
            Ok(taken) => Ok(Receipt { bytes: job.len(), taken }),
            Err(source) if sent == 0 => Err(SpoolError::NothingSent { address: self.address(), source }),
            Err(source) => {
                self.before.cut();
                Err(SpoolError::Cut { address: self.address(), sent, total: job.len(), source })
            }
        }
    }

    fn copies(&mut self, copies: u16) {
        self.copies = copies;
    }

    fn await_word(&mut self, hear: &mut dyn FnMut(&str)) -> Word {
        let (before, limit, cancel) = (self.before, self.limits.word, self.cancel.clone());
        before.wait(limit, &cancel, || self.status(), hear)
    }

    fn command(&mut self, command: &[u8]) -> Result<(), SpoolError> {
        let mut stream = self.connect()?;
        let mut sent = 0;
        // A card that is carried is carried to the end: nobody stops it half way.
        let never = Cancel::default();
        let deadline = Instant::now() + self.limits.send;
        let outcome = send_all(&mut stream, command, deadline, &never, |bytes| sent += bytes)
            .and_then(|()| stream.shutdown(Shutdown::Write))
            .and_then(|()| hung_up(&mut stream, Instant::now() + self.limits.hang_up, &never));
        let address = self.address();
        match outcome {
            Ok(_) => Ok(()),
            Err(source) if sent == 0 => Err(SpoolError::NothingSent { address, source }),
            Err(source) => Err(SpoolError::Cut { address, sent, total: command.len(), source }),
        }
    }

    fn cancel(&self) -> Cancel {
        self.cancel.clone()
    }
}

/// Writes everything before the deadline, telling each piece that the system took, unless somebody stops it.
fn send_all(
    stream: &mut TcpStream,
    bytes: &[u8],
    deadline: Instant,
    cancel: &Cancel,
    mut took: impl FnMut(usize),
) -> io::Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        if cancel.wish() == Wish::Stop {
            return Err(stopped());
        }
        stream.set_write_timeout(Some(left(deadline)?.min(LOOK_EVERY)))?;
        let piece = rest.get(..PIECE.min(rest.len())).unwrap_or(rest);
        match stream.write(piece) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                took(written);
                rest = rest.get(written..).unwrap_or_default();
            }
            Err(error) => match timed_out(error) {
                // The deadline and a wish to stop are looked at anew.
                error if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::TimedOut) => {}
                error => return Err(error),
            },
        }
    }
    Ok(())
}

/// What ended a job that somebody stopped.
pub(super) fn stopped() -> io::Error {
    io::Error::other("printing was stopped at this desk")
}

/// Waits until the printer hangs up. A reset means that it threw bytes away; silence, that it keeps the line.
fn hung_up(stream: &mut TcpStream, deadline: Instant, cancel: &Cancel) -> io::Result<Taken> {
    let mut ignored = [0; 512];
    loop {
        let Ok(left) = left(deadline) else { return Ok(Taken::Network) };
        if cancel.wish() != Wish::None {
            return Ok(Taken::Network);
        }
        stream.set_read_timeout(Some(left.min(LOOK_EVERY)))?;
        match stream.read(&mut ignored) {
            Ok(0) => return Ok(Taken::Printer),
            Ok(_) => {}
            Err(error) => match timed_out(error) {
                error if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::TimedOut) => {}
                error => return Err(error),
            },
        }
    }
}

/// What is left until the deadline; never zero, which sockets take for "no limit".
pub(super) fn left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

/// Some systems say "would block" where a time limit ran out.
pub(super) fn timed_out(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::WouldBlock { io::ErrorKind::TimedOut.into() } else { error }
}
