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
        reader::{Access, Presence, ReaderStatus},
        recognise::{self, Recognised},
        transport::{ExchangeRecord, layered},
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
        Presence::Present { atr } => match recognised(bench, &reader.name, atr) {
            Ok(card) => Seen {
                card: card.profile.series.to_string(),
                serial: card.serial.to_string(),
                profile: Some(card.profile.id.clone()),
                ..Seen::default()
            },
            Err((why, nhs_code)) => Seen { card: "not recognised".into(), remark: why, nhs_code, ..Seen::default() },
        },
    }
}

/// Why a card was not recognised, and the published code for it.
type Why = (String, Option<NhsCode>);

/// Recognises a card without writing anything to it.
fn recognised(bench: &Bench, reader: &str, atr: &[u8]) -> Result<Recognised, Why> {
    let unreadable = |why: String| (why, Some(NhsCode::CardUnreadable));
    let mut connection =
        bench.readers.connect(reader, Access::Shared).map_err(|error| (error.to_string(), error.nhs_code()))?;
    let (link, record, mut found) = (recognise::link(), ExchangeRecord::default(), None);
    connection
        .transact(&mut |card| {
            found = Some(recognise::recognise(&mut layered(card, &link, &record), atr, &bench.profiles));
        })
        .map_err(|error| unreadable(error.to_string()))?;
    found
        .ok_or_else(|| unreadable("the card was not looked at: try again".to_owned()))?
        .map_err(|why| (why.to_string(), why.nhs_code()))
}
