//! Key files: made once, readable by their owner alone, never half written.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use super::GatewayError;
use crate::domain::Secret;

#[cfg(unix)]
#[path = "private_file/unix.rs"]
mod system;
#[cfg(not(unix))]
#[path = "private_file/windows.rs"]
mod system;

/// Makes the folder, and those above it, for its owner alone where the system knows of that.
pub fn folder(path: &Path) -> Result<(), GatewayError> {
    system::private_folder(path).map_err(|source| GatewayError::File { path: path.to_owned(), source })
}

/// A new file with this content, for its owner alone.
pub fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = system::private_new(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// The file's content; made by `make` when there is none. Of two processes that start at once, one makes the file and
/// both read the same.
pub fn read_or_make(path: &Path, make: impl FnOnce() -> Result<Secret, GatewayError>) -> Result<Secret, GatewayError> {
    let failed = |source| GatewayError::File { path: path.to_owned(), source };
    match fs::read(path) {
        Ok(content) => return Ok(Secret::new(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    let content = make()?;
    // Written beside and linked into place, so that a file of this name is always whole; linking fails when another
    // process was first, and then its content counts.
    let beside = path.with_extension(format!("new-{}", std::process::id()));
    let written = system::private_new(&beside).and_then(|mut file| {
        file.write_all(content.expose())?;
        file.sync_all()
    });
    let linked = written.and_then(|()| fs::hard_link(&beside, path));
    let removed = fs::remove_file(&beside);
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(failed(error)),
        Ok(()) | Err(_) => {
            removed.map_err(failed)?;
            fs::read(path).map(Secret::new).map_err(failed)
        }
    }
}
