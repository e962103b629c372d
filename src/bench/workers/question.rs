//! Which event answers an order, kept apart from the order so that it can be answered when it was not carried out.

use crate::{
    bench::{
        event::{Event, Trouble, WorkEnd, WorkEvent},
        offline::OfflineTold,
        order::{Order, ProofFor, Ticket, WorkId},
        telephone::TelephoneTold,
    },
    domain::HolderId,
};

/// Whose answer it would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The officers, a sign-in, the end of a session.
    Officers,
    SignIn,
    Find(Ticket),
    Profile(Ticket),
    Portrait(HolderId),
    Names(Vec<HolderId>),
    Proof(Ticket),
    Work(WorkId),
    Telephone(Ticket),
    Offline(WorkId),
    Untold,
    Unfinished,
    Queue,
    Entry(Option<i64>),
    Photo(Ticket),
    Camera(Ticket),
    Saved(Ticket, HolderId),
    FaceOpened(Ticket),
    FaceDrawn(Ticket),
    FaceSaved(Ticket),
    Artwork(Ticket),
    Activity(Ticket),
    Exported(Ticket),
    Training,
    /// Printers that were found.
    Printers,
    /// A printer that is added, and one that is taken out.
    Added,
    Removed(String),
    /// What a printer showed.
    Proved(String),
    /// What is known of its colours.
    Learnt(String),
    /// Nobody waits for an answer: readers and printers are looked at again anyway.
    Nobody,
}

impl Question {
    /// The question of an order.
    pub fn of(order: &Order) -> Self {
        match order {
            Order::ListOfficers => Self::Officers,
            Order::SignIn { .. } | Order::SignOut => Self::SignIn,
            Order::ProveWithCard { to, .. } => Self::of_proof(to),
            Order::Find { ticket, .. } => Self::Find(*ticket),
            Order::OpenProfile { ticket, .. } => Self::Profile(*ticket),
            Order::Portrait { holder } => Self::Portrait(holder.clone()),
            Order::HolderNames { holders } => Self::Names(holders.clone()),
            Order::Proof { ticket, .. } => Self::Proof(*ticket),
            Order::Issue { work, .. }
            | Order::Resume { work, .. }
            | Order::OnCard { work, .. }
            | Order::UnlockNext { work, .. }
            | Order::TryCard { work, .. }
            | Order::StepUp { work }
            | Order::Approve { work, .. }
            | Order::GiveUp { work } => Self::Work(*work),
            Order::Telephone { ticket, .. } => Self::Telephone(*ticket),
            Order::Offline { work, .. } => Self::Offline(*work),
            Order::ListUntold => Self::Untold,
            Order::ListUnfinished | Order::CameOut { .. } => Self::Unfinished,
            Order::ListQueue => Self::Queue,
            Order::Enqueue { .. } => Self::Entry(None),
            Order::Print { entry }
            | Order::RetryPrint { entry }
            | Order::MarkPrinted { entry }
            | Order::StopPrint { entry }
            | Order::CancelPrint { entry }
            | Order::MovePrint { entry, .. }
            | Order::SpoilPrint { entry, .. }
            | Order::Reprint { entry, .. } => Self::Entry(Some(*entry)),
            Order::FindPrinters => Self::Printers,
            Order::AddPrinter { .. } => Self::Added,
            Order::RemovePrinter { printer } => Self::Removed(printer.clone()),
            Order::ProvePrinter { printer, .. } | Order::ChooseJob { printer } => Self::Proved(printer.clone()),
            Order::Calibrate { printer, .. } => Self::Learnt(printer.clone()),
            Order::AskPrinter { .. } | Order::HolderSays { .. } => Self::Nobody,
            Order::ReadPhoto { ticket, .. }
            | Order::DecodePhoto { ticket, .. }
            | Order::PastePhoto { ticket }
            | Order::ChoosePhoto { ticket }
            | Order::LoadPhoto { ticket, .. } => Self::Photo(*ticket),
            Order::Camera { ticket, .. } => Self::Camera(*ticket),
            Order::SavePhoto { ticket, holder, .. } => Self::Saved(*ticket, holder.clone()),
            Order::OpenFace { ticket, .. } => Self::FaceOpened(*ticket),
            Order::DrawFace { ticket, .. } => Self::FaceDrawn(*ticket),
            Order::SaveFace { ticket, .. } => Self::FaceSaved(*ticket),
            Order::ChooseArtwork { ticket } | Order::TakeArtwork { ticket, .. } => Self::Artwork(*ticket),
            Order::Activity { ticket, .. } => Self::Activity(*ticket),
            Order::Export { ticket, .. } => Self::Exported(*ticket),
            Order::TrainingCard { .. } => Self::Training,
        }
    }

    /// The question that a card is to prove somebody for.
    pub fn of_proof(to: &ProofFor) -> Self {
        match to {
            ProofFor::SignIn => Self::SignIn,
            ProofFor::Waiting(work) => Self::Work(*work),
            ProofFor::Telephone(ticket, _) => Self::Telephone(*ticket),
        }
    }

    /// The answer when it could not be carried out.
    pub fn fails(self, trouble: Trouble) -> Option<Event> {
        let result = Err(trouble.clone());
        Some(match self {
            Self::Officers => Event::Officers(Err(trouble)),
            Self::SignIn => Event::SignedIn(Err(trouble)),
            Self::Find(ticket) => Event::Found { ticket, result: Err(trouble) },
            Self::Profile(ticket) => Event::Profile { ticket, result: Err(trouble) },
            Self::Portrait(holder) => Event::Portrait { holder, result: Err(trouble) },
            Self::Names(holders) => Event::HolderNames { holders, result: Err(trouble) },
            Self::Proof(ticket) => Event::Proof { ticket, result: Err(trouble) },
            Self::Work(work) => Event::Work { work, event: WorkEvent::Ended(WorkEnd::NotBegun(trouble)) },
            Self::Telephone(ticket) => Event::Telephone { ticket, told: TelephoneTold::Failed { trouble, need: None } },
            Self::Offline(work) => Event::Offline { work, told: OfflineTold::Failed(trouble) },
            Self::Untold => Event::Untold(Err(trouble)),
            Self::Unfinished => Event::Unfinished(Err(trouble)),
            Self::Queue => Event::Queue(Err(trouble)),
            Self::Entry(entry) => Event::QueueTrouble { entry, trouble },
            Self::Photo(ticket) => Event::PhotoRead { ticket, result: Err(trouble) },
            Self::Camera(ticket) => Event::Camera { ticket, result: Err(trouble) },
            Self::Saved(ticket, holder) => Event::PhotoSaved { ticket, holder, result },
            Self::FaceOpened(ticket) => Event::FaceOpened { ticket, result: Err(trouble) },
            Self::FaceDrawn(ticket) => Event::FaceDrawn { ticket, result: Err(trouble) },
            Self::FaceSaved(ticket) => Event::FaceSaved { ticket, result: Err(trouble) },
            Self::Artwork(ticket) => Event::ArtworkTaken { ticket, result: Err(trouble) },
            Self::Activity(ticket) => Event::Activity { ticket, result: Err(trouble) },
            Self::Exported(ticket) => Event::Exported { ticket, result },
            Self::Training => Event::TrainingTrouble(trouble),
            Self::Printers => Event::PrintersFound(Err(trouble)),
            Self::Added => Event::PrinterAdded(Err(trouble)),
            Self::Removed(printer) => Event::PrinterRemoved { printer, result: Err(trouble) },
            Self::Learnt(printer) => Event::Learnt { printer, result: Err(trouble) },
            Self::Proved(printer) => Event::PrinterProved { printer, result: Err(trouble) },
            Self::Nobody => return None,
        })
    }
}
