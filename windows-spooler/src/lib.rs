//! Print queues of Windows: finished jobs through the spooler, pages through the vendor's driver.
//!
//! This is the one room with `unsafe` for printing: what it gives is safe. What queues and jobs say of themselves
//! ([`QueueState`], [`JobState`]) is plain numbers, read the same way on every system.

mod state;

#[cfg(windows)]
mod driver;
#[cfg(windows)]
mod queue;
#[cfg(windows)]
mod text;

pub use state::{JobState, Obstacle, QueueState};

#[cfg(windows)]
pub use self::{
    driver::{Page, print_pages},
    queue::{Queue, QueueListed, RawJob, queues},
};
