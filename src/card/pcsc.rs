//! Readers over PC/SC: `winscard` on Windows, `pcsclite` elsewhere. This file and its folder are the only place that
//! knows the `pcsc` crate.

mod watch;

use std::{ffi::CString, time::Duration};

use pcsc::{
    Card, Context, Disposition, Error, MAX_BUFFER_SIZE_EXTENDED, Protocols, ReaderState, Scope, ShareMode, State,
    Transaction,
};
use zeroize::Zeroizing;

use super::{
    apdu::{Command, Response},
    reader::{Access, CardConnection, CardReaders, CardWatch, Presence, ReaderError, ReaderStatus},
    transport::{Transport, TransportError},
};

/// The PC/SC readers of this computer. Every call opens its own context, because one context does one blocking call at
/// a time (`facts/platform.md` 5).
#[derive(Debug, Clone, Copy, Default)]
pub struct PcscReaders;

impl CardReaders for PcscReaders {
    fn list(&self) -> Result<Vec<ReaderStatus>, ReaderError> {
        let context = establish().map_err(|error| reader_error("", error))?;
        let names = context.list_readers_owned().map_err(|error| reader_error("", error))?;
        let mut states: Vec<_> = names.into_iter().map(|name| ReaderState::new(name, State::UNAWARE)).collect();
        if states.is_empty() {
            return Ok(Vec::new());
        }
        match context.get_status_change(Duration::ZERO, &mut states) {
            // A reader that went between the two calls is no longer listed, which is all there is to say about it.
            Ok(()) | Err(Error::Timeout | Error::UnknownReader) => {}
            Err(error) => return Err(reader_error("", error)),
        }
        Ok(states.iter().filter(|state| !is_gone(state.event_state())).map(status_of).collect())
    }

    fn connect(&self, reader: &str, access: Access) -> Result<Box<dyn CardConnection>, ReaderError> {
        let open = OpenCard::open(reader, access).map_err(|error| reader_error(reader, error))?;
        Ok(Box::new(PcscConnection { reader: reader.to_owned(), access, open }))
    }

    fn watch(&self) -> Result<CardWatch, ReaderError> {
        watch::start()
    }
}

/// A context of its own. Systems say in many ways that the service cannot be reached (stopped, a remote session without it, none
/// on this system at all), and without it there is nothing else that a context could fail for.
fn establish() -> Result<Context, Error> {
    Context::establish(Scope::User).map_err(|_| Error::NoService)
}

/// Whether the system says that this reader is no more.
fn is_gone(state: State) -> bool {
    state.intersects(State::UNKNOWN | State::IGNORE | State::UNAVAILABLE)
}

fn status_of(state: &ReaderState) -> ReaderStatus {
    ReaderStatus { name: state.name().to_string_lossy().into_owned(), card: presence(state.event_state(), state.atr()) }
}

fn presence(state: State, atr: &[u8]) -> Presence {
    let atr = || atr.to_vec();
    if !state.contains(State::PRESENT) {
        Presence::Empty
    } else if state.contains(State::MUTE) {
        Presence::Unreadable
    } else if state.contains(State::EXCLUSIVE) {
        Presence::InUse { atr: atr() }
    } else {
        Presence::Present { atr: atr() }
    }
}

/// The system's error in the words of the desk. No reader and no service are normal life, not faults.
fn reader_error(reader: &str, error: Error) -> ReaderError {
    let reader = reader.to_owned();
    match error {
        Error::NoService | Error::ServiceStopped | Error::Shutdown => ReaderError::NoService,
        Error::UnknownReader | Error::ReaderUnavailable | Error::NoReadersAvailable => {
            ReaderError::UnknownReader { reader }
        }
        Error::NoSmartcard | Error::RemovedCard => ReaderError::NoCard { reader },
        Error::SharingViolation => ReaderError::InUse { reader },
        Error::UnresponsiveCard | Error::UnpoweredCard | Error::ProtoMismatch | Error::UnsupportedCard => {
            ReaderError::Unreadable { reader }
        }
        other => ReaderError::Fault { reader, fault: other.to_string() },
    }
}

fn transport_error(error: Error) -> TransportError {
    match error {
        Error::RemovedCard | Error::NoSmartcard | Error::UnpoweredCard | Error::UnresponsiveCard => {
            TransportError::Removed
        }
        Error::ResetCard => TransportError::Reset,
        Error::SharingViolation => TransportError::InUse,
        Error::ReaderUnavailable | Error::UnknownReader | Error::NoReadersAvailable => TransportError::ReaderGone,
        // A service that was restarted does not know the handles of before.
        Error::NoService | Error::ServiceStopped | Error::Shutdown | Error::InvalidHandle => TransportError::NoService,
        other => TransportError::Other(other.to_string()),
    }
}

/// A card handle and what must live as long.
struct OpenCard {
    card: Card,
    atr: Vec<u8>,
}

impl OpenCard {
    fn open(reader: &str, access: Access) -> Result<Self, Error> {
        let context = establish()?;
        let name = CString::new(reader).map_err(|_| Error::UnknownReader)?;
        let card = context.connect(&name, share_mode(access), Protocols::ANY)?;
        let atr = card.status2_owned()?.atr().to_vec();
        Ok(Self { card, atr })
    }
}

fn share_mode(access: Access) -> ShareMode {
    match access {
        Access::Exclusive => ShareMode::Exclusive,
        Access::Shared => ShareMode::Shared,
    }
}

/// One card opened through PC/SC. Closing it resets the card, so that nothing stays unlocked.
struct PcscConnection {
    reader: String,
    access: Access,
    open: OpenCard,
}

impl CardConnection for PcscConnection {
    fn reader(&self) -> &str {
        &self.reader
    }

    fn atr(&self) -> &[u8] {
        &self.open.atr
    }

    fn transact(&mut self, work: &mut dyn FnMut(&mut dyn Transport)) -> Result<(), TransportError> {
        // A reset between two steps is told: what was selected and proved before is gone, and only the caller knows
        // whether this step relies on it.
        let transaction = self.open.card.transaction().map_err(transport_error)?;
        let buffer = Zeroizing::new(vec![0; MAX_BUFFER_SIZE_EXTENDED]);
        work(&mut PcscTransport { transaction: &transaction, buffer });
        Ok(())
    }

    fn reconnect(&mut self) -> Result<(), TransportError> {
        let mode = share_mode(self.access);
        if self.open.card.reconnect(mode, Protocols::ANY, Disposition::ResetCard).is_ok()
            && let Ok(status) = self.open.card.status2_owned()
        {
            self.open.atr = status.atr().to_vec();
            return Ok(());
        }
        // The handle died with its card, its reader or the service: a new one, from a new context.
        self.open = OpenCard::open(&self.reader, self.access).map_err(transport_error)?;
        Ok(())
    }
}

/// Sends commands inside one transaction.
struct PcscTransport<'a, 'tx> {
    transaction: &'a Transaction<'tx>,
    /// Holds one answer; wiped in the end.
    buffer: Zeroizing<Vec<u8>>,
}

impl PcscTransport<'_, '_> {
    /// A failed transmission in the words of the desk. Drivers say "not transacted" both when the card was pulled out
    /// and when a command is too long for them: the card's own state tells which.
    fn judge(&self, command: &Command, error: Error) -> TransportError {
        let about_length = matches!(
            error,
            Error::InsufficientBuffer | Error::InvalidParameter | Error::InvalidValue | Error::UnsupportedFeature
        );
        if !about_length && !matches!(error, Error::NotTransacted | Error::CommError) {
            return transport_error(error);
        }
        match self.transaction.status2_owned() {
            Err(gone) => transport_error(gone),
            Ok(_) if command.is_extended() => TransportError::TooLong,
            Ok(_) => transport_error(error),
        }
    }
}

impl Transport for PcscTransport<'_, '_> {
    fn exchange(&mut self, command: &Command) -> Result<Response, TransportError> {
        let bytes = command.encode().map_err(|_| TransportError::TooLong)?;
        let answer = self.transaction.transmit(&bytes, &mut self.buffer).map(|answer| answer.len());
        let length = answer.map_err(|error| self.judge(command, error))?;
        let answer = self.buffer.get(..length).ok_or(TransportError::Garbled)?;
        Response::parse(answer).map_err(|_| TransportError::Garbled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_in_the_words_of_the_desk() {
        let atr = [0x3B, 0x80];
        let table = [
            (State::EMPTY, Presence::Empty),
            (State::CHANGED | State::PRESENT, Presence::Present { atr: atr.to_vec() }),
            (State::PRESENT | State::INUSE, Presence::Present { atr: atr.to_vec() }),
            (State::PRESENT | State::EXCLUSIVE | State::INUSE, Presence::InUse { atr: atr.to_vec() }),
            (State::PRESENT | State::MUTE, Presence::Unreadable),
        ];
        for (state, expected) in table {
            assert_eq!(presence(state, &atr), expected, "{state:?}");
        }
    }

    #[test]
    fn a_missing_service_and_a_busy_card_say_what_to_do() {
        assert_eq!(reader_error("R", Error::ServiceStopped), ReaderError::NoService);
        let busy = reader_error("R", Error::SharingViolation);
        assert_eq!(busy, ReaderError::InUse { reader: "R".into() });
        assert!(busy.to_string().contains("take the card out and put it back"));
        assert_eq!(transport_error(Error::ResetCard), TransportError::Reset);
    }
}
