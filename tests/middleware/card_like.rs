//! A token of SoftHSM2 that behaves like a card in a reader: see `card_like_module.c`.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

use crate::soft_token::SoftToken;

/// The module's instructions.
const TOKEN: &str = "CARDWRIGHT_TEST_TOKEN";

/// Whether a call that is cut had its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    Before,
    After,
}

impl Moment {
    pub const BOTH: [Self; 2] = [Self::Before, Self::After];
}

/// A new token, in this reader.
pub struct CardLike {
    pub token: SoftToken,
}

impl CardLike {
    pub fn new(reader: &str) -> Self {
        let token = SoftToken::new();
        let folder = token.folder.path();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/middleware/card_like_module.c");
        let made = Command::new("cc")
            .args(["-std=c11", "-D_GNU_SOURCE", "-shared", "-fPIC", "-o"])
            .arg(module_in(folder))
            .arg(source)
            .arg("-ldl")
            .status();
        assert!(made.expect("a C compiler").success());
        std::fs::write(folder.join("reader"), reader).expect("written");
        Self { token }
    }

    pub fn folder(&self) -> &Path {
        self.token.folder.path()
    }

    /// The variables a process needs to see it.
    pub fn variables(&self) -> Vec<(&'static str, &OsStr)> {
        let mut variables = self.token.variables().to_vec();
        variables.push((TOKEN, self.folder().as_os_str()));
        variables
    }
}

fn module_in(folder: &Path) -> PathBuf {
    folder.join("card_like_module.so")
}

/// The folder of the token, in a process that sees it.
pub fn folder() -> PathBuf {
    std::env::var_os(TOKEN).expect("set by the parent").into()
}

/// Its module, in a process that sees it.
pub fn module() -> PathBuf {
    module_in(&folder())
}

/// The card is pulled at a call, counted from here on, the next time the module starts.
pub fn cut_at(folder: &Path, call: usize, moment: Moment) {
    let when = if moment == Moment::Before { "before" } else { "after" };
    std::fs::write(folder.join("cut"), format!("{call} {when}")).expect("written");
}

/// The card is put back, and calls are counted from here on, the next time the module starts.
pub fn put_back(folder: &Path, turn: usize) {
    // Another text than before, whatever was there.
    std::fs::write(folder.join("cut"), format!("0 turn {turn}")).expect("written");
}

/// Calls that reached the card since then.
pub fn calls(folder: &Path) -> usize {
    std::fs::read_to_string(folder.join("calls")).expect("counted").parse().expect("a number")
}
