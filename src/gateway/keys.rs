//! Custody of management keys (PIV 9B): which key a card has, with which unlock code it is delivered, and the gateway's
//! half of the proof. No key leaves here.

mod channel;
mod channel_file;
mod cipher;
mod file;

use std::{collections::BTreeMap, path::Path};

use aws_lc_rs::hkdf;

pub use channel::{ChannelCustody, training_stock_channel_keys};
pub use cipher::Algorithm;

use super::{GatewayError, private_file};
use crate::domain::{CardSerial, Secret, UnlockCode, eligibility::Realm};

/// The public master of training stock. Cards made from it open no door; outside training the gateway refuses it.
const TRAINING_MASTER: &[u8; 32] = b"cardwright TRAINING stock master";

/// The test key of many PIV cards as they leave the factory (`01 02 .. 08` three times), and therefore of no protection.
const WELL_KNOWN_TEST_KEY: [u8; 24] = [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8];

/// Salt of the derivation: a new derivation gets a new salt.
const DIVERSIFICATION: &[u8] = b"cardwright management key v1";

/// The AES-256 management key with which training stock leaves the factory: what the training gateway derives from the
/// card's serial. Whoever makes a virtual card puts this key on it.
#[must_use]
pub fn training_stock_management_key(serial: &CardSerial) -> Secret {
    diversified(TRAINING_MASTER, serial, Algorithm::Aes256)
}

/// The triple-DES management key of training stock that stands in for Series 9, made in the same way.
#[must_use]
pub fn training_series_9_management_key(serial: &CardSerial) -> Secret {
    diversified(TRAINING_MASTER, serial, Algorithm::TripleDes)
}

/// HKDF-SHA-256 (RFC 5869) of the master, over the algorithm and the serial.
fn diversified(master: &[u8], serial: &CardSerial, algorithm: Algorithm) -> Secret {
    struct Length(usize);
    impl hkdf::KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    let mut key = vec![0; algorithm.key_length()];
    let identifier = [algorithm.identifier()];
    let information = [identifier.as_slice(), serial.as_str().as_bytes()];
    hkdf::Salt::new(hkdf::HKDF_SHA256, DIVERSIFICATION)
        .extract(master)
        .expand(&information, Length(key.len()))
        .and_then(|output| output.fill(&mut key))
        .expect("HKDF-SHA-256 gives up to 8160 bytes, and a key has at most 32");
    Secret::new(key)
}

/// How the cards of one profile got their keys.
enum Scheme {
    Static {
        algorithm: Algorithm,
        key: Secret,
    },
    Listed {
        algorithm: Algorithm,
        keys: BTreeMap<CardSerial, Secret>,
    },
    Diversified {
        algorithm: Algorithm,
        master: Secret,
    },
    WellKnownTestKey,
    /// Cards that are reached through their maker's middleware and have no such key.
    Middleware,
}

impl Scheme {
    /// Whether everybody knows its keys.
    fn is_public(&self) -> bool {
        match self {
            Self::WellKnownTestKey => true,
            Self::Diversified { master, .. } => *master == Secret::new(TRAINING_MASTER.to_vec()),
            Self::Static { algorithm, key } => is_test_key(*algorithm, key),
            Self::Listed { algorithm, keys } => keys.values().any(|key| is_test_key(*algorithm, key)),
            Self::Middleware => false,
        }
    }
}

fn is_test_key(algorithm: Algorithm, key: &Secret) -> bool {
    WELL_KNOWN_TEST_KEY.get(..algorithm.key_length()).is_some_and(|known| *key == Secret::new(known.to_vec()))
}

/// Whether a gateway could be started with these two files of key sets, by their text.
///
/// # Errors
/// What is wrong, where, and what to do. No key is in the message.
pub fn check_key_files(management: &str, channel: &str) -> Result<(), GatewayError> {
    file::key_sets(Path::new("management-keys.toml"), management)?;
    channel_file::key_sets(Path::new("secure-channel-keys.toml"), channel).map(drop)
}

/// What the gateway knows of the cards of one profile as they are delivered.
struct KeySet {
    profile: String,
    scheme: Scheme,
    transport_code: UnlockCode,
    /// Codes of cards that were issued before and have one of their own.
    own_codes: BTreeMap<CardSerial, UnlockCode>,
}

/// Why there is no key for a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoKey {
    /// No key set is configured for the profile.
    Profile,
    /// The card asks for another algorithm than the key set has.
    Algorithm,
    /// The key set lists its cards, and this one is not among them.
    Card,
}

/// All key sets of this gateway.
pub struct Custody {
    sets: Vec<KeySet>,
}

impl Custody {
    /// Reads `management-keys.toml`; a training gateway makes it with the training key sets.
    pub fn open(path: &Path, realm: Realm) -> Result<Self, GatewayError> {
        let damaged = |reason: &str| GatewayError::KeyFile { path: path.to_owned(), reason: reason.to_owned() };
        let file = private_file::read_or_make(path, || match realm {
            Realm::Training => Ok(Secret::new(training_key_file().into_bytes())),
            Realm::Integration | Realm::Live => Err(damaged("there is none, and only training may start without")),
        })?;
        let text = std::str::from_utf8(file.expose()).map_err(|_| damaged("it is not UTF-8 text"))?;
        let custody = Self { sets: file::key_sets(path, text)? };
        custody.refuse_training_keys(realm)?;
        Ok(custody)
    }

    fn refuse_training_keys(&self, realm: Realm) -> Result<(), GatewayError> {
        let public: Vec<&str> =
            self.sets.iter().filter(|set| set.scheme.is_public()).map(|set| set.profile.as_str()).collect();
        if realm == Realm::Training || public.is_empty() {
            return Ok(());
        }
        let parts = format!("management keys that everybody knows, for the card profile {}", public.join(", "));
        Err(GatewayError::TrainingParts { parts })
    }

    /// The management key of a card.
    pub fn key(&self, profile: &str, serial: &CardSerial, asked: Algorithm) -> Result<Secret, NoKey> {
        match &self.set(profile)?.scheme {
            Scheme::Static { algorithm, key } if *algorithm == asked => Ok(key.clone()),
            Scheme::Listed { algorithm, keys } if *algorithm == asked => keys.get(serial).cloned().ok_or(NoKey::Card),
            Scheme::Diversified { algorithm, master } if *algorithm == asked => {
                Ok(diversified(master.expose(), serial, asked))
            }
            Scheme::WellKnownTestKey if matches!(asked, Algorithm::TripleDes | Algorithm::Aes192) => {
                Ok(Secret::new(WELL_KNOWN_TEST_KEY.to_vec()))
            }
            Scheme::Static { .. }
            | Scheme::Listed { .. }
            | Scheme::Diversified { .. }
            | Scheme::WellKnownTestKey
            | Scheme::Middleware => Err(NoKey::Algorithm),
        }
    }

    /// The unlock code with which cards of this profile are delivered.
    pub fn transport_code(&self, profile: &str) -> Result<&UnlockCode, NoKey> {
        self.set(profile).map(|set| &set.transport_code)
    }

    /// The unlock code that a card of this profile has when this gateway has not changed it yet.
    pub fn first_code(&self, profile: &str, serial: &CardSerial) -> Result<&UnlockCode, NoKey> {
        self.set(profile).map(|set| set.own_codes.get(serial).unwrap_or(&set.transport_code))
    }

    fn set(&self, profile: &str) -> Result<&KeySet, NoKey> {
        self.sets.iter().find(|set| set.profile == profile).ok_or(NoKey::Profile)
    }

    /// Whether there is a key set for this card.
    pub fn knows(&self, profile: &str, serial: &CardSerial) -> bool {
        self.set(profile).is_ok_and(|set| match &set.scheme {
            Scheme::Listed { keys, .. } => keys.contains_key(serial),
            Scheme::Static { .. } | Scheme::Diversified { .. } | Scheme::WellKnownTestKey | Scheme::Middleware => true,
        })
    }

    /// Whether cards of this profile prove a management key before they are certified: all but those that have none.
    pub fn asks_for_proof(&self, profile: &str) -> bool {
        !self.set(profile).is_ok_and(|set| matches!(set.scheme, Scheme::Middleware))
    }
}

fn training_key_file() -> String {
    let master = crate::domain::hex(TRAINING_MASTER);
    format!(
        "# How the cards of each profile got their management keys. TRAINING: every key here is public.\n\
         # What may stand here: cardwright config --explain\n\
         [[key-set]]\nprofile = \"training\"\nscheme = \"diversified\"\nalgorithm = {}\nmaster = \"{master}\"\n\n\
         [[key-set]]\nprofile = \"generic-piv\"\nscheme = \"well-known-test-key\"\n\n\
         [[key-set]]\nprofile = \"series-9\"\nscheme = \"diversified\"\nalgorithm = {}\nmaster = \"{master}\"\n\n\
         [[key-set]]\nprofile = \"series-8\"\nscheme = \"middleware\"\ntransport-unlock-code = \"3132333435363738\"\n",
        Algorithm::Aes256.identifier(),
        Algorithm::TripleDes.identifier(),
    )
}

#[cfg(test)]
mod tests;
