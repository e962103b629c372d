//! `cards --try`: does this card work?

use serde_json::json;

use crate::{
    cli::{
        answer::{Answer, Failure, progress},
        arguments::Common,
        passcode::Source,
        wording,
    },
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
    let tried = desk.authenticate(card, &passcode)?;
    let holder = &tried.card.holder;
    let last = tried.card.certificates_expire.date();
    let text = format!(
        "The card works: it signed {} {} in. Its certificates are good until {} {} {}.",
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
        "apdus": tried.apdus,
    });
    Ok(Answer::done(text, document))
}
