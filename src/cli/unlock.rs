//! `unlock`: a new passcode for a card, with its unlock code.

use super::{
    answer::{Answer, Failure},
    arguments::{Common, Unlock},
    on_card,
    passcode::Source,
    telephone, wording,
};
use crate::{
    cis2::wire::DeliverySaid,
    domain::Operation,
    operations::{CardWish, OperationError},
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
    let desk = workplace.desk();
    let mut wish = CardWish {
        reader: arguments.reader.clone(),
        delivery: delivery(arguments.delivered),
        ..CardWish::new(Operation::Unlock)
    };
    wording::reading(arguments.reader.as_deref());
    let mut preflight = desk.prepare_on_card(&wish)?;
    let (holder, serial) = (preflight.plan.holder.clone(), preflight.plan.serial.clone());
    on_card::announce(&workplace, Operation::Unlock, preflight.holder.as_ref(), &holder, &serial);
    let second = (arguments.second_officer.as_ref(), arguments.second_officer_card.as_deref());
    if second != (None, None) {
        drop(preflight);
        wish.approval = on_card::approval(&workplace, second, Operation::Unlock, &serial)?;
        wish.serial = Some(serial);
        preflight = desk.prepare_on_card(&wish)?;
    }
    let rules = preflight.profile.as_ref().map(|profile| profile.passcode.rules());
    let rules = rules.ok_or(OperationError::ChipNeeded { operation: Operation::Unlock })?;
    let new = source.new_passcode(rules, &holder)?;
    let mut teller = wording::Teller::default();
    let report = desk.unlock(preflight, new, &mut |news| teller.hear(news))?;
    drop(teller);
    let text = format!(
        "Card {} of {} has the passcode its holder chose, and a new unlock code.",
        report.serial,
        report.holder.grouped()
    );
    on_card::ended(&workplace, &report, text)
}

fn delivery(said: bool) -> DeliverySaid {
    if said { DeliverySaid::Confirmed } else { DeliverySaid::NotSaid }
}
