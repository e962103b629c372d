//! What is wrong with a job.

use crate::printer::magicard::xml::XmlError;

/// Why a printer would not print this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum DecodeError {
    #[error("the job has no page")]
    Empty,
    #[error("the job has more than 200 pages")]
    TooManyPages,
    #[error("this is neither a job of 05 bytes (format 1) nor one that begins with <?xml (format 2)")]
    NotAJob,
    #[error("page {page} begins with {found} bytes of 05 where exactly 64 must stand")]
    LeadIn { page: usize, found: usize },
    #[error("page {page} has no start of header (01) after its 64 bytes of 05")]
    NoStart { page: usize },
    #[error("{bytes} bytes follow the end of the last page and belong to no page")]
    AfterEnd { bytes: usize },
    #[error("there is no comma after the start of the header")]
    NoComma,
    #[error("the header does not end")]
    NoHeaderEnd,
    #[error("the header has bytes that are not ASCII text")]
    NotText,
    #[error("the header has a command with nothing in it")]
    EmptyCommand,
    #[error("the header has more than 1000 commands")]
    TooManyCommands,
    #[error("the header has no head type that is known")]
    NoHead,
    #[error("{word} is {found:?} and must be {expected}")]
    Value { word: &'static str, found: String, expected: &'static str },
    #[error("the header gives no plane sizes")]
    NoSizes,
    #[error("the sizes are of planes {sizes} and the image is of {image}")]
    SizesAgainstImage { sizes: String, image: String },
    #[error("plane {letter} is given {found} bytes and this head takes {expected}")]
    SizeAgainstLayout { letter: char, found: String, expected: usize },
    #[error("the job is cut off in plane {letter}")]
    CutOff { letter: char },
    #[error("plane {letter} does not end with its own letter")]
    PlaneEnd { letter: char },
    #[error("page {page} has no end")]
    NoEnd { page: usize },
    #[error("a back does not follow its front, or a front has no back")]
    Sides,
    #[error("the ticket has no end: no byte of 0 follows it")]
    NoTicketEnd,
    #[error("the ticket cannot be read: {0}")]
    Ticket(XmlError),
    #[error("the ticket has no {0}")]
    Missing(&'static str),
    #[error("the ticket gives {found} bytes of planes and its panels need {expected}")]
    PlaneBytes { found: usize, expected: usize },
    #[error("the job is cut off: {found} of {expected} bytes of planes and checksum are there")]
    CutOffPlanes { found: usize, expected: usize },
    #[error("the checksum is {found:08X} and the job gives {expected:08X}: bytes were changed or lost on the way")]
    Checksum { found: u32, expected: u32 },
}
