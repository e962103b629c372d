//! What a kiosk does: one order after the other, on a thread of its own.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender},
    },
    thread,
};

use super::model::{CardSeen, Choice, Event, Order, Told, Unfinished};
use crate::{
    card::reader::{Presence, ReaderEvent},
    cis2::{Service, wire::CodeSent},
    domain::{Operation, Passcode, Secret, eligibility::Decision},
    operations::{
        CardReport, Ending, GoneOn, OperationError, Progress, Resumed, Resumption, WhichPair,
        self_service::{OwnCard, own_wish, tries_of_code_left},
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
            Order::GoOn { own } => {
                let ended = self.go_on(&own);
                let _ = self.workplace.service.holder_sign_out();
                return (self.tell)(ended.unwrap_or_else(|error| told(Err(error))));
            }
            Order::Change { own, new } => return self.visit(Operation::ChangePasscode, &own, Some(new)),
            Order::Renew { own } => return self.visit(Operation::Renew, &own, None),
            Order::Unlock { code, new } => self.unlock(code, new),
        };
        let _ = self.workplace.service.holder_sign_out();
        let again = done.as_ref().err().and_then(tries_of_code_left);
        (self.tell)(again.map_or_else(|| told(done), Event::NotTheCode))
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
            Err(error) => Err(said(&error)),
        };
        match found {
            Ok(card) => {
                let event = self.seen(&card).map_or_else(|error| Event::NotUsable(said(&error)), Event::CardIn);
                self.card = Some((card.reader.clone(), Some(card)));
                (self.tell)(event)
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

    /// What is shown of a card, and what its holder may do with it.
    fn seen(&self, card: &OwnCard) -> Result<CardSeen, OperationError> {
        let (desk, now) = (self.workplace.desk(), time::OffsetDateTime::now_utc());
        let unfinished = desk.own_unfinished(&card.serial)?;
        let choices = match &unfinished {
            Some(job) => vec![Choice { operation: job.operation, refused: None }],
            None => desk.own_offers(card, now).into_iter().map(choice).collect(),
        };
        Ok(CardSeen {
            holder: card.holder.clone(),
            days_left: card.expires.map(|expires| (expires - now).whole_days()),
            tries_left: card.tries_left,
            rules: card.rules,
            choices,
            unfinished: unfinished
                .map(|job| Unfinished { operation: job.operation, words: job.words_for_its_holder() }),
        })
    }

    /// Tells which step begins.
    fn hear(&self, news: &Progress) {
        if let Progress::Started { step, .. } = news {
            (self.tell)(Event::Step(*step));
        }
    }

    /// Goes on with what was interrupted. A renewal that could be taken back is begun anew.
    fn go_on(&self, own: &Passcode) -> Result<Event, OperationError> {
        let (desk, card) = (self.workplace.desk(), self.own()?);
        let job = desk.own_unfinished(&card.serial)?.ok_or(OperationError::NothingInterrupted)?;
        let gone_on = desk.go_on_with_own(&card.reader, &job, own, &mut |news| self.hear(news))?;
        let renews = job.operation == Operation::Renew;
        let taken_back = matches!(gone_on.resumed.resumption, Resumption::Undone { .. });
        if renews && taken_back && gone_on.resumed.which_pair == Some(WhichPair::Old) {
            let wish = own_wish(&gone_on.session, &card.reader, Operation::Renew);
            let again = desk.renew(desk.prepare_recertify(&wish)?, own.clone(), &mut |news| self.hear(news));
            return Ok(told(again));
        }
        Ok(told_resumed(&gone_on.resumed))
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
            Err(error) => (self.tell)(told(Err(error))),
        }
    }

    /// A visit with card and passcode; nobody is signed in after it.
    fn visit(&mut self, operation: Operation, own: &Passcode, new: Option<Passcode>) -> bool {
        let ended = self.with_card(operation, own, new);
        let _ = self.workplace.service.holder_sign_out();
        (self.tell)(ended.unwrap_or_else(|error| told(Err(error))))
    }

    fn with_card(&self, operation: Operation, own: &Passcode, new: Option<Passcode>) -> Result<Event, OperationError> {
        let (desk, card) = (self.workplace.desk(), self.own()?);
        let found = desk.prepare_authentication(Some(&card.reader))?;
        if found.serial != card.serial {
            return Err(OperationError::Swapped { looked_at: card.serial.clone(), found: found.serial });
        }
        let (session, resumed) = desk.sign_in_own(found, own, &mut |news| self.hear(news))?;
        // What was cut off at another workstation comes first, and may have been all.
        if let Some(resumed) = resumed.filter(|resumed| GoneOn::settled(resumed, operation)) {
            return Ok(told_resumed(&resumed));
        }
        let wish = own_wish(&session, &card.reader, operation);
        Ok(told(match new {
            Some(new) => {
                desk.change_passcode(desk.prepare_on_card(&wish)?, own.clone(), new, &mut |news| self.hear(news))
            }
            None => desk.renew(desk.prepare_recertify(&wish)?, own.clone(), &mut |news| self.hear(news)),
        }))
    }

    fn unlock(&mut self, code: Secret, new: Passcode) -> Result<CardReport, OperationError> {
        let desk = self.workplace.desk();
        let sent = self.sent.clone().ok_or(OperationError::NoCard)?;
        let card = self.own()?;
        let session = desk.sign_in_with_code(card, &sent, code)?;
        if let Some(job) = desk.own_unfinished(&card.serial)? {
            desk.go_on_with_own_unlock(&job, &mut |news| self.hear(news))?;
        }
        let wish = own_wish(&session, &card.reader, Operation::Unlock);
        desk.unlock(desk.prepare_on_card(&wish)?, new, &mut |news| self.hear(news))
    }
}

fn choice((operation, decision): (Operation, Decision)) -> Choice {
    let refused = match decision {
        Decision::Allowed => None,
        Decision::Refused(refusal) => Some(refusal),
    };
    Choice { operation, refused }
}

/// What a holder can do about work that was interrupted.
const COME_BACK: &str = "Put your card back into this reader: what was interrupted is then gone on with. Where that does not \
                         work, the Registration Authority desk can repair the card in 15 minutes";

/// An error as it is told.
fn said(error: &OperationError) -> Told {
    Told { words: error.to_string(), nhs_code: error.nhs_code() }
}

/// How it ended, in words for the holder.
fn told(result: Result<CardReport, OperationError>) -> Event {
    let CardReport { ending, operation, which_pair, .. } = match result {
        Ok(report) => report,
        Err(error) => return Event::Ended { told: said(&error), done: false },
    };
    let nhs_code = ending.nhs_code();
    let (words, done) = match ending {
        Ending::Done => (done_words(operation).to_owned(), true),
        Ending::Undone { why, .. } => (format!("{}{}", why.trim_end_matches('.'), pair_words(which_pair)), false),
        Ending::Unfinished { why } => {
            (format!("{}{}. {COME_BACK}", why.trim_end_matches('.'), pair_words(which_pair)), false)
        }
    };
    Event::Ended { told: Told { words, nhs_code }, done }
}

fn done_words(operation: Operation) -> &'static str {
    match operation {
        Operation::Renew => "Your card is renewed. Your passcode is the same as before.",
        Operation::Unlock => "Your card is unlocked. Use your new passcode from now on.",
        _ => "Your passcode is changed. Use the new one from now on.",
    }
}

fn pair_words(pair: Option<WhichPair>) -> String {
    pair.map(|pair| format!(". Your card works with {pair}")).unwrap_or_default()
}

/// What became of work that was interrupted.
fn told_resumed(resumed: &Resumed) -> Event {
    let operation = resumed.record.operation;
    let pair = pair_words(resumed.which_pair);
    let (words, done) = match &resumed.resumption {
        Resumption::Finished => (done_words(operation).to_owned(), true),
        // The card has just taken the passcode that was typed, so this is the one it has.
        Resumption::Undone { .. } if operation == Operation::ChangePasscode => (
            "Your card works, and the passcode you have just typed is the one it has. Nothing else was changed"
                .to_owned(),
            true,
        ),
        Resumption::Undone { why } => (format!("{}{pair}", why.trim_end_matches('.')), false),
        Resumption::StillOpen { why } | Resumption::LookAtPrinter { why } => {
            (format!("{}{pair}. {COME_BACK}", why.trim_end_matches('.')), false)
        }
    };
    let nhs_code = resumed.resumption.nhs_code();
    Event::Ended { told: Told { words, nhs_code }, done }
}
