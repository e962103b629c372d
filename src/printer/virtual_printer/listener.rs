//! The network side: one thread, one connection at a time, as a printer has it.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use super::{AskedIn, DecodeError, Fault, Model, PrintedCard, decode_on};
use crate::printer::station::heard;

/// A status request, the only thing a printer answers.
const STATUS_REQUEST: &[u8] = b"\x01,REQ,INF,\x1c\x03";

/// Longest job that is read: a hopper of cards of both sides.
const LONGEST_JOB: usize = 400 << 20;

/// A job that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Its bytes, as they came.
    pub job: Vec<u8>,
    /// The cards of it, or why the printer did not take it.
    pub cards: Result<Vec<PrintedCard>, DecodeError>,
}

/// The chip station of a virtual printer: the reader that shows the card it holds.
pub trait CardStation: Send {
    /// Brings a card from the hopper to the station, and says whether one arrived.
    fn feed(&self) -> bool;
    /// Whether a card is there.
    fn holds_card(&self) -> bool;
    /// The card leaves the printer.
    fn put_out(&self);
}

/// A running virtual printer on the loopback address. Dropping it switches it off.
#[derive(Debug)]
pub struct VirtualPrinter {
    address: SocketAddr,
    /// `None` only while it is being switched off.
    tray: Option<Receiver<Received>>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    /// Holds the port of a printer that is off, so that nobody else answers there.
    _port: Option<tokio::net::TcpSocket>,
}

#[derive(Debug, Default)]
struct Shared {
    /// Set once, when the printer is switched off.
    stop: Mutex<bool>,
    /// Tells those who wait for `stop`.
    off: Condvar,
    /// The connection that is open, so that switching off can end it.
    open: Mutex<Option<TcpStream>>,
    /// Cards that were put into the hopper while the printer ran.
    filled: AtomicU32,
}

impl Shared {
    fn stop(&self) -> MutexGuard<'_, bool> {
        self.stop.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> MutexGuard<'_, Option<TcpStream>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl VirtualPrinter {
    /// Starts a printer on a free port.
    ///
    /// # Errors
    /// What the system says when no port or thread can be had.
    pub fn start(model: Model) -> io::Result<Self> {
        Self::start_with(model, None)
    }

    /// The same with a chip station.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_with(model: Model, station: Option<Box<dyn CardStation>>) -> io::Result<Self> {
        let (output, tray) = sync_channel(model.tray);
        let shared = Arc::new(Shared::default());
        if model.fault == Fault::Off {
            let port = tokio::net::TcpSocket::new_v4()?;
            port.bind((Ipv4Addr::LOCALHOST, 0).into())?;
            let address = port.local_addr()?;
            return Ok(Self { address, tray: Some(tray), shared, thread: None, _port: Some(port) });
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared_with = Arc::clone(&shared);
        let works = Works { model, output, shared: shared_with, printed: 0, refused: false, station };
        let thread = thread::Builder::new().name("virtual printer".to_owned()).spawn(move || works.run(&listener))?;
        Ok(Self { address, tray: Some(tray), shared, thread: Some(thread), _port: None })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The port it listens on, on the loopback address.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Somebody puts more cards into the hopper.
    pub fn fill(&self, cards: u32) {
        self.shared.filled.fetch_add(cards, Ordering::SeqCst);
    }

    /// The next job, waiting for it no longer than `limit`.
    ///
    /// # Errors
    /// None came in time, or the printer is off.
    pub fn receive(&self, limit: Duration) -> Result<Received, RecvTimeoutError> {
        self.tray.as_ref().ok_or(RecvTimeoutError::Disconnected)?.recv_timeout(limit)
    }
}

impl Drop for VirtualPrinter {
    fn drop(&mut self) {
        *self.shared.stop() = true;
        self.shared.off.notify_all();
        // A thread that waits for room in the tray wakes when the tray is gone.
        self.tray = None;
        if let Some(stream) = self.shared.open().as_ref() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        if let Some(thread) = self.thread.take() {
            // Wakes a thread that waits for a connection; when it cannot connect, the thread is not waiting.
            let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
            let _ = thread.join();
        }
    }
}

/// What stands inside the printer.
struct Works {
    model: Model,
    output: SyncSender<Received>,
    shared: Arc<Shared>,
    printed: u32,
    /// Whether the last job was not understood.
    refused: bool,
    station: Option<Box<dyn CardStation>>,
}

impl Works {
    fn run(mut self, listener: &TcpListener) {
        for stream in listener.incoming() {
            if self.stopped() {
                break;
            }
            let Ok(mut stream) = stream else { continue };
            *self.shared.open() = stream.try_clone().ok();
            // Switching off between the last look and now would not see this connection.
            if self.stopped() {
                break;
            }
            // A connection that breaks is the other side's loss; a printer waits for the next.
            let _ = self.serve(&mut stream);
            *self.shared.open() = None;
        }
    }

    fn stopped(&self) -> bool {
        *self.shared.stop()
    }

    /// Answers status requests, then reads a job until the other side ends it.
    fn serve(&mut self, stream: &mut TcpStream) -> io::Result<()> {
        let mut job = Vec::new();
        let mut piece = vec![0; 64 << 10];
        loop {
            // Until it is known whether this is a job or a question, no more is read than a question.
            let room = match self.model.fault {
                Fault::ReadsNothing | Fault::HangsUpAfter(_) if STATUS_REQUEST.starts_with(&job) => {
                    STATUS_REQUEST.len()
                }
                Fault::ReadsNothing => {
                    self.wait_until_off();
                    return Ok(());
                }
                Fault::HangsUpAfter(bytes) => bytes.saturating_sub(job.len()).min(piece.len()),
                _ => piece.len(),
            };
            if room == 0 {
                return Ok(());
            }
            let read = stream.read(piece.get_mut(..room).unwrap_or_default())?;
            job.extend_from_slice(piece.get(..read).unwrap_or_default());
            while job.starts_with(STATUS_REQUEST) {
                job.drain(..STATUS_REQUEST.len());
                if self.model.fault != Fault::Silent {
                    stream.write_all(&self.status_line())?;
                }
            }
            while let Some(question) = question(&job).filter(|_| self.model.asked_in == AskedIn::Xml) {
                job.drain(..question);
                if self.model.fault != Fault::Silent {
                    stream.write_all(&self.answer())?;
                }
            }
            if read == 0 || job.len() > LONGEST_JOB {
                break;
            }
        }
        if job.is_empty() {
            return Ok(());
        }
        if let Some(command) = heard(&job) {
            self.carry(command);
        } else if !matches!(self.model.fault, Fault::Error { .. }) {
            self.print(job);
        }
        if self.model.fault == Fault::KeepsTheLine {
            self.wait_until_off();
        }
        Ok(())
    }

    fn wait_until_off(&self) {
        let stop = self.shared.stop();
        drop(self.shared.off.wait_while(stop, |stop| !*stop).unwrap_or_else(PoisonError::into_inner));
    }

    /// Moves a card. The words are those of the built-in profiles; another one does nothing, as on a real printer.
    fn carry(&self, command: &str) {
        let Some(station) = &self.station else { return };
        let stuck = matches!(self.model.fault, Fault::Error { .. });
        match command.trim_matches(',') {
            // The officer at the printer can put a card out that a fault keeps from being fed.
            "REQ,CHPUP" if !stuck && !station.holds_card() => drop(station.feed()),
            "EJT" => station.put_out(),
            _ => {}
        }
    }

    fn print(&mut self, job: Vec<u8>) {
        let cards = decode_on(&self.model, &job);
        if let (Ok(_), Some(station)) = (&cards, &self.station) {
            // The card that is in the printer is the one that is printed, and it comes out.
            station.put_out();
        }
        self.refused = cards.is_err();
        let used = cards.iter().flatten().map(|card| card.copies).fold(0, u32::saturating_add);
        self.printed = self.printed.saturating_add(used);
        // Fails only when the printer is being switched off.
        let _ = self.output.send(Received { job, cards });
    }

    /// The two numbers of its condition.
    fn condition(&self) -> (u8, u8) {
        match self.model.fault {
            Fault::Error { major, minor } => (major, minor),
            _ if self.printed >= self.model.cards.saturating_add(self.shared.filled.load(Ordering::SeqCst)) => (2, 0),
            _ if self.refused => (10, 0),
            _ => (0, 0),
        }
    }

    /// An answer in XML, with the codes of that language (`facts/magicard.md` 7).
    fn answer(&self) -> Vec<u8> {
        let name: String = self.model.name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == ' ').collect();
        let code = match self.condition() {
            (0, _) => 0,
            (1, _) => 1038,
            (2, _) => 1025,
            (4, _) => 1026,
            (5, _) => 1046,
            (6, _) => 1055,
            (9, _) => 1027,
            (10, _) => 1028,
            (27, _) => 2048,
            _ => 8191,
        };
        let printed = self.printed;
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r<prn>\r<param id=\"id-model-name\">{name}</param>\r\
             <param id=\"id-printer-serial\">VIRTUAL0001</param>\r<param id=\"id-firmware-version\">1.0</param>\r\
             <param id=\"dye-name\">MC300YMCKO</param>\r<param id=\"stats-cards-since-clean\">{printed}</param>\r<param id=\"dye-prints-remaining\">{}</param>\r\
             <param id=\"stats-total-cards\">{printed}</param>\r<param id=\"error-code\">{code}</param>\r</prn>\r",
            300_u32.saturating_sub(printed)
        );
        text.into_bytes()
    }

    /// 35 fields (`facts/magicard.md` 6), with the values of a printer in the middle of a ribbon.
    fn status_line(&self) -> Vec<u8> {
        let name: String = self.model.name.chars().filter(|c| !c.is_control() && !matches!(c, ',' | ':')).collect();
        let (major, minor) = self.condition();
        let printed = self.printed;
        let head = 65_usize.saturating_sub(self.model.margin);
        let panels = printed.saturating_mul(4);
        let line = format!(
            "\x01STA$$0,{name},0,VIRTUAL0001,VIRTUAL-HEAD,VIRTUAL-BOARD,1.0,3829,No,{printed},{printed},{panels},0,\
             {panels},{printed},700,{head},50,50,{major}:{minor},0,300,{printed},MC300YMCKO,0,0,0,0,0,2026-01-01,V,V,0,0\x03"
        );
        line.into_bytes()
    }
}

/// Length of a question in XML at the start of these bytes: a ticket without planes, a byte of 0 and four of checksum.
fn question(bytes: &[u8]) -> Option<usize> {
    const LONGEST_QUESTION: usize = 4096;
    let end = bytes.iter().take(LONGEST_QUESTION).position(|byte| *byte == 0)?;
    let asks = bytes.get(..end)?.starts_with(b"<prn><binary-size>0</binary-size><get>");
    Some(end + 5).filter(|length| asks && bytes.len() >= *length)
}
