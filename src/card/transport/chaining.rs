//! Long commands: cut in pieces, or sent whole where reader and card have shown that they take it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::{Transport, TransportError};
use crate::card::apdu::{Command, Response, StatusWord};

/// Class bit of every piece but the last (ISO/IEC 7816-4:2020, 5.4.1).
const MORE_FOLLOWS: u8 = 0x10;

/// What a card refuses extended length with: 6700 wrong length, 6Cxx wrong Le, 68xx function of the class byte not
/// supported (ISO/IEC 7816-4:2020, 5.6).
fn refuses_length(status: StatusWord) -> bool {
    status == StatusWord(0x6700) || matches!(status.sw1(), 0x6C | 0x68)
}

/// How long commands travel on one link, and what has been learnt about it. Clones share what they learn, so that a
/// card that refuses extended length is asked once, not once in each transaction.
#[derive(Debug, Clone)]
pub struct Link {
    /// Most data bytes of one piece, 1 to 255.
    piece: usize,
    extended: Arc<AtomicBool>,
}

impl Link {
    /// A link whose commands are cut in pieces of this many bytes (held to 1 to 255).
    #[must_use]
    pub fn in_pieces(piece: usize) -> Self {
        Self { piece: piece.clamp(1, 0xFF), extended: Arc::new(AtomicBool::new(false)) }
    }

    /// The same, trying extended length first and going back to pieces when card or reader refuses it.
    #[must_use]
    pub fn trying_extended(self) -> Self {
        self.extended.store(true, Ordering::Relaxed);
        self
    }

    /// A link of its own with pieces of at most this many bytes and never extended length.
    #[must_use]
    pub fn short_pieces(&self, longest: usize) -> Self {
        Self::in_pieces(self.piece.min(longest))
    }

    /// Most data bytes of one piece.
    #[must_use]
    pub fn longest_piece(&self) -> u8 {
        u8::try_from(self.piece).unwrap_or(u8::MAX)
    }

    /// Tries extended length from now on, where it was not tried before: once the kind of card is known.
    pub fn try_extended(&self) {
        self.extended.store(true, Ordering::Relaxed);
    }

    /// A link that has learnt of another one whether extended length works.
    #[must_use]
    pub fn after(self, other: &Self) -> Self {
        Self { extended: Arc::new(AtomicBool::new(self.tries_extended() && other.tries_extended())), ..self }
    }

    /// Whether extended length is still believed to work.
    #[must_use]
    pub fn tries_extended(&self) -> bool {
        self.extended.load(Ordering::Relaxed)
    }

    fn forgets_extended(&self) {
        self.extended.store(false, Ordering::Relaxed);
    }
}

/// A command in pieces of at most this many data bytes (held to 1 to 255); all but the last say that more follows, and the
/// last asks for the answer.
#[must_use]
pub fn pieces(command: &Command, longest: usize) -> Vec<Command> {
    let Command { cla, ins, p1, p2, .. } = *command;
    let mut pieces: Vec<Command> = command
        .data
        .chunks(longest.clamp(1, 0xFF))
        .map(|data| Command::new(cla | MORE_FOLLOWS, ins, p1, p2).with_data(data))
        .collect();
    let mut last = pieces.pop().unwrap_or_else(|| Command::new(cla, ins, p1, p2));
    (last.cla, last.expects_data) = (cla, command.expects_data);
    pieces.push(last);
    pieces
}

/// Sends commands of any length over a transport that takes short ones.
pub struct Chaining<T> {
    inner: T,
    link: Link,
}

impl<T: Transport> Chaining<T> {
    /// Puts this layer on a transport that already collects answers.
    pub fn new(inner: T, link: Link) -> Self {
        Self { inner, link }
    }

    fn send_pieces(&mut self, command: &Command) -> Result<Response, TransportError> {
        let pieces = pieces(command, self.link.piece);
        let mut last = Response::new(Vec::new(), StatusWord::OK);
        for piece in &pieces {
            last = self.inner.exchange(piece)?;
            if !last.status.is_ok() {
                break;
            }
        }
        Ok(last)
    }
}

impl<T: Transport> Transport for Chaining<T> {
    fn exchange(&mut self, command: &Command) -> Result<Response, TransportError> {
        if !command.is_extended() && command.data.len() <= self.link.piece {
            return self.inner.exchange(command);
        }
        if self.link.tries_extended() {
            match self.inner.exchange(command) {
                // A refusal by length means that nothing was executed; what follows is the same command in pieces.
                Ok(response) if refuses_length(response.status) => {
                    let in_pieces = self.send_pieces(command)?;
                    if !refuses_length(in_pieces.status) {
                        self.link.forgets_extended();
                    }
                    return Ok(in_pieces);
                }
                Err(TransportError::TooLong) => self.link.forgets_extended(),
                other => return other,
            }
        }
        self.send_pieces(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::transport::script::Script;

    fn put(length: usize) -> Command {
        Command::new(0, 0xDB, 0x3F, 0xFF).with_data(vec![7; length])
    }

    #[test]
    fn pieces_carry_the_chaining_bit_and_the_last_asks_for_the_answer() {
        let mut script = Script::new().then(&[0x90, 0]).then(&[0x90, 0]).then(&[1, 0x90, 0]);
        let response = Chaining::new(&mut script, Link::in_pieces(255)).exchange(&put(600).expecting_data()).unwrap();
        assert_eq!(response.data, [1]);
        let sent: Vec<_> = script.sent().iter().map(|c| (c.cla, c.data.len(), c.expects_data)).collect();
        assert_eq!(sent, [(0x10, 255, false), (0x10, 255, false), (0x00, 90, true)]);
    }

    #[test]
    fn a_refused_piece_ends_the_chain() {
        let mut script = Script::new().then(&[0x90, 0]).then(&[0x69, 0x82]);
        let response = Chaining::new(&mut script, Link::in_pieces(100)).exchange(&put(600)).unwrap();
        assert_eq!((response.status.0, script.sent().len()), (0x6982, 2));
    }

    #[test]
    fn extended_length_is_dropped_for_good_when_pieces_work() {
        for refusal in [[0x67, 0x00], [0x6C, 0x00], [0x68, 0x81], [0x68, 0x84]] {
            let link = Link::in_pieces(255).trying_extended();
            let mut script = Script::new().then(&refusal).then(&[0x90, 0]).then(&[0x90, 0]);
            assert!(Chaining::new(&mut script, link.clone()).exchange(&put(300)).unwrap().status.is_ok());
            assert!(!link.tries_extended());
            let mut script = Script::new().then(&[0x90, 0]).then(&[0x90, 0]);
            assert!(Chaining::new(&mut script, link).exchange(&put(300)).unwrap().status.is_ok());
        }
    }

    #[test]
    fn an_object_too_long_for_the_card_says_nothing_about_the_link() {
        let link = Link::in_pieces(255).trying_extended();
        let mut script = Script::new().then(&[0x67, 0]).then(&[0x67, 0]);
        assert_eq!(Chaining::new(&mut script, link.clone()).exchange(&put(300)).unwrap().status.0, 0x6700);
        assert!(link.tries_extended());
    }

    #[test]
    fn a_reader_that_cannot_carry_it_gets_pieces() {
        let link = Link::in_pieces(255).trying_extended();
        let mut script = Script::new().then_fails(TransportError::TooLong).then(&[0x90, 0]).then(&[0x90, 0]);
        assert!(Chaining::new(&mut script, link).exchange(&put(300)).unwrap().status.is_ok());
        assert_eq!(script.sent().len(), 3);
    }

    #[test]
    fn a_long_answer_is_asked_for_in_one_piece_only_where_it_may_be() {
        let read = Command::new(0, 0xCB, 0x3F, 0xFF).with_data([0x5C, 0]).expecting_long_answer();
        for (link, limit) in [(Link::in_pieces(255), 0), (Link::in_pieces(255).trying_extended(), 0x1_0000)] {
            let mut script = Script::new().then(&[0x90, 0]);
            Chaining::new(&mut script, link).exchange(&read).unwrap();
            assert_eq!(script.sent()[0].limit, limit);
        }
    }
}
