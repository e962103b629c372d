//! Why an operation ended early: what failed, what state the card is in, and the next action.

use super::{authenticate::AuthenticationFault, diagnosis::Finding, in_printer::LeftInside, passcode::tries_words};
use crate::{
    card::{reader::ReaderError, recognise::NotRecognised, transport::TransportError},
    cis2::ServiceError,
    domain::{CardSerial, HolderId, JobId, NhsCode, Operation, PasscodeFault, eligibility::Refusal},
    face::{FaceError, PhotoError},
    journal::JournalError,
    printer::{
        magicard::{EncodeError, status::Condition},
        ribbon::WrongRibbon,
        spool::SpoolError,
    },
};

/// What an officer needs to know of the card after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was changed, on the card or at the service.
    Unchanged,
    /// Policy said no; nothing was changed.
    RefusedByPolicy,
    /// Something was begun and is on record; `resume` finishes or undoes it.
    Unfinished,
}

/// Why an operation did not begin, or stopped.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum OperationError {
    #[error("no card reader is connected: plug a reader in and try again; nothing was changed")]
    NoReader,
    #[error("there is no card in any reader: put the card in, chip first, and try again; nothing was changed")]
    NoCard,
    #[error("there are cards in several readers ({}): name the reader to use; nothing was changed", .readers.join(", "))]
    SeveralCards { readers: Vec<String> },
    #[error("{0}")]
    Reader(#[from] ReaderError),
    #[error("{0}; nothing on the card was changed")]
    Card(TransportError),
    #[error("{0}")]
    NotRecognised(#[from] NotRecognised),
    #[error(
        "this is your own card ({serial}), and nobody works on their own card: put the holder's card in; nothing was changed"
    )]
    OwnCard { serial: CardSerial },
    #[error(
        "card {serial} holds certificates, though the service counts it as blank: it may be somebody's card of another \
         organisation. Nothing was changed: put it aside and use a blank card"
    )]
    NotBlank { serial: CardSerial },
    #[error("the card with serial {serial} is in no reader: put that card in and resume; its job stays on record")]
    CardNotHere { serial: CardSerial },
    #[error("{0}")]
    Authentication(#[from] AuthenticationFault),
    #[error(
        "this is another card ({found}) than the one that was looked at ({looked_at}): put that one back, or look at this \
         one first; nothing was changed"
    )]
    Swapped { looked_at: CardSerial, found: CardSerial },
    #[error(
        "card {serial} does not work as it should: {}. Nothing on it was changed: take it to the Registration Authority \
         desk, which can repair it",
        in_a_row(.findings)
    )]
    Faulty { serial: CardSerial, findings: Vec<Finding> },
    #[error("nobody is on record as the holder of card {serial}: look at the card first; nothing was changed")]
    NobodysCard { serial: CardSerial },
    #[error("no card was named: choose the card from its holder's record; nothing was changed")]
    NoCardNamed,
    #[error("to {operation} a card its chip must be in a reader: put the card in, chip first; nothing was changed")]
    ChipNeeded { operation: Operation },
    #[error("{operation} does not go this way: choose it by its own name; nothing was changed")]
    WrongOperation { operation: Operation },
    #[error("a card is cancelled for a reason: choose one; nothing was changed")]
    ReasonNeeded,
    #[error(
        "the passcode of card {serial} is locked after too many wrong tries, so nothing was sent to it; its keys and \
         certificates are unharmed: unlock the card"
    )]
    PasscodeLocked { serial: CardSerial },
    #[error("the passcode of card {serial} is wrong{}; nothing was changed: type it with care", tries_words(*.left))]
    WrongPasscode { serial: CardSerial, left: Option<u8> },
    #[error(
        "an earlier {operation} of card {serial} was cut off and its certificates do not work: repair the card; nothing was \
         changed"
    )]
    RepairIt { serial: CardSerial, operation: Operation },
    #[error(
        "this workstation cannot unlock cards by telephone yet: sign in here once while the gateway answers; nothing was changed"
    )]
    NotEnrolled,
    #[error(
        "the key this workstation shares with its gateway cannot be used ({0}): check the data folder's rights; nothing was \
         changed"
    )]
    WorkstationKey(String),
    #[error(
        "card {serial} is worked on over a secure channel alone, whose keys only the gateway has, so it cannot be unlocked \
         over the telephone: unlock it when the gateway answers here, or at a desk whose gateway does; nothing was changed"
    )]
    ChannelNeedsGateway { serial: CardSerial },
    #[error(
        "this card holds no certificate that says whose it is: it cannot be unlocked without a gateway; nothing was changed"
    )]
    HolderUnknown,
    #[error("{0} Nothing was changed.")]
    Refused(Refusal),
    #[error("{}", with_state(.0))]
    Service(#[from] ServiceError),
    #[error("there is no photo on the record of {}: add one first; nothing was changed", .holder.grouped())]
    NoPhoto { holder: HolderId },
    #[error("{0}")]
    Face(#[from] FaceError),
    #[error("{0}")]
    Photo(#[from] PhotoError),
    #[error("{0}")]
    Printer(#[from] SpoolError),
    #[error("{0}")]
    PrintJob(#[from] EncodeError),
    #[error("{0}")]
    WrongRibbon(#[from] WrongRibbon),
    #[error("{condition}; nothing was sent: {}, then print again", .condition.next_action())]
    PrinterNotReady { condition: Condition },
    #[error(
        "“{printer}” has no chip station that its profile knows, so no card is encoded in it: put the card into a reader, issue it \
         there and print it afterwards, or correct encoder.station of the printer profile; nothing was changed"
    )]
    NoStation { printer: String },
    #[error(
        "there is a card in the chip station of “{printer}” already (“{reader}”{card}): go on with what is unfinished; where nobody \
         knows yet whether it was printed, look at it and say so; then have the printer put it out, or take it out by hand, and \
         try again; nothing was changed"
    )]
    StationOccupied { printer: String, reader: String, card: LeftInside },
    #[error(
        "no card was issued, because its face could not be printed after it: {}. Nothing was changed: issue it again \
         once that is done, or issue it now and print it later",
        .0.to_string().trim_end_matches('.')
    )]
    IssueWithoutPrint(Box<OperationError>),
    #[error("{0}; nothing was changed")]
    Passcode(#[from] PasscodeFault),
    #[error(
        "no passcode was chosen: let the holder choose one, or issue the card locked; nothing on the card was changed"
    )]
    NoPasscode,
    #[error("holder {} has no issued card to print on: issue a card first; nothing was changed", .holder.grouped())]
    NothingToPrint { holder: HolderId },
    #[error("the reason for printing again has more than 200 characters: say it in fewer words; nothing was sent")]
    ReasonTooLong,
    #[error("job {} is not unfinished at this workstation: look at the unfinished work again; nothing was changed", .job.short())]
    NothingToResume { job: JobId },
    #[error(
        "what was interrupted on this card is settled since: take the card out and put it back in; nothing was changed"
    )]
    NothingInterrupted,
    /// The printer may still hold another card's face, and print it on the next card that is fed.
    #[error(
        "say first how the card of {} came out of “{printer}”: its face was sent there and nobody said what became of it, so \
         the printer may print it on the next card. It is among the unfinished work; nothing was sent",
        .holder.grouped()
    )]
    SayFirst { job: JobId, holder: HolderId, printer: String },
    /// Nobody waits for an officer's word on a print.
    #[error(
        "nobody waits for a word on job {}: it is no print, or what became of its card is known; nothing was changed",
        .job.short()
    )]
    NothingToConfirm { job: JobId },
    #[error("{0}")]
    Journal(#[from] JournalError),
    #[error(
        "the journal entry of this job cannot be understood ({0}): use the version that wrote it; the card was not touched now"
    )]
    JournalEntry(String),
    #[error("this computer gave no randomness ({0}): restart it and try again; nothing was changed")]
    Randomness(String),
}

/// A call that failed before anything was begun, with what state the card is in.
fn with_state(error: &ServiceError) -> String {
    match error {
        ServiceError::Problem(_) => format!("{error}. No card was changed."),
        ServiceError::Unreachable { .. } | ServiceError::Contract { .. } => format!("{error}; no card was changed"),
    }
}

impl OperationError {
    /// The published code that means the same, if there is one.
    #[must_use]
    pub fn nhs_code(&self) -> Option<NhsCode> {
        match self {
            Self::NoReader | Self::NoCard | Self::SeveralCards { .. } | Self::ChipNeeded { .. } | Self::Card(_) => {
                Some(NhsCode::CardUnreadable)
            }
            Self::Reader(error) => error.nhs_code(),
            Self::NotRecognised(why) => why.nhs_code(),
            Self::Refused(refusal) => refusal.nhs_code(),
            Self::Service(error) => error.nhs_code(),
            Self::CardNotHere { .. } => Some(NhsCode::NotCompleted),
            Self::Authentication(AuthenticationFault::TakenOut) => Some(NhsCode::CardUnreadable),
            _ => None,
        }
    }

    /// Whether nothing was sent to a printer, and the same goes through once somebody has seen to it.
    #[must_use]
    pub fn printer_passes(&self) -> bool {
        match self {
            Self::Printer(error) => error.passes(),
            Self::PrinterNotReady { condition } => condition.passes(),
            Self::WrongRibbon(_) => true,
            _ => false,
        }
    }

    /// What state things are in.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match self {
            Self::Refused(_) | Self::OwnCard { .. } => Standing::RefusedByPolicy,
            Self::Service(ServiceError::Problem(problem)) if problem.kind == "refused" => Standing::RefusedByPolicy,
            Self::CardNotHere { .. } | Self::JournalEntry(_) => Standing::Unfinished,
            Self::Journal(JournalError::Write(_) | JournalError::InUse(_)) => Standing::Unfinished,
            _ => Standing::Unchanged,
        }
    }
}

/// Findings as parts of one sentence.
fn in_a_row(findings: &[Finding]) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
