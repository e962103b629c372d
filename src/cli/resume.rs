//! `resume`: finishes or undoes work that was cut off, and says which.

use serde_json::json;

use super::{
    answer::{Answer, Failure},
    arguments::Common,
    exit::Exit,
    wording,
};
use crate::operations::Resumption;

pub fn run(common: &Common) -> Result<Answer, Failure> {
    let workplace = wording::open(common)?;
    let mut teller = wording::Teller::default();
    let mut resumed = workplace.desk().resume(&mut |news| teller.hear(news))?;
    // Cards in the readers that another workstation left unfinished and never came back to.
    resumed.extend(workplace.desk().take_over_all(&mut |news| teller.hear(news))?);
    drop(teller);
    if resumed.is_empty() {
        return Ok(Answer::done("Nothing is unfinished.", json!({ "jobs": [] })));
    }
    wording::witness(&workplace);
    let (mut lines, mut documents, mut still_open, mut uncertain) = (Vec::new(), Vec::new(), 0_usize, false);
    for job in &resumed {
        let record = &job.record;
        let (word, why) = match &job.resumption {
            Resumption::Finished => ("finished", None),
            Resumption::Undone { why } => ("undone", Some(why)),
            Resumption::LookAtPrinter { why } => {
                uncertain = true;
                ("uncertain", Some(why))
            }
            Resumption::StillOpen { why } => {
                still_open = still_open.saturating_add(1);
                ("still-open", Some(why))
            }
        };
        let told = why.map(|why| format!(" ({why})")).unwrap_or_default();
        let spoken = word.replace('-', " ");
        let of_plan = |key: &str| record.plan.get(key).and_then(serde_json::Value::as_str).unwrap_or("unknown");
        let (serial, holder) = (of_plan("serial"), of_plan("holder"));
        lines.push(format!(
            "{} of card {serial} for holder {holder}, begun {} (job {}): {spoken}{told}",
            record.operation,
            record.opened,
            record.job.short()
        ));
        documents.push(json!({
            "job": record.job,
            "operation": record.operation,
            "holder": holder,
            "serial": serial,
            "begun": record.opened,
            "resumption": word,
            "why": why,
        }));
    }
    let answer = Answer::done(lines.join("\n"), json!({ "jobs": documents }));
    if still_open == 0 && uncertain {
        let look =
            "a card may or may not have been printed: look at the printer, and print again only if it is not there";
        return Ok(answer.ending(Exit::Warning, look));
    }
    if still_open == 0 {
        return Ok(answer);
    }
    let count = if still_open == 1 { "one job is".to_owned() } else { format!("{still_open} jobs are") };
    Ok(answer.ending(Exit::Unfinished, format!("{count} still open: do what is said above, then resume again")))
}
