//! How a command ends, as scripts see it.

/// Exit codes of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Failed; nothing was changed.
    Failed = 1,
    /// The command line or the configuration was wrong.
    Usage = 2,
    /// Refused by policy; nothing was changed.
    Refused = 3,
    /// Unfinished and on record; `cardwright resume` finishes or undoes it.
    Unfinished = 4,
    /// Done, with a warning.
    Warning = 5,
}

impl Exit {
    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The word in JSON documents.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::Refused => "refused",
            Self::Unfinished => "unfinished",
            Self::Warning => "warning",
        }
    }
}
