//! Any text as a card profile.
#![no_main]

use cardwright::card::profile::CardProfile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match CardProfile::parse("fuzz.toml", text) {
        Ok(profile) => drop(profile.new_link()),
        Err(fault) => assert!(!fault.to_string().is_empty()),
    }
});
