//! The print queues of Windows.

use cardwright_windows_spooler::{QueueListed, queues};

use super::Found;
use crate::printer::choice::{Destination, Through};

/// All of them. The driver's name tells the model: Magicard's drivers are called after it.
pub(super) fn find() -> Vec<Found> {
    queues().unwrap_or_default().into_iter().map(found).collect()
}

fn found(queue: QueueListed) -> Found {
    Found {
        name: format!("{} ({})", queue.name, queue.port),
        destination: Destination::Windows { queue: queue.name, through: Through::Raw },
        model: queue.driver,
        serial: String::new(),
        profiles: Vec::new(),
    }
}
