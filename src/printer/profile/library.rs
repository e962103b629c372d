//! The profiles that come with the program, and those of a folder.

use std::{fs, io::Read, path::Path};

use super::{LONGEST_PROFILE, Profile, ProfileError, shown};
use crate::printer::colour::{IccTable, MOST_ICC_BYTES};

/// The files of `printer-profiles/`.
const BUNDLED: [(&str, &str); 7] = [
    ("magicard-doh-300-v2.toml", include_str!("../../../printer-profiles/magicard-doh-300-v2.toml")),
    ("magicard-doh-300-v1.toml", include_str!("../../../printer-profiles/magicard-doh-300-v1.toml")),
    ("magicard-300.toml", include_str!("../../../printer-profiles/magicard-300.toml")),
    ("magicard-enduro.toml", include_str!("../../../printer-profiles/magicard-enduro.toml")),
    ("magicard-rio-pro.toml", include_str!("../../../printer-profiles/magicard-rio-pro.toml")),
    ("magicard-rio-tango-2e.toml", include_str!("../../../printer-profiles/magicard-rio-tango-2e.toml")),
    ("magicard-rio-pro-360.toml", include_str!("../../../printer-profiles/magicard-rio-pro-360.toml")),
];

/// All printer models of this workstation.
#[derive(Debug, Clone, PartialEq)]
pub struct Profiles(Vec<Profile>);

impl Profiles {
    /// Those that come with the program.
    ///
    /// # Errors
    /// Never with the files of the repository; a test holds them to it.
    pub fn bundled() -> Result<Self, ProfileError> {
        BUNDLED.iter().map(|(file, text)| Profile::parse_file(file, text)).collect::<Result<_, _>>().map(Self)
    }

    /// Those that come with the program, and every `*.toml` of `folder`, which go before bundled ones of the same id.
    ///
    /// # Errors
    /// The first file that cannot be read or used, or two files with one id.
    pub fn with_folder(folder: &Path) -> Result<Self, ProfileError> {
        let file_error = |path: &Path, source| ProfileError::File { file: path.display().to_string(), source };
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder).map_err(|source| file_error(folder, source))? {
            let path = entry.map_err(|source| file_error(folder, source))?.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                paths.push(path);
            }
        }
        paths.sort();
        let mut own: Vec<(String, Profile)> = Vec::new();
        for path in paths {
            let file = path.display().to_string();
            let text = read(&path).map_err(|source| file_error(&path, source))?;
            let profile = Profile::parse_file(&file, &text)?.with_icc(&path, &text)?;
            if let Some((first, _)) = own.iter().find(|(_, other)| other.id == profile.id) {
                return Err(ProfileError::Twice { id: profile.id, first: first.clone(), second: file });
            }
            own.push((file, profile));
        }
        let mut profiles = Self::bundled()?.0;
        profiles.retain(|bundled| own.iter().all(|(_, profile)| profile.id != bundled.id));
        profiles.extend(own.into_iter().map(|(_, profile)| profile));
        Ok(Self(profiles))
    }

    /// The text of a profile that comes with the program.
    ///
    /// # Errors
    /// [`ProfileError::Unknown`]: none of this id does.
    pub fn bundled_text(id: &str) -> Result<&'static str, ProfileError> {
        let all = Self::bundled()?;
        let place = all.0.iter().position(|profile| profile.id == id);
        let text = place.and_then(|place| BUNDLED.get(place)).map(|(_, text)| *text);
        // The list of those there are is told by the search for one.
        text.map_or_else(|| all.find(id).map(|_| ""), Ok)
    }

    /// The profile of this id.
    ///
    /// # Errors
    /// [`ProfileError::Unknown`] names those there are.
    pub fn find(&self, id: &str) -> Result<&Profile, ProfileError> {
        self.0.iter().find(|profile| profile.id == id).ok_or_else(|| ProfileError::Unknown {
            id: shown(id).trim_matches(['“', '”']).to_owned(),
            known: self.0.iter().map(|profile| profile.id.as_str()).collect::<Vec<_>>().join(", "),
        })
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Profile> {
        self.0.iter()
    }
}

/// Reads an ICC profile, no more of it than one may have.
pub(super) fn read_icc(file: &Path) -> Result<IccTable, String> {
    let mut bytes = Vec::new();
    let most = MOST_ICC_BYTES as u64 + 1;
    fs::File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes)).map_err(|error| error.to_string())?;
    IccTable::read(&bytes).map_err(|error| error.to_string())
}

/// Reads no more than tells that a file is too long.
fn read(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    fs::File::open(path)?.take(LONGEST_PROFILE as u64 + 1).read_to_string(&mut text)?;
    Ok(text)
}
