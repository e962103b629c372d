//! What the officer wants, as drawing tells it.

use super::{
    command::Command,
    dialogs::{Dialog, DialogIntent},
    model::{
        activity, at_once, bench, calibration, card_face, find, help, holder, issue, offline, photo, printers, queue,
        service, session, settings, telephone, unfinished, work,
    },
    route::Route,
};

/// One wish. It says what is wanted; [`super::model::Model::update`] decides what comes of it.
#[derive(Debug, Clone)]
pub enum Intent {
    /// Go somewhere.
    Go(Route),
    /// One place back.
    Back,
    /// One place forward.
    Forward,
    /// A command of the palette or a shortcut.
    Command(Command),
    /// Opens a dialogue, behind those that wait already.
    Ask(Box<Dialog>),
    /// Something in the dialogue in front.
    Dialog(DialogIntent),
    /// Closes the dialogue in front without an answer.
    CloseDialog,
    /// The window is to be closed; asks first when something is open.
    CloseWindow,
    /// The window is to be closed as soon as nothing is worked on.
    CloseWindowWhenDone,
    /// The window is to be closed, whatever is open.
    CloseWindowNow,
    /// A notice was read.
    DismissNotice(u64),
    /// Sign-in, sign-out, lock.
    Session(session::Intent),
    /// Readers, printers and their cards.
    Bench(bench::Intent),
    /// The search.
    Find(find::Intent),
    /// The profile.
    Holder(holder::Intent),
    /// The photo.
    Photo(photo::Intent),
    /// Preparing an issue.
    Issue(issue::Intent),
    /// Servicing a card.
    Service(service::Intent),
    /// Unlocking the next card at once.
    AtOnce(at_once::Intent),
    /// A piece of card work.
    Work(work::Intent),
    /// Unlock by telephone.
    Telephone(telephone::Intent),
    /// Unlock by telephone while the service is silent here.
    Offline(offline::Intent),
    /// The print queue.
    Queue(queue::Intent),
    /// Unfinished work.
    Unfinished(unfinished::Intent),
    /// The audit.
    Activity(activity::Intent),
    /// Settings.
    Settings(settings::Intent),
    /// The printers of this desk.
    Printers(printers::Intent),
    /// The colours of a printer.
    Calibration(calibration::Intent),
    /// The editor of card faces.
    CardFace(card_face::Intent),
    /// Help.
    Help(help::Intent),
}

macro_rules! of_area {
    ($($variant:ident($inner:ty)),+ $(,)?) => {
        $(impl From<$inner> for Intent {
            fn from(inner: $inner) -> Self {
                Self::$variant(inner)
            }
        })+
    };
}

of_area!(
    Go(Route),
    Command(Command),
    Dialog(DialogIntent),
    Session(session::Intent),
    Bench(bench::Intent),
    Find(find::Intent),
    Holder(holder::Intent),
    Photo(photo::Intent),
    Issue(issue::Intent),
    Service(service::Intent),
    AtOnce(at_once::Intent),
    Work(work::Intent),
    Queue(queue::Intent),
    Telephone(telephone::Intent),
    Offline(offline::Intent),
    Unfinished(unfinished::Intent),
    Activity(activity::Intent),
    Settings(settings::Intent),
    Printers(printers::Intent),
    Calibration(calibration::Intent),
    CardFace(card_face::Intent),
    Help(help::Intent),
);
