//! The gateway's audit heads as this desk saw them. A chain whose newest rows were cut off fits in itself; only a head
//! that somebody else kept shows the cut. Every head is kept, for after a cut the chain grows again.

use rusqlite::params;

use super::{Journal, JournalError, now};

/// A signed head of a gateway's audit, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptHead {
    /// Number of rows, and so the sequence number of the newest.
    pub rows: u64,
    /// Hash of the newest row.
    pub hash: String,
    /// Ed25519 signature of both by the gateway's audit key.
    pub signature: Vec<u8>,
    /// That key's public half, 32 bytes.
    pub public_key: Vec<u8>,
    /// When it was seen, RFC 3339 in UTC.
    pub at: String,
}

impl Journal {
    /// Keeps a head of this gateway, seen now; one that is kept already stays as it was.
    ///
    /// # Errors
    /// [`JournalError::Write`].
    pub fn keep_head(
        &self,
        gateway: &str,
        rows: u64,
        hash: &str,
        signature: &[u8],
        public_key: &[u8],
    ) -> Result<(), JournalError> {
        let rows = i64::try_from(rows).unwrap_or(i64::MAX);
        self.lock().execute(
            "INSERT OR IGNORE INTO audit_heads (gateway, rows, hash, signature, public_key, at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![gateway, rows, hash, signature, public_key, now()],
        )?;
        Ok(())
    }

    /// All heads kept of this gateway, fewest rows first.
    ///
    /// # Errors
    /// [`JournalError::Unreadable`].
    pub fn kept_heads(&self, gateway: &str) -> Result<Vec<KeptHead>, JournalError> {
        let connection = self.lock();
        let unreadable = |error: rusqlite::Error| JournalError::Unreadable(error.to_string());
        let sql = "SELECT rows, hash, signature, public_key, at FROM audit_heads WHERE gateway = ?1 ORDER BY rows, at";
        let mut statement = connection.prepare(sql).map_err(unreadable)?;
        let heads = statement.query_map([gateway], |row| {
            Ok(KeptHead {
                rows: row.get::<_, i64>(0)?.unsigned_abs(),
                hash: row.get(1)?,
                signature: row.get(2)?,
                public_key: row.get(3)?,
                at: row.get(4)?,
            })
        });
        heads.and_then(Iterator::collect).map_err(unreadable)
    }
}
