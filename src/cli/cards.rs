//! `cards`: every reader and the card in it.

use serde_json::{Value, json};

use super::{
    answer::{Answer, Failure, progress},
    arguments::{Cards, Common},
    exit::Exit,
    passcode::{self, Source},
    table::Table,
    wording,
};
use crate::{
    card::{
        reader::{Presence, ReaderStatus},
        recognise::{Depth, NotSeen, in_reader},
    },
    domain::upper_hex,
    workplace::{Bench, Readers, Workplace},
};

pub fn run(common: &Common, arguments: &Cards) -> Result<Answer, Failure> {
    match &arguments.try_reader {
        Some(reader) => try_card(common, reader, Source::of(arguments.passcode_stdin)),
        None => show(common),
    }
}

/// Does this card work? It signs in, and what it proved is thrown away.
fn try_card(common: &Common, reader: &str, from: Source) -> Result<Answer, Failure> {
    let places = wording::places(common)?;
    let configuration = places.configuration().map_err(Failure::usage)?;
    let workplace = Workplace::unattended(&places, configuration, Readers::AsConfigured)?;
    let desk = workplace.desk();
    let card = desk.prepare_authentication(Some(reader))?;
    if let Some(left) = card.tries_left {
        progress(&format!("Card {} in “{reader}”: tries left: {left}", card.serial));
    }
    let passcode = passcode::known(&format!("card {}", card.serial), from, card.rules())?;
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

fn show(common: &Common) -> Result<Answer, Failure> {
    let places = wording::places(common)?;
    let configuration = places.configuration().map_err(Failure::usage)?;
    let bench = Bench::open(&places, configuration, Readers::AsConfigured)?;
    let readers = bench.readers.list().map_err(Failure::failed)?;
    if readers.is_empty() {
        let none = Answer::done("", json!({ "readers": [] }));
        return Ok(none.ending(Exit::Warning, "no card reader is connected: plug one in"));
    }
    let mut table = Table::new(["Reader", "Card", "Serial", "Remark"]);
    let mut documents = Vec::new();
    for reader in &readers {
        let seen = look(&bench, reader);
        table.row([reader.name.clone(), seen.card.clone(), seen.serial.clone(), seen.remark.clone()]);
        documents.push(seen.document(reader));
    }
    Ok(Answer::done(table.render(), json!({ "readers": documents })))
}

/// One card as it is told.
#[derive(Default)]
struct Seen {
    card: String,
    serial: String,
    profile: Option<String>,
    remark: String,
}

impl Seen {
    fn document(&self, reader: &ReaderStatus) -> Value {
        let given = |text: &String| (!text.is_empty()).then(|| text.clone());
        let atr = match &reader.card {
            Presence::Present { atr } | Presence::InUse { atr } if !atr.is_empty() => Some(upper_hex(atr)),
            _ => None,
        };
        json!({
            "reader": reader.name,
            "card": self.card,
            "serial": given(&self.serial),
            "profile": self.profile,
            "atr": atr,
            "remark": given(&self.remark),
        })
    }
}

fn look(bench: &Bench, reader: &ReaderStatus) -> Seen {
    match &reader.card {
        Presence::Empty => Seen { card: "none".into(), ..Seen::default() },
        Presence::Unreadable => Seen {
            card: "not readable".into(),
            remark: "turn it so that the chip goes in first, wipe the chip, or try another card".into(),
            ..Seen::default()
        },
        Presence::InUse { .. } => {
            Seen { card: "in use".into(), remark: "another program is using this card".into(), ..Seen::default() }
        }
        Presence::Present { .. } => match in_reader(&*bench.readers, &reader.name, &bench.profiles, Depth::Identity) {
            Ok(card) => Seen {
                card: card.profile.series.to_string(),
                serial: card.serial.to_string(),
                profile: Some(card.profile.id.clone()),
                remark: String::new(),
            },
            Err(why) => {
                // A card that cannot be worked with may be known all the same.
                let series = if let NotSeen::Card(why) = &why { why.series() } else { None };
                let card = series.map_or_else(|| "not recognised".to_owned(), |series| series.to_string());
                Seen { card, remark: why.to_string(), ..Seen::default() }
            }
        },
    }
}
