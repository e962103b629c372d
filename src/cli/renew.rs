//! `renew`: new certificates before the old ones end, with the holder's own passcode.

use super::{
    answer::{Answer, Failure},
    arguments::{Common, Renew},
    on_card,
    passcode::Source,
    wording,
};
use crate::{domain::Operation, operations::CardWish};

pub fn run(common: &Common, arguments: &Renew) -> Result<Answer, Failure> {
    let workplace = wording::open(common)?;
    let desk = workplace.desk();
    let wish = CardWish { reader: arguments.reader.clone(), ..CardWish::new(Operation::Renew) };
    wording::reading(arguments.reader.as_deref());
    let preflight = desk.prepare_recertify(&wish)?;
    let plan = &preflight.plan;
    on_card::announce(&workplace, Operation::Renew, Some(&preflight.holder), &plan.holder, &plan.serial);
    on_card::tell_tries(preflight.tries_left);
    let own = Source::of(arguments.passcode_stdin).own_passcode(preflight.profile.passcode.rules())?;
    let mut teller = wording::Teller::default();
    let report = desk.renew(preflight, own, &mut |news| teller.hear(news))?;
    drop(teller);
    let text = format!(
        "Card {} of {} has new certificates. Its passcode is the one its holder knows.",
        report.serial,
        report.holder.grouped()
    );
    on_card::ended(&workplace, &report, text)
}
