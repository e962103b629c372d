//! Any text as a card face template.
#![no_main]

use cardwright::face::Template;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(fault) = Template::parse(text) {
        assert!(!fault.to_string().is_empty());
    }
});
