//! What was changed in the list of printers of this desk, written before it is done and kept until the gateway was told.

use rusqlite::params;

use super::{Journal, JournalError};
use crate::domain::JobId;

/// A change that the gateway was not told of yet.
#[derive(Debug, Clone, PartialEq)]
pub struct PrinterChangeEntry {
    /// Its number.
    pub id: i64,
    /// The idempotency key under which the gateway is told.
    pub key: String,
    /// The change, as whoever made it wrote it.
    pub body: serde_json::Value,
    /// Whether it is known that it was made. One that a stop of the program cut off may have been or not.
    pub certain: bool,
}

impl Journal {
    /// Writes that the list of printers is about to be changed; the number of this entry.
    ///
    /// # Errors
    /// [`JournalError::Write`]: the change must not be made.
    pub fn printer_change(&self, key: &JobId, body: &serde_json::Value) -> Result<i64, JournalError> {
        let mut id = 0;
        self.write(|transaction| {
            let sql = "INSERT INTO printer_changes (key, body, state) VALUES (?1, ?2, 'begun')";
            transaction.execute(sql, params![key.as_str(), body.to_string()])?;
            id = transaction.last_insert_rowid();
            Ok(())
        })?;
        Ok(id)
    }

    /// The change was made.
    ///
    /// # Errors
    /// [`JournalError::Write`].
    pub fn printer_change_made(&self, id: i64) -> Result<(), JournalError> {
        self.set_printer_change(id, "made")
    }

    /// The change could not be made, and everything is as it was.
    ///
    /// # Errors
    /// [`JournalError::Write`].
    pub fn printer_change_not_made(&self, id: i64) -> Result<(), JournalError> {
        self.set_printer_change(id, "not-made")
    }

    /// The gateway has it on record.
    ///
    /// # Errors
    /// [`JournalError::Write`].
    pub fn printer_change_told(&self, id: i64) -> Result<(), JournalError> {
        self.set_printer_change(id, "told")
    }

    /// Every change that the gateway was not told of, oldest first.
    ///
    /// # Errors
    /// [`JournalError::Unreadable`].
    pub fn printer_changes_to_tell(&self) -> Result<Vec<PrinterChangeEntry>, JournalError> {
        let unreadable = |error: rusqlite::Error| JournalError::Unreadable(error.to_string());
        let connection = self.lock();
        let sql = "SELECT id, key, body, state FROM printer_changes WHERE state IN ('begun', 'made') ORDER BY id";
        let mut statement = connection.prepare(sql).map_err(unreadable)?;
        let rows = statement
            .query_map([], |row| {
                Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get::<_, String>(2)?, row.get::<_, String>(3)?))
            })
            .map_err(unreadable)?;
        rows.map(|row| {
            let (id, key, body, state) = row.map_err(unreadable)?;
            let body = serde_json::from_str(&body).map_err(|e| JournalError::Unreadable(e.to_string()))?;
            Ok(PrinterChangeEntry { id, key, body, certain: state == "made" })
        })
        .collect()
    }

    fn set_printer_change(&self, id: i64, state: &str) -> Result<(), JournalError> {
        self.write(|transaction| {
            transaction.execute("UPDATE printer_changes SET state = ?2 WHERE id = ?1", params![id, state])?;
            Ok(())
        })
    }
}
