//! `ippeveprinter` of the Debian package cups-ipp-utils, with a private message bus and a private Avahi on the loopback
//! interface, which it wants even for a printer that nobody is told of; and services that Avahi tells everybody of.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError, Weak},
    thread,
    time::{Duration, Instant},
};

const LIMIT: Duration = Duration::from_secs(60);
/// How often a program that starts is tried.
const TRY_EVERY: Duration = Duration::from_millis(50);
/// What the printer takes.
const FORMATS: &str = "application/vnd.magicard-raw,image/pwg-raster,application/pdf";

/// How long it works on a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    Quick,
    Slow,
    /// Quick, with the defaults of a printer of the office: letters, and grey. It knows cards, colour and both sides too, and
    /// takes raster alone.
    AsAnOffice,
}

/// What it says of itself then (`ippeveprinter -a`).
const OFFICE: &str = r#"
ATTR mimeMediaType document-format-supported application/vnd.magicard-raw,image/pwg-raster
ATTR mimeMediaType document-format-default image/pwg-raster
ATTR keyword media-supported iso_id-1_53.98x85.6mm,na_letter_8.5x11in
ATTR keyword media-default na_letter_8.5x11in
ATTR keyword media-ready na_letter_8.5x11in
ATTR collection media-size-supported {
    MEMBER integer x-dimension 5398
    MEMBER integer y-dimension 8560
},{
    MEMBER integer x-dimension 21590
    MEMBER integer y-dimension 27940
}
ATTR collection media-col-default {
    MEMBER collection media-size {
        MEMBER integer x-dimension 21590
        MEMBER integer y-dimension 27940
    }
    MEMBER integer media-top-margin 0
    MEMBER integer media-bottom-margin 0
    MEMBER integer media-left-margin 0
    MEMBER integer media-right-margin 0
}
ATTR integer media-top-margin-supported 0
ATTR integer media-bottom-margin-supported 0
ATTR integer media-left-margin-supported 0
ATTR integer media-right-margin-supported 0
ATTR keyword sides-supported one-sided,two-sided-long-edge,two-sided-short-edge
ATTR keyword sides-default one-sided
ATTR keyword print-color-mode-supported auto,color,monochrome
ATTR keyword print-color-mode-default monochrome
ATTR boolean color-supported true
ATTR keyword pwg-raster-document-type-supported sgray_8,srgb_8
ATTR resolution pwg-raster-document-resolution-supported 300dpi
ATTR keyword pwg-raster-document-sheet-back normal
ATTR resolution printer-resolution-supported 300dpi
ATTR resolution printer-resolution-default 300dpi
"#;

/// A private message bus, and Avahi on it. A computer has one Avahi: everything in this process shares it.
struct Neighbourhood {
    /// Avahi first: the bus serves it.
    programs: Mutex<Vec<Child>>,
    /// Where the bus is.
    address: String,
    folder: tempfile::TempDir,
}

static SHARED: Mutex<Weak<Neighbourhood>> = Mutex::new(Weak::new());

impl Neighbourhood {
    fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let new = Arc::new(Self::start());
            *shared = Arc::downgrade(&new);
            new
        })
    }

    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let bus = root.join("bus");
        let address = format!("unix:path={}", bus.display());
        let rules = "<allow user=\"*\"/><allow own=\"*\"/><allow send_type=\"method_call\"/><allow send_type=\"signal\"/>\
                     <allow send_destination=\"*\"/><allow receive_sender=\"*\"/>";
        let settings = format!(
            "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" \
             \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\"><busconfig><type>system</type>\
             <listen>{address}</listen><policy context=\"default\">{rules}</policy></busconfig>"
        );
        fs::write(root.join("bus.conf"), settings).unwrap();
        let avahi = "[server]\nallow-interfaces=lo\nuse-ipv6=no\n[publish]\npublish-workstation=no\n[rlimits]\n";
        fs::write(root.join("avahi.conf"), avahi).unwrap();
        let neighbourhood = Self { programs: Mutex::default(), address, folder };
        let config = |name: &str| neighbourhood.folder.path().join(name);
        neighbourhood.run(Command::new("dbus-daemon").arg("--nofork").arg("--config-file").arg(config("bus.conf")));
        wait("the message bus", || bus.exists());
        let mut avahi = Command::new("/usr/sbin/avahi-daemon");
        avahi.args(["--no-drop-root", "--no-chroot", "--no-rlimits", "-f"]).arg(config("avahi.conf"));
        // Where the computer runs one already, this one ends by itself.
        neighbourhood.run(avahi.env("DBUS_SYSTEM_BUS_ADDRESS", &neighbourhood.address));
        neighbourhood
    }

    fn run(&self, command: &mut Command) {
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = child.unwrap_or_else(|error| panic!("{command:?}: {error}"));
        self.programs.lock().unwrap().insert(0, child);
    }
}

impl Drop for Neighbourhood {
    fn drop(&mut self) {
        end(self.programs.get_mut().unwrap_or_else(PoisonError::into_inner));
    }
}

/// A service that everybody is told of, by Avahi's own tool; it goes with its value.
pub struct Announced {
    program: Vec<Child>,
    _neighbourhood: Arc<Neighbourhood>,
}

impl Announced {
    /// Tells of a service of this kind at this port, with words about it, and waits until it is established.
    pub fn service(name: &str, kind: &str, port: u16, words: &[&str]) -> Self {
        let neighbourhood = Neighbourhood::shared();
        // Avahi may still be beginning: the tool waits for it.
        let mut child = Command::new("avahi-publish")
            .args(["--no-fail", "--service", name, kind, &port.to_string()])
            .args(words)
            .env("DBUS_SYSTEM_BUS_ADDRESS", &neighbourhood.address)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("avahi-publish is missing: install the package avahi-utils");
        let lines = BufReader::new(child.stderr.take().unwrap());
        let announced = Self { program: vec![child], _neighbourhood: neighbourhood };
        let mut said = Vec::new();
        let established = lines.lines().map_while(Result::ok).any(|line| {
            let is = line.starts_with("Established");
            said.push(line);
            is
        });
        assert!(established, "{said:?}");
        announced
    }
}

impl Drop for Announced {
    fn drop(&mut self) {
        end(&mut self.program);
    }
}

/// Ends programs, the first one first.
fn end(programs: &mut [Child]) {
    for program in programs {
        let _ = program.kill();
        let _ = program.wait();
    }
}

fn wait(what: &str, ready: impl Fn() -> bool) {
    let begun = Instant::now();
    while !ready() {
        assert!(begun.elapsed() < LIMIT, "{what} does not come");
        thread::park_timeout(TRY_EVERY);
    }
}

/// A running printer; it ends with its value.
pub struct Everywhere {
    program: Vec<Child>,
    port: u16,
    folder: tempfile::TempDir,
    /// Everything the printer said.
    said: Arc<Mutex<String>>,
    /// It wants an Avahi even where nobody is told of it.
    neighbourhood: Arc<Neighbourhood>,
}

impl Everywhere {
    /// Starts it and waits until it answers. It is done with each job at once, or works on it for a minute.
    pub fn start(work: Work) -> Self {
        Self::begin(work, &["-r", "off", "Cards"])
    }

    /// The same under this name, of this model, and everybody is told of it.
    pub fn announced(name: &str, maker: &str, model: &str) -> Self {
        Self::begin(Work::Quick, &["-M", maker, "-m", model, name])
    }

    fn begin(work: Work, words: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let script = root.join("work");
        let seconds = if work == Work::Slow { 60 } else { 0 };
        let text = format!("#!/bin/sh\ntouch '{}'\nexec sleep {seconds}\n", root.join("begun").display());
        fs::write(&script, text).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(root.join("jobs")).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (said, neighbourhood) = (Arc::default(), Neighbourhood::shared());
        let mut printer = Self { program: Vec::new(), port, folder, said, neighbourhood };
        let begun = Instant::now();
        // It ends when Avahi is not there yet, and tells nobody when it is ready but those who try.
        loop {
            let mut child = printer.print(&script, words, work);
            while child.try_wait().unwrap().is_none() && TcpStream::connect(("127.0.0.1", port)).is_err() {
                thread::park_timeout(TRY_EVERY);
            }
            if child.try_wait().unwrap().is_none() {
                printer.program.push(child);
                return printer;
            }
            assert!(begun.elapsed() < LIMIT, "{}", printer.said.lock().unwrap());
            thread::park_timeout(TRY_EVERY);
        }
    }

    fn print(&self, script: &Path, words: &[&str], work: Work) -> Child {
        let about = self.folder.path().join("about.conf");
        let mut child = Command::new("/usr/sbin/ippeveprinter");
        // It takes a list of formats or a description of everything.
        if work == Work::AsAnOffice {
            fs::write(&about, OFFICE).unwrap();
            child.arg("-a").arg(about);
        } else {
            child.args(["-f", FORMATS]);
        }
        let mut child = child
            .args(["-v", "-v", "-k", "-n", "localhost", "-p", &self.port.to_string(), "-d"])
            .arg(self.folder.path().join("jobs"))
            .arg("-c")
            .arg(script)
            .args(words)
            .env("DBUS_SYSTEM_BUS_ADDRESS", &self.neighbourhood.address)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("ippeveprinter is missing: install the package cups-ipp-utils");
        let (words, said) = (BufReader::new(child.stderr.take().unwrap()), Arc::clone(&self.said));
        thread::spawn(move || {
            for line in words.lines().map_while(Result::ok) {
                said.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        child
    }

    pub fn address(&self) -> String {
        format!("ipp://localhost:{}/ipp/print", self.port)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Waits until a job is being done.
    pub fn wait_until_it_prints(&self) {
        wait("the job", || self.folder.path().join("begun").exists());
    }

    /// Whether one of the jobs it kept is this, byte by byte.
    pub fn received(&self, document: &[u8]) -> bool {
        let jobs = fs::read_dir(self.folder.path().join("jobs")).unwrap();
        jobs.flatten().any(|job| is(&job.path(), document))
    }
}

impl Everywhere {
    /// Every raster it kept.
    pub fn rasters(&self) -> Vec<Vec<u8>> {
        let jobs = fs::read_dir(self.folder.path().join("jobs")).unwrap();
        jobs.flatten().map(|job| fs::read(job.path()).unwrap()).filter(|job| job.starts_with(b"RaS2")).collect()
    }
}

fn is(file: &Path, document: &[u8]) -> bool {
    fs::read(file).is_ok_and(|bytes| bytes == document)
}

impl Drop for Everywhere {
    fn drop(&mut self) {
        end(&mut self.program);
    }
}
