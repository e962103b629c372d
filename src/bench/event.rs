//! What the workers tell.

use std::sync::Arc;

use image::RgbaImage;
use time::{Date, OffsetDateTime};

use super::{
    at_once::Whose,
    camera::CameraTold,
    offline::{OfflineTold, Untold},
    on_card::{Asks, CardNow},
    order::{Ticket, WorkId},
    telephone::TelephoneTold,
};
use crate::{
    cis2::{
        ServiceError,
        wire::{AuditHead, AuditRow, CardRecord, HolderRecord, Session, TrainingOfficer},
    },
    domain::{CardSerial, CardState, Holder, HolderId, JobId, NhsCode, PasscodeRules, Series},
    face::{Mark, Photo, PrintLimits, Side, photo::PhotoCheck},
    journal::QueueEntry,
    operations::{OperationError, Progress, Standing, UnfinishedJob, diagnosis::Finding},
    printer::{calibration::Calibration, choice::Confirmed, find::Found, magicard::status::Detail, separation::Panel},
};

/// Why something was not done: one sentence with what failed and the next action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// For the officer.
    pub message: String,
    /// What state things are in.
    pub standing: Standing,
    /// Whether the session is over, so that the officer has to sign in again.
    pub signed_out: bool,
    /// The code the NHS publishes for the same; shown beside the words.
    pub nhs_code: Option<NhsCode>,
    /// Whether the service did not answer at all.
    pub silent: bool,
}

impl Trouble {
    /// Something failed, and nothing was changed.
    #[must_use]
    pub fn unchanged(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            standing: Standing::Unchanged,
            signed_out: false,
            nhs_code: None,
            silent: false,
        }
    }
}

impl From<&OperationError> for Trouble {
    fn from(error: &OperationError) -> Self {
        let service = if let OperationError::Service(error) = error { Some(error) } else { None };
        Self {
            message: error.to_string(),
            standing: error.standing(),
            signed_out: service.is_some_and(is_signed_out),
            nhs_code: error.nhs_code(),
            silent: service.is_some_and(is_silent),
        }
    }
}

impl From<&ServiceError> for Trouble {
    fn from(error: &ServiceError) -> Self {
        Self {
            message: error.to_string(),
            standing: Standing::Unchanged,
            signed_out: is_signed_out(error),
            nhs_code: error.nhs_code(),
            silent: is_silent(error),
        }
    }
}

fn is_signed_out(error: &ServiceError) -> bool {
    matches!(error, ServiceError::Problem(problem) if problem.status == 401)
}

fn is_silent(error: &ServiceError) -> bool {
    match error {
        ServiceError::Unreachable { .. } => true,
        // It answers that it cannot work: for the desk that is the same.
        ServiceError::Problem(problem) => problem.status >= 500,
        ServiceError::Contract { .. } => false,
    }
}

/// What the workers tell.
#[derive(Debug, Clone)]
pub enum Event {
    /// The card face that cards are printed with from now on.
    FaceInUse {
        /// Width and height of the photo on it, in dots of the printer.
        portrait: (u32, u32),
    },
    /// Answer to [`super::Order::ListOfficers`].
    Officers(Result<Vec<TrainingOfficer>, Trouble>),
    /// Answer to [`super::Order::SignIn`] and to a [`super::Order::ProveWithCard`] that was to sign in.
    SignedIn(Result<Session, Trouble>),
    /// The session is over.
    SignedOut,
    /// Answer to [`super::Order::Find`].
    Found {
        /// The question.
        ticket: Ticket,
        /// The holders, in the service's order.
        result: Result<Arc<Vec<HolderRecord>>, Trouble>,
    },
    /// Answer to [`super::Order::Telephone`].
    Telephone {
        /// The question.
        ticket: Ticket,
        /// What came of it.
        told: TelephoneTold,
    },
    /// Answer to [`super::Order::Offline`]; the work on the card itself tells its steps and its end as [`Event::Work`].
    Offline {
        /// The work.
        work: WorkId,
        /// What came of it.
        told: OfflineTold,
    },
    /// Answer to [`super::Order::ListUntold`], oldest first.
    Untold(Result<Vec<Untold>, Trouble>),
    /// Answer to [`super::Order::OpenProfile`].
    Profile {
        /// The question.
        ticket: Ticket,
        /// The profile.
        result: Result<Box<Profile>, Trouble>,
    },
    /// Answer to [`super::Order::Portrait`].
    Portrait {
        /// Whose.
        holder: HolderId,
        /// 120 pixels high at most; `None` when there is no photo on record.
        result: Result<Option<Arc<RgbaImage>>, Trouble>,
    },
    /// Answer to [`super::Order::HolderNames`].
    HolderNames {
        /// Who was asked for.
        holders: Vec<HolderId>,
        /// Names as printed; without those that the service does not know.
        result: Result<Vec<(HolderId, String)>, Trouble>,
    },
    /// Answer to [`super::Order::Proof`].
    Proof {
        /// The question.
        ticket: Ticket,
        /// The face.
        result: Result<Arc<Proof>, Trouble>,
    },
    /// A reader appeared or what is in it changed.
    Reader(ReaderView),
    /// A reader was unplugged.
    ReaderGone {
        /// Its name.
        reader: String,
    },
    /// Whether the system's smart card service answers.
    CardService {
        /// It does.
        running: bool,
    },
    /// A printer, or how it is, changed.
    Printer(PrinterView),
    /// A printer was taken out of this desk.
    PrinterGone {
        /// Its name.
        printer: String,
    },
    /// The models that are known at this desk; before every answer to [`super::Order::FindPrinters`].
    PrinterModels(Vec<PrinterModel>),
    /// Answer to [`super::Order::AddPrinter`]: its name, and what came of it in words.
    PrinterAdded(Result<(String, String), Trouble>),
    /// The printer that is being added calls itself so, which another model does as well; before [`Event::PrinterAdded`].
    PrinterUnconfirmed {
        /// What it calls itself.
        model: String,
    },
    /// Answer to [`super::Order::RemovePrinter`]: what came of it in words.
    PrinterRemoved {
        /// Its name.
        printer: String,
        /// What came of it.
        result: Result<String, Trouble>,
    },
    /// Answer to [`super::Order::ChooseJob`] when no file was chosen.
    NoJobChosen {
        /// The printer's name.
        printer: String,
    },
    /// Answer to [`super::Order::Calibrate`].
    Learnt {
        /// The printer's name.
        printer: String,
        /// What holds now.
        result: Result<Learnt, Trouble>,
    },
    /// Answer to [`super::Order::FindPrinters`].
    PrintersFound(Result<Vec<Found>, Trouble>),
    /// Answer to [`super::Order::ProvePrinter`]: what came of it, in words.
    PrinterProved {
        /// Its name.
        printer: String,
        /// What came of it.
        result: Result<String, Trouble>,
    },
    /// Something about a piece of card work.
    Work {
        /// The work.
        work: WorkId,
        /// What.
        event: WorkEvent,
    },
    /// The whole print queue, after every change.
    Queue(Result<Arc<Vec<QueueEntry>>, Trouble>),
    /// A step of the print of one queue entry.
    PrintProgress {
        /// The entry.
        entry: i64,
        /// The step.
        progress: Progress,
    },
    /// An order about the queue could not be carried out.
    QueueTrouble {
        /// The entry it was about; `None` for a new one.
        entry: Option<i64>,
        /// Why.
        trouble: Trouble,
    },
    /// Answer to [`super::Order::ListUnfinished`].
    Unfinished(Result<Vec<UnfinishedJob>, Trouble>),
    /// A photo that was opened, pasted, dropped or loaded; `None` when the officer chose none.
    PhotoRead {
        /// The question.
        ticket: Ticket,
        /// The photo and a picture of it, at most 1,000 pixels wide and high.
        result: Result<PhotoRead, Trouble>,
    },
    /// Answer to [`super::Order::Camera`]. After trouble the camera is released.
    Camera {
        /// The question that opened it.
        ticket: Ticket,
        /// What it tells.
        result: Result<CameraTold, Trouble>,
    },
    /// Answer to [`super::Order::SavePhoto`].
    PhotoSaved {
        /// The question.
        ticket: Ticket,
        /// Whose record.
        holder: HolderId,
        /// Whether it is on record now.
        result: Result<(), Trouble>,
    },
    /// Answer to [`super::Order::OpenFace`].
    FaceOpened {
        /// The question.
        ticket: Ticket,
        /// The template.
        result: Result<Box<OpenedFace>, Trouble>,
    },
    /// Answer to [`super::Order::DrawFace`].
    FaceDrawn {
        /// The question.
        ticket: Ticket,
        /// The face.
        result: Result<Arc<Proof>, Trouble>,
    },
    /// Answer to [`super::Order::ChooseArtwork`] and [`super::Order::TakeArtwork`].
    ArtworkTaken {
        /// The question.
        ticket: Ticket,
        /// Its name beside the card faces; `None` when the officer chose none.
        result: Result<Option<String>, Trouble>,
    },
    /// Answer to [`super::Order::SaveFace`].
    FaceSaved {
        /// The question.
        ticket: Ticket,
        /// The file, and what templates there are now.
        result: Result<(String, FaceList), Trouble>,
    },
    /// A piece of the answer to [`super::Order::Activity`].
    Activity {
        /// The question.
        ticket: Ticket,
        /// Some rows.
        result: Result<Activity, Trouble>,
    },
    /// Answer to [`super::Order::Export`].
    Exported {
        /// The question.
        ticket: Ticket,
        /// Whether the file is written.
        result: Result<(), Trouble>,
    },
    /// An order about a training reader could not be carried out.
    TrainingTrouble(Trouble),
}

/// The card face templates of this workstation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaceList {
    /// All, the built-in one first.
    pub names: Vec<String>,
    /// The one that cards are printed with.
    pub in_use: String,
    /// The organisation's folder.
    pub folder: String,
}

/// A card face template that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedFace {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
    /// What templates there are.
    pub list: FaceList,
}

/// A photo and the picture of it that is shown; `None` when the officer chose none.
pub type PhotoRead = Option<(Arc<Photo>, Arc<RgbaImage>)>;

/// A holder as the profile screen shows them.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Person and cards.
    pub record: HolderRecord,
    /// What happened, newest first.
    pub history: Vec<AuditRow>,
}

/// A face as it will be printed.
#[derive(Debug, Clone, Default)]
pub struct Proof {
    /// From the separated planes: 1016 x 642 pixels, transparent around the card, keep-out of the chip drawn in. What the
    /// printer does not print so has a frame.
    pub front: Arc<RgbaImage>,
    /// The back in the same way, where the template has one.
    pub back: Option<Arc<RgbaImage>>,
    /// Each panel of each side that is used, alone, in its own colour: the dye amounts of the job, and its clear coat.
    pub planes: Vec<(Side, Panel, Arc<RgbaImage>)>,
    /// Whether the print queue's own driver makes the panels, so that none can be shown here.
    pub by_driver: bool,
    /// What the printer does not print as it is shown.
    pub marks: Vec<Mark>,
    /// Name of the printer it is drawn for; `None` where this desk has none.
    pub printer: Option<String>,
    /// What that printer, or the usual one of a desk, can do for a face; `None` where nobody asked.
    pub limits: Option<PrintLimits>,
    /// Elements that are printed only when the card is known, by their ids.
    pub waiting: Vec<String>,
    /// What the officer should look at.
    pub advice: Vec<String>,
    /// Colour panels the face uses, of the five of the ribbon (YMCKO).
    pub panels: Vec<String>,
    /// What was found in the photo.
    pub looked: Looked,
}

/// What was found in a photo. Places are parts of the turned photo's width and height, 0 to 1.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Looked {
    /// Every check.
    pub checks: Vec<PhotoCheck>,
    /// Left, top, width and height of the head.
    pub head: Option<[f32; 4]>,
    /// The eyes, left of the picture first.
    pub eyes: Option<[[f32; 2]; 2]>,
    /// The frame that is proposed: left, top, width and height.
    pub proposed: Option<[f32; 4]>,
}

impl Proof {
    /// A side as it will come out, or one of its panels alone; `None` where there is no such side or panel.
    #[must_use]
    pub fn picture(&self, side: Side, plane: Option<Panel>) -> Option<&Arc<RgbaImage>> {
        match (side, plane) {
            (Side::Front, None) => Some(&self.front),
            (Side::Back, None) => self.back.as_ref(),
            (side, Some(plane)) => {
                let found = self.planes.iter().find(|(of, is, _)| *of == side && *is == plane);
                found.map(|(_, _, picture)| picture)
            }
        }
    }
}

/// A reader and what is in it.
#[derive(Debug, Clone)]
pub struct ReaderView {
    /// Name as the system gives it.
    pub name: String,
    /// Whether it is a training reader.
    pub training: bool,
    /// What is in it.
    pub condition: ReaderCondition,
}

/// What is in a reader.
#[derive(Debug, Clone)]
pub enum ReaderCondition {
    /// Nothing.
    Empty,
    /// A card that is being recognised.
    Reading,
    /// A card that was recognised.
    Card(Box<CardInReader>),
    /// A card of the signed-in officer: nothing is done to it.
    OwnCard(Box<CardInReader>),
    /// A card of ours being worked on.
    InWork(WorkId),
    /// A card another program holds.
    InUse,
    /// A card that cannot be worked with, and why.
    Unknown {
        /// Why, and what to do.
        why: String,
        /// The published code that means the same, if there is one.
        nhs_code: Option<NhsCode>,
    },
    /// A card that does not answer.
    Unreadable,
}

impl ReaderCondition {
    /// The code the NHS publishes for the same.
    #[must_use]
    pub fn nhs_code(&self) -> Option<NhsCode> {
        match self {
            Self::Reading => Some(NhsCode::Scanning),
            Self::InUse | Self::Unreadable => Some(NhsCode::CardUnreadable),
            Self::Unknown { nhs_code, .. } => *nhs_code,
            Self::Empty | Self::Card(_) | Self::OwnCard(_) | Self::InWork(_) => None,
        }
    }
}

/// A card that was recognised.
#[derive(Debug, Clone)]
pub struct CardInReader {
    /// Its serial.
    pub serial: CardSerial,
    /// Its generation.
    pub series: Series,
    /// What the service knows of it, or why it does not say.
    pub record: Result<CardRecord, Trouble>,
    /// Whose it is.
    pub holder: Option<Holder>,
    /// Whom the certificate to sign in names, which anybody may read: it proves nothing before the card has signed.
    pub named: Option<HolderId>,
    /// Their photo, 120 pixels high at most.
    pub portrait: Option<Arc<RgbaImage>>,
    /// Whether certificates are on the chip.
    pub has_certificates: bool,
    /// Last day the certificates on the chip are valid.
    pub expires: Option<Date>,
    /// Tries left of the passcode, where the card tells.
    pub tries_left: Option<u8>,
    /// What passcodes this kind of card takes.
    pub passcode_rules: PasscodeRules,
    /// Last day of each certificate on the chip: authentication, signing.
    pub certificates: [Option<Date>; 2],
    /// What is wrong with it; empty for a card that is as the service knows it.
    pub findings: Vec<Finding>,
    /// Whether there are certificates on it that this service's authority did not make.
    pub stranger: bool,
    /// Another card of its holder that is in use.
    pub other_card: Option<CardSerial>,
}

impl CardInReader {
    /// What the service counts it as.
    #[must_use]
    pub fn state(&self) -> Option<CardState> {
        self.record.as_ref().ok().map(|record| record.state)
    }
}

/// A printer.
#[derive(Debug, Clone)]
pub struct PrinterView {
    /// The name officers know it by.
    pub name: String,
    /// Its model.
    pub model: String,
    /// Id of its profile.
    pub profile: String,
    /// An officer's word that it is of this model although it gives itself another's name.
    pub confirmed: Option<Confirmed>,
    /// Whether it is the virtual printer of training.
    pub virtual_one: bool,
    /// Whether cards can be encoded in it.
    pub station: bool,
    /// Everything it said of itself when it answered last, as it said it.
    pub said: Vec<Detail>,
    /// When it said that, where it has not answered since.
    pub silent_since: Option<OffsetDateTime>,
    /// How it is.
    pub condition: PrinterCondition,
}

/// A model of printers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrinterModel {
    /// Id of its profile.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Series of cards that may be printed on it.
    pub series: Vec<Series>,
}

/// What is known of a printer's colours.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Learnt {
    /// What its calibration card showed; `None` where its profile alone holds.
    pub calibration: Option<Calibration>,
    /// Whether the last change can be taken back.
    pub can_go_back: bool,
}

/// How a printer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrinterCondition {
    /// Not asked yet.
    Asking,
    /// Ready, as far as it tells.
    Ready {
        /// Ribbon, cards and cleaning in words, where the printer tells; one line each.
        supplies: Vec<String>,
    },
    /// Printing this entry of the queue.
    Printing {
        /// The entry.
        entry: i64,
    },
    /// Cannot print, and why.
    CannotPrint {
        /// Why, and what to do.
        why: String,
    },
    /// Jobs can be handed over, and nobody tells how it is.
    CannotBeAsked,
}

/// What is told about card work.
#[derive(Debug, Clone)]
pub enum WorkEvent {
    /// Everything it needs was proved; the chip is touched from here on.
    Begun {
        /// The job on record.
        job: JobId,
        /// The card.
        serial: CardSerial,
        /// What the officer should know of the photo.
        photo_advice: Vec<String>,
    },
    /// A step begins or ends.
    Progress(Progress),
    /// It waits for this, and nothing was changed. What came of an earlier attempt stands beside it.
    Asks {
        /// For what.
        what: Asks,
        /// Why the last attempt at it failed.
        trouble: Option<Trouble>,
    },
    /// From here on the next card that is put in is for this work.
    AwaitsCard,
    /// The card that this work waited for is in.
    CardIn {
        /// In which reader.
        reader: String,
    },
    /// Whose card it is: it waits for [`super::Order::HolderSays`], and nothing was sent to the card.
    Whose(Box<Whose>),
    /// How the card is at its end; told just before it.
    CardNow(CardNow),
    /// It is over.
    Ended(WorkEnd),
}

/// How card work ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkEnd {
    /// Done. A card that is to be printed is in the queue as this entry.
    Done {
        /// The entry, where it is to be printed.
        queued: Option<i64>,
    },
    /// Nothing was begun.
    NotBegun(Trouble),
    /// Given up, and everything is as before.
    Undone {
        /// Why, and what to do.
        why: String,
        /// Whether policy refused it.
        by_policy: bool,
        /// The published code of what ended it, if there is one.
        nhs_code: Option<NhsCode>,
    },
    /// A print whose end nobody knows.
    LookAtPrinter {
        /// What to look at.
        why: String,
    },
    /// Cut off, and on record.
    Unfinished {
        /// Why, and what to do.
        why: String,
    },
}

impl WorkEnd {
    /// The code the NHS publishes for the same.
    #[must_use]
    pub fn nhs_code(&self) -> Option<NhsCode> {
        match self {
            Self::NotBegun(trouble) => trouble.nhs_code,
            Self::Unfinished { .. } => Some(NhsCode::NotCompleted),
            Self::Undone { nhs_code, .. } => *nhs_code,
            Self::LookAtPrinter { .. } | Self::Done { .. } => None,
        }
    }
}

/// A piece of the audit.
#[derive(Debug, Clone)]
pub struct Activity {
    /// Rows, oldest first.
    pub rows: Vec<AuditRow>,
    /// The state of the chain, with the last piece only.
    pub head: Option<AuditHead>,
    /// Whether this desk's own record of earlier heads agrees, with the last piece only; the sentence says what does not.
    pub witness: Option<Result<(), String>>,
}
