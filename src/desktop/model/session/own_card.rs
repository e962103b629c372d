//! Signing in with an officer's own card: which card is offered, and what becomes of it.
//!
//! Before anybody is signed in, the service says nothing of a card. Whose it is, is what its certificate says, and the
//! list of officers; that it is true, the card proves by signing.

use time::{Date, OffsetDateTime};

use super::{Phase, begins};
use crate::{
    bench::{CardInReader, Event, Order, ReaderCondition, ReaderView, Trouble},
    desktop::{
        dialogs::{Dialog, PasscodeEntry, Purpose, Typed},
        model::Model,
    },
    domain::{CardSerial, NhsCode, Officer},
};

/// The card in a reader, for whoever wants to sign in with it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The reader.
    pub reader: &'a ReaderView,
    /// Whose it says it is, where that is an officer of this desk.
    pub officer: Option<&'a Officer>,
    /// The card, or why it signs nobody in.
    pub card: Result<&'a CardInReader, WhyNot<'a>>,
}

/// Why a card signs nobody in. None of it costs a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyNot<'a> {
    /// Its passcode is locked.
    Locked,
    /// Its certificates have ended.
    Expired(Date),
    /// There is no certificate on it.
    NoCertificate,
    /// Its certificate names nobody who works here.
    NobodyHere,
    /// Another program has it.
    InUse,
    /// It does not answer.
    Unreadable,
    /// It is none that can be worked with.
    Unknown(&'a str, Option<NhsCode>),
}

/// What went wrong with a card that was to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardTrouble {
    /// Why it did not sign in.
    Said(Trouble),
    /// It was taken out, or another card is in its place, before its passcode was typed to the end.
    Gone,
}

/// The cards that are in, in the order of the readers.
#[must_use]
pub fn seen(model: &Model) -> Vec<Seen<'_>> {
    let today = OffsetDateTime::now_utc().date();
    model.bench.readers.iter().filter_map(|reader| of_reader(model, reader, today)).collect()
}

fn of_reader<'a>(model: &'a Model, reader: &'a ReaderView, today: Date) -> Option<Seen<'a>> {
    let not = |why| Some(Seen { reader, officer: None, card: Err(why) });
    let card = match &reader.condition {
        ReaderCondition::Card(card) | ReaderCondition::OwnCard(card) => card,
        ReaderCondition::Empty | ReaderCondition::Reading | ReaderCondition::InWork(_) => return None,
        ReaderCondition::InUse => return not(WhyNot::InUse),
        ReaderCondition::Unreadable => return not(WhyNot::Unreadable),
        ReaderCondition::Unknown { why, nhs_code } => return not(WhyNot::Unknown(why, *nhs_code)),
    };
    let officers = model.session.officers.iter().map(|known| &known.officer);
    let officer = officers.into_iter().find(|officer| card.named.as_ref() == Some(&officer.id));
    let card = match officer {
        None if !card.has_certificates => Err(WhyNot::NoCertificate),
        None => Err(WhyNot::NobodyHere),
        Some(_) if card.tries_left == Some(0) => Err(WhyNot::Locked),
        Some(_) => match card.certificates[0].filter(|last| *last < today) {
            Some(last) => Err(WhyNot::Expired(last)),
            None => Ok(&**card),
        },
    };
    Some(Seen { reader, officer, card })
}

/// The card in this reader, if it may sign in.
fn offered<'a>(model: &'a Model, reader: &str) -> Option<(&'a CardInReader, &'a Officer)> {
    let seen = seen(model).into_iter().find(|seen| seen.reader.name == reader)?;
    Some((seen.card.ok()?, seen.officer?))
}

/// The officer chose the card in this reader: its passcode is asked for.
pub(super) fn ask_passcode(model: &mut Model, reader: String) {
    if !matches!(model.session.phase, Phase::SignedOut) || !model.dialogs.is_empty() {
        return;
    }
    let Some((card, officer)) = offered(model, &reader) else { return };
    let (serial, rules, tries) = (card.serial.clone(), card.passcode_rules, card.tries_left);
    let (id, name) = (officer.id.clone(), officer.name.clone());
    let number = model.new_number();
    let entry = PasscodeEntry::new(number, id, name, (reader, serial), rules).asked_for(Purpose::SignIn, tries);
    model.session.card_trouble = None;
    model.dialogs.push_back(Dialog::Passcode(Box::new(entry)));
}

/// The passcode is typed. Where the card changed meanwhile, nothing is sent to it and that is said.
pub fn typed(model: &mut Model, entry: &PasscodeEntry, typed: Typed) {
    let (reader, serial) = entry.place();
    let same = offered(model, reader).filter(|(card, officer)| card.serial == *serial && officer.id == *entry.holder());
    let (Some((_, officer)), Some(passcode)) = (same, typed.current) else {
        model.session.card_trouble = Some(CardTrouble::Gone);
        return;
    };
    let officer = officer.id.clone();
    let work = model.new_work();
    begins(model, officer);
    model.session.card_reader = Some(reader.to_owned());
    model.order(Order::SignInWithCard { work, reader: reader.to_owned(), serial: serial.clone(), passcode });
}

/// The passcode of this card was being typed, and the card is there no more.
pub fn withdrawn(model: &mut Model, serial: &CardSerial) {
    let asked = |dialog: &Dialog| matches!(dialog, Dialog::Passcode(entry) if *entry.purpose() == Purpose::SignIn && entry.place().1 == serial);
    if model.dialogs.iter().any(asked) {
        model.session.card_trouble = Some(CardTrouble::Gone);
    }
}

/// A card that comes is another try: what went wrong with the one before is read.
pub(super) fn on_event(model: &mut Model, event: &Event) {
    let Event::Reader(view) = event else { return };
    let came = matches!(view.condition, ReaderCondition::Reading);
    if came && model.session.card_trouble == Some(CardTrouble::Gone) {
        model.session.card_trouble = None;
    }
}
