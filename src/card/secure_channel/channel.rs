//! The host's end of an open channel: commands are wrapped, answers unwrapped (Amendment D, 6.2.4 to 6.2.7).

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{
    CODE, SECURE_MESSAGING, SecurityLevel,
    cipher::{BLOCK, cmac, decrypt, encrypt, encrypt_block},
    keys::SessionKeys,
};
use crate::card::{
    apdu::{Command, Response, StatusWord},
    transport::TransportError,
};

/// Why a channel can no longer be used. Whatever happens, it is opened anew and never mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChannelFault {
    /// An answer without its code, with a wrong one, or with contents that do not decrypt.
    #[error("an answer that came back was not the card's own")]
    NotGenuine,
    /// The card found a command whose code is wrong (6988) or missing (6987), and has closed the channel.
    #[error("the card did not accept a command ({0}) and closed it")]
    ClosedByCard(StatusWord),
    /// An earlier answer did not arrive, so that both ends count differently.
    #[error("an earlier answer did not arrive")]
    OutOfStep,
    /// Whoever holds the keys of the session did not wrap the next command.
    #[error("the gateway did not go on with it")]
    NotGoneOnWith,
}

/// Where an open channel stands: what both ends chain and count. Nothing in it is secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelPosition {
    /// Code of the last command, whole; the next one begins with it.
    chaining: [u8; BLOCK],
    /// Commands sent since EXTERNAL AUTHENTICATE.
    commands: u64,
}

/// One open channel. It holds the keys of this session alone and dies with it.
#[derive(Debug)]
pub struct Channel {
    keys: SessionKeys,
    level: SecurityLevel,
    position: ChannelPosition,
    broken: Option<ChannelFault>,
}

impl Channel {
    /// The channel before EXTERNAL AUTHENTICATE.
    #[must_use]
    pub fn new(keys: SessionKeys, level: SecurityLevel) -> Self {
        Self::at(keys, level, ChannelPosition { chaining: [0; BLOCK], commands: 0 })
    }

    /// A channel that was put away after a command and goes on there.
    #[must_use]
    pub fn at(keys: SessionKeys, level: SecurityLevel, position: ChannelPosition) -> Self {
        Self { keys, level, position, broken: None }
    }

    /// Where it stands, to be put away.
    #[must_use]
    pub fn position(&self) -> ChannelPosition {
        self.position
    }

    /// What is protected on it.
    #[must_use]
    pub fn level(&self) -> SecurityLevel {
        self.level
    }

    /// EXTERNAL AUTHENTICATE (Amendment D, 7.1.2): the first command that carries a code, and the one that is never
    /// encrypted.
    #[must_use]
    pub fn external_authenticate(&mut self, host_cryptogram: &[u8; CODE]) -> Command {
        let header = [0x80 | SECURE_MESSAGING, 0x82, self.level.parameter(), 0x00];
        self.with_code(header, host_cryptogram.to_vec())
    }

    /// Wraps one command of at most [`SecurityLevel::longest_piece`] bytes.
    ///
    /// # Errors
    /// It is longer, or the channel is broken.
    pub fn wrap(&mut self, command: &Command) -> Result<Command, TransportError> {
        if let Some(fault) = self.broken {
            return Err(fault.into());
        }
        if command.data.len() > self.level.longest_piece() {
            return Err(TransportError::TooLong);
        }
        // Every command counts, also one that has nothing to encrypt (Amendment D, 6.2.6).
        self.position.commands = self.position.commands.saturating_add(1);
        let data = if self.level.encrypts_commands() && !command.data.is_empty() {
            let first = counter_block(&self.keys, self.position.commands, Direction::Command);
            encrypt(&self.keys.encryption, first, &pad(&command.data))
        } else {
            command.data.clone()
        };
        let mut wrapped = self.with_code([command.cla | SECURE_MESSAGING, command.ins, command.p1, command.p2], data);
        // An answer that carries a code has data.
        wrapped.expects_data = command.expects_data || self.level.protects_answers();
        Ok(wrapped)
    }

    /// The code covers the one before it, header and length as they are sent, and the data (Amendment D, 6.2.4).
    fn with_code(&mut self, header: [u8; 4], mut data: Vec<u8>) -> Command {
        let length = u8::try_from(data.len() + CODE).unwrap_or(u8::MAX);
        self.position.chaining = cmac(&self.keys.command_mac, &[&self.position.chaining, &header, &[length], &data]);
        data.extend_from_slice(&self.position.chaining[..CODE]);
        let [cla, ins, p1, p2] = header;
        Command::new(cla, ins, p1, p2).with_data(data)
    }

    /// Unwraps the answer to the command that was wrapped last.
    ///
    /// # Errors
    /// [`ChannelFault`]: the answer is not the card's own, or the card closed the channel. It stays closed.
    pub fn unwrap(&mut self, response: Response) -> Result<Response, TransportError> {
        if matches!(response.status.0, 0x6987 | 0x6988) {
            return Err(self.breaks(ChannelFault::ClosedByCard(response.status)));
        }
        if !is_protected_answer(response.status) {
            // Nothing vouches for data beside a refusal.
            return Ok(Response::new(Vec::new(), response.status));
        }
        if !self.level.protects_answers() {
            return Ok(response);
        }
        match self.opened(&response) {
            Some(data) => Ok(Response::new(data, response.status)),
            None => Err(self.breaks(ChannelFault::NotGenuine)),
        }
    }

    fn opened(&self, response: &Response) -> Option<Vec<u8>> {
        let (data, code) = response.data.split_last_chunk::<CODE>()?;
        let status = response.status.0.to_be_bytes();
        let expected = cmac(&self.keys.answer_mac, &[&self.position.chaining, data, &status]);
        if !bool::from(expected[..CODE].ct_eq(code)) {
            return None;
        }
        if !self.level.encrypts_answers() || data.is_empty() {
            return Some(data.to_vec());
        }
        if !data.len().is_multiple_of(BLOCK) {
            return None;
        }
        let first = counter_block(&self.keys, self.position.commands, Direction::Answer);
        unpad(&decrypt(&self.keys.encryption, first, data)).map(<[u8]>::to_vec)
    }

    /// Closes the channel, because an answer did not arrive: the card may have counted the command or not.
    pub fn lose_step(&mut self) {
        self.broken.get_or_insert(ChannelFault::OutOfStep);
    }

    fn breaks(&mut self, fault: ChannelFault) -> TransportError {
        self.broken = Some(fault);
        fault.into()
    }
}

/// Which way the encrypted data goes.
#[derive(Debug, Clone, Copy)]
enum Direction {
    Command,
    Answer,
}

/// The first block of CBC: the command's number, encrypted; for answers with its highest bit set (Amendment D, 6.2.6
/// and 6.2.7).
fn counter_block(keys: &SessionKeys, commands: u64, direction: Direction) -> [u8; BLOCK] {
    let mut counter = u128::from(commands).to_be_bytes();
    if matches!(direction, Direction::Answer) {
        counter[0] = 0x80;
    }
    encrypt_block(&keys.encryption, counter)
}

/// Whether an answer with this status word carries a code: 9000 and the warnings do, errors do not (Amendment D, 6.2.5).
#[must_use]
pub fn is_protected_answer(status: StatusWord) -> bool {
    status.is_ok() || matches!(status.sw1(), 0x62 | 0x63)
}

/// 80 and as many zeros as fill the last block (Amendment D, 4.1.3).
pub(in crate::card) fn pad(data: &[u8]) -> Zeroizing<Vec<u8>> {
    let whole = (data.len() / BLOCK + 1) * BLOCK;
    let mut padded = Zeroizing::new(Vec::with_capacity(whole));
    padded.extend_from_slice(data);
    padded.push(0x80);
    padded.resize(whole, 0x00);
    padded
}

/// The data without its padding; `None` when there is none.
pub(in crate::card) fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let end = padded.iter().rposition(|byte| *byte != 0x00)?;
    match padded.split_at_checked(end)? {
        (data, [0x80, ..]) if padded.len() - end <= BLOCK => Some(data),
        _ => None,
    }
}
