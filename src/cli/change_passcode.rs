//! `passcode`: a new passcode by a holder who knows the one they have.

use super::{
    answer::{Answer, Failure},
    arguments::{Common, Passcode},
    on_card,
    passcode::Source,
    wording,
};
use crate::{
    domain::Operation,
    operations::{CardWish, OperationError},
};

pub fn run(common: &Common, arguments: &Passcode) -> Result<Answer, Failure> {
    let workplace = wording::open(common)?;
    let desk = workplace.desk();
    let wish = CardWish { reader: arguments.reader.clone(), ..CardWish::new(Operation::ChangePasscode) };
    wording::reading(arguments.reader.as_deref());
    let preflight = desk.prepare_on_card(&wish)?;
    let plan = &preflight.plan;
    on_card::announce(&workplace, Operation::ChangePasscode, preflight.holder.as_ref(), &plan.holder, &plan.serial);
    on_card::tell_tries(preflight.tries_left);
    let rules = preflight.profile.as_ref().map(|profile| profile.passcode.rules());
    let rules = rules.ok_or(OperationError::ChipNeeded { operation: Operation::ChangePasscode })?;
    let source = Source::of(arguments.passcode_stdin);
    let (old, new) = (source.own_passcode(rules)?, source.new_passcode(rules, &plan.holder)?);
    let mut teller = wording::Teller::default();
    let report = desk.change_passcode(preflight, old, new, &mut |news| teller.hear(news))?;
    drop(teller);
    let text = format!("Card {} of {} has its new passcode.", report.serial, report.holder.grouped());
    on_card::ended(&workplace, &report, text)
}
