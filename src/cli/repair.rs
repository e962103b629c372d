//! `repair`: a damaged card brought back on the same chip.

use serde_json::json;

use super::{
    answer::{Answer, Failure, progress},
    arguments::{Common, Repair},
    exit::Exit,
    on_card,
    passcode::{self, Source},
    wording,
};
use crate::{
    domain::Operation,
    operations::{CardWish, RecertifyPreflight, WhichPair, diagnosis::Finding},
};

/// What a repair can do without a passcode.
const OTHERWISE: &str = ", or --locked to leave the card locked";

pub fn run(common: &Common, arguments: &Repair) -> Result<Answer, Failure> {
    let workplace = wording::open(common)?;
    let desk = workplace.desk();
    let wish = CardWish { reader: arguments.reader.clone(), ..CardWish::new(Operation::Repair) };
    wording::reading(arguments.reader.as_deref());
    let preflight = desk.prepare_recertify(&wish)?;
    if arguments.diagnose {
        return diagnose(preflight, arguments.passcode_stdin);
    }
    let plan = &preflight.plan;
    on_card::announce(&workplace, Operation::Repair, Some(&preflight.holder), &plan.holder, &plan.serial);
    if preflight.diagnosis.is_empty() {
        progress("  Nothing is found to be wrong with it; it gets new keys and certificates all the same.");
    }
    preflight.diagnosis.iter().for_each(|finding| progress(&format!("  {finding}")));
    let found: Vec<String> = preflight.diagnosis.iter().map(ToString::to_string).collect();
    let rules = preflight.profile.passcode.rules();
    let new = match (arguments.locked, arguments.passcode_stdin) {
        (true, _) => None,
        (false, true) => Some(passcode::from_stdin(rules, &plan.holder)?),
        (false, false) => Some(passcode::from_prompt(rules, &plan.holder, OTHERWISE)?),
    };
    let mut teller = wording::Teller::default();
    let report = desk.repair(preflight, new, &mut |news| teller.hear(news))?;
    drop(teller);
    let handed_over = if arguments.locked {
        "It is locked: unlock it in front of its holder, who then chooses the passcode."
    } else {
        "It has the passcode its holder chose."
    };
    let text =
        format!("Card {} of {} has new keys and certificates. {handed_over}", report.serial, report.holder.grouped());
    for finding in &report.found {
        progress(&format!("  {finding}: that was what was wrong with it."));
    }
    let mut answer = on_card::ended(&workplace, &report, text)?;
    if arguments.locked && report.which_pair == Some(WhichPair::New) {
        // That it is locked is what was asked for.
        answer.exit = Exit::Done;
    }
    let mut found = found;
    found.extend(report.found.iter().map(ToString::to_string));
    answer.document.insert("found".to_owned(), found.into());
    answer.document.insert("locked".to_owned(), arguments.locked.into());
    Ok(answer)
}

/// Says what is wrong with the card, and changes nothing. Whether its keys fit their certificates is seen with its passcode
/// alone.
fn diagnose(mut preflight: RecertifyPreflight, with_passcode: bool) -> Result<Answer, Failure> {
    if with_passcode {
        let passcode = Source::Stdin.own_passcode(preflight.profile.passcode.rules())?;
        preflight.try_keys(&passcode)?;
    }
    let (serial, holder) = (&preflight.plan.serial, &preflight.holder);
    let found: Vec<String> = preflight.diagnosis.iter().map(ToString::to_string).collect();
    let keys = match with_passcode {
        true => "Both keys were tried",
        false => "Whether its keys fit their certificates is seen with its passcode alone: “cardwright cards --try”",
    };
    let document = json!({
        "reader": preflight.reader,
        "serial": serial,
        "holder": holder.id,
        "found": found,
        "keys_tried": with_passcode,
        "tries_left": preflight.tries_left,
    });
    if found.is_empty() {
        let text = format!("Nothing is found to be wrong with card {serial} of {}. {keys}.", holder.id.grouped());
        return Ok(Answer::done(text, document));
    }
    let text = format!("Card {serial} of {}:\n  {}\n{keys}.", holder.id.grouped(), found.join("\n  "));
    let mut remedies: Vec<&str> = preflight.diagnosis.iter().map(Finding::remedy).collect();
    remedies.dedup();
    let what = format!("something is wrong with this card; nothing was changed. {}", remedies.join(". "));
    Ok(Answer::done(text, document).ending(Exit::Warning, what))
}
