//! Invented people, their photos, and the parts a training session stands on.
//!
//! Nobody here exists: names are made up, photos are drawn, and every number begins with 555 000 000.

pub mod camera;
pub mod readers;
mod stock;

use serde::Deserialize;

pub use self::stock::TrainingStock;
pub use crate::gateway::{
    training_series_9_management_key, training_stock_channel_keys, training_stock_management_key,
};
use crate::{
    domain::{Holder, HolderId, HolderState, NameOnCard, Officer, OfficerId, OrganisationCode, Role},
    gateway::{People, SeedHolder, SeedOfficer},
};

const OFFICERS: &str = include_str!("../assets/training/officers.toml");
const HOLDERS: &str = include_str!("../assets/training/people.toml");

const PHOTOS: [(&str, &[u8]); 12] = [
    ("photo-01", include_bytes!("../assets/training/photos/photo-01.jpg")),
    ("photo-02", include_bytes!("../assets/training/photos/photo-02.jpg")),
    ("photo-03", include_bytes!("../assets/training/photos/photo-03.jpg")),
    ("photo-04", include_bytes!("../assets/training/photos/photo-04.jpg")),
    ("photo-05", include_bytes!("../assets/training/photos/photo-05.jpg")),
    ("photo-06", include_bytes!("../assets/training/photos/photo-06.jpg")),
    ("photo-07", include_bytes!("../assets/training/photos/photo-07.jpg")),
    ("photo-08", include_bytes!("../assets/training/photos/photo-08.jpg")),
    ("photo-09", include_bytes!("../assets/training/photos/photo-09.jpg")),
    ("photo-10", include_bytes!("../assets/training/photos/photo-10.jpg")),
    ("photo-11", include_bytes!("../assets/training/photos/photo-11.jpg")),
    ("photo-12", include_bytes!("../assets/training/photos/photo-12.jpg")),
];

/// The files of invented people do not hold what they should.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    /// Not the expected TOML.
    #[error("the training people cannot be read ({0}): install this program again")]
    Unreadable(#[from] toml::de::Error),
    /// A photo that is not there.
    #[error("there is no training photo {0}: install this program again")]
    NoPhoto(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfficerFile {
    officer: Vec<OfficerEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfficerEntry {
    id: OfficerId,
    name: String,
    role: Role,
    organisation: OrganisationCode,
    about: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HolderFile {
    holder: Vec<HolderEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HolderEntry {
    id: HolderId,
    official_name: String,
    name_on_card: Option<NameOnCard>,
    organisation: OrganisationCode,
    #[serde(default = "open")]
    state: HolderState,
    photo: Option<String>,
    email: Option<String>,
    mobile: Option<String>,
}

fn open() -> HolderState {
    HolderState::Open
}

/// The invented officers and holders, with their photos: what a training gateway is seeded with.
///
/// # Errors
/// The files built into the program do not fit, which a test rules out.
pub fn people() -> Result<People, TrainingError> {
    let officers: OfficerFile = toml::from_str(OFFICERS)?;
    let holders: HolderFile = toml::from_str(HOLDERS)?;
    let officers = officers
        .officer
        .into_iter()
        .map(|entry| SeedOfficer {
            officer: Officer { id: entry.id, name: entry.name, role: entry.role, organisation: entry.organisation },
            about: entry.about,
        })
        .collect();
    let holders = holders.holder.into_iter().map(seed_holder).collect::<Result<_, _>>()?;
    Ok(People { officers, holders })
}

fn seed_holder(entry: HolderEntry) -> Result<SeedHolder, TrainingError> {
    let photo = entry
        .photo
        .map(|name| {
            PHOTOS
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, bytes)| bytes.to_vec())
                .ok_or(TrainingError::NoPhoto(name))
        })
        .transpose()?;
    let holder = Holder {
        id: entry.id,
        official_name: entry.official_name,
        name_on_card: entry.name_on_card,
        organisation: entry.organisation,
        state: entry.state,
        photo_sha256: None,
    };
    Ok(SeedHolder { holder, photo, email: entry.email, mobile: entry.mobile })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_officer_of_each_role_and_each_a_holder() {
        let people = people().expect("the built-in people");
        let roles: Vec<Role> = people.officers.iter().map(|person| person.officer.role).collect();
        assert_eq!(roles, Role::ALL);
        for person in &people.officers {
            assert!(people.holders.iter().any(|holder| holder.holder.id == person.officer.id), "{}", person.officer.id);
        }
    }

    #[test]
    fn nobody_real_and_nobody_twice() {
        let people = people().expect("the built-in people");
        let mut ids: Vec<&str> = people.holders.iter().map(|holder| holder.holder.id.as_str()).collect();
        assert!(ids.iter().all(|id| id.starts_with("555000000")));
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
        assert_eq!(people.holders.iter().filter(|holder| holder.holder.state == HolderState::Closed).count(), 1);
        assert_eq!(people.holders.iter().filter(|holder| holder.photo.is_none()).count(), 1);
        let without = people.holders.iter().filter(|holder| holder.email.is_none() && holder.mobile.is_none());
        assert_eq!(without.count(), 1, "one to whom no code can be sent");
        // RFC 2606 reserves `.invalid`, and Ofcom 07700 900000 to 900999 for drama: neither reaches anybody.
        assert!(
            people.holders.iter().filter_map(|holder| holder.email.as_ref()).all(|email| email.ends_with(".invalid"))
        );
        assert!(
            people
                .holders
                .iter()
                .filter_map(|holder| holder.mobile.as_ref())
                .all(|number| number.starts_with("07700900"))
        );
    }
}
