//! A CUPS of our own in a scratch folder, on a free port of the loopback address, and a line to it that breaks.

use std::{
    fs,
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const LIMIT: Duration = Duration::from_secs(60);
/// Writes the files of Gutenprint's drivers.
const DRIVERS: &str = "/usr/lib/cups/driver/gutenprint.5.3";
/// How often a server that starts is tried.
const TRY_EVERY: Duration = Duration::from_millis(50);

/// A running print server; it ends with its value.
pub struct PrintServer {
    process: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl PrintServer {
    /// Starts it and waits until it answers.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        // Its helpers run as another account and pass through the folder.
        fs::set_permissions(root, fs::Permissions::from_mode(0o755)).unwrap();
        for part in ["cache", "state", "spool", "temporary"] {
            fs::create_dir(root.join(part)).unwrap();
        }
        // Its filters run as another account too.
        fs::set_permissions(root.join("temporary"), fs::Permissions::from_mode(0o1777)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let files = format!(
            "FileDevice Yes\nServerRoot {0}\nCacheDir {0}/cache\nStateDir {0}/state\nRequestRoot {0}/spool\nTempDir {0}/temporary\n\
             AccessLog {0}/access\nErrorLog {0}/errors\nPageLog {0}/pages\nServerBin /usr/lib/cups\nDataDir /usr/share/cups\n",
            root.display()
        );
        let rules = "Order allow,deny\nAllow all\n";
        let settings = format!(
            "Listen 127.0.0.1:{port}\nBrowsing No\nWebInterface No\nLogLevel info\n<Location />\n{rules}</Location>\n\
             <Location /admin>\n{rules}</Location>\n<Policy default>\nJobPrivateAccess all\nJobPrivateValues none\n\
             SubscriptionPrivateAccess all\nSubscriptionPrivateValues none\n<Limit All>\n{rules}</Limit>\n</Policy>\n"
        );
        let (settings_file, files_file) = (root.join("cupsd.conf"), root.join("cups-files.conf"));
        fs::write(&settings_file, settings).unwrap();
        fs::write(&files_file, files).unwrap();
        let process = Command::new("/usr/sbin/cupsd")
            .arg("-f")
            .arg("-c")
            .arg(settings_file)
            .arg("-s")
            .arg(files_file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("cupsd is missing: install the package cups");
        let server = Self { process, port, folder };
        let begun = Instant::now();
        // It tells nobody when it is ready but those who try.
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < LIMIT, "{}", server.log());
            thread::park_timeout(TRY_EVERY);
        }
        server
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address of a queue.
    pub fn queue(&self, name: &str) -> String {
        format!("ipp://127.0.0.1:{}/printers/{name}", self.port)
    }

    /// Makes a queue and starts it.
    pub fn add(&self, name: &str, options: &[&str]) {
        self.run("lpadmin", &[&["-p", name, "-E"], options].concat());
    }

    /// Makes a queue of a driver's file in which the printer has another name.
    pub fn add_named(&self, name: &str, device: &str, driver: &str, names: [(&str, &str); 2]) {
        let written = Command::new(DRIVERS).args(["cat", driver]).output().unwrap();
        assert!(written.status.success(), "{written:?}");
        let mut text = String::from_utf8(written.stdout).unwrap();
        for (from, to) in names {
            assert!(text.contains(from), "{from} is not in the driver's file");
            text = text.replace(from, to);
        }
        let file = self.folder.path().join(format!("{name}-driver.ppd"));
        fs::write(&file, text).unwrap();
        self.add(name, &["-v", device, "-P", &file.display().to_string()]);
    }

    /// Waits until the server has asked the printer of an everywhere queue what it can do. It tells nobody but those who try.
    pub fn wait_for_driver(&self, name: &str) {
        let (driver, begun) = (self.folder.path().join(format!("ppd/{name}.ppd")), Instant::now());
        while !driver.exists() || !self.run("lpoptions", &["-p", name, "-l"]).contains("Duplex") {
            assert!(begun.elapsed() < LIMIT, "{}", self.log());
            thread::park_timeout(TRY_EVERY);
        }
    }

    /// Runs one of its commands.
    pub fn run(&self, program: &str, words: &[&str]) -> String {
        let folder = PathBuf::from("/usr/sbin").join(program);
        let program = if folder.exists() { folder } else { PathBuf::from("/usr/bin").join(program) };
        let server = format!("127.0.0.1:{}", self.port);
        let output = Command::new(&program).env("CUPS_SERVER", server).args(words).output().unwrap();
        assert!(output.status.success(), "{program:?} {words:?}: {output:?}\n{}", self.log());
        String::from_utf8(output.stdout).unwrap()
    }

    /// Jobs that are not over.
    pub fn jobs(&self) -> String {
        self.run("lpstat", &["-o"])
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("errors")).unwrap_or_default()
    }
}

impl Drop for PrintServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A line to the server that breaks once, after so many bytes in its direction; whoever calls again gets through.
pub struct Cut {
    port: u16,
}

impl Cut {
    pub fn after(bytes: usize, server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        // Lives as long as the test: it waits for callers that no longer come.
        thread::spawn(move || {
            let mut left = Some(bytes);
            for near in listener.incoming() {
                let (Ok(near), Ok(far)) = (near, TcpStream::connect(("127.0.0.1", server))) else { return };
                let (mut back_from, mut back_to) = (far.try_clone().unwrap(), near.try_clone().unwrap());
                thread::spawn(move || std::io::copy(&mut back_from, &mut back_to));
                left = forward(near, far, left);
            }
        });
        Self { port }
    }

    pub fn port(&self) -> u16 {
        self.port
    }
}

/// Passes bytes on until the caller hangs up or the line breaks; what is left of the bytes until it does.
fn forward(mut near: TcpStream, mut far: TcpStream, mut left: Option<usize>) -> Option<usize> {
    let mut piece = [0; 4096];
    loop {
        let room = left.map_or(piece.len(), |left| left.min(piece.len()));
        let read = if room == 0 { 0 } else { near.read(&mut piece[..room]).unwrap_or(0) };
        if read > 0 && far.write_all(&piece[..read]).is_ok() {
            left = left.map(|left| left - read);
            continue;
        }
        let _ = near.shutdown(Shutdown::Both);
        let _ = far.shutdown(Shutdown::Both);
        return if room == 0 { None } else { left };
    }
}
