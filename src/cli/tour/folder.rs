//! The folder a tour leaves things in: new, empty, or of an earlier tour, and nobody else's.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::cli::answer::Failure;

/// How the summary of a tour is known.
pub const MADE_BY: &str = "cardwright tour";
/// The summary, written last.
const SUMMARY: &str = "summary.json";
/// Gateway, readers and journal of the running tour; removed at its end.
const WORK: &str = ".tour-in-progress";
/// What a tour leaves beside the folders of its cards.
const FILES: [&str; 4] = ["chain.pem", "crl.pem", "audit.jsonl", SUMMARY];
/// How the folder of a card begins.
const CARD_PREFIX: &str = "card-";

/// A folder ready for a tour.
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes the folder, or empties that of an earlier tour.
    ///
    /// # Errors
    /// It holds something else, or cannot be written.
    pub fn prepare(path: &Path) -> Result<Self, Failure> {
        let folder = Self { path: path.to_owned() };
        fs::create_dir_all(path).map_err(|e| folder.unusable(&e))?;
        let names = folder.names()?;
        if !names.is_empty() {
            if !folder.is_of_a_tour(&names) {
                return Err(Failure::usage(format!(
                    "--out {} is not empty and holds no earlier tour: name a new or empty folder; nothing was changed",
                    path.display()
                )));
            }
            folder.empty(&names)?;
        }
        fs::create_dir(folder.work()).map_err(|e| folder.unusable(&e))?;
        Ok(folder)
    }

    /// Where the tour keeps its own data while it runs.
    pub fn work(&self) -> PathBuf {
        self.path.join(WORK)
    }

    /// Writes a file.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        fs::write(self.path.join(name), bytes).map_err(|e| self.unusable(&e))
    }

    /// Writes a file of a card.
    pub fn write_in(&self, card: &str, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let folder = self.path.join(card);
        let written = fs::create_dir_all(&folder).and_then(|()| fs::write(folder.join(name), bytes));
        written.map_err(|e| self.unusable(&e))
    }

    /// Takes the tour's own data away.
    pub fn finish(&self) -> Result<(), Failure> {
        fs::remove_dir_all(self.work()).map_err(|e| self.unusable(&e))
    }

    fn names(&self) -> Result<Vec<String>, Failure> {
        let entries = fs::read_dir(&self.path).map_err(|e| self.unusable(&e))?;
        let names = entries.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()));
        names.collect::<Result<_, _>>().map_err(|e| self.unusable(&e))
    }

    /// Whether all of it is a tour's, finished or cut off.
    fn is_of_a_tour(&self, names: &[String]) -> bool {
        let finished = fs::read(self.path.join(SUMMARY))
            .ok()
            .and_then(|text| serde_json::from_slice::<serde_json::Value>(&text).ok())
            .is_some_and(|summary| summary["made_by"] == MADE_BY);
        let is_known = |name: &String| name == WORK || name.starts_with(CARD_PREFIX) || FILES.contains(&name.as_str());
        (finished || self.work().is_dir()) && names.iter().all(is_known)
    }

    /// The summary goes first, so that a tour cut off here is still known by what is left.
    fn empty(&self, names: &[String]) -> Result<(), Failure> {
        let work = self.work();
        fs::create_dir_all(&work).map_err(|e| self.unusable(&e))?;
        for name in names.iter().filter(|name| *name != WORK) {
            let path = self.path.join(name);
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.map_err(|e| self.unusable(&e))?;
        }
        fs::remove_dir_all(work).map_err(|e| self.unusable(&e))
    }

    fn unusable(&self, error: &io::Error) -> Failure {
        let path = self.path.display();
        Failure::failed(format!(
            "--out {path} cannot be used ({error}): check its rights and free space, or name another folder"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &Path) -> Vec<String> {
        let mut names = Folder { path: path.to_owned() }.names().expect("it can be read");
        names.sort();
        names
    }

    #[test]
    fn somebody_elses_folder_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("letter.txt"), "dear").expect("written");
        let refusal = Folder::prepare(folder.path()).err().expect("it is not a tour's").message;
        assert!(
            refusal.contains(&folder.path().display().to_string()) && refusal.contains("new or empty"),
            "{refusal}"
        );
        // A summary of something else, and a tour's with a stranger's file beside it, are not a tour's either.
        fs::write(folder.path().join(SUMMARY), "{\"made_by\": \"another\"}").expect("written");
        assert!(Folder::prepare(folder.path()).is_err());
        fs::write(folder.path().join(SUMMARY), format!("{{\"made_by\": \"{MADE_BY}\"}}")).expect("written");
        assert!(Folder::prepare(folder.path()).is_err());
        assert_eq!(names(folder.path()), ["letter.txt", SUMMARY]);
    }

    #[test]
    fn an_earlier_tour_makes_way_whether_it_ended_or_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Folder::prepare(&folder.path().join("new")).expect("a new folder");
        first.write_in("card-1", "face.png", b"x").expect("written");
        // Cut off here: the next tour knows its own.
        let second = Folder::prepare(&first.path).expect("an unfinished tour's");
        assert_eq!(names(&second.path), [WORK]);
        second.write(SUMMARY, format!("{{\"made_by\": \"{MADE_BY}\"}}").as_bytes()).expect("written");
        second.finish().expect("removed");
        Folder::prepare(&first.path).expect("a finished tour's");
        assert_eq!(names(&first.path), [WORK]);
    }
}
