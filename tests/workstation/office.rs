//! One gateway for several desks: in this process with a clock that is told the time, or `cardwright gateway` as a process.

use std::{
    io::{BufRead, BufReader},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

use cardwright::{
    cis2::{HttpConfig, HttpService, Service, wire::SignIn},
    gateway::{Gateway, GatewayConfig, ManualClock, RunningGateway},
    training,
};
use tempfile::TempDir;
use time::{Duration, OffsetDateTime};

use crate::desk::Desk;

pub const RA_MANAGER: &str = "555000000001";
/// Holders of the training gateway who may have a card.
pub const HOLDER: &str = "555000000023";
pub const ANOTHER: &str = "555000000017";

/// A gateway in this process.
pub struct Office {
    pub clock: Arc<ManualClock>,
    pub gateway: RunningGateway,
    folder: TempDir,
}

impl Office {
    /// Its clock stands so many days before today.
    pub fn days_ago(days: i64) -> Self {
        Self::with(days, |_| {})
    }

    /// The same, started as `change` says.
    pub fn with(days: i64, change: impl FnOnce(&mut GatewayConfig)) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the gateway");
        let clock = Arc::new(ManualClock::starting(OffsetDateTime::now_utc() - Duration::days(days)));
        let mut config = GatewayConfig::training(folder.path(), training::people().expect("the invented people"));
        config.clock = clock.clone();
        change(&mut config);
        let gateway = Gateway::start(config).expect("a gateway");
        Self { clock, gateway, folder }
    }

    /// Where it puts the messages it sends.
    pub fn messages(&self) -> PathBuf {
        self.folder.path().join("messages")
    }

    /// So many days go by.
    pub fn pass(&self, days: u64) {
        self.clock.advance(std::time::Duration::from_secs(days * 24 * 60 * 60));
    }

    /// A desk of this office.
    pub fn desk(&self) -> Desk {
        Desk::at(&self.gateway.url())
    }

    /// A desk of this office with these lines of configuration more.
    pub fn desk_with(&self, lines: &str) -> Desk {
        Desk::configured(&format!("gateway.url = \"{}\"\n{lines}", self.gateway.url()))
    }

    /// The gateway as an officer sees it.
    pub fn service(&self) -> HttpService {
        service(&self.gateway.url())
    }
}

/// A gateway's service, with the RA Manager signed in.
pub fn service(url: &str) -> HttpService {
    let service = HttpService::new(url, HttpConfig::default()).expect("an address");
    service.sign_in(&SignIn { officer: RA_MANAGER.parse().expect("a number") }).expect("signed in");
    service
}

/// The line between a desk and its gateway: it can be cut, and mended.
pub struct Line {
    pub url: String,
    whole: Arc<AtomicBool>,
    address: SocketAddr,
    accepting: Option<JoinHandle<()>>,
}

impl Line {
    /// A whole line to this gateway.
    pub fn to(gateway: &str) -> Self {
        let gateway: SocketAddr = gateway.trim_start_matches("http://").parse().expect("an address");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("its number");
        let whole = Arc::new(AtomicBool::new(true));
        let state = Arc::clone(&whole);
        let accepting = std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                if Arc::strong_count(&state) == 1 {
                    return;
                }
                // What comes over a cut line is dropped unread.
                if state.load(Ordering::SeqCst) {
                    carry(stream, gateway).expect("the gateway runs");
                }
            }
        });
        Self { url: format!("http://{address}"), whole, address, accepting: Some(accepting) }
    }

    pub fn cut(&self) {
        self.whole.store(false, Ordering::SeqCst);
    }

    pub fn mend(&self) {
        self.whole.store(true, Ordering::SeqCst);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        // The last strong count tells the thread that nobody is left; a connection wakes it.
        self.whole = Arc::new(AtomicBool::new(false));
        drop(TcpStream::connect(self.address));
        drop(self.accepting.take().map(JoinHandle::join));
    }
}

/// Carries bytes both ways until either side ends.
fn carry(desk: TcpStream, gateway: SocketAddr) -> std::io::Result<()> {
    let server = TcpStream::connect(gateway)?;
    for (mut from, mut to) in [(desk.try_clone()?, server.try_clone()?), (server, desk)] {
        std::thread::spawn(move || {
            drop(std::io::copy(&mut from, &mut to));
            drop(to.shutdown(Shutdown::Write));
        });
    }
    Ok(())
}

/// `cardwright gateway` as a process of its own. Dropping it ends it.
pub struct GatewayProcess {
    child: Child,
    pub url: String,
    _desk: Desk,
}

impl GatewayProcess {
    pub fn start() -> Self {
        let desk = Desk::new();
        let mut command = desk.command(&["gateway", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stderr.take().expect("piped")).read_line(&mut line).expect("it says where it is");
        let url = line.split_whitespace().find(|word| word.starts_with("http://")).expect(&line);
        Self { url: url.trim_end_matches(',').to_owned(), child, _desk: desk }
    }
}

impl Drop for GatewayProcess {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
