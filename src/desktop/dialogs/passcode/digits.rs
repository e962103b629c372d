//! Digits on their way from the holder's fingers to the card. Nothing here can be printed, and everything is wiped.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::domain::Secret;

/// Most digits a passcode has on any card.
pub const MOST: usize = 8;

/// One digit that was typed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Digit(u8);

impl Digit {
    /// The digit of a character 0 to 9.
    #[must_use]
    pub fn of(typed: char) -> Option<Self> {
        typed.is_ascii_digit().then(|| Self(typed as u8))
    }
}

impl fmt::Debug for Digit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digit")
    }
}

/// An entry. Its memory is taken once and never moves, so that no copy is left behind.
#[derive(Clone)]
pub struct Digits(Zeroizing<Vec<u8>>);

impl Default for Digits {
    fn default() -> Self {
        Self(Zeroizing::new(Vec::with_capacity(MOST)))
    }
}

impl Digits {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds one; whether there was room.
    pub fn push(&mut self, digit: &Digit) -> bool {
        let room = self.0.len() < MOST;
        if room {
            self.0.push(digit.0);
        }
        room
    }

    /// Takes the last one away.
    pub fn pop(&mut self) {
        if let Some(last) = self.0.last_mut() {
            last.zeroize();
        }
        self.0.pop();
    }

    /// Wipes them.
    pub fn clear(&mut self) {
        self.0.zeroize();
        // Wiping gave the memory up as far as the length; its room stays.
        self.0.reserve_exact(MOST);
    }

    /// Whether both are the same, in the same time whatever they are.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.secret() == other.secret()
    }

    /// For the check and the card.
    #[must_use]
    pub fn secret(&self) -> Secret {
        Secret::new(self.0.to_vec())
    }
}

impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digits")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_an_entry_can_be_printed() {
        let mut entry = Digits::default();
        for typed in "738164".chars() {
            assert!(entry.push(&Digit::of(typed).expect("a digit")));
        }
        assert_eq!(format!("{entry:?} {:?}", Digit::of('7')), "Digits Some(Digit)");
        assert_eq!((Digit::of('x').is_none(), Digit::of('\u{663}').is_none()), (true, true));
        entry.pop();
        assert_eq!(entry.len(), 5);
        for _ in 0..3 {
            assert!(entry.push(&Digit::of('1').expect("a digit")));
        }
        assert!(!entry.push(&Digit::of('1').expect("a digit")), "nine digits are too many");
        let same = entry.clone();
        assert!(entry.same_as(&same));
        entry.clear();
        assert_eq!(entry.len(), 0);
        assert!(!entry.same_as(&same));
    }
}
