//! `config`: what holds here, or what every key means.

use serde_json::json;

use super::{
    answer::{Answer, Failure},
    arguments::{Common, Config},
};
use crate::workplace::{self, explain::KEYS};

/// The gateway's other files: what it knows of the cards as they are delivered.
const KEY_SETS: &str = include_str!("../../assets/management-keys.toml");
const CHANNEL_KEY_SETS: &str = include_str!("../../assets/secure-channel-keys.toml");

pub fn run(common: &Common, arguments: &Config) -> Result<Answer, Failure> {
    if arguments.explain { Ok(explain()) } else { show(common) }
}

fn explain() -> Answer {
    let entries = KEYS.iter().map(|key| {
        format!("{}\n    {}\n    When left out: {}\n    Example: {}\n", key.name, key.meaning, key.default, key.example)
    });
    let text = format!("{}\n{KEY_SETS}\n{CHANNEL_KEY_SETS}", entries.collect::<Vec<_>>().join("\n"));
    Answer::done(text, json!({ "keys": KEYS, "key_sets": KEY_SETS, "channel_key_sets": CHANNEL_KEY_SETS }))
}

fn show(common: &Common) -> Result<Answer, Failure> {
    let places = workplace::Places::new(common.data.clone(), common.config.clone()).map_err(Failure::failed)?;
    let configuration = places.configuration().map_err(Failure::usage)?;
    let text = toml::to_string_pretty(&configuration).map_err(Failure::failed)?;
    let file = places.configuration_file();
    let origin = match &file {
        Some(file) => format!("# from {}\n", file.display()),
        None => "# nothing is configured: training\n".to_owned(),
    };
    let document = json!({ "file": file, "data": places.data(), "configuration": configuration });
    Ok(Answer::done(format!("{origin}# data in {}\n{text}", places.data().display()), document))
}
