//! The workers behind the window: one owner thread a reader and a printer, one for the service, one for pictures.
//!
//! Orders go in, events come out, both over bounded channels. Whoever takes the events is woken by a function given at
//! the start, so nothing here polls and nothing here draws. Every answer carries the number of the question it belongs
//! to ([`Ticket`], [`WorkId`] or the queue entry's id): it is shown where it was asked, or nowhere.

mod at_once;
mod camera;
mod event;
mod offline;
mod on_card;
mod order;
mod telephone;
mod workers;

pub use at_once::Whose;
pub use camera::{CameraOrder, CameraTold};
pub use event::{
    Activity, CardInReader, Event, FaceList, Learnt, Looked, OpenedFace, PhotoRead, PrinterCondition, PrinterModel,
    PrinterView, Profile, Proof, ReaderCondition, ReaderView, Trouble, WorkEnd, WorkEvent,
};
pub use offline::{OfflineBegun, OfflineEnded, OfflineOrder, OfflineTold, Untold};
pub use on_card::{Asks, CardNow, CardOrder, Passcodes};
pub use order::{
    CalibrationOrder, FaceWanted, IssueOrder, MOST_FOUND, Order, PhotoEdit, PrintWish, PrinterProof, ProofFor, Ticket,
    TrainingCardMove, WorkId,
};
pub use telephone::{TelephoneOrder, TelephoneTold};
pub use workers::{Workers, WorkersError};
