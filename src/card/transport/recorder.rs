//! What was sent: counted and listed, never what was in it.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Transport, TransportError};
use crate::card::apdu::{Command, Response, StatusWord};

/// How many lines are kept for the support bundle: several whole issues.
const LINES_KEPT: usize = 512;

/// One exchange: header, lengths and status word. It never holds data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExchangeLine {
    /// CLA INS P1 P2.
    pub header: [u8; 4],
    /// Data bytes sent.
    pub sent: usize,
    /// Data bytes received.
    pub received: usize,
    /// The status word; `None` when no answer arrived.
    pub status: Option<StatusWord>,
}

impl fmt::Display for ExchangeLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [cla, ins, p1, p2] = self.header;
        write!(f, "{cla:02X} {ins:02X} {p1:02X} {p2:02X}, {} bytes -> ", self.sent)?;
        match self.status {
            Some(status) => write!(f, "{status}, {} bytes", self.received),
            None => f.write_str("no answer"),
        }
    }
}

/// The record of one card's exchanges. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct ExchangeRecord {
    record: Arc<Mutex<Record>>,
}

#[derive(Debug, Default)]
struct Record {
    count: u64,
    lines: VecDeque<ExchangeLine>,
}

impl ExchangeRecord {
    /// How many command APDUs were sent, every piece and every GET RESPONSE counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.with(|record| record.count)
    }

    /// The newest lines, oldest first.
    #[must_use]
    pub fn lines(&self) -> Vec<ExchangeLine> {
        self.with(|record| record.lines.iter().copied().collect())
    }

    fn add(&self, line: ExchangeLine) {
        self.with(|record| {
            record.count = record.count.saturating_add(1);
            if record.lines.len() == LINES_KEPT {
                record.lines.pop_front();
            }
            record.lines.push_back(line);
        });
    }

    /// A thread that died while it added a line left the record whole: it is only ever pushed to.
    fn with<R>(&self, work: impl FnOnce(&mut Record) -> R) -> R {
        work(&mut self.record.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Adds every exchange that passes to an [`ExchangeRecord`].
pub struct Recorder<T> {
    inner: T,
    record: ExchangeRecord,
}

impl<T: Transport> Recorder<T> {
    /// Puts this layer on a transport.
    pub fn new(inner: T, record: ExchangeRecord) -> Self {
        Self { inner, record }
    }
}

impl<T: Transport> Transport for Recorder<T> {
    fn exchange(&mut self, command: &Command) -> Result<Response, TransportError> {
        let answer = self.inner.exchange(command);
        self.record.add(ExchangeLine {
            header: [command.cla, command.ins, command.p1, command.p2],
            sent: command.data.len(),
            received: answer.as_ref().map_or(0, |response| response.data.len()),
            status: answer.as_ref().ok().map(|response| response.status),
        });
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::transport::script::Script;

    #[test]
    fn lines_hold_no_data() {
        let record = ExchangeRecord::default();
        let mut script = Script::new().then(b"secret\x90\x00").then_fails(TransportError::Removed);
        let mut recorder = Recorder::new(&mut script, record.clone());
        let command = Command::new(0, 0x20, 0, 0x80).with_data(*b"27182818");
        let _ = recorder.exchange(&command);
        let _ = recorder.exchange(&command);
        assert_eq!(record.count(), 2);
        let lines: Vec<_> = record.lines().iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["00 20 00 80, 8 bytes -> 9000, 6 bytes", "00 20 00 80, 8 bytes -> no answer"]);
        assert!(!format!("{record:?}").contains("27182818"));
    }

    #[test]
    fn old_lines_go_and_the_count_stays() {
        let record = ExchangeRecord::default();
        for _ in 0..LINES_KEPT + 3 {
            record.add(ExchangeLine { header: [0; 4], sent: 0, received: 0, status: None });
        }
        assert_eq!((record.count(), record.lines().len()), (LINES_KEPT as u64 + 3, LINES_KEPT));
    }
}
