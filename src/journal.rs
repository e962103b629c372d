//! What was begun on this workstation, written before it is done.
//!
//! One SQLite file (WAL, synchronous FULL): jobs and their entries. An entry is written *before* its effect and again
//! with its outcome, and each carries the hash of the one before it, so a changed or missing row shows. The journal
//! holds numbers, hashes and states: no passcode, no unlock code, no photo, no name.

mod printer_changes;
mod queue;
mod schema;
mod witness;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use sha2::{Digest, Sha256};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

pub use printer_changes::PrinterChangeEntry;
pub use queue::{NewEntry, QueueEntry, QueueState};
pub use witness::KeptHead;

use crate::domain::{JobId, Operation, hex};

/// How long a write waits for another process that holds the file.
const BUSY_LIMIT: Duration = Duration::from_secs(10);

/// The journal of one workstation.
pub struct Journal {
    connection: Mutex<Connection>,
    folder: PathBuf,
    observer: Option<Observer>,
    /// The entries of the print queue that this process prints, or goes on with once their printer is ready.
    printing: Mutex<HashMap<i64, Claim>>,
}

/// Called around every write; tests stop the process here.
pub type Observer = Box<dyn Fn(WriteMoment) + Send + Sync>;

/// When the observer is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteMoment {
    /// Nothing is on disk yet.
    BeforeCommit,
    /// The write is on disk.
    AfterCommit,
}

/// Why the journal could not be used. Without a journal no card work is begun.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The folder or file cannot be made or opened.
    #[error(
        "the journal in {folder} cannot be opened ({reason}): check the folder's rights and free space; no card was changed"
    )]
    Open {
        /// Data folder.
        folder: String,
        /// What the system said.
        reason: String,
    },
    /// A write failed: the effect it announces is not begun.
    #[error(
        "the journal cannot be written ({0}), so the job was stopped before its next step and stays on record: free some \
         disk space, leave the card in the reader, then resume"
    )]
    Write(String),
    /// The job could not be put on record at all.
    #[error(
        "the journal cannot be written ({0}), so the job was not begun and no card was changed: free some disk space on \
         this computer, then try again"
    )]
    NotBegun(String),
    /// A row cannot be understood.
    #[error(
        "the journal has an entry this program cannot read ({0}): use the version that wrote it, or send a support bundle"
    )]
    Unreadable(String),
    /// The print queue has no such entry.
    #[error("the print queue has no entry {0}: look at the queue again")]
    QueueEntryUnknown(i64),
    /// An entry of the print queue has ended, and only those that wait, print or failed have a place in the order.
    #[error("entry {0} of the print queue has ended and cannot be moved: look at the queue again")]
    QueueEnded(i64),
    /// An entry of the print queue cannot go from this state to that one.
    #[error(
        "this card in the print queue is {from} and cannot become {to}: look at the queue again; nothing was changed"
    )]
    QueueChange {
        /// How it stands.
        from: QueueState,
        /// What it was to become.
        to: QueueState,
    },
    /// Another window or program works on this job.
    #[error("job {0} is being worked on by another window of this program: go on there")]
    InUse(JobId),
}

impl From<rusqlite::Error> for JournalError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Write(error.to_string())
    }
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// Begun and not ended.
    Open,
    /// Ended: done.
    Done,
    /// Ended: undone, as if it had not begun.
    Undone,
}

impl JobState {
    const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Undone => "undone",
        }
    }
}

/// One job on record.
#[derive(Debug, Clone, PartialEq)]
pub struct JobRecord {
    /// Its number.
    pub job: JobId,
    /// What it does.
    pub operation: Operation,
    /// The plan it was begun with, as the operation wrote it.
    pub plan: serde_json::Value,
    /// Where it stands.
    pub state: JobState,
    /// When it was begun, RFC 3339 in UTC.
    pub opened: String,
}

/// One entry of a job, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// This effect is about to be performed.
    Intended(serde_json::Value),
    /// This is what came of the newest intended effect.
    Outcome(serde_json::Value),
}

impl Journal {
    /// Opens or makes the journal in a data folder.
    ///
    /// # Errors
    /// [`JournalError::Open`].
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        let failed = |reason: String| JournalError::Open { folder: folder.display().to_string(), reason };
        std::fs::create_dir_all(folder.join("jobs")).map_err(|e| failed(e.to_string()))?;
        let mut connection = Connection::open(folder.join("journal.sqlite")).map_err(|e| failed(e.to_string()))?;
        schema::prepare(&mut connection, BUSY_LIMIT).map_err(|e| failed(e.to_string()))?;
        let (connection, folder) = (Mutex::new(connection), folder.to_owned());
        let journal = Self { connection, folder, observer: None, printing: Mutex::default() };
        journal.settle_queue().map_err(|e| failed(e.to_string()))?;
        Ok(journal)
    }

    /// The same journal with a function called around every write.
    #[must_use]
    pub fn with_observer(mut self, observer: Observer) -> Self {
        self.observer = Some(observer);
        self
    }

    /// The data folder it is in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Takes a job for this process, until the claim is dropped or the process ends, however it ends.
    ///
    /// # Errors
    /// [`JournalError::InUse`] when another process has it, [`JournalError::NotBegun`].
    pub fn claim(&self, job: &JobId) -> Result<Claim, JournalError> {
        let file = std::fs::File::create(self.claim_file(job)).map_err(|e| JournalError::NotBegun(e.to_string()))?;
        match file.try_lock() {
            Ok(()) => Ok(Claim { file }),
            Err(std::fs::TryLockError::WouldBlock) => Err(JournalError::InUse(job.clone())),
            Err(std::fs::TryLockError::Error(e)) => Err(JournalError::NotBegun(e.to_string())),
        }
    }

    /// Opens a job.
    ///
    /// # Errors
    /// [`JournalError::NotBegun`].
    pub fn begin(&self, job: &JobId, operation: Operation, plan: &serde_json::Value) -> Result<(), JournalError> {
        let operation = serde_json::to_value(operation).map_err(|e| JournalError::NotBegun(e.to_string()))?;
        let written = self.write(|transaction| {
            transaction.execute(
                "INSERT INTO jobs (job, operation, plan, state, opened) VALUES (?1, ?2, ?3, 'open', ?4)",
                params![job.as_str(), operation.as_str(), plan.to_string(), now()],
            )?;
            append(transaction, job, "begun", plan)
        });
        written.map_err(|error| match error {
            JournalError::Write(reason) => JournalError::NotBegun(reason),
            other => other,
        })
    }

    /// Writes that an effect is about to be performed.
    ///
    /// # Errors
    /// [`JournalError::Write`]: the effect must not be performed.
    pub fn intend(&self, job: &JobId, effect: &serde_json::Value) -> Result<(), JournalError> {
        self.write(|transaction| append(transaction, job, "intended", effect))
    }

    /// Writes what came of the newest effect.
    ///
    /// # Errors
    /// [`JournalError::Write`].
    pub fn outcome(&self, job: &JobId, outcome: &serde_json::Value) -> Result<(), JournalError> {
        self.write(|transaction| append(transaction, job, "outcome", outcome))
    }

    /// Ends a job.
    ///
    /// # Errors
    /// [`JournalError::Write`].
    pub fn close(&self, job: &JobId, state: JobState) -> Result<(), JournalError> {
        self.write(|transaction| {
            transaction.execute("UPDATE jobs SET state = ?2 WHERE job = ?1", params![job.as_str(), state.word()])?;
            append(transaction, job, state.word(), &serde_json::Value::Null)
        })?;
        // Only an ended job's file goes: nobody claims that job again. One that stays behind is empty and harmless.
        let _ = std::fs::remove_file(self.claim_file(job));
        let _ = std::fs::remove_file(self.stop_file(job));
        Ok(())
    }

    /// The file that stops a job which another program of this workstation carries out, once somebody puts it there.
    #[must_use]
    pub fn stop_file(&self, job: &JobId) -> PathBuf {
        self.folder.join("jobs").join(format!("{job}.stop"))
    }

    /// Asks whichever program carries this job out to stop it. What became of it is on record afterwards.
    ///
    /// # Errors
    /// [`JournalError::Write`].
    pub fn ask_to_stop(&self, job: &JobId) -> Result<(), JournalError> {
        std::fs::write(self.stop_file(job), []).map_err(|e| JournalError::Write(e.to_string()))
    }

    fn claim_file(&self, job: &JobId) -> PathBuf {
        self.folder.join("jobs").join(format!("{job}.lock"))
    }

    /// Opens an ended job again: its card turned up in a state that was not settled.
    ///
    /// # Errors
    /// [`JournalError::Write`].
    pub fn reopen(&self, job: &JobId) -> Result<(), JournalError> {
        self.write(|transaction| {
            transaction.execute("UPDATE jobs SET state = 'open' WHERE job = ?1", [job.as_str()])?;
            append(transaction, job, "reopened", &serde_json::Value::Null)
        })
    }

    /// All jobs that were begun and not ended, oldest first.
    ///
    /// # Errors
    /// [`JournalError::Unreadable`].
    pub fn open_jobs(&self) -> Result<Vec<JobRecord>, JournalError> {
        self.select("WHERE state = 'open' ORDER BY rowid", [])
    }

    /// One job.
    ///
    /// # Errors
    /// [`JournalError::Unreadable`].
    pub fn job(&self, job: &JobId) -> Result<Option<JobRecord>, JournalError> {
        Ok(self.select("WHERE job = ?1", [job.as_str()])?.pop())
    }

    fn select<P: rusqlite::Params>(&self, clause: &str, parameters: P) -> Result<Vec<JobRecord>, JournalError> {
        let connection = self.lock();
        let mut statement =
            connection.prepare(&format!("SELECT job, operation, plan, state, opened FROM jobs {clause}"))?;
        let rows = statement.query_map(parameters, |row| {
            Ok([row.get::<_, String>(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?])
        })?;
        rows.map(|row| job_record(row?)).collect()
    }

    /// The entries of a job, oldest first.
    ///
    /// # Errors
    /// [`JournalError::Unreadable`].
    pub fn entries(&self, job: &JobId) -> Result<Vec<Entry>, JournalError> {
        let connection = self.lock();
        let mut statement = connection.prepare(
            "SELECT kind, body FROM entries WHERE job = ?1 AND kind IN ('intended', 'outcome') ORDER BY sequence",
        )?;
        let rows =
            statement.query_map([job.as_str()], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        rows.map(|row| {
            let (kind, body) = row?;
            let body = serde_json::from_str(&body).map_err(|e| JournalError::Unreadable(e.to_string()))?;
            Ok(if kind == "intended" { Entry::Intended(body) } else { Entry::Outcome(body) })
        })
        .collect()
    }

    /// The first entry whose hash does not fit, if any.
    ///
    /// # Errors
    /// [`JournalError::Unreadable`].
    pub fn broken_at(&self) -> Result<Option<u64>, JournalError> {
        let connection = self.lock();
        let mut statement =
            connection.prepare("SELECT sequence, job, kind, at, body, hash FROM entries ORDER BY sequence")?;
        let mut rows = statement.query([])?;
        let mut previous = schema::FIRST_HASH.to_owned();
        while let Some(row) = rows.next()? {
            let (sequence, hash): (i64, String) = (row.get(0)?, row.get(5)?);
            let [job, kind, at, body] = [row.get::<_, String>(1)?, row.get(2)?, row.get(3)?, row.get(4)?];
            if link(&previous, &job, &kind, &at, &body) != hash {
                return Ok(Some(sequence.unsigned_abs()));
            }
            previous = hash;
        }
        Ok(None)
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic elsewhere leaves at worst a rolled-back transaction: the connection itself is sound.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(
        &self,
        work: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<(), rusqlite::Error>,
    ) -> Result<(), JournalError> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        work(&transaction)?;
        self.notify(WriteMoment::BeforeCommit);
        transaction.commit()?;
        self.notify(WriteMoment::AfterCommit);
        Ok(())
    }

    fn notify(&self, moment: WriteMoment) {
        if let Some(observer) = &self.observer {
            observer(moment);
        }
    }
}

/// A job held by this process; the system frees it when the process ends.
pub struct Claim {
    file: std::fs::File,
}

/// It is let go by name: a program that is being started at this moment has the same file open for a little longer.
impl Drop for Claim {
    fn drop(&mut self) {
        // What cannot be let go now is let go when the file is closed.
        let _ = self.file.unlock();
    }
}

fn now() -> String {
    // Formatting a UTC time of the system clock as RFC 3339 fails only beyond the year 9999.
    OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default()
}

fn append(
    transaction: &rusqlite::Transaction<'_>,
    job: &JobId,
    kind: &str,
    body: &serde_json::Value,
) -> Result<(), rusqlite::Error> {
    let newest = "SELECT hash FROM entries ORDER BY sequence DESC LIMIT 1";
    let previous: Option<String> = transaction.query_row(newest, [], |row| row.get(0)).optional()?;
    let previous = previous.unwrap_or_else(|| schema::FIRST_HASH.to_owned());
    let (at, body) = (now(), body.to_string());
    let hash = link(&previous, job.as_str(), kind, &at, &body);
    transaction.execute(
        "INSERT INTO entries (job, kind, at, body, hash) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![job.as_str(), kind, at, body, hash],
    )?;
    Ok(())
}

/// Hash of one entry: SHA-256 over the hash before it and its fields, separated by line ends.
fn link(previous: &str, job: &str, kind: &str, at: &str, body: &str) -> String {
    let mut hasher = Sha256::new();
    for field in [previous, job, kind, at, body] {
        hasher.update(field.as_bytes());
        hasher.update(b"\n");
    }
    hex(&hasher.finalize())
}

fn job_record([job, operation, plan, state, opened]: [String; 5]) -> Result<JobRecord, JournalError> {
    let unreadable = |what: String| JournalError::Unreadable(what);
    Ok(JobRecord {
        job: job.parse().map_err(|e: crate::domain::Malformed| unreadable(e.to_string()))?,
        operation: serde_json::from_value(serde_json::Value::String(operation))
            .map_err(|e| unreadable(e.to_string()))?,
        plan: serde_json::from_str(&plan).map_err(|e| unreadable(e.to_string()))?,
        state: [JobState::Open, JobState::Done, JobState::Undone]
            .into_iter()
            .find(|s| s.word() == state)
            .ok_or_else(|| unreadable(format!("job state {state}")))?,
        opened,
    })
}

#[cfg(test)]
mod tests;
