//! The card's end of a secure channel (Amendment D, 6.2 and 7.1).

use subtle::ConstantTimeEq;

use super::{super::piv::Outcome, KeySets, OPTIONS};
use crate::card::{
    apdu::{Command, StatusWord},
    secure_channel::{
        BLOCK, CODE, CardAnswer, Challenges, ChannelKey, SECURE_MESSAGING, SecurityLevel, SessionKeys, cmac, decrypt,
        encrypt, encrypt_block, is_protected_answer, pad, pseudo_random_challenge, unpad,
    },
    virtual_card::{
        state::{CardMemory, Session},
        status,
    },
};

/// Class bits of secure messaging, and all class bits that a channel's commands may have: chaining, secure messaging,
/// GlobalPlatform.
const MESSAGING_BITS: u8 = 0x0C;
const KNOWN_BITS: u8 = 0x94;

/// How the length of a command was written. The code of a wrapped command covers it as it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LengthForm {
    Short,
    Extended,
}

/// Where the card stands with its host. A reset, and selecting an application, forget it.
#[derive(Debug, Default)]
pub enum CardChannel {
    #[default]
    Closed,
    /// INITIALIZE UPDATE was answered.
    Begun(Begun),
    /// EXTERNAL AUTHENTICATE was right.
    Open(Open),
}

#[derive(Debug)]
pub struct Begun {
    version: u8,
    keys: SessionKeys,
    challenges: Challenges,
    key_encryption: ChannelKey,
}

#[derive(Debug)]
pub struct Open {
    keys: SessionKeys,
    level: SecurityLevel,
    chaining: [u8; BLOCK],
    commands: u64,
    key_encryption: ChannelKey,
}

impl CardChannel {
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open(_))
    }

    /// Whether it is open and commands come through it encrypted.
    pub fn encrypts_commands(&self) -> bool {
        matches!(self, Self::Open(open) if open.level.encrypts_commands())
    }

    /// The key under which new keys come, while the channel is open.
    pub fn key_encryption(&self) -> Option<&ChannelKey> {
        match self {
            Self::Open(open) => Some(&open.key_encryption),
            Self::Closed | Self::Begun(_) => None,
        }
    }
}

pub fn initialize_update(memory: &mut CardMemory, session: &mut Session, command: &Command, invoker: &[u8]) -> Outcome {
    session.channel = CardChannel::Closed;
    if command.p2 != 0 {
        return Err(status::WRONG_P1_P2);
    }
    let host: [u8; CODE] = command.data.as_slice().try_into().map_err(|_| status::WRONG_LENGTH)?;
    let tries = memory.behaviour.secure_channel.tries;
    let set = memory.domain.get_mut(command.p1).ok_or(status::REFERENCE_NOT_FOUND)?;
    if set.wrong() >= tries {
        return Err(status::BLOCKED);
    }
    let keys = set.keys().ok_or(status::MEMORY_FAILURE)?;
    let sequence = set.next_sequence();
    let challenges = Challenges { host, card: pseudo_random_challenge(&keys, sequence, invoker) };
    let of_session = keys.session(&challenges);
    let answer = CardAnswer {
        diversification: memory.production.diversification(),
        key_version: set.version(),
        options: OPTIONS,
        challenge: challenges.card,
        cryptogram: of_session.card_cryptogram(&challenges),
        sequence: Some(sequence),
    };
    session.channel = CardChannel::Begun(Begun {
        version: set.version(),
        keys: of_session,
        challenges,
        key_encryption: keys.key_encryption().clone(),
    });
    Ok(answer.bytes())
}

/// Cryptogram and code are both wrong when the host has other keys; one word for both tells it nothing.
pub fn external_authenticate(sets: &mut KeySets, tries: u8, session: &mut Session, command: &Command) -> Outcome {
    let CardChannel::Begun(begun) = std::mem::take(&mut session.channel) else {
        return Err(status::CONDITIONS_NOT_MET);
    };
    let level = SecurityLevel::from_parameter(command.p1).filter(|_| command.p2 == 0).ok_or(status::WRONG_P1_P2)?;
    let (cryptogram, code) =
        command.data.split_first_chunk::<CODE>().filter(|(_, code)| code.len() == CODE).ok_or(status::WRONG_LENGTH)?;
    let set = sets.get_mut(begun.version).ok_or(status::REFERENCE_NOT_FOUND)?;
    if set.wrong() >= tries {
        return Err(status::BLOCKED);
    }
    let header = [command.cla, command.ins, command.p1, command.p2, 2 * CODE as u8];
    let chaining = cmac(&begun.keys.command_mac, &[&[0; BLOCK], &header, cryptogram]);
    let right = begun.keys.host_cryptogram(&begun.challenges).ct_eq(cryptogram) & chaining[..CODE].ct_eq(code);
    if !bool::from(right) {
        set.count_wrong();
        return Err(status::VERIFICATION_FAILED);
    }
    set.forget_wrong();
    let Begun { keys, key_encryption, .. } = begun;
    session.channel = CardChannel::Open(Open { keys, level, chaining, commands: 0, key_encryption });
    Ok(Vec::new())
}

/// A command as it came through the channel's rules.
pub enum Received {
    /// It came as it is, and so does its answer.
    Plain,
    /// What was inside the wrapping.
    Unwrapped(Command),
}

/// Holds one piece of a command against the channel: while one is open, everything but selecting, and opening another,
/// comes wrapped.
pub fn receive(session: &mut Session, piece: &Command, form: LengthForm) -> Result<Received, StatusWord> {
    let opens = matches!((piece.cla, piece.ins), (0x80, 0x50) | (0x84, 0x82));
    if opens {
        return Ok(Received::Plain);
    }
    if piece.cla & MESSAGING_BITS != SECURE_MESSAGING || piece.cla & !KNOWN_BITS != 0 {
        let selects = (piece.cla, piece.ins) == (0x00, 0xA4);
        if session.channel.is_open() && !selects {
            session.channel = CardChannel::Closed;
            return Err(status::NOT_ALLOWED);
        }
        return Ok(Received::Plain);
    }
    let CardChannel::Open(open) = &mut session.channel else { return Err(status::CONDITIONS_NOT_MET) };
    match open.unwrap(piece, form) {
        Some(command) => Ok(Received::Unwrapped(command)),
        None => {
            session.channel = CardChannel::Closed;
            Err(status::WRONG_SECURE_MESSAGING)
        }
    }
}

/// Protects an answer to a wrapped command: its data as they go out, and the status word they go out with.
pub fn protect(channel: &CardChannel, data: Vec<u8>, status: StatusWord) -> Vec<u8> {
    match channel {
        CardChannel::Open(open) if open.level.protects_answers() && is_protected_answer(status) => {
            open.protected(data, status)
        }
        CardChannel::Open(_) | CardChannel::Begun(_) | CardChannel::Closed => data,
    }
}

impl Open {
    fn unwrap(&mut self, piece: &Command, form: LengthForm) -> Option<Command> {
        let (data, code) = piece.data.split_last_chunk::<CODE>()?;
        let whole = u16::try_from(piece.data.len()).ok()?.to_be_bytes();
        let length: &[u8] = match form {
            LengthForm::Short => whole.get(1..)?,
            LengthForm::Extended => &[0, whole[0], whole[1]],
        };
        let header = [piece.cla, piece.ins, piece.p1, piece.p2];
        let chaining = cmac(&self.keys.command_mac, &[&self.chaining, &header, length, data]);
        if !bool::from(chaining[..CODE].ct_eq(code)) {
            return None;
        }
        self.chaining = chaining;
        self.commands = self.commands.checked_add(1)?;
        let mut command = piece.clone();
        command.cla &= !SECURE_MESSAGING;
        command.data = if data.is_empty() || !self.level.encrypts_commands() {
            data.to_vec()
        } else if data.len().is_multiple_of(BLOCK) {
            let first = encrypt_block(&self.keys.encryption, u128::from(self.commands).to_be_bytes());
            unpad(&decrypt(&self.keys.encryption, first, data))?.to_vec()
        } else {
            return None;
        };
        Some(command)
    }

    fn protected(&self, data: Vec<u8>, status: StatusWord) -> Vec<u8> {
        let mut sent = if data.is_empty() || !self.level.encrypts_answers() {
            data
        } else {
            let mut counter = u128::from(self.commands).to_be_bytes();
            counter[0] = 0x80;
            encrypt(&self.keys.encryption, encrypt_block(&self.keys.encryption, counter), &pad(&data))
        };
        let code = cmac(&self.keys.answer_mac, &[&self.chaining, &sent, &status.0.to_be_bytes()]);
        sent.extend_from_slice(&code[..CODE]);
        sent
    }
}
