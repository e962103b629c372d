//! Which card is this? Behaviour decides: what the PIV application and the security domain answer. The answer to reset
//! is a hint that only chooses between cards that behave alike.

mod contents;
mod glimpse;
mod in_reader;
mod production;
mod serial;

pub use contents::{CardContents, ObjectRead, read_objects};
pub use glimpse::Glimpse;
pub use in_reader::{Depth, NotSeen, in_reader, through_middleware};
pub use production::ProductionData;
pub use serial::{SerialPlace, confirm};

use super::{
    piv::{self, Application, Piv, PivError},
    pkcs11::TokenError,
    profile::{CardProfile, Evidence, ExtendedLength, Personalise, Profiles},
    transport::{Link, Transport, TransportError},
};
use crate::domain::{CardSerial, NhsCode, Series};

/// What is known of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognised {
    /// Answer to reset.
    pub atr: Vec<u8>,
    /// Its profile.
    pub profile: CardProfile,
    /// Its generation.
    pub series: Series,
    /// Its serial, read from the chip.
    pub serial: CardSerial,
    /// Its production data, where it tells.
    pub production: Option<ProductionData>,
    /// Where the serial was found: there it is read again with two commands.
    pub place: SerialPlace,
    /// What was read besides; `None` when it was not asked for.
    pub contents: Option<CardContents>,
    /// What a glimpse told; `None` when none was asked for.
    pub glimpse: Option<Glimpse>,
    /// Command APDUs that all of this took, where whoever asked counts them.
    pub commands: u64,
}

/// Why a card cannot be worked with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotRecognised {
    /// Series 4, 5 or 6.
    #[error(
        "this is a {0} card. The NHS blocked these for good in April and May 2026, so it cannot be used again. Nothing \
         was changed: please destroy it and issue a Series 10 card in its place"
    )]
    Blocked(Series),
    /// A card that only its maker's middleware drives, and none is set up here.
    #[error(
        "this is a {} card, which works through its maker's middleware alone, and none is set up on this computer. \
         Nothing was changed: ask IT to install it and to name it in the configuration (cards.series-8-module), or issue \
         a Series 10 card instead", .0.series
    )]
    NeedsMiddleware(Box<CardProfile>),
    /// What its maker's middleware says of it.
    #[error("this is a {series} card, and {error}")]
    Middleware {
        /// The profile's name for it.
        name: String,
        /// Its generation.
        series: Series,
        /// What the middleware says.
        error: TokenError,
    },
    /// A card whose profile says that this program cannot personalise it.
    #[error(
        "this card is of the kind “{name}”, which this program cannot personalise. Nothing was changed: use the maker's \
         software, or issue a Series 10 card instead"
    )]
    NotPersonalised {
        /// The profile's name for it.
        name: String,
        /// Its generation.
        series: Series,
    },
    /// No profile fits.
    #[error("this is not an NHS smartcard, as far as this program can tell. Nothing was changed: try another card")]
    Unknown,
    /// It has no serial where its profile says it should.
    #[error(
        "this card of the kind “{name}” does not tell its serial, so it cannot be told apart from others. Nothing was changed: try another card, and report this one"
    )]
    NoSerial {
        /// The profile's name for it.
        name: String,
    },
    /// The card did not answer as it should.
    #[error("the card could not be recognised, and nothing on it was changed: {0}")]
    Piv(#[from] PivError),
}

impl NotRecognised {
    /// The published code that means the same: the card cannot be read. A card that was read, and is not one to work with
    /// here, has no code.
    #[must_use]
    pub fn nhs_code(&self) -> Option<NhsCode> {
        match self {
            Self::NoSerial { .. } | Self::Piv(_) | Self::NeedsMiddleware(_) | Self::Middleware { .. } => {
                Some(NhsCode::CardUnreadable)
            }
            Self::Blocked(_) | Self::NotPersonalised { .. } | Self::Unknown => None,
        }
    }

    /// The generation of the card, where that much is known.
    #[must_use]
    pub fn series(&self) -> Option<Series> {
        match self {
            Self::Blocked(series) | Self::NotPersonalised { series, .. } | Self::Middleware { series, .. } => {
                Some(*series)
            }
            Self::NeedsMiddleware(profile) => Some(profile.series),
            Self::Unknown | Self::NoSerial { .. } | Self::Piv(_) => None,
        }
    }
}

impl From<TransportError> for NotRecognised {
    fn from(error: TransportError) -> Self {
        Self::Piv(error.into())
    }
}

/// The link to use before a profile is known: what every card takes.
#[must_use]
pub fn link() -> Link {
    Link::in_pieces(0xFF)
}

/// Answers to reset of cards that are blocked for good: the two JCOP 41 entries for NHS cards of the pcsc-tools list
/// (`facts/piv.md` 5.1). No other generation is told by its answer to reset alone.
const BLOCKED: [&[u8]; 2] = [
    &[0x3B, 0x6A, 0x00, 0xFF, 0x4A, 0x43, 0x4F, 0x50, 0x34, 0x31, 0x56, 0x32, 0x32, 0x31],
    &[0x3B, 0xF9, 0x18, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x45, 0x4A, 0x43, 0x4F, 0x50, 0x34, 0x31, 0x56, 0x32, 0x32, 0xAF],
];

/// Recognises a card with as few commands as will do: 3 for a card with production data. Which application is selected
/// afterwards, [`SerialPlace::leaves_piv_selected`] tells.
///
/// # Errors
/// Why the card cannot be worked with.
pub fn recognise(card: &mut dyn Transport, atr: &[u8], profiles: &Profiles) -> Result<Recognised, NotRecognised> {
    let application = piv::select(card)?;
    identify(card, atr, profiles, application, Reading::Nothing)
}

/// Recognises a card and reads what anyone may read of it: certificates, identifier, tries left. 7 commands for a card
/// with production data that takes extended length: everything is read while the application is selected anyway, before
/// the serial is looked for elsewhere. `link` is the one `card` stands on; it learns what the card's profile says.
///
/// # Errors
/// Why the card cannot be worked with.
pub fn look_closely(
    card: &mut dyn Transport,
    link: &Link,
    atr: &[u8],
    profiles: &Profiles,
) -> Result<Recognised, NotRecognised> {
    let application = piv::select(card)?;
    identify(card, atr, profiles, application, Reading::Closely(link))
}

/// Recognises a card and takes a glimpse of it: 5 commands for a card with production data, whatever length it takes.
///
/// # Errors
/// Why the card cannot be worked with.
pub fn glimpse(card: &mut dyn Transport, atr: &[u8], profiles: &Profiles) -> Result<Recognised, NotRecognised> {
    let application = piv::select(card)?;
    identify(card, atr, profiles, application, Reading::Glimpse)
}

/// What is read of a card while its application is selected anyway.
#[derive(Clone, Copy)]
enum Reading<'a> {
    Nothing,
    Glimpse,
    Closely(&'a Link),
}

fn identify(
    card: &mut dyn Transport,
    atr: &[u8],
    profiles: &Profiles,
    application: Option<Application>,
    reading: Reading<'_>,
) -> Result<Recognised, NotRecognised> {
    let mut applications = Vec::new();
    if application.is_none() {
        if BLOCKED.contains(&atr) {
            return Err(NotRecognised::Blocked(Series::Series6));
        }
        let known = profiles.all().iter().flat_map(|profile| &profile.hints.applications);
        for identifier in known {
            if production::select(card, &identifier.0)? {
                applications.push(identifier.0.clone());
                break;
            }
        }
    }
    let evidence = Evidence {
        atr,
        piv_label: application.as_ref().and_then(|application| application.label.as_deref()),
        piv_answers: application.is_some(),
        applications: &applications,
    };
    let profile = profiles.choose(evidence).ok_or(NotRecognised::Unknown)?;
    if matches!(profile.series, Series::Series4 | Series::Series5 | Series::Series6) {
        return Err(NotRecognised::Blocked(profile.series));
    }
    match profile.personalise {
        Personalise::Piv => {}
        Personalise::Pkcs11 => return Err(NotRecognised::NeedsMiddleware(Box::new(profile.clone()))),
        Personalise::No => {
            return Err(NotRecognised::NotPersonalised { name: profile.name.clone(), series: profile.series });
        }
    }
    let (mut contents, mut seen) = (None, None);
    match reading {
        Reading::Nothing => {}
        Reading::Glimpse => {
            let holder = glimpse::holder(card)?;
            let tries_left = glimpse::count(Piv::still_selected(card, profile).passcode_tries()?);
            seen = Some(Glimpse { holder, tries_left });
        }
        Reading::Closely(link) => {
            if profile.link.extended_length == ExtendedLength::WhenAccepted {
                link.try_extended();
            }
            contents = Some(CardContents::read(&mut Piv::still_selected(card, profile))?);
        }
    }
    let serial::Found { serial, place, production } = serial::read(card, profile)?;
    Ok(Recognised {
        atr: atr.to_vec(),
        profile: profile.clone(),
        series: profile.series,
        serial,
        production,
        place,
        contents,
        glimpse: seen,
        commands: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::transport::script::Script;

    const TRAINING: &[u8] = b"\x61\x1A\x50\x18Cardwright training card\x90\x00";

    fn production(serial: [u8; 6]) -> Vec<u8> {
        let mut data = vec![0x9F, 0x7F, 42];
        data.extend([0; 12]);
        data.extend(serial);
        data.extend([0; 24]);
        data.extend([0x90, 0]);
        data
    }

    fn judge(script: &mut Script, atr: &[u8]) -> Result<Recognised, NotRecognised> {
        recognise(script, atr, &Profiles::bundled().unwrap())
    }

    #[test]
    fn a_training_card_takes_three_commands() {
        let mut script = Script::new().then(TRAINING).then(&[0x90, 0]).then(&production([1, 2, 3, 4, 5, 6]));
        let card = judge(&mut script, &[0x3B, 0x80]).unwrap();
        assert_eq!((card.serial.as_str(), card.profile.id.as_str()), ("010203040506", "training"));
        assert_eq!(script.sent().len(), 3);
    }

    #[test]
    fn a_blocked_series_that_a_profile_names_is_refused_as_blocked() {
        let bundled = include_str!("../../assets/card-profiles/series-8.toml");
        let (before, rest) = bundled.split_once("[match]").unwrap();
        let (_, after) = rest.split_once("[keys]").unwrap();
        let shown = "[match]\npiv = \"silent\"\natrs = [\"3B 65 00 ..\"]\n[keys]";
        let text = [before, shown, after].concat();
        let text = text.replace("\"series8\"", "\"series4\"").replace("\"series-8\"", "\"series-4\"");
        let mut profiles = Profiles::bundled().unwrap();
        profiles.add(CardProfile::parse("series-4.toml", &text).unwrap());
        let mut script = Script::new().then(&[0x6A, 0x82]).then(&[0x6A, 0x82]).then(&[0x6A, 0x82]);
        let refused = recognise(&mut script, &[0x3B, 0x65, 0x00, 0x9C], &profiles).unwrap_err();
        assert_eq!(refused, NotRecognised::Blocked(Series::Series4));
        assert!(refused.to_string().contains("please destroy it and issue a Series 10 card"), "{refused}");
    }

    #[test]
    fn a_card_without_production_data_is_known_by_its_container() {
        let container = [[0x53, 23, 0xF0, 21].as_slice(), &[9; 21], &[0x90, 0]].concat();
        let mut script =
            Script::new().then(&[0x61, 0, 0x90, 0]).then(&[0x6A, 0x82]).then(&[0x6A, 0x82]).then(&container);
        let card = judge(&mut script, &[0x3B, 0x80]).unwrap();
        assert_eq!((card.series, card.serial.as_str()), (Series::GenericPiv, "09".repeat(21).as_str()));
        // A card whose application is no longer selected after that says that it has no such thing.
        for answer in [[0x6A, 0x82], [0x6D, 0x00], [0x69, 0x85]] {
            let mut script = Script::new()
                .then(&[0x61, 0, 0x90, 0])
                .then(&[0x6A, 0x82])
                .then(&[0x6A, 0x82])
                .then(&answer)
                .then(&[0x90, 0])
                .then(&container);
            assert_eq!(judge(&mut script, &[0x3B, 0x80]).unwrap().serial, card.serial);
            assert_eq!(script.sent().len(), 6);
        }
        let mut script = Script::new().then(&[0x90, 0]).then(&container);
        assert_eq!(confirm(&mut script, &card.profile, card.place).unwrap(), Some(card.serial));
        assert!(card.place.leaves_piv_selected());
    }

    #[test]
    fn a_close_look_reads_everything_before_it_leaves_the_application() {
        let link = link();
        let mut script = Script::new().then(TRAINING);
        for _ in 0..3 {
            script = script.then(&[0x6A, 0x82]);
        }
        let mut script = script.then(&[0x63, 0xC2]).then(&[0x90, 0]).then(&production([1, 2, 3, 4, 5, 6]));
        let card = look_closely(&mut script, &link, &[0x3B, 0x80], &Profiles::bundled().unwrap()).unwrap();
        let contents = card.contents.unwrap();
        assert_eq!((contents.tries_left, contents.identifier), (Some(2), ObjectRead::Missing));
        assert_eq!(script.sent().len(), 7);
        assert!(link.tries_extended(), "as the profile says");
        let mut script = Script::new().then(&[0x90, 0]).then(&production([6, 5, 4, 3, 2, 1]));
        let another = confirm(&mut script, &card.profile, card.place).unwrap();
        assert_eq!(another.unwrap().as_str(), "060504030201");
        let mut script = Script::new().then(&[0x6A, 0x82]);
        assert_eq!(confirm(&mut script, &card.profile, card.place).unwrap(), None, "that is another card");
        assert!(!card.place.leaves_piv_selected());
    }

    #[test]
    fn why_not() {
        let mut script = Script::new().then(TRAINING).then(&[0x90, 0]).then(&production([0xFF; 6]));
        assert!(matches!(judge(&mut script, &[0x3B, 0x80]), Err(NotRecognised::NoSerial { .. })));
        let mut script = Script::new().then(&[0x6A, 0x82]);
        assert_eq!(judge(&mut script, BLOCKED[0]), Err(NotRecognised::Blocked(Series::Series6)));
        let mut script = Script::new().then(&[0x6A, 0x82]).then(&[0x90, 0]);
        let series_8 = judge(&mut script, &[0x3B, 0x80]);
        assert!(matches!(series_8, Err(NotRecognised::NeedsMiddleware(profile)) if profile.series == Series::Series8));
        let mut script = Script::new().then(&[0x6A, 0x82]).then(&[0x6A, 0x82]).then(&[0x6A, 0x82]);
        assert_eq!(judge(&mut script, &[0x3B, 0x80]), Err(NotRecognised::Unknown));
        let mut script = Script::new().then_fails(TransportError::Removed);
        assert_eq!(judge(&mut script, &[0x3B, 0x80]), Err(TransportError::Removed.into()));
    }
}
