//! A TCP proxy between client and gateway that harms one call of many: an operation can be run once for each call and
//! each harm, and must always come to the same end.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    thread::JoinHandle,
    time::Duration,
};

/// What is done to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Harm {
    /// The connection is cut before the gateway sees the call.
    Drop,
    /// The gateway does the call; its answer is lost.
    SwallowReply,
    /// The gateway never sees the call; the client gets status 500.
    ServerError,
    /// The call is held back this long first.
    Delay(Duration),
}

/// Which calls are harmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calls {
    /// None.
    None,
    /// Only this one, counted from 1.
    Only(usize),
    /// This one and every later one, until the harm is lifted.
    From(usize),
}

struct Shared {
    plan: Mutex<(Calls, Harm)>,
    calls: AtomicUsize,
    /// Method and address of each.
    requests: Mutex<Vec<String>>,
    stopping: AtomicBool,
    stop: Mutex<Vec<TcpStream>>,
}

/// The proxy; it ends when it is dropped.
pub struct FaultyProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl FaultyProxy {
    /// Starts a proxy to a gateway that harms nothing yet.
    pub fn start(gateway: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let shared = Arc::new(Shared {
            plan: Mutex::new((Calls::None, Harm::Drop)),
            calls: AtomicUsize::new(0),
            requests: Mutex::default(),
            stopping: AtomicBool::new(false),
            stop: Mutex::new(Vec::new()),
        });
        let inner = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if inner.stopping.load(Ordering::SeqCst) {
                    return;
                }
                if let Ok(clone) = client.try_clone() {
                    inner.stop.lock().unwrap_or_else(PoisonError::into_inner).push(clone);
                }
                let inner = Arc::clone(&inner);
                std::thread::spawn(move || drop(serve(&client, gateway, &inner)));
            }
        });
        Self { address, shared, thread: Some(thread) }
    }

    /// Its address, to be used as the gateway's.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Harms these calls from now on, and counts calls from 1 again.
    pub fn plan(&self, calls: Calls, harm: Harm) {
        *self.shared.plan.lock().unwrap_or_else(PoisonError::into_inner) = (calls, harm);
        self.shared.calls.store(0, Ordering::SeqCst);
    }

    /// Method and address of every call seen, in the order they came in.
    pub fn requests(&self) -> Vec<String> {
        self.shared.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Calls seen since the plan was made, repetitions included.
    pub fn calls(&self) -> usize {
        self.shared.calls.load(Ordering::SeqCst)
    }
}

impl Drop for FaultyProxy {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        for stream in self.shared.stop.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        // The listener wakes up for one last connection and sees that it is to stop.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Takes calls off one connection, one connection to the gateway for each.
fn serve(client: &TcpStream, gateway: SocketAddr, shared: &Shared) -> std::io::Result<()> {
    let mut incoming = client;
    loop {
        let Some(call) = read_message(&mut incoming)? else { return Ok(()) };
        let number = shared.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let line = String::from_utf8_lossy(call.split(|byte| *byte == b'\r').next().unwrap_or_default()).into_owned();
        let request = line.trim_end_matches(" HTTP/1.1").to_owned();
        shared.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
        let (calls, harm) = *shared.plan.lock().unwrap_or_else(PoisonError::into_inner);
        let harmed = match calls {
            Calls::None => false,
            Calls::Only(only) => number == only,
            Calls::From(first) => number >= first,
        };
        match harm {
            Harm::Drop if harmed => return client.shutdown(Shutdown::Both),
            Harm::ServerError if harmed => {
                incoming.write_all(b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n")?;
                continue;
            }
            // Nothing is ever sent on this channel: it is a wait with a bound.
            Harm::Delay(time) if harmed => drop(mpsc::sync_channel::<()>(0).1.recv_timeout(time)),
            _ => {}
        }
        let mut upstream = TcpStream::connect(gateway)?;
        upstream.write_all(&call)?;
        let reply = read_message(&mut upstream)?;
        if harmed && harm == Harm::SwallowReply {
            return client.shutdown(Shutdown::Both);
        }
        match reply {
            Some(reply) => incoming.write_all(&reply)?,
            None => return client.shutdown(Shutdown::Both),
        }
    }
}

/// One HTTP/1.1 message with a Content-Length, or none at the end of the connection.
fn read_message(stream: &mut impl Read) -> std::io::Result<Option<Vec<u8>>> {
    let mut message = Vec::new();
    let mut byte = [0];
    while !message.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Ok(None);
        }
        message.extend_from_slice(&byte);
    }
    let head = String::from_utf8_lossy(&message).to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .and_then(|length| length.trim().parse::<u64>().ok())
        .unwrap_or(0);
    stream.take(length).read_to_end(&mut message)?;
    Ok(Some(message))
}
