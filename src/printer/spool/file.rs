//! A job in a file, whole or not at all.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{Cancel, Receipt, Spool, SpoolError, Taken, Word, cancel::Wish};
use crate::printer::magicard::status::Status;

/// Writes each job over the one before, and over nothing but a plain file.
#[derive(Debug, Clone)]
pub struct FileSpool {
    path: PathBuf,
    cancel: Cancel,
}

impl FileSpool {
    /// Jobs go to `path`; its folder must exist.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), cancel: Cancel::default() }
    }

    /// The file that a job takes the place of: behind a link, the file it leads to. Putting a job in place replaces
    /// whatever has the name, so nothing but a plain file may have it.
    fn target(&self) -> Result<PathBuf, SpoolError> {
        let refused = |what| SpoolError::NotAFile { file: self.path.display().to_string(), what };
        match fs::metadata(&self.path) {
            Ok(found) if found.is_file() => self.path.canonicalize().map_err(|source| self.fault(source)),
            Ok(found) if found.is_dir() => Err(refused("a folder")),
            Ok(_) => Err(refused("a device or a pipe")),
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(self.fault(source)),
            Err(_) if self.path.symlink_metadata().is_ok() => Err(refused("a link to a file that is not there")),
            Err(source) => match self.folder().metadata() {
                Ok(folder) if folder.is_dir() => Ok(self.path.clone()),
                _ => Err(self.fault(source)),
            },
        }
    }

    fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        }
    }

    fn fault(&self, source: io::Error) -> SpoolError {
        let file = self.path.display().to_string();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => SpoolError::DiskFull { file },
            _ => SpoolError::File { file, source },
        }
    }
}

/// Has `fill` write a file beside the target, makes sure that it is on disk, and puts it in place.
fn replace(target: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let beside = beside(target)?;
    // Left by a process of the same number that was ended in the middle.
    let _ = fs::remove_file(&beside);
    // Never opens what somebody else put there meanwhile.
    let mut file = File::create_new(&beside)?;
    let written = fill(&mut file).and_then(|()| file.sync_all());
    drop(file);
    let written = written.and_then(|()| fs::rename(&beside, target));
    if written.is_err() {
        // The first error is the one to tell; without the file beside there is nothing to remove.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// A name that no other process uses at the same time.
fn beside(target: &Path) -> io::Result<PathBuf> {
    let name = target.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::IsADirectory))?;
    let mut beside = OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}.part", std::process::id()));
    Ok(target.with_file_name(beside))
}

impl Spool for FileSpool {
    /// A file says nothing of itself; that a job can be put in its place is looked at.
    fn status(&mut self) -> Result<Option<Status>, SpoolError> {
        self.target().map(|_| None)
    }

    fn send(&mut self, job: &[u8]) -> Result<Receipt, SpoolError> {
        if self.cancel.wish() == Wish::Stop {
            return Err(SpoolError::Stopped);
        }
        replace(&self.target()?, |file| file.write_all(job)).map_err(|source| self.fault(source))?;
        Ok(Receipt { bytes: job.len(), taken: Taken::File(self.path.clone()) })
    }

    /// Nothing is printed before somebody brings the file to the printer.
    fn await_word(&mut self, _hear: &mut dyn FnMut(&str)) -> Word {
        Word::CannotSay {
            why: format!("the job was saved to {}, which somebody brings to the printer", self.path.display()),
        }
    }

    fn cancel(&self) -> Cancel {
        self.cancel.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_takes_the_place_of_the_one_before_and_leaves_nothing_beside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("job.prn");
        let mut spool = FileSpool::new(&path);
        for job in [&b"first"[..], b"second"] {
            let receipt = spool.send(job).unwrap();
            assert_eq!(receipt, Receipt { bytes: job.len(), taken: Taken::File(path.clone()) });
            assert_eq!(fs::read(&path).unwrap(), job);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_disk_that_fills_up_leaves_the_job_before_and_nothing_beside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("job.prn");
        FileSpool::new(&path).send(b"first").unwrap();
        let full = |file: &mut File| {
            file.write_all(b"sec")?;
            Err(io::ErrorKind::StorageFull.into())
        };
        assert_eq!(replace(&path, full).unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_is_refused_before_anything_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("jobs");
        fs::create_dir(&taken).unwrap();
        let mut spool = FileSpool::new(&taken);
        for error in [spool.status().unwrap_err(), spool.send(b"job").unwrap_err()] {
            assert!(matches!(error, SpoolError::NotAFile { what: "a folder", .. }), "{error}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_gone_is_an_error_and_no_card_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = FileSpool::new(folder.path().join("none/job.prn"));
        for error in [spool.status().unwrap_err(), spool.send(b"job").unwrap_err()] {
            assert!(matches!(error, SpoolError::File { .. }), "{error}");
            assert_eq!(error.card_used(), super::super::CardUsed::No);
        }
    }
}
