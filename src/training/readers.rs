//! Two readers of training, each with a virtual card that is kept in a file and so survives the program.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    sync::mpsc::sync_channel,
};

use crate::{
    card::{
        algorithm::ManagementAlgorithm,
        reader::{Access, CardConnection, CardReaders, CardWatch, Presence, ReaderError, ReaderEvent, ReaderStatus},
        transport::{Transport, TransportError},
        virtual_card::{Behaviour, Blueprint, ManagementKey, ProductionData, VirtualCard},
    },
    domain::{CardSerial, Passcode, PasscodeRules, Secret, UnlockCode},
    gateway::training_stock_management_key,
};

/// Names of the training readers.
pub const NAMES: [&str; 2] = ["Training reader 1", "Training reader 2"];

/// Passcode and unlock code of training stock as it leaves its invented factory; the gateway knows the unlock code and
/// changes it at the first use.
const FACTORY_CODE: &[u8; 8] = b"12345678";

/// Why a training card could not be made.
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
    /// No training reader has this name, or its card is in use.
    #[error("{0}")]
    Reader(#[from] ReaderError),
}

/// A blank training card with a serial of its own, its management key diversified as the training gateway does it.
///
/// # Errors
/// No randomness.
pub fn blank_card() -> Result<Blueprint, TrainingCardError> {
    let parts = |what: &dyn std::fmt::Display| TrainingCardError::Parts(what.to_string());
    let mut random = [0; 6];
    getrandom::fill(&mut random).map_err(TrainingCardError::Randomness)?;
    let [a, b, c, d, e, f] = random;
    let production = ProductionData::invented([a, b, c, d], [e, f]);
    let serial: CardSerial = production.serial().map_err(|e| parts(&e))?;
    let key = training_stock_management_key(&serial);
    let code = || Secret::new(FACTORY_CODE.to_vec());
    Ok(Blueprint {
        production,
        management_key: ManagementKey::new(ManagementAlgorithm::Aes256, key).ok_or_else(|| parts(&"key length"))?,
        transport_passcode: Passcode::shaped(code(), PasscodeRules::default()).map_err(|e| parts(&e))?,
        transport_unlock_code: UnlockCode::new(code()).ok_or_else(|| parts(&"unlock code length"))?,
        behaviour: Behaviour::named("training").map_err(|e| parts(&e))?,
    })
}

/// The training readers of one data folder. A card in use is locked, so that two programs never write one card.
#[derive(Debug, Clone)]
pub struct TrainingReaders {
    folder: PathBuf,
}

impl TrainingReaders {
    /// The readers whose cards are kept in this folder, which is made when it is missing. A reader that has no card yet
    /// gets a blank one.
    ///
    /// # Errors
    /// The folder or a card cannot be made.
    pub fn open(folder: &Path) -> Result<Self, ReaderError> {
        let readers = Self { folder: folder.to_owned() };
        std::fs::create_dir_all(folder).map_err(|e| fault(NAMES[0], &e))?;
        for name in NAMES {
            if !readers.card_file(name)?.exists() {
                match readers.card(name) {
                    // Another program is making it at this moment.
                    Ok(_) | Err(ReaderError::InUse { .. }) => {}
                    Err(other) => return Err(other),
                }
            }
        }
        Ok(readers)
    }

    /// Puts a new blank card into a reader. The card that was in it is kept beside, under its serial.
    ///
    /// # Errors
    /// No such reader, its card is in use, or the files cannot be written.
    pub fn put_new_card(&self, reader: &str) -> Result<CardSerial, TrainingCardError> {
        let file = self.card_file(reader)?;
        let lock = self.lock(reader)?;
        if file.exists() {
            let old = open(reader, &file)?;
            let serial = old.production().serial().map_err(|e| TrainingCardError::Parts(e.to_string()))?;
            drop(old);
            let aside = self.folder.join(format!("card-{serial}.toml"));
            std::fs::rename(&file, aside)
                .map_err(|source| TrainingCardError::PutAside { reader: reader.to_owned(), source })?;
        }
        let serial = open(reader, &file)?.production().serial();
        drop(lock);
        serial.map_err(|e| TrainingCardError::Parts(e.to_string()))
    }

    fn card_file(&self, reader: &str) -> Result<PathBuf, ReaderError> {
        self.file(reader, "toml")
    }

    fn file(&self, reader: &str, ending: &str) -> Result<PathBuf, ReaderError> {
        let place = NAMES.iter().position(|name| *name == reader);
        let place = place.ok_or_else(|| ReaderError::UnknownReader { reader: reader.to_owned() })?;
        Ok(self.folder.join(format!("reader-{}.{ending}", place.saturating_add(1))))
    }

    fn lock(&self, reader: &str) -> Result<File, ReaderError> {
        let lock = File::create(self.file(reader, "lock")?).map_err(|e| fault(reader, &e))?;
        match lock.try_lock() {
            Ok(()) => Ok(lock),
            Err(TryLockError::WouldBlock) => Err(ReaderError::InUse { reader: reader.to_owned() }),
            Err(TryLockError::Error(e)) => Err(fault(reader, &e)),
        }
    }

    fn card(&self, reader: &str) -> Result<TrainingConnection, ReaderError> {
        let file = self.card_file(reader)?;
        let lock = self.lock(reader)?;
        let card = open(reader, &file)?;
        Ok(TrainingConnection { reader: reader.to_owned(), atr: card.atr().to_vec(), card, _lock: lock })
    }
}

fn open(reader: &str, file: &Path) -> Result<VirtualCard, ReaderError> {
    let new = || blank_card().map_err(|e| fault(reader, &e));
    // The card is made before the file is looked at, so that a missing one can be made without a fallible closure.
    let blueprint = new()?;
    VirtualCard::open(file, || blueprint).map_err(|e| fault(reader, &e))
}

fn fault(reader: &str, error: &dyn std::fmt::Display) -> ReaderError {
    ReaderError::Fault { reader: reader.to_owned(), fault: error.to_string() }
}

impl CardReaders for TrainingReaders {
    fn list(&self) -> Result<Vec<ReaderStatus>, ReaderError> {
        let look = |name: &&str| {
            let card = match self.card(name) {
                Ok(connection) => Presence::Present { atr: connection.atr },
                Err(ReaderError::InUse { .. }) => Presence::InUse { atr: Vec::new() },
                Err(_) => Presence::Unreadable,
            };
            ReaderStatus { name: (*name).to_owned(), card }
        };
        Ok(NAMES.iter().map(look).collect())
    }

    fn connect(&self, reader: &str, _access: Access) -> Result<Box<dyn CardConnection>, ReaderError> {
        let mut connection = self.card(reader)?;
        connection.card.power_on();
        Ok(Box::new(connection))
    }

    /// Training cards neither come nor go while the program runs.
    fn watch(&self) -> Result<CardWatch, ReaderError> {
        let (sender, receiver) = sync_channel(NAMES.len());
        for status in self.list()? {
            // The channel has room for every reader.
            let _ = sender.send(ReaderEvent::Changed(status));
        }
        Ok(CardWatch::new(receiver, move || drop(sender)))
    }
}

/// The card of a training reader, opened by one program.
struct TrainingConnection {
    reader: String,
    atr: Vec<u8>,
    card: VirtualCard,
    _lock: File,
}

impl CardConnection for TrainingConnection {
    fn reader(&self) -> &str {
        &self.reader
    }

    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn transact(&mut self, work: &mut dyn FnMut(&mut dyn Transport)) -> Result<(), TransportError> {
        work(&mut self.card);
        Ok(())
    }

    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.card.power_on();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_stay_in_their_readers_and_new_ones_have_serials_of_their_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let serial = |reader: &str| {
            let readers = TrainingReaders::open(folder.path()).expect("readers");
            readers.card(reader).expect("a card").card.production().serial().expect("a serial")
        };
        let (first, second) = (serial(NAMES[0]), serial(NAMES[1]));
        assert_ne!(first, second);
        assert_eq!(serial(NAMES[0]), first, "the card is kept");
        let readers = TrainingReaders::open(folder.path()).expect("readers");
        let new = readers.put_new_card(NAMES[0]).expect("a new card");
        assert_ne!(new, first);
        assert_eq!((serial(NAMES[0]), serial(NAMES[1])), (new, second));
    }

    #[test]
    fn a_card_has_one_user_at_a_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let readers = TrainingReaders::open(folder.path()).expect("readers");
        let held = readers.connect(NAMES[0], Access::Exclusive).expect("nobody else has it");
        assert!(matches!(readers.connect(NAMES[0], Access::Shared), Err(ReaderError::InUse { .. })));
        assert!(matches!(readers.list().expect("both")[0].card, Presence::InUse { .. }));
        assert!(matches!(readers.put_new_card(NAMES[0]), Err(TrainingCardError::Reader(ReaderError::InUse { .. }))));
        drop(held);
        assert!(readers.connect(NAMES[0], Access::Shared).is_ok());
        assert!(matches!(readers.connect("Reader 9", Access::Shared), Err(ReaderError::UnknownReader { .. })));
    }
}
