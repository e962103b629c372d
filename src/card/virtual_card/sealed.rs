//! Secrets inside the card's own memory, which a card file has to keep.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use zeroize::Zeroizing;

use crate::domain::Secret;

/// A secret of the chip. A card file is the chip's memory and holds it as base64; nothing else shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sealed(Secret);

impl Sealed {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self(Secret::new(bytes))
    }

    pub(super) fn secret(&self) -> &Secret {
        &self.0
    }

    pub(super) fn expose(&self) -> &[u8] {
        self.0.expose()
    }
}

impl Serialize for Sealed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(STANDARD.encode(self.expose())))
    }
}

impl<'de> Deserialize<'de> for Sealed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        STANDARD.decode(text.as_bytes()).map(Self::new).map_err(|_| D::Error::custom("a secret is not base64"))
    }
}
