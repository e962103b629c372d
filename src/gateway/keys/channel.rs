//! Custody of the keys of security domains: which set a card holds by the version it tells, and which it is to hold. No
//! key leaves here but for the keys of one session.

use std::{collections::BTreeMap, path::Path};

use super::{super::private_file, GatewayError, channel_file};
use crate::{
    card::{
        profile::KeyReplacement,
        secure_channel::{ChannelKey, KeySet, SecurityLevel, StaticKeys, derive},
    },
    cis2::wire::KeyOwner,
    domain::{CardSerial, Operation, Secret, Series, eligibility::Realm},
};

/// The public masters of training stock. Cards made from them open no door; outside training the gateway refuses them.
const TRAINING_MASTERS: [(KeyOwner, u8, &[u8; 32]); 2] = [
    (KeyOwner::Delivered, 0x30, b"cardwright TRAINING channel keys"),
    (KeyOwner::Organisation, 0x31, b"cardwright TRAINING organisation"),
];

/// Name of the training key sets, as the training profile has it.
const TRAINING: &str = "training-secure-channel";

/// The key that open cards are delivered with in the shops (40 41 .. 4F), and therefore of no protection.
const WELL_KNOWN_TEST_KEY: [u8; 16] =
    [0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x4B, 0x4C, 0x4D, 0x4E, 0x4F];

/// The key set that training stock leaves the factory with, made from what the card is diversified with. Whoever makes a
/// virtual card puts it on it.
#[must_use]
pub fn training_stock_channel_keys(diversification: &[u8; 10]) -> Option<KeySet> {
    let (_, version, master) = TRAINING_MASTERS.first()?;
    let master = ChannelKey::new(Secret::new(master.to_vec()))?;
    Some(KeySet { version: *version, keys: diversified(&master, diversification)? })
}

/// Key n of a card: SP 800-108 in counter mode with AES-CMAC over 00 00 00 0n 00 and the card's diversification data, as
/// long as the master. Public GlobalPlatform tools call it KDF3.
fn diversified(master: &ChannelKey, diversification: &[u8; 10]) -> Option<StaticKeys> {
    let key = |number: u8| {
        let fixed = [[0x00, 0x00, 0x00, number, 0x00].as_slice(), diversification].concat();
        ChannelKey::new(derive(master, &[], &fixed, master.expose().len()))
    };
    StaticKeys::new(key(1)?, key(2)?, key(3)?)
}

/// How the cards of one set got their keys.
pub enum ChannelScheme {
    Static(StaticKeys),
    Listed(BTreeMap<CardSerial, StaticKeys>),
    Diversified(ChannelKey),
}

impl ChannelScheme {
    /// Whether everybody knows its keys.
    fn is_public(&self) -> bool {
        let known = |keys: &StaticKeys| keys.all().into_iter().any(|key| key.expose() == WELL_KNOWN_TEST_KEY);
        match self {
            Self::Static(keys) => known(keys),
            Self::Listed(cards) => cards.values().any(known),
            Self::Diversified(master) => {
                TRAINING_MASTERS.iter().any(|(_, _, known)| master.expose() == known.as_slice())
                    || master.expose() == WELL_KNOWN_TEST_KEY
            }
        }
    }
}

/// One key set of some cards.
pub struct ChannelKeySet {
    pub name: String,
    pub owner: KeyOwner,
    pub version: u8,
    pub rules: ChannelRules,
    pub scheme: ChannelScheme,
}

/// What keys of one name are for, whatever a workstation asks.
#[derive(Debug, PartialEq, Eq)]
pub struct ChannelRules {
    /// Of which series a card must be.
    pub series: Vec<Series>,
    /// What must be protected at least.
    pub level: SecurityLevel,
    /// When delivered and organisation's keys take each other's place.
    pub replacement: KeyReplacement,
}

impl ChannelRules {
    /// Whether a channel of this level to a card of this series may be begun. A level is at least another when it protects all
    /// that the other does: the bits of P1 (Amendment D, 7.1.2).
    pub fn allow(&self, series: Series, level: SecurityLevel) -> bool {
        let least = self.level.parameter();
        self.series.contains(&series) && level.parameter() & least == least
    }

    /// Whether a card that is issued or cleared may be given the keys of this owner.
    pub fn allow_keys(&self, owner: KeyOwner, operation: Operation) -> bool {
        match (self.replacement, operation, owner) {
            (KeyReplacement::Never, ..) => false,
            // An issue that is undone takes back what it put on.
            (_, Operation::Issue, _) => true,
            (KeyReplacement::AtIssueAndBack, Operation::Clear, KeyOwner::Delivered) => true,
            _ => false,
        }
    }
}

impl ChannelKeySet {
    /// The keys of one card; `None` when the set lists its cards, and this one is not among them.
    pub fn keys(&self, serial: &CardSerial, diversification: &[u8; 10]) -> Option<StaticKeys> {
        match &self.scheme {
            ChannelScheme::Static(keys) => Some(keys.clone()),
            ChannelScheme::Listed(cards) => cards.get(serial).cloned(),
            ChannelScheme::Diversified(master) => diversified(master, diversification),
        }
    }
}

/// All key sets for secure channels of this gateway.
pub struct ChannelCustody {
    sets: Vec<ChannelKeySet>,
}

impl ChannelCustody {
    /// Reads `secure-channel-keys.toml`; a training gateway makes it with the training key sets, any other does without.
    pub fn open(path: &Path, realm: Realm) -> Result<Self, GatewayError> {
        let made = match realm {
            Realm::Training => training_key_file(),
            Realm::Integration | Realm::Live => "# No cards are administered over a secure channel.\n".to_owned(),
        };
        let file = private_file::read_or_make(path, || Ok(Secret::new(made.into_bytes())))?;
        let text = std::str::from_utf8(file.expose())
            .map_err(|_| GatewayError::KeyFile { path: path.to_owned(), reason: "it is not UTF-8 text".to_owned() })?;
        let sets = channel_file::key_sets(path, text)?;
        let public: Vec<&str> = sets.iter().filter(|set| set.scheme.is_public()).map(|set| set.name.as_str()).collect();
        if realm != Realm::Training && !public.is_empty() {
            let parts = format!("secure-channel keys that everybody knows, in the key set {}", public.join(", "));
            return Err(GatewayError::TrainingParts { parts });
        }
        Ok(Self { sets })
    }

    /// What the key sets of this name are for; `None` where there is none.
    pub fn rules(&self, name: &str) -> Option<&ChannelRules> {
        self.sets.iter().find(|set| set.name == name).map(|set| &set.rules)
    }

    /// The set of the version that a card told.
    pub fn of_version(&self, name: &str, version: u8) -> Option<&ChannelKeySet> {
        self.sets.iter().find(|set| set.name == name && set.version == version)
    }

    /// The set that a card is to hold.
    pub fn of_owner(&self, name: &str, owner: KeyOwner) -> Option<&ChannelKeySet> {
        self.sets.iter().find(|set| set.name == name && set.owner == owner)
    }
}

fn training_key_file() -> String {
    let sets = TRAINING_MASTERS.map(|(owner, version, master)| {
        format!(
            "\n[[key-set]]\nname = \"{TRAINING}\"\nowner = \"{}\"\nversion = {version}\n\
             series = [\"series10\"]\nlevel = \"33\"\nkey-replacement = \"at-issue-and-back\"\nscheme = \"diversified\"\n\
             algorithm = \"aes-256\"\nmaster = \"{}\"\n",
            match owner {
                KeyOwner::Delivered => "delivered",
                KeyOwner::Organisation => "organisation",
            },
            crate::domain::hex(master)
        )
    });
    format!(
        "# Keys of cards that are administered over a secure channel. TRAINING: every key here is public.\n\
         # What may stand here: cardwright config --explain\n{}",
        sets.concat()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(text: &str, realm: Realm) -> Result<ChannelCustody, GatewayError> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secure-channel-keys.toml");
        if !text.is_empty() {
            std::fs::write(&path, text).expect("written");
        }
        ChannelCustody::open(&path, realm)
    }

    #[test]
    fn the_training_gateway_derives_what_the_factory_put_on_the_card() {
        let custody = open("", Realm::Training).expect("training keys");
        let serial: CardSerial = "0A1B2C3D".parse().expect("a serial");
        let (card, other) = ([1; 10], [2; 10]);
        let stock = training_stock_channel_keys(&card).expect("AES-256");
        let set = custody.of_version(TRAINING, stock.version).expect("the delivered set");
        assert_eq!(set.owner, KeyOwner::Delivered);
        assert_eq!(set.keys(&serial, &card), Some(stock.keys.clone()));
        assert_ne!(set.keys(&serial, &other), Some(stock.keys.clone()));
        let [first, second, third] = stock.keys.all();
        assert!(first != second && second != third && first != third);
        let ours = custody.of_owner(TRAINING, KeyOwner::Organisation).expect("the organisation's");
        assert_ne!(ours.keys(&serial, &card), Some(stock.keys));
        assert!(custody.of_version(TRAINING, 0x01).is_none() && custody.rules("series-10").is_none());
        let rules = custody.rules(TRAINING).expect("they are for something");
        assert!(rules.allow(Series::Series10, SecurityLevel::AnswerEncryption));
        assert!(!rules.allow(Series::Series9, SecurityLevel::AnswerEncryption));
        assert!(!rules.allow(Series::Series10, SecurityLevel::AnswerCode), "what must be hidden is hidden");
        assert!(rules.allow_keys(KeyOwner::Delivered, Operation::Clear));
        assert!(!rules.allow_keys(KeyOwner::Organisation, Operation::Clear));
    }

    #[test]
    fn live_work_does_without_and_refuses_keys_that_everybody_knows() {
        assert!(open("", Realm::Live).expect("none are needed").rules(TRAINING).is_none());
        let refused = open(&training_key_file(), Realm::Live).err().expect("refused").to_string();
        assert!(refused.contains(TRAINING), "{refused}");
        let well_known = "[[key-set]]\nname = \"shop\"\nowner = \"delivered\"\nversion = 255\nscheme = \"static\"\n\
                          algorithm = \"aes-128\"\nencryption-key = \"404142434445464748494a4b4c4d4e4f\"\n\
                          mac-key = \"404142434445464748494a4b4c4d4e4f\"\n\
                          key-encryption-key = \"404142434445464748494a4b4c4d4e4f\"\n";
        assert!(open(well_known, Realm::Live).is_err());
        open(well_known, Realm::Training).expect("training may practise with any");
    }

    #[test]
    fn the_documented_example_describes_a_stock_without_a_new_program() {
        let example = include_str!("../../../assets/secure-channel-keys.toml");
        let custody = open(example, Realm::Live).expect("the example is right");
        let (listed, other) = ("0A1B2C3D".parse().expect("a serial"), "0A1B2C3E".parse().expect("a serial"));
        let delivered = custody.of_version("series-10", 32).expect("listed");
        assert!(delivered.keys(&listed, &[0; 10]).is_some() && delivered.keys(&other, &[0; 10]).is_none());
        let ours = custody.of_owner("series-10", KeyOwner::Organisation).expect("diversified");
        assert_eq!((ours.version, ours.keys(&other, &[0; 10]).map(|keys| keys.length())), (48, Some(32)));
    }

    #[test]
    fn a_wrong_key_set_is_told_by_file_key_and_remedy_and_shows_no_secret() {
        let set = |rest: &str| format!("[[key-set]]\nname = \"x\"\nowner = \"delivered\"\nversion = 1\n{rest}");
        let cases = [
            (set("scheme = \"diversified\"\nalgorithm = \"triple-des\"\n"), "“algorithm”", "aes-128"),
            (
                set("scheme = \"diversified\"\nalgorithm = \"aes-128\"\nmaster = \"5ec4e7\"\n"),
                "“master”",
                "hexadecimal",
            ),
            (
                set("scheme = \"static\"\nalgorithm = \"aes-128\"\nmac-key = \"5ec4e7\"\n"),
                "“encryption-key”",
                "hexadecimal",
            ),
            (set("scheme = \"listed\"\nalgorithm = \"aes-128\"\n"), "“cards”", "SERIAL"),
            (set("scheme = \"static\"\nkye = \"5ec4e7\"\n"), "no key “kye”", "name"),
            ("[[key-set]]\nname = \"x\"\nowner = \"nobody\"\n".to_owned(), "“owner”", "organisation"),
            ("[[key-set]]\nname = \"x\"\nowner = \"organisation\"\nversion = 255\n".to_owned(), "“version”", "127"),
            ("[[key-set]]\nowner = \"delivered\"\n".to_owned(), "“name” is missing", "card profile"),
            (set("series = \"series10\"\n"), "“series”", "series9"),
            (set("level = 33\n"), "“level”", "quotation"),
            (set("key-replacement = \"often\"\n"), "“key-replacement”", "never"),
            ("[[key-set]]\nmaster = 5ec4e7 x\n".to_owned(), "line 2", "mend"),
        ];
        for (text, place, remedy) in cases {
            let error = open(&text, Realm::Training).err().expect("refused").to_string();
            for part in ["secure-channel-keys.toml", place, remedy] {
                assert!(error.contains(part), "{part}: {error}");
            }
            assert!(!error.contains("5ec4e7"), "{error}");
        }
        let one = set(
            "scheme = \"static\"\nalgorithm = \"aes-128\"\nencryption-key = \"00112233445566778899aabbccddeeff\"\n\
                       mac-key = \"00112233445566778899aabbccddeeff\"\nkey-encryption-key = \"00112233445566778899aabbccddeeff\"\n",
        );
        let twice = open(&format!("{one}{one}"), Realm::Training).err().expect("refused").to_string();
        assert!(twice.contains("before"), "{twice}");
    }
}
