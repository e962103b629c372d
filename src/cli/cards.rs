//! `cards`: every reader and the card in it.

use serde_json::{Value, json};

use super::{
    answer::{Answer, Failure},
    arguments::Common,
    exit::Exit,
    table::Table,
    wording,
};
use crate::{
    card::{
        reader::{Presence, ReaderStatus},
        recognise::{Depth, NotSeen, in_reader},
    },
    domain::{NhsCode, upper_hex},
    workplace::{Bench, Readers},
};

pub fn run(common: &Common) -> Result<Answer, Failure> {
    let places = wording::places(common)?;
    let configuration = places.configuration().map_err(Failure::usage)?;
    let bench = Bench::open(&places, configuration, Readers::AsConfigured)?;
    let readers = bench.readers.list().map_err(|error| Failure::failed(&error).with_code(error.nhs_code()))?;
    if readers.is_empty() {
        let none = Answer::done("", json!({ "readers": [] }));
        return Ok(none.ending(Exit::Warning, "no card reader is connected: plug one in"));
    }
    let mut table = Table::new(["Reader", "Card", "Serial", "Remark"]);
    let mut documents = Vec::new();
    for reader in &readers {
        let seen = look(&bench, reader);
        table.row([reader.name.clone(), seen.card.clone(), seen.serial.clone(), seen.told()]);
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
    nhs_code: Option<NhsCode>,
}

impl Seen {
    /// The remark, with the published code behind it.
    fn told(&self) -> String {
        match self.nhs_code {
            Some(code) => format!("{} (NHS code {code})", self.remark),
            None => self.remark.clone(),
        }
    }

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
            "nhs_code": self.nhs_code,
        })
    }
}

fn look(bench: &Bench, reader: &ReaderStatus) -> Seen {
    match &reader.card {
        Presence::Empty => Seen { card: "none".into(), ..Seen::default() },
        Presence::Unreadable => Seen {
            card: "not readable".into(),
            remark: "turn it so that the chip goes in first, wipe the chip, or try another card".into(),
            nhs_code: Some(NhsCode::CardUnreadable),
            ..Seen::default()
        },
        Presence::InUse { .. } => {
            let remark = "another program is using this card".into();
            Seen { card: "in use".into(), remark, nhs_code: Some(NhsCode::CardUnreadable), ..Seen::default() }
        }
        Presence::Present { .. } => match in_reader(&*bench.readers, &reader.name, &bench.profiles, Depth::Identity) {
            Ok(card) => Seen {
                card: card.profile.series.to_string(),
                serial: card.serial.to_string(),
                profile: Some(card.profile.id.clone()),
                ..Seen::default()
            },
            Err(why) => {
                // A card that cannot be worked with may be known all the same.
                let series = if let NotSeen::Card(why) = &why { why.series() } else { None };
                let card = series.map_or_else(|| "not recognised".to_owned(), |series| series.to_string());
                Seen { card, remark: why.to_string(), nhs_code: why.nhs_code(), ..Seen::default() }
            }
        },
    }
}
