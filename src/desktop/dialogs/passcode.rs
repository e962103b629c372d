//! The holder types a passcode: a new one twice, the one the card has once; never shown, never copied, wiped however the
//! dialogue goes.

mod digits;
mod draw;

pub use digits::{Digit, Digits};
pub(super) use draw::draw;

use super::Dialog;
use crate::{
    bench::WorkId,
    cis2::wire::DeliverySaid,
    desktop::{
        model::{Model, service},
        view::View,
    },
    domain::{CardSerial, HolderId, JobId, Passcode, PasscodeFault, PasscodeRules},
    tr,
};

/// Words before a name that are none of it.
const HONORIFICS: [&str; 6] = ["Dr", "Mr", "Mrs", "Ms", "Miss", "Prof"];

/// What is typed, for the card in one reader.
#[derive(Debug, Clone)]
pub struct PasscodeEntry {
    id: u64,
    holder: HolderId,
    name: String,
    reader: String,
    serial: Option<CardSerial>,
    rules: PasscodeRules,
    purpose: Purpose,
    tries_left: Option<u8>,
    current: Digits,
    first: Digits,
    second: Digits,
    at: Place,
    moves: u32,
    said: Option<Said>,
}

/// What it is typed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// A new card: its first passcode.
    Issue,
    /// A locked card: a new one; and what the officer said of its delivery.
    Unlock(DeliverySaid),
    /// A card that this work unlocks at once: a new one.
    AtOnce(WorkId),
    /// A card that is unlocked by telephone, by this work: a new one.
    Offline(WorkId),
    /// A repaired card: a new one.
    Repair,
    /// The one the card has, then a new one.
    Change,
    /// The one the card has, for new certificates.
    Renew,
    /// The one the card has, to see whether it works.
    Try,
    /// The one the officer's own card has, to sign in with it.
    SignIn,
    /// The one an officer's own card has, for work that waits until it has proved who they are.
    Prove(WorkId),
    /// The same, for a card at another desk.
    ProveByTelephone,
    /// The one the card has, so that this job goes forward.
    GoOn(JobId),
    /// A new one, for the card of this repair that goes forward.
    Finish(JobId),
}

impl Purpose {
    /// Whether it is an officer's own card that is to prove who they are.
    #[must_use]
    pub fn is_proof(&self) -> bool {
        matches!(self, Self::SignIn | Self::Prove(_) | Self::ProveByTelephone)
    }

    /// The entries, in their order.
    fn places(&self) -> &'static [Place] {
        match self {
            Self::Issue | Self::Unlock(_) | Self::AtOnce(_) | Self::Offline(_) | Self::Repair | Self::Finish(_) => {
                &[Place::First, Place::Second]
            }
            Self::Change => &[Place::Current, Place::First, Place::Second],
            Self::Renew | Self::Try | Self::SignIn | Self::Prove(_) | Self::ProveByTelephone | Self::GoOn(_) => {
                &[Place::Current]
            }
        }
    }
}

/// One of the entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The passcode the card has.
    Current,
    /// The new passcode.
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
    /// The new one is the one the card has.
    Same,
    /// Something other than a digit was typed.
    DigitsOnly,
    /// There is no room for more digits.
    Full,
}

/// What was typed.
#[derive(Debug)]
pub struct Typed {
    /// The passcode the card has, where it was asked for.
    pub current: Option<Passcode>,
    /// The new one, where it was asked for.
    pub new: Option<Passcode>,
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
    /// On to the next entry, if this one is good.
    Next,
    /// This entry has the keyboard.
    At(Place),
    /// The keyboard left this entry before it was good.
    Left(Place),
    /// This entry is typed.
    Done(Place),
    /// Everything is typed: take it.
    Take,
}

impl PasscodeEntry {
    /// An empty choice of a first passcode for the card in a reader, by the rules of its kind. `id` is a number no
    /// dialogue had before.
    #[must_use]
    pub fn new(
        id: u64,
        holder: HolderId,
        name: String,
        (reader, serial): (String, CardSerial),
        rules: PasscodeRules,
    ) -> Self {
        Self { serial: Some(serial), ..Self::in_printer(id, holder, name, reader, rules) }
    }

    /// The same for a card that a printer will feed: nobody knows it yet.
    #[must_use]
    pub fn in_printer(id: u64, holder: HolderId, name: String, printer: String, rules: PasscodeRules) -> Self {
        Self {
            id,
            holder,
            name,
            reader: printer,
            serial: None,
            rules,
            purpose: Purpose::Issue,
            tries_left: None,
            current: Digits::default(),
            first: Digits::default(),
            second: Digits::default(),
            at: Place::First,
            moves: 1,
            said: None,
        }
    }

    /// The same for another purpose, with the tries the card has left, where it tells.
    #[must_use]
    pub fn asked_for(mut self, purpose: Purpose, tries_left: Option<u8>) -> Self {
        self.at = *purpose.places().first().unwrap_or(&Place::First);
        (self.purpose, self.tries_left) = (purpose, tries_left);
        self
    }

    /// What it is typed for.
    #[must_use]
    pub fn purpose(&self) -> &Purpose {
        &self.purpose
    }

    /// Whose card it is.
    #[must_use]
    pub fn holder(&self) -> &HolderId {
        &self.holder
    }

    /// The reader and the card in it that it is typed for; or the printer, and no card.
    #[must_use]
    pub fn place(&self) -> (&str, Option<&CardSerial>) {
        (&self.reader, self.serial.as_ref())
    }

    pub(super) fn title(&self, view: &View<'_>) -> String {
        let name = self.first_name();
        match self.purpose {
            // The card alone says whose it is, and has a number for a name.
            Purpose::Offline(_) if name.is_empty() => tr!(view, "passcode-title-unnamed"),
            Purpose::Issue
            | Purpose::Unlock(_)
            | Purpose::AtOnce(_)
            | Purpose::Offline(_)
            | Purpose::Repair
            | Purpose::Finish(_) => {
                tr!(view, "passcode-title", name = name)
            }
            Purpose::Change => tr!(view, "passcode-title-change", name = name),
            Purpose::Renew
            | Purpose::Try
            | Purpose::SignIn
            | Purpose::Prove(_)
            | Purpose::ProveByTelephone
            | Purpose::GoOn(_) => {
                tr!(view, "passcode-title-current", name = name)
            }
        }
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
            Place::Current => self.current.len(),
            Place::First => self.first.len(),
            Place::Second => self.second.len(),
        }
    }

    /// What is wrong with an entry as it is typed so far. A repetition is judged when it is taken.
    fn fault(&self, place: Place) -> Option<PasscodeFault> {
        match place {
            // A passcode that exists was chosen by the rules of its day: its shape alone is looked at.
            Place::Current => Passcode::shaped(self.current.secret(), self.rules).err(),
            Place::First => Passcode::choose(self.first.secret(), self.rules, self.holder.as_str()).err(),
            Place::Second => None,
        }
    }

    /// Whether an entry can be typed: what comes before it is good.
    fn is_usable(&self, place: Place) -> bool {
        let before = self.purpose.places().iter().take_while(|known| **known != place);
        before.into_iter().all(|before| self.fault(*before).is_none())
    }

    fn move_to(&mut self, place: Place) {
        self.at = place;
        self.moves += 1;
    }

    fn place_after(&self, place: Place) -> Option<Place> {
        let places = self.purpose.places();
        places.iter().position(|known| *known == place).and_then(|at| places.get(at + 1)).copied()
    }

    fn type_digit(&mut self, digit: &Digit) {
        let room = match self.at {
            Place::Current => self.current.push(digit),
            Place::First => {
                // Another passcode has another repetition.
                self.second.clear();
                self.first.push(digit)
            }
            Place::Second => self.second.push(digit),
        };
        self.said = (!room).then_some(Said::Full);
    }

    fn erase(&mut self) {
        match self.at {
            Place::Current => self.current.pop(),
            Place::First => {
                self.second.clear();
                self.first.pop();
            }
            Place::Second => self.second.pop(),
        }
        self.said = None;
    }

    /// Goes on from an entry that is not the last, or says why not.
    fn go_on_from(&mut self, place: Place) {
        let same = place == Place::First
            && self.purpose.places().contains(&Place::Current)
            && self.first.same_as(&self.current);
        match self.fault(place) {
            None if same => {
                self.first.clear();
                self.said = Some(Said::Same);
                self.move_to(place);
            }
            None => {
                self.said = None;
                if let Some(next) = self.place_after(place) {
                    self.move_to(next);
                }
            }
            Some(fault) => {
                if matches!(fault, PasscodeFault::Weak(_)) {
                    // It will not be this one, however it is changed: the holder begins afresh.
                    self.first.clear();
                }
                self.said = Some(Said::Fault(fault));
                self.move_to(place);
            }
        }
    }

    /// What was typed, once every entry is good and the repetition is the same.
    fn take(&mut self) -> Option<Typed> {
        let places = self.purpose.places();
        for place in places {
            if self.fault(*place).is_some() {
                self.go_on_from(*place);
                return None;
            }
        }
        let current = match places.contains(&Place::Current) {
            true => Some(Passcode::shaped(self.current.secret(), self.rules).ok()?),
            false => None,
        };
        if !places.contains(&Place::Second) {
            return Some(Typed { current, new: None });
        }
        if current.is_some() && self.first.same_as(&self.current) {
            self.go_on_from(Place::First);
            return None;
        }
        if self.second.is_empty() {
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
        let new = Passcode::choose(self.first.secret(), self.rules, self.holder.as_str()).ok()?;
        Some(Typed { current, new: Some(new) })
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
            if let Some(next) = entry.place_after(entry.at)
                && entry.fault(entry.at).is_none()
            {
                entry.move_to(next);
            }
        }
        // An entry follows one that is good; before, there is nothing to repeat or to change.
        Wish::At(place) if !entry.is_usable(place) => {}
        Wish::At(place) => entry.at = place,
        // Said, and nobody is held: from here the keyboard reaches the way out.
        Wish::Left(place) => entry.said = entry.fault(place).map(Said::Fault),
        Wish::Done(place) if entry.place_after(place).is_some() => entry.go_on_from(place),
        Wish::Done(_) | Wish::Take => {
            if let Some(typed) = entry.take()
                && let Some(Dialog::Passcode(entry)) = model.dialogs.pop_front()
            {
                service::typed(model, &entry, typed);
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
        entry.go_on_from(Place::First);
        assert!(matches!(entry.said, Some(Said::Fault(PasscodeFault::Length { given: 4, .. }))));
        assert_eq!((entry.at, entry.first.len()), (Place::First, 4), "too short is added to");
        type_all(&mut entry, "56");
        entry.go_on_from(Place::First);
        assert!(matches!(entry.said, Some(Said::Fault(PasscodeFault::Weak(_)))));
        assert_eq!((entry.at, entry.first.len()), (Place::First, 0), "a weak one begins afresh");
        type_all(&mut entry, "738164");
        entry.go_on_from(Place::First);
        assert_eq!((entry.at, &entry.said), (Place::Second, &None));
        type_all(&mut entry, "738165");
        assert!(entry.take().is_none());
        assert_eq!((&entry.said, entry.second.len(), entry.first.len()), (&Some(Said::Mismatch), 0, 6));
        type_all(&mut entry, "738164");
        let typed = entry.take().expect("both are the same");
        assert_eq!(typed.new.expect("a new one").expose(), b"738164");
        assert!(typed.current.is_none());
    }

    #[test]
    fn another_first_entry_wants_another_second() {
        let mut entry = entry("Siân");
        type_all(&mut entry, "738164");
        entry.go_on_from(Place::First);
        type_all(&mut entry, "738");
        entry.at = Place::First;
        entry.erase();
        assert_eq!((entry.first.len(), entry.second.len()), (5, 0));
        assert!(!format!("{entry:?}").contains("738"));
    }

    #[test]
    fn the_passcode_a_card_has_is_judged_by_its_shape_alone_and_the_new_one_is_another() {
        let mut change = entry("Siân").asked_for(Purpose::Change, Some(2));
        assert_eq!(change.at, Place::Current);
        type_all(&mut change, "123");
        change.go_on_from(Place::Current);
        assert!(matches!(change.said, Some(Said::Fault(PasscodeFault::Length { given: 3, .. }))));
        assert!(!change.is_usable(Place::First) && !change.is_usable(Place::Second));
        type_all(&mut change, "456");
        change.go_on_from(Place::Current);
        assert_eq!((change.at, &change.said), (Place::First, &None), "weak, and the one it has");
        let mut same = change.clone();
        same.current.clear();
        same.at = Place::Current;
        type_all(&mut same, "738164");
        same.at = Place::First;
        type_all(&mut same, "738164");
        assert!(same.take().is_none());
        assert_eq!((&same.said, same.first.len()), (&Some(Said::Same), 0));
        type_all(&mut change, "738164");
        change.go_on_from(Place::First);
        type_all(&mut change, "738164");
        let typed = change.take().expect("everything is typed");
        assert_eq!(typed.current.expect("the old one").expose(), b"123456");
        assert_eq!(typed.new.expect("the new one").expose(), b"738164");
    }

    #[test]
    fn one_entry_is_enough_where_nothing_new_is_chosen() {
        for purpose in [Purpose::Renew, Purpose::Try] {
            let mut entry = entry("Siân").asked_for(purpose, None);
            assert!(entry.take().is_none() && matches!(entry.said, Some(Said::Fault(_))), "nothing is typed");
            type_all(&mut entry, "738164");
            let typed = entry.take().expect("it is typed");
            assert!(typed.current.is_some() && typed.new.is_none());
        }
    }
}
