//! A screen, a session bus and an accessibility bus of their own, and the program on them.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Write},
    os::fd::AsRawFd,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Longest wait for anything on the screen, also on a machine that is busy.
pub const LIMIT: Duration = Duration::from_secs(120);
/// Debian's own Python: the one that has the bindings of the accessibility bus.
const PYTHON: &str = "/usr/bin/python3";
/// Debian's launcher of the accessibility bus.
const LAUNCHER: &str = "/usr/libexec/at-spi-bus-launcher";

/// A screen with the program on it. Dropping it ends everything by its process.
pub struct DesktopSession {
    eyes: Eyes,
    processes: Vec<Child>,
    environment: Vec<(String, String)>,
    program: Option<Child>,
    folder: TempDir,
}

/// Something on the screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Its role, in the bus's words.
    pub role: String,
    /// Its name.
    pub name: String,
    /// Left, top, width, height in pixels of the screen.
    pub area: [i64; 4],
}

impl DesktopSession {
    /// Starts screen and buses; nothing is shown yet.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let (screen, display) = start_screen();
        let mut bus = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address=1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a session bus (Debian package dbus)");
        let mut address = String::new();
        BufReader::new(bus.stdout.take().expect("its output")).read_line(&mut address).expect("its address");
        let environment = vec![
            ("DISPLAY".to_owned(), display),
            ("DBUS_SESSION_BUS_ADDRESS".to_owned(), address.trim().to_owned()),
            ("XDG_RUNTIME_DIR".to_owned(), folder.path().display().to_string()),
            ("HOME".to_owned(), folder.path().display().to_string()),
            ("LIBGL_ALWAYS_SOFTWARE".to_owned(), "1".to_owned()),
            ("NO_AT_BRIDGE".to_owned(), "0".to_owned()),
        ];
        let launcher = Command::new(LAUNCHER)
            .arg("--launch-immediately")
            .envs(environment.clone())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the accessibility bus (Debian package at-spi2-core)");
        for property in ["IsEnabled", "ScreenReaderEnabled"] {
            let call = Command::new("gdbus")
                .args([
                    "call",
                    "--session",
                    "--timeout",
                    "60",
                    "--dest",
                    "org.a11y.Bus",
                    "--object-path",
                    "/org/a11y/bus",
                ])
                .args(["--method", "org.freedesktop.DBus.Properties.Set", "org.a11y.Status", property, "<true>"])
                .envs(environment.clone())
                .output()
                .expect("gdbus (Debian package libglib2.0-bin)");
            assert!(call.status.success(), "{}", String::from_utf8_lossy(&call.stderr));
        }
        let eyes = Eyes::open(&environment);
        Self { eyes, processes: vec![launcher, bus, screen], environment, program: None, folder }
    }

    /// A folder for this test's files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Opens the program's window with these arguments.
    pub fn open(&mut self, arguments: &[&str]) {
        let log = File::create(self.folder.path().join("program.log")).expect("a log");
        let program = Command::new(env!("CARGO_BIN_EXE_cardwright"))
            .args(arguments)
            .envs(self.environment.clone())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the log twice"))
            .stderr(log)
            .spawn()
            .expect("the program");
        self.program = Some(program);
        self.wait("", "TRAINING");
        // No window manager hands out the keyboard here.
        self.hands(&["search", "--sync", "--onlyvisible", "--name", "Cardwright", "windowfocus", "--sync"]);
    }

    /// Opens the window on this session's own data folder, and its own configuration where there is one.
    pub fn open_here(&mut self) {
        let data = self.folder.path().join("data").display().to_string();
        let configuration = self.folder.path().join("desk.toml");
        let file = configuration.display().to_string();
        if configuration.exists() {
            self.open(&["--data", &data, "--config", &file]);
        } else {
            self.open(&["--data", &data]);
        }
    }

    /// What can be operated and has no name.
    pub fn nameless(&mut self) -> Vec<String> {
        let spoken = self.spoken();
        let operated =
            ["push button", "toggle button", "entry", "password text", "check box", "radio button", "slider"];
        let nameless = |line: &&str| operated.iter().any(|role| line.starts_with(&format!("{role} “”")));
        spoken.lines().filter(nameless).map(str::to_owned).collect()
    }

    /// Ends the program as a crash would.
    pub fn kill(&mut self) {
        if let Some(mut program) = self.program.take() {
            program.kill().expect("it ran");
            program.wait().expect("it ended");
        }
    }

    /// Waits until something of this role has a name with this in it.
    pub fn wait(&mut self, role: &str, name: &str) -> Seen {
        self.look_for(role, name, LIMIT).unwrap_or_else(|tree| {
            self.photograph("missing.png");
            let log = std::fs::read_to_string(self.folder.path().join("program.log")).unwrap_or_default();
            panic!("no {role} “{name}” on the screen:\n{tree}\n{log}")
        })
    }

    /// The same, or everything that is there instead.
    pub fn look_for(&mut self, role: &str, name: &str, limit: Duration) -> Result<Seen, String> {
        let answer = self.eyes.ask(&json!({ "do": "wait", "role": role, "name": name, "limit": limit.as_secs_f64() }));
        if answer["ok"] == true {
            return Ok(seen(&answer["node"]));
        }
        Err(listed(&answer["tree"]))
    }

    /// Everything the bus shows, one line a thing: role, name, description, text.
    pub fn spoken(&mut self) -> String {
        listed(&self.eyes.ask(&json!({ "do": "tree" }))["tree"])
    }

    /// Does the first action of something, over the bus alone.
    pub fn press_over_the_bus(&mut self, role: &str, name: &str) {
        let answer = self.eyes.ask(&json!({ "do": "press", "role": role, "name": name }));
        assert_eq!(answer["ok"], true, "no {role} “{name}”:\n{}", listed(&answer["tree"]));
    }

    /// Moves the pointer to the middle of something and clicks.
    pub fn click(&mut self, role: &str, name: &str) {
        let Seen { area: [left, top, width, height], .. } = self.wait(role, name);
        let place = [left + width / 2, top + height / 2].map(|pixel| pixel.to_string());
        self.hands(&["mousemove", "--sync", &place[0], &place[1], "click", "1"]);
    }

    /// Types words.
    pub fn type_words(&mut self, words: &str) {
        self.hands(&["type", "--delay", "40", words]);
    }

    /// Presses keys, one after the other, in xdotool's names.
    pub fn keys(&mut self, keys: &[&str]) {
        let mut words = vec!["key", "--delay", "60"];
        words.extend_from_slice(keys);
        self.hands(&words);
    }

    /// Keeps a picture of the screen.
    pub fn photograph(&self, name: &str) -> PathBuf {
        let file = self.folder.path().join(name);
        let taken = Command::new("import").args(["-window", "root"]).arg(&file).envs(self.environment.clone()).output();
        taken.expect("import (Debian package imagemagick)");
        file
    }

    fn hands(&self, words: &[&str]) {
        let done = Command::new("xdotool").args(words).envs(self.environment.clone()).output().expect("xdotool");
        assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

impl Drop for DesktopSession {
    fn drop(&mut self) {
        let program = self.program.take();
        for mut process in
            program.into_iter().chain([self.eyes.process.take()].into_iter().flatten()).chain(self.processes.drain(..))
        {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// Xvfb on a free number; it tells the number when it is ready.
fn start_screen() -> (Child, String) {
    let (mut reader, writer) = std::io::pipe().expect("a pipe");
    // Xvfb gets the pipe as its own descriptor through a shell's redirection, which needs no unsafe code here.
    let script = format!(
        "exec Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp -noreset 3>&1 >/dev/null 2>&1; # {}",
        writer.as_raw_fd()
    );
    let screen = Command::new("sh")
        .args(["-c", &script])
        .stdin(Stdio::null())
        .stdout(writer)
        .stderr(Stdio::null())
        .spawn()
        .expect("a screen (Debian package xvfb)");
    let mut number = Vec::new();
    let mut byte = [0];
    while reader.read(&mut byte).expect("the screen's number") == 1 && byte[0] != b'\n' {
        number.push(byte[0]);
    }
    let number = String::from_utf8(number).expect("a number");
    assert!(!number.is_empty(), "Xvfb did not start");
    (screen, format!(":{}", number.trim()))
}

/// The client of the accessibility bus.
struct Eyes {
    process: Option<Child>,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    environment: Vec<(String, String)>,
}

/// How often the client is started again: its library ends the process when the registry of the bus is only starting.
const STARTS: u32 = 20;

impl Eyes {
    fn open(environment: &[(String, String)]) -> Self {
        let mut process = Command::new(PYTHON)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real_window/eyes.py"))
            .envs(environment.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("python3 (Debian packages python3, gir1.2-atspi-2.0, python3-gi)");
        let questions = process.stdin.take().expect("its input");
        let answers = BufReader::new(process.stdout.take().expect("its output"));
        Self { process: Some(process), questions, answers, environment: environment.to_vec() }
    }

    fn ask(&mut self, question: &Value) -> Value {
        for _ in 0..STARTS {
            if let Some(answer) = self.try_to_ask(question) {
                return answer;
            }
            // An action may have been done before the client ended: it is not done twice.
            assert_ne!(question["do"], "press", "the client ended at {question}");
            self.end();
            *self = Self::open(&self.environment.clone());
        }
        panic!("the client ended {STARTS} times at {question}")
    }

    /// The answer; nothing when the client has ended.
    fn try_to_ask(&mut self, question: &Value) -> Option<Value> {
        writeln!(self.questions, "{question}").ok()?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer).ok()?;
        serde_json::from_str(&answer).ok()
    }

    fn end(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn seen(node: &Value) -> Seen {
    let side = |place: usize| node["area"][place].as_i64().unwrap_or_default();
    Seen {
        role: node["role"].as_str().unwrap_or_default().to_owned(),
        name: node["name"].as_str().unwrap_or_default().to_owned(),
        area: [side(0), side(1), side(2), side(3)],
    }
}

fn listed(tree: &Value) -> String {
    let line = |node: &Value| {
        let part = |name: &str| node[name].as_str().unwrap_or_default().to_owned();
        format!("{} “{}” {} {}", part("role"), part("name"), part("description"), part("text"))
    };
    tree.as_array().map(|nodes| nodes.iter().map(line).collect::<Vec<_>>().join("\n")).unwrap_or_default()
}
