//! The virtual card: Cardwright's own model of a PIV chip, for training and for tests.
//!
//! It makes real keys and real signatures, counts tries, keeps its memory without power, and words its answers as one
//! of the measured cards does. In process it is a [`Transport`]; [`vpcd`] puts it behind a PC/SC reader.

pub mod behaviour;
pub mod blueprint;
mod cipher;
mod faults;
mod keys;
mod objects;
mod piv;
pub mod readers;
mod sealed;
mod security_domain;
mod state;
mod status;
pub mod vpcd;

use std::{collections::BTreeMap, fmt, path::Path};

use zeroize::Zeroizing;

use self::{
    piv::{Outcome, Piv},
    security_domain::{CardChannel, LengthForm, Received},
    state::{Application, CardMemory, PasscodeStatus, Rest, Session, Storage},
};
use super::{
    apdu::{Command, Response, StatusWord},
    transport::{Moment, Transport, TransportError},
};

pub use self::{
    behaviour::Behaviour,
    blueprint::{Blueprint, ManagementKey, ProductionData},
    faults::{AtOnce, Fault, Pace},
    readers::{SharedCard, VirtualReaders},
    state::CardFileError,
};

/// One virtual chip.
pub struct VirtualCard {
    memory: CardMemory,
    storage: Storage,
    session: Session,
    power: Power,
    pace: Box<dyn Pace>,
    commands: u64,
    faults: BTreeMap<u64, Fault>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Power {
    On,
    Off,
}

/// Longest data of a whole chain in bytes. Real cards have a buffer of this order; the largest PIV object has 12,710.
const LONGEST_CHAIN: usize = 16_384;

impl VirtualCard {
    /// A new card that lives as long as this object.
    #[must_use]
    pub fn new(blueprint: &Blueprint) -> Self {
        Self::with(CardMemory::factory_new(blueprint), Storage::Memory)
    }

    /// The card kept in a file, or a new one there. After every command that changed the card the file holds the new
    /// state before the answer is given, so a program killed at any moment leaves the card as a real chip would be.
    ///
    /// # Errors
    /// The file cannot be read or written, or holds no card. An existing file is never overwritten by a new card.
    pub fn open(file: &Path, blueprint_if_new: impl FnOnce() -> Blueprint) -> Result<Self, CardFileError> {
        let storage = Storage::File(file.to_owned());
        let memory = match Storage::read(file)? {
            Some(memory) => memory,
            None => {
                let memory = CardMemory::factory_new(&blueprint_if_new());
                storage.write(&memory)?;
                memory
            }
        };
        Ok(Self::with(memory, storage))
    }

    /// The card that is kept in a file; `None` when there is no such file. Nothing is written.
    ///
    /// # Errors
    /// The file cannot be read, or holds no card.
    pub fn load(file: &Path) -> Result<Option<Self>, CardFileError> {
        Ok(Storage::read(file)?.map(|memory| Self::with(memory, Storage::File(file.to_owned()))))
    }

    fn with(memory: CardMemory, storage: Storage) -> Self {
        Self {
            memory,
            storage,
            session: Session::default(),
            power: Power::On,
            pace: Box::new(AtOnce),
            commands: 0,
            faults: BTreeMap::new(),
        }
    }

    /// Answer to reset.
    #[must_use]
    pub fn atr(&self) -> &[u8] {
        &self.memory.behaviour.atr
    }

    /// Production data, the serial among them.
    #[must_use]
    pub fn production(&self) -> ProductionData {
        self.memory.production
    }

    /// How many commands have reached the card, each piece of a chain and each GET RESPONSE counted.
    #[must_use]
    pub fn command_count(&self) -> u64 {
        self.commands
    }

    /// How long the chip takes from now on.
    pub fn set_pace(&mut self, pace: impl Pace + 'static) {
        self.pace = Box::new(pace);
    }

    /// Arms a fault for the `ahead`-th command from now; 1 is the next one. A later fault for the same command replaces it.
    pub fn arm(&mut self, ahead: u64, fault: Fault) {
        self.faults.insert(self.commands.saturating_add(ahead), fault);
    }

    /// Forgets every armed fault.
    pub fn disarm(&mut self) {
        self.faults.clear();
    }

    /// Gives the card power. What was unlocked before is locked.
    pub fn power_on(&mut self) {
        self.session = Session::default();
        self.power = Power::On;
    }

    /// Takes the power away.
    pub fn power_off(&mut self) {
        self.session = Session::default();
        self.power = Power::Off;
    }

    /// Resets the card: power stays, what was unlocked is locked.
    pub fn reset(&mut self) {
        self.session = Session::default();
    }

    /// Whether the card has power; an armed [`Fault::Pulled`] takes it.
    #[must_use]
    pub fn is_powered(&self) -> bool {
        self.power == Power::On
    }

    /// Sends the bytes of one command and gives those of its answer.
    ///
    /// # Errors
    /// [`TransportError::Removed`] without power, and whatever an armed fault causes.
    pub fn transmit(&mut self, raw: &[u8]) -> Result<Vec<u8>, TransportError> {
        // The extended form has a zero where the short form has its length (ISO/IEC 7816-4:2020, 5.2).
        let form = match raw {
            [_, _, _, _, 0, _, ..] => LengthForm::Extended,
            _ => LengthForm::Short,
        };
        self.carry_out(Command::parse(raw).ok().as_ref(), form).map(|response| response.encode().to_vec())
    }

    /// Counts, lets faults happen and keeps the state; `None` is a command whose lengths do not add up.
    fn carry_out(&mut self, piece: Option<&Command>, form: LengthForm) -> Result<Response, TransportError> {
        if self.power == Power::Off {
            return Err(TransportError::Removed);
        }
        self.commands = self.commands.saturating_add(1);
        let fault = self.faults.remove(&self.commands);
        match fault {
            Some(Fault::Pulled(Moment::BeforeEffect)) => {
                self.power_off();
                return Err(TransportError::Removed);
            }
            Some(Fault::Answers(Moment::BeforeEffect, status)) => return Ok(Response::new(Vec::new(), status)),
            Some(Fault::ResetByAnother) => {
                self.reset();
                return Err(TransportError::Reset);
            }
            Some(Fault::Pulled(Moment::AfterEffect) | Fault::Answers(Moment::AfterEffect, _)) | None => {}
        }
        let response = self.lasting(|card| match piece {
            Some(piece) => card.answer_piece(piece, form),
            None => Response::new(Vec::new(), status::WRONG_LENGTH),
        });
        match fault {
            Some(Fault::Pulled(_)) => {
                self.power_off();
                Err(TransportError::Removed)
            }
            Some(Fault::Answers(_, status)) => Ok(Response::new(Vec::new(), status)),
            _ => Ok(response),
        }
    }

    /// Writes what changed before anyone learns of it. When it cannot be written the card stays as it was and reports a
    /// memory failure, as a chip with a worn-out memory does.
    fn lasting(&mut self, work: impl FnOnce(&mut Self) -> Response) -> Response {
        let before = self.memory.clone();
        let response = work(self);
        if self.memory == before || self.storage.write(&self.memory).is_ok() {
            return response;
        }
        self.memory = before;
        self.session.lock();
        Response::new(Vec::new(), status::MEMORY_FAILURE)
    }

    fn answer_piece(&mut self, piece: &Command, form: LengthForm) -> Response {
        let refused = |status| Response::new(Vec::new(), status);
        if piece.is_extended() && self.memory.behaviour.extended_length == behaviour::ExtendedLength::Refused {
            return refused(status::WRONG_LENGTH);
        }
        // GET RESPONSE (ISO/IEC 7816-4:2020, 11.8.1).
        if (piece.cla, piece.ins) == (0x00, 0xC0) {
            return match std::mem::take(&mut self.session.rest) {
                rest if rest.data.is_empty() => refused(status::CONDITIONS_NOT_MET),
                rest => self.part_of(rest, longest_answer(piece)),
            };
        }
        self.session.rest = Rest::default();
        let longest = longest_answer(piece);
        match security_domain::receive(&mut self.session, piece, form) {
            Err(status) => refused(status),
            Ok(Received::Plain) => {
                let (data, status) = self.answer_plain(piece);
                self.part_of(Rest { data: Zeroizing::new(data), status }, longest)
            }
            Ok(Received::Unwrapped(inside)) => {
                let (data, status) = self.answer_plain(&inside);
                let data = security_domain::protect(&self.session.channel, data, status);
                // Hosts leave Le out of a wrapped command and take what comes; a short answer goes out at once.
                let longest = if piece.expects_data { longest } else { 256 };
                self.part_of(Rest { data: Zeroizing::new(data), status }, longest)
            }
        }
    }

    /// The whole answer to one piece of a command that is not wrapped, or no longer is.
    fn answer_plain(&mut self, piece: &Command) -> (Vec<u8>, StatusWord) {
        let refused = |status| (Vec::new(), status);
        let header = [piece.ins, piece.p1, piece.p2];
        let mut gathered = match self.session.chain.take() {
            Some((begun, gathered)) if begun == header => gathered,
            Some(_) => return refused(status::CHAIN_BROKEN),
            None => Zeroizing::default(),
        };
        gathered.extend_from_slice(&piece.data);
        if gathered.len() > LONGEST_CHAIN {
            return refused(self.memory.behaviour.write.too_large.0);
        }
        // Bit 5 of the class: more pieces follow (ISO/IEC 7816-4:2020, 5.3.3).
        if piece.cla & 0x10 != 0 {
            self.session.chain = Some((header, gathered));
            return refused(StatusWord::OK);
        }
        let whole = Command::new(piece.cla, piece.ins, piece.p1, piece.p2).with_data(gathered.as_slice());
        self.perform(&whole).map_or_else(refused, |data| (data, StatusWord::OK))
    }

    fn perform(&mut self, command: &Command) -> Outcome {
        if let Some(answer) = security_domain::open(&mut self.memory, &mut self.session, command) {
            return answer;
        }
        let mut piv = Piv { memory: &mut self.memory, session: &mut self.session, pace: self.pace.as_mut() };
        if (command.cla, command.ins, command.p1, command.p2) == (0x00, 0xA4, 0x04, 0x00) {
            let identifier = command.data.as_slice();
            // A channel ends with the selection it was opened in (Card Specification 2.3.1, 10.2.3).
            piv.session.channel = CardChannel::default();
            // The version at the end may be left out (SP 800-73-4 part 1, 2.2).
            if identifier.len() >= 5 && objects::PIV_AID.starts_with(identifier) {
                return piv.select();
            }
            let answer = security_domain::select(identifier).ok_or(status::OBJECT_NOT_FOUND)?;
            self.session.lock();
            self.session.selected = Application::SecurityDomain;
            return Ok(answer);
        }
        match piv.session.selected {
            Application::Piv => piv.perform(command),
            Application::SecurityDomain => security_domain::perform(&mut self.memory, &self.session, command),
        }
    }

    /// As much of an answer as was asked for; the rest waits for GET RESPONSE.
    fn part_of(&mut self, mut answer: Rest, longest: usize) -> Response {
        let fits = longest.min(answer.data.len());
        let rest = Zeroizing::new(answer.data.split_off(fits));
        let status = match rest.len() {
            0 => answer.status,
            waiting => status::more_waits(waiting),
        };
        self.session.rest = Rest { data: rest, status: answer.status };
        Response::new(std::mem::take(&mut *answer.data), status)
    }
}

/// Most bytes that may go back in one piece (ISO/IEC 7816-4:2020, 5.2): none when no answer is asked for.
fn longest_answer(command: &Command) -> usize {
    match (command.expects_data, command.limit) {
        (false, _) => 0,
        (true, 0) if command.is_extended() => 65_536,
        (true, 0) => 256,
        (true, limit) => usize::try_from(limit).unwrap_or(usize::MAX),
    }
}

impl Transport for VirtualCard {
    fn exchange(&mut self, command: &Command) -> Result<Response, TransportError> {
        let form = if command.is_extended() { LengthForm::Extended } else { LengthForm::Short };
        self.carry_out(Some(command), form)
    }
}

/// Serial and state of power: nothing of its memory.
impl fmt::Debug for VirtualCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let serial = self.memory.production.serial();
        let verified = self.session.passcode != PasscodeStatus::NotVerified;
        f.debug_struct("VirtualCard")
            .field("serial", &serial)
            .field("power", &self.power)
            .field("passcode_verified", &verified)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
