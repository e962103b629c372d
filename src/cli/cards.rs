//! `cards`: every reader and the card in it: whose it is, how it stands, and what may be done with it now.

mod seen;

use serde_json::json;

use self::seen::Seen;
use super::{
    answer::{Answer, Failure},
    arguments::{Cards, Common},
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
    workplace::{Bench, Readers, Workplace},
};

pub fn run(common: &Common, arguments: &Cards) -> Result<Answer, Failure> {
    let places = wording::places(common)?;
    let configuration = places.configuration().map_err(Failure::usage)?;
    // A gateway that is silent does not hide what stands on the cards.
    let (workplace, silent) = if arguments.offline {
        (None, None)
    } else {
        match wording::open(common) {
            Ok(workplace) => (Some(workplace), None),
            Err(failure) if failure.exit == Exit::Usage => return Err(failure),
            Err(failure) => (None, Some(failure.message)),
        }
    };
    let alone;
    let bench = match &workplace {
        Some(workplace) => &workplace.bench,
        None => {
            alone = Bench::open(&places, configuration, Readers::AsConfigured)?;
            &alone
        }
    };
    let mut readers = bench.readers.list().map_err(Failure::failed)?;
    if readers.is_empty() {
        let none = Answer::done("", json!({ "readers": [] }));
        return Ok(none.ending(Exit::Warning, "no card reader is connected: plug one in"));
    }
    if let Some(named) = &arguments.reader {
        readers.retain(|reader| reader.name == *named);
        if readers.is_empty() {
            return Err(Failure::failed(format!("there is no reader “{named}”: plug it in, or name another; nothing was changed")));
        }
    }
    let all: Vec<Seen> = readers.iter().map(|reader| look(bench, workplace.as_ref(), reader)).collect();
    let mut table = Table::new(["Reader", "Card", "Serial", "Holder", "Remark"]);
    all.iter().zip(&readers).for_each(|(seen, reader)| table.row(seen.row(&reader.name)));
    let more: String = all.iter().zip(&readers).filter_map(|(seen, reader)| seen.in_words(&reader.name)).collect();
    let documents: Vec<_> = all.iter().zip(&readers).map(|(seen, reader)| seen.document(reader)).collect();
    let answer = Answer::done(format!("{}{more}", table.render()), json!({ "readers": documents }));
    Ok(match silent {
        Some(why) => answer.ending(Exit::Warning, format!("only what stands on the cards is told: {why}")),
        None => answer,
    })
}

fn look(bench: &Bench, workplace: Option<&Workplace>, reader: &ReaderStatus) -> Seen {
    let atr = match &reader.card {
        Presence::Empty => return Seen::of("none", ""),
        Presence::Unreadable => {
            let remark = "turn it so that the chip goes in first, wipe the chip, or try another card";
            return Seen::of("not readable", remark);
        }
        Presence::InUse { .. } => return Seen::of("in use", "another program is using this card"),
        Presence::Present { atr } => atr,
    };
    match workplace {
        Some(workplace) => match workplace.desk().look_at_card(Some(&reader.name)) {
            Ok(look) => Seen::looked(look, &bench.profiles),
            Err(error) => Seen::of("not looked at", &error.to_string()),
        },
        None => match recognised(bench, &reader.name, atr) {
            Ok(card) => Seen::recognised(&card),
            Err(why) => Seen::of("not recognised", &why),
        },
    }
}

/// Recognises a card without writing anything to it, and asks nobody about it.
fn recognised(bench: &Bench, reader: &str, atr: &[u8]) -> Result<Recognised, String> {
    let mut connection = bench.readers.connect(reader, Access::Shared).map_err(|e| e.to_string())?;
    let (link, record, mut found) = (recognise::link(), ExchangeRecord::default(), None);
    connection
        .transact(&mut |card| {
            found = Some(recognise::look_closely(&mut layered(card, &link, &record), atr, &bench.profiles));
        })
        .map_err(|e| e.to_string())?;
    found.ok_or_else(|| "the card was not looked at: try again".to_owned())?.map_err(|e| e.to_string())
}
