//! `unlock`: a new passcode for a card, with its unlock code.

use std::sync::{Arc, Mutex, PoisonError};

use super::{
    answer::{Answer, Failure},
    arguments::{Common, Unlock},
    on_card,
    passcode::Source,
    telephone, wording,
};
use crate::{
    cis2::wire::{DeliverySaid, Tell},
    domain::{OfficerId, Operation},
    operations::{AskHolder, BegunAtOnce, CardReport, CardWish, Ending, OperationError},
    workplace::Workplace,
};

pub fn run(common: &Common, arguments: &Unlock) -> Result<Answer, Failure> {
    let source = Source::of(arguments.passcode_stdin);
    match (arguments.telephone, &arguments.holder, &arguments.card) {
        _ if arguments.offline => return telephone::card_here(common, arguments.reader.as_deref(), source),
        (true, Some(holder), Some(card)) => {
            let second = arguments.second_officer.as_ref();
            return telephone::card_elsewhere(common, (holder, card), delivery(arguments.delivered), second, source);
        }
        _ => {}
    }
    let workplace = wording::open(common)?;
    let wish = CardWish {
        reader: arguments.reader.clone(),
        delivery: delivery(arguments.delivered),
        ..CardWish::new(Operation::Unlock)
    };
    wording::reading(arguments.reader.as_deref());
    let second = (arguments.second_officer.as_ref(), arguments.second_officer_card.as_deref());
    let report = match second {
        (None, None) => at_once(&workplace, &wish, source)?,
        second => approved(&workplace, wish, second, source)?,
    };
    let text = format!(
        "Card {} of {} has the passcode its holder chose, and a new unlock code.",
        report.serial,
        report.holder.grouped()
    );
    on_card::ended(&workplace, &report, text)
}

/// Two calls of the gateway: the first one says whose card it is and releases its code, and then the passcode is asked for.
fn at_once(workplace: &Workplace, wish: &CardWish, source: Source) -> Result<CardReport, Failure> {
    let officer = on_card::officer_words(workplace);
    let failed = Arc::new(Mutex::new(None));
    let kept = Arc::clone(&failed);
    let ask = AskHolder::new(Tell::Record, move |begun: BegunAtOnce| {
        let nobody = || "the gateway did not say whose card this is; nothing on it was changed".to_owned();
        let holder = begun.at_desk.holder.map(|record| record.holder).ok_or_else(nobody)?;
        on_card::announce_as(&officer, Operation::Unlock, Some(&holder), &holder.id, &begun.at_desk.card.serial);
        source.new_passcode(begun.rules, &holder.id).map_err(|failure| {
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
            "no new passcode was given; nothing on the card was changed".to_owned()
        })
    });
    let mut teller = wording::Teller::default();
    let report = workplace.desk().unlock_at_once(wish, ask, &mut |news| teller.hear(news))?;
    drop(teller);
    let failure = failed.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (failure, &report.ending) {
        // What is unfinished is told first: somebody has to see to it.
        (Some(failure), Ending::Undone { .. }) => Err(failure),
        _ => Ok(report),
    }
}

/// A second officer approves it for this card, which is looked at before.
fn approved(
    workplace: &Workplace,
    mut wish: CardWish,
    second: (Option<&OfficerId>, Option<&str>),
    source: Source,
) -> Result<CardReport, Failure> {
    let desk = workplace.desk();
    let preflight = desk.prepare_on_card(&wish)?;
    let (holder, serial) = (preflight.plan.holder.clone(), preflight.plan.serial.clone());
    on_card::announce(workplace, Operation::Unlock, preflight.holder.as_ref(), &holder, &serial);
    drop(preflight);
    wish.approval = on_card::approval(workplace, second, Operation::Unlock, &serial)?;
    wish.serial = Some(serial);
    let preflight = desk.prepare_on_card(&wish)?;
    let rules = preflight.profile.as_ref().map(|profile| profile.passcode.rules());
    let rules = rules.ok_or(OperationError::ChipNeeded { operation: Operation::Unlock })?;
    let new = source.new_passcode(rules, &holder)?;
    let mut teller = wording::Teller::default();
    Ok(desk.unlock(preflight, new, &mut |news| teller.hear(news))?)
}

fn delivery(said: bool) -> DeliverySaid {
    if said { DeliverySaid::Confirmed } else { DeliverySaid::NotSaid }
}
