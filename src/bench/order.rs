//! What can be asked of the workers.

use std::{path::PathBuf, sync::Arc};

use super::{camera::CameraOrder, offline::OfflineOrder, on_card::CardOrder, telephone::TelephoneOrder};
use crate::{
    domain::{CardSerial, HolderId, JobId, OfficerId, Passcode},
    face::{Photo, samples::Sample},
    operations::effect::CameOut,
    printer::{calibration::Seen, choice::PrinterChoice, profile::JobFormat},
};

/// Holders a search answers with at most: the longest list the service gives. An answer of this length may not be whole.
pub const MOST_FOUND: usize = 5000;

/// One question of the window; its answer carries the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Ticket(pub u64);

/// One piece of card work, numbered by the window before there is a [`JobId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct WorkId(pub u64);

/// What the workers do. None of these blocks whoever gives the order.
#[derive(Debug)]
pub enum Order {
    /// Who may sign in at the training gateway.
    ListOfficers,
    /// Signs an officer in.
    SignIn {
        /// Who.
        officer: OfficerId,
    },
    /// An officer proves with their own card who they are: after its passcode it signs what the service chose.
    ProveWithCard {
        /// The number under which the reader is taken for it.
        work: WorkId,
        /// In which reader the card is.
        reader: String,
        /// Which card.
        serial: CardSerial,
        /// Its passcode, sent to it once.
        passcode: Passcode,
        /// What for.
        to: ProofFor,
    },
    /// Signs out.
    SignOut,
    /// Finds holders by number, name or organisation. A newer question replaces an older one that still waits.
    Find {
        /// Whose answer it is.
        ticket: Ticket,
        /// What was typed.
        query: String,
    },
    /// One holder with cards and history.
    OpenProfile {
        /// Whose answer it is.
        ticket: Ticket,
        /// Which holder.
        holder: HolderId,
    },
    /// The photo on a holder's record, decoded small for lists and tiles.
    Portrait {
        /// Whose photo.
        holder: HolderId,
    },
    /// The names of holders that the journal knows by number only.
    HolderNames {
        /// Whose names.
        holders: Vec<HolderId>,
    },
    /// The face as it would be printed.
    Proof {
        /// Whose answer it is.
        ticket: Ticket,
        /// What is on it.
        wanted: FaceWanted,
    },
    /// Issues a card.
    Issue {
        /// The work.
        work: WorkId,
        /// How.
        issue: Box<IssueOrder>,
    },
    /// The unfinished jobs of this workstation.
    ListUnfinished,
    /// Goes on with one unfinished job: finishes or undoes it.
    Resume {
        /// The work.
        work: WorkId,
        /// Which job.
        job: JobId,
        /// The holder's own passcode, for a renewal that goes forward; other work does without.
        passcode: Option<Passcode>,
    },
    /// Works on a card in use.
    OnCard {
        /// The work.
        work: WorkId,
        /// What is done.
        card: Box<CardOrder>,
    },
    /// Unlocks the next card at once: it is not looked at first, its holder is shown with [`super::WorkEvent::Whose`] once the
    /// job has begun, and nothing is sent to it before [`Order::HolderSays`].
    UnlockNext {
        /// The work.
        work: WorkId,
        /// The reader whose card it is; `None` for the next card that is put into any.
        reader: Option<String>,
    },
    /// What officer and holder say of the card whose holder was shown.
    HolderSays {
        /// The work.
        work: WorkId,
        /// The new passcode; `None` where the card is not of the person here.
        passcode: Option<Passcode>,
    },
    /// Does this card work? After its passcode it signs what the service chose. Nothing on it is changed.
    TryCard {
        /// The work.
        work: WorkId,
        /// In which reader it is.
        reader: String,
        /// Which card.
        serial: CardSerial,
        /// Its passcode.
        passcode: Passcode,
    },
    /// The officer proves once more who they are; the work that waits for it goes on.
    StepUp {
        /// The work.
        work: WorkId,
    },
    /// A second officer approves the work that waits for it, and it goes on.
    Approve {
        /// The work.
        work: WorkId,
        /// The second officer.
        officer: OfficerId,
    },
    /// Work that waits is given up; nothing was changed.
    GiveUp {
        /// The work.
        work: WorkId,
    },
    /// Asks the service on behalf of a card at another desk.
    Telephone {
        /// The question.
        ticket: Ticket,
        /// What is asked.
        order: TelephoneOrder,
    },
    /// Unlocks a card by telephone while the gateway is silent.
    Offline {
        /// The work, from the challenge to the completion code.
        work: WorkId,
        /// In which reader the card is.
        reader: String,
        /// What is asked.
        order: OfflineOrder,
    },
    /// The completion codes that the gateway may not have heard.
    ListUntold,
    /// The whole print queue.
    ListQueue,
    /// Puts a card at the end of the print queue.
    Enqueue {
        /// Whose card.
        holder: HolderId,
        /// Which card.
        serial: CardSerial,
        /// On which printer.
        printer: String,
        /// Why it is printed again, if it is.
        reprint_reason: Option<String>,
    },
    /// Prints one entry of the queue now: its card is in the printer.
    Print {
        /// The entry.
        entry: i64,
    },
    /// Puts a failed entry back among the waiting ones, or one whose card did not come out.
    RetryPrint {
        /// The entry.
        entry: i64,
    },
    /// The officer found the card of a sent or failed entry in the output tray, printed as it should be.
    MarkPrinted {
        /// The entry.
        entry: i64,
    },
    /// Stops the print of an entry that is being printed, and takes the job back where that can be done.
    StopPrint {
        /// The entry.
        entry: i64,
    },
    /// The officer looked at the card of a print whose end nobody knows, and says how it came out.
    CameOut {
        /// The print.
        job: JobId,
        /// What they saw.
        card: CameOut,
    },
    /// Takes a waiting or failed entry out of the queue.
    CancelPrint {
        /// The entry.
        entry: i64,
    },
    /// Moves a waiting entry before another, or to the end.
    MovePrint {
        /// The entry.
        entry: i64,
        /// Before which; `None` for the end.
        before: Option<i64>,
    },
    /// A card was printed wrongly: it is ended at the service, and the entry counts as spoiled. Where the service wants the
    /// officer to prove first who they are, the work asks.
    SpoilPrint {
        /// The work, which is told only where it asks.
        work: WorkId,
        /// The entry.
        entry: i64,
        /// Why, in the officer's words.
        reason: String,
    },
    /// The same card goes through the printer once more, because nothing was printed on it.
    Reprint {
        /// The entry.
        entry: i64,
        /// Why, in the officer's words.
        reason: String,
    },
    /// Looks for printers that could be used at this desk, and tells which models are known.
    FindPrinters,
    /// Adds a printer to the configuration and to this desk, after it was asked who it is.
    AddPrinter {
        /// The printer.
        printer: PrinterChoice,
    },
    /// Takes a printer out of the configuration and from this desk.
    RemovePrinter {
        /// Its name.
        printer: String,
    },
    /// Lets the officer choose a captured job, which shows the printer's language.
    ChooseJob {
        /// The printer's name.
        printer: String,
    },
    /// What a calibration card showed of a printer.
    Calibrate {
        /// Its name.
        printer: String,
        /// What is done with it.
        order: CalibrationOrder,
    },
    /// Finds out which language a printer takes, and keeps it; or prints its test card.
    ProvePrinter {
        /// Its name.
        printer: String,
        /// How.
        proof: PrinterProof,
    },
    /// Asks a printer how it is, now.
    AskPrinter {
        /// Its name.
        printer: String,
    },
    /// Reads a photo from a file.
    ReadPhoto {
        /// Whose answer it is.
        ticket: Ticket,
        /// The file.
        file: PathBuf,
    },
    /// Decodes a photo that was dropped as bytes.
    DecodePhoto {
        /// Whose answer it is.
        ticket: Ticket,
        /// JPEG or PNG.
        bytes: Arc<[u8]>,
    },
    /// Takes a photo from the clipboard.
    PastePhoto {
        /// Whose answer it is.
        ticket: Ticket,
    },
    /// Lets the officer choose a photo in the system's own dialogue.
    ChoosePhoto {
        /// Whose answer it is.
        ticket: Ticket,
    },
    /// Uses the camera at the desk.
    Camera {
        /// The question that opened it.
        ticket: Ticket,
        /// What is asked.
        order: CameraOrder,
    },
    /// Reads the photo on a holder's record, whole, to be edited.
    LoadPhoto {
        /// Whose answer it is.
        ticket: Ticket,
        /// Whose photo.
        holder: HolderId,
    },
    /// Writes an edited photo to a holder's record.
    SavePhoto {
        /// Whose answer it is.
        ticket: Ticket,
        /// Whose record.
        holder: HolderId,
        /// The photo as it was read.
        photo: Arc<Photo>,
        /// What was done to it.
        edit: PhotoEdit,
        /// Why it is used although there is something to look at in it, in the officer's words.
        reason: Option<String>,
    },
    /// Opens a card face template in the editor.
    OpenFace {
        /// Whose answer it is.
        ticket: Ticket,
        /// Its name; `None` for the one that cards are printed with.
        name: Option<String>,
    },
    /// Draws a card face as the editor has it, for a sample holder.
    DrawFace {
        /// Whose answer it is.
        ticket: Ticket,
        /// The template.
        text: String,
        /// For whom, and on which card.
        sample: Sample,
        /// On which printer; `None` for the first of this desk.
        printer: Option<String>,
    },
    /// Lets the officer choose a picture for a card face in the system's own dialogue, and takes it.
    ChooseArtwork {
        /// Whose answer it is.
        ticket: Ticket,
    },
    /// Takes a picture into the folder of the card faces.
    TakeArtwork {
        /// Whose answer it is.
        ticket: Ticket,
        /// The picture's file.
        file: PathBuf,
    },
    /// Saves a card face template into the organisation's folder.
    SaveFace {
        /// Whose answer it is.
        ticket: Ticket,
        /// Its name.
        name: String,
        /// The template.
        text: String,
    },
    /// Every row of the audit after this number, in pieces, and the state of the chain.
    Activity {
        /// Whose answer it is.
        ticket: Ticket,
        /// The newest row that is known already; 0 for none.
        after: u64,
    },
    /// Writes text to a file the officer named.
    Export {
        /// Whose answer it is.
        ticket: Ticket,
        /// Where to.
        file: PathBuf,
        /// What.
        text: String,
    },
    /// Moves cards of the training readers.
    TrainingCard {
        /// Which reader.
        reader: String,
        /// What happens to the card in it.
        move_to: TrainingCardMove,
    },
}

/// What an officer's own card proves who they are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProofFor {
    /// To sign in.
    SignIn,
    /// For this work, which waits for it: the signed-in officer proves it once more, or a second officer approves.
    Waiting(WorkId),
    /// The signed-in officer proves it once more, or a second officer approves it; then this is asked for a card at another
    /// desk.
    Telephone(Ticket, TelephoneOrder),
}

/// How a printer shows which language it takes, and what else it prints without a holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrinterProof {
    /// It is asked how it is, in both languages, and what it answers in is kept.
    Asking,
    /// What the vendor's driver sent to a file says it, and is kept.
    Job(PathBuf),
    /// It prints the test card of its profile.
    TestCard,
    /// It prints the test card in this language; nothing is kept.
    Try(JobFormat),
    /// The officer saw the test card in this language come out well: that is kept.
    CameOut(JobFormat),
    /// The last verdict is taken back.
    TakeBack,
    /// It prints a card of patches.
    CalibrationCard,
}

/// What is done with what a calibration card showed.
#[derive(Debug, Clone, PartialEq)]
pub enum CalibrationOrder {
    /// Tells what holds.
    Read,
    /// What the officer saw holds from the next job on.
    Keep(Seen),
    /// The last change is taken back.
    TakeBack,
    /// Everything is forgotten: the profile alone holds.
    Forget,
}

/// A face to be shown before it is printed.
#[derive(Debug, Clone)]
pub struct FaceWanted {
    /// Whose.
    pub holder: HolderId,
    /// The photo in work; `None` takes the one on record.
    pub photo: Option<(Arc<Photo>, PhotoEdit)>,
    /// For which printer its limits are marked; `None` takes the first.
    pub printer: Option<String>,
}

/// What an officer did to a photo, in the order it is applied: turn, then crop, then brightness.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PhotoEdit {
    /// Quarter turns to the right, 0 to 3.
    pub quarter_turns: u8,
    /// Left, top, width and height of the crop as parts of the turned photo's width and height, 0 to 1; `None` takes the
    /// largest box of the right proportion.
    pub crop: Option<[f32; 4]>,
    /// Added to every channel: -100 (black) to 100 (white), 0 leaves it.
    pub brightness: i8,
}

/// How a card is to be issued.
#[derive(Debug)]
pub struct IssueOrder {
    /// Who the card is for.
    pub holder: HolderId,
    /// In which reader the card is.
    pub reader: String,
    /// What the holder chose; `None` issues the card locked.
    pub passcode: Option<Passcode>,
    /// What becomes of its face.
    pub print: PrintWish,
}

/// When the face is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrintWish {
    /// Straight after: the card becomes the first of the queue, and the printer is proved ready before the chip is touched.
    Now {
        /// On which printer.
        printer: String,
    },
    /// Later: the card waits at the end of the queue.
    Later {
        /// On which printer.
        printer: String,
    },
    /// The printer feeds a card to its own chip station, where it is issued, and prints it: the order's reader is not used.
    InPrinter {
        /// In which printer.
        printer: String,
    },
    /// Not at this desk.
    No,
}

/// What happens to the card in a training reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrainingCardMove {
    /// It is taken out.
    Out,
    /// The card that was taken out last goes in again.
    Back,
    /// A new blank card of the newest series goes in; the old one is kept.
    NewBlank,
    /// A new blank card of Series 9 goes in; the old one is kept.
    NewSeries9,
    /// A new blank card that takes writes over a secure channel only goes in; the old one is kept.
    NewBlankOfChannel,
    /// Its passcode is typed wrongly until it locks itself, to practise what helps.
    Lock,
    /// A card that was kept goes in.
    Kept(CardSerial),
}
