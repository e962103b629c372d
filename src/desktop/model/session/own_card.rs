//! An officer's own card: which one is offered to sign in, to come back to a locked window, to prove once more who they are
//! or to approve, and what becomes of it.
//!
//! Before anybody is signed in, the service says nothing of a card. Whose it is, is what its certificate says, and the
//! list of officers; that it is true, the card proves by signing.

use time::{Date, OffsetDateTime};

use super::{Phase, begins};
use crate::{
    bench::{CardInReader, Event, Order, ProofFor, ReaderCondition, ReaderView, Trouble, WorkId},
    desktop::{
        dialogs::{Dialog, PasscodeEntry, Purpose, Typed},
        model::{Model, telephone, work},
    },
    domain::{CardSerial, NhsCode, Officer, OfficerId},
};

/// The card in a reader, for whoever wants to prove with it who they are.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The reader.
    pub reader: &'a ReaderView,
    /// Whose it says it is, where that is an officer of this desk.
    pub officer: Option<&'a Officer>,
    /// The card, or why it proves nothing.
    pub card: Result<&'a CardInReader, WhyNot<'a>>,
}

/// Why a card proves nobody. None of it costs a try.
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

/// Why the passcode that was being typed went nowhere.
fn gone() -> Trouble {
    Trouble::unchanged(
        "the card was taken out or swapped before its passcode was typed to the end, so nothing was sent to it: put the \
         officer's card in and begin again",
    )
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
    let mut officers = model.session.officers.iter().map(|known| &known.officer);
    let officer = officers.find(|officer| card.named.as_ref() == Some(&officer.id));
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

/// The cards of this officer that are in.
#[must_use]
pub fn seen_of<'a>(model: &'a Model, officer: &OfficerId) -> Vec<Seen<'a>> {
    seen(model).into_iter().filter(|seen| seen.officer.is_some_and(|known| known.id == *officer)).collect()
}

/// The card in this reader, if it may prove who its officer is.
fn offered<'a>(model: &'a Model, reader: &str) -> Option<(&'a CardInReader, &'a Officer)> {
    let seen = seen(model).into_iter().find(|seen| seen.reader.name == reader)?;
    Some((seen.card.ok()?, seen.officer?))
}

/// Whether the window waits for a card of this officer to sign in with.
fn awaits(model: &Model, officer: &OfficerId) -> bool {
    match &model.session.phase {
        Phase::SignedOut => true,
        Phase::Locked(session) => session.officer.id == *officer,
        _ => false,
    }
}

/// The officer chose the card in this reader to sign in with.
pub(super) fn sign_in(model: &mut Model, reader: &str) {
    let awaited = offered(model, reader).is_some_and(|(_, officer)| awaits(model, &officer.id));
    if awaited && model.dialogs.is_empty() {
        model.session.card_trouble = None;
        model.session.keyboard_rests = false;
        ask_passcode(model, reader, Purpose::SignIn);
    }
}

/// Asks for the passcode of the officer's card in this reader, before everything else.
pub fn ask_passcode(model: &mut Model, reader: &str, purpose: Purpose) {
    let Some((card, officer)) = offered(model, reader) else { return };
    let place = (reader.to_owned(), card.serial.clone());
    let (rules, tries) = (card.passcode_rules, card.tries_left);
    let (id, name) = (officer.id.clone(), officer.name.clone());
    let number = model.new_number();
    let entry = PasscodeEntry::new(number, id, name, place, rules).asked_for(purpose, tries);
    model.dialogs.push_front(Dialog::Passcode(Box::new(entry)));
}

/// The passcode is typed. Where the card changed meanwhile, nothing is sent to it and that is said.
pub fn typed(model: &mut Model, entry: &PasscodeEntry, typed: Typed) {
    let (reader, serial) = entry.place();
    let same =
        offered(model, reader).filter(|(card, officer)| Some(&card.serial) == serial && officer.id == *entry.holder());
    let serial = same.map(|(card, _)| card.serial.clone());
    let (Some(serial), Some(passcode)) = (serial, typed.current) else { return fell_through(model, entry.purpose()) };
    let to = match entry.purpose() {
        Purpose::Prove(waits) => {
            let asks = |dialog: &Dialog| matches!(dialog, Dialog::Prove(ask) if ask.work == *waits);
            let Some(at) = model.dialogs.iter().position(asks) else { return };
            model.dialogs.remove(at);
            work::answered(model, *waits);
            ProofFor::Waiting(*waits)
        }
        Purpose::ProveByTelephone => match telephone::proves(model, entry.holder()) {
            Some((ticket, order)) => ProofFor::Telephone(ticket, order),
            None => return,
        },
        _ if !awaits(model, entry.holder()) => return,
        _ => {
            begins(model, entry.holder().clone());
            model.session.card_reader = Some(reader.to_owned());
            ProofFor::SignIn
        }
    };
    let work = model.new_work();
    model.order(Order::ProveWithCard { work, reader: reader.to_owned(), serial, passcode, to });
}

/// The card is there no more: what asked for it says so.
fn fell_through(model: &mut Model, purpose: &Purpose) {
    match purpose {
        Purpose::Prove(waits) => asked_for(model, *waits, gone()),
        Purpose::ProveByTelephone => telephone::not_proved(model, gone()),
        _ => {
            model.session.card_trouble = Some(gone());
            model.session.keyboard_rests = true;
        }
    }
}

fn asked_for(model: &mut Model, waits: WorkId, trouble: Trouble) {
    for dialog in &mut model.dialogs {
        if let Dialog::Prove(ask) = dialog
            && ask.work == waits
        {
            ask.trouble = Some(trouble.clone());
        }
    }
}

/// The passcode of this card may have been being typed, and the card is there no more.
pub fn withdrawn(model: &mut Model, serial: &CardSerial) {
    let asked = |dialog: &Dialog| match dialog {
        Dialog::Passcode(entry) if entry.purpose().is_proof() && entry.place().1 == Some(serial) => {
            Some(entry.purpose().clone())
        }
        _ => None,
    };
    let purposes: Vec<Purpose> = model.dialogs.iter().filter_map(asked).collect();
    purposes.iter().for_each(|purpose| fell_through(model, purpose));
}

/// A card that may sign in is another try: that the one before was taken out is history.
pub(super) fn on_event(model: &mut Model, event: &Event) {
    let Event::Reader(view) = event else { return };
    if model.session.card_trouble == Some(gone()) && offered(model, &view.name).is_some() {
        model.session.card_trouble = None;
    }
}
