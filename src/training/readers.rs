//! Two readers of training, each with a virtual card that is kept in a file and so survives the program.
//!
//! On disk, `reader-1.toml` is the card in the first reader, `reader-1.empty` says that its card was taken out on
//! purpose and which one it was, and `card-SERIAL.toml` is a card put aside. Where card and marker are both there, a
//! program was cut off between the two: the card is in.

mod connection;
mod watch;

use std::{
    fs::{File, TryLockError},
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use self::connection::{Hold, TrainingConnection};
pub use super::stock::{TrainingStock, blank_card};
use crate::{
    card::{
        reader::{Access, CardConnection, CardReaders, CardWatch, Presence, ReaderError, ReaderStatus},
        virtual_card::VirtualCard,
    },
    domain::CardSerial,
    printer::virtual_printer::CardStation,
};

/// Names of the training readers.
pub const NAMES: [&str; 2] = ["Training reader 1", "Training reader 2"];
/// Name of the reader in the virtual printer's chip station. It is there as long as a card is in it.
pub const STATION: &str = "Virtual printer station";
/// All of them, by their places.
const ALL: [&str; 3] = [NAMES[0], NAMES[1], STATION];

/// Why a training card could not be made, put in or taken out.
#[derive(Debug, thiserror::Error)]
pub enum TrainingCardError {
    /// The system gave no random numbers.
    #[error("this computer gave no randomness ({0}): restart it and try again")]
    Randomness(getrandom::Error),
    /// The parts do not make a card.
    #[error("a training card could not be made ({0}): reinstall the program")]
    Parts(String),
    /// The old card could not be put aside.
    #[error("the card in “{reader}” could not be put aside ({source}): check the data folder's rights and free space")]
    PutAside {
        /// The reader.
        reader: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// No card with this serial was put aside.
    #[error("no training card {serial} is put aside: it is in a reader already, or was never taken out of one")]
    NotKept {
        /// Its serial.
        serial: CardSerial,
    },
    /// The reader was not emptied by taking its card out, so there is none to put back.
    #[error("no card was taken out of “{reader}”: put one of the cards in that were put aside, or a new one")]
    NothingTakenOut {
        /// The reader.
        reader: String,
    },
    /// No training reader has this name, it is empty, or its card is in use.
    #[error("{0}")]
    Reader(#[from] ReaderError),
}

/// The training readers of one data folder. A card in use is locked, so that two programs never write one card. Clones
/// are the same readers: what one of them does to a card, the watches of all learn at once.
#[derive(Debug, Clone)]
pub struct TrainingReaders {
    folder: PathBuf,
    shared: Arc<Shared>,
}

/// What the clones of one value share.
#[derive(Debug, Default)]
struct Shared {
    doings: Mutex<Doings>,
    done: Condvar,
}

/// What this process does with the readers, by their places in [`ALL`].
#[derive(Debug, Default, Clone, Copy)]
struct Doings {
    /// Grows with everything below.
    count: u64,
    /// How often a card was put in or taken out.
    moves: [u64; ALL.len()],
    /// How many of its connections have the card open, or try to.
    held: [usize; ALL.len()],
    /// Whether the card is being pulled out while it is open here: no connection reaches it any more, and the one that
    /// has it puts it aside when it ends.
    pulled: [bool; ALL.len()],
}

impl Shared {
    fn doings(&self) -> MutexGuard<'_, Doings> {
        // Counters alone: no panic leaves them half changed.
        self.doings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, change: impl FnOnce(&mut Doings)) {
        let mut doings = self.doings();
        doings.count = doings.count.wrapping_add(1);
        change(&mut doings);
        drop(doings);
        self.done.notify_all();
    }
}

/// What is in a reader, and which card.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Look {
    card: Presence,
    serial: Option<CardSerial>,
}

impl TrainingReaders {
    /// The readers whose cards are kept in this folder, which is made when it is missing. A reader that never had a card
    /// gets a blank one; one that was emptied stays empty.
    ///
    /// # Errors
    /// The folder or a card cannot be made.
    pub fn open(folder: &Path) -> Result<Self, ReaderError> {
        let readers = Self { folder: folder.to_owned(), shared: Arc::default() };
        std::fs::create_dir_all(folder).map_err(|e| fault(NAMES[0], &e))?;
        for name in NAMES {
            let used = || Ok::<_, ReaderError>(readers.card_file(name)?.exists() || readers.marker(name)?.exists());
            if !used()? {
                match readers.lock(name) {
                    Ok(_lock) if !used()? => drop(make(name, &readers.card_file(name)?, TrainingStock::default())?),
                    // Another program is making it at this moment, or has just made it.
                    Ok(_) | Err(ReaderError::InUse { .. }) => {}
                    Err(other) => return Err(other),
                }
            }
        }
        Ok(readers)
    }

    /// Takes the card out of a reader, which stays empty, also when the program starts again. The card is put aside
    /// under its serial.
    ///
    /// # Errors
    /// No such reader, it is empty, its card is in use, or the files cannot be written.
    pub fn take_card_out(&self, reader: &str) -> Result<CardSerial, TrainingCardError> {
        let hold = self.hold(reader)?;
        let serial = self.put_aside(reader)?.ok_or_else(|| ReaderError::NoCard { reader: reader.to_owned() })?;
        hold.moved();
        Ok(serial)
    }

    /// Takes the card out as a hand would: also while this process works on it. What is under way on the card is answered
    /// to its end; the next exchange fails as on a card that was pulled.
    ///
    /// # Errors
    /// No such reader, it is empty, another process has its card, or the files cannot be written.
    pub fn pull_card_out(&self, reader: &str) -> Result<(), TrainingCardError> {
        let place = place(reader)?;
        loop {
            let mut doings = self.shared.doings();
            let held = doings.held.get(place).is_some_and(|held| *held > 0);
            if let Some(pulled) = doings.pulled.get_mut(place).filter(|_| held) {
                *pulled = true;
                return Ok(());
            }
            drop(doings);
            match self.take_card_out(reader) {
                // Work of this process has just opened it, and so is told that its card is gone.
                Err(TrainingCardError::Reader(ReaderError::InUse { .. })) if self.is_held(place) => {}
                other => return other.map(drop),
            }
        }
    }

    fn is_held(&self, place: usize) -> bool {
        self.shared.doings().held.get(place).is_some_and(|held| *held > 0)
    }

    /// Puts the card back into a reader that was last taken out of it.
    ///
    /// # Errors
    /// No such reader, no card was taken out of it, that card is in another reader by now, or the files cannot be
    /// written.
    pub fn put_card_back(&self, reader: &str) -> Result<CardSerial, TrainingCardError> {
        let nothing = || TrainingCardError::NothingTakenOut { reader: reader.to_owned() };
        let hold = self.hold(reader)?;
        if self.card_file(reader)?.exists() {
            return Err(nothing());
        }
        let marker = std::fs::read_to_string(self.marker(reader)?).map_err(|_| nothing())?;
        let serial: CardSerial = marker.trim().parse().map_err(|_| nothing())?;
        self.insert(reader, &serial)?;
        hold.moved();
        Ok(serial)
    }

    /// Puts a card that was put aside into a reader. The card that was in it is put aside.
    ///
    /// # Errors
    /// No such reader, its card is in use, the wanted card is not put aside, or the files cannot be written.
    pub fn put_in(&self, reader: &str, serial: &CardSerial) -> Result<(), TrainingCardError> {
        let hold = self.hold(reader)?;
        if !self.aside(serial).exists() {
            return Err(TrainingCardError::NotKept { serial: serial.clone() });
        }
        self.put_aside(reader)?;
        self.insert(reader, serial)?;
        hold.moved();
        Ok(())
    }

    /// Puts a new blank card of this stock into a reader. The card that was in it is put aside.
    ///
    /// # Errors
    /// No such reader, its card is in use, or the files cannot be written.
    pub fn put_new_card(&self, reader: &str, stock: TrainingStock) -> Result<CardSerial, TrainingCardError> {
        let hold = self.hold(reader)?;
        self.put_aside(reader)?;
        let serial = serial_of(&make(reader, &self.card_file(reader)?, stock)?)?;
        self.forget_marker(reader)?;
        hold.moved();
        Ok(serial)
    }

    /// Serials of the cards that are put aside, in their own order.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn kept_cards(&self) -> Result<Vec<CardSerial>, TrainingCardError> {
        let failed = |e: std::io::Error| fault(NAMES[0], &e);
        let mut serials = Vec::new();
        for entry in std::fs::read_dir(&self.folder).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            let serial = name.to_str().and_then(|name| name.strip_prefix("card-")?.strip_suffix(".toml"));
            serials.extend(serial.and_then(|serial| serial.parse::<CardSerial>().ok()));
        }
        serials.sort();
        Ok(serials)
    }

    /// Moves the card of a locked reader aside; `None` when there is none. The marker comes first: without it, a program
    /// that starts after a cut would take the reader for a new one.
    fn put_aside(&self, reader: &str) -> Result<Option<CardSerial>, TrainingCardError> {
        let file = self.card_file(reader)?;
        let Some(card) = VirtualCard::load(&file).map_err(|e| fault(reader, &e))? else { return Ok(None) };
        let serial = serial_of(&card)?;
        drop(card);
        std::fs::write(self.marker(reader)?, serial.as_str())
            .and_then(|()| std::fs::rename(&file, self.aside(&serial)))
            .map_err(|source| TrainingCardError::PutAside { reader: reader.to_owned(), source })?;
        Ok(Some(serial))
    }

    /// Moves a card that is put aside into a locked, empty reader.
    fn insert(&self, reader: &str, serial: &CardSerial) -> Result<(), TrainingCardError> {
        std::fs::rename(self.aside(serial), self.card_file(reader)?).map_err(|e| match e.kind() {
            // Another reader has got it meanwhile.
            ErrorKind::NotFound => TrainingCardError::NotKept { serial: serial.clone() },
            _ => fault(reader, &e).into(),
        })?;
        Ok(self.forget_marker(reader)?)
    }

    fn forget_marker(&self, reader: &str) -> Result<(), ReaderError> {
        match std::fs::remove_file(self.marker(reader)?) {
            Err(e) if e.kind() != ErrorKind::NotFound => Err(fault(reader, &e)),
            _ => Ok(()),
        }
    }

    fn aside(&self, serial: &CardSerial) -> PathBuf {
        self.folder.join(format!("card-{serial}.toml"))
    }

    fn card_file(&self, reader: &str) -> Result<PathBuf, ReaderError> {
        self.file(reader, "toml")
    }

    fn marker(&self, reader: &str) -> Result<PathBuf, ReaderError> {
        self.file(reader, "empty")
    }

    fn file(&self, reader: &str, ending: &str) -> Result<PathBuf, ReaderError> {
        Ok(self.folder.join(format!("reader-{}.{ending}", place(reader)?.saturating_add(1))))
    }

    /// Takes a reader for this process, until the file is dropped.
    fn lock(&self, reader: &str) -> Result<File, ReaderError> {
        let _gate = self.gate(reader)?;
        self.try_lock(reader)
    }

    /// Whether anybody has the reader.
    fn is_in_use(&self, reader: &str) -> Result<bool, ReaderError> {
        // The gate is shut until the lock is given back.
        let _gate = self.gate(reader)?;
        match self.try_lock(reader) {
            Ok(_) => Ok(false),
            Err(ReaderError::InUse { .. }) => Ok(true),
            Err(other) => Err(other),
        }
    }

    /// Whoever only asks whether a reader is in use takes its lock for an instant. Behind one gate, which is never held
    /// longer than that, nobody mistakes the asking for a use.
    fn gate(&self, reader: &str) -> Result<File, ReaderError> {
        let gate = File::create(self.folder.join("readers.gate")).map_err(|e| fault(reader, &e))?;
        gate.lock().map_err(|e| fault(reader, &e))?;
        Ok(gate)
    }

    fn try_lock(&self, reader: &str) -> Result<File, ReaderError> {
        let lock = File::create(self.file(reader, "lock")?).map_err(|e| fault(reader, &e))?;
        match lock.try_lock() {
            Ok(()) => Ok(lock),
            Err(TryLockError::WouldBlock) => Err(ReaderError::InUse { reader: reader.to_owned() }),
            Err(TryLockError::Error(e)) => Err(fault(reader, &e)),
        }
    }

    /// What is in a reader. The file of a card is whole at every moment, so it is read without the lock.
    fn look(&self, reader: &str) -> Result<Look, ReaderError> {
        let in_use = self.is_in_use(reader)?;
        Ok(match VirtualCard::load(&self.card_file(reader)?) {
            Ok(Some(card)) => {
                let atr = card.atr().to_vec();
                let serial = card.production().serial().ok();
                Look { card: if in_use { Presence::InUse { atr } } else { Presence::Present { atr } }, serial }
            }
            Ok(None) => Look { card: Presence::Empty, serial: None },
            Err(_) => Look { card: Presence::Unreadable, serial: None },
        })
    }

    /// Takes a reader for this process: its watches leave it alone until the hold is dropped.
    fn hold(&self, reader: &str) -> Result<Hold, ReaderError> {
        let place = place(reader)?;
        let hold = |doings: &mut Doings| {
            if let Some(held) = doings.held.get_mut(place) {
                *held = held.saturating_add(1);
            }
        };
        self.shared.note(hold);
        // From here on the hold is given up whatever happens.
        let mut hold = Hold { readers: self.clone(), place, moved: false, lock: None };
        hold.lock = Some(self.lock(reader)?);
        Ok(hold)
    }

    fn card(&self, reader: &str) -> Result<TrainingConnection, ReaderError> {
        let file = self.card_file(reader)?;
        let hold = self.hold(reader)?;
        let card = VirtualCard::load(&file).map_err(|e| fault(reader, &e))?;
        let card = card.ok_or_else(|| ReaderError::NoCard { reader: reader.to_owned() })?;
        Ok(TrainingConnection { reader: reader.to_owned(), atr: card.atr().to_vec(), card, hold })
    }
}

/// A reader's place in [`ALL`].
fn place(reader: &str) -> Result<usize, ReaderError> {
    let place = ALL.iter().position(|name| *name == reader);
    place.ok_or_else(|| ReaderError::UnknownReader { reader: reader.to_owned() })
}

/// Whether a reader cannot be seen: the station's is plugged in with its card.
fn is_away(reader: &str, card: &Presence) -> bool {
    reader == STATION && *card == Presence::Empty
}

/// Makes a blank card in a file where there is none.
fn make(reader: &str, file: &Path, stock: TrainingStock) -> Result<VirtualCard, ReaderError> {
    // Made before the file is looked at, so that nothing can fail in between.
    let blueprint = stock.blank_card().map_err(|e| fault(reader, &e))?;
    VirtualCard::open(file, || blueprint).map_err(|e| fault(reader, &e))
}

fn serial_of(card: &VirtualCard) -> Result<CardSerial, TrainingCardError> {
    card.production().serial().map_err(|e| TrainingCardError::Parts(e.to_string()))
}

fn fault(reader: &str, error: &dyn std::fmt::Display) -> ReaderError {
    ReaderError::Fault { reader: reader.to_owned(), fault: error.to_string() }
}

impl CardReaders for TrainingReaders {
    fn list(&self) -> Result<Vec<ReaderStatus>, ReaderError> {
        let status = |name: &&str| Ok(ReaderStatus { name: (*name).to_owned(), card: self.look(name)?.card });
        let there = |reader: &ReaderStatus| !is_away(&reader.name, &reader.card);
        let all = ALL.iter().map(status).collect::<Result<Vec<_>, ReaderError>>()?;
        Ok(all.into_iter().filter(there).collect())
    }

    fn connect(&self, reader: &str, _access: Access) -> Result<Box<dyn CardConnection>, ReaderError> {
        let mut connection = self.card(reader)?;
        connection.card.power_on();
        Ok(Box::new(connection))
    }

    /// Tells at once what these readers and their clones do to a card, and what other processes do within half a second.
    /// That this process itself has a card open is no news to it.
    fn watch(&self) -> Result<CardWatch, ReaderError> {
        watch::start(self.clone())
    }
}

/// Its hopper holds new blank cards; what comes out is put aside like a card that was taken out of a reader.
impl CardStation for TrainingReaders {
    fn feed(&self) -> bool {
        self.put_new_card(STATION, TrainingStock::default()).is_ok()
    }

    fn holds_card(&self) -> bool {
        self.card_file(STATION).is_ok_and(|file| file.exists())
    }

    fn put_out(&self) {
        if self.holds_card() {
            // One that another program has open stays, as a card that is stuck.
            let _ = self.pull_card_out(STATION);
        }
    }
}

#[cfg(test)]
mod tests;
