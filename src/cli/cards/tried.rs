//! `cards --try`: does this card work, and do both its keys fit their certificates?

use serde_json::json;

use crate::{
    cli::{
        answer::{Answer, Failure, progress},
        arguments::Common,
        exit::Exit,
        passcode::Source,
        wording,
    },
    operations::{OperationError, Tried},
    workplace::{Readers, Workplace},
};

/// Does this card work? It signs in, and what it proved is thrown away.
pub fn run(common: &Common, reader: &str, from: Source) -> Result<Answer, Failure> {
    let places = wording::places(common)?;
    let configuration = places.configuration().map_err(Failure::usage)?;
    let workplace = Workplace::unattended(&places, configuration, Readers::AsConfigured)?;
    let desk = workplace.desk();
    wording::reading(Some(reader));
    let card = desk.prepare_authentication(Some(reader))?;
    if let Some(left) = card.tries_left {
        progress(&format!("Card {} in “{reader}”: tries left: {left}", card.serial));
    }
    let passcode = from.passcode_of(&format!("of card {}", card.serial), card.rules())?;
    let tried = match desk.try_prepared(card, &passcode) {
        Err(error @ OperationError::Faulty { .. }) => {
            let mut failure = Failure::from(error);
            failure.document.insert("reader".to_owned(), reader.into());
            return Err(failure);
        }
        tried => tried?,
    };
    let Tried { signed_in: tried, findings } = tried;
    let holder = &tried.card.holder;
    let last = tried.card.certificates_expire.date();
    let text = format!(
        "The card works: both its keys sign, and it signed {} {} in. Its certificates are good until {} {} {}.",
        holder.id.grouped(),
        holder.printed_name(),
        last.day(),
        last.month(),
        last.year()
    );
    let document = json!({
        "reader": tried.reader,
        "serial": tried.card.serial,
        "series": tried.card.series,
        "holder": holder.id,
        "certificates_until": last.to_string(),
        "diagnosis": findings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "apdus": tried.apdus,
    });
    let answer = Answer::done(text, document);
    if findings.is_empty() {
        return Ok(answer);
    }
    let wrong: Vec<String> = findings.iter().map(|finding| format!("{finding}. {}", finding.remedy())).collect();
    Ok(answer.ending(Exit::Warning, wrong.join(". ")))
}
