//! `cards`: every reader and the card in it: whose it is, how it stands, and what may be done with it now.

mod seen;
mod tried;

use serde_json::json;

use self::seen::Seen;
use super::{
    answer::{Answer, Failure},
    arguments::{Cards, Common},
    exit::Exit,
    passcode::Source,
    table::Table,
    wording,
};
use crate::{
    card::{
        reader::{Presence, ReaderStatus},
        recognise::{Depth, NotSeen, in_reader},
    },
    domain::NhsCode,
    workplace::{Bench, Readers, Workplace},
};

pub fn run(common: &Common, arguments: &Cards) -> Result<Answer, Failure> {
    if let Some(reader) = &arguments.try_reader {
        return tried::run(common, reader, Source::of(arguments.passcode_stdin));
    }
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
    let mut readers = bench.readers.list().map_err(|error| Failure::failed(&error).with_code(error.nhs_code()))?;
    if readers.is_empty() {
        let none = Answer::done("", json!({ "readers": [] }));
        return Ok(none.ending(Exit::Warning, "no card reader is connected: plug one in"));
    }
    if let Some(named) = &arguments.reader {
        readers.retain(|reader| reader.name == *named);
        if readers.is_empty() {
            return Err(Failure::failed(format!(
                "there is no reader “{named}”: plug it in, or name another; nothing was changed"
            )));
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
    match &reader.card {
        Presence::Empty => return Seen::of("none", ""),
        Presence::Unreadable => {
            let remark = "turn it so that the chip goes in first, wipe the chip, or try another card";
            return Seen::of("not readable", remark).nhs_code(Some(NhsCode::CardUnreadable));
        }
        Presence::InUse { .. } => {
            let remark = "another program is using this card";
            return Seen::of("in use", remark).nhs_code(Some(NhsCode::CardUnreadable));
        }
        Presence::Present { .. } => wording::reading(Some(&reader.name)),
    }
    let looked = workplace.map(|workplace| workplace.desk().look_at_card(Some(&reader.name)));
    match looked {
        // A card of which its serial cannot be told so is looked at as one that nobody is asked about: its middleware may
        // tell more.
        Some(Ok(look)) if look.serial.is_some() => return Seen::looked(look, &bench.profiles),
        Some(Err(error)) => return Seen::of("not looked at", &error.to_string()).nhs_code(error.nhs_code()),
        Some(Ok(_)) | None => {}
    }
    match in_reader(&*bench.readers, &reader.name, &bench.profiles, Depth::Contents) {
        Ok(card) => Seen::recognised(&card),
        Err(why) => {
            // A card that cannot be worked with may be known all the same.
            let series = if let NotSeen::Card(why) = &why { why.series() } else { None };
            let card = series.map_or_else(|| "not recognised".to_owned(), |series| series.to_string());
            Seen::of(&card, &why.to_string()).nhs_code(why.nhs_code())
        }
    }
}
