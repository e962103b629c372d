//! Readers whose cards can be pulled at a chosen exchange, around any other readers.

use cardwright::card::{
    reader::{Access, CardConnection, CardReaders, CardWatch, ReaderError, ReaderStatus},
    transport::{Tear, Tearer, Transport, TransportError},
};

/// Readers around other readers: every exchange passes the tear.
pub struct TearingReaders {
    pub inner: Box<dyn CardReaders>,
    pub tear: Tear,
}

impl CardReaders for TearingReaders {
    fn list(&self) -> Result<Vec<ReaderStatus>, ReaderError> {
        self.inner.list()
    }

    fn connect(&self, reader: &str, access: Access) -> Result<Box<dyn CardConnection>, ReaderError> {
        Ok(Box::new(TearingConnection { inner: self.inner.connect(reader, access)?, tear: self.tear.clone() }))
    }

    fn watch(&self) -> Result<CardWatch, ReaderError> {
        self.inner.watch()
    }
}

struct TearingConnection {
    inner: Box<dyn CardConnection>,
    tear: Tear,
}

impl CardConnection for TearingConnection {
    fn reader(&self) -> &str {
        self.inner.reader()
    }

    fn atr(&self) -> &[u8] {
        self.inner.atr()
    }

    fn transact(&mut self, work: &mut dyn FnMut(&mut dyn Transport)) -> Result<(), TransportError> {
        let tear = self.tear.clone();
        self.inner.transact(&mut |card| work(&mut Tearer::new(card, tear.clone())))
    }

    fn reconnect(&mut self) -> Result<(), TransportError> {
        self.inner.reconnect()
    }
}
