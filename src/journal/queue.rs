//! The print queue of this workstation: which cards wait for which printer, and what became of each.
//!
//! An entry holds numbers, states and the officer's reason: no name and no photo. It is never removed; it ends in a
//! state. While an entry is printing, its process holds a lock that the system frees when the process ends, however it
//! ends: that is how the next one to open the journal knows what a crash left behind.

mod change;

use std::{
    collections::HashMap,
    sync::{MutexGuard, PoisonError},
};

use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};
use time::OffsetDateTime;

pub use change::QueueState;

use super::{Claim, Journal, JournalError, WriteMoment};
use crate::domain::{CardSerial, HolderId, JobId};

/// Why an entry that a crash left behind needs somebody to look.
const LOOK_IN_THE_TRAY: &str = "the program stopped while this card was being printed: look in the printer's output tray, \
                                then mark the card as printed or put it back in the queue";

/// Why an entry failed whose job was never begun.
const NOTHING_WAS_SENT: &str =
    "the program stopped before anything was sent to the printer: put the card back in the queue";

/// What stands at the end of why an entry failed whose printer was not ready.
const GOES_ON: &str = "It goes on by itself once the printer is ready again";

/// Why such an entry no longer goes on by itself.
const NO_LONGER_GOES_ON: &str = "the program ended while this card waited for its printer, so it does not go on by itself \
                                 any more; nothing was sent: put the card back in the queue, then print it";

/// One card in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueEntry {
    /// Its number; never used for another.
    pub id: i64,
    /// Whose card.
    pub holder: HolderId,
    /// Which card.
    pub serial: CardSerial,
    /// Name of the printer at this workstation.
    pub printer: String,
    /// Place in the order: entries with smaller numbers come first.
    pub position: i64,
    /// Where it stands.
    pub state: QueueState,
    /// Why the face is printed once more; none for a first print.
    pub reason: Option<String>,
    /// What went wrong, and what to do about it.
    pub why: Option<String>,
    /// The print job, once there is one.
    pub job: Option<JobId>,
    /// When it was added, to the microsecond.
    pub added: OffsetDateTime,
    /// When anything of it last changed, to the microsecond.
    pub changed: OffsetDateTime,
}

impl QueueEntry {
    /// Whether the program stopped while this card was being printed, and nobody has said yet what became of it.
    #[must_use]
    pub fn left_by_a_stop(&self) -> bool {
        let by_stop = |why: &str| why == LOOK_IN_THE_TRAY || why == NOTHING_WAS_SENT;
        self.state == QueueState::Failed && self.why.as_deref().is_some_and(by_stop)
    }

    /// Whether it is printed by itself, without a word of the officer, once its printer is ready. Nothing of it was sent.
    #[must_use]
    pub fn goes_on_by_itself(&self) -> bool {
        self.state == QueueState::Failed && self.why.as_deref().is_some_and(|why| why.ends_with(GOES_ON))
    }
}

/// What is to be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// Whose card.
    pub holder: HolderId,
    /// Which card.
    pub serial: CardSerial,
    /// Name of the printer at this workstation.
    pub printer: String,
    /// Why the face is printed once more; none for a first print.
    pub reason: Option<String>,
}

const SELECT: &str =
    "SELECT id, holder, serial, printer, position, state, reason, why, job, added, changed FROM print_queue";

impl Journal {
    /// Adds a card at the end of the queue.
    ///
    /// # Errors
    /// [`JournalError::Write`].
    pub fn queue_add(&self, new: NewEntry) -> Result<QueueEntry, JournalError> {
        self.change_queue(|transaction| {
            transaction.execute(
                "INSERT INTO print_queue (holder, serial, printer, position, state, reason, added, changed) VALUES \
                 (?1, ?2, ?3, (SELECT coalesce(max(position), 0) + 1 FROM print_queue), ?4, ?5, ?6, ?6)",
                params![
                    new.holder.as_str(),
                    new.serial.as_str(),
                    new.printer,
                    QueueState::Waiting.word(),
                    new.reason,
                    microseconds()
                ],
            )?;
            entry(transaction, transaction.last_insert_rowid())
        })
    }

    /// Every entry: those that wait, print or failed first, in their order; then the rest, the newest change first.
    ///
    /// # Errors
    /// [`JournalError::Unreadable`].
    pub fn queue(&self) -> Result<Vec<QueueEntry>, JournalError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(SELECT)?;
        let mut rows = statement.query([])?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            entries.push(read(row)?);
        }
        entries.sort_by(|a, b| {
            let ended = |entry: &QueueEntry| !entry.state.is_open();
            ended(a).cmp(&ended(b)).then_with(|| match ended(a) {
                false => a.position.cmp(&b.position),
                true => (b.changed, b.id).cmp(&(a.changed, a.id)),
            })
        });
        Ok(entries)
    }

    /// Moves an entry to another state. `why` replaces what is told of it; a `job` of `None` leaves the job it has.
    ///
    /// Two windows that both want to print an entry are told apart here: an entry that prints already cannot be set to
    /// printing once more.
    ///
    /// # Errors
    /// [`JournalError::QueueEntryUnknown`], [`JournalError::QueueChange`] for a change that is not allowed,
    /// [`JournalError::Write`].
    pub fn queue_set(
        &self,
        id: i64,
        state: QueueState,
        why: Option<&str>,
        job: Option<&JobId>,
    ) -> Result<QueueEntry, JournalError> {
        let claim = match state {
            QueueState::Printing => Some(self.claim_entry(id)?),
            _ => None,
        };
        let changed = self.change_queue(|transaction| {
            let before = entry(transaction, id)?;
            if !before.state.may_become(state) {
                return Err(JournalError::QueueChange { from: before.state, to: state });
            }
            write_state(transaction, id, state, why, job)?;
            entry(transaction, id)
        })?;
        self.keep_claim(&changed, claim);
        Ok(changed)
    }

    /// An entry that is printing, and of which nothing was sent because its printer is not ready, goes on by itself once it is
    /// ([`Self::queue_going_on`]). `why` says what the printer wants. This process keeps the entry for itself meanwhile; when
    /// it ends, the next one to open the journal puts into words that nobody goes on with it.
    ///
    /// # Errors
    /// As [`Self::queue_set`].
    pub fn queue_goes_on(&self, id: i64, why: &str) -> Result<QueueEntry, JournalError> {
        let why = why.trim_end_matches('.').trim_end_matches(", then print again");
        self.queue_set(id, QueueState::Failed, Some(&format!("{why}. {GOES_ON}")), None)
    }

    /// The entries that go on by themselves in this process once this printer is ready, in their order.
    ///
    /// # Errors
    /// [`JournalError::Unreadable`].
    pub fn queue_going_on(&self, printer: &str) -> Result<Vec<QueueEntry>, JournalError> {
        let mut claims = self.claims();
        if claims.is_empty() {
            return Ok(Vec::new());
        }
        let mut entries = self.queue()?;
        // What another window decided about is its own from here on.
        let held = |entry: &QueueEntry| entry.state == QueueState::Printing || entry.goes_on_by_itself();
        claims.retain(|id, _| entries.iter().any(|entry| entry.id == *id && held(entry)));
        entries.retain(|entry| entry.printer == printer && entry.goes_on_by_itself() && claims.contains_key(&entry.id));
        Ok(entries)
    }

    /// Writes which print job an entry that is printing belongs to, before the job is begun: after a crash the job's own
    /// record says what became of the card.
    ///
    /// # Errors
    /// [`JournalError::QueueEntryUnknown`], [`JournalError::QueueChange`] when the entry is not printing,
    /// [`JournalError::Write`].
    pub fn queue_job(&self, id: i64, job: &JobId) -> Result<QueueEntry, JournalError> {
        self.change_queue(|transaction| {
            let before = entry(transaction, id)?;
            if before.state != QueueState::Printing {
                return Err(JournalError::QueueChange { from: before.state, to: QueueState::Printing });
            }
            write_state(transaction, id, QueueState::Printing, before.why.as_deref(), Some(job))?;
            entry(transaction, id)
        })
    }

    /// Moves an entry before another one, or to the end. Both must wait, print or have failed; moving an entry before
    /// itself changes nothing.
    ///
    /// # Errors
    /// [`JournalError::QueueEntryUnknown`], [`JournalError::QueueEnded`], [`JournalError::Write`].
    pub fn queue_move(&self, id: i64, before: Option<i64>) -> Result<(), JournalError> {
        let open = |entry: QueueEntry| match entry.state.is_open() {
            true => Ok(entry),
            false => Err(JournalError::QueueEnded(entry.id)),
        };
        self.change_queue(|transaction| {
            open(entry(transaction, id)?)?;
            let place = match before {
                Some(before) if before == id => return Ok(()),
                Some(before) => {
                    let place = open(entry(transaction, before)?)?.position;
                    transaction
                        .execute("UPDATE print_queue SET position = position + 1 WHERE position >= ?1", [place])?;
                    place
                }
                None => transaction.query_row("SELECT max(position) + 1 FROM print_queue", [], |row| row.get(0))?,
            };
            transaction.execute(
                "UPDATE print_queue SET position = ?2, changed = ?3 WHERE id = ?1",
                params![id, place, microseconds()],
            )?;
            Ok(())
        })
    }

    /// Tells the queue what became of a print that was resumed, or that the officer spoke of. An entry whose print is known
    /// to have ended is left alone.
    ///
    /// # Errors
    /// [`JournalError::Write`].
    pub fn queue_settle(&self, job: &JobId, state: QueueState, why: Option<&str>) -> Result<(), JournalError> {
        let entry = self.queue()?.into_iter().find(|entry| entry.job.as_ref() == Some(job));
        match entry {
            Some(entry) if entry.state.is_open() && entry.state.may_become(state) => {
                self.queue_set(entry.id, state, why, None).map(drop)
            }
            _ => Ok(()),
        }
    }

    /// Settles what a process that is gone left printing, or waiting for its printer. An entry that another process has at
    /// this moment is its own.
    pub(super) fn settle_queue(&self) -> Result<(), JournalError> {
        let left: Vec<i64> = {
            let connection = self.lock();
            let mut statement = connection.prepare(
                "SELECT id FROM print_queue WHERE state = 'printing' OR (state = 'failed' AND why LIKE '%' || ?1)",
            )?;
            statement.query_map([GOES_ON], |row| row.get(0))?.collect::<Result<_, _>>()?
        };
        for id in left {
            let Ok(_claim) = self.claim_entry(id) else { continue };
            self.change_queue(|transaction| {
                let left = entry(transaction, id)?;
                let state = "SELECT state FROM jobs WHERE job = ?1";
                let of_job = |job: &JobId| transaction.query_row(state, [job.as_str()], |row| row.get(0)).optional();
                let job: Option<Option<String>> = left.job.as_ref().map(of_job).transpose()?;
                let (state, why) = match job.as_ref().map(Option::as_deref) {
                    // Whoever puts a card into the printer now, days later perhaps, does not expect this face on it.
                    _ if left.goes_on_by_itself() => (QueueState::Failed, Some(NO_LONGER_GOES_ON)),
                    // Ended between the listing and the claim.
                    _ if left.state != QueueState::Printing => return Ok(()),
                    // Resuming the job finds out, and tells the queue.
                    Some(Some("open")) => return Ok(()),
                    Some(Some("done")) => (QueueState::Printed, None),
                    Some(None) => (QueueState::Failed, Some(NOTHING_WAS_SENT)),
                    Some(Some(_)) | None => (QueueState::Failed, Some(LOOK_IN_THE_TRAY)),
                };
                Ok(write_state(transaction, id, state, why, None)?)
            })?;
        }
        Ok(())
    }

    fn change_queue<T>(
        &self,
        work: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&transaction)?;
        self.notify(WriteMoment::BeforeCommit);
        transaction.commit()?;
        self.notify(WriteMoment::AfterCommit);
        Ok(done)
    }

    /// Takes an entry for this process.
    fn claim_entry(&self, id: i64) -> Result<Claim, JournalError> {
        let printing = JournalError::QueueChange { from: QueueState::Printing, to: QueueState::Printing };
        let file = std::fs::File::create(self.queue_file(id)).map_err(|e| JournalError::Write(e.to_string()))?;
        match file.try_lock() {
            Ok(()) => Ok(Claim { file }),
            Err(std::fs::TryLockError::WouldBlock) => Err(printing),
            Err(std::fs::TryLockError::Error(e)) => Err(JournalError::Write(e.to_string())),
        }
    }

    /// Keeps the claim of an entry that now prints, or waits for its printer, or gives up that of one that no longer does.
    fn keep_claim(&self, entry: &QueueEntry, claim: Option<Claim>) {
        let mut claims = self.claims();
        if let Some(claim) = claim {
            claims.insert(entry.id, claim);
        } else if entry.goes_on_by_itself() {
            // It is kept as it is.
        } else if claims.remove(&entry.id).is_some() && !entry.state.may_become(QueueState::Waiting) {
            // Only the file of an entry that never prints again goes: another window may just be claiming any other. One
            // that stays behind is empty and harmless.
            let _ = std::fs::remove_file(self.queue_file(entry.id));
        }
    }

    /// Locked before the file of the journal, where both are.
    fn claims(&self) -> MutexGuard<'_, HashMap<i64, Claim>> {
        self.printing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn queue_file(&self, id: i64) -> std::path::PathBuf {
        self.folder.join("jobs").join(format!("queue-{id}.lock"))
    }
}

fn write_state(
    store: &Connection,
    id: i64,
    state: QueueState,
    why: Option<&str>,
    job: Option<&JobId>,
) -> Result<(), rusqlite::Error> {
    store.execute(
        "UPDATE print_queue SET state = ?2, why = ?3, job = coalesce(?4, job), changed = ?5 WHERE id = ?1",
        params![id, state.word(), why, job.map(JobId::as_str), microseconds()],
    )?;
    Ok(())
}

fn entry(store: &Connection, id: i64) -> Result<QueueEntry, JournalError> {
    let mut statement = store.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?;
    let mut rows = statement.query([id])?;
    rows.next()?.map_or(Err(JournalError::QueueEntryUnknown(id)), read)
}

fn read(row: &Row<'_>) -> Result<QueueEntry, JournalError> {
    let malformed = |e: crate::domain::Malformed| JournalError::Unreadable(e.to_string());
    let moment = |column| {
        let nanoseconds = i128::from(row.get::<_, i64>(column)?) * 1000;
        OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).map_err(|e| JournalError::Unreadable(e.to_string()))
    };
    let state: String = row.get(5)?;
    Ok(QueueEntry {
        id: row.get(0)?,
        holder: row.get::<_, String>(1)?.parse().map_err(malformed)?,
        serial: row.get::<_, String>(2)?.parse().map_err(malformed)?,
        printer: row.get(3)?,
        position: row.get(4)?,
        state: QueueState::of_word(&state).ok_or_else(|| JournalError::Unreadable(format!("queue state {state}")))?,
        reason: row.get(6)?,
        why: row.get(7)?,
        job: row.get::<_, Option<String>>(8)?.map(|job| job.parse()).transpose().map_err(malformed)?,
        added: moment(9)?,
        changed: moment(10)?,
    })
}

/// Microseconds since 1970, UTC: what a journal's time holds for 290,000 years.
fn microseconds() -> i64 {
    i64::try_from(OffsetDateTime::now_utc().unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
