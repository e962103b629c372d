//! Any bytes as the organisation's artwork (SVG).
#![no_main]

use cardwright::face::template::drawing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| match drawing(bytes) {
    Ok(picture) => assert!(picture.width() > 0 && picture.height() > 0),
    Err(fault) => assert!(!fault.is_empty()),
});
