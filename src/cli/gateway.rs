//! `gateway`: the training gateway for other programs and computers, and what its operator does to it.

use serde_json::json;

use super::{
    answer::{Answer, Failure, progress},
    arguments::{Common, Gateway as Arguments},
    wording,
};
use crate::{
    domain::eligibility::Realm,
    gateway::{self, Gateway},
    workplace,
};

pub fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    let places = wording::places(common)?;
    let configuration = places.configuration().map_err(Failure::usage)?;
    if configuration.realm != Realm::Training {
        return Err(Failure::usage(
            "this version has a training gateway only, whose certificates open nothing: set realm = \"training\" to serve it",
        ));
    }
    let mut start = workplace::training_gateway(&places)?;
    if let Some(serial) = &arguments.allow_keys_of {
        let sets = gateway::allow_channel_keys(start, serial).map_err(Failure::failed)?;
        let said = match sets {
            0 => format!("No administration keys were refused for card {serial}."),
            _ => format!("The administration keys of card {serial} may be tried once more."),
        };
        return Ok(Answer::done(said, json!({ "serial": serial, "key_sets": sets })));
    }
    start.listen = arguments.listen;
    configuration.set_up(&mut start);
    let running = Gateway::start(start).map_err(Failure::failed)?;
    let url = running.url();
    progress(&format!("TRAINING gateway at {url}, data in {}; stop it with Ctrl+C", places.data().display()));
    running.wait().map_err(Failure::failed)?;
    Ok(Answer::done("The gateway has stopped.", json!({ "url": url })))
}
