//! Where things are on this computer.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use super::{Configuration, ConfigurationError};

/// Where the data and the configuration of this workstation are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    data: PathBuf,
    /// A file that was named, or the usual one where it exists.
    configuration: Option<PathBuf>,
    /// Where the usual one would be.
    usual: Option<PathBuf>,
}

/// There is no home folder to keep anything in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this computer has no home folder for your account: name a folder for the data with --data")]
pub struct NoHome;

impl Places {
    /// The places that were named, or the usual ones of this system.
    ///
    /// # Errors
    /// [`NoHome`], when no data folder was named either.
    pub fn new(data: Option<PathBuf>, configuration: Option<PathBuf>) -> Result<Self, NoHome> {
        let usual = ProjectDirs::from("", "", "Cardwright");
        let usual_file = usual.as_ref().map(|usual| usual.config_dir().join("cardwright.toml"));
        let configuration = configuration.or_else(|| usual_file.clone().filter(|file| file.is_file()));
        let data = data.or_else(|| Some(usual.as_ref()?.data_local_dir().to_owned())).ok_or(NoHome)?;
        Ok(Self { data, configuration, usual: usual_file })
    }

    /// The data folder.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The configuration file, if there is one.
    #[must_use]
    pub fn configuration_file(&self) -> Option<&Path> {
        self.configuration.as_deref()
    }

    /// The configuration file a change is written into: the one there is, or the usual one, which is made then.
    #[must_use]
    pub fn configuration_to_write(&self) -> Option<&Path> {
        self.configuration.as_deref().or(self.usual.as_deref())
    }

    /// What is configured; nothing is training.
    ///
    /// # Errors
    /// The file cannot be read or used.
    pub fn configuration(&self) -> Result<Configuration, ConfigurationError> {
        self.configuration.as_deref().map_or_else(|| Ok(Configuration::default()), Configuration::read)
    }
}
