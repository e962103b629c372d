//! Any bytes as a printer's status reply.
#![no_main]

use cardwright::printer::magicard::status::Status;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(status) = Status::parse(bytes) {
        assert!(!status.condition.to_string().is_empty());
        assert!(!status.condition.next_action().is_empty());
    }
});
