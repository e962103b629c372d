//! Command and response APDUs (ISO/IEC 7816-4:2020, clause 5).

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// One command, not yet cut into pieces. Its data is wiped when dropped and never shown.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Command {
    /// Class byte.
    pub cla: u8,
    /// Instruction byte.
    pub ins: u8,
    /// First parameter.
    pub p1: u8,
    /// Second parameter.
    pub p2: u8,
    /// Command data of any length; the chaining layer cuts it.
    pub data: Vec<u8>,
    /// Whether an answer is expected (Le present).
    pub expects_data: bool,
    /// Most bytes the answer may have in one piece, when one is expected: 0 is as much as a short answer holds (256
    /// bytes); more than 256 makes this an extended-length command. Nothing may depend on more than 256 being granted.
    pub limit: u32,
    /// Whether the rest of a long answer is left on the card, which drops it with the next command.
    pub first_piece_alone: bool,
}

/// Most data bytes of a short command, and of an answer less one (ISO/IEC 7816-4:2020, 5.2).
const SHORT_DATA: usize = 0xFF;

/// The answer limit of the extended form's Le = 0000 (ISO/IEC 7816-4:2020, 5.2).
pub const LONGEST_ANSWER: u32 = 0x1_0000;

/// Most bytes of a short answer.
const SHORT_ANSWER: u32 = 0x100;

impl Command {
    /// A command without data.
    #[must_use]
    pub fn new(cla: u8, ins: u8, p1: u8, p2: u8) -> Self {
        Self { cla, ins, p1, p2, data: Vec::new(), expects_data: false, limit: 0, first_piece_alone: false }
    }

    /// The same with data.
    #[must_use]
    pub fn with_data(mut self, data: impl Into<Vec<u8>>) -> Self {
        self.data = data.into();
        self
    }

    /// The same, asking for an answer (Le = 00, "as much as there is").
    #[must_use]
    pub fn expecting_data(mut self) -> Self {
        self.expects_data = true;
        self
    }

    /// The same, asking for the first piece of the answer alone: up to 256 bytes, and a status of 61xx where there is more.
    #[must_use]
    pub fn expecting_first_piece(mut self) -> Self {
        self.expects_data = true;
        self.first_piece_alone = true;
        self
    }

    /// The same, asking for an answer that may be longer than 256 bytes. The link asks for it in one piece where
    /// reader and card allow that, and collects pieces where they do not.
    #[must_use]
    pub fn expecting_long_answer(mut self) -> Self {
        self.expects_data = true;
        self.limit = LONGEST_ANSWER;
        self
    }

    /// Whether this command needs the extended form.
    #[must_use]
    pub fn is_extended(&self) -> bool {
        self.data.len() > SHORT_DATA || (self.expects_data && self.limit > SHORT_ANSWER)
    }

    /// The bytes that are sent: the short form where it suffices, else the extended form.
    ///
    /// # Errors
    /// [`ApduError::TooLong`]: more data than 65,535 bytes.
    pub fn encode(&self) -> Result<Zeroizing<Vec<u8>>, ApduError> {
        let length = u16::try_from(self.data.len()).map_err(|_| ApduError::TooLong)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(self.data.len() + 9));
        bytes.extend([self.cla, self.ins, self.p1, self.p2]);
        let short_length = u8::try_from(length).ok().filter(|_| !self.is_extended());
        match short_length {
            Some(0) => {}
            Some(short) => bytes.push(short),
            // The 00 that marks the extended form stands before Lc, or before Le when there is no Lc.
            None if length == 0 => bytes.push(0),
            None => {
                bytes.push(0);
                bytes.extend(length.to_be_bytes());
            }
        }
        bytes.extend_from_slice(&self.data);
        if self.expects_data {
            // Le counts modulo 256 or 65,536: the largest limit is written as zeros.
            let [.., high, low] = self.limit.min(LONGEST_ANSWER).to_be_bytes();
            match short_length {
                Some(_) => bytes.push(low),
                None if self.limit == 0 => bytes.extend([0, 0]),
                None => bytes.extend([high, low]),
            }
        }
        Ok(bytes)
    }

    /// Reads the bytes of a command, short or extended.
    ///
    /// # Errors
    /// The lengths inside do not fit the bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, ApduError> {
        let (header, body) = bytes.split_first_chunk::<4>().ok_or(ApduError::Malformed)?;
        let [cla, ins, p1, p2] = *header;
        let command = Self::new(cla, ins, p1, p2);
        match body {
            [] => Ok(command),
            [le] => Ok(command.with_limit(u32::from(*le))),
            [0, le_high, le_low] => Ok(command.with_limit(extended_limit(*le_high, *le_low))),
            [0, lc_high, lc_low, rest @ ..] => {
                let (data, le) = split_data(rest, usize::from(u16::from_be_bytes([*lc_high, *lc_low])))?;
                let command = command.with_data(data);
                match le {
                    [] => Ok(command),
                    [high, low] => Ok(command.with_limit(extended_limit(*high, *low))),
                    _ => Err(ApduError::Malformed),
                }
            }
            [lc, rest @ ..] => {
                let (data, le) = split_data(rest, usize::from(*lc))?;
                let command = command.with_data(data);
                match le {
                    [] => Ok(command),
                    [le] => Ok(command.with_limit(u32::from(*le))),
                    _ => Err(ApduError::Malformed),
                }
            }
        }
    }

    /// The same, asking for at most this many bytes in one piece.
    #[must_use]
    pub fn with_limit(mut self, limit: u32) -> Self {
        self.expects_data = true;
        self.limit = limit;
        self
    }
}

/// Data and what follows it; no data behind a length field is a fault.
fn split_data(bytes: &[u8], length: usize) -> Result<(&[u8], &[u8]), ApduError> {
    if length == 0 {
        return Err(ApduError::Malformed);
    }
    bytes.split_at_checked(length).ok_or(ApduError::Malformed)
}

/// Extended Le, 0000 being 65,536.
fn extended_limit(high: u8, low: u8) -> u32 {
    match u16::from_be_bytes([high, low]) {
        0 => LONGEST_ANSWER,
        limit => u32::from(limit),
    }
}

/// Why bytes are no command or answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApduError {
    /// More data than an APDU can carry.
    #[error("more than 65,535 bytes do not fit into one command")]
    TooLong,
    /// The lengths inside do not fit the bytes, or there are too few of them.
    #[error("these bytes are not a command or an answer")]
    Malformed,
}

/// Header and lengths only: the data may hold a passcode.
impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cla, ins, p1, p2, data, expects_data, limit: _, first_piece_alone: _ } = self;
        let le = if *expects_data { " Le" } else { "" };
        write!(f, "Command({cla:02X} {ins:02X} {p1:02X} {p2:02X}, {} bytes{le})", data.len())
    }
}

/// A status word: SW1 SW2, big-endian.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct StatusWord(pub u16);

impl StatusWord {
    /// 9000, no error.
    pub const OK: Self = Self(0x9000);

    /// Whether this is 9000.
    #[must_use]
    pub fn is_ok(self) -> bool {
        self == Self::OK
    }

    /// SW1.
    #[must_use]
    pub fn sw1(self) -> u8 {
        self.0.to_be_bytes()[0]
    }

    /// SW2.
    #[must_use]
    pub fn sw2(self) -> u8 {
        self.0.to_be_bytes()[1]
    }
}

impl fmt::Debug for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

/// One answer. Its data is wiped when dropped and never shown.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Response {
    /// Response data without the status word.
    pub data: Vec<u8>,
    /// The status word.
    #[zeroize(skip)]
    pub status: StatusWord,
}

impl Response {
    /// An answer with data.
    #[must_use]
    pub fn new(data: Vec<u8>, status: StatusWord) -> Self {
        Self { data, status }
    }

    /// An answer that is a status word alone.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self { data: Vec::new(), status: StatusWord(status) }
    }

    /// The bytes that are sent: data, SW1, SW2.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(self.data.len() + 2));
        bytes.extend_from_slice(&self.data);
        bytes.extend(self.status.0.to_be_bytes());
        bytes
    }

    /// Reads the bytes of an answer.
    ///
    /// # Errors
    /// [`ApduError::Malformed`]: fewer than two bytes, or a first status byte outside 61 to 6F and 90 to 9F
    /// (ISO/IEC 7816-4:2020, 5.6).
    pub fn parse(bytes: &[u8]) -> Result<Self, ApduError> {
        let (data, status) = bytes.split_last_chunk::<2>().ok_or(ApduError::Malformed)?;
        match status {
            [0x61..=0x6F | 0x90..=0x9F, _] => {
                Ok(Self { data: data.to_vec(), status: StatusWord(u16::from_be_bytes(*status)) })
            }
            _ => Err(ApduError::Malformed),
        }
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response({} bytes, {})", self.data.len(), self.status)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain() -> Command {
        Command::new(0x00, 0xCB, 0x3F, 0xFF)
    }

    #[test]
    fn every_case_has_its_bytes() {
        let long = vec![7; 256];
        let table = [
            (plain(), vec![]),
            (plain().expecting_data(), vec![0]),
            (plain().with_limit(8), vec![8]),
            (plain().with_data([1, 2]), vec![2, 1, 2]),
            (plain().with_data([1, 2]).expecting_data(), vec![2, 1, 2, 0]),
            (plain().expecting_long_answer(), vec![0, 0, 0]),
            (plain().with_limit(0x1234), vec![0, 0x12, 0x34]),
            (plain().with_data([1]).expecting_long_answer(), vec![0, 0, 1, 1, 0, 0]),
            (plain().with_data(long.clone()), [vec![0, 1, 0], long.clone()].concat()),
            (plain().with_data(long.clone()).with_limit(0x1234), [vec![0, 1, 0], long, vec![0x12, 0x34]].concat()),
        ];
        for (command, body) in table {
            let bytes = [vec![0x00, 0xCB, 0x3F, 0xFF], body].concat();
            assert_eq!(*command.encode().unwrap(), bytes, "{command:?}");
            assert_eq!(Command::parse(&bytes).unwrap(), command);
        }
    }

    #[test]
    fn lengths_that_do_not_fit_are_refused() {
        for body in [vec![2, 1], vec![1, 1, 0, 0], vec![0, 0, 0, 0], vec![0, 1, 0, 7], vec![0, 0, 1, 7, 0], vec![0, 1]]
        {
            let bytes = [vec![0x00, 0xCB, 0x3F, 0xFF], body].concat();
            assert_eq!(Command::parse(&bytes), Err(ApduError::Malformed), "{bytes:02X?}");
        }
        assert_eq!(Command::parse(&[0, 0xCB, 0x3F]), Err(ApduError::Malformed));
        assert_eq!(plain().with_data(vec![0; 0x1_0000]).encode(), Err(ApduError::TooLong));
    }

    #[test]
    fn an_answer_ends_in_a_status_word() {
        assert_eq!(Response::parse(&[0x90, 0x00]), Ok(Response::status(0x9000)));
        assert_eq!(Response::parse(&[1, 0x61, 0x08]), Ok(Response::new(vec![1], StatusWord(0x6108))));
        for wrong in [vec![], vec![0x90], vec![0x60, 0x00], vec![0x00, 0x90]] {
            assert_eq!(Response::parse(&wrong), Err(ApduError::Malformed));
        }
    }

    #[test]
    fn nothing_shows_the_data() {
        let command = plain().with_data(*b"27182818");
        assert_eq!(format!("{command:?}"), "Command(00 CB 3F FF, 8 bytes)");
        assert_eq!(format!("{:?}", Response::new(b"27182818".to_vec(), StatusWord::OK)), "Response(8 bytes, 9000)");
    }

    proptest! {
        #[test]
        fn commands_come_back(
            header in any::<[u8; 4]>(),
            data in prop_oneof![prop::collection::vec(any::<u8>(), 0..300), prop::collection::vec(any::<u8>(), 65_500..65_536)],
            limit in prop_oneof![Just(None), (0u32..256).prop_map(Some), (257u32..=LONGEST_ANSWER).prop_map(Some)],
        ) {
            let [cla, ins, p1, p2] = header;
            let mut command = Command::new(cla, ins, p1, p2).with_data(data);
            if let Some(limit) = limit {
                command = command.with_limit(limit);
            }
            let read = Command::parse(&command.encode().unwrap()).unwrap();
            prop_assert_eq!(&read.data, &command.data);
            prop_assert_eq!(read.expects_data, command.expects_data);
            // "As much as there is" is 256 in the short form and 65,536 in the extended form.
            let granted = if command.is_extended() && command.expects_data && limit == Some(0) { LONGEST_ANSWER } else { command.limit };
            prop_assert_eq!(read.limit, granted);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            if let Ok(command) = Command::parse(&bytes) {
                prop_assert!(command.data.len() + 4 <= bytes.len());
            }
            if let Ok(response) = Response::parse(&bytes) {
                prop_assert_eq!(&*response.encode(), &bytes);
            }
        }
    }
}
