//! A desk with its own data folder, and the binary run at it.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// One desk with nothing on it.
pub struct Desk {
    folder: TempDir,
    /// The configuration file that holds at it.
    configuration: Option<PathBuf>,
}

/// What a command gave back.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// The one document on stdout.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|e| panic!("stdout is not one JSON document ({e}): {}\n{}", self.stdout, self.stderr))
    }

    /// The same, with the exit code it must have had.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }
}

impl Desk {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder for the desk"), configuration: None }
    }

    /// A desk whose gateway is at this address.
    pub fn at(url: &str) -> Self {
        Self::configured(&format!("gateway.url = \"{url}\"\n"))
    }

    /// A desk with this configuration.
    pub fn configured(text: &str) -> Self {
        let mut desk = Self::new();
        desk.configuration = Some(desk.file("desk.toml", text));
        desk
    }

    /// Its folder; `data` inside it is the data folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A file in its folder.
    pub fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, content).expect("the file is written");
        path
    }

    /// Runs a command with nothing on stdin.
    pub fn run(&self, words: &[&str]) -> Ran {
        self.run_with(words, "")
    }

    /// Runs a command with this on stdin. The smart card service of the machine is out of its sight.
    pub fn run_with(&self, words: &[&str], stdin: &str) -> Ran {
        self.finish(self.command(words).env("PCSCLITE_CSOCK_NAME", self.path().join("no-service")), stdin)
    }

    /// The same, and it sees the readers of the smart card service.
    pub fn run_with_readers(&self, words: &[&str], stdin: &str) -> Ran {
        self.finish(&mut self.command(words), stdin)
    }

    /// The command as it is started at this desk.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cardwright"));
        command
            .args(words)
            // Neither the real home nor the caller's settings have a say.
            .env("HOME", self.path())
            .env("CARDWRIGHT_DATA", self.path().join("data"))
            .env_remove("CARDWRIGHT_CONFIG")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_DATA_HOME")
            .envs(self.configuration.iter().map(|file| ("CARDWRIGHT_CONFIG", file)))
            .current_dir(self.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn finish(&self, command: &mut Command, stdin: &str) -> Ran {
        let mut child = command.spawn().expect("the binary starts");
        // A command that wants nothing on stdin may be gone before it is written.
        let _ = child.stdin.take().expect("piped").write_all(stdin.as_bytes());
        let Output { status, stdout, stderr } = child.wait_with_output().expect("the binary ends");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Ran { code: status.code().expect("it ended by itself"), stdout: text(stdout), stderr: text(stderr) }
    }
}

/// Runs another program, which must end well, and gives its output.
#[track_caller]
pub fn judge(program: &str, words: &[&str], folder: &Path) -> String {
    let output = Command::new(program)
        .args(words)
        .current_dir(folder)
        .output()
        .unwrap_or_else(|e| panic!("{program} is needed for this test: {e}"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {words:?}: {text}");
    text
}

/// Every file below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all
}
