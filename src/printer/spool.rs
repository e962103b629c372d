//! The ways a job reaches a printer: a file, raw TCP, a print queue (IPP and CUPS, or Windows), or the USB printer class.

mod asked;
mod cancel;
mod file;
mod ipp_queue;
mod raw_tcp;
#[cfg(target_os = "linux")]
mod usb_linux;
#[cfg(windows)]
mod windows;
mod word;

use std::{io, path::PathBuf};

pub use cancel::Cancel;
pub use file::FileSpool;
pub use ipp_queue::{IppQueue, QueueFound, queues, readable as readable_answer};
pub use raw_tcp::{RawTcp, TimeLimits};
#[cfg(target_os = "linux")]
pub use usb_linux::UsbPort;
#[cfg(windows)]
pub use windows::WindowsQueue;
pub use word::Word;

use super::magicard::status::{Condition, Detail, Status, StatusError};

/// Carries jobs to one destination.
pub trait Spool {
    /// Asks the printer how it is. `None` where the destination cannot be asked.
    ///
    /// # Errors
    /// The printer cannot be reached, is another model, or does not answer as one. Nothing was sent to print.
    fn status(&mut self) -> Result<Option<Status>, SpoolError>;

    /// Hands over one whole job.
    ///
    /// # Errors
    /// [`SpoolError`]; [`SpoolError::card_used`] says whether a card may have come out.
    fn send(&mut self, job: &[u8]) -> Result<Receipt, SpoolError>;

    /// The jobs from here on are of so many cards each. Where nobody counts cards, that makes no difference.
    fn copies(&mut self, copies: u16) {
        let _ = copies;
    }

    /// Waits for the word of the printer that the card of the job that was sent last is finished, also after an error that
    /// leaves it open whether a card was used: then not longer than a card takes. `hear` is told what the printer waits for, and what to do about it.
    fn await_word(&mut self, hear: &mut dyn FnMut(&str)) -> Word;

    /// Hands over a short command that is no job, such as one that moves a card. What came of it shows elsewhere.
    ///
    /// # Errors
    /// [`SpoolError::NoCommands`] where the destination takes jobs alone; the printer does not take it.
    fn command(&mut self, command: &[u8]) -> Result<(), SpoolError> {
        let _ = command;
        Err(SpoolError::NoCommands)
    }

    /// Stops what this spool does, from another thread. Whoever stops it has no more use for it.
    fn cancel(&self) -> Cancel;
}

/// What is known after a job was handed over. That a card came out is another matter: [`Spool::await_word`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Bytes handed over: the length of the job.
    pub bytes: usize,
    /// Who has them.
    pub taken: Taken,
}

/// Who has the bytes of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// The file, on disk.
    File(PathBuf),
    /// The printer read the whole job and hung up.
    Printer,
    /// The network took the whole job, but the printer kept the line open; it is most likely still printing.
    Network,
    /// The cable took the whole job.
    Cable,
    /// The queue says that it handed the whole job to the printer.
    Queue {
        /// Number of the job in the queue.
        job: i32,
    },
}

/// Whether a card may have been used although a job failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardUsed {
    /// Certainly not: the same job may be sent again.
    No,
    /// Nobody knows: look at the printer first.
    Perhaps,
}

/// Why a job was not handed over.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The address does not resolve.
    #[error(
        "the printer address {address} was not found ({source}); nothing was sent: check the name in the configuration and the network cable"
    )]
    Address {
        /// Host and port.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// No connection.
    #[error(
        "the printer at {address} does not answer ({source}); nothing was sent: check that it is switched on and on the network, then print again"
    )]
    NoConnection {
        /// Host and port.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// A connection, and no byte of the job taken.
    #[error("the printer at {address} took nothing of the job ({source}); nothing was printed: print again")]
    NothingSent {
        /// Host and port.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// The connection ended in the middle of the job.
    #[error(
        "the connection to the printer at {address} was cut in the middle of the job, after {sent} of {total} bytes \
         ({source}); the card may or may not come out: look at the printer, and print again only if no finished card is there"
    )]
    Cut {
        /// Host and port.
        address: String,
        /// Bytes that left this computer.
        sent: usize,
        /// Bytes of the job.
        total: usize,
        /// What the system said.
        source: io::Error,
    },
    /// The printer is another model than the profile's.
    #[error(
        "the printer at {address} says it is a “{found}”, and the profile “{profile}” is for {expected}; nothing was sent: \
         choose the right printer, or correct identity.model-names if this is that model"
    )]
    WrongModel {
        /// Host and port.
        address: String,
        /// What it calls itself.
        found: String,
        /// Id of the profile.
        profile: String,
        /// Names that would do.
        expected: String,
    },
    /// The printer cannot print at the moment.
    #[error("{condition}; nothing was sent: {}, then print again", condition.next_action())]
    NotReady {
        /// What stands in the way.
        condition: Condition,
    },
    /// No print queue there, or one that refuses.
    #[error(
        "the print queue {address} did not take the job ({why}); nothing was printed: check the name of the queue in the \
         configuration, then print again"
    )]
    NoQueue {
        /// Address of the queue.
        address: String,
        /// What it or the system said.
        why: String,
    },
    /// The queue cannot print at the moment.
    #[error("the print queue {address} is not printing ({why}); nothing was sent: {action}, then print again")]
    QueueStopped {
        /// Address of the queue.
        address: String,
        /// What it said.
        why: String,
        /// What to do.
        action: &'static str,
    },
    /// The queue kept the job without beginning it, and gave it up again.
    #[error(
        "the print queue {address} did not begin job {job} ({why}), so it was taken back; nothing was printed: check that \
         the printer is switched on and the queue is started, then print again"
    )]
    TakenBack {
        /// Address of the queue.
        address: String,
        /// Number of the job in the queue.
        job: i32,
        /// What kept it.
        why: String,
    },
    /// The queue began the job and did not end it well.
    #[error(
        "the print queue {address} began job {job} and did not finish it ({why}); the card may or may not come out: look at \
         the printer, and print again only if no finished card is there"
    )]
    QueueUnsure {
        /// Address of the queue.
        address: String,
        /// Number of the job in the queue.
        job: i32,
        /// What is known of it.
        why: String,
    },
    /// The printer's plug is not there, or is no printer.
    #[error(
        "the printer at {port} cannot be opened ({why}); nothing was sent: check the cable and that the printer is switched \
         on, then print again"
    )]
    NoCable {
        /// The device.
        port: String,
        /// What is wrong.
        why: String,
    },
    /// The answer to a status request is not one.
    #[error(
        "{source} (printer at {address}); nothing was sent: check that this is the printer of the profile, or set \
         identity.status = \"none\" in the profile to print without asking"
    )]
    Unreadable {
        /// Host and port.
        address: String,
        /// What is wrong with it.
        source: StatusError,
        /// The answer, as it came.
        heard: Detail,
    },
    /// A file or a queue, which takes jobs alone.
    #[error(
        "the way to this printer carries print jobs alone and moves no card: reach the printer by network or cable (tcp: or \
         usb:) in the configuration; nothing was sent"
    )]
    NoCommands,
    /// Somebody stopped it before anything was sent.
    #[error("printing was stopped at this desk; nothing was sent, and the card may be printed later")]
    Stopped,
    /// The printer took the question and gave no answer, or not the whole of one.
    #[error(
        "the printer at {address} did not say how it is ({source}); nothing was sent: switch it off and on, or set \
         identity.status = \"none\" in the profile to print without asking"
    )]
    Silent {
        /// Host and port.
        address: String,
        /// What the system said.
        source: io::Error,
        /// What it gave, as it came.
        heard: Option<Detail>,
    },
    /// The name belongs to something that a job would destroy by taking its place.
    #[error(
        "{file} is {what}, and a job is saved to a plain file only; nothing was written: name another file in the \
         configuration, or tcp:HOST for a printer of the network, then print again"
    )]
    NotAFile {
        /// The path.
        file: String,
        /// What is there.
        what: &'static str,
    },
    /// The disk has no room.
    #[error(
        "the disk is full, so the job was not written to {file}; no half of it was left behind: make room there, or choose another folder, and print again"
    )]
    DiskFull {
        /// The file.
        file: String,
    },
    /// The file cannot be written for another reason.
    #[error(
        "the job could not be written to {file} ({source}); no half of it was left behind: check that the folder exists and may be written to, then print again"
    )]
    File {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
}

impl SpoolError {
    /// Whether a card may have been used.
    #[must_use]
    pub fn card_used(&self) -> CardUsed {
        match self {
            Self::Cut { .. } | Self::QueueUnsure { .. } => CardUsed::Perhaps,
            _ => CardUsed::No,
        }
    }

    /// What the printer answered that could not be read, as it came.
    #[must_use]
    pub fn heard(&self) -> Option<&Detail> {
        match self {
            Self::Unreadable { heard, .. } => Some(heard),
            Self::Silent { heard, .. } => heard.as_ref(),
            _ => None,
        }
    }

    /// Whether the same job goes through once somebody has seen to the printer, its cable or its queue.
    #[must_use]
    pub fn passes(&self) -> bool {
        match self {
            Self::NoConnection { .. }
            | Self::NothingSent { .. }
            | Self::QueueStopped { .. }
            | Self::TakenBack { .. }
            | Self::NoCable { .. }
            | Self::Silent { .. } => true,
            Self::NotReady { condition } => condition.passes(),
            _ => false,
        }
    }
}
