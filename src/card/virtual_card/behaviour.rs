//! How a card words its answers. Cards that keep to the same standard still differ here (`facts/piv.md` 2.3), so each
//! behaviour is a file of `assets/virtual-cards`, one for every kind of card that was measured and one that wants a secure channel.

use serde::{Deserialize, Serialize};

use super::super::apdu::StatusWord;

/// What a virtual card answers where real cards differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Behaviour {
    /// Answer to reset (ISO/IEC 7816-3, clause 8), hexadecimal.
    #[serde(with = "hexadecimal")]
    pub atr: Vec<u8>,
    /// Application label in the answer to SELECT (SP 800-73-4 part 2, 3.1.1, tag 50).
    pub label: String,
    /// Passcode tries before it blocks: 1 to 15 (the count is the last digit of 63Cx).
    pub passcode_tries: u8,
    /// Unlock-code tries before it blocks: 1 to 15.
    pub unlock_tries: u8,
    /// What a passcode of the wrong shape costs.
    pub misshapen_passcode: Misshapen,
    /// CHANGE REFERENCE DATA with a wrong old value.
    pub wrong_old_value: TryAnswer,
    /// Answers once the passcode is blocked.
    pub passcode_blocked: PasscodeBlocked,
    /// RESET RETRY COUNTER once the unlock code is blocked.
    pub unlock_blocked: Code,
    /// The wrong management key.
    pub wrong_management_key: Code,
    /// What selecting the PIV application again does to what was unlocked in it.
    pub select_again: SelectAgain,
    /// GET DATA for a tag the standard does not name.
    pub unknown_tag: Code,
    /// GENERATE in a slot the card does not have.
    pub unsupported_slot: Code,
    /// PUT DATA.
    pub write: WriteRules,
    /// Commands of more than 255 data bytes in one piece.
    pub extended_length: ExtendedLength,
    /// Data objects the factory leaves on the card.
    pub factory: Factory,
    /// The secure channel of its security domain; absent in files from before there was one.
    #[serde(default)]
    pub secure_channel: ChannelRules,
}

/// What the card does with secure channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChannelRules {
    /// Which commands of the PIV application come through one only.
    pub wanted_for: ChannelWanted,
    /// Wrong EXTERNAL AUTHENTICATEs in a row until a key set blocks: 1 to 255.
    pub tries: u8,
    /// Whether passcode and unlock code can be set in one without the old ones; not in files from before it could be said.
    #[serde(default)]
    pub setting_codes: SettingCodes,
}

/// CHANGE REFERENCE DATA with P1 = FF: passcode or unlock code without the old one (`facts/piv.md` 4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SettingCodes {
    /// There is no such command.
    #[default]
    Unknown,
    /// Taken inside a channel that encrypts commands.
    InsideChannel,
}

impl Default for ChannelRules {
    fn default() -> Self {
        Self { wanted_for: ChannelWanted::Nothing, tries: 10, setting_codes: SettingCodes::Unknown }
    }
}

/// Which commands of the PIV application come through a secure channel only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelWanted {
    /// None.
    Nothing,
    /// PUT DATA, GENERATE, and the change of the unlock code.
    Writes,
}

/// A status word in a behaviour file: four hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code(pub StatusWord);

impl TryFrom<String> for Code {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        match u16::from_str_radix(&text, 16) {
            Ok(number) if text.len() == 4 => Ok(Self(StatusWord(number))),
            _ => Err(format!("“{text}” is not a status word of four hexadecimal digits")),
        }
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.0.to_string()
    }
}

/// What a passcode of the wrong shape costs at VERIFY.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Misshapen {
    /// 6A80 and no try is lost.
    Refused,
    /// Counted as a wrong passcode.
    CostsATry,
}

/// How a failed comparison is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TryAnswer {
    /// 63Cx, x tries left.
    Counted,
    /// 6300, which does not tell.
    Uncounted,
}

/// What selecting the PIV application again does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SelectAgain {
    /// What was unlocked stays unlocked.
    Keeps,
    /// Everything is locked again.
    Clears,
}

/// Answers of a card whose passcode is blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PasscodeBlocked {
    /// VERIFY with a passcode.
    pub verify: Code,
    /// VERIFY without one.
    pub query: Code,
    /// CHANGE REFERENCE DATA.
    pub change: Code,
}

/// What PUT DATA takes and how an emptied object reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WriteRules {
    /// Largest object in bytes, its wrapping included.
    pub max_object_bytes: usize,
    /// An object larger than that.
    pub too_large: Code,
    /// Answer for the security object and the key history (5FC106 and 5FC10C); absent when they can be written.
    pub refused_objects: Option<Code>,
    /// Answer for the discovery object (7E); absent when it can be written.
    pub refused_discovery: Option<Code>,
    /// Writing 53 00.
    pub emptying: Emptying,
}

/// What writing an empty object does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Emptying {
    /// It reads back as 53 00.
    ReadsEmptyObject,
    /// It reads back as no data and 9000.
    ReadsNothing,
    /// It reads back as absent.
    RemovesIt,
    /// Writing it fails with 6F61 and the object stays.
    Fails,
}

/// Commands of more than 255 data bytes in one piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExtendedLength {
    /// Taken.
    Taken,
    /// Refused with 6700.
    Refused,
}

/// Data objects the factory leaves on the card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Factory {
    /// A card capability container whose card identifier repeats the CPLC serial.
    pub capability_container: bool,
    /// An empty key history object.
    pub key_history: bool,
    /// Passcode usage policy of the discovery object (SP 800-73-4 part 1, 3.3.2), e.g. `4000`; absent: no such object.
    #[serde(default, with = "optional_hexadecimal", skip_serializing_if = "Option::is_none")]
    pub discovery_policy: Option<Vec<u8>>,
}

/// Why a text is no behaviour.
#[derive(Debug, thiserror::Error)]
pub enum BehaviourFault {
    /// Not TOML, a key too many or too few, or a value that cannot be.
    #[error("the virtual card's behaviour cannot be read: {0}")]
    Shape(#[from] toml::de::Error),
    /// A count that the standard's answer cannot carry.
    #[error("the virtual card's behaviour has {0} tries; a card counts from 1 to 15")]
    Tries(u8),
    /// No such behaviour comes with the program.
    #[error(
        "there is no virtual card behaviour called “{0}”: choose one of training, \
         training-series-9, training-secure-channel, column-c2, column-c3, column-c4"
    )]
    Unknown(String),
}

impl Behaviour {
    /// The behaviours that come with the program.
    pub const NAMES: [&str; 6] =
        ["training", "training-series-9", "training-secure-channel", "column-c2", "column-c3", "column-c4"];

    /// One that comes with the program.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn named(name: &str) -> Result<Self, BehaviourFault> {
        Self::from_toml(match name {
            "training" => include_str!("../../../assets/virtual-cards/training.toml"),
            "training-series-9" => include_str!("../../../assets/virtual-cards/training-series-9.toml"),
            "training-secure-channel" => include_str!("../../../assets/virtual-cards/training-secure-channel.toml"),
            "column-c2" => include_str!("../../../assets/virtual-cards/column-c2.toml"),
            "column-c3" => include_str!("../../../assets/virtual-cards/column-c3.toml"),
            "column-c4" => include_str!("../../../assets/virtual-cards/column-c4.toml"),
            other => return Err(BehaviourFault::Unknown(other.chars().take(40).collect())),
        })
    }

    /// From the text of a behaviour file.
    ///
    /// # Errors
    /// [`BehaviourFault::Shape`] or [`BehaviourFault::Tries`].
    pub fn from_toml(text: &str) -> Result<Self, BehaviourFault> {
        let behaviour: Self = toml::from_str(text)?;
        for tries in [behaviour.passcode_tries, behaviour.unlock_tries] {
            if !(1..=15).contains(&tries) {
                return Err(BehaviourFault::Tries(tries));
            }
        }
        Ok(behaviour)
    }
}

mod hexadecimal {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&bytes.iter().map(|b| format!("{b:02X}")).collect::<Vec<_>>().join(" "))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text).ok_or_else(|| D::Error::custom(format!("“{text}” is not hexadecimal")))
    }

    pub fn parse(text: &str) -> Option<Vec<u8>> {
        let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
        if !digits.len().is_multiple_of(2) {
            return None;
        }
        digits.chunks_exact(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).ok()).collect()
    }
}

mod optional_hexadecimal {
    use serde::{Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
        match bytes {
            Some(bytes) => super::hexadecimal::serialize(bytes, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<u8>>, D::Error> {
        super::hexadecimal::deserialize(deserializer).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_behaviour_that_comes_along_is_whole() {
        for name in Behaviour::NAMES {
            let behaviour = Behaviour::named(name).unwrap_or_else(|fault| panic!("{name}: {fault}"));
            let text = serde_json::to_string(&behaviour).expect("plain data");
            assert_eq!(serde_json::from_str::<Behaviour>(&text).expect("its own text"), behaviour, "{name}");
            assert!(atr_checks(&behaviour.atr), "{name}: the check byte of the ATR is wrong");
        }
    }

    /// ISO/IEC 7816-3, 8.2.5: with any protocol but T=0 offered, all bytes after the first sum (by XOR) to zero.
    fn atr_checks(atr: &[u8]) -> bool {
        atr.first() == Some(&0x3B) && atr.iter().skip(1).fold(0, |sum, b| sum ^ b) == 0
    }

    #[test]
    fn counts_a_status_word_cannot_carry_are_refused() {
        let text = include_str!("../../../assets/virtual-cards/training.toml");
        for count in ["0", "16"] {
            let text = text.replace("passcode-tries = 3", &format!("passcode-tries = {count}"));
            assert!(matches!(Behaviour::from_toml(&text), Err(BehaviourFault::Tries(_))));
        }
        assert!(matches!(Behaviour::from_toml("surprise = 1"), Err(BehaviourFault::Shape(_))));
        assert!(matches!(Behaviour::named("column-c9"), Err(BehaviourFault::Unknown(_))));
    }
}
