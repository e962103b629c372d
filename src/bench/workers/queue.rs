//! The print queue: the journal keeps it, every change is told whole.

use std::sync::Arc;

use super::{
    common::Common,
    on_card::{self, Waits},
};
use crate::{
    bench::{
        event::{Event, Trouble, WorkEnd, WorkEvent},
        on_card::Asks,
        order::WorkId,
    },
    cis2::{
        Service,
        wire::{PrintOutcome, SpoilCard, SpoilReason},
    },
    domain::{CardState, JobId},
    journal::{JournalError, NewEntry, QueueEntry, QueueState},
    operations::{Ending, Need, OperationError, effect::CameOut},
};

/// The whole queue as it is now.
pub fn tell(common: &Common) {
    let queue = common.workplace.journal.queue();
    common.tell(Event::Queue(queue.map(Arc::new).map_err(unwritten)));
}

/// An order about the queue that was not carried out.
pub fn trouble(common: &Common, entry: Option<i64>, trouble: Trouble) {
    common.tell(Event::QueueTrouble { entry, trouble });
}

/// Tells what came of a change: the queue, or the trouble.
pub fn changed(common: &Common, entry: Option<i64>, result: Result<(), Trouble>) {
    match result {
        Ok(()) => tell(common),
        Err(why) => {
            trouble(common, entry, why);
            // What the window shows may be old: that is why the change failed.
            tell(common);
        }
    }
}

/// One entry.
pub fn entry(common: &Common, id: i64) -> Result<QueueEntry, Trouble> {
    let queue = common.workplace.journal.queue().map_err(unwritten)?;
    queue.into_iter().find(|entry| entry.id == id).ok_or_else(|| {
        Trouble::unchanged("this card is not in the print queue any more: look at the queue; nothing was changed")
    })
}

/// Puts a card into the queue, at its end or before everything that waits, and says which entry it is.
pub fn add(common: &Common, new: NewEntry, first: bool) -> Result<i64, Trouble> {
    let journal = &common.workplace.journal;
    let before = match first {
        false => None,
        true => journal.queue().map_err(unwritten)?.iter().find(|e| e.state == QueueState::Waiting).map(|e| e.id),
    };
    let id = journal.queue_add(new).map_err(unwritten)?.id;
    if before.is_some() {
        journal.queue_move(id, before).map_err(unwritten)?;
    }
    Ok(id)
}

/// Sets where an entry stands.
pub fn set(common: &Common, id: i64, state: QueueState, why: Option<&str>) -> Result<(), Trouble> {
    common.workplace.journal.queue_set(id, state, why, None).map(drop).map_err(unwritten)
}

/// Sets where an entry stands, if it stands where it must.
pub fn set_from(common: &Common, id: i64, from: &[QueueState], to: QueueState) -> Result<(), Trouble> {
    standing(common, id, from).and_then(|_| set(common, id, to, None))
}

/// The officer looked at the card of an entry that was sent or failed: what they saw goes on record, and the entry where it
/// belongs.
pub fn seen(common: &Common, id: i64, card: CameOut) -> Result<(), Trouble> {
    let entry = standing(common, id, &[QueueState::Sent, QueueState::Failed])?;
    if !put_on_record(common, &entry, card)? {
        // Nothing of it was sent, or its end is on record: only the queue has to know.
        let state = match card {
            CameOut::Well => QueueState::Printed,
            CameOut::Nothing => QueueState::Waiting,
            CameOut::Spoilt => QueueState::Failed,
        };
        if state != entry.state {
            return set(common, id, state, None);
        }
    }
    Ok(())
}

/// Ends the job of an entry by what the officer saw; whether there was anything to say of it.
fn put_on_record(common: &Common, entry: &QueueEntry, card: CameOut) -> Result<bool, Trouble> {
    let Some(job) = &entry.job else { return Ok(false) };
    let desk = common.workplace.desk();
    let spoilt = desk.print_outcome(job).map_err(|error| Trouble::from(&error))? == Some(PrintOutcome::Spoilt);
    if spoilt && card != CameOut::Spoilt {
        return Err(Trouble::unchanged(
            "it is on record that this card was printed wrongly, so nothing more is printed on it: end it, and issue its \
             holder another",
        ));
    }
    match desk.came_out(job, card, &mut |_| {}) {
        Ok((_, Ending::Unfinished { why })) => Err(Trouble::unchanged(why)),
        Ok(_) => Ok(true),
        Err(OperationError::NothingToConfirm { .. }) => Ok(false),
        Err(error) => Err(Trouble::from(&error)),
    }
}

/// A print that was cut off is on record as printed after all: its entry must not be printed once more.
pub fn was_printed(common: &Common, job: &JobId) {
    let Ok(queue) = common.workplace.journal.queue() else { return };
    let failed = queue.iter().find(|entry| entry.job.as_ref() == Some(job) && entry.state == QueueState::Failed);
    if let Some(entry) = failed
        && let Err(why) = set(common, entry.id, QueueState::Printed, None)
    {
        trouble(common, Some(entry.id), why);
    }
}

/// The entry, if it stands where it must.
pub fn standing(common: &Common, id: i64, allowed: &[QueueState]) -> Result<QueueEntry, Trouble> {
    let entry = entry(common, id)?;
    if allowed.contains(&entry.state) {
        return Ok(entry);
    }
    Err(Trouble::unchanged(
        "this cannot be done with this card's entry as it stands now: look at the queue; nothing was changed",
    ))
}

/// Moves a waiting entry.
pub fn move_before(common: &Common, id: i64, before: Option<i64>) -> Result<(), Trouble> {
    standing(common, id, &[QueueState::Waiting])?;
    common.workplace.journal.queue_move(id, before).map_err(unwritten)
}

/// Who was asked to prove who they are, and did not.
pub const NOT_PROVED: &str = "nobody proved who they are, so the card was not ended: that it was printed wrongly is on record; \
                              to end it, say once more that it was printed wrongly";

/// Ends a card that was printed wrongly, and tells what came of it. To end a card for good the service wants a sign-in that
/// is not old: where it is, the work waits for the officer; what the officer saw of the card is on record meanwhile.
pub fn end_spoilt(common: &Arc<Common>, work: WorkId, entry: i64, reason: String) {
    let (result, end) = match spoil(common, entry, &reason) {
        Err(Spoilt::Asks(what)) => {
            tell(common);
            let waits = Waits::Spoilt { entry, reason };
            return common.tell(on_card::wait(common, work, waits, what));
        }
        Err(Spoilt::NotEnded(trouble)) => (Err(trouble.clone()), WorkEnd::NotBegun(trouble)),
        Ok(()) => (Ok(()), WorkEnd::Done { queued: None }),
    };
    common.tell(Event::Work { work, event: WorkEvent::Ended(end) });
    changed(common, Some(entry), result);
    common.after_job();
    common.look_at_all_again();
}

/// Why a spoilt card was not ended.
enum Spoilt {
    /// The service wants this first.
    Asks(Asks),
    /// It could not be.
    NotEnded(Trouble),
}

impl From<Trouble> for Spoilt {
    fn from(trouble: Trouble) -> Self {
        Self::NotEnded(trouble)
    }
}

/// Ends a card that was printed wrongly, first at the service: its holder may then be issued another.
fn spoil(common: &Common, id: i64, reason: &str) -> Result<(), Spoilt> {
    let entry = standing(common, id, &[QueueState::Sent, QueueState::Printed, QueueState::Failed])?;
    put_on_record(common, &entry, CameOut::Spoilt)?;
    let job = match &entry.job {
        Some(job) => job.clone(),
        None => new_job()?,
    };
    let key = new_job()?;
    let note = reason.trim();
    let request = SpoilCard {
        job,
        holder: entry.holder.clone(),
        reason: SpoilReason::Misprinted,
        note: (!note.is_empty()).then(|| note.to_owned()),
    };
    let service = &common.workplace.service;
    if let Err(error) = service.spoil_card(&entry.serial, key.as_str(), &request) {
        // An earlier try whose answer was lost, or whose entry could not be written, ended the card already.
        let ended = service.card(&entry.serial).is_ok_and(|card| card.state == CardState::Cancelled);
        if !ended {
            return Err(match Need::of(&error) {
                Some(Need::StepUp) => Spoilt::Asks(Asks::StepUp),
                _ => Spoilt::NotEnded(Trouble::from(&error)),
            });
        }
    }
    Ok(set(common, id, QueueState::Spoiled, request.note.as_deref())?)
}

/// Puts the card of an entry into the queue once more.
pub fn reprint(common: &Common, id: i64, reason: String) -> Result<(), Trouble> {
    let entry = standing(common, id, &[QueueState::Sent, QueueState::Printed, QueueState::Failed])?;
    put_on_record(common, &entry, CameOut::Nothing)?;
    let open = entry.state != QueueState::Printed;
    let new = NewEntry { holder: entry.holder, serial: entry.serial, printer: entry.printer, reason: Some(reason) };
    add(common, new, false)?;
    // Such an entry waits for somebody to decide, and this is the decision.
    if open { set(common, id, QueueState::Cancelled, Some("it is printed again as another entry")) } else { Ok(()) }
}

fn new_job() -> Result<JobId, Trouble> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| {
        Trouble::unchanged(format!(
            "this computer gave no randomness ({error}): restart it and try again; nothing was changed"
        ))
    })?;
    Ok(JobId::from_random(random))
}

/// Trouble of a journal that cannot be read or written.
pub fn unwritten(error: JournalError) -> Trouble {
    Trouble::unchanged(error.to_string())
}
