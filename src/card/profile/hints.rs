//! What a card shows of itself before anything is asked of it in earnest.

use serde::{Deserialize, Serialize};

use crate::domain::upper_hex;

/// What a card of one kind shows. Hints choose between cards that behave alike; none of them lets a card in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Hints {
    /// Whether the PIV application answers.
    pub piv: PivPresence,
    /// Texts of which the PIV application's label contains one.
    #[serde(default)]
    pub application_labels: Vec<String>,
    /// Answers to reset.
    #[serde(default)]
    pub atrs: Vec<AtrPattern>,
    /// Other applications such cards have, of which one answers; asked only where the PIV application does not.
    #[serde(default)]
    pub applications: Vec<Hexadecimal>,
}

/// Whether the PIV application answers to SELECT.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PivPresence {
    /// It does.
    #[default]
    Answers,
    /// It does not.
    Silent,
}

/// An answer to reset with places that do not matter: two hexadecimal digits a byte, `..` for any byte, and a final
/// `*` for any bytes that follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AtrPattern {
    places: Vec<Option<u8>>,
    open_ended: bool,
}

impl AtrPattern {
    /// Whether this answer to reset fits.
    #[must_use]
    pub fn fits(&self, atr: &[u8]) -> bool {
        let long_enough = if self.open_ended { atr.len() >= self.places.len() } else { atr.len() == self.places.len() };
        long_enough && self.places.iter().zip(atr).all(|(place, byte)| place.is_none_or(|place| place == *byte))
    }
}

impl TryFrom<String> for AtrPattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (places, open_ended) = match text.trim_end().strip_suffix('*') {
            Some(places) => (places, true),
            None => (text.as_str(), false),
        };
        let places = pairs(places)?
            .into_iter()
            .map(|pair| if pair == ".." { Ok(None) } else { byte(&pair).map(Some) })
            .collect::<Result<Vec<_>, _>>()?;
        // An answer to reset has at most 33 bytes (ISO/IEC 7816-3:2006, 8.2.1); two bytes tell nothing apart.
        if (3..=33).contains(&places.len()) {
            Ok(Self { places, open_ended })
        } else {
            Err("an answer to reset is given by 3 to 33 bytes".into())
        }
    }
}

impl From<AtrPattern> for String {
    fn from(pattern: AtrPattern) -> Self {
        let mut places: Vec<String> =
            pattern.places.iter().map(|place| place.map_or("..".into(), |byte| format!("{byte:02X}"))).collect();
        if pattern.open_ended {
            places.push("*".into());
        }
        places.join(" ")
    }
}

/// Bytes written as hexadecimal digits, with or without spaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hexadecimal(pub Vec<u8>);

impl TryFrom<String> for Hexadecimal {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        pairs(&text)?.iter().map(|pair| byte(pair)).collect::<Result<_, _>>().map(Self)
    }
}

impl From<Hexadecimal> for String {
    fn from(bytes: Hexadecimal) -> Self {
        upper_hex(&bytes.0)
    }
}

/// The characters two by two, spaces left out.
fn pairs(text: &str) -> Result<Vec<String>, String> {
    let digits: Vec<char> = text.chars().filter(|c| *c != ' ').collect();
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return Err(format!("“{text}” has half a byte too many"));
    }
    Ok(pairs.map(|pair| pair.iter().collect()).collect())
}

fn byte(pair: &str) -> Result<u8, String> {
    // `from_str_radix` would take a sign.
    let both_digits = pair.bytes().all(|b| b.is_ascii_hexdigit());
    match u8::from_str_radix(pair, 16) {
        Ok(byte) if both_digits => Ok(byte),
        _ => Err(format!("“{pair}” is not a byte in hexadecimal digits")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Result<AtrPattern, String> {
        text.to_owned().try_into()
    }

    #[test]
    fn places_that_do_not_matter() {
        let closed = pattern("3B D6 .. 00").unwrap();
        assert!(closed.fits(&[0x3B, 0xD6, 0x97, 0]) && closed.fits(&[0x3B, 0xD6, 0x96, 0]));
        assert!(!closed.fits(&[0x3B, 0xD6, 0x97, 1]) && !closed.fits(&[0x3B, 0xD6, 0x97, 0, 0]));
        let open = pattern("3B D6 .. *").unwrap();
        assert!(open.fits(&[0x3B, 0xD6, 1]) && open.fits(&[0x3B, 0xD6, 1, 2]) && !open.fits(&[0x3B, 0xD6]));
        assert_eq!(String::from(open), "3B D6 .. *");
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for wrong in ["", "3B", "3B D6 9", "3B D6 +7", "3B D6 zz", "*", "é3B D6 97"] {
            assert!(pattern(wrong).is_err(), "{wrong}");
        }
        assert!(pattern(&"3B".repeat(34)).is_err());
        assert_eq!(Hexadecimal::try_from("A0 00".to_owned()), Ok(Hexadecimal(vec![0xA0, 0])));
        assert!(Hexadecimal::try_from("A0 0".to_owned()).is_err());
    }
}
