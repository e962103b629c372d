//! Card profiles: what one kind of card wants, as data. Every profile is a TOML file; those of the product are
//! bundled, and a folder can add to them or replace them, so that a person with a card in hand can correct what nobody
//! could know when this was written.

mod channel;
mod hints;
mod set;
mod upkeep;

use serde::{Deserialize, Serialize};

pub use channel::{ChannelProtocol, ChannelSettings, KeyReplacement};
pub use hints::{AtrPattern, Hexadecimal, Hints};
pub use set::{Evidence, Profiles};
pub use upkeep::{
    ClearSettings, ClearedKeys, ClearedPasscode, ClearedUnlockCode, CodeRecovery, RenewalKeys, RenewalSettings,
};

use super::{
    algorithm::{KeyAlgorithm, ManagementAlgorithm},
    transport::Link,
};
use crate::domain::{CertificateSlot, PasscodeRules, Series};

/// Longest profile that is read, in bytes. Those of the product have about 2,000.
const LONGEST_FILE: usize = 65_536;

/// What one kind of card wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CardProfile {
    /// Name of the profile in records and at the gateway: lower-case letters, digits and hyphens.
    pub id: String,
    /// Name an officer reads.
    pub name: String,
    /// Generation of card.
    pub series: Series,
    /// Whether this program can personalise such a card at all.
    pub personalise: Personalise,
    /// What a card of this kind shows of itself.
    #[serde(rename = "match")]
    pub hints: Hints,
    /// Where the chip's serial is read from; the first source that gives one counts.
    pub serial_sources: Vec<SerialSource>,
    /// The key pairs.
    pub keys: Keys,
    /// The management key.
    pub management_key: ManagementKey,
    /// The passcode.
    pub passcode: PasscodeSettings,
    /// The unlock code.
    pub unlock_code: UnlockCodeSettings,
    /// How long commands travel.
    pub link: LinkSettings,
    /// What is written besides certificates, CHUID and CCC.
    pub objects: Objects,
    /// The secure channel that such a card is administered over; absent where it wants none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secure_channel: Option<ChannelSettings>,
    /// How it is cleared for reuse.
    #[serde(default)]
    pub clear: ClearSettings,
    /// How it is renewed.
    #[serde(default)]
    pub renewal: RenewalSettings,
    /// How the card looks through its maker's middleware; with [`Personalise::Pkcs11`] and only there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub middleware: Option<MiddlewareSettings>,
}

/// Whether and how this program writes to the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Personalise {
    /// With standard PIV commands after the relayed management-key authentication.
    Piv,
    /// Through the PKCS#11 module of its maker, as far as the module goes.
    Pkcs11,
    /// Not with this program; the card is recognised and refused politely.
    No,
}

/// A place a serial can be read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SerialSource {
    /// Chip serial and batch of the card production life cycle data: 6 bytes.
    Cplc,
    /// Chip serial alone, as OpenSC reads it from AuthentIC cards: 4 bytes.
    CplcChipSerial,
    /// Card identifier of the card capability container (tag F0): 21 bytes.
    Ccc,
    /// What the middleware calls the token's serial: up to 16 characters.
    Token,
}

/// The key pairs in 9A and 9C.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Keys {
    /// Kind of key made in both slots.
    pub algorithm: KeyAlgorithm,
    /// Longest time the card may take to make one, in seconds; for the words on screen, not a limit.
    pub generation_seconds: u16,
}

/// The management key (9B). The key itself is at the gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ManagementKey {
    /// Its kind.
    pub algorithm: ManagementAlgorithm,
    /// Name of the gateway's rule that finds the key of one card.
    pub scheme: String,
}

/// How a card looks through its maker's middleware.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MiddlewareSettings {
    /// Texts of which the common name of the issuer of authentication certificates contains one.
    pub authentication_issuers: Vec<String>,
    /// Texts of which the common name of the issuer of signing certificates contains one.
    pub signing_issuers: Vec<String>,
    /// Label of a new authentication key and certificate.
    pub authentication_label: String,
    /// Label of a new signing key and certificate.
    pub signing_label: String,
}

impl MiddlewareSettings {
    /// Label of new objects of one half of the pair.
    #[must_use]
    pub fn label(&self, slot: CertificateSlot) -> &str {
        match slot {
            CertificateSlot::Authentication => &self.authentication_label,
            CertificateSlot::Signing => &self.signing_label,
        }
    }
}

/// The passcode of such a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PasscodeSettings {
    /// Fewest digits.
    pub min_digits: usize,
    /// Most digits, at most 8.
    pub max_digits: usize,
    /// Wrong tries until it locks, as the card counts them.
    pub tries: u8,
    /// How a card is left locked.
    pub how_locked: HowLocked,
}

impl PasscodeSettings {
    /// The shape, for [`crate::domain::Passcode`].
    #[must_use]
    pub fn rules(&self) -> PasscodeRules {
        PasscodeRules { min_digits: self.min_digits, max_digits: self.max_digits }
    }
}

/// How a card is left locked until its holder has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HowLocked {
    /// The passcode is tried wrongly until it is blocked.
    ExhaustTries,
    /// A random passcode is set and forgotten.
    RandomPasscode,
}

/// The unlock code of such a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct UnlockCodeSettings {
    /// Wrong tries until it blocks, after which the card is lost unless there is a recovery.
    pub tries: u8,
    /// How a new one is set.
    pub setting: UnlockCodeSetting,
    /// How one is replaced that is blocked, or that nobody knows.
    #[serde(default)]
    pub recovery: CodeRecovery,
}

/// How a new unlock code is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnlockCodeSetting {
    /// CHANGE REFERENCE DATA with the code the card holds now (SP 800-73-4 part 2, 3.2.2).
    ChangeReferenceData,
}

/// How long commands travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LinkSettings {
    /// Data bytes of one piece of a chained command: 1 to 255.
    pub command_chunk: usize,
    /// Whether extended length is tried.
    pub extended_length: ExtendedLength,
}

/// Whether extended length is tried. It is never needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExtendedLength {
    /// Pieces always.
    Never,
    /// Tried once a card, and given up when card or reader refuses it.
    WhenAccepted,
}

/// Data objects that not every card takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Objects {
    /// Discovery object (7E).
    pub discovery: ObjectWriting,
    /// Printed information (5FC109).
    pub printed_information: ObjectWriting,
    /// Facial image (5FC108).
    pub facial_image: ObjectWriting,
    /// Most bytes of a facial image's content.
    pub facial_image_max_bytes: usize,
}

/// Whether an object is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectWriting {
    /// Written.
    Write,
    /// Written where the card takes it; a card that refuses it is issued without.
    WriteWhenAccepted,
    /// Left as it is.
    Leave,
}

impl CardProfile {
    /// Reads a profile. `file` names it in errors.
    ///
    /// # Errors
    /// What is wrong, where, and what to do about it.
    pub fn parse(file: &str, text: &str) -> Result<Self, ProfileError> {
        if text.len() > LONGEST_FILE {
            return Err(ProfileError::new(file, "", "the file is longer than 64 KB", "give it one profile only"));
        }
        let profile: Self = toml::from_str(text).map_err(|error| syntax_error(file, text, &error))?;
        profile.check(file)?;
        Ok(profile)
    }

    /// A fresh link as this profile wants it.
    #[must_use]
    pub fn new_link(&self) -> Link {
        let link = Link::in_pieces(self.link.command_chunk);
        match self.link.extended_length {
            ExtendedLength::Never => link,
            ExtendedLength::WhenAccepted => link.trying_extended(),
        }
    }

    /// What the shape of the file does not say.
    fn check(&self, file: &str) -> Result<(), ProfileError> {
        let through_middleware = self.personalise == Personalise::Pkcs11;
        let rules = [
            (name_shaped(&self.id), "id", "use 1 to 40 lower-case letters, digits and hyphens"),
            (!self.name.trim().is_empty(), "name", "give the name an officer reads"),
            (name_shaped(&self.management_key.scheme), "management-key.scheme", "name a scheme of the gateway"),
            (!self.serial_sources.is_empty(), "serial-sources", "name at least one place a serial can be read from"),
            (
                self.serial_sources.iter().all(|source| (*source == SerialSource::Token) == through_middleware),
                "serial-sources",
                "use \"token\" with personalise = \"pkcs11\" and only there",
            ),
            (
                self.renewal.keys == RenewalKeys::New || !through_middleware,
                "renewal.keys",
                "use \"new\": through middleware a new pair is made beside the old one",
            ),
            (
                self.middleware.is_some() == through_middleware,
                "middleware",
                "give this table with personalise = \"pkcs11\" and only there",
            ),
            ((1..=255).contains(&self.link.command_chunk), "link.command-chunk", "use 1 to 255 bytes"),
            (self.passcode.max_digits <= 8, "passcode.max-digits", "use at most 8: the card has room for no more"),
            (
                (4..=self.passcode.max_digits).contains(&self.passcode.min_digits),
                "passcode.min-digits",
                "use at least 4 and not more than passcode.max-digits",
            ),
            ((1..=15).contains(&self.passcode.tries), "passcode.tries", "use 1 to 15"),
            ((1..=15).contains(&self.unlock_code.tries), "unlock-code.tries", "use 1 to 15"),
            (
                self.unlock_code.recovery == CodeRecovery::Never
                    || self.secure_channel.as_ref().is_some_and(|channel| channel.level.encrypts_commands()),
                "unlock-code.recovery",
                "use \"over-channel\" with a [secure-channel] that encrypts commands and only there",
            ),
            (
                self.objects.facial_image_max_bytes <= 32_000,
                "objects.facial-image-max-bytes",
                "use at most 32000: no card takes more",
            ),
        ];
        let of_channel = self.secure_channel.iter().flat_map(ChannelSettings::rules);
        rules.into_iter().chain(of_channel).try_for_each(|(holds, key, remedy)| {
            if holds { Ok(()) } else { Err(ProfileError::new(file, key, "the value is out of range", remedy)) }
        })
    }
}

/// 1 to 40 lower-case letters, digits and hyphens.
fn name_shaped(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Puts the reader's complaint beside the line it is about.
fn syntax_error(file: &str, text: &str, error: &toml::de::Error) -> ProfileError {
    let line = error.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
    let key = line.and_then(|line| text.lines().nth(line - 1)).and_then(|line| line.split('=').next()).unwrap_or("");
    let what = match line {
        Some(line) => format!("line {line}: {}", error.message()),
        None => error.message().to_owned(),
    };
    ProfileError::new(file, key.trim(), what, "correct it after the bundled profiles, which explain every key")
}

/// A profile that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("card profile {file}: {}{what}. Remedy: {remedy}", in_key(.key))]
pub struct ProfileError {
    /// The file.
    pub file: String,
    /// The key concerned; empty when it is the whole file.
    pub key: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

fn in_key(key: &str) -> String {
    if key.is_empty() { String::new() } else { format!("“{key}”: ") }
}

impl ProfileError {
    fn new(file: &str, key: &str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { file: file.into(), key: key.into(), what: what.into(), remedy: remedy.into() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GENERIC: &str = include_str!("../../assets/card-profiles/generic-piv.toml");

    fn fault(from: &str, to: &str) -> ProfileError {
        assert!(GENERIC.contains(from), "{from}");
        CardProfile::parse("mine.toml", &GENERIC.replace(from, to)).expect_err("a bad profile")
    }

    #[test]
    fn faults_name_file_key_and_remedy() {
        let chunk = fault("command-chunk = 255", "command-chunk = 256");
        assert_eq!((chunk.file.as_str(), chunk.key.as_str()), ("mine.toml", "link.command-chunk"));
        assert!(chunk.to_string().contains("Remedy: use 1 to 255 bytes"), "{chunk}");
        let unknown = fault("command-chunk = 255", "comand-chunk = 255");
        assert!(unknown.key == "comand-chunk" && unknown.what.contains("unknown field"), "{unknown}");
        let value = fault("extended-length = \"when-accepted\"", "extended-length = \"always\"");
        assert!(value.key == "extended-length" && value.what.starts_with("line "), "{value}");
        assert_eq!(fault("min-digits = 6", "min-digits = 9").key, "passcode.min-digits");
        assert_eq!(fault("tries = 3", "tries = 16").key, "passcode.tries");
        assert!(CardProfile::parse("x", &" ".repeat(LONGEST_FILE + 1)).is_err());
    }

    #[test]
    fn what_goes_through_middleware_says_how_and_nothing_else_does() {
        let series_8 = include_str!("../../assets/card-profiles/series-8.toml");
        let fault = |text: &str, from: &str, to: &str| {
            assert!(text.contains(from), "{from}");
            CardProfile::parse("mine.toml", &text.replace(from, to)).expect_err("a bad profile").key
        };
        assert_eq!(fault(series_8, "[\"token\"]", "[\"cplc\"]"), "serial-sources");
        assert_eq!(fault(GENERIC, "[\"cplc\"", "[\"token\", \"cplc\""), "serial-sources");
        assert_eq!(fault(GENERIC, "personalise = \"piv\"", "personalise = \"pkcs11\""), "serial-sources");
        let (before, rest) = series_8.split_once("[middleware]").expect("the table");
        let (_, after) = rest.split_once("[management-key]").expect("the next one");
        let without = [before, "[management-key]", after].concat();
        assert_eq!(CardProfile::parse("mine.toml", &without).expect_err("a bad profile").key, "middleware");
        let same = format!("{series_8}\n[renewal]\nkeys = \"same\"\n");
        assert_eq!(CardProfile::parse("mine.toml", &same).expect_err("a bad profile").key, "renewal.keys");
    }

    #[test]
    fn a_lost_unlock_code_is_replaced_over_a_channel_that_encrypts_and_nowhere_else() {
        let channel = include_str!("../../assets/card-profiles/training-secure-channel.toml");
        let parsed = CardProfile::parse("mine.toml", channel).expect("bundled");
        assert_eq!(parsed.unlock_code.recovery, CodeRecovery::OverChannel);
        let in_clear = channel.replace("level = \"33\"", "level = \"01\"");
        assert_eq!(CardProfile::parse("mine.toml", &in_clear).expect_err("a bad profile").key, "unlock-code.recovery");
        let setting = "setting = \"change-reference-data\"";
        let without = fault(setting, &format!("{setting}\nrecovery = \"over-channel\""));
        assert_eq!(without.key, "unlock-code.recovery");
        assert_eq!(
            CardProfile::parse("mine.toml", GENERIC).expect("bundled").unlock_code.recovery,
            CodeRecovery::Never
        );
    }

    proptest! {
        #[test]
        fn any_text_is_a_profile_or_a_fault(text in "\\PC{0,200}") {
            let _ = CardProfile::parse("any", &text);
        }

        #[test]
        fn a_damaged_profile_is_a_profile_or_a_fault(at in 0..GENERIC.len(), byte in any::<char>()) {
            let mut text = GENERIC.to_owned();
            if text.is_char_boundary(at) && text.is_char_boundary(at + 1) {
                text.replace_range(at..=at, &byte.to_string());
            }
            let _ = CardProfile::parse("any", &text);
        }
    }
}
