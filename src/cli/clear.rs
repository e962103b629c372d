//! `clear`: a card emptied for reuse.

use super::{
    answer::{Answer, Failure},
    arguments::{Clear, Common},
    exit::Exit,
    on_card, passcode, wording,
};
use crate::{domain::Operation, operations::CardWish};

pub fn run(common: &Common, arguments: &Clear) -> Result<Answer, Failure> {
    let workplace = wording::open(common)?;
    let desk = workplace.desk();
    let mut wish = CardWish { reader: arguments.reader.clone(), ..CardWish::new(Operation::Clear) };
    wording::reading(arguments.reader.as_deref());
    let mut preflight = desk.prepare_on_card(&wish)?;
    let (holder, serial) = (preflight.plan.holder.clone(), preflight.plan.serial.clone());
    on_card::announce(&workplace, Operation::Clear, preflight.holder.as_ref(), &holder, &serial);
    let warning = "Both its certificates end at once and its chip is emptied. This cannot be undone.";
    if arguments.ending.yes {
        super::answer::progress(&format!("  {warning}"));
    } else if !passcode::is_meant(&format!("  {warning}"))? {
        return Err(not_meant());
    }
    if arguments.ending.is_approved() {
        // Let go of first: nobody else reaches the card meanwhile, and it is looked at again.
        drop(preflight);
        wish.approval = on_card::approval(&workplace, arguments.ending.second(), Operation::Clear, &serial)?;
        wish.serial = Some(serial);
        preflight = desk.prepare_on_card(&wish)?;
    }
    let mut teller = wording::Teller::default();
    let report = desk.clear(preflight, &mut |news| teller.hear(news))?;
    drop(teller);
    let text = format!("Card {} is empty and can be issued again. Its certificates have ended.", report.serial);
    on_card::ended(&workplace, &report, text)
}

/// Somebody was asked and did not say yes.
pub fn not_meant() -> Failure {
    Failure::new(Exit::Failed, "it was not meant, and nothing was changed")
}
