//! Unlock by telephone: what two people read to each other, and how one wrong digit shows.
//!
//! A workstation whose gateway is silent shows a [`Challenge`]. An officer whose gateway answers types it and reads back
//! a [`Response`]: the card's unlock code, enciphered for that workstation, that card and that challenge. At the end the
//! workstation shows a [`CompletionCode`], and the gateway knows which unlock code the card holds.
//!
//! Everything is decimal digits, because digits are what people read aloud without mistakes. They are made with
//! HMAC-SHA-256 (RFC 2104) under a key that this workstation and the gateway share ([`Conversation`]).

mod digits;
mod spoken;

use aws_lc_rs::hmac;

pub use spoken::{Challenge, CompletionCode, Response};

use super::{CardSerial, Malformed, Secret, UnlockCode};
use digits::{Source, minus, plus};

/// The number under which a workstation is enrolled at its gateway, 1 to 9999; four digits when read aloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct WorkstationNumber(u16);

impl WorkstationNumber {
    /// The largest there is.
    pub const LARGEST: u16 = 9999;

    /// The number itself.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for WorkstationNumber {
    type Error = Malformed;
    fn try_from(number: u16) -> Result<Self, Malformed> {
        if (1..=Self::LARGEST).contains(&number) {
            Ok(Self(number))
        } else {
            Err(Malformed::new(&number.to_string(), "workstation number (1 to 9999)"))
        }
    }
}

impl From<WorkstationNumber> for u16 {
    fn from(number: WorkstationNumber) -> Self {
        number.0
    }
}

impl std::fmt::Display for WorkstationNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

/// The key a workstation and its gateway share: 32 bytes, as long as the output of SHA-256 (RFC 2104, 3). It cannot be
/// printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkstationKey(Secret);

impl WorkstationKey {
    /// Bytes of a key.
    pub const LENGTH: usize = 32;

    /// Exactly 32 bytes, or `None`.
    #[must_use]
    pub fn new(key: Secret) -> Option<Self> {
        (key.expose().len() == Self::LENGTH).then_some(Self(key))
    }

    /// The 32 bytes, for the file and the database that keep them.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }
}

/// How the work at the other desk ended; a code of its own tells each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TelephoneOutcome {
    /// The card has its next unlock code and a passcode its holder chose.
    Done,
    /// Given up: the card may hold either unlock code.
    GivenUp,
}

/// The codes of one card, as the other desk gets them out of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpokenCodes {
    /// Codes the card may hold now, the likeliest first: one, or two after work that was cut off.
    pub current: Vec<UnlockCode>,
    /// The code to change it to.
    pub next: UnlockCode,
}

/// What the code of one challenge, for one card, under one workstation's key, is made from.
pub struct Conversation(Source);

impl std::fmt::Debug for Conversation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Conversation")
    }
}

impl Conversation {
    /// Begins one: `random` becomes the eight random digits of the challenge (what lies above them is dropped).
    #[must_use]
    pub fn begin(
        number: WorkstationNumber,
        random: u32,
        key: &WorkstationKey,
        serial: &CardSerial,
    ) -> (Challenge, Self) {
        let open = format!("{number}{:08}", random % 100_000_000);
        let conversation = Self::under(&open, key, serial);
        (Challenge::of(&open, &conversation.0.digits("challenge", Challenge::CHECK_DIGITS)), conversation)
    }

    /// Goes on with one. `None` when the four check digits do not fit: a digit was misheard, or it is of another
    /// workstation or another card. Which of these it is cannot be told. One wrong challenge in 10,000 passes.
    #[must_use]
    pub fn of(challenge: &Challenge, key: &WorkstationKey, serial: &CardSerial) -> Option<Self> {
        let conversation = Self::under(challenge.open_part(), key, serial);
        let expected = conversation.0.digits("challenge", Challenge::CHECK_DIGITS);
        digits::same(&expected, challenge.check_digits()).then_some(conversation)
    }

    fn under(open: &str, key: &WorkstationKey, serial: &CardSerial) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.expose());
        let bound = hmac::sign(&key, format!("cardwright telephone 1\n{open}\n{serial}\n").as_bytes());
        Self(Source::new(bound.as_ref()))
    }

    /// The code the card is changed to when one is known to be on it: both sides work it out, and nobody reads it aloud.
    #[must_use]
    pub fn next_code(&self) -> Option<UnlockCode> {
        UnlockCode::new(self.0.secret_digits("next", UNLOCK_DIGITS))
    }

    /// Enciphers one or two codes for reading aloud; `None` for any other number, and for codes that are not eight digits.
    #[must_use]
    pub fn response(&self, current: &[UnlockCode]) -> Option<Response> {
        let plain: Vec<&[u8]> = current.iter().map(UnlockCode::expose).collect();
        let plain = Secret::new(plain.concat());
        if !(1..=2).contains(&current.len()) || !plain.expose().iter().all(u8::is_ascii_digit) {
            return None;
        }
        let pad = self.0.secret_digits("pad", plain.expose().len());
        let enciphered = plus(plain.expose(), pad.expose());
        let check = self.check_of_response(&enciphered);
        Response::of(&enciphered, &check)
    }

    /// The codes of a response. `None` when its four check digits do not fit: then no card has seen anything. One wrong
    /// response in 10,000 passes.
    #[must_use]
    pub fn codes(&self, response: &Response) -> Option<SpokenCodes> {
        let enciphered = response.enciphered();
        if !digits::same(&self.check_of_response(enciphered), response.check_digits()) {
            return None;
        }
        let pad = self.0.secret_digits("pad", enciphered.len());
        let plain = minus(enciphered, pad.expose());
        let current: Option<Vec<UnlockCode>> =
            plain.expose().chunks(UNLOCK_DIGITS).map(|code| UnlockCode::new(Secret::new(code.to_vec()))).collect();
        let current = current?;
        // With two the card is changed to the second, whatever it holds: so there are never more than two to try.
        let next = match current.as_slice() {
            [_, second] => second.clone(),
            _ => self.next_code()?,
        };
        Some(SpokenCodes { current, next })
    }

    fn check_of_response(&self, enciphered: &[u8]) -> Vec<u8> {
        let spoken = String::from_utf8_lossy(enciphered);
        self.0.digits(&format!("response {spoken}"), Response::CHECK_DIGITS)
    }

    /// The code that tells the gateway how the work ended.
    #[must_use]
    pub fn completion(&self, outcome: TelephoneOutcome) -> CompletionCode {
        let done = self.0.digits("done", CompletionCode::DIGITS);
        let told = match outcome {
            TelephoneOutcome::Done => done,
            TelephoneOutcome::GivenUp => {
                let given_up = self.0.digits("given up", CompletionCode::DIGITS);
                // Once in a million they are alike, and must not be.
                if given_up == done { plus(&given_up, &[b'1'; CompletionCode::DIGITS]) } else { given_up }
            }
        };
        CompletionCode::of(&told)
    }

    /// What a completion code tells; `None` when it is none of this conversation.
    #[must_use]
    pub fn outcome(&self, code: &CompletionCode) -> Option<TelephoneOutcome> {
        [TelephoneOutcome::Done, TelephoneOutcome::GivenUp]
            .into_iter()
            .find(|outcome| digits::same(self.completion(*outcome).digits(), code.digits()))
    }
}

/// Digits of an unlock code that can be read aloud: a PUK has 8 bytes (SP 800-73-4 part 2, 2.4.3).
const UNLOCK_DIGITS: usize = 8;

#[cfg(test)]
mod tests;
