//! Passcodes (PIV PIN) and unlock codes (PUK), and what makes a passcode weak.

use serde::{Deserialize, Serialize};

use super::Secret;

/// A passcode of 6 to 8 digits (`facts/nhs.md` 2.4; SP 800-73-4 part 2, 2.4.3). It cannot be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passcode(Secret);

/// The code that gives a locked card a new passcode: exactly 8 bytes on the card. It cannot be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnlockCode(Secret);

/// The shape a card asks of a passcode; the card profile carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasscodeRules {
    /// Fewest digits.
    pub min_digits: usize,
    /// Most digits; at most 8 (the reference data field has 8 bytes).
    pub max_digits: usize,
}

impl Default for PasscodeRules {
    fn default() -> Self {
        Self { min_digits: 6, max_digits: 8 }
    }
}

/// Why a passcode was refused before any card saw it. No variant carries the passcode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasscodeFault {
    /// Wrong number of characters.
    #[error("a passcode for this card has {} and this one has {given}: choose one of the right length", digits(.min, .max))]
    Length {
        /// Fewest digits.
        min: usize,
        /// Most digits.
        max: usize,
        /// How many characters were typed.
        given: usize,
    },
    /// Something other than 0 to 9.
    #[error("a passcode has digits only: leave out letters, spaces and signs")]
    NotDigits,
    /// Right shape but easy to guess.
    #[error("this passcode is easy to guess: {0}")]
    Weak(Weakness),
    /// The two entries differ.
    #[error("the two entries are not the same: type the new passcode again, twice")]
    Mismatch,
}

/// Why a passcode is easy to guess, in words for its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    /// One digit only.
    #[error("it repeats one digit; mix at least three different digits")]
    OneDigit,
    /// Only two different digits.
    #[error("it uses only two different digits; mix at least three")]
    TwoDigits,
    /// Counts up or down.
    #[error("it counts up or down; choose digits with no pattern")]
    Sequence,
    /// A short group again and again.
    #[error("it repeats a short group of digits; choose digits with no pattern")]
    RepeatedGroup,
    /// Reads the same backwards.
    #[error("it reads the same backwards; choose digits with no pattern")]
    Mirror,
    /// Looks like a date.
    #[error("it looks like a date, and birthdays are the first thing others try; choose another")]
    Date,
    /// Contains or is part of the holder's own number.
    #[error("it is part of the number printed on the card; choose another")]
    PrintedNumber,
}

fn digits(min: &usize, max: &usize) -> String {
    if min == max { format!("{min} digits") } else { format!("{min} to {max} digits") }
}

impl Passcode {
    /// Checks the shape, then the strength. `printed_number` is the holder's number, which anyone can read off the card.
    ///
    /// # Errors
    /// [`PasscodeFault`], which never carries the passcode.
    pub fn choose(typed: Secret, rules: PasscodeRules, printed_number: &str) -> Result<Self, PasscodeFault> {
        let passcode = Self::shaped(typed, rules)?;
        match weakness(passcode.0.expose(), printed_number.as_bytes()) {
            Some(weak) => Err(PasscodeFault::Weak(weak)),
            None => Ok(passcode),
        }
    }

    /// Checks the shape only: for a passcode that exists already.
    ///
    /// # Errors
    /// [`PasscodeFault::Length`] or [`PasscodeFault::NotDigits`].
    pub fn shaped(typed: Secret, rules: PasscodeRules) -> Result<Self, PasscodeFault> {
        let passcode = Self(typed);
        passcode.fits(rules)?;
        Ok(passcode)
    }

    /// Whether it has the shape that these rules ask: another card may ask another.
    ///
    /// # Errors
    /// [`PasscodeFault::Length`] or [`PasscodeFault::NotDigits`].
    pub fn fits(&self, rules: PasscodeRules) -> Result<(), PasscodeFault> {
        let digits = self.0.expose();
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(PasscodeFault::NotDigits);
        }
        if !(rules.min_digits..=rules.max_digits.min(8)).contains(&digits.len()) {
            return Err(PasscodeFault::Length { min: rules.min_digits, max: rules.max_digits, given: digits.len() });
        }
        Ok(())
    }

    /// The digits, for the card alone.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }
}

impl UnlockCode {
    /// Exactly 8 bytes, or `None`.
    #[must_use]
    pub fn new(code: Secret) -> Option<Self> {
        (code.expose().len() == 8).then_some(Self(code))
    }

    /// The 8 bytes, for the card and the escrow alone.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }
}

/// Whether digits that already have the right shape are easy to guess.
fn weakness(digits: &[u8], printed_number: &[u8]) -> Option<Weakness> {
    let mut seen = [false; 10];
    digits.iter().for_each(|d| seen[usize::from(d.wrapping_sub(b'0') % 10)] = true);
    let different = seen.iter().filter(|s| **s).count();
    let steps_by = |step: i16| digits.windows(2).all(|w| i16::from(w[1]) - i16::from(w[0]) == step);
    let repeats_every = |n: usize| digits.len() > n && (n..digits.len()).all(|i| digits[i] == digits[i - n]);
    if different == 1 {
        Some(Weakness::OneDigit)
    } else if steps_by(1) || steps_by(-1) || is_wrapped_sequence(digits) {
        Some(Weakness::Sequence)
    } else if (2..=4).any(repeats_every) {
        Some(Weakness::RepeatedGroup)
    } else if different == 2 {
        Some(Weakness::TwoDigits)
    } else if digits.iter().eq(digits.iter().rev()) {
        Some(Weakness::Mirror)
    } else if printed_number.windows(digits.len()).any(|w| w == digits) {
        Some(Weakness::PrintedNumber)
    } else if looks_like_a_date(digits) {
        Some(Weakness::Date)
    } else {
        None
    }
}

/// Counting that runs over from 9 to 0 or from 0 to 9, like 890123.
fn is_wrapped_sequence(digits: &[u8]) -> bool {
    let steps_by = |step: u8| digits.windows(2).all(|w| (w[0] - b'0' + step) % 10 == w[1] - b'0');
    steps_by(1) || steps_by(9)
}

/// Day, month and year in any usual order; 8 digits need a year of 1900 to 2099.
fn looks_like_a_date(digits: &[u8]) -> bool {
    let number = |from: usize, to: usize| digits[from..to].iter().fold(0u32, |n, d| n * 10 + u32::from(d - b'0'));
    let day_month = |d: u32, m: u32| (1..=31).contains(&d) && (1..=12).contains(&m);
    let either = |a: u32, b: u32| day_month(a, b) || day_month(b, a);
    match digits.len() {
        6 => day_month(number(0, 2), number(2, 4)) || day_month(number(4, 6), number(2, 4)),
        8 => {
            let century = |y: u32| (1900..=2099).contains(&y);
            (century(number(4, 8)) && either(number(0, 2), number(2, 4)))
                || (century(number(0, 4)) && either(number(4, 6), number(6, 8)))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(digits: &str) -> Result<(), PasscodeFault> {
        Passcode::choose(Secret::new(digits.as_bytes().to_vec()), PasscodeRules::default(), "555031442709").map(|_| ())
    }

    #[test]
    fn shape_comes_first() {
        assert_eq!(judge("12345"), Err(PasscodeFault::Length { min: 6, max: 8, given: 5 }));
        assert_eq!(judge("123456789"), Err(PasscodeFault::Length { min: 6, max: 8, given: 9 }));
        assert_eq!(judge("12345a"), Err(PasscodeFault::NotDigits));
        assert_eq!(judge("٣٤٥٦٧٨"), Err(PasscodeFault::NotDigits));
    }

    #[test]
    fn weak_ones_say_why() {
        let table = [
            ("777777", Weakness::OneDigit),
            ("123456", Weakness::Sequence),
            ("87654321", Weakness::Sequence),
            ("890123", Weakness::Sequence),
            ("121212", Weakness::RepeatedGroup),
            ("482482", Weakness::RepeatedGroup),
            ("55455545", Weakness::RepeatedGroup),
            ("373733", Weakness::TwoDigits),
            ("482284", Weakness::Mirror),
            ("503144", Weakness::PrintedNumber),
            ("230579", Weakness::Date),
            ("19790523", Weakness::Date),
            ("05231979", Weakness::Date),
        ];
        for (digits, why) in table {
            assert_eq!(judge(digits), Err(PasscodeFault::Weak(why)), "{digits}");
        }
    }

    #[test]
    fn ordinary_ones_pass() {
        for digits in ["738164", "9042618", "64018273"] {
            assert_eq!(judge(digits), Ok(()), "{digits}");
        }
    }

    #[test]
    fn no_fault_or_type_shows_the_digits() {
        let passcode = Passcode::choose(Secret::new(b"738164".to_vec()), PasscodeRules::default(), "").expect("strong");
        assert!(!format!("{passcode:?}").contains("738164"));
        let fault = judge("777777").expect_err("weak");
        assert!(!format!("{fault:?} {fault}").contains("777777"));
    }
}
