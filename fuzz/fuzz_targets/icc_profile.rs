//! Any bytes as the ICC profile of a printer.
#![no_main]

use cardwright::printer::colour::IccTable;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| match IccTable::read(bytes) {
    Ok(table) => {
        for asked in [[0; 3], [255; 3], [7, 130, 249]] {
            let _ = table.dyes(asked);
        }
    }
    Err(fault) => assert!(!fault.to_string().is_empty()),
});
