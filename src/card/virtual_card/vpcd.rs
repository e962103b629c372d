//! The card's side of a vpcd reader: puts a card behind the PC/SC service of this or another computer.
//!
//! vpcd listens and the card connects. Both ways a message is its length in two bytes, big-endian, and its body. A body
//! of one byte is an order: 00 power off, 01 power on, 02 reset, 04 tell the answer to reset; anything longer is a
//! command. Only the last two are answered (`facts/piv.md` 1).

#[cfg(target_os = "linux")]
mod linux;

use std::{
    io::{self, Read as _, Write as _},
    net::TcpStream,
};

use zeroize::Zeroizing;

use super::readers::SharedCard;
use crate::card::transport::TransportError;

/// A chip as a vpcd reader sees it.
pub trait Chip {
    /// Answer to reset, at most 33 bytes (ISO/IEC 7816-3:2006, 8.1).
    fn atr(&mut self) -> Vec<u8>;

    /// Power comes; what was unlocked is locked.
    fn power_on(&mut self);

    /// Power goes.
    fn power_off(&mut self);

    /// Reset; what was unlocked is locked.
    fn reset(&mut self);

    /// The answer to one command; `None` when the card leaves the reader here.
    fn transmit(&mut self, command: &[u8]) -> Option<Zeroizing<Vec<u8>>>;
}

impl Chip for SharedCard {
    fn atr(&mut self) -> Vec<u8> {
        chip(self).atr().to_vec()
    }

    fn power_on(&mut self) {
        chip(self).power_on();
    }

    fn power_off(&mut self) {
        chip(self).power_off();
    }

    fn reset(&mut self) {
        chip(self).reset();
    }

    fn transmit(&mut self, command: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let mut card = chip(self);
        match card.transmit(command) {
            // A reset by another program reaches a reader's card as this: what was unlocked is locked, ask again.
            Err(TransportError::Reset) => card.transmit(command).ok().map(Zeroizing::new),
            answer => answer.ok().map(Zeroizing::new),
        }
    }
}

fn chip(card: &SharedCard) -> std::sync::MutexGuard<'_, super::VirtualCard> {
    card.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Why the card left the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Departure {
    /// The reader's side closed the connection.
    ReaderClosed,
    /// The card left by itself: an armed fault.
    CardLeft,
}

/// Serves the card until one side leaves. Closing the stream elsewhere (`TcpStream::shutdown` on a clone) takes the card
/// out. vpcd notices insertion and removal within its poll period, so wait until the reader shows empty before the next
/// card connects.
///
/// # Errors
/// The connection broke in the middle of a message.
pub fn serve(mut reader: TcpStream, mut card: impl Chip) -> io::Result<Departure> {
    reader.set_nodelay(true)?;
    loop {
        let Some(message) = next_message(&mut reader)? else { return Ok(Departure::ReaderClosed) };
        match message.as_slice() {
            [] => {}
            [0x00] => card.power_off(),
            [0x01] => card.power_on(),
            [0x02] => card.reset(),
            [0x04] => answer(&mut reader, &card.atr())?,
            [_] => {}
            command => match card.transmit(command) {
                Some(bytes) => answer(&mut reader, &bytes)?,
                None => return Ok(Departure::CardLeft),
            },
        }
    }
}

/// The next message; `None` when the reader's side closed between two messages.
fn next_message(reader: &mut TcpStream) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut length = [0; 2];
    acknowledge_at_once(reader)?;
    match reader.read_exact(&mut length) {
        Ok(()) => {}
        Err(end) if matches!(end.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset) => {
            return Ok(None);
        }
        Err(fault) => return Err(fault),
    }
    let mut body = Zeroizing::new(vec![0; usize::from(u16::from_be_bytes(length))]);
    acknowledge_at_once(reader)?;
    reader.read_exact(&mut body)?;
    Ok(Some(body))
}

/// Sends one message in one piece: in two, the second would wait for the first one's acknowledgement.
fn answer(reader: &mut TcpStream, body: &[u8]) -> io::Result<()> {
    let length = u16::try_from(body.len()).map_err(|_| io::Error::other("answer of more than 65,535 bytes"))?;
    let mut message = Zeroizing::new(Vec::with_capacity(body.len().saturating_add(2)));
    message.extend(length.to_be_bytes());
    message.extend_from_slice(body);
    reader.write_all(&message)
}

#[cfg(target_os = "linux")]
use linux::acknowledge_at_once;

/// Other systems have no such switch; commands are slower there and nothing else.
#[cfg(not(target_os = "linux"))]
fn acknowledge_at_once(_reader: &TcpStream) -> io::Result<()> {
    Ok(())
}
