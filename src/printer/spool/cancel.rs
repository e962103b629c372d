//! Stopping a job that is under way, from another thread or another program.

use std::{
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How often the file that another program may have put there is looked for: files tell nobody that they came.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Stops the job that a spool is handing over. Clones stop the same one, and a wish is never forgotten.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    wish: Mutex<Wish>,
    told: Condvar,
    /// Another program that wants the job stopped puts a file there.
    file: Mutex<Option<PathBuf>>,
}

/// What somebody wants of a job that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Wish {
    /// It goes on.
    #[default]
    None,
    /// It is handed over, and its end is not waited for.
    Leave,
    /// It is stopped and taken back, as far as that can be done.
    Stop,
}

impl Cancel {
    /// Asks for the job to be taken back. What became of it is what the spool says.
    pub fn now(&self) {
        self.want(Wish::Stop);
    }

    /// Asks for its end not to be waited for: what was begun is handed over whole, and somebody else looks at the card.
    pub fn leave(&self) {
        self.want(Wish::Leave);
    }

    /// Also stops the job once this file is there.
    pub fn watch(&self, file: PathBuf) {
        *self.0.file.lock().unwrap_or_else(PoisonError::into_inner) = Some(file);
    }

    fn want(&self, wish: Wish) {
        let mut now = self.0.wish.lock().unwrap_or_else(PoisonError::into_inner);
        *now = wish.max(*now);
        self.0.told.notify_all();
    }

    /// What is wanted at this moment.
    pub(super) fn wish(&self) -> Wish {
        let file = self.0.file.lock().unwrap_or_else(PoisonError::into_inner);
        if file.as_ref().is_some_and(|file| file.exists()) {
            return Wish::Stop;
        }
        drop(file);
        *self.0.wish.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a wish, no longer than `limit`, and says which is there.
    pub(super) fn wish_within(&self, limit: Duration) -> Wish {
        let end = Instant::now() + limit;
        loop {
            let wish = self.wish();
            let left = end.saturating_duration_since(Instant::now());
            if wish != Wish::None || left.is_zero() {
                return wish;
            }
            let now = self.0.wish.lock().unwrap_or_else(PoisonError::into_inner);
            let none = |wish: &mut Wish| *wish == Wish::None;
            drop(self.0.told.wait_timeout_while(now, left.min(LOOK_EVERY), none));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_grows_and_is_never_forgotten() {
        let cancel = Cancel::default();
        assert_eq!(cancel.wish_within(Duration::ZERO), Wish::None);
        cancel.clone().leave();
        assert_eq!(cancel.wish(), Wish::Leave);
        cancel.now();
        cancel.leave();
        assert_eq!(cancel.wish(), Wish::Stop);
    }

    #[test]
    fn another_program_stops_it_with_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let (cancel, file) = (Cancel::default(), folder.path().join("stop"));
        cancel.watch(file.clone());
        assert_eq!(cancel.wish(), Wish::None);
        let waits = cancel.clone();
        let waiting = std::thread::spawn(move || waits.wish_within(Duration::from_secs(60)));
        std::fs::write(file, []).unwrap();
        assert_eq!(waiting.join().unwrap(), Wish::Stop);
    }
}
