//! All profiles this workstation knows, and which of them a card belongs to.

use std::path::Path;

use super::{CardProfile, ProfileError, hints::PivPresence};

/// The profiles of the product, in the order in which they are preferred when hints do not decide.
const BUNDLED: [(&str, &str); 6] = [
    ("training.toml", include_str!("../../../assets/card-profiles/training.toml")),
    ("training-secure-channel.toml", include_str!("../../../assets/card-profiles/training-secure-channel.toml")),
    ("series-10.toml", include_str!("../../../assets/card-profiles/series-10.toml")),
    ("series-9.toml", include_str!("../../../assets/card-profiles/series-9.toml")),
    ("series-8.toml", include_str!("../../../assets/card-profiles/series-8.toml")),
    ("generic-piv.toml", include_str!("../../../assets/card-profiles/generic-piv.toml")),
];

/// Every profile this workstation knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profiles {
    profiles: Vec<CardProfile>,
}

/// What recognition has seen of a card.
#[derive(Debug, Clone, Copy, Default)]
pub struct Evidence<'a> {
    /// Answer to reset.
    pub atr: &'a [u8],
    /// Label of the PIV application, when it answered and has one.
    pub piv_label: Option<&'a str>,
    /// Whether the PIV application answered.
    pub piv_answers: bool,
    /// Other applications that answered.
    pub applications: &'a [Vec<u8>],
}

impl Profiles {
    /// The profiles of the product.
    ///
    /// # Errors
    /// Never for the files the product is built with; a test holds them to it.
    pub fn bundled() -> Result<Self, ProfileError> {
        let profiles = BUNDLED.iter().map(|(file, text)| CardProfile::parse(file, text)).collect::<Result<_, _>>()?;
        Ok(Self { profiles })
    }

    /// The same, with the `*.toml` files of a folder added; one with the id of a known profile replaces it.
    ///
    /// # Errors
    /// The folder or one of its files cannot be read, or is no profile.
    pub fn with_folder(mut self, folder: &Path) -> Result<Self, ProfileError> {
        let fault = |path: &Path, error: std::io::Error| {
            ProfileError::new(&path.display().to_string(), "", error.to_string(), "check that the folder can be read")
        };
        let entries = std::fs::read_dir(folder).map_err(|error| fault(folder, error))?;
        let mut paths = entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| fault(folder, error))?;
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
        paths.sort();
        for path in paths {
            let text = std::fs::read_to_string(&path).map_err(|error| fault(&path, error))?;
            self.add(CardProfile::parse(&path.display().to_string(), &text)?);
        }
        Ok(self)
    }

    /// Adds a profile, in front of the others; one with the same id is replaced.
    pub fn add(&mut self, profile: CardProfile) {
        self.profiles.retain(|known| known.id != profile.id);
        self.profiles.insert(0, profile);
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[CardProfile] {
        &self.profiles
    }

    /// The profile with this id.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&CardProfile> {
        self.profiles.iter().find(|profile| profile.id == id)
    }

    /// The profile that fits best; `None` when none fits. Behaviour decides first: a profile whose PIV application
    /// should answer never fits a card where it is silent, and the other way round. Among those left a label counts
    /// most, then an application, then an answer to reset; a profile with no hint at all fits every such card.
    #[must_use]
    pub fn choose(&self, seen: Evidence<'_>) -> Option<&CardProfile> {
        let ranked = self.profiles.iter().filter_map(|profile| Some((rank(profile, seen)?, profile)));
        // Of equal ranks the first in the list counts.
        ranked.rev().max_by_key(|(rank, _)| *rank).map(|(_, profile)| profile)
    }
}

fn rank(profile: &CardProfile, seen: Evidence<'_>) -> Option<u8> {
    let hints = &profile.hints;
    if (hints.piv == PivPresence::Answers) != seen.piv_answers {
        return None;
    }
    let label = seen.piv_label.is_some_and(|label| hints.application_labels.iter().any(|l| label.contains(l.as_str())));
    let application = hints.applications.iter().any(|aid| seen.applications.contains(&aid.0));
    let atr = hints.atrs.iter().any(|pattern| pattern.fits(seen.atr));
    let hintless = hints.application_labels.is_empty() && hints.applications.is_empty() && hints.atrs.is_empty();
    match (label, application, atr) {
        (true, ..) => Some(3),
        (_, true, _) => Some(2),
        (.., true) => Some(1),
        _ if hintless => Some(0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Series;

    fn chosen(seen: Evidence<'_>) -> Option<String> {
        Profiles::bundled().expect("bundled profiles").choose(seen).map(|profile| profile.id.clone())
    }

    #[test]
    fn bundled_profiles_are_profiles_and_explain_every_key() {
        let profiles = Profiles::bundled().expect("bundled profiles");
        let ids: Vec<_> = profiles.all().iter().map(|p| p.id.as_str()).collect();
        assert_eq!(ids, ["training", "training-secure-channel", "series-10", "series-9", "series-8", "generic-piv"]);
        for ((file, text), profile) in BUNDLED.iter().zip(profiles.all()) {
            assert_eq!(*file, format!("{}.toml", profile.id));
            let of_the_nhs = !profile.id.starts_with("training") && profile.series != Series::GenericPiv;
            assert_eq!(of_the_nhs, text.contains("Unproved"), "{file} says what nobody has proved");
            let written = toml::to_string(profile).expect("serialises");
            assert_eq!(CardProfile::parse(file, &written).as_ref(), Ok(profile));
        }
    }

    #[test]
    fn behaviour_decides_before_the_answer_to_reset() {
        let id_one =
            [0x3B, 0xD6, 0x97, 0, 0x81, 0xB1, 0xFE, 0x45, 0x1F, 0x87, 0x80, 0x31, 0xC1, 0x52, 0x41, 0x1A, 0x2A];
        let piv = |atr, label| Evidence { atr, piv_label: label, piv_answers: true, applications: &[] };
        assert_eq!(chosen(piv(&[0x3B, 0x80], None)).as_deref(), Some("generic-piv"));
        assert_eq!(chosen(piv(&[0x3B, 0x80], Some("Nitrokey PIV"))).as_deref(), Some("generic-piv"));
        assert_eq!(chosen(piv(&id_one, Some("Cardwright training card"))).as_deref(), Some("training"));
        assert_eq!(chosen(Evidence { atr: &id_one, ..Evidence::default() }), None);
        let authentic = [vec![0xA0, 0, 0, 0, 0x77, 1, 0, 0x70, 0x0A, 0x10, 0, 0xF1, 0, 0, 1, 0]];
        let series_8 = Evidence { applications: &authentic, ..Evidence::default() };
        assert_eq!(chosen(series_8).as_deref(), Some("series-8"));
    }

    #[test]
    fn a_folder_replaces_and_adds() {
        let folder = tempfile::tempdir().expect("scratch folder");
        let generic = include_str!("../../../assets/card-profiles/generic-piv.toml");
        std::fs::write(folder.path().join("a.toml"), generic.replace("command-chunk = 255", "command-chunk = 128"))
            .expect("written");
        std::fs::write(folder.path().join("notes.txt"), "not a profile").expect("written");
        let profiles = Profiles::bundled().expect("bundled").with_folder(folder.path()).expect("good folder");
        assert_eq!(profiles.all().len(), BUNDLED.len());
        assert_eq!(profiles.by_id("generic-piv").map(|p| p.link.command_chunk), Some(128));
        std::fs::write(folder.path().join("b.toml"), "id = 7").expect("written");
        let fault = Profiles::bundled().expect("bundled").with_folder(folder.path()).expect_err("bad file");
        assert!(fault.file.ends_with("b.toml"), "{fault}");
        assert!(Profiles::bundled().expect("bundled").with_folder(&folder.path().join("none")).is_err());
    }
}
