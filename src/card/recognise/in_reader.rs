//! What is in a reader, however the card is reached: with commands, or through the middleware of its maker.

use super::{CardContents, NotRecognised, ObjectRead, Recognised, SerialPlace, glimpse, link, look_closely, recognise};
use crate::{
    card::{
        piv::Tries,
        pkcs11::{Middleware, Token, TokenCertificate, TokenError},
        profile::{CardProfile, MiddlewareSettings, Profiles},
        reader::{Access, CardReaders, ReaderError},
        transport::{ExchangeRecord, TransportError, layered},
    },
    domain::NhsCode,
};

/// How much is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Which card it is.
    Identity,
    /// And whose it is by its own word, and its tries: see [`super::Glimpse`].
    Glimpse,
    /// And what anyone may read of it: certificates, tries left.
    Contents,
}

/// Why nothing was seen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSeen {
    /// The reader, or whether there is a card in it.
    #[error(transparent)]
    Reader(#[from] ReaderError),
    /// The card.
    #[error(transparent)]
    Card(#[from] NotRecognised),
}

impl NotSeen {
    /// The published code that means the same, if there is one.
    #[must_use]
    pub fn nhs_code(&self) -> Option<NhsCode> {
        match self {
            Self::Reader(error) => error.nhs_code(),
            Self::Card(why) => why.nhs_code(),
        }
    }
}

/// Recognises the card in a reader and writes nothing to it. It is closed again afterwards.
///
/// # Errors
/// There is no card, or it cannot be worked with.
pub fn in_reader(
    readers: &dyn CardReaders,
    reader: &str,
    profiles: &Profiles,
    depth: Depth,
) -> Result<Recognised, NotSeen> {
    let mut connection = readers.connect(reader, Access::Shared)?;
    let atr = connection.atr().to_vec();
    let mut found = None;
    let begun = connection.transact(&mut |card| {
        let (link, record) = (link(), ExchangeRecord::default());
        let mut card = layered(card, &link, &record);
        let seen = match depth {
            Depth::Identity => recognise(&mut card, &atr, profiles),
            Depth::Glimpse => glimpse(&mut card, &atr, profiles),
            Depth::Contents => look_closely(&mut card, &link, &atr, profiles),
        };
        found = Some(seen.map(|seen| Recognised { commands: record.count(), ..seen }));
    });
    // The middleware opens the card itself.
    drop(connection);
    match (begun, found) {
        (Err(TransportError::InUse), _) => Err(ReaderError::InUse { reader: reader.to_owned() }.into()),
        (Err(error), _) => Err(NotRecognised::from(error).into()),
        (Ok(()), None) => Err(ReaderError::Unreadable { reader: reader.to_owned() }.into()),
        (Ok(()), Some(Err(NotRecognised::NeedsMiddleware(profile)))) => {
            Ok(through_middleware(readers.middleware(), reader, atr, *profile, depth)?)
        }
        (Ok(()), Some(found)) => Ok(found?),
    }
}

/// Goes on with a card whose profile says that only its maker's middleware reads it. No other connection of this program
/// may hold the card.
///
/// # Errors
/// [`NotRecognised::NeedsMiddleware`] where none is set up, or what it says of the card.
pub fn through_middleware(
    middleware: Option<&Middleware>,
    reader: &str,
    atr: Vec<u8>,
    profile: CardProfile,
    depth: Depth,
) -> Result<Recognised, NotRecognised> {
    let (Some(middleware), Some(settings)) = (middleware, profile.middleware.clone()) else {
        return Err(NotRecognised::NeedsMiddleware(Box::new(profile)));
    };
    let seen = middleware.with_token(reader, |token| {
        let contents = match depth {
            Depth::Identity | Depth::Glimpse => None,
            Depth::Contents => Some(contents(token, &settings)?),
        };
        Ok((token.serial()?.clone(), contents))
    });
    match seen {
        Ok((serial, contents)) => {
            let (series, place) = (profile.series, SerialPlace::Token);
            let glimpse = None;
            Ok(Recognised { atr, series, profile, serial, production: None, place, contents, glimpse, commands: 0 })
        }
        Err(TokenError::NoSerial) => Err(NotRecognised::NoSerial { name: profile.name }),
        Err(TokenError::Removed) => Err(TransportError::Removed.into()),
        Err(error) => Err(NotRecognised::Middleware { name: profile.name, series: profile.series, error }),
    }
}

fn contents(token: &Token<'_>, settings: &MiddlewareSettings) -> Result<CardContents, TokenError> {
    let read = |certificate: Option<TokenCertificate>| {
        certificate.map_or(ObjectRead::Missing, |certificate| ObjectRead::Content(certificate.der))
    };
    let tries_left = match token.passcode_standing()?.tries() {
        Tries::Left(left) => Some(left),
        Tries::Verified | Tries::Unknown => None,
    };
    // The middleware shows no identifier, and nothing here knows such a card by it.
    let identifier = ObjectRead::NotKept;
    Ok(CardContents { certificates: token.pair(settings)?.map(read), identifier, tries_left })
}
