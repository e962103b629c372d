//! Virtual readers: the same two traits as PC/SC readers, with virtual cards in them.

use std::{
    fmt,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        mpsc::{SyncSender, sync_channel},
    },
};

use super::VirtualCard;
use crate::card::{
    apdu::{Command, Response},
    reader::{Access, CardConnection, CardReaders, CardWatch, Presence, ReaderError, ReaderEvent, ReaderStatus},
    transport::{Transport, TransportError},
};

/// A card that a reader and its owner share.
pub type SharedCard = Arc<Mutex<VirtualCard>>;

/// A set of named readers. Cards come and go while they are in use; clones are the same readers.
#[derive(Clone)]
pub struct VirtualReaders {
    bench: Arc<Bench>,
}

/// No virtual reader has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no virtual reader called “{0}”")]
pub struct NoSuchReader(pub String);

struct Bench {
    slots: Mutex<Slots>,
    changed: Condvar,
}

#[derive(Default)]
struct Slots {
    slots: Vec<Slot>,
    insertions: u64,
}

struct Slot {
    name: String,
    inserted: Option<Inserted>,
    /// The card an armed fault pulled out, until it is put back.
    pulled: Option<SharedCard>,
}

/// A card in a reader. The number tells one insertion from the next, also of the same card.
struct Inserted {
    card: SharedCard,
    atr: Vec<u8>,
    insertion: u64,
    holders: Holders,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holders {
    Sharing(usize),
    One,
}

impl VirtualReaders {
    /// Empty readers with these names.
    #[must_use]
    pub fn new(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let slots = names.into_iter().map(|name| Slot { name: name.into(), inserted: None, pulled: None }).collect();
        let slots = Mutex::new(Slots { slots, insertions: 0 });
        Self { bench: Arc::new(Bench { slots, changed: Condvar::new() }) }
    }

    /// Puts a card in; one that is there is taken out first. The card is powered.
    ///
    /// # Errors
    /// No reader has this name.
    pub fn insert(&self, reader: &str, card: SharedCard) -> Result<(), NoSuchReader> {
        let atr = {
            let mut chip = lock(&card);
            chip.power_on();
            chip.atr().to_vec()
        };
        self.change(reader, |slot, insertion| {
            slot.pulled = None;
            slot.inserted = Some(Inserted { card, atr, insertion, holders: Holders::Sharing(0) });
        })
    }

    /// Takes the card out and gives it back; `None` when there was none. A command under way is finished first.
    ///
    /// # Errors
    /// No reader has this name.
    pub fn remove(&self, reader: &str) -> Result<Option<SharedCard>, NoSuchReader> {
        let mut card = None;
        self.change(reader, |slot, _| {
            card = slot.inserted.take().map(|inserted| inserted.card).or(slot.pulled.take())
        })?;
        if let Some(card) = &card {
            lock(card).power_off();
        }
        Ok(card)
    }

    /// Puts the card back that a [`Fault::Pulled`](super::Fault::Pulled) took out; nothing happens when there is none.
    ///
    /// # Errors
    /// No reader has this name.
    pub fn put_back(&self, reader: &str) -> Result<(), NoSuchReader> {
        let mut card = None;
        self.change(reader, |slot, _| card = slot.pulled.take())?;
        card.map_or(Ok(()), |card| self.insert(reader, card))
    }

    fn change(&self, reader: &str, change: impl FnOnce(&mut Slot, u64)) -> Result<(), NoSuchReader> {
        let mut slots = lock(&self.bench.slots);
        let insertion = slots.insertions.saturating_add(1);
        slots.insertions = insertion;
        let slot = slots.slots.iter_mut().find(|slot| slot.name == reader);
        change(slot.ok_or_else(|| NoSuchReader(reader.to_owned()))?, insertion);
        drop(slots);
        self.bench.changed.notify_all();
        Ok(())
    }
}

impl fmt::Debug for VirtualReaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.bench.statuses()).finish()
    }
}

/// A panic elsewhere leaves a card as whole as a power cut does, so poison is passed over.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Slot {
    fn status(&self) -> ReaderStatus {
        let card = match &self.inserted {
            None => Presence::Empty,
            Some(Inserted { atr, holders: Holders::One, .. }) => Presence::InUse { atr: atr.clone() },
            Some(Inserted { atr, .. }) => Presence::Present { atr: atr.clone() },
        };
        ReaderStatus { name: self.name.clone(), card }
    }
}

impl Bench {
    fn statuses(&self) -> Vec<ReaderStatus> {
        lock(&self.slots).slots.iter().map(Slot::status).collect()
    }

    fn open(&self, reader: &str, access: Access) -> Result<(SharedCard, Vec<u8>, u64), ReaderError> {
        let named = || reader.to_owned();
        let mut slots = lock(&self.slots);
        let slot = slots.slots.iter_mut().find(|slot| slot.name == reader);
        let slot = slot.ok_or_else(|| ReaderError::UnknownReader { reader: named() })?;
        let inserted = slot.inserted.as_mut().ok_or_else(|| ReaderError::NoCard { reader: named() })?;
        inserted.holders = match (inserted.holders, access) {
            (Holders::Sharing(0), Access::Exclusive) => Holders::One,
            (Holders::Sharing(count), Access::Shared) => Holders::Sharing(count.saturating_add(1)),
            _ => return Err(ReaderError::InUse { reader: named() }),
        };
        let opened = (Arc::clone(&inserted.card), inserted.atr.clone(), inserted.insertion);
        drop(slots);
        self.changed.notify_all();
        Ok(opened)
    }

    fn close(&self, reader: &str, insertion: u64) {
        let mut slots = lock(&self.slots);
        if let Some(inserted) = find(&mut slots, reader, insertion) {
            inserted.holders = match inserted.holders {
                Holders::One => Holders::Sharing(0),
                Holders::Sharing(count) => Holders::Sharing(count.saturating_sub(1)),
            };
        }
        drop(slots);
        self.changed.notify_all();
    }

    fn is_there(&self, reader: &str, insertion: u64) -> bool {
        find(&mut lock(&self.slots), reader, insertion).is_some()
    }

    /// An armed fault took the card's power: from now on the reader is empty.
    fn pull(&self, reader: &str, insertion: u64) {
        let mut slots = lock(&self.slots);
        let slot = slots.slots.iter_mut().find(|slot| slot.name == reader);
        if let Some(slot) = slot.filter(|slot| slot.inserted.as_ref().is_some_and(|i| i.insertion == insertion)) {
            slot.pulled = slot.inserted.take().map(|inserted| inserted.card);
        }
        drop(slots);
        self.changed.notify_all();
    }

    /// Sends what differs from what was sent before, until nobody listens.
    fn report(&self, events: &SyncSender<ReaderEvent>, watching: &Mutex<bool>) {
        let mut sent: Vec<ReaderStatus> = Vec::new();
        loop {
            let now = self.statuses();
            for status in now.iter().filter(|status| !sent.contains(status)) {
                if events.send(ReaderEvent::Changed(status.clone())).is_err() {
                    return;
                }
            }
            sent = now;
            let slots = lock(&self.slots);
            let unchanged =
                |slots: &mut Slots| *lock(watching) && slots.slots.iter().map(Slot::status).eq(sent.iter().cloned());
            drop(self.changed.wait_while(slots, unchanged).unwrap_or_else(PoisonError::into_inner));
            if !*lock(watching) {
                return;
            }
        }
    }
}

fn find<'a>(slots: &'a mut Slots, reader: &str, insertion: u64) -> Option<&'a mut Inserted> {
    let slot = slots.slots.iter_mut().find(|slot| slot.name == reader)?;
    slot.inserted.as_mut().filter(|inserted| inserted.insertion == insertion)
}

impl CardReaders for VirtualReaders {
    fn list(&self) -> Result<Vec<ReaderStatus>, ReaderError> {
        Ok(self.bench.statuses())
    }

    fn connect(&self, reader: &str, access: Access) -> Result<Box<dyn CardConnection>, ReaderError> {
        let (card, atr, insertion) = self.bench.open(reader, access)?;
        let bench = Arc::clone(&self.bench);
        Ok(Box::new(Connection { bench, reader: reader.to_owned(), access, card, atr, insertion }))
    }

    fn watch(&self) -> Result<CardWatch, ReaderError> {
        let (events, receiver) = sync_channel(64);
        let watching = Arc::new(Mutex::new(true));
        let (bench, until) = (Arc::clone(&self.bench), Arc::clone(&watching));
        std::thread::Builder::new()
            .name("virtual readers".to_owned())
            .spawn(move || bench.report(&events, &until))
            .map_err(|fault| ReaderError::Fault { reader: "virtual readers".to_owned(), fault: fault.to_string() })?;
        let bench = Arc::clone(&self.bench);
        Ok(CardWatch::new(receiver, move || {
            // Under the lock of the slots, so that the reporter cannot miss it between looking and waiting.
            let slots = lock(&bench.slots);
            *lock(&watching) = false;
            drop(slots);
            bench.changed.notify_all();
        }))
    }
}

struct Connection {
    bench: Arc<Bench>,
    reader: String,
    access: Access,
    card: SharedCard,
    atr: Vec<u8>,
    insertion: u64,
}

impl CardConnection for Connection {
    fn reader(&self) -> &str {
        &self.reader
    }

    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn transact(&mut self, work: &mut dyn FnMut(&mut dyn Transport)) -> Result<(), TransportError> {
        if !self.bench.is_there(&self.reader, self.insertion) {
            return Err(TransportError::Removed);
        }
        let card = Arc::clone(&self.card);
        let mut chip = lock(&card);
        work(&mut InReader { connection: self, chip: &mut chip });
        if !chip.is_powered() {
            self.bench.pull(&self.reader, self.insertion);
        }
        Ok(())
    }

    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.bench.close(&self.reader, self.insertion);
        let opened = self.bench.open(&self.reader, self.access).map_err(|fault| match fault {
            ReaderError::InUse { .. } => TransportError::InUse,
            ReaderError::UnknownReader { .. } => TransportError::ReaderGone,
            _ => TransportError::Removed,
        });
        (self.card, self.atr, self.insertion) = opened?;
        lock(&self.card).power_on();
        Ok(())
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.bench.is_there(&self.reader, self.insertion) {
            lock(&self.card).reset();
        }
        self.bench.close(&self.reader, self.insertion);
    }
}

/// The card during one transaction: gone as soon as somebody takes it out.
struct InReader<'a> {
    connection: &'a Connection,
    chip: &'a mut VirtualCard,
}

impl Transport for InReader<'_> {
    fn exchange(&mut self, command: &Command) -> Result<Response, TransportError> {
        if !self.connection.bench.is_there(&self.connection.reader, self.connection.insertion) {
            return Err(TransportError::Removed);
        }
        self.chip.exchange(command)
    }
}
