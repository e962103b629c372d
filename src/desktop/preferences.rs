//! What one person at this computer chose: looks, names of readers, the window's place. Nothing in it is secret, and
//! nothing in it decides what may be done to a card.

use std::{collections::BTreeMap, io, path::Path};

use serde::{Deserialize, Serialize};

use super::theme::Scheme;

/// Name of the file in the data folder.
const FILE: &str = "window.toml";

/// The choices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Preferences {
    /// Colour scheme.
    pub scheme: Scheme,
    /// Size of everything, in percent, 100 to 200.
    pub text_percent: u16,
    /// Minutes without a key or the pointer after which the window locks; 0 never.
    pub lock_after_minutes: u16,
    /// The printer chosen last.
    pub printer: Option<String>,
    /// Whether a card was printed now, later or not at the last issue: `now`, `later` or `no`.
    pub print: Option<String>,
    /// Whether the last card was issued locked.
    pub issue_locked: bool,
    /// Who signed in last, by number.
    pub last_officer: Option<String>,
    /// Notices that were read and are not shown again.
    pub notices_read: Vec<String>,
    /// Names officers gave to readers, by the system's name.
    pub reader_names: BTreeMap<String, String>,
    /// Width and height of the window in points of the unscaled text.
    pub window: Option<[f32; 2]>,
    /// Whether the window fills the screen.
    pub maximised: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            scheme: Scheme::default(),
            text_percent: 100,
            lock_after_minutes: 10,
            printer: None,
            print: None,
            issue_locked: false,
            last_officer: None,
            notices_read: Vec::new(),
            reader_names: BTreeMap::new(),
            window: None,
            maximised: false,
        }
    }
}

impl Preferences {
    /// What was chosen before. A file that is missing or damaged is no reason not to open the window: the usual choices
    /// hold then.
    #[must_use]
    pub fn read(folder: &Path) -> Self {
        let text = std::fs::read_to_string(folder.join(FILE)).unwrap_or_default();
        let mut read: Self = toml::from_str(&text).unwrap_or_default();
        read.text_percent = read.text_percent.clamp(100, 200);
        read.lock_after_minutes = read.lock_after_minutes.min(120);
        read.window = read.window.filter(|sides| sides.iter().all(|side| side.is_finite() && *side >= 1.0));
        read
    }

    /// Keeps the choices. The file is replaced as a whole, so that a cut leaves the old or the new one.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let text = toml::to_string_pretty(self).map_err(io::Error::other)?;
        let new = folder.join(format!("{FILE}.new"));
        std::fs::create_dir_all(folder)?;
        std::fs::write(&new, text)?;
        std::fs::rename(new, folder.join(FILE))
    }

    /// What officers call a reader.
    #[must_use]
    pub fn reader_name<'a>(&'a self, system_name: &'a str) -> &'a str {
        self.reader_names.get(system_name).map_or(system_name, String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_damage_is_forgiven() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(Preferences::read(folder.path()), Preferences::default());
        let mut chosen = Preferences { text_percent: 150, scheme: Scheme::Dark, ..Preferences::default() };
        chosen.reader_names.insert("Reader 00 00".into(), "Left reader".into());
        chosen.window = Some([1280.0, 800.0]);
        chosen.write(folder.path()).expect("written");
        assert_eq!(Preferences::read(folder.path()), chosen);
        assert_eq!(chosen.reader_name("Reader 00 00"), "Left reader");
        std::fs::write(folder.path().join(FILE), "text-percent = 9000\nwindow = [nan, 5.0]").expect("written");
        let read = Preferences::read(folder.path());
        assert_eq!((read.text_percent, read.window), (200, None));
        std::fs::write(folder.path().join(FILE), "no = [toml").expect("written");
        assert_eq!(Preferences::read(folder.path()), Preferences::default());
    }
}
