//! The bounded row of orders of one worker.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Orders in the order they were given. Putting never waits; taking does.
pub struct Lane<T> {
    state: Mutex<State<T>>,
    ready: Condvar,
    most: usize,
}

struct State<T> {
    waiting: VecDeque<T>,
    open: bool,
}

/// What came of waiting for an order.
pub enum Taken<T> {
    /// The next order.
    Order(T),
    /// None came in time.
    Nothing,
    /// The program ends: what still waited is not begun.
    Closed,
}

impl<T> Lane<T> {
    /// A lane in which this many orders may wait.
    pub fn new(most: usize) -> Self {
        Self { state: Mutex::new(State { waiting: VecDeque::new(), open: true }), ready: Condvar::new(), most }
    }

    /// Puts an order at the end, or gives it back when the lane is full or closed.
    pub fn put(&self, order: T) -> Result<(), T> {
        self.put_within(self.most, order)
    }

    /// Puts an order at the end, however many wait: for the few that must not be lost.
    pub fn force(&self, order: T) {
        // What a closed lane gives back is not begun, like everything that still waits in it.
        let _ = self.put_within(usize::MAX, order);
    }

    /// Puts an order in the place of one of the same kind that still waits, or at the end.
    pub fn replace(&self, order: T, same: impl Fn(&T) -> bool) -> Result<(), T> {
        if let Some(older) = self.lock().waiting.iter_mut().find(|waiting| same(waiting)) {
            *older = order;
            return Ok(());
        }
        self.put(order)
    }

    /// Whether an order of this kind waits.
    pub fn holds(&self, kind: impl Fn(&T) -> bool) -> bool {
        self.lock().waiting.iter().any(kind)
    }

    /// Waits for the next order; `None` once the lane is closed.
    pub fn take(&self) -> Option<T> {
        let mut state = self.lock();
        loop {
            if !state.open {
                return None;
            }
            if let Some(order) = state.waiting.pop_front() {
                return Some(order);
            }
            state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits for the next order no longer than this.
    pub fn take_within(&self, limit: Duration) -> Taken<T> {
        let end = Instant::now() + limit;
        let mut state = self.lock();
        loop {
            if !state.open {
                return Taken::Closed;
            }
            if let Some(order) = state.waiting.pop_front() {
                return Taken::Order(order);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Taken::Nothing;
            }
            state = self.ready.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits until an order of this kind waits too, the lane is closed, or the time is over. Takes nothing.
    pub fn wait_for(&self, limit: Duration, kind: impl Fn(&T) -> bool) {
        let idle = |state: &mut State<T>| state.open && !state.waiting.iter().any(&kind);
        drop(self.ready.wait_timeout_while(self.lock(), limit, idle).unwrap_or_else(PoisonError::into_inner));
    }

    /// Ends the lane: the worker finishes what it has in hand and takes nothing more.
    pub fn close(&self) {
        self.lock().open = false;
        self.ready.notify_all();
    }

    fn put_within(&self, most: usize, order: T) -> Result<(), T> {
        let mut state = self.lock();
        if !state.open || state.waiting.len() >= most {
            return Err(order);
        }
        state.waiting.push_back(order);
        drop(state);
        self.ready.notify_all();
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing in here panics half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_bounded_and_replaces_and_closes() {
        let lane = Lane::new(2);
        assert_eq!((lane.put(1), lane.put(2), lane.put(3)), (Ok(()), Ok(()), Err(3)));
        assert_eq!(lane.replace(10, |waiting| *waiting == 1), Ok(()));
        assert_eq!(lane.replace(4, |waiting| *waiting == 9), Err(4), "nothing to replace, and no room");
        lane.force(5);
        assert_eq!((lane.take(), lane.take()), (Some(10), Some(2)));
        lane.close();
        assert_eq!((lane.take(), lane.put(6)), (None, Err(6)), "what waited is not begun");
    }
}
