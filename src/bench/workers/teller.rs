//! Events out, and what keeps a fault of one order from ending its worker.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::SyncSender,
};

use super::{lane::Lane, question::Question};
use crate::bench::event::{Event, Trouble};

/// The way to whoever takes the events.
pub struct Teller {
    events: SyncSender<Event>,
    wake: Box<dyn Fn() + Send + Sync>,
}

impl Teller {
    /// Sends into this channel and calls `wake` after each event.
    pub fn new(events: SyncSender<Event>, wake: Box<dyn Fn() + Send + Sync>) -> Self {
        Self { events, wake }
    }

    /// Tells; waits while nobody takes the events. Once nobody can any more, it does nothing: work goes on unseen.
    pub fn tell(&self, event: Event) {
        if self.events.send(event).is_ok() {
            self.wake();
        }
    }

    /// Wakes whoever takes the events.
    pub fn wake(&self) {
        (self.wake)();
    }
}

/// Runs something so that a fault in it becomes a trouble.
pub fn contained<R>(work: impl FnOnce() -> R) -> Result<R, Trouble> {
    // What the fault leaves behind is on record (journal, gateway) or behind locks that are sound after one.
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        Trouble::unchanged(
            "this program met a fault of its own and gave this up: try once more; if it happens again, close the program, \
             start it again and report it",
        )
    })
}

/// Carries out the orders of a lane, one after the other, until it is closed. An order that fails through a fault of this
/// program is answered with trouble, and the next one is carried out.
pub fn serve<T>(lane: &Lane<T>, teller: &Teller, question: impl Fn(&T) -> Question, mut carry_out: impl FnMut(T)) {
    while let Some(order) = lane.take() {
        let question = question(&order);
        if let Err(trouble) = contained(|| carry_out(order)) {
            // Telling may itself be what failed.
            let _ = contained(|| question.fails(trouble).into_iter().for_each(|event| teller.tell(event)));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;
    use crate::bench::order::{Order, Ticket};

    #[test]
    fn a_fault_in_one_order_is_answered_and_the_next_is_carried_out() {
        let (sender, events) = sync_channel(8);
        let teller = Teller::new(sender, Box::new(|| {}));
        let lane = Lane::new(8);
        for ticket in [1, 2] {
            assert!(lane.put(Order::Find { ticket: Ticket(ticket), query: String::new() }).is_ok());
        }
        serve(&lane, &teller, Question::of, |order| {
            let Order::Find { ticket, .. } = order else { panic!("only searches were ordered") };
            assert_ne!(ticket, Ticket(1), "the fault of this test");
            lane.close();
        });
        let told: Vec<Event> = events.try_iter().collect();
        assert!(matches!(told.as_slice(), [Event::Found { ticket: Ticket(1), result: Err(_) }]), "{told:?}");
    }
}
