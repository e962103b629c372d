//! Work on a card in use, and what may have to come first: the officer's proof of who they are, a colleague's approval.
//!
//! What waits for one of these is kept here with what its holder typed, so that nobody types it twice and it never
//! leaves the workers. It is given up when the session ends.

use std::sync::Arc;

use super::{
    at_once::{self, GaveUp},
    card_work::{self, CardJob, not_done, tell_progress},
    common::Common,
    queue,
    reader::ReaderDesk,
    recognise::patiently,
};
use crate::{
    bench::{
        event::{Event, Trouble, WorkEnd, WorkEvent},
        on_card::{Asks, CardNow, CardOrder, Passcodes},
        order::WorkId,
    },
    card::reader::ReaderError,
    cis2::{
        Service,
        wire::{Approve, ApproveWithCard, CardProof, Chip, SecretBase64, SignIn},
    },
    domain::{CardSerial, JobId, OfficerId, Operation, Passcode},
    operations::{AskedBy, CardReport, CardWish, Desk, Ending, Need, OperationError},
};

/// Work that waits for an answer of the officers.
pub struct Waiting {
    work: Waits,
    /// What it waits for.
    what: Asks,
}

/// Which work.
pub enum Waits {
    /// On a card that was looked at.
    OnCard(CardOrder),
    /// An unlock at once, of the card in this reader.
    AtOnce { reader: String, serial: CardSerial },
    /// The same, before there is a card.
    NextCard { reader: Option<String> },
    /// The end of a card that this entry of the queue spoilt, for this reason.
    Spoilt { entry: i64, reason: String },
}

impl Waits {
    /// What is to be approved: an operation on one card.
    fn approvable(&self) -> Option<(Operation, CardSerial)> {
        match self {
            Self::OnCard(card) => Some((card.operation, card.serial.clone())),
            Self::AtOnce { serial, .. } => Some((Operation::Unlock, serial.clone())),
            Self::NextCard { .. } | Self::Spoilt { .. } => None,
        }
    }
}

/// Keeps work until the officers have answered; what it gives asks them.
pub fn wait(common: &Common, work: WorkId, waits: Waits, what: Asks) -> Event {
    common.wait(work, Waiting { work: waits, what });
    Event::Work { work, event: WorkEvent::Asks { what, trouble: None } }
}

/// Does the work; `None` where it waits now for what the service asked.
pub fn perform(
    common: &Arc<Common>,
    reader: Option<&ReaderDesk>,
    work: WorkId,
    card: CardOrder,
    approval: Option<SecretBase64>,
    begun: &mut bool,
) -> Option<WorkEnd> {
    let done = attempt(common, reader, work, &card, approval, begun);
    let asked = match done.as_ref().ok().and_then(|report| report.need) {
        Some(Need::StepUp) => Some(Asks::StepUp),
        Some(Need::SecondOfficer) => Some(Asks::SecondOfficer),
        // Whether its holder has the card is asked before the passcode; who did not say so is told to look again.
        Some(Need::Delivery) | None => None,
    };
    if let Some(what) = asked {
        common.tell(wait(common, work, Waits::OnCard(card), what));
        return None;
    }
    Some(match done {
        Ok(report) => {
            let note = report.remarks();
            let now = CardNow { pair: report.which_pair, tries_left: report.tries_left, note };
            common.tell(Event::Work { work, event: WorkEvent::CardNow(now) });
            match report.ending {
                Ending::Done => WorkEnd::Done { queued: None },
                Ending::Undone { why, by_policy, nhs_code } => WorkEnd::Undone { why, by_policy, nhs_code },
                Ending::Unfinished { why } => WorkEnd::Unfinished { why },
            }
        }
        Err(error) => not_done(&error),
    })
}

fn attempt(
    common: &Arc<Common>,
    reader: Option<&ReaderDesk>,
    work: WorkId,
    card: &CardOrder,
    approval: Option<SecretBase64>,
    begun: &mut bool,
) -> Result<CardReport, OperationError> {
    let desk = common.workplace.desk();
    let wish = CardWish {
        operation: card.operation,
        reader: reader.map(|reader| reader.name.clone()),
        serial: Some(card.serial.clone()),
        holder: Some(card.holder.clone()),
        delivery: card.delivery,
        reason: card.reason,
        note: card.note.clone(),
        approval,
        chip: if reader.is_some() { Chip::InReader } else { Chip::NotHere },
        known: reader.and_then(ReaderDesk::known),
        asked_by: AskedBy::Officer,
    };
    let Passcodes { current, new } = card.passcodes.clone();
    match card.operation {
        Operation::Repair | Operation::Renew => {
            let preflight = prepared(reader, || desk.prepare_recertify(&wish))?;
            *begun = true;
            tell_begun(common, work, &preflight.plan.job, &preflight.plan.serial);
            let mut tell = |news: &_| tell_progress(common, work, news);
            match card.operation {
                Operation::Repair => desk.repair(preflight, new, &mut tell),
                _ => desk.renew(preflight, current.ok_or(OperationError::NoPasscode)?, &mut tell),
            }
        }
        _ => on_card(common, &desk, reader, work, &wish, Passcodes { current, new }, begun),
    }
}

fn on_card(
    common: &Arc<Common>,
    desk: &Desk<'_>,
    reader: Option<&ReaderDesk>,
    work: WorkId,
    wish: &CardWish,
    passcodes: Passcodes,
    begun: &mut bool,
) -> Result<CardReport, OperationError> {
    let preflight = prepared(reader, || desk.prepare_on_card(wish))?;
    *begun = true;
    tell_begun(common, work, &preflight.plan.job, &preflight.plan.serial);
    let mut tell = |news: &_| tell_progress(common, work, news);
    let needed = |passcode: Option<Passcode>| passcode.ok_or(OperationError::NoPasscode);
    match wish.operation {
        Operation::Unlock => desk.unlock(preflight, needed(passcodes.new)?, &mut tell),
        Operation::ChangePasscode => {
            desk.change_passcode(preflight, needed(passcodes.current)?, needed(passcodes.new)?, &mut tell)
        }
        Operation::Clear => desk.clear(preflight, &mut tell),
        _ => desk.cancel(preflight, &mut tell),
    }
}

/// The job is on record from here on.
pub fn tell_begun(common: &Common, work: WorkId, job: &JobId, serial: &CardSerial) {
    let event = WorkEvent::Begun { job: job.clone(), serial: serial.clone(), photo_advice: Vec::new() };
    common.tell(Event::Work { work, event });
}

/// Prepares, a few times while something else holds the card for a moment.
fn prepared<T>(
    reader: Option<&ReaderDesk>,
    prepare: impl FnMut() -> Result<T, OperationError>,
) -> Result<T, OperationError> {
    let mut prepare = prepare;
    let in_use = |error: &OperationError| matches!(error, OperationError::Reader(ReaderError::InUse { .. }));
    match reader {
        Some(reader) => patiently(reader, in_use, prepare),
        None => prepare(),
    }
}

/// The officer proved once more who they are, or could not.
pub fn step_up(common: &Arc<Common>, work: WorkId) {
    let Some(officer) = common.session().map(|session| session.officer.id) else {
        return give_up(common, work);
    };
    match common.workplace.service.step_up(&SignIn { officer }) {
        Ok(session) => {
            common.proved(session.proved);
            go_on(common, work, None);
        }
        Err(error) => ask_again(common, work, Trouble::from(&error)),
    }
}

/// An officer's own card proved what the work waits for.
pub fn proved_with_card(common: &Arc<Common>, work: WorkId, CardProof { proof }: CardProof) {
    if common.signs_out() {
        return give_up(common, work);
    }
    let service = &common.workplace.service;
    let asked = common.waiting(work, |waiting| (waiting.what, waiting.work.approvable()));
    let answer = match asked {
        Some((Asks::StepUp, _)) => service.step_up_with_card(&CardProof { proof }).map(|session| {
            common.proved(session.proved);
            None
        }),
        Some((Asks::SecondOfficer, Some((operation, serial)))) => {
            service.approve_with_card(&ApproveWithCard { proof, operation, serial }).map(|given| Some(given.token))
        }
        None | Some((Asks::SecondOfficer, None)) => return give_up(common, work),
    };
    match answer {
        Ok(approval) => go_on(common, work, approval),
        Err(error) => ask_again(common, work, Trouble::from(&error)),
    }
}

/// A second officer approved it, or could not.
pub fn approve(common: &Arc<Common>, work: WorkId, officer: OfficerId) {
    let asked = common.waiting(work, |waiting| waiting.work.approvable()).flatten();
    let Some((operation, serial)) = asked else { return give_up(common, work) };
    match common.workplace.service.approve(&Approve { officer, operation, serial }) {
        Ok(approval) => go_on(common, work, Some(approval.token)),
        Err(error) => ask_again(common, work, Trouble::from(&error)),
    }
}

/// Work that waited is given up.
pub fn give_up(common: &Arc<Common>, work: WorkId) {
    let waited = common.end_waiting(work).map(|waiting| waiting.work);
    if waited.is_none() && common.at_once.give_up(work) == GaveUp::Ends {
        // Its job is open, and tells its end itself.
        return;
    }
    let why = match waited {
        Some(Waits::Spoilt { .. }) => queue::NOT_PROVED,
        _ => "it was given up before it began; nothing was changed",
    };
    let why = Trouble::unchanged(why);
    common.tell(Event::Work { work, event: WorkEvent::Ended(WorkEnd::NotBegun(why)) });
    common.work_ended();
}

/// What the work waits for was not given; it goes on waiting.
pub fn ask_again(common: &Arc<Common>, work: WorkId, trouble: Trouble) {
    match common.waiting(work, |waiting| waiting.what) {
        Some(what) if !trouble.signed_out => {
            common.tell(Event::Work { work, event: WorkEvent::Asks { what, trouble: Some(trouble) } });
        }
        _ => {
            common.end_waiting(work);
            common.tell(Event::Work { work, event: WorkEvent::Ended(WorkEnd::NotBegun(trouble)) });
        }
    }
}

fn go_on(common: &Arc<Common>, work: WorkId, approval: Option<SecretBase64>) {
    let told = match common.end_waiting(work).map(|waiting| waiting.work) {
        Some(Waits::OnCard(card)) => return begin(common, work, card, approval),
        Some(Waits::AtOnce { reader, serial }) => {
            at_once::begin(common, work, &reader, Some(serial), approval).into_iter().collect()
        }
        Some(Waits::NextCard { reader }) => at_once::go_on(common, work, reader),
        Some(Waits::Spoilt { entry, reason }) => return queue::end_spoilt(common, work, entry, reason),
        None => return give_up(common, work),
    };
    told.into_iter().for_each(|event| common.tell(event));
}

/// Hands the work to the reader its card is in; what needs no card is done here and now.
pub fn begin(common: &Arc<Common>, work: WorkId, card: CardOrder, approval: Option<SecretBase64>) {
    let Some(name) = card.reader.clone() else { return card_work::without_card(common, work, card, approval) };
    let given = match common.reader(&name) {
        Some(reader) => reader.give(CardJob::OnCard { work, card: Box::new(card), approval }),
        None => Err(Trouble::unchanged(ReaderError::UnknownReader { reader: name }.to_string())),
    };
    if let Err(trouble) = given {
        common.tell(Event::Work { work, event: WorkEvent::Ended(WorkEnd::NotBegun(trouble)) });
    }
}
