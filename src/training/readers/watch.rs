//! The watch of the training readers: one thread that sleeps until this process does something or it is time to look for
//! what others did.

use std::{
    sync::{
        Arc, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use super::{ALL, Look, NAMES, TrainingReaders, is_away};
use crate::card::reader::{CardWatch, Presence, ReaderError, ReaderEvent, ReaderStatus};

/// Events waiting for the owner; when they are not taken, the thread waits.
const EVENTS_WAITING: usize = 64;

/// How often the folder is looked at for what other processes did: no call that all systems have waits for that.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// What was last told about a reader, and how many cards this process had moved by then.
struct Told {
    look: Look,
    moves: u64,
}

/// Starts the thread.
pub(super) fn start(readers: TrainingReaders) -> Result<CardWatch, ReaderError> {
    let (events, receiver) = sync_channel(EVENTS_WAITING);
    let stopping = Arc::new(AtomicBool::new(false));
    let (shared, stop) = (Arc::clone(&readers.shared), Arc::clone(&stopping));
    thread::Builder::new()
        .name("training readers".to_owned())
        .spawn(move || report(&readers, &events, &stopping))
        .map_err(|e| ReaderError::Fault { reader: NAMES[0].to_owned(), fault: e.to_string() })?;
    Ok(CardWatch::new(receiver, move || {
        // Under the lock, so that the thread cannot miss it between looking and falling asleep.
        shared.note(|_| stop.store(true, Ordering::Release));
    }))
}

/// Sends what differs from what was sent before, until nobody listens.
fn report(readers: &TrainingReaders, events: &SyncSender<ReaderEvent>, stopping: &AtomicBool) {
    let mut told: [Option<Told>; ALL.len()] = [const { None }; ALL.len()];
    while !stopping.load(Ordering::Acquire) {
        let before = *readers.shared.doings();
        let mut unsettled = false;
        for (((name, told), moves), held) in ALL.iter().zip(&mut told).zip(before.moves).zip(before.held) {
            if held > 0 && told.is_some() {
                continue;
            }
            // A folder that cannot be read now is looked at again.
            let Ok(look) = readers.look(name) else { continue };
            if readers.shared.doings().count != before.count {
                // This process did something meanwhile, and the look may have met it half way.
                unsettled = true;
                break;
            }
            let known = told.is_some();
            for card in steps_between(told.as_ref(), &look, moves) {
                let event = match is_away(name, &card) {
                    false => ReaderEvent::Changed(ReaderStatus { name: (*name).to_owned(), card }),
                    true if known => ReaderEvent::Gone { reader: (*name).to_owned() },
                    true => continue,
                };
                if events.send(event).is_err() {
                    return;
                }
            }
            *told = Some(Told { look, moves });
        }
        if unsettled {
            continue;
        }
        let unchanged = |now: &mut super::Doings| now.count == before.count;
        let waited = readers.shared.done.wait_timeout_while(readers.shared.doings(), LOOK_AGAIN, unchanged);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }
}

/// What to tell: another card, or the same one taken out and put back between two looks, is told as an empty reader
/// first, since what was known about it no longer holds.
fn steps_between(told: Option<&Told>, now: &Look, moves: u64) -> Vec<Presence> {
    let Some(before) = told else { return vec![now.card.clone()] };
    let empty = |look: &Look| look.card == Presence::Empty;
    let other = before.look.serial != now.serial || before.moves != moves;
    if other && !empty(&before.look) && !empty(now) {
        vec![Presence::Empty, now.card.clone()]
    } else if before.look.card != now.card {
        vec![now.card.clone()]
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_swapped_between_two_looks_is_told_as_gone_and_come() {
        let look = |serial: Option<&str>| Look {
            card: serial.map_or(Presence::Empty, |_| Presence::Present { atr: vec![0x3B] }),
            serial: serial.map(|serial| serial.parse().expect("a serial")),
        };
        let (one, two, none) = (look(Some("0A1B2C3D")), look(Some("0A1B2C3E")), look(None));
        let steps = |before: &Look, now: &Look, moves| {
            steps_between(Some(&Told { look: before.clone(), moves: 0 }), now, moves).len()
        };
        assert_eq!(steps(&one, &one, 0), 0);
        assert_eq!(steps(&one, &one, 2), 2, "out and in again");
        assert_eq!(steps(&one, &two, 0), 2, "another process swapped it");
        assert_eq!((steps(&one, &none, 1), steps(&none, &one, 1), steps(&none, &none, 2)), (1, 1, 0));
        assert_eq!(steps_between(None, &none, 0), [Presence::Empty]);
    }
}
