//! Any text as a printer profile.
#![no_main]

use cardwright::printer::{magicard::encoder, profile::Profile};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| match Profile::parse(text) {
    Ok(profile) => drop(encoder(&profile)),
    Err(fault) => assert!(!fault.to_string().is_empty()),
});
