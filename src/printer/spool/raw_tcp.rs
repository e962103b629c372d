//! A job over raw TCP, port 9100 as a rule.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs},
    time::{Duration, Instant},
};

use super::{
    Receipt, Spool, SpoolError, Taken,
    asked::{Asked, may_print},
};
use crate::printer::{
    magicard::status::Status,
    profile::{Profile, StatusQuery},
};

/// Bytes handed to the system at a time, so that a slow printer is noticed between two of them.
const PIECE: usize = 16 * 1024;

/// How long each step may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeLimits {
    /// For the connection, and for the answer to a status request.
    pub connect: Duration,
    /// For the whole job to leave this computer.
    pub send: Duration,
    /// For the printer to hang up after the job.
    pub hang_up: Duration,
}

impl TimeLimits {
    /// Those of a profile.
    #[must_use]
    pub fn of(profile: &Profile) -> Self {
        Self {
            connect: Duration::from_secs(profile.port.connect_seconds),
            send: Duration::from_secs(profile.port.send_seconds),
            hang_up: Duration::from_secs(profile.port.hang_up_seconds),
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
}

impl RawTcp {
    /// The printer at `host`, of the model of `profile`.
    #[must_use]
    pub fn new(host: &str, port: u16, profile: &Profile) -> Self {
        Self { host: host.to_owned(), port, limits: TimeLimits::of(profile), asked: Asked::new(profile) }
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
        let answer = send_all(&mut stream, &self.asked.question(), deadline, |_| {}).and_then(|()| {
            let mut answer = Vec::new();
            let mut piece = [0; 512];
            while !self.asked.ended(&answer) {
                stream.set_read_timeout(Some(left(deadline)?))?;
                match stream.read(&mut piece)? {
                    0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                    read => answer.extend_from_slice(piece.get(..read).unwrap_or_default()),
                }
            }
            Ok(answer)
        });
        answer.map_err(|source| SpoolError::Silent { address: self.address(), source })
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
        may_print(self.status()?)?;
        let mut stream = self.connect()?;
        let mut sent = 0;
        let outcome = send_all(&mut stream, job, Instant::now() + self.limits.send, |bytes| sent += bytes)
            .and_then(|()| stream.shutdown(Shutdown::Write))
            .and_then(|()| hung_up(&mut stream, Instant::now() + self.limits.hang_up));
        match outcome {
            Ok(taken) => Ok(Receipt { bytes: job.len(), taken }),
            Err(source) if sent == 0 => Err(SpoolError::NothingSent { address: self.address(), source }),
            Err(source) => Err(SpoolError::Cut { address: self.address(), sent, total: job.len(), source }),
        }
    }
}

/// Writes everything before the deadline, telling each piece that the system took.
fn send_all(stream: &mut TcpStream, bytes: &[u8], deadline: Instant, mut took: impl FnMut(usize)) -> io::Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        stream.set_write_timeout(Some(left(deadline)?))?;
        let piece = rest.get(..PIECE.min(rest.len())).unwrap_or(rest);
        match stream.write(piece) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                took(written);
                rest = rest.get(written..).unwrap_or_default();
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(timed_out(error)),
        }
    }
    Ok(())
}

/// Waits until the printer hangs up. A reset means that it threw bytes away; silence, that it keeps the line.
fn hung_up(stream: &mut TcpStream, deadline: Instant) -> io::Result<Taken> {
    let mut ignored = [0; 512];
    loop {
        let Ok(left) = left(deadline) else { return Ok(Taken::Network) };
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut ignored) {
            Ok(0) => return Ok(Taken::Printer),
            Ok(_) => {}
            Err(error) => match timed_out(error) {
                error if error.kind() == io::ErrorKind::TimedOut => return Ok(Taken::Network),
                error if error.kind() == io::ErrorKind::Interrupted => {}
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
