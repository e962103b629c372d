//! A file that keeps its former self beside it: a profile, a calibration or a configuration that is changed can be had back.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Writes a file in one piece: a cut leaves the old text or the new one. What stood in it before is kept beside it.
///
/// # Errors
/// The system writes no such file; the file is as it was.
pub fn change(file: &Path, text: &str) -> io::Result<()> {
    // A link stays a link, and the file it leads to is changed.
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let before = match fs::read(&file) {
        Ok(before) => before,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    put(&beside(&file, ".former"), &before, None)?;
    put(&file, text.as_bytes(), fs::metadata(&file).ok().map(|about| about.permissions()))
}

/// Takes a file away, so that it can be had back; whether there was one.
///
/// # Errors
/// The system moves no such file.
pub fn remove(file: &Path) -> io::Result<bool> {
    match fs::rename(file, beside(file, ".former")) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Brings the former file back, or takes the file away where there was none; whether there was a former state. It can be done
/// once for each change.
///
/// # Errors
/// The system moves no such file.
pub fn go_back(file: &Path) -> io::Result<bool> {
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let former = beside(&file, ".former");
    match fs::metadata(&former) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
        Ok(about) if about.len() > 0 => fs::rename(&former, &file)?,
        Ok(_) => match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => fs::remove_file(&former)?,
        },
    }
    Ok(true)
}

/// Whether there is a former state to go back to.
#[must_use]
pub fn can_go_back(file: &Path) -> bool {
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    beside(&file, ".former").exists()
}

fn put(file: &Path, bytes: &[u8], permissions: Option<fs::Permissions>) -> io::Result<()> {
    let part = beside(file, ".part");
    let written = File::create(&part).and_then(|mut open| {
        open.write_all(bytes)?;
        permissions.map_or(Ok(()), |permissions| fs::set_permissions(&part, permissions))?;
        open.sync_all()
    });
    written.and_then(|()| fs::rename(&part, file)).inspect_err(|_| drop(fs::remove_file(&part)))
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.file_name().map_or_else(OsString::new, OsString::from);
    name.push(ending);
    file.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_former_text_comes_back_once_and_a_new_file_goes_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("inner/desk.toml");
        change(&file, "one").unwrap();
        assert!(can_go_back(&file));
        change(&file, "two").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "two");
        assert!(go_back(&file).unwrap());
        assert_eq!(fs::read_to_string(&file).unwrap(), "one");
        assert!(!go_back(&file).unwrap() && !can_go_back(&file), "once");
        assert!(remove(&file).unwrap() && !remove(&file).unwrap());
        assert!(go_back(&file).unwrap() && file.exists(), "what was taken away comes back");
        let fresh = folder.path().join("fresh.toml");
        change(&fresh, "new").unwrap();
        assert!(go_back(&fresh).unwrap() && !fresh.exists());
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["inner"], "nothing is left behind");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_rights_stay() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real.toml"), folder.path().join("link.toml"));
        fs::write(&real, "one").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        change(&link, "two").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "two");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
