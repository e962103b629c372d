//! Data objects: read, written, emptied (SP 800-73-4 part 2, 3.1.2 and 3.3.2).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    Piv, PivError,
    content::{CardObject, is_blank},
    error::Doing,
    status::{self, Verdict},
};
use crate::{
    card::{
        apdu::{Command, Response},
        tlv::{self, Tag, Writer},
    },
    domain::CertificateSlot,
};

/// Tag list that names the object of GET DATA and PUT DATA.
const TAG_LIST: Tag = Tag::known(0x5C);

/// What an object's content is wrapped in.
const DATA: Tag = Tag::known(0x53);

/// What stands at the end of every object, empty: the whole of an emptied object on cards that refuse a truly empty one.
const ERROR_DETECTION: Tag = Tag::known(0xFE);

/// A card that fails in its own way (6F00) on a write of more bytes than this ran out of room: every PIV card takes this.
const ROOM_FOR_CERTAIN: usize = 3_000;

/// The data objects the desk works with (SP 800-73-4 part 1, table 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectName {
    /// 5FC105, X.509 certificate for PIV authentication (9A).
    AuthenticationCertificate,
    /// 5FC10A, X.509 certificate for digital signature (9C).
    SigningCertificate,
    /// 5FC102, CHUID.
    CardHolderUniqueIdentifier,
    /// 5FC107, CCC.
    CardCapabilityContainer,
    /// 7E, discovery object.
    Discovery,
    /// 5FC109, printed information. The card asks for the passcode before it is read.
    PrintedInformation,
    /// 5FC108, facial image. The card asks for the passcode before it is read.
    FacialImage,
}

impl ObjectName {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::AuthenticationCertificate,
        Self::SigningCertificate,
        Self::CardHolderUniqueIdentifier,
        Self::CardCapabilityContainer,
        Self::Discovery,
        Self::PrintedInformation,
        Self::FacialImage,
    ];

    /// The certificate of a slot.
    #[must_use]
    pub fn certificate(slot: CertificateSlot) -> Self {
        match slot {
            CertificateSlot::Authentication => Self::AuthenticationCertificate,
            CertificateSlot::Signing => Self::SigningCertificate,
        }
    }

    /// The tag it is asked for by.
    #[must_use]
    pub fn tag(self) -> Tag {
        Tag::known(match self {
            Self::AuthenticationCertificate => 0x5F_C105,
            Self::SigningCertificate => 0x5F_C10A,
            Self::CardHolderUniqueIdentifier => 0x5F_C102,
            Self::CardCapabilityContainer => 0x5F_C107,
            Self::Discovery => 0x7E,
            Self::PrintedInformation => 0x5F_C109,
            Self::FacialImage => 0x5F_C108,
        })
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AuthenticationCertificate => "authentication certificate",
            Self::SigningCertificate => "signing certificate",
            Self::CardHolderUniqueIdentifier => "card holder identifier",
            Self::CardCapabilityContainer => "capability container",
            Self::Discovery => "discovery object",
            Self::PrintedInformation => "printed information",
            Self::FacialImage => "facial image",
        })
    }
}

impl Piv<'_> {
    /// The content of an object, without its wrapping. An absent object and an empty one are both `None`.
    ///
    /// # Errors
    /// The card wants the passcode first, or the answer cannot be read.
    pub fn get_object(&mut self, object: ObjectName) -> Result<Option<Vec<u8>>, PivError> {
        let list = Writer::new().put(TAG_LIST, &object.tag().bytes()).finish();
        let response = self.exchange(&Command::new(0x00, 0xCB, 0x3F, 0xFF).with_data(list).expecting_long_answer())?;
        match status::command(response.status) {
            Verdict::Missing => return Ok(None),
            Verdict::Done => {}
            _ => return Err(status::refusal(Doing::Reading(object), response.status)),
        }
        content_of(object, &response.data).map_err(|_| PivError::Garbled { doing: Doing::Reading(object) })
    }

    /// Writes an object.
    ///
    /// # Errors
    /// The management key was not authenticated, the object does not fit, or the card does not have it.
    pub fn put_object(&mut self, name: ObjectName, object: &CardObject) -> Result<(), PivError> {
        let content = object.content();
        let response = self.put(name, &content)?;
        match status::command(response.status) {
            Verdict::Done => Ok(()),
            Verdict::TooLong => Err(too_large(name, content.len(), &response)),
            Verdict::Other if content.len() > ROOM_FOR_CERTAIN => Err(too_large(name, content.len(), &response)),
            _ => Err(status::refusal(Doing::Writing(name), response.status)),
        }
    }

    /// Empties an object. A card that refuses an object without content is given one that holds nothing.
    ///
    /// # Errors
    /// The management key was not authenticated, or the card does not have the object.
    pub fn erase_object(&mut self, name: ObjectName) -> Result<(), PivError> {
        let mut response = self.put(name, &[])?;
        if matches!(status::command(response.status), Verdict::Other | Verdict::TooLong) {
            response = self.put(name, &Writer::new().put(ERROR_DETECTION, &[]).finish())?;
        }
        match status::command(response.status) {
            Verdict::Done => Ok(()),
            _ => Err(status::refusal(Doing::Writing(name), response.status)),
        }
    }

    fn put(&mut self, name: ObjectName, content: &[u8]) -> Result<Response, PivError> {
        // The discovery object is written by itself, every other one under its tag.
        let data = match name {
            ObjectName::Discovery => Writer::new().put(name.tag(), content).finish(),
            _ => Writer::new().put(TAG_LIST, &name.tag().bytes()).put(DATA, content).finish(),
        };
        self.exchange(&Command::new(0x00, 0xDB, 0x3F, 0xFF).with_data(data))
    }
}

fn too_large(object: ObjectName, bytes: usize, response: &Response) -> PivError {
    PivError::ObjectTooLarge { object, bytes, status: response.status }
}

/// Takes the wrapping off.
fn content_of(object: ObjectName, answer: &[u8]) -> Result<Option<Vec<u8>>, tlv::TlvError> {
    let wrapping = if object == ObjectName::Discovery { object.tag() } else { DATA };
    if answer.is_empty() {
        return Ok(None);
    }
    let content = tlv::find(answer, wrapping)?.ok_or(tlv::TlvError::CutShort { at: 0 })?;
    Ok(Some(content).filter(|content| !is_blank(content)).map(<[u8]>::to_vec))
}
