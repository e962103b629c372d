//! The serial of a chip: found where the card's profile says it may be, and read again where it was found.

use super::{NotRecognised, ProductionData, production};
use crate::{
    card::{
        piv::{self, ObjectName, Piv, PivError},
        profile::{CardProfile, SerialSource},
        transport::Transport,
    },
    domain::CardSerial,
};

/// Where the serial of one card was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SerialPlace {
    /// Chip serial and batch of its production data.
    Production(production::Told),
    /// The chip serial of its production data alone.
    ChipAlone(production::Told),
    /// The card identifier of its capability container.
    Container,
    /// Its maker's middleware tells it.
    Token,
}

impl SerialPlace {
    /// Whether the PIV application is selected once the serial was read there.
    #[must_use]
    pub fn leaves_piv_selected(self) -> bool {
        self == Self::Container
    }
}

/// A serial, and what was learnt on the way to it.
pub(super) struct Found {
    pub serial: CardSerial,
    pub place: SerialPlace,
    pub production: Option<ProductionData>,
}

/// What is selected while sources are tried.
#[derive(PartialEq, Eq)]
enum Selected {
    Piv,
    /// PIV, unless the card counts a selection that failed as one.
    PivPerhaps,
    Domain,
}

/// Tries the profile's sources in order. The PIV application is selected when this begins.
pub(super) fn read(card: &mut dyn Transport, profile: &CardProfile) -> Result<Found, NotRecognised> {
    let (mut told, mut asked, mut selected) = (None, false, Selected::Piv);
    for source in &profile.serial_sources {
        let found = match source {
            SerialSource::Cplc | SerialSource::CplcChipSerial => {
                if !asked {
                    (told, selected) = match production::read(card)? {
                        production::Answer::Data(data, place) => (Some((data, place)), Selected::Domain),
                        production::Answer::NoDomain => (None, Selected::PivPerhaps),
                        production::Answer::Silent => (None, Selected::Domain),
                    };
                    asked = true;
                }
                told.as_ref().map(|(data, place)| match source {
                    SerialSource::CplcChipSerial => (data.chip_serial().to_vec(), SerialPlace::ChipAlone(*place)),
                    _ => (data.serial().to_vec(), SerialPlace::Production(*place)),
                })
            }
            SerialSource::Ccc => {
                let found = identifier(card, profile, &selected)?;
                selected = Selected::Piv;
                found.map(|identifier| (identifier.to_vec(), SerialPlace::Container))
            }
            // The middleware tells it, where there is one.
            SerialSource::Token => None,
        };
        if let Some((bytes, place)) = found
            && let Some(serial) = serial_of(&bytes)
        {
            return Ok(Found { serial, place, production: told.map(|(data, _)| data) });
        }
    }
    Err(NotRecognised::NoSerial { name: profile.name.clone() })
}

/// Reads the serial of a card once more, where it was found: two commands. `None` when it is not there, so this is another
/// card. Which application is selected afterwards, [`SerialPlace::leaves_piv_selected`] tells.
///
/// # Errors
/// The card does not answer.
pub fn confirm(
    card: &mut dyn Transport,
    profile: &CardProfile,
    place: SerialPlace,
) -> Result<Option<CardSerial>, NotRecognised> {
    let bytes = match place {
        SerialPlace::Production(told) => production::read_again(card, told)?.map(|data| data.serial().to_vec()),
        SerialPlace::ChipAlone(told) => production::read_again(card, told)?.map(|data| data.chip_serial().to_vec()),
        SerialPlace::Container => match Piv::select(card, profile) {
            Ok(mut piv) => container(&mut piv)?.map(|identifier| identifier.to_vec()),
            Err(PivError::Transport(error)) => return Err(error.into()),
            Err(_) => None,
        },
        SerialPlace::Token => None,
    };
    Ok(bytes.as_deref().and_then(serial_of))
}

/// A serial that is all zeros or all ones was never written.
fn serial_of(bytes: &[u8]) -> Option<CardSerial> {
    let written = bytes.iter().any(|b| *b != 0) && bytes.iter().any(|b| *b != 0xFF);
    written.then(|| CardSerial::from_bytes(bytes).ok()).flatten()
}

fn identifier(
    card: &mut dyn Transport,
    profile: &CardProfile,
    selected: &Selected,
) -> Result<Option<[u8; 21]>, NotRecognised> {
    if *selected != Selected::Domain {
        match container(&mut Piv::still_selected(card, profile)) {
            Ok(Some(identifier)) => return Ok(Some(identifier)),
            Err(PivError::Transport(error)) => return Err(error.into()),
            Ok(None) if *selected == Selected::Piv => return Ok(None),
            Err(error) if *selected == Selected::Piv => return Err(error.into()),
            // It may not have been asked of the application.
            Ok(None) | Err(_) => {}
        }
    }
    Ok(container(&mut Piv::select(card, profile)?)?)
}

fn container(piv: &mut Piv<'_>) -> Result<Option<[u8; 21]>, PivError> {
    let content = piv.get_object(ObjectName::CardCapabilityContainer)?;
    Ok(content.and_then(|content| piv::identifier_in(&content).ok().flatten()))
}
