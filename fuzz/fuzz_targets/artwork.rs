//! Any bytes as the organisation's artwork (SVG), drawn at a sixteenth of the size for a card: what is tried is what the file
//! says, and nearly all time went into its pixels.
#![no_main]

use cardwright::face::template::drawing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| match drawing(bytes, (127, 80)) {
    Ok(picture) => assert!(picture.width() > 0 && picture.height() > 0),
    Err(fault) => assert!(!fault.is_empty()),
});
