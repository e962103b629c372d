//! Any text as a configuration, as a virtual card's behaviour, and as a gateway's files of key sets.
#![no_main]

use cardwright::{card::virtual_card::Behaviour, gateway::check_key_files, workplace::Configuration};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(fault) = Configuration::parse(text, "fuzz.toml") {
        assert!(!fault.to_string().is_empty());
    }
    if let Ok(behaviour) = Behaviour::from_toml(text) {
        assert!((1..=15).contains(&behaviour.passcode_tries) && (1..=15).contains(&behaviour.unlock_tries));
    }
    for (management, channel) in [(text, ""), ("", text)] {
        if let Err(fault) = check_key_files(management, channel) {
            assert!(!fault.to_string().is_empty());
        }
    }
});
