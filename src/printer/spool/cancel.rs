//! Stopping a job that is under way, from another thread.

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Duration,
};

/// Stops the job that a spool is handing over. Clones stop the same one.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    wanted: Mutex<bool>,
    told: Condvar,
}

impl Cancel {
    /// Asks for the job to be taken back. What became of it is what the spool says.
    pub fn now(&self) {
        *self.0.wanted.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.told.notify_all();
    }

    /// Forgets an earlier wish: it was for an earlier job.
    pub(super) fn begin(&self) {
        *self.0.wanted.lock().unwrap_or_else(PoisonError::into_inner) = false;
    }

    /// Waits for the wish, no longer than `limit`, and says whether it is there.
    pub(super) fn wanted_within(&self, limit: Duration) -> bool {
        let wanted = self.0.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.0.told.wait_timeout_while(wanted, limit, |wanted| !*wanted);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
