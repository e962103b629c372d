//! `training-card`: a virtual card behind the computer's smart card service, or a new one in a training reader.

use std::{
    net::TcpStream,
    path::Path,
    sync::{Arc, Mutex},
};

use serde_json::json;

use super::{
    answer::{Answer, Failure, progress},
    arguments::{Common, TrainingCard, TrainingSeries},
    exit::Exit,
    wording,
};
use crate::{
    card::virtual_card::{
        VirtualCard,
        vpcd::{self, Departure},
    },
    domain::eligibility::Realm,
    training::TrainingStock,
    workplace,
};

pub fn run(common: &Common, arguments: &TrainingCard) -> Result<Answer, Failure> {
    let places = wording::places(common)?;
    let configuration = places.configuration().map_err(Failure::usage)?;
    if configuration.realm != Realm::Training {
        return Err(Failure::usage(
            "a training card looks like an issued one and opens nothing, so this realm has none: set realm = \"training\"",
        ));
    }
    let stock = match arguments.series {
        _ if arguments.secure_channel => TrainingStock::SecureChannel,
        TrainingSeries::Series9 => TrainingStock::Series9,
        TrainingSeries::Series10 => TrainingStock::Series10,
    };
    match &arguments.reader {
        Some(reader) => put_new_card(&places, reader, stock),
        None => serve(&arguments.vpcd, arguments.card.as_deref(), stock),
    }
}

fn put_new_card(places: &workplace::Places, reader: &str, stock: TrainingStock) -> Result<Answer, Failure> {
    let readers = workplace::training_readers(places).map_err(Failure::failed)?;
    let serial = readers.put_new_card(reader, stock).map_err(Failure::failed)?;
    let wants = match stock {
        TrainingStock::SecureChannel => ", which takes writes over a secure channel only",
        TrainingStock::Series9 | TrainingStock::Series10 => "",
    };
    let text = format!(
        "“{reader}” now holds the blank training card {serial}{wants}. The card that was in it is kept in the data folder."
    );
    Ok(Answer::done(text, json!({ "reader": reader, "serial": serial })))
}

fn serve(address: &str, file: Option<&Path>, stock: TrainingStock) -> Result<Answer, Failure> {
    let blueprint = stock.blank_card().map_err(Failure::failed)?;
    let card = match file {
        Some(file) => VirtualCard::open(file, || blueprint).map_err(Failure::failed)?,
        None => VirtualCard::new(&blueprint),
    };
    let serial = card.production().serial().map_err(Failure::failed)?;
    let reader = TcpStream::connect(address).map_err(|e| {
        Failure::failed(format!(
            "no vpcd reader listens at {address} ({e}): start the smart card service with its vpcd driver, or correct --vpcd"
        ))
    })?;
    progress(&format!("TRAINING card {serial} is in the vpcd reader at {address}; take it out with Ctrl+C"));
    let document = json!({ "serial": serial, "vpcd": address });
    match vpcd::serve(reader, Arc::new(Mutex::new(card))) {
        Ok(Departure::ReaderClosed) => Ok(Answer::done(format!("The reader closed; card {serial} is out."), document)),
        Ok(Departure::CardLeft) => Ok(Answer::done(format!("Card {serial} is out."), document)),
        Err(e) => Ok(Answer::done("", document).ending(
            Exit::Warning,
            format!("the connection to the reader broke ({e}); what was written to card {serial} before is kept"),
        )),
    }
}
