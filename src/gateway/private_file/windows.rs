//! Permissions on Windows: the data folder lies in the user's profile, whose access list new files inherit.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io,
    path::Path,
};

pub fn private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(path)
}

pub fn private_new(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).open(path)
}
