//! A printer at a USB plug, by the device that Linux gives to the USB printer class: `/dev/usb/lp0`. Nothing else in the
//! program asks which system it is on for this.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{FileTypeExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::{
    Cancel, Receipt, Spool, SpoolError, Taken, TimeLimits, Word,
    asked::{Asked, may_print},
    cancel::Wish,
    raw_tcp::{LOOK_EVERY, left, stopped},
    word::Before,
};
use crate::printer::{
    magicard::status::{LONGEST_ANSWER, Status},
    profile::{Profile, StatusQuery},
};

/// Bytes handed to the system at a time, so that a printer that stops is noticed between two of them.
const PIECE: usize = 16 * 1024;

/// A printer at a USB plug of this computer.
#[derive(Debug, Clone)]
pub struct UsbPort {
    path: PathBuf,
    limits: TimeLimits,
    asked: Asked,
    cancel: Cancel,
    /// What the printer said before the last job.
    before: Before,
    /// Cards of one job.
    copies: u16,
}

impl UsbPort {
    /// The printer behind this device, of the model of `profile`.
    #[must_use]
    pub fn new(path: &Path, profile: &Profile) -> Self {
        let (limits, asked) = (TimeLimits::of(profile), Asked::new(profile));
        Self { path: path.to_owned(), limits, asked, cancel: Cancel::default(), before: Before::default(), copies: 1 }
    }

    /// With other time limits than the profile's.
    #[must_use]
    pub fn with_limits(self, limits: TimeLimits) -> Self {
        Self { limits, ..self }
    }

    fn port(&self) -> String {
        self.path.display().to_string()
    }

    /// Opens the device, and nothing but a device: a job must not end in a file of that name.
    fn open(&self) -> Result<File, SpoolError> {
        let refused = |why: String| SpoolError::NoCable { port: self.port(), why };
        let found = fs::metadata(&self.path).map_err(|e| refused(e.to_string()))?;
        if !found.file_type().is_char_device() {
            return Err(refused("it is not the device of a printer".to_owned()));
        }
        let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
        let opened =
            OpenOptions::new().read(true).write(true).custom_flags(flags.bits().cast_signed()).open(&self.path);
        opened.map_err(|e| refused(e.to_string()))
    }

    fn ask(&self, mut device: &File) -> Result<Vec<u8>, SpoolError> {
        let deadline = Instant::now() + self.limits.connect;
        let never = Cancel::default();
        let mut answer = Vec::new();
        let asked = pass_over(device)
            .and_then(|()| write_all(device, &self.asked.question(), deadline, &never, |_| {}))
            .and_then(|()| {
                let mut piece = [0; 512];
                while !self.asked.ended(&answer) {
                    if !ready(device, PollFlags::IN, deadline)? {
                        continue;
                    }
                    match device.read(&mut piece) {
                        Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                        Ok(read) => answer.extend_from_slice(piece.get(..read).unwrap_or_default()),
                        Err(error) => waits(error)?,
                    }
                }
                Ok(())
            });
        self.asked.heard(&self.port(), asked, answer)
    }
}

impl Spool for UsbPort {
    fn status(&mut self) -> Result<Option<Status>, SpoolError> {
        let device = self.open()?;
        if self.asked.query == StatusQuery::None {
            return Ok(None);
        }
        self.asked.read(&self.port(), &self.ask(&device)?).map(Some)
    }

    fn send(&mut self, job: &[u8]) -> Result<Receipt, SpoolError> {
        let status = self.status()?;
        may_print(status.as_ref())?;
        self.before = Before::of(status.as_ref()).copies(self.copies);
        let device = self.open()?;
        if self.cancel.wish() == Wish::Stop {
            return Err(SpoolError::Stopped);
        }
        let mut sent = 0;
        match write_all(&device, job, Instant::now() + self.limits.send, &self.cancel, |bytes| sent += bytes) {
            Ok(()) => Ok(Receipt { bytes: job.len(), taken: Taken::Cable }),
            Err(source) if sent == 0 => Err(SpoolError::NothingSent { address: self.port(), source }),
            Err(source) => {
                self.before.cut();
                Err(SpoolError::Cut { address: self.port(), sent, total: job.len(), source })
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
        let device = self.open()?;
        let mut sent = 0;
        // A card that is carried is carried to the end: nobody stops it half way.
        let never = Cancel::default();
        let written = write_all(&device, command, Instant::now() + self.limits.send, &never, |bytes| sent += bytes);
        let address = self.port();
        written.map_err(|source| match sent {
            0 => SpoolError::NothingSent { address, source },
            sent => SpoolError::Cut { address, sent, total: command.len(), source },
        })
    }

    fn cancel(&self) -> Cancel {
        self.cancel.clone()
    }
}

/// Writes everything before the deadline, telling each piece that the device took, unless somebody stops it.
fn write_all(
    mut device: &File,
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
        if !ready(device, PollFlags::OUT, deadline)? {
            continue;
        }
        match device.write(rest.get(..PIECE.min(rest.len())).unwrap_or(rest)) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                took(written);
                rest = rest.get(written..).unwrap_or_default();
            }
            Err(error) => waits(error)?,
        }
    }
    Ok(())
}

/// Passes over what the printer gave after its last answer, such as the checksum of an answer in XML: a cable, unlike a
/// connection, is not new with every question.
fn pass_over(mut device: &File) -> io::Result<()> {
    let mut piece = [0; 512];
    for _ in 0..LONGEST_ANSWER / piece.len() {
        match device.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            Err(error) => waits(error)?,
        }
    }
    Ok(())
}

/// Waits a little for the device to take or to have bytes, and says whether it does. A plug that was pulled is an error.
fn ready(device: &File, flags: PollFlags, deadline: Instant) -> io::Result<bool> {
    let wait: Duration = left(deadline)?.min(LOOK_EVERY);
    let wait = Timespec::try_from(wait).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut watched = [PollFd::new(device, flags)];
    match poll(&mut watched, Some(&wait)) {
        Ok(0) => Ok(false),
        Ok(_) if watched.iter().any(|fd| fd.revents().intersects(flags)) => Ok(true),
        Ok(_) => Err(io::ErrorKind::BrokenPipe.into()),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Errors that only mean "not yet".
fn waits(error: io::Error) -> io::Result<()> {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => Ok(()),
        _ => Err(error),
    }
}
