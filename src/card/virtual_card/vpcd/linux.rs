//! Linux delays acknowledgements by 40 ms, and vpcd sends length and body apart, so the second waits for the first.

use std::{io, net::TcpStream};

use socket2::SockRef;

/// Acknowledges what comes next at once. Linux forgets this after a while, so it is asked for before every read.
pub(super) fn acknowledge_at_once(reader: &TcpStream) -> io::Result<()> {
    SockRef::from(reader).set_tcp_quickack(true)
}
