//! From a wish to an order: the questions that come first, and what is proved once more before anything is asked of the
//! workers.

use time::OffsetDateTime;

use super::{follow::here, offers};
use crate::{
    bench::{CardInReader, CardOrder, Order, Passcodes, WorkId},
    cis2::wire::{CardRecord, DeliverySaid},
    desktop::{
        dialogs::{Confirm, Dialog, EndCard, PasscodeEntry, Purpose, RepairChoice, Typed},
        intent::Intent,
        model::{
            Model, NoticeKind, NoticeText, at_once, holder, issue, offline, session, unfinished,
            work::{self, Served},
        },
        route::Route,
    },
    domain::{
        CardSerial, CardState, Holder, HolderId, HolderState, Operation, Role, Series,
        eligibility::{
            Address, Certificates, ClientSoftware, Decision, Delivery, Photo, Realm, Reason, Refusal, Situation,
            Subject, Task, Version, decide, may_by_role,
        },
    },
};

/// The card that is shown, if this may be done to it now: its reader, itself, its holder.
fn allowed(model: &Model, operation: Operation) -> Option<(String, CardInReader, Holder)> {
    let (reader, card) = here(model)?;
    let today = OffsetDateTime::now_utc().date();
    let offer = offers::offers(model, card, today).into_iter().find(|offer| offer.operation == operation)?;
    offer.refused.is_none().then_some(())?;
    Some((reader.name.clone(), card.clone(), card.holder.clone()?))
}

/// The officer pressed an operation.
pub(super) fn start(model: &mut Model, operation: Operation) {
    let Some((reader, card, person)) = allowed(model, operation) else { return };
    match operation {
        Operation::Unlock if card.record.as_ref().is_ok_and(|record| record.awaits_delivery) => {
            let ask = Confirm {
                title: "delivery-title",
                body: vec!["delivery-body"],
                words: vec![person.printed_name().to_owned()],
                action: "delivery-confirm",
                destructive: false,
                then: Box::new(Intent::Service(super::Intent::Delivered(card.serial.clone()))),
            };
            model.dialogs.push_back(Dialog::Confirm(ask));
        }
        Operation::Unlock => ask_passcode(model, Purpose::Unlock(DeliverySaid::NotSaid), reader, &card, &person),
        Operation::ChangePasscode => ask_passcode(model, Purpose::Change, reader, &card, &person),
        Operation::Renew => ask_passcode(model, Purpose::Renew, reader, &card, &person),
        Operation::Repair => {
            let ask = RepairChoice {
                serial: card.serial.clone(),
                name: person.printed_name().to_owned(),
                findings: card.findings.iter().map(ToString::to_string).collect(),
            };
            model.dialogs.push_back(Dialog::Repair(ask));
        }
        Operation::Clear | Operation::Cancel => {
            let name = person.printed_name().to_owned();
            let ask = EndCard::new(operation, card.serial.clone(), person.id.clone(), name, Some(reader));
            model.dialogs.push_back(Dialog::EndCard(Box::new(ask)));
        }
        Operation::Issue | Operation::Print => {}
    }
}

fn ask_passcode(model: &mut Model, purpose: Purpose, reader: String, card: &CardInReader, person: &Holder) {
    let id = model.new_number();
    let name = person.printed_name().to_owned();
    let place = (reader, card.serial.clone());
    let entry = PasscodeEntry::new(id, person.id.clone(), name, place, card.passcode_rules);
    model.dialogs.push_back(Dialog::Passcode(Box::new(entry.asked_for(purpose, card.tries_left))));
}

/// The holder has the card in hand.
pub(super) fn delivered(model: &mut Model, serial: &CardSerial) {
    let Some((reader, card, person)) = allowed(model, Operation::Unlock) else { return changed_meanwhile(model) };
    if card.serial != *serial {
        return changed_meanwhile(model);
    }
    ask_passcode(model, Purpose::Unlock(DeliverySaid::Confirmed), reader, &card, &person);
}

/// How a repaired card is left was chosen.
pub(super) fn repair(model: &mut Model, serial: &CardSerial, locked: bool) {
    let Some((reader, card, person)) = allowed(model, Operation::Repair) else { return changed_meanwhile(model) };
    if card.serial != *serial {
        return changed_meanwhile(model);
    }
    if locked {
        let order = order_for(Operation::Repair, Some(reader), serial.clone(), person.id.clone());
        begin(model, order, Some(person));
    } else {
        ask_passcode(model, Purpose::Repair, reader, &card, &person);
    }
}

/// The test of a card.
pub(super) fn try_card(model: &mut Model) {
    let Some((reader, card)) = here(model) else { return };
    let may = offers::trial(model, card, OffsetDateTime::now_utc().date()) == Some(None);
    let (reader, card) = (reader.name.clone(), card.clone());
    if let (true, Some(person)) = (may, card.holder.clone()) {
        ask_passcode(model, Purpose::Try, reader, &card, &person);
    }
}

/// The holder has typed what was asked for. Where the card or what may be done to it changed meanwhile, nothing is done
/// and that is said.
pub fn typed(model: &mut Model, entry: &PasscodeEntry, typed: Typed) {
    let (reader, serial) = entry.place();
    let operation = match entry.purpose() {
        Purpose::Issue => {
            return match serial {
                Some(serial) => issue::begin(model, entry.holder(), reader, serial, typed.new),
                None => issue::begin_in_printer(model, entry.holder(), reader, typed.new),
            };
        }
        Purpose::GoOn(job) => return unfinished::go_on_with(model, job, typed.current),
        Purpose::Finish(job) => return unfinished::go_on_with(model, job, typed.new),
        Purpose::AtOnce(work) => return at_once::typed(model, *work, typed.new),
        Purpose::Offline(work) => return offline::typed(model, *work, typed.new),
        Purpose::Try => return begin_trial(model, entry, typed),
        Purpose::SignIn | Purpose::Prove(_) | Purpose::ProveByTelephone => return session::typed(model, entry, typed),
        Purpose::Unlock(_) => Operation::Unlock,
        Purpose::Repair => Operation::Repair,
        Purpose::Change => Operation::ChangePasscode,
        Purpose::Renew => Operation::Renew,
    };
    let same = allowed(model, operation).filter(|(at, card, _)| at == reader && Some(&card.serial) == serial);
    let Some((reader, card, person)) = same else { return changed_meanwhile(model) };
    let mut order = order_for(operation, Some(reader), card.serial, person.id.clone());
    if let Purpose::Unlock(delivery) = entry.purpose() {
        order.delivery = *delivery;
    }
    order.passcodes = Passcodes { current: typed.current, new: typed.new };
    begin(model, order, Some(person));
}

fn begin_trial(model: &mut Model, entry: &PasscodeEntry, typed: Typed) {
    let (reader, serial) = entry.place();
    let same = here(model).filter(|(at, card)| at.name == *reader && Some(&card.serial) == serial);
    let (Some((reader, card)), Some(passcode)) = (same, typed.current) else { return changed_meanwhile(model) };
    let (reader, serial, person) = (reader.name.clone(), card.serial.clone(), card.holder.clone());
    let work = model.new_work();
    let mut piece = work::Piece::new(Operation::ChangePasscode, person, Some(reader.clone()));
    piece.served = Some(Served::Trial);
    piece.serial = Some(serial.clone());
    show(model, work, piece);
    model.order(Order::TryCard { work, reader, serial, passcode });
}

fn order_for(operation: Operation, reader: Option<String>, serial: CardSerial, holder: HolderId) -> CardOrder {
    CardOrder {
        operation,
        reader,
        serial,
        holder,
        delivery: DeliverySaid::NotSaid,
        reason: None,
        note: None,
        passcodes: Passcodes::default(),
    }
}

/// The card is to be ended, as the officer said in the dialogue.
pub fn end_card(model: &mut Model, ask: &EndCard) {
    let mut order =
        order_for(ask.operation(), ask.reader().map(str::to_owned), ask.serial().clone(), ask.holder().clone());
    order.reason = ask.reason();
    order.note = ask.note();
    let in_reader = holder::reader_with(model, ask.serial()).map(str::to_owned);
    let person = match order.reader.is_some() {
        true => {
            let same = model.bench.cards().find(|(_, card)| card.serial == *ask.serial());
            let Some(person) = same.and_then(|(_, card)| card.holder.clone()) else { return changed_meanwhile(model) };
            Some(person)
        }
        false => {
            model.holder.of(ask.holder()).and_then(|open| open.record.as_ref()).map(|record| record.holder.clone())
        }
    };
    order.reader = order.reader.and(in_reader);
    begin(model, order, person);
}

/// Asks before a card on a holder's record is ended; the card need not be here.
pub fn cancel_from_record(model: &mut Model, id: &HolderId, serial: &CardSerial) {
    let Some(record) = model.holder.of(id).and_then(|open| open.record.clone()) else { return };
    let Some(card) = record.cards.iter().find(|card| card.serial == *serial) else { return };
    if why_not_cancelled(model, &record.holder, card).is_some() || model.officer().is_none() {
        return;
    }
    let name = record.holder.printed_name().to_owned();
    // Where it lies in a reader, its chip is emptied too.
    let lies = model.bench.cards().find(|(_, here)| here.serial == *serial).map(|(reader, _)| reader.name.clone());
    let ask = EndCard::new(Operation::Cancel, serial.clone(), id.clone(), name, lies);
    model.dialogs.push_back(Dialog::EndCard(Box::new(ask)));
}

/// Why a card on a holder's record may not be cancelled. A card that is ended on record needs no software that could
/// work on it, so neither that nor its series forbids it.
#[must_use]
pub fn why_not_cancelled(model: &Model, person: &Holder, card: &CardRecord) -> Option<Refusal> {
    let officer = model.officer()?;
    let lies = model.bench.cards().any(|(_, here)| here.serial == card.serial);
    let version = series_10_software();
    let decision = decide(&Situation {
        role: officer.role,
        subject: if officer.id == person.id { Subject::Own } else { Subject::Another },
        series: if lies { card.series } else { Series::Series10 },
        card: card.state,
        holder: person.state,
        software: if lies { &model.software } else { &version },
        realm: model.realm,
        ..fitting(Operation::Cancel, &version)
    });
    match decision {
        Decision::Allowed => None,
        Decision::Refused(refusal) => Some(refusal),
    }
}

fn series_10_software() -> ClientSoftware {
    ClientSoftware::SmartcardConnect(Version::SMARTCARD_CONNECT_SERIES_10)
}

/// A situation in which nothing but the role stands in the way.
fn fitting(operation: Operation, software: &ClientSoftware) -> Situation<'_> {
    Situation {
        task: Task::Desk(operation),
        role: Role::RaManager,
        subject: Subject::Another,
        series: Series::Series10,
        card: CardState::Active,
        certificates: Certificates::None,
        holder: HolderState::Open,
        photo: Photo::OnRecord,
        other_card: None,
        address: Address::OnRecord,
        delivery: Delivery::Confirmed,
        software,
        printer: None,
        realm: Realm::Training,
        today: OffsetDateTime::now_utc().date(),
    }
}

/// Why an officer of this role cannot approve this for a colleague: whoever may not do it may not approve it either.
///
/// # Errors
/// The reason.
pub fn may_approve(role: Role, operation: Operation) -> Result<(), Reason> {
    if may_by_role(role, operation) { Ok(()) } else { Err(Reason::Role { role, operation, expired: false }) }
}

fn begin(model: &mut Model, order: CardOrder, person: Option<Holder>) {
    let work = model.new_work();
    let mut piece = work::Piece::new(order.operation, person, order.reader.clone());
    piece.serial = Some(order.serial.clone());
    let left_locked = order.operation == Operation::Repair && order.passcodes.new.is_none();
    piece.served = Some(if left_locked { Served::LeftLocked } else { Served::Plainly });
    show(model, work, piece);
    model.order(Order::OnCard { work, card: Box::new(order) });
}

fn show(model: &mut Model, work: WorkId, mut piece: work::Piece) {
    piece.portrait = piece.holder.as_ref().and_then(|person| holder::portrait(model, &person.id));
    model.work.all.insert(work, piece);
    model.service.changed = None;
    model.go(Route::Work(work));
}

fn changed_meanwhile(model: &mut Model) {
    model.notify(NoticeKind::Warning, NoticeText::Key("service-changed-meanwhile"));
}
