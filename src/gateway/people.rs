//! The people a new gateway begins with.

use crate::domain::{Holder, Officer};

/// An officer who may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedOfficer {
    /// Who.
    pub officer: Officer,
    /// One line for the chooser.
    pub about: String,
}

/// A holder and the photo on record.
#[derive(Clone, PartialEq, Eq)]
pub struct SeedHolder {
    /// Who; the hash of the photo is worked out by the gateway.
    pub holder: Holder,
    /// JPEG or PNG.
    pub photo: Option<Vec<u8>>,
    /// E-mail address for one-time codes.
    pub email: Option<String>,
    /// Mobile number for one-time codes.
    pub mobile: Option<String>,
}

impl std::fmt::Debug for SeedHolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SeedHolder({}, photo {} bytes)", self.holder.id, self.photo.as_ref().map_or(0, Vec::len))
    }
}

/// Everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    /// Officers; each is a holder too.
    pub officers: Vec<SeedOfficer>,
    /// Holders.
    pub holders: Vec<SeedHolder>,
}
