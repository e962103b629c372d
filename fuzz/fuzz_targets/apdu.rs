//! Any bytes as a command, and as an answer.
#![no_main]

use cardwright::card::apdu::{Command, Response};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(command) = Command::parse(bytes) {
        let again = command.encode().expect("what was parsed is short enough");
        let twice = Command::parse(&again).expect("what was encoded parses");
        assert_eq!((&twice.data, twice.expects_data), (&command.data, command.expects_data));
    }
    if let Ok(response) = Response::parse(bytes) {
        assert_eq!(response.encode().as_slice(), bytes);
    }
});
