//! Cards that only their maker's middleware can drive (Series 8): a PKCS#11 module (OASIS PKCS #11 2.40 and 3.0), reached
//! through the crate `cryptoki`.
//!
//! A module that runs may hold every card it sees, in whatever reader. So it is started for one group of exchanges and
//! ended after it: the readers are free in between, what was unlocked is locked again, and a smart card service that was
//! started anew is found again. One part of the program uses it at a time.

mod codes;
mod error;
mod keys;
mod library;
mod objects;
mod token;

use std::path::{Path, PathBuf};

pub use codes::CodeStanding;
pub use error::{Doing, MiddlewareError, TokenError};
pub use keys::{curve_key, in_der, rsa_key};
pub use objects::{ObjectId, TokenCertificate, half_of};
pub use token::{Token, TokenIdentity};

/// The middleware of this workstation: where its module is. Nothing is loaded before the first card asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Middleware {
    module: PathBuf,
}

/// A card that the middleware sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenToken {
    /// How the middleware calls the reader; the first 64 bytes of the name at most.
    pub slot: String,
    /// Which card it is.
    pub identity: TokenIdentity,
}

impl Middleware {
    /// The middleware whose PKCS#11 module is this file.
    #[must_use]
    pub fn new(module: impl Into<PathBuf>) -> Self {
        Self { module: module.into() }
    }

    /// Its module.
    #[must_use]
    pub fn module(&self) -> &Path {
        &self.module
    }

    /// Every card the middleware knows, and the reader it is in. A card it does not know is not among them.
    ///
    /// # Errors
    /// The middleware cannot be used, or does not list its cards.
    pub fn tokens(&self) -> Result<Vec<SeenToken>, TokenError> {
        library::running(&self.module, token::all)
    }

    /// One group of exchanges with the card in a reader. The card is locked again when it ends.
    ///
    /// # Errors
    /// The middleware cannot be used, sees no card it knows in this reader, or what the work came to.
    pub fn with_token<R>(
        &self,
        reader: &str,
        work: impl FnOnce(&Token<'_>) -> Result<R, TokenError>,
    ) -> Result<R, TokenError> {
        library::running(&self.module, |module| {
            let token = Token::open(module, reader)?;
            work(&token)
        })
    }
}
