//! Real readers and training readers as one list, so that nothing above can tell them apart.

use std::{
    sync::{Arc, mpsc::sync_channel},
    thread,
};

use crate::card::{
    pkcs11::Middleware,
    reader::{Access, CardConnection, CardReaders, CardWatch, ReaderError, ReaderStatus},
};

/// Events that may wait before the sender does: far more than readers on one desk.
const WAITING_EVENTS: usize = 64;

/// The readers of several kinds, in order.
pub struct SeveralReaders {
    kinds: Vec<Arc<dyn CardReaders>>,
    middleware: Option<Middleware>,
}

impl SeveralReaders {
    /// All of them, in this order.
    #[must_use]
    pub fn new(kinds: Vec<Arc<dyn CardReaders>>) -> Self {
        Self { kinds, middleware: None }
    }

    /// The same, with the middleware for cards that are reached through it alone.
    #[must_use]
    pub fn with_middleware(self, middleware: Option<Middleware>) -> Self {
        Self { middleware, ..self }
    }
}

impl CardReaders for SeveralReaders {
    /// Kinds whose service is not running have no readers; only when that is true of all of them is it an error.
    fn list(&self) -> Result<Vec<ReaderStatus>, ReaderError> {
        let (mut all, mut fault, mut answered) = (Vec::new(), None, self.kinds.is_empty());
        for kind in &self.kinds {
            match kind.list() {
                Ok(readers) => {
                    answered = true;
                    all.extend(readers);
                }
                Err(ReaderError::NoService) => fault = Some(ReaderError::NoService),
                Err(other) => return Err(other),
            }
        }
        match fault {
            Some(fault) if !answered => Err(fault),
            _ => Ok(all),
        }
    }

    fn connect(&self, reader: &str, access: Access) -> Result<Box<dyn CardConnection>, ReaderError> {
        let mut answer = ReaderError::UnknownReader { reader: reader.to_owned() };
        for kind in &self.kinds {
            match kind.connect(reader, access) {
                Ok(connection) => return Ok(connection),
                Err(ReaderError::UnknownReader { .. } | ReaderError::NoService) => {}
                Err(fault) => answer = fault,
            }
        }
        Err(answer)
    }

    fn watch(&self) -> Result<CardWatch, ReaderError> {
        let (sender, receiver) = sync_channel(WAITING_EVENTS);
        // Before any is taken apart: those of the first kinds end by themselves when a later one cannot be had.
        let watches = self.kinds.iter().map(|kind| kind.watch()).collect::<Result<Vec<_>, _>>()?;
        let mut stops = Vec::new();
        for mut watch in watches {
            stops.extend(watch.take_stop());
            let sender = sender.clone();
            let forward = move || {
                while let Some(event) = watch.next() {
                    if sender.send(event).is_err() {
                        break;
                    }
                }
            };
            let spawned = thread::Builder::new().name("reader events".to_owned()).spawn(forward);
            spawned.map_err(|e| ReaderError::Fault { reader: "all readers".to_owned(), fault: e.to_string() })?;
        }
        // A forwarder ends when the events of its kind do; one that waits for room sees that the receiving end is gone.
        Ok(CardWatch::new(receiver, move || stops.into_iter().for_each(|stop| stop())))
    }

    fn middleware(&self) -> Option<&Middleware> {
        self.middleware.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::reader::Presence;

    struct Kind(Result<&'static str, ReaderError>);

    impl CardReaders for Kind {
        fn list(&self) -> Result<Vec<ReaderStatus>, ReaderError> {
            let name = self.0.clone()?.to_owned();
            Ok(vec![ReaderStatus { name, card: Presence::Empty }])
        }
        fn connect(&self, reader: &str, _: Access) -> Result<Box<dyn CardConnection>, ReaderError> {
            let reader = reader.to_owned();
            if self.0.clone()? == reader {
                Err(ReaderError::NoCard { reader })
            } else {
                Err(ReaderError::UnknownReader { reader })
            }
        }
        fn watch(&self) -> Result<CardWatch, ReaderError> {
            let (sender, receiver) = sync_channel(1);
            for status in self.list()? {
                let _ = sender.send(crate::card::reader::ReaderEvent::Changed(status));
            }
            Ok(CardWatch::new(receiver, || {}))
        }
    }

    fn several(kinds: Vec<Kind>) -> SeveralReaders {
        SeveralReaders::new(kinds.into_iter().map(|kind| Arc::new(kind) as Arc<dyn CardReaders>).collect())
    }

    #[test]
    fn a_desk_without_the_smart_card_service_still_has_its_training_readers() {
        let desk = several(vec![Kind(Err(ReaderError::NoService)), Kind(Ok("Training reader 1"))]);
        let names: Vec<String> = desk.list().expect("one kind answers").into_iter().map(|r| r.name).collect();
        assert_eq!(names, ["Training reader 1"]);
        assert_eq!(several(vec![Kind(Err(ReaderError::NoService))]).list(), Err(ReaderError::NoService));
    }

    #[test]
    fn a_reader_is_found_whatever_its_kind_and_its_fault_is_told() {
        let desk = several(vec![Kind(Ok("A")), Kind(Ok("B")), Kind(Err(ReaderError::NoService))]);
        let fault = |reader: &str| desk.connect(reader, Access::Shared).err();
        assert_eq!(fault("B"), Some(ReaderError::NoCard { reader: "B".into() }));
        assert_eq!(fault("C"), Some(ReaderError::UnknownReader { reader: "C".into() }));
    }

    #[test]
    fn events_of_all_kinds_arrive_and_the_watch_ends_with_them() {
        let watch = several(vec![Kind(Ok("A")), Kind(Ok("B"))]).watch().expect("both can be watched");
        assert_eq!(std::iter::from_fn(|| watch.next()).count(), 2);
    }
}
