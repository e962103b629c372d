//! The holder chooses a passcode: typed twice, never shown, never copied, wiped however the dialogue goes.

mod digits;
mod draw;

pub use digits::{Digit, Digits};
pub(super) use draw::draw;

use super::Dialog;
use crate::{
    desktop::model::{Model, issue},
    domain::{CardSerial, HolderId, Passcode, PasscodeFault, PasscodeRules},
};

/// Words before a name that are none of it.
const HONORIFICS: [&str; 6] = ["Dr", "Mr", "Mrs", "Ms", "Miss", "Prof"];

/// The choice of a passcode, for the card in one reader.
#[derive(Debug, Clone)]
pub struct PasscodeEntry {
    id: u64,
    holder: HolderId,
    name: String,
    reader: String,
    serial: CardSerial,
    rules: PasscodeRules,
    first: Digits,
    second: Digits,
    fault: Option<PasscodeFault>,
    at: Place,
    moves: u32,
    said: Option<Said>,
}

/// One of the two entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The passcode.
    First,
    /// The same once more.
    Second,
}

/// What the holder is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// The passcode cannot be used, and why.
    Fault(PasscodeFault),
    /// The two entries differ.
    Mismatch,
    /// Something other than a digit was typed.
    DigitsOnly,
    /// There is no room for more digits.
    Full,
}

/// Something in this dialogue.
#[derive(Debug, Clone)]
pub enum Wish {
    /// A digit was typed.
    Digit(Digit),
    /// Something else was typed.
    NoDigit,
    /// The last digit goes.
    Erase,
    /// On to the second entry, if the first is good.
    Next,
    /// This entry has the keyboard.
    At(Place),
    /// The keyboard left the passcode before it was good.
    Left,
    /// This entry is typed.
    Done(Place),
    /// Both are typed: take the passcode.
    Take,
}

impl PasscodeEntry {
    /// An empty choice for the card in a reader, by the rules of its kind. `id` is a number no dialogue had before.
    #[must_use]
    pub fn new(
        id: u64,
        holder: HolderId,
        name: String,
        (reader, serial): (String, CardSerial),
        rules: PasscodeRules,
    ) -> Self {
        let mut entry = Self {
            id,
            holder,
            name,
            reader,
            serial,
            rules,
            first: Digits::default(),
            second: Digits::default(),
            fault: None,
            at: Place::First,
            moves: 1,
            said: None,
        };
        entry.judge();
        entry
    }

    /// What the holder is called.
    #[must_use]
    pub fn first_name(&self) -> &str {
        let mut words = self.name.split_whitespace();
        words.find(|word| !HONORIFICS.contains(&word.trim_end_matches('.'))).unwrap_or(&self.name)
    }

    /// How many digits an entry has.
    #[must_use]
    pub fn typed(&self, place: Place) -> usize {
        match place {
            Place::First => self.first.len(),
            Place::Second => self.second.len(),
        }
    }

    /// What is wrong with the passcode as it is typed so far.
    fn judge(&mut self) {
        self.fault = Passcode::choose(self.first.secret(), self.rules, self.holder.as_str()).err();
    }

    fn move_to(&mut self, place: Place) {
        self.at = place;
        self.moves += 1;
    }

    fn type_digit(&mut self, digit: &Digit) {
        let room = match self.at {
            Place::First => {
                // Another passcode has another repetition.
                self.second.clear();
                self.first.push(digit)
            }
            Place::Second => self.second.push(digit),
        };
        self.said = (!room).then_some(Said::Full);
        self.judge();
    }

    fn erase(&mut self) {
        match self.at {
            Place::First => {
                self.second.clear();
                self.first.pop();
            }
            Place::Second => self.second.pop(),
        }
        self.said = None;
        self.judge();
    }

    /// Goes on from the first entry, or says why not.
    fn first_is_done(&mut self) {
        match self.fault.clone() {
            None => {
                self.said = None;
                self.move_to(Place::Second);
            }
            Some(fault) => {
                if matches!(fault, PasscodeFault::Weak(_)) {
                    // It will not be this one, however it is changed: the holder begins afresh.
                    self.first.clear();
                    self.judge();
                }
                self.said = Some(Said::Fault(fault));
                self.move_to(Place::First);
            }
        }
    }

    /// The passcode, once both entries are good and the same.
    fn take(&mut self) -> Option<Passcode> {
        if self.fault.is_some() {
            self.first_is_done();
            return None;
        }
        if self.second.len() == 0 {
            self.said = None;
            self.move_to(Place::Second);
            return None;
        }
        if !self.first.same_as(&self.second) {
            self.second.clear();
            self.said = Some(Said::Mismatch);
            self.move_to(Place::Second);
            return None;
        }
        Passcode::choose(self.first.secret(), self.rules, self.holder.as_str()).ok()
    }
}

/// Takes a wish.
pub(super) fn update(model: &mut Model, wish: Wish) {
    let Some(Dialog::Passcode(entry)) = model.dialogs.front_mut() else { return };
    match wish {
        Wish::Digit(digit) => entry.type_digit(&digit),
        Wish::NoDigit => entry.said = Some(Said::DigitsOnly),
        Wish::Erase => entry.erase(),
        Wish::Next => {
            if entry.at == Place::First && entry.fault.is_none() {
                entry.at = Place::Second;
                entry.moves += 1;
            }
        }
        // The second entry repeats a passcode that is good; before, there is nothing to repeat.
        Wish::At(Place::Second) if entry.fault.is_some() => {}
        Wish::At(place) => entry.at = place,
        // Said, and nobody is held: from here the keyboard reaches the way out.
        Wish::Left => entry.said = entry.fault.clone().map(Said::Fault),
        Wish::Done(Place::First) => entry.first_is_done(),
        Wish::Done(Place::Second) | Wish::Take => {
            if let Some(passcode) = entry.take()
                && let Some(Dialog::Passcode(entry)) = model.dialogs.pop_front()
            {
                issue::begin(model, &entry.holder, &entry.reader, &entry.serial, Some(passcode));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str) -> PasscodeEntry {
        let holder = "555000000017".parse().expect("a number");
        let serial = "0102030405060708".parse().expect("a serial");
        PasscodeEntry::new(1, holder, name.to_owned(), ("Reader".to_owned(), serial), PasscodeRules::default())
    }

    fn type_all(entry: &mut PasscodeEntry, typed: &str) {
        typed.chars().filter_map(Digit::of).for_each(|digit| entry.type_digit(&digit));
    }

    #[test]
    fn the_holder_is_called_by_name() {
        for (name, called) in [("Siân Žižek-Ŵyn", "Siân"), ("Dr. Ada Okafor", "Ada"), ("Dr", "Dr"), ("", "")] {
            assert_eq!(entry(name).first_name(), called);
        }
    }

    #[test]
    fn a_passcode_is_taken_when_it_is_good_and_typed_twice() {
        let mut entry = entry("Siân");
        type_all(&mut entry, "1234");
        entry.first_is_done();
        assert!(matches!(entry.said, Some(Said::Fault(PasscodeFault::Length { given: 4, .. }))));
        assert_eq!((entry.at, entry.first.len()), (Place::First, 4), "too short is added to");
        type_all(&mut entry, "56");
        entry.first_is_done();
        assert!(matches!(entry.said, Some(Said::Fault(PasscodeFault::Weak(_)))));
        assert_eq!((entry.at, entry.first.len()), (Place::First, 0), "a weak one begins afresh");
        type_all(&mut entry, "738164");
        entry.first_is_done();
        assert_eq!((entry.at, &entry.said), (Place::Second, &None));
        type_all(&mut entry, "738165");
        assert!(entry.take().is_none());
        assert_eq!((&entry.said, entry.second.len(), entry.first.len()), (&Some(Said::Mismatch), 0, 6));
        type_all(&mut entry, "738164");
        assert_eq!(entry.take().expect("both are the same").expose(), b"738164");
    }

    #[test]
    fn another_first_entry_wants_another_second() {
        let mut entry = entry("Siân");
        type_all(&mut entry, "738164");
        entry.first_is_done();
        type_all(&mut entry, "738");
        entry.at = Place::First;
        entry.erase();
        assert_eq!((entry.first.len(), entry.second.len()), (5, 0));
        assert!(!format!("{entry:?}").contains("738"));
    }
}
