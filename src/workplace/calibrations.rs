//! What was learnt of each printer, as files of the data folder.

use std::path::{Path, PathBuf};

use crate::{
    domain::sha256_hex,
    printer::{calibration::Calibration, former},
};

/// Folder of the files inside the data folder.
const FOLDER: &str = "calibration";
/// Longest file that is read.
const LONGEST: u64 = 64 * 1024;

/// The files of one data folder.
#[derive(Debug, Clone)]
pub struct Calibrations {
    folder: PathBuf,
}

/// Why a calibration cannot be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum CalibrationFileError {
    /// Not read or not written.
    #[error("the calibration file {file} cannot be used ({source}): check that it may be read and written")]
    File {
        /// The file.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not what was written.
    #[error(
        "the calibration file {file} is damaged: {detail}; delete it, print a calibration card and enter what came out"
    )]
    Damaged {
        /// The file.
        file: String,
        /// Line and fault.
        detail: String,
    },
}

impl Calibrations {
    /// Those of a data folder.
    #[must_use]
    pub fn of(data: &Path) -> Self {
        Self { folder: data.join(FOLDER) }
    }

    /// A printer's name may hold what no file name may: its hash stands for it, and the file says whose it is.
    fn file(&self, printer: &str) -> PathBuf {
        let hash = sha256_hex(printer.as_bytes());
        self.folder.join(format!("{}.toml", hash.get(..16).unwrap_or(&hash)))
    }

    /// What was learnt of this printer; `None` before the first time.
    ///
    /// # Errors
    /// [`CalibrationFileError`].
    pub fn read(&self, printer: &str) -> Result<Option<Calibration>, CalibrationFileError> {
        let file = self.file(printer);
        let failed = |source| CalibrationFileError::File { file: file.display().to_string(), source };
        let damaged = |detail| CalibrationFileError::Damaged { file: file.display().to_string(), detail };
        let text = match std::fs::metadata(&file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
            Ok(about) if about.len() > LONGEST => return Err(damaged("it is larger than 64 KB".to_owned())),
            Ok(_) => std::fs::read_to_string(&file).map_err(failed)?,
        };
        let read: Calibration = toml::from_str(&text).map_err(|error| damaged(error.to_string().trim().to_owned()))?;
        if !read.is_sound() || read.printer != printer {
            return Err(damaged("its curves do not rise, or it is of another printer".to_owned()));
        }
        Ok(Some(read))
    }

    /// Keeps what was learnt.
    ///
    /// # Errors
    /// [`CalibrationFileError::File`].
    pub fn keep(&self, calibration: &Calibration) -> Result<PathBuf, CalibrationFileError> {
        let file = self.file(&calibration.printer);
        let failed = |source| CalibrationFileError::File { file: file.display().to_string(), source };
        let text = toml::to_string(calibration).map_err(|error| failed(std::io::Error::other(error)))?;
        former::change(&file, &text).map_err(failed)?;
        Ok(file)
    }

    /// Brings back what held before the last change; whether there was one.
    ///
    /// # Errors
    /// [`CalibrationFileError::File`].
    pub fn go_back(&self, printer: &str) -> Result<bool, CalibrationFileError> {
        let file = self.file(printer);
        former::go_back(&file).map_err(|source| CalibrationFileError::File { file: file.display().to_string(), source })
    }

    /// Whether there is a change that can be taken back.
    #[must_use]
    pub fn can_go_back(&self, printer: &str) -> bool {
        former::can_go_back(&self.file(printer))
    }

    /// Forgets what was learnt; whether there was something.
    ///
    /// # Errors
    /// [`CalibrationFileError::File`].
    pub fn forget(&self, printer: &str) -> Result<bool, CalibrationFileError> {
        let file = self.file(printer);
        former::remove(&file).map_err(|source| CalibrationFileError::File { file: file.display().to_string(), source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::printer::calibration::Seen;

    #[test]
    fn what_was_learnt_of_a_printer_is_read_again_and_a_damaged_file_is_named() {
        let data = tempfile::tempdir().expect("a folder");
        let files = Calibrations::of(data.path());
        let name = "Front desk / Zürich: 2";
        assert_eq!(files.read(name).expect("nothing yet"), None);
        let seen = Seen { yellow: [5.0; 3], magenta: [4.0, 5.0, 5.0], cyan: [6.0, 6.0, 5.5], grey: Some((2, 1)) };
        let learnt = Calibration::of(name, &seen, None).expect("made");
        let file = files.keep(&learnt).expect("kept");
        assert_eq!(files.read(name).expect("read"), Some(learnt.clone()));
        assert_eq!(files.read("another").expect("nothing"), None);
        // The former one comes back.
        assert!(files.can_go_back(name));
        let other = Calibration { grey_balance: [1.0; 3], ..learnt.clone() };
        files.keep(&other).expect("kept");
        assert!(files.go_back(name).expect("back"));
        assert_eq!(files.read(name).expect("read"), Some(learnt));
        assert!(!files.go_back(name).expect("nothing before"));
        let text = std::fs::read_to_string(&file).expect("text");
        for wrong in [text.replace("yellow", "yelow"), text.replace("[0, 0]", "[0, 9]"), "x".repeat(70_000)] {
            std::fs::write(&file, wrong).expect("written");
            let told = files.read(name).expect_err("damaged").to_string();
            assert!(told.contains(".toml is damaged"), "{told}");
        }
        assert!(files.forget(name).expect("forgotten"));
        assert!(!files.forget(name).expect("nothing left"));
    }
}
