//! Any bytes as a job for the virtual printer, and for whoever looks at one: as they are, and with runs written short.
#![no_main]

mod runs;

use cardwright::printer::decoder::{USUAL_MARGIN, decode, look_at};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for job in [bytes, &runs::spread(bytes)] {
        match decode(job) {
            Ok(cards) => assert!(!cards.is_empty()),
            Err(fault) => assert!(!fault.to_string().is_empty()),
        }
        if let Ok(contents) = look_at(USUAL_MARGIN, job) {
            assert!(!contents.cards.is_empty());
        }
    }
});
