//! `cancel`: a card ended for good, here or wherever it is.

use super::{
    answer::{Answer, Failure, progress},
    arguments::{Cancel, Common},
    clear, issue, on_card, passcode, wording,
};
use crate::{
    cis2::wire::{Chip, LONGEST_NOTE},
    domain::Operation,
    operations::CardWish,
};

pub fn run(common: &Common, arguments: &Cancel) -> Result<Answer, Failure> {
    if arguments.note.as_ref().is_some_and(|note| note.chars().count() > LONGEST_NOTE) {
        return Err(Failure::usage(format!("the note has more than {LONGEST_NOTE} characters: say it in fewer words")));
    }
    let workplace = wording::open(common)?;
    let holder = arguments.holder.as_deref().map(|words| issue::holder(&workplace, words)).transpose()?;
    let desk = workplace.desk();
    let mut wish = CardWish {
        reader: arguments.reader.clone(),
        serial: arguments.card.clone(),
        holder,
        reason: Some(arguments.reason),
        note: arguments.note.clone(),
        chip: if arguments.card.is_some() { Chip::NotHere } else { Chip::InReader },
        ..CardWish::new(Operation::Cancel)
    };
    if wish.chip == Chip::InReader {
        wording::reading(arguments.reader.as_deref());
    }
    let mut preflight = desk.prepare_on_card(&wish)?;
    let (holder, serial) = (preflight.plan.holder.clone(), preflight.plan.serial.clone());
    on_card::announce(&workplace, Operation::Cancel, preflight.holder.as_ref(), &holder, &serial);
    let chip = if wish.chip == Chip::InReader { ", and its chip is emptied and blocked" } else { "" };
    let warning = format!("Both its certificates end at once{chip}. This cannot be undone.");
    if arguments.ending.yes {
        progress(&format!("  {warning}"));
    } else if !passcode::is_meant(&format!("  {warning}"))? {
        return Err(clear::not_meant());
    }
    if arguments.ending.is_approved() {
        // Let go of first: nobody else reaches the card meanwhile, and it is looked at again.
        drop(preflight);
        wish.approval = on_card::approval(&workplace, arguments.ending.second(), Operation::Cancel, &serial)?;
        wish.serial = Some(serial);
        preflight = desk.prepare_on_card(&wish)?;
    }
    let mut teller = wording::Teller::default();
    let report = desk.cancel(preflight, &mut |news| teller.hear(news))?;
    drop(teller);
    let text = format!(
        "Card {} of {} is cancelled for good ({}). Its certificates have ended.",
        report.serial,
        report.holder.grouped(),
        arguments.reason
    );
    let mut answer = on_card::ended(&workplace, &report, text)?;
    answer.document.insert("reason".to_owned(), serde_json::json!(arguments.reason));
    Ok(answer)
}
