//! What anyone may read of a card without a passcode: both certificates, its identifier, and how many tries are left.

use crate::{
    card::piv::{ObjectName, Piv, PivError, Tries, certificate_in, unique_identifier_in},
    domain::CertificateSlot,
};

/// What was read of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectRead {
    /// The card has none.
    Missing,
    /// There is something that cannot be read.
    Unreadable,
    /// Its content: for a certificate the DER.
    Content(Vec<u8>),
    /// Cards that are reached so have no such object.
    NotKept,
}

/// What anyone may read of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardContents {
    /// Certificates in the order of [`CertificateSlot::BOTH`].
    pub certificates: [ObjectRead; 2],
    /// The card holder unique identifier.
    pub identifier: ObjectRead,
    /// Tries left of the passcode; `None` where the card does not tell.
    pub tries_left: Option<u8>,
}

impl CardContents {
    /// Reads a selected card: four commands where nothing is cut in pieces. The photo and everything else on the chip is
    /// left alone.
    ///
    /// # Errors
    /// The card did not answer, or wants something unlocked first.
    pub fn read(piv: &mut Piv<'_>) -> Result<Self, PivError> {
        let mut certificates = [ObjectRead::Missing, ObjectRead::Missing];
        for (slot, place) in CertificateSlot::BOTH.into_iter().zip(&mut certificates) {
            *place = read_object(piv, ObjectName::certificate(slot), |content| {
                certificate_in(content).ok().flatten().map(<[u8]>::to_vec)
            })?;
        }
        let identifier = read_object(piv, ObjectName::CardHolderUniqueIdentifier, |content| {
            unique_identifier_in(content).map(|_| content.to_vec())
        })?;
        let tries_left = match piv.passcode_tries()? {
            Tries::Left(left) => Some(left),
            Tries::Verified | Tries::Unknown => None,
        };
        Ok(Self { certificates, identifier, tries_left })
    }

    /// The certificate of a slot (DER), if it can be read.
    #[must_use]
    pub fn certificate(&self, slot: CertificateSlot) -> Option<&[u8]> {
        let [authentication, signing] = &self.certificates;
        let read = match slot {
            CertificateSlot::Authentication => authentication,
            CertificateSlot::Signing => signing,
        };
        if let ObjectRead::Content(der) = read { Some(der) } else { None }
    }
}

/// Reads other objects than those of [`CardContents`], each as it is; one that wants the passcode first is left out.
///
/// # Errors
/// The card did not answer.
pub fn read_objects(piv: &mut Piv<'_>, names: &[ObjectName]) -> Result<Vec<(ObjectName, ObjectRead)>, PivError> {
    let mut objects = Vec::with_capacity(names.len());
    for name in names {
        match piv.get_object(*name) {
            Ok(content) => objects.push((*name, content.map_or(ObjectRead::Missing, ObjectRead::Content))),
            Err(PivError::NotPermitted { .. }) => {}
            Err(PivError::Transport(error)) => return Err(error.into()),
            Err(_) => objects.push((*name, ObjectRead::Unreadable)),
        }
    }
    Ok(objects)
}

fn read_object(
    piv: &mut Piv<'_>,
    name: ObjectName,
    inside: impl FnOnce(&[u8]) -> Option<Vec<u8>>,
) -> Result<ObjectRead, PivError> {
    Ok(match piv.get_object(name) {
        Ok(None) => ObjectRead::Missing,
        Ok(Some(content)) => inside(&content).map_or(ObjectRead::Unreadable, ObjectRead::Content),
        Err(PivError::Transport(error)) => return Err(error.into()),
        Err(_) => ObjectRead::Unreadable,
    })
}
