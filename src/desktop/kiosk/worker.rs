//! What a kiosk does: one order after the other, on a thread of its own.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender},
    },
    thread,
};

use super::model::{CardSeen, Event, Order};
use crate::{
    card::reader::{Presence, ReaderEvent},
    cis2::{Service, wire::CodeSent},
    domain::{Operation, Passcode, Secret},
    operations::{
        CardReport, Ending, OperationError,
        self_service::{OwnCard, own_wish},
    },
    workplace::Workplace,
};

/// Carries out orders until the window is gone. `wake` is called after each event.
pub fn run(
    workplace: &Arc<Workplace>,
    orders: &Receiver<Order>,
    myself: SyncSender<Order>,
    events: SyncSender<Event>,
    wake: impl Fn(),
) {
    let mut worker = Worker {
        workplace,
        card: None,
        sent: None,
        tell: |event| {
            let heard = events.send(event).is_ok();
            wake();
            heard
        },
    };
    let watching = watch(workplace, myself);
    if !(worker.tell)(Event::Opened(watching)) {
        return;
    }
    worker.look();
    while let Ok(order) = orders.recv() {
        if !worker.carry_out(order) {
            return;
        }
    }
}

/// Turns what happens to the readers into orders to ourselves.
fn watch(workplace: &Arc<Workplace>, myself: SyncSender<Order>) -> Result<(), String> {
    let watch = workplace.bench.readers.watch().map_err(|error| error.to_string())?;
    let forward = move || {
        while let Some(event) = watch.next() {
            if myself.send(Order::Readers(event)).is_err() {
                return;
            }
        }
    };
    let spawned = thread::Builder::new().name("kiosk readers".to_owned()).spawn(forward);
    spawned.map(drop).map_err(|error| error.to_string())
}

struct Worker<'a, T: Fn(Event) -> bool> {
    workplace: &'a Arc<Workplace>,
    /// The card that is in, as far as it can be worked with.
    card: Option<(String, Option<OwnCard>)>,
    /// The newest code that was asked for.
    sent: Option<CodeSent>,
    tell: T,
}

impl<T: Fn(Event) -> bool> Worker<'_, T> {
    /// Does it; says whether anybody listens still.
    fn carry_out(&mut self, order: Order) -> bool {
        let done = match order {
            Order::Readers(event) => return self.readers(&event),
            Order::Forget => {
                self.sent = None;
                // Where nobody is signed in, that is what was wanted.
                let _ = self.workplace.service.holder_sign_out();
                return true;
            }
            Order::SendCode => return self.send_code(),
            Order::Change { own, new } => self.with_card(Operation::ChangePasscode, &own, Some(new)),
            Order::Renew { own } => self.with_card(Operation::Renew, &own, None),
            Order::Unlock { code, new } => self.unlock(code, new),
        };
        let _ = self.workplace.service.holder_sign_out();
        (self.tell)(ended(done))
    }

    fn readers(&mut self, event: &ReaderEvent) -> bool {
        let gone = match event {
            ReaderEvent::Changed(status) => (status.card == Presence::Empty).then_some(Some(&status.name)),
            ReaderEvent::Gone { reader } => Some(Some(reader)),
            ReaderEvent::ServiceLost => Some(None),
            _ => None,
        };
        let ours = self.card.as_ref().map(|(reader, _)| reader);
        let taken_out = ours.is_some() && gone.is_some_and(|gone| gone.is_none() || gone == ours);
        if taken_out {
            self.card = None;
            self.sent = None;
            if !(self.tell)(Event::CardOut) {
                return false;
            }
        }
        if self.card.is_none() { self.look() } else { true }
    }

    /// Looks whether there is a card.
    fn look(&mut self) -> bool {
        let found = match self.workplace.desk().own_card(None) {
            Err(OperationError::NoCard | OperationError::NoReader) => return true,
            Ok(card) => Ok(card),
            Err(error) => Err(error.to_string()),
        };
        match found {
            Ok(card) => {
                let seen = CardSeen {
                    holder: card.holder.clone(),
                    days_left: card.expires.map(|expires| (expires - time::OffsetDateTime::now_utc()).whole_days()),
                    tries_left: card.tries_left,
                    rules: card.rules,
                };
                self.card = Some((card.reader.clone(), Some(card)));
                (self.tell)(Event::CardIn(seen))
            }
            Err(why) => {
                let with_card = |status: &crate::card::reader::ReaderStatus| status.card != Presence::Empty;
                let readers = self.workplace.bench.readers.list().unwrap_or_default();
                let reader = readers.into_iter().find(with_card).map(|status| status.name).unwrap_or_default();
                self.card = Some((reader, None));
                (self.tell)(Event::NotUsable(why))
            }
        }
    }

    fn own(&self) -> Result<&OwnCard, OperationError> {
        self.card.as_ref().and_then(|(_, card)| card.as_ref()).ok_or(OperationError::NoCard)
    }

    fn send_code(&mut self) -> bool {
        let sent = self.own().and_then(|card| self.workplace.desk().ask_for_code(card));
        match sent {
            Ok(sent) => {
                let sent_to = sent.sent_to.clone();
                self.sent = Some(sent);
                (self.tell)(Event::CodeSent(sent_to))
            }
            Err(error) => (self.tell)(ended(Err(error))),
        }
    }

    fn with_card(
        &self,
        operation: Operation,
        own: &Passcode,
        new: Option<Passcode>,
    ) -> Result<CardReport, OperationError> {
        let (desk, card) = (self.workplace.desk(), self.own()?);
        let found = desk.prepare_authentication(Some(&card.reader))?;
        if found.serial != card.serial {
            return Err(OperationError::Swapped { looked_at: card.serial.clone(), found: found.serial });
        }
        let session = desk.sign_in_as_holder(found, own)?;
        let wish = own_wish(&session, &card.reader, operation);
        match new {
            Some(new) => desk.change_passcode(desk.prepare_on_card(&wish)?, own.clone(), new, &mut |_| {}),
            None => desk.renew(desk.prepare_recertify(&wish)?, own.clone(), &mut |_| {}),
        }
    }

    fn unlock(&mut self, code: Secret, new: Passcode) -> Result<CardReport, OperationError> {
        let desk = self.workplace.desk();
        let sent = self.sent.clone().ok_or(OperationError::NoCard)?;
        let card = self.own()?;
        let session = desk.sign_in_with_code(card, &sent, code)?;
        let wish = own_wish(&session, &card.reader, Operation::Unlock);
        desk.unlock(desk.prepare_on_card(&wish)?, new, &mut |_| {})
    }
}

/// How it ended, in words for the holder.
fn ended(result: Result<CardReport, OperationError>) -> Event {
    let (words, done) = match result {
        Ok(CardReport { ending: Ending::Done, operation, .. }) => {
            let words = match operation {
                Operation::Renew => "Your card is renewed. Your passcode is the same as before.",
                Operation::Unlock => "Your card is unlocked. Use your new passcode from now on.",
                _ => "Your passcode is changed. Use the new one from now on.",
            };
            (words.to_owned(), true)
        }
        Ok(CardReport { ending: Ending::Undone { why, .. }, which_pair, .. }) => {
            let pair = which_pair.map(|pair| format!(". Your card works with {pair}")).unwrap_or_default();
            (format!("{why}{pair}"), false)
        }
        Ok(CardReport { ending: Ending::Unfinished { why }, .. }) => {
            let next = "Take the card to the Registration Authority desk, which can repair it in 15 minutes";
            (format!("{why}. {next}"), false)
        }
        Err(error) => (error.to_string(), false),
    };
    Event::Ended { words, done }
}
