//! Cards of the older series, as far as they show themselves.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use cardwright::card::{
    apdu::{Command, Response, StatusWord},
    reader::{Access, CardConnection, CardReaders, CardWatch, Presence, ReaderError, ReaderEvent, ReaderStatus},
    transport::{Transport, TransportError},
};

/// JCOP 41, the one old generation whose answer to reset is public (`facts/piv.md` 5.1).
pub const JCOP_41: [u8; 14] = [0x3B, 0x6A, 0x00, 0xFF, 0x4A, 0x43, 0x4F, 0x50, 0x34, 0x31, 0x56, 0x32, 0x32, 0x31];

/// The AuthentIC application by which Series 8 is known.
pub const AUTHENTIC: [u8; 16] = [0xA0, 0, 0, 0, 0x77, 1, 0, 0x70, 0x0A, 0x10, 0, 0xF1, 0, 0, 1, 0];

/// A card that takes SELECT of one application and refuses everything else.
#[derive(Debug, Clone)]
pub struct OldCard {
    reader: &'static str,
    atr: Vec<u8>,
    application: Option<Vec<u8>>,
    /// Commands that were not SELECT.
    pub other_commands: Arc<AtomicU64>,
}

impl OldCard {
    pub fn new(reader: &'static str, atr: &[u8], application: Option<&[u8]>) -> Self {
        let application = application.map(<[u8]>::to_vec);
        Self { reader, atr: atr.to_vec(), application, other_commands: Arc::default() }
    }
}

impl CardReaders for OldCard {
    fn list(&self) -> Result<Vec<ReaderStatus>, ReaderError> {
        Ok(vec![ReaderStatus { name: self.reader.into(), card: Presence::Present { atr: self.atr.clone() } }])
    }

    fn connect(&self, _: &str, _: Access) -> Result<Box<dyn CardConnection>, ReaderError> {
        Ok(Box::new(self.clone()))
    }

    fn watch(&self) -> Result<CardWatch, ReaderError> {
        // It tells what is there, and then nothing changes until it is told to end.
        let (sender, events) = std::sync::mpsc::sync_channel(1);
        self.list()?.into_iter().for_each(|status| sender.send(ReaderEvent::Changed(status)).expect("room for one"));
        Ok(CardWatch::new(events, move || drop(sender)))
    }
}

impl CardConnection for OldCard {
    fn reader(&self) -> &str {
        self.reader
    }

    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn transact(&mut self, work: &mut dyn FnMut(&mut dyn Transport)) -> Result<(), TransportError> {
        work(&mut OldChip(self));
        Ok(())
    }

    fn reconnect(&mut self) -> Result<(), TransportError> {
        Ok(())
    }
}

struct OldChip<'a>(&'a OldCard);

impl Transport for OldChip<'_> {
    fn exchange(&mut self, command: &Command) -> Result<Response, TransportError> {
        let status = match command.ins {
            0xA4 if self.0.application.as_deref() == Some(command.data.as_slice()) => 0x9000,
            0xA4 => 0x6A82,
            _ => {
                self.0.other_commands.fetch_add(1, Ordering::Relaxed);
                0x6D00
            }
        };
        Ok(Response::new(Vec::new(), StatusWord(status)))
    }
}
