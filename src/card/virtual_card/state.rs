//! What the chip remembers without power, and what it forgets.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{
    behaviour::Behaviour,
    blueprint::{Blueprint, ManagementKey, ProductionData},
    keys::CardKey,
    objects,
    sealed::Sealed,
    security_domain::{CardChannel, KeySets},
};

use crate::card::{algorithm::ManagementAlgorithm, apdu::StatusWord};

/// The card's lasting memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CardMemory {
    format: Format,
    pub(super) production: ProductionData,
    pub(super) behaviour: Behaviour,
    management_algorithm: ManagementAlgorithm,
    management_key: Sealed,
    pub(super) passcode: Reference,
    pub(super) unlock_code: Reference,
    /// Slot (P2) to key pair.
    pub(super) keys: BTreeMap<u8, CardKey>,
    /// Tag to stored bytes: the value of 53, or for 7E and 7F61 the value of the object itself.
    #[serde(with = "base64_values")]
    pub(super) objects: BTreeMap<u32, Vec<u8>>,
    /// Key sets of the security domain; a card file from before there were any has none.
    #[serde(default)]
    pub(super) domain: KeySets,
}

/// The one layout of a card file so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Format {
    #[serde(rename = "cardwright virtual card 1")]
    First,
}

/// A passcode or unlock code and its tries. `value` has 8 bytes, filled up with FF.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reference {
    value: Sealed,
    tries_left: u8,
    tries: u8,
}

/// What comparing a reference gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compared {
    Right,
    Wrong { tries_left: u8 },
    Blocked,
}

impl Reference {
    pub(super) fn new(code: &[u8], tries: u8) -> Self {
        Self { value: Sealed::new(padded(code)), tries_left: tries, tries }
    }

    pub(super) fn tries_left(&self) -> u8 {
        self.tries_left
    }

    pub(super) fn is_blocked(&self) -> bool {
        self.tries_left == 0
    }

    /// Compares and counts.
    pub(super) fn compare(&mut self, code: &[u8]) -> Compared {
        if self.is_blocked() {
            return Compared::Blocked;
        }
        if *self.value.secret() == *Sealed::new(padded(code)).secret() {
            self.tries_left = self.tries;
            return Compared::Right;
        }
        self.lose_a_try();
        Compared::Wrong { tries_left: self.tries_left }
    }

    pub(super) fn lose_a_try(&mut self) {
        self.tries_left = self.tries_left.saturating_sub(1);
    }

    /// A new value with all its tries.
    pub(super) fn set(&mut self, code: &[u8]) {
        self.value = Sealed::new(padded(code));
        self.tries_left = self.tries;
    }
}

/// SP 800-73-4 part 2, 2.4.3: reference data have 8 bytes, filled up with FF.
fn padded(code: &[u8]) -> Vec<u8> {
    let mut bytes = code.to_vec();
    bytes.resize(bytes.len().max(8), 0xFF);
    bytes
}

impl CardMemory {
    pub(super) fn factory_new(blueprint: &Blueprint) -> Self {
        let behaviour = blueprint.behaviour.clone();
        Self {
            format: Format::First,
            production: blueprint.production,
            management_algorithm: blueprint.management_key.algorithm(),
            management_key: Sealed::new(blueprint.management_key.expose().to_vec()),
            passcode: Reference::new(blueprint.transport_passcode.expose(), behaviour.passcode_tries),
            unlock_code: Reference::new(blueprint.transport_unlock_code.expose(), behaviour.unlock_tries),
            keys: BTreeMap::new(),
            objects: objects::from_factory(&behaviour.factory, &blueprint.production),
            domain: KeySets::new(&blueprint.domain_keys),
            behaviour,
        }
    }

    /// The management key; `None` only for a card file whose key does not fit its algorithm.
    pub(super) fn management_key(&self) -> Option<ManagementKey> {
        ManagementKey::new(self.management_algorithm, self.management_key.secret().clone())
    }
}

/// Why a card file cannot be used. The card itself is not touched.
#[derive(Debug, thiserror::Error)]
pub enum CardFileError {
    /// It cannot be read or written.
    #[error("the virtual card file {path} cannot be used ({cause}): check the folder and its permissions")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// It is not a card file of this version, or was changed by hand.
    #[error("{path} is not a virtual card this version can read: move it away and start a new card")]
    Unreadable {
        /// The file.
        path: PathBuf,
    },
}

/// Where lasting memory is kept.
#[derive(Debug)]
pub(super) enum Storage {
    /// As long as the card object lives.
    Memory,
    /// A file that always holds one whole state: the one before or the one after a command, as a chip does.
    File(PathBuf),
}

impl Storage {
    pub(super) fn read(path: &Path) -> Result<Option<CardMemory>, CardFileError> {
        let text = match std::fs::read(path) {
            Ok(text) => Zeroizing::new(text),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(CardFileError::File { path: path.to_owned(), cause }),
        };
        let unreadable = || CardFileError::Unreadable { path: path.to_owned() };
        let memory: CardMemory = serde_json::from_slice(&text).map_err(|_| unreadable())?;
        if memory.management_key().is_none() {
            return Err(unreadable());
        }
        Ok(Some(memory))
    }

    pub(super) fn write(&self, memory: &CardMemory) -> Result<(), CardFileError> {
        let Self::File(path) = self else { return Ok(()) };
        let failed = |cause| CardFileError::File { path: path.clone(), cause };
        let text = Zeroizing::new(serde_json::to_vec_pretty(memory).map_err(|fault| failed(fault.into()))?);
        // Beside the file, because renaming is whole or not at all only within one file system.
        let mut beside = path.clone().into_os_string();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        let written = File::create(&beside).and_then(|mut file| {
            file.write_all(&text)?;
            file.sync_all()
        });
        written.and_then(|()| std::fs::rename(&beside, path)).map_err(failed)
    }
}

mod base64_values {
    use std::collections::BTreeMap;

    use base64::{Engine, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(objects: &BTreeMap<u32, Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(objects.iter().map(|(tag, value)| (format!("{tag:X}"), STANDARD.encode(value))))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<u32, Vec<u8>>, D::Error> {
        BTreeMap::<String, String>::deserialize(deserializer)?
            .into_iter()
            .map(|(tag, value)| {
                let tag = u32::from_str_radix(&tag, 16).map_err(D::Error::custom)?;
                Ok((tag, STANDARD.decode(value).map_err(D::Error::custom)?))
            })
            .collect()
    }
}

/// What the chip forgets when it loses power or is reset.
#[derive(Debug, Default)]
pub(super) struct Session {
    pub(super) selected: Application,
    pub(super) passcode: PasscodeStatus,
    pub(super) management: ManagementStatus,
    /// The begun chain: header of its pieces and data so far.
    pub(super) chain: Option<([u8; 3], Zeroizing<Vec<u8>>)>,
    /// The part of the last answer that was not fetched yet.
    pub(super) rest: Rest,
    /// The secure channel.
    pub(super) channel: CardChannel,
}

/// Data that wait for GET RESPONSE, and the status word they end with.
#[derive(Debug)]
pub(super) struct Rest {
    pub(super) data: Zeroizing<Vec<u8>>,
    pub(super) status: StatusWord,
}

impl Default for Rest {
    fn default() -> Self {
        Self { data: Zeroizing::default(), status: StatusWord::OK }
    }
}

impl Session {
    /// Locks what was unlocked in the PIV application.
    pub(super) fn lock(&mut self) {
        self.passcode = PasscodeStatus::NotVerified;
        self.management = ManagementStatus::Locked;
    }
}

/// The application that gets the next command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Application {
    /// What a GlobalPlatform card selects by itself.
    #[default]
    SecurityDomain,
    Piv,
}

/// Whether the passcode was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum PasscodeStatus {
    #[default]
    NotVerified,
    /// By the command just before this one: what the signing key asks for.
    JustVerified,
    Verified,
}

impl PasscodeStatus {
    pub(super) fn is_verified(self) -> bool {
        self != Self::NotVerified
    }
}

/// How far authentication with the management key has come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum ManagementStatus {
    #[default]
    Locked,
    /// The card gave E(witness) and waits for the witness.
    WitnessGiven(Sealed),
    /// The card gave a challenge and waits for E(challenge).
    ChallengeGiven(Sealed),
    Unlocked,
}
