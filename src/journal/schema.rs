//! Tables of the journal.

use std::time::Duration;

use rusqlite::Connection;

/// What stands before the first entry.
pub const FIRST_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Makes the tables where they are missing; entries can be added, never changed.
pub fn prepare(connection: &mut Connection, busy_limit: Duration) -> Result<(), rusqlite::Error> {
    connection.busy_timeout(busy_limit)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(
        "BEGIN IMMEDIATE;
         CREATE TABLE IF NOT EXISTS jobs (
             job TEXT PRIMARY KEY, operation TEXT NOT NULL, plan TEXT NOT NULL,
             state TEXT NOT NULL CHECK (state IN ('open', 'done', 'undone')), opened TEXT NOT NULL);
         CREATE TABLE IF NOT EXISTS entries (
             sequence INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL REFERENCES jobs (job),
             kind TEXT NOT NULL, at TEXT NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL);
         CREATE TABLE IF NOT EXISTS audit_heads (
             gateway TEXT NOT NULL, rows INTEGER NOT NULL, hash TEXT NOT NULL, signature BLOB NOT NULL,
             public_key BLOB NOT NULL, at TEXT NOT NULL, PRIMARY KEY (gateway, rows, hash, public_key));
         CREATE TABLE IF NOT EXISTS print_queue (
             id INTEGER PRIMARY KEY AUTOINCREMENT, holder TEXT NOT NULL, serial TEXT NOT NULL, printer TEXT NOT NULL,
             position INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT, why TEXT, job TEXT,
             added INTEGER NOT NULL, changed INTEGER NOT NULL);
         CREATE INDEX IF NOT EXISTS queue_of_job ON print_queue (job);
         CREATE TRIGGER IF NOT EXISTS queue_remains BEFORE DELETE ON print_queue
             BEGIN SELECT RAISE(ABORT, 'entries of the print queue are never removed'); END;
         CREATE TABLE IF NOT EXISTS printer_changes (
             id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, body TEXT NOT NULL,
             state TEXT NOT NULL CHECK (state IN ('begun', 'made', 'not-made', 'told')));
         CREATE TRIGGER IF NOT EXISTS printer_changes_remain BEFORE DELETE ON printer_changes
             BEGIN SELECT RAISE(ABORT, 'changes of the list of printers are never removed'); END;
         CREATE INDEX IF NOT EXISTS entries_of_job ON entries (job);
         CREATE TRIGGER IF NOT EXISTS entries_stay BEFORE UPDATE ON entries
             BEGIN SELECT RAISE(ABORT, 'journal entries are never changed'); END;
         CREATE TRIGGER IF NOT EXISTS entries_remain BEFORE DELETE ON entries
             BEGIN SELECT RAISE(ABORT, 'journal entries are never removed'); END;
         CREATE TRIGGER IF NOT EXISTS audit_heads_stay BEFORE UPDATE ON audit_heads
             BEGIN SELECT RAISE(ABORT, 'kept audit heads are never changed'); END;
         CREATE TRIGGER IF NOT EXISTS audit_heads_remain BEFORE DELETE ON audit_heads
             BEGIN SELECT RAISE(ABORT, 'kept audit heads are never removed'); END;
         COMMIT;",
    )
}
