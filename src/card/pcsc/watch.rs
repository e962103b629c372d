//! Readers and cards coming and going: one thread that sleeps inside the system until something happens.

use std::{
    ffi::CString,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use pcsc::{Context, Error, PNP_NOTIFICATION, ReaderState, Scope, State};

use super::{is_gone, status_of};
use crate::card::reader::{CardWatch, Presence, ReaderError, ReaderEvent, ReaderStatus};

/// Events waiting for the owner; when they are not taken, the thread waits.
const EVENTS_WAITING: usize = 64;

/// How often a service that is not running is looked for. No system call waits for a service to begin on every system.
const SERVICE_RETRY: Duration = Duration::from_secs(1);

/// How often a stopping watch repeats its call to wake up: a call that comes just before the thread falls asleep is lost.
const WAKE_AGAIN: Duration = Duration::from_millis(50);

/// What the thread and its owner share.
#[derive(Default)]
struct Shared {
    stopping: AtomicBool,
    context: Mutex<Option<Context>>,
}

impl Shared {
    fn stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    fn set_context(&self, context: Option<Context>) {
        *self.context.lock().unwrap_or_else(PoisonError::into_inner) = context;
    }

    fn wake(&self) {
        if let Some(context) = &*self.context.lock().unwrap_or_else(PoisonError::into_inner) {
            // A thread that is not asleep needs no waking; the caller repeats until it has ended.
            let _ = context.cancel();
        }
    }
}

/// Starts the thread.
pub(super) fn start() -> Result<CardWatch, ReaderError> {
    let shared = Arc::new(Shared::default());
    let (events, received) = sync_channel(EVENTS_WAITING);
    // Nothing is ever sent: the receiving ends see the other side go.
    let (stop, stop_seen) = sync_channel::<()>(0);
    let (running, ended) = sync_channel::<()>(0);
    let watcher = Watcher { shared: Arc::clone(&shared), events, stop_seen };
    thread::Builder::new()
        .name("card-watch".into())
        .spawn(move || {
            watcher.run();
            drop(running);
        })
        .map_err(|error| ReaderError::Fault { reader: String::new(), fault: error.to_string() })?;
    Ok(CardWatch::new(received, move || {
        shared.stopping.store(true, Ordering::Release);
        drop(stop);
        loop {
            shared.wake();
            if ended.recv_timeout(WAKE_AGAIN) != Err(RecvTimeoutError::Timeout) {
                break;
            }
        }
    }))
}

struct Watcher {
    shared: Arc<Shared>,
    events: SyncSender<ReaderEvent>,
    stop_seen: Receiver<()>,
}

/// Why one watch over one context ended.
enum Ended {
    /// The owner is gone.
    ByOwner,
    /// The service is gone, or answered with an error that leaves nothing to wait for.
    ByService,
}

impl Watcher {
    fn run(&self) {
        let mut lost = false;
        while !self.shared.stopping() {
            if let Ok(context) = Context::establish(Scope::User) {
                self.shared.set_context(Some(context.clone()));
                if lost && self.events.send(ReaderEvent::ServiceBack).is_err() {
                    break;
                }
                lost = false;
                let mut seen: Vec<Seen> = Vec::new();
                if matches!(self.watch(&context, &mut seen), Ended::ByOwner) {
                    break;
                }
                // Readers and cards are known from the service only: without it nothing is known to be there.
                if seen.into_iter().any(|reader| self.send(ReaderEvent::Gone { reader: reader.status.name }).is_err()) {
                    break;
                }
                self.shared.set_context(None);
            }
            if !lost && self.events.send(ReaderEvent::ServiceLost).is_err() {
                break;
            }
            lost = true;
            if self.stop_seen.recv_timeout(SERVICE_RETRY) != Err(RecvTimeoutError::Timeout) {
                break;
            }
        }
        self.shared.set_context(None);
    }

    /// Watches over one context; `seen` holds what is told about at the end.
    fn watch(&self, context: &Context, seen: &mut Vec<Seen>) -> Ended {
        let mut states = vec![ReaderState::new(PNP_NOTIFICATION(), State::UNAWARE)];
        loop {
            let Ok(names) = context.list_readers_owned() else { return Ended::ByService };
            if self.forget_absent(&names, &mut states, seen).is_err() {
                return Ended::ByOwner;
            }
            for name in names {
                if !states.iter().any(|state| state.name() == name.as_c_str()) {
                    states.push(ReaderState::new(name, State::UNAWARE));
                }
            }
            // Windows keeps the number of readers in the high half of the notification's state; without copying it back
            // the wait ends at once for ever (`facts/platform.md` 5).
            states.iter_mut().for_each(ReaderState::sync_current_state);
            if self.shared.stopping() {
                return Ended::ByOwner;
            }
            match context.get_status_change(None, &mut states) {
                Ok(()) => {}
                Err(Error::Timeout | Error::UnknownReader) => continue,
                Err(Error::Cancelled) if self.shared.stopping() => return Ended::ByOwner,
                Err(_) => return Ended::ByService,
            }
            let readers = states.iter().filter(|s| s.name() != PNP_NOTIFICATION() && !is_gone(s.event_state()));
            for state in readers {
                if self.report(status_of(state), state.event_count(), seen).is_err() {
                    return Ended::ByOwner;
                }
            }
        }
    }

    /// Drops the readers that are no longer listed, and says so.
    fn forget_absent(&self, names: &[CString], states: &mut Vec<ReaderState>, seen: &mut Vec<Seen>) -> Result<(), ()> {
        let listed = |name: &str| names.iter().any(|n| n.to_string_lossy() == name);
        states.retain(|state| {
            state.name() == PNP_NOTIFICATION()
                || (!is_gone(state.event_state()) && listed(&state.name().to_string_lossy()))
        });
        let (stay, gone) = seen.drain(..).partition(|reader| listed(&reader.status.name));
        *seen = stay;
        let gone: Vec<Seen> = gone;
        gone.into_iter().try_for_each(|reader| self.send(ReaderEvent::Gone { reader: reader.status.name }))
    }

    /// Tells what changed in one reader since it was last told about.
    fn report(&self, status: ReaderStatus, count: u32, seen: &mut Vec<Seen>) -> Result<(), ()> {
        let Some(before) = seen.iter_mut().find(|reader| reader.status.name == status.name) else {
            self.send(ReaderEvent::Changed(status.clone()))?;
            seen.push(Seen { status, count });
            return Ok(());
        };
        for card in steps_between(before, &status.card, count) {
            self.send(ReaderEvent::Changed(ReaderStatus { name: status.name.clone(), card }))?;
        }
        *before = Seen { status, count };
        Ok(())
    }

    fn send(&self, event: ReaderEvent) -> Result<(), ()> {
        self.events.send(event).map_err(drop)
    }
}

/// What was last told about a reader, and how many cards had come and gone by then.
struct Seen {
    status: ReaderStatus,
    count: u32,
}

/// What to tell: a card that was pulled out and put back between two looks is told as empty first, since what was
/// known about it no longer holds.
fn steps_between(before: &Seen, now: &Presence, count: u32) -> Vec<Presence> {
    let swapped = count != before.count && before.status.card != Presence::Empty && *now != Presence::Empty;
    if swapped {
        vec![Presence::Empty, now.clone()]
    } else if before.status.card != *now {
        vec![now.clone()]
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_swapped_between_two_looks_is_told_as_gone_and_come() {
        let present = || Presence::Present { atr: vec![0x3B] };
        let seen = |card, count| Seen { status: ReaderStatus { name: "R".into(), card }, count };
        assert_eq!(steps_between(&seen(present(), 1), &present(), 3), [Presence::Empty, present()]);
        assert_eq!(steps_between(&seen(present(), 1), &present(), 1), []);
        assert_eq!(steps_between(&seen(present(), 1), &Presence::Empty, 2), [Presence::Empty]);
        assert_eq!(steps_between(&seen(Presence::Empty, 2), &present(), 3), [present()]);
        assert_eq!(
            steps_between(&seen(present(), 1), &Presence::InUse { atr: vec![0x3B] }, 1),
            [Presence::InUse { atr: vec![0x3B] }]
        );
    }
}
