//! What stands in the way of printing, and what to do about it.

use std::fmt;

/// A printer's condition, from the error numbers of its status line (`facts/magicard.md` 6).
///
/// Its `Display` says what is the matter; [`Condition::next_action`] says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// 0: nothing stands in the way.
    Ready,
    /// 1.
    CoverOpen,
    /// 2.
    OutOfCards,
    /// 3.
    WaitingForHandFedCard,
    /// 4, 8 or 9, with what jammed.
    Jam(JamPlace),
    /// 5.
    OutOfFilm,
    /// 6:2: the tag of the ribbon names another region or dealer.
    FilmForAnotherRegion,
    /// 6.
    FilmInvalid,
    /// 7.
    RemoveFilm,
    /// 10: the printer did not take the last job.
    JobRefused,
    /// 11.
    FirmwareOutdated,
    /// 12, 13, 26 or 28, or codes 8191 and 9003: only service helps.
    Fault(ErrorNumber),
    /// 24.
    FilmWithoutColour,
    /// Code 1033: the ribbon lacks a panel that the job uses.
    FilmWithoutPanel,
    /// Code 1032: no panel was found in time.
    FilmStuck,
    /// Code 1042.
    FilmExpired,
    /// 27, or code 2048.
    CleaningDue,
    /// Codes 2052 to 2055: cleaning did not go as it should.
    CleaningFailed,
    /// Code 2049.
    CalibrationDue,
    /// 17 or 18: the firmware is being renewed.
    FirmwareUpdate,
    /// Codes 1035 to 1037: the magnetic stripe was not written.
    MagneticStripe,
    /// Code 1050: the head did not reach its place.
    HeadStuck,
    /// Code 9001.
    HeadHot,
    /// A number that is not known.
    Unknown(ErrorNumber),
}

/// The number of an error, as the printer says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorNumber {
    /// The first and the second number of a status line.
    Pair(u32, u32),
    /// The code of an answer in XML.
    Code(u32),
}

impl fmt::Display for ErrorNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pair(major, minor) => write!(f, "{major}:{minor}"),
            Self::Code(code) => write!(f, "{code}"),
        }
    }
}

/// Where a card is stuck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JamPlace {
    /// On its way through the printer.
    CardPath,
    /// At the cam that lifts the head.
    Cam,
    /// In the part that turns cards over.
    Flipper,
}

impl Condition {
    /// The condition of an error number.
    #[must_use]
    pub fn from_numbers(major: u32, minor: u32) -> Self {
        match (major, minor) {
            (0, _) => Self::Ready,
            (1, _) => Self::CoverOpen,
            (2, _) => Self::OutOfCards,
            (3, _) => Self::WaitingForHandFedCard,
            (4, _) => Self::Jam(JamPlace::CardPath),
            (5, _) => Self::OutOfFilm,
            (6, 2) => Self::FilmForAnotherRegion,
            (6, _) => Self::FilmInvalid,
            (7, _) => Self::RemoveFilm,
            (8, _) => Self::Jam(JamPlace::Cam),
            (9, _) => Self::Jam(JamPlace::Flipper),
            (10, _) => Self::JobRefused,
            (11, _) => Self::FirmwareOutdated,
            (17 | 18, _) => Self::FirmwareUpdate,
            (12 | 13 | 26 | 28, _) => Self::Fault(ErrorNumber::Pair(major, minor)),
            (24, _) => Self::FilmWithoutColour,
            (27, _) => Self::CleaningDue,
            _ => Self::Unknown(ErrorNumber::Pair(major, minor)),
        }
    }

    /// The condition of an `error-code` of format 2 (`facts/magicard.md` 7).
    #[must_use]
    pub fn from_code(code: u32) -> Self {
        match code {
            0 => Self::Ready,
            1025 => Self::OutOfCards,
            1026 => Self::Jam(JamPlace::CardPath),
            1027 => Self::Jam(JamPlace::Flipper),
            1028 => Self::JobRefused,
            1032 => Self::FilmStuck,
            1033 => Self::FilmWithoutPanel,
            1035..=1037 => Self::MagneticStripe,
            1038 => Self::CoverOpen,
            1042 => Self::FilmExpired,
            1046 => Self::OutOfFilm,
            1050 => Self::HeadStuck,
            1055 => Self::FilmForAnotherRegion,
            2048 => Self::CleaningDue,
            2049 => Self::CalibrationDue,
            2052..=2055 => Self::CleaningFailed,
            8191 | 9003 => Self::Fault(ErrorNumber::Code(code)),
            9001 => Self::HeadHot,
            _ => Self::Unknown(ErrorNumber::Code(code)),
        }
    }

    /// Whether an officer at the printer can end it, so that the same job is printed afterwards.
    #[must_use]
    pub fn passes(self) -> bool {
        match self {
            Self::Ready
            | Self::CoverOpen
            | Self::OutOfCards
            | Self::WaitingForHandFedCard
            | Self::Jam(_)
            | Self::OutOfFilm
            | Self::FilmForAnotherRegion
            | Self::FilmInvalid
            | Self::RemoveFilm
            | Self::JobRefused
            | Self::FilmWithoutColour
            | Self::FilmWithoutPanel
            | Self::FilmStuck
            | Self::FilmExpired
            | Self::CleaningDue
            | Self::CleaningFailed
            | Self::HeadStuck
            | Self::HeadHot => true,
            Self::FirmwareOutdated
            | Self::Fault(_)
            | Self::CalibrationDue
            | Self::FirmwareUpdate
            | Self::MagneticStripe
            | Self::Unknown(_) => false,
        }
    }

    /// What the officer does now.
    #[must_use]
    pub fn next_action(self) -> &'static str {
        match self {
            Self::Ready => "print",
            Self::CoverOpen => "close the printer's cover",
            Self::OutOfCards => "put cards into the hopper",
            Self::WaitingForHandFedCard => "feed a card by hand at the front slot",
            Self::Jam(_) => {
                "open the cover, take the card out, throw away a card with a damaged face, close the cover and print again"
            }
            Self::OutOfFilm => "put a new ribbon in",
            Self::FilmForAnotherRegion => "put in a ribbon supplied for this printer",
            Self::FilmInvalid => "take the ribbon out and put in one made for this printer",
            Self::RemoveFilm => "take the ribbon out, and put it back when the printer asks for it",
            Self::JobRefused => {
                "check that the printer profile is the one of this printer, look whether a card came out, and print again"
            }
            Self::FirmwareOutdated => "ask the service desk to update the printer's firmware",
            Self::Fault(_) => "switch the printer off and on; if it says so again, call for service",
            Self::FilmWithoutColour => "put in a colour ribbon",
            Self::FilmWithoutPanel => "put in a ribbon with the panels that the printer profile names",
            Self::FilmStuck => {
                "open the cover, draw the ribbon tight, and close it again; if it tore, put a new one in"
            }
            Self::FilmExpired => "put a new ribbon in",
            Self::CleaningDue => "run the printer's cleaning card through it",
            Self::CleaningFailed => "clean the printer again, with a new cleaning card",
            Self::CalibrationDue => "let the printer calibrate itself, from the menu of its own display",
            Self::FirmwareUpdate => {
                "leave the printer switched on until its display says that it is ready; if it never does, call for service"
            }
            Self::MagneticStripe => {
                "take the card out, and use one with a magnetic stripe or a printer profile without one"
            }
            Self::HeadStuck => "open and close the cover; if it says so again, call for service",
            Self::HeadHot => "wait a few minutes until the head is cooler",
            Self::Unknown(_) => "read the printer's own display and do what it asks",
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready => f.write_str("the printer is ready"),
            Self::CoverOpen => f.write_str("the printer's cover is open"),
            Self::OutOfCards => f.write_str("the printer has no cards"),
            Self::WaitingForHandFedCard => f.write_str("the printer waits for a card fed by hand"),
            Self::Jam(JamPlace::CardPath) => f.write_str("a card is stuck in the printer"),
            Self::Jam(JamPlace::Cam) => f.write_str("the head of the printer does not move: a card may be under it"),
            Self::Jam(JamPlace::Flipper) => f.write_str("a card is stuck where the printer turns cards over"),
            Self::OutOfFilm => f.write_str("the ribbon is used up or missing"),
            Self::FilmForAnotherRegion => f.write_str("the ribbon is for another region or supplier"),
            Self::FilmInvalid => f.write_str("the printer does not take this ribbon"),
            Self::RemoveFilm => f.write_str("the printer asks for the ribbon to be taken out"),
            Self::JobRefused => f.write_str("the printer did not understand the last job"),
            Self::FirmwareOutdated => f.write_str("the printer's firmware is too old"),
            Self::Fault(number) => {
                let what = match number {
                    ErrorNumber::Pair(12, _) => "a sensor fault",
                    ErrorNumber::Pair(26, _) => "a motor fault",
                    ErrorNumber::Pair(28, _) | ErrorNumber::Code(9003) => "that it finds no head",
                    _ => "a fault of its own",
                };
                write!(f, "the printer reports {what} ({number})")
            }
            Self::FilmWithoutColour => f.write_str("the ribbon has no colour panels"),
            Self::FilmWithoutPanel => f.write_str("the ribbon lacks a panel that this card needs"),
            Self::FilmStuck => f.write_str("the printer does not find the next panel of the ribbon"),
            Self::FilmExpired => f.write_str("the ribbon is past its date"),
            Self::CleaningFailed => f.write_str("the printer was not cleaned to the end"),
            Self::CalibrationDue => f.write_str("the printer must be calibrated before it prints"),
            Self::FirmwareUpdate => f.write_str("the printer's firmware is being renewed"),
            Self::MagneticStripe => f.write_str("the magnetic stripe of the card was not written"),
            Self::HeadStuck => f.write_str("the head of the printer does not reach its place"),
            Self::HeadHot => f.write_str("the head of the printer is too hot"),
            Self::CleaningDue => f.write_str("the printer must be cleaned before it prints again"),
            Self::Unknown(number) => write!(f, "the printer reports error {number}"),
        }
    }
}
