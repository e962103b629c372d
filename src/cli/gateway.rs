//! `gateway`: the training gateway for other programs and computers.

use serde_json::json;

use super::{
    answer::{Answer, Failure, progress},
    arguments::{Common, Gateway as Arguments},
    wording,
};
use crate::{domain::eligibility::Realm, gateway::Gateway, workplace};

pub fn run(common: &Common, arguments: &Arguments) -> Result<Answer, Failure> {
    let places = wording::places(common)?;
    let configuration = places.configuration().map_err(Failure::usage)?;
    if configuration.realm != Realm::Training {
        return Err(Failure::usage(
            "this version has a training gateway only, whose certificates open nothing: set realm = \"training\" to serve it",
        ));
    }
    let mut start = workplace::training_gateway(&places)?;
    start.listen = arguments.listen;
    start.messages = configuration.messages.part();
    let running = Gateway::start(start).map_err(Failure::failed)?;
    let url = running.url();
    progress(&format!("TRAINING gateway at {url}, data in {}; stop it with Ctrl+C", places.data().display()));
    running.wait().map_err(Failure::failed)?;
    Ok(Answer::done("The gateway has stopped.", json!({ "url": url })))
}
