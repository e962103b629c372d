//! The one place where the client waits between two tries.

use std::{
    thread,
    time::{Duration, Instant},
};

/// No pause is longer than this.
const LONGEST: Duration = Duration::from_secs(2);

/// Waits before try number `attempt` (the first repetition is 1): `first`, doubled for each further one, bounded.
pub fn before_try(attempt: u32, first: Duration) {
    let pause = first.saturating_mul(1_u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX)).min(LONGEST);
    let until = Instant::now() + pause;
    // Parking may end early, so the time left is looked at again.
    while let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
        thread::park_timeout(left);
    }
}
