//! The forwarder of the reader watch: what comes and goes becomes an order of the reader's own worker.

use std::sync::Arc;

use super::{
    common::Common,
    reader::{ReaderDesk, ReaderOrder},
};
use crate::{
    bench::event::Event,
    card::reader::{CardWatch, Presence, ReaderEvent, ReaderStatus},
};

/// Forwards until the watch ends.
pub fn run(common: &Arc<Common>, watch: &CardWatch) {
    while let Some(event) = watch.next() {
        if common.stopping() {
            continue;
        }
        match event {
            ReaderEvent::Changed(status) => changed(common, status),
            ReaderEvent::Gone { reader } => gone(common, &reader),
            ReaderEvent::ServiceLost => common.tell(Event::CardService { running: false }),
            ReaderEvent::ServiceBack => common.tell(Event::CardService { running: true }),
        }
    }
}

fn changed(common: &Arc<Common>, status: ReaderStatus) {
    let reader = match common.reader(&status.name) {
        Some(known) => known,
        None => match ReaderDesk::start(common, &status.name) {
            Ok(new) => new,
            // A system that starts no more threads has no reader for us; what is there already works on.
            Err(_) => return,
        },
    };
    let emptied = status.card == Presence::Empty;
    if emptied {
        reader.was_emptied();
    }
    give(&reader, ReaderOrder::Presence(status.card));
    if emptied {
        // The worker itself may wait for an answer about that card.
        common.at_once.taken_out(&status.name);
    }
}

fn gone(common: &Common, reader: &str) {
    if let Some(reader) = common.reader(reader) {
        give(&reader, ReaderOrder::Gone);
        common.at_once.taken_out(&reader.name);
    }
}

/// Only the newest presence counts: an older one that still waits is replaced.
fn give(reader: &ReaderDesk, order: ReaderOrder) {
    // A lane of a reader has room for one of each kind, and is full only when it is closed.
    let _ = reader.lane.replace(order, ReaderOrder::is_presence);
}
