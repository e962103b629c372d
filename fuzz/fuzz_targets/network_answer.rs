//! Any bytes as the answer of a printer of the network (RFC 6762). What is found is an address that the configuration takes, and
//! nothing in its name can disturb a terminal.
#![no_main]

use cardwright::printer::{choice::Destination, find};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let from = ([127, 0, 0, 1], 5353).into();
    for printer in find::heard(bytes, from) {
        let written = printer.destination.to_string();
        assert_eq!(written.parse::<Destination>().ok(), Some(printer.destination));
        assert!(!printer.name.chars().chain(printer.model.chars()).any(char::is_control));
    }
});
