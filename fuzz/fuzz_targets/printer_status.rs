//! Any bytes as a printer's status reply, in both dialects.
#![no_main]

use cardwright::printer::magicard::status::Status;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for status in [Status::parse(bytes), Status::parse_xml(bytes)].into_iter().flatten() {
        assert!(!status.condition.to_string().is_empty());
        assert!(!status.condition.next_action().is_empty());
        assert!(!status.details.is_empty());
    }
});
