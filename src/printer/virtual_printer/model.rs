//! Which printer the virtual one is, and what is wrong with it.

/// A printer model as the network sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// What it calls itself in its status line. Commas and colons would break the line and are left out.
    pub name: String,
    /// The language of its status.
    pub asked_in: AskedIn,
    /// Pixels of the head line in front of the face, 0 to 30.
    pub margin: usize,
    /// Cards in the hopper at the start.
    pub cards: u32,
    /// Finished cards the output tray holds; a full tray holds up the next job.
    pub tray: usize,
    /// What is wrong with it.
    pub fault: Fault,
}

impl Default for Model {
    /// A DoH 300 v2 in order: hopper of 100, tray of 70 (`facts/magicard.md` 11), margin 15 (5).
    fn default() -> Self {
        Self {
            name: "DoH 300 v2".to_owned(),
            asked_in: AskedIn::Line,
            margin: 15,
            cards: 100,
            tray: 70,
            fault: Fault::None,
        }
    }
}

impl Model {
    /// The same printer with something wrong.
    #[must_use]
    pub fn with(self, fault: Fault) -> Self {
        Self { fault, ..self }
    }
}

/// The language of a printer's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedIn {
    /// It gives a line to `REQ,INF`.
    Line,
    /// It answers in XML.
    Xml,
}

/// What is wrong with a printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Switched off: nobody answers at its address.
    Off,
    /// Hangs up after so many bytes of a job.
    HangsUpAfter(usize),
    /// Takes the connection and reads nothing of a job.
    ReadsNothing,
    /// Does not answer status requests.
    Silent,
    /// Reads a job and never hangs up.
    KeepsTheLine,
    /// Shows an error, as the two numbers of its status line, and prints nothing.
    Error {
        /// First number.
        major: u8,
        /// Second number.
        minor: u8,
    },
}

impl Fault {
    /// No cards in the hopper.
    pub const OUT_OF_CARDS: Self = Self::Error { major: 2, minor: 0 };
    /// The cover is open.
    pub const COVER_OPEN: Self = Self::Error { major: 1, minor: 0 };
}
